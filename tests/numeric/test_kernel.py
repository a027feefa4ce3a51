from __future__ import annotations

import math

import numpy as np
import pytest

from sr_kernel.expr import OPERATORS
from sr_kernel.numeric.kernel import has_poles, kernel, power, power_kernel, writing


def test_plain_functions_learn_to_write() -> None:
    doubled = writing(lambda column: 2 * column)
    column = np.array([1.0, 2.0])
    assert doubled(column, None).tolist() == [2, 4]
    assert doubled(column, column) is column
    assert column.tolist() == [2, 4]


@pytest.mark.parametrize("op", [name for name, row in OPERATORS.items() if row.arity])
def test_every_kernel_writes_where_it_is_told(op: str) -> None:
    operands = [np.array([0.25, 0.5])] * (1 if OPERATORS[op].arity == 1 else 2)
    out = np.empty(2)
    with np.errstate(all="ignore"):
        assert kernel(op)(*operands, out) is out
        np.testing.assert_array_equal(out, kernel(op)(*operands, None))


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0, 3.0, 4.0, 0.5, -1.0, -2.0])
def test_short_powers_agree_with_the_general_one(exponent: float) -> None:
    short = power_kernel(exponent)
    assert short is not None
    base = np.array([0.5, 1.0, 3.0])
    np.testing.assert_allclose(short(base, None), base**exponent, rtol=1e-15)
    np.testing.assert_allclose(short(base, base), np.array([0.5, 1.0, 3.0]) ** exponent, rtol=1e-15)


def test_power_of_single_values() -> None:
    with np.errstate(all="ignore"):
        assert math.isnan(power(np.float64(0), np.float64(-1.5)))
        assert math.isnan(power(np.float64("nan"), np.float64(0)))
        assert power(np.float64(4), np.float64(1.5)) == 8


def test_poles() -> None:
    assert [op for op in OPERATORS if has_poles(op)] == ["div", "mod", "log", "tan", "atanh"]
