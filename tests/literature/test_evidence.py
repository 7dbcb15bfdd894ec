"""The published rows against figures copied by hand from the review, and the filters."""

from __future__ import annotations

import math

import pytest

from alloycoat.errors import MissingDataError, QuantityError
from alloycoat.literature import cell_rows, claim_rows, coating_rows, evidence, nearest_rows, papers

COATINGS = {row.row: row for row in coating_rows()}
CELLS = {row.row: row for row in cell_rows()}
CLAIMS = {row.row: row for row in claim_rows()}


def test_every_row_of_the_review_is_there():
    assert list(COATINGS) == list(range(1, 38))
    assert list(CELLS) == list(range(1, 44))
    assert list(CLAIMS) == [f"C{number:02d}" for number in range(1, 53)]
    assert [row.table for row in evidence()] == ["coating"] * 37 + ["cell"] * 43 + ["claim"] * 52


# row: anode, element, electrolyte, mA/cm2, half-cycle min, bare begin/end, coated begin/end, lives, ref
TABLE_3 = [
    (1, "Li", "In", "1 M LiTFSI in DOL/DME", 2, 60, (0.1, 0.2), (0.05, 0.1), (200, 200), (1200, None), 44),
    (3, "Li", "As", "1 M LiTFSI in DOL/DME", 2, 60, (0.1, 0.2), (0.05, 0.18), (200, 200), (1400, 1400), 44),
    (5, "Li", "In", "1 M LiTFSI in PC", 1, 60, (0.2, 0.3), (0.2, 0.1), (0, 100), (200, 200), 45),
    (8, "Li", "In", "1 M LiTFSI in DOL/DME", 1, 60, (0.2, 0.3), (0.025, 0.1), (0, 800), (1000, 1000), 46),
    (9, "Li", "Al", "1 M LiTFSI in DOL/DME + 2 wt% LiNO3", 1, 60, (0.08, 0.02), (0.08, 0.02), (500, 500),
     (1000, 1000), 49),
    (12, "Li", "Sb", "1 M LiTFSI in DOL/DME", 0.5, 120, (0.1, 0.2), (0.05, 0.05), (520, 520), (1200, None), 52),
    (14, "Li", "Al", "1 M LiPF6 in EC/DEC", 0.5, 120, (0.08, 0.125), (0.07, 0.16), (620, 620), (1600, 1600), 54),
    (20, "Li", "Cu", "1 M LiPF6 in EC/DEC", 2, 60, (0.14, 0.3), (0.095, 0.5), (90, 90), (50, 50), 55),
    (21, "Li", "Ag", "1 M LiTFSI in DOL/DME + 1 wt% LiNO3", 2.5, 60, (0.04, 0.1), (0.04, 0.05), (375, 375),
     (800, None), 56),
    (22, "Li", "Ge", "1 M LiTFSI in TEGDME", 3, 20, (0.15, 1), (0.1, 0.1), (0, 125), (300, None), 65),
    (24, "Li", "In", "1 M LiPF6 in EC/DMC", 0.5, 60, (0.05, 0.1), (0.025, 0.05), (540, 540), (540, None), 68),
    (26, "Li", "Hg", "1 M LiTFSI in DOL/DME", 4, 60, (0.045, 1), (0.045, 0.1), (300, 300), (900, None), 70),
    (28, "Li", "Ga", "1 M LiTFSI in DOL", 2, 30, (0.05, 0.18), (0.05, 0.04), (0, 300), (1800, 1800), 57),
    (32, "Li", "Sn", "1 M LiPF6 in EC/DMC + 10 vol% FEC + 1 vol% VC", 3, 60, (0.4, 0.3), (0.3, 0.2), (55, 55),
     (500, None), 47),
    (33, "Na", "Sn", "1 M NaPF6 in EC/PC", 0.25, 60, (0.1, 3), (0.2, 0.6), (250, 250), (1700, 1700), 47),
    (35, "Na", "Bi", "1 M NaCF3SO3 in diglyme", 0.5, 120, (0.025, None), (0.025, 0.025), (250, 250),
     (1000, 1000), 59),
    (37, "Na", "Hg", "1 M NaClO4 in EC/PC", 2, 60, (None, None), (0.01, 0.01), (250, 250), (1400, 1400), 72),
    (39, "Na", "Sn", "1 M NaPF6 in diglyme", 2, 30, (0.05, 0.2), (0.025, 0.08), (1000, 1000), (4500, 4500), 60),
    (40, "K", "Hg", "KFSI in DME", 0.2, 60, (0.2, None), (0.18, 0.18), (0, 50), (600, 600), 71),
    (42, "Mg", "Ge", "0.5 M Mg(TFSI)2 in DME", 0.02, 15, (2.5, 2), (0.2, 0.3), (563, 563), (1000, 1000), 62),
    (43, "Mg", "Bi", "0.5 M Mg(TFSI)2 in DME", 0.5, 15, (2, 2.5), (0.27, 0.27), (38, 38), (150, None), 63),
]  # fmt: skip


@pytest.mark.parametrize("printed", TABLE_3, ids=lambda printed: f"row{printed[0]}")
def test_table_3_as_the_review_prints_it(printed):
    number, anode, element, electrolyte, current, minutes, bare, coated, bare_life, coated_life, ref = printed
    row = CELLS[number]
    assert (row.anode, row.element, row.electrolyte, row.ref) == (anode, element, electrolyte, ref)
    assert row.current_density == pytest.approx(10 * current)
    assert row.half_cycle == 60 * minutes
    assert (row.bare.polarization_begin, row.bare.polarization_end) == bare
    assert (row.coated.polarization_begin, row.coated.polarization_end) == coated
    assert (row.bare.life_lower_h, row.bare.life_upper_h) == bare_life
    assert (row.coated.life_lower_h, row.coated.life_upper_h) == coated_life


# row: anode, route, layer, thickness low / high um, relation, ref
TABLES_1_2 = [
    (1, "Li", "dip", ["Li13In3", "LiCl"], (0, 10), "below", 44),
    (3, "Li", "dip", ["LiZn", "LiCl"], (0, 10), "below", 44),
    (5, "Li", "additive", ["In", "InxLiy"], (None, None), "none", 45),
    (7, "Li", "drop-cast", ["Sn", "Li5Sn2"], (0.5, 2), "alternatives", 47),
    (9, "Li", "dip", ["Li-M", "LiF"], (5, 10), "range", 50),
    (12, "Li", "drop-cast", ["Sn", "Li5Sn2", "LiF"], (10, 55), "range", 53),
    (20, "Li", "drop-cast", ["AgxLiy", "Li2O", "LiF"], (120, 120), "equal", 56),
    (27, "Mg", "additive", ["Ge"], (6, 6), "about", 62),
    (28, "Mg", "dip", ["Mg3Bi2"], (70, 70), "equal", 63),
    (31, "Li", "evaporation", ["Bi"], (0.04, 0.04), "equal", 66),
    (33, "Li", "foil", ["Li13In3"], (2, 2), "equal", 68),
    (34, "Li", "lamination", ["LixSi"], (None, None), "none", 69),
    (36, "K", "amalgam", ["K7Hg31", "K2Hg7"], (30, 30), "equal", 71),
    (37, "Na", "amalgam", ["Na-Hg"], (100, 100), "about", 72),
]


@pytest.mark.parametrize("printed", TABLES_1_2, ids=lambda printed: f"row{printed[0]}")
def test_tables_1_and_2_as_the_review_prints_them(printed):
    number, anode, route, layer, thickness, relation, ref = printed
    row = COATINGS[number]
    assert (row.anode, row.route, row.ref, row.thickness_relation) == (anode, route, ref, relation)
    assert [phase.text for phase in row.phases] == layer
    assert (row.thickness_low_um, row.thickness_high_um) == thickness


def test_phases_know_their_element_and_their_role():
    described = {
        (row.row, phase.text): (phase.generic, phase.elements, phase.role, phase.meant)
        for row in coating_rows()
        for phase in row.phases
    }
    assert described[1, "Li13In3"] == (False, ("In",), "alloy", "")
    assert described[1, "LiCl"] == (False, (), "byproduct", "")
    assert described[5, "In"] == (False, ("In",), "metal", "")
    assert described[6, "Li15In3"] == (False, ("In",), "alloy", "Li13In3")
    assert described[8, "LixAl"] == (True, ("Al",), "alloy", "")
    assert described[9, "Li-M"] == (True, ("Zn", "Ca", "Mg", "Al"), "alloy", "")
    assert described[20, "Li2O"] == (False, (), "byproduct", "")
    assert described[28, "Mg3Bi2"] == (False, ("Bi",), "alloy", "")


def test_lives_are_what_the_wording_says():
    for row in cell_rows():
        for side, text in ((row.bare, row.as_printed["bare_life"]), (row.coated, row.as_printed["coated_life"])):
            hours = float(text.strip("<>h ").replace("h", ""))
            expected = {">": (hours, None), "<": (0, hours)}.get(text[0], (hours, hours))
            assert (side.life_lower_h, side.life_upper_h) == expected
            assert {">": "above", "<": "below"}.get(text[0], "equal") == side.life_relation


def test_polarizations_are_what_the_wording_says():
    for row in cell_rows():
        for side, name in ((row.bare, "bare_polarization"), (row.coated, "coated_polarization")):
            text = row.as_printed[name].replace(" ", "")
            parts = text.strip("~").split("/") if text != "-" else ["-", "-"]
            expected = tuple(None if part == "-" else float(part) for part in parts)
            assert (side.polarization_begin, side.polarization_end) == expected, row.row
            assert side.approximate == text.startswith("~")


def test_conditions_and_electrolyte_are_what_the_wording_says():
    for row in cell_rows():
        current, hold, unit = row.as_printed["conditions"].replace(" for", "").split()
        assert row.current_density == pytest.approx(10 * float(current))
        assert row.half_cycle == pytest.approx(float(hold) * {"h": 3600, "min": 60}[unit])
        assert row.areal_capacity == pytest.approx(row.current_density * row.half_cycle)
        assert row.electrolyte.endswith("/".join(row.solvents) + "".join(f" + {a}" for a in row.additives[:1]) + (
            f" + {row.additives[1]}" if len(row.additives) > 1 else ""
        ))  # fmt: skip
        assert row.salt in row.electrolyte
        carbonates = {"EC", "DMC", "DEC", "PC"}
        assert (row.solvent_class == "carbonate") == (set(row.solvents) <= carbonates)


def test_shared_bare_cells_are_one_cell():
    groups: dict[str, list] = {}
    for row in cell_rows():
        groups.setdefault(row.bare_cell, []).append(row)
    assert len(groups) == 34
    shared = {name: [row.row for row in rows] for name, rows in groups.items() if len(rows) > 1}
    assert shared == {"B01": [1, 2, 3, 4], "B15": [15, 16, 17, 18, 19, 20], "B38": [38, 39]}
    for rows in groups.values():
        first = rows[0]
        for row in rows:
            assert row.bare == first.bare
            assert (row.electrolyte, row.current_density, row.half_cycle, row.paper) == (
                first.electrolyte, first.current_density, first.half_cycle, first.paper,
            )  # fmt: skip
            assert row.bare_cell_shared == (len(rows) > 1)


def test_rows_that_two_numbers_cannot_tell_are_flagged():
    def flagged(side):
        return [row.row for row in cell_rows() if "activation_or_soft_short" in getattr(row, side).flags]

    assert flagged("coated") == [5, 9, 23, 25, 28, 30, 31, 32, 34]
    assert flagged("bare") == [9, 29, 31, 32, 42]
    assert [row.row for row in cell_rows() if "shorter_than_bare" in row.flags] == [20]
    assert [row.row for row in cell_rows() if "text_says_at_least" in row.coated.flags] == [5]
    round_hundred = [row.row for row in cell_rows() if "round_hundred_life" in row.coated.flags]
    assert {3, 4, 5, 6, 7, 8, 9, 15} <= set(round_hundred)
    assert not {1, 16, 20, 36} & set(round_hundred)


def test_every_cell_row_names_the_coating_it_tests():
    for row in cell_rows():
        coating = COATINGS[row.coating_row]
        assert (coating.anode, coating.paper, coating.route) == (row.anode, row.paper, row.route)
        assert row.element in coating.elements
        assert row.row in coating.cell_rows
    assert sorted({row.coating_row for row in cell_rows()}) == list(range(1, 38))
    assert [variant.name for variant in CELLS[10].variants] == ["ZnF2"]
    assert [variant.name for variant in CELLS[39].variants] == ["SnCl4 neat"]


def test_every_reference_resolves_and_double_citations_are_one_paper():
    known = papers()
    for row in evidence():
        cited = row.papers if row.table == "claim" else (row.paper,)
        assert cited and all(known[paper.key] == paper for paper in cited)
        numbers = [number for paper in cited for number in paper.numbers]
        assert all(number in numbers for number in (row.refs if row.table == "claim" else (row.ref,)))
    by_number = {number: paper for paper in known.values() for number in paper.numbers}
    assert by_number[45] is by_number[83]
    assert by_number[48] is by_number[52]
    assert by_number[63] is by_number[95]
    assert len({row.paper for row in cell_rows()}) == 28
    assert len({row.laboratory for row in cell_rows()}) == 21
    assert set(range(44, 73)) <= set(by_number)


def test_nothing_unverified_is_shown_as_verified():
    for paper in papers().values():
        assert (paper.verification == "verified") == bool(paper.doi and paper.title)
        assert (paper.verification == "unverified") == (not paper.doi and not paper.title)
        assert bool(paper.seen_at) == (paper.verification != "unverified")
        assert paper.laboratory and paper.laboratory_basis
    assert papers()["Touja2021"].doi == "10.1002/batt.202100009"


def test_numbers_of_the_claims_are_typed():
    for row in claim_rows():
        assert (row.relation == "text") == (not row.values) == bool(not row.unit)
        assert all(math.isfinite(value) for value in row.values)
        assert row.values or row.text_value
        if row.relation == "each":
            assert len(row.value_labels) == len(row.values)
    numbers = {name: CLAIMS[name].values for name in ("C01", "C08", "C24", "C27", "C29", "C32", "C34", "C44", "C48")}
    assert numbers == {
        "C01": (3580,), "C08": (2, 10), "C24": (100,), "C27": (70, 32, 37.6), "C29": (1e-4,),
        "C32": (300, 600), "C34": (87, 75), "C44": (100,), "C48": (36,),
    }  # fmt: skip
    assert CLAIMS["C06"].relation == "at most" and CLAIMS["C07"].relation == "above"
    assert dict(CLAIMS["C16"].conditions)["current_density"] == "2 mA/cm2"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"anode": "K"}, [40]),
        ({"anode": "magnesium"}, [41, 42, 43]),
        ({"element": "Sn"}, [13, 30, 31, 32, 33, 34, 36, 38, 39, 41]),
        ({"element": "sn", "anode": "Li"}, [13, 30, 31, 32]),
        ({"electrolyte": "1 M LiTFSI in DOL/DME", "at": "2 mA/cm2"}, [1, 2, 3, 4, 11, 29]),
        ({"electrolyte": "LiTFSI in DOL:DME (1:1 v/v) + 1 wt% LiNO3"}, [9, 21, 31]),
        ({"electrolyte": "LP30"}, [6, 7, 23, 24, 32]),
        ({"electrolyte": "PC"}, [5, 33, 34, 37]),
        ({"electrolyte": "FEC"}, [32]),
        ({"electrolyte": "NaSO3CF3"}, [35, 36]),
        ({"electrolyte": "500 mM"}, [41, 42, 43]),
        ({"electrolyte": "carbonate", "anode": "Na"}, [33, 34, 37]),
        ({"at": "20 A/m2", "anode": "Na"}, [36, 37, 38, 39]),
        ({"at": "2.01 mA/cm2", "anode": "Na"}, [36, 37, 38, 39]),
        ({"at": "2.03 mA/cm2"}, []),
        ({"ref": 48}, [12]),
        ({"ref": "52"}, [12]),
        ({"ref": "10.1021/acsami.0c07213"}, [43]),
        ({"element": "Pb"}, []),
        ({"electrolyte": "1 M LiFSI in DME"}, []),
    ],
)
def test_filters_of_the_cell_table(filters, expected):
    assert [row.row for row in evidence("cell", **filters)] == expected


def test_filters_of_the_other_tables():
    assert [row.row for row in evidence("coating", element="Zn")] == [3, 9, 10, 15]
    assert [row.row for row in evidence("coating", electrolyte="ether", anode="Mg")] == [26, 27, 28]
    assert [row.row for row in evidence("coating", at="4 mA/cm2")] == [35]
    assert [row.row for row in evidence("claim", at="7 mA/cm2")] == ["C24"]
    assert [row.row for row in evidence("claim", electrolyte="LP30")] == ["C22", "C40"]
    assert [row.row for row in evidence("claim", ref=83)] == ["C20", "C21", "C22", "C33", "C40", "C48"]


@pytest.mark.parametrize(
    ("filters", "error", "words"),
    [
        ({"anode": "Lo"}, MissingDataError, "Li"),
        ({"element": "Xq"}, MissingDataError, "element: 'Xq' is not known"),
        ({"electrolyte": "LiTFIS"}, MissingDataError, "did you mean 'LiTFSI'"),
        ({"table": "cells"}, MissingDataError, "did you mean 'cell'"),
        ({"ref": 43}, MissingDataError, "ref: '43' is not known"),
        ({"at": "2"}, QuantityError, "no unit"),
        ({"electrolyte": " "}, QuantityError, "names nothing"),
    ],
)
def test_unknown_names_are_refused_with_the_nearest(filters, error, words):
    with pytest.raises(error) as caught:
        evidence(**filters)
    assert words in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 2


def test_nearest_rows_declare_their_distance():
    found = nearest_rows("Li", "In", "ether", 20.0)
    assert [item.row.row for item in found] == [1, 8, 2, 3, 4, 11]
    assert found[0].distance == 0
    assert found[1].distance == pytest.approx(math.log10(2))
    assert "same element (In)" in found[0].explanation
    for item in nearest_rows("K", "Sn", "carbonate", "1 mA/cm2", n=43):
        assert item.distance == pytest.approx(sum(value for _, value in item.terms))
    assert nearest_rows("K", "Hg", None, "0.2 mA/cm2", n=1)[0].row.row == 40
    assert "element" not in dict(nearest_rows("Li", None, "ether", 10.0, n=1)[0].terms)
    with pytest.raises(QuantityError):
        nearest_rows("Li", "In", "ether", 0.0)
