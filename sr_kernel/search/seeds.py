"""Laws to start from where some part is required: the part, and what goes well with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, substitute, symbol, transform, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.hypothesis import Hypothesis
from sr_kernel.search.proposer import Context

_REACH = 3000
"""Entries of the bank that are tried as partners of a part."""
_PARTNERS = 8
_LAWS = 6
"""Laws known so far that a part is added to and multiplied with."""
_MOST = 6
"""Parts that are combined."""


class RequiredProposer:
    """Proposes laws with the parts that are required, each round with more of the bank."""

    def propose(self, context: Context) -> Iterator[Expr]:
        if context.required and not context.exactly:
            yield from seeds(context, reach=_REACH * (1 + context.round))


def required_parts(hypotheses: Iterable[Hypothesis], names: Sequence[str]) -> Iterator[Expr]:
    """What is required, over the columns ``names``; a wildcard stands for each column once."""
    for one in hypotheses:
        if one.kind != "require":
            continue
        known = {meaning: symbol(name) for name, meaning in one.meaning}
        part = transform(one.part, lambda node, known=known: known.get(node, node))  # type: ignore[misc]
        wild = [name for name in variables(part) if name.startswith("_")]
        for name in names if wild else names[:1]:
            filled = substitute(part, dict.fromkeys(wild, number(1.0) * symbol(name)))
            if set(variables(filled)) <= set(names):
                yield filled


def seeds(context: Context, reach: int = _REACH) -> Iterator[Expr]:
    """Terms with what is required: all of it if it is several parts, then each."""
    parts = list(dict.fromkeys(context.required))[:_MOST]
    whole = [apply("mul", *parts), apply("add", *map(_scaled, parts))] if len(parts) > 1 else []
    for part in (*whole, *parts):
        for build in (_simple, _with_laws, _with_partners):
            yield from build(context, part, reach)


def _scaled(expr: Expr) -> Expr:
    return apply("mul", number(1.0), expr)


def _shifted(expr: Expr) -> Expr:
    return apply("add", expr, number(1.0))


def _simple(context: Context, part: Expr, reach: int) -> Iterator[Expr]:
    yield _scaled(part)
    yield _shifted(_scaled(part))
    for name in context.sample.variables:
        x = symbol(name)
        yield from (_scaled(part) * x, _scaled(part) / x, _shifted(_scaled(part) + _scaled(x)))


def _with_laws(context: Context, part: Expr, reach: int) -> Iterator[Expr]:
    for record in context.archive.query(_LAWS):
        try:
            yield apply("add", record.expr, _scaled(part))
            yield apply("mul", record.expr, part)
        except ExpressionError:  # nested too deep
            continue


def _with_partners(context: Context, part: Expr, reach: int) -> Iterator[Expr]:
    """Times and plus those functions of the bank that leave least to explain."""
    rows = context.bank.rows[:reach]
    values = context.sample.predict(part)[context.probe_rows]
    y = context.seen[context.probe_rows]
    if not len(rows) or not np.isfinite(values).all():
        return
    with np.errstate(all="ignore"):
        ones = np.ones((1, len(y)))
        for place in _best(rows * values, y, ones):
            expr = _scaled(part * context.bank.expr(place))
            yield expr
            yield _shifted(expr)
        for place in _best(rows, y, np.vstack([ones, values])):
            yield _shifted(_scaled(part) + _scaled(context.bank.expr(place)))


def _best(rows: FloatArray, y: FloatArray, beside: FloatArray) -> list[int]:
    """The rows (k, m) that explain most of ``y`` (m,) next to the rows ``beside``."""
    basis = np.linalg.qr(beside.T)[0]
    rest = y - basis @ (basis.T @ y)
    left = rows - (rows @ basis) @ basis.T
    gain: NDArray[np.float64] = np.square(left @ rest) / np.square(left).sum(axis=1)
    gain[~np.isfinite(gain)] = -1.0
    return [int(place) for place in np.argsort(-gain, kind="stable")[:_PARTNERS]]
