"""Batches for training: tables of one shape, and what is to be told of them."""

from itertools import islice

import numpy as np
import pytest

from sr_kernel.guide.batches import ROWS, Batches, Targets
from sr_kernel.guide.corpus import Corpus
from sr_kernel.guide.inputs import Inputs
from sr_kernel.guide.network import NOISES
from sr_kernel.guide.tokens import LONGEST, TOKENS

Made = list[tuple[Inputs, Targets]]


@pytest.fixture(scope="module")
def made() -> Made:
    return list(islice(Batches(Corpus(21), 16), 12))


def test_tables_of_one_shape_come_together(made: Made) -> None:
    for inputs, targets in made:
        b, d = 16, inputs.x.shape[2]
        assert len(inputs.x) == b
        assert inputs.x.shape[1] <= max(ROWS)
        assert targets.used.shape == (b, d)
        assert targets.joined.shape == (b, d, d, 2)
        assert targets.atoms.shape == (b, d, 9, 3)
        assert targets.pairs.shape == (b, d, d, 5)
        assert targets.sequence.shape == (b, LONGEST)
    assert len({inputs.x.shape[1:3] for inputs, _ in made}) > 3


def test_targets_agree_with_each_other(made: Made) -> None:
    for _, targets in made:
        sequence = targets.sequence
        d = targets.used.shape[1]
        assert np.array_equal(targets.size, (sequence >= 0).sum(axis=1) - 1)
        for j in range(d):
            assert np.array_equal(targets.used[:, j], (sequence == len(TOKENS) + j).any(axis=1))
        assert sequence.max() < len(TOKENS) + d
        both = targets.used[:, :, None] & targets.used[:, None]
        assert not (targets.joined & ~both[..., None]).any()
        assert not (targets.atoms & ~targets.used[:, :, None, None]).any()
        assert not (targets.pairs & ~both[..., None]).any()
        assert np.array_equal(targets.pairs, targets.pairs.swapaxes(1, 2))
        assert ((targets.noise >= 0) & (targets.noise < len(NOISES))).all()
        assert (targets.bits > 0).all()
        sin = (sequence == TOKENS.index("sin")).any(axis=1)
        assert np.array_equal(targets.operators[:, 7], sin)


def test_all_levels_of_noise_come(made: Made) -> None:
    levels = np.concatenate([targets.noise for _, targets in made])
    assert set(levels) == set(range(len(NOISES)))
    assert 0.25 < (levels == 0).mean() < 0.55


def test_the_same_seed_gives_the_same_batches(made: Made) -> None:
    def same(one: Made, other: Made) -> bool:
        return all(
            np.array_equal(a, b)
            for (x, s), (y, t) in zip(one, other, strict=True)
            for a, b in zip((*x, *s), (*y, *t), strict=True)
        )

    assert same(made[:3], list(islice(Batches(Corpus(21), 16), 3)))
    assert not same(made[:3], list(islice(Batches(Corpus(22), 16), 3)))
