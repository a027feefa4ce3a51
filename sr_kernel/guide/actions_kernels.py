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
_EXPONENTS = {"x": 1.0, "square": 2.0, "cube": 3.0, "sqrt": 0.5, "inverse": -1.0}
_POWERS = np.array([_EXPONENTS.get(name, 0.0) for name in ATOMS])
"""The exponent of each atom that is a power, 0 for others."""
_FACTOR, _DIVISOR, _TERM = range(3)
_SUM, _DIFFERENCE, _PRODUCT = 0, 2, 4
_SAME = 1e-9


@compiled
def _chain(code, left, right, value, root, multiplied, steps, signs):  # type: ignore[no-untyped-def]
    """The non-constant factors (or terms) below ``root`` with their exponents (or signs), and what
    constants there are besides: 0 for none, 1 where all are 1 or -1, else 2."""
    plus, minus = (MUL, DIV) if multiplied else (ADD, SUB)
    todo = np.empty(LARGEST, dtype=np.int64)
    sign = np.empty(LARGEST, dtype=np.int64)
    todo[0], sign[0] = root, 1
    open_, count, constants = 1, 0, 0
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
            constants = max(constants, 1 if multiplied else 0)
        elif code[k] == CONSTANT:
            constants = max(constants, 1 if abs(value[k]) == 1.0 else 2)
        elif multiplied and _is_product(code, left, right, value, k):
            todo[open_], sign[open_] = left[k], s * int(value[right[k]])
            open_ += 1
        else:
            steps[count], signs[count] = k, s
            count += 1
    return count, constants


@compiled
def _is_product(code, left, right, value, k):  # type: ignore[no-untyped-def]
    """Whether step ``k`` is a whole power of a product."""
    if code[k] != POW or code[right[k]] != CONSTANT:
        return False
    e = value[right[k]]
    return code[left[k]] in (MUL, DIV) and e == int(e) and abs(e) < 100


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
def _base(code, left, right, value, k):  # type: ignore[no-untyped-def]
    """What step ``k`` is a constant power of, and the exponent: 1 for what is no power."""
    e = _exponent(code, left, right, value, k)
    return (left[k], e) if e == e else (k, 1.0)


@compiled
def _function(code, left, b):  # type: ignore[no-untyped-def]
    """The atom that step ``b`` is of a variable, -1 for none and for powers."""
    if code[b] in (INPUT, CONSTANT, POW, SQRT, ADD, SUB, MUL, DIV) or code[left[b]] != INPUT:
        return -1
    return _ATOM_OF[code[b]]


@compiled
def _mark_power(e, place, atoms):  # type: ignore[no-untyped-def]
    """A power of a column has lower ones in it: dividing by them leaves less too."""
    way, size = _FACTOR if e > 0 else _DIVISOR, abs(e)
    for which in (_X, _SQUARED, _CUBED):
        if size > _POWERS[which] - _SAME:
            atoms[place, which, way] = True
    if abs(size - 0.5) < _SAME:
        atoms[place, _ROOT, way] = True


@compiled
def _mark_factors(code, left, right, value, steps, signs, count, place, atoms, pairs):  # type: ignore[no-untyped-def]
    for t in range(count):
        b, e = _base(code, left, right, value, steps[t])
        e *= signs[t]
        if code[b] == INPUT:
            _mark_power(e, place[left[b]], atoms)
            continue
        if abs(e) < 1 - _SAME:
            continue
        which = _function(code, left, b)
        if which >= 0:
            atoms[place[left[left[b]]], which, _FACTOR if e > 0 else _DIVISOR] = True
        elif (code[b] == ADD or code[b] == SUB) and code[left[b]] == INPUT == code[right[b]]:
            i, j = place[left[left[b]]], place[left[right[b]]]
            kind = (_SUM if code[b] == ADD else _DIFFERENCE) + (1 if e < 0 else 0)
            pairs[i, j, kind] = pairs[j, i, kind] = True


@compiled
def _even(code, left, right, value, steps, signs, count):  # type: ignore[no-untyped-def]
    """Whether all factors are even powers, so that the root of their product is shorter."""
    for t in range(count):
        e = signs[t] * _base(code, left, right, value, steps[t])[1]
        if not (abs(e) > 1 and abs(e / 2 - round(e / 2)) < _SAME):
            return False
    return count > 0


@compiled
def _mark_term(code, left, right, value, k, place, atoms, pairs):  # type: ignore[no-untyped-def]
    """One term of a sum: a multiple of an atom, or of the product of two columns."""
    steps, signs = np.empty(LARGEST, dtype=np.int64), np.empty(LARGEST, dtype=np.int64)
    count, _ = _chain(code, left, right, value, k, True, steps, signs)
    if count == 1:
        b, e = _base(code, left, right, value, steps[0])
        e *= signs[0]
        which = _of_power(e) if code[b] == INPUT else _function(code, left, b) if e == 1 else -1
        if which >= 0:
            atoms[place[left[b] if code[b] == INPUT else left[left[b]]], which, _TERM] = True
    elif count == 2 and code[steps[0]] == INPUT == code[steps[1]] and signs[0] == 1 == signs[1]:
        i, j = place[left[steps[0]]], place[left[steps[1]]]
        pairs[i, j, _PRODUCT] = pairs[j, i, _PRODUCT] = True


@compiled
def _of_power(e):  # type: ignore[no-untyped-def]
    """The atom of a column to the power ``e``, -1 for none."""
    for which in range(len(_POWERS)):
        if _POWERS[which] != 0 and abs(_POWERS[which] - e) < _SAME:
            return which
    return -1


@compiled
def _nodes(e, alone):  # type: ignore[no-untyped-def]
    """Nodes that a column to the power ``e`` adds to a product, which is 1 if it is ``alone``."""
    if e == 0:
        return 0
    power = 1 if abs(e) == 1 else 2 if abs(e) == 0.5 else 3
    return power - 1 if alone and e > 0 else power + 1


@compiled
def _read_terms(code, left, right, value, steps, count, exponents, others, bare, functions):  # type: ignore[no-untyped-def]
    """Fills, for each term of a sum, the ``exponents`` (terms, variables) of the columns, how many
    ``others`` than a column stand above the line, and whether it is ``bare``, one negative power
    and no quotient; and counts in how many terms a function of a column is a factor or divisor."""
    inner, signs = np.empty(LARGEST, dtype=np.int64), np.empty(LARGEST, dtype=np.int64)
    for t in range(count):
        many, constants = _chain(code, left, right, value, steps[t], True, inner, signs)
        others[t] += 1 if constants == 2 else 0
        for f in range(many):
            b, e = _base(code, left, right, value, inner[f])
            bare[t] = many == 1 and constants == 0 and e < 0
            e *= signs[f]
            if e > 0:
                others[t] += 1
            which = _function(code, left, b)
            if code[b] == INPUT:
                exponents[t, left[b]] += e
                others[t, left[b]] -= 1 if e > 0 else 0
            elif which >= 0 and abs(e) > 1 - _SAME:
                functions[left[left[b]], which, _FACTOR if e > 0 else _DIVISOR] += 1


@compiled
def _mark_sum(code, left, right, value, k, sign, place, atoms):  # type: ignore[no-untyped-def]
    """The sum ``k``, a factor (or divisor) of the law: what it may be multiplied or divided by so
    that it is shorter, term by term, as 1 + x/z by z and x*u + x*v by x."""
    steps, signs = np.empty(LARGEST, dtype=np.int64), np.empty(LARGEST, dtype=np.int64)
    count, constants = _chain(code, left, right, value, k, False, steps, signs)
    exponents = np.zeros((LARGEST + 1, LARGEST))
    others = np.zeros((LARGEST + 1, LARGEST), dtype=np.int64)
    bare = np.zeros(LARGEST + 1, dtype=np.bool_)
    functions = np.zeros((LARGEST, len(_POWERS), 2), dtype=np.int64)
    _read_terms(code, left, right, value, steps, count, exponents, others, bare, functions)
    if constants:
        others[count] = constants - 1
        count += 1
    for v in range(LARGEST):
        for which in range(len(_POWERS)):
            for way in (_FACTOR, _DIVISOR):
                e = -_POWERS[which] if way == _FACTOR else _POWERS[which]
                shorter = functions[v, which, way] == count
                if _POWERS[which] > 0:
                    shorter = _grown(exponents[:count, v], others[:, v], bare, e) < 0
                if shorter:
                    atoms[place[v], which, way if sign > 0 else 1 - way] = True


@compiled
def _grown(exponents, others, bare, e):  # type: ignore[no-untyped-def]
    """Nodes by which a sum grows whose terms have ``exponents`` of a column that is multiplied by
    it to the power ``e``, no higher than one of theirs; nothing merges."""
    if (exponents * (1 if e < 0 else -1)).max() < abs(e):
        return 0
    total = 0
    for t in range(len(exponents)):
        old = exponents[t]
        alone = others[t] == 0 and not (bare[t] and old == 0)
        total += _nodes(old + e, alone) - _nodes(old, alone)
        if bare[t]:
            total += 2 if old != 0 else 0
    return total


@compiled
def _mark_sums(code, left, right, value, steps, signs, count, place, atoms):  # type: ignore[no-untyped-def]
    for t in range(count):
        b, e = _base(code, left, right, value, steps[t])
        e *= signs[t]
        if (code[b] == ADD or code[b] == SUB) and abs(abs(e) - 1) < _SAME:
            _mark_sum(code, left, right, value, b, e, place, atoms)


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
def fill_peels(  # type: ignore[no-untyped-def]
    code, left, right, value, length, place, sums, outer, atoms, pairs, joined
):
    """Mark what each law admits, see :class:`sr_kernel.guide.actions.Peels`."""
    steps, signs = np.empty(LARGEST, dtype=np.int64), np.empty(LARGEST, dtype=np.int64)
    for i in range(len(length)):
        c, a, b, v, at = code[i], left[i], right[i], value[i], place[i]
        root = length[i] - 1
        masks = _masks(c, a, b, length[i], _IS_BINARY)
        terms, shifted = _chain(c, a, b, v, root, False, steps, signs)
        _mark_joined(masks, steps, terms, at, joined[i], 0)
        if terms > 1 or shifted > 0:
            for t in range(terms):
                _mark_term(c, a, b, v, steps[t], at, atoms[i], pairs[i])
        factors, scaled = _chain(c, a, b, v, root, True, steps, signs)
        _mark_joined(masks, steps, factors, at, joined[i], 1)
        if sums:
            _mark_sums(c, a, b, v, steps, signs, factors, at, atoms[i])
        if terms > 1 or shifted > 0:
            continue
        _mark_factors(c, a, b, v, steps, signs, factors, at, atoms[i], pairs[i])
        if _even(c, a, b, v, steps, signs, factors):
            outer[i, _SQUARE] = True
        if factors == 1 and signs[0] < 0:
            outer[i, _INVERSE] = True
        elif factors == 1:
            which, multiple = _outer(c, a, b, v, steps[0])
            if which >= 0 and (multiple or scaled == 0):
                outer[i, which] = True
