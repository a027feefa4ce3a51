"""Functional keys: what shares one, and what does not."""

from __future__ import annotations

import numpy as np
import pytest

from sr_kernel.expr import parse
from sr_kernel.guide.grammar import Grammar, laws_of
from sr_kernel.guide.keys import READINGS, keys_of
from sr_kernel.search.machine import CODES


def shared(left: str, right: str, reading: str) -> bool:
    a, b = (keys_of(laws_of(parse(text))[0], reading)[0] for text in (left, right))
    assert a.all()
    assert b.all()
    return bool((a == b).any())


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    ("left", "right"),
    [("x*(y + z)", "a*c + b*a"), ("x/y", "b*(1/a)"), ("(x + y)/x", "1 + a/b"),
     ("sqrt(x)*x", "z**(3/2)"), ("u + v*w/t", "w + t*v/u")],
)  # fmt: skip
def test_equal_functions_share_their_key(left: str, right: str, reading: str) -> None:
    assert shared(left, right, reading)


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize(
    ("left", "right"),
    [("x*y", "x/y"), ("x*y", "x*y*z"), ("sin(x)", "cos(x)"), ("x**2", "x**3"), ("x", "exp(x)"),
     ("x/(y + z)", "(x + y)/z"), ("x*y + z*w", "x*y*z + w")],
)  # fmt: skip
def test_different_functions_do_not(left: str, right: str, reading: str) -> None:
    assert not shared(left, right, reading)


@pytest.mark.parametrize(
    ("left", "right", "reading"),
    [("2.5*x + 1", "y*7 + 0.3", "family"), ("-2*x*exp(3*y)", "-a*exp(b)", "family"),
     ("2**x", "exp(0.3*x)", "family"), ("x**1.713 + y", "2*x**0.91 + y", "family"),
     ("x - 2*y", "3*x + y", "tropical"), ("(x + 2)*(x + 3)", "x**2 + 5*x + 7", "tropical"),
     ("3 + x + x - y", "2*y + 7*x - 4", "tropical")],
)  # fmt: skip
def test_families_share_their_key(left: str, right: str, reading: str) -> None:
    assert shared(left, right, reading)
    assert not shared(left, right, "function")


def test_what_is_constant_or_undefined_has_no_key() -> None:
    assert not keys_of(laws_of(parse("x - x"))[0], "function").any()
    assert not keys_of(laws_of(parse("log(-exp(x))"))[0], "function").any()


@pytest.mark.parametrize(("reading", "most"), [("function", 12), ("family", 12), ("tropical", 60)])
def test_names_hardly_ever_matter(reading: str, most: int) -> None:
    laws = Grammar().draw(np.random.default_rng(8), 3000)
    rng = np.random.default_rng(9)
    orders = np.array([np.append(rng.permutation(n), np.arange(n, 30)) for n in laws.count])
    places = np.where(laws.code == CODES["input"], laws.left, 0)
    left = np.where(
        laws.code == CODES["input"], np.take_along_axis(orders, places, axis=1), laws.left
    )
    a, b = keys_of(laws, reading), keys_of(laws._replace(left=left), reading)
    assert (a != b).all(axis=1).sum() <= most
