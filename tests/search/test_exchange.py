"""Laws that stay the same when columns take each other's place."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sr_kernel.expr import Expr, apply, number, parse, symbol, walk
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.exchange import exchanged, symmetric, twins
from sr_kernel.search.hypothesis import Hypothesis

ALIKE = [
    ("a*b", "ab"), ("1.3*a + 1.3*b", "ab"), ("abs(a - b)", "ab"), ("c*sqrt(a**2 + b**2)", "ab"),
    ("sin(a)*cos(b) + cos(a)*sin(b)", "ab"), ("a/b + b/a", "ab"), ("min(a, b)", "ab"),
    ("a**b*b**a", "ab"), ("a*b + b*c + c*a", "abc"), ("2.5*d/(a*b*c)", "abc"),
    # neither is there, or it cancels
    ("c + 1", "ab"), ("c + a - a", "ab"),
    # constants of any size, and places where the law is no number
    ("6.67e-11*a*b/c**2", "ab"), ("log(a*b - 50)", "ab"), ("log(a - 50) + log(b - 50)", "ab"),
    ("exp(1e6*a*b)", "ab"),
]  # fmt: skip

UNLIKE = [
    ("a", "ab"), ("a - b", "ab"), ("a**b", "ab"), ("1.3*a + 1.4*b", "ab"), ("abs(a)*b", "ab"),
    ("a*b + c", "abc"), ("a*b*(c + d)", "abcd"), ("a*b + 1e-7*a", "ab"), ("b + a - a", "ab"),
    ("exp(1e-20*a*c) + exp(1e-19*b*c)", "ab"), ("a*b + 1e-12*a", "ab"),
    # flat near zero
    ("max(a, 2)", "ab"), ("a*b*tanh(50*(a + 3))", "ab"), ("max(a, 60)", "ab"), ("floor(a/5)", "ab"),
    # nowhere a number, so that nothing can be told
    ("log(-1 - a**2) + b", "ab"),
]  # fmt: skip


@pytest.mark.parametrize(("law", "columns"), ALIKE)
def test_a_symmetric_law_is_known(law: str, columns: str) -> None:
    assert symmetric(parse(law), tuple(columns))
    assert symmetric(parse(law), tuple(reversed(columns)))


@pytest.mark.parametrize(("law", "columns"), UNLIKE)
def test_an_asymmetric_law_is_known(law: str, columns: str) -> None:
    assert not symmetric(parse(law), tuple(columns))


LEAVES = st.sampled_from([*map(symbol, "abc"), number(1.5), number(2)])


def _grown(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pairs = st.tuples(st.sampled_from(["add", "mul", "div", "max"]), inner, inner)
    calls = st.tuples(st.sampled_from(["sin", "exp", "log", "sqrt", "abs", "neg"]), inner)
    return pairs.map(lambda t: apply(*t)) | calls.map(lambda t: apply(*t))


LAWS = st.recursive(LEAVES, _grown, max_leaves=6)
POINTS = np.random.default_rng(3).uniform(-5.0, 6.0, (120, 3))


@given(LAWS)
def test_it_is_what_values_at_other_points_say(law: Expr) -> None:
    program = compile_program(law, ("a", "b", "c"))
    here = evaluate(program, POINTS, program.theta)
    there = evaluate(program, POINTS[:, [1, 0, 2]], program.theta)
    known = np.isfinite(here) & np.isfinite(there)
    assume(known.sum() >= 40)
    here, there = here[known], there[known]
    far = (np.abs(here - there) / np.maximum(np.abs(here), np.abs(there)).clip(1e-300)).max()
    assume(far < 1e-12 or far > 1e-6)  # else rounding may decide, as in what is 0 everywhere
    assume(np.abs(here).max() > 1e-9)
    said = Hypothesis("symmetric", parse("a*b")).allows(law)
    if any(node.op in ("max", "abs") for node in walk(law)):  # may not be told, as max(a, a, b)
        assert not (said and far > 1e-6)
    else:
        assert said is bool(far < 1e-12)


@given(LAWS, st.sampled_from(["add", "mul", "max"]))
def test_a_law_with_its_exchanged_one_is_symmetric(law: Expr, op: str) -> None:
    whole = apply(op, law, exchanged(law, "a", "b"))
    values = evaluate(compile_program(whole, ("a", "b", "c")), np.abs(POINTS))
    assume(np.isfinite(values).mean() > 0.9)
    assume(np.nanmin(np.abs(values)) > 1e-6)  # else rounding may decide
    assert symmetric(whole, ("a", "b"))


def test_columns_of_the_search_stand_for_others() -> None:
    logs = {"log(a)": parse("log(a)"), "log(b)": parse("log(b)")}
    one = Hypothesis("symmetric", parse("a + b"), tuple(logs.items()))
    assert one.allows(parse("`log(a)` + `log(b)`"))
    assert one.allows(parse("exp(`log(a)`)*b"))
    assert not one.allows(parse("`log(a)` + b"))
    pairs = twins(("a", "b"), ("a", "log(a)", "b", "log(b)"), logs)
    assert list(pairs) == [("a", "b"), ("log(a)", "log(b)")]
    assert list(twins(("a", "b"), ("a", "log(a)", "b"), logs)) == []
    whole = {"a*b": parse("a*b"), "a - b": parse("a - b")}
    assert list(twins(("a", "b"), ("a", "b", "a*b"), whole)) == [("a", "b")]
    assert list(twins(("a", "b"), ("a", "b", "a - b"), whole)) == []
    assert list(twins(("a", "c", "b"), ("a", "b", "c"), {})) == [("a", "c"), ("b", "c")]


def test_asking_is_quick() -> None:
    texts = [f"{k}.25*exp(-1.3*a*b) + c/(a + b)**2 + sin(a + b)" for k in range(100)]
    texts += [f"{k}.25*exp(-1.3*a)*b + c/(1.5 + a*b)**2" for k in range(100)]
    begun = time.process_time()
    laws = list(map(parse, texts))
    parsed = time.process_time()
    assert sum(symmetric(law, ("a", "b")) for law in laws) == 100
    assert time.process_time() - parsed < 10 * (parsed - begun)
