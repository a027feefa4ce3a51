from __future__ import annotations

import pytest

from sr_kernel.expr import parse, to_latex


@pytest.mark.parametrize(
    ("text", "latex"),
    [("x_1", "x_{1}"), ("x1", "x_{1}"), ("alpha", r"\alpha"),
     ("lambda_nm", r"\lambda_{\mathrm{nm}}"),
     ("mass", r"\mathrm{mass}"), ("a/b", r"\frac{a}{b}"), ("-a/b", r"-\frac{a}{b}"),
     ("sqrt(x)**3", r"\sqrt{x}^{3}"), ("2*3.5", r"2 \cdot 3.5"), ("1e-7*x", r"1 \cdot 10^{-7} x"),
     ("(a + b)*c", r"\left(a + b\right) c"), ("a - (b - c)", r"a - \left(b - c\right)"),
     ("max(a, b)", r"\max\left(a, b\right)"), ("mod(a, b)", r"a \bmod b"), ("pi", r"\pi"),
     ("exp(x)", r"\exp\left(x\right)"), ("`50%`", r"\mathrm{50\%}"), ("-1/2", r"-\frac{1}{2}"),
     ("x**-0.5", "x^{-0.5}"), ("(-x)**2", r"\left(-x\right)^{2}"),
     ("abs(x)", r"\left|x\right|"), ("a - 2", "a - 2"), ("asinh(x)",
     r"\operatorname{arsinh}\left(x\right)")],
)  # fmt: skip
def test_latex(text: str, latex: str) -> None:
    assert to_latex(parse(text)) == latex
