"""C that we write compiles without a warning and computes what we compute."""

from __future__ import annotations

import ctypes
import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from agreement import assert_agrees, each_operator, has_no_constant_jump, texts
from hypothesis import given, settings
from strategies import terms

from sr_kernel.expr import Expr, parse, symbol, to_c, variables

COMPILER = shutil.which("cc")
pytestmark = pytest.mark.skipif(COMPILER is None, reason="there is no C compiler called cc")
STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-O0"]
Compile = Callable[..., Callable[..., float]]


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    folder: Path = tmp_path_factory.mktemp("c")
    numbers = count()

    def compile_(expr: Expr, flags: list[str] = STRICT) -> Callable[..., float]:
        stem = folder / f"law{next(numbers)}"
        stem.with_suffix(".c").write_text(to_c(expr), encoding="utf-8")
        command = [
            str(COMPILER),
            *flags,
            "-shared",
            "-fPIC",
            "-o",
            f"{stem}.so",
            f"{stem}.c",
            "-lm",
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        law = ctypes.CDLL(f"{stem}.so").law
        law.restype, law.argtypes = ctypes.c_double, [ctypes.c_double] * len(variables(expr))
        function: Callable[..., float] = law
        return function

    return compile_


@pytest.mark.parametrize("expr", [*each_operator(), *texts()], ids=str)
def test_values(compiled: Compile, expr: Expr) -> None:
    assert_agrees(expr, compiled(expr))


@given(terms.filter(has_no_constant_jump))
@settings(max_examples=40, deadline=None)
def test_values_of_any_term(compiled: Compile, expr: Expr) -> None:
    assert_agrees(expr, compiled(expr))


def test_it_reads_as_a_person_would_write_it() -> None:
    assert to_c(parse("365.25*sqrt(a)**3 - 1")) == (
        "#include <math.h>\n\n/* 365.25*sqrt(a)**3 - 1 */\n"
        "double law(double a)\n{\n    return 365.25*pow(sqrt(a), 3.0) - 1.0;\n}\n"
    )


def test_not_a_number_stays_so(compiled: Compile) -> None:
    nan = float("nan")
    for text in ("min(x, y)", "max(x, y)", "mod(x, y)", "x*y"):
        law = compiled(parse(text))
        assert law(nan, 1.0) != law(nan, 1.0)
        assert law(1.0, nan) != law(1.0, nan)
    sign = compiled(parse("sign(x)"))
    assert sign(nan) != sign(nan)


NAMES = ["int", "double", "sin", "pow", "fmod", "minimum", "sign", "law", "NAN", "M_PI", "linux",
         "class", "_x", "__x", "1", "2x", "日本", "a b", "a*/b", "/*", "*/", "??/", "\\", '"', "#x",
         "%d", "x²", "y0", "gamma", "I", "main", "n" * 200]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_become_names_of_c(compiled: Compile, name: str) -> None:
    expr = symbol(name) * 2 + parse("sin(y)") + parse("mod(y, 3)") + parse("min(y, 5)")
    assert compiled(expr)(1.0, 2.0) == pytest.approx(2 + 0.9092974268256817 + 2 + 2)


def test_names_that_look_alike_in_c_stay_apart(compiled: Compile) -> None:
    expr = symbol("a b") + 2 * symbol("a-b") + 4 * symbol("a_b") + 8 * symbol("日") + symbol("_")
    assert compiled(expr)(1.0, 10.0, 100.0, 1000.0, 0.0) == 8421.0


def test_macros_of_the_compiler_are_no_names(compiled: Compile) -> None:
    """All that the compiler and math.h define, as columns of one law."""
    done = subprocess.run(
        [str(COMPILER), "-D_GNU_SOURCE", "-dM", "-E", "-include", "math.h", "-"],
        input="", capture_output=True, text=True, check=True,
    )  # fmt: skip
    plain = [name for name in re.findall(r"#define (\w+)\s", done.stdout) if name[0] != "_"]
    assert "M_PI" in plain
    expr = parse("0.0")
    for name in plain:
        expr = expr + symbol(name)
    law = compiled(expr, ["-D_GNU_SOURCE", "-O0"])
    assert law(*range(len(plain))) == sum(range(len(plain)))
