"""The grammar from which the guide's corpus of laws is drawn.

A law has ``d`` variables (1 to 9, :attr:`Grammar.variables`), further leaves (variables again, or
constants) and some functions of one argument.  Its tree is drawn from the root down::

    T(leaves, functions) -> f(T(leaves, functions - 1))
                          | T(l1, f1) op T(l2, f2),  l1 + l2 = leaves, f1 + f2 = functions
    T(1, 0)              -> variable | constant

Each law has weights of its own: those of one of the :data:`STYLES` (mixed, power law, rational,
wave, exponential, bell, nested), each times a gamma variate, so that some laws repeat one operator
and others mix many.  Constants are nice numbers or log-uniform over decades, with signs; powers are
mostly small whole numbers and halves, sometimes any number.  One law of four
(:attr:`Grammar.wrapped`) is then put into one more operation.

A law is drawn again if it has fewer than 3 or more than 30 nodes, holds an operation between
constants or one stacked on another (``(x + 2) - 3``, ``(x**2)**3``), or has a part that, on fixed
points, is constant, equal to a part of itself, or a sum that is a multiple of a part of itself.  A
law is not always in its shortest form.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from sr_kernel.errors import DataError, OptionError
from sr_kernel.expr import Expr, apply, number, symbol, variables
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.machine import CODES

SMALLEST, LARGEST = 3, 30
"""Nodes of a law."""
MOST_VARIABLES = 9

BINARY = ("add", "sub", "mul", "div", "pow")
FUNCTIONS = (
    "pow", "neg", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "asin", "acos", "atan",
    "abs", "sinh", "cosh",
)  # fmt: skip
"""Functions of one argument; ``pow`` is a power with a constant exponent."""

STYLES: dict[str, tuple[float, tuple[float, ...], tuple[float, ...]]] = {
    #               share  add  sub  mul  div  pow
    "mixed":       (0.26, (2.5, 1.6, 4.0, 2.0, 0.10),
    #                 pow  neg sqrt exp  log  sin  cos  tan tanh asin acos atan abs sinh cosh
                    (3.0, 0.3, 1.4, 1.4, 0.9, 1.1, 1.1, 0.15, 0.3, 0.12, 0.12, 0.2, 0.1, 0.1, 0.1)),
    "power law":   (0.16, (0.2, 0.2, 5.0, 3.0, 0.02),
                    (4.0, 0.1, 2.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "rational":    (0.24, (3.0, 2.0, 4.0, 3.2, 0.00),
                    (4.0, 0.4, 0.2, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)),
    "wave":        (0.10, (2.5, 1.2, 4.0, 0.8, 0.00),
                    (1.2, 0.1, 0.2, 0.6, 0.0, 4.0, 4.0, 0.3, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0)),
    "exponential": (0.12, (2.0, 1.5, 4.0, 2.0, 0.10),
                    (2.5, 1.0, 0.3, 4.0, 2.5, 0.0, 0.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.0, 0.3, 0.3)),
    "bell":        (0.06, (1.0, 2.5, 3.0, 3.0, 0.00),
                    (5.0, 2.0, 0.5, 4.0, 0.2, 0.0, 0.0, 0.0, 0.1, 0.0, 0.0, 0.0, 0.0, 0.0, 0.1)),
    "nested":      (0.08, (2.0, 1.5, 3.0, 1.5, 0.10),
                    (2.0, 0.3, 2.0, 1.6, 1.6, 1.2, 1.2, 0.2, 0.6, 0.3, 0.3, 0.5, 0.2, 0.2, 0.2)),
}  # fmt: skip
"""Name -> share of the laws, weights of :data:`BINARY`, weights of :data:`FUNCTIONS`."""

NICE = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 0.5, 0.25, 0.1, 1 / 3, 1.5, np.pi, 2 * np.pi)
"""Constants that stand in laws more often than others."""
EXPONENTS = (2.0, 3.0, 4.0, 5.0, 6.0, -2.0, -3.0, 1.5, 2.5, -0.5, -1.5, 1 / 3, 2 / 3)
_EXPONENT_WEIGHTS = (9.0, 3.0, 1.2, 0.4, 0.3, 1.0, 0.4, 0.8, 0.3, 0.4, 0.3, 0.3, 0.3)
ANY_EXPONENT = 0.08
"""Share of the constant exponents that are any number from -4 to 5."""


class Laws(NamedTuple):
    """Laws as flat programs of :mod:`sr_kernel.search.machine`, one a row: row ``i`` of the
    arrays (m, LARGEST) has ``length[i]`` steps, the root last, over ``count[i]`` variables."""

    code: Any
    left: Any
    right: Any
    value: FloatArray
    length: Any
    count: Any

    def chosen(self, rows: Any) -> Laws:
        """The laws of ``rows`` (indices or a mask)."""
        return Laws(*(part[rows] for part in self))

    @property
    def fits(self) -> bool:
        """Whether no law has more steps than the grammar's, as compiled loops take for granted."""
        return bool(self.length.max(initial=0) <= LARGEST)

    def bounded(self, place: Any, columns: int) -> Laws:
        """These laws, which can be looked at over ``columns`` with variable ``k`` at
        ``place[i, k]``; raises :class:`DataError` where they cannot."""
        if not self.fits:
            raise DataError(f"a law has more than {LARGEST} nodes: the guide knows none so large")
        inside = (place >= 0) & (place < columns)
        if place.shape[1] < self.count.max(initial=0) or not inside.all():
            raise DataError(f"a law has more than the {columns} columns that the guide learns from")
        return self


@dataclass(frozen=True)
class Grammar:
    """What laws are drawn; all shares are relative weights.

    Raises :class:`OptionError` for weights that are negative or all zero, or decades below 0.
    """

    variables: tuple[float, ...] = (0.10, 0.18, 0.21, 0.18, 0.13, 0.09, 0.05, 0.03, 0.03)
    """Weight of 1, 2, ... 9 variables."""
    styles: tuple[str, ...] = tuple(STYLES)
    constants: tuple[float, ...] = (0.34, 0.36, 0.21, 0.09)
    """Weight of 0, 1, 2, 3 constants as leaves."""
    nice: float = 0.4
    """Share of the constants that are one of :data:`NICE`."""
    negative: float = 0.25
    """Share of the constants with a minus sign."""
    wrapped: float = 0.25
    """Share of the laws that are put into one more operation, all kinds alike: an outer function,
    or times or over a simple function of a column or the sum or difference of two.  So whatever can
    be undone is seen with all kinds of laws below it."""
    decades: float = 2.0
    """Constants lie within this many decades of 1; in one law of six within twice as many."""

    def __post_init__(self) -> None:
        unknown = [name for name in self.styles if name not in STYLES]
        if unknown or not self.styles:
            raise OptionError(f"styles={self.styles!r} is not known: use some of {tuple(STYLES)}")
        if not 1 <= len(self.variables) <= MOST_VARIABLES:
            raise OptionError(f"variables needs 1 to {MOST_VARIABLES} weights")
        for name in ("variables", "constants"):
            weights = getattr(self, name)
            if min(weights) < 0 or sum(weights) <= 0:
                raise OptionError(f"{name}={weights} are no weights: use positive numbers")
        shares = (self.nice, self.negative, self.wrapped)
        if not (min(shares) >= 0 and max(shares) <= 1 and 0 <= self.decades <= 20):
            raise OptionError(
                "nice, negative and wrapped are shares from 0 to 1, decades is from 0 to 20"
            )

    def draw(self, rng: np.random.Generator, count: int) -> Laws:
        """``count`` laws; the same ones for a generator in the same state."""
        from sr_kernel.guide.grammar_kernels import draw_laws

        table = np.array([STYLES[name][1] + STYLES[name][2] for name in self.styles])
        laws = _empty(count)
        draw_laws(
            rng, *laws, _cumulated(self.variables), _cumulated(self.constants),
            _cumulated([STYLES[name][0] for name in self.styles]), table, np.array(NICE),
            np.array(EXPONENTS), _cumulated(_EXPONENT_WEIGHTS),
            np.array([self.nice, self.negative, self.decades, ANY_EXPONENT, self.wrapped]),
        )  # fmt: skip
        return laws


def _empty(count: int) -> Laws:
    code, left, right = (np.zeros((count, LARGEST), dtype=np.int64) for _ in range(3))
    length, used = (np.zeros(count, dtype=np.int64) for _ in range(2))
    return Laws(code, left, right, np.zeros((count, LARGEST)), length, used)


def _cumulated(weights: Any) -> FloatArray:
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.asarray(total / total[-1])


_NAMES = {code: name for name, code in CODES.items()}


def parts_of(laws: Laws, row: int, names: Any = None) -> list[Expr]:
    """The term of each step of law ``row`` (the last is the law), variables called ``names``
    (default: x1, x2, ...)."""
    known: list[Expr] = []
    for k in range(int(laws.length[row])):
        op = _NAMES[int(laws.code[row, k])]
        left, right = int(laws.left[row, k]), int(laws.right[row, k])
        if op == "input":
            known.append(symbol(names[left] if names is not None else f"x{left + 1}"))
        elif op == "constant":
            known.append(constant(float(laws.value[row, k])))
        elif op == "sub":
            known.append(known[left] - known[right])
        else:
            both = op in BINARY
            known.append(apply(op, known[left], *((known[right],) if both else ())))
    return known


def laws_of(term: Expr) -> list[Laws]:
    """``term`` as a flat program whose steps are not shared, over its own variables; nothing for
    a term with operators that the programs have not."""
    steps: list[tuple[int, int, int, float]] = []
    names = {name: k for k, name in enumerate(variables(term))}
    if _emitted(term, names, steps) is None or not names:
        return []
    code, left, right, value = (np.array([column]) for column in zip(*steps, strict=True))
    counts = (np.array([len(steps)]), np.array([len(names)]))
    return [Laws(code, left, right, value.astype(np.float64), *counts)]


def _emitted(term: Expr, names: dict[str, int], steps: list[Any]) -> int | None:
    """The register of ``term``, its steps appended; None for one that cannot be had."""
    if term.is_symbol:
        steps.append((CODES["input"], names[str(term.value)], 0, 0.0))
    elif not variables(term):
        value = float(evaluate(compile_program(term, ()), np.empty((1, 0)))[0])
        steps.append((CODES["constant"], 0, 0, value))
    elif term.op == "cbrt":
        return _emitted(apply("pow", term.args[0], number(Fraction(1, 3))), names, steps)
    elif term.op not in CODES:
        return None
    else:
        return _combined(term, names, steps)
    return len(steps) - 1


def _combined(term: Expr, names: dict[str, int], steps: list[Any]) -> int | None:
    total = _emitted(term.args[0], names, steps)
    if len(term.args) == 1:
        steps.append((CODES[term.op], total, 0, 0.0))
    for arg in term.args[1:]:
        minus = term.op == "add" and arg.op == "neg"
        other = _emitted(arg.args[0] if minus else arg, names, steps)
        if total is None or other is None:
            return None
        steps.append((CODES["sub" if minus else term.op], total, other, 0.0))
        total = len(steps) - 1
    return None if total is None else len(steps) - 1


def constant(value: float) -> Expr:
    """The term of a constant: exact where it is nice (n/12, or whole multiples of pi)."""
    turns = value / np.pi
    if turns in (1.0, -1.0, 2.0, -2.0):
        exact = Fraction(turns)
        pi = apply("pi")
        return pi if exact == 1 else -pi if exact == -1 else apply("mul", number(exact), pi)
    exact = Fraction(value).limit_denominator(12)
    return number(exact) if float(exact) == value and abs(value) < 1e4 else number(value)
