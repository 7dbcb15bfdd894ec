"""The solver: equal to its slow twin, of second order in time and space, conservative, right about events."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from alloycoat.cell.kernels import solver, twin
from alloycoat.cell.kernels.parameters import (
    DEPLETED,
    TIME_REACHED,
    VOLTAGE_REACHED,
    Outcome,
    Parameters,
    make_mesh,
    with_table,
)
from alloycoat.electrochemistry import limiting_current_density, tabulate
from alloycoat.quantities import FARADAY

C0, D0, T0, EPS, B, L, RT_F = 1000.0, 3e-10, 0.4, 0.4, 0.1, 25e-6, 0.02569
FLAT = tuple(((C0,), (value,)) for value in (1.0, D0, T0, 1.5))
CURVED = (
    ((0.0, 500.0, 1000.0, 2000.0), (0.01, 0.6, 1.0, 0.8)),
    ((100.0, 1000.0, 3000.0), (4e-10, 3e-10, 1e-10)),
    ((500.0, 1500.0), (0.45, 0.3)),
    ((0.0, 1000.0, 2000.0), (1.0, 1.8, 3.0)),
)


def cell(curves=FLAT, volumes=32, length=L, z=1.0, alpha=0.5):
    return Parameters(
        make_mesh(length, volumes), *with_table(tabulate(*curves)), EPS, B, z, z * FARADAY, RT_F, C0,
        10.0, 20.0, 2e-3, 1e-3, alpha * z, (1 - alpha) * z,
    )  # fmt: skip


def run(p, current, until, times=(), stop=math.inf, tolerance=1e-5, start=None, advance=None):
    start = np.full(len(p.mesh.widths), C0) if start is None else start
    arguments = start, current, until, np.asarray(times, dtype=float), stop, tolerance, p
    return twin.advance(*arguments) if advance else Outcome(*solver.make_advance()(*arguments))


TWINS = [
    (FLAT, 1.0, 0.5, 20.0, 600.0, math.inf, TIME_REACHED),
    (CURVED, 1.0, 0.5, -200.0, 100.0, math.inf, TIME_REACHED),
    (CURVED, 1.0, 0.5, -200.0, 100.0, 0.97, VOLTAGE_REACHED),
    (CURVED, 2.0, 0.3, 500.0, 100.0, math.inf, TIME_REACHED),
    (CURVED, 1.0, 0.6, 1500.0, 100.0, math.inf, DEPLETED),
    (FLAT, 1.0, 0.5, -900.0, 100.0, math.inf, DEPLETED),
    (CURVED, 1.0, 0.5, 0.0, 30.0, math.inf, TIME_REACHED),
    (CURVED, 1.0, 0.5, 100.0, 30.0, 0.01, VOLTAGE_REACHED),
]


@pytest.mark.parametrize(("curves", "z", "alpha", "current", "until", "stop", "status"), TWINS)
def test_kernel_and_twin_agree(curves, z, alpha, current, until, stop, status):
    p = cell(curves, 16, z=z, alpha=alpha)
    start = C0 * (1 + 0.2 * np.cos(np.linspace(0, np.pi, 16)))
    times = np.linspace(until / 10, until, 10)
    one = run(p, current, until, times, stop, start=start)
    two = run(p, current, until, times, stop, start=start, advance="twin")
    assert (one.status, one.filled, one.steps, one.solves) == (two.status, two.filled, two.steps, two.solves)
    assert one.status == status
    assert one.time == pytest.approx(two.time, rel=1e-9)
    n = one.filled + 1
    for a, b in ((one.voltage, two.voltage), (one.working, two.working), (one.counter, two.counter)):
        np.testing.assert_allclose(a[:n], b[:n], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.concentration, two.concentration, rtol=1e-9)


@pytest.mark.parametrize("curves", [FLAT, CURVED])
def test_salt_is_conserved_to_round_off(curves):
    p = cell(curves, 16)
    salt = np.full(16, C0)
    for k in range(20):
        salt = run(p, 300.0 * (-1) ** k, 40.0 + k, start=salt, tolerance=1e-4).concentration
    assert salt @ p.mesh.widths == pytest.approx(C0 * L, rel=1e-12)


def test_time_steps_are_of_second_order():
    smooth = (CURVED[0], ((0.0, 3000.0), (4e-10, 1e-10)), ((0.0, 2000.0), (0.45, 0.3)), CURVED[3])
    p = cell(smooth, 16)
    stepper = twin.Twin(200.0, math.inf, 1e-9, p)
    start = C0 * (1 + 0.3 * np.cos(np.pi * (np.cumsum(p.mesh.widths) - p.mesh.widths / 2) / L))

    def march(steps, until=1.0):
        c = start
        for _ in range(steps):
            c = stepper.try_step(c, stepper.slopes(c)[0], until / steps)[0]
        return c

    exact = march(1280)
    errors = [np.max(np.abs(march(steps) - exact)) for steps in (20, 40, 80)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.85), orders


def test_the_error_follows_the_tolerance():
    p = cell(CURVED, 16)
    exact = run(p, 250.0, 2.0, tolerance=1e-9).voltage[0]
    errors = [abs(run(p, 250.0, 2.0, tolerance=tol).voltage[0] - exact) for tol in (1e-3, 1e-4, 1e-5)]
    assert errors[0] > errors[1] > errors[2]
    assert errors[2] < 2e-5


def test_volumes_are_of_second_order():
    exact = run(cell(CURVED, 128), 250.0, 1.0, tolerance=1e-7).voltage[0]
    errors = [abs(run(cell(CURVED, n), 250.0, 1.0, tolerance=1e-7).voltage[0] - exact) for n in (8, 16, 32)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 1.7), (errors, orders)


def test_an_independent_solution_of_the_same_equations():
    """Method of lines on an even mesh with scipy's Radau, fluxes from D at the face, voltage by quadrature."""
    kappa, diffusivity, transference, factor = CURVED
    n, current, until = 300, 250.0, 3.0
    h = L / n
    q = current / FARADAY

    def rate(_, c):
        face = 0.5 * (c[1:] + c[:-1])
        flux = B * np.interp(face, *diffusivity) * np.diff(c) / h + q * (1 - np.interp(face, *transference))
        return np.diff(np.concatenate([[0.0], flux, [0.0]])) / (EPS * h)

    band = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) <= 1
    c = solve_ivp(rate, (0, until), np.full(n, C0), "BDF", rtol=1e-7, atol=1e-4, jac_sparsity=band).y[:, -1]

    def surface(near, slope):
        g = -slope * q * (1 - np.interp(near, *transference)) / (B * np.interp(near, *diffusivity))
        return near + g * h / 2

    ends = surface(c[0], -1.0), surface(c[-1], 1.0)
    log_c = np.linspace(np.log(ends[1]), np.log(ends[0]), 20001)
    driving = (1 - np.interp(np.exp(log_c), *transference)) * np.interp(np.exp(log_c), *factor)
    voltage = current * (np.sum(h / np.interp(c, *kappa)) / B + 3e-3) + 2 * RT_F * np.trapezoid(driving, log_c)
    for exchange, end in ((10.0, ends[0]), (20.0, ends[1])):
        voltage += 2 * RT_F * math.asinh(current / (2 * exchange * math.sqrt(end / C0)))
    found = run(cell(CURVED, 32), current, until)
    assert found.voltage[0] == pytest.approx(voltage, abs=1e-4)
    assert found.counter[0] == pytest.approx(ends[1], rel=2e-3)


def test_the_voltage_reverses_with_the_current():
    p = cell(CURVED, 16)._replace(exchange_working=10.0, exchange_counter=10.0)
    there, back = run(p, 200.0, 5.0), run(p, -200.0, 5.0)
    assert there.voltage[0] == pytest.approx(-back.voltage[0], rel=1e-9)
    np.testing.assert_allclose(there.concentration, back.concentration[::-1], rtol=1e-9)


def test_the_steady_profile_is_a_straight_line():
    found = run(cell(), 100.0, 1000.0)
    drop = 100.0 * (1 - T0) * L / (FARADAY * D0 * B)
    assert found.working[0] - found.counter[0] == pytest.approx(drop, rel=1e-7)
    assert 0.5 * (found.working[0] + found.counter[0]) == pytest.approx(C0, rel=1e-7)


@pytest.mark.parametrize(("share", "status"), [(0.99, TIME_REACHED), (1.01, DEPLETED)])
def test_the_salt_runs_out_above_the_limiting_current_only(share, status):
    ceiling = limiting_current_density(1, C0, D0, B, T0, L)
    assert run(cell(), share * ceiling, 3600.0, tolerance=1e-4).status == status


def test_a_voltage_limit_is_met_in_time():
    p = cell(CURVED, 16)
    found = run(p, -200.0, 100.0, np.linspace(1, 100, 100), stop=0.97, tolerance=1e-7)
    assert found.voltage[found.filled] == pytest.approx(-0.97, abs=1e-9)
    again = run(p, -200.0, found.time, tolerance=1e-7)
    assert again.voltage[0] == pytest.approx(-0.97, abs=1e-5)


def test_the_depletion_time_converges():
    """With the tolerance and with the mesh; the surface is never negative and the voltage stays finite."""
    exact = run(cell(CURVED, 96), 1500.0, 10.0, tolerance=1e-7).time
    by_mesh = [abs(run(cell(CURVED, n), 1500.0, 10.0, tolerance=1e-7).time / exact - 1) for n in (12, 24, 48)]
    assert by_mesh[0] > 2 * by_mesh[1] > 4 * by_mesh[2]
    fine = run(cell(CURVED, 24), 1500.0, 10.0, tolerance=1e-8).time
    by_time = [abs(run(cell(CURVED, 24), 1500.0, 10.0, tolerance=tol).time / fine - 1) for tol in (1e-3, 1e-5)]
    assert by_time[1] < 1e-4 and by_time[1] < by_time[0] < 0.02
    found = run(cell(CURVED, 24), 1500.0, 10.0)
    assert found.status == DEPLETED
    assert 0 < found.counter[0] < 2e-6 * C0
    assert math.isfinite(found.voltage[0])
    assert found.concentration.min() > 0


def test_samples_lie_on_the_solution():
    p = cell(CURVED, 16)
    times = np.geomspace(0.01, 30.0, 25)
    found = run(p, 200.0, 30.0, times, tolerance=1e-6)
    assert found.filled == 25
    for k in (0, 5, 12, 20, 24):
        assert run(p, 200.0, times[k], tolerance=1e-8).voltage[0] == pytest.approx(found.voltage[k], abs=3e-5)


def test_the_mesh_is_symmetric_and_fine_at_the_electrodes():
    mesh = make_mesh(L, 32)
    assert mesh.widths.sum() == pytest.approx(L)
    np.testing.assert_array_equal(mesh.widths, mesh.widths[::-1])
    assert mesh.widths[0] < 0.004 * L
    assert mesh.near + mesh.far == pytest.approx(1.0)
    with pytest.raises(ValueError, match="at least 4"):
        make_mesh(L, 3)


def test_one_compiled_version_serves_every_cell_and_needs_no_cache(monkeypatch):
    advance = solver.make_advance()
    for curves, current in ((FLAT, 1.0), (CURVED, -3.0)):
        run(cell(curves, 8), current, 1.0, [0.5])
    assert len(getattr(advance, "signatures", [1])) == 1
    made = solver._make

    def no_folder(stamp, keep):
        if keep:
            raise RuntimeError("cannot cache function: no locator available")
        return made(stamp, keep)

    monkeypatch.setattr(solver, "_make", no_folder)
    again = solver.make_advance.__wrapped__()
    p = cell(FLAT, 8)
    answer = again(np.full(8, C0), 20.0, 60.0, np.array([1.0]), math.inf, 1e-5, p)
    np.testing.assert_array_equal(answer[5], run(p, 20.0, 60.0, [1.0]).voltage)
