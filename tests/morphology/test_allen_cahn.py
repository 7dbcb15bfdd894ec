"""Allen-Cahn kernels: PFHub 7a, the planar interface, a shrinking circle, order in time, the slow twin."""

import numba
import numpy as np
import pytest

from alloycoat.morphology.kernels.allen_cahn import AllenCahn, interface_energy, well_slope
from alloycoat.morphology.kernels.elliptic import Side, Sides
from alloycoat.morphology.pfhub import Manufactured, circle_radius, manufactured_error, planar_energy

slow = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="minutes without the compiler")


@slow
def test_pfhub_7a_is_met_to_second_order_in_space():
    problem = Manufactured(end=1.0)  # the whole of it, to t = 8, is in benchmarks/morphology_pfhub.py
    errors = [manufactured_error(cells, 32, problem)[0] for cells in (200, 400)]
    assert np.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.05)


def test_the_source_of_7a_is_the_residual_of_the_exact_solution():
    problem, d = Manufactured(), 1e-4
    rng = np.random.default_rng(0)
    x, y, t = rng.uniform(0.1, 0.9, 20), rng.uniform(0.2, 0.3, 20), 3.0

    def exact(a=0.0, b=0.0, c=0.0):
        return problem.exact(x + a, y + b, t + c)

    eta = exact()
    laplacian = (exact(d) + exact(-d) + exact(0, d) + exact(0, -d) - 4 * eta) / d**2
    rate = (exact(c=d) - exact(c=-d)) / (2 * d)
    residual = rate + 4 * eta * (eta - 1) * (eta - 0.5) - problem.kappa * laplacian
    assert problem.source(x, y, t) == pytest.approx(residual, abs=2e-4)


def test_it_is_second_order_in_time():
    shape, spacing = (12, 10), (0.5, 0.4)
    x, y = np.meshgrid(*((np.arange(n) + 0.5) * h for n, h in zip(shape, spacing, strict=True)), indexing="ij")
    sides = Sides(Side("value", 1.0), Side("flux", 0.1), Side("periodic"), Side("periodic"))

    def end(steps):
        model = AllenCahn(shape, spacing, sides, mobility=0.7, kappa=0.3, barrier=2.0, tolerance=1e-11)
        eta = 0.5 * (1 - np.tanh(x - 2 + 0.3 * np.sin(0.5 * np.pi * y)))
        for k in range(steps):
            eta, _ = model.step(eta, k / steps, 1.0 / steps, lambda t: 0.2 * np.sin(3 * t) * x)
        return eta

    fine = end(64)
    errors = [np.max(np.abs(end(n) - fine)) for n in (4, 8, 16)]
    assert np.log2(np.array(errors[:-1]) / errors[1:]) == pytest.approx(2.0, abs=0.2)


def test_the_planar_interface_has_its_energy():
    assert planar_energy(4) == pytest.approx(1.0, abs=0.01)
    assert (1 - planar_energy(2)) / (1 - planar_energy(4)) == pytest.approx(4.0, abs=0.3)


@slow
def test_a_circle_shrinks_by_its_curvature():
    assert circle_radius(6, radius=16) == pytest.approx(1.0, abs=0.01)


def test_the_kernels_are_their_numpy_twins():
    rng = np.random.default_rng(3)
    eta, out = rng.uniform(size=(7, 5)), np.empty((7, 5))
    well_slope(eta, 1.7, out)
    d = 1e-6

    def well(e):
        return 1.7 * e**2 * (1 - e) ** 2

    assert out == pytest.approx((well(eta + d) - well(eta - d)) / (2 * d), abs=1e-8)
    steep = np.sum(np.diff(eta, axis=0) ** 2) / 0.09 + np.sum((eta - np.roll(eta, 1, 1)) ** 2) / 0.25
    energy = 0.15 * (well(eta).sum() + 0.5 * 0.4 * steep)
    assert interface_energy(eta, 1.7, 0.4, 0.3, 0.5, False, True) == pytest.approx(energy)
