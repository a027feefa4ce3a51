"""Whether a rule can match a term as it stands: most terms need no e-graph.

Most rules tell what the normal form knows already.  The others need certain functions, one inside
the other, over the same argument, raised to a power or next to a certain literal; a term that lacks
what each of them needs is as small as they can make it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from sr_kernel.egraph.pattern import CONSTRUCTORS, Pattern
from sr_kernel.egraph.ruleset import Rule, Ruleset
from sr_kernel.expr import OPERATORS, Expr, walk

_LARGEST_LOOKED_AT = 1_000
ROOT = "Root"
"""Stands for a power with an exponent that is not a whole number."""
_ARITHMETIC = frozenset({"Add", "Mul", "Pow", "Num", "Flt", "?"})


@dataclass(frozen=True)
class Needs:
    """What a rule's left side is made of."""

    heads: Counter[str]
    nested: frozenset[tuple[str, str]]
    """Functions and what stands inside them: functions, or a sum as the whole argument."""
    raised: frozenset[str]
    echoed: frozenset[tuple[str, str]]
    """Functions next to their own argument, or to its terms, and whether in a sum or a product."""
    joint: frozenset[frozenset[str]]
    """Different functions of one argument, powers of literals among them."""
    paired: frozenset[tuple[str, str]]
    """Sums and products with two of the same function in them."""
    literals: frozenset[Fraction]
    exponents: frozenset[Fraction]

    @cached_property
    def names(self) -> frozenset[str]:
        """The functions: most rules fail for want of one."""
        return frozenset(self.heads)


class Features:
    """What a term is made of, in the same words."""

    def __init__(self, expr: Expr) -> None:
        self.heads: Counter[str] = Counter()
        self.nested: set[tuple[str, str]] = set()
        self.raised: set[str] = set()
        self.literals: set[Fraction] = set()
        self.exponents: set[Fraction] = set()
        self.echoed: set[tuple[str, str]] = set()
        self.paired: set[tuple[str, str]] = set()
        self._over: dict[tuple[Expr, ...], set[str]] = {}
        inside: dict[Expr, frozenset[str]] = {}
        for node in walk(expr):
            inside[node] = self._entered(node, frozenset().union(*(inside[a] for a in node.args)))

    def _entered(self, node: Expr, below: frozenset[str]) -> frozenset[str]:
        """Notes a node; gives the functions met first from above it."""
        head = _head(node)
        self.literals.update(map(_literal, _literals_of(node)))
        if node.op == "pow" and isinstance(node.args[1].value, Fraction):
            self.exponents.add(abs(node.args[1].value))
        if head is None:
            self._pair(node)
            if node.op == "pow":
                self.raised |= below
            return below
        self.heads[head] += 1
        self.nested.update((head, inner) for inner in below)
        if head == ROOT:
            if node.args[0].is_number:
                self._over.setdefault(node.args[1:], set()).add(ROOT)
            return below | {ROOT}
        if node.args:
            self.nested.update((head, kind) for kind in _sums_in(node.args[0]))
        self._over.setdefault(node.args, set()).add(head)
        return frozenset({head})

    def _pair(self, node: Expr) -> None:
        kind = {"add": "Add", "mul": "Mul", "div": "Mul"}.get(node.op)
        if kind is not None:
            factors = list(_factors(node, kind))
            heads = Counter(map(_head, factors))
            self.paired.update((kind, head) for head, count in heads.items() if head and count > 1)
            own = dict(zip(factors, map(_head, factors), strict=True))
            self.echoed.update(
                (kind, head)
                for factor, head in own.items()
                if head and own.keys() >= set(_atoms(factor))
            )

    def meet(self, needs: Needs) -> bool:
        """Whether the term has all that a rule needs."""
        return (
            self.heads.keys() >= needs.names
            and needs.heads <= self.heads
            and needs.nested <= self.nested
            and needs.raised <= self.raised
            and needs.echoed <= self.echoed
            and needs.paired <= self.paired
            and needs.literals <= self.literals
            and needs.exponents <= self.exponents
            and all(any(heads <= over for over in self._over.values()) for heads in needs.joint)
        )


def _factors(node: Expr, kind: str) -> Iterator[Expr]:
    """Factors of a product, or of the terms of a sum, without whole powers."""
    for arg in node.args:
        if arg.op in ("neg", "pow") and not (kind == "Mul" and _head(arg)):
            yield from _factors(arg, kind) if arg.op == "neg" else arg.args[:1]
        elif arg.op in ("mul", "div"):
            yield from _factors(arg, kind)
        else:
            yield arg


def _literals_of(node: Expr) -> Iterator[Fraction]:
    """Exact operands but the 1 of a reciprocal."""
    for place, arg in enumerate(node.args):
        value = arg.value
        is_reciprocal = node.op == "div" and place == 0 and value in (1, -1)
        if isinstance(value, Fraction) and not is_reciprocal:
            yield value


def _sums_in(arg: Expr) -> Iterator[str]:
    """Whether an argument is a sum, or a product with sums in it."""
    if arg.op == "add":
        yield "Add"
    elif any(factor.op == "add" for factor in _factors(arg, "Mul")):
        yield "Mul of Add"


def _atoms(node: Expr) -> Iterator[Expr]:
    """The argument of a function, or its terms where it is a sum; the base of a root."""
    if _head(node) == ROOT:
        yield node.args[0]
        return
    for arg in node.args:
        terms = arg.args if arg.op == "add" else (arg,)
        yield from (term.args[0] if term.op == "neg" else term for term in terms)


def _head(node: Expr) -> str | None:
    """The constructor of a function, None for arithmetic."""
    if node.op == "sqrt":
        return ROOT
    if node.op == "pow":
        value = node.args[1].value
        return None if isinstance(value, Fraction) and value.denominator == 1 else ROOT
    if not node.args and node.op not in ("pi", "e"):
        return None
    head = OPERATORS[node.op].egg
    return head if head in CONSTRUCTORS and head not in _ARITHMETIC else None


def has_prospects(expr: Expr, rules: Ruleset) -> bool:
    """Whether a rule that says more than the normal form knows may match ``expr``."""
    if expr.size > _LARGEST_LOOKED_AT:
        return True
    features = Features(expr)
    return any(features.meet(needs) for needs in _needs_of(rules))


@lru_cache(maxsize=8)
def _needs_of(rules: Ruleset) -> tuple[Needs, ...]:
    return tuple(map(_needs, rules.searching))


def _needs(rule: Rule) -> Needs:
    parts = list(_parts(rule.left))
    functions = [part for part in parts if _pattern_head(part)]
    over: dict[Pattern, set[str]] = {}
    for part in functions:
        if part[0] != "Pow":
            over.setdefault(part[1:], set()).add(part[0])
        elif part[1][0] == "Num":
            over.setdefault(part[2:], set()).add(ROOT)
    return Needs(
        Counter(map(_pattern_head, set(functions))),
        frozenset((_pattern_head(part), inner) for part in functions for inner in _inside(part)),
        frozenset(inner for part in parts if _is_high_power(part) for inner in _first(part[1:2])),
        frozenset(pair for part in parts for pair in _echoes(part)),
        frozenset(frozenset(heads) for heads in over.values() if len(heads) > 1),
        frozenset(pair for part in parts for pair in _pairs(part)),
        frozenset(_literals(parts)),
        frozenset(_exponents(parts)),
    )  # fmt: skip


def _pattern_head(part: Pattern) -> str:
    """The function that a part of a pattern applies, "" for none."""
    if part[0] == "Pow":
        power = part[2]
        whole = power[0] == "Num" and isinstance(power[1], Fraction) and power[1].denominator == 1
        return "" if whole else ROOT
    return "" if part[0] in _ARITHMETIC else str(part[0])


def _is_high_power(part: Pattern) -> bool:
    """Whether a power is more than a divisor."""
    if part[0] != "Pow" or part[2][0] != "Num":
        return False
    return isinstance(part[2][1], Fraction) and abs(part[2][1]) >= 2


def _pairs(part: Pattern) -> Iterator[tuple[str, str]]:
    if part[0] in ("Add", "Mul"):
        met = Counter(_pattern_head(_bare(arg)) for arg in part[1:])
        yield from ((part[0], head) for head, count in met.items() if head and count > 1)


def _echoes(part: Pattern) -> Iterator[tuple[str, str]]:
    """Functions in a sum or product that has their argument, or its terms, next to them."""
    if part[0] in ("Add", "Mul"):
        own = [_bare(arg) for arg in _operands(part, part[0])]
        for factor in own:
            head = _pattern_head(factor)
            if head and len(factor) > 1:
                terms = _operands(factor[1], "Add") if head != ROOT else [factor[1]]
                if all(_bare(term) in own for term in terms):
                    yield part[0], head


def _operands(part: Pattern, kind: str) -> list[Pattern]:
    """The operands of nested sums or products."""
    if part[0] != kind:
        return [part]
    return [inner for arg in part[1:] for inner in _operands(arg, kind)]


def _bare(part: Pattern) -> Pattern:
    """A factor without its whole power, a term without its literal coefficient."""
    if part[0] == "Mul" and part[1][0] == "Num":
        return part[2]  # type: ignore[no-any-return]
    return part[1] if part[0] == "Pow" and not _pattern_head(part) else part


def _parts(pattern: Pattern) -> Iterator[Pattern]:
    yield pattern
    if pattern[0] not in ("?", "Num", "Flt"):
        for part in pattern[1:]:
            yield from _parts(part)


def _inside(part: Pattern) -> Iterator[str]:
    yield from _first(part[1:])
    if part[0] == "Pow" or len(part) < 2:
        return
    if part[1][0] == "Add":
        yield "Add"
    elif any(_bare(factor)[0] == "Add" for factor in _operands(part[1], "Mul")):
        yield "Mul of Add"


def _first(patterns: Iterable[Pattern]) -> Iterator[str]:
    """The functions met first on the way down, and the roots on it."""
    for pattern in patterns:
        head = _pattern_head(pattern)
        if head:
            yield head
        if (not head or head == ROOT) and pattern[0] not in ("?", "Num", "Flt"):
            yield from _first(pattern[1:])


def _literals(parts: Iterable[Pattern]) -> Iterator[Fraction]:
    """Literals that are not exponents; -1 stands for a difference."""
    powers = {id(part[2]) for part in parts if part[0] == "Pow"}
    for part in parts:
        if part[0] == "Num" and isinstance(part[1], Fraction) and id(part) not in powers:
            yield from () if part[1] == -1 else (_literal(part[1]),)


def _exponents(parts: Iterable[Pattern]) -> Iterator[Fraction]:
    """Exponents that terms show as such: no divisors, no square roots."""
    for part in parts:
        exponent = part[2][1] if part[0] == "Pow" and part[2][0] == "Num" else None
        if isinstance(exponent, Fraction) and abs(exponent) not in (1, Fraction(1, 2)):
            yield abs(exponent)


def _literal(value: Fraction) -> Fraction:
    """A factor and a divisor count as the same literal, with either sign."""
    size = abs(value)
    return 1 / size if 0 < size < 1 else size
