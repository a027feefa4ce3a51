"""Terms tidied only where that keeps their domain, part by part.

One step that moves a domain makes the whole of a result unacceptable, with all that is good in it:
``exp(log(x)) + sqrt(y**2)`` must keep the one and may change the other.
"""

from __future__ import annotations

from sr_kernel.equality.constants import Constants
from sr_kernel.equality.domain import Ledger, is_isolated
from sr_kernel.equality.local_form import LocalForm
from sr_kernel.equality.sign import Signs
from sr_kernel.expr import Expr


class CautiousForm(LocalForm):
    """A local form that takes back each step after which its term is defined elsewhere.

    Isolated holes may be filled.  ``ledger`` must not know what the domain of the whole implies:
    a step that drops a condition would find it met.
    """

    def __init__(self, constants: Constants, signs: Signs, ledger: Ledger) -> None:
        super().__init__(constants, signs)
        self._ledger = ledger

    def _smaller(self, node: Expr) -> Expr:
        found = super()._smaller(node)
        if found is node or self._is_permitted(node, found):
            return found
        self._split.pop(node, None)
        return node

    def _is_permitted(self, before: Expr, after: Expr) -> bool:
        left, right = self._ledger.conditions(before), self._ledger.conditions(after)
        if left == right:
            return True
        added = self._ledger.missing(right, left)
        return not added and all(map(is_isolated, self._ledger.missing(left, right)))
