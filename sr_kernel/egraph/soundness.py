"""Is a rule sound?  Its two sides compared at high precision on instances of it.

Every metavariable is replaced by closed terms: edges of the usual domains (0, 1, -1, 1/2, pi/2
...), the numbers that the rule itself names and what is next to them, so that any two
metavariables meet all pairs of those; then random rationals of all sizes, some of them alike,
and a term that has no value.  Where the guard holds, the left side being
defined must mean that the right side is, with the same value, and the other way round: rules are
exact, what changes a domain is the guard's choice of facts.

A check of finitely many points refutes, it never proves; rules are written from the literature.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias, TypeVar

from sr_kernel.egraph.instance import NoInstanceError, instantiate
from sr_kernel.egraph.pattern import compute, metavariables, rational_metavariables
from sr_kernel.egraph.ruleset import Condition, Rule, Ruleset, holds
from sr_kernel.errors import RuleError
from sr_kernel.expr import Expr, number, parse, to_text, walk
from sr_kernel.numeric.precise import definedness, evaluate_precise, largest_part

DIGITS = 30
TOLERANCE = 1e-20
"""Values that differ by less are compared again, as a difference at more digits."""
SAMPLES = 40
EDGES = ("0", "1", "-1", "2", "-2", "1/2", "-1/2", "pi/2", "-pi", "pi/3", "log(-1)")
LITERALS = (0, 1, 2, -1, 3, -2, Fraction(1, 2), 4, Fraction(-1, 2), Fraction(1, 3), 6, -3)
_PLAIN = frozenset(parse(text).value for text in EDGES)
NEAR = Fraction(1, 10**5)
_HUGE = 10**300
_STEEP = 100
_EXPONENTIAL = frozenset({"exp", "sinh", "cosh", "tanh"})
MOST_EXTRA = 12
MOST_EXTRA_EACH = 4
SHUFFLES = 4
ATTEMPTS = 12
"""Random points are drawn at most this many times as often as wanted until the guard holds."""

Terms: TypeAlias = dict[str, Expr]
Literals: TypeAlias = dict[str, Fraction]
Outcome = TypeVar("Outcome")


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
    names, numeric = _metavariables(rule)
    tested = 0
    for found in trials(
        instances(rule.name, names, numeric, seed, named_numbers(rule)),
        lambda terms, literals: refuted_by(rule, terms, literals),
        samples,
    ):
        if isinstance(found, Finding):
            return found
        tested += found
    return None if tested else Finding(rule, "untested")


def trials(
    tried: Instances, judge: Callable[[Terms, Literals], Outcome], samples: int
) -> Iterator[Outcome]:
    """What ``judge`` says of all edges, and of random instances until it has judged ``samples``
    of them to be none that can be passed over (False), or there were ATTEMPTS times as many."""
    for terms, literals in tried.edges:
        yield judge(terms, literals)
    counted = 0
    for terms, literals in itertools.islice(tried.random, samples * ATTEMPTS):
        found = judge(terms, literals)
        yield found
        counted += bool(found)
        if counted >= samples:
            break


def named_numbers(rule: Rule) -> list[Fraction]:
    """The sizes of the numbers that a rule and its guard name."""
    found = (
        abs(value)
        for part in (*(condition.parts for condition in rule.conditions), rule.left, rule.right)
        for value in _numbers(part)
    )
    return list(dict.fromkeys(found))


def _numbers(pattern: Any) -> Iterator[Fraction]:
    if isinstance(pattern, Fraction):
        yield pattern
    elif isinstance(pattern, tuple):
        for part in pattern:
            yield from _numbers(part)


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
        return "value" if _differ(left, right, a, b) else ""
    one = a is not None or definedness(left, {}, DIGITS)
    other = b is not None or definedness(right, {}, DIGITS)
    if one is None or other is None or one == other:
        return ""  # alike, or out of the range of numbers that can be held
    if _saturates(left) or _saturates(right):
        return ""
    return "undefined" if one else "enlarged"


def _differ(left: Expr, right: Expr, a: Any, b: Any) -> bool:
    """Whether two values differ by more than rounding; of what huge numbers leave when they
    cancel, that cannot be told."""
    gap = abs(a - b)
    if gap <= TOLERANCE * (1 + abs(a)) and not evaluate_precise(left - right, {}, DIGITS):
        return False
    largest = largest_part(left - right, {})
    return bool(largest < _HUGE or gap > TOLERANCE * largest)


def _saturates(term: Expr) -> bool:
    """Whether an exponential may differ from its limit by less than any digits show."""
    arguments = (node.args[0] for node in walk(term) if node.op in _EXPONENTIAL)
    values = (evaluate_precise(argument, {}, DIGITS) for argument in arguments)
    return any(value is not None and abs(value) > _STEEP for value in values)


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


@dataclass(frozen=True)
class Instances:
    """Values for the metavariables: the edges, and random ones without end."""

    edges: Iterator[tuple[Terms, Literals]]
    random: Iterator[tuple[Terms, Literals]]


def instances(
    label: str,
    names: Sequence[str],
    numeric: Sequence[str],
    seed: int,
    extra: Sequence[Fraction] = (),
) -> Instances:
    """Instances of terms and literals; ``extra`` numbers are edges, too, as are those next to
    them."""
    rng = random.Random(f"{seed} {label}")
    near = _near(extra, MOST_EXTRA if len(names) + len(numeric) == 1 else MOST_EXTRA_EACH)
    edges = [*map(parse, EDGES), *(number(value) for value in near if value not in _PLAIN)]
    literals = (*LITERALS, *(value for value in near if value not in LITERALS))

    def drawn() -> Iterator[tuple[Terms, Literals]]:
        while True:
            values = [*_random_terms(rng, len(names)), *(rng.choice(literals) for _ in numeric)]
            yield _assigned(names, numeric, values)

    grid = _grid([edges] * len(names) + [literals] * len(numeric), rng)
    return Instances((_assigned(names, numeric, values) for values in grid), drawn())


def _near(extra: Sequence[Fraction], most: int) -> list[Fraction]:
    """The numbers and their negatives, then inverses and what is beyond and a little beside."""
    found = [sign * value for value in extra for sign in (1, -1)]
    found += [change for value in extra if value for change in (1 / value, value + 1)]
    found += [value + gap for value in found[: 2 * len(extra)] for gap in (NEAR, -NEAR)]
    return list(dict.fromkeys(found))[:most]


def _grid(pools: Sequence[Sequence[Any]], rng: random.Random) -> Iterator[Sequence[Any]]:
    """Rows in which every two places meet all pairs of their values, and all places the same one;
    of three and more also many triples."""
    if len(pools) < 2:
        yield from itertools.product(*pools)
        return
    for place in range(max(map(len, pools))):
        yield [pool[place % len(pool)] for pool in pools]
    for _ in range(1 if len(pools) == 2 else SHUFFLES):
        shuffled = [rng.sample(pool, len(pool)) for pool in pools]
        for row in _orthogonal(len(pools), max(map(len, pools))):
            yield [pool[place % len(pool)] for pool, place in zip(shuffled, row, strict=True)]


def _orthogonal(columns: int, least: int) -> Iterator[tuple[int, ...]]:
    """Rows of numbers, ``least`` and more, of which every two columns hold all pairs once.

    R. C. Bose and K. A. Bush, "Orthogonal arrays", Ann. Math. Stat. 23 (1952).
    """
    size = _prime_from(max(columns - 1, least))
    for i, j in itertools.product(range(size), repeat=2):
        yield (i, *((j + i * k) % size for k in range(columns - 1)))


def _prime_from(least: int) -> int:
    return next(
        n for n in itertools.count(least) if all(n % divisor for divisor in range(2, n))
    )


def _assigned(
    names: Sequence[str], numeric: Sequence[str], values: Sequence[Any]
) -> tuple[Terms, Literals]:
    terms = dict(zip(names, values, strict=False))
    literals = {
        name: Fraction(value) for name, value in zip(numeric, values[len(names) :], strict=True)
    }
    return terms, literals


def _random_terms(rng: random.Random, count: int) -> list[Expr]:
    """Rationals, most of them of middle size; some are another one, its negative or inverse."""
    found: list[Fraction] = []
    for _ in range(count):
        value = _random_rational(rng)
        if found and rng.random() < 0.2:
            other = rng.choice(found)
            value = rng.choice((other, -other, 1 / other if other else other))
        found.append(value)
    return [number(value) for value in found]


def _random_rational(rng: random.Random) -> Fraction:
    scale = rng.choice((1, 1, 3, 10))
    value = Fraction(rng.randint(-1000 * scale, 1000 * scale), 1000)
    return value * Fraction(10) ** rng.randint(-7, 7) if rng.random() < 0.15 else value
