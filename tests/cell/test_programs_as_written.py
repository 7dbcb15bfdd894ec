"""Programs as people write them: strings of PyBaMM Experiments, CCCV, lists without a `Protocol`, units of papers."""

from __future__ import annotations

import subprocess
import sys

import numba
import numpy as np
import pytest

import alloycoat as ac
from alloycoat.cell import LifeSettings, age, ageing_parameters, draw, lives, sweep
from alloycoat.errors import RecipeError

COARSE = LifeSettings(2, 4, 1e-2, 1e-2)
compiled = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="hours of the ageing cell need the compiled kernel"
)


@pytest.fixture(scope="module")
def warm():
    return ac.symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2", temperature="60 degC")


def aged(cell, steps, **options):
    return age(cell, steps, ageing_parameters(cell), settings=COARSE, points_per_half_cycle=10, **options)


def test_a_list_of_steps_is_a_protocol(warm):
    steps = ["Plate at 1 mA cm-2 for 10 minutes", "Strip at 1 mA cm⁻² for 10 minutes"]
    record = ac.cycle(warm, steps)
    same = ac.cycle(warm, ac.Protocol(steps=steps))
    np.testing.assert_array_equal(record.voltage_V, same.voltage_V)
    # a tuple is a cycle of its own, as PyBaMM has it
    twice = ac.cycle(warm, [("Discharge at 1 mA for 10 minutes", "Charge at 1 mA for 10 minutes")] * 2)
    np.testing.assert_array_equal(twice.voltage_V[: record.n], record.voltage_V)
    assert twice.n == 2 * record.n
    assert sweep(warm, steps, draw(warm, 3)).voltage_V.shape[0] == 3
    for wrong in ("Plate at 1 mA/cm2 for 1 h", 3, ["Plate at 1 mA/cm2"]):
        with pytest.raises(RecipeError, match=r"\[protocol\] steps"):
            ac.cycle(warm, wrong)


@compiled
def test_lives_take_a_list_of_steps_too(warm):
    steps = [("Plate at 1 mA/cm2 for 10 minutes", "Strip at 1 mA/cm2 for 10 minutes")] * 3
    found = lives(warm, steps, ageing_parameters(warm), {"loss": np.array([0.1, 0.2])}, settings=COARSE)
    assert found.cycles.tolist() == [3, 3] and found.time_s == pytest.approx(3600.0)


@compiled
def test_constant_current_constant_voltage_without_a_time(warm):
    record = aged(warm, [
        "Discharge at 1 mA for 1 hour or until -0.2 V", "Hold at -0.2 V until 50 uA", "Rest for 10 minutes",
    ]).record  # fmt: skip
    plated, held = (record.step == 1), (record.step == 2)
    assert record.time_s[plated][-1] == 0.0  # beyond the limit at once: the hold takes over
    assert np.all(record.voltage_V[held] == -0.2)
    assert record.time_s[held][-1] == pytest.approx(24 * 3600.0)  # its current never falls so far in this cell
    assert record.step[-1] == 3 and record.ended is ac.Ended.completed
    # ... where no hold follows, such a step ends the test
    ended = aged(warm, ["Plate at 1 mA/cm2 for 1 hour or until -0.02 V", "Strip at 1 mA/cm2 for 1 hour"])
    assert ended.ended is ac.Ended.voltage_limit and ended.cycles == 0


@compiled
def test_nested_cycles_rests_periods_and_charges_at_60_degrees(warm):
    record = aged(warm, [
        {"steps": ["Plate at 1 mA/cm2 for 10 minutes", "Rest for 1 minute", "Strip at 1 mA/cm2 for 10 minutes"],
         "cycles": 3},
        ("Discharge at 200 uA/cm2 for 0.1 mAh", "Charge at 0.2 mA until 0.1 mAh", "Rest for 10 m (1 minute period)"),
    ]).record  # fmt: skip
    assert record.cycle[-1] == 4 and record.duration == pytest.approx(3 * 1260 + 2 * 1800 + 600)
    last = (record.cycle == 4) & (record.step == 3)
    assert np.diff(record.time_s[last]) == pytest.approx(60.0)


def test_the_package_runs_as_a_module():
    made = subprocess.run([sys.executable, "-m", "alloycoat", "--help"], capture_output=True, text=True, check=False)
    assert made.returncode == 0 and "cycle" in made.stdout
