"""The planner: with a policy made by hand it undoes a law step by step."""

from collections.abc import Sequence

import numpy as np
import pytest

from sr_kernel.expr import Expr
from sr_kernel.guide.actions import ATOMS, OUTER, PAIRS, WAYS
from sr_kernel.guide.network import Answers
from sr_kernel.guide.planning import Node, PeelProposer
from sr_kernel.guide.reading import Reader, Reading
from sr_kernel.guide.tokens import LONGEST
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.search.opening import context_of
from sr_kernel.search.problem import Problem
from sr_kernel.search.proposer import Context

NAMES = ("x", "y", "z")


class ByHand(Reader):
    """Believes in some outer functions and atoms, whatever the table."""

    def __init__(self, outer: Sequence[str] = (), atoms: Sequence[tuple[str, str, str]] = ()):
        self.outer, self.atoms = outer, atoms
        self.targets: list[np.ndarray] = []

    def read(self, names, X, y, seed=0):  # type: ignore[no-untyped-def]
        self.targets.append(y)
        d = len(names)
        outer, atoms = np.full((1, 16), -9.0), np.full((1, d, len(ATOMS), len(WAYS)), -9.0)
        for k, name in enumerate(self.outer):
            outer[0, OUTER.index(name)] = 2.0 - 0.1 * k
        for name, kind, way in self.atoms:
            atoms[0, names.index(name), ATOMS.index(kind), WAYS.index(way)] = 1.0
        answers = Answers(
            np.zeros((1, 17)), np.zeros((1, d)), np.zeros((1, d, d, 2)), np.zeros((1, LONGEST)),
            np.zeros((1, 6)), np.full(1, 2.0), outer, atoms, np.full((1, d, d, len(PAIRS)), -9.0),
        )  # fmt: skip
        return Reading(None, tuple(names), None, answers, 0.0)  # type: ignore[arg-type]


def context(law, *, bank: int = 300, **options) -> Context:  # type: ignore[no-untyped-def]
    X = np.random.default_rng(2).uniform(0.5, 2.0, (80, 3))
    problem = Problem(NAMES, X, law(*X.T), **options)
    found = context_of(problem, lambda: None, lambda text: None)
    found.bank.grow(bank)
    return found


def exact(found: list[Expr], there: Context) -> list[Expr]:
    sample = there.sample
    return [
        expr for expr in found
        if np.allclose(evaluate(compile_program(expr, NAMES), sample.X), sample.y, rtol=1e-9)
    ]  # fmt: skip


LAWS = [
    (lambda x, y, z: np.exp(x * y) / z, ["exp"], [("z", "x", "divisor")]),
    (lambda x, y, z: z * np.sqrt(x + y**2), ["sqrt"], [("z", "x", "factor")]),
    (lambda x, y, z: np.sin(x * y / 4) + z**2, ["sin"], [("z", "square", "term")]),
    (lambda x, y, z: 1 / (x * y + 3) ** 2, ["inverse", "square"], []),
    (lambda x, y, z: 2 * x * y - 7, [], []),
]


@pytest.mark.parametrize(("law", "outer", "atoms"), LAWS)
def test_a_right_policy_finds_the_law(law, outer, atoms) -> None:  # type: ignore[no-untyped-def]
    there = context(law)
    assert exact(list(PeelProposer(ByHand(outer, atoms)).propose(there)), there)


def test_a_bank_without_the_rest_does_not_have_it() -> None:
    there = context(lambda x, y, z: np.exp(x * np.sqrt(y + z)) / (z + np.sin(x * y)))
    assert not exact(list(PeelProposer(ByHand()).propose(there)), there)


def test_what_the_user_does_not_allow_is_not_undone() -> None:
    there = context(lambda x, y, z: np.exp(x * y) / z, operators=("add", "mul", "sin"))
    reader = ByHand(["exp"], [("z", "x", "divisor")])
    for expr in PeelProposer(reader).propose(there):
        assert "exp" not in str(expr)
        assert "/" not in str(expr)
    assert all("exp" not in str(expr) for expr in PeelProposer(reader).propose(there))


def test_hopeless_matches_are_not_proposed() -> None:
    """Once the front has a law that is nearly exact, a poor one is not worth a fit."""
    there = context(lambda x, y, z: np.exp(x * y) / z + 1e-3 * np.sin(9 * z))
    assert list(PeelProposer(ByHand()).propose(there))
    there.promising = lambda *rest, **named: False  # type: ignore[method-assign]
    assert not list(PeelProposer(ByHand()).propose(there))


def test_each_target_is_read_once_and_the_end_is_reached() -> None:
    """Square and root undo each other, so there are few targets; no one is asked in vain."""
    there = context(lambda x, y, z: x + y * np.sin(z) + z**3)
    reader = ByHand(["square", "sqrt"])
    proposer = PeelProposer(reader)
    for _ in range(4):
        list(proposer.propose(there))
    shown = {tuple(np.round(t / np.abs(t).max(), 9)) for t in reader.targets}
    assert len(shown) == len(reader.targets) > 5
    assert sum(np.array_equal(t, there.sample.y) for t in reader.targets) == 1


class OneWay(ByHand):
    """Sees bright prospects in what is left, as long as all of it is below 1."""

    def read(self, names, X, y, seed=0):  # type: ignore[no-untyped-def]
        reading = super().read(names, X, y, seed)
        reading.answers.length[:] = 0.1 if np.abs(y).max() < 1 else 2.0
        return reading


def test_a_search_goes_on_past_what_is_exhausted() -> None:
    """The root looks best and nothing can be undone in it but what leads back; the law is behind
    another step."""
    there = context(lambda x, y, z: (x * y + 30) / (z + 40), operators=("mul", "div", "exp"))
    proposer = PeelProposer(OneWay(["exp"], [("x", "x", "factor")]))
    for _ in range(4):
        list(proposer.propose(there))
    root = proposer._root
    assert root is not None

    def nodes(node: Node) -> list[Node]:
        return [node, *(below for child in node.children for below in nodes(child))]

    read = [node for node in nodes(root) if node.read]
    assert len(read) > 90 or root.over
    assert all(node.children for node in read if not node.over)


def test_it_polls_before_each_reading() -> None:
    there = context(lambda x, y, z: np.exp(x * y) / z + np.sin(z))
    polls: list[int] = []
    reader = ByHand(["exp", "sqrt", "square"], [("z", "x", "divisor")])
    there.poll = lambda: polls.append(len(reader.targets))
    list(PeelProposer(reader).propose(there))
    assert polls == list(range(len(reader.targets)))


def test_huge_values_do_no_harm() -> None:
    there = context(lambda x, y, z: 1e150 * np.exp(90 * x) * y, bank=100)
    reader = ByHand(["log", "exp", "sqrt", "square"], [("y", "x", "factor")])
    for expr in PeelProposer(reader).propose(there):
        assert expr.size > 0


def test_the_law_is_built_around_what_is_left() -> None:
    there = context(lambda x, y, z: np.exp(x * y) / z)
    node = Node(there.sample.y, (), 1.0)
    assert node.built(there.bank.expr(0)) is there.bank.expr(0)
