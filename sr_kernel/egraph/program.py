"""The egglog program: constructors, loading relations, facts, pruning and the rules."""

from __future__ import annotations

from collections.abc import Iterator

from sr_kernel.egraph.pattern import CONSTRUCTORS, definition, literal_tokens
from sr_kernel.egraph.ruleset import Ruleset, support_forms
from sr_kernel.egraph.sexpr import read_forms

Form = tuple[str, str, int]
HERE = "program.py"
FOLD = "fold"
"""The theme that is run before and after every other."""
SEEDS = {"def": False, "nz": False, "int": False, "lo": True, "hi": True}
"""Facts that can be loaded for a node, and whether they come with a bound."""


def program_forms(rules: Ruleset) -> Iterator[Form]:
    """Every form of the program, each with the file and line it comes from."""
    yield from ((text, HERE, 0) for text in _language())
    yield from support_forms()
    defined = {text for text, _, _ in support_forms()}
    themes = dict.fromkeys((FOLD, *rules.themes))
    yield from ((f"(ruleset {theme})", HERE, 0) for theme in themes)
    yield from ((text, HERE, 0) for text in _loading())
    yield from ((text, HERE, 0) for text in _pruning())
    for rule in rules:
        for token in literal_tokens(read_forms(rule.text)[0].tree):
            form = definition(token)
            if form not in defined:
                defined.add(form)
                yield form, rule.file, rule.line
        yield rule.text, rule.file, rule.line


def _language() -> Iterator[str]:
    applications = " ".join(f"({name}{' M' * arity})" for name, arity in CONSTRUCTORS.items())
    yield f"(datatype M (Num BigRat) (Flt f64) (Var i64 i64) {applications})"


def _loading() -> Iterator[str]:
    """Rows ``in-X`` become terms: ``(nd i)`` is the class of the i-th node of the batch."""
    yield "(ruleset loading)"
    yield "(function nd (i64) M :merge old)"
    yield "(function root (i64) M :merge old)"
    fixed = {
        "Num": ("String String", "(Num (bigrat (from-string a) (from-string b)))"),
        "Flt": ("f64", "(Flt a)"),
        "Var": ("i64 i64", "(Var a b)"),
    }
    for name, (sorts, term) in fixed.items():
        cells = " ".join("ab"[: len(sorts.split())])
        yield f"(relation in-{name} (i64 {sorts}))"
        yield _load(name, f"(in-{name} i {cells})", f"(set (nd i) {term})")
    for name, arity in CONSTRUCTORS.items():
        letters = "abc"[:arity]
        cells, nodes = "".join(f" {x}" for x in letters), "".join(f" n{x}" for x in letters)
        found = "".join(f" (= n{x} (nd {x}))" for x in letters)
        yield f"(relation in-{name} (i64{' i64' * arity}))"
        yield _load(name, f"(in-{name} i{cells}){found}", f"(set (nd i) ({name}{nodes}))")
    yield "(relation in-same (i64 i64))"
    yield _load("same", "(in-same i j) (= a (nd i)) (= b (nd j))", "(union a b)")
    yield "(relation in-root (i64 i64))"
    yield _load("root", "(in-root i j) (= a (nd j))", "(set (root i) a)")
    for fact, bounded in SEEDS.items():
        if bounded:
            value = "(bigrat (from-string a) (from-string b))"
            yield f"(relation in-{fact} (i64 String String))"
            yield _load(fact, f"(in-{fact} i a b) (= n (nd i))", f"(set ({fact} n) {value})")
        else:
            yield f"(relation in-{fact} (i64))"
            yield _load(fact, f"(in-{fact} i) (= n (nd i))", f"({fact} n)")


def _load(name: str, body: str, head: str) -> str:
    return f'(rule ({body}) ({head}) :ruleset loading :name "load-{name}")'


def _pruning() -> Iterator[str]:
    """A class that holds an exact literal keeps only the literal.

    Otherwise the classes of 0, 1 and 2 become hubs that join everything with everything.
    """
    yield "(ruleset pruning)"
    for name, arity in CONSTRUCTORS.items():
        if arity:
            term = f"({name}{''.join(' ' + x for x in 'abc'[:arity])})"
            yield (
                f"(rule ((= e (Num q)) (= e {term})) ((subsume {term})) "
                f':ruleset pruning :name "prune-{name}")'
            )


__all__ = ["SEEDS", "program_forms"]
