"""Golden tests of the egglog behaviours this package relies on."""

import subprocess
import sys
from contextlib import suppress

import pytest

from sr_kernel.egraph.session import STEPS_KEPT, EGraphError, Session
from sr_kernel.errors import RuleError

LANGUAGE = [
    "(datatype M (Num BigRat) (Flt f64) (Var i64 i64) (Add M M) (Pow M M))",
    "(function lo (M) BigRat :merge (max old new))",
    "(function root (i64) M :merge old)",
    "(relation in-row (i64 f64))",
    "(ruleset main)",
    "(ruleset prune)",
]


def session_with(*forms: str) -> Session:
    session = Session()
    session.load((form, "test.egg", line) for line, form in enumerate([*LANGUAGE, *forms], 1))
    return session


def number(value: str) -> str:
    return f'(Num (bigrat (from-string "{value}") (from-string "1")))'


def test_only_the_native_module_is_loaded() -> None:
    code = (
        "import sys; from sr_kernel.egraph.session import native; native().EGraph(); "
        "assert 'egglog' not in sys.modules; "
        "import egglog; assert egglog.bindings is native(), 'the package finds the same module'"
    )
    subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True)


def test_a_refused_form_names_file_and_line() -> None:
    with pytest.raises(RuleError, match=r"test\.egg:7: egglog refuses this form: .*Nope"):
        session_with("(rewrite (Nope a) a :ruleset main)")


def test_a_panic_breaks_the_session(capfd: pytest.CaptureFixture[str]) -> None:
    session = session_with()
    with pytest.raises(EGraphError, match="broke down"):
        session.step("there-is-no-such-ruleset")
    assert session.broken
    assert "panicked" in capfd.readouterr().err


def test_an_interrupted_command_breaks_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_with()
    session.step("main")

    class Interrupted:
        def run_program(self, *_: object) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(session, "_egraph", Interrupted())
    with pytest.raises(KeyboardInterrupt):
        session.step("main")
    assert session.broken


def test_a_session_wears_out() -> None:
    session = session_with()
    for _ in range(STEPS_KEPT):
        session.step("main")
    assert not session.is_worn
    session.step("main")
    assert session.is_worn


def test_a_session_is_broken_between_two_clones(monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_with()
    session.abandon()

    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(session, "command", interrupted)
    with pytest.raises(KeyboardInterrupt), session.batch(1):
        pass
    assert session.broken


def test_a_panic_action_is_an_error() -> None:
    session = session_with('(rule () ((panic "boom")) :ruleset main :name "boom")')
    with pytest.raises(EGraphError, match="boom"):
        session.step("main")


def test_an_unmatched_primitive_in_a_body_is_no_match() -> None:
    session = session_with(
        '(rewrite (Pow (Num p) (Num p)) (Num r) :when ((= r (sqrt p))) :ruleset main :name "root")'
    )
    session.command(f"(Pow {number('2')} {number('2')})")
    session.command(f"(Pow {number('-4')} {number('-4')})")
    assert session.step("main") == 0
    session.command(f"(Pow {number('9')} {number('9')})")
    assert session.step("main") == 1


def test_division_by_zero_in_a_body_is_no_match() -> None:
    session = session_with(
        '(rewrite (Add (Num p) (Num q)) (Num r) :when ((= r (/ p q))) :ruleset main :name "ratio")'
    )
    session.command(f"(Add {number('1')} {number('0')})")
    assert session.step("main") == 0


def test_a_lattice_keeps_the_better_bound() -> None:
    session = session_with()
    for value in ("1", "3", "2"):
        session.command(f"(set (lo (Var 0 0)) (bigrat (bigint {value}) (bigint 1)))")
    (row,) = session.rows(["lo"])["lo"]
    assert session.rational(row.output) == 3


def test_rows_tell_what_is_subsumed() -> None:
    session = session_with(
        '(rule ((= e (Num q)) (= e (Add a b))) ((subsume (Add a b))) :ruleset prune :name "prune")'
    )
    session.command(f"(union {number('1')} (Add (Var 0 0) (Var 0 1)))")
    session.step("prune")
    (row,) = session.rows(["Add"])["Add"]
    assert row.subsumed


@pytest.mark.parametrize("value", [0.1, 5e-324, 1e22, 1.7976931348623157e308, -2.5, 1 / 3])
def test_floats_come_back_bit_for_bit(value: float) -> None:
    session = session_with('(rule ((in-row i v)) ((Flt v)) :ruleset main :name "load")')
    session.insert({"in-row": [(0, repr(value))]})
    session.step("main")
    (row,) = session.rows(["Flt"])["Flt"]
    assert session.real(row.inputs[0]) == value


def test_batches_share_a_clone_until_it_has_grown() -> None:
    session = session_with()
    with session.batch(10) as first:
        session.command("(Var 0 0)")
    with session.batch(10) as second:
        assert len(session.rows(["Var"])["Var"]) == 1
    assert (first, second) == (0, 10)
    session.abandon()
    with session.batch(10):
        assert session.rows(["Var"])["Var"] == []


def test_a_batch_left_early_is_swept_away() -> None:
    session = session_with()
    with suppress(KeyError), session.batch(10):
        session.command("(Var 0 0)")
        raise KeyError
    with session.batch(10):
        assert session.rows(["Var"])["Var"] == []


def test_sizes_count_rows() -> None:
    session = session_with()
    session.command("(Add (Var 0 0) (Var 0 1))")
    sizes = session.sizes()
    assert (sizes["Add"], sizes["Var"]) == (1, 2)


def test_deep_terms_are_loaded() -> None:
    # Expr's own limit on depth is far below the depth that crashes the engine.
    session = session_with()
    term = "(Var 0 0)"
    for _ in range(1_000):
        term = f"(Add {term} (Var 0 1))"
    session.command(term)
    assert session.sizes()["Add"] == 1_000
