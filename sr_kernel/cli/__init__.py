"""The shell door: sr-kernel discover, simplify, equivalent, check-rules, datasets, demo, guide."""

from sr_kernel.cli.command import main

__all__ = ["main"]
