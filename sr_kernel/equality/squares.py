"""Squares of circular and hyperbolic functions hidden in products and sums of other factors."""

from __future__ import annotations

from fractions import Fraction

from sr_kernel.equality.monomials import Monomial, Powers
from sr_kernel.equality.order import order_key
from sr_kernel.expr import Expr, apply, number, transform

_TWO = number(2)
_COMPLEMENTS = {"sin": ("cos", 1), "cos": ("sin", 1), "tanh": ("cosh", -1), "cosh": ("sinh", 1)}
"""f -> g, k with ``1 - f**2 = g**(2*k)``, but for cosh, where it is ``-sinh**2``."""


def conjugates_joined(q: Fraction, powers: Powers) -> Monomial:
    """``(1 - cos(u))*(1 + cos(u))`` as ``sin(u)**2`` and alike, to the power both have."""
    found = [(base, *_binomial(base)) for base in sorted(powers, key=order_key)
             if base.op == "add" and len(base.args) == 2]  # fmt: skip
    ones = [(base, a, b, inner) for base, a, b, inner in found if inner is not None]
    result = dict(powers)
    for i, (left, a, b, inner) in enumerate(ones):
        for right, c, d, other in ones[i + 1 :]:
            m, n = result.get(left, 0), result.get(right, 0)
            if inner is not other or a * b == c * d or m * n <= 0:
                continue
            common = min(abs(m), abs(n)) * (1 if m > 0 else -1)
            function, k = _COMPLEMENTS[inner.op]
            sign = a * c * (-1 if inner.op == "cosh" else 1)
            q *= Fraction(sign) ** (common % 2)
            for base, by in ((left, -common), (right, -common)):
                result[base] += by
            complement = apply(function, *inner.args)
            result[complement] = result.get(complement, 0) + 2 * k * common
    return q, {base: power for base, power in result.items() if power}


def _binomial(total: Expr) -> tuple[int, int, Expr | None]:
    """``one + sign*f`` of a sum ``1 + f(u)``, ``f(u) - 1`` ...; f None for other sums."""
    signs: list[int] = []
    inner: Expr | None = None
    one = 0
    for arg in total.args:
        sign, term = (-1, arg.args[0]) if arg.op == "neg" else (1, arg)
        if isinstance(term.value, Fraction) and abs(term.value) == 1:
            one = sign * int(term.value)
        elif term.op in _COMPLEMENTS:
            inner = term
            signs.append(sign)
    if one == 0 or inner is None:
        return 0, 0, None
    return one, signs[0], inner


_HALVES = {"sin": Fraction(-1, 2), "cos": Fraction(1, 2)}


def halved(expr: Expr) -> Expr:
    """``expr`` with ``sin(u)**2`` and ``cos(u)**2`` in terms of ``cos(2*u)``."""
    return transform(expr, _halved)


def _halved(node: Expr) -> Expr:
    if node.op != "pow" or node.args[0].op not in _HALVES or node.args[1] is not _TWO:
        return node
    (angle,) = node.args[0].args
    return Fraction(1, 2) + _HALVES[node.args[0].op] * apply("cos", 2 * angle)


def doubled(powers: Powers) -> tuple[Expr, int] | None:
    """The angle u of ``sin(u)*cos(u)`` and the power that both have, None for other products."""
    for base, power in powers.items():
        if base.op == "sin" and power > 0:
            common = min(power, powers.get(apply("cos", *base.args), 0))
            if common > 0:
                return base.args[0], common
    return None


def with_cotangents(powers: Powers) -> Powers:
    """``cos(u)/sin(u)`` as ``1/tan(u)``."""
    result = dict(powers)
    for base in powers:
        if base.op != "cos":
            continue
        sine, tangent = apply("sin", *base.args), apply("tan", *base.args)
        common = min(result[base], -result.get(sine, 0))
        if common > 0:
            for factor, by in ((base, -common), (sine, common), (tangent, -common)):
                result[factor] = result.get(factor, 0) + by
    return {base: power for base, power in result.items() if power}


def cosecants_joined(terms: list[Monomial]) -> list[Monomial]:
    """``q*sin(u)**-2 - q`` as ``q*tan(u)**-2``, also where both have further factors."""
    result = list(terms)
    for q, powers in terms:
        for base, power in powers.items():
            rest = {**powers, base: power + 2}
            if base.op == "sin" and power <= -2:
                partner = (-q, {key: value for key, value in rest.items() if value})
                if partner in result and (q, powers) in result:
                    result.remove(partner)
                    result.remove((q, powers))
                    tangent = apply("tan", *base.args)
                    rest[tangent] = rest.get(tangent, 0) - 2
                    result.append((q, {key: value for key, value in rest.items() if value}))
                    break
    return result
