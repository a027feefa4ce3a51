"""sr-kernel equivalent: whether two expressions are the same function."""

import argparse
import sys
import time
from typing import Any

from sr_kernel.cli.json_lines import Json, batches, guarded
from sr_kernel.cli.terminal import print_json
from sr_kernel.equality import compare
from sr_kernel.errors import OptionError


def run(arguments: argparse.Namespace) -> int:
    """Print the verdict, or answer the lines of stdin; 1 where nothing could be decided."""
    assume, limit = tuple(arguments.assume), arguments.time_limit
    if arguments.a.strip() == "-" and arguments.b is None:
        return _stream(arguments.json, assume, limit)
    if arguments.b is None:
        raise OptionError("equivalent compares two expressions: give a second one, or '-' alone")
    answer = _answer(arguments.a, arguments.b, assume, limit)
    if arguments.json:
        print_json(answer)
    else:
        print(_text(answer))
    return 1 if answer["status"] == "undecided" else 0


def _stream(as_json: bool, assume: tuple[str, ...], limit: float | None) -> int:
    for batch in batches(("a", "b")):
        for request in batch:
            answer = {"error": request.error}
            if not request.error:
                fields = request.fields
                given = (*assume, *fields["assume"])
                answer = guarded(lambda f=fields, g=given: _answer(f["a"], f["b"], g, limit))  # type: ignore[misc]
            if as_json:
                print_json({"id": request.id, **answer})
            else:
                print(f"error: {answer['error']}" if "error" in answer else _text(answer))
        sys.stdout.flush()
    return 0


def _answer(a: str, b: str, assume: tuple[str, ...], limit: float | None) -> Json:
    started = time.perf_counter()
    verdict = compare(a, b, assume=assume, time_limit=limit)
    return {
        "status": verdict.status,
        "counterexample": _plain(verdict.counterexample),
        "conditions": [str(condition) for condition in verdict.conditions],
        "seconds": time.perf_counter() - started,
    }


def _plain(counterexample: Any) -> Any:
    """A point as JSON: variable names and numbers."""
    if counterexample is None:
        return None
    return {str(name): float(value) for name, value in dict(counterexample).items()}


def _text(answer: Json) -> str:
    text = str(answer["status"]).replace("_", " ")
    if answer["counterexample"]:
        point = ", ".join(f"{name} = {v:.6g}" for name, v in answer["counterexample"].items())
        text += f", for example at {point}"
    if answer["conditions"]:
        text += f", where {' and '.join(answer['conditions'])}"
    return text
