"""One egglog database: the only module that touches ``egglog.bindings``.

The native module is loaded by its own spec, not through the ``egglog`` package: the package pulls
in the whole typed API (0.5 s), the native module alone takes 0.05 s.  A later ``import egglog``
elsewhere finds the very same native module.

What egglog 13.2 does and what this module does about it (tests/egraph/test_session.py holds the
golden tests):

* parsing is quadratic in the text's length, so programs are loaded form by form;
* ``(push)`` clones a database with its rules, 16 times cheaper than loading them again;
* there is no limit inside an iteration, so rulesets are stepped one iteration at a time;
* bad programs raise ``EggSmolError``, and some mistakes raise ``PanicException``, which is a
  ``BaseException``; a session that met either, or was interrupted, is discarded by its owner;
* every iteration leaves a report behind, 3 kB or so, which only a new database is rid of;
* a term nested 20,000 deep crashes the process: terms are bounded by ``Expr``'s own depth limit.
"""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import shutil
import sys
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from sr_kernel.errors import RuleError, SrKernelError

NATIVE = "egglog.bindings"
ROWS_KEPT = 1_500
"""Rows of earlier batches that are not worth a new clone (about 15 ms) to be rid of."""
STEPS_KEPT = 3_000
"""Iterations whose reports, about 25 MB, are not worth a new database (about 0.2 s)."""


class EGraphError(SrKernelError):
    """The e-graph engine refused a program or broke down; the session is of no more use."""


@lru_cache(maxsize=1)
def native() -> Any:
    """The native egglog module, without the Python package around it."""
    loaded = sys.modules.get(NATIVE)
    if loaded is not None:
        return loaded
    package = importlib.util.find_spec("egglog")
    places = list(package.submodule_search_locations or ()) if package else []
    spec = importlib.machinery.PathFinder.find_spec("bindings", places)
    if spec is None or spec.loader is None:
        raise EGraphError("egglog is not installed: reinstall the package with its dependencies")
    os.environ.setdefault("RUST_BACKTRACE", "0")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Session:
    """A database with a program in it, driven step by step.

    A session belongs to the thread that made it.  After an :class:`EGraphError` it is ``broken``
    and must be dropped.
    """

    def __init__(self) -> None:
        self._bindings = native()
        self._egraph = self._bindings.EGraph()
        self._parsed: dict[str, list[Any]] = {}
        self._folder: Path | None = None
        self.broken = False
        self._steps = 0
        self._rows = 0
        self._next = 0
        self._settled = True

    def load(self, forms: Iterable[tuple[str, str, int]]) -> None:
        """Load a program given as forms ``(text, file, line)``.

        Raises :class:`RuleError` that names the file and the line of a form egglog refuses.
        """
        for text, file, line in forms:
            try:
                self._execute(self._egraph.parse_program(text))
            except self._bindings.EggSmolError as error:
                self.broken = True
                raise RuleError(f"egglog refuses this form: {_reason(error)}", file, line) from None
            except EGraphError as error:
                raise RuleError(str(error), file, line) from None
        self.command("(push)")

    def command(self, text: str) -> list[Any]:
        """Run a short command; its parsed form is kept, as parsing costs more than running."""
        commands = self._parsed.get(text)
        if commands is None:
            commands = self._parsed[text] = self._egraph.parse_program(text)
        try:
            return self._execute(commands)
        except self._bindings.EggSmolError as error:
            self.broken = True
            raise EGraphError(f"the e-graph refused {text}: {_reason(error)}") from None

    def _execute(self, commands: Sequence[Any]) -> list[Any]:
        try:
            outputs: list[Any] = self._egraph.run_program(*commands)
        except self._bindings.EggSmolError:
            raise
        except BaseException as error:
            # Interrupted: who knows how much of the program has run.
            self.broken = True
            if type(error).__name__ == "PanicException":  # it has no importable name
                raise EGraphError(f"the e-graph engine broke down: {_reason(error)}") from None
            raise
        return outputs

    @contextmanager
    def batch(self, rows: int) -> Iterator[int]:
        """Room for a batch of ``rows`` rows; gives the first number free for its keys.

        Cloning the database costs more than a small batch, so batches share one clone until it
        has grown or a batch was left early.  They must not share keys: then, rules being
        evaluated on new rows only, an old batch costs next to nothing.
        """
        if self._rows > ROWS_KEPT or not self._settled:
            self.broken = True  # between the two there is nothing to work on
            self.command("(pop)")
            self.command("(push)")
            self.broken = False
            self._rows = 0
        first = self._next
        self._next += rows
        self._rows += rows
        self._settled = False
        yield first
        self._settled = not self.broken

    def abandon(self) -> None:
        """Let the next batch start from a fresh clone."""
        self._rows = ROWS_KEPT + 1

    @property
    def is_worn(self) -> bool:
        """Whether a new session would be better: this one holds too many reports."""
        return self._steps > STEPS_KEPT

    def step(self, ruleset: str) -> int:
        """One iteration of a ruleset: the number of its matches, 0 if nothing changed."""
        self._steps += 1
        report = self.command(f"(run {ruleset} 1)")[0].report
        return sum(report.num_matches_per_rule.values()) if report.updated else 0

    def insert(self, tables: Mapping[str, Sequence[Sequence[object]]]) -> None:
        """Bulk-insert rows into relations; cells are integers, floats or text without tabs."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="sr-kernel-"))
            weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        for name, rows in tables.items():
            path = self._folder / name
            path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows), "utf-8")
            self.command(f'(input {name} "{path.as_posix()}")')

    def sizes(self) -> dict[str, int]:
        """Number of rows of every function and relation."""
        return dict(self.command("(print-size)")[0].sizes)

    def rows(self, names: Iterable[str]) -> dict[str, list[Any]]:
        """Frozen rows (``.inputs``, ``.output``, ``.subsumed``) of the functions named."""
        functions = self._egraph.freeze().functions
        return {name: functions[name].rows for name in names if name in functions}

    def rational(self, value: Any) -> Any:
        """The Fraction behind a BigRat value."""
        return self._egraph.value_to_bigrat(value)

    def real(self, value: Any) -> float:
        """The float behind an f64 value."""
        return float(self._egraph.value_to_f64(value))

    def integer(self, value: Any) -> int:
        """The int behind an i64 value."""
        return int(self._egraph.value_to_i64(value))

    def text(self, value: Any) -> str:
        """The str behind a String value."""
        return str(self._egraph.value_to_string(value))


def _reason(error: BaseException) -> str:
    """An engine's message on one line."""
    return " ".join(str(error).split())[:300]
