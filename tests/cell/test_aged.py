"""The ageing cell: conservation, ends, converged lives, features of the trace, bit-identical samples."""

import math
from dataclasses import replace

import numba
import numpy as np
import pytest

from alloycoat.cell import LifeSettings, age, ageing_parameters, cycle, draw, half, lives, symmetric
from alloycoat.cell.orders import INSTRUMENT_LIMIT
from alloycoat.errors import AlloycoatError, QuantityError, RecipeError
from alloycoat.recipe import Protocol, plate_strip
from alloycoat.record import Ended
from alloycoat.sources import Estimate

pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="whole lives take long uncompiled: test_small_lives reaches every law there"
)
ETHER, CARBONATE = "1 M LiTFSI in DOL/DME", "1 M LiPF6 in EC/DMC"
LONG = plate_strip("2 mA/cm2", "1 h", cycles=1000)


class Layer:
    """As much of a coating as a cell looks at."""

    anode, coverage, phases = "Li", "unknown", ()
    area_specific_resistance = Estimate(3e-4, 1e-4, 1e-3)
    ionic_conductivity = electronic_conductivity = None


@pytest.fixture(scope="module")
def bare():
    return symmetric(anode="Li", electrolyte=CARBONATE, area="1.13 cm^2")


@pytest.fixture(scope="module")
def worn(bare):
    return ageing_parameters(bare)


@pytest.fixture(scope="module")
def whole(bare, worn):
    return age(bare, LONG, worn)


def test_metal_and_salt_are_conserved_over_a_life(whole):
    assert whole.ended is Ended.depletion
    assert np.max(whole.inventory.metal_error) < 1e-10
    assert np.max(np.abs(whole.inventory.salt_error)) < 1e-10
    assert whole.record.metadata["ageing"] == "yes"


def test_the_record_tells_the_same_time_as_the_cell(whole):
    record = whole.alive()
    assert record.time_s[-1] == pytest.approx(whole.time_s, rel=1e-12)
    # what the cycler still writes: the rise to its limit, on the charge of a double layer
    assert whole.time_s < whole.record.time_s[-1] < whole.time_s + 1.0
    assert abs(whole.record.voltage_V[-1]) == INSTRUMENT_LIMIT and whole.record.n > record.n
    assert record.cycle[-1] == whole.cycles + 1
    assert np.all(np.diff(record.time_s) >= 0)
    assert np.all(np.isfinite(record.voltage_V))
    assert 20 * 3600 < whole.time_s < 1000 * 3600


def test_a_life_is_converged_in_time_step_and_mesh(bare, worn, whole):
    for settings in (LifeSettings(5, 8, 1e-4, 1e-4), LifeSettings(10, 16, 1e-4, 1e-4), LifeSettings(5, 8, 1e-5, 1e-6)):
        assert age(bare, LONG, worn, settings=settings).time_s == pytest.approx(whole.time_s, rel=0.01)


def test_loose_steps_of_the_moss_do_not_change_the_life(bare, worn, whole):
    """The autocatalysis trap: even at a hundred times the tolerance the controlled pair stays right."""
    assert age(bare, LONG, worn, settings=LifeSettings(moss=0.1)).time_s == pytest.approx(whole.time_s, rel=0.01)


def halves(record, cycle_number):
    """|V| of the first and of the second step of a cycle."""
    chosen = record.cycle == cycle_number
    return [np.abs(record.voltage_V[chosen & (record.step == k)]) for k in (1, 2)]


def test_the_trace_has_a_peak_a_dip_and_an_end_rise_and_arches_with_age(whole):
    young = halves(whole.record, 4)[0]
    lowest = int(np.argmin(young[1:])) + 1
    assert young[:16].max() > 1.05 * young[lowest]  # nucleation peak before the moss has an area
    assert young[-1] > 1.03 * young[lowest]  # the other side runs out of moss
    old = halves(whole.record, whole.cycles)[0]
    assert old[-1] > old[len(old) // 2] > 1.5 * old[3]  # arching: the salt takes the whole half-cycle to settle
    assert old.max() > 1.5 * young.max()  # polarization rises


def test_a_coated_cell_is_flatter_lower_and_lives_longer(bare, whole):
    coated = symmetric(Layer(), electrolyte=CARBONATE, area="1.13 cm^2")
    made = age(coated, LONG, ageing_parameters(coated, Layer()), max_cycles=300)
    assert made.time_s > 1.5 * whole.time_s
    ours, theirs = halves(made.record, 4)[0], halves(whole.record, 4)[0]
    assert np.ptp(ours[8:]) < 0.5 * np.ptp(theirs[8:])
    assert ours.mean() < theirs.mean()
    chi = made.inventory.coverage[0]
    assert np.all(np.diff(chi) <= 0) and chi[-1] < chi[0]


def test_the_electrolyte_is_used_up_before_the_pores_dry(whole):
    stock = whole.inventory
    assert np.all(np.diff(stock.electrolyte_free_m) <= 0)
    assert stock.electrolyte_free_m[-1] == 0.0
    dry = stock.saturation < 1.0
    assert np.all(stock.saturation[:20] == 1.0) and dry[-1]
    assert stock.electrolyte_free_m[int(np.argmax(dry))] == 0.0
    assert np.all(np.diff(stock.layer_m[0]) >= 0)


def test_dry_pores_end_the_test_in_time(bare, worn):
    slow = plate_strip("0.05 mA/cm2", "20 h", cycles=2000)
    made = age(bare, slow, replace(worn, residual=0.5, loss=0.3))
    assert made.ended is Ended.dry_pores
    assert made.inventory.saturation[-1] == pytest.approx(0.5, abs=0.002)
    assert made.time_s % (20 * 3600) != 0.0


def test_metal_runs_out(worn):
    thin = symmetric(anode="Li", electrolyte=CARBONATE, area="1 cm^2", anode_thickness="20 um")
    made = age(thin, plate_strip("1 mA/cm2", "3 h", cycles=500), replace(worn, electrolyte_amount=0.005))
    assert made.ended is Ended.metal_exhausted
    left = thin.metal_capacity + made.inventory.metal["working_bulk"][-1], made.inventory.metal["working_moss"][-1]
    right = thin.metal_capacity + made.inventory.metal["counter_bulk"][-1], made.inventory.metal["counter_moss"][-1]
    assert min(sum(left), sum(right)) < 0.02 * thin.metal_capacity
    assert min(*left, *right) > -1e-3 * thin.metal_capacity
    assert np.max(made.inventory.metal_error) < 1e-10


def test_shorts_come_from_the_seed_soft_before_hard(bare, worn):
    rough = replace(worn, rough=1.0, leak=20.0, leak_spread=0.5, hard_leak=1e9)
    soft = age(bare, LONG, rough, max_cycles=30, seed=3)
    assert np.any(soft.inventory.leak > 0)
    other = age(bare, LONG, rough, max_cycles=30, seed=4)
    assert not np.array_equal(soft.inventory.leak, other.inventory.leak)
    assert np.array_equal(soft.record.voltage_V, age(bare, LONG, rough, max_cycles=30, seed=3).record.voltage_V)
    assert np.max(soft.inventory.metal_error) < 1e-10
    # the applied current stays what the protocol asks for, the metal that moves is less
    steady = soft.record.current_A[soft.record.step == 1]
    np.testing.assert_allclose(steady, -20.0 * bare.area_m2, rtol=1e-6)
    hard = age(bare, LONG, replace(rough, hard_leak=25.0), max_cycles=200, seed=3)
    assert hard.ended is Ended.hard_short


def test_additive_heals_and_is_a_stock():
    coated = symmetric(Layer(), electrolyte=CARBONATE, area="1.13 cm^2")
    plain = ageing_parameters(coated, Layer())
    made = [age(coated, LONG, replace(plain, additive=n), max_cycles=60) for n in (0.0, 2e-4, 5e-3)]
    cover = [one.inventory.coverage[0][-1] for one in made]
    assert cover[0] < cover[1] < cover[2]
    assert made[1].inventory.additive[-1] < 1e-4
    assert 0 < made[2].inventory.additive[-1] < 5e-3


def test_the_alloy_pays_where_its_layer_is_too_poor_a_conductor(bare):
    poor = replace(
        symmetric(Layer(), electrolyte=CARBONATE, area="1 cm^2"), coating_resistance=0.03, electronic_share=0.0
    )
    given = replace(ageing_parameters(poor, Layer()), plateau=0.2, alloy_capacity=36000.0)
    made = age(poor, plate_strip("1 mA/cm2", "1 h", cycles=5), given)
    alloy = made.inventory.metal["working_alloy"], made.inventory.metal["counter_alloy"]
    assert min(alloy[0].min(), alloy[1].min()) < -100.0
    assert min(alloy[0].min(), alloy[1].min()) >= -36000.0
    assert np.max(made.inventory.metal_error) < 1e-10
    blocked = age(poor, plate_strip("1 mA/cm2", "1 h", cycles=5), replace(given, plateau=math.inf))
    assert np.all(blocked.inventory.metal["working_alloy"] == 0.0)


@pytest.mark.parametrize(("share", "resistance"), [(1.0, 5e-3), (1.0, 1.5e-3), (0.5, 5e-3), (0.0, 5e-3)])
def test_metal_on_top_of_a_layer_is_stripped_first(share, resistance):
    """Moss must not grow from cycle to cycle while the metal below the layer is stripped in its place."""
    cell = replace(
        symmetric(Layer(), electrolyte=ETHER, area="1 cm^2"), coating_resistance=resistance, electronic_share=share,
        nucleation_overpotential=0.03,
    )  # fmt: skip
    made = age(cell, plate_strip("2 mA/cm2", "1 h", cycles=30), ageing_parameters(cell, Layer()))
    assert made.ended is Ended.completed
    plated = 72e3
    for side in ("working", "counter"):
        assert max(made.inventory.metal[f"{side}_moss"]) < plated
    assert max(made.inventory.metal["working_moss"]) < 0.02 * plated  # left after stripping


def test_electrons_on_top_never_lengthen_a_life_and_ions_never_shorten_it():
    cell = replace(symmetric(Layer(), electrolyte=ETHER, area="1 cm^2"), nucleation_overpotential=0.03)
    given = ageing_parameters(cell, Layer(), electrolyte_amount="10 uL/cm^2")
    hours = {
        (share, resistance): age(
            replace(cell, coating_resistance=resistance, electronic_share=share), LONG, given
        ).time_s / 3600.0
        for share in (0.0, 0.5, 1.0) for resistance in (1.5e-3, 5e-3)
    }  # fmt: skip
    for resistance in (1.5e-3, 5e-3):
        assert hours[0.0, resistance] > hours[0.5, resistance] - 1.0 > hours[1.0, resistance] - 2.0
    for share in (0.0, 0.5, 1.0):
        assert hours[share, 1.5e-3] > hours[share, 5e-3]


def test_half_cell_nucleates_on_copper_and_strips_to_its_limit():
    cell = half(anode="Li", electrolyte=ETHER, area="1.13 cm^2")
    given = ageing_parameters(cell)
    steps = ["Plate at 0.5 mA/cm2 for 1 hour", "Strip at 0.5 mA/cm2 until 1 V"]
    made = age(cell, Protocol.model_validate({"steps": steps, "cycles": 10}), given)
    assert made.ended is Ended.completed
    plating, stripping = halves(made.record, 1)
    assert plating[:8].max() > plating[-1] + 0.5 * given.substrate  # nucleation peak on copper
    assert stripping[-1] == pytest.approx(1.0, abs=0.01)
    record = made.record
    ends = [record.time_s[(record.cycle == 5) & (record.step == k)][-1] for k in (1, 2)]
    efficiency = (ends[1] - ends[0]) / 3600.0
    assert 0.9 < efficiency < 1.0
    lost = 1 - given.loss
    assert efficiency > lost  # dense metal is lost less than moss
    assert np.max(made.inventory.metal_error) < 1e-10
    assert cycle(cell, LONG, max_cycles=1).metadata["ageing"] == "yes"  # a half cell always ages


def test_voltage_is_held_until_a_current():
    cell = symmetric(anode="Li", electrolyte=CARBONATE, area="1 cm^2")
    steps = ["Hold at -0.1 V for 30 minutes", "Hold at 0.05 V for 10 hours until 0.12 mA", "Rest for 10 minutes"]
    made = age(cell, Protocol.model_validate({"steps": steps, "cycles": 2}), ageing_parameters(cell))
    record = made.record
    first = record.step == 1
    np.testing.assert_array_equal(record.voltage_V[first], -0.1)
    assert np.all(record.current_A[first] < 0)
    assert np.all(record.current_A[record.step == 3] == 0)
    assert np.max(made.inventory.metal_error) < 1e-10
    charged = Protocol.model_validate({"steps": ["Hold at 0.1 V for 10 hours until 0.2 mAh"]})
    done = age(cell, charged, ageing_parameters(cell)).record
    passed = np.trapezoid(done.current_A, done.time_s)
    assert passed == pytest.approx(0.2 * 3.6, rel=0.01)


def test_moss_that_is_stripped_for_long_does_not_hold_the_steps(bare, worn):
    """At a high voltage it decays within a second, for hours: an explicit step would be held to that."""
    thin = replace(bare, film_resistance=1e-4)
    steps = ["Plate at 0.4 mA/cm2 for 4 h", "Hold at 0.9 V for 4 h until 0.05 mA/cm2"]
    made = age(thin, Protocol.model_validate({"steps": steps, "cycles": 2}), worn)
    assert made.ended is Ended.completed
    assert int(made.record.metadata["time_steps"]) < 3000
    assert np.max(made.inventory.metal_error) < 1e-10


def test_lives_do_not_depend_on_company_or_threads(bare, worn):
    samples = {**draw(bare, 6, 1), **draw(worn, 6, 1)}
    short = plate_strip("4 mA/cm2", "1 h", cycles=60)
    two = lives(bare, short, worn, samples)
    one = lives(bare, short, worn, samples, threads=1)
    assert np.array_equal(two.time_s, one.time_s) and two.ended == one.ended
    alone = lives(bare, short, worn, {name: values[2:3] for name, values in samples.items()}, seed=2)
    assert alone.time_s[0] == two.time_s[2]
    assert two.observed.any()
    assert np.all(two.time_s > 0) and np.ptp(two.time_s) > 0


def test_what_cannot_be_is_refused(bare, worn):
    with pytest.raises(RecipeError, match=r"ageing loss: 1\.5 given"):
        replace(worn, loss=1.5)
    with pytest.raises(RecipeError, match="electrolyte_amount"):
        replace(worn, electrolyte_amount=0.0)
    with pytest.raises(RecipeError, match="dead_porosity"):
        replace(worn, dead_porosity=0.0)
    with pytest.raises(RecipeError, match="moss_sloop"):
        worn.sample({"moss_sloop": 1.0})
    with pytest.raises(QuantityError, match="ageing"):
        ageing_parameters(bare, electrolyte_amount="50 uL")
    with pytest.raises(RecipeError, match="all need one length"):
        lives(bare, LONG, worn, {"loss": np.ones(2), "rough": np.ones(3)})
    with pytest.raises(RecipeError, match="at least 4"):
        age(bare, LONG, worn, points_per_half_cycle=3)
    with pytest.raises(AlloycoatError, match="sample 1: "):
        lives(bare, LONG, worn, {"porosity": np.array([-1.0])})
    with pytest.raises(RecipeError, match="a limit of voltage cannot end a hold"):
        age(bare, Protocol.model_validate({"steps": ["Hold at 0.1 V for 1 hour until 1 V"]}), worn)


def test_amounts_are_inputs(bare):
    assert ageing_parameters(bare, electrolyte_amount="20 uL/cm^2").electrolyte_amount == pytest.approx(2e-4)
    assert ageing_parameters(bare, additive="1 umol/cm^2").additive == pytest.approx(0.01)
    nitrate = symmetric(anode="Li", electrolyte=ETHER + " + 2 wt% LiNO3", area="1 cm^2")
    assert ageing_parameters(nitrate).loss < ageing_parameters(symmetric(anode="Li", electrolyte=ETHER)).loss
    assert any("assumed" in note for note in ageing_parameters(bare).notes)


def test_max_cycles_interrupts_and_cycle_gives_the_record(bare, worn):
    record = cycle(bare, LONG, max_cycles=3, ageing=worn)
    assert record.ended is Ended.interrupted
    assert set(record.cycle) == {1, 2, 3}
    dense = cycle(bare, LONG, max_cycles=3, ageing=worn, settings=LifeSettings(8, 12, 1e-5, 1e-5))
    np.testing.assert_allclose(record.voltage_V[-50:], dense.voltage_V[-50:], atol=1e-3)
