"""The likelihood: densities against scipy, gradient against differences, the fit against a direct integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.stats import norm, t

from alloycoat.calibration import likelihood as own
from alloycoat.calibration.likelihood import Fitted, Predictive, Problem, fit


def problem(freedom: float = 4.0) -> Problem:
    lower = np.array([5.0, 4.0, 6.0, -np.inf, 5.5, 4.2])
    upper = np.array([5.0, 4.0, np.inf, 5.5, 5.9, 4.2])
    design = np.column_stack([np.ones(6), [0.0, 1.0, 0.0, 1.0, 0.5, 2.0]])
    laboratory = np.array([0, 0, 1, 1, 2, 3])
    return Problem(lower, upper, design, laboratory, np.array([5.0, 0.0]), np.array([1.0, 0.5]), freedom)


@pytest.mark.parametrize("freedom", [np.inf, 4.0, 7.0])
def test_densities_are_those_of_scipy(freedom: float) -> None:
    known = norm if np.isinf(freedom) else t(freedom)
    lower, upper = np.array([1.0, 0.5, -np.inf, 2.0, -40.0]), np.array([1.0, 2.5, 0.3, np.inf, -39.0])
    found = own.log_density(lower, upper, 0.4, 0.7, freedom)
    z = [(lower - 0.4) / 0.7, (upper - 0.4) / 0.7]
    assert found[0] == pytest.approx(known.logpdf(z[0][0]) - np.log(0.7))
    for k in (1, 2, 3):
        assert found[k] == pytest.approx(np.log(known.cdf(z[1][k]) - known.cdf(z[0][k])), rel=1e-6)
    if np.isinf(freedom):  # far out, where a difference of cumulative distributions is lost
        assert found[4] == pytest.approx(norm.logcdf(z[1][4]), rel=1e-3)


@pytest.mark.parametrize("freedom", [np.inf, 4.0])
def test_gradient(freedom: float) -> None:
    split = own._Split.of(problem(freedom))
    point = np.array([4.8, 0.3, -0.7, -1.1])
    numeric = approx_fprime(point, lambda x: own._objective(x, split)[0], 1e-6)
    np.testing.assert_allclose(own._objective(point, split)[1], numeric, rtol=1e-4, atol=1e-4)


def test_the_laboratory_effect_is_integrated_out() -> None:
    stated, point = problem(), np.array([4.9, 0.1, np.log(0.5), np.log(0.3)])
    value, _ = own._objective(point, own._Split.of(stated))
    mean, total = stated.design @ point[:2], 0.0
    for group in range(4):
        rows = stated.laboratory == group

        def density(u: float, rows: np.ndarray = rows) -> float:
            inside = own.log_density(stated.lower[rows], stated.upper[rows], mean[rows] + u, 0.3, 4.0).sum()
            return float(np.exp(inside) * norm.pdf(u, scale=0.5))

        total += np.log(quad(density, -6, 6, limit=200)[0])
    off = (point[:2] - stated.prior_mean) / stated.prior_scatter
    scatters = (point[2:] - np.log([own.SCATTER_BETWEEN, own.SCATTER_WITHIN])) / own.SCATTER_SPREAD
    assert -value == pytest.approx(total - 0.5 * (off @ off + scatters @ scatters), abs=2e-3)


def test_a_fit_finds_what_made_the_data_and_a_fixed_coefficient_stays() -> None:
    generator = np.random.default_rng(1)
    laboratory = np.repeat(np.arange(40), 3)
    x = generator.normal(size=120)
    y = 5.0 - 1.0 * x + 0.4 * generator.normal(size=40)[laboratory] + 0.3 * generator.standard_t(4, 120)
    lower, upper = y.copy(), y.copy()
    lower[::5], upper[::5] = y[::5] - 0.3, np.inf  # every fifth only a lower bound
    design = np.column_stack([np.ones(120), x])
    found = fit(Problem(lower, upper, design, laboratory, np.array([4.0, 0.0]), np.array([3.0, 2.0])))
    assert found.coefficients == pytest.approx([5.0, -1.0], abs=0.2)
    assert found.between == pytest.approx(0.4, abs=0.15)
    assert found.within == pytest.approx(0.3, abs=0.1)
    fixed = fit(Problem(lower, upper, design, laboratory, np.array([4.0, -1.0]), np.array([3.0, 0.0])))
    assert fixed.coefficients[1] == -1.0
    assert fixed.covariance[1, 1] == 0.0


def test_a_predictive_distribution_is_one() -> None:
    found = Fitted(np.array([5.0]), np.array([[0.04]]), 0.4, 0.3).predict(np.ones((2, 1)))
    assert found.normal[0] == pytest.approx(np.sqrt(0.2))
    grid = np.linspace(-15.0, 25.0, 4001)
    each = Predictive(np.full(4001, 5.0), np.full(4001, found.normal[0]), np.full(4001, 0.3))
    assert np.trapezoid(np.exp(each.log_density(grid, grid)), grid) == pytest.approx(1.0, abs=1e-3)
    low, high = found.quantile(0.1)[0], found.quantile(0.9)[0]
    assert found.below(np.array([low, high])) == pytest.approx([0.1, 0.9], abs=1e-6)
    assert low + high == pytest.approx(10.0)
    moved = found.moved(np.array([1.0, 1.0]), 0.3)
    assert moved.mean[0] == 6.0
    assert moved.normal[0] == pytest.approx(np.hypot(found.normal[0], 0.3))
    assert found.log_density(np.array([-np.inf] * 2), np.array([np.inf] * 2)) == pytest.approx([0.0, 0.0], abs=1e-6)
