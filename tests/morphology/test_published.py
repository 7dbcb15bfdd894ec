"""Published models: the kernels against numpy, conservation of lithium, agreement of time steps, parameters."""

import numba
import numpy as np
import pytest

from alloycoat.morphology.kernels import published as kernels
from alloycoat.morphology.kernels.drift import DriftSolver
from alloycoat.morphology.published import AHMAD, FLAT, HONG, PublishedRun, grow_published

slow = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes, or integers that overflow, without the compiler")
RNG = np.random.default_rng(0)


def interpolation(eta):
    return eta**3 * (6 * eta**2 - 15 * eta + 10)


def test_the_front_moves_as_in_numpy():
    eta, begin, end = RNG.uniform(size=(6, 5)), RNG.uniform(size=(6, 5)), RNG.uniform(size=(6, 5))
    stripping, noise = RNG.uniform(size=(6, 5)), RNG.normal(size=(6, 5))
    wide = np.pad(eta, 1, mode="edge")
    wide[0], wide[-1] = 2.0 - wide[1], -wide[-2]
    lap = wide[2:, 1:-1] + wide[:-2, 1:-1] + wide[1:-1, 2:] + wide[1:-1, :-2] - 4 * eta
    drive = ((begin + 2 * end) / 2 * (1 - interpolation(eta)) - stripping) * 30 * eta**2 * (1 - eta) ** 2
    rate = 0.7 * (0.3 * lap / 0.25 - 4.8 * eta * (1 - eta) * (1 - 2 * eta)) + drive + noise
    found, tiny = eta.copy(), 1e-7
    rows, work = np.ones(6, dtype=np.int64), np.empty((2, 6, 5))
    # over one step of Heun's rule the plating rate is the mean of the first and twice the last
    kernels.move_front(found, begin, end, stripping, 2.0, noise, rows, 0.7, 2.4, 0.3, 0.5, tiny, 1, *work)
    assert (found - eta) / tiny == pytest.approx(rate, rel=1e-5, abs=1e-5)


def test_the_drive_is_butler_volmer():
    eta, share, pot = RNG.uniform(0.1, 0.9, (3, 4)), RNG.uniform(0, 0.07, (3, 4)), RNG.uniform(-0.4, 0, (3, 4))
    plating, stripping = np.empty((3, 4)), np.empty((3, 4))
    rows = np.ones(3, dtype=np.int64)
    kernels.exchange(eta, share, pot, rows, HONG.kinetics, HONG.thermal, HONG.c0, plating, stripping)
    half = 0.5 * HONG.thermal * pot
    assert plating == pytest.approx(HONG.kinetics * share / HONG.c0 * np.exp(-half))
    assert stripping == pytest.approx(HONG.kinetics * np.exp(half))


def test_fields_at_the_begin_are_the_published_ones():
    run = PublishedRun(HONG, 40)
    assert run.front() == pytest.approx(20e-6, abs=2.5e-6)
    assert run.edge == pytest.approx(0.0, abs=0.01)  # c0 of the paper is that of w = 0
    nucleus = PublishedRun(AHMAD, 40)
    assert nucleus.front() == pytest.approx(25e-6, abs=2.5e-6)
    assert np.allclose(nucleus.eta, nucleus.eta[:, ::-1])
    assert nucleus.eta[3, 0] == pytest.approx(0.5 * (1 - np.tanh(-1.25)))
    assert abs(nucleus.edge) < 0.001 and FLAT.nucleus == 0 and FLAT.noise == 0.04


def test_the_salt_changes_with_its_potential():
    share = RNG.uniform(0.001, 0.07, (3, 3))
    w, change = HONG.level + np.log(share / (1 - share)), RNG.uniform(-1.5, 2.0, (3, 3))
    sink = np.full((3, 3), 2.0)
    largest = kernels.shift(change, sink, 1.0, 0.9, np.zeros((3, 3)), 1e-8, 5.5, w, share)
    assert share == pytest.approx(1 / (1 + np.exp(HONG.level - w)))
    assert largest == pytest.approx(2.0 * np.abs(change).max())
    # a front without salt: the metal gives way, and the salt's share is divided by 1 - change
    starved, other = np.full((1, 1), 1e-6), np.zeros((1, 1))
    kernels.shift(np.full((1, 1), 0.5), np.full((1, 1), 1e-3), 1.0, 0.9, np.ones((1, 1)), 1e-7, 5.5, other, starved)
    assert starved[0, 0] == pytest.approx(2e-6, rel=1e-4)


def balance(share, eta, w, pot, content, tensors):
    solver, work = tensors
    more, weights = np.zeros(eta.shape), np.array([2.0, -2.0, 0.0])
    kernels.balance(
        eta, w, share, pot, more, content, content, weights, 3.0, 1, 1.7, 1e-3, 5.5, 0.1,
        solver.tx, solver.ty, solver.sink, solver.drift, *work,
    )  # fmt: skip
    return work[0].copy()


def test_newtons_matrix_is_the_slope_of_the_defect():
    shape = (5, 4)
    eta, share, pot = RNG.uniform(0, 0.7, shape), RNG.uniform(0.02, 0.3, shape), RNG.normal(size=shape)
    w, content = np.log(share / (1 - share)), RNG.uniform(size=shape)
    solver, work = DriftSolver(shape), np.empty((3, *shape))
    start = balance(share, eta, w, pot, content, (solver, work))
    kept = [a.copy() for a in (solver.tx, solver.ty, solver.sink, solver.drift)]
    solver.tx[:], solver.ty[:], solver.sink[:], solver.drift[:] = kept
    tiny, image = 1e-6, np.empty(shape)
    for i, j in ((0, 0), (2, 1), (3, 3)):
        moved = w.copy()
        moved[i, j] += tiny
        slope = (balance(1 / (1 + np.exp(-moved)), eta, moved, pot, content, (solver, work)) - start) / tiny
        solver.tx[:], solver.ty[:], solver.sink[:], solver.drift[:] = kept
        one = np.zeros(shape)
        one[i, j] = 1.0
        solver._apply(one, image)
        # the slope of the flow through the last face is left to Newton's method, and of the content h' (no front)
        assert image[:4] == pytest.approx(slope[:4], rel=1e-4, abs=1e-5)


def test_drift_is_solved():
    shape = (12, 9)
    solver = DriftSolver(shape)
    solver.tx[1:], solver.ty[:, 1:] = RNG.uniform(1, 2, (11, 9)), RNG.uniform(1, 2, (12, 8))
    solver.sink[:] = RNG.uniform(0.1, 0.2, shape)
    solver.drift[0, 1:], solver.drift[3, :, 1:] = RNG.normal(0, 0.3, (11, 9)), RNG.normal(0, 0.3, (12, 8))
    solver.refresh()
    b, image = RNG.normal(size=shape), np.empty(shape)
    found, used = solver.solve_drift(b, 1e-8)
    solver._apply(found, image)
    assert np.linalg.norm(image - b) < 1e-7 * np.linalg.norm(b) and used < 20
    assert image.sum() == pytest.approx((solver.sink * found).sum())  # drift moves, it makes nothing


@slow
def test_noise_is_white_and_that_of_linear_elements():
    run = PublishedRun(HONG._replace(width=500.0), 50)  # the front everywhere
    run._rows[:] = 1
    run._make_noise(run.eta, 0.02)
    drawn = run._noise
    # squared weights of the sixteen numbers that a node of size one collects: 1/9; an area of 16 nodes
    assert drawn.std() == pytest.approx(0.04 / np.sqrt(3) / 3 / 4, rel=0.05)
    assert abs(drawn.mean()) < 4 * drawn.std() / 50
    for lag in (1, 2):
        for axis in (0, 1):
            assert abs(np.mean(drawn * np.roll(drawn, lag, axis))) < 0.08 * drawn.var()


@slow
def test_noise_does_not_ask_for_the_steps():
    run, parts = PublishedRun(HONG._replace(width=20.0), 40, seed=2), []
    kernels.find_front(run.eta, 8, run._rows)
    for begin, end in ((0.0, 0.05), (0.0, 0.013), (0.013, 0.03), (0.03, 0.05)):
        run.time = begin
        run._make_noise(run.eta, end - begin)
        parts.append((end - begin) * run._noise)
    assert parts[0] == pytest.approx(parts[1] + parts[2] + parts[3], abs=1e-15)
    assert np.abs(parts[0]).max() > 0


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
def test_what_lies_below_the_front_does_not_matter():
    runs = []
    for low in (False, True):
        run = PublishedRun(HONG, 100, step=0.05)
        run.eta = np.concatenate([np.ones((40, 100)), run.eta[:60]])  # the front at 100 um
        run.pot = HONG.potential * run.eta
        run._begin()
        if low:
            run.bury()
        while run.time < 0.5:
            run.advance(0.5)
        runs.append(run)
    assert runs[1].buried == 32 and runs[1].front() == pytest.approx(runs[0].front(), abs=1e-9)
    assert runs[1].whole(runs[1].eta, 1.0) == pytest.approx(runs[0].eta, abs=2e-3)
    assert runs[1].whole(runs[1].pot, HONG.potential) == pytest.approx(runs[0].pot, abs=1e-5)


@slow
def test_the_same_seed_gives_the_same_and_a_shorter_step_nearly_the_same():
    runs = [grow_published("hong2018", seconds=1.0, cells=100, samples=1, step=step) for step in (0.1, 0.1, 0.02)]
    assert np.array_equal(runs[0].eta, runs[1].eta)
    assert runs[0].front_m[-1] == pytest.approx(runs[2].front_m[-1], abs=0.3e-6)
    assert runs[0].concentration.min() > -1e-9
