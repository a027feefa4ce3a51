"""Sums of monomials written as products: factors that share no variable, and whole powers.

A polynomial in two groups of variables is a product of one in each if its coefficients, one row a
monomial of the first group, have rank one.  The root of a power is had term by term, the leading
one first.  Both are exact but for rounding, which fitted coefficients bring.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations

from sr_kernel.expr import Expr, apply, number, symbol
from sr_kernel.search.operations import power
from sr_kernel.search.polynomial import total

Monomial = tuple[int, ...]
Polynomial = dict[Monomial, float]

_FEWEST, _MOST = 3, 60
"""Terms from which a product may be shorter, and up to which one is sought."""
_ROUNDING = 1e-7
_POWERS = (2, 3, 4)
_ROOT_TERMS = 8


def product_of(terms: Sequence[tuple[float, Expr]]) -> Expr:
    """The sum of c f over ``terms`` (c, f), written as a product where it is one."""
    plain = total(terms)
    read = _read(terms) if _FEWEST <= len(terms) <= _MOST else None
    if read is None:
        return plain
    names, polynomial = read
    scale, factors = _factored(polynomial)
    if len(factors) == 1 and factors[0][1] == 1:
        return plain
    parts = [power(_written(names, part), Fraction(k)) for part, k in factors]
    product = apply("mul", *parts) if len(parts) > 1 else parts[0]
    product = product if scale == 1 else number(scale) * product
    return min(plain, product, key=lambda expr: expr.size)


# ------------------------------------------------------------------ reading and writing


def _read(terms: Sequence[tuple[float, Expr]]) -> tuple[list[str], Polynomial] | None:
    """The variables and the polynomial; None if a term is no monomial."""
    powers = [_powers(expr) for _, expr in terms]
    if any(found is None for found in powers):
        return None
    known = [found for found in powers if found is not None]
    names = sorted({name for found in known for name in found})
    return names, {
        tuple(found.get(name, 0) for name in names): c
        for found, (c, _) in zip(known, terms, strict=True)
    }


def _powers(expr: Expr) -> dict[str, int] | None:
    found: dict[str, int] = {}
    for part in expr.args if expr.op == "mul" else (expr,):
        base, exponent = part.args if part.op == "pow" else (part, number(1))
        whole = exponent.value if exponent.is_number else None
        if part is number(1):
            continue
        if not base.is_symbol or whole is None or whole != int(whole) or whole < 1:
            return None
        found[str(base)] = found.get(str(base), 0) + int(whole)
    return found


def _written(names: list[str], polynomial: Polynomial) -> Expr:
    """The sum; leading coefficients of one are no constants to be fitted."""
    terms = []
    for monomial, c in sorted(polynomial.items(), reverse=True):
        parts = [power(symbol(n), Fraction(k)) for n, k in zip(names, monomial, strict=True) if k]
        factors = parts if c == 1.0 and parts else [number(c), *parts]
        terms.append(apply("mul", *factors) if len(factors) > 1 else factors[0])
    return apply("add", *terms) if len(terms) > 1 else terms[0]


# ------------------------------------------------------------------ factors


def _factored(polynomial: Polynomial) -> tuple[float, list[tuple[Polynomial, int]]]:
    """A number, and factors of leading coefficient one with their powers."""
    lead = polynomial[max(polynomial)]
    unit = {monomial: c / lead for monomial, c in polynomial.items()}
    factors = []
    for part in _separated(unit):
        for k in _POWERS[::-1]:
            root = _root(part, k)
            if root is not None:
                factors.append((root, k))
                break
        else:
            factors.append((part, 1))
    return lead, factors


def _separated(polynomial: Polynomial) -> Iterator[Polynomial]:
    """Factors that share no variable, each of leading coefficient one."""
    used = [k for k in range(len(max(polynomial))) if any(m[k] for m in polynomial)]
    for count in range(1, len(used) // 2 + 1):
        for group in combinations(used, count):
            both = _split(polynomial, group)
            if both is not None:
                for part in both:
                    yield from _separated(part)
                return
    yield polynomial


def _split(polynomial: Polynomial, group: tuple[int, ...]) -> tuple[Polynomial, Polynomial] | None:
    """The factor of the variables in ``group`` and that of the others, if there are such."""
    rows: dict[Monomial, Polynomial] = defaultdict(dict)
    for monomial, c in polynomial.items():
        inside = tuple(e if k in group else 0 for k, e in enumerate(monomial))
        rows[inside][tuple(a - b for a, b in zip(monomial, inside, strict=True))] = c
    first = rows[max(rows)]
    head = max(first)
    shares = {inside: row.get(head, 0.0) / first[head] for inside, row in rows.items()}
    for inside, row in rows.items():
        for other in row.keys() | first.keys():
            wanted, found = shares[inside] * first.get(other, 0.0), row.get(other, 0.0)
            if abs(wanted - found) > _ROUNDING * (abs(wanted) + abs(found)):
                return None
    return shares, {other: c / first[head] for other, c in first.items()}


def _root(polynomial: Polynomial, k: int) -> Polynomial | None:
    """The polynomial whose ``k``-th power this one of leading coefficient one is."""
    lead = max(polynomial)
    if len(polynomial) < 3 or any(e % k for e in lead):
        return None
    start = tuple(e // k for e in lead)
    root = {start: 1.0}
    for _ in range(_ROOT_TERMS):
        rest = _rest(polynomial, root, k)
        if not rest:
            return root
        highest = max(rest)
        new = tuple(a - (k - 1) * b for a, b in zip(highest, start, strict=True))
        if min(new) < 0 or new >= min(root):
            return None
        root[new] = rest[highest] / k
    return None


def _rest(polynomial: Polynomial, root: Polynomial, k: int) -> Polynomial:
    """``polynomial`` less the ``k``-th power of ``root``, without what rounding leaves."""
    raised, sizes = root, {m: abs(c) for m, c in root.items()}
    for _ in range(k - 1):
        raised = _product(raised, root)
        sizes = _product(sizes, {m: abs(c) for m, c in root.items()})
    rest = {}
    for monomial in polynomial.keys() | raised.keys():
        found = polynomial.get(monomial, 0.0)
        left = found - raised.get(monomial, 0.0)
        if abs(left) > _ROUNDING * (abs(found) + sizes.get(monomial, 0.0)):
            rest[monomial] = left
    return rest


def _product(a: Polynomial, b: Polynomial) -> Polynomial:
    found: dict[Monomial, float] = defaultdict(float)
    for m, c in a.items():
        for n, d in b.items():
            found[tuple(i + j for i, j in zip(m, n, strict=True))] += c * d
    return dict(found)
