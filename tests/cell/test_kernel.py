"""The solver: equal to its slow twin, of second order in time and space, conservative, right about events."""

import math
from itertools import pairwise

import numba
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from alloycoat.cell.kernels import laws, protocol, twin
from alloycoat.cell.kernels.advance import advance
from alloycoat.cell.kernels.grid import make_grid
from alloycoat.cell.kernels.parameters import DEPLETED, TIME_REACHED, VOLTAGE_REACHED, Parameters
from alloycoat.cell.orders import sample_times
from alloycoat.electrochemistry import limiting_current_density, tabulate
from alloycoat.quantities import FARADAY

compiled = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="minutes uncompiled; adds no line")
C0, D0, T0, EPS, B, L, RT_F = 1000.0, 3e-10, 0.4, 0.4, 0.1, 25e-6, 0.02569
FLAT = tuple(((C0,), (value,)) for value in (1.0, D0, T0, 1.5))
CURVED = (
    ((0.0, 500.0, 1000.0, 2000.0), (0.01, 0.6, 1.0, 0.8)),
    ((100.0, 1000.0, 3000.0), (4e-10, 3e-10, 1e-10)),
    ((500.0, 1500.0), (0.45, 0.3)),
    ((0.0, 1000.0, 2000.0), (1.0, 1.8, 3.0)),
)


def cell(curves=FLAT, volumes=16, length=L, z=1.0, alpha=0.5, layers=(0.0, 0.0)):
    table = tabulate(*curves)
    return Parameters(
        make_grid(volumes), table.knots, table.rows, length, EPS, B, z, z * FARADAY, RT_F, C0, 10.0, 20.0, 2e-3, 1e-3,
        *layers, 0.03, 1.0, alpha * z, (1 - alpha) * z, math.inf,
    )  # fmt: skip


def run(p, current, until, times=(), stop=math.inf, tolerance=1e-4, start=None, by=advance):
    modes = np.zeros(len(p.grid.weights))
    modes[0] = C0
    if start is not None:
        modes = p.grid.to_modes @ start
    return by(modes, current, until, np.asarray(times, dtype=float), stop, tolerance, p)


def profile(found, p):
    return found.modes @ p.grid.to_nodes


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
    p = cell(curves, 10, z=z, alpha=alpha, layers=(1e-3, 0.0))
    start = C0 * (1 + 0.2 * np.cos(np.pi * p.grid.points))
    times = np.linspace(until / 10, until, 10)
    one = run(p, current, until, times, stop, start=start)
    two = run(p, current, until, times, stop, start=start, by=twin.advance)
    assert (one.status, one.filled, one.steps, one.evaluations) == (two.status, two.filled, two.steps, two.evaluations)
    assert one.status == status
    assert one.time == pytest.approx(two.time, rel=1e-9)
    n = one.filled + 1
    # a sample within a hundredth of the error allowed of the end takes the voltage of the end
    for a, b in (
        (one.voltage, two.voltage),
        (one.working / C0, two.working / C0),
        (one.counter / C0, two.counter / C0),
    ):
        np.testing.assert_allclose(a[:n], b[:n], rtol=2e-6, atol=2e-6)
        assert a[n - 1] == pytest.approx(b[n - 1], rel=1e-8)
    np.testing.assert_allclose(one.modes, two.modes, rtol=1e-9, atol=1e-9 * C0)


@pytest.mark.parametrize("curves", [FLAT, CURVED])
def test_salt_is_conserved_to_the_last_bit(curves):
    p = cell(curves, 16)
    modes = np.zeros(16)
    modes[0] = C0
    for k in range(20):
        modes = advance(modes, 300.0 * (-1) ** k, 40.0 + k, np.empty(0), math.inf, 1e-3, p).modes
    assert modes[0] == C0
    assert modes @ p.grid.to_nodes @ p.grid.weights == pytest.approx(C0, rel=1e-13)


def test_the_modes_are_those_of_diffusion_between_closed_ends():
    grid = make_grid(16)
    np.testing.assert_allclose(grid.decay[:6], (np.pi * np.arange(6)) ** 2, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(grid.to_nodes.T @ grid.to_modes, np.eye(16), atol=1e-12)
    assert grid.weights.sum() == pytest.approx(1.0)
    np.testing.assert_array_equal(grid.weights, grid.weights[::-1])
    cosine = grid.to_modes @ np.cos(3 * np.pi * grid.points)
    assert abs(cosine[3]) == pytest.approx(math.sqrt(0.5), rel=1e-6)
    # a constant flux density is the slope of a potential: source @ 1 = to_modes @ x, but for the mean
    np.testing.assert_allclose((grid.source @ np.ones(16))[1:], (grid.to_modes @ grid.points)[1:], atol=1e-12)
    with pytest.raises(ValueError, match="at least 4"):
        make_grid(3)


def test_one_step_is_exact_where_nothing_depends_on_concentration():
    """Against the series of cosines that solves the linear equation, at any time inside one step of an hour."""
    p = cell(FLAT, 24)
    times = np.array([0.5, 2.0, 10.0, 100.0])
    found = run(p, 200.0, 3600.0, times)
    assert found.steps == 1
    slope, pace = 200.0 * (1 - T0) * L / (FARADAY * D0 * B), D0 * B / (EPS * L**2)
    odd = np.arange(1, 4001, 2)
    for k, time in enumerate(times):
        series = np.sum(4 / (np.pi * odd) ** 2 * np.exp(-((np.pi * odd) ** 2) * pace * time))
        assert found.working[k] - C0 == pytest.approx(slope * (0.5 - series), rel=1e-6)
        assert C0 - found.counter[k] == pytest.approx(slope * (0.5 - series), rel=1e-6)


SMOOTH = (CURVED[0], ((0.0, 3000.0), (4e-10, 1e-10)), ((0.0, 2000.0), (0.45, 0.3)), CURVED[3])


def test_time_steps_are_of_fourth_order():
    """Steps of one size from a smooth start, by the twin: the parabola iterated until it stands.

    All of them shorter than the slowest mode takes (a parabola in time). Longer ones, in the pace of that mode, are
    no worse for being longer: two of them beat four short ones here.
    """
    p = cell(SMOOTH, 10)
    start = run(p, 200.0, 1.0, tolerance=1e-6).modes
    stepper = twin.Twin(200.0, math.inf, 1e-5, p)

    def march(steps, until=2.0):
        modes = start
        for _ in range(steps):
            modes = twin.Step(stepper, modes, until / steps, enough=1e-9).end
        return modes

    exact = march(64)
    errors = [np.max(np.abs(march(steps) - exact)) for steps in (4, 8, 16)]
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    assert np.all(orders > 3.8), orders
    assert twin.Step(stepper, start, 1.0).pace > 0.0 == twin.Step(stepper, start, 0.5).pace
    assert np.max(np.abs(march(2) - exact)) < errors[0]


@compiled
def test_the_error_follows_the_tolerance():
    p = cell(CURVED, 12)
    exact = run(p, 250.0, 2.0, tolerance=1e-8).voltage[0]
    errors = [abs(run(p, 250.0, 2.0, tolerance=tol).voltage[0] - exact) for tol in (1e-2, 1e-3, 1e-4, 1e-5)]
    assert errors[1] < 1e-4 and errors[2] < 2e-5 and errors[3] < 5e-6
    assert errors[0] > errors[3]


@compiled
def test_points_converge_faster_than_any_power_where_the_properties_are_smooth():
    exact = run(cell(SMOOTH, 32), 250.0, 0.5, tolerance=1e-7).counter[0]
    errors = [abs(run(cell(SMOOTH, n), 250.0, 0.5, tolerance=1e-7).counter[0] / exact - 1) for n in (4, 6, 8, 10)]
    assert all(after < 0.2 * before for before, after in pairwise(errors)), errors
    assert errors[3] < 1e-6


@compiled
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
    found = run(cell(CURVED, 24), current, until, tolerance=1e-5)
    assert found.voltage[0] == pytest.approx(voltage, abs=1e-4)
    assert found.counter[0] == pytest.approx(ends[1], rel=2e-3)


def test_the_voltage_reverses_with_the_current():
    p = cell(CURVED, 16)._replace(exchange_working=10.0, exchange_counter=10.0)
    there, back = run(p, 200.0, 5.0), run(p, -200.0, 5.0)
    assert there.voltage[0] == pytest.approx(-back.voltage[0], rel=1e-9)
    np.testing.assert_allclose(profile(there, p), profile(back, p)[::-1], rtol=1e-9)


def test_the_steady_profile_is_a_straight_line():
    found = run(cell(), 100.0, 1000.0)
    drop = 100.0 * (1 - T0) * L / (FARADAY * D0 * B)
    assert found.working[0] - found.counter[0] == pytest.approx(drop, rel=1e-12)
    assert 0.5 * (found.working[0] + found.counter[0]) == pytest.approx(C0, rel=1e-12)


@compiled
@pytest.mark.parametrize(("share", "status"), [(0.99, TIME_REACHED), (1.01, DEPLETED)])
def test_the_salt_runs_out_above_the_limiting_current_only(share, status):
    ceiling = limiting_current_density(1, C0, D0, B, T0, L)
    assert run(cell(), share * ceiling, 3600.0, tolerance=1e-4).status == status


@compiled
def test_a_voltage_limit_is_met_in_time():
    p = cell(CURVED, 16)
    found = run(p, -200.0, 100.0, np.linspace(1, 100, 100), stop=0.97, tolerance=1e-7)
    assert found.voltage[found.filled] == pytest.approx(-0.97, abs=1e-9)
    again = run(p, -200.0, found.time, tolerance=1e-7)
    assert again.voltage[0] == pytest.approx(-0.97, abs=1e-5)


@compiled
def test_the_depletion_time_converges():
    """With the tolerance and with the points; the surface is never negative and the voltage stays finite."""
    exact = run(cell(CURVED, 64), 1500.0, 10.0, tolerance=1e-7).time
    by_points = [abs(run(cell(CURVED, n), 1500.0, 10.0, tolerance=1e-6).time / exact - 1) for n in (10, 16, 24)]
    assert by_points[0] > by_points[1] > by_points[2]
    assert by_points[0] < 5e-3 and by_points[2] < 2e-4
    fine = run(cell(CURVED, 24), 1500.0, 10.0, tolerance=1e-7).time
    by_time = [abs(run(cell(CURVED, 24), 1500.0, 10.0, tolerance=tol).time / fine - 1) for tol in (1e-3, 1e-5)]
    assert by_time[1] < 1e-5 and by_time[0] < 1e-3
    found = run(cell(CURVED, 24), 1500.0, 10.0)
    assert found.status == DEPLETED
    assert 0 < found.counter[0] < 2e-6 * C0
    assert math.isfinite(found.voltage[0])
    assert profile(found, cell(CURVED, 24)).min() > 0


@compiled
def test_samples_lie_on_the_solution():
    p = cell(CURVED, 16)
    times = np.geomspace(0.01, 30.0, 25)
    found = run(p, 200.0, 30.0, times, tolerance=1e-5)
    assert found.filled == 25
    for k in (0, 5, 12, 20, 24):
        assert run(p, 200.0, times[k], tolerance=1e-7).voltage[0] == pytest.approx(found.voltage[k], abs=3e-5)


@pytest.mark.parametrize("decay", [0.0, 1e-9, 1e-3, 0.0199, 0.0201, 0.3, 4.0, 39.0, 1e3, 1e7])
@pytest.mark.parametrize("share", [0.05, 0.5, 1.0])
def test_the_weights_of_an_exponential_step(decay, share):
    """Against the integral over exp(-decay (share - s)) s^m, in u = decay (share - s) where the mode is fast."""
    span = min(decay * share, 60.0)
    x, w = np.polynomial.legendre.leggauss(60)
    u = 0.5 * span * (x + 1)
    place = share - u / decay if decay else np.full_like(u, share)
    exact = [-0.5 * span * np.sum(w * np.exp(-u) * place**m) for m in range(3)]
    found = laws.exponential_weights(decay, share, laws.paced(share, laws.pace_of(0.5)))
    np.testing.assert_allclose(found, exact, rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("pace", [1.0, 7.3, 4.4e3])
@pytest.mark.parametrize("times", [1.0, 3.9, 16.3, 400.0])
def test_the_weights_of_a_step_in_the_pace_of_its_slowest_mode(pace, times):
    """Against the integral over exp(-decay (share - s)) phi^m; phi = part at share_at(part)."""
    for part in (0.1, 0.5, 0.9):
        share = laws.share_at(part, pace)
        assert math.expm1(-pace * share) / math.expm1(-pace) == pytest.approx(part, rel=1e-12)
        decay = times * pace
        ends = np.unique(np.clip(share - np.concatenate([[0.0], np.geomspace(1e-6, 60.0, 200)]) / decay, 0.0, share))
        x, w = np.polynomial.legendre.leggauss(12)
        half = 0.5 * np.diff(ends)[:, None]
        s = ends[:-1, None] + half * (x + 1)
        phi = np.expm1(-pace * s) / np.expm1(-pace)
        exact = [-decay * np.sum(half * w * np.exp(-decay * (share - s)) * phi**m) for m in range(3)]
        found = laws.exponential_weights(decay, share, laws.paced(share, laws.pace_of(pace)))
        np.testing.assert_allclose(found, exact, rtol=1e-9, atol=1e-13)


@pytest.mark.parametrize(
    ("until", "points", "first"), [(3600.0, 50, 0.01), (3600.0, 12, 100.0), (10.0, 4, 1e-3), (9.0, 5, 8.0)]
)
def test_sample_times_are_those_of_the_protocol(until, points, first):
    out = np.zeros(points)
    laws.spread_times(until, points, first, out)
    np.testing.assert_allclose(out, sample_times(until, points, first, None), rtol=1e-12)


def test_one_compiled_version_serves_every_cell_and_needs_no_cache(monkeypatch):
    for curves, current in ((FLAT, 1.0), (CURVED, -3.0)):
        run(cell(curves, 8), current, 1.0, [0.5])
    assert len(getattr(protocol.make_run(), "signatures", [1])) == 1
    made, kept = protocol._make, run(cell(FLAT, 8), 20.0, 60.0, [1.0])

    def no_folder(stamp, keep):
        if keep:
            raise RuntimeError("cannot cache function: no locator available")
        return made(stamp, keep)

    monkeypatch.setattr(protocol, "_make", no_folder)
    again = protocol.make_run.__wrapped__()
    monkeypatch.setattr(protocol, "make_run", lambda: again)
    np.testing.assert_array_equal(run(cell(FLAT, 8), 20.0, 60.0, [1.0]).voltage, kept.voltage)
