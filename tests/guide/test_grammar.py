"""Laws from the grammar, checked on the terms they stand for."""

from __future__ import annotations

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import parse, variables, walk
from sr_kernel.guide.grammar import (
    LARGEST,
    SMALLEST,
    STYLES,
    Grammar,
    Laws,
    constant,
    laws_of,
    parts_of,
)
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.machine import CODES
from sr_kernel.search.machine_kernels import forward

COUNT = 1500


@pytest.fixture(scope="module")
def laws() -> Laws:
    return Grammar().draw(np.random.default_rng(3), COUNT)


def test_the_same_generator_gives_the_same_laws(laws: Laws) -> None:
    again = Grammar().draw(np.random.default_rng(3), COUNT)
    assert all(np.array_equal(a, b) for a, b in zip(laws, again, strict=True))
    other = Grammar().draw(np.random.default_rng(4), COUNT)
    assert not np.array_equal(laws.code, other.code)


def test_sizes_and_variables_are_as_documented(laws: Laws) -> None:
    assert laws.length.min() == SMALLEST
    assert 25 <= laws.length.max() <= LARGEST
    assert set(laws.count) == set(range(1, 10))
    for row in range(COUNT):
        assert len(variables(parts_of(laws, row)[-1])) == laws.count[row]


def test_every_operator_of_every_style_comes_up(laws: Laws) -> None:
    seen = {node.op for row in range(COUNT) for node in walk(parts_of(laws, row)[-1])}
    assert {"add", "mul", "div", "pow", "sqrt", "exp", "log", "sin", "cos", "tanh", "atan"} <= seen


def test_values_are_those_of_the_term(laws: Laws) -> None:
    rng = np.random.default_rng(0)
    compared = 0
    for row in range(400):
        n, d = laws.length[row], laws.count[row]
        X = rng.uniform(0.3, 2.0, (4, d))
        term = parts_of(laws, row)[-1]
        expected = evaluate(compile_program(term, [f"x{k + 1}" for k in range(d)]), X)
        steps = [part[row, :n] for part in laws[:4]]
        found = np.array([forward(*steps, x, np.zeros(0), np.empty(n)) for x in X])
        moved = evaluate(compile_program(term, [f"x{k + 1}" for k in range(d)]), X * (1 + 1e-15))
        steady = np.isclose(moved, expected, rtol=1e-7)  # not as sin(1e12*x)
        both = np.isfinite(expected) & np.isfinite(found) & steady
        compared += both.sum()
        np.testing.assert_allclose(found[both], expected[both], rtol=1e-6, atol=1e-9)
    assert compared > 1000


def test_a_style_keeps_to_its_operators() -> None:
    laws = Grammar(styles=("power law",), wrapped=0.0).draw(np.random.default_rng(0), 200)
    seen = {node.op for row in range(200) for node in walk(parts_of(laws, row)[-1])}
    assert seen.isdisjoint({"log", "sin", "cos", "tan", "tanh"})
    assert {"mul", "div", "pow"} <= seen


def test_some_laws_are_put_into_one_more_operation() -> None:
    """A sum in a logarithm, a power law over a difference: what the style alone never draws."""
    laws = Grammar(styles=("power law",), wrapped=1.0).draw(np.random.default_rng(0), 400)
    roots = [parts_of(laws, row)[-1] for row in range(400)]
    outer = {law.op for law in roots}
    assert {"exp", "log", "sin", "cos", "sqrt", "pow", "mul", "div"} <= outer
    beside = [law.args[-1] for law in roots if law.op in ("mul", "div")]
    assert sum(arg.op == "add" and len(variables(arg)) == 2 for arg in beside) > 40
    assert {"symbol", "exp", "log", "sin", "cos", "sqrt", "pow"} <= {arg.op for arg in beside}


def test_constants_lie_within_their_decades() -> None:
    grammar = Grammar(nice=0.0, decades=1.0, constants=(0.0, 1.0))
    laws = grammar.draw(np.random.default_rng(0), 1000)
    exponents = {(row, k) for row in range(1000) for k in _exponents(laws, row)}
    sizes = np.array([
        laws.value[row, k] for row in range(1000) for k in range(laws.length[row])
        if laws.value[row, k] and (row, k) not in exponents
    ])  # fmt: skip
    assert len(sizes) > 990  # the others are in the exponents
    assert (abs(np.log10(abs(sizes))) <= 2.0).all()
    assert 0.8 < (abs(np.log10(abs(sizes))) <= 1.0).mean() < 1.0
    assert 0.18 < (sizes < 0).mean() < 0.32


def _exponents(laws: Laws, row: int) -> list[int]:
    steps = range(laws.length[row])
    return [int(laws.right[row, k]) for k in steps if laws.code[row, k] == CODES["pow"]]


def test_no_part_is_an_operation_between_constants(laws: Laws) -> None:
    for row in range(COUNT):
        for k, part in enumerate(parts_of(laws, row)):
            assert variables(part) or laws.code[row, k] == CODES["constant"]


@pytest.mark.parametrize("text", ["2*x*y - 3", "sqrt(x)/(y + 1.5)", "x**2 + x*z - exp(-y)"])
def test_terms_become_laws_and_back(text: str) -> None:
    (law,) = laws_of(parse(text))
    names = variables(parse(text))
    X = np.random.default_rng(1).uniform(0.5, 2.0, (5, len(names)))
    back = parts_of(law, 0, names)[-1]
    np.testing.assert_allclose(
        evaluate(compile_program(back, names), X),
        evaluate(compile_program(parse(text), names), X),
    )


@pytest.mark.parametrize("text", ["floor(x)", "max(x, y) + 1", "3.5", "sin(floor(x)) * 2"])
def test_terms_that_cannot_be_said_give_no_law(text: str) -> None:
    assert laws_of(parse(text)) == []


def test_nice_constants_are_exact() -> None:
    assert str(constant(1 / 3)) == "1/3"
    assert str(constant(-np.pi)) == "-pi"
    assert constant(2.7183).value == 2.7183


@pytest.mark.parametrize(
    "wrong",
    [{"styles": ("odd",)}, {"styles": ()}, {"variables": ()}, {"variables": (1.0,) * 10},
     {"constants": (-1.0, 2.0)}, {"variables": (0.0,)}, {"nice": 1.5}, {"decades": -1.0}],
)  # fmt: skip
def test_wrong_weights_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(OptionError):
        Grammar(**wrong)  # type: ignore[arg-type]


def test_styles_have_a_weight_for_each_operator() -> None:
    from sr_kernel.guide.grammar import BINARY, FUNCTIONS

    for _, binary, functions in STYLES.values():
        assert (len(binary), len(functions)) == (len(BINARY), len(FUNCTIONS))
