"""Keys of terms: the AC key, and the functional hash of the normal form.

``canonical_hash`` is the same for two terms whenever their normal forms are: it does not depend on
spelling, order of arguments, process or machine.  Terms with the same value on their common
domain may share it (``x/x`` and ``1``), and 128 bits can collide: confirm with ``equivalent``
before anything is merged.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import Literal

from sr_kernel.equality.collect import collected
from sr_kernel.equality.constants import ONE, Constants
from sr_kernel.equality.domain import informed_normalizer
from sr_kernel.equality.factoring import term_list
from sr_kernel.equality.generators import Generator, TooLarge
from sr_kernel.equality.normal_form import Mode, NormalForm, Normalizer
from sr_kernel.equality.reading import read
from sr_kernel.equality.ring import Polynomial
from sr_kernel.equality.skeleton import DEEPEST, MOST_STEPS, skeleton_of
from sr_kernel.equality.spelling import key_text
from sr_kernel.errors import ExpressionError, OptionError
from sr_kernel.expr import Expr
from sr_kernel.numeric.deadline import OutOfTime, step_limit

PREFIX = "sr1:"


def canonical_key(expr: Expr) -> str:
    """The AC key: equal for terms that differ by order, grouping and like terms only."""
    try:
        return key_text(collected(expr, Constants([])))
    except ExpressionError:  # signs and fractions in their one place can nest deeper than a term
        return key_text(expr)


def canonical_hash(expr: object, *, constants: Literal["exact", "skeleton"] = "exact") -> str:
    """``"sr1:<hex>"`` of the function that ``expr`` stands for.

    ``constants="skeleton"`` leaves the values of floats out, so that two fits of one family agree.
    ``expr`` is text, a SymPy expression or a term.  Raises :class:`ExpressionError`.
    """
    term = read(expr)
    if constants == "exact":
        return hash_text(exact_form_text(term))
    if constants == "skeleton":
        return hash_text(skeleton_of(term).text)
    raise OptionError(f"constants={constants!r} is not known: use 'exact' or 'skeleton'")


def hash_text(text: str) -> str:
    """The hash of a canonical text."""
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()[:32]


def settled(normalizer: Normalizer, expr: Expr) -> NormalForm:
    """The normal form; taken again where a high power that kept a sum whole has cancelled."""
    form = normalizer.form(expr)
    return normalizer.form(normalizer.best(expr)) if form.is_unexpanded else form


def exact_form_text(expr: Expr) -> str:
    """The normal form spelled out, floats as the exact decimals they stand for."""
    if expr.depth > DEEPEST:
        return "ac|" + canonical_key(expr)
    try:
        with step_limit(MOST_STEPS):
            form = settled(informed_normalizer(Constants([]), Mode(canonical=True), expr), expr)
    except (TooLarge, ZeroDivisionError, ExpressionError, OutOfTime):
        return "ac|" + canonical_key(expr)
    return "nf|" + form_text(form)


def form_text(form: NormalForm) -> str:
    """Numerator and denominator as sorted sums; the first term below has the coefficient 1."""
    below = named_terms(form.below, form.generators)
    lead = below[0][1]
    above = named_terms(form.above, form.generators)
    return _sum_text(above, lead) + "/" + _sum_text(below, lead)


def named_terms(p: Polynomial, generators: list[Generator]) -> list[tuple[str, Fraction]]:
    """Terms of ``p`` as (monomial, coefficient), sorted by the monomial's text."""
    terms = []
    for c, exponents in term_list(p):
        powers = [
            _power_text(generator, count)
            for generator, count in zip(generators, exponents, strict=False)
            if count
        ]
        terms.append(("*".join(sorted(powers)), c))
    return sorted(terms)


def _power_text(generator: Generator, count: int) -> str:
    base = "e" if generator.base is None else key_text(generator.base)
    atom = "" if generator.atom is ONE else "*" + key_text(generator.atom)
    return f"({base})^({generator.unit * count}{atom})"


def _sum_text(terms: list[tuple[str, Fraction]], lead: Fraction) -> str:
    return "+".join(f"{c / lead}*{name}" for name, c in terms) or "0"
