"""Sand's time and the square-root law of a thick electrolyte, by the solver of the cell."""

import math

import numpy as np
import pytest

from alloycoat.cell import Cell, limits
from alloycoat.cell.kernels.advance import advance as step
from alloycoat.cell.lanes import make_parameters, points_for
from alloycoat.electrochemistry import sand_time, short_time_concentration

C0, D0, T0, EPS, MACMULLIN = 1000.0, 3e-10, 0.4, 0.5, 4.0
MEDIUM = {"concentration": C0, "diffusivity": D0, "permeance": 1 / MACMULLIN, "transference": T0, "porosity": EPS}


def thick(current, z=1, widths=7.0):
    """A cell `widths` diffusion lengths of Sand's time thick."""
    tau = sand_time(current, charge=z, **MEDIUM)
    flat = {
        name: ((C0,), (value,))
        for name, value in (
            ("conductivity", 1.0), ("diffusivity", D0), ("transference", T0), ("thermodynamic_factor", 1.0)
        )
    }  # fmt: skip
    made = Cell(
        anode="Li", charge=z, electrolyte="test", concentration=C0, separator="thick", porosity=EPS,
        separator_thickness=widths * math.sqrt(D0 / MACMULLIN * tau / EPS), macmullin=MACMULLIN,
        exchange_current_density=10.0, alpha_a=0.5 * z, alpha_c=0.5 * z, film_resistance=1e-3, **flat,
    )  # fmt: skip
    return made, tau


def advance(cell, current, until, times=(), volumes=None, tolerance=1e-4):
    share = abs(current) / limits(cell, 1.0, 1.0).limiting_current_density
    p = make_parameters(cell, volumes or points_for(share))
    start = p.grid.to_modes @ np.full(len(p.grid.weights), cell.concentration)
    return step(start, current, until, np.asarray(times, dtype=float), math.inf, tolerance, p)


@pytest.mark.parametrize(("current", "z"), [(20.0, 1), (-200.0, 1), (100.0, 2)])
def test_the_salt_runs_out_at_sand_time(current, z):
    cell, tau = thick(current, z)
    found = advance(cell, current, 3 * tau)
    assert found.status == 2
    assert found.time == pytest.approx(tau, rel=1e-4)
    # the cell's own limits name the same time
    assert limits(cell, current, 1e9).sand_time == pytest.approx(tau, rel=1e-12)
    assert limits(cell, current, 1e9).depletes


def test_the_surface_follows_the_square_root_of_time():
    cell, tau = thick(50.0)
    times = tau * np.array([0.003, 0.01, 0.03, 0.1, 0.3])
    found = advance(cell, 50.0, 0.5 * tau, times, volumes=48)
    for k, time in enumerate(times):
        drop = C0 - short_time_concentration(time, 50.0, charge=1, **MEDIUM)
        assert C0 - found.counter[k] == pytest.approx(drop, rel=0.002)
        assert found.working[k] - C0 == pytest.approx(drop, rel=0.002)


def test_a_thin_slab_lasts_longer_than_sand_time_and_for_ever_below_the_limit():
    cell, tau = thick(50.0, widths=1.2)
    assert advance(cell, 50.0, 20 * tau).time > 1.05 * tau
    cell, tau = thick(50.0, widths=0.5)
    assert advance(cell, 50.0, 20 * tau).status == 0
    assert math.isinf(limits(cell, 50.0, 1e9).sand_time)
