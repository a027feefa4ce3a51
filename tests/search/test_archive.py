import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.errors import ExpressionError
from sr_kernel.expr import parse
from sr_kernel.search.archive import Archive
from sr_kernel.search.history import History
from sr_kernel.search.pattern import Pattern
from sr_kernel.search.refine import quick_fit
from sr_kernel.search.sample import Sample


@pytest.fixture(scope="module")
def sample():
    generator = np.random.default_rng(1)
    X = generator.uniform(1, 4, (400, 2))
    y = np.sin(X[:, 0]) * X[:, 1] + 0.1 * generator.normal(size=400)
    return Sample(("a", "b"), X, y, np.ones(400))


def filled(sample, *texts):
    archive = Archive(sample)
    kept = [archive.add(quick_fit(parse(text), sample)) for text in texts]
    return archive, kept


def test_one_entry_a_function_in_its_cheapest_spelling(sample):
    archive, kept = filled(sample, "a*b + a", "a*(b + 1)", "a + b*a", "a*b", "(a*b + a)*1.0")
    assert kept == [True, True, False, True, True]
    assert {record.equation for record in archive} >= {"a*(b + 1)", "a*b"}
    assert len(archive) == 3


def test_what_only_nearly_agrees_is_kept_apart(sample):
    archive, kept = filled(sample, "a*b", "a*b + a/10000", "a*b + a/1000000000")
    assert kept == [True, True, False]
    assert archive.find(sample.predict(parse("a*b"))).equation == "a*b"
    assert archive.find(sample.predict(parse("a/b"))) is None


def test_entries_outgrow_their_first_room(sample):
    texts = [f"a + {k}/{k + 1}*b" for k in range(1, 400)]
    archive, kept = filled(sample, *texts)
    assert all(kept)
    assert not any(archive.add(quick_fit(parse(text), sample)) for text in texts[::40])
    assert archive.bytes_an_entry < 8 * 256 * 2 + 1


def test_queries(sample):
    archive, _ = filled(
        sample, "1.0*sin(a)*b", "1.0*a + 1.0*b", "1.0*a", "sin(a)", "exp(sin(b))", "1.0"
    )  # fmt: skip
    for asked in (archive, History(archive)):
        assert len(asked.query()) == 6
        assert Pattern("b*sin(a)").occurs_in(asked.query(1)[0].expr)
        lengths = [record.length for record in asked.query(4)]
        assert lengths == sorted(lengths)
        assert len(lengths) == 4
        assert len(asked.query(pattern="sin(_)")) == 3
        assert len(asked.query(pattern="_c*a")) == 2
        assert all(record.size <= 3 for record in asked.query(max_size=3))
        assert {record.equation for record in asked.query(max_parameters=0)} == {
            "sin(a)", "exp(sin(b))",
        }  # fmt: skip
        assert len(asked.query(where=lambda expr: expr.op == "exp")) == 1


def test_keys_are_those_of_the_function(sample):
    archive, _ = filled(sample, "a*b + a")
    [record] = archive
    other, _ = filled(sample, "a*(1 + b)")
    assert record.key == next(iter(other)).key


@pytest.mark.parametrize(
    ("pattern", "text", "occurs"),
    [
        ("sin(_)", "2*sin(a*b) + 1", True),
        ("sin(_)", "cos(a)", False),
        ("sin(a)", "sin(b)", False),
        ("_a*exp(-_a)", "3*b*exp(-b)", True),
        ("_a*exp(-_a)", "3*a*exp(-b)", False),
        ("_*exp(-_)", "a*exp(-b)", True),
        ("_c*a + _", "b + 2.5*a + 1", True),
        ("_c*a + _", "b*a + 1", False),
        ("_a + 1/_a", "b + a + 1/a", True),
        ("a*b", "2*b*sin(1)*a", True),
        ("2*a", "2.0*a", True),
        ("_**2", "(a + b)**2", True),
        ("_/_", "a/b + 1", True),
        ("a + b", "a*(a + b)", True),
    ],
)
def test_patterns(pattern, text, occurs):
    assert Pattern(pattern).occurs_in(parse(text)) is occurs


def test_a_pattern_that_cannot_be_read_says_so():
    with pytest.raises(ExpressionError):
        Pattern("sin(")


def test_a_hard_match_ends():
    many = parse(" + ".join(f"sin(a + {k})" for k in range(30)))
    assert Pattern(" + ".join(f"sin(_{k}) + cos(_{k})" for k in "abcdefg")).occurs_in(many) is False


TERMS = st.recursive(
    st.sampled_from(["a", "b", "2", "0.5"]),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"sin({text})"),
    ),
    max_leaves=6,
)


@given(TERMS)
def test_a_term_occurs_in_itself_and_in_what_it_is_part_of(text):
    expr = parse(text)
    assert Pattern(expr).occurs_in(expr)
    assert Pattern(expr).occurs_in(parse(f"exp({text})"))
    assert Pattern("_").occurs_in(expr)
