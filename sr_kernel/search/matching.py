"""From a screened match to expressions: fit on all rows, drop what is not needed, rank, spell.

Linear and log-linear proposals share this path; they differ in the view of the target they take.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sr_kernel.expr import Expr
from sr_kernel.expr.operators import FloatArray
from sr_kernel.search.columns import Column, Combination, elimination
from sr_kernel.search.description import description_length
from sr_kernel.search.dictionary import Dictionary
from sr_kernel.search.match import Target
from sr_kernel.search.proposer import Context
from sr_kernel.search.sample import Sample
from sr_kernel.search.screen import screen

BEST_GROUPS = 24
"""Groups of columns that are looked at one by one, out of those screened."""
OF_A_KIND = 8
"""Groups of each number of columns that are looked at in any case: with inner constants fitted, one
column may do better than three on a grid."""

_NEAR, _SURE = 2.0, 0.03
"""Standard errors from 1, 2 or 1/2 up to which a coefficient may be that, and how large they may be
beside it."""
FRUITLESS = 3
"""Candidates of a size without effect after which the rest of that size is left."""
SPELLED = (16, 24, 40)
"""Candidates spelled for one match in each round, those of the shortest descriptions."""


@dataclass(frozen=True, slots=True)
class View:
    """The target as a linear combination is to explain it.

    ``target`` (n,) is matched with residual weights ``weights`` (n,), ``seen`` (n,) the same with
    less noise, where that is known; ``inverse`` takes values of the combination back to values of
    y.  ``size`` and ``structure`` estimate the term of a
    combination, ``build`` spells it (no, one or several ways).
    """

    target: FloatArray
    seen: FloatArray
    weights: FloatArray
    inverse: Callable[[FloatArray], FloatArray]
    size: Callable[[Combination], int]
    structure: Callable[[Combination], float]
    build: Callable[[Combination], Iterable[Expr]]
    linear: bool = False
    """Whether the view is the target itself, so that least squares in it are the best there are."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    length: float
    loss: float
    size: int
    structure: float
    count: int
    fit: Combination


def matches(
    context: Context,
    dictionary: Dictionary,
    view: View,
    known: tuple[Column, ...],
    member: Callable[[int, FloatArray], Column],
    slack: float = 1.0,
) -> Iterator[Expr]:
    """Expressions for the best combinations of ``known`` and up to three dictionary entries.

    ``member(index, values)`` makes the column of an entry; ``slack`` is by how much the loss may
    still fall when inner constants are fitted.
    """
    groups = _groups(context, dictionary, view, known)
    picked = np.array(sorted({index for group in groups for index in group}), dtype=np.int64)
    values = dictionary.values(picked, context.sample.X)
    columns = {
        int(index): member(int(index), row)
        for index, row in zip(picked, values, strict=True)
        if np.isfinite(row).all()
    }
    chosen = [
        (*known, *(columns[index] for index in group))
        for group in groups
        if all(index in columns for index in group)
    ]
    found: list[_Candidate] = []
    for count, group in enumerate(_worth_fitting(context, view, chosen, slack)):
        if count % 4 == 0:
            context.poll()
        found += _candidates(context, view, group, slack)
    found.sort(key=lambda candidate: candidate.length)
    yield from _spelled(context, view, found, slack)


def _worth_fitting(
    context: Context, view: View, groups: list[tuple[Column, ...]], slack: float
) -> list[tuple[Column, ...]]:
    """The most promising groups, judged by fits of many at once."""
    ranked: list[tuple[float, int, int]] = []
    rough = slack if view.linear else 4.0 * slack
    for count in sorted({len(group) for group in groups}):
        places = [k for k, group in enumerate(groups) if len(group) == count]
        for begin in range(0, len(places), 64):
            context.poll()
            part = places[begin : begin + 64]
            for place, loss in zip(
                part, _losses(view, [groups[k] for k in part], context.sample), strict=True
            ):
                if not loss < np.inf:
                    continue
                # Dropping one of the columns may be what makes it worth while.
                fewer = max(count - 1, 1)
                fit = Combination(groups[place], np.ones(count), np.ones(count))
                size, structure = view.size(fit), view.structure(fit) * fewer / count
                if context.promising(loss, size, fewer, structure, rough):
                    hoped = context.sample.floored(loss / rough)
                    length = description_length(hoped, context.sample.rows, count, structure)
                    ranked.append((length, place, count))
    ranked.sort()
    kinds: Counter[int] = Counter()
    chosen: list[tuple[Column, ...]] = []
    for rank, (_, place, count) in enumerate(ranked):
        kinds[count] += 1
        if rank < BEST_GROUPS or kinds[count] <= OF_A_KIND:
            chosen.append(groups[place])
    return chosen


def _losses(view: View, groups: list[tuple[Column, ...]], sample: Sample) -> FloatArray:
    """Relative losses (G,) of groups of equally many columns; inf where degenerate."""
    matrix = np.array([[column.values for column in group] for group in groups])
    weighted = matrix * view.weights
    norms = np.linalg.norm(weighted, axis=2)
    sound = (norms > 0).all(axis=1) & np.isfinite(norms).all(axis=1)
    unit = weighted / np.where(norms > 0, norms, 1.0)[:, :, None]
    unit[~sound] = 0.0
    gram = unit @ unit.transpose(0, 2, 1) + 1e-14 * np.eye(unit.shape[1])
    right = view.target * view.weights
    answer = np.linalg.solve(gram, (unit @ right)[:, :, None])
    for _ in range(2):  # what the normal equations lose in digits comes back
        rest = right - np.einsum("gkn,gk->gn", unit, answer[:, :, 0])
        answer = answer + np.linalg.solve(gram, np.einsum("gkn,gn->gk", unit, rest)[:, :, None])
    coefficients = answer[:, :, 0] / np.where(norms > 0, norms, 1.0)
    with np.errstate(all="ignore"):
        predicted = view.inverse(np.einsum("gkn,gk->gn", matrix, coefficients))
        residual = (predicted - sample.y) / sample.unit
        losses = np.square(residual) @ sample.weights / sample.spread
    return np.asarray(np.where(sound & np.isfinite(losses), losses, np.inf))


def _groups(
    context: Context,
    dictionary: Dictionary,
    view: View,
    known: tuple[Column, ...],
) -> list[tuple[int, ...]]:
    rows = context.probe_rows
    groups: list[tuple[int, ...]] = [()] if known else []
    inside = np.zeros((len(rows), 0))
    if known:
        inside = np.stack([column.values[rows] for column in known], axis=1)
    if len(rows) > inside.shape[1] + 1:
        goal = Target(view.seen[rows], inside, view.weights[rows])
        if not goal.explained:
            groups += screen(dictionary, goal, context.poll, pool=context.pool)
    return groups


def _candidates(
    context: Context, view: View, columns: tuple[Column, ...], slack: float
) -> Iterator[_Candidate]:
    sample = context.sample
    for fit in elimination(columns, view.target, view.weights):
        loss = _loss(view, fit, sample)
        size, structure = view.size(fit), view.structure(fit)
        count = len(fit.columns) - _plain(fit)
        rough = slack if view.linear else 4.0 * slack
        if not context.promising(loss, size, count, structure, rough):
            continue
        if not view.linear:
            fit = polished(fit, view, sample)
            loss = _loss(view, fit, sample)
            if not context.promising(loss, size, count, structure, slack):
                continue
        hoped = sample.floored(loss / slack)
        length = description_length(hoped, sample.rows, count, structure)
        yield _Candidate(length, loss, size, structure, count, fit)


def _plain(fit: Combination) -> int:
    """How many coefficients may as well be plain, so that they are no constants in the end."""
    size = np.abs(fit.coefficients)
    plain = np.exp2(np.clip(np.round(np.log2(np.maximum(size, 1e-300))), -1, 1))
    near = np.abs(size - plain) <= _NEAR * fit.errors
    return int((near & (fit.errors < _SURE * plain)).sum())


def _loss(view: View, fit: Combination, sample: Sample) -> float:
    with np.errstate(all="ignore"):
        return sample.relative_loss(view.inverse(fit.predicted()))


def polished(fit: Combination, view: View, sample: Sample, *, steps: int = 3) -> Combination:
    """``fit`` after a few Gauss-Newton steps on the residuals of y itself."""
    matrix = np.stack([column.values for column in fit.columns], axis=1)
    root = np.sqrt(sample.weights)
    best, loss = fit, _loss(view, fit, sample)
    for _ in range(steps):
        u = best.predicted()
        step = 1e-6 * max(float(np.abs(u).max()), 1e-6)
        with np.errstate(all="ignore"):
            slope = (view.inverse(u + step) - view.inverse(u - step)) / (2 * step)
            right = (sample.y - view.inverse(u)) * root
        left = matrix * (slope * root)[:, None]
        norms = np.linalg.norm(left, axis=0)
        if not (np.isfinite(norms).all() and np.isfinite(right).all() and norms.min() > 0):
            return best
        move = np.linalg.lstsq(left / norms, right, rcond=1e-12)[0] / norms
        next_ = Combination(best.columns, best.coefficients + move, best.errors)
        after = _loss(view, next_, sample)
        if not after < loss:
            return best
        done = after > 0.999 * loss
        best, loss = next_, after
        if done:
            break
    return best


def _spelled(context: Context, view: View, found: list[_Candidate], slack: float) -> Iterator[Expr]:
    """Terms of the candidates that still promise something, until nothing comes of them."""
    fruitless: Counter[int] = Counter()
    left = SPELLED[min(context.round, len(SPELLED) - 1)]
    for candidate in found:
        context.poll()
        if left == 0:
            return
        size, count = candidate.size, candidate.count
        if fruitless[size] >= FRUITLESS or not context.promising(
            candidate.loss, size, count, candidate.structure, slack
        ):
            continue
        before = context.front.version
        left -= 1
        yield from view.build(candidate.fit)
        if context.front.version == before:
            fruitless[size] += 1
