"""To and from SymPy.  SymPy is imported when first needed; its text parser never is."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce
from typing import Any

from sr_kernel.errors import ExpressionError
from sr_kernel.expr.operators import OPERATORS, SUGAR
from sr_kernel.expr.parser import parse
from sr_kernel.expr.term import Expr, apply, has_minus, number, symbol
from sr_kernel.expr.traversal import substitute, walk


def to_sympy(expr: Expr, symbols: dict[str, Any] | None = None) -> Any:
    """``expr`` as a SymPy expression; ``symbols`` maps names to symbols with assumptions.

    Raises :class:`ExpressionError` for powers of numbers that SymPy would write out for ever.
    """
    import sympy

    done: dict[Expr, Any] = {}
    for node in walk(expr):
        args = [done[arg] for arg in node.args]
        if node.is_symbol:
            name = str(node.value)
            done[node] = (symbols or {}).get(name) or sympy.Symbol(name)
        elif isinstance(node.value, float):
            done[node] = sympy.Float(node.value)
        elif isinstance(node.value, Fraction):
            done[node] = sympy.Rational(node.value.numerator, node.value.denominator)
        else:
            done[node] = _checked(node, args)
    return done[expr]


def _checked(node: Expr, args: list[Any]) -> Any:
    try:
        return _sympy_of(node.op, args)
    except ZeroDivisionError:
        raise ExpressionError(f"{str(node)[:40]} divides by zero and has no value") from None
    except ExpressionError:
        raise
    except (ValueError, TypeError):  # SymPy sees a number that is not real, and cannot order it
        raise ExpressionError(
            f"{str(node)[:40]} has an argument that is not real: SymPy cannot hold it"
        ) from None


def _sympy_of(op: str, args: list[Any]) -> Any:
    import sympy

    match op:
        case "neg":
            return -args[0]
        case "div":
            return args[0] / args[1]
        case "pow":
            return _sympy_power(*args)
        case "cbrt":  # SymPy's own cube root is complex for negative arguments
            return sympy.sign(args[0]) * sympy.Abs(args[0]) ** sympy.Rational(1, 3)
    head = getattr(sympy, OPERATORS[op].sympy)
    return head(*args) if args else head


def _sympy_power(base: Any, exponent: Any) -> Any:
    """SymPy spells out powers of numbers, however long: refuse what would fill the memory."""
    if base.is_Rational and exponent.is_Rational:
        bits = max(int(base.p).bit_length(), int(base.q).bit_length())
        if abs(exponent) * bits > 100_000:
            raise ExpressionError(
                f"{str(base)[:20]}**{str(exponent)[:20]} has more digits than SymPy can hold"
            )
    return base**exponent


def from_sympy(expression: Any) -> Expr:
    """The term for a SymPy expression over the reals.

    Raises :class:`ExpressionError` for what has no real counterpart here (``I``, ``oo``,
    integrals, unknown functions).
    """
    import sympy

    done: dict[Any, Expr] = {}
    for node in sympy.postorder_traversal(expression):
        if node not in done:
            done[node] = _term(node, done)
    return done[expression]


def _term(node: Any, done: dict[Any, Expr]) -> Expr:
    import sympy

    if node.is_Symbol:
        return symbol(node.name)
    if node.is_Rational:
        return number(Fraction(int(node.p), int(node.q)))
    if node.is_Float:
        return number(float(node))
    if node is sympy.pi or node is sympy.E:
        return apply("pi" if node is sympy.pi else "e")
    args = [done[arg] for arg in node.args]
    if node.is_Add:
        return _signed_sum(args)
    if node.is_Mul:
        return _quotient(node, done)
    if node.is_Pow:
        return _power(node, args)
    return _function(node, args)


def _signed_sum(args: list[Expr]) -> Expr:
    """Terms without a minus first, as people write them."""
    return apply("add", *sorted(args, key=has_minus))


def _power(node: Any, args: list[Expr]) -> Expr:
    import sympy

    base, exponent = node.args
    if base is sympy.E:
        return apply("exp", args[1])
    if exponent == sympy.Rational(1, 2):
        return apply("sqrt", args[0])
    if exponent == -1:
        return apply("div", number(1), args[0])
    return apply("pow", *args)


def _quotient(node: Any, done: dict[Any, Expr]) -> Expr:
    """SymPy writes a/b as a*b**-1; here it is a quotient again."""
    above: list[Expr] = []
    below: list[Expr] = []
    for factor in node.args:
        exponent = factor.args[1] if factor.is_Pow else None
        if factor.is_Rational and not factor.is_Integer:
            if factor.p != 1:
                above.append(number(int(factor.p)))
            below.append(number(int(factor.q)))
        elif exponent is not None and exponent.is_Rational and exponent < 0:
            below.append(_reciprocal(factor, done))
        else:
            above.append(done[factor])
    above = [f for f in above if f is not number(1)] or [number(1)]
    top = reduce(_times, above)
    return apply("div", top, reduce(_times, below)) if below else top


def _times(left: Expr, right: Expr) -> Expr:
    if left is number(-1):
        return apply("neg", right)
    return apply("mul", left, right)


def _reciprocal(factor: Any, done: dict[Any, Expr]) -> Expr:
    base, exponent = factor.args
    if exponent == -1:
        return done[base]
    if exponent * 2 == -1:
        return apply("sqrt", done[base])
    return apply("pow", done[base], number(Fraction(int(-exponent.p), int(exponent.q))))


_BY_SYMPY_NAME: dict[str, str] = {
    row.sympy: row.name for row in OPERATORS.values() if row.sympy and row.arity
}


def _function(node: Any, args: list[Expr]) -> Expr:
    name = type(node).__name__
    if name == "log" and len(args) == 2:
        return apply("div", apply("log", args[0]), apply("log", args[1]))
    op = _BY_SYMPY_NAME.get(name)
    if op is not None and OPERATORS[op].accepts(len(args)):
        return apply(op, *args)
    if name in SUGAR and SUGAR[name][0] == len(args):
        return substitute(parse(SUGAR[name][1]), dict(zip("ab", args, strict=False)))
    raise ExpressionError(
        f"SymPy's {name} ({str(node)[:40]}) has no counterpart here: rewrite it with real "
        "elementary functions first"
    )
