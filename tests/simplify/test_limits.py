"""Limits of time, depth and memory, and input that is too much or makes no sense."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from sr_kernel.equality import canonical_hash, compare
from sr_kernel.errors import AssumptionError, ExpressionError
from sr_kernel.expr import apply, parse
from sr_kernel.simplify import explain, simplify, simplify_all_detailed, simplify_detailed

LONG = {
    "functions of sums": " + ".join(f"sqrt(x{i % 3} + {i})*exp(-{i}*x{i % 4})" for i in range(60)),
    "nested": "(x + y*(z + x*(y + z*(" * 12 + "x" + "))))" * 12,
    "quotients": "*".join(f"(x{i} + {i + 1})/(y{i % 5} - x{i % 3})" for i in range(60)),
    "powers": "*".join(f"(x**{i} + y**{i + 1} + {i})**{i % 5 + 2}" for i in range(1, 30)),
    "polynomial": " + ".join(f"{i}/{i + 1}*x**{i}" for i in range(1, 400)),
    "10,000 characters": " + ".join(f"x{i}*cos(y{i % 50})" for i in range(600)),
    "functions": "tan(asin(" * 40 + "x" + "))" * 40,
    "fraction": "1/(1 + x*sin(y" * 25 + "))" * 25,
}  # fmt: skip


@pytest.mark.parametrize("limit", [0.05, 0.3])
@pytest.mark.parametrize("name", LONG)
def test_time_limits_hold(name: str, limit: float) -> None:
    simplify("sin(x)**2 + cos(x)**2 + exp(log(x**2 + 1))*y")  # loads the rules
    expr = parse(LONG[name])
    taken = []
    for _ in range(3):  # the best of three: coverage and other processes take their share
        started, worked = time.monotonic(), time.process_time()
        found = simplify_detailed(expr, time_limit=limit)
        taken.append(min(time.monotonic() - started, time.process_time() - worked))
    assert min(taken) < 1.5 * limit + 0.05
    assert found.result.size <= expr.size


def test_a_batch_shares_its_time_out_fairly() -> None:
    simplify("sin(x)**2 + cos(x)**2")
    easy = [parse(f"(x + {i})**2 - x**2 - {2 * i}*x") for i in range(1, 9)]
    hard = [parse(LONG["powers"])] * 4
    found = simplify_all_detailed([*hard, *easy], time_limit=3.0)
    assert all(item.result.is_number for item in found[4:])


def test_no_time_at_all_gives_the_input_back() -> None:
    found = simplify_detailed("sin(x)**2 + cos(x)**2", time_limit=1e-9)
    assert (found.result.size, found.stop_reason) == (9, "time")


FUNCTIONS = ("abs", "exp", "log", "sin", "tan", "sqrt", "cbrt", "sign", "asin", "cosh")
DEEP = {
    **{name: f"{name}(" * 190 + "x" + ")" * 190 for name in FUNCTIONS},
    "powers": "**".join(["x"] * 190),
    "minuses": "-" * 190 + "x",
    "fraction": "1/(1 + x" * 60 + ")" * 60,
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_terms_are_no_trouble(name: str) -> None:
    expr = parse(DEEP[name])
    found = simplify_detailed(expr, time_limit=0.5)
    assert found.result.size <= expr.size
    assert found.stop_reason in ("done", "time", "depth")


DOORS: dict[str, Callable[[str], object]] = {
    "simplify": simplify,
    "compare": lambda text: compare(text, "x"),
    "compare with": lambda text: compare("x", text),
    "explain": explain,
    "explain to": lambda text: explain("x", text),
    "hash": canonical_hash,
}
TOO_MUCH = [
    "sin(" * 3000 + "x" + ")" * 3000, "(" * 3000 + "x" + ")" * 3000, "x**" * 3000 + "x",
    "x" * 100_000, "x + " * 25_000 + "x", "(" * 100_000, "nan", "inf", "-inf", "x + nan", "1e999",
    "1/0", "0/0", "x/0", "9" * 40_000, "\x00", "x +", "",
]  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("text", TOO_MUCH, ids=lambda text: repr(text[:12]))
def test_input_that_cannot_be_read_is_named(door: str, text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        DOORS[door](text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "assume",
    [("x > 0", "x < 0"), ("x == 1", "x == 2"), ("x > 1", "x**2 < 0"), ("0 > 1",)],
    ids=" and ".join,
)
def test_contradicting_assumptions_are_named(assume: tuple[str, ...]) -> None:
    for door in (
        lambda: simplify("x + x", assume=assume),
        lambda: compare("x", "2*x", assume=assume),
        lambda: explain("x + x", assume=assume),
    ):
        with pytest.raises(AssumptionError) as caught:
            door()
        assert "\n" not in str(caught.value)


GROWTH = """
import gc, os, sys
from sr_kernel.simplify import simplify
def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
for i in range(300):
    simplify(f"exp(u{i})*exp(v{i}) + {i}.5*u{i}")
    if i == 60:
        before = resident()
print(resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's /proc")
def test_memory_does_not_grow_with_the_number_of_terms() -> None:
    run = subprocess.run([sys.executable, "-c", GROWTH], capture_output=True, text=True, check=True)
    assert float(run.stdout) < 35  # MB; reports of the e-graph engine come and go in it


LONG_NUMBERS = [
    " + ".join(f"1/{10**900 + i}" for i in range(12)),
    " + ".join(f"x/{10**300 + i}" for i in range(40)),
    "*".join(f"{10**900 + i}*x{i}" for i in range(12)),
    "*".join(map(str, range(1, 1500))),
]


@pytest.mark.parametrize("text", LONG_NUMBERS)
def test_numbers_that_grow_too_long_are_left_apart(text: str) -> None:
    expr = parse(text)
    found = simplify_detailed(expr)
    assert parse(str(found.result)) is found.result
    assert found.result.size <= expr.size
    turned = apply(expr.op, *expr.args[::-1])
    assert canonical_hash(expr) == canonical_hash(turned)
    assert canonical_hash(expr, constants="skeleton")
    assert compare(expr, turned).status == "equal"


def test_a_term_that_is_defined_nowhere_takes_no_work() -> None:
    simplify("sin(x)**2 + cos(x)**2")
    started = time.process_time()
    found = simplify_detailed("log1p(-1) - (log1p(-1) + log1p(-1)) - coth(y - 1)")
    assert time.process_time() - started < 1
    assert (str(found.result).count("log(1 - 1)"), found.stop_reason) == (3, "done")


@pytest.mark.parametrize("limit", [0.05, 0.3])
@pytest.mark.parametrize("name", LONG)
def test_time_limits_of_verdicts_hold(name: str, limit: float) -> None:
    compare("sin(x)**2", "1 - cos(x)**2")  # loads the rules
    expr = parse(LONG[name])
    other = expr + simplify(expr, time_limit=0.1) - expr
    taken = []
    for _ in range(3):
        started, worked = time.monotonic(), time.process_time()
        verdict = compare(expr, other, time_limit=limit)
        taken.append(min(time.monotonic() - started, time.process_time() - worked))
        assert verdict.status in ("equal", "undecided")
    assert min(taken) < 1.5 * limit + 0.05


@pytest.mark.parametrize("name", LONG)
def test_verdicts_take_a_bounded_amount_of_work(name: str) -> None:
    started = time.process_time()
    expr = parse(LONG[name])
    assert compare(expr, expr + parse("x")).status in ("different", "undecided")
    assert time.process_time() - started < 20
