"""Weights on disk: there and back, and nothing but weights."""

import json
import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.guide.network import Shape, initial, sizes
from sr_kernel.guide.weights import LARGEST, load, read, write


def file_of(header: Any, data: bytes = b"") -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + data


def refused(path: Path, says: str = "") -> None:
    with pytest.raises(OptionError, match=says) as caught:
        load(path)
    assert path.name in str(caught.value)


# ------------------------------------------------------------------ there and back


def test_what_is_written_is_loaded(written: Callable[..., Path], tiny: Any) -> None:
    found = load(written(minutes="20"))
    assert found.shape == tiny.shape
    assert found.about["minutes"] == "20"
    assert list(found.arrays) == list(tiny.weights)
    for name, array in found.arrays.items():
        assert array.dtype == np.float32
        assert np.array_equal(array, tiny.weights[name])


def test_half_precision_is_read_as_single(written: Callable[..., Path], tiny: Any) -> None:
    half = {name: array.astype(np.float16) for name, array in tiny.weights.items()}
    for name, array in load(written(half)).arrays.items():
        assert array.dtype == np.float32
        assert np.array_equal(array, half[name].astype(np.float32))


def test_the_library_reads_and_writes_the_same(tmp_path: Path, tiny: Any) -> None:
    library = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "mine.safetensors"
    write(path, tiny.weights, tiny.shape, {"seed": "3"})
    assert list(tmp_path.iterdir()) == [path]
    arrays, about = read(path)
    assert about["seed"] == "3"
    theirs = library.load_file(path)
    assert set(arrays) == set(theirs) == set(sizes(tiny.shape))
    assert all(np.array_equal(arrays[name], theirs[name]) for name in theirs)
    assert load(path).shape == tiny.shape


def test_the_library_reads_what_the_tests_write(written: Callable[..., Path], tiny: Any) -> None:
    library = pytest.importorskip("safetensors.numpy")
    theirs = library.load_file(written())
    assert all(np.array_equal(theirs[name], array) for name, array in tiny.weights.items())


def test_a_file_is_read_again_when_it_has_changed(written: Callable[..., Path], tiny: Any) -> None:
    path = written()
    assert load(path) is load(path)
    other = initial(tiny.shape, 1)
    os.utime(written(other), ns=(0, 0))
    assert np.array_equal(load(path).arrays["point.0"], other["point.0"])


# ------------------------------------------------------------------ what is no guide


def test_no_file(tmp_path: Path) -> None:
    refused(tmp_path / "none.safetensors", "No such file")
    refused(tmp_path, "directory")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"short", b"\x00" * 8, b"\xff" * 100, np.random.default_rng(0).bytes(500),
        struct.pack("<Q", 1 << 62),
        struct.pack("<Q", 50) + b"{}", file_of([]), file_of(7), file_of(b"{"), file_of(b"\xff\xfe"),
        file_of(b"[" * 100_000), file_of({"__metadata__": 3}), file_of({"a": 3}),
        file_of({"a": {"dtype": "F16"}}), file_of({"__metadata__": {}}), file_of({}),
        file_of(b" " * (2 << 20)),
    ],
)  # fmt: skip
def test_garbage(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "garbage.safetensors"
    path.write_bytes(content)
    refused(path, "is no guide")


@pytest.mark.parametrize("place", [(0, 3), (-4, 0), (4, 0), (0, 1 << 60), ("0", "4"), (0.5, 4.5)])
@pytest.mark.parametrize("shape", [[1], [-1], [1 << 40, 1 << 40], [1e400], ["x"], [[1]], 1])
def test_arrays_that_are_not_there(tmp_path: Path, place: Any, shape: Any) -> None:
    entry = {"dtype": "F32", "shape": shape, "data_offsets": place}
    path = tmp_path / "arrays.safetensors"
    path.write_bytes(file_of({"a": entry}, b"1234"))
    refused(path, "is no guide")


@pytest.mark.parametrize("kind", ["F64", "BF16", "I32", None, ["F16"]])
def test_other_kinds_of_numbers(tmp_path: Path, kind: Any) -> None:
    path = tmp_path / "kinds.safetensors"
    path.write_bytes(file_of({"a": {"dtype": kind, "shape": [1], "data_offsets": [0, 4]}}, b"1234"))
    refused(path, "is no guide")


def test_arrays_that_lie_over_each_other(tmp_path: Path) -> None:
    entry = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    path = tmp_path / "over.safetensors"
    path.write_bytes(file_of({"a": entry, "b": entry}, b"1234"))
    refused(path, "do not fill")


def test_a_file_that_is_cut_or_longer(written: Callable[..., Path]) -> None:
    path = written()
    whole = path.read_bytes()
    for content in (whole[:-1], whole[: len(whole) // 2], whole[:100], whole + b"0"):
        path.write_bytes(content)
        refused(path, "is no guide")


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.safetensors"
    with path.open("wb") as file:
        file.truncate(LARGEST + 1)
    refused(path, "too large")


class Loud:
    """Leaves a trace where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_nothing_is_unpickled(tmp_path: Path) -> None:
    trace, path = tmp_path / "trace", tmp_path / "pickled.safetensors"
    pickle.loads(pickle.dumps(Loud(trace)))
    assert trace.exists()
    trace.unlink()
    path.write_bytes(pickle.dumps(Loud(trace)))
    refused(path, "is no guide")
    assert not trace.exists()


def test_arrays_of_another_network(written: Callable[..., Path], tiny: Any) -> None:
    weights = dict(tiny.weights)
    refused(written({**weights, "more": np.zeros(3, dtype=np.float32)}), "more")
    refused(written({**weights, "point.0": weights["point.0"].T}), "point.0")
    del weights["point.0"]
    refused(written(weights), "point.0")


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite(written: Callable[..., Path], tiny: Any, value: float) -> None:
    bad = tiny.weights["point.1"].copy()
    bad[0, 0] = value
    refused(written({**tiny.weights, "point.1": bad}), "not finite")


@pytest.mark.parametrize("text", [{"version": "0"}, {"vocabulary": "add sub"}])
def test_weights_of_another_version(written: Callable[..., Path], text: dict[str, str]) -> None:
    refused(written(**text), "another version")


@pytest.mark.parametrize(
    "shape",
    ["", "3", "null", "{}", '{"width": 16}', "[" * 50_000,
     json.dumps({**Shape().as_dict(), "width": 10**12}),
     json.dumps({**Shape().as_dict(), "layers": 10**9}),
     json.dumps({**Shape().as_dict(), "heads": 0}), json.dumps({**Shape().as_dict(), "row": 1.5}),
     json.dumps({**Shape().as_dict(), "more": 1})],
)  # fmt: skip
def test_sizes_that_make_no_sense(written: Callable[..., Path], shape: str) -> None:
    refused(written(shape=shape), "is no guide")
