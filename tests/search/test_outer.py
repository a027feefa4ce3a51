import numpy as np
import pytest

from sr_kernel.expr import OPERATORS, symbol
from sr_kernel.numeric.evaluate import evaluate
from sr_kernel.numeric.program import compile_program
from sr_kernel.search.outer import OUTERS, POWERS, outers

Y = np.linspace(0.1, 0.9, 9)


@pytest.mark.parametrize("outer", OUTERS + POWERS, ids=lambda outer: outer.name)
def test_inverse_slope_and_term_agree(outer):
    u = outer.target(Y)
    np.testing.assert_allclose(outer.inverse(u), Y, rtol=1e-12)
    step = 1e-6
    slope = (outer.inverse(u + step) - outer.inverse(u - step)) / (2 * step)
    np.testing.assert_allclose(outer.slope(Y), np.abs(slope), rtol=1e-4)
    program = compile_program(outer.build(symbol("u")), ["u"])
    np.testing.assert_allclose(evaluate(program, u[:, None]), Y, rtol=1e-12)
    assert outer.build(symbol("u")).size == 1 + outer.cost


def test_only_what_operators_and_values_admit():
    found = {outer.name for outer, _, _ in outers(("log", "exp", "div", "sqrt"), Y - 0.5)}
    assert found == {"identity", "log"}
    assert len(outers(tuple(OPERATORS), Y)) == len(OUTERS)


def test_a_few_rows_out_of_the_domain_have_no_say():
    y = np.concatenate([np.linspace(0.1, 3.0, 98), [-0.01, -0.02]])
    found = {outer.name: (target, slope) for outer, target, slope in outers(("sqrt",), y)}
    target, slope = found["sqrt"]
    np.testing.assert_allclose(target[:-2], y[:-2] ** 2)
    assert (slope[-2:] == 0).all()
    assert (slope[:-2] > 0).all()
    many = np.concatenate([y, -y[:10]])
    assert "sqrt" not in {outer.name for outer, _, _ in outers(("sqrt",), many)}


def test_no_row_outweighs_all_others_because_noise_brought_it_near_zero():
    y = np.concatenate([np.linspace(1.0, 3.0, 99), [1e-9]])
    slopes = {outer.name: slope for outer, _, slope in outers(("sqrt",), y)}["sqrt"]
    assert slopes.max() <= 10 * np.median(slopes)
