"""Rulesets: rewrite rules read from ``.egg`` files.

One parsed form serves egglog, the soundness checker and the prover.  A rule is

    (rewrite LEFT RIGHT :when (CONDITION ...) :ruleset THEME :name "NAME")

(``birewrite`` gives two rules, the second called ``NAME-back``).  A condition is one of

* a fact about a term: ``(def t)`` defined, ``(nz t)`` defined and not zero, ``(positive t)``
  defined and > 0, ``(negative t)`` defined and < 0, ``(nonneg t)`` >= 0 wherever defined,
  ``(nonpos t)`` <= 0 wherever defined, ``(int t)`` an integer wherever defined;
* a bound: ``(= m (lo t))``, ``(= m (hi t))`` names a rational bound that holds where ``t`` is
  defined;
* exact arithmetic: ``(= m ARITHMETIC)`` and comparisons ``(< p q)``, ``(<= p q)`` ...

A fact that cannot be decided is not in the database, so the rule does not fire.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from sr_kernel.egraph.pattern import (
    Pattern,
    PatternError,
    Prim,
    compute,
    constructors,
    core,
    definition,
    literal_tokens,
    metavariables,
    read_pattern,
    read_primitive,
)
from sr_kernel.egraph.sexpr import Form, Tree, read_forms, write
from sr_kernel.errors import RuleError

FACTS = frozenset({"def", "nz", "positive", "negative", "nonneg", "nonpos", "int"})
BOUNDS = frozenset({"lo", "hi"})
COMPARISONS = frozenset({"<", "<=", ">", ">=", "=", "!="})
REJECTED = "rejected.egg"
KNOWN = "normal_form.txt"
SUPPORT = ("language.egg", "analysis.egg")
"""Files that declare relations and derive facts: part of every program, with no rewrites."""


@dataclass(frozen=True)
class Condition:
    """One guard.  ``kind``: "fact" (relation, term), "bound" (name, lo/hi, term), "let" (name,
    arithmetic) or "compare" (operator, left, right)."""

    kind: str
    parts: tuple[Any, ...]

    def __str__(self) -> str:
        return " ".join(map(str, self.parts))


@dataclass(frozen=True)
class Rule:
    """One directed rewrite with where it comes from."""

    name: str
    left: Pattern
    right: Pattern
    conditions: tuple[Condition, ...]
    ruleset: str
    file: str
    line: int
    metadata: Mapping[str, str] = field(hash=False, compare=False)
    text: str = field(repr=False)
    """The form that egglog runs."""

    @cached_property
    def heads(self) -> frozenset[str]:
        """Constructors that must be present for the rule to match."""
        return frozenset(constructors(self.left))

    @cached_property
    def products(self) -> frozenset[str]:
        """Constructors that the rule may introduce."""
        return frozenset(constructors(self.right))


@dataclass(frozen=True, eq=False)
class Ruleset:
    """Rules in the order of their files; equal if their digests are."""

    rules: tuple[Rule, ...]

    @classmethod
    def load(cls, path: str | Path) -> Ruleset:
        """Read a ``.egg`` file, or every one in a directory (rejected rules left out).

        Raises :class:`RuleError` naming file and line.
        """
        place = Path(path)
        if place.is_dir():
            skipped = {REJECTED, *SUPPORT}
            files = sorted(file for file in place.glob("*.egg") if file.name not in skipped)
        else:
            files = [place]
        return cls.join(cls.parse(_text_of(file), file.name) for file in files)

    @classmethod
    def parse(cls, text: str, file: str = "<rules>") -> Ruleset:
        """Read rules from text; ``file`` names it in errors."""
        rules: list[Rule] = []
        for form in read_forms(text, file):
            rules.extend(_rules_of(form, file))
        return cls.join([cls(tuple(rules))])

    @classmethod
    def join(cls, parts: Iterable[Ruleset]) -> Ruleset:
        """All rules together.  Raises :class:`RuleError` for a name used twice."""
        rules = tuple(rule for part in parts for rule in part.rules)
        seen: dict[str, Rule] = {}
        for rule in rules:
            first = seen.get(rule.name)
            seen[rule.name] = rule
            if first is not None:
                raise RuleError(
                    f"the name {rule.name!r} is already used at {first.file}:{first.line}: "
                    "give this rule another",
                    rule.file,
                    rule.line,
                )
        return cls(rules)

    @classmethod
    def default(cls) -> Ruleset:
        """The rules that come with the package."""
        return _default()

    @cached_property
    def searching(self) -> tuple[Rule, ...]:
        """The rules that say more than the normal form knows: the reason for an e-graph.

        Those that come with the package are told apart by a list that a test keeps true; of any
        others nothing is known.
        """
        if self != _default():
            return self.rules
        return tuple(rule for rule in self.rules if rule.name not in known_names())

    @cached_property
    def digest(self) -> str:
        """A hash of the rules, for caches of results that depend on them."""
        content = "\n".join(rule.text for rule in self.rules)
        support = "\n".join(text for text, _, _ in support_forms())
        return hashlib.sha256((support + content).encode()).hexdigest()[:16]

    @cached_property
    def by_name(self) -> Mapping[str, Rule]:
        """Rules by name."""
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def themes(self) -> tuple[str, ...]:
        """Names of the rulesets, in order of appearance."""
        return tuple(dict.fromkeys(rule.ruleset for rule in self.rules))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ruleset) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)


@lru_cache(maxsize=1)
def _default() -> Ruleset:
    return Ruleset.load(rules_directory())


@lru_cache(maxsize=1)
def rules_directory() -> Path:
    """Where the rules lie: inside an installed package, or next to it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    for place in (package / "rewrite_rules", package.parent / "rewrite_rules"):
        if (place / SUPPORT[0]).is_file():
            return place
    raise RuleError("the rewrite rules are not installed: reinstall the package")


@lru_cache(maxsize=1)
def support_forms() -> tuple[tuple[str, str, int], ...]:
    """Forms of the language and analysis files as (text, file, line)."""
    forms: dict[str, tuple[str, str, int]] = {}
    for name in SUPPORT:
        path = rules_directory() / name
        for form in read_forms(_text_of(path), name):
            tree = core_form(form.tree)
            for text in (*map(definition, literal_tokens(tree)), write(tree)):
                forms.setdefault(text, (text, name, form.line))
    return tuple(forms.values())


@lru_cache(maxsize=1)
def known_names() -> frozenset[str]:
    """Names of the rules whose results the normal form finds by itself."""
    lines = _text_of(rules_directory() / KNOWN).splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def core_form(tree: Tree) -> Tree:
    """A whole form with every term in it in the core language."""
    if isinstance(tree, str):
        return tree
    inner: Tree = [core_form(part) for part in tree]
    return core(inner)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise RuleError(f"cannot read the rule file: {reason}", str(path), 1) from None


def _rules_of(form: Form, file: str) -> Iterator[Rule]:
    tree = form.tree
    head = tree[0] if isinstance(tree, list) and tree else ""
    if head == "ruleset":
        return
    if head not in ("rewrite", "birewrite"):
        raise RuleError(
            f"a rule file holds (rewrite ...) and (ruleset ...), not ({write(head)} ...)",
            file,
            form.line,
        )
    try:
        yield from _read_rule(form, file)
    except PatternError as error:
        raise RuleError(str(error), file, form.line) from None


def _read_rule(form: Form, file: str) -> Iterator[Rule]:
    left, right, options = _split(form.tree)
    name = options.get(":name", "")
    ruleset = options.get(":ruleset", "")
    if not isinstance(name, str) or len(name) < 3:
        raise PatternError('the rule has no :name "..."')
    if not isinstance(ruleset, str) or not ruleset:
        raise PatternError("the rule has no :ruleset")
    when = options.get(":when", [])
    if isinstance(when, str):
        raise PatternError(":when needs conditions in brackets")
    names = (name.strip('"'), name.strip('"') + "-back")
    directions = [(left, right)] if form.tree[0] == "rewrite" else [(left, right), (right, left)]
    for label, (source, target) in zip(names, directions, strict=False):
        rule = _build(label, source, target, when, ruleset, form, file)
        _check_bound(rule)
        yield rule


def _split(tree: Tree) -> tuple[Tree, Tree, dict[str, Tree]]:
    if len(tree) < 3 or isinstance(tree, str):
        raise PatternError("a rewrite needs a left and a right side")
    rest = tree[3:]
    if len(rest) % 2:
        raise PatternError('options come in pairs: :when (...) :ruleset r :name "n"')
    options: dict[str, Tree] = {}
    for key, value in zip(rest[::2], rest[1::2], strict=True):
        if key not in (":when", ":ruleset", ":name") or not isinstance(key, str):
            raise PatternError(f"{write(key)} is not an option of a rule")
        options[key] = value
    return core_form(tree[1]), core_form(tree[2]), options


def _build(
    name: str, left: Tree, right: Tree, when: list[Tree], ruleset: str, form: Form, file: str
) -> Rule:
    conditions = [core_form(condition) for condition in when]
    guard = f" :when {write(conditions)}" if conditions else ""
    text = f'(rewrite {write(left)} {write(right)}{guard} :ruleset {ruleset} :name "{name}")'
    return Rule(
        name,
        read_pattern(left),
        read_pattern(right),
        tuple(map(read_condition, conditions)),
        ruleset,
        file,
        form.line,
        form.metadata,
        text,
    )


def read_condition(tree: Tree) -> Condition:
    """One condition in the core language.  Raises :class:`PatternError`."""
    if isinstance(tree, str) or len(tree) not in (2, 3) or not isinstance(tree[0], str):
        raise PatternError(f"{write(tree)} is not a condition")
    head = tree[0]
    if len(tree) == 2:
        if head not in FACTS:
            raise PatternError(f"there is no fact called {head!r}")
        return Condition("fact", (head, read_pattern(tree[1])))
    if head not in COMPARISONS:
        raise PatternError(f"there is no comparison called {head!r}")
    left, right = tree[1], tree[2]
    if head == "=" and isinstance(right, list) and right[0] in BOUNDS and isinstance(left, str):
        return Condition("bound", (left, right[0], read_pattern(right[1])))
    if head == "=" and isinstance(left, str) and not left.startswith("$"):
        return Condition("let", (left, read_primitive(right)))
    return Condition("compare", (head, read_primitive(left), read_primitive(right)))


def _check_bound(rule: Rule) -> None:
    """Everything a rule uses must be bound by its left side or by a condition."""
    bound = metavariables(rule.left)
    if rule.left[0] == "?":
        raise PatternError("the left side must be more than a metavariable")
    for condition in rule.conditions:
        if condition.kind in ("bound", "let"):
            used: set[str] = metavariables(condition.parts[-1])
            unbound = used - bound
            bound.add(condition.parts[0])
        else:
            unbound = set().union(*map(metavariables, condition.parts[1:])) - bound
        if unbound:
            raise PatternError(f"{sorted(unbound)[0]!r} in a condition is not on the left side")
    unbound = metavariables(rule.right) - bound
    if unbound:
        raise PatternError(f"{sorted(unbound)[0]!r} on the right side is not on the left side")


def holds(comparison: Condition, values: dict[str, Any]) -> bool:
    """Whether a comparison of exact arithmetic is true; False where it has no value."""
    op, left, right = comparison.parts
    a, b = compute(left, values), compute(right, values)
    if a is None or b is None:
        return False
    outcomes: dict[str, bool] = {
        "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a == b, "!=": a != b,
    }  # fmt: skip
    return outcomes[op]


__all__ = ["Condition", "Fraction", "Prim", "Rule", "Ruleset", "rules_directory"]
