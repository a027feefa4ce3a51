"""What is being typed at the cursor of a ``%%discover`` cell or a ``%discover`` line.

A cell that is being written is rarely whole, so this reads with tolerance: a quote that is still
open reaches to the cursor, and what cannot be read means that there is nothing to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sr_kernel.jupyter.options import BY_FLAG, BY_KEY, COMMENT, Option, unquoted
from sr_kernel.jupyter.transformer import MAGIC

_CELL = re.compile(rf"\s*%%{MAGIC}(?=\s|$)")
_LINE = re.compile(rf"""(?:[^%#'"]*=)?\s*%{MAGIC}(?=\s)""")
_WORD = re.compile(r"""(?:`[^`]*`?|"[^"]*"?|'[^']*'?|[^\s`"'])+""")
_NAME = re.compile(r"`([^`]*)`|(?<!\w)([^\W\d]\w*)")
_QUOTED = re.compile(r"`[^`]*`")
_OPEN_NAME = re.compile(r"`[^`]*$|(?<!\w)[^\W\d]\w*$")
_OPEN_OPERATOR = re.compile(r"""[^\s,"']*$""")
_OPERAND_END = re.compile(r"[\w`).]$")


@dataclass(frozen=True)
class Cursor:
    """What may stand at the cursor.

    ``place`` is "target", "variables", "excluded" (after a minus sign), "flag", "key", or the
    field of the option whose value is being typed; ``fragment`` the part of it that is there, the
    end of the text before the cursor; ``data`` the table that the cell names; ``used`` the names
    that the formula has already and ``given`` the fields of the options that are.
    """

    place: str
    fragment: str
    data: str | None = None
    used: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()


def cursor_in(text: str, row: int, column: int) -> Cursor | None:
    """The cursor in a cell, at ``column`` of line ``row`` (both from 0); None outside the magics.

    None as well where nothing can be proposed, as in a number or a comment.
    """
    lines = text.split("\n")
    if not 0 <= row < len(lines):
        return None
    head = _cell_head(lines)
    at, start = head or (row, _line_head(lines[row]))
    if start is None or row < at or (row == at and column <= start):
        return None
    rest = [line for n, line in enumerate(lines) if n > at and n != row] if head else []
    before = lines[row][start if row == at else 0 : column]
    after = lines[row][column:].lstrip("`\"'")  # a quote that is open at the cursor ends there
    words = _words(before) + _words(after) if row == at else _words(lines[at][start:])
    given = _given(words, rest)
    return _with(_in_line(before) if row == at else _in_body(before), given)


def _cell_head(lines: Sequence[str]) -> tuple[int, int] | None:
    """Line and column where the magic's word ends; other cell magics may stand around it."""
    for number, line in enumerate(lines):
        if match := _CELL.match(line):
            return number, match.end()
        if line.strip() and not line.lstrip().startswith("%%"):
            return None
    return None


def _line_head(line: str) -> int | None:
    match = _LINE.match(line)
    return None if match is None else match.end()


def _with(found: Cursor | None, given: Sequence[tuple[Option, str]]) -> Cursor | None:
    if found is None:
        return None
    data = next((text for option, text in given if option.field == "data" and text), None)
    fields = frozenset(option.field for option, _ in given if not option.repeated)
    return Cursor(found.place, found.fragment, data, found.used, fields)


def _given(words: Sequence[str], body: Sequence[str]) -> list[tuple[Option, str]]:
    """The options that the cell has, with their texts."""
    found = [(option, text) for option, text in _parts(words) if option is not None]
    for row in body:
        key, colon, text = _without_comment(row).partition(":")
        option = _option_of_key(key)
        if colon and option is not None:
            found.append((option, unquoted(text.strip())))
    return found


def _words(line: str) -> list[str]:
    return [match[0] for match in _WORD.finditer(line)]


def _parts(words: Sequence[str]) -> Iterator[tuple[Option | None, str]]:
    """The words of the formula, without an option, and the options with their values.

    A flag at the end, whose value is yet to come, has the value "".
    """
    left = iter(words)
    for word in left:
        flag, equals, value = word.partition("=")
        option = BY_FLAG.get(flag)
        if option is None:
            yield None, word
        else:
            yield option, unquoted(value if equals else next(left, ""))


def _option_of_key(key: str) -> Option | None:
    return BY_KEY.get(key.strip().lower().replace("-", "_"))


def _without_comment(line: str) -> str:
    match = COMMENT.fullmatch(line)
    return line if match is None else match[1]


def _in_line(before: str) -> Cursor | None:
    matches = list(_WORD.finditer(before))
    typed = matches.pop()[0] if matches and matches[-1].end() == len(before) else ""
    words = [match[0] for match in matches]
    if _awaits_value(words):
        return _in_value(BY_FLAG[words[-1]], typed)
    flag, equals, value = typed.partition("=")
    if equals and flag in BY_FLAG:
        return _in_value(BY_FLAG[flag], value)
    if typed == "-" or typed.startswith("--"):
        return Cursor("flag", typed)
    formula = [word for option, word in _parts(words) if option is None]
    return _in_formula(" ".join([*formula, typed]))


def _awaits_value(words: Sequence[str]) -> bool:
    """Whether the last word is a flag, and not the value of the one before it."""
    awaits = False
    for word in words:
        awaits = not awaits and word in BY_FLAG
    return awaits


def _in_body(before: str) -> Cursor | None:
    if len(_without_comment(before)) < len(before):
        return None
    key, colon, text = before.partition(":")
    if not colon:
        fragment = key.lstrip()
        return Cursor("key", fragment) if re.fullmatch(r"[\w-]*", fragment) else None
    option = _option_of_key(key)
    return None if option is None else _in_value(option, text.lstrip())


def _in_value(option: Option, typed: str) -> Cursor | None:
    text = typed[1:] if typed[:1] in ('"', "'") else typed
    if option.field == "data":
        return Cursor("data", text)
    if option.field == "guide":
        return Cursor("guide", text)
    if option.field == "operators":
        match = _OPEN_OPERATOR.search(text)
        return Cursor("operators", match[0] if match else "")
    if option.field == "where":
        return _in_condition(text)
    return None


def _in_condition(text: str) -> Cursor | None:
    plain = _QUOTED.sub("", text)
    if any(plain.count(mark) % 2 for mark in "\"'"):
        return None
    fragment = _open_name(text)
    ends_operand = not fragment and _OPERAND_END.search(text.rstrip())
    return None if ends_operand else Cursor("where", fragment)


def _in_formula(text: str) -> Cursor | None:
    fragment = _open_name(text)
    before = text[: len(text) - len(fragment)]
    has_tilde = "~" in _QUOTED.sub("", before)
    if not fragment and _OPERAND_END.search(before.rstrip()):
        ends_term = has_tilde and before[-1:].isspace()
        return Cursor("flag", "") if ends_term else None
    used = frozenset(quoted or name for quoted, name in _NAME.findall(before))
    if not has_tilde:
        return Cursor("target", fragment, used=used)
    place = "excluded" if before.rstrip().endswith("-") else "variables"
    return Cursor(place, fragment, used=used)


def _open_name(text: str) -> str:
    """The name at the end of ``text``, from its backtick on if one is open."""
    match = _OPEN_NAME.search(_QUOTED.sub(lambda closed: ")" * len(closed[0]), text))
    return "" if match is None else text[match.start() :]
