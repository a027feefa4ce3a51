"""Operon's node evaluations, run by the Python that has it: ``rival_speed.py COUNT SEED ROWS...``.

Draws random trees over three columns with Operon's own creator and prints them, and for each number
of rows the CPU seconds that evaluating all of them takes, in single precision as it works.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
import pyoperon as op
from pyoperon.sklearn import SymbolicRegressor

REPEATS, SYMBOLS, LENGTH = 5, "add,mul,div,sqrt,exp,log,sin,cos,constant,variable", 15


def drawn(count: int, seed: int) -> tuple[Any, list[Any]]:
    """A data set of one row and random trees for it."""
    data = op.Dataset(np.asfortranarray(np.ones((1, 3))))
    inputs = [variable.Hash for variable in data.Variables]
    problem = op.Problem(data)
    problem.InputHashes = inputs
    problem.ConfigurePrimitiveSet(SymbolicRegressor()._init_primitive_config(SYMBOLS))
    known = problem.PrimitiveSet  # its creator only points to it
    creator = op.BalancedTreeCreator(known, inputs, 0.0)
    lengths = op.UniformLengthTreeInitializer(creator)
    lengths.ParameterizeDistribution(3, LENGTH)
    lengths.MinDepth, lengths.MaxDepth = 1, 1000
    constants = op.NormalCoefficientInitializer()
    constants.ParameterizeDistribution(0, 1)
    generator = op.RandomGenerator(seed)
    trees = []
    for _ in range(count):
        tree = lengths(generator)
        constants(generator, tree)
        trees.append(tree)
    return data, trees


def seconds(trees: list[Any], rows: int) -> float:
    """CPU seconds of the quickest of some runs."""
    X = np.random.default_rng(0).uniform(1, 2, (rows, 3))
    data = op.Dataset(np.asfortranarray(X))
    result = np.zeros((len(trees), rows), dtype=np.float32)
    times = []
    for _ in range(REPEATS):
        begun = time.process_time()
        op.EvaluateTrees(trees, data, op.Range(0, rows), result, 1)
        times.append(time.process_time() - begun)
    return min(times)


def main() -> None:
    count, seed, *rows = map(int, sys.argv[1:])
    data, trees = drawn(count, seed)
    names = {variable.Hash: variable.Name for variable in data.Variables}
    terms = [op.InfixFormatter.Format(tree, names, 6) for tree in trees]
    print(json.dumps({"terms": terms, "seconds": {n: seconds(trees, n) for n in rows}}))


if __name__ == "__main__":
    main()
