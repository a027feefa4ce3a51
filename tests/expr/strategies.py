"""Random terms for the laws that hold for every term."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from hypothesis import strategies as st

from sr_kernel.expr import OPERATORS, Expr, apply, number, symbol, to_python

NAMES = ("x", "y", "z", "x_1", "my column", "lambda", "E")

leaves = st.one_of(
    st.sampled_from(NAMES).map(symbol),
    st.integers(-30, 30).map(number),
    st.floats(-1e6, 1e6, allow_nan=False).map(number),
    st.fractions(-5, 5, max_denominator=9).map(number),
    st.sampled_from(["pi", "e"]).map(apply),
)


def _applied(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    def of(row_name: str) -> st.SearchStrategy[Expr]:
        arity = OPERATORS[row_name].arity
        bounds = (2, 4) if arity < 0 else (arity, arity)
        args = st.lists(children, min_size=bounds[0], max_size=bounds[1])
        return args.filter(lambda found: not _zero_division(row_name, found)).map(
            lambda found: apply(row_name, *found)
        )

    return st.sampled_from([name for name, row in OPERATORS.items() if row.arity]).flatmap(of)


def _zero_division(op: str, args: list[Expr]) -> bool:
    return op in ("div", "mod") and args[1].value in (Fraction(0), 0.0)


terms = st.recursive(leaves, _applied, max_leaves=12)


def run(expr: Expr) -> Callable[..., float]:
    """The function that the generated source defines."""
    scope: dict[str, Callable[..., float]] = {}
    exec(to_python(expr), scope)  # noqa: S102 - running the generated source is the test
    return scope["law"]
