"""Which signs a term can take: the guard of every step that needs one.

A sign is a set of the three possibilities, kept as bits.  What cannot be decided is
``ANY``, and a guard that meets it does not fire.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from sr_kernel.equality.monomials import monomial
from sr_kernel.expr import OPERATORS, Expr, walk
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.interval import Interval, interval

NEGATIVE, ZERO, POSITIVE = 1, 2, 4
NONNEGATIVE, NONPOSITIVE, NONZERO, ANY = 6, 3, 5, 7

_SAME_SIGN = frozenset({"sign", "cbrt", "sinh", "tanh", "asinh", "atan", "asin", "atanh"})
_POSITIVE = frozenset({"exp", "cosh", "pi", "e"})

_SIGNED = frozenset({"abs", "sign", "sqrt", "cbrt", "log", "min", "max", "floor", "ceil", "mod"})

Box = Mapping[str, Interval]


class Signs:
    """Signs of terms under known facts (term -> possible signs) and a box of the variables."""

    def __init__(self, facts: Mapping[Expr, int] | None = None, box: Box | None = None) -> None:
        self.facts = dict(facts or {})
        self.box = dict(box or {})
        self._known: dict[Expr, int] = {}
        self._bounds: dict[Expr, Interval] = {}

    def of(self, expr: Expr) -> int:
        """The possible signs of ``expr`` where it is defined (0: it is defined nowhere)."""
        found = self._known.get(expr)
        if found is None:
            check_time()
            found = self._derived(expr) & self.facts.get(expr, ANY)
            if found not in (NEGATIVE, ZERO, POSITIVE):
                found &= self._bounded(expr)
            self._known[expr] = found
        return found

    def positive(self, expr: Expr) -> bool:
        return self.of(expr) & ~POSITIVE == 0

    def nonnegative(self, expr: Expr) -> bool:
        return self.of(expr) & NEGATIVE == 0

    def nonpositive(self, expr: Expr) -> bool:
        return self.of(expr) & POSITIVE == 0

    def nonzero(self, expr: Expr) -> bool:
        return self.of(expr) & ZERO == 0

    def _bounded(self, expr: Expr) -> int:
        """What interval arithmetic over the box says."""
        if expr.is_symbol and str(expr.value) not in self.box:
            return ANY
        bounds = interval(expr, self.box, done=self._bounds)
        if bounds.is_empty:  # defined nowhere on the box: nothing to say
            return ANY
        zero = 0 if bounds.is_nonzero else ZERO
        return (NEGATIVE if bounds.lo < 0 else 0) | zero | (POSITIVE if bounds.hi > 0 else 0)

    def _derived(self, expr: Expr) -> int:
        if expr.op == "number":
            return of_number(expr.value)  # type: ignore[arg-type]
        if expr.op in _SAME_SIGN:
            return self.of(expr.args[0])
        if expr.op in _POSITIVE:
            return POSITIVE
        match expr.op:
            case "symbol":
                return ANY
            case "add":
                return _sum([self.of(arg) for arg in expr.args]) & self._beside_root(expr)
            case "mul":
                return _product([self.of(arg) for arg in expr.args])
            case "div":
                below = self.of(expr.args[1]) & ~ZERO
                return _product([self.of(expr.args[0]), below])
            case "neg":
                return _flipped(self.of(expr.args[0]))
            case "pow":
                return self._power(*expr.args)
            case "sqrt":
                return self.of(expr.args[0]) & NONNEGATIVE
            case "abs":
                inner = self.of(expr.args[0])
                return (inner & ZERO) | (POSITIVE if inner & NONZERO else 0)
        return self._extreme(expr) if expr.op in ("min", "max") else self._within_image(expr)

    def _beside_root(self, total: Expr) -> int:
        """Positive for ``sqrt(u**2 + v) + u`` with a positive v: the root is the larger part."""
        roots = [arg for arg in total.args if arg.op == "sqrt" and arg.args[0].op == "add"]
        if len(total.args) != 2 or len(roots) != 1:
            return ANY
        (other,) = (arg for arg in total.args if arg is not roots[0])
        q, powers = monomial(other)
        square = q * q, {base: 2 * power for base, power in powers.items()}
        inside = roots[0].args[0].args
        rest = [self.of(arg) for arg in inside if monomial(arg) != square]
        return POSITIVE if len(rest) < len(inside) and _sum(rest) == POSITIVE else ANY

    def _within_image(self, expr: Expr) -> int:
        low, high = OPERATORS[expr.op].image
        return (NEGATIVE if low < 0 else 0) | ZERO | (POSITIVE if high > 0 else 0)

    def _power(self, base: Expr, exponent: Expr) -> int:
        signs = self.of(base)
        power = exponent.value
        if not isinstance(power, Fraction | float):
            return POSITIVE if signs == POSITIVE else ANY
        if power == 0:
            return POSITIVE
        if power < 0:
            signs &= ~ZERO
        if power % 2 == 0:
            return (signs & ZERO) | (POSITIVE if signs & NONZERO else 0)
        return signs if power % 1 == 0 else signs & NONNEGATIVE

    def _extreme(self, expr: Expr) -> int:
        signs = [self.of(arg) for arg in expr.args]
        if expr.op == "min":
            return _flipped(_largest([_flipped(sign) for sign in signs]))
        return _largest(signs)


def asks_for_signs(expr: Expr) -> bool:
    """Whether the normal form of an operator in ``expr`` depends on signs of its arguments."""
    return any(node.op in _SIGNED or _is_real_power(node) for node in walk(expr))


def _is_real_power(node: Expr) -> bool:
    if node.op != "pow":
        return False
    value = node.args[1].value
    return type(value) is not Fraction or value.denominator != 1


def of_number(value: Fraction | float) -> int:
    """The sign of a literal."""
    return POSITIVE if value > 0 else NEGATIVE if value < 0 else ZERO


def _flipped(sign: int) -> int:
    up = POSITIVE if sign & NEGATIVE else 0
    return (sign & ZERO) | up | (NEGATIVE if sign & POSITIVE else 0)


def _sum(signs: list[int]) -> int:
    """Possible signs of a sum: zero needs all zero or opposite signs."""
    if 0 in signs:
        return 0
    up = any(sign & POSITIVE for sign in signs)
    down = any(sign & NEGATIVE for sign in signs)
    if up and down:
        return ANY
    zero = ZERO if all(sign & ZERO for sign in signs) else 0
    return zero | (POSITIVE if up else 0) | (NEGATIVE if down else 0)


def _product(signs: list[int]) -> int:
    result = POSITIVE
    for sign in signs:
        passed = 0
        for left in (NEGATIVE, ZERO, POSITIVE):
            for right in (NEGATIVE, ZERO, POSITIVE):
                if result & left and sign & right:
                    passed |= (
                        ZERO if ZERO in (left, right) else (POSITIVE if left == right else NEGATIVE)
                    )
        result = passed
    return result


def _largest(signs: list[int]) -> int:
    """Possible signs of the largest of several values."""
    if any(sign == 0 for sign in signs):
        return 0
    possible = POSITIVE if any(sign & POSITIVE for sign in signs) else 0
    if not any(sign == POSITIVE for sign in signs):
        if any(sign & ZERO for sign in signs):
            possible |= ZERO
        if all(sign & NEGATIVE for sign in signs):
            possible |= NEGATIVE
    return possible
