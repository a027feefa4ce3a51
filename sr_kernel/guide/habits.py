"""What a user's accepted laws are made of, so that the guide learns from use.

Off until ``sr-kernel guide learn on``.  One small JSON file in the folder of the equality cache
holds counts alone: how many laws, how many nodes they had together, how many had each operator, and
the hashes of the last ones, so that each family counts once.  A hash is of the law with its columns
numbered and its constants left out: no name, number or formula of the user's is kept.
"""

from __future__ import annotations

import json
import math
import os
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from sr_kernel.equality.cache import ENVIRONMENT, default_folder
from sr_kernel.errors import DataError, OptionError, SrKernelError
from sr_kernel.expr import Expr, number, rebuild, substitute, symbol, transform, variables, walk
from sr_kernel.expr.operators import OPERATORS

FILE = "habits.json"
FORMAT = "sr_kernel habits"
VERSION = 1

MAX_BYTES = 2**18
MOST_HASHES = 1_000
"""Laws that are known to have been counted; the oldest go."""

PRIOR_LAWS = 10.0
"""As many laws of the user's own weigh as much as the base rate."""

MOST_SHIFT = 2.0
"""How far a user's laws may move a belief, in log-odds: evidence in the data can always win."""

OWN = 0.5
"""The probability, before the rows are seen, that a law is like the user's own and not like those
that the guide was trained on.  More learns faster and harms more whoever turns to another field."""

BUSY_SECONDS = 5.0
"""How long another process may be writing: that takes some milliseconds."""

_MOST = 10**9
_CERTAIN = 1e-3
"""Base rates are taken to be no nearer to 0 and 1 than this."""
_HASH = re.compile(r"sr1:[0-9a-f]{32}\Z")
_TOLD: set[str] = set()


class HabitsWarning(UserWarning):
    """The counts cannot be used or kept; everything works as without them."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What the file holds; ``operators`` says in how many of the ``laws`` each one was."""

    is_on: bool = False
    laws: int = 0
    nodes: int = 0
    operators: Mapping[str, int] = field(default_factory=dict)
    hashes: tuple[str, ...] = ()

    def with_law(self, law: Expr, known_as: str) -> Tally:
        """The same with one law more."""
        operators = dict(self.operators)
        for name in operators_of(law):
            operators[name] = operators.get(name, 0) + 1
        hashes = (*self.hashes, known_as)[-MOST_HASHES:]
        return replace(self, laws=self.laws + 1, nodes=self.nodes + law.size,
                       operators=operators, hashes=hashes)  # fmt: skip


class Habits:
    """The counts at ``path``; processes and threads may share a file."""

    def __init__(self, path: Path, tally: Tally) -> None:
        self.path = path
        self.tally = tally

    @classmethod
    def read(cls, path: str | os.PathLike[str] | None = None) -> Habits:
        """What is kept at ``path``, by default in the cache's folder; nothing without a file.

        Raises DataError for a file that cannot be used.
        """
        place = default_path() if path is None else Path(path).expanduser()
        return cls(place, _read(place))

    @classmethod
    def load(cls, path: str | os.PathLike[str] | None = None) -> Habits:
        """As ``read``, but a file that cannot be used is told of once and taken for none, and
        nothing is read where SR_KERNEL_CACHE is "off" and no path is given."""
        place = default_path() if path is None else Path(path).expanduser()
        if path is None and _is_off():
            return cls(place, Tally())
        try:
            return cls.read(place)
        except DataError as error:
            _tell(error)
            return cls(place, Tally())

    @property
    def mean_size(self) -> float:
        """Nodes of an accepted law, nan where there is none."""
        return self.tally.nodes / self.tally.laws if self.tally.laws else math.nan

    def accept(self, expr: Expr) -> bool:
        """Count one accepted law; says whether it was: not while learning is off, nor twice.

        Raises DataError where the file cannot be read or written.
        """
        known_as = hash_of(expr)
        with _locked(self.path):
            self.tally = _read(self.path)
            if not self.tally.is_on or known_as in self.tally.hashes:
                return False
            self._write(self.tally.with_law(expr, known_as))
        return True

    def switch(self, on: bool) -> None:
        """Turn learning on or off; what was counted stays, without effect while it is off.

        Raises OptionError where nothing may be kept, DataError as ``accept``.
        """
        if on and _is_off():
            raise OptionError(
                f"{ENVIRONMENT} is 'off', so nothing is kept: unset it or name a folder with it"
            )
        self.tally = _read(self.path)
        if on == self.tally.is_on:
            return
        with _locked(self.path):
            self._write(replace(_read(self.path), is_on=on))

    def forget(self) -> bool:
        """Remove all that was kept, learning is off then; says whether there was something.

        Raises DataError where the file cannot be removed.
        """
        self.tally = Tally()
        if not self.path.parent.is_dir():
            return False
        with _locked(self.path):
            there = [path for path in (self.path, *_unfinished(self.path)) if path.exists()]
            for path in there:
                path.unlink()
        with suppress(PermissionError):  # on Windows, while another process waits for it
            _lock_of(self.path).unlink(missing_ok=True)
        return bool(there)

    def adjusted(
        self, operators: Mapping[str, float], base_rates: Mapping[str, float]
    ) -> dict[str, float]:
        """Probabilities of ``operators`` as this user's laws make them.

        A law is of the user's field or like those that the guide was trained on.  In the field an
        operator has the user's rate, shrunk towards the base rate as if that were 10 laws and at
        most 2 from it in log-odds, which takes the place of the base rate in the belief (Saerens,
        Latinne and Decaestecker 2002).  The rows say which it is: beliefs unlike the user's laws
        stay, and so do those without a base rate.  Raises OptionError for what is no probability.
        """
        if not self.tally.is_on or not self.tally.laws:
            return dict(operators)
        bases = {name: _base(name, base_rates[name]) for name in operators if name in base_rates}
        shifts = {name: self._shift(name, base) for name, base in bases.items()}
        odds = OWN / (1.0 - OWN) * math.prod(
            _likelier(_probability(name, operators[name]), bases[name], shift)
            for name, shift in shifts.items()
        )  # fmt: skip
        own = odds / (1.0 + odds)
        moved = {name: _moved(operators[name], shift) for name, shift in shifts.items()}
        return {
            name: _probability(name, p) + own * (moved.get(name, p) - p)
            for name, p in operators.items()
        }

    def _shift(self, name: str, base: float) -> float:
        """From the base rate to the user's, in log-odds."""
        tally = self.tally
        rate = (tally.operators.get(name, 0) + PRIOR_LAWS * base) / (tally.laws + PRIOR_LAWS)
        return min(max(_logit(rate) - _logit(base), -MOST_SHIFT), MOST_SHIFT)

    def _write(self, tally: Tally) -> None:
        """Replace the file at once; the lock is held."""
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.tmp")
        try:
            beside.touch(mode=0o600)
            with beside.open("w", encoding="utf-8") as file:
                json.dump(_as_json(tally), file)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self.path)
        finally:
            beside.unlink(missing_ok=True)
        self.tally = tally


def heard(expr: Expr) -> None:
    """Count a law that the user accepted, if learning is on.

    Looks for one file where it is not.  What goes wrong is told once in a process as a
    :class:`HabitsWarning` and does no more.
    """
    if _is_off():
        return
    try:
        path = default_path()
        if path.exists() and _read(path).is_on:
            Habits(path, Tally()).accept(expr)
    except SrKernelError as error:
        _tell(error)
    except Exception as error:  # noqa: BLE001  told: the law is the user's all the same
        _tell(f"a law was not counted for the guide: {type(error).__name__}: {error}")


def default_path() -> Path:
    """The file in the folder of the cache. Raises OptionError for a user without a home."""
    try:
        return default_folder() / FILE
    except RuntimeError:
        raise OptionError(
            f"this user has no home folder to keep {FILE} in: name one with {ENVIRONMENT}"
        ) from None


def operators_of(law: Expr) -> frozenset[str]:
    """The operators in ``law`` as the corpus has them for labels: a difference is a sum, a minus
    sign none, a cube root a power, and what has no column in it is a constant."""
    names = {node.op for node in walk(law) if node.args and variables(node)} - {"neg"}
    return frozenset("pow" if name == "cbrt" else name for name in names)


def hash_of(law: Expr) -> str:
    """The hash of a law's family with its columns numbered, in the order of the alphabet.

    A constant counts as fitted where it is added, multiplied or divided, so that a law stays the
    same when its constants are set to plain values.
    """
    from sr_kernel.equality import canonical_hash

    numbered = {name: symbol(f"x{k}") for k, name in enumerate(sorted(variables(law)))}
    return canonical_hash(transform(substitute(law, numbered), _as_fitted), constants="skeleton")


def _as_fitted(node: Expr) -> Expr:
    if node.op not in ("add", "mul", "div"):
        return node
    return rebuild(node, tuple(arg if variables(arg) else _as_float(arg) for arg in node.args))


def _as_float(constant: Expr) -> Expr:
    """The value of a term without variables, which stays where it has none; so do 1 and -1, which
    other spellings of a law do not show."""
    from sr_kernel.numeric import compile_program, evaluate

    with np.errstate(all="ignore"):
        value = float(evaluate(compile_program(constant, ()), np.empty((1, 0)))[0])
    return number(value) if math.isfinite(value) and abs(value) != 1.0 else constant


# ---------------------------------------------------------------- the file


def _read(path: Path) -> Tally:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return Tally()
    except OSError as error:
        raise DataError(f"cannot read {str(path)!r}: {error.strerror}") from None
    try:
        if len(content) > MAX_BYTES:
            raise ValueError("it is too large")
        return _tally(json.loads(content))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        about = " ".join(str(error).split())[:80]
        raise DataError(
            f"{str(path)!r} holds no counts of accepted laws ({about}): remove it with "
            "sr-kernel guide forget"
        ) from None


def _tally(content: Any) -> Tally:
    """Raises KeyError, TypeError or ValueError for what ``_as_json`` did not make."""
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError("another format")
    if content.get("version") != VERSION:
        raise ValueError(f"version {content.get('version')!r}, this reads {VERSION}")
    if not isinstance(content["on"], bool):
        raise TypeError("the switch is neither on nor off")
    laws = _count(content["laws"], _MOST)
    operators = {name: _count(count, laws) for name, count in dict(content["operators"]).items()}
    if not operators.keys() <= OPERATORS.keys():
        raise ValueError("an operator that is not known")
    hashes = tuple(content["hashes"])
    if len(hashes) > MOST_HASHES or not all(map(_is_hash, hashes)):
        raise ValueError("laws that are no hashes")
    return Tally(content["on"], laws, _count(content["nodes"], _MOST), operators, hashes)


def _count(value: Any, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise ValueError(f"{str(value)[:20]!r} is not a count up to {most}")
    return value


def _is_hash(value: object) -> bool:
    return isinstance(value, str) and _HASH.match(value) is not None


def _as_json(tally: Tally) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": VERSION,
        "on": tally.is_on,
        "laws": tally.laws,
        "nodes": tally.nodes,
        "operators": dict(tally.operators),
        "hashes": list(tally.hashes),
    }


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    """Alone with the file among threads and processes; SQLite locks on every platform.

    Raises DataError where that cannot be, and where writing fails.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(_lock_of(path), timeout=BUSY_SECONDS)) as lock:
            lock.execute("BEGIN EXCLUSIVE")
            yield
    except (OSError, sqlite3.Error) as error:
        about = error.strerror if isinstance(error, OSError) else error
        raise DataError(
            f"cannot change {str(path)!r} ({about}): set {ENVIRONMENT} to another folder"
        ) from None


def _lock_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _unfinished(path: Path) -> Iterator[Path]:
    """What a process that was killed while it wrote has left."""
    return path.parent.glob(f".{path.name}.*.tmp")


# ---------------------------------------------------------------- small things


def _is_off() -> bool:
    return os.environ.get(ENVIRONMENT) == "off"


def _tell(problem: object) -> None:
    message = str(problem)
    if message not in _TOLD:
        _TOLD.add(message)
        warnings.warn(message, HabitsWarning, stacklevel=3)


def _probability(name: str, value: float) -> float:
    if not 0.0 <= value <= 1.0:
        raise OptionError(f"{value!r} is no probability of {name[:40]!r}: give one from 0 to 1")
    return value


def _base(name: str, rate: float) -> float:
    return min(max(_probability(name, rate), _CERTAIN), 1.0 - _CERTAIN)


def _likelier(p: float, base: float, shift: float) -> float:
    """How much likelier rows are that leave the belief ``p`` in an operator, if its rate is by
    ``shift`` from the base rate."""
    rate = _moved(base, shift)
    return p * rate / base + (1.0 - p) * (1.0 - rate) / (1.0 - base)


def _moved(p: float, shift: float) -> float:
    """``p`` by ``shift`` in log-odds; what is certain stays."""
    if shift == 0.0 or p in (0.0, 1.0):
        return p
    return 1.0 / (1.0 + (1.0 - p) / p * math.exp(-shift))


def _logit(p: float) -> float:
    return math.log(p / (1.0 - p))
