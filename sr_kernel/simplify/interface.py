"""The simplifier's public functions; what they need is imported at the first call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sr_kernel.egraph.ruleset import Ruleset
    from sr_kernel.equality.cache import CacheLike
    from sr_kernel.equality.reading import Assume
    from sr_kernel.expr import Expr
    from sr_kernel.simplify.pipeline import Simplification
    from sr_kernel.simplify.situation import Cost

T = TypeVar("T")


def simplify(
    expr: T,
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
) -> T:
    """A smaller expression with the same value wherever ``expr`` is defined.

    ``expr`` is text, a SymPy expression or a term; the result is of the same kind, and never
    costs more.  ``assume`` holds facts such as ``"x > 0"`` or ``"n integer"``.  ``domain`` is
    ``"preserve"``, ``"isolated"`` (isolated holes may be filled: ``x/x`` becomes 1) or ``"any"``
    (``exp(log(x))`` becomes x); :func:`simplify_detailed` tells which conditions were dropped.
    ``cost`` is ``"size"``, ``"flops"``, ``"parameters"`` or a callable of a term.  After
    ``time_limit`` seconds the best form so far is returned.

    ``rules`` replaces the rewrite rules (see ``Ruleset.load``).  ``cache`` keeps results on disk:
    True, a folder or a ``Cache``; None is what :func:`sr_kernel.equality.cache.use_cache` set for
    this process, nothing at first.

    Floats stand for their shortest decimals and stay floats.  Raises :class:`ExpressionError`,
    :class:`AssumptionError` or :class:`OptionError`.
    """
    return simplify_all(
        [expr],
        assume=assume,
        domain=domain,
        cost=cost,
        time_limit=time_limit,
        rules=rules,
        cache=cache,
    )[0]


def simplify_all(
    exprs: Iterable[T],
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
) -> list[T]:
    """:func:`simplify` of each, batched; ``time_limit`` is for all of them together."""
    from sr_kernel.equality.reading import assumptions_of, read, writer_for

    sources = list(exprs)
    terms = [read(source) for source in sources]
    found = simplify_all_detailed(
        terms,
        assume=assumptions_of(assume, sources),
        domain=domain,
        cost=cost,
        time_limit=time_limit,
        rules=rules,
        cache=cache,
    )
    return [
        writer_for(source)(item.result)  # type: ignore[misc]
        for source, item in zip(sources, found, strict=True)
    ]


def simplify_detailed(
    expr: object,
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
) -> Simplification:
    """:func:`simplify` with the conditions that were dropped, the reason to stop and the time."""
    from sr_kernel.equality.reading import assumptions_of, read

    return simplify_all_detailed(
        [read(expr)],
        assume=assumptions_of(assume, [expr]),
        domain=domain,
        cost=cost,
        time_limit=time_limit,
        rules=rules,
        cache=cache,
    )[0]


def simplify_all_detailed(
    exprs: Iterable[Expr],
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
) -> list[Simplification]:
    """:func:`simplify_detailed` of each, batched through one e-graph."""
    from sr_kernel.equality.cache import cache_of
    from sr_kernel.equality.reading import assumptions_of
    from sr_kernel.simplify.pipeline import Pipeline
    from sr_kernel.simplify.recall import recalled
    from sr_kernel.simplify.situation import Situation

    situation = Situation.of(assumptions_of(assume), domain, cost, time_limit, rules)
    run, kept = Pipeline(situation).run, cache_of(cache)
    return run(exprs) if kept is None else recalled(kept, situation, exprs, run)
