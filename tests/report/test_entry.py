"""The path of a fitted constant leads to it."""

import pytest

from sr_kernel.estimator import Discoverer
from sr_kernel.expr import from_tree, parse, to_tree, walk
from sr_kernel.report import entry as module
from sr_kernel.report.entry import law_entry, parameter_paths


def at(tree, path):
    """The part of ``tree`` at ``path``, as a front end finds it."""
    for child in path:
        tree = tree[child + 1]
    return tree


@pytest.mark.parametrize(
    ("text", "values", "paths"),
    [
        ("2.5*x", [2.5], [(0,)]),
        ("2.5", [2.5], [()]),
        ("x + 3.0*sin(0.5*x)", [3.0, 0.5], [(1, 0), (1, 1, 0, 0)]),
        ("x - 3.0*y", [-3.0], [(1, 0, 0)]),
        ("x - 3.0*y", [3.0], [(1, 0, 0)]),
        ("2.0*x + 2.0*y", [2.0, 2.0], [(0, 0), (1, 0)]),
        ("1.5*x**1.5", [1.5], [(0,)]),
        ("x**1.5*1.5", [1.5], [(1,)]),
        ("x**1.5*1.5", [1.5, 1.5], [(1,), (0, 1)]),
        ("x**1.7", [1.7], [(0 + 1,)]),
        ("x/3 + 0.25*y", [0.25], [(1, 0)]),
        ("x + 0.1", [0.2, 0.1], [None, (1,)]),
        ("x", [float("nan")], [None]),
    ],
)
def test_paths(text, values, paths):
    expr = parse(text)
    assert parameter_paths(expr, values) == paths
    for value, path in zip(values, paths, strict=True):
        if path is not None:
            assert abs(from_tree(at(to_tree(expr), path)).value) == abs(value)


@pytest.mark.slow
def test_constants_that_a_search_fits_are_found():
    import numpy as np

    X = np.random.default_rng(0).uniform(1, 3, (60, 2))
    y = 2.37 * X[:, 0] ** 1.5 - 1.71 * np.sin(1.3 * X[:, 1]) + 0.4
    y += np.random.default_rng(1).normal(0, 0.05, 60)
    laws = Discoverer(time_limit=5, random_state=0).fit(X, y).laws_
    fitted = 0
    for law in laws:
        entry = law_entry(law)
        for parameter in entry["parameters"]:
            leaf = from_tree(at(entry["tree"], parameter["path"]))
            assert abs(leaf.value) == abs(parameter["value"])
            fitted += 1
        paths = [tuple(parameter["path"]) for parameter in entry["parameters"]]
        assert len(set(paths)) == len(paths)
        assert len(paths) <= sum(isinstance(node.value, float) for node in walk(law.expr))
    assert fitted >= 3


def test_long_code_is_left_out(kepler, monkeypatch):
    monkeypatch.setattr(module, "MAX_CODE", 50)
    module._forms.cache_clear()
    assert "code" not in law_entry(kepler.best)
    monkeypatch.undo()
    module._forms.cache_clear()
    assert set(law_entry(kepler.best)["code"]) == {"numpy", "sympy", "torch", "c"}
