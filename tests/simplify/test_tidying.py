"""sr_kernel.simplify.tidying."""

import pytest

from sr_kernel.equality.sign import Signs
from sr_kernel.expr import parse, to_text
from sr_kernel.numeric.assumption import NOTHING
from sr_kernel.simplify.pipeline import Pipeline
from sr_kernel.simplify.situation import Situation
from sr_kernel.simplify.tidying import Tidying
from sr_kernel.simplify.workbench import Workbench


def tidying(source: str) -> Tidying:
    return Tidying(parse(source), Signs())


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("1.5*(x + 2.0) - 0.5*y", True),
        ("log(x) + sqrt(x**2)*1.5", True),
        ("log(1.5*sqrt(x**2) - log(x))", True),
        ("1.5*x*y/x", False),
        ("log(x**2)*1.5", True),
        ("1.5*exp(log(x))", False),
    ],
)
def test_a_change_of_domain_is_seen(source: str, expected: bool) -> None:
    found = tidying(source)
    assert found.keeps_domain(found.form) is expected


def test_signs_that_the_domain_implies_are_used() -> None:
    assert to_text(tidying("log(x) + 1.5*abs(x)").form) == "1.5*x + log(x)"


def test_what_is_defined_nowhere_is_left_alone() -> None:
    expr = parse("1.5*x + 1/(y - y)")
    assert Tidying(expr, Signs()).form is expr


def test_settled_fitted_terms_need_no_workbench(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a normal form was asked for")

    monkeypatch.setattr(Workbench, "candidates", refuse)
    situation = Situation.of(NOTHING, "isolated", "size", None)
    (found,) = Pipeline(situation).run([parse("1.5*(x + 2.0)*1.0 - 0.5*abs(-y) + 2.0")])
    assert to_text(found.result) == "1.5*x - 0.5*abs(y) + 5"
    assert found.stop_reason == "done"


def test_cautious_forms_keep_what_would_move_the_domain() -> None:
    found = tidying("exp(log(x)) + 0.5*(sqrt(y**2) + 2.0) + 1.5*abs(y)")
    assert not found.keeps_domain(found.form)
    assert all(map(found.keeps_domain, found.cautious))
    by_part, guarded = map(to_text, found.cautious)
    assert by_part == "exp(log(x)) + 2.0*abs(y) + 1"
    assert "sqrt(y**2)" in guarded
