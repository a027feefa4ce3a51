"""Which operations a law admits to be undone first: by hand, and by what is then left."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

import numpy as np
import pytest

from sr_kernel.errors import DataError
from sr_kernel.expr import Expr, number, parse, transform, variables
from sr_kernel.guide.actions import ATOMS, OUTER, PAIRS, WAYS, Peels, atom, pair, peels_of
from sr_kernel.guide.corpus import Corpus
from sr_kernel.guide.evaluation import right_peels
from sr_kernel.guide.grammar import LARGEST, Grammar, laws_of, parts_of
from sr_kernel.guide.points import MOST_COLUMNS
from sr_kernel.guide.reading import Action, undone
from sr_kernel.numeric import compile_program, evaluate
from sr_kernel.simplify import simplify

NAMES = tuple(f"x{j + 1}" for j in range(MOST_COLUMNS))


def values(expr: Expr, X: np.ndarray, names=NAMES) -> np.ndarray:
    return evaluate(compile_program(expr, names), X)


@pytest.mark.parametrize(
    ("law", "admitted"),
    [
        ("exp(x*y)/z", {("divisor", "z")}),
        ("exp(x*y)", {("exp", "")}),
        ("3*exp(x*y)", set()),
        ("3*sin(x)", {("factor", "sin(x)")}),
        ("sin(x)", {("factor", "sin(x)"), ("sin", "")}),
        ("x**2 + 3*y", {("term", "x**2"), ("term", "y")}),
        ("log(x) - x*z/2", {("term", "log(x)"), ("term", "x*z")}),
        ("5/(x + y)", {("divisor", "x + y"), ("inverse", "")}),
        ("z*(x - y)", {("factor", "z"), ("factor", "x - y")}),
        ("2*(x*y + z)**2", {("square", "")}),
        ("-(x*y + z)**1.7", {("power", "")}),
        ("sqrt(x*y + z)", {("sqrt", "")}),
        ("sqrt(x*y + z) + 1", set()),
        ("x*y*z", {("factor", "x"), ("factor", "y"), ("factor", "z")}),
        ("z/y**2", {("factor", "z"), ("divisor", "y**2"), ("divisor", "y")}),
        ("sin(z)*x**3", {("factor", "sin(z)"), *(("factor", f"x{e}") for e in ("", "**2", "**3"))}),
        ("(x + y*z)**2/exp(z)", {("divisor", "exp(z)")}),
        ("3*(x + y*z)**2*(y - x)**2", {("square", ""), ("factor", "x - y")}),
        ("(x + y*z)**2/(y - x)**4", {("square", ""), ("divisor", "x - y")}),
        ("(x + y*z)**2*(y - x)**3", {("factor", "x - y")}),
        (
            "(x*sin(y)*z**-2)**2",
            {
                ("square", ""),
                ("factor", "x"),
                ("factor", "x**2"),
                ("factor", "sin(y)"),
                *(("divisor", f"z{e}") for e in ("", "**2", "**3")),
            },
        ),
        ("cosh(x*y + z)", {("cosh", "")}),
        # sums that are shorter, multiplied or divided
        ("x*y**2*z - 3*y*sin(x)", {("factor", "y"), ("factor", "y**2")}),
        ("sin(x)*z + sin(x)*log(y)", {("factor", "sin(x)")}),
        ("1/(x/y + 1/z)", {("inverse", ""), ("factor", "y")}),
        ("exp(x)/(1 - y*x/z**2)", {("factor", v) for v in ("exp(x)", "z", "z**2")}),
        ("exp(x)*(1/sqrt(y) - 2/sqrt(y)*z)", {("factor", "exp(x)"), ("divisor", "sqrt(y)")}),
        ("1 + x/y", {("divisor", "y")}),
        ("2 + x/y", set()),
        ("x + z/y", {("term", "x")}),
        ("x/(z + exp(x)/y**2)", {("factor", "x")}),
    ],
)
def test_laws_by_hand(law: str, admitted: set[tuple[str, str]]) -> None:
    names = ("x", "y", "z")
    assert right_peels(parse(law, variables=names), names) == admitted


INNER = "x1*x2/4 + x3/8"


@pytest.mark.parametrize("name", [name for name in OUTER if name not in ("power", "abs")])
def test_an_outer_function_leaves_its_argument(name: str) -> None:
    form = {"square": "({})**2", "inverse": "1/({})"}.get(name, name + "({})")
    law, inner = parse(form.format(INNER)), parse(INNER)
    assert (name, "") in (right_peels(law, NAMES[:3]) or ())
    X = np.random.default_rng(0).uniform(0.2, 1.4, (50, 3))
    left = undone(Action(1.0, outer=name), values(law, X, NAMES[:3]), None)
    assert left is not None
    np.testing.assert_allclose(left, values(inner, X, NAMES[:3]), rtol=1e-9)


@pytest.mark.parametrize("name", ["power", "abs"])
def test_what_is_lost_cannot_be_undone(name: str) -> None:
    assert undone(Action(1.0, outer=name), np.array([1.0, 2.0]), None) is None


def test_large_values_are_undone_without_a_warning() -> None:
    target = np.array([700.0, 710.0, 1e308, -1e308])
    assert undone(Action(1.0, outer="log"), target, None) is None
    assert undone(Action(1.0, way="term", inner=parse("x1")), target, -target) is None


# ------------------------------------------------------------------ what is left, on the corpus


@pytest.fixture(scope="module")
def laws() -> list[tuple[Expr, Peels]]:
    """Laws of the corpus with what they admit as they are written."""
    found = []
    for batch in islice(Corpus(5).batches(), 2):
        peels = peels_of(batch.laws, batch.tables.place, sums=False)
        rows = range(len(batch))
        found += [(batch[i].law, Peels(*(part[i] for part in peels))) for i in rows]
    return found


def leaves(law: Expr) -> Iterator[str]:
    """The columns of ``law``, as often as they occur."""
    if law.is_symbol:
        yield str(law.value)
    for arg in law.args:
        yield from leaves(arg)


def once(law: Expr) -> set[int]:
    """Columns that occur once in ``law``."""
    return {NAMES.index(name) for name, count in Counter(leaves(law)).items() if count == 1}


def changed(rng: np.random.Generator, X: np.ndarray, columns: tuple[int, ...]) -> np.ndarray:
    other = X.copy()
    other[:, columns] = rng.uniform(0.3, 1.7, (len(X), len(columns)))
    return other


def marked(peels: Peels) -> Iterator[tuple[tuple[int, ...], str, Expr]]:
    for j, a, w in np.argwhere(peels.atoms):
        yield (int(j),), WAYS[w], atom(ATOMS[a], NAMES[j])
    for i, j, k in np.argwhere(peels.pairs):
        if j < i:
            yield (int(j), int(i)), PAIRS[k].split()[1], pair(PAIRS[k], NAMES[j], NAMES[i])


def is_power(values: np.ndarray, base: np.ndarray) -> bool:
    """Whether ``values`` (n,) are ``base`` (n,) to one power, 0 or above, signs aside."""
    with np.errstate(all="ignore"):
        top, bottom = np.log(np.abs(values)), np.log(np.abs(base))
    kept = np.isfinite(top) & np.isfinite(bottom)
    top, bottom = top[kept], bottom[kept]
    power = (top @ bottom) / (bottom @ bottom)
    return power > -1e-6 and bool((np.abs(top - power * bottom) < 1e-7 * (1 + np.abs(top))).all())


def test_what_is_undone_is_gone(laws: list[tuple[Expr, Peels]]) -> None:
    """What is left does not depend on columns that only stood in what was undone, but for further
    powers of it; for a term, one coefficient takes it away on all rows."""
    rng = np.random.default_rng(1)
    seen = dict.fromkeys(WAYS, 0)
    pairs = 0
    for law, peels in laws:
        for columns, way, inner in marked(peels):
            if not set(columns) <= once(law):
                continue
            X = rng.uniform(0.3, 1.7, (12, MOST_COLUMNS))
            other = changed(rng, X, columns)
            y, z, g, h = (values(e, T) for e in (law, inner) for T in (X, other))
            kept = np.isfinite(y) & np.isfinite(z) & (np.abs(y) < 1e6) & (np.abs(z) < 1e6)
            if kept.sum() < 3:
                continue
            y, z, g, h = (v[kept] for v in (y, z, g, h))
            if way == "term":
                c = (y - z) / (g - h)
                scale = (np.abs(y).max() + np.abs(z).max()) / np.abs(g - h)
                assert np.abs(c - np.median(c)) == pytest.approx(0, abs=1e-9 * scale.max()), law
            else:
                left, right = (y / g, z / h) if way == "factor" else (y * g, z * h)
                kept = (right != 0) & (left != 0) & (g != 0) & (h != 0)
                share = g[kept] / h[kept] if way == "factor" else h[kept] / g[kept]
                assert is_power(left[kept] / right[kept], share), law
            seen[way] += 1
            pairs += len(columns) == 2
    assert min(seen.values()) > 40
    assert pairs > 10


def exact(law: Expr) -> Expr:
    """``law`` with fractions for floats, other ones for others."""
    return transform(
        law,
        lambda node: (
            number(Fraction(int(1e3 * node.value % 97) + 2, 101))
            if isinstance(node.value, float)
            else node
        ),
    )


def test_what_a_sum_admits_leaves_a_shorter_law() -> None:
    """As the simplifier shows in most cases; it leaves some, as x*(z/x + 1/sqrt(x))."""
    drawn = Grammar((0.2, 0.4, 0.4), ("rational",), (0.5, 0.5), nice=1.0).draw(
        np.random.default_rng(6), 20_000
    )
    place = np.tile(np.arange(MOST_COLUMNS), (len(drawn.length), 1))
    whole, plain = (peels_of(drawn, place, sums=sums) for sums in (True, False))
    assert all((whole[k] == plain[k]).all() for k in (0, 2, 3))
    assert (whole.atoms | ~plain.atoms).all()
    seen: list[bool] = []
    for i, j, a, w in np.argwhere(whole.atoms & ~plain.atoms):
        law, inner = exact(parts_of(drawn, int(i))[-1]), atom(ATOMS[a], NAMES[j])
        if law.size > 13 or len(seen) == 60:
            continue
        rest = simplify(law / inner if WAYS[w] == "factor" else law * inner)
        seen.append(rest.size < law.size)
    assert np.mean(seen) > 0.85
    assert len(seen) == 60


def test_columns_that_are_not_joined_are_parted(laws: list[tuple[Expr, Peels]]) -> None:
    """By a sum: mixed differences are zero.  By a product: those of the logarithm are."""
    rng = np.random.default_rng(2)
    parted = [0, 0]
    for law, peels in laws[:600]:
        used = [NAMES.index(name) for name in variables(law)]
        for i in used:
            for j in used:
                if j >= i or peels.joined[i, j].all():
                    continue
                X = rng.uniform(0.3, 1.7, (8, MOST_COLUMNS))
                first = changed(rng, X, (i,))
                second, both = X.copy(), first.copy()
                second[:, j] = both[:, j] = rng.uniform(0.3, 1.7, len(X))
                y, a, b, ab = (values(law, T) for T in (X, first, second, both))
                scale = np.abs([y, a, b, ab]).max(axis=0)
                kept = np.isfinite(scale) & (scale < 1e6)
                y, a, b, ab = (v[kept] for v in (y, a, b, ab))
                if not peels.joined[i, j, 0]:
                    assert (np.abs(y - a - b + ab) <= 1e-9 * scale[kept]).all(), law
                    parted[0] += 1
                if not peels.joined[i, j, 1]:
                    assert (np.abs(y * ab - a * b) <= 1e-9 * scale[kept] ** 2).all(), law
                    parted[1] += 1
    assert min(parted) > 100


def test_joined_by_hand() -> None:
    law = parse("x1*sin(x2*x3)")
    place = np.arange(MOST_COLUMNS)[None]
    joined = peels_of(laws_of(law)[0], place).joined[0]
    assert joined[0, 1].tolist() == joined[1, 0].tolist() == [True, False]
    assert joined[1, 2].tolist() == [True, True]
    joined = peels_of(laws_of(parse("x1*x2 + x3"))[0], place).joined[0]
    assert joined[0, 1].tolist() == [True, True]
    assert joined[0, 2].tolist() == [False, True]


# ------------------------------------------------------------------ laws that are too large


def test_a_law_that_is_too_long_is_refused() -> None:
    names = ("x", "y")
    law = parse(" + ".join(f"sin(x**{k} + y)" for k in range(2, 12)), variables=names)
    assert right_peels(law, names) is None
    [laws] = laws_of(law)
    assert laws.length[0] > LARGEST
    with pytest.raises(DataError, match="more than 30 nodes"):
        peels_of(laws, np.zeros((1, MOST_COLUMNS), dtype=np.int64))


def test_columns_that_have_no_place_are_refused() -> None:
    [laws] = laws_of(parse("x1 + x2"))
    with pytest.raises(DataError, match="columns"):
        peels_of(laws, np.array([[0, MOST_COLUMNS]]))
    with pytest.raises(DataError, match="columns"):
        peels_of(laws, np.array([[0]]))
