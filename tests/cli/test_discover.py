"""sr-kernel discover, the happy path and each bad input."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import fields

import numpy as np
import pytest

from sr_kernel.cli import discover
from sr_kernel.search.law import Law


@pytest.fixture
def csv(tmp_path):
    """csv(text) -> the path of a file that holds it."""

    def write(text, name="t.csv"):
        path = tmp_path / name
        path.write_text(text)
        return str(path)

    return write


@pytest.fixture
def line(csv):
    """Five points on y = 3*x + 1."""
    return csv("x,y,name\n" + "".join(f"{x},{3 * x + 1},p{x}\n" for x in range(1, 6)))


def test_json_has_the_agreed_fields(shell, line):
    done = shell("discover", "y ~ x", "--data", line, "--time", "10", "--seed", "1", "--json")
    assert done.code == 0
    [answer] = done.answers
    assert list(answer) == ["best", "front", "stop_reason", "seconds", "candidates", "distinct"]
    assert list(answer["best"]) == ["equation", "complexity", "loss", "r2"]
    for law in answer["front"]:
        assert list(law) == [
            "equation", "complexity", "loss", "r2", "parameters", "conditions", "score", "length",
            "bic", "validation", "box_conditions",
        ]  # fmt: skip
        # The key is our own; all else that is known of a law is told.
        assert {field.name for field in fields(Law)} - set(law) == {"expr", "key"}
    assert answer["best"]["loss"] < 1e-20
    assert answer["best"]["complexity"] == 5


def test_text(shell, line, tmp_path):
    page = tmp_path / "r.html"
    done = shell(
        "discover", "y ~ .", "--data", line, "--time", "10", "--operators", "+ *",
        "--report", str(page), "--guide", "off",
    )  # fmt: skip
    assert done.code == 0
    assert done.out[0].startswith("y ~ .   t, 5 rows, ")
    assert "note: text columns left out: name" in done.out
    assert done.out[-1].startswith("best: y = ")
    told = page.read_text(encoding="utf-8")
    assert "Mean squared error" in told
    assert told.count("--guide off") == 2, "in the cell and in the command"


def test_bundled_data_by_name(shell):
    done = shell("discover", "P ~ a", "--data", "planets_modern", "--time", "10", "--json")
    assert done.code == 0
    assert any("1.5" in law["equation"] or "sqrt" in law["equation"]
               for law in done.answers[0]["front"])  # fmt: skip


def test_nothing_found_is_code_1(shell, line, monkeypatch):
    from sr_kernel.search.engine import SearchResult

    nothing = SearchResult((), None, "time", 0.0, 0, 0, False)
    monkeypatch.setattr(discover, "search", lambda problem, **options: nothing)
    done = shell("discover", "y ~ x", "--data", line, "--json")
    assert done.code == 1
    assert done.answers[0]["best"] is None
    assert shell("discover", "y ~ x", "--data", line).code == 1


NOT_READ = [
    ("y ~ q", "there is no variable 'q'"),
    ("y ~ name", "holds text"),
    ("name ~ x", "holds text"),
    ("", "the formula is empty"),
    ("y", "no '~'"),
    ("y ~ x*z", "list the variables with +"),
    ("y ~ __import__('os').system('touch evaluated')", "cannot be read"),
    ("y ~ " + "x + " * 25_000 + "x", "at most"),
    ("y ~ " + "(" * 3000 + "x" + ")" * 3000, "nested"),
    ("y ~ y", "also listed"),
]


@pytest.mark.parametrize(("formula", "says"), NOT_READ)
def test_bad_formulas_are_one_line_and_code_2(shell, line, formula, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = shell("discover", formula, "--data", line, "--json")
    assert (done.code, done.out, len(done.err)) == (2, [], 1)
    assert says in done.err[0]
    assert not (tmp_path / "evaluated").exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is empty"),
        ("x,y\n", "no rows"),
        ("x,y\n1,2\n", "only one row"),
        ("x,y\nnan,2\n3,inf\n", "2 with a missing or infinite value were dropped"),
        ("x,x,y\n1,2,3\n2,3,4\n", "rename them"),
        ("x,y\n1,2\n3\n", "row 2"),
    ],
)
def test_bad_tables_are_one_line_and_code_2(shell, csv, text, says):
    done = shell("discover", "y ~ x", "--data", csv(text))
    assert (done.code, done.out, len(done.err)) == (2, [], 1)
    assert says in done.err[0]


def test_missing_files(shell, tmp_path):
    assert "no file" in shell("discover", "y ~ x", "--data", str(tmp_path / "no.csv")).err[0]
    done = shell("discover", "y ~ x", "--data", "kepler")
    assert done.code == 2
    assert "kepler1618, planets_modern" in done.err[0]


def test_dropped_rows_are_counted(shell, csv):
    path = csv("x,y\n1,2\n2,4\nnan,1\n3,6\n4,inf\n5,10\n")
    done = shell("discover", "y ~ x", "--data", path, "--time", "5", "--json")
    assert done.code == 0
    assert done.err == ["sr-kernel: 2 rows with a missing or infinite value dropped"]


def test_constant_target_has_the_constant_as_its_law(shell, csv):
    path = csv("x,y\n1,2.5\n2,2.5\n3,2.5\n")
    done = shell("discover", "y ~ x", "--data", path, "--time", "5", "--json")
    assert done.code == 0
    assert float(eval_constant(done.answers[0]["best"]["equation"])) == 2.5


def eval_constant(text):
    from sr_kernel.expr import parse

    return parse(text).value


def test_columns_with_equal_content(shell, csv):
    path = csv("x,z,y\n" + "".join(f"{x},{x},{x * x}\n" for x in range(1, 8)))
    done = shell("discover", "y ~ x + z", "--data", path, "--time", "5", "--json")
    assert done.code == 0
    assert done.answers[0]["best"]["loss"] < 1e-20


@pytest.mark.parametrize("scale", [1e300, 1e-300])
def test_extreme_scales(shell, csv, scale):
    path = csv("x,y\n" + "".join(f"{x * scale!r},{3 * x * scale!r}\n" for x in range(1, 8)))
    done = shell("discover", "y ~ x", "--data", path, "--time", "5", "--json")
    assert done.code == 0
    laws = [law["equation"] for law in done.answers[0]["front"]]
    assert any("x" in law for law in laws), laws


def test_row_filter_and_seed_are_passed_on(shell, line, monkeypatch):
    seen = []

    def remember(problem, **options):
        seen.append((problem.rows, problem.random_state, problem.max_size, options["n_jobs"]))
        raise KeyboardInterrupt

    monkeypatch.setattr(discover, "search", remember)
    done = shell(
        "discover", "y ~ x", "--data", line, "--where", "x > 2", "--seed", "9", "--max-size", "7",
        "--jobs", "2",
    )  # fmt: skip
    assert (done.code, done.err) == (130, ["sr-kernel: interrupted"])
    assert seen == [(3, 9, 7, 2)]


def test_guide(shell, line):
    done = shell("discover", "y ~ x", "--data", line, "--guide", "maybe.weights")
    assert (done.code, len(done.err)) == (2, 1)
    assert "maybe.weights" in done.err[0]


def test_the_guide_of_the_option_is_handed_to_the_search(shell, line, monkeypatch):
    seen = []

    def remember(problem, **options):
        seen.append(options["guide"])
        raise KeyboardInterrupt

    monkeypatch.setattr(discover, "search", remember)
    monkeypatch.setattr("sr_kernel.guide.guide_of", lambda option: f"the guide {option}")
    for words in ([], ["--guide", "off"], ["--guide=some/weights"]):
        assert shell("discover", "y ~ x", "--data", line, *words).code == 130
    assert seen == ["the guide auto", "the guide off", "the guide some/weights"]


def test_law_reproduces_its_loss(shell, line):
    from sr_kernel.expr import parse
    from sr_kernel.formula.derived import evaluated

    done = shell("discover", "y ~ x", "--data", line, "--time", "5", "--json")
    x = np.arange(1.0, 6.0)
    for law in done.answers[0]["front"]:
        predicted = evaluated(parse(law["equation"]), ("x",), x[:, None])
        loss = np.mean((predicted - (3 * x + 1)) ** 2)
        assert loss == pytest.approx(law["loss"], rel=1e-6, abs=1e-25)


def test_guesses_and_a_checkpoint_to_go_on_from(shell, line, tmp_path):
    words = ("discover", "y ~ x", "--data", line, "--time", "5", "--json", "--operators", "+ *")
    place = ("--checkpoint", str(tmp_path / "c.json"))
    first = shell(*words, *place, "--guess", "2*x + 5")
    assert first.code == 0
    assert first.answers[0]["stop_reason"] == "exact"
    again = shell(*words, *place)
    assert again.answers[0]["best"] == first.answers[0]["best"]
    assert again.err == []
    (tmp_path / "c.json").write_text("{}")
    refused = shell(*words, *place)
    assert refused.code == 2
    assert len(refused.err) == 1
    assert "not a saved search" in refused.err[0]


def test_what_went_wrong_is_a_note(shell, line, tmp_path):
    done = shell(
        "discover", "y ~ x", "--data", line, "--time", "5", "--json",
        "--checkpoint", str(tmp_path / "no" / "c.json"),
    )  # fmt: skip
    assert done.code == 0
    assert [text for text in done.err if "cannot be saved" in text] == done.err


@pytest.mark.parametrize("guess", ["2*", "2*z"])
def test_bad_guesses_are_one_line_and_code_2(shell, line, guess):
    done = shell("discover", "y ~ x", "--data", line, "--guess", guess)
    assert done.code == 2
    assert len(done.err) == 1
    assert "the guess" in done.err[0]


@pytest.mark.usefixtures("uncovered")
def test_sigterm_prints_what_was_found(csv):
    rng = np.random.default_rng(0)
    rows = "".join(f"{x},{np.sin(x) + e}\n" for x, e in zip(
        rng.uniform(0, 9, 200), 0.1 * rng.normal(size=200), strict=True))  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "sr_kernel.cli", "discover", "y ~ x", "--data", csv("x,y\n" + rows),
         "--time", "60", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    time.sleep(5)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130, err
    assert json.loads(out)["front"]
