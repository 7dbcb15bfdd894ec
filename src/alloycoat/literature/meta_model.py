"""The statistical model behind the meta-analysis: censored values in nested groups, by a Gibbs sampler."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
Index = NDArray[np.intp]

CHAINS, WARM_UP, KEPT = 40, 40, 80
"""Chains run side by side, sweeps thrown away, sweeps kept of each."""
TOTAL_SCATTER, COEFFICIENT_SCATTER = 1.0, 2.0
"""Scales of the priors, in natural-log units: half-normal for the total scatter of one row, of which every
grouping and the rows have any share with equal density; normal around 0 for a coefficient. Conventions,
declared; `sensitivity` doubles and halves them."""
READING_ERROR = 0.1
"""Least standard deviation of a row, natural log: values are printed to one or two digits. A convention."""
_MOVES = 3  # tries at new standard deviations in a sweep
_STEP = 0.6  # width of a try, relative to the scale of the prior


@dataclass(frozen=True, slots=True)
class Problem:
    """Values known as intervals, y in [lower, upper], with a design and nested groupings.

    y = X b + one effect for each group of each level + row scatter; every effect is normal around 0 with a
    standard deviation of its own level. lower, upper: (n,), equal where the value is exact, infinite where
    unbounded. design: (n, q). levels: outermost first, each (n,) with the number of the group of each row;
    a group lies inside one group of the level before. total_scatter: scale of its prior.
    """

    lower: Array
    upper: Array
    design: Array
    levels: tuple[Index, ...]
    coefficient_scatter: Array = field(default_factory=lambda: np.empty(0))
    total_scatter: float = TOTAL_SCATTER

    @property
    def prior_precision(self) -> Array:
        """Precision of the normal prior of each coefficient."""
        given = self.coefficient_scatter
        return (given if given.size else np.full(self.design.shape[1], COEFFICIENT_SCATTER)) ** -2.0


@dataclass(frozen=True)
class Posterior:
    """Draws from the posterior: `coefficients` (chains, sweeps, q), `scatter` (chains, sweeps, levels + 1)."""

    coefficients: Array
    scatter: Array

    @cached_property
    def flat(self) -> Array:
        """The coefficients as (draws, q)."""
        return self.coefficients.reshape(-1, self.coefficients.shape[2])

    @cached_property
    def total_scatter(self) -> Array:
        """Standard deviation of one row of a new laboratory around its mean, one for each draw."""
        return np.asarray(np.sqrt(np.sum(self.scatter**2, axis=2)).ravel())

    def new_row(self, combination: Array, seed: int = 0) -> Array:
        """Draws of X b for `combination` (q,) plus all the scatter: one row of a new laboratory."""
        noise = np.random.default_rng(seed).standard_normal(self.flat.shape[0])
        return np.asarray(self.flat @ combination + self.total_scatter * noise)

    def convergence(self) -> float:
        """Largest ratio of pooled to within-chain spread over all coefficients and scatters (1: converged)."""
        draws = np.concatenate([self.coefficients, self.scatter], axis=2)
        within = draws.var(axis=1, ddof=1).mean(axis=0)
        between = draws.mean(axis=1).var(axis=0, ddof=1)
        return float(np.max(np.sqrt((within * (draws.shape[1] - 1) / draws.shape[1] + between) / within)))


class _Tree:
    """The nested groups of rows sorted by them: at every level, where each group's children begin."""

    def __init__(self, levels: tuple[Index, ...], n: int):
        child = np.arange(n)
        self.parents: list[Index] = []  # innermost level first: group of each child
        self.starts: list[Index] = []  # first child of each group
        for level in reversed(levels):
            begins = np.append(True, level[1:] != level[:-1])
            of_row = np.cumsum(begins) - 1
            first = np.flatnonzero(np.append(True, child[1:] != child[:-1]))
            parent = of_row[first]
            if of_row[-1] + 1 != np.unique(level).size or not np.array_equal(parent[child], of_row):
                raise ValueError("a group lies in two groups of the level outside it")
            self.parents.append(parent)
            self.starts.append(np.flatnonzero(np.append(True, parent[1:] != parent[:-1])))
            child = of_row

    @staticmethod
    def sums(values: Array, starts: Index) -> Array:
        """Sums over the children of each group; the children stand in the last dimension."""
        return np.asarray(np.add.reduceat(values, starts, axis=-1))


@dataclass(slots=True)
class _Marginal:
    """What is left when all effects are integrated out: per chain, quadratic forms and log determinant."""

    information: Array  # X' V^-1 X + prior, (chains, q, q)
    right: Array  # X' V^-1 y, (chains, q)
    log_density: Array  # log p(y | scatter) with b integrated out, (chains,)
    weights: list[Array]  # precision of each child around its group, innermost level first, (chains, children)
    totals: list[Array]  # precision with which the children show their group, (chains, groups)


def _marginal(problem: Problem, tree: _Tree, y: Array, scatter: Array) -> _Marginal:
    """Integrate effects and coefficients out, level by level (chains side by side).

    A group of children with values z_i and variances v_i around it leaves the weighted mean
    z = sum(z_i / v_i) / sum(1 / v_i) with variance 1 / sum(1 / v_i) + s^2, and the weighted sum of squares
    around that mean as its share of the quadratic form.
    """
    chains, q = scatter.shape[0], problem.design.shape[1]
    z = np.empty((chains, q + 1, y.shape[1]))
    z[:, :q] = problem.design.T
    z[:, q] = y
    variance = np.broadcast_to(scatter[:, -1:] ** 2, y.shape)
    log_determinant = np.zeros(chains)
    form = np.zeros((chains, q + 1, q + 1))
    weights, totals = [], []
    for depth, starts in enumerate(tree.starts):
        weight = 1.0 / variance
        total = tree.sums(weight, starts)
        weighted = weight[:, None] * z
        mean = tree.sums(weighted, starts) / total[:, None]
        form += weighted @ z.transpose(0, 2, 1) - (total[:, None] * mean) @ mean.transpose(0, 2, 1)
        log_determinant += np.log(variance).sum(axis=1) + np.log(total).sum(axis=1)
        z = mean
        variance = 1.0 / total + scatter[:, -2 - depth, None] ** 2
        weights.append(weight)
        totals.append(total)
    form += (z / variance[:, None]) @ z.transpose(0, 2, 1)
    log_determinant += np.log(variance).sum(axis=1)
    information = form[:, :q, :q] + np.diag(problem.prior_precision)
    right = form[:, :q, q]
    solved = np.linalg.solve(information, right[:, :, None])[:, :, 0]
    explained = np.einsum("cq,cq->c", right, solved)
    density = -0.5 * (log_determinant + np.linalg.slogdet(information)[1] + form[:, q, q] - explained)
    return _Marginal(information, right, density, weights, totals)


def _draw_coefficients(marginal: _Marginal, generator: np.random.Generator) -> Array:
    root = np.linalg.cholesky(marginal.information)
    mean = np.linalg.solve(marginal.information, marginal.right[:, :, None])
    noise = generator.standard_normal(mean.shape)
    return np.asarray((mean + np.linalg.solve(root.transpose(0, 2, 1), noise))[:, :, 0])


def _draw_means(
    tree: _Tree, marginal: _Marginal, scatter: Array, residual: Array, generator: np.random.Generator
) -> Array:
    """The sum of all group effects of every row, drawn from the outermost level inward; (chains, n)."""
    upward = [residual]
    for weight, total, starts in zip(marginal.weights, marginal.totals, tree.starts, strict=True):
        upward.append(tree.sums(weight * upward[-1], starts) / total)
    outer = np.zeros((residual.shape[0], 1))
    parent = np.zeros(upward[-1].shape[1], dtype=np.intp)
    for depth in range(len(tree.starts) - 1, -1, -1):
        above = outer[:, parent]
        variance = scatter[:, -2 - depth, None] ** 2
        precision = marginal.totals[depth]
        gain = variance * precision / (1.0 + variance * precision)
        spread = np.sqrt(variance / (1.0 + variance * precision))
        noise = generator.standard_normal(precision.shape)
        outer = above + gain * (upward[depth + 1] - above) + spread * noise
        parent = tree.parents[depth]
    return np.asarray(outer[:, parent])


def truncated_normal(mean: Array, spread: Array, lower: Array, upper: Array, uniform: Array) -> Array:
    """A normal value kept inside [lower, upper], by inversion of the cumulative distribution at `uniform`.

    All arguments of one shape; works in whichever tail is the thinner, so that far bounds stay exact.
    """
    low, high = (lower - mean) / spread, (upper - mean) / spread
    mirrored = high > -low  # the interval lies above the mean: count from the upper tail
    low, high = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    share = ndtr(low) + uniform * (ndtr(high) - ndtr(low))
    inside = np.clip(ndtri(np.maximum(share, 1e-300)), low, high)
    return np.asarray(mean + spread * np.where(mirrored, -inside, inside))


def _start(problem: Problem, chains: int, generator: np.random.Generator) -> tuple[Array, Array]:
    """Values inside their intervals and scatters from the prior."""
    bounded = np.isfinite(problem.lower) | np.isfinite(problem.upper)
    low = np.where(np.isfinite(problem.lower), problem.lower, np.where(bounded, problem.upper - 1.0, 0.0))
    high = np.where(np.isfinite(problem.upper), problem.upper, low + 1.0)
    y = low + (high - low) * generator.random((chains, low.size))
    count = len(problem.levels) + 1
    scatter = problem.total_scatter * (0.05 + 0.5 * np.abs(generator.standard_normal((chains, count))))
    return y, scatter


def _log_prior(scatter: Array, scale: float) -> Array:
    """Log density of the scatters (chains, levels + 1): half-normal total, its square shared out evenly.

    With V the sum of J squares: p(s) ~ exp(-V / 2 scale^2) V^(1/2 - J) s_1 ... s_J.
    """
    total = np.sum(scatter**2, axis=1)
    power = 0.5 - scatter.shape[1]
    return np.asarray(-0.5 * total / scale**2 + power * np.log(total) + np.sum(np.log(scatter), axis=1))


def sample(
    problem: Problem, seed: int = 0, *, chains: int = CHAINS, warm_up: int = WARM_UP, kept: int = KEPT
) -> Posterior:
    """Draws from the posterior of `problem`; the same seed gives the same draws.

    One sweep: new standard deviations by Metropolis steps on the density with all effects and coefficients
    integrated out, then coefficients, group effects and censored values from their conditionals. Validity:
    normal scatter of the logarithms, censoring that does not depend on the value beyond the bound itself.
    """
    generator = np.random.default_rng(seed)
    problem = _sorted(problem)
    tree = _Tree(problem.levels, problem.lower.size)
    y, scatter = _start(problem, chains, generator)
    open_rows = np.flatnonzero(problem.lower < problem.upper)
    lower, upper = problem.lower[open_rows], problem.upper[open_rows]
    coefficients = np.empty((chains, kept, problem.design.shape[1]))
    scatters = np.empty((chains, kept, scatter.shape[1]))
    for sweep in range(warm_up + kept):
        now = _marginal(problem, tree, y, _read(scatter))
        for _ in range(_MOVES):
            width = _STEP * problem.total_scatter * 10.0 ** (-generator.random((chains, 1)))
            tried = np.abs(scatter + width * generator.standard_normal(scatter.shape)) + 1e-9
            there = _marginal(problem, tree, y, _read(tried))
            gain = there.log_density - now.log_density
            gain += _log_prior(tried, problem.total_scatter) - _log_prior(scatter, problem.total_scatter)
            accepted = np.log(generator.random(chains)) < gain
            scatter = np.where(accepted[:, None], tried, scatter)
            now = _choose(accepted, there, now)
        b = _draw_coefficients(now, generator)
        fitted = b @ problem.design.T
        read = _read(scatter)
        means = fitted + _draw_means(tree, now, read, y - fitted, generator)
        if open_rows.size:
            spread = np.broadcast_to(read[:, -1:], (chains, open_rows.size))
            uniform = generator.random(spread.shape)
            y[:, open_rows] = truncated_normal(means[:, open_rows], spread, lower[None], upper[None], uniform)
        if sweep >= warm_up:
            coefficients[:, sweep - warm_up] = b
            scatters[:, sweep - warm_up] = read
    return Posterior(coefficients, scatters)


def _sorted(problem: Problem) -> Problem:
    """The rows in the order of their groups, outermost first."""
    if not problem.levels:
        return problem
    order = np.lexsort(problem.levels[::-1])
    return replace(
        problem,
        lower=problem.lower[order],
        upper=problem.upper[order],
        design=problem.design[order],
        levels=tuple(level[order] for level in problem.levels),
    )


def _read(scatter: Array) -> Array:
    """The scatters with the error of reading added to that of the rows."""
    return np.concatenate([scatter[:, :-1], np.hypot(scatter[:, -1:], READING_ERROR)], axis=1)


def _choose(accepted: NDArray[np.bool_], there: _Marginal, now: _Marginal) -> _Marginal:
    """The marginal of each chain's standing scatters."""

    def pick(new: Array, old: Array) -> Array:
        return np.asarray(np.where(accepted.reshape(-1, *(1,) * (new.ndim - 1)), new, old))

    return _Marginal(
        pick(there.information, now.information),
        pick(there.right, now.right),
        pick(there.log_density, now.log_density),
        [pick(new, old) for new, old in zip(there.weights, now.weights, strict=True)],
        [pick(new, old) for new, old in zip(there.totals, now.totals, strict=True)],
    )
