"""Nested cycles, holds and the rate step through the ageing cell."""

from __future__ import annotations

import numpy as np
import pytest
from numba import config

from alloycoat.cell import age, ageing_parameters, draw, lives, symmetric
from alloycoat.recipe import Protocol, rate_step
from alloycoat.record import Ended

CARBONATE = "1 M LiPF6 in EC/DMC"
PLATE, STRIP = "Plate at 1 mA/cm2 for 20 minutes", "Strip at 1 mA/cm2 for 20 minutes"


@pytest.fixture(scope="module")
def cell():
    return symmetric(anode="Li", electrolyte=CARBONATE, area="1 cm^2")


def protocol(steps, **more) -> Protocol:
    return Protocol.model_validate({"steps": steps, **more})


def test_nested_cycles_are_the_flat_ones_with_other_numbers(cell):
    worn = ageing_parameters(cell)
    flat = age(cell, protocol([PLATE, STRIP, PLATE, STRIP, "Rest for 30 minutes"], cycles=2), worn)
    nested = age(cell, protocol([{"steps": [PLATE, STRIP], "cycles": 2}, ["Rest for 30 minutes"]], cycles=2), worn)
    assert np.array_equal(nested.record.time_s, flat.record.time_s)
    assert np.array_equal(nested.record.voltage_V, flat.record.voltage_V)
    assert list(np.unique(nested.record.cycle)) == [1, 2, 3, 4, 5, 6] and nested.cycles == 6
    assert list(nested.inventory.cycle) == [1, 2, 3, 4, 5, 6]
    rests = nested.record.cycle % 3 == 0
    assert np.all(nested.record.current_A[rests] == 0.0) and np.all(nested.record.current_A[~rests] != 0.0)


def test_a_nested_test_can_be_stopped_and_gone_on_from_inside_a_block(cell):
    worn = ageing_parameters(cell)
    steps = protocol([{"steps": [PLATE, STRIP], "cycles": 3}, ["Rest for 10 minutes"]], cycles=2)
    whole = age(cell, steps, worn)
    part = age(cell, steps, worn, max_cycles=5)
    assert part.ended is Ended.interrupted and part.cycles == 5
    rest = age(cell, steps, worn, resume=part)
    assert rest.cycles == 8 and np.array_equal(rest.record.voltage_V, whole.record.voltage_V)


def test_hold_and_rest_relax_the_cell(cell):
    steps = ["Hold at -0.1 V for 30 minutes", "Rest for 30 minutes", "Hold at 0.1 V for 2 hours until 0.1 mA/cm2"]
    made = age(cell, protocol(steps), ageing_parameters(cell), points_per_half_cycle=40)
    record = made.record
    held, rest, last = (record.step == k for k in (1, 2, 3))
    assert np.all(record.voltage_V[held] == -0.1) and np.all(record.current_A[held] < 0)
    assert np.all(record.current_A[rest] == 0) and abs(record.voltage_V[rest][-1]) < 0.1 * abs(
        record.voltage_V[rest][0]
    )
    assert np.all(record.voltage_V[last] == 0.1) and record.current_A[last][0] > 0


@pytest.mark.skipif(config.DISABLE_JIT, reason="tens of lives: minutes without the compiler")
def test_a_rate_step_ends_in_the_stage_that_the_cell_cannot_carry(cell):
    steps = rate_step("5 mA/cm2", "100 mA/cm2", "5 mA/cm2", "20 min")
    worn = ageing_parameters(cell, electrolyte_amount="50 uL/cm2")
    made = age(cell, steps, worn)
    assert made.ended is Ended.depletion and 2 < made.cycles < 20
    currents = [float(np.max(np.abs(made.record.current_A[made.record.cycle == k]))) for k in range(1, made.cycles + 1)]
    assert np.allclose(currents, 5e-3 * np.arange(1, made.cycles + 1))
    found = lives(cell, steps, worn, {**draw(cell, 4), **draw(worn, 4)})
    assert found.observed.all() and found.cycles.max() < steps.total_cycles
