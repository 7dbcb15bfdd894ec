"""What the trace of an ageing cell must show, as the code of the analysis sees it; layers of real chemistry."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from alloycoat import coat
from alloycoat.analysis import analyze
from alloycoat.analysis.cycles import trace
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.cell import LifeSettings, age, ageing_parameters, half, lives, symmetric
from alloycoat.recipe import Protocol, Recipe, plate_strip

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole lives take long uncompiled")
ETHER = "1 M LiTFSI in DOL/DME"
HOUR = plate_strip("2 mA/cm2", "1 h", cycles=400)


def layer(precursor):
    return coat(
        Recipe.model_validate({
            "anode": {"metal": "Li", "area": "1 cm^2"},
            "coating": {
                "route": "drop-cast", "precursor": precursor, "solvent": "THF", "concentration": "0.1 mol/L",
                "volume": "20 uL/cm^2",
            },
            "cell": {"electrolyte": ETHER},
            "protocol": {"steps": ["Plate at 1 mA/cm2 for 1 hour", "Strip at 1 mA/cm2 for 1 hour"], "cycles": 5},
        })
    )  # fmt: skip


@pytest.fixture(scope="module")
def bare():
    cell = symmetric(anode="Li", electrolyte=ETHER, area="1 cm^2")
    return age(cell, HOUR, ageing_parameters(cell))


@pytest.fixture(scope="module")
def coated():
    """A layer that ions cross well: how well they cross this one is known to powers of ten only."""
    coating = layer("InCl3")
    cell = replace(symmetric(coating, electrolyte=ETHER, area="1 cm^2"), coating_resistance=5e-4)
    return age(cell, HOUR, ageing_parameters(cell, coating), max_cycles=60)


def half_cycle(record, cycle):
    """|V| against the share of the first half-cycle."""
    chosen = (record.cycle == cycle) & (record.step == 1)
    time = record.time_s[chosen]
    return (time - time[0]) / (time[-1] - time[0]), np.abs(record.voltage_V[chosen])


def test_the_analysis_sees_the_nucleation_peak_of_bare_metal_only(bare, coated):
    peaks = [trace(made.record, None, Thresholds(), 3).halves.nucleation_V[2:12] for made in (bare, coated)]
    assert np.all(peaks[0] > 0.01)
    assert np.all(peaks[1] < 0.003)


def test_dip_end_rise_and_arching_come_from_areas_and_transport(bare, coated):
    share, young = half_cycle(bare.record, 3)
    dip = young[(share > 0.15) & (share < 0.9)].min()
    assert young[share < 0.15].max() > 1.08 * dip and young[-1] > 1.08 * dip
    share, old = half_cycle(bare.record, bare.cycles)
    assert np.interp(0.75, share, old) > 1.5 * np.interp(0.02, share, old)
    for cycle in (3, 60):
        share, flat = half_cycle(coated.record, cycle)
        assert np.ptp(flat[(share > 0.1)]) < 0.1 * flat.mean()


def test_the_verdict_of_the_analysis_is_the_end_of_the_cell(bare):
    outcome = analyze(bare.record)
    assert outcome.failure == "depletion"
    assert outcome.life.lower_s == pytest.approx(bare.time_s, rel=1e-6)
    assert outcome.polarization_end_V > 1.5 * outcome.polarization_begin_V


@pytest.mark.parametrize("loss", [0.03, 0.12])
def test_the_efficiency_of_a_half_cell_is_what_stays_on_copper(loss):
    cell = half(anode="Li", electrolyte=ETHER, area="1.13 cm^2")
    worn = replace(ageing_parameters(cell), loss=loss)
    steps = ["Plate at 0.5 mA/cm2 for 1 hour", "Strip at 0.5 mA/cm2 until 1 V"]
    made = age(cell, Protocol.model_validate({"steps": steps, "cycles": 6}), worn)
    seen = analyze(made.record).coulombic_efficiency
    stock = made.inventory.metal["working_dead"] + made.inventory.metal["working_sei"]
    left = np.diff(stock, prepend=0.0) / 18000.0
    np.testing.assert_allclose(seen[1:], 1 - left[1:], atol=2e-4)
    assert seen[0] == pytest.approx(1 - left[0], abs=3e-3)  # some moss stays at 1 V, and is stripped a cycle later
    assert all(1 - loss <= value < 1 for value in seen)  # what plates dense is lost less than moss
    halves = trace(made.record, None, Thresholds(), 3).halves
    assert np.all(halves.nucleation_V[::2] > 0.5 * worn.substrate)  # on copper, every time
    assert np.all(halves.nucleation_V[1::2] < 0.25 * worn.substrate)


@pytest.mark.parametrize("precursor", ["FeCl3", "CuCl2"])
def test_a_metal_that_does_not_alloy_plates_on_top(precursor):
    coating = layer(precursor)
    cell = symmetric(coating, electrolyte=ETHER, area="1 cm^2")
    worn = replace(ageing_parameters(cell, coating), coverage=1.0)
    made = age(cell, plate_strip("1 mA/cm2", "1 h", cycles=1), worn).inventory.metal["counter_moss"][-1]
    assert made > 0.9 * 36000.0
    blocked = replace(cell, electronic_share=0.0, coating_resistance=1e-3)  # ions through, electrons not: below
    assert age(blocked, plate_strip("1 mA/cm2", "1 h", cycles=1), worn).inventory.metal["counter_moss"][-1] == 0.0


def test_lives_are_the_same_alone_in_company_and_on_any_number_of_threads():
    cell = symmetric(anode="Li", electrolyte=ETHER, area="1 cm^2")
    worn, short = replace(ageing_parameters(cell), rough=0.6), plate_strip("4 mA/cm2", "1 h", cycles=40)
    samples = {"loss": np.linspace(0.05, 0.2, 6), "moss_slope": np.linspace(2e-4, 4e-4, 6)}
    given = {"settings": LifeSettings(4, 6), "seed": 11}
    found = [lives(cell, short, worn, samples, threads=n, **given) for n in (1, 2, 5)]
    assert all(np.array_equal(one.time_s, found[0].time_s) and one.ended == found[0].ended for one in found)
    order = [4, 0, 2]
    for k in order:
        alone = lives(
            cell, short, worn, {name: v[k : k + 1] for name, v in samples.items()}, **{**given, "seed": 11 + k}
        )
        assert alone.time_s[0] == found[0].time_s[k]


def test_a_perfect_coating_with_nothing_on_top_grows_no_moss():
    """Not even from round-off: moss grows by itself, and a trace of it would decide the life."""
    coating = layer("InCl3")
    cell = replace(symmetric(coating, electrolyte=ETHER, area="1 cm^2"), electronic_share=0.0)
    worn = replace(ageing_parameters(cell, coating), coverage=1.0, plateau=np.inf)
    made = age(cell, plate_strip("2 mA/cm2", "1 h", cycles=100), worn, points_per_half_cycle=4)
    assert all(np.all(made.inventory.metal[f"{side}_moss"] == 0.0) for side in ("working", "counter"))
    assert np.all(made.inventory.coverage[0] == 1.0)
    assert worn.sample({"coverage": 1.2}).coverage == 0.999
