"""What a user's accepted laws teach the guide: counts in one file, off at first, soon forgotten."""

from __future__ import annotations

import itertools
import json
import math
import multiprocessing
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import DataError, OptionError
from sr_kernel.expr import parse
from sr_kernel.expr.operators import OPERATORS
from sr_kernel.guide import habits as module
from sr_kernel.guide.corpus import OPERATORS as LABELS
from sr_kernel.guide.grammar import laws_of
from sr_kernel.guide.habits import Habits, HabitsWarning, Tally, hash_of, heard, operators_of

SHARES = st.floats(0, 1)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the counts are kept in this test."""
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "_TOLD", set())
    return tmp_path / "cache" / "habits.json"


@pytest.fixture
def on(place: Path) -> Path:
    """The same, with learning on."""
    Habits.read().switch(True)
    return place


def _on(laws: int, **operators: int) -> Habits:
    return Habits(Path("nowhere"), Tally(True, laws, 5 * laws, operators))


# ---------------------------------------------------------------- counting


def test_nothing_is_kept_unless_asked_for(place: Path) -> None:
    heard(parse("sin(x)"))
    assert Habits.read().accept(parse("sin(x)")) is False
    assert not place.exists()
    assert Habits.load().adjusted({"sin": 0.3}, {"sin": 0.1}) == {"sin": 0.3}


def test_laws_are_counted_once_each(on: Path) -> None:
    for text in ("2.5*sin(x)", "2.7*sin(x)", "a/b + 1", "1 + a/b"):
        heard(parse(text))
    tally = Habits.read().tally
    assert (tally.is_on, tally.laws) == (True, 2)
    assert tally.operators == {"sin": 1, "mul": 1, "add": 1, "div": 1}
    assert Habits.read().mean_size == (parse("2.5*sin(x)").size + parse("a/b + 1").size) / 2


def test_the_file_tells_neither_names_nor_numbers(on: Path) -> None:
    heard(parse("6.125*speed**2*exp(-mass/17.25)"))
    kept = on.read_text(encoding="utf-8")
    assert Habits.read().tally.laws == 1
    assert not [word for word in ("speed", "mass", "6.125", "17.25") if word in kept]
    assert on.stat().st_mode & 0o077 == 0


def test_a_hash_is_of_the_family_with_its_columns_numbered() -> None:
    assert hash_of(parse("speed*2.5 + mass")) == hash_of(parse("b + 3.5*c"))
    assert hash_of(parse("x*y + x")) == hash_of(parse("(y + 1)*x"))
    assert hash_of(parse("x/y")) != hash_of(parse("y/x"))


@pytest.mark.parametrize("text", ["5/2*x*z + 1.3*x", "2*x*z + pi*x", "x*z/3 + x*sqrt(2)/1.5"])
def test_a_law_is_the_same_with_plain_constants(text: str) -> None:
    assert hash_of(parse(text)) == hash_of(parse("2.5*x*z + 1.3*x"))


def test_exponents_and_equal_constants_are_part_of_a_law() -> None:
    texts = ("x**2", "x**3", "2.5*x + 1.5*y", "x + y", "log(-1)*x", "x")
    assert len({hash_of(parse(text)) for text in texts}) == len(texts)


def test_the_oldest_hashes_go(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HASHES", 3)
    texts = ["sin(x)", "cos(x)", "exp(x)", "log(x)"]
    assert [Habits.read().accept(parse(text)) for text in texts] == [True] * 4
    assert Habits.read().accept(parse("log(x)")) is False
    assert Habits.read().accept(parse("sin(x)")) is True
    assert len(Habits.read().tally.hashes) == 3


def test_a_full_file_is_not_too_large() -> None:
    full = Tally(
        True, 10**9, 10**9, dict.fromkeys(OPERATORS, 10**9),
        ("sr1:" + "f" * 32,) * module.MOST_HASHES,
    )  # fmt: skip
    content = json.dumps(module._as_json(full))
    assert len(content) < module.MAX_BYTES
    assert module._tally(json.loads(content)) == full


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("x - y", {"add"}),
        ("-x", set()),
        ("3*x", {"mul"}),
        ("sqrt(2)*x", {"mul"}),
        ("cbrt(x) + pi", {"pow", "add"}),
        ("sin(x)**2/y", {"sin", "pow", "div"}),
        ("x", set()),
    ],
)
def test_operators_are_those_of_the_labels(text: str, names: set[str]) -> None:
    from sr_kernel.guide.corpus import LABEL

    assert operators_of(parse(text)) == names
    [law] = laws_of(parse(text))
    labels = {LABELS[k] for k in LABEL[law.code[0]] if k >= 0}
    assert names == labels


def test_off_keeps_the_counts_without_effect_and_forget_removes_them(on: Path) -> None:
    heard(parse("sin(x)"))
    assert Habits.load().adjusted({"sin": 0.3}, {"sin": 0.1})["sin"] > 0.3
    Habits.read().switch(False)
    heard(parse("cos(x)"))
    assert Habits.read().tally.laws == 1
    assert Habits.load().adjusted({"sin": 0.3}, {"sin": 0.1}) == {"sin": 0.3}
    (on.parent / ".habits.json.7.tmp").write_text("left by a process that was killed")
    assert Habits.read().forget() is True
    assert list(on.parent.iterdir()) == []
    assert Habits.read().forget() is False
    heard(parse("cos(x)"))
    assert list(on.parent.iterdir()) == []


def test_the_cache_is_off(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(on.parent.parent))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("SR_KERNEL_CACHE", "off")
    heard(parse("sin(x)"))
    assert Habits.load().tally == Tally()
    with pytest.raises(OptionError, match="SR_KERNEL_CACHE is 'off'"):
        Habits.read().switch(True)
    assert Habits.load(on).tally.is_on


# ---------------------------------------------------------------- beliefs


def test_beliefs_move_towards_what_the_user_accepts() -> None:
    told = _on(30, sin=12).adjusted({"sin": 0.2, "exp": 0.2, "tan": 0.2}, {"sin": 0.1, "exp": 0.1})
    assert told["sin"] > 0.2 > told["exp"]
    assert told["tan"] == 0.2, "no base rate is known"


def test_beliefs_are_those_of_two_sources() -> None:
    """Against the sum over all laws of both sources, which are as likely before."""
    base = {"sin": 0.1, "exp": 0.3, "log": 0.2}
    own = {"sin": (12 + 1) / 40, "exp": (3 + 3) / 40, "log": (7 + 2) / 40}
    told = {"sin": 0.6, "exp": 0.2, "log": 0.05}
    total, having = 0.0, dict.fromkeys(base, 0.0)
    for rates in (own, base):
        for law in itertools.product((False, True), repeat=3):
            weight = 0.5
            for name, there in zip(base, law, strict=True):
                odds = (told[name] / base[name], (1 - told[name]) / (1 - base[name]))
                weight *= rates[name] * odds[0] if there else (1 - rates[name]) * odds[1]
            total += weight
            for name, there in zip(base, law, strict=True):
                having[name] += weight * there
    expected = {name: share / total for name, share in having.items()}
    assert _on(30, sin=12, exp=3, log=7).adjusted(told, base) == pytest.approx(expected)


def test_rows_unlike_the_users_laws_are_left_as_they_are() -> None:
    base = {"tanh": 0.05, "log": 0.05, "sin": 0.1, "cos": 0.1, "exp": 0.1}
    habits = _on(80, tanh=60, log=60)
    like = {"tanh": 0.9, "log": 0.7, "sin": 0.1, "cos": 0.1, "exp": 0.3}
    unlike = {"tanh": 0.01, "log": 0.01, "sin": 0.9, "cos": 0.7, "exp": 0.3}
    assert habits.adjusted(like, base)["exp"] < 0.1
    assert habits.adjusted(unlike, base)["exp"] == pytest.approx(0.3, abs=0.02)


def test_a_user_who_is_as_everybody_changes_nothing() -> None:
    assert _on(40, sin=4).adjusted({"sin": 0.37}, {"sin": 0.1})["sin"] == pytest.approx(0.37)


@given(SHARES, SHARES, st.integers(0, 2_000), st.floats(0, 1))
def test_shifts_are_bounded_and_certainty_stays(
    p: float, base: float, laws: int, share: float
) -> None:
    [told] = _on(laws, sin=int(share * laws)).adjusted({"sin": p}, {"sin": base}).values()
    assert 0.0 <= told <= 1.0
    if laws == 0 or p in (0.0, 1.0):
        assert told == p
    elif 1e-9 < p < 1 - 1e-9:
        moved = math.log(told / (1 - told)) - math.log(p / (1 - p))
        assert abs(moved) <= module.MOST_SHIFT + 1e-6


def test_few_laws_move_little() -> None:
    [one] = _on(1, sin=1).adjusted({"sin": 0.5}, {"sin": 0.3}).values()
    [many] = _on(50, sin=50).adjusted({"sin": 0.5}, {"sin": 0.3}).values()
    assert 0.5 < one < 0.56 < many


@pytest.mark.parametrize("wrong", [-0.1, 1.1, math.nan])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(OptionError, match="no probability of 'sin'"):
        _on(1).adjusted({"sin": wrong}, {"sin": 0.5})
    with pytest.raises(OptionError, match="no probability of 'sin'"):
        _on(1).adjusted({"sin": 0.5}, {"sin": wrong})


# ---------------------------------------------------------------- what is measured


@pytest.mark.filterwarnings("error")
def test_a_sample_of_the_benchmark(tmp_path: Path, on: Path) -> None:
    import habits

    asked = habits.options([
        "--fields", "saturation", "--tables", "12", "--count", "1", "--budget", "0.3",
        "--noise", "0.01", "--size", "5", "--out", str(tmp_path),
    ])  # fmt: skip
    report = habits.beliefs_report(asked)
    assert len(report) == 2 + 1
    found = habits.losses("saturation", 12, 0.01, 20, asked)
    assert sum(found["own"]) < sum(found["off"]), "what the field is rich in is expected"
    rows = habits.run(asked)
    assert [row["arm"] for row in rows] == ["off", "own", "foreign"]
    assert habits.run(asked) == rows, "it goes on where it was"
    assert len(habits.searches_report(rows)) == 2 + 3 * 3
    assert Habits.read().path == on
    assert Habits.read().tally == Tally(is_on=True), "nothing of this goes to the user's file"


def test_laws_of_the_benchmark_are_accepted_where_they_go(on: Path) -> None:
    import habits

    laws = habits.pool("powers", 3)[:5]
    with habits.habits_of(laws) as kept:
        assert Habits.read().path != on
        assert kept.tally.is_on
        assert 1 <= kept.tally.laws <= 5
    with habits.habits_of(()):
        assert not Habits.read().tally.is_on
    assert Habits.read().path == on


# ---------------------------------------------------------------- the file


def _good(**change: object) -> str:
    content = module._as_json(Tally(True, 3, 12, {"sin": 2}, (hash_of(parse("sin(x)")),)))
    return json.dumps({**content, **change})


@pytest.mark.parametrize(
    "content",
    [
        "", "garbage", "[]", "null", "[" * 100_000, _good()[:60], "\x00" * 50, '{"a": NaN}',
        _good(format="other"), _good(version=2), _good(on="yes"), _good(laws=-1), _good(laws=1.5),
        _good(laws=True), _good(laws=10**30), _good(nodes=None), _good(operators=["sin"]),
        _good(operators={"sin": 4}), _good(operators={"evil": 1}), _good(hashes=["x"]),
        _good(hashes=[3]), _good(hashes=7), _good(hashes=["sr1:" + "0" * 32] * 1_001),
        _good(pad="x" * 300_000),
    ],
)  # fmt: skip
def test_a_broken_file_is_told_once_and_can_be_removed(place: Path, content: str) -> None:
    place.parent.mkdir()
    place.write_text(content)
    with pytest.raises(DataError, match="holds no counts of accepted laws") as raised:
        Habits.read()
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300 + len(str(place))
    with pytest.warns(HabitsWarning, match="sr-kernel guide forget"):
        heard(parse("sin(x)"))
    heard(parse("sin(x)"))  # without another warning, which would be an error
    assert Habits.load().tally == Tally()
    assert place.read_text() == content
    assert Habits(place, Tally()).forget() is True
    assert Habits.read().tally == Tally()


def test_load_tells_of_a_broken_file(place: Path) -> None:
    place.parent.mkdir()
    place.write_text("garbage")
    with pytest.warns(HabitsWarning, match="sr-kernel guide forget"):
        assert Habits.load().tally == Tally()


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("SR_KERNEL_CACHE", str(tmp_path / "file"))
    with pytest.raises(DataError, match="cannot"):
        Habits(module.default_path(), Tally()).accept(parse("x"))


def test_a_held_file_is_told(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BUSY_SECONDS", 0.05)
    holder = sqlite3.connect(module._lock_of(on), isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.warns(HabitsWarning, match="locked"):
        heard(parse("sin(x)"))
    holder.close()
    heard(parse("sin(x)"))
    assert Habits.read().tally.laws == 1


def test_a_write_that_fails_leaves_the_file(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = on.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.warns(HabitsWarning, match="No space left"):
        heard(parse("sin(x)"))
    assert on.read_text() == before
    assert list(on.parent.glob(".*")) == []


def test_whatever_goes_wrong_is_told_once(on: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(law: object) -> str:
        raise RecursionError("too deep")

    monkeypatch.setattr(module, "hash_of", broken)
    with pytest.warns(HabitsWarning, match="not counted for the guide: RecursionError: too deep"):
        heard(parse("sin(x)"))
    heard(parse("sin(x)"))
    assert Habits.read().tally.laws == 0


def test_a_user_without_a_home(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(module, "default_folder", homeless)
    with pytest.warns(HabitsWarning, match="no home folder"):
        heard(parse("sin(x)"))


def _accept_some(place: str, first: int) -> None:
    for k in range(first, first + 10):
        Habits.read(place).accept(parse(f"x**{k} + sin(x)"))


@pytest.mark.parametrize("start", [_accept_some, None], ids=["processes", "threads"])
def test_many_write_at_once(on: Path, start: Callable[[str, int], None] | None) -> None:
    if start is None:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(_accept_some, [str(on)] * 4, range(10, 50, 10)))
    else:
        context = multiprocessing.get_context("spawn")
        workers = [context.Process(target=start, args=(str(on), k)) for k in (10, 20, 30)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
            assert worker.exitcode == 0
    tally = Habits.read().tally
    assert tally.laws == tally.operators["sin"] == (40 if start is None else 30)
    assert [path.name for path in on.parent.glob(".*")] == []
