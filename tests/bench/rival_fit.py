"""One fit of a rival, run by the Python that has it installed: needs NumPy and the rival only.

``rival_fit.py NAME TABLE.npz SECONDS SEED`` prints a JSON line when it is ready to start, and one
after each stage with what is known by then.  Small stages show what effort costs; the last
one spends what is left of the CPU seconds.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Front = list[str]
Stage = Callable[[int], Front]
"""From an effort (generations, fits ...) to expressions, the one that the rival would choose last.
Each stage starts afresh, unless the rival can go on from the one before.
"""
SPARE = 0.9
"""Share of the CPU seconds that is planned for; stages are not all alike."""


def names(X: Any) -> list[str]:
    return [f"v{k}" for k in range(X.shape[1])]


# ------------------------------------------------------------------ the rivals


def pyoperon(X: Any, y: Any, seed: int) -> tuple[Stage, int]:
    """Operon (Burlacu et al. 2020), two objectives, as in its authors' examples."""
    from pyoperon.sklearn import SymbolicRegressor

    def stage(effort: int) -> Front:
        model = SymbolicRegressor(
            allowed_symbols="add,sub,mul,div,constant,variable,sqrt,exp,log,sin,cos,pow,square",
            objectives=["r2", "length"], optimizer_iterations=5, max_length=30,
            generations=effort, max_evaluations=10**9, n_threads=1, random_state=seed,
        )  # fmt: skip
        model.fit(X, y)
        columns = {f"X{k + 1}": name for k, name in enumerate(names(X))}
        trees = [*(one["tree"] for one in model.pareto_front_), model.model_]
        return [_renamed(model.get_model_string(tree, 15), columns) for tree in trees]

    return stage, 2


def eggp(X: Any, y: Any, seed: int) -> tuple[Stage, int]:
    """eggp (de Franca & Kronberger 2025).  It takes no seed."""
    from eggp import EGGP

    def stage(effort: int) -> Front:
        model = EGGP(
            gen=effort, nPop=100, maxSize=30, optIter=20, optRepeat=1,
            nonterminals="add,sub,mul,div,power,sqrt,exp,log,sin,cos", simplify=False,
        )  # fmt: skip
        model.fit(X, y)
        columns = {f"x[:, {k}]": name for k, name in enumerate(names(X))}
        texts = [_filled(row) for _, row in model.results.iterrows()]
        return [_renamed(text.replace("np.", ""), columns) for text in texts]

    return stage, 1


def _filled(row: Any) -> str:
    """The NumPy form of a row of results, its parameters t[k] put in."""
    text = str(row["Numpy"])
    theta = str(row["theta"]).split(";")
    for place in reversed(range(len(theta))):
        if theta[place]:
            text = text.replace(f"t[{place}]", f"({float(theta[place])!r})")
    return text


def gplearn(X: Any, y: Any, seed: int) -> tuple[Stage, int]:
    """gplearn with its defaults and a wider set of functions."""
    from gplearn.functions import make_function
    from gplearn.genetic import SymbolicRegressor

    exp = make_function(function=lambda x: np.exp(np.minimum(x, 50.0)), name="exp", arity=1)
    model = SymbolicRegressor(
        population_size=1000, random_state=seed, feature_names=names(X), warm_start=True,
        function_set=("add", "sub", "mul", "div", "sqrt", "log", "sin", "cos", exp),
        parsimony_coefficient=1e-4,
    )  # fmt: skip

    def stage(effort: int) -> Front:
        model.set_params(generations=effort).fit(X, y)
        shortest: dict[int, Any] = {}
        for program in model._programs[-1]:
            length = len(program.program)
            if length not in shortest or program.raw_fitness_ < shortest[length].raw_fitness_:
                shortest[length] = program
        return [_infix(program, names(X)) for program in (*shortest.values(), model._program)]

    return stage, 3


_GPLEARN = {
    "add": "({} + {})", "sub": "({} - {})", "mul": "({} * {})", "div": "({} / {})",
    "sqrt": "sqrt(abs({}))", "log": "log(abs({}))", "neg": "(-{})", "inv": "(1/{})",
}  # fmt: skip


def _infix(program: Any, columns: list[str]) -> str:
    nodes = iter(program.program)

    def read() -> str:
        node = next(nodes)
        if isinstance(node, int | np.integer):
            return columns[int(node)]
        if isinstance(node, float | np.floating):
            return f"({float(node)!r})"
        shape = _GPLEARN.get(node.name, node.name + "({})")
        return shape.format(*(read() for _ in range(node.arity)))

    return read()


def rils_rols(X: Any, y: Any, seed: int) -> tuple[Stage, int]:
    """RILS-ROLS (Kartelj & Djukanovic 2023)."""
    from rils_rols.rils_rols import RILSROLSRegressor

    def stage(effort: int) -> Front:
        model = RILSROLSRegressor(
            max_fit_calls=1000 * effort, max_time=10_000, random_state=seed, verbose=False
        )
        model.fit(X, y)
        columns = {f"x{k}": name for k, name in enumerate(names(X))}
        return [_renamed(str(model.model_string()), columns)]

    return stage, 3


RIVALS = {"pyoperon": pyoperon, "eggp": eggp, "gplearn": gplearn, "rils_rols": rils_rols}
GO_ON = ("gplearn",)


def _renamed(text: str, columns: dict[str, str]) -> str:
    for old in sorted(columns, key=len, reverse=True):
        text = text.replace(old, columns[old])
    return text


# ------------------------------------------------------------------ stages


def stages(
    stage: Stage, first: int, seconds: float, *, goes_on: bool = False
) -> Iterator[tuple[float, Front]]:
    """(CPU seconds, front) after each stage: two small ones, which tell what starting and what
    each unit of effort costs, and one for the rest, or as many as it takes if each ``goes_on``."""
    begun, efforts, costs = time.process_time(), [0], [0.0]
    while len(efforts) <= 3 or goes_on:
        spent = time.process_time() - begun
        left = SPARE * seconds - spent
        effort = first
        if len(efforts) > 1:
            more = efforts[-1] - efforts[-2]
            each = (costs[-1] if goes_on else costs[-1] - costs[-2]) / more
            room = left if goes_on else left - costs[-1]
            affordable = efforts[-1] + int(room / max(each, 1e-4))
            effort = min(3 * efforts[-1], affordable) if len(efforts) < 3 else affordable
            if effort <= efforts[-1]:
                return
        front = stage(effort)
        efforts.append(effort)
        costs.append(time.process_time() - begun - spent)
        yield time.process_time() - begun, front


def main() -> None:
    name, table, seconds, seed = sys.argv[1:]
    # What rivals print must not get between the lines of this protocol.
    output = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    warnings.simplefilter("ignore")
    data = np.load(table)
    stage, first = RIVALS[name](data["X"], data["y"], int(seed))
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps({"ready": True}), file=output, flush=True)
        with np.errstate(all="ignore"):
            for spent, front in stages(stage, first, float(seconds), goes_on=name in GO_ON):
                print(json.dumps({"cpu": spent, "front": front}), file=output, flush=True)


if __name__ == "__main__":
    main()
