"""Terms tidied operator by operator: the rules of the normal form without multiplying out.

The rational normal form looks at a whole region of arithmetic at once, which is most of its price.
Here the same rules of functions work on terms whose arguments are tidy already, and arithmetic is
collected and regrouped where it stands.  Every step holds wherever its input is defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sr_kernel.equality.collect import coefficient, once_collected
from sr_kernel.equality.constants import ONE, Constants
from sr_kernel.equality.core_form import Constant, Core, Kernel, Product, Sum, factors
from sr_kernel.equality.generators import TooLarge
from sr_kernel.equality.kernel_rules import core_of
from sr_kernel.equality.monomials import Monomial, Powers, monomial
from sr_kernel.equality.normal_form import Mode, NormalForm, Normalizer
from sr_kernel.equality.regrouping import Regrouper
from sr_kernel.equality.sign import Signs
from sr_kernel.equality.writing import Exponent, Factor, product_term, sum_term
from sr_kernel.errors import ExpressionError
from sr_kernel.expr import Expr, rebuild
from sr_kernel.expr.term import has_minus
from sr_kernel.numeric.deadline import check_time

_PLAIN = frozenset({
    "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan", "asinh", "acosh", "atanh",
    "exp", "log", "sqrt",
})  # fmt: skip
"""Functions that have no rule for a variable by itself."""
_COMPOSED = frozenset({"number", "add", "mul", "div", "neg", "pow", "exp", "log", "sqrt"})
"""What may join other factors or be taken apart."""


class LocalForm(Normalizer):
    """A normalizer whose arithmetic is local: what it calls best is tidy, not canonical."""

    def __init__(
        self, constants: Constants, signs: Signs | None = None, mode: Mode | None = None
    ) -> None:
        super().__init__(constants, signs, mode)
        self._regrouper = Regrouper(constants, self.signs)
        self._split: dict[Expr, Core] = {}
        """Functions that are several kernels: their parts may join what stands around them."""

    def best(self, expr: Expr) -> Expr:
        """``expr`` tidied; never larger."""
        found = self._best.get(expr)
        if found is None:
            check_time()
            found = self._tidied(expr) if expr.args else expr
            self._best[expr] = self._best[found] = found
        return found

    def form(self, expr: Expr) -> NormalForm:
        """There is none: whoever asks has to do with the tidy term."""
        raise TooLarge("normal form")

    def factors(self, expr: Expr) -> tuple[Fraction, tuple[tuple[Expr, int], ...]]:
        """The rational factor of the tidy term, and its other factors with their powers."""
        q, powers = self._regrouper.scaled(*monomial(self.best(expr)))
        if not self._split.keys() & powers.keys():
            return q, tuple(powers.items())
        found: Powers = {}
        for base, power in powers.items():
            c, inner = self._taken_apart(base)
            q *= c**power
            for factor, count in inner.items():
                found[factor] = found.get(factor, 0) + count * power
        return q, tuple((factor, count) for factor, count in found.items() if count)

    def _taken_apart(self, base: Expr) -> Monomial:
        """A function as the product it is; one that is a sum stays whole."""
        core = self._split.get(base)
        whole = base if core is None else self._as_term(core)
        return monomial(base if whole.op == "add" else whole)

    def linear(self, expr: Expr) -> list[tuple[Fraction, Expr]]:
        """The terms of the tidy term with their rational factors."""
        found = self.best(expr)
        return [coefficient(term) for term in (found.args if found.op == "add" else (found,))]

    def _tidied(self, expr: Expr) -> Expr:
        node = rebuild(expr, tuple(map(self.best, expr.args)))
        try:
            return self._smaller(node)
        except (ExpressionError, ZeroDivisionError):  # too large for a term, or defined nowhere
            return node

    def _smaller(self, node: Expr) -> Expr:
        if _is_plain_product(node):
            return node
        if is_arithmetic(node):
            found = self._regrouped(node)
            if any(part in self._split for part in _operands(node)):
                found = min(found, self._opened(node), key=_size)
            return found
        if node.op in _PLAIN and node.args[0].is_symbol:
            return node
        return self._function(node)

    def _regrouped(self, node: Expr) -> Expr:
        found = self._regrouper.regrouped(once_collected(node, self.constants))
        return found if found.size <= node.size else node

    def _function(self, node: Expr) -> Expr:
        if node.op == "abs" and self.signs.nonnegative(node.args[0]):
            return node.args[0]
        core = core_of(self, node)
        if isinstance(core, Kernel) and (core.base is node or core.base is node.args[0]):
            return node
        if isinstance(core, Kernel) and core.base is None and has_minus(node.args[0]):
            self._split[node] = core
            return node
        found = self._regrouped(self._as_term(core))
        if found.size < node.size:
            return found
        self._split[node] = core
        return node

    def _opened(self, node: Expr) -> Expr:
        """Arithmetic with its functions taken apart."""
        return self._regrouped(self._as_term(self.core(node)))

    # ------------------------------------------------------------------ writing

    def _as_term(self, core: Core) -> Expr:
        total: dict[Expr, Fraction] = {}
        for scale, part in _parts(core, Fraction(1)):
            q, rest = coefficient(self._product(part))
            total[rest] = total.get(rest, Fraction(0)) + q * scale
        return sum_term([(q, rest) for rest, q in total.items() if q != 0], self.constants)

    def _product(self, core: Core) -> Expr:
        q = Fraction(1)
        parts: list[Factor] = []
        exponentials: dict[Expr | None, list[Exponent]] = {}
        for part, exponent in factors(core, 1):
            if isinstance(part, Constant):
                q *= part.value**exponent
            elif isinstance(part, Kernel) and part.base is not None and part.atom is ONE:
                parts.append(_plain_power(part.base, part.power * exponent))
            elif isinstance(part, Kernel):
                exponentials.setdefault(part.base, []).append((part.power * exponent, part.atom))
            else:
                parts.append((self._as_term(part), Fraction(exponent)))
        return product_term(q, parts, self.constants, exponentials)


def is_arithmetic(expr: Expr) -> bool:
    """Whether the operator is one of polynomials and their quotients."""
    if expr.op == "pow":
        value = expr.args[1].value
        return type(value) is Fraction and value.denominator == 1
    return expr.op in ("add", "mul", "neg", "div")


def _plain_power(base: Expr, power: Fraction) -> Factor:
    """A power without an absolute value where that says nothing."""
    if base.op == "abs" and power.denominator == 1 and power.numerator % 2 == 0:
        return base.args[0], power
    return base, power


def _is_plain_product(node: Expr) -> bool:
    """Whether ``node`` is a product of different variables, a number and a function at most."""
    if node.op != "mul":
        return node.op == "neg" and node.args[0].is_symbol
    first, *others = node.args
    rest = others if first.is_number and first.value not in (0, 1, -1) else node.args
    functions = sum(not arg.is_symbol for arg in rest)
    if functions > 1 or len(set(rest)) < len(rest):
        return False
    return not functions or all(arg.op not in _COMPOSED for arg in rest)


def _size(expr: Expr) -> int:
    return expr.size


def _operands(node: Expr) -> Iterator[Expr]:
    """The functions that a node of arithmetic combines, through further arithmetic."""
    for arg in node.args:
        if arg.op in ("add", "mul", "neg", "div") or (arg.op == "pow" and is_arithmetic(arg)):
            yield from _operands(arg)
        else:
            yield arg


def _parts(core: Core, scale: Fraction) -> Iterator[tuple[Fraction, Core]]:
    """The terms of a core with rational factors; multiples of sums are taken apart."""
    if isinstance(core, Sum):
        for part in core.parts:
            yield from _parts(part, scale)
        return
    if isinstance(core, Product):
        others = [part for part in core.parts if not isinstance(part, Constant)]
        if len(others) == 1 and isinstance(others[0], Sum | Product):
            for part in core.parts:
                scale *= part.value if isinstance(part, Constant) else 1
            yield from _parts(others[0], scale)
            return
    yield scale, core
