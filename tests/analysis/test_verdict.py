import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from synthetic import full_cell, glue, half_cell, square

from alloycoat.analysis import analyze
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.record import CyclingRecord, Impedance

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "analyze.json").read_text(encoding="utf-8"))


def test_a_healthy_symmetric_cell():
    outcome = analyze(square(40, zero=1000.0), area_m2=1e-4)
    assert (outcome.cell_kind, outcome.cell_kind_inferred, outcome.n_half_cycles) == ("symmetric", True, 40)
    assert outcome.duration_s == pytest.approx(40 * 3600) and outcome.time_zero_s == 1000
    assert outcome.current_density_A_per_m2 == pytest.approx(10)
    assert outcome.polarization_begin_V == pytest.approx(0.05) == outcome.polarization_end_V
    assert outcome.area_specific_resistance_ohm_m2 == pytest.approx(0.005)
    assert outcome.failure == "none" and outcome.failure_time_s is None
    assert outcome.life.text == ">40 h"
    assert outcome.coulombic_efficiency is None and outcome.coulombic_efficiency_pairing is None
    assert "excess" in outcome.reasons["coulombic_efficiency"]


def test_begin_is_the_third_full_cycle_or_another():
    volts = np.repeat(np.linspace(0.10, 0.05, 20), 2)
    record = square(40, volts=volts)
    assert analyze(record).polarization_begin_V == pytest.approx(volts[4])
    assert analyze(record, begin_cycle=1).polarization_begin_V == pytest.approx(0.10)
    assert analyze(record).polarization_end_V == pytest.approx(0.05)
    short = analyze(square(4, volts=volts[:4]))
    assert short.polarization_begin_V == pytest.approx(volts[2])
    assert any("2 full cycles only" in line for line in short.warnings)


def test_begin_and_end_lie_before_the_failure():
    outcome = analyze(square(40, volts=np.where(np.arange(40) < 7, 0.05, 0.002)))
    assert outcome.failure == "hard-short" and outcome.polarization_end_V == pytest.approx(0.05)


def test_an_unreversed_record():
    record = square(1, half=36000.0)
    ramp = record.replace(voltage_V=-np.linspace(0.05, 0.15, record.n))
    outcome = analyze(ramp)
    assert outcome.polarization_begin_V == pytest.approx(0.055, abs=1e-3)
    assert outcome.polarization_end_V == pytest.approx(0.145, abs=1e-3)
    assert any("never changes sign" in line for line in outcome.warnings)


def test_half_cells():
    outcome = analyze(half_cell(10, efficiency=0.97))
    assert outcome.coulombic_efficiency == pytest.approx([0.97] * 10, rel=1e-9)
    assert outcome.coulombic_efficiency_pairing == "plate, strip"
    first_strips = analyze(half_cell(10, plate_first=False))
    assert first_strips.coulombic_efficiency == pytest.approx([0.97] * 10, rel=1e-9)
    assert any("starts with stripping" in line for line in first_strips.warnings)
    above = analyze(half_cell(10, efficiency=1.02))
    assert any("10 of 10 values lie above 100 %" in line for line in above.warnings)


def test_stripping_that_ends_by_time_has_no_efficiency():
    outcome = analyze(half_cell(10, efficiency=1.0, cut_off=0.03), cell_kind="half")
    assert outcome.coulombic_efficiency == (None,) * 10
    assert any(line.startswith("coulombic_efficiency: 10 of 10 pairs are undefined") for line in outcome.warnings)
    mixed = glue(half_cell(3), half_cell(2, efficiency=1.0, cut_off=0.03), half_cell(3))
    values = analyze(mixed, cell_kind="half").coulombic_efficiency
    assert [value is None for value in values] == [False] * 3 + [True] * 2 + [False] * 3


@pytest.mark.parametrize(("discharge_first", "pairing"), [(False, "charge, discharge"), (True, "discharge, charge")])
def test_full_cells_are_paired_from_their_first_half_cycle(discharge_first, pairing):
    outcome = analyze(full_cell(8, efficiency=0.95, discharge_first=discharge_first))
    assert outcome.coulombic_efficiency_pairing == pairing
    assert outcome.coulombic_efficiency == pytest.approx([0.95] * 8, rel=3e-3)
    assert any("does not measure the anode" in line for line in outcome.warnings)


def test_capacity_retention_of_full_cells():
    outcome = analyze(full_cell(10, fade=0.99), begin_cycle=1)
    assert outcome.capacity_retention == pytest.approx(0.99**9, rel=5e-3)
    assert analyze(square(10)).capacity_retention is None


def test_what_is_given_beats_what_is_known_beats_what_is_inferred():
    record = square(10, cell_kind="half", area_m2=2e-4)
    assert analyze(record).cell_kind == "half" and not analyze(record).cell_kind_inferred
    assert analyze(record, cell_kind="symmetric").cell_kind == "symmetric"
    assert analyze(record).current_density_A_per_m2 == pytest.approx(5)
    assert analyze(record, area_m2=1e-4).current_density_A_per_m2 == pytest.approx(10)


def test_doubtful_data_are_said_to_be():
    record = square(10)
    reversed_current = analyze(record.replace(current_A=-record.current_A), cell_kind="symmetric")
    assert any("voltage_follows_current" in line for line in reversed_current.warnings)
    millivolts = analyze(record.replace(voltage_V=1000 * record.voltage_V), cell_kind="symmetric")
    assert any("voltage_range" in line for line in millivolts.warnings)
    milliamperes = analyze(record.replace(current_A=1000 * record.current_A), area_m2=1e-5)
    assert any("current_density_range" in line for line in milliamperes.warnings)
    assert {check.state for check in analyze(record, area_m2=1e-4).invariants} == {"ok"}


def test_notes_of_the_reader_and_several_currents_are_warned_of():
    record = glue(square(10), square(10, current=3e-3, volts=0.12)).replace(notes=("one row was left out",))
    warnings = analyze(record).warnings
    assert "one row was left out" in warnings
    assert any("several currents" in line for line in warnings)
    assert any("another current" in line for line in warnings)


@pytest.mark.parametrize(
    "record",
    [
        square(20), square(1), square(2), square(3), half_cell(6), full_cell(6), full_cell(1),
        square(60, volts=np.where(np.arange(60) < 30, 0.05, 0.001)),
        CyclingRecord([0], [0], [0]), CyclingRecord([0], [1e-3], [0.1]), CyclingRecord([0, 1], [1e-3, -1e-3], [0.1, 0]),
        CyclingRecord([5, 5, 5], [1, 1, 1], [0, 0, 0]), CyclingRecord([0, 1, 2], [0, 0, 0], [1, 1, 1]),
        square(4, impedance=Impedance([1.0], [1e3], [5.0], [-2.0])), square(9, volts=0.0),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", [None, "symmetric", "half", "full"])
@pytest.mark.parametrize("area", [None, 1e-4])
def test_every_document_keeps_the_schema_and_explains_its_nulls(record, kind, area):
    document = analyze(record, cell_kind=kind, area_m2=area).to_json()
    json.dumps(document, allow_nan=False)
    jsonschema.validate(document, SCHEMA)
    for key, value in document.items():
        if value is None:
            assert any(line.startswith(f"{key}: ") and len(line) > len(key) + 8 for line in document["warnings"]), key


def test_wrong_words_are_refused():
    with pytest.raises(RecipeError, match="did you mean 'symmetric'"):
        analyze(square(2), cell_kind="symetric")
    with pytest.raises(RecipeError, match="begin_cycle: 0"):
        analyze(square(2), begin_cycle=0)
    with pytest.raises(AlloycoatError, match="positive area"):
        analyze(square(2), area_m2=0.0)
