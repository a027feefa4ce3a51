"""Terms: immutable, hash-consed expression trees with n-ary sums and products.

Two terms of the same shape are the same object, so ``is`` (and ``==``) compare structure in O(1)
and a dict keyed by terms is a dict keyed by structure.

There is no subtraction: ``a - b`` is ``add(a, neg(b))``.  A minus sign has one place in a term:

* on a literal it is part of the number;
* in a product or quotient it sits on the first factor, ``-x*y`` is ``mul(neg(x), y)``;
* as a later term of a sum it stands in front of the whole term, ``a - 2*x`` is
  ``add(a, neg(mul(2, x)))``.

So text read back from its printed form is the same object.  Integers and fractions are exact;
floats are measured or fitted constants and are never turned into exact numbers.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from fractions import Fraction
from typing import Any
from weakref import ref

from sr_kernel.errors import ExpressionError
from sr_kernel.expr.operators import OPERATORS

MAX_DEPTH = 200
"""Deepest term that can be built: every traversal may recurse without fear of the stack."""

MAX_DIGITS = 4_000
"""Longest numerator or denominator in decimal digits: what a literal prints can be read back."""

_LARGEST = 10**MAX_DIGITS

Scalar = int | float | Fraction
_ASSOCIATIVE = frozenset({"add", "mul", "min", "max"})


class Expr:
    """One node.  ``op`` is ``"number"``, ``"symbol"`` or a name of the operator table."""

    __slots__ = ("__weakref__", "args", "depth", "op", "size", "value")

    op: str
    args: tuple[Expr, ...]
    value: Fraction | float | str | None
    size: int
    """Nodes of the printed tree: n-ary sums and products count as binary, p/q as three, a minus
    sign as one unless it is part of a literal or a subtraction."""
    depth: int

    def __init__(self) -> None:
        raise TypeError("build terms with number(), symbol(), apply() or parse()")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"terms are immutable: cannot set {name}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _intern, (self.op, self.args, self.value)

    def __copy__(self) -> Expr:
        return self

    def __deepcopy__(self, memo: object) -> Expr:
        return self

    def __str__(self) -> str:
        from sr_kernel.expr.printer import to_text

        return to_text(self)

    def __repr__(self) -> str:
        return f"Expr({str(self)!r})"

    def _repr_latex_(self) -> str:
        from sr_kernel.expr.latex import to_latex

        return f"${to_latex(self)}$"

    @property
    def is_number(self) -> bool:
        """Whether this is a literal, exact or float."""
        return self.op == "number"

    @property
    def is_symbol(self) -> bool:
        """Whether this is a variable."""
        return self.op == "symbol"

    def __add__(self, other: Expr | Scalar) -> Expr:
        return apply("add", self, as_expr(other))

    def __radd__(self, other: Scalar) -> Expr:
        return apply("add", as_expr(other), self)

    def __sub__(self, other: Expr | Scalar) -> Expr:
        return apply("add", self, apply("neg", as_expr(other)))

    def __rsub__(self, other: Scalar) -> Expr:
        return apply("add", as_expr(other), apply("neg", self))

    def __mul__(self, other: Expr | Scalar) -> Expr:
        return apply("mul", self, as_expr(other))

    def __rmul__(self, other: Scalar) -> Expr:
        return apply("mul", as_expr(other), self)

    def __truediv__(self, other: Expr | Scalar) -> Expr:
        return apply("div", self, as_expr(other))

    def __rtruediv__(self, other: Scalar) -> Expr:
        return apply("div", as_expr(other), self)

    def __pow__(self, other: Expr | Scalar) -> Expr:
        return apply("pow", self, as_expr(other))

    def __rpow__(self, other: Scalar) -> Expr:
        return apply("pow", as_expr(other), self)

    def __neg__(self) -> Expr:
        return apply("neg", self)


class _Ref(ref[Expr]):
    """A weak reference that knows where it stands in the table."""

    __slots__ = ("key",)

    key: tuple[Any, ...]


_TABLE: dict[tuple[Any, ...], _Ref] = {}
_GONE: deque[_Ref] = deque()
"""References to terms that are no more.  The callback that notes them is no function of Python's:
an exception in one is dropped, and Ctrl-C comes as an exception."""
_MOST_GONE = 512
_LOCK = threading.Lock()


def number(value: Scalar) -> Expr:
    """The literal ``value``; integers and fractions stay exact.

    Raises :class:`ExpressionError` for nan, infinities and more than MAX_DIGITS digits.
    """
    if type(value) is float or isinstance(value, float):
        if not math.isfinite(value):
            raise ExpressionError(f"{value} is not a number an expression can hold")
        return _intern("number", (), value + 0.0)  # -0.0 becomes 0.0: one spelling of zero
    exact = value if type(value) is Fraction else Fraction(value)
    if max(abs(exact.numerator), exact.denominator) >= _LARGEST:
        raise ExpressionError(
            f"a number of more than {MAX_DIGITS:,} digits is too long: write it as a power or a "
            "product"
        )
    return _intern("number", (), exact)


def symbol(name: str) -> Expr:
    """The variable called ``name`` (any non-empty text without backticks or line breaks)."""
    if not name or "`" in name or not name.isprintable():
        raise ExpressionError(
            f"{name!r} cannot be a variable's name: use printable text without backticks"
        )
    return _intern("symbol", (), name)


def as_expr(value: Expr | Scalar) -> Expr:
    """``value`` itself, or the literal for a Python number."""
    return value if isinstance(value, Expr) else number(value)


def apply(op: str, *args: Expr) -> Expr:
    """The operator called ``op`` applied to ``args``; flattens nested sums and products.

    Raises :class:`ExpressionError` for an unknown operator or a wrong number of arguments.
    """
    row = OPERATORS.get(op)
    if row is None:
        raise ExpressionError(f"there is no operator called {op!r}")
    if op in _ASSOCIATIVE:
        if len(args) == 1:
            return args[0]
        args = _flattened(op, args)
    if not row.accepts(len(args)):
        raise ExpressionError(f"{op} takes {row.arity} argument(s), got {len(args)}")
    if op == "add":
        args = (_settled(args[0]), *(_leading_minus(term) for term in args[1:]))
    elif op == "neg":
        return _negated(args[0])
    else:
        args = tuple(map(_settled, args))
    if op == "div" and (ratio := _ratio(*args)) is not None:
        return ratio
    return _intern(op, args, None)


def _flattened(op: str, args: tuple[Expr, ...]) -> tuple[Expr, ...]:
    if not any(arg.op == op for arg in args):
        return args
    return tuple(inner for arg in args for inner in (arg.args if arg.op == op else (arg,)))


def _negated(arg: Expr) -> Expr:
    """``-arg`` with the sign in its one place."""
    if arg.op == "number":
        return number(-arg.value)  # type: ignore[operator]
    if arg.op == "neg":
        return arg.args[0]
    if arg.op in ("mul", "div"):
        return apply(arg.op, _negated(arg.args[0]), *arg.args[1:])
    return _intern("neg", (arg,), None)


def _settled(arg: Expr) -> Expr:
    """``arg``, with a minus that stood in front of a sum's later term moved to its first factor."""
    misplaced = arg.op == "neg" and arg.args[0].op in ("mul", "div")
    return _negated(arg.args[0]) if misplaced else arg


def _leading_minus(term: Expr) -> Expr:
    """``term`` with a minus on its first factor pulled in front of the whole of it."""
    positive = without_minus(term)
    return term if positive is None or term.is_number else _intern("neg", (positive,), None)


def without_minus(term: Expr) -> Expr | None:
    """``-term`` if ``term`` is written with a minus sign in front, else None."""
    if term.op == "number":
        return number(-term.value) if term.value < 0 else None  # type: ignore[operator]
    if term.op == "neg":
        return term.args[0]
    if term.op in ("mul", "div"):
        first = without_minus(term.args[0])
        return None if first is None else apply(term.op, first, *term.args[1:])
    return None


def has_minus(term: Expr) -> bool:
    """Whether ``term`` is printed with a minus sign in front."""
    return without_minus(term) is not None


def _ratio(above: Expr, below: Expr) -> Expr | None:
    """The literal p/q for two coprime integers with q > 1: what is printed reads back the same."""
    p, q = above.value, below.value
    if type(p) is not Fraction or type(q) is not Fraction:
        return None
    if p.denominator != 1 or q.denominator != 1 or q < 2:
        return None
    value = p / q
    return number(value) if value.denominator == q and value != 0 else None


def _intern(op: str, args: tuple[Expr, ...], value: Fraction | float | str | None) -> Expr:
    if type(value) is Fraction:  # whose own hash is slow
        key: tuple[Any, ...] = (op, value.numerator, value.denominator)
    else:
        key = (op, args, value)
    known = _TABLE.get(key)
    found = None if known is None else known()
    if found is not None:
        return found
    depth = 1 + max((arg.depth for arg in args), default=0)
    if depth > MAX_DEPTH:
        raise ExpressionError(
            f"the expression is nested more than {MAX_DEPTH} deep: name parts of it and "
            "work on those"
        )
    node = object.__new__(Expr)
    for name, content in (
        ("op", op), ("args", args), ("value", value), ("depth", depth),
        ("size", _size(op, args, value)),
    ):  # fmt: skip
        object.__setattr__(node, name, content)
    return _entered(key, node)


def _entered(key: tuple[Any, ...], node: Expr) -> Expr:
    """``node``, or the one that another thread has entered under ``key`` meanwhile."""
    made = _Ref(node, _GONE.append)
    made.key = key
    with _LOCK:
        known = _TABLE.get(key)
        found = None if known is None else known()
        if found is not None:
            return found
        _TABLE[key] = made
        if len(_GONE) > _MOST_GONE:
            _forget_gone()
    return node


def _forget_gone() -> None:
    """Removes dead entries; that may be the end of their arguments, which then follow."""
    while _GONE:
        dead = _GONE.popleft()
        if _TABLE.get(dead.key) is dead:
            del _TABLE[dead.key]


def _size(op: str, args: tuple[Expr, ...], value: object) -> int:
    if op == "number":
        return 3 if type(value) is Fraction and value.denominator != 1 else 1
    if op not in _ASSOCIATIVE:
        return 1 + sum(arg.size for arg in args)
    total = sum(arg.size for arg in args) + len(args) - 1
    if op == "add":
        total -= sum(arg.op == "neg" for arg in args[1:])
    return total
