"""The result of a search: a front of laws, ready to be shown, used and saved."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sr_kernel.errors import DataError, ExpressionError, MissingExtraError, OptionError
from sr_kernel.expr import Expr, parse, symbol, to_latex, to_python, to_sympy, variables
from sr_kernel.formula.column import FloatArray
from sr_kernel.formula.derived import evaluated
from sr_kernel.formula.table import Table
from sr_kernel.formula.task import Task
from sr_kernel.guide.habits import heard
from sr_kernel.report.question import USUAL_GUIDE, Question, Rows
from sr_kernel.report.sample import Sample
from sr_kernel.report.snapshot import Json, snapshot, status_of
from sr_kernel.report.source import source_of
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.law import Law

if TYPE_CHECKING:
    import pandas as pd

    from sr_kernel.search.engine import SearchResult


@dataclass(eq=False, repr=False)
class Laws:
    """Laws by complexity, each with a smaller loss than all simpler ones.

    `loss` is the mean squared error on the scale of the formula's left-hand side, and so is what
    `predict` returns: for `log(P) ~ a` both are of log(P).  `beliefs` is what the guide expected of
    the law, None where it was not asked.  Methods take the index of a row of
    `equations_`; without one they take the best law.
    """

    question: Question
    front: tuple[Law, ...]
    best: Law | None
    stop_reason: str
    seconds: float
    candidates: int
    distinct: int
    interrupted: bool = False
    rows: Rows | None = None
    session: str | None = None
    message: str | None = None
    edits: Sequence[Json] = ()
    beliefs: Beliefs | None = None

    @classmethod
    def of(
        cls, task: Task, result: "SearchResult", *, time_limit: float | None = None,
        guide: str = USUAL_GUIDE, **more: Any,
    ) -> "Laws":  # fmt: skip
        """The laws `result` holds for `task`, in the table's own columns.

        `guide` is the option as it was given; `more` may give `session`, `message` and `edits`.
        """
        front, best = task.conclude(result.front, result.best)
        return cls(
            Question.of(task, time_limit, guide), front, best, result.stop_reason, result.seconds,
            result.candidates, result.distinct, result.interrupted,
            Rows(task.scoring.X, task.scoring.y), beliefs=result.beliefs, **more,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.front)

    def __iter__(self) -> Iterator[Law]:
        return iter(self.front)

    def __getitem__(self, index: int) -> Law:
        return self.law(index)

    def __repr__(self) -> str:
        from sr_kernel.report.table import front_table

        return front_table(self)

    def law(self, index: int | None = None) -> Law:
        """The law in row `index` of `equations_`, the best one for None.

        Raises OptionError if there is none.
        """
        if not self.front:
            raise OptionError(f"no law was found for {self.question.formula}: search longer")
        if index is None:
            return self.best if self.best is not None else self.front[-1]
        last = len(self.front) - 1
        if isinstance(index, bool) or not isinstance(index, int | np.integer):
            raise OptionError(f"the index of a law is a number from 0 to {last}, not {index!r}")
        if not -len(self.front) <= index <= last:
            raise OptionError(f"there is no law {index}: the front has the laws 0 to {last}")
        return self.front[index]

    @property
    def equations_(self) -> "pd.DataFrame":
        """The front as a DataFrame: complexity, loss, score, r2, equation, conditions."""
        try:
            import pandas as pd
        except ImportError:
            raise MissingExtraError(
                "equations_ needs pandas: install it with pip install pandas, or use .front"
            ) from None
        columns = ["complexity", "loss", "score", "r2", "equation", "conditions"]
        rows = [[getattr(law, column) for column in columns] for law in self.front]
        return pd.DataFrame(rows, columns=columns)

    @property
    def details_(self) -> "pd.DataFrame":
        """What the front is judged by: description length and BIC (both up to a constant), the
        error on held-out rows where it was measured, each constant with its standard error, and
        what must hold beyond the ranges of the columns."""
        frame = self.equations_[["complexity", "equation", "loss", "r2"]].copy()
        for name in ("length", "bic", "validation", "box_conditions"):
            frame[name] = [getattr(law, name) for law in self.front]
        constants: list[Any] = [
            tuple((parameter.value, parameter.error) for parameter in law.parameters)
            for law in self.front
        ]
        frame["parameters"] = constants
        return frame

    def sympy(self, index: int | None = None) -> Any:
        """The right-hand side as a SymPy expression."""
        return to_sympy(self.law(index).expr)

    def latex(self, index: int | None = None) -> str:
        """The right-hand side in LaTeX."""
        return to_latex(self.law(index).expr)

    def python(self, index: int | None = None) -> str:
        """Source of a self-contained NumPy function called `law` of the columns it uses."""
        return to_python(self.law(index).expr, name="law")

    def code(self, language: str = "python", index: int | None = None) -> str:
        """Self-contained source in "python" or "numpy" (a function of arrays), "sympy", "torch" (a
        function of tensors), "c" (a function of doubles) or "latex".

        Functions are called `law` and take the columns that the law uses, in the order in which it
        shows them; the SymPy source leaves the expression in a variable `law`.

        Who takes the best law away has accepted it: the guide counts it, if learning is on (see
        :mod:`sr_kernel.guide.habits`).  Raises OptionError for another language.
        """
        law = self.law(index)
        source = source_of(law.expr, language)
        if self.best is not None and law.key == self.best.key:
            heard(law.expr)
        return source

    def predict(self, data: Any, index: int | None = None) -> FloatArray:
        """Values (n,) of the left-hand side for `data`, NaN where the law is not defined.

        `data` is a DataFrame, a mapping of columns, a Table, the path of a CSV file, or an array
        (n, d) with columns in the order of the formula's variables.  For `log(P) ~ a` the result
        is log(P).  Raises DataError for missing columns.
        """
        expr = self.law(index).expr
        if isinstance(data, np.ndarray) and data.dtype.names is None:
            return evaluated(expr, self.question.variables, self._matrix(data))
        names = variables(expr)
        table = Table.of(data)
        if not names:
            return np.full(table.rows, evaluated(expr, (), np.empty((1, 0)))[0])
        return evaluated(expr, names, table.numbers(names))

    def _matrix(self, data: np.ndarray[Any, Any]) -> FloatArray:
        wanted = self.question.variables
        if data.ndim != 2 or data.shape[1] != len(wanted):
            raise DataError(
                f"predict got an array of shape {data.shape}: it takes (n, {len(wanted)}) with "
                f"the columns {', '.join(wanted)}"
            )
        return np.ascontiguousarray(data, dtype=np.float64)

    @property
    def left(self) -> Expr:
        """The left-hand side."""
        try:
            return parse(self.question.target)
        except ExpressionError:
            return symbol(self.question.target)

    @property
    def status(self) -> str:
        """finished, stopped or failed."""
        return status_of(self.stop_reason, self.interrupted)

    @cached_property
    def sample(self) -> Sample | None:
        """The rows that plots show; None without the data."""
        if self.rows is None:
            return None
        return Sample(self.question.variables, self.rows.X, self.rows.y)

    def snapshot(self, **state: Any) -> Json:
        """The JSON that the notebook extension shows.

        `state` is what only a session knows: `can_undo`, `can_redo`, `hypotheses`.
        """
        return snapshot(
            self.question.about(), self.front, self.best, status=self.status,
            stop_reason=self.stop_reason, elapsed=self.seconds,
            time_limit=self.question.time_limit, candidates=self.candidates,
            distinct=self.distinct, session=self.session, message=self.message, edits=self.edits,
            sample=self.sample, beliefs=self.beliefs, **state,
        )  # fmt: skip

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from sr_kernel.report.mime import mime_bundle

        return mime_bundle(self)

    def show(self) -> None:
        """Show the result again: below the cell of a notebook as after its search, and live while
        the kernel holds that; elsewhere as a table."""
        from sr_kernel.report.display import show

        show(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the laws, the question and (unless it is large) the data as JSON.

        Raises DataError where the file cannot be written.
        """
        from sr_kernel.report.laws_file import write_laws

        write_laws(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Laws":
        """Read what `save` wrote. Raises DataError for anything else; nothing is evaluated."""
        from sr_kernel.report.laws_file import read_laws

        return read_laws(path)
