"""Known truth is covered, shuffled tables hold nothing, and the committed results are those of this code."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from alloycoat.literature import cell_rows
from alloycoat.literature.meta_claims import FOUND, trend_claims
from alloycoat.literature.meta_effects import overall
from alloycoat.literature.meta_simulation import contrast_coverage, coverage, shuffle, simulate

RESULTS = Path(__file__).parents[2] / "docs" / "results"


@pytest.fixture(scope="module")
def build():
    spec = importlib.util.spec_from_file_location("build_evidence", RESULTS / "build_evidence.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def committed():
    return json.loads((RESULTS / "evidence_simulation.json").read_text(encoding="utf-8"))


def test_simulated_tables_have_the_structure_of_the_rows():
    rows = cell_rows()
    data = [simulate(rows, np.full(43, np.log(3)), np.random.default_rng(k)) for k in range(60)]
    bounded = np.mean([[not datum.exact for datum in table] for table in data])
    assert 0.3 < bounded < 0.55
    assert all(datum.upper in {datum.lower, np.inf} for table in data for datum in table)
    values = [datum.lower for table in data for datum in table if datum.exact]
    assert abs(np.mean(values) - np.log(3)) < 0.4


def test_intervals_cover_a_known_truth():
    result = coverage(cell_rows(), 3.0, 40, 77)
    assert 0.65 <= result.inside_80 <= 0.95
    assert result.inside_95 >= 0.85
    assert result.mean_estimate == pytest.approx(3, rel=0.15)


def test_intervals_cover_a_known_difference():
    result = contrast_coverage(cell_rows(), "solvent class", "carbonate", "ether", 1.0, 30, 78)
    assert 0.6 <= result.inside_80 <= 0.97
    assert result.excludes_no_effect <= 0.2


def test_shuffled_lives_hold_nothing():
    generator = np.random.default_rng(79)
    effects, claims = [], []
    for _ in range(12):
        dealt = shuffle(cell_rows(), generator)
        effects += [overall(dealt, name).effects[0] for name in ("life-ratio", "begin-ratio", "end-ratio")]
        claims += [verdict for verdict in trend_claims(dealt) if verdict.verdict in FOUND]
    assert np.mean([effect.found for effect in effects]) <= 0.15
    assert np.mean([effect.interval[0] <= 1 <= effect.interval[1] for effect in effects]) >= 0.6
    assert len(claims) <= 3
    assert not any(verdict.claim == "C43" for verdict in claims)


def test_shuffling_keeps_cells_and_sharing():
    rows = cell_rows()
    dealt = shuffle(rows, np.random.default_rng(1))
    lives = [(row.coated.life_lower_h, row.coated.life_upper_h) for row in rows]
    lives += [(side.life_lower_h, side.life_upper_h) for side in {row.bare_cell: row.bare for row in rows}.values()]
    again = [(row.coated.life_lower_h, row.coated.life_upper_h) for row in dealt]
    again += [(side.life_lower_h, side.life_upper_h) for side in {row.bare_cell: row.bare for row in dealt}.values()]
    assert sorted(map(str, lives)) == sorted(map(str, again))
    assert len({id(row.bare) for row in dealt if row.bare_cell == "B15"}) == 1


def test_committed_simulations_reach_the_target(build, committed):
    assert committed["input_hash"] == build.input_hash(build.MODEL)
    for scenario in committed["coverage"]:
        assert scenario["tables"] == 200
        assert 0.72 <= scenario["inside_80"] <= 0.88, scenario
    shuffled = committed["shuffled"]
    assert 0.8 < shuffled["mean_life_ratio"] < 1.25
    assert shuffled["no_effect_inside_95"] >= 0.9
    assert sum(shuffled["claims_found"].values()) <= 0.15 * shuffled["tables"]


def test_committed_page_is_fresh(build):
    page = (RESULTS / "evidence.md").read_text(encoding="utf-8")
    assert build.HEAD.format(digest=build.input_hash(build.PAGE)) in page
    for name in ("forest", "life", "polarization"):
        assert (RESULTS / f"evidence_{name}.svg").read_text(encoding="utf-8").startswith("<svg")
        assert f"evidence_{name}.svg" in page
