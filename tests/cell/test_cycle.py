"""The virtual cycler: obeys the protocol, ends on physical events, writes down what it saw."""

import math
import subprocess
import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from alloycoat.cell import Settings, cycle, cycle_intervals, draw, limits, symmetric
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Protocol, plate_strip
from alloycoat.record import Ended
from alloycoat.sources import Estimate

ETHER = "1 M LiTFSI in DOL/DME"
COATING = SimpleNamespace(anode="Li", area_specific_resistance=Estimate(3e-4, 1e-4, 1e-3))
QUICK = Settings(volumes=12, tolerance=1e-4)
HOUR = plate_strip("2 mA/cm2", "1 h", cycles=5)


@pytest.fixture(scope="module")
def bare():
    return symmetric(anode="Li", electrolyte=ETHER, area="1.13 cm^2")


@pytest.fixture(scope="module")
def carbonate():
    return symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2", anode_thickness="50 um")


def run(cell, *steps, cycles=1, points=12, **more):
    made = Protocol.model_validate({"steps": list(steps), "cycles": cycles, **more})
    return cycle(cell, made, points_per_half_cycle=points, settings=QUICK)


def test_the_record_has_the_signs_and_clock_of_the_protocol(bare):
    record = cycle(bare, HOUR, points_per_half_cycle=20, settings=QUICK)
    assert record.ended is Ended.completed
    assert record.n == 5 * 2 * 20
    assert record.time_s[-1] == pytest.approx(36000, rel=1e-12)
    assert np.all(np.diff(record.time_s) > 0)
    first = record.step == 1
    assert np.all(record.current_A[first] == pytest.approx(-20 * 1.13e-4))
    assert np.all(record.voltage_V[first] < 0)
    assert np.all(record.voltage_V[~first] > 0)
    assert sorted(set(record.cycle)) == [1, 2, 3, 4, 5]
    assert (record.cell_kind, record.origin, record.area_m2) == ("symmetric", "simulated", bare.area_m2)
    assert abs(float(record.metadata["salt_balance_error"])) < 1e-12
    assert "does not age" in record.notes[0]


def test_the_settled_voltage_is_the_sum_of_its_parts(bare):
    record = cycle(bare, HOUR, settings=QUICK)
    i, c0, thermal = 20.0, bare.concentration, 8.314462618 * 298.15 / 96485.33212
    d, t, k, w = (
        bare.nominal(getattr(bare, n)) for n in ("diffusivity", "transference", "conductivity", "thermodynamic_factor")
    )
    half = i * (1 - t) * bare.separator_thickness * bare.macmullin / (2 * 96485.33212 * d)
    high, low = c0 + half, c0 - half
    expected = i * (bare.separator_thickness * bare.macmullin / k + 2 * bare.film_resistance)
    expected += 2 * thermal * (1 - t) * w * math.log(high / low)
    for c in (high, low):
        expected += 2 * thermal * math.asinh(i / (2 * bare.exchange_current_density * math.sqrt(c / c0)))
    assert record.voltage_V[-1] == pytest.approx(expected, abs=2e-4)


def test_repeated_cycles_are_those_a_full_run_gives(carbonate):
    made = plate_strip("1 mA/cm2", "0.2 h", cycles=6)
    short = cycle(carbonate, made, points_per_half_cycle=10, settings=QUICK)
    full = cycle(carbonate, made, points_per_half_cycle=10, settings=QUICK, reuse=False)
    assert int(short.metadata["cycles_simulated"]) < 6 == int(full.metadata["cycles_simulated"])
    np.testing.assert_allclose(short.voltage_V, full.voltage_V, rtol=0, atol=1e-8)
    np.testing.assert_allclose(short.time_s, full.time_s, rtol=1e-12)
    np.testing.assert_array_equal(short.cycle, full.cycle)


def test_a_coating_lowers_or_raises_the_voltage_by_what_it_adds(bare):
    coated = symmetric(COATING, electrolyte=ETHER, area="1.13 cm^2")
    one = symmetric(COATING, electrolyte=ETHER, area="1.13 cm^2", coated="one")
    v = [cycle(c, HOUR, max_cycles=1, settings=QUICK).voltage_V[-1] for c in (bare, one, coated)]
    thick = cycle(replace(coated, coating_resistance=5.3e-3), HOUR, max_cycles=1, settings=QUICK).voltage_V[-1]
    assert v[0] > v[1] > v[2]
    assert thick - v[2] == pytest.approx(2 * 20.0 * 5e-3, rel=1e-9)


def test_rest_lets_the_salt_settle(bare):
    record = run(bare, "Plate at 2 mA/cm2 for 10 minutes", "Rest for 10 minutes")
    rest = record.step == 2
    assert np.all(record.current_A[rest] == 0)
    assert abs(record.voltage_V[rest][0]) > 1e-3
    assert abs(record.voltage_V[rest][-1]) < 1e-9


def test_charge_ends_a_step_in_time(bare):
    record = run(bare, "Plate at 2 mA/cm2 for 0.5 mAh/cm2", "Strip at 0.226 mA for 0.113 mAh")
    assert record.time_s[record.step == 1][-1] == pytest.approx(900, rel=1e-12)
    assert record.time_s[-1] == pytest.approx(900 + 1800, rel=1e-9)


def test_a_voltage_limit_ends_the_step_and_the_test_goes_on(bare):
    start = abs(run(bare, "Plate at 2 mA/cm2 for 1 minute").voltage_V)
    between = 0.5 * (start[0] + start[-1])
    record = run(bare, f"Plate at 2 mA/cm2 for 1 hour or until -{between} V", "Rest for 5 minutes")
    plating = record.step == 1
    assert record.voltage_V[plating][-1] == pytest.approx(-between, abs=1e-8)
    assert 0 < record.time_s[plating][-1] < 60
    assert plating.sum() == 12  # sampled as densely as a full step
    assert record.ended is Ended.completed


def test_the_cutoff_ends_the_test(bare):
    start = abs(run(bare, "Plate at 2 mA/cm2 for 1 minute").voltage_V)
    between = 0.5 * (start[0] + start[-1])
    record = run(bare, "Plate at 2 mA/cm2 for 1 hour", cycles=3, cutoff=f"{between} V")
    assert record.ended is Ended.voltage_limit
    assert record.voltage_V[-1] == pytest.approx(-between, abs=1e-8)


def test_depletion_ends_the_record(bare):
    ceiling = limits(bare, 1.0, 1.0).limiting_current_density
    density = f"{1.2 * ceiling / 10} mA/cm2"
    record = run(bare, f"Plate at {density} for 1 hour", f"Strip at {density} for 1 hour")
    assert record.ended is Ended.depletion
    assert 0 < record.time_s[-1] < 60
    assert np.all(np.isfinite(record.voltage_V))


def test_the_metal_runs_out(carbonate):
    hours = carbonate.metal_capacity / 10 / 3600  # of a whole electrode at 1 mA/cm2
    record = run(carbonate, "Strip at 1 mA/cm2 for 1000 hours")
    assert record.ended is Ended.metal_exhausted
    assert record.time_s[-1] == pytest.approx(hours * 3600, rel=1e-12)
    uneven = run(carbonate, "Strip at 1 mA/cm2 for 2 hours", "Plate at 1 mA/cm2 for 1 hour", cycles=100)
    assert uneven.ended is Ended.metal_exhausted
    assert uneven.cycle[-1] == math.ceil(hours - 2) + 1
    assert int(uneven.metadata["cycles_repeated"]) > 3
    charge = np.sum(np.diff(uneven.time_s, prepend=0.0) * uneven.current_A) / carbonate.area_m2
    assert charge == pytest.approx(carbonate.metal_capacity, rel=1e-9)
    open_end = run(carbonate, "Strip at 1 mA/cm2 until 5 V")
    assert open_end.ended is Ended.metal_exhausted


def test_no_cycler_goes_beyond_ten_volt(bare):
    sealed = symmetric(
        SimpleNamespace(anode="Li", area_specific_resistance=Estimate(9.0, 9.0, 9.0)), electrolyte=ETHER, area=1e-4
    )
    record = cycle(sealed, HOUR, settings=QUICK)
    assert record.ended is Ended.voltage_limit
    assert (record.n, record.time_s[0]) == (1, 0.0)
    assert record.voltage_V[0] < -10


def test_a_very_long_rest_is_solved(bare):
    record = run(bare, "Plate at 1 mA/cm2 for 1 hour", "Rest for 1000000 hours")
    assert record.ended is Ended.completed
    assert abs(record.voltage_V[-1]) < 1e-9


def test_formation_period_and_rest_of_the_protocol(bare):
    record = run(
        bare, "Plate at 1 mA/cm2 for 10 minutes (30 second period)", cycles=2, rest="2 minutes",
        formation=["Plate at 0.1 mA/cm2 for 20 minutes"],
    )  # fmt: skip
    assert set(record.cycle[record.time_s <= 1200]) == {0}
    one = (record.cycle == 1) & (record.step == 1)
    np.testing.assert_allclose(np.diff(record.time_s[one]), 30.0)
    assert np.all(record.current_A[record.step == 2][-5:] == 0)


def test_max_cycles_interrupts(bare):
    assert cycle(bare, HOUR, max_cycles=2, settings=QUICK).ended is Ended.interrupted


@pytest.mark.parametrize(
    ("step", "message"),
    [
        ("Hold at 0.1 V for 1 hour", "constant-current and rest steps; the ageing cell holds"),
        ("Charge at C/2 for 1 hour", "needs a nominal capacity"),
        ("Plate at 1 mW/cm2 for 1 hour", "constant power is not offered"),
        ("Plate at 1 mA/cm2 until 0.5 V", "is negative .* write -0.5 V"),
        ("Plate at 1 mA/cm2 until -0.5 V", "may never reach this voltage"),
        ("Plate at 1 mA/cm2 for 1 h until 50 mA", "a limit of current cannot end this step"),
        ("Plate at 1 mA/cm2 for 1 h at 60 degC", r"set \[cell\] temperature"),
        ("Plate at 1 mA/cm2 for 1000 h (1 ms period)", "lengthen the period"),
        ("Plate at 100000 A/cm2 for 1 h", "nothing could be recorded"),
    ],
)
def test_steps_that_cannot_be_run_are_refused(bare, step, message):
    with pytest.raises(RecipeError, match=message):
        run(bare, step)


def test_the_area_is_needed(bare):
    for step in ("Plate at 1 mA/cm2 for 1 h", "Plate at 1 mA for 1 h"):
        with pytest.raises(RecipeError, match=r"\[anode\] area: not given"):
            run(replace(bare, area_m2=None), step)
    with pytest.raises(RecipeError, match="points_per_half_cycle: 2 given"):
        run(bare, "Rest for 1 h", points=2)


def test_a_curve_that_is_impossible_is_named(bare):
    with pytest.raises(RecipeError, match=r"\[cell\] electrolyte: .*diffusivity: -1"):
        cycle(replace(bare, diffusivity=((1000.0,), (-1.0,))), HOUR)


def test_a_failed_solution_is_an_error(bare, monkeypatch):
    from alloycoat.cell.kernels import solver

    none = np.zeros(1)
    monkeypatch.setattr(solver, "make_advance", lambda: lambda *_: (3, 0.0, 0, 1, 1, none, none, none, none))
    with pytest.raises(AlloycoatError, match="could not be solved"):
        cycle(bare, HOUR)


def test_the_band_holds_the_voltage_and_each_sample(bare):
    samples = draw(bare, 12, seed=1)
    band = cycle_intervals(bare, HOUR, samples, points_per_half_cycle=8, settings=QUICK)
    assert band.voltages_V.shape == (12, 16)
    assert band.ended == 0
    assert np.all(band.low_V <= band.high_V)
    inside = (band.low_V <= band.voltage_V) & (band.voltage_V <= band.high_V)
    assert inside.all()
    alone = bare.sample({name: float(values[3]) for name, values in samples.items()})
    record = cycle(alone, HOUR, points_per_half_cycle=8, settings=QUICK)
    np.testing.assert_allclose(band.voltages_V[3][-4:], record.voltage_V[-4:], rtol=1e-4)
    empty = cycle_intervals(bare, HOUR, {}, points_per_half_cycle=8, settings=QUICK)
    np.testing.assert_array_equal(empty.low_V, empty.voltage_V)
    with pytest.raises(RecipeError, match="all need one length"):
        cycle_intervals(bare, HOUR, {"porosity": np.ones(2), "macmullin": np.ones(3)}, settings=QUICK)


def test_samples_that_end_early_are_counted(bare):
    samples = {"macmullin": np.array([bare.macmullin, 400.0]), "film_resistance": np.full(2, 1e-3)}
    band = cycle_intervals(bare, HOUR, samples, points_per_half_cycle=8, settings=QUICK)
    assert band.ended == 1
    assert np.all(np.isnan(band.voltages_V[1]))
    plating = band.step == 1
    np.testing.assert_allclose(band.low_V[plating], 0.1 * band.voltages_V[0][plating] - 0.9 * 10)
    with pytest.raises(RecipeError, match="sample 1: "):
        cycle_intervals(bare, HOUR, {"porosity": np.array([-1.0])}, settings=QUICK)


def test_limits_of_the_cell(bare):
    low, high = limits(bare, 20.0, 72000.0), limits(bare, 2000.0, 72000.0)
    assert math.isinf(low.sand_time) and not low.depletes and "below the limiting" in low.reason
    assert math.isfinite(high.sand_time) and high.depletes and high.reason == ""
    assert high.sand_capacity == pytest.approx(2000.0 * high.sand_time)
    assert low.limiting_current_density_of_curves == pytest.approx(low.limiting_current_density, rel=1e-6)
    with pytest.raises(RecipeError, match="areal_capacity"):
        limits(bare, 1.0, -1.0)


def test_the_limiting_current_of_curves_is_where_the_cell_depletes(carbonate):
    ceiling = limits(carbonate, 1.0, 1.0).limiting_current_density_of_curves
    assert ceiling != pytest.approx(limits(carbonate, 1.0, 1.0).limiting_current_density, rel=0.02)
    for share, ended in ((0.98, Ended.completed), (1.02, Ended.depletion)):
        assert run(carbonate, f"Plate at {share * ceiling / 10} mA/cm2 for 10 minutes").ended is ended


def test_numba_is_loaded_when_a_cell_is_run():
    code = "import sys, alloycoat.cell, alloycoat.electrochemistry; sys.exit('numba' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
