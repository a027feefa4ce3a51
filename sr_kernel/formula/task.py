"""From a formula and a table to a problem the search can take, and back to the user's columns."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sr_kernel.errors import DataError, FormulaError
from sr_kernel.expr import Expr, substitute, symbol, to_text, variables
from sr_kernel.formula.column import FloatArray
from sr_kernel.formula.derived import evaluated
from sr_kernel.formula.formula import Formula
from sr_kernel.formula.row_filter import RowFilter
from sr_kernel.formula.table import Table, listed
from sr_kernel.search.front import scores
from sr_kernel.search.law import Law, Parameter
from sr_kernel.search.problem import DEFAULT_OPERATORS, Problem, operator_names

LEAST_ROWS = 2
"""Any formula fits one row."""


@dataclass(frozen=True, eq=False)
class Task:
    """A formula applied to a table.

    `problem` is what is searched, with a column for each predictor; `scoring` has the same rows in
    the table's own columns, for scoring expressions a user types.  They are the same object unless
    a predictor is derived; `derived` then maps its name in `problem` to its meaning.  `dropped`
    counts the rows left out, `where` holds the row filters and `source` the data's citation.
    """

    formula: Formula
    data: str
    problem: Problem
    scoring: Problem
    derived: Mapping[str, Expr]
    dropped: int
    warnings: tuple[str, ...]
    where: tuple[str, ...] = ()
    source: str = ""

    @property
    def rows(self) -> int:
        """Rows that are used."""
        return self.problem.rows

    @property
    def variables(self) -> tuple[str, ...]:
        """Columns that a law may use."""
        return self.scoring.variables

    def translate(self, law: Law) -> Law:
        """`law` of `problem` written in the table's own columns, for showing while it runs."""
        if not self.derived:
            return law
        expr = self._restored(law)
        return replace(law, expr=expr, complexity=expr.size)

    def conclude(
        self, front: Iterable[Law], best: Law | None
    ) -> tuple[tuple[Law, ...], Law | None]:
        """A front of `problem` and its best law, simplified and scored in the table's columns.

        A law that a simpler one beats once it is written out is left out.
        """
        if not self.derived:
            return tuple(front), best
        found = {law.key: self._rescored(law) for law in front}
        kept = _falling(found.values())
        wanted = None if best is None else found.get(best.key)
        place = kept.index(wanted) if wanted in kept else len(kept) - 1
        losses = [min(max(law.loss, 1e-300), 1e300) for law in kept]
        marks = scores(losses, [law.complexity for law in kept])
        final = tuple(replace(law, score=mark) for law, mark in zip(kept, marks, strict=True))
        return final, final[place] if final else None

    def _rescored(self, law: Law) -> Law:
        from sr_kernel.search.score import score

        try:
            scored = score(self.scoring, self._restored(law), fit=False)
            return replace(scored, validation=law.validation, parameters=_errors_of(law, scored))
        except DataError:  # finite as a column, not quite when computed in one go
            return self.translate(law)

    def _restored(self, law: Law) -> Expr:
        return substitute(law.expr, self.derived)


def _errors_of(law: Law, written_out: Law) -> tuple[Parameter, ...]:
    """The constants of ``written_out`` with the errors that they have in ``law``."""
    known = {abs(parameter.value): parameter.error for parameter in law.parameters}
    return tuple(
        replace(parameter, error=known.get(abs(parameter.value), parameter.error))
        for parameter in written_out.parameters
    )


def _falling(laws: Iterable[Law]) -> list[Law]:
    """Laws by complexity, only those with a smaller loss than all before them."""
    kept: list[Law] = []
    for law in sorted(laws, key=lambda law: (law.complexity, law.loss)):
        if not kept or law.loss < kept[-1].loss:
            kept.append(law)
    return kept


def problem_of(
    formula: str | Formula,
    data: Any,
    *,
    operators: str | Iterable[str] | None = None,
    max_size: int = 30,
    random_state: int = 0,
    where: str | Iterable[str] = (),
    name: str = "data",
) -> Task:
    """The task that `formula` asks for on `data` (anything Table.of takes, called `name`).

    `operators` is a list of names or a text such as "+ - * / sqrt"; `where` one row filter or many.
    Rows with missing or infinite values in a column that is used are dropped and counted.
    Raises FormulaError, DataError or OptionError, one sentence with the way out.
    """
    table = Table.of(data, name)
    text = formula.text if isinstance(formula, Formula) else formula
    asked = Formula.parse(text, table.names)
    warnings = list(table.notes)
    conditions = (where,) if isinstance(where, str) else tuple(where)
    for condition in conditions:
        table = _filtered(table, condition)
    terms = _predictors(asked, table, warnings)
    kept = _complete_rows(asked, terms, table, warnings)
    _warn_of_constants(asked, kept, warnings)
    chosen = DEFAULT_OPERATORS if operators is None else _listed_operators(operators)

    def problem(names: Sequence[str], X: FloatArray) -> Problem:
        return Problem(tuple(names), X, kept.y, None, asked.target, chosen, max_size, random_state)

    derived = {_name(term): term for term in terms if not term.is_symbol}
    scoring = problem(kept.names, kept.X)
    searched = problem([_name(term) for term in terms], kept.terms) if derived else scoring
    return Task(
        asked, table.name, searched, scoring, derived, kept.dropped, tuple(warnings), conditions,
        table.source,
    )  # fmt: skip


def _listed_operators(operators: str | Iterable[str]) -> tuple[str, ...]:
    """A text lists operators with spaces or commas between: "+ - * / sqrt"."""
    words = operators.replace(",", " ").split() if isinstance(operators, str) else operators
    return operator_names(words)


@dataclass(frozen=True, eq=False)
class _Rows:
    """Complete rows: columns `X` (n, d) called `names`, predictors `terms` (n, k), target `y`."""

    names: tuple[str, ...]
    X: FloatArray
    terms: FloatArray
    y: FloatArray
    dropped: int


def _filtered(table: Table, where: str) -> Table:
    passed = RowFilter.parse(where, table).mask(table)
    if not passed.any():
        raise DataError(
            f"no row of {table.name} passes the filter {where.strip()!r}: loosen it, "
            f"none of its {table.rows} rows is left"
        )
    return table.keep(passed)


def _predictors(asked: Formula, table: Table, warnings: list[str]) -> tuple[Expr, ...]:
    """The listed terms, then for '.' the other numeric columns, less those left out."""
    used = set(variables(asked.left))
    terms = list(asked.terms)
    if asked.dot:
        skipped = [n for n in table.text_names if n not in asked.excluded and n not in used]
        if skipped:
            warnings.append(f"text columns left out: {listed(skipped)}")
        columns = [name for name in dict.fromkeys(table.numeric_names) if name not in used]
        terms += [symbol(_plain(name, table)) for name in columns]
    for name in asked.excluded:
        table.column(name)
    kept = [term for term in dict.fromkeys(terms) if str(term.value) not in asked.excluded]
    if not kept:
        columns = [name for name in table.numeric_names if name not in used]
        way_out = f"list some of {listed(columns)}" if columns else "add a column of numbers"
        raise FormulaError(f"no variables are left after '~': {way_out}", asked.text)
    return tuple(kept)


def _plain(name: str, table: Table) -> str:
    if not name or "`" in name or not name.isprintable():
        raise DataError(f"the name of column {name!r} of {table.name} is not printable: rename it")
    return name


def _complete_rows(
    asked: Formula, terms: Sequence[Expr], table: Table, warnings: list[str]
) -> _Rows:
    names = tuple(dict.fromkeys(name for term in terms for name in variables(term)))
    left = variables(asked.left)
    target, X = table.numbers(left), table.numbers(names)
    known = np.isfinite(target).all(axis=1) & np.isfinite(X).all(axis=1)
    missing = int(table.rows - known.sum())
    if missing:
        warnings.append(_dropped(missing, "a missing or infinite value"))
    _check_rows(int(known.sum()), missing, table, "a missing or infinite value")
    target, X = target[known], X[known]
    y = evaluated(asked.left, left, target)
    columns = np.column_stack([evaluated(term, names, X) for term in terms])
    defined = np.isfinite(y) & np.isfinite(columns).all(axis=1)
    undefined = int(len(y) - defined.sum())
    if undefined:
        broken = _undefined_part(asked, terms, y, columns)
        warnings.append(_dropped(undefined, f"no finite {broken}"))
        _check_rows(int(defined.sum()), missing + undefined, table, f"no finite {broken}")
    return _Rows(names, X[defined], columns[defined], y[defined], missing + undefined)


def _undefined_part(
    asked: Formula, terms: Sequence[Expr], y: FloatArray, columns: FloatArray
) -> str:
    if not np.isfinite(y).all():
        return asked.target
    broken = [j for j in range(columns.shape[1]) if not np.isfinite(columns[:, j]).all()]
    return to_text(terms[broken[0]])


def _dropped(count: int, reason: str) -> str:
    return f"{count} row{'s' if count > 1 else ''} with {reason} dropped"


def _check_rows(left: int, dropped: int, table: Table, reason: str) -> None:
    if left >= LEAST_ROWS:
        return
    if dropped:
        count = "no row" if left == 0 else "one row"
        raise DataError(
            f"{count} of {table.name} is left, {dropped} with {reason} "
            f"{'were' if dropped > 1 else 'was'} dropped: complete the columns that are used"
        )
    count = "no rows" if left == 0 else "only one row"
    raise DataError(f"{table.name} has {count}: a law needs at least {LEAST_ROWS}")


def _warn_of_constants(asked: Formula, kept: _Rows, warnings: list[str]) -> None:
    if bool((kept.y == kept.y[0]).all()):
        warnings.append(
            f"{asked.target} is {kept.y[0]:g} in every row: the simplest law is that constant"
        )
    same = [name for j, name in enumerate(kept.names) if bool((kept.X[:, j] == kept.X[0, j]).all())]
    if same:
        warnings.append(f"the same value in every row: {listed(same)}")


def _name(term: Expr) -> str:
    """A predictor's name in the problem: the column's, or the printed term without backticks."""
    return str(term.value) if term.is_symbol else to_text(term).replace("`", "'")
