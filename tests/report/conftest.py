"""A front of known laws on known data, without a search."""

import numpy as np
import pytest

from sr_kernel.expr import parse, walk
from sr_kernel.formula.derived import evaluated
from sr_kernel.formula.task import problem_of
from sr_kernel.report.laws import Laws
from sr_kernel.search.beliefs import Beliefs
from sr_kernel.search.engine import SearchResult
from sr_kernel.search.law import Law, Parameter


@pytest.fixture
def make_laws():
    """make_laws(formula, data, texts, best=-1): laws with losses measured on the data."""

    def make(formula, data, texts, best=-1, name="data", **state):
        task = problem_of(formula, data, name=name)
        front = tuple(_law(text, task.scoring) for text in texts)
        result = SearchResult(
            front, front[best] if front else None, state.pop("stop_reason", "time"), 1.5,
            1234, 567, state.pop("interrupted", False), beliefs=state.pop("beliefs", None),
        )  # fmt: skip
        return Laws.of(task, result, time_limit=10, **state)

    return make


@pytest.fixture
def kepler(make_laws):
    """Three laws of the planets known to Kepler."""
    from sr_kernel.formula.datasets import load_dataset

    data = load_dataset("kepler1618")
    texts = ["2600.0", "1000.0*a", "365.0*sqrt(a)**3"]
    return make_laws("P ~ a", data, texts, name="kepler1618")


@pytest.fixture
def beliefs():
    """What a guide might expect of Kepler's planets."""
    return Beliefs(
        operators={"add": 0.2, "sin": 0.63, "mul": 0.9, "exp": 0.75, "tan": 0.01},
        columns={"a": 0.98},
        pairs={("a", "b"): 0.25},
        size=9.2,
        noise=0.01,
        length=41.5,
        peels=(("log(P)", 0.61), ("P/a", 0.2)),
        source="guide 1",
        seconds=0.021,
        reason="it was sure of its columns",
    )


def _law(text, problem):
    expr = parse(text, problem.variables)
    values = evaluated(expr, problem.variables, problem.X)
    loss = float(np.mean((values - problem.y) ** 2))
    variance = float(problem.y.var())
    floats = [node.value for node in walk(expr) if isinstance(node.value, float)]
    return Law(
        expr=expr,
        loss=loss,
        r2=1 - loss / variance if variance else float("nan"),
        complexity=expr.size,
        parameters=tuple(Parameter(value, 0.01) for value in floats),
        conditions=("a >= 0",) if "sqrt" in text else (),
        score=0.5,
        key=f"sr1:{text}",
    )
