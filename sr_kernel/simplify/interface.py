"""The simplifier's public functions; what they need is imported at the first call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from sr_kernel.egraph.ruleset import Ruleset
    from sr_kernel.equality.cache import CacheLike
    from sr_kernel.equality.reading import Assume
    from sr_kernel.expr import Expr
    from sr_kernel.simplify.pipeline import Simplification
    from sr_kernel.simplify.situation import Cost, Situation

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
    isolate: bool = False,
) -> T:
    """A smaller expression with the same value wherever ``expr`` is defined.

    ``expr`` is text, a SymPy expression or a term; the result is of the same kind, and never
    costs more.  ``assume`` holds facts such as ``"x > 0"`` or ``"n integer"``.  ``domain`` is
    ``"preserve"``, ``"isolated"`` (isolated holes may be filled, ``x/x`` becomes 1, and a cotangent
    of ``x`` may be written ``1/tan(x)``, undefined where it is 0) or ``"any"``
    (``exp(log(x))`` becomes x); :func:`simplify_detailed` tells which conditions changed.
    ``cost`` is ``"size"``, ``"flops"``, ``"parameters"`` or a callable of a term.  After
    ``time_limit`` seconds the best form so far is returned.

    ``rules`` replaces the rewrite rules (see ``Ruleset.load``).  ``cache`` keeps results on disk:
    True, a folder or a ``Cache``; None is what :func:`sr_kernel.equality.cache.use_cache` set for
    this process, nothing at first.

    ``isolate`` has a worker process do it, which may take a gigabyte and is killed and replaced
    past that or past ``time_limit``; the first call waits most of a second for it to start.

    Floats stand for their shortest decimals and stay floats.  Raises :class:`ExpressionError`,
    :class:`AssumptionError` or :class:`OptionError`.
    """
    options = (domain, cost, time_limit, rules, cache, isolate)
    return _in_kind([expr], assume, options)[0]


def simplify_all(
    exprs: Iterable[T],
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
    isolate: bool = False,
) -> list[T]:
    """:func:`simplify` of each, batched; ``time_limit`` is for all of them together."""
    options = (domain, cost, time_limit, rules, cache, isolate)
    return _in_kind(list(exprs), assume, options)


def simplify_detailed(
    expr: object,
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
    isolate: bool = False,
) -> Simplification:
    """:func:`simplify` with the conditions that were dropped, the reason to stop and the time."""
    options = (domain, cost, time_limit, rules, cache, isolate)
    return _details([expr], assume, options)[0]


def simplify_all_detailed(
    exprs: Iterable[Expr],
    *,
    assume: Assume = (),
    domain: str = "isolated",
    cost: Cost = "size",
    time_limit: float | None = None,
    rules: Ruleset | None = None,
    cache: CacheLike = None,
    isolate: bool = False,
) -> list[Simplification]:
    """:func:`simplify_detailed` of each, batched through one e-graph."""
    options = (domain, cost, time_limit, rules, cache, isolate)
    return _details(list(exprs), assume, options)


_Options = tuple["str", "Cost", "float | None", "Ruleset | None", "CacheLike", "bool"]
"""domain, cost, time_limit, rules, cache, isolate."""


def _in_kind(sources: list[T], assume: Assume, options: _Options) -> list[T]:
    """The results in the kind of each source."""
    from sr_kernel.equality.reading import writer_for

    found = _details(sources, assume, options)
    return [
        writer_for(source)(item.result)  # type: ignore[misc]
        for source, item in zip(sources, found, strict=True)
    ]


def _details(sources: Sequence[object], assume: Assume, options: _Options) -> list[Simplification]:
    from sr_kernel.equality.cache import cache_of
    from sr_kernel.equality.reading import assumptions_of, read
    from sr_kernel.simplify.recall import recalled
    from sr_kernel.simplify.situation import Situation

    domain, cost, time_limit, rules, cache, isolate = options
    terms = [read(source) for source in sources]
    assumptions = assumptions_of(assume, sources)
    runner = _runner(isolate)  # a worker is there before the time begins to count
    situation = Situation.of(assumptions, domain, cost, time_limit, rules)
    run = partial(runner, situation)
    kept = cache_of(cache)
    return run(terms) if kept is None else recalled(kept, situation, terms, run)


def _runner(isolate: bool) -> Callable[[Situation, list[Expr]], list[Simplification]]:
    """Where the work is done: in this process or in the worker."""
    if isolate:
        from sr_kernel.simplify.process import shared_process

        process = shared_process()
        process.start()
        return process.run

    from sr_kernel.simplify.pipeline import Pipeline

    return lambda situation, terms: Pipeline(situation).run(terms)
