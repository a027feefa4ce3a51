"""Patterns: terms with metavariables, as rules are written and as everything else reads them.

A rule file is plain egglog text over the constructors named by the operator table (``Sin``,
``Pow`` ...) with two conveniences, both expanded on loading:

* ``$2``, ``$-1/2`` are literal terms and ``$q2``, ``$q-1/2`` the bare rationals;
* ``(Sub a b)``, ``(Neg a)``, ``(Div a b)``, ``(Sqrt a)`` and ``(E)`` are written in the core
  language, exactly as expressions are on entering the e-graph: ``-1*a``, ``a*b**-1``,
  ``a**1/2``, ``exp(1)``, a numeric coefficient outermost in a product.

In memory a pattern is a tuple: ``("?", name)`` a metavariable, ``("Num", p)`` an exact literal
where ``p`` is a Fraction, ``("?", name)`` or arithmetic on those, ``("Flt", p)`` a float literal,
and ``(constructor, *patterns)`` anything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from sr_kernel.egraph.sexpr import Tree
from sr_kernel.expr import OPERATORS

Pattern = tuple[Any, ...]
Prim = Fraction | tuple[Any, ...]

SUGAR_ARITY = {"Neg": 1, "Sub": 2, "Div": 2, "Sqrt": 1, "E": 0}
_SUGAR_ROWS = frozenset({"neg", "div", "sqrt", "e"})

CONSTRUCTORS: dict[str, int] = {
    row.egg: 2 if row.arity < 0 else row.arity
    for row in OPERATORS.values()
    if row.name not in _SUGAR_ROWS
}
"""Core constructors that apply an operator, with their arity; n-ary operators are binary here."""

COMMUTATIVE = frozenset({"Add", "Mul", "Min", "Max"})
"""Constructors of the n-ary, commutative and associative operators."""

_LITERAL = re.compile(r"\$(q?)(-?\d+(?:/\d+)?)$")
PRIMITIVES = frozenset(
    {"+", "-", "*", "/", "neg", "abs", "min", "max", "pow", "numer", "denom", "floor", "ceil",
     "round", "sqrt"}
)  # fmt: skip
"""Exact arithmetic on rationals that rules may use."""


def literal_value(token: Tree) -> Fraction | None:
    """The value of a ``$...`` token, else None."""
    match = _LITERAL.match(token) if isinstance(token, str) else None
    return Fraction(match.group(2)) if match else None


def literal_tokens(tree: Tree) -> Iterator[str]:
    """Every ``$...`` token in a tree."""
    if isinstance(tree, str):
        if _LITERAL.match(tree):
            yield tree
    else:
        for part in tree:
            yield from literal_tokens(part)


def definition(token: str) -> str:
    """The egglog form that defines a ``$...`` token."""
    match = _LITERAL.match(token)
    if match is None:
        raise ValueError(token)
    value = Fraction(match.group(2))
    bare = f"(bigrat (bigint {value.numerator}) (bigint {value.denominator}))"
    return f"(let {token} {bare if match.group(1) else f'(Num {bare})'})"


def core(tree: Tree) -> Tree:
    """A term as written, without the surface operators."""
    if isinstance(tree, str) or not tree or not isinstance(tree[0], str):
        return tree
    head, args = tree[0], [core(arg) for arg in tree[1:]]
    if head == "Mul" and len(args) == 2:
        # ``1*a`` written out is meant, so that its own rule can be stated.
        return [head, *args] if "$1" in args else _product(*args)
    if SUGAR_ARITY.get(head) != len(args):
        return [head, *args]
    if head == "Neg":
        return _product("$-1", args[0])
    if head == "Sub":
        return ["Add", args[0], _product("$-1", args[1])]
    if head == "Div":
        return _product(args[0], _inverse(args[1]))
    return ["Pow", args[0], "$1/2"] if head == "Sqrt" else ["Exp", "$1"]


def _coefficient(tree: Tree) -> tuple[Fraction, Tree | None]:
    """A term as coefficient times rest; no rest for a literal."""
    value = literal_value(tree)
    if value is not None:
        return value, None
    if isinstance(tree, list) and tree and tree[0] == "Mul" and len(tree) == 3:
        factor = literal_value(tree[1])
        if factor is not None:
            return factor, tree[2]
    return Fraction(1), tree


def _product(left: Tree, right: Tree) -> Tree:
    (p, a), (q, b) = _coefficient(left), _coefficient(right)
    rest: Tree | None = ["Mul", a, b] if a is not None and b is not None else a or b
    if rest is None:
        return f"${p * q}"
    return rest if p * q == 1 else ["Mul", f"${p * q}", rest]


def _inverse(tree: Tree) -> Tree:
    factor, rest = _coefficient(tree)
    if rest is None:
        return f"${1 / factor}"
    if isinstance(rest, list) and rest[0] == "Mul":
        below: Tree = ["Mul", _inverse(rest[1]), _inverse(rest[2])]
    else:
        below = _reciprocal_power(rest)
    return below if factor == 1 else ["Mul", f"${1 / factor}", below]


def _reciprocal_power(tree: Tree) -> Tree:
    # (g**q)**-1 = g**-q keeps the domain only where q > 0.
    if isinstance(tree, list) and tree[0] == "Pow":
        power = literal_value(tree[2])
        if power is not None and power > 0:
            return ["Pow", tree[1], f"${-power}"]
    return ["Pow", tree, "$-1"]


class PatternError(ValueError):
    """A term that is not in the language; the reader adds file and line."""


def read_pattern(tree: Tree) -> Pattern:
    """The pattern of a core tree.  Raises :class:`PatternError`."""
    value = literal_value(tree)
    if value is not None:
        return ("Num", value)
    if isinstance(tree, str):
        if not re.fullmatch(r"[A-Za-z_][\w'-]*", tree):
            raise PatternError(f"{tree!r} is not a metavariable or a literal like $2")
        return ("?", tree)
    head = tree[0] if tree and isinstance(tree[0], str) else ""
    if head in ("Num", "Flt") and len(tree) == 2:
        return (head, read_primitive(tree[1]))
    arity = CONSTRUCTORS.get(head)
    if arity is None:
        raise PatternError(f"there is no constructor called {head!r}")
    if len(tree) - 1 != arity:
        raise PatternError(f"{head} takes {arity} argument(s), got {len(tree) - 1}")
    return (head, *map(read_pattern, tree[1:]))


def read_primitive(tree: Tree) -> Prim:
    """A rational, a metavariable for one, or arithmetic on them.  Raises :class:`PatternError`."""
    value = literal_value(tree)
    if value is not None:
        return value
    if isinstance(tree, str):
        if re.fullmatch(r"-?\d+", tree):
            return Fraction(tree)
        if not re.fullmatch(r"[A-Za-z_][\w'-]*", tree):
            raise PatternError(f"{tree!r} is not a rational or a metavariable")
        return ("?", tree)
    head = tree[0] if tree and isinstance(tree[0], str) else ""
    if head == "bigint" and len(tree) == 2:
        return read_primitive(tree[1])
    if head not in PRIMITIVES:
        raise PatternError(f"there is no arithmetic called {head!r}")
    return (head, *map(read_primitive, tree[1:]))


def metavariables(pattern: Any) -> set[str]:
    """Names of all metavariables, of terms and of rationals."""
    if not isinstance(pattern, tuple):
        return set()
    if pattern[0] == "?":
        return {pattern[1]}
    found: set[str] = set()
    for part in pattern[1:]:
        found |= metavariables(part)
    return found


def rational_metavariables(pattern: Pattern) -> set[str]:
    """Names of the metavariables that stand for rationals inside literals."""
    if pattern[0] == "?":
        return set()
    if pattern[0] in ("Num", "Flt"):
        return metavariables(pattern[1])
    found: set[str] = set()
    for part in pattern[1:]:
        found |= rational_metavariables(part)
    return found


def constructors(pattern: Pattern) -> set[str]:
    """Constructors used, literals and metavariables apart."""
    if pattern[0] in ("?", "Num", "Flt"):
        return set()
    found = {pattern[0]}
    for part in pattern[1:]:
        found |= constructors(part)
    return found


def compute(prim: Prim, values: dict[str, Any]) -> Fraction | None:
    """The value of rational arithmetic, None where it has none (division by zero ...)."""
    if isinstance(prim, Fraction):
        return prim
    if prim[0] == "?":
        return values.get(prim[1])
    parts = [compute(part, values) for part in prim[1:]]
    known = [part for part in parts if part is not None]
    return _arithmetic(prim[0], known) if len(known) == len(parts) else None


def _arithmetic(op: str, args: list[Fraction]) -> Fraction | None:
    a = args[0]
    if len(args) == 1:
        if op in ("neg", "-"):
            return -a
        if op == "abs":
            return abs(a)
        if op == "sqrt":
            return exact_root(a)
        if op in ("numer", "denom"):
            return Fraction(a.numerator if op == "numer" else a.denominator)
        return {"floor": Fraction(a.__floor__()), "ceil": Fraction(a.__ceil__())}.get(op)
    b = args[1]
    if op == "/":
        return a / b if b else None
    if op == "pow":
        return None if b.denominator != 1 or abs(b) > 1024 or (a == 0 and b < 0) else a ** int(b)
    table = {"+": a + b, "-": a - b, "*": a * b, "min": min(a, b), "max": max(a, b)}
    return table.get(op)


def exact_root(value: Fraction) -> Fraction | None:
    """The square root of a rational that is a square, else None."""
    from math import isqrt

    if value < 0:
        return None
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None
