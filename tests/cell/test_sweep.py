"""Sweeps: each sample is the cell that `cycle` runs, bit for bit the same on any threads and in any company."""

from types import SimpleNamespace

import numba
import numpy as np
import pytest

from alloycoat.cell import SAMPLED, Settings, cycle, draw, sweep, symmetric
from alloycoat.cell.kernels.parameters import pack
from alloycoat.cell.lanes import POINTS, make_parameters, make_samples, points_for
from alloycoat.errors import RecipeError
from alloycoat.recipe import Protocol, plate_strip
from alloycoat.record import Ended
from alloycoat.sources import Estimate

compiled = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="minutes uncompiled; adds no line")
COATING = SimpleNamespace(anode="Li", area_specific_resistance=Estimate(3e-3, 1e-3, 1e-2))
TEST = plate_strip("2 mA/cm2", "0.2 h", cycles=4)


@pytest.fixture(scope="module")
def cell():
    return symmetric(COATING, electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2", coated="one", anode_thickness="50 um")


def test_samples_are_the_cells_that_sample_makes(cell):
    samples = draw(cell, 40, seed=3)
    assert set(samples) == set(SAMPLED)
    samples["transference"][0] = 0.9  # its curve meets the ceiling of 0.95
    made = make_samples(cell, samples)
    for k in range(40):
        own = pack(make_parameters(cell.sample({name: float(values[k]) for name, values in samples.items()}), 4))
        np.testing.assert_allclose(made.numbers[k], own.numbers, rtol=1e-12)
        np.testing.assert_allclose(made.rows[k][:, :7], own.rows[:, :7], rtol=1e-9, atol=1e-25)
        c = 1000.0
        row, ours = made.rows[k][-2], own.rows[-2]
        potentials = [r[7] + r[8] * np.log(c) + c * (r[9] + 0.5 * r[10] * c) for r in (row, ours)]
        first = [r[7] + r[8] * np.log(2 * c) + 2 * c * (r[9] + r[10] * c) for r in (row, ours)]
        assert first[0] - potentials[0] == pytest.approx(first[1] - potentials[1], rel=1e-9)


@compiled
@pytest.mark.parametrize("threads", [1, 3])
def test_any_company_and_any_threads_give_the_same_bits(cell, threads):
    samples = draw(cell, 24, seed=1)
    samples["macmullin"][:4] *= 8.0  # some need more points
    alone = sweep(cell, TEST, samples, points_per_half_cycle=8, threads=2, every=True)
    again = sweep(cell, TEST, samples, points_per_half_cycle=8, threads=threads, every=True)
    np.testing.assert_array_equal(alone.voltage_V, again.voltage_V)
    some = [3, 20, 21]
    few = sweep(
        cell, TEST, {k: v[some] for k, v in samples.items()}, points_per_half_cycle=8, threads=threads, every=True
    )
    np.testing.assert_array_equal(alone.voltage_V[some], few.voltage_V)


@compiled
def test_each_sample_is_the_record_of_its_cell(cell):
    samples = draw(cell, 3, seed=2)
    steps = [f"{verb} at 2 mA/cm2 for 12 minutes (90 second period)" for verb in ("Plate", "Strip")]
    test = Protocol.model_validate({"steps": steps, "cycles": 4})
    found, last = sweep(cell, test, samples, every=True), sweep(cell, test, samples)
    for k in range(3):
        own = cell.sample({name: float(values[k]) for name, values in samples.items()})
        record = cycle(own, test, reuse=False)
        n = int(np.sum(found.step[k] > 0))
        assert n == record.n == 64
        np.testing.assert_allclose(found.voltage_V[k, :n], record.voltage_V, rtol=1e-9)
        np.testing.assert_allclose(found.time_s[k, :n], record.time_s, rtol=1e-12)
        np.testing.assert_array_equal(found.cycle[k, :n], record.cycle)
        np.testing.assert_array_equal(found.current_density[found.step[k, :n] - 1] * 1e-4, record.current_A)
        m = int(np.sum(last.step[k] > 0))
        np.testing.assert_array_equal(last.voltage_V[k, :m], found.voltage_V[k, n - m : n])
        assert last.time_s[k, 0] == pytest.approx(90.0)
        assert (last.cycles[k], last.ended[k]) == (4, None)


def test_ends_are_told_by_sample(cell):
    samples = {"macmullin": np.array([cell.macmullin, 400.0, 60.0]), "film_resistance": np.array([1e-3, 1e-3, 0.6])}
    found = sweep(cell, TEST, samples, points_per_half_cycle=8)
    assert found.ended == (None, Ended.depletion, Ended.voltage_limit)
    assert list(found.cycles) == [4, 0, 0]
    assert np.all(np.isnan(found.voltage_V[1][found.step[1] == 0]))
    uneven = Protocol.model_validate({"steps": ["Strip at 1 mA/cm2 for 4 h", "Plate at 1 mA/cm2 for 1 h"], "cycles": 9})
    assert sweep(cell, uneven, {"porosity": np.array([0.4])}).ended == (Ended.metal_exhausted,)


def test_settled_samples_stop(cell):
    found = sweep(cell, TEST, {"porosity": np.array([0.4])}, max_cycles=50, settled=1e-6)
    assert found.cycles[0] <= 3
    short = sweep(cell, TEST, {"porosity": np.array([0.4])}, max_cycles=2)
    assert short.cycles[0] == 2


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ({"porosity": np.array([0.4, -1.0])}, "sample 2: .*porosity: -1.0 given"),
        ({"diffusivity": np.array([np.nan])}, "sample 1: "),
        ({"porosity": np.ones(2), "macmullin": np.ones(3)}, "all need one length"),
        ({"colour": np.ones(2)}, "'colour' is not a parameter that can be sampled"),
    ],
)
def test_samples_that_cannot_be_are_refused(cell, samples, message):
    with pytest.raises(RecipeError, match=message):
        sweep(cell, TEST, samples)


def test_a_sweep_refuses_what_cycle_refuses(cell):
    one = {"porosity": np.array([0.4])}
    with pytest.raises(RecipeError, match="points_per_half_cycle: 2 given"):
        sweep(cell, TEST, one, points_per_half_cycle=2)
    with pytest.raises(RecipeError, match="take fewer"):
        sweep(cell, plate_strip("2 mA/cm2", "1 h", cycles=300_000), one, every=True)
    with pytest.raises(RecipeError, match="half cell"):
        sweep(SimpleNamespace(kind="half"), TEST, one)
    assert sweep(cell, TEST, {}).voltage_V.shape[0] == 0


def test_points_follow_the_current():
    assert points_for(0.0) == POINTS[0]
    assert points_for(1.0) == 16
    assert points_for(1e9) == POINTS[-1]
    assert Settings().volumes is None
