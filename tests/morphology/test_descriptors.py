"""Descriptors on shapes whose roughness, dendrites, length and pores are known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alloycoat.morphology.descriptors import (
    BY_TIME,
    arc_length,
    describe,
    front,
    isolated_share,
    peaks,
    spread,
)

DX = 0.25e-6
ROWS, COLUMNS = 120, 160


def picture(height, rows=ROWS):
    """A diffuse front at `height` (m) in every column."""
    y = (np.arange(rows) + 0.5)[:, None] * DX
    return 0.5 * (1 - np.tanh((y - np.asarray(height)[None, :]) / (1.5 * DX)))


X = (np.arange(COLUMNS) + 0.5) * DX
WIDTH = COLUMNS * DX


def wave(mean, amplitude, waves):
    return mean + amplitude * np.sin(2 * np.pi * waves * X / WIDTH)


def test_roughness_of_a_sine():
    heights = wave(10e-6, 2e-6, 3)
    found = describe(np.array([0.0, 1.0]), np.array([picture(np.full(COLUMNS, 10e-6)), picture(heights)]), DX)
    assert front(picture(heights), DX) == pytest.approx(heights, abs=0.05 * DX)
    assert found.rms_m == pytest.approx([0, 2e-6 / np.sqrt(2)], abs=1e-8)
    assert found.peak_to_valley_m == pytest.approx([0, 4e-6], abs=2e-8)
    assert found.tip_m == pytest.approx([0, 2e-6], abs=1e-8)
    assert found.tip_speed_m_per_s == pytest.approx([2e-6, 2e-6], abs=1e-8)
    assert found.span_s is None and found.span_lower_s == 1.0


def test_the_length_of_a_front():
    assert arc_length(picture(np.full(COLUMNS, 7.1e-6)), DX) == pytest.approx(WIDTH)
    slope = 2 * np.pi * 2 / WIDTH * 3e-6 * np.cos(2 * np.pi * 2 * np.linspace(0, WIDTH, 20001) / WIDTH)
    exact = np.mean(np.hypot(1, slope)) * WIDTH
    assert arc_length(picture(wave(12e-6, 3e-6, 2)), DX) == pytest.approx(exact, rel=0.01)
    y = (np.arange(ROWS) + 0.5)[:, None] * DX
    disc = 0.5 * (1 - np.tanh((np.hypot(y - 15e-6, X - 20e-6) - 6e-6) / (1.5 * DX)))
    assert arc_length(disc, DX) == pytest.approx(2 * np.pi * 6e-6, rel=0.005)


def test_dendrites_are_narrow_and_prominent():
    def needles(*where, width=0.8e-6, height=6e-6):
        distance = [np.abs((X - x + WIDTH / 2) % WIDTH - WIDTH / 2) for x in where]
        return 8e-6 + height * np.exp(-((np.min(distance, axis=0) / width) ** 2))

    assert len(peaks(needles(10e-6, 30e-6), DX).column) == 2
    assert len(peaks(needles(0.1e-6), DX).column) == 1  # across the periodic side
    assert len(peaks(needles(10e-6, width=8e-6), DX).column) == 0  # a hill
    assert len(peaks(needles(10e-6, height=0.5e-6, width=0.2e-6), DX).column) == 0  # a bump
    frames = np.array([picture(needles(10e-6, height=h)) for h in (0.0, 0.5e-6, 4e-6, 8e-6)])
    found = describe(np.array([0.0, 10.0, 20.0, 30.0]), frames, DX, span_s=29.0)
    assert found.dendrites.tolist() == [0, 0, 1, 1]
    assert found.first_dendrite_s == 20.0
    assert found.span_s == found.span_lower_s == 29.0


def test_pores_coverage_and_isolated_metal():
    start, end = picture(np.full(COLUMNS, 5e-6)), picture(np.full(COLUMNS, 15e-6))
    holed = end.copy()
    holed[40:48, 20:40] = 0.0  # 8 x 20 cells of the 40 x 160 that grew
    half = picture(np.where(X < WIDTH / 2, 15e-6, 5e-6))
    island = start.copy()
    island[60:70, 50:60] = 1.0
    found = describe(np.arange(5.0), np.array([start, end, holed, half, island]), DX)
    assert found.porosity[[0, 1, 2, 3]] == pytest.approx([0, 0, 160 / 6400, 0], abs=1e-3)
    assert found.tip_m[4] == pytest.approx(0.0, abs=1e-9) and found.porosity[4] == 0.0  # lost metal is no front
    assert found.coverage[:4] == pytest.approx([0, 1, 1, 0.5])
    assert found.isolated[[0, 3]] == pytest.approx([0, 0])
    assert found.isolated[4] == pytest.approx(100 / (20 * COLUMNS + 100))


def test_metal_across_the_periodic_side_is_not_isolated():
    eta = np.zeros((10, 8))
    eta[0] = eta[:5, 0] = 1.0
    eta[4, 7] = eta[5, 7] = 1.0
    assert isolated_share(eta) == 0.0
    assert isolated_share(np.zeros((4, 4))) == 0.0


@given(st.integers(0, COLUMNS - 1), st.floats(0.3e-6, 5e-6), st.integers(1, 5))
def test_descriptors_do_not_know_where_the_picture_begins(shift, amplitude, waves):
    heights = wave(12e-6, amplitude, waves) + 1e-6 * np.cos(2 * np.pi * X / WIDTH)
    first, second = (describe(np.zeros(1), picture(np.roll(heights, s))[None], DX) for s in (0, shift))
    for name in BY_TIME:
        assert getattr(first, name) == pytest.approx(getattr(second, name), rel=1e-9, abs=1e-12), name


def test_several_seeds_together():
    time = np.array([0.0, 10.0])
    runs = [
        describe(time, np.array([picture(np.full(COLUMNS, 5e-6)), picture(np.full(COLUMNS, 5e-6 + h))]), DX)
        for h in (1e-6, 2e-6, 3e-6)
    ]
    together = spread(runs)
    assert together.median["tip_m"] == pytest.approx([0, 2e-6])
    assert together.low["tip_m"][1] == pytest.approx(1.2e-6) and together.high["tip_m"][1] == pytest.approx(2.8e-6)
    assert together.first_dendrite_s == (None, None, None) and together.span_lower_s == (10.0, 10.0, 10.0)


def test_metal_on_a_layer_that_conducts_hangs_together_with_the_electrode():
    eta, layer = np.zeros((20, 8)), np.zeros((20, 8))
    eta[:5], layer[5:9], eta[9:12, 2:5] = 1.0, 1.0, 1.0
    assert isolated_share(eta) == pytest.approx(9 / 49)
    assert isolated_share(eta, layer) == 0.0
    bare, bridged = (describe(np.arange(2.0), np.array([eta, eta]), DX, bridge=b) for b in (None, [layer, layer]))
    assert bridged.tip_m[0] > bare.tip_m[0]
    assert bridged.porosity[1] == 0.0
    assert not bridged.isolated.any()
