from __future__ import annotations

from itertools import islice

import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.numeric.program import compile_program
from sr_kernel.numeric.starting import far_from_natural, natural_scales, starting_values

X = np.full((5, 1), 1e-20)


@pytest.mark.parametrize(
    ("text", "scales"),
    [
        ("1.0*x", [1e20]),
        ("x + 1.0", [1e-20]),
        ("x/1.0", [1e-20]),
        ("x**1.0", [1.0]),
        ("sin(1.0)", [1.0]),
        ("log(x - 1e60)*1.0", [1e-20, 1.0]),
    ],
)
def test_natural_scales(text: str, scales: list[float]) -> None:
    found = natural_scales(compile_program(parse(text), ("x",)), X)
    np.testing.assert_allclose(found, scales)


def test_far_from_natural() -> None:
    assert far_from_natural(compile_program(parse("exp(1.0*x)"), ("x",)), X, [0])
    assert not far_from_natural(compile_program(parse("exp(1e20*x)"), ("x",)), X, [0])


def test_own_values_come_first_and_the_rest_by_the_seed() -> None:
    program = compile_program(parse("exp(1.5*x)"), ("x",))
    first = list(islice(starting_values(program, X, 7), 9))
    assert first[0] == (1.5,)
    assert first == list(islice(starting_values(program, X, 7), 9))
    assert first[5:] != list(islice(starting_values(program, X, 8), 9))[5:]
