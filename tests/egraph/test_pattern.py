from fractions import Fraction

import pytest

from sr_kernel.egraph.pattern import (
    PatternError,
    compute,
    constructors,
    core,
    definition,
    metavariables,
    rational_metavariables,
    read_pattern,
    read_primitive,
)
from sr_kernel.egraph.sexpr import read_forms, write

CORE = [
    ("(Neg a)", "(Mul $-1 a)"),
    ("(Neg $2)", "$-2"),
    ("(Neg (Mul $3 a))", "(Mul $-3 a)"),
    ("(Sub a b)", "(Add a (Mul $-1 b))"),
    ("(Sub $1 (Neg b))", "(Add $1 b)"),
    ("(Div a b)", "(Mul a (Pow b $-1))"),
    ("(Div $1 b)", "(Pow b $-1)"),
    ("(Div a $2)", "(Mul $1/2 a)"),
    ("(Div a (Mul $2 b))", "(Mul $1/2 (Mul a (Pow b $-1)))"),
    ("(Div a (Pow b $2))", "(Mul a (Pow b $-2))"),
    ("(Div a (Pow b $-2))", "(Mul a (Pow (Pow b $-2) $-1))"),
    ("(Div a (Mul b c))", "(Mul a (Mul (Pow b $-1) (Pow c $-1)))"),
    ("(Sqrt a)", "(Pow a $1/2)"),
    ("(E)", "(Exp $1)"),
    ("(Mul $1 a)", "(Mul $1 a)"),
    ("(Mul a (Mul $2 b))", "(Mul $2 (Mul a b))"),
]


@pytest.mark.parametrize(("written", "meant"), CORE)
def test_surface_forms_become_core_forms(written: str, meant: str) -> None:
    assert write(core(read_forms(written)[0].tree)) == meant


def pattern(text: str) -> tuple[object, ...]:
    return read_pattern(read_forms(text)[0].tree)


def test_patterns() -> None:
    read = pattern("(Mul (Num q) (Pow (Sin a) $2))")
    assert read == (
        "Mul",
        ("Num", ("?", "q")),
        ("Pow", ("Sin", ("?", "a")), ("Num", Fraction(2))),
    )
    assert metavariables(read) == {"q", "a"}
    assert rational_metavariables(read) == {"q"}
    assert constructors(read) == {"Mul", "Pow", "Sin"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(Foo a)", "no constructor called 'Foo'"),
        ("(Sin a b)", "Sin takes 1 argument"),
        ("(Add a)", "Add takes 2 argument"),
        ("(Sin 2)", "'2' is not a metavariable or a literal"),
        ("(Num (foo q))", "no arithmetic called 'foo'"),
        ('(Num "q")', "is not a rational or a metavariable"),
    ],
)
def test_what_is_not_in_the_language(text: str, message: str) -> None:
    with pytest.raises(PatternError, match=message):
        pattern(text)


def test_definitions_of_literals() -> None:
    assert definition("$-1/2") == "(let $-1/2 (Num (bigrat (bigint -1) (bigint 2))))"
    assert definition("$q3") == "(let $q3 (bigrat (bigint 3) (bigint 1)))"
    with pytest.raises(ValueError, match="x"):
        definition("x")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(+ p q)", Fraction(7, 2)),
        ("(- p)", Fraction(-3)),
        ("(/ p $q0)", None),
        ("(pow p $q-2)", Fraction(1, 9)),
        ("(pow p q)", None),
        ("(pow $q0 $q-1)", None),
        ("(pow p $q100000)", None),
        ("(sqrt $q9/4)", Fraction(3, 2)),
        ("(sqrt p)", None),
        ("(sqrt $q-4)", None),
        ("(denom q)", Fraction(2)),
        ("(numer q)", Fraction(1)),
        ("(floor (neg q))", Fraction(-1)),
        ("(ceil q)", Fraction(1)),
        ("(abs (* p $q-1))", Fraction(3)),
        ("(min p (max q $q1))", Fraction(1)),
        ("(+ p missing)", None),
    ],
)
def test_arithmetic(text: str, value: Fraction | None) -> None:
    prim = read_primitive(read_forms(text)[0].tree)
    assert compute(prim, {"p": Fraction(3), "q": Fraction(1, 2)}) == value
