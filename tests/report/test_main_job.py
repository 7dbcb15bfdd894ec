from __future__ import annotations

import json
import math

import numpy as np
import pytest
from numba import config
from report_recipe import TABLES, recipe

from alloycoat.cell import Lives
from alloycoat.errors import RecipeError
from alloycoat.record import Ended
from alloycoat.report import side as side_module
from alloycoat.report.document import to_json
from alloycoat.report.job import assumed, run
from alloycoat.report.page import drawings, page
from alloycoat.report.prepare import prepare
from alloycoat.report.side import censored_at, life_estimate, points_for
from alloycoat.report.summary import summary
from alloycoat.report.words import lived


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


def test_a_cell_that_outlives_its_protocol_is_a_lower_bound(coated_run):
    for side in coated_run.sides:
        life = side.outcome.life
        assert life.upper_s is None and life.lower_h == pytest.approx(8.0, rel=1e-3) and side.outcome.failure == "none"
        assert len(side.lives.time_s) == coated_run.cells == 64
        assert side.life_limit_s == pytest.approx(8 * 3600)
    document = to_json(coated_run)
    bare = document["bare"]
    assert (bare["life_lower_s"], bare["life_upper_s"]) == (pytest.approx(8 * 3600, rel=1e-3), None)
    assert bare["life_s"] is None and bare["life_s_interval"][1] is None
    assert any(line.startswith("life_s: ") and "outlive the protocol" in line for line in bare["warnings"])
    assert {entry["ended"] for entry in bare["sampled_lives"]} == set(coated_run.bare.ends)
    assert document["warnings"][0] == assumed()


@pytest.mark.skipif(config.DISABLE_JIT, reason="whole lives: minutes without the compiler")
def test_a_little_electrolyte_ends_the_cell_and_its_samples():
    cell = {**CELL, "electrolyte_amount": "8 uL/cm^2"}
    protocol = {"steps": TABLES["protocol"]["steps"], "cycles": 300, "replicates": 3}
    done = run(recipe(coating=None, cell=cell, protocol=protocol), samples=12, seed=1)
    side, document = done.bare, to_json(done)["bare"]
    life = side.outcome.life
    assert side.record.ended is Ended.depletion and life.is_observed
    assert document["life_lower_s"] == document["life_upper_s"] == pytest.approx(side.aged.time_s, rel=0.2)
    assert side.life.low <= side.life.value <= side.life.high < 300 * 7200
    assert document["life_s_interval"] == [side.life.low, side.life.high]
    assert np.quantile(side.lives.time_s, 0.5, method="inverted_cdf") == side.life.value
    assert len(document["replicates"]) == 3
    assert side.replicates.time_s[0] == pytest.approx(side.aged.time_s, rel=0.02)  # the same seed, other accuracy
    assert len(side.levels[0]) <= side.aged.cycles and side.levels[1][-1] > side.levels[1][0]
    assert document["states_end"]["pore_saturation"] < 1.0
    words = lived(side.life, side.life_limit_s)
    assert words.endswith(")") and " to " in words


def test_quantiles_of_censored_lives_are_beyond_not_at_the_end_of_the_protocol():
    ends = (Ended.depletion, Ended.depletion, *[Ended.completed] * 8)
    found = Lives(np.array([10.0, 20.0, *[100.0] * 8]), ends, np.arange(10))
    life = life_estimate(found)
    assert (life.low, life.value, life.high) == (10.0, math.inf, math.inf)
    assert censored_at(found) == 100.0
    assert lived(life, 100.0 * 3600).replace("\u00a0", " ") == "> 100 h (0.00278 to > 100)"
    assert lived(None, None) == "not sampled"


def test_long_records_get_fewer_samples_a_step_and_too_long_ones_are_refused():
    assert points_for(prepare(recipe()), None) == 50
    steps = TABLES["protocol"]["steps"]
    long = prepare(recipe(protocol={"steps": steps, "cycles": 10_000}))
    assert points_for(long, None) == 15 and points_for(long, 10) == 50
    with pytest.raises(RecipeError, match="more than 5e"):
        points_for(prepare(recipe(protocol={"steps": steps, "cycles": 1_000_000})), None)
    often = [f"{step} (1 second period)" for step in steps]
    with pytest.raises(RecipeError, match="longer period"):
        points_for(prepare(recipe(protocol={"steps": often, "cycles": 1000})), None)


def test_spectra_at_rest_are_rows_of_the_record_and_numbers_of_the_document(coated_run):
    document = to_json(coated_run)
    for side in coated_run.sides:
        rows, found = side.record.impedance, document[side.name]["simulated_impedance"]
        assert [one["cycle"] for one in found] == [1, 2, 3, 4] and len(rows.time_s) == 4 * len(found[0]["frequency_Hz"])
        first, area = found[0], side.cell.area_m2
        assert rows.real_ohm[0] == pytest.approx(first["real_ohm_m2"][0] / area)
        total = sum(first[f"{kind}_resistance_ohm_m2"] for kind in ("bulk", "interfacial", "diffusion"))
        assert first["real_ohm_m2"][-1] == pytest.approx(total, rel=1e-3)
        assert len(document[side.name]["impedance"]["bulk_resistance_ohm"]) == 4
    assert {"imp-peled2011", "age-assumed"} <= {item.key for item in coated_run.references}


def test_an_interrupt_leaves_what_was_done(monkeypatch):
    def stopped(*args, **settings):
        return Lives(np.array([3600.0, 0.0]), (Ended.completed, Ended.interrupted), np.array([1, 0]))

    monkeypatch.setattr(side_module, "lives", stopped)
    done = run(recipe(), samples=2)
    assert done.interrupted and done.coated is None and done.bare.lives is None
    document = to_json(done)
    assert "coated: interrupted before it was cycled" in document["warnings"]
    assert document["bare"]["life_s"] is None and "bare" in summary(done)
    assert "interrupted" in page(done, drawings(done))


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
    # moss beside the bulk lowers it from the first cycle on
    flat = ohmic + films + transfer
    assert 0.6 * flat < bare_run.bare.polarization.value < flat


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
        ({"cell": {**CELL, "format": "full"}}, ["[cell] format", "'full'", "not run here", "'symmetric'"]),
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
    given = {"electrolyte": CELL["electrolyte"], "pressure": "100 kPa", "positive": "LTO"}
    found = prepare(recipe(cell=given, coating={**TABLES["coating"], "temperature": "60 degC"}))
    text = "\n".join(found.warnings)
    assert found.separator == "Celgard 2400" and found.electrolyte_amount_m > 0
    for words in (
        "separator is not given: Celgard 2400 assumed",
        "electrolyte_amount is not given",
        "pressure has no effect",
        "[cell] positive has no effect",
        "[coating] temperature has no effect",
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
    assert done.bare.record.ended.text in summary(done)
