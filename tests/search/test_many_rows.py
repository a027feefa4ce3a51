"""More rows than a search looks at: few are searched, all are fitted."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.search import Problem, search
from sr_kernel.search.presentation import MANY


def test_the_last_fit_takes_all_rows():
    generator = np.random.default_rng(0)
    rows = 3 * MANY
    X = generator.uniform(1, 4, (rows, 2))
    y = 2.345 * X[:, 0] + 0.789 * X[:, 1] + generator.normal(size=rows)
    guess = [parse("1.0*a + 1.0*b")]
    result = search(
        Problem(("a", "b"), X, y, operators="+*", max_size=7), time_limit=10, guesses=guess
    )
    law = next(law for law in result.front if law.complexity == 7)
    errors = [parameter.error for parameter in law.parameters]
    # With the thousand rows of the search they would be about eight times as large.
    assert max(errors) < 5 / np.sqrt(rows)
    best = np.linalg.lstsq(X, y, rcond=None)[0]
    assert law.loss == pytest.approx(np.mean((y - X @ best) ** 2), rel=1e-3)


def test_what_is_seen_before_the_end_is_said_of_some_rows():
    generator = np.random.default_rng(0)
    X = generator.uniform(1, 4, (3 * MANY, 1))
    y = np.sin(X[:, 0]) + 0.1 * generator.normal(size=len(X))
    seen = []
    result = search(Problem(("a",), X, y), time_limit=4, on_progress=seen.append)
    assert any(progress.front for progress in seen)
    for law in result.front:
        shown = next((s for p in seen for s in p.front if s.key == law.key), law)
        assert shown.loss == pytest.approx(law.loss, rel=0.1)


@pytest.mark.slow
@pytest.mark.usefixtures("uncovered")
def test_a_million_rows_of_twenty_columns_fit_in_four_gigabytes():
    script = textwrap.dedent("""
        import resource, time
        import numpy as np
        from sr_kernel import Discoverer
        generator = np.random.default_rng(0)
        X = generator.uniform(1, 4, (1_000_000, 20))
        y = 3 * X[:, 4] * X[:, 11] + 0.1 * generator.normal(size=len(X))
        start = time.perf_counter()
        found = Discoverer(time_limit=30, operators="+ *").fit(X, y)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
              time.perf_counter() - start, found.score(X, y), found.python(), sep="\\n")
    """)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=280, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    gigabytes, seconds, r2, *source = done.stdout.splitlines()
    assert float(gigabytes) < 4
    assert float(seconds) < 60
    assert float(r2) > 0.99
    assert "x5" in "".join(source)
    assert "x12" in "".join(source)
