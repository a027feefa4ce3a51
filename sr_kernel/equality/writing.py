"""Small, readable terms from coefficients, factors and powers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from sr_kernel.equality.constants import ONE, ZERO, Constants
from sr_kernel.equality.order import order_key
from sr_kernel.expr import Expr, apply, number, rebuild
from sr_kernel.numeric.deadline import check_time

Factor = tuple[Expr, Fraction]
Exponent = tuple[Fraction, Expr]
HALF = Fraction(1, 2)


def literal(value: Fraction, constants: Constants | None) -> Expr:
    """``value`` as a literal, a product where it is beyond the range of floats."""
    return number(value) if constants is None else constants.literal(value)


def sum_term(terms: Iterable[tuple[Fraction, Expr]], constants: Constants | None) -> Expr:
    """The sum of rationals times terms; a constant has the term 1 and comes last."""
    ordered = sorted(terms, key=lambda pair: _display_key(pair[1]))
    if not ordered:
        return ZERO
    if ordered[0][0].numerator < 0:
        # A positive term in front saves the minus sign.
        first = next((i for i, (q, _) in enumerate(ordered) if q > 0), 0)
        ordered.insert(0, ordered.pop(first))
    shown = [times(ordered[0][0], ordered[0][1], constants)]
    for q, term in ordered[1:]:
        if q.numerator < 0:
            shown.append(apply("neg", times(-q, term, constants)))
        else:
            shown.append(times(q, term, constants))
    return apply("add", *shown)


def _display_key(term: Expr) -> tuple[object, ...]:
    return (term is ONE, -degree(term), order_key(term))


@lru_cache(maxsize=4096)
def degree(term: Expr) -> int:
    """Degree for the order of display: variables count one, function values nothing."""
    match term.op:
        case "symbol":
            return 1
        case "mul" | "div":
            return sum(degree(arg) for arg in term.args[: 1 if term.op == "div" else None])
        case "neg":
            return degree(term.args[0])
        case "pow":
            power = term.args[1].value
            if term.args[1].is_number and 0 < power < 1000:  # type: ignore[operator]
                return int(power) * degree(term.args[0])  # type: ignore[arg-type]
    return 0


def times(q: Fraction, term: Expr, constants: Constants | None) -> Expr:
    """``q*term`` without a product where a quotient or a plain literal is shorter."""
    whole = q.numerator if q.denominator == 1 else None
    if whole == 1:
        return term
    if term is ONE or whole == 0:
        return literal(q, constants)
    if whole == -1:
        return apply("neg", term)
    factor = literal(q, constants)
    above, below = _fraction_of(term)
    if isinstance(factor.value, float) or not factor.is_number or q.denominator == 1:
        return ratio([factor, *above], below)
    numerator = [] if abs(q.numerator) == 1 and above else [number(abs(q.numerator))]
    result = ratio([*numerator, *above], [number(q.denominator), *below])
    return apply("neg", result) if q < 0 else result


def _fraction_of(term: Expr) -> tuple[list[Expr], list[Expr]]:
    """Numerator and denominator of ``term`` as lists of factors."""
    if term.op == "div":
        above, below = term.args
        return ([] if above is ONE else _factors_of(above)), _factors_of(below)
    if term.op == "pow" and isinstance(term.args[1].value, Fraction) and term.args[1].value < 0:
        return [], [power_term(term.args[0], -term.args[1].value, None)]
    return _factors_of(term), []


def _factors_of(term: Expr) -> list[Expr]:
    return list(term.args) if term.op == "mul" else [term]


def ratio(above: Sequence[Expr], below: Sequence[Expr]) -> Expr:
    """The quotient of two products."""
    numerator = apply("mul", *above) if above else ONE
    if not below:
        return numerator
    return apply("div", numerator, apply("mul", *below))


def power_term(base: Expr, q: Fraction, constants: Constants | None) -> Expr:
    """``base**q`` in its shortest spelling."""
    if q.numerator == q.denominator:
        return base
    if base.op == "exp":
        return exponential_term(None, [(q, base.args[0])], constants)
    if q == HALF:
        return apply("sqrt", base)
    if q.denominator == 2 and not (constants is not None and constants.is_float(q)):
        return apply("pow", apply("sqrt", base), number(q * 2))
    return apply("pow", base, number(q) if q.denominator == 1 else literal(q, constants))


def exponential_term(
    base: Expr | None, exponents: Iterable[Exponent], constants: Constants | None
) -> Expr:
    """``base**(sum of exponents)``; base None is e."""
    exponent = sum_term(merged(exponents), constants)
    if base is not None:
        return apply("pow", base, exponent)
    return apply("e") if exponent is ONE else apply("exp", exponent)


def merged(terms: Iterable[Exponent]) -> list[Exponent]:
    """Like terms added up."""
    total: dict[Expr, Fraction] = {}
    for q, atom in terms:
        total[atom] = total[atom] + q if atom in total else q
    return [(q, atom) for atom, q in total.items() if q != 0]


def product_term(
    c: Fraction,
    factors: Iterable[Factor],
    constants: Constants | None,
    exponentials: dict[Expr | None, list[Exponent]] | None = None,
) -> Expr:
    """``c`` times powers of bases times exponentials."""
    whole = c.numerator if c.denominator == 1 else None
    if whole == 0:
        return ZERO
    factors = list(factors)
    if whole == 1 and not exponentials and len(factors) == 1 and factors[0][1].numerator > 0:
        return power_term(factors[0][0], factors[0][1], constants)
    gathered: dict[Expr, Fraction] = {}
    for base, q in factors:
        gathered[base] = gathered[base] + q if base in gathered else q
    kept = _joined([(base, q) for base, q in gathered.items() if q.numerator])
    above = _powers([(base, q) for base, q in kept if q.numerator > 0], constants)
    below = _powers([(base, -q) for base, q in kept if q.numerator < 0], constants)
    for root, terms in (exponentials or {}).items():
        total = merged(terms)
        if total and (above or whole not in (1, -1)) and all(q < 0 for q, _ in total):
            below.append(exponential_term(root, [(-q, atom) for q, atom in total], constants))
        elif total:
            above.append(exponential_term(root, total, constants))
    if whole in (1, -1) and not above and len(below) == 1:
        return _reciprocal(c, below[0])
    return times(c, ratio(above, below), constants) if above or below else literal(c, constants)


def _reciprocal(c: Fraction, below: Expr) -> Expr:
    """``c/below`` for c = 1 or -1; a negative power is shorter than 1 over a power."""
    if below.op == "pow" and isinstance(below.args[1].value, Fraction | float):
        result = apply("pow", below.args[0], number(-below.args[1].value))
    else:
        result = apply("div", ONE, below)
    return apply("neg", result) if c < 0 else result


_MULTIPLICATIVE = ("abs", "sign", "cbrt")
_QUOTIENTS = (("sin", "cos", "tan"), ("sinh", "cosh", "tanh"))
_JOINABLE = frozenset({*_MULTIPLICATIVE, "sin", "cos", "sinh", "cosh"})


def _joined(factors: list[Factor]) -> list[Factor]:
    """Quotients of sin and cos as tan; products of abs, sign and cbrt under one call."""
    if len(factors) < 2 or not any(base.op in _JOINABLE for base, _ in factors):
        return factors
    powers = dict(factors)
    for above, below, joint in _QUOTIENTS:
        for base in [base for base in powers if base.op == above]:
            partner = apply(below, *base.args)
            both = min(powers[base], -powers.get(partner, Fraction(0)))
            if both > 0:
                _shift(powers, base, -both)
                _shift(powers, partner, both)
                _shift(powers, apply(joint, *base.args), both)
    _square_roots(powers)
    for op in _MULTIPLICATIVE:
        same: dict[Fraction, list[Expr]] = {}
        for base, q in powers.items():
            if base.op == op:
                same.setdefault(q, []).append(base)
        for q, bases in same.items():
            if len(bases) > 1:
                inner = product_term(Fraction(1), [(b.args[0], Fraction(1)) for b in bases], None)
                for base in bases:
                    del powers[base]
                _shift(powers, apply(op, inner), q)
    return list(powers.items())


def _square_roots(powers: dict[Expr, Fraction]) -> None:
    """``x**2/abs(x)`` as ``abs(x)`` and ``x**2*abs(x)**0.3`` as ``abs(x)**2.3``.

    Even powers of x join powers of abs(x), what is even in an odd power those that are broken or of
    the other sign.
    """
    for base in [base for base in powers if base.op == "abs"]:
        inner = base.args[0]
        q = powers.get(inner, Fraction(0))
        is_broken = powers[base].denominator > 1
        if q.denominator == 1 and q and (is_broken or q * powers[base] < 0 or q % 2 == 0):
            even = q - q % 2 if q > 0 else q + q % 2
            _shift(powers, inner, -even)
            _shift(powers, base, even)


def _shift(powers: dict[Expr, Fraction], base: Expr, by: Fraction) -> None:
    total = powers.get(base, Fraction(0)) + by
    if total:
        powers[base] = total
    else:
        powers.pop(base, None)


def _powers(factors: list[Factor], constants: Constants | None) -> list[Expr]:
    """Factors as terms in order of display; bases with the same power share it."""
    if len(factors) < 2:
        return [power_term(base, q, constants) for base, q in factors]
    by_power: dict[Fraction, list[Expr]] = {}
    for base, q in factors:
        by_power.setdefault(q, []).append(base)
    shown: list[Expr] = []
    for q, bases in by_power.items():
        bases.sort(key=order_key)
        plain = [base for base in bases if base.op != "exp"]
        if q.denominator == 1 and q > 1 and len(plain) > 1:
            shown.append(power_term(apply("mul", *plain), q, constants))
            plain = [base for base in bases if base.op == "exp"]
        else:
            plain = bases
        shown.extend(power_term(base, q, constants) for base in plain)
    return sorted(shown, key=_factor_key)


def _factor_key(term: Expr) -> tuple[object, ...]:
    """Numbers, then variables and their powers, then function values, then sums."""
    base = term.args[0] if term.op == "pow" else term
    rank = {"number": 0, "pi": 1, "e": 1, "symbol": 2, "add": 4}.get(base.op, 3)
    return (rank, order_key(base), order_key(term))


@lru_cache(maxsize=4096)
def ordered(expr: Expr) -> Expr:
    """``expr`` with sums, products, min and max in order of display; never larger."""
    check_time()
    return _ordered(rebuild(expr, tuple(map(ordered, expr.args))))


def _ordered(node: Expr) -> Expr:
    if node.op == "add":
        terms = [(Fraction(-1), arg.args[0]) if arg.op == "neg" else (Fraction(1), arg)
                 for arg in node.args]  # fmt: skip
        return _ordered_sum(terms)
    if node.op == "mul":
        first, *rest = node.args
        negative = first.op == "neg"
        factors = sorted([first.args[0] if negative else first, *rest], key=_factor_key)
        product = apply("mul", *factors)
        return apply("neg", product) if negative else product
    if node.op in ("min", "max"):
        return apply(node.op, *sorted(node.args, key=order_key))
    return node


def _ordered_sum(terms: list[tuple[Fraction, Expr]]) -> Expr:
    terms.sort(key=lambda pair: (pair[1].is_number, -degree(pair[1]), order_key(pair[1])))
    negative = [q < 0 or _is_negative_number(term) for q, term in terms]
    if negative[0] and not all(negative):
        terms.insert(0, terms.pop(negative.index(False)))
    elif negative[0]:
        # A minus sign in front is free as part of a literal.
        signed = [(i, _negated(term)) for i, (q, term) in enumerate(terms) if q < 0]
        signed += [(i, term) for i, (q, term) in enumerate(terms) if q > 0]
        found = min(((i, term) for i, term in signed if term is not None), default=None, key=_place)
        if found is not None:
            terms.insert(0, (Fraction(1), found[1]))
            del terms[found[0] + 1]
    return apply("add", *(apply("neg", term) if q < 0 else term for q, term in terms))


def _place(found: tuple[int, Expr]) -> int:
    return found[0]


def _negated(term: Expr) -> Expr | None:
    """``-term`` with the sign in its leading literal; None if there is none."""
    if term.is_number:
        return number(-term.value)  # type: ignore[operator]
    if term.op in ("mul", "div"):
        first = _negated(term.args[0])
        return None if first is None else apply(term.op, first, *term.args[1:])
    return None


def _is_negative_number(term: Expr) -> bool:
    return term.op == "number" and term.value < 0  # type: ignore[operator]
