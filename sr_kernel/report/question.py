"""What a search was asked, kept with its result so that it can be asked again."""

from dataclasses import dataclass
from typing import Any

from sr_kernel.formula.column import FloatArray
from sr_kernel.formula.task import Task

USUAL_GUIDE = "auto"
"""The option `guide` where none is given; it need not be told."""


@dataclass(frozen=True)
class Question:
    """Formula, data and settings of a search; `time_limit` is in seconds.

    `variables` are the columns a law may use, `source` is the data's citation, `where` the row
    filters, `rows` and `dropped` the rows that were used and left out, `guide` the option as it was
    given: "auto", "on", "off" or a path of weights.
    """

    formula: str
    target: str
    variables: tuple[str, ...]
    data: str = "data"
    source: str = ""
    where: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()
    max_size: int = 30
    random_state: int = 0
    time_limit: float | None = None
    rows: int = 0
    dropped: int = 0
    warnings: tuple[str, ...] = ()
    guide: str = USUAL_GUIDE

    @classmethod
    def of(
        cls, task: Task, time_limit: float | None = None, guide: str = USUAL_GUIDE
    ) -> "Question":
        """The question that `task` asks."""
        problem = task.problem
        return cls(
            formula=task.formula.text, target=task.formula.target, variables=task.variables,
            data=task.data, source=task.source, where=task.where, operators=problem.operators,
            max_size=problem.max_size, random_state=problem.random_state, time_limit=time_limit,
            rows=task.rows, dropped=task.dropped, warnings=task.warnings, guide=guide,
        )  # fmt: skip

    def about(self) -> dict[str, Any]:
        """The part of a snapshot that says what was asked."""
        return {
            "formula": self.formula, "target": self.target, "data": self.data,
            "variables": list(self.variables), "rows": self.rows, "dropped": self.dropped,
            "warnings": list(self.warnings),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows a search saw: `X` (n, d) in the order of the question's variables, `y` (n,)."""

    X: FloatArray
    y: FloatArray
