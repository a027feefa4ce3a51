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
_MOST_LEVELS = 10
_LONG_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]*(=.*)?\Z", re.DOTALL)


class _Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"sr-kernel: {one_line(message)} (see {self.prog} --help)\n")


def parse_arguments(argv: Sequence[str]) -> argparse.Namespace:
    """Arguments with `run`, the function of the command. Exits with 2 on bad usage."""
    parser = _parser()
    return parser.parse_args(_sorted_words(list(argv), parser))


def _sorted_words(words: list[str], parser: argparse.ArgumentParser) -> list[str]:
    """Behind the command, which may have commands of its own, options first."""
    commands = _commands_of(parser)
    if not commands:
        return _options_first(words, parser)
    place = next((i for i, word in enumerate(words) if word in commands), None)
    if place is None or not all(word.startswith("-") for word in words[:place]):
        return words
    behind = _sorted_words(words[place + 1 :], commands[words[place]])
    return [*words[: place + 1], *behind]


def _commands_of(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


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


def _parser() -> _Parser:
    parser = _Parser(
        prog="sr-kernel",
        allow_abbrev=False,
        description="Find laws in data, and simplify and compare formulas.",
        epilog="Exit codes: 0 done, 1 found or decided nothing, 2 bad usage or input, "
        "130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"sr-kernel {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    _add_all(commands, _COMMANDS)
    return parser


def _add_all(commands: Any, rows: Sequence["_Row"]) -> None:
    for name, about, add in rows:
        add(commands.add_parser(name, help=about, description=about, allow_abbrev=False))


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


def _guide(command: argparse.ArgumentParser) -> None:
    parts = command.add_subparsers(metavar="COMMAND", required=True, parser_class=_Parser)
    _add_all(parts, _GUIDE_COMMANDS)


def _guide_train(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--minutes", type=_positive, required=True, metavar="M", help="how long to train"
    )
    command.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="what computes"
    )
    command.add_argument(
        "--seed", type=_whole(0), default=0, metavar="N", help="the same seed sees the same laws"
    )
    command.add_argument(
        "--out", default="guide.safetensors", metavar="FILE.safetensors",
        help="the weights to write; its log and training.svg come beside it",
    )  # fmt: skip
    command.add_argument("--resume", action="store_true", help="go on from the weights in --out")
    command.add_argument("--threads", type=_whole(1), metavar="N", help="processors to use")
    command.add_argument("--batch", type=_whole(1), metavar="N", help="tables in a step")
    command.add_argument(
        "--workers", type=_whole(0), metavar="N",
        help="processes that make tables (default: none on a CPU; all processors but one on a GPU)",
    )  # fmt: skip
    command.set_defaults(run=_lazily("sr_kernel.cli.guide", "train"))


def _guide_evaluate(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "weights", metavar="WEIGHTS", nargs="?", help="a file (default: those of the package)"
    )
    command.add_argument(
        "--problems", metavar="FILE.jsonl", help="laws to ask about (default: drawn ones)"
    )
    command.add_argument(
        "--count", type=_whole(1), default=1_000, metavar="N", help="problems (default 1000)"
    )
    command.add_argument(
        "--seed", type=_whole(0), default=0, metavar="N", help="the same seed asks the same"
    )
    command.add_argument(
        "--noise", type=_noises, default=(0.0, 0.01), metavar="LIST",
        help="levels relative to the target's spread (default 0,0.01)",
    )  # fmt: skip
    command.add_argument(
        "--out", metavar="FOLDER", help="also write evaluation.json and calibration.svg"
    )
    command.set_defaults(run=_lazily("sr_kernel.cli.guide", "evaluate"))


def _guide_learn(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "state", metavar="on|off", nargs="?", choices=("on", "off"), help="without it, tell"
    )
    command.set_defaults(run=_lazily("sr_kernel.cli.guide", "learn"))


def _guide_forget(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=_lazily("sr_kernel.cli.guide", "forget"))


def _guide_card(command: argparse.ArgumentParser) -> None:
    command.set_defaults(run=_lazily("sr_kernel.cli.guide", "card"))


_Row = tuple[str, str, Callable[[argparse.ArgumentParser], None]]

_GUIDE_COMMANDS: tuple[_Row, ...] = (
    ("train", "Train a guide on laws drawn at random; needs torch.", _guide_train),
    ("evaluate", "Measure how good a guide is on laws it has not seen.", _guide_evaluate),
    ("learn", "Turn learning from accepted laws on or off, or tell its state.", _guide_learn),
    ("forget", "Remove all that was learned from accepted laws.", _guide_forget),
    ("card", "Print the model card of the guide that comes with the package.", _guide_card),
)

_COMMANDS: tuple[_Row, ...] = (
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
    ("guide", "Train, evaluate and look after the guide of searches.", _guide),
)


def _assume_option(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--assume", action="append", default=[], metavar="C", help='such as "x > 0", "n integer"'
    )


def _time_limit_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--time-limit", type=_seconds, metavar="S", help="seconds for each")


def _json_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON")


def _lazily(module: str, name: str = "run") -> Callable[[argparse.Namespace], int]:
    """The function of the command's module, imported only when that command is used."""

    def run(arguments: argparse.Namespace) -> int:
        from importlib import import_module

        chosen: Any = import_module(module)
        return int(getattr(chosen, name)(arguments))

    return run


def _seconds(text: str) -> float:
    value = _number(text.strip().removesuffix("s"))
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a time in seconds above zero")
    return value


def _positive(text: str) -> float:
    value = _number(text)
    if not 0 < value < math.inf:
        raise argparse.ArgumentTypeError(f"{text[:40]!r} is not a number above zero")
    return value


def _noises(text: str) -> tuple[float, ...]:
    """Levels of noise in a list with commas."""
    levels = tuple(map(_number, text.split(",")))
    if len(levels) > _MOST_LEVELS or not all(0 <= level <= 10 for level in levels):
        message = f"{text[:40]!r} is not up to {_MOST_LEVELS} numbers from 0 to 10, as in 0,0.01"
        raise argparse.ArgumentTypeError(message)
    return levels


def _number(text: str) -> float:
    """nan for what is no number."""
    try:
        return float(text)
    except ValueError:
        return math.nan


def _whole(least: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        value = int(text) if re.fullmatch(r"\d{1,9}", text.strip(), re.ASCII) else least - 1
        if value < least:
            message = f"{text[:40]!r} is not a whole number from {least} up"
            raise argparse.ArgumentTypeError(message)
        return value

    return read
