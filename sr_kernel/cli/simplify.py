"""sr-kernel simplify: one expression, or JSON lines through shared e-graphs.

Lines are worked on in a process of its own: one that brings it down is answered all the same.
"""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence

from sr_kernel.cli.json_lines import Json, Request, batches, guarded
from sr_kernel.cli.terminal import note, print_json
from sr_kernel.expr import Expr, parse, to_text
from sr_kernel.simplify import Simplification, simplify_all_detailed, simplify_detailed


def run(arguments: argparse.Namespace) -> int:
    """Print the simplified expression, or answer the lines of stdin."""
    options = {
        "domain": arguments.domain, "cost": arguments.cost, "time_limit": arguments.time_limit
    }  # fmt: skip
    assume = tuple(arguments.assume)
    if arguments.expr.strip() == "-":
        return _stream(arguments.json, assume, options)
    started = time.perf_counter()
    expr = parse(arguments.expr)
    found = simplify_detailed(expr, assume=assume, **options)
    seconds = time.perf_counter() - started
    if arguments.json:
        print_json({"id": None, "expr": arguments.expr, **_answer(expr, found, seconds)})
        return 0
    print(to_text(found.result))
    if found.conditions:
        note(f"equal where {' and '.join(found.conditions)}")
    return 0


def _stream(as_json: bool, assume: tuple[str, ...], options: Json) -> int:
    for batch in batches(("expr",)):
        for request, answer in zip(batch, _answers(batch, assume, options), strict=True):
            if as_json:
                print_json({"id": request.id, "expr": request.fields.get("expr"), **answer})
            elif "error" in answer:
                print(f"error: {answer['error']}")
            else:
                print(answer["result"])
        sys.stdout.flush()
    return 0


def _answers(batch: Sequence[Request], assume: tuple[str, ...], options: Json) -> list[Json]:
    """Answers in order; lines with the same assumptions share e-graphs."""
    answers: list[Json] = [{"error": request.error} for request in batch]
    groups: dict[tuple[str, ...], list[tuple[int, Expr]]] = defaultdict(list)
    for i, request in enumerate(batch):
        if request.error:
            continue
        read = guarded(lambda text=request.fields["expr"]: {"expr": parse(text)})  # type: ignore[misc]
        if "error" in read:
            answers[i] = read
        else:
            groups[(*assume, *request.fields["assume"])].append((i, read["expr"]))
    for assumed, members in groups.items():
        exprs = [expr for _, expr in members]
        for (i, _), answer in zip(members, _together(exprs, assumed, options), strict=True):
            answers[i] = answer
    return answers


def _together(exprs: list[Expr], assume: tuple[str, ...], options: Json) -> list[Json]:
    """One shared run, and where that fails one by one, so that each line has its own fate.

    A time limit is for each line, and shared work has no such parts.
    """

    def shared() -> Json:
        found = simplify_all_detailed(exprs, assume=assume, isolate=True, **options)
        pairs = zip(exprs, found, strict=True)
        return {"answers": [_answer(expr, one, one.seconds) for expr, one in pairs]}

    if len(exprs) > 1 and options["time_limit"] is None:
        answer = guarded(shared)
        if "error" not in answer:
            return list(answer["answers"])
    return [guarded(lambda expr=expr: _alone(expr, assume, options)) for expr in exprs]  # type: ignore[misc]


def _alone(expr: Expr, assume: tuple[str, ...], options: Json) -> Json:
    found = simplify_detailed(expr, assume=assume, isolate=True, **options)
    return _answer(expr, found, found.seconds)


def _answer(expr: Expr, found: Simplification, seconds: float) -> Json:
    return {
        "result": to_text(found.result),
        "size_in": expr.size,
        "size_out": found.result.size,
        "conditions": list(found.conditions),
        "stop_reason": found.stop_reason,
        "seconds": seconds,
    }
