import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.search import Problem
from sr_kernel.search.cancellation import cancelled_digits
from sr_kernel.search.sample import Sample

x = np.linspace(1.0, 5.0, 40)
SAMPLE = Sample.of(Problem(("x",), x[:, None], np.log(x)))


@pytest.mark.parametrize("text", ["2.0*x + 1.0", "1e9 + 2.0*x", "x - 0.9*x**1.2", "x + 2*x**2"])
def test_usual_sums_are_free(text):
    assert cancelled_digits(parse(text), SAMPLE) == 0.0


def test_large_terms_that_cancel_are_not():
    assert cancelled_digits(parse("1e5*x**0.50001 - 1e5*x**0.5"), SAMPLE) > 5.0
