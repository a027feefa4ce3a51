"""What the network says of a table, by name."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.expr import parse
from sr_kernel.guide.network import NOISES
from sr_kernel.guide.reading import WIDEST, Action, Reader, rebuilt, undone
from sr_kernel.numeric import compile_program, evaluate


def table(rows: int = 60, columns: int = 3) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (rows, columns))
    return tuple(f"v{j}" for j in range(columns)), X, X[:, 0] * np.exp(X[:, -1])


def test_probabilities_by_name(tiny_reader: Reader) -> None:
    reading = tiny_reader.read(*table())
    assert set(reading.columns) == {"v0", "v1", "v2"}
    assert set(reading.joined) == {("v0", "v1"), ("v0", "v2"), ("v1", "v2")}
    assert "exp" in reading.operators
    for known in (reading.operators, reading.columns, reading.joined):
        assert all(0 <= p <= 1 for p in known.values())
    assert 1 <= reading.size <= 30
    assert reading.noise in NOISES
    assert reading.noises.sum() == pytest.approx(1.0, abs=1e-5)
    assert reading.bits >= 0
    assert reading.seconds >= 0


def test_all_operations_that_may_be_undone_the_likeliest_first(tiny_reader: Reader) -> None:
    actions = tiny_reader.read(*table()).actions()
    assert [one.p for one in actions] == sorted((one.p for one in actions), reverse=True)
    shown = [(one.outer, one.way, str(one.inner)) for one in actions]
    assert len(shown) == len(set(shown)) == 16 + 3 * 27 + 3 * 5


def test_the_rows_of_a_long_table_are_drawn_by_seed(tiny_reader: Reader) -> None:
    names, X, y = table(5000)
    one, again, other = (tiny_reader.read(names, X, y, seed) for seed in (0, 0, 1))
    assert one.operators == again.operators
    assert one.operators != other.operators


@given(st.integers(1, 400), st.integers(1, 4), st.integers(0, 99), st.booleans())
@settings(max_examples=25, deadline=None)
def test_the_order_of_rows_makes_no_difference(
    tiny_reader: Reader, rows: int, columns: int, seed: int, grid: bool
) -> None:
    """Also on grids, where rows have many nearest neighbours, and where values repeat."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 4, (rows, columns)) / 2 if grid else rng.normal(size=(rows, columns))
    y = X[:, 0] * X[:, -1] + X.sum(axis=1)
    order = rng.permutation(rows)
    names = tuple(f"v{j}" for j in range(columns))
    one, other = tiny_reader.read(names, X, y), tiny_reader.read(names, X[order], y[order])
    for a, b in zip(one.answers, other.answers, strict=True):
        assert np.array_equal(a, b)


def test_of_many_columns_the_likest_are_looked_at(tiny_reader: Reader) -> None:
    names, X, y = table(300, 400)
    X[:, 7] = 3.0
    reading = tiny_reader.read(names, X, y)
    assert len(reading.names) == WIDEST
    assert {"v0", "v399"} <= set(reading.names)
    assert "v7" not in reading.names
    assert list(reading.names) == [name for name in names if name in reading.names]
    assert reading.answers.used.shape == (1, WIDEST)
    assert len(tiny_reader.read(names, X[:1], y[:1]).names) == WIDEST


ACTIONS = [
    (Action(1, outer="square"), "sqrt(3 + x)", "square root of y"),
    (Action(1, outer="inverse"), "3 + x", "1/y"),
    (Action(1, outer="exp"), "x/2", "log(y)"),
    (Action(1, outer="log"), "3 + x", "exp(y)"),
    (Action(1, outer="sqrt"), "3 + x", "y**2"),
    (Action(1, outer="tanh"), "x/2", "atanh(y)"),
    (Action(1, way="factor", inner=parse("z")), "3 + x", "y/z"),
    (Action(1, way="divisor", inner=parse("z**2")), "3 + x", "y*z**2"),
    (Action(1, way="factor", inner=parse("x + z")), "3 + x", "y/(x + z)"),
    (Action(1, way="term", inner=parse("x*z")), "3 + x", "y - c*(x*z)"),
    (Action(1, way="divisor", inner=parse("exp(z)")), "3 + x", "y*exp(z)"),
]


@pytest.mark.parametrize(("action", "inner", "words"), ACTIONS)
def test_what_is_undone_can_be_built_again(action: Action, inner: str, words: str) -> None:
    X = np.random.default_rng(1).uniform(0.5, 1.5, (40, 2))

    def values(expr):
        return evaluate(compile_program(expr, ("x", "z")), X)

    rest = parse(inner)
    g = None if action.inner is None else values(action.inner)
    left = undone(action, values(rebuilt(action, rest)), g)
    np.testing.assert_allclose(left, values(rest), rtol=1e-9)
    assert action.words("y") == words


@pytest.mark.parametrize("kind", ["inverse", "square", "cube"])
def test_words_are_a_formula(kind: str) -> None:
    """The text means what is left."""
    from sr_kernel.guide.actions import atom

    inner = atom(kind, "x")
    for way, sign in (("factor", -1), ("divisor", 1)):
        text = Action(1, way=way, inner=inner).words("y")
        left = evaluate(compile_program(parse(text), ("x", "y")), np.array([[2.0, 3.0]]))
        g = evaluate(compile_program(inner, ("x",)), np.array([[2.0]]))
        assert left == pytest.approx(3.0 * g**sign)


def test_what_cannot_be_undone() -> None:
    y = np.array([1.0, 2.0, 3.0])
    assert undone(Action(1, outer="exp"), -y, None) is None
    assert undone(Action(1, way="factor", inner=parse("x")), y, np.array([0.0, 1, 1])) is None
    assert undone(Action(1, way="factor", inner=parse("x")), y, 2 * y) is None
    assert undone(Action(1, way="factor", inner=parse("x")), y, None) is None
