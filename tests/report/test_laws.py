"""The result object in a user's hands."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sr_kernel.errors import DataError, ExpressionError, OptionError


def test_equations_are_a_dataframe(kepler):
    frame = kepler.equations_
    assert list(frame.columns) == ["complexity", "loss", "score", "r2", "equation", "conditions"]
    assert frame["equation"].tolist() == ["2600.0", "1000.0*a", "365.0*sqrt(a)**3"]
    assert frame["conditions"].tolist() == [(), (), ("a >= 0",)]


def test_forms_of_a_law(kepler):
    import sympy

    a = sympy.Symbol("a")
    assert kepler.sympy() == 365.0 * sympy.sqrt(a) ** 3
    assert kepler.sympy(1) == 1000.0 * a
    assert kepler.latex(1) == "1000.0 a"
    assert kepler.best.equation == "365.0*sqrt(a)**3"
    assert kepler[0].equation == "2600.0"
    assert len(kepler) == 3
    assert [law.complexity for law in kepler] == [1, 3, 6]


def test_python_source_stands_alone(kepler):
    source = kepler.python()
    assert source.startswith("import numpy as np")
    assert "def law(a):" in source
    assert "365.0*np.sqrt(a)**3" in source


def test_code_in_every_language(kepler):
    assert kepler.code() == kepler.code("numpy") == kepler.python()
    assert kepler.code("latex", 1) == kepler.latex(1)
    assert "double law(double a)" in kepler.code("c")
    assert "torch.sqrt(a)" in kepler.code("torch")
    scope = {}
    exec(kepler.code("sympy"), scope)  # noqa: S102 - it is what is tested
    assert scope["law"] == kepler.sympy()


@pytest.mark.parametrize("language", ["fortran", "C", "", None, 3])
def test_code_in_no_language(kepler, language):
    with pytest.raises(OptionError, match="choose python, numpy, sympy, torch, c, latex"):
        kepler.code(language)


def test_show_prints_the_table_where_there_is_no_notebook(kepler, capsys):
    kepler.show()
    assert capsys.readouterr().out == f"{kepler!r}\n"


@pytest.mark.parametrize("session", [None, "ab12"])
def test_show_displays_the_whole_result_in_a_notebook(kepler, monkeypatch, capsys, session):
    import IPython

    shown = []
    publisher = SimpleNamespace(publish=lambda **sent: shown.append(sent))
    shell = SimpleNamespace(kernel=object(), display_pub=publisher)
    monkeypatch.setattr(IPython, "get_ipython", lambda: shell)
    laws = replace(kepler, session=session)
    laws.show()
    transient = {"display_id": session} if session else {}
    assert shown == [{"data": laws._repr_mimebundle_(), "transient": transient}]
    assert not capsys.readouterr().out


@pytest.mark.parametrize(
    "data",
    [
        pd.DataFrame({"other": ["x", "y"], "a": [1.0, 4.0]}),
        {"a": [1.0, 4.0]},
        np.array([[1.0], [4.0]]),
    ],
)
def test_predict_takes_what_holds_the_columns(kepler, data):
    assert kepler.predict(data).tolist() == [365.0, 2920.0]
    assert kepler.predict(data, 0).tolist() == [2600.0, 2600.0]


def test_predict_of_a_file(kepler, tmp_path):
    path = tmp_path / "new.csv"
    path.write_text("a\n1\n4\n")
    assert kepler.predict(path).tolist() == [365.0, 2920.0]


def test_predict_is_nan_where_undefined_or_missing(kepler):
    assert np.isnan(kepler.predict({"a": [-1.0, np.nan]})).all()


def test_predict_is_on_the_scale_of_the_left_hand_side(make_laws):
    data = {"y": [1.0, np.e, np.e**2], "x": [0.0, 1.0, 2.0]}
    laws = make_laws("log(y) ~ x", data, ["1.0*x"])
    assert laws.predict(data).tolist() == [0.0, 1.0, 2.0]


@pytest.mark.parametrize(
    ("data", "way_out"),
    [
        ({"b": [1.0]}, "no column 'a'"),
        ({"a": ["x"]}, "holds text"),
        (np.zeros((3, 2)), r"takes \(n, 1\) with the columns a"),
        (np.zeros(3), r"takes \(n, 1\)"),
    ],
)
def test_predict_refuses_other_data(kepler, data, way_out):
    with pytest.raises(DataError, match=way_out):
        kepler.predict(data)


@pytest.mark.parametrize("index", [3, -4, "best", 1.0, True])
def test_index_outside_the_front(kepler, index):
    with pytest.raises(OptionError, match="0 to 2"):
        kepler.law(index)


def test_numpy_index_and_negative_index(kepler):
    assert kepler.law(np.int64(1)) is kepler.front[1]
    assert kepler.law(-1) is kepler.front[2]


def test_empty_front_says_so(make_laws):
    laws = make_laws("y ~ x", {"y": [1.0, 2.0], "x": [3.0, 4.0]}, [])
    assert "no law found" in repr(laws)
    assert laws.equations_.empty
    with pytest.raises(OptionError, match="search longer"):
        laws.sympy()


def test_mime_bundle_has_a_static_form_for_every_reader(kepler):
    bundle = kepler._repr_mimebundle_()
    assert set(bundle) == {
        "application/vnd.sr-kernel+json", "text/html", "text/plain", "text/latex"
    }  # fmt: skip
    assert bundle["text/latex"] == r"$P = 365.0 \sqrt{a}^{3}$" or "sqrt" in bundle["text/latex"]
    assert "<script" not in bundle["text/html"]


def test_target_that_is_no_expression_is_shown_as_a_name(kepler):
    odd = replace(kepler, question=replace(kepler.question, target="a b ("))
    assert odd.left.value == "a b ("
    with pytest.raises(ExpressionError):
        _ = replace(kepler, question=replace(kepler.question, target="`")).left


def test_taking_the_code_of_the_best_law_accepts_it(kepler, tmp_path, monkeypatch):
    from sr_kernel.guide.habits import Habits

    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path))
    kepler.code("c")
    assert list(tmp_path.iterdir()) == [], "learning is off until it is turned on"
    Habits.read().switch(True)
    kepler.code("c", 1)
    kepler.save(tmp_path / "laws.json")
    assert Habits.read().tally.laws == 0
    kepler.code("c", 2)
    kepler.code("torch")
    assert Habits.read().tally.operators == {"mul": 1, "pow": 1, "sqrt": 1}
