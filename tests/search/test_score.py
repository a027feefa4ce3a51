import time

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.expr import parse, to_text
from sr_kernel.search import Problem, score

X = np.linspace(0.5, 5, 30)[:, None]
DATA = Problem(("x",), X, 3.0 * X[:, 0] ** 1.5 + 1.0)


def test_constants_are_refitted():
    law = score(DATA, parse("2.0*x**1.5 + 0.3"))
    assert law.r2 == pytest.approx(1.0)
    assert law.equation in {"3*x**1.5 + 1", "3.0*x**1.5 + 1.0", "1.0 + 3.0*x**1.5"}
    assert [p.value for p in law.parameters] == pytest.approx([3.0, 1.0])


def test_without_fit_nothing_changes():
    law = score(DATA, parse("2.0*x**1.5 + 0.3"), fit=False)
    assert law.equation == "2.0*x**1.5 + 0.3"
    assert law.loss == pytest.approx(np.mean((DATA.y - 2 * X[:, 0] ** 1.5 - 0.3) ** 2))


def test_undefined_on_a_row_is_said_so():
    with pytest.raises(DataError, match="row 1"):
        score(DATA, parse("log(x - 2)"))


def test_conditions_are_told():
    assert score(DATA, parse("2.0*log(x)")).conditions == ("x > 0",)


def test_an_edit_is_quick():
    score(DATA, parse("1.0*x"))
    start = time.perf_counter()
    score(DATA, parse("2.0*x + 1.0/x"))
    assert time.perf_counter() - start < 1.0


@pytest.mark.parametrize("text", ["2*x**1.5 + 1", "5*x**1.5 + 7", "x**1.5/2 + 3"])
def test_whole_coefficients_are_guesses(text: str) -> None:
    assert score(DATA, parse(text)).r2 == pytest.approx(1.0)


def test_whole_numbers_stay_where_the_data_agree():
    law = score(DATA, parse("3*x**1.5 + 1"))
    assert law.equation == "3*x**1.5 + 1"
    assert law.parameters == ()


def test_exponents_and_ones_are_meant():
    law = score(DATA, parse("x**2 + 1"))
    assert law.equation == "x**2 + 1"


def test_a_fixed_constant_is_held_while_the_others_are_fitted():
    x = np.linspace(1, 3, 40)
    problem = Problem(("x",), x[:, None], 2.5 * x**2 + 0.7)
    law = score(problem, parse("2.1*x**2 + 0.5"), fixed=[0.5])
    free, held = sorted(law.parameters, key=lambda parameter: parameter.fixed)
    assert (held.value, held.error, held.fixed) == (0.5, 0.0, True)
    assert not free.fixed
    assert free.value == pytest.approx(np.mean((2.5 * x**2 + 0.2) * x**2) / np.mean(x**4), rel=1e-3)
    assert to_text(law.expr).endswith("+ 0.5")


def test_all_constants_may_be_fixed():
    problem = Problem(("x",), np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.5]))
    law = score(problem, parse("-1.1*x"), fixed=[1.1])
    assert to_text(law.expr) == "-1.1*x"
    assert [parameter.fixed for parameter in law.parameters] == [True]
