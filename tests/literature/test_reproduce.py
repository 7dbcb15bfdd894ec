"""The published test: every coating row beside its prediction, with the counts the project stands by."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

import alloycoat as ac
from alloycoat.literature.reproduce import Reproduced, counts
from alloycoat.literature.verdicts import LayerPhases, breaks_mass_balance, judge_phases, judge_thickness

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rows() -> tuple[Reproduced, ...]:
    return tuple(ac.reproduce(("coating",)))


def test_every_row_has_a_verdict_and_a_reason_where_it_does_not_agree(rows: tuple[Reproduced, ...]) -> None:
    assert [row.row for row in rows] == list(range(1, 38))
    for row in rows:
        assert row.verdict in {"agrees", "partly", "wrong", "contradicts mass balance", "recipe incomplete"}
        if row.phase_verdict in {"partly", "wrong"}:
            assert row.reason
    assert json.loads(json.dumps([row.to_json() for row in rows], allow_nan=False))


def test_counts_of_the_phases(rows: tuple[Reproduced, ...]) -> None:
    found = counts(rows)
    assert found["equilibrium_verdict"]["agrees"] >= 11
    assert found["phase_verdict"]["agrees"] >= 15
    assert found["phase_verdict"]["wrong"] <= 6


def test_the_papers_that_break_mass_balance_are_flagged_and_no_other(rows: tuple[Reproduced, ...]) -> None:
    assert {row.ref for row in rows if row.verdict == "contradicts mass balance"} == {51, 53, 55, 59}


def test_every_row_with_an_amount_or_a_time_has_a_thickness(rows: tuple[Reproduced, ...]) -> None:
    predicted = {row.row for row in rows if row.predicted_um is not None}
    given = {1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 22, 24, 25, 26, 28, 29, 31, 33}
    assert given <= predicted
    incomplete = [row for row in rows if row.thickness_verdict == "recipe incomplete"]
    assert all(row.reason for row in incomplete)


def test_committed_results_are_fresh() -> None:
    spec = importlib.util.spec_from_file_location("build", ROOT / "docs" / "results" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    page = (ROOT / "docs" / "results" / "coatings.md").read_text(encoding="utf-8")
    assert build.HEAD.format(digest=build.input_hash()) in page
    assert (ROOT / "docs" / "results" / "coatings.csv").read_text(encoding="utf-8") == build.coatings_csv()


def test_judging_phases() -> None:
    ratios = {"LiZn": 1.0, "Li13In3": 13 / 3, "LiIn": 1.0}
    layer = LayerPhases(("LiIn", "Li13In3"), ())
    assert judge_phases(LayerPhases(("Li13In3",), ()), layer, ratios)[0] == "agrees"
    assert judge_phases(LayerPhases(("?In",), ()), layer, ratios)[0] == "agrees"
    assert judge_phases(LayerPhases(("LiIn",), ()), layer, ratios)[0] == "partly"
    assert judge_phases(LayerPhases(("Li13In3",), ("In",)), layer, ratios)[0] == "partly"
    assert judge_phases(LayerPhases((), ("In",)), layer, ratios)[0] == "wrong"
    assert judge_phases(LayerPhases((), ("Fe",)), LayerPhases((), ("Fe",)), ratios)[0] == "agrees"


def test_judging_thickness() -> None:
    assert judge_thickness("equal", (2.0, 2.0), (1.5, 2.5, 4.0)) == ("agrees", 1.25)
    assert judge_thickness("equal", (10.0, 10.0), (1.5, 2.5, 4.0))[0] == "partly"
    assert judge_thickness("equal", (100.0, 100.0), (1.5, 2.5, 4.0))[0] == "wrong"
    assert judge_thickness("below", (0.0, 10.0), (1.5, 2.5, 4.0)) == ("agrees", 0.25)
    assert judge_thickness("none", (None, None), (1.0, 2.0, 3.0)) == ("not printed", None)
    assert breaks_mass_balance(10.0, 1.0)
    assert not breaks_mass_balance(4.0, 1.0)
    assert not breaks_mass_balance(None, 1.0)
