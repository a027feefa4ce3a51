"""The report page stands alone: no script, nothing loaded, everything escaped."""

import re
from html.parser import HTMLParser

import pytest

from sr_kernel.errors import DataError
from sr_kernel.report.page import report_page, write_report


class Reader(HTMLParser):
    VOID = frozenset({"meta", "br"})

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.tags, self.attributes = [], [], [], set(), set()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.tags.add(tag)
        self.attributes.update(found)
        if "id" in found:
            self.ids.append(found["id"])
        if found.get("href", "").startswith("#"):
            self.links.append(found["href"][1:])
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def read(page):
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_page_is_well_formed_and_its_links_lead_somewhere(kepler):
    reader = read(report_page([kepler, kepler]))
    assert len(reader.ids) == len(set(reader.ids))
    assert set(reader.links) <= set(reader.ids)
    assert {"d0", "d1", "d0-law2", "d1-point0"} <= set(reader.ids)


def test_page_loads_nothing(kepler):
    page = report_page([kepler])
    reader = read(page)
    assert not reader.tags & {"script", "link", "img", "iframe", "object"}
    assert not reader.attributes & {"src", "onclick", "onload"}
    addresses = set(re.findall(r"https?://[^\"' ]+", page))
    assert addresses <= {"http://www.w3.org/1998/Math/MathML", "http://www.w3.org/2000/svg"}


def test_page_shows_what_matters(kepler):
    page = report_page([kepler], title="Planets & moons")
    for text in (
        "Planets &amp; moons", "J. Kepler", "0.99", "1,234", "a &gt;= 0", "np.sqrt(a)",
        "%%discover P ~ a --data kepler1618 --time 10s --seed 0 -o laws", "± 0.01",
        "sr-kernel discover &#x27;P ~ a&#x27; --data kepler1618 --time 10 --seed 0",
    ):  # fmt: skip
        assert text in page, text


def test_hostile_names_are_text(make_laws):
    name = "<script>alert(1)</script>"
    laws = make_laws(
        f"y ~ `{name}`", {"y": [1.0, 2.0], name: [1.0, 2.0]}, [f"1.5*`{name}`"],
        name='"><img src=x onerror=alert(1)>', message="<b>", stop_reason="<i>",
    )  # fmt: skip
    for page in (
        report_page([laws], title="</title><script>"),
        laws._repr_mimebundle_()["text/html"],
    ):
        assert "<script" not in page
        assert "<img" not in page
        read(page)


def test_empty_front_and_unsaved_data(make_laws, kepler):
    from dataclasses import replace

    none = make_laws("y ~ x", {"y": [1.0, 2.0], "x": [3.0, 4.0]}, [])
    page = report_page([none, replace(kepler, rows=None)])
    assert "No law was found" in page
    assert "agree" not in page
    read(page)


def test_writing(kepler, tmp_path):
    write_report([kepler], tmp_path / "report.html")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    with pytest.raises(DataError, match="cannot write"):
        write_report([kepler], tmp_path / "no" / "report.html")
