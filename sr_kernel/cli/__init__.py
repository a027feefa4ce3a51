"""The shell door: sr-kernel discover, simplify, equivalent, datasets, demo."""

from sr_kernel.cli.command import main

__all__ = ["main"]
