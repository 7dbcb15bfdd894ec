import json

import numpy as np
import pytest
from synthetic import square

from alloycoat.analysis import analyze
from alloycoat.analysis.practicality import REPORTED, card, requirements
from alloycoat.errors import RecipeError
from alloycoat.record import CyclingRecord


def test_every_requirement_has_a_range_and_a_source():
    assert {need.item for need in requirements()} >= {"areal capacity", "depth of discharge", "N/P ratio"}
    for need in requirements():
        assert need.low <= need.value <= need.high and need.source.doi.startswith("10.") and need.note
        assert need.kind == "assumed" and need.source.citation


def test_a_usual_laboratory_test_misses_what_real_cells_need():
    # 1 mA/cm2 for 1 h on 250 um of lithium, 50 uL/cm2: 1 mAh/cm2 of 51.5 mAh/cm2
    record = square(400, current=1e-3)
    found = card(record, area_m2=1e-4, anode_thickness_m=250e-6, electrolyte_m3=50e-9, replicates=3)
    assert found["areal capacity"].value == pytest.approx(36_000) and found["areal capacity"].verdict == "misses"
    assert found["depth of discharge"].value == pytest.approx(1 / 51.5, rel=0.02)
    assert found["N/P ratio"].value == pytest.approx(51.5, rel=0.02) and found["N/P ratio"].verdict == "misses"
    assert found["electrolyte per capacity"].value * 3600 * 1000 == pytest.approx(60, rel=1e-3)  # g/Ah
    assert found["cumulative capacity"].value / 36_000_000 == pytest.approx(0.2)  # Ah/cm2
    assert found.completeness == 1.0
    json.dumps(found.to_json(), allow_nan=False)


def test_a_practical_test_meets_it():
    record = square(1210, current=4e-3, step=900.0)
    found = card(analyze(record, area_m2=1e-4), area_m2=1e-4, anode_thickness_m=25e-6, electrolyte_kg=1e-5, n_to_p=1.2)
    verdicts = {row.item: row.verdict for row in found.rows}
    assert verdicts == dict.fromkeys(verdicts, "meets")
    assert not found.reported["replicates"] and found.completeness == 0.8


def test_an_outcome_knows_its_area_by_its_current_density():
    outcome = analyze(square(40), area_m2=2e-4)
    assert card(outcome)["areal capacity"].value == pytest.approx(18_000)
    assert card(outcome)["cumulative capacity"].value == pytest.approx(20 * 18_000)


def test_what_is_not_known_is_said_to_be_unknown_with_the_reason():
    found = card(square(20))
    assert {row.verdict for row in found.rows} == {"unknown"} and all(row.reason for row in found.rows)
    assert found.completeness == 0 and set(found.reported) == set(REPORTED)
    idle = card(CyclingRecord([0, 1], [0, 0], [0, 0]), area_m2=1e-4)
    assert idle["areal capacity"].value is None and idle["areal capacity"].reason


def test_other_metals_and_full_cells():
    sodium = card(square(40), area_m2=1e-4, metal="Na", anode_thickness_m=100e-6)
    assert sodium["anode thickness"].verdict == "unknown" and "lithium" in sodium["anode thickness"].reason
    lithium = card(square(40), area_m2=1e-4, metal="Li", anode_thickness_m=100e-6)
    assert sodium["depth of discharge"].value > lithium["depth of discharge"].value  # sodium holds less charge
    full = card(square(40), area_m2=1e-4, anode_thickness_m=100e-6, positive_capacity_C_per_m2=2 * 36_000)
    assert full["N/P ratio"].value == pytest.approx(0.5 * lithium["N/P ratio"].value)


def test_impossible_numbers_are_refused():
    with pytest.raises(RecipeError, match="anode_thickness_m: -1"):
        card(square(4), anode_thickness_m=-1)
    with pytest.raises(RecipeError, match="n_to_p"):
        card(square(4), n_to_p=np.nan)
    with pytest.raises(RecipeError, match="areal capacity"):
        card(square(4))["areal capacty"]
