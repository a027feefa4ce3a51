"""Is a rule sound?  Its two sides compared at high precision on instances of it.

Every metavariable is replaced by closed terms: edges of the usual domains (0, 1, -1, 1/2, pi/2
...), random rationals and a term that has no value.  Where the guard holds, the left side being
defined must mean that the right side is, with the same value, and the other way round: rules are
exact, what changes a domain is the guard's choice of facts.

A check of finitely many points refutes, it never proves; rules are written from the literature.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sr_kernel.egraph.instance import NoInstanceError, instantiate
from sr_kernel.egraph.pattern import compute, metavariables, rational_metavariables
from sr_kernel.egraph.ruleset import Condition, Rule, Ruleset, holds
from sr_kernel.errors import RuleError
from sr_kernel.expr import Expr, number, parse, to_text
from sr_kernel.numeric.precise import definedness, evaluate_precise

DIGITS = 30
TOLERANCE = 1e-20
SAMPLES = 40
EDGES = ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "pi/2", "-pi", "pi/3", "log(-1)")
LITERALS = (0, 1, 2, -1, 3, -2, Fraction(1, 2), 4, Fraction(-1, 2), Fraction(1, 3), 6, -3)
GRID = 80
ATTEMPTS = 12
"""Random points are drawn at most this many times as often as wanted until the guard holds."""


@dataclass(frozen=True)
class Finding:
    """A rule refuted: an instance on which its sides disagree."""

    rule: Rule
    kind: str
    """"value" (both defined, different), "undefined" (only the left side is defined), "enlarged"
    (only the right side is) or "untested" (the guard held nowhere)."""
    left: str = ""
    right: str = ""

    def __str__(self) -> str:
        if self.kind == "untested":
            what = "its condition held on no instance tried"
        else:
            words = {
                "value": "differs from",
                "undefined": "is defined, not so",
                "enlarged": "is undefined, unlike",
            }
            what = f"{self.left} {words[self.kind]} {self.right}"
        return f"{self.rule.file}:{self.rule.line}: {self.rule.name}: {what}"


def check_rules(rules: Ruleset, *, samples: int = SAMPLES, seed: int = 0) -> list[Finding]:
    """Findings for all rules; an empty list means none was refuted."""
    found = (check_rule(rule, samples=samples, seed=seed) for rule in rules)
    return [finding for finding in found if finding is not None]


def check_rule(rule: Rule, *, samples: int = SAMPLES, seed: int = 0) -> Finding | None:
    """The first instance that refutes a rule, or None.

    ``samples`` random instances on which the guard holds are tried after the edges.
    """
    tested = 0
    for terms, literals in instances(rule.name, *_metavariables(rule), samples, seed):
        found = refuted_by(rule, terms, literals)
        if isinstance(found, Finding):
            return found
        tested += found
        if tested >= samples + GRID:
            break
    return None if tested else Finding(rule, "untested")


def refuted_by(
    rule: Rule, terms: Mapping[str, Expr], literals: Mapping[str, Fraction]
) -> Finding | bool:
    """The finding that an instance is, else whether the rule could be applied to it."""
    values = guard_values(rule.conditions, terms, literals)
    if values is None:
        return False
    try:
        left = instantiate(rule.left, terms, values)
        right = instantiate(rule.right, terms, values)
    except NoInstanceError:
        return False
    kind = compare_sides(left, right)
    return Finding(rule, kind, to_text(left), to_text(right)) if kind else True


def check_counterexample(rule: Rule) -> Finding | None:
    """The finding that the rule's own ``counterexample`` metadata (``a = -1; b = 2``) is.

    Raises :class:`RuleError` if the rule has none that can be read.
    """
    names, numeric = _metavariables(rule)
    terms: dict[str, Expr] = {}
    literals: dict[str, Fraction] = {}
    for item in rule.metadata.get("counterexample", "").split(";"):
        name, _, text = (part.strip() for part in item.partition("="))
        if name in numeric:
            literals[name] = Fraction(text)
        elif name in names:
            terms[name] = parse(text)
    if len(terms) + len(literals) < len(names) + len(numeric):
        raise RuleError(
            "the counterexample must give every metavariable, as in a = -1; b = 2",
            rule.file,
            rule.line,
        )
    found = refuted_by(rule, terms, literals)
    return found if isinstance(found, Finding) else None


def _metavariables(rule: Rule) -> tuple[list[str], list[str]]:
    """Names that stand for terms, and names that stand for literals."""
    numeric = sorted(rational_metavariables(rule.left))
    return sorted(metavariables(rule.left) - set(numeric)), numeric


def compare_sides(left: Expr, right: Expr) -> str:
    """What tells two closed terms apart: "" nothing, else a kind of :class:`Finding`."""
    a, b = evaluate_precise(left, {}, DIGITS), evaluate_precise(right, {}, DIGITS)
    if a is not None and b is not None:
        return "" if abs(a - b) <= TOLERANCE * (1 + abs(a)) else "value"
    one = a is not None or definedness(left, {}, DIGITS)
    other = b is not None or definedness(right, {}, DIGITS)
    if one is None or other is None or one == other:
        return ""  # alike, or out of the range of numbers that can be held
    return "undefined" if one else "enlarged"


def guard_values(
    conditions: Iterable[Condition],
    terms: Mapping[str, Expr],
    literals: Mapping[str, Fraction],
    slack: Fraction = Fraction(0),
) -> dict[str, Any] | None:
    """The literals with those that the guard computes; None where the guard does not hold.

    Facts are read at the one point that the closed terms are; bounds are the value itself, off
    by ``slack``.
    """
    values = dict(literals)
    for condition in conditions:
        if not _guard_holds(condition, terms, values, slack):
            return None
    return values


def _guard_holds(
    condition: Condition, terms: Mapping[str, Expr], values: dict[str, Any], slack: Fraction
) -> bool:
    kind, parts = condition.kind, condition.parts
    if kind == "compare":
        return holds(condition, values)
    if kind == "let":
        value = compute(parts[1], values)
        return value is not None and bool(values.setdefault(parts[0], value) == value)
    try:
        term = instantiate(parts[-1], terms, values)
    except NoInstanceError:
        return False
    value = evaluate_precise(term, {}, DIGITS)
    if kind == "bound":
        # A bound says nothing about a term that is undefined: any number will do.
        values[parts[0]] = Fraction(0) if value is None else _bound(value, parts[1], slack)
        return True
    return fact_holds(parts[0], value)


def fact_holds(fact: str, value: Any) -> bool:
    """Whether a fact is true of a value (None: undefined)."""
    if value is None:
        return fact in ("nonneg", "nonpos", "int")
    if fact == "int":
        return bool(value == int(value))
    return bool(
        {
            "def": True,
            "nz": value != 0,
            "positive": value > 0,
            "negative": value < 0,
            "nonneg": value >= 0,
            "nonpos": value <= 0,
        }[fact]
    )


def _bound(value: Any, side: str, slack: Fraction) -> Fraction:
    from mpmath import mp

    with mp.workdps(DIGITS):
        scaled = mp.floor(value * 10**6) if side == "lo" else mp.ceil(value * 10**6)
    bound = Fraction(int(scaled), 10**6)
    return bound - slack if side == "lo" else bound + slack


def instances(
    label: str, names: Sequence[str], numeric: Sequence[str], samples: int, seed: int
) -> Iterator[tuple[dict[str, Expr], dict[str, Fraction]]]:
    """Values for the metavariables: a grid of edges, thinned out, then random points."""
    rng = random.Random(f"{seed} {label}")
    edges = [parse(text) for text in EDGES]
    pools: list[Sequence[Any]] = [edges] * len(names) + [LITERALS] * len(numeric)
    for values in _thinned(pools, rng):
        yield _assigned(names, numeric, values)
    for _ in range(samples * ATTEMPTS):
        drawn = [_random_term(rng) for _ in names] + [rng.choice(LITERALS) for _ in numeric]
        yield _assigned(names, numeric, drawn)


def _thinned(pools: list[Sequence[Any]], rng: random.Random) -> Iterator[Sequence[Any]]:
    if math.prod(map(len, pools)) <= GRID:
        yield from itertools.product(*pools)
    else:
        for _ in range(GRID):
            yield [rng.choice(pool) for pool in pools]


def _assigned(
    names: Sequence[str], numeric: Sequence[str], values: Sequence[Any]
) -> tuple[dict[str, Expr], dict[str, Fraction]]:
    terms = dict(zip(names, values, strict=False))
    literals = {
        name: Fraction(value) for name, value in zip(numeric, values[len(names) :], strict=True)
    }
    return terms, literals


def _random_term(rng: random.Random) -> Expr:
    scale = rng.choice((1, 1, 3, 10))
    return number(Fraction(rng.randint(-1000 * scale, 1000 * scale), 1000))
