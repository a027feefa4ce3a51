"""The measurements of the search, on a small scale."""

import subprocess
import sys
import time

import numpy as np
import pytest
from problems import Case, values
from rival_fit import stages
from rivals import cpu_of, rival
from search import Clock, interval, judged, measure, ours, summary, table

from sr_kernel.expr import parse


def case(formula="2*a*b", noise=0.0):
    generator = np.random.default_rng(0)
    X, fresh = generator.uniform(1, 4, (2, 50, 2))
    truth = parse(formula)
    y = values(truth, X, ("a", "b"))
    y = y + noise * generator.normal(size=50)
    clean = values(truth, fresh, ("a", "b"))
    return Case("made", "made", ("a", "b"), X, y, truth, fresh, clean)


@pytest.mark.parametrize(("hits", "total", "low", "high"), [
    (0, 10, 0.0, 0.278), (5, 10, 0.237, 0.763), (10, 10, 0.722, 1.0),
])  # fmt: skip
def test_wilson_s_interval(hits, total, low, high):
    assert interval(hits, total) == pytest.approx((low, high), abs=1e-3)


@pytest.mark.parametrize(("text", "noise", "recovered"), [
    ("2*a*b", 0.0, True), ("(a + a)*b", 0.0, True), ("2.0001*a*b", 0.0, False), ("a*b", 0.0, False),
    ("2*a*b + 0.001*a", 0.0, False), ("1.999*a*b", 0.1, True), ("a*b**2", 0.1, False),
    ("log(a - 3)", 0.0, False),
])  # fmt: skip
def test_judgement(text, noise, recovered):
    assert judged(parse(text), case(noise=noise), noise)["recovered"] is recovered


def test_a_search_is_timed_and_judged():
    from argparse import Namespace

    row = measure("sr_kernel", case(), 0.0, Namespace(budget=10.0, jobs=1))
    assert row["recovered"]
    assert row["front"]
    assert 0 < row["seconds"] <= row["cpu"] < 11
    assert row["size"] == 5
    [line] = summary([row, {**row, "recovered": None}])
    assert line["recovered"] == line["problems"] == 1
    three = summary([row, {**row, "family": "other", "recovered": False}])
    assert [(one["family"], one["recovered"], one["problems"]) for one in three] == [
        ("all", 1, 2), ("made", 1, 1), ("other", 0, 1),
    ]  # fmt: skip
    assert "| made | 0 | sr_kernel | 1 of 1 | 21-100 % |" in table([line])


def test_the_budget_is_of_cpu_seconds():
    found = ours(case("sin(a*3)*b + exp(-a)", noise=0.5), 1.5, 1)
    assert 1.0 < found["cpu"] < 4


def busy(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


@pytest.mark.parametrize("children", [False, True])
def test_the_clock_counts_this_process(children):
    clock = Clock(children=children)
    before = clock()
    busy(0.3)
    time.sleep(0.3)
    assert 0.25 < clock() - before < 0.55


SPIN = "import time\nwhile time.process_time() < 0.4: pass\n"


def test_processes_are_counted_with_their_children():
    child = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {SPIN!r}])\n"
    program = child + SPIN + "print('spun', flush=True)\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as busy:
        assert busy.stdout.readline() == b"spun\n"
        assert 0.75 < cpu_of(busy.pid) < 2
        busy.stdin.write(b"\n")


@pytest.mark.parametrize("goes_on", [False, True])
def test_stages_spend_the_budget(goes_on):
    efforts, done = [], [0]

    def stage(effort):
        busy(0.02 * (effort - (done[0] if goes_on else 0)))
        done[0] = effort
        efforts.append(effort)
        return ["v0"]

    times = [spent for spent, _ in stages(stage, 1, 1.0, goes_on=goes_on)]
    assert efforts[:2] == [1, 3]
    assert efforts == sorted(efforts)
    assert 0.6 < times[-1] < 1.2


def test_a_rival_that_is_not_there_has_no_result(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    found = rival("gplearn", case(), 1.0, 0, tmp_path)
    assert found.front == ()
    assert found.note.startswith("did not start: ModuleNotFoundError")


def test_a_rival_is_killed_when_it_has_used_up_its_time(tmp_path):
    (tmp_path / "bin").mkdir()
    script = tmp_path / "bin" / "python"
    script.write_text(
        f"#!{sys.executable}\nimport json\nprint(json.dumps({{'ready': True}}), flush=True)\n"
        "print(json.dumps({'cpu': 0.1, 'front': ['v0*v1*2', '((', 'zz']}), flush=True)\n"
        "while True: pass\n"
    )
    script.chmod(0o755)
    found = rival("gplearn", case(), 0.5, 0, tmp_path)
    assert found.note == "killed"
    assert [str(expr) for expr in found.front] == ["a*b*2"]
    assert 0.9 < found.cpu < 3
    assert found.told == 0.1
