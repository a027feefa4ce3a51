"""Beliefs of a guide, and what they do to the bank, to proposers and to evolution."""

import math
import pickle

import numpy as np
import pytest

from sr_kernel.errors import OptionError
from sr_kernel.expr import parse, variables
from sr_kernel.search import DEFAULT_OPERATORS, Beliefs, Problem, search
from sr_kernel.search.bank import Bank, banks_of
from sr_kernel.search.beliefs import Told
from sr_kernel.search.guidance import waits
from sr_kernel.search.operations import operations
from sr_kernel.search.phases import PhaseProposer
from sr_kernel.search.powers import PowerProposer
from sr_kernel.search.prices import LATE_LEAF, USUAL, Prices
from sr_kernel.search.spectra import SpectrumProposer
from sr_kernel.search.variation import Variation, chances
from sr_kernel.search.waves import WaveProposer


def beliefs(operators=(), columns=(), **changes):
    fields = {
        "pairs": {}, "size": 9.0, "noise": 0.0, "length": 60.0, "peels": (), "source": "invented",
        "seconds": 0.01,
    }  # fmt: skip
    return Beliefs(operators or {}, columns or {}, **{**fields, **changes})


# ------------------------------------------------------------------ what they are


def test_beliefs_are_plain_numbers_and_go_to_another_process():
    found = beliefs(
        {"sin": np.float32(0.5)}, {"a": 1}, pairs={("a", "b"): np.float64(0.25)}, size=np.int64(7),
        peels=[("log(y)", np.float32(0.5))],
    )  # fmt: skip
    numbers = [*found.operators.values(), *found.columns.values(), *found.pairs.values(),
               found.size, found.peels[0][1]]  # fmt: skip
    assert [type(value) for value in numbers] == [float] * 5
    assert pickle.loads(pickle.dumps(found)) == found


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"operators": {"sin": 1.5}}, "operators 'sin' of beliefs is 1.5: give a number from 0"),
        ({"operators": {"sin": math.nan}}, "is nan"),
        ({"operators": {"sin": True}}, "is True"),
        ({"operators": {3: 0.5}}, "operators of beliefs has the key 3"),
        ({"operators": [("sin", 0.5)]}, "give probabilities by name"),
        ({"columns": {"a": -0.1}}, "columns 'a' of beliefs is -0.1"),
        ({"pairs": {"ab": 0.5}}, "pairs of beliefs has the key 'ab'"),
        ({"size": math.inf}, "size of beliefs is inf: give a finite number from 0 up"),
        ({"noise": -1.0}, "noise of beliefs is -1.0"),
        ({"length": "long"}, "length of beliefs is 'long'"),
        ({"seconds": None}, "seconds of beliefs is None"),
        ({"peels": [("log(y)", 2.0)]}, "peels 'log.y.' of beliefs is 2.0"),
        ({"peels": ["log(y)"]}, "the peel 'log.y.' of beliefs is not a text and a number"),
        ({"peels": [("y", 0.1)] * 11}, "11 peels: give the 10 likeliest"),
        ({"source": None}, "must be texts"),
        ({"reason": b"no"}, "must be texts"),
    ],
)
def test_what_are_no_beliefs(changes, says):
    with pytest.raises(OptionError, match=says):
        beliefs(**changes)


def test_any_of_some_operators():
    found = beliefs({"sin": 0.5, "cos": 0.2, "exp": 0.0})
    assert found.together(("sin", "cos")) == pytest.approx(0.6)
    assert found.together(("exp",)) == 0.0
    assert found.together(("exp", "tan")) == 1.0


# ------------------------------------------------------------------ prices


def prices(operators=(), columns=(), names=("a", "b")):
    return Prices.of(beliefs(operators, columns), names)


def price(name, given):
    priced = map(given.priced, operations((*DEFAULT_OPERATORS, "tan", "cosh", "cot", "hypot")))
    return next(operation.price for operation in priced if operation.name == name)


@pytest.mark.parametrize(
    ("name", "operators", "change"),
    [
        ("sin", {"sin": 0.02}, 2),
        ("sin", {"sin": 0.05}, 1),
        ("sin", {"sin": 0.3}, 0),
        ("sin", {"sin": 0.7}, -1),
        ("sin", {"cos": 0.01}, 0),
        ("tan", {"tan": 0.9}, -1),
        ("add", {"add": 0.9}, 0),
        ("mul", {"mul": 0.01}, 2),
        ("inv", {"div": 0.01}, 2),
        ("inv", {"div": 0.99}, 0),
        ("cube", {"pow": 0.99}, -1),
        ("cube", {"pow": 0.05}, 1),
        ("pow", {"pow": 0.99}, 0),
        ("pow", {"pow": 0.01}, 2),
        ("sub", {"add": 0.01, "neg": 0.01, "mul": 0.01}, 0),
        ("sub", {"sub": 0.01, "add": 0.99}, 2),
        ("cot", {"sin": 0.9, "cos": 0.02}, 2),
        ("hypot", {"sqrt": 0.9, "pow": 0.8}, 0),
    ],
)
def test_an_operation_costs_what_it_is_worth(name, operators, change):
    assert price(name, prices(operators)) == price(name, USUAL) + change


def bank_of(given=USUAL, names=("a", "b"), limit=3000):
    X = np.random.default_rng(0).uniform(0.5, 3.0, (20, len(names)))
    bank = Bank(names, X, DEFAULT_OPERATORS, prices=given)
    bank.grow(limit)
    return bank


def first(bank, has):
    """The place of the first entry whose term ``has`` something."""
    return next(k for k in range(len(bank)) if has(bank.expr(k)))


def with_op(op):
    return lambda expr: op in {expr.op, *(arg.op for arg in expr.args)}


def with_column(name):
    return lambda expr: name in variables(expr)


def test_beliefs_order_the_bank():
    usual = bank_of()
    other = bank_of(prices({"sin": 0.01, "cos": 0.05, "log": 0.9}))
    for name, later in (("sin", True), ("cos", True), ("log", False)):
        assert (first(other, with_op(name)) > first(usual, with_op(name))) is later, name
    assert first(other, with_op("cos")) < first(other, with_op("sin"))


def test_an_improbable_operator_comes_all_the_same():
    bank = bank_of(prices({"sin": 0.0}))
    assert sum(with_op("sin")(bank.expr(k)) for k in range(len(bank))) > 10


def test_a_doubted_column_comes_late_and_its_functions_too():
    usual, other = bank_of(), bank_of(prices(columns={"a": 0.9, "b": 0.01}))
    assert first(usual, with_column("b")) < 2
    assert first(other, lambda expr: str(expr) == "b") > 4
    assert first(other, with_column("b")) == first(other, lambda expr: str(expr) == "b")
    place = first(other, lambda expr: str(expr) == "a*b")
    X = np.random.default_rng(1).uniform(1.0, 2.0, (5, 2))
    np.testing.assert_allclose(other.values([place], X)[0], X.prod(axis=1))
    assert other.sizes[first(other, lambda expr: str(expr) == "b")] == 1


def test_where_all_columns_are_doubted_none_is():
    assert prices(columns={"a": 0.01, "b": 0.0}) == USUAL
    assert prices(columns={"b": 0.01}).leaf("b") == LATE_LEAF


def test_columns_of_other_tables_have_the_usual_price():
    both = prices({"sin": 0.01}, {"b": 0.01})
    assert both.of_operators == prices({"sin": 0.01})


def test_in_a_small_bank_nothing_is_left_out():
    X = np.random.default_rng(0).uniform(0.5, 3.0, (20, 1))
    problem = Problem(("x",), X, X[:, 0], operators=("sin", "add"), max_size=3)
    given = prices({"sin": 0.01}, names=("x",))
    usual, other = (banks_of(problem, X, one)[0] for one in (USUAL, given))
    for bank in (usual, other):
        bank.grow(10_000)
    terms = [{str(bank.expr(k)) for k in range(len(bank))} for bank in (usual, other)]
    assert "sin(x)" in terms[0] & terms[1]
    assert "sin(x + 1)" in terms[1]


# ------------------------------------------------------------------ who is asked


@pytest.mark.parametrize(
    ("make", "needs"),
    [
        (WaveProposer, {"sin", "cos"}),
        (SpectrumProposer, {"sin", "cos"}),
        (PhaseProposer, {"sin", "cos"}),
        (lambda: WaveProposer(tangents=True), {"tan"}),
    ],
)
def test_who_knows_only_waves_waits_where_there_are_none(make, needs):
    unlikely, one = dict.fromkeys(("sin", "cos", "tan"), 0.01), make()
    assert waits(one, beliefs(unlikely))
    assert not waits(one, None)
    assert not waits(one, beliefs())
    for name in unlikely:
        assert waits(one, beliefs({**unlikely, name: 0.5})) is (name not in needs)


def test_others_never_wait():
    assert not waits(PowerProposer(), beliefs(dict.fromkeys(DEFAULT_OPERATORS, 0.0)))


# ------------------------------------------------------------------ evolution


class Grab:
    """Hands out the context of a search."""

    def propose(self, context):
        self.context = context
        return ()


def variation(told, seed=0):
    X = np.random.default_rng(0).uniform(0.5, 3.0, (30, 2))
    grab = Grab()
    data = Problem(("a", "b"), X, X[:, 0] + np.sin(X[:, 1]))
    search(data, time_limit=20, proposers=[grab], guide=Told(told))
    return Variation(grab.context, np.random.default_rng(seed))


def test_chances_are_beliefs_mixed_with_equal_ones():
    found = chances(("sin", "exp", "log"), beliefs({"sin": 0.8, "exp": 0.0}))
    np.testing.assert_allclose(found, 0.1 + 0.7 * np.array([2.0, 0.0, 1.0]) / 3.0)
    assert chances(("sin", "exp"), beliefs({"sin": 0.0, "exp": 0.0})) is None
    assert chances(("sin",), beliefs()) is None
    assert chances((), beliefs({"sin": 1.0})) is None


def test_variation_takes_likely_operators():
    drawn = variation(beliefs({"sqrt": 0.01, "exp": 0.01, "log": 0.01, "sin": 0.9, "cos": 0.01}))
    node = parse("a")
    wrapped = [drawn._wrapped(node).op for _ in range(3000)]
    count = {name: wrapped.count(name) for name in ("sin", "exp", "log", "sqrt", "cos")}
    assert count["sin"] > 5 * max(count[name] for name in count if name != "sin")
    assert min(count.values()) > 5


def test_material_of_a_doubted_column_is_rare():
    usual, other = variation(beliefs()), variation(beliefs(columns={"a": 0.9, "b": 0.01}))
    shares = [
        np.mean(["b" in variables(one.material()) for _ in range(1000)]) for one in (usual, other)
    ]
    assert 0 < shares[1] < 0.4 * shares[0]


def test_without_beliefs_the_draws_are_those_of_before():
    X = np.random.default_rng(0).uniform(0.5, 3.0, (30, 2))
    data = Problem(("a", "b"), X, X[:, 0] + np.sin(X[:, 1]))
    grab = Grab()
    search(data, time_limit=20, proposers=[grab])
    one = Variation(grab.context, np.random.default_rng(5))
    assert one.chances is None
    assert one.doubted == frozenset()
    material, twin = one.material(), np.random.default_rng(5)
    twin.random()
    assert one.generator.random() == twin.random()
    assert set(variables(material)) <= {"a", "b"}
