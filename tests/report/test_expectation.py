"""What a guide expected, told in words."""

from dataclasses import replace

import pytest

from sr_kernel.report.expectation import expectation_html, expectation_text, percent_text
from sr_kernel.report.page import report_page
from sr_kernel.report.table import front_table

EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>"


def test_one_line_of_text(kepler, beliefs):
    line = "guide: expects exp, sin; about 9 nodes; 1 % noise; used"
    assert expectation_text(beliefs) == line
    assert front_table(replace(kepler, beliefs=beliefs)).splitlines()[1] == line
    assert "guide" not in front_table(kepler)


@pytest.mark.parametrize(
    ("noise", "text"), [(0.0, "no noise"), (0.003, "0.3 % noise"), (2.0, "200 % noise")]
)
def test_noise_is_told_in_percent(beliefs, noise, text):
    assert f"; {text}; " in expectation_text(replace(beliefs, noise=noise))


def test_arithmetic_alone(beliefs):
    bare = replace(beliefs, operators={"add": 0.9}, size=4.2, noise=0.0, used=False)
    line = "guide: expects arithmetic alone; about 4 nodes; no noise; not used"
    assert expectation_text(bare) == line


def test_a_folded_section(kepler, beliefs, make_laws):
    section = expectation_html(beliefs)
    assert section.startswith("<details><summary>What the guide expected</summary>")
    for text in (
        "<dd>guide 1, used by the search: it was sure of its columns</dd>",
        "<dd>mul 90 %, exp 75 %, sin 63 %, add 20 %</dd>", "<dd>a 98 %</dd>",
        "<dd>a with b 25 %</dd>", "<dd>log(P) 61 %, P/a 20 %</dd>",
        "<dd>about 9 nodes, 1 % noise</dd>",
    ):  # fmt: skip
        assert text in section, text
    guided = replace(kepler, beliefs=beliefs)
    empty = make_laws("y ~ x", {"y": [1.0, 2.0], "x": [3.0, 4.0]}, [], beliefs=beliefs)
    for laws in (guided, empty):
        assert section in laws._repr_mimebundle_()["text/html"]
        assert section in report_page([laws])
    assert "guide" not in kepler._repr_mimebundle_()["text/html"]


def test_hostile_words_are_text(kepler, beliefs):
    bad = replace(
        beliefs, operators={EVIL: 1.0}, columns={EVIL: 1.0}, pairs={(EVIL, EVIL): 1.0},
        peels=((EVIL, 1.0),), source=EVIL, reason=EVIL,
    )  # fmt: skip
    laws = replace(kepler, beliefs=bad)
    for page in (report_page([laws]), laws._repr_mimebundle_()["text/html"]):
        assert page.count("&lt;script&gt;") == 7
        assert "<script" not in page
        assert "<img" not in page


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0, "0 %"), (1e-9, "< 1 %"), (0.93, "93 %"), (0.9999, "> 99 %"), (1.0, "100 %")],
)
def test_only_what_is_certain_is_whole(p, text):
    assert percent_text(p) == text
