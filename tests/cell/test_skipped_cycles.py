"""Lives with skipped cycles against lives with every cycle solved: ends, balances, shorts, and how much is solved."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from alloycoat.cell import LifeSettings, age, ageing_parameters, draw, half, lives, symmetric
from alloycoat.cell.inventory import make_inventory
from alloycoat.cell.kernels import life_parameters as kp
from alloycoat.cell.life_run import Run
from alloycoat.recipe import Protocol, plate_strip
from alloycoat.record import Ended
from alloycoat.sources import Estimate

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole lives take long uncompiled")
COARSE = LifeSettings(3, 5, 1e-2, 1e-3)
SKIPS = COARSE._replace(skip=5e-3)
CARBONATE = "1 M LiPF6 in EC/DMC"
TEST = plate_strip("1 mA/cm2", "1 h", cycles=1000)


class Layer:
    """As much of a coating as a cell looks at."""

    anode, coverage, phases = "Li", "unknown", ()
    area_specific_resistance = Estimate(3e-4, 1e-4, 1e-3)
    ionic_conductivity = electronic_conductivity = None


def cell_and_wear(coated):
    layer = Layer() if coated else None
    given = {"electrolyte": CARBONATE, "area": "1 cm^2"}
    cell = symmetric(layer, **given) if coated else symmetric(anode="Li", **given)
    return cell, ageing_parameters(cell, layer)


def run_of(cell, worn, protocol, settings, seed=0):
    """Where a test stands at its end, with how it ended."""
    run = Run(cell, worn, protocol, 4, seed, settings, record=False)
    return run, run.to_the_end(run.total)


@pytest.mark.parametrize("coated", [False, True])
def test_lives_stay_within_a_percent(coated):
    cell, worn = cell_and_wear(coated)
    samples = {**draw(cell, 24, 7), **draw(worn, 24, 7), "rough": np.full(24, 1e-6)}
    right = lives(cell, TEST, worn, samples, settings=COARSE)
    found = lives(cell, TEST, worn, samples, settings=SKIPS)
    assert found.ended == right.ended
    np.testing.assert_allclose(found.time_s, right.time_s, rtol=0.01)
    assert np.median(np.abs(found.time_s / right.time_s - 1)) < 1e-3


@pytest.mark.parametrize("amount", [2e-5, 5e-4])
def test_the_end_of_the_reservoir_is_not_jumped_over(amount):
    cell, worn = cell_and_wear(coated=False)
    worn = replace(worn, rough=1e-6, electrolyte_amount=amount)
    (right, how), (found, ended) = (run_of(cell, worn, TEST, settings) for settings in (COARSE, SKIPS))
    assert ended is how and found.steps < 1.2 * right.steps
    assert found.rig.pool[kp.TIME] == pytest.approx(right.rig.pool[kp.TIME], rel=3e-3)
    for place in (kp.SATURATION, kp.SALT_USED, kp.SOLVENT_USED, kp.THROUGH):
        assert found.rig.pool[place] == pytest.approx(right.rig.pool[place], rel=1e-2)


def test_the_balances_close():
    cell, worn = cell_and_wear(coated=True)
    worn = replace(worn, rough=1e-6, additive=1e-3, coverage=0.8)
    found, _ = run_of(cell, worn, TEST, SKIPS)
    rig = found.rig
    salt = float(rig.room[1] @ rig.salt)
    row = np.concatenate([rig.el[0], rig.el[1], rig.pool, [salt]])
    stock = make_inventory(row[None, :], np.array([found.done]), found.filled_in)
    assert stock.metal_error[0] < 1e-10 and abs(stock.salt_error[0]) < 1e-10
    liquid = rig.pool[kp.FREE] + rig.pool[kp.SOLVENT_USED] + rig.room[1].sum()
    assert liquid == pytest.approx(worn.electrolyte_amount, rel=1e-10)


def test_shorts_come_in_the_cycle_in_which_they_come():
    """The first leak of each sample, by its end: the cells end at their first short."""
    cell, worn = cell_and_wear(coated=False)
    worn = replace(worn, leak=1e5)
    samples = {"rough": np.geomspace(0.5, 8.0, 24)}
    right = lives(cell, TEST, worn, samples, settings=COARSE, seed=3)
    found = lives(cell, TEST, worn, samples, settings=SKIPS, seed=3)
    assert right.ended == found.ended and Ended.hard_short in right.ended
    np.testing.assert_array_equal(found.cycles, right.cycles)
    np.testing.assert_allclose(found.time_s, right.time_s, rtol=1e-3)


def test_other_steps_too():
    copper = half(anode="Li", electrolyte=CARBONATE, area="1 cm^2")
    worn = replace(ageing_parameters(copper), rough=1e-6)
    words = ["Plate at 1 mA/cm2 for 1 h", "Rest for 5 minutes", "Strip at 1 mA/cm2 until 1 V"]
    protocol = Protocol.model_validate({"steps": words, "cycles": 150})
    (right, how), (found, ended) = (run_of(copper, worn, protocol, settings) for settings in (COARSE, SKIPS))
    assert ended is how
    assert found.rig.pool[kp.TIME] == pytest.approx(right.rig.pool[kp.TIME], rel=3e-3)


def test_neither_threads_nor_company_change_a_life():
    cell, worn = cell_and_wear(coated=True)
    samples = {**draw(cell, 6, 2), **draw(worn, 6, 2)}
    one, two = (lives(cell, TEST, worn, samples, settings=SKIPS, seed=5, threads=n) for n in (1, 2))
    np.testing.assert_array_equal(one.time_s, two.time_s)
    alone = lives(cell, TEST, worn, {k: v[3:4] for k, v in samples.items()}, settings=SKIPS, seed=8)
    assert alone.time_s[0] == one.time_s[3]


def test_a_record_has_every_cycle():
    cell, worn = cell_and_wear(coated=False)
    kept, plain = (age(cell, TEST, worn, max_cycles=20, settings=settings) for settings in (SKIPS, COARSE))
    assert len(kept.inventory.cycle) == 20
    np.testing.assert_array_equal(kept.record.voltage_V, plain.record.voltage_V)
