"""Command-line arguments.

Formulas and expressions may start with a minus sign, which argparse would take for an option.  So
the words that are options of the command are put first, and everything else after '--'.
"""

import argparse
import math
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from sr_kernel import __version__
from sr_kernel.cli.terminal import one_line

DOMAINS = ("preserve", "isolated", "any")
COSTS = ("size", "flops", "parameters")
_LONG_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]*(=.*)?\Z", re.DOTALL)


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"sr-kernel: {one_line(message)} (see {self.prog} --help)\n")


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Arguments with `run`, the function of the command. Exits with 2 on bad usage."""
    parser, commands = _parsers()
    words = list(argv)
    place = next((i for i, word in enumerate(words) if word in commands), None)
    if place is not None and all(word.startswith("-") for word in words[:place]):
        words[place + 1 :] = _options_first(words[place + 1 :], commands[words[place]])
    return parser.parse_args(words)


def _options_first(words: list[str], parser: argparse.ArgumentParser) -> list[str]:
    takes_value = {
        flag: action.nargs != 0 for action in parser._actions for flag in action.option_strings
    }
    options: list[str] = []
    operands: list[str] = []
    rest = iter(words)
    for word in rest:
        flag, equals, _ = word.partition("=")
        if word == "--":
            operands.extend(rest)
        elif flag in takes_value and takes_value[flag] and not equals:
            value = next(rest, None)
            options.append(flag if value is None else f"{flag}={value}")
        elif flag in takes_value or _LONG_OPTION.match(word):
            options.append(word)
        else:
            operands.append(word)
    takes_operands = any(not action.option_strings for action in parser._actions)
    return [*options, *(["--"] if operands and takes_operands else []), *operands]


def _parsers() -> tuple[_Parser, dict[str, _Parser]]:
    parser = _Parser(
        prog="sr-kernel",
        allow_abbrev=False,
        description="Find laws in data, and simplify and compare formulas.",
        epilog="Exit codes: 0 done, 1 found or decided nothing, 2 bad usage or input, "
        "130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"sr-kernel {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    made: dict[str, _Parser] = {}
    for name, about, add in _COMMANDS:
        command = commands.add_parser(name, help=about, description=about, allow_abbrev=False)
        add(command)
        made[name] = command
    return parser, made


def _discover(command: argparse.ArgumentParser) -> None:
    command.add_argument("formula", metavar="FORMULA", help='such as "P ~ a", "log(y) ~ . - id"')
    command.add_argument(
        "--data", required=True, metavar="FILE.csv", help="a CSV file, or a bundled data set"
    )
    command.add_argument(
        "--time", type=_seconds, default=60.0, metavar="S", help="seconds to search (default 60)"
    )
    command.add_argument(
        "--jobs", type=_whole(1), default=1, metavar="N", help="processors to use (default 1)"
    )
    command.add_argument(
        "--seed", type=_whole(0), default=0, metavar="N", help="the same seed gives the same search"
    )
    command.add_argument(
        "--operators", metavar="LIST", help='what laws are made of, such as "+ - * / sqrt exp"'
    )
    command.add_argument(
        "--max-size", type=_whole(1), default=30, metavar="N", help="largest law in nodes"
    )
    command.add_argument(
        "--where", action="append", default=[], metavar="C", help='rows to use, such as "a > 1"'
    )
    command.add_argument(
        "--guide",
        default="auto",
        metavar="auto|on|off|FILE",
        help="whether a trained model says where to look first, or the file of its weights",
    )
    command.add_argument(
        "--guess", action="append", default=[], metavar="EXPR", help="an expression to start from"
    )
    command.add_argument(
        "--checkpoint", metavar="FILE", help="save the search to FILE and go on from it"
    )
    command.add_argument("--report", metavar="FILE.html", help="also write a report page")
    _json_option(command)
    command.set_defaults(run=_lazily("sr_kernel.cli.discover"))


def _simplify(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "expr", metavar="EXPR", help='an expression, or - to read lines such as {"expr": "x + x"}'
    )
    _assume_option(command)
    command.add_argument("--domain", choices=DOMAINS, default="isolated", help="what may change")
    command.add_argument("--cost", choices=COSTS, default="size", help="what is made small")
    _time_limit_option(command)
    _json_option(command)
    command.set_defaults(run=_lazily("sr_kernel.cli.simplify"))


def _equivalent(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "a", metavar="A", help='an expression, or - to read lines such as {"a": "x", "b": "y"}'
    )
    command.add_argument("b", metavar="B", nargs="?", help="an expression")
    _assume_option(command)
    _time_limit_option(command)
    _json_option(command)
    command.set_defaults(run=_lazily("sr_kernel.cli.equivalent"))


def _check_rules(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "file", metavar="FILE", help="a .egg file of rewrite rules, or a directory of them"
    )
    command.add_argument(
        "--seed", type=_whole(0), default=0, metavar="N", help="the same seed tries the same terms"
    )
    command.set_defaults(run=_lazily("sr_kernel.cli.check_rules"))


def _datasets(command: argparse.ArgumentParser) -> None:
    _json_option(command)
    command.set_defaults(run=_lazily("sr_kernel.cli.datasets"))


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--out", default="report.html", metavar="FILE.html", help="the report page to write"
    )
    command.set_defaults(run=_lazily("sr_kernel.cli.demo"))


_COMMANDS: tuple[tuple[str, str, Callable[[argparse.ArgumentParser], None]], ...] = (
    ("discover", "Search laws for a formula on the data of a CSV file.", _discover),
    ("simplify", "Simplify an expression.", _simplify),
    ("equivalent", "Decide whether two expressions are the same function.", _equivalent),
    (
        "check-rules",
        "Try rewrite rules on many terms; exit code 1 if one is refuted.",
        _check_rules,
    ),
    ("datasets", "List the bundled data sets.", _datasets),
    ("demo", "Find the laws in the bundled data and write a report page.", _demo),
)


def _assume_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--assume", action="append", default=[], metavar="C", help='such as "x > 0", "n integer"'
    )


def _time_limit_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--time-limit", type=_seconds, metavar="S", help="seconds for each")


def _json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _lazily(module: str) -> Callable[[argparse.Namespace], int]:
    """`run` of the command's module, imported only when that command is used."""

    def run(arguments: argparse.Namespace) -> int:
        from importlib import import_module

        chosen: Any = import_module(module)
        return int(chosen.run(arguments))

    return run


def _seconds(text: str) -> float:
    try:
        value = float(text.strip().removesuffix("s"))
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a time in seconds above zero")
    return value


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else least - 1
        if value < least:
            message = f"{text[:40]!r} is not a whole number from {least} up"
            raise argparse.ArgumentTypeError(message)
        return value

    return read
