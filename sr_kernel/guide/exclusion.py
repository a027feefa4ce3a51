"""The exclusion list: hashes of problems that the corpus must not teach.

``python -m sr_kernel.guide.exclusion PROBLEMS.jsonl OUT`` reads one problem a line, its law in
``formula`` (several parts separated by ``|``), and writes keys of
:mod:`sr_kernel.guide.keys` only, modulo the names of variables and the values of constants.  Keys
of families depend on how constants are written, so a law is put on the list in several spellings.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import islice, permutations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sr_kernel.errors import DataError, ExpressionError, SrKernelError
from sr_kernel.expr import Expr, from_sympy, parse, to_sympy, variables
from sr_kernel.guide.grammar import MOST_VARIABLES, Laws, laws_of
from sr_kernel.guide.keys import keys_of
from sr_kernel.search.machine import CODES

STORED = Path(__file__).with_name("excluded.txt")
READINGS = ("family", "tropical")

_MOST_ORDERS = 24

Hashes = NDArray[np.uint64]


def keys_of_terms(terms: Iterable[Expr]) -> Hashes:
    """The keys under which laws equivalent to ``terms`` are known, sorted, without doubles.

    Terms with operators that the grammar has not are left out.
    """
    known = [law for term in terms for law in laws_of(term)]
    if not known:
        return np.empty(0, dtype=np.uint64)
    laws = _joined([renamed for law in known for renamed in _renamed(law)])
    keys = [keys_of(laws, reading).ravel() for reading in READINGS]
    found: Hashes = np.unique(np.concatenate(keys))
    real: Hashes = found[found != 0]
    return real


def is_excluded(laws: Laws, excluded: Hashes) -> NDArray[np.bool_]:
    """Which laws have one of their keys in ``excluded`` (sorted); shape (m,)."""
    found = np.zeros(len(laws.length), dtype=np.bool_)
    if len(excluded):
        for reading in READINGS:
            keys = keys_of(laws, reading)
            place = np.minimum(np.searchsorted(excluded, keys), len(excluded) - 1)
            found |= (excluded[place] == keys).any(axis=1)
    return found


def _renamed(law: Laws) -> Iterator[Laws]:
    """The law with its variables in several orders, all where they are few: of those that tie in
    a key's own order, any can come first."""
    inputs = law.code == CODES["input"]
    for order in islice(permutations(range(int(law.count[0]))), _MOST_ORDERS):
        yield law._replace(left=np.where(inputs, np.take(order, law.left, mode="clip"), law.left))


def _joined(laws: Sequence[Laws]) -> Laws:
    width = max(law.code.shape[1] for law in laws)
    wide = [
        [np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in law[:4]] for law in laws
    ]
    whole = [np.concatenate(parts) for parts in zip(*wide, strict=True)]
    counts = [np.concatenate([law[k] for law in laws]) for k in (4, 5)]
    return Laws(*whole, *counts)


def spellings(term: Expr) -> Iterator[Expr]:
    """``term`` written in several ways that constants can tell apart."""
    from sr_kernel.simplify import simplify

    yield term
    short = simplify(term)
    yield short
    for way in _ways():
        for start in (term, short):
            try:
                yield from_sympy(way(to_sympy(start)))
            except (SrKernelError, ArithmeticError, ValueError, NotImplementedError):
                continue  # SymPy cannot write it so, or the result is not a term of ours


@cache
def _ways() -> tuple[Callable[[Any], Any], ...]:
    import sympy

    def free_constants(expr: Any) -> Any:
        """``exp(f)`` as ``exp(f + c)``: what a constant in front can turn into."""
        return expr.replace(sympy.exp, lambda f: sympy.exp(f + sympy.Rational(3, 7)))

    def phases(expr: Any) -> Any:
        return expr.replace(sympy.cos, lambda f: sympy.sin(f + sympy.Rational(3, 7)))

    def other_phases(expr: Any) -> Any:
        return expr.replace(sympy.sin, lambda f: sympy.cos(f + sympy.Rational(3, 7)))

    def split(expr: Any) -> Any:
        return sympy.expand(expr, force=True)

    return (
        split, sympy.expand, sympy.factor, sympy.together, sympy.cancel,
        free_constants, phases, other_phases,
    )  # fmt: skip


def laws_in(path: Path) -> Iterator[Expr | None]:
    """The laws of a file of problems; None for one with functions that we do not have.

    Raises :class:`DataError` for a line without a formula.
    """
    for line, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            row = json.loads(text)
            parts = row["formula"].split("|")
            names = [item["name"] for item in row.get("variables", ())]
        except (json.JSONDecodeError, KeyError, TypeError, AttributeError):
            raise DataError(
                f"line {line} of {path.name} has no formula: give one JSON object a line"
            ) from None
        for part in parts:
            try:
                yield parse(part.strip(), variables=names or None)
            except ExpressionError:
                yield None


def write(hashes: Hashes, path: Path) -> None:
    """One hash a line, in hexadecimal."""
    path.write_text("".join(f"{key:016x}\n" for key in hashes.tolist()), encoding="ascii")


@cache
def stored() -> Hashes:
    """The list that comes with the package, sorted."""
    return read(STORED)


def read(path: Path) -> Hashes:
    """A list that :func:`write` wrote.  Raises :class:`DataError` for anything else."""
    lines = path.read_text(encoding="ascii").split()
    try:
        keys = [int(line, 16) for line in lines]
        return np.unique(np.array(keys, dtype=np.uint64))
    except (ValueError, OverflowError):
        raise DataError(f"{path.name} is no list of hashes: write it with {__name__}") from None


def main(arguments: Sequence[str]) -> int:
    if len(arguments) != 2:
        print("usage: python -m sr_kernel.guide.exclusion PROBLEMS.jsonl OUT", file=sys.stderr)
        return 2
    found, laws, outside = [np.empty(0, dtype=np.uint64)], 0, 0
    for term in laws_in(Path(arguments[0])):
        if term is None or not 1 <= len(variables(term)) <= MOST_VARIABLES:
            outside += 1
            continue
        keys = keys_of_terms(spellings(term))
        laws += 1
        outside += not len(keys)
        found.append(keys)
    hashes = np.unique(np.concatenate(found))
    write(hashes, Path(arguments[1]))
    print(f"{len(hashes)} hashes of {laws} laws; {outside} that the grammar cannot say left out")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
