"""The shell door: sr-kernel discover, simplify, equivalent, check-rules, datasets, demo."""

from sr_kernel.cli.command import main

__all__ = ["main"]
