"""The sampler against closed forms, dense algebra and an independent survival package."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from scipy.stats import multivariate_normal, truncnorm

from alloycoat.literature import meta_model
from alloycoat.literature.meta_model import Problem, sample, truncated_normal

LEVELS = (np.array([0, 0, 0, 0, 1, 1, 2]), np.array([0, 0, 1, 1, 2, 2, 3]), np.array([0, 1, 2, 2, 3, 3, 4]))
Y = np.array([0.3, 1.2, 0.7, 2.0, 1.1, -0.4, 0.9])
DESIGN = np.array([[1, 0], [1, 1], [1, 0], [1, 1], [1, 0], [1, 1], [1, 1]], dtype=float)


def dense(scatter: np.ndarray) -> np.ndarray:
    covariance = scatter[-1] ** 2 * np.eye(7)
    for level, spread in zip(LEVELS, scatter, strict=False):
        covariance += spread**2 * (level[:, None] == level[None, :])
    return covariance


@pytest.mark.parametrize("scatter", [(0.4, 0.3, 0.2, 0.5), (1e-4, 2.0, 0.1, 0.2)])
def test_marginal_density_is_that_of_the_dense_normal(scatter):
    problem = Problem(Y, Y, DESIGN, LEVELS)
    tree = meta_model._Tree(LEVELS, 7)
    values = np.array([scatter, [0.3, 0.3, 0.3, 0.3]])
    found = meta_model._marginal(problem, tree, np.stack([Y, Y]), values)
    prior = np.diag(1 / problem.prior_precision)
    expected = [multivariate_normal(np.zeros(7), dense(row) + DESIGN @ prior @ DESIGN.T).logpdf(Y) for row in values]
    assert found.log_density[0] - found.log_density[1] == pytest.approx(expected[0] - expected[1], abs=1e-6)
    information = DESIGN.T @ np.linalg.inv(dense(np.array(scatter))) @ DESIGN + np.linalg.inv(prior)
    np.testing.assert_allclose(found.information[0], information, rtol=1e-6)


def test_group_effects_are_drawn_around_the_best_predictor():
    scatter = np.tile([0.4, 0.3, 0.2, 0.5], (20_000, 1))
    problem = Problem(Y, Y, DESIGN, LEVELS)
    tree = meta_model._Tree(LEVELS, 7)
    marginal = meta_model._marginal(problem, tree, np.tile(Y, (20_000, 1)), scatter)
    residual = np.tile(Y - 0.8, (20_000, 1))
    drawn = meta_model._draw_means(tree, marginal, scatter, residual, np.random.default_rng(1))
    covariance = dense(scatter[0])
    effects = covariance - 0.25 * np.eye(7)
    expected = effects @ np.linalg.solve(covariance, Y - 0.8)
    spread = effects - effects @ np.linalg.solve(covariance, effects)
    np.testing.assert_allclose(drawn.mean(axis=0), expected, atol=0.015)
    np.testing.assert_allclose(np.cov(drawn.T), spread, atol=0.01)


@pytest.mark.parametrize(
    "bounds", [(-np.inf, 0.3), (1.0, np.inf), (0.2, 0.9), (7.0, np.inf), (-np.inf, -7.0), (-np.inf, np.inf)]
)
def test_truncated_normal(bounds):
    uniform = np.random.default_rng(2).random((1, 40_000))
    shape = np.ones_like(uniform)
    drawn = truncated_normal(0.5 * shape, 0.8 * shape, bounds[0] * shape, bounds[1] * shape, uniform)
    ends = [(end - 0.5) / 0.8 for end in bounds]
    exact = truncnorm(*ends, loc=0.5, scale=0.8)
    assert drawn.min() >= bounds[0]
    assert drawn.max() <= bounds[1]
    assert drawn.mean() == pytest.approx(exact.mean(), abs=0.015)
    assert drawn.std() == pytest.approx(exact.std(), rel=0.03)


def test_plain_mean_without_groups_and_bounds():
    y = np.random.default_rng(3).normal(1.0, 0.7, 60)
    posterior = sample(Problem(y, y, np.ones((60, 1)), ()), 1, kept=200)
    assert posterior.flat.mean() == pytest.approx(y.mean(), abs=0.02)
    assert posterior.flat.std() == pytest.approx(y.std(ddof=1) / 60**0.5, rel=0.1)
    assert np.median(posterior.total_scatter) == pytest.approx(y.std(ddof=1), rel=0.06)


def censored(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    life, end = generator.normal(1.0, 0.8, 80), generator.normal(1.5, 0.5, 80)
    return np.minimum(life, end), np.where(life <= end, life, np.inf), life <= end


def test_censored_mean_agrees_with_lifelines():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifelines = pytest.importorskip("lifelines")
        lower, upper, seen = censored(4)
        fitted = lifelines.LogNormalFitter().fit(np.exp(lower), seen)
        mean, spread = fitted.mu_, fitted.sigma_
        error = fitted.summary.loc["mu_", "se(coef)"]
    posterior = sample(Problem(lower, upper, np.ones((80, 1)), ()), 1, kept=200)
    assert posterior.flat.mean() == pytest.approx(mean, abs=0.3 * error)
    assert posterior.flat.std() == pytest.approx(error, rel=0.15)
    assert np.median(posterior.total_scatter) == pytest.approx(spread, rel=0.07)


def test_intervals_agree_with_lifelines():
    generator = np.random.default_rng(5)
    life = generator.normal(1.0, 0.8, 80)
    lower, upper = np.floor(life * 2) / 2, np.floor(life * 2) / 2 + 0.5
    lower[:10] = -np.inf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifelines = pytest.importorskip("lifelines")
        fitted = lifelines.LogNormalFitter().fit_interval_censoring(np.exp(lower), np.exp(upper))
        mean, error = fitted.mu_, fitted.summary.loc["mu_", "se(coef)"]
    posterior = sample(Problem(lower, upper, np.ones((80, 1)), ()), 1, kept=200)
    assert posterior.flat.mean() == pytest.approx(mean, abs=0.3 * error)


def test_a_row_without_bounds_says_nothing():
    lower, upper, _ = censored(6)
    plain = sample(Problem(lower, upper, np.ones((80, 1)), ()), 1, kept=300)
    more = Problem(np.append(lower, -np.inf), np.append(upper, np.inf), np.ones((81, 1)), ())
    assert sample(more, 2, kept=300).flat.mean() == pytest.approx(plain.flat.mean(), abs=0.02)


def test_rows_of_one_group_count_less_than_rows_of_many():
    y = np.random.default_rng(7).normal(1.0, 0.3, 24)
    alone = sample(Problem(y, y, np.ones((24, 1)), (np.arange(24),)), 1)
    together = sample(Problem(y, y, np.ones((24, 1)), (np.arange(24) // 8,)), 1)
    assert together.flat.std() > 1.5 * alone.flat.std()


def test_same_seed_same_draws_and_chains_agree():
    problem = Problem(Y, Y + np.array([0, 0, 1, 0, np.inf, 0, 0]), DESIGN, LEVELS)
    one, two = sample(problem, 3), sample(problem, 3)
    np.testing.assert_array_equal(one.coefficients, two.coefficients)
    assert not np.array_equal(one.coefficients, sample(problem, 4).coefficients)
    assert sample(problem, 5, warm_up=300, kept=600).convergence() < 1.05


def test_groups_that_are_not_nested_are_refused():
    with pytest.raises(ValueError, match="two groups"):
        sample(Problem(Y, Y, DESIGN, (np.array([0, 0, 1, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 3, 3, 3]))), 1)
