import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.fit import fit_constants
from sr_kernel.numeric.program import compile_program
from sr_kernel.search import machine
from sr_kernel.search.machine import descend, tape

X = np.random.default_rng(0).uniform(0.5, 3.0, (60, 2))
ONE = np.full(60, 1 / 60)

FORMS = [
    ("2.0*a*exp(-0.5*b) + 1.0", "1.5*a*exp(-0.4*b) + 0.7"),
    ("3.0*cos(1.3*a + 0.2)/b", "2.5*cos(1.25*a + 0.1)/b"),
    ("a**1.7 - 0.4*log(b + 0.3)", "a**1.5 - 0.3*log(b + 0.2)"),
    ("2.0*sqrt(a + 0.5) + tanh(0.6*b)", "1.5*sqrt(a + 0.4) + tanh(0.5*b)"),
    ("sin(0.7*a)*atan(1.4*b) - abs(a - 1.2)", "sin(0.6*a)*atan(1.2*b) - abs(a - 1.15)"),
    ("1.2*sinh(0.5*a) + tan(0.3*b)", "1.0*sinh(0.4*a) + tan(0.25*b)"),
]


def value(text):
    return evaluate(compile_program(parse(text), ["a", "b"]), X)


@pytest.mark.parametrize(("truth", "start"), FORMS)
def test_constants_are_found(truth, start):
    found = descend(parse(start), X, value(truth), ONE, ["a", "b"], steps=60)
    np.testing.assert_allclose(found[1], compile_program(parse(truth), ["a", "b"]).theta, rtol=1e-6)


def test_it_does_as_well_as_the_careful_fit():
    y = value("2.0*a*exp(-0.5*b)") + 0.05 * np.random.default_rng(1).normal(size=60)
    start = parse("1.0*a*exp(-1.0*b)")
    careful = fit_constants(start, X, y, ["a", "b"])
    assert descend(start, X, y, ONE, ["a", "b"])[2] == pytest.approx(careful.loss, rel=1e-6)


def test_undefined_terms_have_no_fit():
    assert descend(parse("log(a - 2.0)"), X, X[:, 1], ONE, ["a", "b"]) is None
    assert descend(parse("(a - 2.0)**0.5"), X, X[:, 1], ONE, ["a", "b"]) is None


def test_the_best_of_several_starts_is_kept():
    y = value("cos(4.0*a)")
    starts = [np.array([w]) for w in (0.5, 2.0, 3.9, 6.0)]
    found = descend(parse("cos(1.0*a)"), X, y, ONE, ["a", "b"], starts=starts)
    assert found[1] == pytest.approx((4.0,))


def test_steps_it_does_not_know_are_left_to_others():
    assert tape(compile_program(parse("floor(1.5*a)"), ["a", "b"])) is None


def test_each_search_begins_without_it():
    from sr_kernel.search.machine_kernels import warm

    warm()
    machine.begin()
    assert [machine.ready() for _ in range(machine.PATIENCE + 1)] == [
        *[False] * machine.PATIENCE, True,
    ]  # fmt: skip
    machine.begin()
    assert not machine.ready()
