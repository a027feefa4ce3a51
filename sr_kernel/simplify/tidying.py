"""The first look at a term: tidied operator by operator, its domain kept in view."""

from __future__ import annotations

from functools import cached_property

from sr_kernel.equality.cautious_form import CautiousForm
from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import NEVER, Condition, Ledger
from sr_kernel.equality.local_form import LocalForm
from sr_kernel.equality.normal_form import Mode
from sr_kernel.equality.sign import Signs, asks_for_signs
from sr_kernel.equality.writing import ordered
from sr_kernel.expr import Expr

_GUARDED = Mode(guarded=True)


class Tidying:
    """``expr`` tidied where it is defined; each part is computed when first asked for."""

    def __init__(self, expr: Expr, signs: Signs) -> None:
        self.expr = expr
        self._constants = Constants([expr])
        self._plain = LocalForm(self._constants, signs)
        self._ledger = Ledger(self._plain)
        self._asks = asks_for_signs(expr)

    @cached_property
    def _conditions(self) -> frozenset[Condition]:
        return self._ledger.conditions(self.expr)

    @cached_property
    def form(self) -> Expr:
        """The tidy form in order of display; ``expr`` where it is defined nowhere."""
        if NEVER in self._conditions:
            return self.expr
        return ordered(self._informed(self._conditions).best(self.expr))

    @cached_property
    def cautious(self) -> tuple[Expr, ...]:
        """Tidy forms that move no domain but isolated holes.

        In one each part has kept its domain, in the other roots and logarithms stay as they are.
        """
        signs = self._informed(self._conditions).signs
        guarded = LocalForm(self._constants, signs, _GUARDED)
        forms = (CautiousForm(self._constants, signs, self._ledger), guarded)
        return tuple(ordered(form.best(self.expr)) for form in forms)

    def keeps_domain(self, form: Expr) -> bool:
        """Whether ``form`` is seen to be defined just where the term is."""
        if self._ledger.conditions(form) == self._conditions:
            return True
        return self._follows(form, self.expr) and self._follows(self.expr, form)

    def _follows(self, form: Expr, given: Expr) -> bool:
        """Whether ``form`` is seen to be defined wherever ``given`` is."""
        ledger = Ledger(self._informed(self._ledger.conditions(given)))
        return ledger.conditions(form) <= ledger.conditions(given)

    def _informed(self, conditions: frozenset[Condition]) -> LocalForm:
        """Local forms that hold where ``conditions`` do."""
        if not (conditions and self._asks):
            return self._plain
        return LocalForm(self._constants, self._ledger.signs(conditions))
