"""What the decoder writes: terms, each once, the likeliest first, as the user requires."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sr_kernel.guide.beams import OPERATIONS, Constraints, beams
from sr_kernel.guide.inputs import inputs_of
from sr_kernel.guide.network import BEGIN, Network, Shape, initial
from sr_kernel.guide.tokens import ARITY, LONGEST, TOKENS, open_slots, term

NAMES = ("u", "v", "w", "z")
WORDS = (*TOKENS, *NAMES)


def words(sequence: tuple[int, ...]) -> list[str]:
    return [WORDS[token] for token in sequence]


def likelihood(network: Network, tokens: np.ndarray, sequence: tuple[int, ...]) -> float:
    """The log likelihood of a sequence when all that the grammar admits is allowed."""
    before = [BEGIN, *(token + (token >= BEGIN) for token in sequence[:-1])]
    slots = open_slots(np.array([sequence], dtype=np.int16))[:, :-1]
    logits, _ = network.decode(tokens, np.array([before]), slots, None)
    arity = np.concatenate([ARITY, np.zeros(len(NAMES), dtype=int)])
    left = LONGEST - np.arange(len(sequence))
    may = slots[0][:, None] + arity <= left[:, None]
    shown = np.where(may, logits[0].astype(np.float64), -np.inf)
    shown = shown - np.log(np.exp(shown).sum(axis=1, keepdims=True))
    return float(shown[np.arange(len(sequence)), list(sequence)].sum())


def test_each_is_a_term_once_the_likeliest_first(tiny: Network, encoded: np.ndarray) -> None:
    found = beams(tiny, encoded, NAMES, count=40)
    sequences = [sequence for sequence, _ in found]
    assert len(sequences) == len(set(sequences)) == 40
    for sequence in sequences:
        assert term(sequence, NAMES).size >= 1
        assert len(sequence) <= LONGEST
    told = [p for _, p in found]
    assert told == sorted(told, reverse=True)
    for sequence, p in found[:10]:
        assert p == pytest.approx(likelihood(tiny, encoded, sequence), abs=1e-4)


def test_the_likeliest_short_law_is_among_them(tiny: Network, encoded: np.ndarray) -> None:
    """Of one token and three tokens all are looked at."""
    found = beams(tiny, encoded, NAMES, count=len(WORDS), constraints=Constraints(longest=1))
    leaves = [(k,) for k in range(len(WORDS)) if k >= len(TOKENS) or ARITY[k] == 0]
    assert sorted(sequence for sequence, _ in found) == leaves
    assert np.exp([p for _, p in found]).sum() == pytest.approx(1.0, abs=1e-6)


def test_a_sample_has_a_seed_and_no_repeats(tiny: Network, encoded: np.ndarray) -> None:
    def sample(seed: int) -> list[tuple[tuple[int, ...], float]]:
        return beams(tiny, encoded, NAMES, count=30, generator=np.random.default_rng(seed))

    one, other = sample(1), sample(2)
    assert one == sample(1)
    assert {s for s, _ in one} != {s for s, _ in other}
    assert len({s for s, _ in one}) == len(one) == 30
    assert {s for s, _ in one} != {s for s, _ in beams(tiny, encoded, NAMES, count=30)}
    for sequence, p in one[:5]:
        assert p == pytest.approx(likelihood(tiny, encoded, sequence), abs=1e-4)


def test_what_is_likelier_is_sampled_more_often(tiny: Network, encoded: np.ndarray) -> None:
    short = Constraints(longest=1)
    share = {s: np.exp(p) for s, p in beams(tiny, encoded, NAMES, count=99, constraints=short)}
    count = dict.fromkeys(share, 0)
    for seed in range(1500):
        generator = np.random.default_rng(seed)
        [(s, _)] = beams(
            tiny, encoded, NAMES, count=1, constraints=short, generator=generator
        )  # fmt: skip
        count[s] += 1
    for s, p in share.items():
        assert abs(count[s] / 1500 - p) < 5 * np.sqrt(p / 1500)


# ------------------------------------------------------------------ what the user requires

OPERATORS = st.frozensets(st.sampled_from(OPERATIONS), max_size=3)
COLUMNS = st.frozensets(st.sampled_from(NAMES), max_size=3)
TWINS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=2)


def group(column: str, twins: list[tuple[str, str]]) -> set[str]:
    found = {column}
    for _ in twins:
        found |= {name for twin in twins if found & set(twin) for name in twin}
    return found


def needed(required: frozenset[str], twins: list[tuple[str, str]]) -> int:
    """Tokens of the shortest law that has all that is required."""
    columns = {n for name in required & set(NAMES) for n in group(name, twins)}
    binary = len([name for name in required if name in TOKENS and ARITY[TOKENS.index(name)] == 2])
    unary = len(required - set(NAMES)) - binary
    forks = max(binary, len(columns) - 1)
    return unary + 2 * forks + 1


@settings(max_examples=150, deadline=None)
@given(
    OPERATORS, OPERATORS, COLUMNS, COLUMNS, TWINS, st.integers(1, 12), st.integers(1, 12),
    st.one_of(st.none(), st.integers(0, 9)), st.integers(0, 3),
)  # fmt: skip
def test_what_is_required_is_obeyed(
    banned: frozenset[str], wanted: frozenset[str], out: frozenset[str], within: frozenset[str],
    twins: list[tuple[str, str]], longest: int, count: int, seed: int | None, weights: int,
) -> None:  # fmt: skip
    """Every law obeys, and where a law can, there is one."""
    shape = Shape(width=8, heads=2, layers=1, decoder_layers=1, point=4, row=4)
    network = Network(initial(shape, weights), shape)
    X = np.random.default_rng(weights).uniform(1.0, 2.0, (1, 12, 4))
    tokens, _ = network.encode(inputs_of(X, X[:, :, 0]))
    forbidden, required = banned | out, wanted | within
    asked = Constraints(forbidden, required, tuple(twins), longest)
    generator = None if seed is None else np.random.default_rng(seed)
    found = beams(
        network, tokens, NAMES, count=count, constraints=asked, generator=generator
    )  # fmt: skip
    for sequence, _ in found:
        used = set(words(sequence))
        term(sequence, NAMES)
        assert len(sequence) <= longest
        assert required <= used
        assert not forbidden & used
        for one, other in twins:
            assert (one in used) == (other in used)
    closed = {n for name in required & set(NAMES) for n in group(name, twins)}
    possible = not (required | closed) & forbidden and needed(required, twins) <= longest
    forks = bool({"add", "sub", "mul", "div", "pow"} - forbidden)
    if possible and (forks or len(closed) <= 1):
        assert found
    if not possible:
        assert not found


def test_a_column_called_like_a_constant(tiny: Network, encoded: np.ndarray) -> None:
    """c is a column here, and the constant is not required with it."""
    names = ("a", "b", "c", "d")
    asked = Constraints(required=frozenset({"c"}), longest=1)
    [(sequence, _)] = beams(tiny, encoded, names, count=9, constraints=asked)
    assert sequence == (len(TOKENS) + names.index("c"),)
    asked = Constraints(forbidden=frozenset({"c"}), longest=1)
    found = beams(tiny, encoded, names, count=99, constraints=asked)
    assert (TOKENS.index("c"),) in [sequence for sequence, _ in found]
