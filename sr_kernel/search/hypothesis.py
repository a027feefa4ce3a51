"""What a user says of the law while it is sought: that it has some part, that it has not, or that
columns may be exchanged in it.

A part is looked for modulo equivalence, in several spellings of the law and of the part, and up to
a constant factor: ``tan(x)`` is in ``2*sin(x)/cos(x)``, ``x*y`` in ``3*x*z*y``.  Floats in a part
stand for any constant, and a name that begins with an underscore for any term (see
:mod:`sr_kernel.search.pattern`), so ``sin(_)`` is the operator.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Literal, get_args

from sr_kernel.errors import ExpressionError, OptionError
from sr_kernel.expr import (
    Expr,
    apply,
    has_floats,
    number,
    substitute,
    symbol,
    transform,
    variables,
    walk,
)
from sr_kernel.search.exchange import symmetric
from sr_kernel.search.inclusion import UndecidedError, included, iterate_bases
from sr_kernel.search.parts import ONE, Base, Monomial, Parts, parts_of
from sr_kernel.search.pattern import Pattern
from sr_kernel.search.refine import pinned
from sr_kernel.search.values import proportional, values

Kind = Literal["require", "ban", "symmetric"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST = 50
"""Hypotheses that a search takes at a time."""
_STEPS = 20_000
"""Steps of the normal form, some 10 ms, after which it is done without."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """A law must have ``part`` ("require") or must not ("ban"), or stays the same whatever the
    order of the columns in ``part`` ("symmetric").

    ``meaning`` says what variables of the law stand for in those of ``part``, where they differ.
    Raises :class:`OptionError` for a part that is in every law, and for one without two columns
    that could be exchanged.
    """

    kind: Kind
    part: Expr
    meaning: tuple[tuple[str, Expr], ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise OptionError(
                f"a hypothesis is 'require', 'ban' or 'symmetric', not {str(self.kind)[:40]!r}"
            )
        if not variables(self.part):
            raise OptionError(
                f"{str(self.part)[:60]!r} is a number, which any law may have: take a part with a "
                "variable in it"
            )
        if self.part.is_symbol and _is_wild(self.part):
            raise OptionError("a wildcard alone is any term: name an operator, such as sin(_)")
        if self.kind == "symmetric":
            self._check_columns()

    def _check_columns(self) -> None:
        if _has_wildcards(self.part):
            raise OptionError("a wildcard is any term: name the columns that may be exchanged")
        if len(self.columns) < 2:
            raise OptionError(
                f"in {str(self.part)[:60]!r} nothing can be exchanged: take a part with two "
                "columns or more"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of ``part``."""
        return variables(self.part)

    def allows(self, expr: Expr) -> bool:
        """Whether a law obeys; where that cannot be told, it does not.

        Nor does it where a part that is banned stands there to be read, though it cancels.
        """
        if self.meaning:
            expr = substitute(expr, dict(self.meaning))
        if self.kind == "symmetric":
            return symmetric(expr, self.columns)
        if self.kind == "require":
            return found(expr, self.part) is True
        return found(expr, self.part) is False and not _occurs(expr, self.part)


def contains(expr: Expr, part: Expr) -> bool:
    """Whether ``part`` is in ``expr``, in some spelling of it."""
    return found(expr, part) is True


@lru_cache(maxsize=50_000)
def found(expr: Expr, part: Expr) -> bool | None:
    """As :func:`contains`; None where it cannot be told."""
    expr, part = pinned(expr), pinned(part)
    names = [name for name in variables(part) if not name.startswith("_")]
    if not set(names) <= set(variables(expr)):
        return False
    try:
        if _has_wildcards(part):
            return _matches(expr, part)
        return _inside(expr, part) or _equal_inside(expr, part) or _inside_factored(expr, part)
    except (UndecidedError, ExpressionError):
        return None


def checked(hypotheses: Iterable[Hypothesis], names: Iterable[str]) -> tuple[Hypothesis, ...]:
    """``hypotheses`` on laws over the columns ``names``.

    Raises :class:`OptionError` for a column that is not there, and for too many.
    """
    given = tuple(dict.fromkeys(hypotheses))
    if len(given) > MOST:
        raise OptionError(f"{len(given)} hypotheses are too many: drop some, {MOST} are kept")
    for one in given:
        known = {*names, *(name for _, expr in one.meaning for name in variables(expr))}
        for name in variables(one.part):
            if name not in known and not name.startswith("_"):
                raise OptionError(
                    f"the hypothesis {str(one.part)[:60]!r} has {name[:40]!r}, which is no column: "
                    f"use {', '.join(sorted(known))[:80]}"
                )
    return given


def obeys(expr: Expr, hypotheses: Iterable[Hypothesis]) -> bool:
    """Whether a law obeys all ``hypotheses``."""
    return all(hypothesis.allows(expr) for hypothesis in hypotheses)


def banned_operators(hypotheses: Iterable[Hypothesis]) -> frozenset[str]:
    """Functions of one argument that no law may have, whatever of."""
    return frozenset(
        one.part.op
        for one in hypotheses
        if one.kind == "ban" and len(one.part.args) == 1 and _is_wild(one.part.args[0])
    )


# ------------------------------------------------------------------- as written


@lru_cache(maxsize=50_000)
def _occurs(expr: Expr, part: Expr) -> bool:
    """Whether ``part`` stands in ``expr`` as it is, constants apart."""
    expr, part = pinned(expr), pinned(part)
    if not has_floats(part):
        return part in walk(expr)
    wanted = _blanked(part)
    return wanted in walk(_blanked(expr))


@lru_cache(maxsize=4096)
def _blanked(expr: Expr) -> Expr:
    return transform(expr, lambda node: _BLANK if isinstance(node.value, float) else node)


_BLANK = number(0.5)


def _inside(expr: Expr, part: Expr) -> bool:
    """Whether the parts of one are among those of the other, multiplied out or not."""
    loose = has_floats(part)
    for expand in (False, True):
        whole, wanted = parts_of(expr, expand=expand), parts_of(part, expand=expand, loose=loose)
        if whole is None or wanted is None:
            raise UndecidedError
        if set(wanted) <= {ONE}:
            raise UndecidedError  # a part that is a number in other words: x/x
        if included(_without_shift(wanted), whole):
            return True
    return False


def _without_shift(parts: Parts) -> Parts:
    """Without a constant that any law may have beside one term: log(1.3*x) is log(x) + 0.26."""
    others = {monomial: scale for monomial, scale in parts.items() if monomial != ONE}
    alone = len(others) == 1 and all(_is_log(monomial) for monomial in others)
    return others if alone else parts


def _is_log(monomial: Monomial) -> bool:
    return any(isinstance(base, tuple) and base[0] == "log" for base, _ in monomial)


# --------------------------------------------------------------- as values say


def _equal_inside(expr: Expr, part: Expr) -> bool:
    """Whether a sub-term of ``expr`` is a constant times ``part`` by its values."""
    if has_floats(part):
        return False
    whole, wanted = parts_of(expr, expand=False), values(part)
    if whole is None:
        return False
    nodes = walk(written(whole))  # without what cancels
    return any(node.args and proportional(values(node), wanted) for node in nodes)


# ------------------------------------------------------------------ in factors


def _inside_factored(expr: Expr, part: Expr) -> bool:
    """As ``_inside``, with the law in factors: x**2 + 2*x*y + y**2 is (x + y)**2."""
    wanted = parts_of(part, expand=False, loose=has_floats(part))
    whole = parts_of(expr, expand=True)
    if wanted is None or whole is None or not (_has_sums(wanted) or _has_fractions(whole)):
        return False
    if len(whole) == 1 and not _has_sums(whole):
        return False
    factored = _factored(expr)
    return factored is not expr and _inside(factored, part)


def _has_sums(parts: Parts) -> bool:
    return len(parts) > 1 or any(base[0] == "sum" for base in iterate_bases(parts))


def _has_fractions(parts: Parts) -> bool:
    """Whether a sum of quotients stands in a power."""
    return any(
        base[0] == "sum" and any(power < 0 for monomial, _ in base[1] for _, power in monomial)
        for base in iterate_bases(parts)
    )


@lru_cache(maxsize=4096)
def _factored(expr: Expr) -> Expr:
    from sr_kernel.equality.constants import Constants
    from sr_kernel.equality.domain import informed_normalizer
    from sr_kernel.equality.normal_form import Mode
    from sr_kernel.numeric.deadline import OutOfTime, step_limit

    try:
        with step_limit(_STEPS):
            normalizer = informed_normalizer(Constants([]), Mode(), expr)
            scale, factors = normalizer.factors(expr)
            powers = [apply("pow", base, number(power)) for base, power in factors]
            return apply("mul", number(scale), *powers) if powers else number(scale)
    except (OutOfTime, ZeroDivisionError, ExpressionError):
        return expr


# -------------------------------------------------------------------- patterns


def _is_wild(expr: Expr) -> bool:
    return expr.is_symbol and str(expr.value).startswith("_")


def _has_wildcards(expr: Expr) -> bool:
    return any(name.startswith("_") for name in variables(expr))


def _matches(expr: Expr, part: Expr) -> bool:
    if Pattern(part).occurs_in(expr):
        return True
    named = _with_names(part)
    for expand in (False, True):
        whole, wanted = parts_of(expr, expand=expand), parts_of(named, expand=expand)
        if whole is None or wanted is None:
            raise UndecidedError
        if Pattern(_pattern(wanted)).occurs_in(written(whole)):
            return True
    return False


def _with_names(part: Expr) -> Expr:
    """``part`` with a name for each lone underscore, which may stand for another term each time."""
    fresh = iter(range(10**6))

    def named(node: Expr) -> Expr:
        if node.is_symbol:
            return symbol(f"_any{next(fresh)}") if node.value == "_" else node
        return apply(node.op, *map(named, node.args)) if node.args else node

    return named(part)


def _pattern(parts: Parts) -> Expr:
    """A single product without its coefficient and without wildcards that may be 1."""
    expr = written(parts)
    if expr.op != "mul":
        return expr
    kept = [
        arg for arg in expr.args
        if not arg.is_number and not (_is_wild(arg) and _uses(expr, arg) == 1)
    ]  # fmt: skip
    return apply("mul", *kept) if kept else expr


def _uses(expr: Expr, part: Expr) -> int:
    return 1 if expr is part else sum(_uses(arg, part) for arg in expr.args)


def written(parts: Parts) -> Expr:
    """A term with these parts, the same each time."""
    return _sum(frozenset(parts.items()))


@lru_cache(maxsize=4096)
def _sum(parts: frozenset[tuple[Monomial, float]]) -> Expr:
    terms = [_product(monomial, scale) for monomial, scale in parts]
    return apply("add", *terms) if terms else number(0)


def _product(monomial: Monomial, scale: float) -> Expr:
    exponent = frozenset((base[1], power) for base, power in monomial if base[0] == "exp")
    factors = [_power(base, power) for base, power in monomial if base[0] != "exp"]
    if exponent:
        factors.append(apply("exp", _sum(exponent)))
    if scale != 1 or not factors:
        factors.append(number(_exact(scale)))
    return apply("mul", *factors)


def _power(base: Base, power: float) -> Expr:
    """Negative powers are reciprocals of others, so that a division is seen as one."""
    found = _base(base)
    if abs(power) != 1:
        found = apply("pow", found, number(_exact(abs(power))))
    return found if power > 0 else apply("pow", found, number(-1))


def _base(base: Base) -> Expr:
    if isinstance(base, str):
        return symbol(base)
    op, *args = base
    return _sum(args[0]) if op == "sum" else apply(op, *map(_sum, args))


def _exact(value: float) -> Fraction | float:
    return Fraction(value) if (4 * value).is_integer() else value
