"""Training from the first step to a file that reads tables; needs torch."""

import json
import multiprocessing
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("safetensors")

from sr_kernel.errors import DataError, OptionError  # noqa: E402
from sr_kernel.guide.batches import Batches, Targets  # noqa: E402
from sr_kernel.guide.corpus import Corpus  # noqa: E402
from sr_kernel.guide.inputs import Inputs, inputs_of  # noqa: E402
from sr_kernel.guide.network import BEGIN, Network, Shape, initial  # noqa: E402
from sr_kernel.guide.reading import Reader  # noqa: E402
from sr_kernel.guide.streams import streamed  # noqa: E402
from sr_kernel.guide.tokens import open_slots  # noqa: E402
from sr_kernel.guide.training import (  # noqa: E402
    PARTS,
    Report,
    TorchArrays,
    Training,
    TrainingOptions,
    train,
)
from sr_kernel.guide.weights import load, read  # noqa: E402

SMALL = Shape(width=16, heads=2, layers=1, decoder_layers=1, point=8, row=8)


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def options(folder: Path, **changes: Any) -> TrainingOptions:
    given = {"out": folder / "w.safetensors", "device": "cpu", "shape": SMALL, "batch": 8,
             "steps": 3, "minutes": 5.0}  # fmt: skip
    return TrainingOptions(**{**given, **changes})


def tensors(arrays: Any) -> Any:
    return type(arrays)(*(torch.from_numpy(np.ascontiguousarray(part)) for part in arrays))


@pytest.fixture(scope="module")
def batch() -> tuple[Inputs, Targets]:
    return next(islice(Batches(Corpus(2), 16), 3, None))


# ------------------------------------------------------------------ NumPy and torch


@pytest.mark.parametrize("shape", [SMALL, Shape()])
def test_numpy_and_torch_give_the_same_answers(shape: Shape) -> None:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (2, 40, 3))
    inputs = inputs_of(X, X[..., 0] * np.exp(X[..., 1]))
    weights = initial(shape, 1)
    plain = Network(weights, shape)
    other = Network({n: torch.from_numpy(w) for n, w in weights.items()}, shape, TorchArrays())
    tokens, pairs = plain.encode(inputs)
    others, other_pairs = other.encode(tensors(inputs))
    np.testing.assert_allclose(others.numpy(), tokens, atol=1e-4)
    for one, two in zip(
        plain.answers(tokens, pairs), other.answers(others, other_pairs), strict=True
    ):
        np.testing.assert_allclose(two.numpy(), one, atol=1e-4)
    sequence = np.array([[2, 5, BEGIN, BEGIN + 1], [0, 7, BEGIN + 2, BEGIN]])
    before = np.concatenate([[[BEGIN]] * 2, sequence[:, :-1] + (sequence[:, :-1] >= BEGIN)], axis=1)
    slots = open_slots(sequence.astype(np.int16))[:, :-1]
    one, _ = plain.decode(tokens, before, slots, None)
    two, _ = other.decode(others, torch.from_numpy(before), torch.from_numpy(slots), None)
    np.testing.assert_allclose(two.numpy(), one, atol=1e-4)


def test_each_operation_is_the_same_in_both() -> None:
    from sr_kernel.guide.arrays import NUMPY

    x = np.random.default_rng(0).normal(size=(2, 5, 3, 4)).astype(np.float32)
    t, torch_arrays = torch.from_numpy(x), TorchArrays()
    ones = np.ones(4, dtype=np.float32), np.full(4, 0.5, dtype=np.float32)
    for name in ("gelu", "softmax", "summary", "moments"):
        one, other = getattr(NUMPY, name)(x), getattr(torch_arrays, name)(t)
        np.testing.assert_allclose(other.numpy(), one, atol=1e-5, err_msg=name)
    normal = torch_arrays.normal(t, *map(torch.from_numpy, ones)).numpy()
    np.testing.assert_allclose(normal, NUMPY.normal(x, *ones), atol=1e-5)
    assert np.array_equal(torch_arrays.causal(3, t).numpy(), NUMPY.causal(3, x))


# ------------------------------------------------------------------ learning


def test_the_loss_of_a_fixed_batch_falls(tmp_path: Path, batch: tuple[Inputs, Targets]) -> None:
    training = Training(options(tmp_path))
    inputs, targets = (tensors(part) for part in batch)
    told = [training.step(inputs, targets, 5e-3) for _ in range(60)]
    totals = [sum(PARTS[name] * part for name, part in one.items()) for one in told]
    assert totals[-1] < 0.75 * totals[0]
    assert set(told[0]) == set(PARTS)
    for name in ("operators", "size", "sequence", "peel"):
        assert told[-1][name] < told[0][name], name
    assert (training.done, training.seen) == (60, 60 * 16)


def test_every_weight_learns(tmp_path: Path, batch: tuple[Inputs, Targets]) -> None:
    training = Training(options(tmp_path))
    training.step(*(tensors(part) for part in batch), 1e-3)
    still = [n for n, w in training.weights.items() if not w.grad.abs().max() > 0]
    assert still in ([], ["next.key.bias"])  # a shift of all keys shifts all columns alike


def test_half_precision_learns_too(tmp_path: Path, batch: tuple[Inputs, Targets]) -> None:
    """What a GPU does, here on the CPU: matrices in bf16."""
    plain, half = Training(options(tmp_path)), Training(options(tmp_path))
    half.half = True
    for _ in range(5):
        one, other = (
            training.step(*(tensors(part) for part in batch), 1e-3) for training in (plain, half)
        )
        assert other == pytest.approx(one, rel=0.03)
    assert one != other
    assert all(weight.dtype == torch.float32 for weight in half.weights.values())


def test_processes_make_the_tables(tmp_path: Path) -> None:
    """In turn, the same ones each time, of a corpus each."""
    first = Training(options(tmp_path, workers=2)).batches()
    again = streamed(0, 8, 2)
    seen = []
    for _ in range(4):
        (inputs, targets), (known, _) = next(first), next(again)
        assert np.array_equal(inputs.x.numpy(), known.x)
        assert len(targets.used) == 8
        seen.append(inputs.x.numpy())
    first.close()
    again.close()
    own = list(islice(Batches(Corpus(0), 8), 2))
    assert [np.array_equal(seen[k], one.x) for k, (one, _) in zip((0, 2), own, strict=True)] == [
        True, True,
    ]  # fmt: skip
    assert not multiprocessing.active_children()


def test_a_process_that_ends_is_told() -> None:
    made = streamed(0, 8, 1)
    next(made)
    [child] = multiprocessing.active_children()
    child.kill()
    with pytest.raises(DataError, match="ended with -9"):
        list(islice(made, 50))


def test_a_fresh_training_begins_a_fresh_log(tmp_path: Path) -> None:
    log = tmp_path / "w.log.jsonl"
    for _ in range(2):
        train(options(tmp_path))
        assert len(log.read_text().splitlines()) == 1
    train(options(tmp_path, resume=True))
    assert len(log.read_text().splitlines()) == 2


def test_a_training_makes_a_guide(tmp_path: Path) -> None:
    told: list[Report] = []
    path = train(options(tmp_path, steps=52), told.append)
    assert [report.step for report in told] == [50, 52]
    assert told[-1].seen == 52 * 8
    log = [json.loads(line) for line in path.with_suffix(".log.jsonl").read_text().splitlines()]
    assert log == [report.as_dict() for report in told]
    assert all(np.isfinite(list(line["losses"].values())).all() for line in log)
    weights = load(path)
    assert weights.shape == SMALL
    assert (weights.about["step"], weights.about["seed"]) == ("52", "0")
    X = np.random.default_rng(0).uniform(1, 2, (30, 2))
    reading = Reader(weights).read(("a", "b"), X, X[:, 0] / X[:, 1])
    assert all(0 <= p <= 1 for p in reading.operators.values())


def test_the_same_seed_gives_the_same_weights(tmp_path: Path) -> None:
    found = []
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        (tmp_path / name).mkdir()
        found.append(read(train(options(tmp_path / name, seed=seed)))[0])
    same = [all(np.array_equal(found[0][n], other[n]) for n in other) for other in found[1:]]
    assert same == [True, False]


def first_tables(training: Training) -> np.ndarray:
    inputs, _ = next(training.batches())
    return inputs.x.numpy()


def test_a_training_goes_on(tmp_path: Path) -> None:
    fresh = options(tmp_path)
    seen = first_tables(Training(fresh))
    train(fresh)
    more = Training(options(tmp_path, resume=True, steps=2))
    assert (more.done, more.seen) == (3, 24)
    state, _ = read(tmp_path / "w.state.safetensors")
    for name, weight in more.weights.items():
        assert np.array_equal(weight.detach().numpy(), state[f"weight {name}"])
        known = more.optimizer.state[weight]
        assert np.array_equal(known["exp_avg"].numpy(), state[f"mean {name}"])
    assert not np.array_equal(first_tables(Training(options(tmp_path, resume=True))), seen)
    more.run()
    assert load(tmp_path / "w.safetensors").about["step"] == "5"


def test_one_that_was_interrupted_sees_other_tables(tmp_path: Path) -> None:
    training = Training(options(tmp_path))
    stream = training.batches()
    inputs, targets = next(stream)
    training.step(inputs, targets, 1e-3)
    training.save()  # as every two minutes; then the process is gone
    stream.close()
    later = first_tables(Training(options(tmp_path, resume=True)))
    assert not np.array_equal(later, inputs.x.numpy())


def test_one_that_ends_at_once_has_a_state(tmp_path: Path) -> None:
    path = train(options(tmp_path, minutes=1e-9))
    assert load(path).about["step"] == "0"
    assert Training(options(tmp_path, resume=True)).done == 0


# ------------------------------------------------------------------ what is refused


def test_nothing_to_resume(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"nothing to resume at .*w\.state\.safetensors"):
        Training(options(tmp_path, resume=True))
    (tmp_path / "w.state.safetensors").write_bytes(b"no state")
    with pytest.raises(OptionError, match="nothing to resume"):
        Training(options(tmp_path, resume=True))


def test_a_state_of_another_network_is_refused(tmp_path: Path) -> None:
    path = train(options(tmp_path))
    other = Shape(width=8, heads=2, layers=1, decoder_layers=1, point=8, row=8)
    with pytest.raises(OptionError, match="another network"):
        Training(options(tmp_path, shape=other, resume=True))
    path.replace(tmp_path / "w.state.safetensors")  # weights alone are no state
    with pytest.raises(OptionError, match="another network"):
        Training(options(tmp_path, resume=True))


@pytest.mark.parametrize(
    "changes",
    [{"minutes": 0}, {"minutes": float("inf")}, {"minutes": float("nan")}, {"batch": 1},
     {"threads": 0}, {"workers": -1}, {"seed": -1}, {"steps": 0}, {"rate": 0.0},
     {"rate": float("nan")}],
)  # fmt: skip
def test_options_that_make_no_sense(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(OptionError, match=next(iter(changes))):
        options(tmp_path, **changes)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no GPU"):
        options(tmp_path, device="cuda")
