"""Log-regression on intervals with a laboratory effect: the one likelihood of every statistical model.

y_i = x_i b + u(lab) + e_i, u normal with standard deviation tau, e Student with FREEDOM degrees of freedom and
scale sigma (or normal); y_i is known to lie in [lower_i, upper_i] (equal: exact). The laboratory effect is
integrated out by Gauss-Hermite quadrature; b and the two scatters are at their joint posterior maximum, with the
curvature there as covariance. Every fit starts cold, at the means of the priors.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import gammaln, log_ndtr, ndtr, stdtr

from alloycoat.errors import AlloycoatError

Array = NDArray[np.float64]
Index = NDArray[np.intp]

FREEDOM = 4.0
"""Degrees of freedom of the row scatter: the usual choice against gross errors (misread values, soft shorts that
nobody saw) since K. L. Lange et al., J. Am. Stat. Assoc. 84, 881 (1989), doi 10.1080/01621459.1989.10478852."""
SCATTER_BETWEEN, SCATTER_WITHIN, SCATTER_SPREAD = 0.4, 0.4, 0.4
"""Priors of tau and sigma: log-normal around these natural-log units with this standard deviation of the
logarithm: cells of two laboratories under the same conditions differ by 0.3 (bare life) to 0.75 (polarization)."""
_NODES = 21
_FLAT = 1e-12
_LARGEST = 1e6  # stands for an infinite bound, in standard deviations


@dataclass(frozen=True, slots=True)
class Problem:
    """Intervals lower <= y <= upper (n,), design (n, q), laboratory numbers (n,), normal priors of b (q,).

    A coefficient whose prior has no scatter is fixed at its mean. freedom: of the row scatter,
    infinite for a normal one.
    """

    lower: Array
    upper: Array
    design: Array
    laboratory: Index
    prior_mean: Array
    prior_scatter: Array
    freedom: float = FREEDOM


@dataclass(frozen=True, slots=True)
class Predictive:
    """Distributions of y: mean (n,), standard deviation of the normal part (n,), scale of the row scatter."""

    mean: Array
    normal: Array
    scale: Array
    freedom: float = FREEDOM

    def log_density(self, lower: Array, upper: Array) -> Array:
        """Log density where lower == upper, else log probability of the interval; (n,)."""
        nodes, log_weights = _quadrature()
        at = self.mean[:, None] + self.normal[:, None] * nodes
        inner = log_density(lower[:, None], upper[:, None], at, self.scale[:, None], self.freedom) + log_weights
        top = inner.max(axis=1)
        return np.asarray(top + np.log(np.exp(inner - top[:, None]).sum(axis=1)))

    def below(self, bound: Array) -> Array:
        """Probability of a value below `bound` (n,)."""
        nodes, log_weights = _quadrature()
        z = (bound[:, None] - self.mean[:, None] - self.normal[:, None] * nodes) / self.scale[:, None]
        share = ndtr(z) if np.isinf(self.freedom) else student_below(z, self.freedom)
        return np.asarray(share @ np.exp(log_weights))

    def quantile(self, share: float) -> Array:
        """The value with `share` of the probability below it, by bisection; (n,)."""
        reach = 60.0 * np.hypot(self.normal, self.scale)
        low, high = self.mean - reach, self.mean + reach
        for _ in range(60):
            middle = 0.5 * (low + high)
            under = self.below(middle) < share
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return np.asarray(0.5 * (low + high))

    def moved(self, shift: Array, extra: Array | float = 0.0) -> Predictive:
        """The distributions moved by `shift`, with `extra` standard deviation added."""
        return Predictive(self.mean + shift, np.hypot(self.normal, extra), self.scale, self.freedom)

    def take(self, rows: Index) -> Predictive:
        """Some of the distributions, in that order."""
        return Predictive(self.mean[rows], self.normal[rows], self.scale[rows], self.freedom)


@dataclass(frozen=True, slots=True)
class Fitted:
    """Coefficients at the posterior maximum, their covariance, and the two scatters (tau, sigma)."""

    coefficients: Array
    covariance: Array
    between: float
    within: float
    freedom: float = FREEDOM

    def predict(self, design: Array) -> Predictive:
        """Rows of a laboratory not seen: mean x b; normal variance tau^2 + x C x'; row scatter sigma."""
        variance = np.einsum("nq,qr,nr->n", design, self.covariance, design) + self.between**2
        scale = np.full(len(design), self.within)
        return Predictive(np.asarray(design @ self.coefficients), np.asarray(np.sqrt(variance)), scale, self.freedom)


@lru_cache(maxsize=1)
def _quadrature() -> tuple[Array, Array]:
    """Nodes and log weights of the standard normal density."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(_NODES)
    return np.asarray(nodes), np.asarray(np.log(weights / np.sqrt(2.0 * np.pi)))


def log_density(lower: Array, upper: Array, mean: Array, scatter: Array | float, freedom: float = np.inf) -> Array:
    """Log density of an exact value, log probability of an interval, around `mean`; broadcasts.

    freedom: infinite for a normal distribution of standard deviation `scatter`, else that of a Student
    distribution of this scale.
    """
    low = np.maximum((lower - mean) / scatter, -_LARGEST)
    if np.array_equal(lower, upper):
        return np.asarray(_log_standard(low, freedom) - np.log(scatter))
    high = np.minimum((upper - mean) / scatter, _LARGEST)
    flipped = low + high > 0  # count from the thinner tail
    near, far = np.where(flipped, -low, high), np.where(flipped, -high, low)
    if np.isinf(freedom):
        inner, outer = log_ndtr(near), log_ndtr(far)
        share = inner + np.log1p(-np.exp(np.minimum(outer - inner, -_FLAT)))
    else:
        share = np.log(np.maximum(student_below(near, freedom) - student_below(far, freedom), 1e-300))
    return np.asarray(np.where(lower == upper, _log_standard(low, freedom) - np.log(scatter), share))


def student_below(z: Array, freedom: float) -> Array:
    """Cumulative Student distribution; for 4 degrees of freedom in closed form.

    F(z) = 1/2 + (3/8) w (1 - w^2/12), w = z / sqrt(1 + z^2/4).
    """
    if freedom != 4.0:
        return np.asarray(stdtr(freedom, z))
    z = np.clip(z, -_LARGEST, _LARGEST)
    w = z / np.sqrt(1.0 + 0.25 * z**2)
    return np.asarray(0.5 + 0.375 * w * (1.0 - w**2 / 12.0))


def _log_standard(z: Array, freedom: float) -> Array:
    """Log density of the standard normal or Student distribution."""
    if np.isinf(freedom):
        return np.asarray(-0.5 * z**2 - 0.5 * np.log(2.0 * np.pi))
    norm = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - 0.5 * np.log(freedom * np.pi)
    return np.asarray(norm - (freedom + 1) / 2 * np.log1p(z**2 / freedom))


@dataclass(frozen=True, slots=True)
class _Split:
    """A problem with its exact and its bounded rows apart: an exact row needs no cumulative distribution."""

    problem: Problem
    members: Array
    exact: Index
    bounded: Index

    @classmethod
    def of(cls, problem: Problem) -> _Split:
        """The problem split."""
        members = (np.arange(problem.laboratory.max() + 1)[:, None] == problem.laboratory[None, :]).astype(float)
        known = problem.lower == problem.upper
        return cls(problem, members, np.flatnonzero(known), np.flatnonzero(~known))

    def density(self, mean: Array, scatter: float) -> tuple[Array, Array, Array]:
        """Log density of each row at each mean (n, nodes), its slope after the mean and after ln(scatter)."""
        problem, freedom = self.problem, self.problem.freedom
        value, by_mean, by_scatter = np.empty(mean.shape), np.empty(mean.shape), np.empty(mean.shape)
        z = (problem.lower[self.exact, None] - mean[self.exact]) / scatter
        pull = z if np.isinf(freedom) else (freedom + 1.0) * z / (freedom + z**2)
        value[self.exact] = _log_standard(z, freedom) - np.log(scatter)
        by_mean[self.exact], by_scatter[self.exact] = pull / scatter, pull * z - 1.0
        lower, upper, at = problem.lower[self.bounded, None], problem.upper[self.bounded, None], mean[self.bounded]
        share = log_density(lower, upper, at, scatter, freedom)
        low = np.maximum((lower - at) / scatter, -_LARGEST)
        high = np.minimum((upper - at) / scatter, _LARGEST)
        at_low = np.exp(np.minimum(_log_standard(low, freedom) - share, 700.0))
        at_high = np.exp(np.minimum(_log_standard(high, freedom) - share, 700.0))
        value[self.bounded] = share
        by_mean[self.bounded] = (at_low - at_high) / scatter
        by_scatter[self.bounded] = at_low * low - at_high * high
        return value, by_mean, by_scatter


def _objective(point: Array, split: _Split) -> tuple[float, Array]:
    """Minus log posterior and its gradient, at (b, ln tau, ln sigma)."""
    problem, members = split.problem, split.members
    q = problem.design.shape[1]
    b, between, within = point[:q], float(np.exp(point[q])), float(np.exp(point[q + 1]))
    nodes, log_weights = _quadrature()
    mean = (problem.design @ b)[:, None] + between * nodes[None, :]
    density, by_mean, by_scatter = split.density(mean, within)
    group = members @ density + log_weights[None, :]
    top = group.max(axis=1, keepdims=True)
    total = top + np.log(np.exp(group - top).sum(axis=1, keepdims=True))
    share = members.T @ np.exp(group - total)  # posterior of the node, by row
    pull = share * by_mean
    gradient = np.concatenate(
        [problem.design.T @ pull.sum(axis=1), [between * float((pull * nodes).sum())], [(share * by_scatter).sum()]]
    )
    off = (b - problem.prior_mean) / problem.prior_scatter
    scatters = (point[q:] - np.log([SCATTER_BETWEEN, SCATTER_WITHIN])) / SCATTER_SPREAD
    value = float(total.sum()) - 0.5 * float(off @ off) - 0.5 * float(scatters @ scatters)
    gradient[:q] -= off / problem.prior_scatter
    gradient[q:] -= scatters / SCATTER_SPREAD
    return -value, -gradient


def _curvature(point: Array, split: _Split) -> Array:
    """Hessian of the objective by central differences of its gradient."""
    step, n = 1e-4, point.size
    columns = np.empty((n, n))
    for k in range(n):
        shift = np.zeros(n)
        shift[k] = step
        ahead = _objective(point + shift, split)[1]
        behind = _objective(point - shift, split)[1]
        columns[:, k] = (ahead - behind) / (2.0 * step)
    return np.asarray(0.5 * (columns + columns.T))


def fit(problem: Problem) -> Fitted:
    """The fit of a problem from a cold start; raises AlloycoatError where the optimum is not found."""
    free = problem.prior_scatter > 0
    offset = problem.design[:, ~free] @ problem.prior_mean[~free]
    inner = Problem(
        problem.lower - offset, problem.upper - offset, problem.design[:, free], problem.laboratory,
        problem.prior_mean[free], problem.prior_scatter[free], problem.freedom,
    )  # fmt: skip
    q = int(free.sum())
    split = _Split.of(inner)
    start = np.concatenate([inner.prior_mean, np.log([SCATTER_BETWEEN, SCATTER_WITHIN])])
    found = minimize(_objective, start, (split,), jac=True, method="BFGS", options={"gtol": 1e-5})
    if not np.all(np.isfinite(found.x)) or np.abs(found.jac).max() > 1e-2:
        raise AlloycoatError(f"calibration: the fit did not converge: {found.message}")
    inverse = np.linalg.inv(_curvature(found.x, split))
    coefficients, covariance = problem.prior_mean.copy(), np.zeros((free.size, free.size))
    coefficients[free] = found.x[:q]
    covariance[np.ix_(free, free)] = inverse[:q, :q]
    tau, sigma = np.exp(found.x[q:])
    return Fitted(coefficients, covariance, float(tau), float(sigma), problem.freedom)
