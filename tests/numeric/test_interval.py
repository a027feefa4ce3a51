from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small_terms import NAMES, terms

from sr_kernel.errors import OptionError
from sr_kernel.expr import OPERATORS, apply, number, parse, symbol
from sr_kernel.numeric.bound import Bound
from sr_kernel.numeric.interval import UNDEFINED, Interval, between, interval
from sr_kernel.numeric.precise import definedness, evaluate_precise

POSITIVE = Interval(lo=0, lo_open=True)
BOX = {
    "x": (0.0, 1.0),
    "y": (1.0, 2.0),
    "p": POSITIVE,
    "z": Interval(nonzero=True),
    "g": Interval(lo=1, lo_open=True),
    "n": Interval(lo=0, lo_open=True, integer=True),
    "k": Interval(integer=True),
}
INF = math.inf


def of(text: str) -> Interval:
    return interval(parse(text), BOX)


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [
        ("x + y", 1, 3), ("x - x", -1, 1), ("x*y", 0, 2), ("1/y", 0.5, 1), ("x**2", 0, 1),
        ("-x", -1, 0), ("w**2", 0, INF), ("w**3", -INF, INF), ("exp(p)", 1, INF),
        ("exp(-p)", 0, 1), ("log(x)", -INF, 0), ("sqrt(x)", 0, 1), ("sqrt(w)", 0, INF),
        ("sin(w)", -1, 1), ("cos(x)", 0.5403023058681398, 1), ("cosh(w)", 1, INF),
        ("tanh(w)", -1, 1), ("abs(w)", 0, INF), ("sign(p)", 1, 1), ("min(x, y)", 0, 1),
        ("max(x, y)", 1, 2), ("max(w, 1)", 1, INF), ("floor(y)", 1, 2), ("ceil(p)", 1, INF),
        ("mod(w, 3)", 0, 3), ("mod(w, -3)", -3, 0), ("mod(x, 7)", 0, 1), ("x**0", 1, 1),
        ("0*w", 0, 0), ("1/w**2", 0, INF), ("y**-2", 0.25, 1), ("(-y)**3", -8, -1),
        ("acos(x)", 0, math.pi / 2), ("1/(w - w)", -INF, INF), ("0/(x - 0.5)", 0, 0),
        ("y**0.5", 1, 2**0.5), ("y**x", 1, 2), ("x**p", 0, 1), ("2**w", 0, INF),
        ("w**k", -INF, INF), ("abs(-y)", 1, 2), ("abs(x - 1)", 0, 1), ("max(n, k)", 1, INF),
        ("sinh(x)", 0, 1.1752011936438014), ("tan(x)", 0, 1.5574077246549023),
    ],
)  # fmt: skip
def test_ranges(text: str, lo: float, hi: float) -> None:
    found = of(text)
    assert found.lo == pytest.approx(lo, rel=1e-14)
    assert found.hi == pytest.approx(hi, rel=1e-14)
    assert found.lo <= lo
    assert found.hi >= hi


@pytest.mark.parametrize(
    "text",
    [
        "log(p)", "log(g)", "1/log(g)", "1/acosh(g)", "sqrt(x)", "1/p", "1/z", "1/z**2", "z**-2",
        "z**n", "1/n", "1/cos(x)", "tan(x)", "log(2 + sin(w))", "asin(x)", "acosh(g)",
        "atanh(x/2)", "1/tanh(p)", "1/(w**2 + 1)", "1/(g - 1)", "1/exp(w)", "p**w", "x**y",
        "x**0.5", "log(p*p)", "sqrt(p + x)", "log(p + x)", "1/(p*z)", "mod(w, y)", "w**n",
        "log(exp(w))", "1/max(w, 1)", "1/floor(y)", "sqrt(1 - x)", "1/sinh(z)", "log(abs(z))",
        "sqrt(1 - sin(w))", "w**0", "asin(sin(w))", "acos(tanh(w))", "log(cosh(w))",
        "log(1 - exp(-p))", "1/sign(z)", "1/cbrt(z)", "1/atan(z)", "1/(pi - 3)", "1/ceil(p)",
        "1/(1 - mod(w, 1))",
    ],
)  # fmt: skip
def test_surely_defined(text: str) -> None:
    assert of(text).defined


@pytest.mark.parametrize(
    "text",
    [
        "log(x)", "1/x", "sqrt(x - 1)", "w**0.5", "w**(1/3)", "w**w", "x**w", "(-2)**w", "1/w",
        "tan(y)", "1/cos(y)", "log(1 + sin(w))", "atanh(x)", "acosh(y - x)", "asin(2*x)",
        "mod(1, x)", "w**-2", "sqrt(-1 - x)", "1/(x - y)", "w**k", "z**k + 1/w", "1/floor(x)",
        "log(sqrt(-1 - x))", "x**k", "1/sin(100*w)", "tan(w)", "1/(0.1 + 0.2 - 0.1 - 0.2)",
    ],
)  # fmt: skip
def test_not_surely_defined(text: str) -> None:
    assert not of(text).defined


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("exp(w)", ">"), ("p*p", ">"), ("-p", "<"), ("x", ">="), ("-x", "<="), ("z", "!="),
        ("z*p", "!="), ("x - x*0", ">="), ("g - 1", ">"), ("1/g - 1", "<"), ("0*w", "=="),
        ("abs(z)", ">"), ("n - 1", ">="), ("sin(x)", ">="), ("z**k", "!="),
        ("min(p, g)", ">"), ("max(p, w)", ">"), ("exp(p) - 1", ">"), ("1 - g", "<"),
    ],
)  # fmt: skip
def test_signs(text: str, sign: str) -> None:
    assert of(text).satisfies(sign)


def test_positivity_survives_underflow() -> None:
    assert interval(parse("x*y"), {"x": (1e-200, 1), "y": (1e-200, 1)}).is_positive


def test_a_fraction_lies_strictly_between_doubles() -> None:
    found = of("1/3")
    assert Fraction(found.lo) < Fraction(1, 3) < Fraction(found.hi)
    assert found.hi == math.nextafter(found.lo, 1)


def test_numbers_beyond_the_doubles() -> None:
    found = interval(number(10**400), {})
    assert found.lo == pytest.approx(1.797e308, rel=1e-3)
    assert found.hi == INF
    assert of("1e300*1e300").lo > 1e308
    assert of("1/(1e-300*1e-300)").is_positive


def test_known_terms_are_used() -> None:
    difference = parse("x - y")
    assert not interval(apply("log", difference), BOX).defined
    assert interval(apply("log", difference), {}, {difference: POSITIVE}).defined


def test_whole_numbers() -> None:
    assert of("n").lo == 1
    assert of("n**2 + 3*k").integer
    assert of("floor(w)").integer
    assert not of("n/2").integer
    assert of("mod(k, n)").integer


def test_between_takes_ends_inwards_to_whole_numbers() -> None:
    found = between(Bound(0.5, False), Bound(3.0, True), True, integer=True)
    assert (found.lo, found.hi) == (1, 2)


@pytest.mark.parametrize(
    "empty",
    [Interval(2, 1), Interval(0, 0, nonzero=True), Interval(1, 1, lo_open=True)],
)
def test_empty(empty: Interval) -> None:
    assert empty.is_empty
    assert not empty.is_point
    assert interval(parse("x + 1"), {"x": empty}) == UNDEFINED


@pytest.mark.parametrize("ends", [(2, 1), (math.nan, 1), (INF, INF), (-INF, -INF)])
def test_malformed_ranges(ends) -> None:
    with pytest.raises(OptionError, match="the range of 'x'"):
        interval(symbol("x"), {"x": ends})


ends = st.one_of(st.sampled_from([-2.0, -1.0, 0.0, 0.5, 1.0, 3.0]), st.floats(-4, 4))
shares = st.floats(0, 1)


@settings(max_examples=400, deadline=None)
@given(
    terms,
    st.tuples(ends, ends),
    st.tuples(ends, ends),
    st.lists(st.tuples(shares, shares), min_size=1, max_size=4),
)
@example(parse("1.0**cbrt(x)"), (-2.0, -2.0), (0.0, 0.0), [(0.0, 0.0)])
@example(parse("sign(x)**pi"), (-2.0, 0.5), (0.0, 0.0), [(0.0, 0.0)])
@example(parse("tanh(x/0.001953125)"), (-2.0, -2.0), (0.0, 0.0), [(0.0, 0.0)])
def test_encloses_every_value_and_never_claims_too_much(term, x, y, points) -> None:
    x, y = sorted(x), sorted(y)
    found = interval(term, {"x": tuple(x), "y": tuple(y)})
    for s, t in [(0, 0), (1, 1), (0, 1), (1, 0), *points]:
        env = dict(zip(NAMES, (_at(x, s), _at(y, t)), strict=True))
        value = evaluate_precise(term, env)
        if value is None:
            assert not found.defined or definedness(term, env) is None
        else:
            assert found.lo <= value <= found.hi
            assert not (found.is_nonzero and value == 0)
            assert not (found.integer and value != int(value))
            if value in (found.lo, found.hi) and abs(value) < 1e300:
                value = evaluate_precise(term, env, 4000)  # 50 digits may round onto the end
            assert not (found.low.open and value == found.lo and abs(value) < 1e300)
            assert not (found.high.open and value == found.hi and abs(value) < 1e300)


def _at(ends, share: float) -> float:
    return min(max(ends[0] + share * (ends[1] - ends[0]), ends[0]), ends[1])


@pytest.mark.parametrize("name", [name for name, row in OPERATORS.items() if row.arity == 1])
def test_every_function_at_exact_points(name: str) -> None:
    for at in (-1.0, 0.0, 1.0, 2.0, 0.5):
        term = apply(name, symbol("x"))
        value = evaluate_precise(term, {"x": at})
        found = interval(term, {"x": (at, at)})
        if value is None:
            assert not found.defined
        else:
            assert found.lo <= value <= found.hi
            assert found.hi - found.lo <= 1e-13 * max(1, abs(value))


def test_far_waves_are_anything() -> None:
    assert interval(parse("sin(x)"), {"x": (1e12, 1e12)}) == Interval(-1, 1)
    assert not interval(parse("tan(x)"), {"x": (1e12, 1e12)}).defined
