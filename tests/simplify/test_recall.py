"""Simplifications that a cache remembers."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.equality.cache import Cache
from sr_kernel.expr import parse
from sr_kernel.numeric.assumption import Assumptions
from sr_kernel.simplify import recall, simplify, simplify_all, simplify_all_detailed
from sr_kernel.simplify.pipeline import Pipeline, Simplification
from sr_kernel.simplify.situation import Situation

SOURCES = ["sin(x)**2 + cos(x)**2 + y", "x/x", "1/2*x + 0.1*x", "`a b` + `a b`", "x", "sqrt(x)**2"]


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


@pytest.fixture
def computed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many terms each run of the pipeline was given."""
    counts: list[int] = []
    run = Pipeline.run

    def counted(self: Pipeline, exprs: list[object]) -> list[Simplification]:
        counts.append(len(exprs))
        return run(self, exprs)  # type: ignore[arg-type]

    monkeypatch.setattr(Pipeline, "run", counted)
    return counts


def _told(items: list[Simplification]) -> list[tuple[object, ...]]:
    return [(i.result, i.conditions, i.stop_reason, i.passed) for i in items]


def test_what_is_recalled_is_what_was_found(cache: Cache, computed: list[int]) -> None:
    terms = [parse(source) for source in SOURCES]
    plain = simplify_all_detailed(terms)
    first = simplify_all_detailed(terms, cache=cache)
    cache.close()
    again = simplify_all_detailed(terms, cache=cache)
    assert _told(again) == _told(first) == _told(plain)
    assert computed == [len(terms)] * 2


def test_only_what_is_missing_is_computed(cache: Cache, computed: list[int]) -> None:
    simplify_all(["x + x", "y*y"], cache=cache)
    again = simplify_all(["z - z", "y*y", "x + x", "x*x/x"], cache=cache)
    assert again == ["0", "y**2", "2*x", "x"]
    assert computed == [2, 2]


def test_the_order_of_arguments_does_not_matter(cache: Cache, computed: list[int]) -> None:
    assert simplify("log(x*y + 1) + exp(y)*x*0", cache=cache, domain="any") == simplify(
        "exp(y)*0*x + log(1 + y*x)", cache=cache, domain="any"
    )
    assert computed == [1]


def test_whatever_changes_the_result_is_told_apart(cache: Cache, computed: list[int]) -> None:
    source = "x/x + sqrt(x**2)"
    assert simplify(source, cache=cache) == "abs(x) + 1"
    assert simplify(source, cache=cache, domain="preserve") != "abs(x) + 1"
    assert simplify(source, cache=cache, assume="x > 0") == "x + 1"
    simplify(source, cache=cache, cost="flops")
    simplify(source, cache=cache, rules=Ruleset(()))
    simplify(source, cache=cache, rules=Ruleset.default())
    assert computed == [1] * 5


def test_terms_that_differ_in_domain_are_told_apart(cache: Cache) -> None:
    assert simplify("1", cache=cache, domain="preserve") == "1"
    assert simplify("x/x", cache=cache, domain="preserve") == "x/x"


def test_other_code_does_not_read_it(
    cache: Cache, computed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    simplify("x + x", cache=cache)
    monkeypatch.setattr(recall, "_version", lambda: "9.9.9")
    simplify("x + x", cache=cache)
    assert computed == [1, 1]


def test_more_time_looks_again(cache: Cache, computed: list[int]) -> None:
    for limit in (5.0, 4.0, 6.0, None, 1.0):
        assert simplify("x + x", cache=cache, time_limit=limit) == "2*x"
    assert computed == [1, 1, 1]


def test_what_ran_out_of_time_is_not_kept(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Simplification(parse("x + x"), (), "time", 0.1)
    monkeypatch.setattr(Pipeline, "run", lambda self, exprs: [late])
    assert simplify("x + x", cache=cache, time_limit=0.1) == "x + x"
    monkeypatch.undo()
    assert simplify("x + x", cache=cache, time_limit=0.1) == "2*x"


def test_costs_of_ones_own_are_not_kept(cache: Cache) -> None:
    assert simplify("x + x", cache=cache, cost=lambda expr: expr.size) == "2*x"
    assert len(cache) == 0


def test_never_costs_more_whatever_is_stored(cache: Cache, computed: list[int]) -> None:
    large = Simplification(parse("x + x + x + x"), (), "done", 0.1)
    key = recall._context(Situation.of(Assumptions(), "isolated", "size", None)) + "x + x"
    simplify("x + x", cache=cache)
    assert cache.get([key]), "this is the key"
    cache.put({key: recall._Entry.of(large, math.inf).text()})
    assert simplify("x + x", cache=cache) == "2*x"
    assert computed == [1, 1]


def test_without_a_working_cache_all_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    broken = Cache(tmp_path / "file")
    with pytest.warns(UserWarning, match="is not used"):
        assert simplify("x + x", cache=broken) == "2*x"
    assert simplify("x + x", cache=broken) == "2*x"
    assert simplify_all([], cache=broken) == []
