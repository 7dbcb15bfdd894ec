from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from alloycoat.report.page import drawings, page

VOID = {"meta", "br", "link", "img", "hr"}


class Checked(HTMLParser):
    """Collects what a page loads, its ids, and tags that are not closed."""

    def __init__(self) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if "id" in named:
            self.ids.append(named["id"] or "")
        for key in ("src", "data", "srcset", "poster"):
            if key in named:
                self.loads.append(f"{tag} {named[key]}")
        if tag == "a":
            self.links.append(named.get("href") or "")
        elif "href" in named and not (named["href"] or "").startswith("#"):
            self.loads.append(f"{tag} {named['href']}")
        if tag in {"script", "iframe", "object", "embed", "link", "img"}:
            self.loads.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def checked(text: str) -> Checked:
    parser = Checked()
    parser.feed(text)
    parser.close()
    return parser


@pytest.fixture(scope="module", params=["coated", "bare"])
def made(request, coated_run, bare_run):
    done = coated_run if request.param == "coated" else bare_run
    svgs = drawings(done)
    return done, svgs, page(done, svgs)


def test_the_page_loads_nothing_and_is_well_formed(made):
    _, _, text = made
    seen = checked(text)
    assert seen.loads == [] and seen.faults == [] and seen.open == []
    assert len(seen.ids) == len(set(seen.ids))
    assert all(link.startswith("https://doi.org/10.") for link in seen.links)
    assert not re.search(r"@import|url\((?!#)", text)
    assert text.count("http://") == text.count('="http://www.w3.org/')


def test_the_text_of_the_user_is_escaped(made):
    _, _, text = made
    assert "InCl₃ &lt;dip&gt; &amp; more" in text and "<dip>" not in text


def test_every_drawing_is_xml_with_a_title(made):
    _, svgs, _ = made
    for name, svg in svgs.items():
        root = ET.fromstring(svg)
        assert root.tag.endswith("svg") and root.get("viewBox"), name
        assert root[0].tag.endswith("title") and root[0].text, name
        assert "metadata" not in svg and len(svg) < 120_000


def test_sections_units_and_reasons_are_there(made):
    done, _, text = made
    words = ["Recipe", "What this cannot predict", "Warnings and assumptions", "Sources", "What diffusion allows",
             "polarization at begin / mV", "life / h", "cell voltage / mV", "time / h",
             "current density / mA cm⁻²", "mA/cm²", "assumed, not fitted", "What ages", "sampled cells alive / %",
             "Constants of ageing", "age-assumed", "Impedance at rest", "Nyquist"]  # fmt: skip
    if done.coating is not None:
        words += ["Li₁₃In₃", "3 Li + InCl₃ → In + 3 LiCl", "four criteria", "no data", "Hazards", "S/cm"]
    for word in words:
        assert word in text, word
    for item in done.references:
        assert f"[{item.key}]" in text
    for neighbor in done.published:
        assert f">{neighbor.row.row}<" in text


def test_the_same_run_gives_the_same_page(made):
    done, _, text = made
    assert page(done, drawings(done)) == text
