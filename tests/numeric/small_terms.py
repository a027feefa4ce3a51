"""Random terms over x and y with constants of ordinary size."""

from __future__ import annotations

from hypothesis import strategies as st

from sr_kernel.expr import OPERATORS, Expr, apply, number, symbol

NAMES = ("x", "y")

leaves = st.one_of(
    st.sampled_from(NAMES).map(symbol),
    st.integers(-4, 4).map(number),
    st.floats(-4, 4, allow_nan=False).map(number),
    st.fractions(-2, 2, max_denominator=4).map(number),
    st.sampled_from(["pi", "e"]).map(apply),
)


def _applied(children: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    def of(name: str) -> st.SearchStrategy[Expr]:
        arity = OPERATORS[name].arity
        low, high = (2, 3) if arity < 0 else (arity, arity)
        return st.lists(children, min_size=low, max_size=high).map(lambda args: apply(name, *args))

    return st.sampled_from([name for name, row in OPERATORS.items() if row.arity]).flatmap(of)


terms = st.recursive(leaves, _applied, max_leaves=8)

coordinates = st.one_of(
    st.sampled_from([0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0]),
    st.floats(-5, 5, allow_nan=False, allow_subnormal=False),
)
