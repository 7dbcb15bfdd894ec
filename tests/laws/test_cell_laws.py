"""Laws that hold for every cell: salt, charge, symmetry, no negative concentration, no number that is none."""

import math

import numba
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.cell.kernels.advance import advance
from alloycoat.cell.kernels.grid import make_grid
from alloycoat.cell.kernels.parameters import DEPLETED, TIME_REACHED, Parameters
from alloycoat.electrochemistry import limiting_current_density, tabulate
from alloycoat.quantities import FARADAY

N = 10
UNCOMPILED = bool(numba.config.DISABLE_JIT)
AT = (1.0, 400.0, 1000.0, 2500.0)


def curve(low, high):
    return st.tuples(st.just(AT), st.tuples(*[st.floats(low, high)] * 4))


cells = st.builds(
    lambda kappa, d, t, w, z, share, length, eps, number, i0, film: Parameters(
        make_grid(N), (table := tabulate(kappa, d, t, w)).knots, table.rows, length, eps, 1 / number, z, z * FARADAY,
        0.0257, 1000.0, i0, i0, film, film, 0.0, 0.0, math.inf, 1.0, share * z, (1 - share) * z, math.inf,
    ),
    curve(0.05, 2.0), curve(5e-11, 1e-9), curve(-0.1, 0.7), curve(0.7, 3.0), st.sampled_from([1.0, 2.0]),
    st.sampled_from([0.5, 0.35]), st.floats(1e-5, 1e-3), st.floats(0.2, 1.0), st.floats(1.0, 20.0),
    st.floats(0.1, 1e3), st.floats(0.0, 1e-2),
)  # fmt: skip


def ceiling(p):
    d, t = p.rows[:, 0] + p.rows[:, 1] * 1000.0, p.rows[:, 2] + p.rows[:, 3] * 1000.0
    return limiting_current_density(p.charge, 1000.0, abs(d[-1]), p.permeance, min(t[-1], 0.9), p.length)


def run(p, current, until, start=None):
    start = p.grid.to_modes @ np.full(N, 1000.0) if start is None else start
    times = np.linspace(until / 5, until, 5)
    return advance(start, current, until, times, math.inf, 3e-4, p)


def profile(found, p):
    return found.modes @ p.grid.to_nodes


@settings(max_examples=4 if UNCOMPILED else 40, deadline=None)
@given(cells, st.floats(-3, 3), st.floats(0.01, 3.0))
def test_every_cell_ends_well(p, share, crossings):
    until = crossings * p.storage * p.length**2 / (p.permeance * 3e-10)
    found = run(p, share * ceiling(p), until)
    assert found.status in (TIME_REACHED, DEPLETED)
    n = found.filled
    seen = np.append(found.voltage[:n], found.voltage[n])
    assert np.all(np.isfinite(seen))
    assert np.all(seen * np.sign(share) >= -1e-12)  # no more than round-off where hardly a current flows
    assert profile(found, p).min() > 0
    assert min(found.working[: n + 1].min(), found.counter[: n + 1].min()) > 0
    assert abs(profile(found, p) @ p.grid.weights / 1000.0 - 1) < 1e-12
    assert (found.time == until) == (found.status == TIME_REACHED)


@settings(max_examples=2 if UNCOMPILED else 15, deadline=None)
@given(cells, st.floats(0.05, 0.4))
def test_reversing_the_current_mirrors_the_cell(p, share):
    current = share * ceiling(p)
    one, two = run(p, current, 10.0), run(p, -current, 10.0)
    assert one.status == two.status
    if one.status == TIME_REACHED:
        np.testing.assert_allclose(one.voltage, -two.voltage, rtol=1e-7, atol=1e-12)
        np.testing.assert_allclose(profile(one, p), profile(two, p)[::-1], rtol=1e-7)


@settings(max_examples=2 if UNCOMPILED else 15, deadline=None)
@given(cells, st.floats(0.05, 0.3), st.floats(1.1, 2.0))
def test_more_current_never_takes_less_voltage(p, share, more):
    current = share * ceiling(p)
    one, two = run(p, current, 1.0), run(p, more * current, 1.0)
    if one.status == two.status == TIME_REACHED:
        # the ohmic part may fall where salt makes the solution conduct better, the sum hardly ever does
        assert two.voltage[0] > one.voltage[0] - 1e-9
