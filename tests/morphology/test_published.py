"""Published models: the kernels against numpy, conservation of lithium, agreement of time steps, parameters."""

import numba
import numpy as np
import pytest

from alloycoat.morphology.kernels import published as kernels
from alloycoat.morphology.published import AHMAD, HONG, PublishedRun, grow_published

slow = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")
RNG = np.random.default_rng(0)


def test_the_front_moves_as_in_numpy():
    eta, drive = RNG.uniform(size=(6, 5)), RNG.normal(size=(6, 5))
    wide = np.pad(eta, 1, mode="edge")
    wide[0], wide[-1] = 2.0 - wide[1], -wide[-2]
    lap = wide[2:, 1:-1] + wide[:-2, 1:-1] + wide[1:-1, 2:] + wide[1:-1, :-2] - 4 * eta
    rate = 0.7 * (0.3 * lap / 0.25 - 4.8 * eta * (1 - eta) * (1 - 2 * eta)) + drive * 30 * eta**2 * (1 - eta) ** 2
    found, tiny = eta.copy(), 1e-7
    rows, work = np.ones(6, dtype=np.int64), np.empty((2, 6, 5))
    kernels.move_front(found, drive, rows, 0.7, 2.4, 0.3, 0.5, tiny, 1, *work)
    assert (found - eta) / tiny == pytest.approx(rate, rel=1e-5, abs=1e-5)


def test_the_drive_is_butler_volmer():
    eta, w, pot = RNG.uniform(0.1, 0.9, (3, 4)), RNG.normal(size=(3, 4)), RNG.uniform(-0.4, 0, (3, 4))
    out = np.empty((3, 4))
    kernels.amplitude(eta, w, pot, HONG.kinetics, HONG.thermal, HONG.level, HONG.c0, out)
    h = eta**3 * (6 * eta**2 - 15 * eta + 10)
    c = (1 - h) / (1 + np.exp(HONG.level - w)) / HONG.c0
    half = 0.5 * HONG.thermal * pot
    assert out == pytest.approx(-HONG.kinetics * (np.exp(half) - c * np.exp(-half)))


def test_begin_and_equilibrium():
    run = PublishedRun(HONG, 40)
    assert run.front() == pytest.approx(20e-6, abs=2.5e-6)
    assert run.edge == pytest.approx(0.0, abs=0.01)  # c0 of the paper is that of w = 0
    nucleus = PublishedRun(AHMAD, 40)
    assert nucleus.front() == pytest.approx(25e-6, abs=2.5e-6)
    assert np.allclose(nucleus.eta, nucleus.eta[:, ::-1])


@slow
def test_lithium_is_conserved_but_for_what_enters_at_the_far_side():
    run = PublishedRun(HONG._replace(noise=0.0, kappa=4.8), 64, step=0.02)
    before = run._contents().sum()
    while run.time < 0.1:
        run.advance(0.1)
    # in so short a time salt has entered through the far side by migration alone, in the field between the electrodes
    field = 0.45 / 180.0
    entered = HONG.diffusivity * HONG.c0 * HONG.thermal * field * 0.1 * 64 / run.spacing
    assert run._contents().sum() - before == pytest.approx(entered, rel=0.1)


@slow
def test_the_same_seed_gives_the_same_and_a_shorter_step_nearly_the_same():
    runs = [grow_published("hong2018", seconds=1.0, cells=100, samples=1, step=step) for step in (0.1, 0.1, 0.02)]
    assert np.array_equal(runs[0].eta, runs[1].eta)
    assert runs[0].front_m[-1] == pytest.approx(runs[2].front_m[-1], abs=0.3e-6)
    assert runs[0].concentration.min() > -1e-9
