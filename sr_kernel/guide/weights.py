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
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.errors import OptionError
from sr_kernel.guide.corpus import OPERATORS
from sr_kernel.guide.corpus import VERSION as CORPUS
from sr_kernel.guide.network import Shape, initial
from sr_kernel.guide.tokens import TOKENS

SHIPPED = Path(__file__).with_name("guide.safetensors")
"""The weights that come with the package."""
VERSION = 1
"""Of the inputs and heads; weights of another version are refused."""
LARGEST = 64 << 20
"""Bytes of a file beyond which it is no guide."""
_TYPES = {"F16": np.dtype("<f2"), "F32": np.dtype("<f4")}


@dataclass(frozen=True, eq=False)
class Weights:
    """``arrays`` by name, single precision, for a network of ``shape``; ``about`` says in words
    what they are (seed, samples seen, minutes)."""

    arrays: Mapping[str, Any]
    shape: Shape
    about: Mapping[str, str]


@cache
def load(path: Path = SHIPPED) -> Weights:
    """The weights in a file.  Raises :class:`OptionError` for one that is none."""
    try:
        arrays, about = read(path)
        sizes = json.loads(about.get("shape", "null"))
        shape = Shape(**{name: int(size) for name, size in sizes.items()})
        wanted = initial(shape, 0)
    except OSError as error:
        raise OptionError(f"the guide {str(path)!r} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        raise OptionError(f"{str(path)!r} is no guide: {str(error)[:100]}") from None
    if about.get("version") != str(VERSION) or about.get("vocabulary") != vocabulary():
        raise OptionError(
            f"{str(path)!r} was trained for another version: train it anew with "
            "'sr-kernel guide train'"
        )
    wrong = [n for n, a in wanted.items() if n not in arrays or arrays[n].shape != a.shape]
    if wrong or not all(np.isfinite(array).all() for array in arrays.values()):
        raise OptionError(f"{str(path)!r} is no guide: {wrong[:1] or 'numbers that are not finite'}")
    return Weights({name: arrays[name] for name in wanted}, shape, about)


def read(path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """The arrays of a safetensors file, single precision, and its texts.

    Raises :class:`ValueError` for what is no such file, and :class:`OSError`.
    """
    if os.path.getsize(path) > LARGEST:
        raise ValueError("the file is too large")
    data = path.read_bytes()
    if len(data) < 8:
        raise ValueError("the file is too short")
    end = 8 + struct.unpack("<Q", data[:8])[0]
    if end > len(data):
        raise ValueError("the header is longer than the file")
    header = json.loads(data[8:end])
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    texts = header.pop("__metadata__", {})
    about = {str(name): str(text) for name, text in texts.items()}
    return {name: _array(entry, data[end:]) for name, entry in header.items()}, about


def _array(entry: Any, data: bytes) -> Any:
    kind, (begin, stop) = _TYPES[entry["dtype"]], entry["data_offsets"]
    sizes = tuple(int(size) for size in entry["shape"])
    whole = 0 <= begin <= stop <= len(data) and min(sizes, default=0) >= 0
    if not whole or stop - begin != kind.itemsize * math.prod(sizes):
        raise ValueError("an array does not fit the file")
    return np.frombuffer(data[begin:stop], kind).reshape(sizes).astype(np.float32)


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
