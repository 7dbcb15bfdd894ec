"""Every ageing law as a scalar function: limits, signs, known values."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from alloycoat.cell.kernels import ageing_laws as laws
from alloycoat.electrochemistry import layer_resistance, share_on_top


def test_moss_area_starts_at_the_seed_with_the_slope_and_saturates():
    assert laws.moss_area(0.0, 0.01, 2.8e-4, 1.5) == 0.01
    assert (laws.moss_area(1e-3, 0.0, 2.8e-4, 1.5)) == pytest.approx(2.8e-7, rel=1e-6)
    assert laws.moss_area(1e9, 0.01, 2.8e-4, 1.5) == pytest.approx(1.51)


def test_moss_buries_the_bulk_at_the_pace_of_its_area():
    q = 3000.0
    assert laws.exposed_share(q, 2.8e-4, 1.5) == pytest.approx(1 - laws.moss_area(q, 0.0, 2.8e-4, 1.5) / 1.5)
    assert laws.exposed_share(0.0, 2.8e-4, 1.5) == 1.0


def test_metal_covers_a_substrate():
    assert laws.metal_cover(0.0, 700.0) == 0.0
    assert laws.metal_cover(-1.0, 700.0) == 0.0
    assert laws.metal_cover(7e5, 700.0) == 1.0
    assert laws.metal_cover(700.0, 700.0) == pytest.approx(1 - math.exp(-1))


@pytest.mark.parametrize("j", [0.0, 1.0, 20.0, 300.0])
@pytest.mark.parametrize("electronic", [0.0, 0.4, 1.0])
def test_the_drop_of_the_layer_is_that_of_the_plain_cell(j, electronic):
    resistance, barrier = 3e-3, 0.03
    expected = j * layer_resistance(j, resistance, barrier, electronic)
    assert laws.layer_drop(j, resistance, barrier, electronic) == pytest.approx(expected, rel=1e-12)
    assert expected == pytest.approx(j * resistance * (1 - share_on_top(j, resistance, barrier, electronic)))


def test_growth_takes_less_than_nucleation():
    assert laws.barrier_with_moss(0.03, 0.3, 1.0) == 0.03
    assert laws.barrier_with_moss(0.03, 0.3, 0.0) == pytest.approx(0.009)


def test_an_element_that_dissolves_plates_dense():
    assert laws.dense_share(0.0, 0.05) == 0.0
    assert laws.dense_share(1e-8, 0.05) == pytest.approx(2e-7)
    assert laws.dense_share(0.67, 0.05) > 0.999


def test_the_alloy_pays_above_its_plateau():
    assert laws.delithiated_share(0.3, 0.4) == 0.0
    assert laws.delithiated_share(0.8, 0.4) == 0.5


@pytest.mark.parametrize(("loss", "split"), [(0.06, 0.3), (0.17, 0.5), (0.5, 0.0), (0.3, 1.0)])
def test_film_and_dead_metal_are_the_loss(loss, split):
    film, dead = laws.sei_share(loss, split), laws.dead_share(loss, split)
    back = (1 - film) * (1 - dead)  # of a coulomb plated as moss and stripped again
    assert back == pytest.approx(1 - loss)
    assert film == pytest.approx(loss * split)


def test_dead_layers_hold_metal_film_and_pores():
    # 1 C/m2 of lithium is 1.35e-10 m of dense metal
    assert laws.dead_thickness(1.0, 0.0, 1.35e-10, 5e-10, 0.0) == pytest.approx(1.35e-10)
    assert laws.dead_thickness(1e5, 4e4, 1.35e-10, 5e-10, 0.6) == pytest.approx((1.35e-5 + 2e-5) / 0.4)


def test_films_grow_with_the_root_of_time():
    assert laws.film_factor(0.0, 3600.0) == 1.0
    assert laws.film_factor(3 * 3600.0, 3600.0) == 2.0
    # dR/dt = R0^2/(2 tau R)
    solved = solve_ivp(lambda _, r: 1 / (2 * 3600.0 * r), (0, 8e4), [1.0], rtol=1e-10, atol=1e-12).y[0, -1]
    assert laws.film_factor(8e4, 3600.0) == pytest.approx(solved, rel=1e-8)


def test_coverage_is_lost_and_heals():
    assert laws.coverage_after(0.9, 0.0, 1e-6, 0.0, 0.02) == 0.9
    assert laws.coverage_after(1.0, 1e6, 1e-6, 0.0, 0.02) == pytest.approx(math.exp(-1))
    assert laws.coverage_after(1.0, 0.0, 1e-6, 1.0, 0.02) == pytest.approx(math.exp(-0.02))
    assert laws.healed_coverage(0.8, 0.0, 1e-6, 3600.0) == pytest.approx(0.8)
    assert laws.healed_coverage(0.0, 25.0, 1e-6, 4e4) == pytest.approx(1 - math.exp(-1))
    assert laws.healed_coverage(1.0, 25.0, 1e-6, 3600.0) == 1.0


def test_reservoir_and_pores_come_together():
    assert laws.reservoir_exchange(0.0, 3600.0) == 0.0
    assert laws.reservoir_exchange(1e9, 3600.0) == 1.0


def test_a_deposit_shorts_when_it_reaches_across():
    given = (1.35e-10, 0.5, 0.2, 0.35, 1.2)
    q = laws.shorting_moss(25e-6, *given)
    assert laws.penetration(q, *given) == pytest.approx(25e-6)
    assert laws.shorting_moss(25e-6, 1.35e-10, 0.5, 0.2, 0.35, 3.0) < q  # a rougher half-cycle shorts earlier


def explicit(q, step, until, rate):
    """Growth by Euler steps: what must not be done."""
    for _ in range(round(until / step)):
        q += step * rate(q)
    return q


def test_the_autocatalysis_trap_explicit_growth_with_the_step_of_the_voltage_is_wrong():
    """Why the solver controls the error of the moss itself: the voltage is smooth long before this is right."""

    def rate(q):  # all current on seed, moss and what is left of the bulk
        area = laws.moss_area(q, 0.01, 2.8e-4, 1.5)
        return 20.0 * (area + 0.3 * laws.exposed_share(q, 2.8e-4, 1.5) * 0.1) / (area + 1.0)

    right = solve_ivp(lambda _, y: [rate(y[0])], (0, 3600), [0.0], rtol=1e-10, atol=1e-8).y[0, -1]
    assert explicit(0.0, 400.0, 3600.0, rate) < 0.9 * right
    assert explicit(0.0, 1.0, 3600.0, rate) == pytest.approx(right, rel=2e-3)


def test_laws_take_plain_floats():
    for value in (laws.moss_area(1.0, 0.0, 1e-4, 1.0), laws.film_factor(1.0, 1.0), laws.exposed_share(1.0, 1.0, 1.0)):
        assert isinstance(value, float) and np.isfinite(value)
