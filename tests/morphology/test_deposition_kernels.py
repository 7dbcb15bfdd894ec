"""The kernels of the front against plain numpy and against closed forms."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from scipy.optimize import brentq

from alloycoat.electrochemistry import current_density
from alloycoat.morphology.kernels import deposition as front


def disc(n: int, radius: float, epsilon: float) -> tuple[np.ndarray, np.ndarray]:
    x = np.arange(n) - (n - 1) / 2
    r = np.hypot(x[:, None], x[None, :])
    return 0.5 * (1.0 + np.tanh((radius - r) / (2.0 * epsilon))), r


def band_of(eta: np.ndarray, low: float) -> tuple[np.ndarray, np.ndarray]:
    rows, columns = np.empty(eta.size, dtype=np.int64), np.empty(eta.size, dtype=np.int64)
    count = front.find_band(eta, low, rows, columns)
    return rows[:count], columns[:count]


def test_distance_is_that_of_the_profile() -> None:
    eta, r = disc(40, 10.0, 1.0)
    d = np.empty_like(eta)
    front.distance(eta, 1.0, d)
    near = np.abs(10.0 - r) < 15.0
    assert np.allclose(d[near], (10.0 - r)[near], atol=1e-6)
    assert np.abs(d).max() <= np.log(1e9)


def test_band_is_what_lies_between() -> None:
    eta, _ = disc(40, 10.0, 1.0)
    rows, columns = band_of(eta, 0.01)
    want = np.argwhere((eta > 0.01) & (eta < 0.99))
    assert np.array_equal(np.column_stack([rows, columns]), want)


def test_curvature_of_a_disc() -> None:
    eta, r = disc(80, 25.0, 1.0)
    d = np.empty_like(eta)
    front.distance(eta, 1.0, d)
    rows, columns = band_of(eta, 0.2)
    found = np.empty(len(rows))
    front.curvature(d, 1.0, rows, columns, len(rows), found)
    assert np.allclose(found * r[rows, columns], 1.0, atol=0.01)


@pytest.mark.parametrize(("alpha_a", "alpha_c"), [(0.5, 0.5), (0.35, 0.65), (1.0, 1.0)])
def test_transfer_solves_film_and_butler_volmer(alpha_a: float, alpha_c: float) -> None:
    thermal = 0.0256926
    drive = np.array([-1.5, -0.3, -0.02, -1e-6, 0.0, 0.05, 0.4])
    exchange, film = np.full(7, 4.0), np.array([1e-3, 0.0, 1e-2, 1e-3, 1e-3, 2e-3, 1e-4])
    j, slope = np.zeros(7), np.empty(7)
    front.transfer(drive, exchange, film, alpha_a, alpha_c, thermal, 7, j, slope)
    for k in range(7):
        u, r = drive[k], film[k]

        def short(eta: float, u: float = u, r: float = r) -> float:
            return eta + current_density(eta, 4.0, alpha_a, alpha_c, thermal) * r - u

        eta = brentq(short, -2.0, 2.0, xtol=1e-15)
        assert j[k] == pytest.approx(current_density(eta, 4.0, alpha_a, alpha_c, thermal), rel=1e-7, abs=1e-9)
    step = 1e-6
    beside, _ = j.copy(), slope.copy()
    front.transfer(drive + step, exchange, film, alpha_a, alpha_c, thermal, 7, beside, np.empty(7))
    assert np.allclose((beside - j) / step, slope, rtol=1e-3)


def test_a_front_is_carried_along_unchanged_and_counts_exactly() -> None:
    epsilon, y = 1.0, np.arange(60.0)
    eta = np.repeat(0.5 * (1.0 - np.tanh((y - 20.0) / 2.0))[:, None], 4, axis=1)
    push, known = np.full_like(eta, 0.37), np.ones(eta.shape, dtype=np.int8)
    before = eta.sum()
    rows, columns = np.empty(eta.size, dtype=np.int64), np.empty(eta.size, dtype=np.int64)
    wanted = 4 * 0.37 * (1.0 + 1e-3)
    shift = front.advance(eta, push, known, 1e-6, wanted, epsilon, rows, columns)
    assert eta.sum() - before == pytest.approx(wanted, rel=1e-12)
    assert abs(shift - 0.37e-3) < 1e-5
    want = 0.5 * (1.0 - np.tanh((y - 20.37037) / 2.0))
    assert np.abs(eta[:, 0] - want).max() < 2e-6


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="half a minute uncompiled")
def test_relaxation_keeps_metal_and_leaves_a_sound_front_alone() -> None:
    x = np.arange(48.0)
    turned = (x[:, None] + 0.5 * np.sin(2 * np.pi * x[None, :] / 48)) - 20.0
    for eta, still in ((0.5 * (1.0 - np.tanh((x[:, None] - 20.3 + 0.0 * x) / 2.0)), True),
                       (0.5 * (1.0 - np.tanh(turned / 3.2)), False)):  # fmt: skip
        first, d, change = eta.copy(), np.empty_like(eta), np.empty_like(eta)
        for _ in range(400):
            front.distance(eta, 1.0, d)
            front.relax(eta, d, 0.2, 1.0, 1.0, change)
        assert eta.sum() == pytest.approx(first.sum(), rel=1e-13)
        if still:
            assert np.abs(eta - first).max() < 5e-5  # what the cut-off of the distance leaves
        else:  # a profile 1.6 times too wide has come back to its width
            assert (eta * (1.0 - eta)).sum() / 48 == pytest.approx(1.0, rel=0.03)


def test_mean_across_the_front_is_the_same_for_its_cells() -> None:
    eta, r = disc(60, 18.0, 1.0)
    d = np.empty_like(eta)
    front.distance(eta, 1.0, d)
    rows, columns = band_of(eta, 0.01)
    weight, weighted = np.zeros_like(eta), np.zeros_like(eta)
    at = rows, columns
    weight[at] = eta[at] * (1.0 - eta[at])
    weighted[at] = weight[at] * (3.0 + 0.5 * (r[at] - 18.0))  # linear across the front: its mean is 3
    found = np.empty(len(rows))
    front.along_normal(weight, weighted, d, 1.0, 1.0, rows, columns, len(rows), found)
    assert np.abs(found / 3.0 - 1.0).max() < 0.06
    assert np.ptp(weighted[at] / weight[at]) > 4.0


def test_metal_that_hangs_in_the_air_is_dead() -> None:
    eta = np.zeros((30, 12))
    eta[:10] = 1.0
    eta[18:22, 4:7] = 1.0
    eta[10, :], eta[17, 4:7] = 0.2, 0.1
    live = front.connected(eta, 0.3)
    assert live[:11].all() and not live[17:22].any()
    eta[10:18, 5] = 0.9
    assert front.connected(eta, 0.3)[18:22, 4:7].all()


def test_height_of_columns_and_picture_of_the_layer() -> None:
    y = np.arange(60) + 0.5
    eta = 0.5 * (1.0 - np.tanh((y[:, None] - np.array([20.25, 22.5])) / 2.0))
    eta[40:44, 1] = 1.0
    fronts, share = np.zeros(2), np.empty_like(eta)
    front.column_fronts(eta, 1.0, fronts)
    assert np.allclose(fronts, [20.25, 22.5], atol=1e-4)
    front.draw_layer(fronts, np.array([9.0, 0.0]), 1.0, 1.0, share)
    # nine cells above the front, and as far below it as metal may be missing
    assert share[:, 0].sum() == pytest.approx(9.0 + 8.0, abs=1e-3)
    assert share[:10, 0].max() < 0.02 and share[15:27, 0].min() > 0.98
    assert not share[:, 1].any()
