"""Every error a user can meet: one sentence that names the thing, the reason and the way out."""

from __future__ import annotations


class SrKernelError(Exception):
    """Base of all errors raised on purpose by this package."""


class ExpressionError(SrKernelError, ValueError):
    """Text or a foreign object that is not an expression of ours.

    ``position`` is the 0-based offset in ``text`` at which reading stopped, where there is one.
    """

    def __init__(self, message: str, text: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.text = text
        self.position = position

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (str(self), self.text, self.position)


class FormulaError(ExpressionError):
    """A model formula (``y ~ x1 + x2``) that cannot be read or does not fit the table."""


class DataError(SrKernelError, ValueError):
    """A table that cannot be searched: missing file, unknown column, no usable rows."""


class OptionError(SrKernelError, ValueError):
    """An argument, flag or option outside what is accepted."""


class AssumptionError(SrKernelError, ValueError):
    """An assumption that cannot be read, or assumptions that contradict each other."""


class RuleError(SrKernelError, ValueError):
    """A rewrite rule that cannot be loaded; names file and line."""

    def __init__(self, message: str, file: str = "", line: int = 0) -> None:
        where = f"{file}:{line}: " if file else ""
        super().__init__(where + message)
        self.file = file
        self.line = line
        self._message = message

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self._message, self.file, self.line)


class MissingExtraError(SrKernelError, ImportError):
    """A feature whose optional dependencies are not installed."""


class SearchWarning(UserWarning):
    """Something went wrong that did not end a search: a proposer failed, a file was not written."""
