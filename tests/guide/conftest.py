"""Untrained tiny networks, in memory and as files."""

import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sr_kernel.guide.inputs import inputs_of
from sr_kernel.guide.network import Network, Shape, initial
from sr_kernel.guide.reading import Reader
from sr_kernel.guide.weights import VERSION, Weights, vocabulary

TINY = Shape(width=16, heads=2, layers=1, decoder_layers=1, point=8, row=8)
Numbers = np.ndarray[Any, np.dtype[Any]]
Written = Callable[..., Path]


@pytest.fixture(scope="session")
def tiny() -> Network:
    """A network that has learned nothing."""
    return Network(initial(TINY, 0), TINY)


@pytest.fixture(scope="session")
def tiny_reader(tiny: Network) -> Reader:
    """A reader with that network."""
    return Reader(Weights(tiny.weights, TINY, {}))


@pytest.fixture(scope="session")
def encoded(tiny: Network) -> Numbers:
    """The tokens of a table of the columns a, b, c, d."""
    X = np.random.default_rng(0).uniform(1.0, 2.0, (1, 30, 4))
    tokens, _ = tiny.encode(inputs_of(X, X[:, :, 0] * X[:, :, 1]))
    return np.asarray(tokens)


def _bytes(arrays: Mapping[str, Numbers], texts: Mapping[str, str]) -> bytes:
    header: dict[str, Any] = {"__metadata__": dict(texts)}
    data = b""
    for name, array in arrays.items():
        kind = {"float16": "F16", "float32": "F32", "float64": "F64"}[array.dtype.name]
        place = [len(data), len(data) + array.nbytes]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": place}
        data += array.tobytes()
    head = json.dumps(header).encode()
    return struct.pack("<Q", len(head)) + head + data


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """written(arrays, **texts): a file of weights, those of the tiny network unless given."""

    def write(arrays: Mapping[str, Numbers] | None = None, **texts: str) -> Path:
        about = {"version": str(VERSION), "vocabulary": vocabulary(),
                 "shape": json.dumps(TINY.as_dict()), **texts}  # fmt: skip
        given = initial(TINY, 0) if arrays is None else arrays
        path = tmp_path / "tiny.safetensors"
        path.write_bytes(_bytes(given, about))
        return path

    return write
