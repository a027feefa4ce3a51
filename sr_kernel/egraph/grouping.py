"""Parts of long sums and products that the left side of a rule could be.

Associativity inside the e-graph grows like 3**n, so long chains are never regrouped there.  On
entering, each chain of terms is compared with the sums and products on the left sides of the
rules; for every match the chain is stated once more as ``scale*part + rest`` (``part*rest``),
with ``part`` in the very shape the rule is written in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sr_kernel.egraph.nodes import NodeTable
from sr_kernel.egraph.pattern import COMMUTATIVE, Pattern
from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.numeric.deadline import check_time

GROUPINGS_A_CHAIN = 24
LONGEST_CHAIN = 40
LEFT_TO_THE_NORMAL_FORM = frozenset({"fold", "commutative", "arithmetic"})
"""Themes whose matches inside long chains are found by polynomial algebra before the e-graph."""

Binding = dict[str, Any]
"""Metavariable -> node id, or Fraction for those of literals."""


@dataclass(frozen=True)
class Part:
    """A sum or product of some left side: its elements as (coefficient, pattern or None)."""

    head: str
    pattern: Pattern
    coefficient: Fraction
    elements: tuple[tuple[Fraction, Pattern | None], ...]
    heads: frozenset[str]


@lru_cache(maxsize=8)
def parts_of(rules: Ruleset) -> tuple[Part, ...]:
    """The distinct parts worth looking for."""
    found: dict[Pattern, Part] = {}
    for rule in rules:
        if rule.ruleset not in LEFT_TO_THE_NORMAL_FORM:
            for pattern in _commutative_patterns(rule.left):
                part = _part(pattern)
                if part is not None:
                    found.setdefault(pattern, part)
    return tuple(found.values())


def _commutative_patterns(pattern: Pattern, outer: str = "") -> Iterator[Pattern]:
    if pattern[0] in ("?", "Num", "Flt"):
        return
    if pattern[0] in COMMUTATIVE and pattern[0] != outer:
        yield pattern
    for inner in pattern[1:]:
        yield from _commutative_patterns(inner, pattern[0])


def _part(pattern: Pattern) -> Part | None:
    head, coefficient = pattern[0], Fraction(1)
    elements: list[tuple[Fraction, Pattern | None]] = []
    for element in flattened(pattern, head):
        if head == "Add":
            elements.append(_term(element))
        elif head == "Mul" and element[0] == "Num" and isinstance(element[1], Fraction):
            coefficient *= element[1]
        else:
            elements.append((Fraction(1), element))
    patterns = [element for _, element in elements if element is not None]
    if len(elements) < 2 or any(element[0] == "Num" for element in patterns):
        return None
    specific = [element for element in patterns if element[0] != "?"]
    if not specific or (len(patterns) - len(specific)) > 1:
        return None
    elements.sort(key=lambda item: item[1] is None or item[1][0] == "?")
    heads = frozenset(element[0] for element in specific)
    return Part(head, pattern, coefficient, tuple(elements), heads)


def _term(pattern: Pattern) -> tuple[Fraction, Pattern | None]:
    if pattern[0] == "Num" and isinstance(pattern[1], Fraction):
        return pattern[1], None
    if pattern[0] == "Mul" and pattern[1][0] == "Num" and isinstance(pattern[1][1], Fraction):
        return pattern[1][1], pattern[2]
    return Fraction(1), pattern


def flattened(pattern: Pattern, head: str) -> list[Pattern]:
    """Arguments of a pattern through nested applications of the same constructor."""
    if pattern[0] != head:
        return [pattern]
    return [element for part in pattern[1:] for element in flattened(part, head)]


def add_groupings(table: NodeTable, rules: Ruleset) -> None:
    """State every chain of the table once more for each part found in it."""
    parts = parts_of(rules)
    inner = {
        arg
        for content in table.nodes
        if content[0] in COMMUTATIVE
        for arg in content[1:]
        if table.nodes[arg][0] == content[0]
    }
    for node in range(len(table)):
        head = table.nodes[node][0]
        if head in COMMUTATIVE and node not in inner:
            ids = table.terms(node, head)
            if len(ids) <= LONGEST_CHAIN:
                check_time()
                _group(table, node, head, ids, parts)


def _group(table: NodeTable, node: int, head: str, ids: list[int], parts: Sequence[Part]) -> None:
    terms = [_split(table, term) if head == "Add" else (Fraction(1), term) for term in ids]
    heads = {table.nodes[term][0] for _, term in terms if term is not None}
    count = 0
    for part in parts:
        if part.head != head or not part.heads <= heads or len(part.elements) > len(terms):
            continue
        for chosen, scale, binding in _matches(table, part, ids, terms):
            count += _state(table, node, part, ids, chosen, scale, binding)
            if count >= GROUPINGS_A_CHAIN:
                return


def _split(table: NodeTable, node: int) -> tuple[Fraction, int | None]:
    """A term as coefficient and the rest; None for a number."""
    content = table.nodes[node]
    if content[0] == "Num":
        return content[1], None
    if content[0] == "Mul" and table.nodes[content[1]][0] == "Num":
        return table.nodes[content[1]][1], content[2]
    return Fraction(1), node


def _matches(
    table: NodeTable, part: Part, ids: list[int], terms: list[tuple[Fraction, int | None]]
) -> Iterator[tuple[frozenset[int], Fraction, Binding]]:
    """Places of the terms matched, the common coefficient and the metavariables."""
    seen: set[frozenset[int]] = set()
    heads = ["" if term is None else table.nodes[term][0] for _, term in terms]

    def extend(
        index: int, used: tuple[int, ...], scale: Fraction | None, binding: Binding
    ) -> Iterator[tuple[frozenset[int], Fraction, Binding]]:
        if index == len(part.elements):
            chosen = frozenset(used)
            if chosen not in seen:
                seen.add(chosen)
                yield chosen, scale or Fraction(1), binding
            return
        wanted, pattern = part.elements[index]
        free = _taking_the_rest(part, index, len(terms) - len(used), scale, binding)
        if free:
            left = [place for place in range(len(terms)) if place not in used]
            rest = table.chain(part.head, [ids[place] for place in left])
            bound = {**binding, free: rest}
            yield from extend(index + 1, (*used, *left), Fraction(1), bound)
        for place, (coefficient, term) in enumerate(terms):
            if place in used or (pattern is None) != (term is None):
                continue
            if pattern is not None and term is not None and pattern[0] not in ("?", heads[place]):
                continue
            ratio = coefficient if wanted == 1 else coefficient / wanted
            if scale is not None and ratio != scale:
                continue
            if pattern is None or term is None:
                yield from extend(index + 1, (*used, place), ratio, binding)
            else:
                for bound in match(table, pattern, term, binding):
                    yield from extend(index + 1, (*used, place), ratio, bound)

    yield from extend(0, (), None, {})


def _taking_the_rest(
    part: Part, index: int, left: int, scale: Fraction | None, binding: Binding
) -> str:
    """The last element's name if it is a metavariable free to stand for all that is left."""
    wanted, pattern = part.elements[index]
    if pattern is None or pattern[0] != "?" or pattern[1] in binding:
        return ""
    fits = index == len(part.elements) - 1 and left > 1 and wanted == 1 and scale in (None, 1)
    return str(pattern[1]) if fits else ""


def match(table: NodeTable, pattern: Pattern, node: int, binding: Binding) -> Iterator[Binding]:
    """Syntactic matches of a pattern on a node, modulo order in sums and products."""
    head, content = pattern[0], table.nodes[node]
    if head == "?":
        yield from _bind(pattern[1], node, binding)
    elif head in ("Num", "Flt"):
        if content[0] == head == "Num":
            if isinstance(pattern[1], Fraction):
                if pattern[1] == content[1]:
                    yield binding
            elif pattern[1][0] == "?":
                yield from _bind(pattern[1][1], content[1], binding)
    elif content[0] != head:
        return
    elif head in COMMUTATIVE:
        patterns, nodes = flattened(pattern, head), table.terms(node, head)
        if len(patterns) == len(nodes):
            yield from _permuted(table, patterns, nodes, binding)
    else:
        yield from _in_order(table, pattern[1:], content[1:], binding)


def _bind(name: str, value: Any, binding: Binding) -> Iterator[Binding]:
    if name not in binding:
        yield {**binding, name: value}
    elif binding[name] == value:
        yield binding


def _in_order(
    table: NodeTable, patterns: Sequence[Pattern], nodes: Sequence[int], binding: Binding
) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for bound in match(table, patterns[0], nodes[0], binding):
        yield from _in_order(table, patterns[1:], nodes[1:], bound)


def _permuted(
    table: NodeTable, patterns: list[Pattern], nodes: list[int], binding: Binding
) -> Iterator[Binding]:
    if not patterns:
        yield binding
        return
    for place, node in enumerate(nodes):
        rest = nodes[:place] + nodes[place + 1 :]
        for bound in match(table, patterns[0], node, binding):
            yield from _permuted(table, patterns[1:], rest, bound)


def _state(
    table: NodeTable,
    node: int,
    part: Part,
    ids: list[int],
    chosen: frozenset[int],
    scale: Fraction,
    binding: Binding,
) -> int:
    """Add the regrouped chain; 1 if that is news."""
    built = build(table, part.pattern, binding)
    rest = [term for place, term in enumerate(ids) if place not in chosen]
    if part.head == "Mul":
        numbers = [term for term in rest if table.nodes[term][0] == "Num"]
        rest = [term for term in rest if term not in numbers]
        scale = 1 / part.coefficient
        for term in numbers:
            scale *= table.nodes[term][1]
        whole = table.add("Mul", built, table.chain("Mul", rest)) if rest else built
        whole = whole if scale == 1 else table.add("Mul", table.literal(scale), whole)
    else:
        whole = built if scale == 1 else table.add("Mul", table.literal(scale), built)
        whole = table.add(part.head, whole, table.chain(part.head, rest)) if rest else whole
    if whole == node:
        return 0
    table.same.append((node, whole))
    return 1


def build(table: NodeTable, pattern: Pattern, binding: Binding) -> int:
    """The node of a pattern's instance, in the pattern's own shape."""
    head = pattern[0]
    if head == "?":
        return int(binding[pattern[1]])
    if head in ("Num", "Flt"):
        value = pattern[1]
        return table.literal(value if isinstance(value, Fraction) else binding[value[1]])
    return table.add(head, *(build(table, part, binding) for part in pattern[1:]))
