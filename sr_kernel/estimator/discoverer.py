"""Discoverer: symbolic regression with the interface of scikit-learn."""

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from sr_kernel.errors import DataError, OptionError, SearchWarning
from sr_kernel.estimator.config import Config, checked_guide, checked_proposers
from sr_kernel.expr import Expr
from sr_kernel.formula.column import FloatArray, column_of
from sr_kernel.formula.derived import evaluated
from sr_kernel.report.laws import Laws
from sr_kernel.report.question import Question, Rows
from sr_kernel.search.engine import search
from sr_kernel.search.guesses import guesses_of
from sr_kernel.search.problem import DEFAULT_OPERATORS, Problem, operator_costs, operator_names
from sr_kernel.search.proposer import Proposer
from sr_kernel.search.result import SearchResult

MAX_KNOWN = 500
"""Functions of the history that a warm start fits anew."""
ANOTHER_SEED = 7919
"""Between the seeds of a search and of one that goes on from it."""
MAX_REPEATED = 1_000_000
"""Whole weights with a larger sum are taken as relative weights."""


class Discoverer(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # sklearn is untyped
    """Find laws y = f(X) by searching formulas.

    Parameters
    ----------
    operators : str or list of str, default=None
        What formulas are made of, such as ``"+ - * / sqrt exp"``; None takes a general set, and
        ``tan``, ``asin`` and ``acos`` too where they make a formula exact.
    max_size : int, default=30
        Largest formula, in nodes of its printed tree; unless another size is given, one that is
        clearly better than all of these may have 40, an exact one 60.
    time_limit : float, default=60
        Seconds to search; the search may end earlier.
    n_jobs : int, default=None
        Processes that may search; None is 1 and -1 one for each processor.
    random_state : int, RandomState instance or None, default=None
        Seed; None is seed 0, so that a fit can be repeated.
    guide : {"auto", "on", "off"} or path, default="auto"
        Whether a trained model looks at the table and tells the search where to look first: the one
        that comes with the package ("auto" leaves it unused where that does not pay), or that of a
        file of weights.
    config : Config, default=None
        Further settings.
    proposers : list of Proposer, default=()
        Objects with a method ``propose(context)`` that yields expressions (terms, text or SymPy)
        to be fitted; asked in each round besides the built-in ones.  One that raises, takes longer
        than its share or hands over rubbish is reported and skipped.
    guesses : list of str, default=()
        Expressions to start from, such as ``"2*x1 + exp(-x2)"``; their constants are fitted.
    operator_costs : dict, default=None
        What a use of an operator costs, where 1 is usual: ``{"sin": 3}`` takes a sine only if it
        pays thrice.
    warm_start : bool, default=False
        Whether a further call of fit goes on from what the one before found.
    checkpoint : str or path, default=None
        A file that the search is saved to every few seconds, and goes on from if it is there.

    Attributes
    ----------
    laws_ : Laws
        The whole result, which can be shown, saved and reported; ``laws_.details_`` has
        description lengths, errors on held-out rows and the constants' standard errors.
    equations_ : DataFrame
        The front: complexity, loss, score, r2, equation, conditions.
    stop_reason_ : str
        Why the search ended: "exact", "time", "exhausted", "plateau", "stopped" or "memory".
    interrupted_ : bool
        Whether Ctrl-C or SIGTERM ended the search; what it had found is kept.
    history_ : History
        Everything tried that was new; ``history_.query(10, pattern="sin(_)")`` asks it.
    noise_ : float or None
        Standard deviation of the noise, estimated without any law (0 if a law is exact); None if X
        does not tell.
    reports_ : tuple of str
        What went wrong without ending the search; each is a SearchWarning too.
    n_features_in_ : int
        Number of columns seen in fit.
    feature_names_in_ : ndarray of str
        Their names, if X was a DataFrame.
    """

    def __init__(
        self,
        operators: str | Iterable[str] | None = None,
        max_size: int = 30,
        time_limit: float = 60,
        n_jobs: int | None = None,
        random_state: Any = None,
        guide: str | os.PathLike[str] = "auto",
        config: Config | None = None,
        proposers: Sequence[Proposer] = (),
        guesses: str | Iterable[Any] = (),
        operator_costs: Mapping[str, float] | None = None,
        warm_start: bool = False,
        checkpoint: str | os.PathLike[str] | None = None,
    ) -> None:
        self.operators = operators
        self.max_size = max_size
        self.time_limit = time_limit
        self.n_jobs = n_jobs
        self.random_state = random_state
        self.guide = guide
        self.config = config
        self.proposers = proposers
        self.guesses = guesses
        self.operator_costs = operator_costs
        self.warm_start = warm_start
        self.checkpoint = checkpoint

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "Discoverer":
        """Search laws for X (n, d) and y (n,), weighted by sample_weight (n,).

        A row of weight 3 counts as three rows.

        Raises DataError or OptionError (both are ValueErrors) with the way out.  Ctrl-C and SIGTERM
        end the search and keep what was found.
        """
        config, guide = self._checked_config(), checked_guide(self.guide)
        _check_columns(X)
        with np.errstate(invalid="ignore"):  # scikit-learn adds values up, which may overflow
            X, y = validate_data(
                self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2,
                ensure_all_finite=False,
            )  # fmt: skip
        names = self._names()
        _check_finite(X, names)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, X, dtype=np.float64)
        X, y, weights = _settled_rows(X, y.astype(np.float64), weights)
        runs, known = self._from_before(names)
        problem = Problem(
            names, X, y, weights, config.target, self._operator_names(), int(self.max_size),
            self._seed() + ANOTHER_SEED * runs, operator_costs(self.operator_costs),
        )  # fmt: skip
        result = search(
            problem, time_limit=float(self.time_limit), n_jobs=self._jobs(),
            on_progress=config.on_progress, should_stop=config.should_stop,
            proposers=config.proposers, guests=checked_proposers(self.proposers),
            guesses=(*guesses_of(self.guesses, names), *known), checkpoint=self.checkpoint,
            executor=config.executor, memory_limit=config.memory_limit, guide=guide,
        )  # fmt: skip
        self._runs = runs + 1
        self._keep(problem, result, config)
        return self

    def _keep(self, problem: Problem, result: SearchResult, config: Config) -> None:
        self.laws_ = self._laws(problem, result, config)
        self.history_ = result.history
        self.noise_ = result.noise
        self.reports_ = result.reports
        self.stop_reason_ = result.stop_reason
        self.interrupted_ = result.interrupted
        for report in result.reports:
            warnings.warn(report, SearchWarning, stacklevel=3)

    def _from_before(self, names: tuple[str, ...]) -> tuple[int, tuple[Expr, ...]]:
        """The number of fits that this one goes on from, and what they found."""
        if not self.warm_start or not hasattr(self, "laws_"):
            return 0, ()
        before = self.laws_.question.variables
        if before != names:
            raise DataError(
                f"warm_start goes on from laws over {', '.join(before)[:80]}, but X now has "
                f"{', '.join(names)[:80]}: fit with warm_start=False"
            )
        tried = (record.expr for record in self.history_.query(MAX_KNOWN))
        return self._runs, (*(law.expr for law in self.laws_), *tried)

    def predict(self, X: Any, index: int | None = None) -> FloatArray:
        """Values (n,) of law `index` (None: the best) at X (n, d); NaN where it is undefined."""
        check_is_fitted(self, "laws_")
        X = validate_data(self, X, dtype=np.float64, reset=False, ensure_all_finite=False)
        _check_finite(X, self.laws_.question.variables)
        return evaluated(self.laws_.law(index).expr, self.laws_.question.variables, X)

    @property
    def equations_(self) -> Any:
        """The front as a DataFrame."""
        check_is_fitted(self, "laws_")
        return self.laws_.equations_

    def sympy(self, index: int | None = None) -> Any:
        """Law `index` (None: the best) as a SymPy expression."""
        check_is_fitted(self, "laws_")
        return self.laws_.sympy(index)

    def latex(self, index: int | None = None) -> str:
        """Law `index` (None: the best) in LaTeX."""
        check_is_fitted(self, "laws_")
        return self.laws_.latex(index)

    def python(self, index: int | None = None) -> str:
        """Law `index` (None: the best) as source of a self-contained NumPy function."""
        check_is_fitted(self, "laws_")
        return self.laws_.python(index)

    # ---------------------------------------------------------------- arguments

    def _checked_config(self) -> Config:
        _check_number("max_size", self.max_size, Integral, "a whole number from 1 up")
        _check_number("time_limit", self.time_limit, Real, "seconds above zero")
        config: Any = self.config if self.config is not None else Config()
        if not isinstance(config, Config):
            raise OptionError(f"config is {config!r}: give a sr_kernel.estimator.Config")
        return config

    def _operator_names(self) -> tuple[str, ...]:
        if self.operators is None:
            return DEFAULT_OPERATORS
        listed = self.operators
        return operator_names(listed.split() if isinstance(listed, str) else listed)

    def _seed(self) -> int:
        if self.random_state is None:
            return 0
        if isinstance(self.random_state, Integral):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _jobs(self) -> int:
        if self.n_jobs is None:
            return 1
        if self.n_jobs < 0:
            return os.cpu_count() or 1
        _check_number("n_jobs", self.n_jobs, Integral, "a number of processes, or -1 for all")
        return int(self.n_jobs)

    def _names(self) -> tuple[str, ...]:
        given = getattr(self, "feature_names_in_", None)
        if given is not None:
            return tuple(str(name) for name in given)
        return tuple(f"x{j + 1}" for j in range(self.n_features_in_))

    def _laws(self, problem: Problem, result: SearchResult, config: Config) -> Laws:
        question = Question(
            formula=f"{problem.target} ~ .", target=problem.target, variables=problem.variables,
            data="X", operators=problem.operators, max_size=problem.max_size,
            random_state=problem.random_state, time_limit=float(self.time_limit),
            rows=problem.rows, guide=os.fspath(self.guide),
        )  # fmt: skip
        return Laws(
            question, result.front, result.best, result.stop_reason, result.seconds,
            result.candidates, result.distinct, result.interrupted,
            Rows(problem.X, problem.y) if config.keep_data else None, beliefs=result.beliefs,
        )  # fmt: skip


def _check_number(name: str, value: Any, kind: Any, wanted: str) -> None:
    if not isinstance(value, kind) or isinstance(value, bool) or not 0 < value < float("inf"):
        raise OptionError(f"{name} is {value!r}: give {wanted}")


def _check_columns(X: Any) -> None:
    """A DataFrame's columns that cannot be used are named, which scikit-learn does not do."""
    if not (hasattr(X, "columns") and hasattr(X, "iloc")):
        return
    names = [str(name) for name in X.columns]
    for j, name in enumerate(names):
        if name in names[:j]:
            raise DataError(f"two columns of X have the name {name!r}: rename one of them")
        column = column_of(name, X.iloc[:, j])
        if column.numbers is None:
            kind = "dates" if getattr(X.dtypes.iloc[j], "kind", "") in "mM" else "text"
            example = next((text for text in column.texts or () if text), "")
            raise DataError(
                f"column {name!r} of X holds {kind} ({example[:20]!r}), not numbers: "
                "leave it out or turn it into numbers"
            )


def _check_finite(X: FloatArray, names: tuple[str, ...]) -> None:
    bad = ~np.isfinite(X)
    if bad.any():
        column = names[int(np.argmax(bad.any(axis=0)))]
        kind = "NaN" if np.isnan(X).any() else "inf"
        raise DataError(
            f"X contains {kind} in {int(bad.any(axis=1).sum())} of {len(X)} rows, the first in "
            f"column {column!r}: drop or complete those rows first"
        )


def _settled_rows(
    X: FloatArray, y: FloatArray, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray, FloatArray | None]:
    """Rows in an order of their own, so that the order they came in changes nothing.

    Whole weights count rows: they are repeated, and rows of weight zero are not even looked at.
    """
    order = np.lexsort((y, *X.T[::-1]))
    if weights is None:
        return X[order], y[order], None
    if (weights < 0).any() or not weights.any():
        raise DataError("sample_weight must not be negative, nor zero in every row")
    order = order[weights[order] > 0]
    weights = weights[order]
    if (weights % 1 == 0).all() and weights.sum() <= MAX_REPEATED:
        order, weights = np.repeat(order, weights.astype(np.int64)), None
    return X[order], y[order], weights
