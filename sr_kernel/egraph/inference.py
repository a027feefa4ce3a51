"""The analysis rules of ``analysis.egg``, read for checking: do their facts follow?

Facts are claims about single points, so an inference is sound if, wherever its body is true of
the values at a point, so is its head.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sr_kernel.egraph.instance import NoInstanceError, instantiate
from sr_kernel.egraph.pattern import (
    CONSTRUCTORS,
    Pattern,
    compute,
    metavariables,
    rational_metavariables,
    read_pattern,
    read_primitive,
)
from sr_kernel.egraph.ruleset import (
    Condition,
    core_form,
    read_condition,
    rules_directory,
)
from sr_kernel.egraph.sexpr import Form, Tree, read_forms
from sr_kernel.egraph.soundness import DIGITS, fact_holds, guard_values, instances, trials
from sr_kernel.expr import Expr, to_text
from sr_kernel.numeric.precise import evaluate_precise

SLACKS = (Fraction(0), Fraction(1, 7))
ROUNDING = Fraction(1, 10**12)
_LEAVES = frozenset({"Flt", "Var"})


@dataclass(frozen=True)
class Inference:
    """``about`` has the ``claims`` where the conditions hold; a bare metavariable is any term."""

    name: str
    about: Pattern
    conditions: tuple[Condition, ...]
    claims: tuple[tuple[str, Any], ...]
    """(fact, None), or ("lo" | "hi", arithmetic)."""
    line: int


@lru_cache(maxsize=1)
def inferences() -> tuple[Inference, ...]:
    """All analysis rules but those that read float literals and variables."""
    text = (rules_directory() / "analysis.egg").read_text("utf-8")
    found = (_read(form) for form in read_forms(text, "analysis.egg"))
    return tuple(item for item in found if item is not None)


def _read(form: Form) -> Inference | None:
    tree = core_form(form.tree)
    if isinstance(tree, str) or tree[0] != "rule":
        return None
    _, body, head, *options = tree
    terms: dict[str, Tree] = {}
    conditions: list[Tree] = []
    for item in body:
        if item[0] == "=" and isinstance(item[2], list) and item[2][0] in (*CONSTRUCTORS, "Num"):
            terms[str(item[1])] = item[2]
        elif item[0] == "=" and isinstance(item[2], list) and item[2][0] in _LEAVES:
            return None
        else:
            conditions.append(item)
    about = read_pattern(terms.get("e", "e"))
    name = str(options[options.index(":name") + 1]).strip('"')
    conditions = [_filled(item, terms) for item in conditions]
    claims = tuple(_claim(item) for item in head)
    return Inference(name, about, tuple(map(read_condition, conditions)), claims, form.line)


def _filled(tree: Tree, terms: dict[str, Tree]) -> Tree:
    """A condition with names of terms replaced by the terms."""
    if isinstance(tree, str):
        return terms.get(tree, tree)
    return [_filled(part, terms) for part in tree]


def _claim(tree: Tree) -> tuple[str, Any]:
    if tree[0] == "set":
        return str(tree[1][0]), read_primitive(tree[2])
    return str(tree[0]), None


def refute(inference: Inference, *, samples: int = 30, seed: int = 0) -> str | None:
    """A sentence about an instance at which a claim is false, or None."""
    numeric = sorted(rational_metavariables(inference.about))
    names = sorted(_names(inference) - set(numeric))
    tested = 0
    for slack in SLACKS:
        for found in trials(
            instances(inference.name, names, numeric, seed),
            lambda terms, literals, slack=slack: _wrong_claim(inference, terms, literals, slack),  # type: ignore[misc]
            samples,
        ):
            if isinstance(found, str):
                return found
            tested += found
    return None if tested else "its conditions held on no instance tried"


def _names(inference: Inference) -> set[str]:
    found = metavariables(inference.about)
    for condition in inference.conditions:
        if condition.kind in ("fact", "bound"):
            found |= metavariables(condition.parts[-1])
    return found


def _wrong_claim(
    inference: Inference, terms: dict[str, Expr], literals: dict[str, Fraction], slack: Fraction
) -> str | bool:
    values = guard_values(inference.conditions, terms, literals, slack)
    if values is None:
        return False
    try:
        term = instantiate(inference.about, terms, values)
    except NoInstanceError:
        return False
    value = evaluate_precise(term, {}, DIGITS)
    for fact, arithmetic in _claims(inference, values):
        if not _true(fact, arithmetic, value):
            return f"{inference.name}: {to_text(term)} = {value} refutes {fact} {arithmetic or ''}"
    return True


def _claims(inference: Inference, values: dict[str, Any]) -> Iterator[tuple[str, Fraction | None]]:
    for fact, arithmetic in inference.claims:
        yield fact, None if arithmetic is None else compute(arithmetic, values)


def _true(fact: str, bound: Fraction | None, value: Any) -> bool:
    if bound is None:
        return fact_holds(fact, value)
    if value is None:
        return True
    from mpmath import mp

    with mp.workdps(DIGITS):
        limit = mp.mpf(bound.numerator) / bound.denominator
        rounding = float(ROUNDING)
        return bool(value >= limit - rounding if fact == "lo" else value <= limit + rounding)
