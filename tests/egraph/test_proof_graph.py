"""Congruence closure with proofs: what is equal has a chain of stated steps between."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.egraph.proof_graph import CONGRUENCE, ProofGraph, Reason


def leaves(graph: ProofGraph, count: int) -> list[int]:
    return [graph.add("Var", 0, place) for place in range(count)]


def test_nodes_are_shared() -> None:
    graph = ProofGraph()
    x, y = leaves(graph, 2)
    assert graph.add("Sin", x) == graph.add("Sin", x)
    assert graph.add("Sin", x) != graph.add("Sin", y)
    assert graph.add("Num", Fraction(1)) != graph.add("Flt", 1.0)
    assert len(graph) == 6
    assert graph.arguments(graph.add("Num", Fraction(1))) == ()


def test_equal_arguments_make_equal_nodes() -> None:
    graph = ProofGraph()
    x, y = leaves(graph, 2)
    one, other = (graph.add("Exp", graph.add("Sin", arg)) for arg in (x, y))
    assert not graph.equal(one, other)
    assert graph.merge(x, y, Reason("given"))
    graph.close()
    assert graph.equal(one, other)
    assert not graph.merge(one, other, Reason("again"))
    assert [link.reason for link in graph.links(one, other)] == [CONGRUENCE]
    assert [reason.rule for *_, reason, _ in graph.steps(one, other)] == ["given"]


def test_order_of_commuting_arguments_is_no_step() -> None:
    graph = ProofGraph()
    x, y = leaves(graph, 2)
    assert graph.equal(graph.add("Add", x, y), graph.add("Add", y, x))
    assert not graph.equal(graph.add("Pow", x, y), graph.add("Pow", y, x))


def test_a_new_node_meets_an_equal_old_one() -> None:
    graph = ProofGraph()
    x, y = leaves(graph, 2)
    graph.merge(x, y, Reason("given"))
    graph.close()
    assert graph.equal(graph.add("Sin", x), graph.add("Sin", y))


def test_steps_are_read_in_both_directions() -> None:
    graph = ProofGraph()
    x, y, z = leaves(graph, 3)
    graph.merge(x, y, Reason("first"))
    graph.merge(z, y, Reason("second"))
    ahead = [(reason.rule, forward) for *_, reason, forward in graph.steps(x, z)]
    back = [(reason.rule, forward) for *_, reason, forward in graph.steps(z, x)]
    assert ahead == [("first", True), ("second", False)]
    assert back == [("second", True), ("first", False)]
    assert list(graph.steps(x, x)) == []


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8),
    st.lists(st.tuples(st.sampled_from(["Pow", "Mod"]), st.integers(0, 9), st.integers(0, 9)),
             max_size=6),
)  # fmt: skip
def test_a_proof_is_a_chain_of_stated_steps(
    merges: list[tuple[int, int]], shapes: list[tuple[str, int, int]]
) -> None:
    graph = ProofGraph()
    nodes = leaves(graph, 6)
    for head, left, right in shapes:
        nodes.append(graph.add(head, nodes[left % len(nodes)], nodes[right % len(nodes)]))
    stated = set()
    for place, (one, other) in enumerate(merges):
        if graph.merge(nodes[one], nodes[other], Reason(f"m{place}")):
            stated.add(f"m{place}")
        graph.close()
    for one in nodes:
        for other in nodes:
            if not graph.equal(one, other):
                continue
            steps = list(graph.steps(one, other))
            ends = [one, *(after for _, after, _, _ in steps)]
            assert ends[-1] == other
            for end, (before, _, reason, _) in zip(ends, steps, strict=False):
                assert end == before
                assert reason.rule in stated
            for before, after in pairwise(ends):
                assert graph.equal(before, after)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=8))
def test_classes_are_those_of_a_closure_by_hand(merges: list[tuple[int, int]]) -> None:
    graph = ProofGraph()
    nodes = leaves(graph, 4)
    nodes += [graph.add("Sin", node) for node in nodes[:3]]
    for one, other in merges:
        graph.merge(nodes[one], nodes[other], Reason("r"))
    graph.close()
    group = {node: node for node in nodes}

    def join(one: int, other: int) -> None:
        old, new = group[one], group[other]
        for node in nodes:
            if group[node] == old:
                group[node] = new

    for one, other in merges:
        join(nodes[one], nodes[other])
    for _ in nodes:
        for i in range(3):
            for j in range(3):
                if group[nodes[i]] == group[nodes[j]]:
                    join(nodes[4 + i], nodes[4 + j])
    for one in nodes:
        for other in nodes:
            assert graph.equal(one, other) == (group[one] == group[other])
