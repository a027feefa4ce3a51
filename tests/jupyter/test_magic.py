"""The magics in an IPython of this process, with a stand-in for the search process."""

import asyncio

import pandas as pd
import pytest

from sr_kernel.expr import parse
from sr_kernel.jupyter import load_ipython_extension, sessions, unload_ipython_extension
from sr_kernel.jupyter.magic import DiscoverError, DiscoverMagics, help_text
from sr_kernel.jupyter.options import OPTIONS
from sr_kernel.report import Laws

PLANETS = pd.DataFrame({"a": [0.387, 0.723, 1.0], "P": [0.241, 0.615, 1.0], "name": list("MVE")})


@pytest.fixture
def engines(monkeypatch, make):
    """The engines that were asked for, with their problems and keywords."""
    asked = []

    def engine(problem, **keywords):
        asked.append((problem, keywords))
        return make.Engine([make.progress(), make.result()])

    monkeypatch.setattr("sr_kernel.search.process.SearchProcess", engine)
    monkeypatch.setattr("sr_kernel.guide.guide_of", lambda option: f"the guide {option}")
    sessions._recent.clear()
    return asked


@pytest.fixture
def shell(interactive_shell):
    interactive_shell.reset()
    interactive_shell.user_ns["planets"] = PLANETS
    load_ipython_extension(interactive_shell)
    yield interactive_shell
    unload_ipython_extension(interactive_shell)


def run(shell, cell):
    return shell.run_cell(cell, store_history=False)


def test_a_cell_sets_its_variable(shell, engines, capsys):
    assert run(shell, "%%discover P ~ a --data planets --time 10s -o laws --jobs 2\n").success
    assert isinstance(shell.user_ns["laws"], Laws)
    assert "a**1.5" in capsys.readouterr().out
    problem, keywords = engines[0]
    assert problem.variables == ("a",)
    assert keywords == {"time_limit": 10.0, "n_jobs": 2, "guesses": (), "guide": "the guide auto"}


def test_a_cell_chooses_its_guide(shell, engines):
    assert run(shell, "%%discover P ~ a --data planets --guide off\n").success
    assert run(shell, "%%discover P ~ a --data planets\nguide: 'my weights.npz'").success
    asked = [keywords["guide"] for _, keywords in engines]
    assert asked == ["the guide off", "the guide my weights.npz"]


def test_the_guide_is_part_of_the_question(shell, engines):
    for line, guide in (("", "auto"), (" --guide off", "off"), (" --guide 'my w'", "my w")):
        assert run(shell, f"%%discover P ~ a --data planets{line} -o laws\n").success
        assert shell.user_ns["laws"].question.guide == guide


def test_a_guide_that_is_not_there_is_one_sentence(shell):
    result = run(shell, "%%discover P ~ a --data planets --guide perhaps\n")
    assert isinstance(result.error_in_exec, DiscoverError)
    assert "perhaps" in str(result.error_in_exec)


def test_the_kernel_remembers_simplifications_while_loaded(shell):
    from sr_kernel.equality.cache import cache_of

    assert cache_of(None) is cache_of(True)
    unload_ipython_extension(shell)
    assert cache_of(None) is None
    load_ipython_extension(shell)


def test_a_line_returns_the_laws(shell, engines):
    assert run(shell, "laws = %discover P ~ a --data planets").success
    assert [law.equation for law in shell.user_ns["laws"]] == ["a", "a**1.5"]


def test_the_body_shapes_the_problem(shell, engines):
    body = "operators: + * sqrt\nwhere: a > 0.5\nmax_size: 12\nseed: 5\n"
    assert run(shell, "%%discover P ~ . - name --data planets\n" + body).success
    problem = engines[0][0]
    assert problem.operators == ("add", "mul", "sqrt")
    assert (problem.rows, problem.max_size, problem.random_state) == (2, 12, 5)


def test_it_works_within_time_and_functions(shell, engines, capsys):
    assert run(shell, "%%time\n%%discover P ~ a --data planets -o one\n").success
    assert run(
        shell, "def f():\n    x = %discover P ~ a --data planets\n    return x\nr = f()"
    ).success
    assert isinstance(shell.user_ns["one"], Laws)
    assert isinstance(shell.user_ns["r"], Laws)


def test_the_awaited_twin_gives_the_same(shell, engines):
    magics = DiscoverMagics(shell)
    laws = asyncio.run(magics.awaited("P ~ a --data planets", None))
    assert isinstance(laws, Laws)
    assert asyncio.run(magics.awaited("P ~ a --data planets -o other", "")) is None
    assert isinstance(shell.user_ns["other"], Laws)


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("%%discover\n", "no formula"),
        ("%%discover P ~ a\n", "at hand are .*planets"),
        ("%%discover P ~ a --data planet\n", "did you mean planets"),
        ("%%discover P ~ a --data missing.csv\n", "missing.csv"),
        ("%%discover P ~ b --data planets\n", "b"),
        ("%%discover P ~ name --data planets\n", "text"),
        ("%%discover P ~ a*b --data planets\n", "list the variables with +"),
        ("%%discover P = a --data planets\n", "'~'"),
        ("%%discover P ~ a --data planets --tiem 3\n", "did you mean --time"),
        ("%%discover P ~ a --data planets\noperators: + foo\n", "foo"),
        ("%%discover P ~ a --data planets\nwhere: a > 100\n", "no row"),
        ("%%discover P ~ __import__('os').system('touch owned') --data planets\n", "."),
        ("%%discover P ~ {open('owned','w')} --data planets\n", "."),
        ("%%discover P ~ " + "a + " * 25_000 + "a --data planets\n", "characters"),
        ("%%discover P ~ " + "(" * 3000 + "a" + ")" * 3000 + " --data planets\n", "deep"),
        ("%%discover P ~ a --data nothing\n", "no row|missing or infinite"),
        ("%%discover P ~ a --data one\n", "only one row"),
        ("%%discover P ~ a --data twice\n", "2 columns called 'a'"),
        ("x = %discover P ~ a --data 3+3", "no data called"),
    ],
)
def test_bad_input_is_one_sentence_without_a_traceback(
    shell, engines, capsys, cell, message, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    shell.user_ns["nothing"] = pd.DataFrame({"a": [1.0, float("nan")], "P": [float("inf"), 2.0]})
    shell.user_ns["one"] = PLANETS.head(1)
    shell.user_ns["twice"] = pd.DataFrame([[1, 2, 3], [4, 5, 6]], columns=["a", "a", "P"])
    outcome = run(shell, cell)
    with pytest.raises(DiscoverError, match=message):
        outcome.raise_error()
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    assert len((out + err).strip().splitlines()) == 1
    assert len(out + err) < 500
    assert engines == []
    assert list(tmp_path.iterdir()) == []


def test_python_names_in_the_line_are_not_expanded(shell, engines):
    shell.user_ns["secret"] = "a"
    with pytest.raises(DiscoverError):
        run(shell, "%%discover P ~ $secret --data planets\n").raise_error()


@pytest.mark.parametrize(
    ("table", "note"),
    [
        ({"a": [1.0, 2.0, 3.0], "P": [5.0, 5.0, 5.0]}, "P is 5 in every row"),
        ({"a": [1.0, 2.0, float("nan"), 4.0], "P": [1.0, 4.0, 9.0, 16.0]}, "1 row with a missing"),
        ({"a": [1.0, 2.0, 3.0], "P": [1e300, 2e300, 3e300]}, ""),
        ({"a": [1e-300, 2e-300, 3e-300], "P": [1.0, 2.0, 3.0]}, ""),
        ({"a": [1.0, 2.0], "P": [1.0, 4.0]}, ""),
        ({"a": [2.0, 2.0, 2.0], "P": [1.0, 4.0, 2.0]}, "the same value in every row: a"),
    ],
    ids=["constant", "missing", "huge", "tiny", "two rows", "constant column"],
)
def test_hard_data_gets_an_answer_from_the_real_search(shell, table, note):
    shell.user_ns["hard"] = table
    assert run(shell, "laws = %discover P ~ a --data hard --time 1s").success
    laws = shell.user_ns["laws"]
    assert len(laws) >= 1
    assert laws.status == "finished"
    assert note in "; ".join(laws.question.warnings)


def test_an_error_of_the_engine_is_shown_the_same_way(shell, monkeypatch, make, capsys):
    from sr_kernel.errors import DataError

    engine = make.Engine([make.progress(), DataError("too large to be searched: use fewer rows")])
    monkeypatch.setattr("sr_kernel.search.process.SearchProcess", lambda *a, **k: engine)
    with pytest.raises(DiscoverError, match="too large"):
        run(shell, "%%discover P ~ a --data planets -o rest\n").raise_error()
    assert "Traceback" not in capsys.readouterr().out
    assert [law.equation for law in shell.user_ns["rest"]] == ["a"]


def test_help_names_every_option_and_shows_examples(shell):
    text = shell.find_line_magic("discover").__doc__
    assert text == help_text()
    assert all(spelling in text for option in OPTIONS for spelling in option.spellings)
    assert "%%discover P ~ a --data planets --time 10s -o laws" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_question_mark_shows_the_help(shell, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.core.page.page", lambda data, *a, **k: shown.append(data))
    run(shell, "%%discover?")
    assert "Search for laws in a table" in str(shown[0])


def test_loading_twice_and_unloading(shell):
    load_ipython_extension(shell)
    kinds = [type(one).__name__ for one in shell.input_transformers_post]
    assert kinds.count("AwaitTransformer") == 1
    unload_ipython_extension(shell)
    assert shell.find_cell_magic("discover") is None
    assert not [one for one in shell.input_transformers_post if "Await" in type(one).__name__]


def test_a_changed_cell_starts_from_what_was_found_for_the_rows(shell, engines):
    found = {"guesses": (parse("a"), parse("a**1.5"))}
    other = {"z": [1.0, 2.0, 3.0], "q": [2.0, 3.5, 7.0]}
    shell.user_ns["other"] = other
    assert run(shell, "%%discover q ~ z --data other -o one\n").success
    assert run(shell, "%%discover q ~ z --data other --time 5s -o two\n").success
    assert run(shell, "%%discover q ~ z --data other --reuse no\n").success
    assert run(shell, "%%discover q ~ z --data other --operators '+ *'\n").success
    other["q"] = [2.0, 3.5, 7.1]
    assert run(shell, "%%discover q ~ z --data other\n").success
    guesses = [keywords["guesses"] for _, keywords in engines]
    assert guesses == [(), found["guesses"], (), (parse("a"),), ()]
    assert "started from 2 laws" in shell.user_ns["two"].question.warnings[-1]
    assert not shell.user_ns["one"].question.warnings
