"""Some rows of the data, and what laws say for them: enough for a plot, small enough to be sent."""

import math
from collections.abc import Iterable, Sequence
from weakref import WeakKeyDictionary

import numpy as np

from sr_kernel.errors import SrKernelError
from sr_kernel.expr import Expr, from_tree, variables
from sr_kernel.expr.tree import Tree
from sr_kernel.formula.column import FloatArray
from sr_kernel.formula.derived import evaluated
from sr_kernel.formula.task import Task
from sr_kernel.search.law import Law

MAX_ROWS = 200
MAX_COLUMNS = 12
MAX_KNOWN = 1_000
"""Laws whose values are kept; a long search sees more, and comes back to few of them."""
DIGITS, ALL_DIGITS = 6, 15
NEAR = 1e-3
"""Share of the target's spread below which the residuals of a law need all digits to be seen."""

Numbers = list[float | None]
"""Values of rows; None where JSON has no number for them."""


class Sample:
    """At most MAX_ROWS of the rows of ``X`` (n, d), with columns ``names``, and ``y`` (n,).

    The rows are spread evenly over the sorted values of ``y``, so that the smallest and the largest
    are among them, and stand in the order of the table.  The same data give the same rows.
    """

    def __init__(self, names: Sequence[str], X: FloatArray, y: FloatArray) -> None:
        rows = spread_rows(y)
        self.names = tuple(names)
        self.X = np.ascontiguousarray(X[rows])
        self.y = numbers(y[rows], ALL_DIGITS)
        self._target = y[rows]
        self._columns: dict[str, Numbers] = {}
        self._values: dict[Expr, Numbers | None] = {}
        self._read: dict[str, Expr | None] = {}

    def columns(self, laws: Iterable[Law]) -> dict[str, Numbers]:
        """At most MAX_COLUMNS columns by name: first those that ``laws`` use."""
        if len(self.names) <= MAX_COLUMNS:
            chosen = set(self.names)
        else:
            used = [name for law in laws for name in variables(law.expr)]
            known = [name for name in dict.fromkeys([*used, *self.names]) if name in self.names]
            chosen = set(known[:MAX_COLUMNS])
        return {name: self._column(name) for name in self.names if name in chosen}

    def predicted(self, expr: Expr) -> Numbers | None:
        """Values of ``expr`` in the rows; None for one over other columns."""
        if expr not in self._values:
            if len(self._values) >= MAX_KNOWN:
                self._values.clear()
            self._values[expr] = self._evaluated(expr)
        return self._values[expr]

    def predicted_tree(self, tree: Tree, text: str) -> Numbers | None:
        """The same for the expression ``tree``, which ``text`` spells; None if it is none."""
        if text not in self._read:
            if len(self._read) >= MAX_KNOWN:
                self._read.clear()
            self._read[text] = _expr_of(tree)
        expr = self._read[text]
        return None if expr is None else self.predicted(expr)

    def _column(self, name: str) -> Numbers:
        if name not in self._columns:
            self._columns[name] = numbers(self.X[:, self.names.index(name)])
        return self._columns[name]

    def _evaluated(self, expr: Expr) -> Numbers | None:
        if not set(variables(expr)) <= set(self.names):
            return None
        try:
            values = evaluated(expr, self.names, self.X)
        except SrKernelError:  # too large to be compiled: the law is shown without a plot
            return None
        with np.errstate(all="ignore"):
            gap = np.nanmax(np.abs(values - self._target), initial=0.0)
        return numbers(values, ALL_DIGITS if gap < NEAR * np.ptp(self._target) else DIGITS)


_by_task: WeakKeyDictionary[Task, Sample] = WeakKeyDictionary()


def sample_of(task: Task) -> Sample:
    """The sample of the rows that ``task`` scores laws on, made once."""
    if task not in _by_task:
        _by_task[task] = Sample(task.scoring.variables, task.scoring.X, task.scoring.y)
    return _by_task[task]


def spread_rows(y: FloatArray) -> np.ndarray:
    """Indices of at most MAX_ROWS rows, evenly over the ranks of ``y``, in rising order."""
    if len(y) <= MAX_ROWS:
        return np.arange(len(y))
    # Rows of equal y are shuffled: a step in a regular table would hit the same column values.
    mixed = np.random.default_rng(0).permutation(len(y))
    ranked = mixed[np.argsort(y[mixed], kind="stable")]
    picks = np.linspace(0, len(y) - 1, MAX_ROWS).round().astype(np.int64)
    return np.sort(ranked[picks])


def numbers(values: FloatArray, digits: int = DIGITS) -> Numbers:
    """``values`` with so many significant digits."""
    return [float(f"{v:.{digits}g}") if math.isfinite(v) else None for v in values.tolist()]


def _expr_of(tree: Tree) -> Expr | None:
    try:
        return from_tree(tree)
    except SrKernelError:  # it came with a saved result: shown as text, without a plot
        return None
