"""The page of a half cell and of a rate step, and what their documents say."""

from __future__ import annotations

import pytest
from report_recipe import CELL, TABLES, recipe

from alloycoat.coating import coat
from alloycoat.outcome import Outcome
from alloycoat.recipe import Recipe, rate_step
from alloycoat.record import CyclingRecord
from alloycoat.report.document import to_json
from alloycoat.report.job import Run, run
from alloycoat.report.page import drawings, page
from alloycoat.report.prepare import prepare
from alloycoat.report.rate import critical
from alloycoat.report.side import make_cell, wear
from alloycoat.report.stock import additive_stock
from alloycoat.report.summary import summary
from alloycoat.report.words import critical_text


@pytest.fixture(scope="module")
def half_run() -> Run:
    steps = ["Plate at 0.5 mA/cm2 for 1 mAh/cm2", "Strip at 0.5 mA/cm2 until 1 V"]
    tables = {**TABLES, "cell": {**CELL, "format": "half"}, "protocol": {"steps": steps, "cycles": 4}}
    return run(Recipe.from_tables(tables), samples=4)


def test_a_coated_half_cell_is_bare_copper_against_the_coated_metal(half_run):
    bare, coated = half_run.sides
    assert (bare.cell.coated, coated.cell.coated) == ((False, False), (False, True))
    assert 0.9 < bare.efficiency.value < 1.0
    # the same copper: what is on the counter electrode hardly matters for what comes back from it
    assert coated.efficiency.value == pytest.approx(bare.efficiency.value, abs=5e-3)
    assert bare.spectra == () and bare.record.impedance is None
    document = to_json(half_run)
    assert document["bare"]["simulated_impedance"] is None
    assert any(line.startswith("simulated_impedance: ") for line in document["bare"]["warnings"])
    assert any("the copper is bare" in line for line in half_run.warnings)


def test_the_page_of_a_half_cell_shows_the_efficiency_and_no_impedance(half_run):
    svgs = drawings(half_run)
    text = page(half_run, svgs)
    assert "impedance" not in svgs and "Coulombic efficiency (10–90 %)" in text
    assert "All of them are symmetric cells" in text and "half cell in" in text
    assert "efficiency 9" in summary(half_run) and "symmetric cells, row" in summary(half_run)


def test_the_page_of_a_rate_step_says_from_where_to_where():
    protocol = {"name": "rate-step", "from": "1 mA/cm2", "to": "130 mA/cm2", "step": "40 mA/cm2", "time": "20 min"}
    done = run(recipe(coating=None, protocol=protocol), samples=4)
    text = page(done, drawings(done)).replace("\u00a0", " ")
    assert "rate step from 1 to 121 mA/cm²" in text and "rate step from 1 to 130 mA/cm2 by 40, 20 min" in text
    assert "Critical current density" in text
    found = done.bare.critical
    assert found.first_failed in (410.0, 810.0, 1210.0) and found.last == 1210.0
    assert f"critical   bare {critical_text(found)}".replace("\u00a0", " ") in summary(done)


def test_the_critical_current_density_is_that_of_the_cycle_with_the_verdict():
    protocol = rate_step("1 mA/cm2", "4 mA/cm2", "1 mA/cm2", "1 h", cycles=2)
    time = [0.0, 3600.0, 7200.0, 10800.0, 14400.0, 18000.0]
    record = CyclingRecord.from_arrays(time, [1.0] * 6, [0.1] * 6, cycle=[1, 1, 2, 2, 3, 3])
    failed = critical(protocol, record, Outcome(failure="polarization", failure_time_s=14400.0), None)
    assert (failed.first_failed, failed.highest_passed, failed.sampled) == (20.0, 10.0, None)
    alive = critical(protocol, record, Outcome(failure="none"), None)
    assert (alive.first_failed, alive.highest_passed) == (None, 20.0)
    assert critical_text(alive).replace("\u00a0", " ") == "> 4 mA/cm²"
    at_once = critical(protocol, record, Outcome(failure="depletion", failure_time_s=0.0), None)
    assert (at_once.first_failed, at_once.highest_passed) == (10.0, None)
    assert critical(Recipe.from_tables(TABLES).protocol, record, Outcome(), None) is None


def test_the_protocol_in_words():
    assert rate_step("1 mA/cm2", "4 mA/cm2", "1 mA/cm2", "1 mAh/cm2").text.endswith(
        "1 mAh/cm2 a half-cycle, 1 cycle each"
    )
    steps = [{"steps": ["Plate at 1 mA/cm2 for 1 h", "Strip at 1 mA/cm2 for 1 h"], "cycles": 3}, ["Rest for 1 h"]]
    found = recipe(protocol={"steps": steps, "cycles": 2}).protocol
    assert found.text == "(Plate at 1 mA/cm2 for 1 h; Strip at 1 mA/cm2 for 1 h) × 3, (Rest for 1 h) × 1; 2 cycles"


def test_what_is_left_of_an_additive_heals_the_layer():
    step = {"route": "additive", "precursor": "In(TFSI)3", "concentration": "12 mM"}
    cell = {**CELL, "electrolyte_amount": "50 uL/cm^2"}
    made = [prepare(recipe(coating=table, cell=cell)) for table in (step, {**step, "time": "10 s"})]
    layers = [coat(prepared.recipe) for prepared in made]
    assert additive_stock(made[0], layers[0]) == 0.0  # no contact time: all of it was reduced
    taken = sum(3 * phase.mol_per_m2.value for phase in layers[1].phases)  # Li13In3
    left = additive_stock(made[1], layers[1])
    assert left == pytest.approx(12.0 * 5e-4 - 2 * taken) and left > 0
    worn = wear(made[1], make_cell(made[1], layers[1]), layers[1])
    assert worn.additive == left and additive_stock(made[1], None) == 0.0
