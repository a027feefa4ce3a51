"""Weights on disk: safetensors in half precision, with what they were trained on beside them.

The format is a header in JSON and raw numbers after it, so nothing is ever run on loading.
"""

from __future__ import annotations

import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from sr_kernel.errors import OptionError
from sr_kernel.guide.corpus import OPERATORS
from sr_kernel.guide.corpus import VERSION as CORPUS
from sr_kernel.guide.network import Shape, sizes
from sr_kernel.guide.tokens import TOKENS

SHIPPED = Path(__file__).with_name("guide.safetensors")
"""The weights that come with the package."""
VERSION = 2
"""Of the inputs and heads; weights of another version are refused."""
LARGEST = 64 << 20
"""Bytes of a file beyond which it is no guide."""
_HEADER = 1 << 20
"""Bytes of the largest header."""
_SHAPE = 1000
"""Characters of the text that tells the sizes of a network."""
_TYPES: dict[Any, np.dtype[Any]] = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}


@dataclass(frozen=True, eq=False)
class Weights:
    """``arrays`` by name, single precision, for a network of ``shape``; ``about`` says in words
    what they are (seed, samples seen, minutes)."""

    arrays: Mapping[str, Any]
    shape: Shape
    about: Mapping[str, str]

    @property
    def rates(self) -> dict[str, float]:
        """The share of the laws trained on that had each operator; empty if it is not known."""
        try:
            known = json.loads(self.about.get("rates", "{}"))
            return {str(name): min(max(float(rate), 0.0), 1.0) for name, rate in known.items()}
        except (ValueError, TypeError, AttributeError):  # not a guide's own words
            return {}


def load(path: Path = SHIPPED) -> Weights:
    """The weights in a file, read again only when it has changed.

    Raises :class:`OptionError` for a file that holds none.
    """
    try:
        state = path.stat()
        return _loaded(path, (state.st_mtime_ns, state.st_size, state.st_ino))
    except OSError as error:
        raise OptionError(f"the guide {str(path)!r} cannot be read: {error.strerror}") from None


@lru_cache(maxsize=4)
def _loaded(path: Path, state: tuple[int, ...]) -> Weights:
    try:
        arrays, about = read(path)
        if about.get("version") != str(VERSION) or about.get("vocabulary") != vocabulary():
            raise OptionError("it was trained for another version of the package")
        shape = _shape(about)
        _check(arrays, sizes(shape))
    except ValueError as error:
        raise OptionError(
            f"{str(path)!r} is no guide of this version: {str(error)[:100]}; "
            "'sr-kernel guide train' makes one"
        ) from None
    return Weights(arrays, shape, about)


def _shape(about: Mapping[str, str]) -> Shape:
    text = about.get("shape", "null")
    given = json.loads(text) if len(text) < _SHAPE else None
    if not isinstance(given, dict) or set(given) != set(Shape().as_dict()):
        raise ValueError("its header does not tell the sizes of a network")
    return Shape(**given)


def _check(arrays: Mapping[str, Any], wanted: Mapping[str, tuple[int, ...]]) -> None:
    """Raises ValueError for arrays that are not those of the network."""
    for name in wanted.keys() | arrays.keys():
        if name not in arrays or arrays[name].shape != wanted.get(name):
            raise ValueError(f"the array {name[:40]!r} is missing, unknown or of another shape")
        if not np.isfinite(arrays[name]).all():
            raise ValueError(f"the array {name!r} has numbers that are not finite")


def read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The arrays of a safetensors file, single precision, and its texts.

    Raises :class:`ValueError` for what is no such file, and :class:`OSError`.
    """
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("the file is too large")
    end = 8 + (struct.unpack("<Q", data[:8])[0] if len(data) >= 8 else len(data))
    if end > min(len(data), 8 + _HEADER):
        raise ValueError("the file does not begin with a header that it has room for")
    try:
        header = json.loads(data[8:end])
        about = {str(name): str(text) for name, text in header.pop("__metadata__", {}).items()}
        places = {str(name): _place(entry) for name, entry in header.items()}
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError, OverflowError):
        raise ValueError("the header does not tell what the file holds") from None
    if sum(place.stop - place.start for place in places.values()) != len(data) - end:
        raise ValueError("the arrays do not fill the file")
    return {name: place.array(data, end) for name, place in places.items()}, about


class _Place(NamedTuple):
    """Where an array of numbers of ``kind`` stands after the header, in bytes."""

    kind: np.dtype[Any]
    sizes: tuple[int, ...]
    start: int
    stop: int

    def array(self, data: bytes, begin: int) -> Any:
        length = self.stop - self.start
        inside = 0 <= self.start <= self.stop <= len(data) - begin
        if (
            not inside
            or min(self.sizes, default=0) < 0
            or length != self.kind.itemsize * math.prod(self.sizes)
        ):
            raise ValueError("an array does not fit the file")
        numbers = np.frombuffer(data, np.uint8, length, begin + self.start)
        return numbers.view(self.kind).reshape(self.sizes).astype(np.float32)


def _place(entry: Any) -> _Place:
    start, stop = entry["data_offsets"]
    return _Place(_TYPES[entry["dtype"]], tuple(map(int, entry["shape"])), int(start), int(stop))


def write(path: Path, arrays: Mapping[str, Any], shape: Shape, about: Mapping[str, str]) -> None:
    """Write ``arrays`` as they are, all or nothing; needs the library safetensors."""
    from safetensors.numpy import save_file

    texts = {
        "version": str(VERSION), "corpus": str(CORPUS), "vocabulary": vocabulary(),
        "shape": json.dumps(shape.as_dict()), **about,
    }  # fmt: skip
    temporary = path.with_suffix(f".{os.getpid()}.tmp")
    save_file({name: np.ascontiguousarray(a) for name, a in arrays.items()}, temporary, texts)
    temporary.replace(path)


def vocabulary() -> str:
    """What tokens and heads stand for."""
    return " ".join((*TOKENS, "/", *OPERATORS))
