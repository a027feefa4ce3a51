"""A law as source text in the languages that a user may take it to."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sr_kernel.errors import OptionError
from sr_kernel.expr import Expr, to_c, to_latex, to_python, to_sympy_code, to_torch

LANGUAGES: Mapping[str, Callable[[Expr], str]] = MappingProxyType(
    {
        "python": to_python,
        "numpy": to_python,
        "sympy": to_sympy_code,
        "torch": to_torch,
        "c": to_c,
        "latex": to_latex,
    }
)
"""What writes each language."""

SHOWN = ("numpy", "sympy", "torch", "c")
"""Languages in a snapshot, which has the LaTeX anyway."""


def source_of(expr: Expr, language: str) -> str:
    """``expr`` in ``language``. Raises OptionError for one that is not in LANGUAGES."""
    if language not in LANGUAGES:
        raise OptionError(f"there is no code in {language!r}: choose {', '.join(LANGUAGES)}")
    return LANGUAGES[language](expr)
