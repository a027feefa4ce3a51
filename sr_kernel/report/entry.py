"""One law as JSON: its forms, its constants, and where they stand."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeGuard

from sr_kernel.expr import Expr, float_paths, to_latex, to_text, to_tree
from sr_kernel.expr.tree import Path, Tree
from sr_kernel.report.sample import Sample
from sr_kernel.report.source import SHOWN, source_of
from sr_kernel.search.law import Law
from sr_kernel.search.refine import pinned

Json = dict[str, Any]

MAX_EQUATION = 4_000
"""Characters of one equation."""
MAX_CODE = 4 * MAX_EQUATION
"""Characters of one law in one language."""


def law_entry(law: Law, sample: Sample | None = None) -> Json:
    """`law` as JSON, with what it says for the rows of `sample`."""
    forms = _forms(law.expr)
    paths = parameter_paths(law.expr, [parameter.value for parameter in law.parameters])
    entry: Json = {
        "id": law.key,
        "complexity": law.complexity,
        "loss": finite(law.loss),
        "r2": finite(law.r2),
        "score": finite(law.score),
        "validation": finite(law.validation),
        "equation": forms.text,
        "latex": forms.latex,
        "tree": forms.tree,
        "parameters": [
            {"value": finite(parameter.value), "error": finite(parameter.error),
             "path": None if path is None else list(path), "fixed": parameter.fixed}
            for parameter, path in zip(law.parameters, paths, strict=True)
        ],
        "conditions": list(law.conditions),
    }  # fmt: skip
    if forms.code is not None:
        entry["code"] = dict(forms.code)
    predicted = None if sample is None else sample.predicted(law.expr)
    return entry if predicted is None else {**entry, "predicted": predicted}


def finite(value: float | None) -> float | None:
    """`value`, or None where JSON has no number for it."""
    return value if value is not None and math.isfinite(value) else None


def is_number(value: object) -> TypeGuard[int | float]:
    """Whether `value` of some JSON is a number that a float can hold; integers may be longer."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -sys.float_info.max <= value <= sys.float_info.max


def parameter_paths(expr: Expr, values: Sequence[float]) -> list[Path | None]:
    """Where each fitted constant stands in `to_tree(expr)`; None for one that is not there.

    `values` are those of `law.parameters`, which follow the reading order of the fitted floats.  A
    value may have lost its sign to a minus in front of it.  Short exponents such as 1.5 are meant
    as they stand and count last.
    """
    left = list(_forms(expr).floats)
    paths: list[Path | None] = []
    for value in values:
        found = next((leaf for leaf in left if abs(leaf[1]) == abs(value)), None)
        paths.append(None if found is None else found[0])
        if found is not None:
            left.remove(found)
    return paths


@dataclass(frozen=True, slots=True)
class _Forms:
    """What only depends on the expression."""

    text: str
    latex: str
    tree: Tree
    code: dict[str, str] | None
    floats: tuple[tuple[Path, float], ...]


@lru_cache(maxsize=1024)
def _forms(expr: Expr) -> _Forms:
    """Kept, as ten snapshots a second show mostly the same laws."""
    text = to_text(expr)
    code = None if len(text) > MAX_EQUATION else _code(expr)
    fitted = tuple(float_paths(pinned(expr)))
    others = (leaf for leaf in float_paths(expr) if leaf not in fitted)
    return _Forms(text, to_latex(expr), to_tree(expr), code, (*fitted, *others))


def _code(expr: Expr) -> dict[str, str] | None:
    code = {language: source_of(expr, language) for language in SHOWN}
    return code if max(map(len, code.values())) <= MAX_CODE else None
