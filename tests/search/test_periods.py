import numpy as np

from sr_kernel.expr import parse
from sr_kernel.search import Problem
from sr_kernel.search.periods import many_waves
from sr_kernel.search.refine import fit
from sr_kernel.search.sample import Sample

x = np.geomspace(0.01, 7000.0, 60)
SAMPLE = Sample.of(Problem(("x",), x[:, None], np.sqrt(x)))


def test_a_few_waves_are_free_or_nearly():
    assert many_waves(parse("sqrt(x) + exp(-x)"), SAMPLE) == 0.0
    assert many_waves(parse("sin(0.0009*x)"), SAMPLE) < 0.5


def test_waves_that_outrun_the_rows_are_paid_for_whatever_says_how_fast_they_are():
    assert 5.0 < many_waves(parse("sin(x)"), SAMPLE) < 8.0
    assert many_waves(parse("sin(2.0*x)"), SAMPLE) > many_waves(parse("sin(x)"), SAMPLE)
    assert many_waves(parse("sin(x) + cos(x)"), SAMPLE) > 1.9 * many_waves(parse("sin(x)"), SAMPLE)


def test_the_description_of_a_law_has_them_in_it():
    slow, fast = (fit(parse(f"2.0*sin({rate}*x)"), SAMPLE) for rate in ("0.001", "3.0"))
    assert many_waves(fast.expr, SAMPLE) > many_waves(slow.expr, SAMPLE)
    assert fast.length > slow.length + 5.0
