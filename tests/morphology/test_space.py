"""Three dimensions: the network against sparse algebra and a sphere, the published model against the plane."""

import numba
import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.linalg import spsolve

from alloycoat.morphology.kernels.space import SpaceDrift, SpaceSolver
from alloycoat.morphology.published import HONG, PublishedRun
from alloycoat.morphology.published3 import SpaceRun

slow = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


def matrix(solver):
    n, m, depth = solver.shape
    number = np.arange(n * m * depth).reshape(n, m, depth)
    found = sparse.diags(solver.sink.ravel()).tocsr()
    for t, axis in ((solver.tx, 0), (solver.ty, 1), (solver.tz, 2)):
        last = range(1, t.shape[axis])
        i, j = np.take(number, last, axis).ravel(), np.take(number, range(t.shape[axis] - 1), axis).ravel()
        v = np.take(t, last, axis).ravel()
        block = np.r_[v, v, -v, -v], (np.r_[i, j, i, j], np.r_[i, j, j, i])
        found = found + sparse.csr_matrix(block, shape=found.shape)
    return found


def test_the_network_is_solved():
    rng = np.random.default_rng(1)
    shape = (7, 5, 4)
    solver = SpaceSolver(shape, 0.5, -0.45, 0.0)
    sigma = 10.0 ** rng.uniform(-2, 4, shape)
    solver.set_conductivity(sigma)
    source = rng.normal(size=shape)
    found = solver.solve(source, tolerance=1e-10)
    right = solver._boundary - source * 0.5**3
    exact = spsolve(matrix(solver).tocsc(), right.ravel()).reshape(shape)
    assert found.converged and found.phi == pytest.approx(exact, rel=1e-7, abs=1e-7)
    assert found.imbalance < 1e-10
    image = np.empty(shape)
    solver.apply(exact, image)
    assert image == pytest.approx(right, rel=1e-8, abs=1e-8)


def test_drift_moves_and_makes_nothing():
    rng = np.random.default_rng(2)
    shape = (4, 5, 6)
    solver = SpaceDrift(shape)
    for t, axis in ((solver.tx, 0), (solver.ty, 1), (solver.tz, 2)):
        np.moveaxis(t, axis, 0)[1:] = rng.uniform(1, 2)
        for part in (2 * axis, 2 * axis + 1):
            inner = np.moveaxis(solver.drift[part], axis, 0)[1:]
            inner[:] = rng.normal(0, 0.2, inner.shape)
    solver.sink[:] = 0.3
    solver.refresh()
    b, image = rng.normal(size=shape), np.empty(shape)
    found, _ = solver.solve_drift(b, 1e-9)
    solver._apply_drift(found, image)
    assert np.linalg.norm(image - b) < 1e-8 * np.linalg.norm(b)
    assert image.sum() == pytest.approx(0.3 * found.sum())


def excess(contrast, n, radius=0.25):
    """Conductivity of a ball's box less 1, over Rayleigh's (1892): closed walls make the ball a cubic array."""
    x, y, z = np.meshgrid(*3 * [(np.arange(n) + 0.5) / n - 0.5], indexing="ij")
    inside = (x**2 + y**2 + z**2 < radius**2).astype(float)
    solver = SpaceSolver((n, n, n), 1.0 / n, 0.0, 1.0)
    solver.set_conductivity(1.0 + (contrast - 1.0) * inside)
    found = 2.0 * float(solver.solve(tolerance=1e-6).phi[0].sum()) / n
    share, a, b = inside.mean(), (contrast + 2) / (contrast - 1), (contrast - 1) / (contrast + 4 / 3)
    return (found - 1.0) / (3.0 * share / (a - share - 0.523 * b * share ** (10 / 3)))


@slow
@pytest.mark.parametrize(("contrast", "within"), [(10.0, 0.005), (1e4, 0.025)])
def test_balls_conduct_as_rayleigh_said(contrast, within):
    assert excess(contrast, 48) == pytest.approx(1.0, abs=within)


@slow
def test_a_ball_that_does_not_conduct_is_met_to_first_order():
    coarse, fine = excess(0.0, 24) - 1.0, excess(0.0, 48) - 1.0
    assert fine == pytest.approx(0.5 * coarse, rel=0.1) and fine < 0.06


@slow
def test_a_field_without_depth_grows_as_in_the_plane():
    quiet, fine = HONG._replace(noise=0.0), {"step": 0.02, "settled": 0.002}
    plane, space = PublishedRun(quiet, 40, **fine), SpaceRun(quiet, (40, 40, 2), spacing=5.0, **fine)
    bump = 3.0 * np.cos(np.pi * (np.arange(40) + 0.5) / 40)
    eta = 0.5 * (1.0 - np.tanh(((np.arange(40)[:, None] + 0.5) * 5.0 - 40.0 - 5.0 * bump) / 6.0))
    for run, field in ((plane, eta), (space, np.repeat(eta[:, :, None], 2, axis=2))):
        run.eta, run.pot = field.copy(), quiet.potential * field
        run._begin()
        while run.time < 0.2:
            run.advance(0.2)
    assert space.eta[:, :, 0] == pytest.approx(plane.eta, abs=2e-3)
    assert space.eta[:, :, 1] == pytest.approx(space.eta[:, :, 0], abs=1e-9)
    assert space.pot[:, :, 0] == pytest.approx(plane.pot, abs=1e-4)
    assert space.front() == pytest.approx(plane.front(), abs=0.02e-6)
