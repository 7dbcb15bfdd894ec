"""Steps that are long beside what relaxes in them: a soft short after hours, a voltage held near the limiting current.

Both ended in the error that the equations could not be solved while salt inside a step was taken from its slopes, and
the current of a held voltage from the salt of the instant before.
"""

from dataclasses import replace

import numba
import numpy as np
import pytest

from alloycoat.cell import LifeSettings, age, ageing_parameters, half, limits, symmetric
from alloycoat.recipe import Protocol
from alloycoat.record import Ended

slow = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a thousand steps take long uncompiled")


def steps(*words, **more):
    return Protocol.model_validate({"steps": list(words), **more})


@pytest.fixture
def crowded():
    """A potassium cell whose film uses much more solvent than salt: its salt rises sevenfold in one half-cycle."""
    cell = symmetric(anode="K", electrolyte="1 M KFSI in DME", area="1 cm^2")
    cell = replace(
        cell, macmullin=7.840619647128977, exchange_current_density=8.611460258198527,
        film_resistance=0.0006480532886965382, nucleation_overpotential=0.24754842151942666,
        electronic_share=0.8736461987289759, coated_exchange_factor=14.535039490420802,
    )  # fmt: skip
    worn = replace(
        ageing_parameters(cell), loss=0.05890844062023635, film_split=0.8109186534983519,
        moss_slope=0.00014236847709849456, moss_most=0.4755402840023778, moss_seed=0.006511112390618935,
        mossy_share=0.5588436002737828, dead_porosity=0.17461426209980754, dead_macmullin=1.0,
        sei_volume=2.7616150030061848e-05, solvent_use=0.00028826617125045123, salt_use=0.07075480544578026,
        film_time=1656356.379639221, exchange_time=69172.65836286961, residual=0.05475661414252747,
        rough=0.252379503204654, rough_spread=0.3195942537429019, moss_porosity=0.28659863351664483,
        leak=140.82585634885334, leak_spread=0.8134266807129289, leak_kept=0.38998870063437263,
        hard_leak=4118.337373286411, electrolyte_amount=0.00014001026343164345,
        additive=0.002620977563398929, healing=1.7663773733237069e-06, healing_amount=0.0226305584099834,
        growth_share=0.5893489503006983, coating_loss=1.4227682273389671e-06,
    )  # fmt: skip
    return cell, worn


@slow
def test_a_short_after_hours_leaves_the_thinnest_volumes_at_rest(crowded):
    cell, worn = crowded
    words = "Plate at 7.962 mA/cm2 for 2.885 h", "Strip at 7.962 mA/cm2 for 2.885 h"
    made = age(cell, steps(*words, rest="15.2 min"), worn, seed=4231, points_per_half_cycle=8)
    assert made.ended is Ended.dry_pores


def held_cell():
    cell = symmetric(anode="Li", electrolyte="1 M LiTFSI in TEGDME", area="1 cm^2")
    cell = replace(cell, macmullin=23.4, film_resistance=1.6e-4)
    return cell, replace(ageing_parameters(cell), rough=1e-6)


def test_a_voltage_held_near_the_limiting_current():
    cell, worn = held_cell()
    words = "Plate at 0.3746 mA/cm2 for 4 h", "Hold at 0.9459 V for 5 minutes until 0.05 mA/cm2"
    limiting = limits(cell, 1.0, 1.0).limiting_current_density * cell.area_m2
    made = age(cell, steps(*words), worn, points_per_half_cycle=12)
    held = made.record.current_A[made.record.step == 2]
    assert made.ended is Ended.completed  # the current of the first instant, drawn on, would empty the surface
    assert held[0] > 3 * limiting and held[-1] == pytest.approx(limiting, rel=0.02)
    assert np.all(np.diff(held) < 1e-3 * limiting)
    assert int(made.record.metadata["time_steps"]) < 200


@slow
def test_a_held_voltage_is_second_order():
    cell, worn = held_cell()
    words = "Plate at 0.3746 mA/cm2 for 4 h", "Hold at 0.2 V for 20 minutes"
    coarse, finer, fine = (
        age(cell, steps(*words), worn, points_per_half_cycle=24, settings=LifeSettings(7, 8, *accuracy))
        for accuracy in ((1e-3, 1e-3), (1e-4, 1e-4), (1e-6, 1e-6))
    )
    right = fine.record.current_A[-6:]
    far, near = (np.max(np.abs(made.record.current_A[-6:] / right - 1)) for made in (coarse, finer))
    assert far < 3e-3 and near < far / 2.5  # an error 10 times smaller: steps 10^(1/3) times shorter, squared 4.6
    assert int(fine.record.metadata["time_steps"]) < 3000


def test_a_held_voltage_without_metal_ends_as_what_it_is():
    copper = half(anode="Li", electrolyte="1 M LiTFSI in TEGDME", area="1 cm^2")
    made = age(copper, steps("Plate at 1 mA/cm2 for 1 h", "Hold at 0.5 V for 10 h"), ageing_parameters(copper))
    assert made.ended is Ended.metal_exhausted
