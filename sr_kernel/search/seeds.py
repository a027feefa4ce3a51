"""Laws to start from where something is asked of them: a part that is required, or what stays the
same when columns are exchanged, and what goes well with it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, apply, number, substitute, symbol, transform, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.bank import Bank
from sr_kernel.search.exchange import twins
from sr_kernel.search.hypothesis import Hypothesis
from sr_kernel.search.proposer import Context

_REACH = 3000
"""Entries of the bank that are tried as partners of a part."""
_PARTNERS = 8
_LAWS = 6
"""Laws known so far that a part is added to and multiplied with."""
_MOST = 6
"""Parts that are combined."""
_TURNS = 6
"""Exchanges, one after the other, that may be needed to come back to the start."""
_WHOLES = ("add", "mul")


class RequiredProposer:
    """Proposes laws with the parts that are required, or in which columns may be exchanged, each
    round with more of the bank."""

    def propose(self, context: Context) -> Iterator[Expr]:
        if (context.required or context.twins) and not context.exactly:
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


def twin_columns(
    hypotheses: Iterable[Hypothesis], names: Sequence[str]
) -> Iterator[tuple[str, str]]:
    """Pairs of the columns ``names`` that may be exchanged."""
    for one in hypotheses:
        if one.kind == "symmetric":
            yield from twins(one.columns, names, dict(one.meaning))


def seeds(context: Context, reach: int = _REACH) -> Iterator[Expr]:
    """Terms with what is required: all of it if it is several parts, then each.  Where columns may
    be exchanged, also with those functions in which they may that are likest to the target."""
    turns = _turns(context)
    parts = list(dict.fromkeys(context.required))[:_MOST]
    parts = [whole for part in parts for whole in _orbits(part, turns)]
    whole = [apply("mul", *parts), apply("add", *map(_scaled, parts))] if len(parts) > 1 else []
    pool = _Pool.of(context, reach, turns)
    likely = pool.likest(context, pool.rows) if turns else ()
    for part in (*whole, *parts, *likely):
        for build in (_simple, _with_laws, _with_partners):
            for expr in build(context, part, pool):
                if not turns or context.obeys(expr):
                    yield expr


def _turns(context: Context) -> list[Mapping[str, str]]:
    """What columns become when all groups of twins are turned by a place, by two and so on until
    they are back; empty without twins, and where that takes too long."""
    groups: list[list[str]] = []
    for pair in context.twins:
        joined = [group for group in groups if set(group) & set(pair)]
        groups = [group for group in groups if group not in joined]
        groups.append(list(dict.fromkeys(name for part in (*joined, pair) for name in part)))
    count = math.lcm(*map(len, groups))
    return [
        {group[place]: group[(place + turn) % len(group)]
         for group in groups for place in range(len(group))}
        for turn in range(count if 1 < count <= _TURNS else 0)
    ]  # fmt: skip


def _orbits(part: Expr, turns: Sequence[Mapping[str, str]]) -> Iterator[Expr]:
    """The sum and the product of what ``part`` becomes in ``turns``; itself if that is nothing
    else."""
    images = set(_images(part, turns))
    if images <= {part}:
        yield part
    else:
        yield from (apply(op, *_images(part, turns)) for op in _WHOLES)


def _images(expr: Expr, turns: Sequence[Mapping[str, str]]) -> list[Expr]:
    places = [{name: symbol(image) for name, image in turn.items()} for turn in turns]
    return [substitute(expr, place) for place in places]


@dataclass(frozen=True)
class _Pool:
    """Functions of the bank by their values on the probe rows (N, m); with ``turns`` (t), their
    sums and then their products over all turns."""

    bank: Bank
    turns: Sequence[Mapping[str, str]]
    rows: FloatArray

    @classmethod
    def of(cls, context: Context, reach: int, turns: Sequence[Mapping[str, str]]) -> _Pool:
        bank, names = context.bank, context.sample.variables
        rows = bank.rows[:reach]
        if not turns:
            return cls(bank, turns, rows)
        X = context.sample.X[context.probe_rows]
        turned = []
        for turn in turns:
            context.poll()
            places = [names.index(turn.get(name, name)) for name in names]
            turned.append(bank.values(range(len(rows)), X[:, places]))
        with np.errstate(all="ignore"):
            both = np.vstack([np.sum(turned, axis=0), np.prod(turned, axis=0)])
        return cls(bank, turns, both)

    def expr(self, place: int) -> Expr:
        """The term of an entry."""
        if not self.turns:
            return self.bank.expr(place)
        whole, inner = divmod(place, len(self.rows) // 2)
        return apply(_WHOLES[whole], *_images(self.bank.expr(inner), self.turns))

    def likest(self, context: Context, rows: FloatArray, *beside: FloatArray) -> list[Expr]:
        """The functions whose ``rows`` (N, m) explain most next to a constant and the rows
        ``beside`` (m,)."""
        y = context.seen[context.probe_rows]
        with np.errstate(all="ignore"):
            return [self.expr(k) for k in _best(rows, y, np.vstack([np.ones(len(y)), *beside]))]


def _scaled(expr: Expr) -> Expr:
    return apply("mul", number(1.0), expr)


def _shifted(expr: Expr) -> Expr:
    return apply("add", expr, number(1.0))


def _simple(context: Context, part: Expr, pool: _Pool) -> Iterator[Expr]:
    yield _scaled(part)
    yield _shifted(_scaled(part))
    for name in context.sample.variables:
        x = symbol(name)
        yield from (_scaled(part) * x, _scaled(part) / x, _shifted(_scaled(part) + _scaled(x)))


def _with_laws(context: Context, part: Expr, pool: _Pool) -> Iterator[Expr]:
    for record in context.archive.query(_LAWS):
        try:
            yield apply("add", record.expr, _scaled(part))
            yield apply("mul", record.expr, part)
        except ExpressionError:  # nested too deep
            continue


def _with_partners(context: Context, part: Expr, pool: _Pool) -> Iterator[Expr]:
    """Times and plus those functions of the pool that leave least to explain."""
    values = context.sample.predict(part)[context.probe_rows]
    if not len(pool.rows) or not np.isfinite(values).all():
        return
    with np.errstate(all="ignore"):
        products = pool.rows * values
    for partner in pool.likest(context, products):
        expr = _scaled(part * partner)
        yield expr
        yield _shifted(expr)
    for partner in pool.likest(context, pool.rows, values):
        yield _shifted(_scaled(part) + _scaled(partner))


def _best(rows: FloatArray, y: FloatArray, beside: FloatArray) -> list[int]:
    """The rows (k, m) that explain most of ``y`` (m,) next to the rows ``beside``."""
    basis = np.linalg.qr(beside.T)[0]
    rest = y - basis @ (basis.T @ y)
    left = rows - (rows @ basis) @ basis.T
    gain: NDArray[np.float64] = np.square(left @ rest) / np.square(left).sum(axis=1)
    gain[~np.isfinite(gain)] = -1.0
    return [int(place) for place in np.argsort(-gain, kind="stable")[:_PARTNERS]]
