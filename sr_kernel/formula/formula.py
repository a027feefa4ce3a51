"""Model formulas, `target ~ variables`, in the spelling that users of R and patsy know.

The right-hand side lists what a law may use: columns, `.` for all numeric columns but the target,
`- name` to leave one out, and transformed predictors such as `log(x)` or `I(x1/x2)`.  Products and
interactions are not written down, because finding them is the search's work.  Both sides are read
by the expression parser; nothing is ever evaluated.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from sr_kernel.errors import ExpressionError, FormulaError
from sr_kernel.expr import Expr, parse, to_text, variables
from sr_kernel.formula.token import Token, tokens

MAX_LENGTH = 10_000
"""Longest formula in characters."""

_EXAMPLE = "for example y ~ x1 + x2"
_PRODUCTS = frozenset({"*", ":", "/", "**", "^", "%", "|", "//", "@"})
_Tokens = Sequence[Token]
_Raise = Callable[[str, _Tokens], FormulaError]


@dataclass(frozen=True)
class Formula:
    """A parsed formula.

    `left` is the target; `terms` the listed predictors in order, symbols for plain columns and
    larger expressions for derived ones; `dot` says whether all other columns are asked for;
    `excluded` are the names taken away with a minus sign.
    """

    text: str
    left: Expr
    terms: tuple[Expr, ...]
    dot: bool
    excluded: tuple[str, ...]

    @classmethod
    def parse(cls, text: str, columns: Collection[str] | None = None) -> "Formula":
        """Read `text`; `columns` are names that win over constants such as pi and e.

        Raises FormulaError, one sentence with the way out.
        """
        if len(text) > MAX_LENGTH:
            raise FormulaError(
                f"the formula has {len(text)} characters, at most {MAX_LENGTH} are read: "
                "rename long columns, or write y ~ . for all of them"
            )
        left, right = _sides(text)
        reader = _Reader(text, columns)
        target = reader.target(left)
        reader.predictors(right)
        return cls(text.strip(), target, tuple(reader.terms), reader.dot, tuple(reader.excluded))

    @property
    def target(self) -> str:
        """The left-hand side as printed."""
        return to_text(self.left)

    def __str__(self) -> str:
        return self.text


def _sides(text: str) -> tuple[_Tokens, _Tokens]:
    """The tokens before and after the one '~'."""
    found = list(tokens(text))
    if not found:
        raise FormulaError(f"the formula is empty: write target ~ variables, {_EXAMPLE}", text, 0)
    tildes = [i for i, token in enumerate(found) if token.text == "~"]
    if not tildes:
        equals = next((token.text for token in found if token.text in ("=", "==")), "")
        hint = f"write '~' in place of {equals!r}" if equals else f"write one, {_EXAMPLE}"
        raise FormulaError(f"the formula has no '~' after the target: {hint}", text, len(text))
    if len(tildes) > 1:
        place = found[tildes[1]].start
        raise FormulaError(f"the formula has more than one '~': keep one, {_EXAMPLE}", text, place)
    left, right = found[: tildes[0]], found[tildes[0] + 1 :]
    if not left:
        raise FormulaError(f"nothing stands before '~': name the target, {_EXAMPLE}", text, 0)
    if not right:
        end = len(text)
        way_out = "list the variables, or write y ~ . for all columns"
        raise FormulaError(f"nothing stands after '~': {way_out}", text, end)
    return left, right


class _Reader:
    """Reads the two sides of one formula into terms and exclusions."""

    def __init__(self, text: str, columns: Collection[str] | None) -> None:
        self.text = text
        self.columns = columns
        self.terms: list[Expr] = []
        self.excluded: list[str] = []
        self.dot = False
        self._left: frozenset[str] = frozenset()

    def target(self, side: _Tokens) -> Expr:
        left = self._expression(side)
        self._left = frozenset(variables(left))
        if not self._left:
            raise self._error(f"the target {self._source(side)!r} names no column", side)
        return left

    def predictors(self, side: _Tokens) -> None:
        for sign, term in _summands(side, self._error):
            if _is_dot(term):
                if sign < 0:
                    raise self._error("'- .' leaves nothing: name the columns to leave out", term)
                self.dot = True
            elif sign > 0:
                self._add(term)
            else:
                self._exclude(term)

    def _add(self, term: _Tokens) -> None:
        self._check_no_intercept(term)
        self._check_no_product(term)
        found = self._expression(_without_identity(term))
        names = variables(found)
        if not names:
            raise self._error(f"the term {self._source(term)!r} names no column", term)
        both = [name for name in names if name in self._left]
        if both:
            raise self._error(
                f"the target {both[0]!r} is also listed as a variable: take it away after '~'", term
            )
        if found not in self.terms:
            self.terms.append(found)

    def _exclude(self, term: _Tokens) -> None:
        self._check_no_intercept(term)
        found = self._expression(term)
        if not found.is_symbol:
            raise self._error(
                f"only a column can be left out with '-', {self._source(term)!r} is none: "
                "transform it in the data, or list the variables with +",
                term,
            )
        self.excluded.append(str(found.value))

    def _check_no_intercept(self, term: _Tokens) -> None:
        if len(term) == 1 and term[0].kind == "number":
            raise self._error(
                f"the term {term[0].text!r} asks for or against an intercept: remove it, "
                "the search finds out whether the law has a constant",
                term,
            )

    def _check_no_product(self, term: _Tokens) -> None:
        depth = min(token.depth for token in term)
        marks = [t for t in term if t.kind == "mark" and t.text in _PRODUCTS and t.depth == depth]
        if not marks:
            return
        listed = " + ".join(_column_names(term)) or "x1 + x2"
        place = [marks[0]]
        if marks[0].text in ("*", ":"):
            raise self._error(
                f"{self._source(term)!r} is an interaction: list the variables with +, "
                f"here {listed}; products are found by the search",
                place,
            )
        raise self._error(
            f"{self._source(term)!r} combines variables: list them with +, here {listed}, and the "
            f"search combines them, or fix the combination as I({self._source(term)})",
            place,
        )

    def _expression(self, part: _Tokens) -> Expr:
        start = part[0].start
        try:
            # Spaces in place of what stands before, so that positions are those of the formula.
            return parse(" " * start + self._source(part), self.columns)
        except ExpressionError as error:
            message, place = str(error), error.position
            if place is not None and self.text[place : place + 1] == ".":
                message = f"a name with a dot needs backticks, `a.b` (at character {place + 1})"
            raise FormulaError(message, self.text, place) from None

    def _source(self, part: _Tokens) -> str:
        return self.text[part[0].start : part[-1].end]

    def _error(self, message: str, part: _Tokens) -> FormulaError:
        return FormulaError(message, self.text, part[0].start if part else None)


def _summands(side: _Tokens, error: _Raise) -> Iterator[tuple[int, _Tokens]]:
    """Signed terms in reading order, parentheses around sums opened."""
    pending: list[tuple[int, _Tokens, bool]] = [(1, side, True)]
    while pending:
        sign, part, is_sum = pending.pop()
        if not is_sum:
            yield sign, part
            continue
        for inner, term in reversed(_split(part, error)):
            opened = _unwrapped(term)
            if not opened:
                raise error("there is nothing between '(' and ')': remove them", term)
            pending.append((sign * inner, opened, len(opened) < len(term)))


def _split(part: _Tokens, error: _Raise) -> list[tuple[int, _Tokens]]:
    """Terms of a sum with their signs; a sign may stand in front, and several in a row."""
    depth = min(token.depth for token in part)
    pieces: list[tuple[int, _Tokens]] = []
    sign, term = 1, list[Token]()
    for token in part:
        is_sign = token.depth == depth and token.text in ("+", "-")
        if not is_sign or (term and _awaits_operand(term[-1])):
            term.append(token)
            continue
        if term:
            pieces.append((sign, term))
            sign, term = 1, []
        sign = -sign if token.text == "-" else sign
    if not term:
        raise error("a term is missing after the last sign: add it or remove the sign", part[-1:])
    return [*pieces, (sign, term)]


def _awaits_operand(token: Token) -> bool:
    """Whether a sign after `token` belongs to an exponent or factor, as in x**-1."""
    return token.kind == "mark" and token.text in _PRODUCTS


def _unwrapped(part: _Tokens) -> _Tokens:
    """`part` without parentheses that enclose all of it."""
    while _encloses(part):
        part = part[1:-1]
    return part


def _encloses(part: _Tokens) -> bool:
    if len(part) < 2 or part[0].text != "(" or part[-1].text != ")":
        return False
    return all(token.depth > part[0].depth for token in part[1:-1])


def _without_identity(term: _Tokens) -> _Tokens:
    """I(...) protects arithmetic from the formula's reading, as in R; the I means nothing."""
    is_identity = len(term) > 3 and term[0].kind == "name" and term[0].text == "I"
    return term[2:-1] if is_identity and _encloses(term[1:]) else term


def _column_names(term: _Tokens) -> list[str]:
    """Names in `term` that are not called as functions, once each, in order."""
    after = [*(token.text for token in term[1:]), ""]
    return list(
        dict.fromkeys(
            token.text
            for token, following in zip(term, after, strict=True)
            if token.kind == "quoted" or (token.kind == "name" and following != "(")
        )
    )


def _is_dot(term: _Tokens) -> bool:
    return len(term) == 1 and term[0].text == "."
