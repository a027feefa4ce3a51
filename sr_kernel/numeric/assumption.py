"""Facts about variables that the caller vouches for: ``x > 0``, ``0 < x < 1``, ``n integer``."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sr_kernel.errors import AssumptionError, ExpressionError
from sr_kernel.expr import Expr, number, parse, symbol, to_text, variables, walk
from sr_kernel.numeric.interval import EVERYTHING, Interval, interval
from sr_kernel.numeric.relation import ZERO, Relation, negated_term, split_comparison

_PROPERTIES: dict[str, tuple[str, ...]] = {
    "real": (),
    "finite": (),
    "integer": ("integer",),
    "positive": (">",),
    "negative": ("<",),
    "nonnegative": (">=",),
    "nonpositive": ("<=",),
    "nonzero": ("!=",),
    "natural": ("integer", ">="),
}
"""What may follow a variable's name, as comparisons to 0."""

_WAY_OUT = 'write it like "x > 0", "0 < x < 1", "x != y" or "n integer"'


@dataclass(frozen=True)
class Assumptions:
    """A set of facts, in the order given.  Hashable; empty by default.

    ``relations`` are comparisons between terms, ``integers`` the names of variables that take
    whole values only.
    """

    relations: tuple[Relation, ...] = ()
    integers: frozenset[str] = field(default=frozenset())

    def __post_init__(self) -> None:
        self._check_consistent()

    @classmethod
    def parse(cls, items: Assumptions | str | Iterable[Any] = ()) -> Assumptions:
        """Facts from text: one string (commas separate facts) or several.

        Comparisons (``< <= > >= == !=``, chained too) stand between any two expressions; a name
        may be followed by real, integer, positive, negative, nonnegative, nonpositive, nonzero or
        natural.  SymPy relations are read through their text.

        Raises :class:`AssumptionError` for what cannot be read and for facts that contradict each
        other.
        """
        if isinstance(items, Assumptions):
            return items
        relations: list[Relation] = []
        integers: set[str] = set()
        for text in _texts(items):
            for fact in _facts(text):
                if isinstance(fact, str):
                    integers.add(fact)
                elif fact not in relations:
                    relations.append(fact)
        return cls(tuple(relations), frozenset(integers))

    @classmethod
    def from_ranges(cls, ranges: Mapping[str, tuple[float, float]]) -> Assumptions:
        """Facts from closed ranges of the data by column name."""
        relations = []
        for name, (lo, hi) in ranges.items():
            if not lo <= hi:
                raise AssumptionError(
                    f"the range of {name!r} is ({lo}, {hi}): give a lower and an upper end"
                )
            if math.isfinite(lo):
                relations.append(Relation(symbol(name), ">=", number(float(lo))))
            if math.isfinite(hi):
                relations.append(Relation(symbol(name), "<=", number(float(hi))))
        return cls(tuple(relations))

    @classmethod
    def from_sympy_symbols(cls, expr: Any) -> Assumptions:
        """The assumptions that the symbols of a SymPy expression carry (positive, integer ...)."""
        items = [
            f"`{each.name}` {name}"
            for each in sorted(expr.free_symbols, key=str)
            for name in _PROPERTIES
            if getattr(each, f"is_{name}", None)
        ]
        return cls.parse(items)

    def __or__(self, other: Assumptions) -> Assumptions:
        """Both sets of facts together."""
        added = tuple(each for each in other.relations if each not in self.relations)
        return Assumptions(self.relations + added, self.integers | other.integers)

    def __bool__(self) -> bool:
        return bool(self.relations or self.integers)

    def __iter__(self) -> Iterator[str]:
        """The facts as text that :meth:`parse` reads back."""
        yield from map(str, self.relations)
        for name in sorted(self.integers):
            yield f"{to_text(symbol(name))} integer"

    def __str__(self) -> str:
        return ", ".join(self)

    def box(self) -> dict[str, tuple[float, float]]:
        """Closed ranges of the variables that are bounded, for
        :func:`~sr_kernel.numeric.interval.interval`."""
        return {
            name: (found.lo, found.hi)
            for name, found in self.ranges.items()
            if found.lo > EVERYTHING.lo or found.hi < EVERYTHING.hi
        }

    @cached_property
    def known(self) -> Mapping[Expr, Interval]:
        """What is known of each term that a fact speaks of, with open ends and holes."""
        facts: dict[Expr, Interval] = {
            symbol(name): Interval(integer=True) for name in sorted(self.integers)
        }
        for relation in self.relations:
            for term, found in _bounds(relation):
                before = facts.get(term, EVERYTHING)
                facts[term] = before.meet(found)
        return facts

    @cached_property
    def ranges(self) -> Mapping[str, Interval]:
        """What is known of each variable."""
        return {str(term.value): found for term, found in self.known.items() if term.is_symbol}

    @property
    def nonzero(self) -> frozenset[Expr]:
        """Terms that a fact says are never 0."""
        return frozenset(term for term, found in self.known.items() if found.is_nonzero)

    def interval(self, expr: Expr) -> Interval:
        """Where the values of ``expr`` lie under these facts."""
        return interval(expr, {}, self.known)

    def is_positive(self, expr: Expr) -> bool:
        """Whether ``expr`` surely is > 0 wherever it is defined."""
        return self.interval(expr).is_positive

    def is_nonnegative(self, expr: Expr) -> bool:
        """Whether ``expr`` surely is >= 0 wherever it is defined."""
        return self.interval(expr).is_nonnegative

    def is_nonzero(self, expr: Expr) -> bool:
        """Whether ``expr`` surely is not 0 wherever it is defined."""
        return self.interval(expr).is_nonzero

    def is_integer(self, expr: Expr) -> bool:
        """Whether ``expr`` surely is a whole number wherever it is defined."""
        return self.interval(expr).integer

    def is_defined(self, expr: Expr) -> bool:
        """Whether ``expr`` surely is defined."""
        return self.interval(expr).defined

    def implies(self, relation: Relation) -> bool:
        """Whether ``relation`` surely holds wherever both of its sides are defined."""
        return self.interval(relation.difference).satisfies(relation.sign)

    def _check_consistent(self) -> None:
        for term, found in self.known.items():
            if found.is_empty:
                self._contradicted(term)
            # What its parts allow may exclude what is said of the whole: x > 0, y > 0, x + y < 0.
            others = {other: fact for other, fact in self.known.items() if other is not term}
            if interval(term, {}, others).meet(found).is_empty:
                self._contradicted(term)

    def _contradicted(self, term: Expr) -> None:
        names = set(variables(term))
        about = [text for text in self if names & set(_names_in(text))]
        raise AssumptionError(
            f"the assumptions {', '.join(map(repr, about))} contradict each other: no number "
            "satisfies them all, so leave one out"
        )


NOTHING = Assumptions()
"""No facts at all."""


def _texts(items: str | Iterable[Any]) -> list[str]:
    if isinstance(items, str):
        return [part for part in _split_commas(items) if part.strip()]
    try:
        return [str(item) for item in items]
    except TypeError:
        raise AssumptionError(f"{items!r} is not a list of assumptions: {_WAY_OUT}") from None


def _split_commas(text: str) -> list[str]:
    """``text`` cut at commas outside parentheses and backticks."""
    parts, depth, quoted = [""], 0, False
    for mark in text:
        if mark == "`":
            quoted = not quoted
        elif not quoted:
            depth += (mark == "(") - (mark == ")")
        if mark == "," and depth == 0 and not quoted:
            parts.append("")
        else:
            parts[-1] += mark
    return parts


def _facts(text: str) -> Iterator[Relation | str]:
    """The relations in ``text``, and names of variables that it calls integer."""
    pieces = split_comparison(text)
    if len(pieces) == 1:
        yield from _property(text)
        return
    terms = [_term(piece, text) for piece in pieces[0::2]]
    for left, sign, right in zip(terms, pieces[1::2], terms[1:], strict=False):
        relation = Relation(left, sign, right)
        if not variables(relation.difference) and not _holds(relation):
            raise AssumptionError(f"the assumption {text!r} is never true: leave it out")
        yield relation


def _holds(relation: Relation) -> bool:
    return interval(relation.difference, {}).satisfies(relation.sign)


def _term(piece: str, text: str) -> Expr:
    try:
        return parse(piece)
    except ExpressionError as reason:
        raise AssumptionError(f"cannot read the assumption {text!r} ({reason}): {_WAY_OUT}") from (
            reason
        )


def _property(text: str) -> Iterator[Relation | str]:
    """The facts in ``name property``, also as ``name is property``."""
    subject, _, word = text.strip().rpartition(" ")
    subject = subject.strip().removesuffix(" is")
    if not subject or word not in _PROPERTIES:
        raise AssumptionError(f"cannot read the assumption {text!r}: {_WAY_OUT}")
    term = _term(subject, text)
    for fact in _PROPERTIES[word]:
        if fact != "integer":
            yield Relation(term, fact, ZERO)
        elif term.is_symbol:
            yield str(term.value)
        else:
            raise AssumptionError(f"the assumption {text!r} must name a variable: {_WAY_OUT}")


def _bounds(relation: Relation) -> Iterator[tuple[Expr, Interval]]:
    """What ``relation`` says of its sides and of their difference, in either sign."""
    for each in (relation, relation.flipped()):
        limit = interval(each.right, {})
        if not each.left.is_number and limit.defined and not variables(each.right):
            yield each.left, _side(each.sign, limit)
        difference = each.difference
        if variables(difference) and each.left.value != 0:
            zero = Interval(0.0, 0.0)
            yield difference, _side(each.sign, zero)
            yield negated_term(difference), _side(each.flipped().sign, zero)


def _side(sign: str, limit: Interval) -> Interval:
    """The numbers that compare by ``sign`` to some number in ``limit``."""
    match sign:
        case "<":
            return Interval(hi=limit.hi, hi_open=True)
        case "<=":
            return Interval(hi=limit.hi, hi_open=limit.hi_open)
        case ">":
            return Interval(lo=limit.lo, lo_open=True)
        case ">=":
            return Interval(lo=limit.lo, lo_open=limit.lo_open)
        case "==":
            return limit
        case _:
            return Interval(nonzero=limit.lo == limit.hi == 0)


def _names_in(text: str) -> set[str]:
    names: set[str] = set()
    for fact in _facts(text):
        if isinstance(fact, str):
            names.add(fact)
        else:
            for side in (fact.left, fact.right):
                names.update(str(node.value) for node in walk(side) if node.is_symbol)
    return names
