from __future__ import annotations

import json
import math

import pytest
from report_recipe import recipe

from alloycoat.errors import RecipeError
from alloycoat.record import Ended
from alloycoat.report.document import to_json
from alloycoat.report.job import AGEING, run
from alloycoat.report.prepare import prepare


def without(table: dict, *names: str) -> dict:
    return {name: value for name, value in table.items() if name not in names}


CELL = {"electrolyte": "1 M LiTFSI in DOL/DME", "separator": "Celgard 2400"}


def test_bare_and_coated_run_under_the_same_conditions(coated_run):
    bare, coated = coated_run.sides
    assert coated.cell.bare() == bare.cell or coated.cell.electrolyte == bare.cell.electrolyte
    assert bare.record.ended is coated.record.ended is Ended.completed
    assert bare.outcome.n_half_cycles == coated.outcome.n_half_cycles == 8
    assert coated_run.current_density == pytest.approx(20.0)
    assert coated_run.capacity == pytest.approx(72000.0)


def test_a_simulated_cell_has_no_life_and_says_why(coated_run):
    for side in coated_run.sides:
        assert side.outcome.life is None and side.outcome.failure is None
        lines = side.outcome.to_json()["warnings"]
        assert f"life_lower_s: {AGEING}" in lines and f"failure: {AGEING}" in lines


def test_intervals_hold_the_value_and_come_from_the_samples(coated_run):
    for side in coated_run.sides:
        assert side.polarization.low < side.polarization.value < side.polarization.high
        assert side.polarization.value == pytest.approx(side.outcome.polarization_begin_V)
    star = coated_run.limiting_current_density
    assert star.low < star.value < star.high
    assert star.value == pytest.approx(coated_run.limits.limiting_current_density)


def test_polarization_agrees_with_ohm_and_film_by_hand(bare_run):
    """Half the gap of a symmetric cell is the voltage: electrolyte, films and charge transfer in series."""
    cell, current = bare_run.bare.cell, 20.0
    ohmic = current * cell.separator_thickness * cell.macmullin / cell.nominal(cell.conductivity)
    films = 2 * current * cell.film_resistance
    transfer = 2 * 2 * 0.025693 * math.asinh(current / (2 * cell.exchange_current_density))
    assert bare_run.bare.polarization.value == pytest.approx(ohmic + films + transfer, rel=0.1)


def test_the_same_seed_gives_the_same_run_and_another_seed_other_intervals(coated_run):
    again = run(recipe(), samples=64, seed=3)
    assert to_json(again) == to_json(coated_run)
    other = run(recipe(), samples=64, seed=4)
    assert other.bare.polarization.value == coated_run.bare.polarization.value
    assert other.bare.polarization.interval != coated_run.bare.polarization.interval


def test_the_seed_of_the_protocol_is_used():
    protocol = {"steps": ["Plate at 1 mA/cm2 for 1 hour", "Strip at 1 mA/cm2 for 1 hour"], "seed": 7}
    assert run(recipe(coating=None, protocol=protocol), samples=2).seed == 7


def test_nearest_rows_are_of_the_same_metal_and_element_first(coated_run):
    first = coated_run.published[0].row
    assert (first.anode, first.element, first.row) == ("Li", "In", 1)
    assert {"Touja2021", first.paper.key} <= {item.key for item in coated_run.references}


def test_a_recipe_without_coating_is_bare_only(bare_run):
    document = to_json(bare_run)
    assert document["coating"] is None and document["coated"] is None
    assert any(line.startswith("coated: ") for line in document["warnings"])


def test_every_null_has_its_reason(coated_run, bare_run):
    for done in (coated_run, bare_run):
        document = to_json(done)
        json.dumps(document, allow_nan=False)
        for part in (document, document["bare"], document["limits"]):
            for name, value in part.items():
                if value is None:
                    assert any(line.startswith(f"{name}: ") for line in part["warnings"]), name


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cell": None}, ["[cell] is missing", 'electrolyte = "']),
        ({"cell": {"separator": "Celgard 2400"}}, ["[cell] electrolyte is missing", 'electrolyte = "']),
        ({"protocol": None}, ["[protocol] is missing", "steps = ["]),
        ({"protocol": {"steps": ["Rest for 1 hour"]}}, ["[protocol] steps", "no step passes a current"]),
        ({"anode": {"metal": "Li"}}, ["[anode] area is missing", 'area = "1.13 cm^2"']),
        ({"cell": {**CELL, "format": "half"}}, ["[cell] format", "'half'", "not available yet", "'symmetric'"]),
        ({"cell": {**CELL, "format": "full"}}, ["[cell] format", "'full'", "not available yet", "'symmetric'"]),
        ({"cell": {**CELL, "electrolyte": "1 M NaPF6 in diglyme"}}, ["[cell] electrolyte", "Na", "Li"]),
    ],
)
def test_what_is_missing_is_named_with_what_to_write(changes, words):
    with pytest.raises(RecipeError) as refused:
        run(recipe(**changes), samples=0)
    text = str(refused.value)
    assert refused.value.exit_code == 2 and text.count("\n") <= 1
    assert all(word in text for word in words), text


def test_what_is_assumed_is_said():
    found = prepare(recipe(cell={"electrolyte": CELL["electrolyte"], "atmosphere": "humid", "pressure": "100 kPa"}))
    text = "\n".join(found.warnings)
    assert found.separator == "Celgard 2400" and found.electrolyte_amount_m > 0
    for words in (
        "separator is not given: Celgard 2400 assumed",
        "electrolyte_amount is not given",
        "humid",
        "pressure",
    ):
        assert words in text


def test_a_current_beyond_the_limit_ends_in_depletion_and_says_so():
    protocol = {
        "steps": ["Plate at 100 mA/cm2 for 1 hour", "Strip at 100 mA/cm2 for 1 hour"],
        "cycles": 2,
        "cutoff": "9 V",
    }
    done = run(recipe(coating=None, protocol=protocol), samples=4)
    assert done.bare.record.ended is not Ended.completed
    assert done.bare.outcome.failure not in {None, "none"}
    assert done.limits.depletes and math.isfinite(done.limits.sand_time)
    document = to_json(done)
    assert document["limits"]["charge_before_sand_time_C_per_m2"] < document["limits"]["areal_capacity_C_per_m2"]
    assert any(done.bare.record.ended.text in line for line in done.warnings)
