"""The guide that a search asks: which option gives which, when it is heeded, what it says."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.guide import guide_of
from sr_kernel.guide.neural import FEWEST_ROWS, MOST_COLUMNS, NeuralGuide
from sr_kernel.guide.weights import SHIPPED
from sr_kernel.search import Problem
from sr_kernel.search.beliefs import MOST_PEELS

Written = Callable[..., Path]


def problem(rows: int = 60, columns: int = 2, **options: str) -> Problem:
    X = np.random.default_rng(0).uniform(0.5, 2.0, (rows, columns))
    names = tuple(f"v{j}" for j in range(columns))
    return Problem(names, X, X[:, 0] * np.exp(X[:, -1]), **options)  # type: ignore[arg-type]


# ------------------------------------------------------------------ options


def test_options() -> None:
    assert guide_of("off") is None
    assert guide_of("auto") == NeuralGuide(SHIPPED, always=False)
    assert guide_of("on") == NeuralGuide(SHIPPED, always=True)


def test_a_path_is_heeded_always(written: Written, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written()
    assert guide_of(str(path)) == NeuralGuide(path, always=True)
    monkeypatch.setenv("HOME", str(path.parent))
    assert guide_of(f"~/{path.name}") == NeuralGuide(path, always=True)


@pytest.mark.parametrize(
    "option", ["", "of", "nowhere.safetensors", "~nobody-at-all/w", "a" * 5000, "a\0b", "/"]
)
def test_a_path_of_nothing(option: str) -> None:
    with pytest.raises(OptionError, match="is no file: choose auto, on or off"):
        guide_of(option)


def test_a_path_of_something_else(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_text("no weights")
    with pytest.raises(OptionError, match=r"w\.safetensors' is no guide"):
        guide_of(str(path))


# ------------------------------------------------------------------ beliefs


def test_beliefs_by_name(written: Written) -> None:
    told = NeuralGuide(written(), always=True).beliefs(problem())
    assert set(told.columns) == {"v0", "v1"}
    assert set(told.pairs) == {("v0", "v1")}
    assert told.source == "tiny.safetensors"
    assert told.used
    assert told.reason
    assert 0 < len(told.peels) <= MOST_PEELS
    assert [p for _, p in told.peels] == sorted((p for _, p in told.peels), reverse=True)
    assert 0 <= told.noiseless <= 1
    assert told.seconds > 0


def test_the_target_has_its_own_name(written: Written) -> None:
    guide = NeuralGuide(written())
    plain, named, formula = (
        [words for words, _ in guide.beliefs(problem(target=text)).peels]
        for text in ("y", "force", "a + b")
    )
    assert [words.replace("y", "force", 1) for words in plain] != plain
    assert all("force" in words for words in named)
    assert all("(a + b)" in words for words in formula)


def test_asking_twice_gives_the_same(written: Written) -> None:
    guide = NeuralGuide(written())
    one, other = (guide.beliefs(problem(500)) for _ in range(2))
    assert (one.operators, one.peels) == (other.operators, other.peels)


@pytest.mark.parametrize(
    ("rows", "columns", "reason"),
    [
        (FEWEST_ROWS - 1, 2, "fewer than 12 rows"),
        (1, 1, "fewer than 12 rows"),
        (60, MOST_COLUMNS + 1, "more than 40 columns"),
        (60, 1500, "more than 40 columns"),
    ],
)
def test_auto_does_not_heed_it_where_it_knows_little(
    written: Written, rows: int, columns: int, reason: str
) -> None:
    path = written()
    told = NeuralGuide(path).beliefs(problem(rows, columns))
    assert not told.used
    assert reason in told.reason
    assert NeuralGuide(path, always=True).beliefs(problem(rows, columns)).used


def test_auto_heeds_it_elsewhere(written: Written) -> None:
    path = written()
    for rows, columns in ((FEWEST_ROWS, 1), (60, MOST_COLUMNS)):
        assert NeuralGuide(path).beliefs(problem(rows, columns)).used


def test_it_goes_to_another_process(written: Written) -> None:
    guide = NeuralGuide(written(), always=True)
    again = pickle.loads(pickle.dumps(guide))
    assert again == guide
    assert again.beliefs(problem()).operators == guide.beliefs(problem()).operators
    assert [type(one) for one in again.proposers()] == [type(one) for one in guide.proposers()]


def test_weights_that_are_gone_are_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="gone"):
        NeuralGuide(tmp_path / "gone.safetensors").beliefs(problem())


GUIDED = """
import sys
from pathlib import Path
import numpy as np
from sr_kernel.guide import guide_of
from sr_kernel.search import Problem, search

X = np.random.default_rng(0).uniform(0.5, 2.0, (60, 2))
y = np.exp(np.sin(X[:, 0] * 3) + X[:, 1]) + 0.3 * np.random.default_rng(1).normal(size=60)
told = []
result = search(
    Problem(("a", "b"), X, y), time_limit=100, guide=guide_of(sys.argv[1]),
    on_progress=lambda progress: told.append(progress.beliefs),
    should_stop=lambda: bool(told and told[-1]),
)
assert result.beliefs is not None and result.beliefs.used, result.reports
assert not result.reports, result.reports
print(sorted({"torch", "safetensors", "sympy"} & set(sys.modules)))
"""


def test_a_guided_search_needs_no_torch(written: Written) -> None:
    root = str(Path(__file__).parents[2])
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", GUIDED, str(written())],
        capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, "[]"), done.stderr
