import pytest

from sr_kernel.egraph.cost import NAMES, cost_model
from sr_kernel.errors import OptionError
from sr_kernel.expr import parse

TEXTS = ["x", "1/2", "-x", "a - b*c", "-a - b", "2*x**3/y", "sqrt(x) - -y", "a*b*c + 1.5", "-2*x"]


@pytest.mark.parametrize("text", TEXTS)
def test_size_is_the_printed_size(text: str) -> None:
    assert cost_model("size").measure(parse(text)) == parse(text).size


def test_parameters_come_first_then_size() -> None:
    model = cost_model("parameters")
    forms = ["1.5*x + 2.5*x", "4.0*x", "x", "x + 1", "0.5*x"]
    ranked = sorted(forms, key=lambda text: model.measure(parse(text)))
    assert ranked == ["x", "x + 1", "4.0*x", "0.5*x", "1.5*x + 2.5*x"]


def test_flops_weigh_operators() -> None:
    model = cost_model("flops")
    assert model.measure(parse("x*x*x")) < model.measure(parse("x**3"))


def test_a_callable_and_a_model_are_taken_as_they_are() -> None:
    model = cost_model(lambda expr: expr.depth)
    assert model.measure(parse("sin(sin(x))")) == 3
    assert cost_model(model) is model


@pytest.mark.parametrize("cost", ["sise", 3, None])
def test_what_is_no_cost(cost: object) -> None:
    with pytest.raises(OptionError, match="there is no cost model called"):
        cost_model(cost)


def test_names() -> None:
    assert [cost_model(name).name for name in NAMES] == list(NAMES)
