"""The elementwise functions behind the steps of a program, and where they are undefined.

IEEE arithmetic gives infinities at poles (1/0, log(0)), which would come back as plausible
numbers (1/(1/0) = 0).  Here a pole is nan.  Poles raise the processor's divide flag, so the
check costs nothing on data that never meet one.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.expr import OPERATORS
from sr_kernel.expr.operators import FloatArray
from sr_kernel.numeric.relation import Relation, domain_relations

Operand = Any
"""A float64 column or one float for all rows."""

Kernel = Callable[..., Any]


class Flags:
    """Collects the floating-point flags that numpy reports instead of warning."""

    def __init__(self) -> None:
        self.raised = False

    def __call__(self, kind: str, flag: int) -> None:
        self.raised = True

    def taken(self) -> bool:
        """Whether a flag was raised since the last call."""
        raised, self.raised = self.raised, False
        return raised

    def watching(self) -> np.errstate:
        """A context in which nothing warns and poles are noted."""
        return np.errstate(all="ignore", divide="call", call=self)


def power(base: Operand, exponent: Operand, out: FloatArray | None = None) -> Any:
    """``base ** exponent`` over the reals: nan for a negative base and a broken exponent, at
    0**negative, and wherever an operand is nan (``np.power(nan, 0)`` is 1)."""
    short = _SHORT_POWERS.get(float(exponent)) if np.ndim(exponent) == 0 else None
    if short is not None:
        return short(base, out)
    # The operands are read before ``out`` is written: it may be one of them.
    undefined = np.isnan(base) | np.isnan(exponent) | ((base == 0) & np.less(exponent, 0))
    result = np.power(base, exponent, out=out)
    if np.any(undefined):
        if out is None and np.ndim(result) == 0:
            return np.float64(np.nan)
        result[np.broadcast_to(undefined, result.shape)] = np.nan
    return result


def _one_where_defined(base: Operand, out: FloatArray | None) -> Any:
    return np.where(np.isnan(base), np.nan, 1.0) if out is None else _ones(base, out)


def _ones(base: Operand, out: FloatArray) -> FloatArray:
    undefined = np.isnan(base)
    out[...] = 1.0
    out[undefined] = np.nan
    return out


def _cube(base: Operand, out: FloatArray | None) -> Any:
    return np.multiply(base * base, base, out=out)


def _reciprocal(base: Operand, out: FloatArray | None) -> Any:
    pole = np.equal(base, 0)
    return _emptied(np.divide(1.0, base, out=out), pole)


def _reciprocal_square(base: Operand, out: FloatArray | None) -> Any:
    pole = np.equal(base, 0)
    inverse = np.divide(1.0, base, out=out)
    return _emptied(np.multiply(inverse, inverse, out=out), pole)


_SHORT_POWERS: dict[float, Kernel] = {
    0.0: _one_where_defined,
    1.0: np.positive,
    2.0: np.square,
    3.0: _cube,
    4.0: lambda base, out: np.square(np.square(base), out=out),
    0.5: np.sqrt,
    -1.0: _reciprocal,
    -2.0: _reciprocal_square,
}
"""Exponents that are cheaper without a general power."""


def power_kernel(exponent: float) -> Kernel | None:
    """The function of the base that raises it to ``exponent``, where there is a short one."""
    return _SHORT_POWERS.get(exponent)


def _emptied(result: Any, where: Any) -> Any:
    """``result`` with nan at ``where``."""
    if np.ndim(result) == 0:
        return np.float64(np.nan) if where else result
    result[where] = np.nan
    return result


def without_poles(op: str, args: list[Operand], result: Any) -> Any:
    """``result`` of the kernel ``op`` with nan where the table's domain excludes ``args``."""
    outside = np.zeros(np.shape(result), dtype=bool)
    for relation in domain_relations(op):
        outside |= ~_holds(relation, args)
    return _emptied(result, outside)


def _holds(relation: Relation, args: list[Operand]) -> NDArray[np.bool_]:
    from sr_kernel.numeric.evaluate import run
    from sr_kernel.numeric.program import compile_program

    names = ("a", "b")[: len(args)]
    values = run(compile_program(relation.difference, names, free="none"), args)
    return np.asarray(COMPARE[relation.sign](values, 0.0), dtype=np.bool_)


COMPARE: dict[str, Kernel] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}

_BINARY: dict[str, Kernel] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "min": lambda a, b, out: np.minimum(a, b, out=out),
    "max": lambda a, b, out: np.maximum(a, b, out=out),
    "pow": power,
}
"""Steps take two operands at most; the table's n-ary rows fold."""


@cache
def kernel(op: str) -> Kernel:
    """The function ``(operands..., out)`` that computes ``op``; ``out`` may be None."""
    found = _BINARY.get(op)
    if found is not None:
        return found
    function = OPERATORS[op].numpy
    return function if isinstance(function, np.ufunc) else writing(function)


def writing(function: Callable[..., Any]) -> Kernel:
    """``function`` with ``out`` as its last argument."""

    def wrapped(*args: Any) -> Any:
        *operands, out = args
        result = function(*operands)
        if out is None:
            return result
        out[...] = result
        return out

    return wrapped


@cache
def has_poles(op: str) -> bool:
    """Whether ``op`` may be infinite at a point outside its domain: at an end not in it."""
    relations = domain_relations(op) if op in OPERATORS else ()
    return any(relation.sign in ("!=", "<", ">") for relation in relations)
