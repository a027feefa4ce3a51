"""The compiled part of :mod:`sr_kernel.guide.actions`; importing it imports numba."""

from __future__ import annotations

import numpy as np

from sr_kernel.guide.actions import ATOMS, OUTER
from sr_kernel.guide.grammar import LARGEST
from sr_kernel.guide.grammar_kernels import compiled
from sr_kernel.search.machine import CODES

INPUT, CONSTANT, POW, NEG = (CODES[n] for n in ("input", "constant", "pow", "neg"))
ADD, SUB, MUL, DIV = (CODES[n] for n in ("add", "sub", "mul", "div"))
SQRT = CODES["sqrt"]
_OUTER_OF = np.array([OUTER.index(name) if name in OUTER else -1 for name in CODES])
_ATOM_OF = np.array([ATOMS.index(name) if name in ATOMS else -1 for name in CODES])
_SQUARE, _POWER, _INVERSE, _SQRT = (OUTER.index(n) for n in ("square", "power", "inverse", "sqrt"))
_X, _SQUARED, _CUBED, _ROOT, _OVER = (
    ATOMS.index(n) for n in ("x", "square", "cube", "sqrt", "inverse")
)
_FACTOR, _DIVISOR, _TERM = range(3)
_SUM, _DIFFERENCE, _PRODUCT = 0, 2, 4
_SAME = 1e-9


@compiled
def _chain(code, left, right, root, multiplied, steps, signs):  # type: ignore[no-untyped-def]
    """The non-constant factors (or terms) below ``root`` with their signs, and whether there is a
    constant besides."""
    plus, minus = (MUL, DIV) if multiplied else (ADD, SUB)
    todo = np.empty(LARGEST, dtype=np.int64)
    sign = np.empty(LARGEST, dtype=np.int64)
    todo[0], sign[0] = root, 1
    open_, count, constant = 1, 0, False
    while open_ > 0:
        open_ -= 1
        k, s = todo[open_], sign[open_]
        if code[k] == plus or code[k] == minus:
            todo[open_], sign[open_] = left[k], s
            todo[open_ + 1], sign[open_ + 1] = right[k], -s if code[k] == minus else s
            open_ += 2
        elif code[k] == NEG:
            todo[open_], sign[open_] = left[k], s if multiplied else -s
            open_ += 1
            constant = constant or multiplied
        elif code[k] == CONSTANT:
            constant = True
        else:
            steps[count], signs[count] = k, s
            count += 1
    return count, constant


@compiled
def _exponent(code, left, right, value, k):  # type: ignore[no-untyped-def]
    """The constant exponent of step ``k``; NaN if it is no such power."""
    if code[k] == POW and code[right[k]] == CONSTANT:
        return value[right[k]]
    return 0.5 if code[k] == SQRT else np.nan


@compiled
def _outer(code, left, right, value, k):  # type: ignore[no-untyped-def]
    """The outer function of step ``k``, -1 for none, and whether it may be of a multiple."""
    e = _exponent(code, left, right, value, k)
    if e == e:
        known = _SQUARE if abs(e - 2) < _SAME else _SQRT if abs(e - 0.5) < _SAME else _POWER
        return (_INVERSE if abs(e + 1) < _SAME else known), True
    return (-1, False) if code[k] == POW else (_OUTER_OF[code[k]], False)


@compiled
def _atom(code, left, right, value, k):  # type: ignore[no-untyped-def]
    """The atom of step ``k`` (-1: none), the sign of its exponent, and its variable."""
    if code[k] == INPUT:
        return _X, 1, left[k]
    if code[left[k]] != INPUT:
        return -1, 1, 0
    e = _exponent(code, left, right, value, k)
    if e == e:
        size = abs(e)
        for power, which in ((1.0, _X), (2.0, _SQUARED), (3.0, _CUBED), (0.5, _ROOT)):
            if abs(size - power) < _SAME:
                return which, (1 if e > 0 else -1), left[left[k]]
        return -1, 1, 0
    if code[k] == POW or code[k] in (ADD, SUB, MUL, DIV):
        return -1, 1, 0
    return _ATOM_OF[code[k]], 1, left[left[k]]


@compiled
def _mark_powers(which, place, way, atoms):  # type: ignore[no-untyped-def]
    """A power of a column has lower ones in it: dividing by them leaves less too."""
    atoms[place, which, way] = True
    if which == _CUBED:
        atoms[place, _SQUARED, way] = True
    if which in (_SQUARED, _CUBED):
        atoms[place, _X, way] = True


@compiled
def _mark_factors(code, left, right, value, steps, signs, count, place, atoms, pairs):  # type: ignore[no-untyped-def]
    for t in range(count):
        k = steps[t]
        which, sign, v = _atom(code, left, right, value, k)
        way = _FACTOR if sign * signs[t] > 0 else _DIVISOR
        if which >= 0:
            _mark_powers(which, place[v], way, atoms)
        elif (code[k] == ADD or code[k] == SUB) and code[left[k]] == INPUT == code[right[k]]:
            i, j = place[left[left[k]]], place[left[right[k]]]
            kind = (_SUM if code[k] == ADD else _DIFFERENCE) + (1 if signs[t] < 0 else 0)
            pairs[i, j, kind] = pairs[j, i, kind] = True


@compiled
def _even(code, left, right, value, steps, count):  # type: ignore[no-untyped-def]
    """Whether all factors are even powers, so that the root of their product is shorter."""
    for t in range(count):
        e = _exponent(code, left, right, value, steps[t])
        if not (e == e and abs(e) > 1 and abs(e / 2 - round(e / 2)) < _SAME):
            return False
    return count > 0


@compiled
def _mark_term(code, left, right, value, k, place, atoms, pairs):  # type: ignore[no-untyped-def]
    """One term of a sum: a multiple of an atom, or of the product of two columns."""
    steps, signs = np.empty(LARGEST, dtype=np.int64), np.empty(LARGEST, dtype=np.int64)
    count, _ = _chain(code, left, right, k, True, steps, signs)
    if count == 1:
        which, sign, v = _atom(code, left, right, value, steps[0])
        if sign * signs[0] > 0 and which >= 0:
            atoms[place[v], which, _TERM] = True
        elif which == _X:
            atoms[place[v], _OVER, _TERM] = True
    elif count == 2 and code[steps[0]] == INPUT == code[steps[1]] and signs[0] + signs[1] == 2:
        i, j = place[left[steps[0]]], place[left[steps[1]]]
        pairs[i, j, _PRODUCT] = pairs[j, i, _PRODUCT] = True


@compiled
def _mark_joined(masks, steps, count, place, joined, which):  # type: ignore[no-untyped-def]
    for t in range(count):
        mask = masks[steps[t]]
        for i in range(LARGEST):
            if not mask >> i & 1:
                continue
            for j in range(i):
                if mask >> j & 1:
                    joined[place[i], place[j], which] = joined[place[j], place[i], which] = True


@compiled
def _masks(code, left, right, length, binary):  # type: ignore[no-untyped-def]
    """The variables below each step, as bits."""
    found = np.zeros(LARGEST, dtype=np.int64)
    for k in range(length):
        if code[k] == INPUT:
            found[k] = 1 << left[k]
        elif code[k] != CONSTANT:
            found[k] = found[left[k]] | (found[right[k]] if binary[code[k]] else 0)
    return found


_IS_BINARY = np.array([name in ("add", "sub", "mul", "div", "pow") for name in CODES])


@compiled
def fill_peels(code, left, right, value, length, place, outer, atoms, pairs, joined):  # type: ignore[no-untyped-def]
    """Mark what each law admits, see :class:`sr_kernel.guide.actions.Peels`."""
    steps, signs = np.empty(LARGEST, dtype=np.int64), np.empty(LARGEST, dtype=np.int64)
    for i in range(len(length)):
        c, a, b, v, at = code[i], left[i], right[i], value[i], place[i]
        root = length[i] - 1
        masks = _masks(c, a, b, length[i], _IS_BINARY)
        terms, shifted = _chain(c, a, b, root, False, steps, signs)
        _mark_joined(masks, steps, terms, at, joined[i], 0)
        if terms > 1 or shifted:
            for t in range(terms):
                _mark_term(c, a, b, v, steps[t], at, atoms[i], pairs[i])
        factors, scaled = _chain(c, a, b, root, True, steps, signs)
        _mark_joined(masks, steps, factors, at, joined[i], 1)
        if terms > 1 or shifted:
            continue
        _mark_factors(c, a, b, v, steps, signs, factors, at, atoms[i], pairs[i])
        if _even(c, a, b, v, steps, factors):
            outer[i, _SQUARE] = True
        if factors == 1 and signs[0] < 0:
            outer[i, _INVERSE] = True
        elif factors == 1:
            which, multiple = _outer(c, a, b, v, steps[0])
            if which >= 0 and (multiple or not scaled):
                outer[i, which] = True
