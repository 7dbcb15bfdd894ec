"""Closed forms of diffusion against one another and against numbers known on paper."""

import math

import pytest

from alloycoat.electrochemistry import (
    concentration_overpotential,
    diffusion_time,
    limiting_current_density,
    sand_time,
    short_time_concentration,
)

SLAB = {"charge": 1, "concentration": 1000.0, "diffusivity": 3e-10, "permeance": 0.1, "transference": 0.4}


def test_a_separator_carries_tens_of_milliampere_per_cm2():
    found = limiting_current_density(**SLAB, length=25e-6)
    assert found == pytest.approx(2 * 96485.33212 * 1000 * 3e-10 * 0.1 / (0.6 * 25e-6))
    assert 100 < found < 1000


def test_sand_time_is_when_the_short_time_law_reaches_zero():
    tau = sand_time(50.0, **SLAB, porosity=0.4)
    assert short_time_concentration(tau, 50.0, **SLAB, porosity=0.4) == pytest.approx(0.0, abs=1e-9)
    assert short_time_concentration(tau, -50.0, **SLAB, porosity=0.4) == pytest.approx(2000.0)
    assert sand_time(100.0, **SLAB, porosity=0.4) == pytest.approx(tau / 4)
    assert sand_time(-50.0, **SLAB, porosity=0.4) == tau
    assert math.isinf(sand_time(0.0, **SLAB, porosity=0.4))


def test_a_divalent_salt_gives_26_7_millivolt_for_a_ratio_of_two():
    assert concentration_overpotential(2.0, 1.0, 2, 298.15) == pytest.approx(26.7e-3, abs=0.05e-3)
    assert concentration_overpotential(2.0, 1.0, 1, 298.15) == pytest.approx(35.6e-3, abs=0.05e-3)
    assert concentration_overpotential(2.0, 1.0, 1, 298.15, 0.5, 2.0) == pytest.approx(35.6e-3, abs=0.05e-3)
    assert concentration_overpotential(1.0, 2.0, 1, 298.15) < 0


def test_a_separator_settles_in_seconds():
    assert diffusion_time(25e-6, 3e-10, 0.1, 0.4) == pytest.approx(8.33, abs=0.01)
