"""Simplifications that a cache remembers.

An entry is found again by the term in canonical order and by everything that the result depends
on: assumptions, domain mode, cost, rules and the code itself.  It also tells how much time the
work had, because with more time a smaller form may be found.
"""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sr_kernel.egraph.ruleset import Ruleset
from sr_kernel.equality.cache import Cache
from sr_kernel.equality.writing import ordered
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, parse, to_text
from sr_kernel.simplify.pipeline import DONE, MISMATCH, Simplification
from sr_kernel.simplify.situation import Situation

_LAYERS = ("expr", "numeric", "egraph", "equality", "simplify")


def recalled(
    cache: Cache,
    situation: Situation,
    exprs: Iterable[Expr],
    compute: Callable[[list[Expr]], list[Simplification]],
) -> list[Simplification]:
    """``compute(exprs)``, of which ``cache`` answers what it can and learns the rest.

    Costs that are callables cannot be told apart between processes: nothing is kept for them.
    """
    terms = list(exprs)
    if situation.model.own is not None or not terms:
        return compute(terms)
    return _Recall(cache, situation, terms).run(compute)


class _Recall:
    def __init__(self, cache: Cache, situation: Situation, terms: list[Expr]) -> None:
        self.cache = cache
        self.situation = situation
        self.terms = terms
        context = _context(situation)
        self.keys = [context + to_text(ordered(term)) for term in terms]
        limit = situation.time_limit
        self.effort = math.inf if limit is None else limit / len(terms)

    def run(self, compute: Callable[[list[Expr]], list[Simplification]]) -> list[Simplification]:
        started = time.perf_counter()
        stored = self.cache.get(self.keys)
        known = [self._known(i, stored.get(key)) for i, key in enumerate(self.keys)]
        each = (time.perf_counter() - started) / len(self.terms)
        missing = [i for i, entry in enumerate(known) if entry is None]
        found = dict(zip(missing, self._computed(missing, compute), strict=True))
        return [found[i] if entry is None else entry.told(each) for i, entry in enumerate(known)]

    def _known(self, i: int, value: str | None) -> _Entry | None:
        """The stored entry, if it had as much time as there is now and suits this spelling."""
        entry = None if value is None else _Entry.read(value)
        if entry is None or entry.effort < self.effort:
            return None
        cost = self.situation.cost
        return entry if cost(entry.result) <= cost(self.terms[i]) else None

    def _computed(
        self, missing: list[int], compute: Callable[[list[Expr]], list[Simplification]]
    ) -> list[Simplification]:
        if not missing:
            return []
        found = compute([self.terms[i] for i in missing])
        self.cache.put(
            {
                self.keys[i]: _Entry.of(item, self.effort).text()
                for i, item in zip(missing, found, strict=True)
                if item.stop_reason in (DONE, MISMATCH)
            }
        )
        return found


@dataclass(frozen=True)
class _Entry:
    forms: tuple[Expr, ...]
    """The forms on the way and the result, which stands alone where nothing was smaller."""
    passed: int
    conditions: tuple[str, ...]
    stop_reason: str
    effort: float
    """Seconds for each term that the work was allowed."""

    @classmethod
    def of(cls, item: Simplification, effort: float) -> _Entry:
        forms = item.passed or (item.result,)
        return cls(forms, len(item.passed), item.conditions, item.stop_reason, effort)

    @classmethod
    def read(cls, value: str) -> _Entry | None:
        """None for what this version cannot read."""
        try:
            forms, passed, conditions, reason, effort = json.loads(value)
            return cls(tuple(map(parse, forms)), passed, tuple(conditions), reason, effort)
        except (ValueError, TypeError, ExpressionError):
            return None

    @property
    def result(self) -> Expr:
        return self.forms[-1]

    def text(self) -> str:
        forms = [to_text(form) for form in self.forms]
        return json.dumps([forms, self.passed, self.conditions, self.stop_reason, self.effort])

    def told(self, seconds: float) -> Simplification:
        passed = self.forms[: self.passed]
        return Simplification(self.result, self.conditions, self.stop_reason, seconds, passed)


def _context(situation: Situation) -> str:
    rules = Ruleset.default() if situation.rules is None else situation.rules
    assume = sorted(situation.knowledge.assumptions)
    parts = [_version(), rules.digest, situation.domain, situation.model.name, assume]
    return json.dumps(parts) + "\n"


@lru_cache(maxsize=1)
def _version() -> str:
    """The package's version and a hash of the code that results depend on."""
    from sr_kernel import __version__

    package = Path(__file__).resolve().parent.parent
    digest = hashlib.sha256()
    for layer in _LAYERS:
        for file in sorted((package / layer).glob("*.py")):
            digest.update(file.read_bytes())
    return f"{__version__}+{digest.hexdigest()[:16]}"
