"""Plots are well-formed SVG for any numbers."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sr_kernel.expr import parse
from sr_kernel.report.plot import front_plot, measured_plot
from sr_kernel.search.law import Law


def law(loss, size=1, text="x"):
    return Law(parse(text), loss, 0.0, size, (), (), 0.0, f"sr1:{loss}{size}")


def tree(markup):
    return ElementTree.fromstring(markup.replace("&nbsp;", " "))


def points(markup):
    return [e for e in tree(markup).iter() if e.get("class") == "point"]


def test_front_has_a_point_for_each_law_lower_for_smaller_loss():
    laws = [law(100.0, 1), law(1.0, 3), law(1e-6, 7)]
    drawn = points(front_plot(laws, laws[2]))
    x, y = ([float(p.get(name)) for p in drawn] for name in ("cx", "cy"))
    assert x == sorted(x)
    assert y == sorted(y)
    assert [p.get("r") for p in drawn] == ["5", "5", "6"]


@pytest.mark.parametrize(
    "losses", [[], [0.0], [1.0], [1e-300, 0.0], [float("inf"), 1.0], [float("nan")], [1e300]]
)
def test_degenerate_losses(losses):
    laws = [law(loss, i + 1) for i, loss in enumerate(losses)]
    assert len(points(front_plot(laws, None))) == len(losses)


def test_exact_laws_are_lowest_and_undefined_losses_highest():
    laws = [law(float("inf"), 1), law(1.0, 2), law(0.0, 3), law(float("nan"), 4)]
    top, middle, bottom, unknown = (float(p.get("cy")) for p in points(front_plot(laws, None)))
    assert top == unknown < middle < bottom


def test_points_are_links_with_names():
    markup = front_plot([law(1.0)], None, anchor="d3")
    [link] = [e for e in tree(markup).iter() if e.tag.endswith("}a")]
    assert link.get("href") == "#d3-law0"
    assert link.get("id") == "d3-point0"
    assert "size 1, loss 1" in link.get("aria-label")


def test_names_are_escaped():
    assert "<img" not in front_plot([law(1.0, text="`<img onerror=x>`")], None, anchor="d")
    assert "<img" not in measured_plot(np.ones(2), np.ones(2), "<img>")


@given(st.lists(st.tuples(st.floats(width=64), st.floats(width=64)), min_size=1, max_size=20))
def test_any_numbers_can_be_plotted(pairs):
    y, predicted = np.array(pairs).T
    markup = measured_plot(y, predicted, "y")
    if (np.abs(pairs) < 1e300).all(axis=1).any():
        for circle in tree(markup).iter("{http://www.w3.org/2000/svg}circle"):
            assert np.isfinite(float(circle.get("cx")))
            assert np.isfinite(float(circle.get("cy")))
    else:
        assert markup == ""


def test_large_data_are_thinned():
    y = np.linspace(1, 2, 100_000)
    assert measured_plot(y, y, "y").count("<circle") <= 1_000
