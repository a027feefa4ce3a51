"""The network in NumPy: what it may not depend on, and how large it is."""

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.guide.inputs import inputs_of
from sr_kernel.guide.network import BEGIN, Answers, Network, Shape, initial, sizes
from sr_kernel.guide.tokens import LONGEST, TOKENS, open_slots


def table(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    X = rng.uniform(0.5, 2.0, (1, rows, columns))
    return X, np.exp(X[..., 0]) * X[..., -1] + 0.1 * rng.normal(size=(1, rows))


def answers(network: Network, X: np.ndarray, y: np.ndarray) -> Answers:
    return network.answers(*network.encode(inputs_of(X, y)))


@pytest.mark.parametrize("columns", [1, 5, 20])
def test_any_number_of_columns(tiny: Network, columns: int) -> None:
    told = answers(tiny, *table(30, columns))
    d = columns
    assert [part.shape for part in told] == [
        (1, 17), (1, d), (1, d, d, 2), (1, LONGEST), (1, 6), (1,), (1, 16), (1, d, 9, 3),
        (1, d, d, 5),
    ]  # fmt: skip
    assert all(np.isfinite(part).all() for part in told)


@pytest.mark.parametrize("columns", [1, 4])
def test_the_order_of_rows_does_not_matter(tiny: Network, columns: int) -> None:
    X, y = table(40, columns)
    order = np.random.default_rng(1).permutation(40)
    for one, other in zip(
        answers(tiny, X, y), answers(tiny, X[:, order], y[:, order]), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_columns_take_their_answers_along(tiny: Network) -> None:
    X, y = table(120, 4)
    order = np.array([3, 0, 2, 1])
    one, other = answers(tiny, X, y), answers(tiny, X[:, :, order], y)
    for name in ("operators", "size", "noise", "length", "outer"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name), atol=1e-4)
    for name in ("used", "atoms"):
        np.testing.assert_allclose(getattr(other, name), getattr(one, name)[:, order], atol=1e-4)
    for name in ("joined", "pairs"):
        part = getattr(one, name)
        np.testing.assert_allclose(getattr(other, name), part[:, order][:, :, order], atol=1e-4)
        np.testing.assert_allclose(part, part.swapaxes(1, 2), atol=1e-5)


def test_the_answers_do_depend_on_the_table(tiny: Network) -> None:
    X, y = table(40, 2)
    one, other = answers(tiny, X, y), answers(tiny, X, np.sin(9 * y))
    assert np.abs(one.outer - other.outer).max() > 1e-3
    assert np.abs(one.used - other.used).max() > 1e-3


def test_the_decoder_step_by_step_and_all_at_once(tiny: Network, encoded: np.ndarray) -> None:
    """With a cache, and with columns as what came before."""
    sequence = np.array([[TOKENS.index("add"), BEGIN, TOKENS.index("sin"), BEGIN + 2]])
    before = np.concatenate([[[BEGIN]], sequence[:, :-1] + (sequence[:, :-1] >= BEGIN)], axis=1)
    slots = open_slots(sequence.astype(np.int16))[:, :-1]
    whole, _ = tiny.decode(encoded, before, slots, None)
    assert whole.shape == (1, 4, BEGIN + 4)
    cache = None
    for k in range(4):
        part, cache = tiny.decode(encoded, before[:, [k]], slots[:, [k]], cache)
        np.testing.assert_allclose(part[:, 0], whole[:, k], atol=1e-5)


def test_columns_are_pointed_at_whatever_their_order(tiny: Network) -> None:
    X, y = table(120, 4)
    order = np.array([3, 0, 2, 1])
    begin, slots = np.array([[BEGIN]]), np.ones((1, 1), dtype=int)
    one, other = (
        tiny.decode(tiny.encode(inputs_of(T, y))[0], begin, slots, None)[0]
        for T in (X, X[:, :, order])
    )
    np.testing.assert_allclose(other[..., :BEGIN], one[..., :BEGIN], atol=1e-4)
    np.testing.assert_allclose(other[..., BEGIN:], one[..., BEGIN:][..., order], atol=1e-4)


def test_the_usual_network_is_small() -> None:
    weights = initial(Shape(), 0)
    assert sum(array.size for array in weights.values()) <= 5_000_000
    assert {name: array.shape for name, array in weights.items()} == sizes(Shape())
    again = initial(Shape(), 0)
    assert all(np.array_equal(weights[name], again[name]) for name in weights)


@pytest.mark.parametrize(
    "sizes_", [{"width": 0}, {"width": 10**9}, {"layers": 99}, {"heads": 3}, {"row": True}]
)
def test_sizes_that_make_no_sense_are_refused(sizes_: dict[str, int]) -> None:
    with pytest.raises(OptionError, match=next(iter(sizes_))):
        Shape(**sizes_)
