"""Figures of the meta-analysis: drawn from any set of rows, everything shown that there is."""

from __future__ import annotations

import pytest

from alloycoat.literature import cell_rows
from alloycoat.literature.meta import Summary
from alloycoat.literature.meta_effects import by_group, overall
from alloycoat.literature.meta_power import Ranking
from alloycoat.literature.meta_slopes import plated_charge
from alloycoat.report.evidence_figures import forest, life_charge, polarization_slopes
from alloycoat.report.svg import svg_text


@pytest.fixture(scope="module")
def small() -> Summary:
    rows = cell_rows()
    effects = (
        *overall(rows, "life-ratio").effects,
        *by_group(rows, "life-ratio", "anode").effects,
        *plated_charge(rows),
    )
    return Summary(rows, effects, (), (), (), (), Ranking((), (), (), (), 0, 0), {})


def test_forest_has_a_line_for_every_group(small):
    labels = [text.get_text() for text in forest(small).axes[0].get_yticklabels()]
    assert [label.split("  ")[0] for label in labels] == ["all", "anode: Li", "anode: Na", "anode: K", "anode: Mg"]
    assert labels[0].endswith("(43 rows, 28 papers)")
    assert labels[3].endswith("papers*)")


def test_lives_show_every_lithium_cell(small):
    left, right = life_charge(small).axes
    exact = sum(line.get_xdata().size for line in left.lines if line.get_label().startswith(("bare", "coated")))
    assert exact == 19 + 21
    assert len(left.texts) == 56 - 40
    assert right.get_xscale() == "log"


def test_polarization_panels(small):
    figure = polarization_slopes(small.rows)
    bare, coated = figure.axes[1:]
    assert (len(bare.lines), len(coated.lines)) == (31, 43)
    assert svg_text(figure, "Polarization", "p").startswith("<svg")


def test_empty_sets_are_drawn(small):
    empty = Summary((), (), (), (), (), (), small.ranking, {})
    for figure in (forest(empty), life_charge(empty), polarization_slopes(())):
        assert svg_text(figure, "none", "e").startswith("<svg")
