"""Everything known about one term while it is being simplified, and the ways to write it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property, partial

from sr_kernel.equality.collect import collected
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import NEVER, Condition, Ledger, is_isolated
from sr_kernel.equality.monomials import monomial
from sr_kernel.equality.normal_form import Mode, Normalizer
from sr_kernel.equality.order import order_key
from sr_kernel.equality.real_powers import reduced
from sr_kernel.equality.regrouping import Regrouper
from sr_kernel.equality.sign import Signs, asks_for_signs
from sr_kernel.equality.squares import halved
from sr_kernel.equality.writing import ordered
from sr_kernel.equality.zero_sets import ZeroSets
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, rebuild, transform, walk
from sr_kernel.numeric.deadline import OutOfTime
from sr_kernel.simplify.shrinking import Shrinking
from sr_kernel.simplify.situation import OUT_OF_TIME, TOO_DEEP

_PERIODIC = frozenset({"sin", "cos", "sinh", "cosh", "tan", "tanh"})
_ROOTS = frozenset({"sqrt", "max", "min"})
_WIDEST_CANONICAL = 40
_WIDEST_REGROUPED = 1.5
"""Forms larger than this many times the smallest are not worth regrouping."""
_MOST_REGROUPED = 4
_MOST_POLISHED = 4
_LARGEST_RATIO = 12
"""Angles in a larger ratio are not written in terms of each other."""


class Workbench:
    """``expr`` with its conditions and normal forms, each computed when first asked for.

    Past a deadline in force the forms found until then are all there are, ``stopped`` says so, and
    everything else raises :class:`OutOfTime`; the same goes for RecursionError, and for the
    ExpressionError of a form that no term can hold.
    """

    def __init__(self, expr: Expr, signs: Signs) -> None:
        self.expr = expr
        self.constants = Constants([expr])
        self.stopped = ""
        self.is_void = False
        """Whether ``expr`` was seen to be defined nowhere: then no other form is taken for it."""
        self._plain = Normalizer(self.constants, signs)
        self.ledger = Ledger(self._plain)
        self.regrouped: set[Expr] = set()
        """Candidates whose shape hides what rules look for."""

    @cached_property
    def conditions(self) -> frozenset[Condition]:
        """Where ``expr`` is defined."""
        return self.ledger.conditions(self.expr)

    @cached_property
    def signs(self) -> Signs:
        """Signs of terms where ``expr`` is defined."""
        return self.ledger.signs(self.conditions)

    @cached_property
    def normalizer(self) -> Normalizer:
        """Normal forms that hold where ``expr`` is defined."""
        if not self.conditions or not asks_for_signs(self.expr):
            return self._plain
        return Normalizer(self.constants, self.signs)

    @cached_property
    def _regrouper(self) -> Regrouper:
        return Regrouper(self.constants, self.signs)

    @cached_property
    def _shrinking(self) -> Shrinking:
        return Shrinking(self.normalizer)

    def candidates(self) -> list[Expr]:
        """Terms equal to ``expr`` wherever it is defined."""
        return self._in_time(self._candidates())

    def _candidates(self) -> Iterator[Expr]:
        if NEVER in self.conditions:
            self.is_void = True
            return
        forms = [self.expr, collected(self.expr, self.constants)]
        yield from forms
        shrunk = self._shrinking.smallest(self.expr)
        yield shrunk
        forms.append(shrunk)
        for mode in self._modes():
            normalizer = Normalizer(self.constants, self.signs, mode)
            for form in normalizer.forms(self.expr):
                yield form
                forms.append(form)
                if form in normalizer.writer.divided:
                    self.regrouped.add(ordered(form))
        if not self.constants.floats and (linear := halved(self.expr)) is not self.expr:
            forms.append(self._shrinking.smallest(linear))
            yield forms[-1]
        yield from self._regrouped(forms)
        yield self._polished(shrunk)

    def _polished(self, form: Expr) -> Expr:
        """``form`` regrouped and shrunk until neither makes it smaller."""
        for _ in range(_MOST_POLISHED):
            found = ordered(self._regrouper.regrouped(form))
            found = ordered(min(found, self._shrinking.smallest(found), key=_size))
            if found.size >= form.size:
                break
            self.regrouped.add(found)
            form = found
        return form

    def _regrouped(self, forms: list[Expr]) -> Iterator[Expr]:
        plain = set(map(ordered, forms))
        smallest = sorted(set(forms), key=_size)
        widest = _WIDEST_REGROUPED * smallest[0].size
        chosen = dict.fromkeys((self.expr, *smallest[:_MOST_REGROUPED]))
        regroupers = [self._regrouper]
        if _has_cotangent(self.expr):
            regroupers.append(Regrouper(self.constants, self.signs, cotangents=True))
        for regrouper in regroupers:
            for form in chosen:
                if form.size <= widest:
                    found = ordered(regrouper.regrouped(form))
                    if found not in plain:
                        self.regrouped.add(found)
                    yield found

    def cautious(self) -> list[Expr]:
        """Forms in which roots, logarithms and their arguments stay together."""
        return self._in_time(self._cautious())

    def _cautious(self) -> Iterator[Expr]:
        normalizer = Normalizer(self.constants, self.signs, Mode(guarded=True))
        yield from normalizer.forms(self.expr)
        yield normalizer.best(self.expr)
        yield rebuild(self.expr, tuple(normalizer.best(arg) for arg in self.expr.args))

    def single_steps(self) -> list[Expr]:
        """``expr`` with one part at a time in its normal form."""
        return self._in_time(self._single_steps())

    def _single_steps(self) -> Iterator[Expr]:
        for part in walk(self.expr):
            form = self.normalizer.best(part) if part.args else part
            if form.size < part.size:
                yield transform(self.expr, partial(_replaced, part, form))

    def _in_time(self, forms: Iterator[Expr]) -> list[Expr]:
        found: dict[Expr, None] = {}
        try:
            for form in forms:
                found[ordered(form)] = None
        except OutOfTime:
            self.stopped = OUT_OF_TIME
        except (RecursionError, ExpressionError):
            self.stopped = TOO_DEEP
        return list(found)

    def _modes(self) -> list[Mode]:
        nodes = list(walk(self.expr))
        ops = {node.op for node in nodes}
        modes: list[Mode] = []
        periodic = [node for node in nodes if node.op in _PERIODIC]
        squared = any(node.op == "pow" and node.args[0].op in _PERIODIC for node in nodes)
        if squared or len({node.args for node in periodic}) < len(periodic):
            modes.append(Mode(eliminate_first=False))
            if ops & {"tan", "tanh"} and ops & {"sin", "cos", "sinh", "cosh"}:
                modes += [Mode(quotients=True), Mode(eliminate_first=False, quotients=True)]
        related = squared or _have_related_angles(periodic)
        # Where constants are fitted, no root of theirs is better known than its value.
        related = related or (bool(ops & _ROOTS) and not self.constants.floats)
        if related and self.expr.size <= _WIDEST_CANONICAL:
            modes += [Mode(canonical=True), Mode(eliminate_first=False, canonical=True)]
        return modes

    def change_of_domain(self, result: Expr) -> tuple[list[Condition], list[Condition]]:
        """Conditions that ``result`` adds to those of ``expr``, and those that it drops."""
        theirs = self.ledger.conditions(result)
        added = self.ledger.missing(theirs, self.conditions)
        dropped = self.ledger.missing(self.conditions, theirs)
        follows = self._zero_sets.follows
        added = [condition for condition in added if not follows(condition, self.conditions)]
        dropped = [condition for condition in dropped if not follows(condition, theirs)]
        return self._left(added, self.conditions), self._left(dropped, theirs)

    def _left(self, conditions: list[Condition], given: frozenset[Condition]) -> list[Condition]:
        found = (reduced(condition, given, self.normalizer) for condition in conditions)
        return list(dict.fromkeys(condition for condition in found if condition is not None))

    @cached_property
    def _zero_sets(self) -> ZeroSets:
        return ZeroSets(self.constants, self.signs)

    def allows(self, result: Expr, domain: str) -> list[Condition] | None:
        """Conditions that ``result`` changes if ``domain`` permits all of it, else None."""
        if NEVER in self.conditions:
            return None
        try:
            added, dropped = self.change_of_domain(result)
        except ExpressionError:  # a condition deeper than a term may be cannot be compared
            return None
        if added and (domain == "preserve" or not all(map(_is_pole, added))):
            return None
        if domain == "any" or not dropped:
            return [*dropped, *added]
        if domain == "isolated" and all(is_isolated(condition) for condition in dropped):
            return [*dropped, *added]
        return None


def _replaced(part: Expr, form: Expr, node: Expr) -> Expr:
    return form if node is part else node


def _has_cotangent(expr: Expr) -> bool:
    """Whether a sine may stand below a cosine of the same angle or a 1."""
    nodes = list(walk(expr))
    sines = {node.args for node in nodes if node.op == "sin"}
    if not sines or not any(node.op in ("div", "pow") for node in nodes):
        return False
    below = any(arg.op == "sin" for node in nodes if node.op == "pow" for arg in node.args)
    return below or any(node.op == "cos" and node.args in sines for node in nodes)


def _size(expr: Expr) -> tuple[object, ...]:
    return expr.size, order_key(expr)


def _is_pole(condition: Condition) -> bool:
    """Whether ``condition`` leaves out the poles of a tangent: there a cotangent is 0.

    No floating-point number is such a pole, so writing ``1/tan(x)`` loses no value of a model.
    """
    return condition.relation == "!=" and condition.term.op == "cos"


def _have_related_angles(nodes: list[Expr]) -> bool:
    """Whether two of the functions share a term of their arguments up to a simple ratio."""
    seen: dict[frozenset[tuple[Expr, int]], list[Fraction]] = {}
    for node in nodes:
        (arg,) = node.args
        for term in arg.args if arg.op == "add" else (arg,):
            q, powers = monomial(term)
            others = seen.setdefault(frozenset(powers.items()), [])
            if any(_is_simple(q / other) for other in others):
                return True
            if q:
                others.append(q)
    return False


def _is_simple(ratio: Fraction) -> bool:
    return max(abs(ratio.numerator), ratio.denominator) <= _LARGEST_RATIO
