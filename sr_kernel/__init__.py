"""Symbolic regression in the notebook: laws as functions, not spellings."""

__version__ = "0.1.0"
