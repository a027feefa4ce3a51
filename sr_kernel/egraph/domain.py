"""Where an expression is defined, as a set of conditions; the ledger of what a change gave up.

Every operator is strict, so an expression is defined exactly where the conditions of all its
sub-terms hold.  A domain mode decides which of the input's own conditions rules may rely on:

* ``"preserve"``: none; only what holds everywhere, or by assumption, can be used;
* ``"isolated"``: conditions ``t != 0`` that fail on isolated points (or thin sets) only;
* ``"any"``: all of them.

Rules are exact under their guards, so every form found is equal to the input wherever the input
is defined.  What the result no longer demands is reported as its conditions.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from sr_kernel.errors import AssumptionError
from sr_kernel.expr import Expr, number, walk
from sr_kernel.numeric.assumption import NOTHING, Assumptions
from sr_kernel.numeric.conditions import domain_of
from sr_kernel.numeric.deadline import check_time
from sr_kernel.numeric.relation import Relation, domain_relations, instantiated, nonzero

DOMAINS = ("preserve", "isolated", "any")
_ZERO = number(0)
_PIECEWISE = frozenset({"abs", "sign", "floor", "ceil", "min", "max", "mod"})


def own_conditions(expr: Expr) -> tuple[Relation, ...]:
    """Conditions under which ``expr`` is defined where its arguments are."""
    if not expr.args:
        return ()
    if expr.op == "pow":
        return _power_conditions(*expr.args)
    return tuple(instantiated(relation, expr.args) for relation in domain_relations(expr.op))


def _power_conditions(base: Expr, exponent: Expr) -> tuple[Relation, ...]:
    value = exponent.value
    if isinstance(value, Fraction | float):
        if value == int(value):
            return () if value >= 0 else (nonzero(base),)
        return (Relation(base, ">=" if value > 0 else ">", _ZERO),)
    positive = isinstance(base.value, Fraction | float) and base.value > 0
    if positive or base.op in ("e", "pi", "exp"):
        return ()
    # Also defined for some other exponents, but no simpler condition is sufficient.
    return (Relation(base, ">", _ZERO),)


@lru_cache(maxsize=20_000)
def conditions_of(expr: Expr) -> tuple[Relation, ...]:
    """Conditions of ``expr`` and all its sub-terms that are not plainly true."""
    found: dict[Relation, None] = {}
    for node in walk(expr):
        for relation in own_conditions(node):
            if literal_truth(relation) is not True:
                found[relation] = None
    return tuple(found)


def literal_truth(relation: Relation) -> bool | None:
    """The truth of a relation between literals, None for any other."""
    left, right = relation.left.value, relation.right.value
    if not isinstance(left, Fraction | float) or not isinstance(right, Fraction | float):
        return None
    return {
        "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right,
        "==": left == right, "!=": left != right,
    }[relation.sign]  # fmt: skip


def is_isolated(relation: Relation) -> bool:
    """Whether the relation can fail on a thin set only: ``t != 0`` with ``t`` analytic.

    A piecewise ``t`` such as ``x - abs(x)`` may vanish on a whole interval.
    """
    return relation.sign == "!=" and not any(node.op in _PIECEWISE for node in walk(relation.left))


def usable(relation: Relation, domain: str) -> bool:
    """Whether rules may rely on a condition of the input in this domain mode."""
    return domain == "any" or (domain == "isolated" and is_isolated(relation))


def granted_conditions(
    expr: Expr, domain: str, assumptions: Assumptions = NOTHING
) -> tuple[Relation, ...]:
    """The conditions of ``expr`` that rules may rely on in a domain mode.

    ``log(x) != 0`` also says that ``log(x)`` is defined: it is granted only together with
    ``x > 0``.
    """
    granted: dict[Relation, None] = {}
    for relation in conditions_of(expr):
        check_time()
        if _never(relation, assumptions):
            return ()  # defined nowhere, so anything would follow
        needed = conditions_of(relation.left)
        if usable(relation, domain) and all(
            item in granted or assumptions.implies(item) for item in needed
        ):
            granted[relation] = None
    return tuple(granted)


def _never(relation: Relation, assumptions: Assumptions) -> bool:
    """Whether a condition surely fails everywhere."""
    if relation.sign == "!=":
        return assumptions.interval(relation.difference).satisfies("==")
    opposite = {">": "<=", ">=": "<", "<": ">=", "<=": ">"}[relation.sign]
    return assumptions.interval(relation.difference).satisfies(opposite)


def lost_conditions(
    before: Expr, after: Expr, assumptions: Assumptions = NOTHING
) -> tuple[str, ...]:
    """Conditions of ``before`` that neither ``after`` nor the assumptions demand."""
    if set(conditions_of(before)) <= set(conditions_of(after)):
        return ()
    needed = domain_of(before, assumptions)
    try:
        facts = assumptions | Assumptions(domain_of(after, assumptions))
    except AssumptionError:
        return tuple(map(str, needed))  # defined nowhere: each condition is worth showing
    return tuple(str(relation) for relation in needed if not facts.implies(relation))
