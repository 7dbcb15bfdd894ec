"""How many times longer the cells of one group live than those of another: a censored log-normal model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.outcome import Life
from alloycoat.record import FloatArray

_LEAST_SPREAD = 1e-3
_SHORTEST_S = 1e-3
_ROUNDS = 400
_REDRAWS = 20


@dataclass(frozen=True, slots=True)
class LifeRatio:
    """Typical (median) life of the second group over that of the first.

    ratio: None where a group holds no observed life, or no life but such; low, high: the interval of `level`,
    None where the data do not bound it on that side; n: cells in each group; observed: of them with a known
    end; spread: standard deviation of ln life within the groups, None where it cannot be told; reason: why
    something is None.
    """

    ratio: float | None
    low: float | None
    high: float | None
    level: float
    n: tuple[int, int]
    observed: tuple[int, int] = (0, 0)
    spread: float | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands in json documents."""
        return {
            "ratio": self.ratio, "low": self.low, "high": self.high, "level": self.level, "n": list(self.n),
            "observed": list(self.observed), "spread": self.spread, "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Lives:
    """ln of the bounds of both groups, one after another; `first` cells belong to the first group."""

    low: FloatArray
    high: FloatArray
    first: int

    @property
    def exact(self) -> NDArray[np.bool_]:
        return np.asarray(self.low == self.high)

    def counts(self, which: NDArray[np.bool_]) -> tuple[int, int]:
        return int(which[: self.first].sum()), int(which[self.first :].sum())


def life_ratio(
    first: Sequence[Life], second: Sequence[Life], seed: int = 0, *, level: float = 0.95, draws: int = 1000
) -> LifeRatio:
    r"""Life of the second group over the first, by maximum likelihood, with a bootstrap interval.

    ln t = mu_group + sigma z, z normal, one sigma for both groups. An observed life counts with its density, a
    censored one with the probability of its interval (Meeker and Escobar, Statistical Methods for Reliability
    Data, 1998, chapter 8). ratio = exp(mu_2 - mu_1). Interval: studentized parametric bootstrap (Efron and
    Tibshirani 1993, chapter 12): lives are drawn from the fitted model and censored as the given ones were; for
    observed lives alone it is the t interval of two means. It needs three observed lives in all. A group in
    which every cell still lived bounds the ratio from one side only. seed: of the bootstrap; level: of the
    interval; draws: bootstrap samples. Raises AlloycoatError for an empty group, RecipeError for a level or a
    number of draws out of range. Valid where the lives of a group scatter about one typical value.

    >>> life_ratio([Life.observed(1.0), Life.observed(4.0)], [Life.observed(6.0)]).ratio
    3.0
    """
    if not first or not second:
        raise AlloycoatError(f"life_ratio: groups of {len(first)} and {len(second)} cells given; each needs one")
    if not 0 < level < 1:
        raise RecipeError(f"level: {level!r} is not a share between 0 and 1, such as 0.95")
    if draws < 100:
        raise RecipeError(f"draws: {draws!r} given; at least 100 are needed")
    lives = [*first, *second]
    with np.errstate(divide="ignore"):
        low = np.log(np.array([max(life.lower_s, _SHORTEST_S) if life.is_observed else life.lower_s for life in lives]))
        high = np.log(np.array([np.inf if life.upper_s is None else max(life.upper_s, _SHORTEST_S) for life in lives]))
    given = _Lives(low, high, len(first))
    n, observed = (len(first), len(second)), given.counts(np.isfinite(high))
    rng = np.random.default_rng(seed)
    bounded = [_is_bounded(low[:n[0]], high[:n[0]]), _is_bounded(low[n[0]:], high[n[0]:])]  # fmt: skip
    if not all(bounded):
        return _one_sided(given, bounded, n, observed, level, draws, rng)
    mean, spread = _fit(given.low[None], given.high[None], given.first)
    ratio = float(np.exp(mean[0, 1] - mean[0, 0]))
    if given.exact.sum() < 3 or spread[0] <= 2 * _LEAST_SPREAD:
        why = "fewer than three observed lives, or lives all alike: the scatter from cell to cell cannot be told"
        return LifeRatio(ratio, None, None, level, n, observed, None, f"low, high: {why}")
    pivots = _pivots(given, mean[0], float(spread[0]), draws, rng)
    tail = 0.5 * (1 - level)
    late, early = np.quantile(pivots, [1 - tail, tail])
    ln_low, ln_high = math.log(ratio) - late * spread[0], math.log(ratio) - early * spread[0]
    return LifeRatio(ratio, _finite(ln_low), _finite(ln_high), level, n, observed, float(spread[0]))


def _finite(logarithm: float) -> float | None:
    return float(np.exp(logarithm)) if abs(logarithm) < 300 else None


def _is_bounded(low: FloatArray, high: FloatArray) -> bool:
    """Whether the typical life of a group is bounded from both sides: it is not all ">" or all "<"."""
    return bool(np.any(np.isfinite(high)) and np.any(np.isfinite(low)))


def _fit(low: FloatArray, high: FloatArray, first: int) -> tuple[FloatArray, FloatArray]:
    """Means (row by group) and sigma of each row of bounds, by expectation and maximization.

    All rows at once; exact lives have low == high.
    """
    exact = low == high
    groups = np.zeros((low.shape[1], 2))
    groups[:first, 0] = groups[first:, 1] = 1.0
    size = np.maximum(groups.sum(axis=0), 1.0)  # one group alone: the other has no cell and no meaning
    middle = np.where(exact, low, 0.0)
    known = np.where(np.isfinite(low), low, np.where(np.isfinite(high), high, 0.0))
    start = np.where(exact, middle, np.where(np.isfinite(low) & np.isfinite(high), 0.5 * (low + high), known))
    mean = (start @ groups) / size
    spread = np.maximum(np.sqrt(((start - mean @ groups.T) ** 2).mean(axis=1)), 0.1)
    if exact.all():
        rest = np.sqrt(((low - mean @ groups.T) ** 2).mean(axis=1))
        return mean, np.maximum(rest, _LEAST_SPREAD)
    for _ in range(_ROUNDS):
        center = mean @ groups.T
        z, square = _moments((low - center) / spread[:, None], (high - center) / spread[:, None])
        value = np.where(exact, middle, center + spread[:, None] * z)
        new = (value @ groups) / size
        off = (new - mean) @ groups.T  # second moment about the new mean
        about = np.where(exact, (middle - new @ groups.T) ** 2, spread[:, None] ** 2 * square
                         - 2 * off * spread[:, None] * z + off**2)  # fmt: skip
        new_spread = np.maximum(np.sqrt(np.maximum(about.mean(axis=1), 0.0)), _LEAST_SPREAD)
        moved = max(float(np.abs(new - mean).max()), float(np.abs(new_spread - spread).max()))
        mean, spread = new, new_spread
        if moved < 1e-7:
            break
    return mean, spread


def _moments(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray]:
    """E[z] and E[z^2] of a standard normal z between low and high (infinite: open)."""
    from scipy.special import log_ndtr

    swap = low > 0  # the upper tail is taken as the lower one, where the logarithms stay exact
    a, b = np.where(swap, -high, low), np.where(swap, -low, high)
    top, bottom = log_ndtr(b), log_ndtr(a)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        total = top + np.log1p(-np.exp(np.minimum(bottom - top, 0.0)))
        at_a = np.where(np.isfinite(a), np.exp(-0.5 * a**2 - 0.9189385332046727 - total), 0.0)
        at_b = np.where(np.isfinite(b), np.exp(-0.5 * b**2 - 0.9189385332046727 - total), 0.0)
        first = at_a - at_b
        second = 1.0 + np.where(np.isfinite(a), a, 0.0) * at_a - np.where(np.isfinite(b), b, 0.0) * at_b
    narrow = ~np.isfinite(first) | ~np.isfinite(second) | ((b - a) < 1e-6)
    middle = np.where(np.isfinite(a) & np.isfinite(b), 0.5 * (a + b), np.where(np.isfinite(b), b, a))
    first, second = np.where(narrow, middle, first), np.where(narrow, middle**2, second)
    return np.where(swap, -first, first), second


def _pivots(given: _Lives, mean: FloatArray, spread: float, draws: int, rng: np.random.Generator) -> FloatArray:
    """(ln ratio of a drawn sample - ln ratio) / its sigma, for samples drawn and censored like the given one."""
    cells = given.low.size
    unbiased = spread * math.sqrt(cells / max(cells - 2, 1))
    center = np.where(np.arange(cells) < given.first, mean[0], mean[1])
    kept: list[tuple[FloatArray, FloatArray]] = []
    have = 0
    for _ in range(_REDRAWS):
        drawn = center + unbiased * rng.standard_normal((draws, cells))
        hidden = ~given.exact & (drawn > given.low) & (drawn <= given.high)
        low, high = np.where(hidden, given.low, drawn), np.where(hidden, given.high, drawn)
        ok = (low == high).sum(axis=1) >= 3
        for part in (slice(0, given.first), slice(given.first, None)):
            ok &= np.isfinite(high[:, part]).any(axis=1) & np.isfinite(low[:, part]).any(axis=1)
        kept.append((low[ok], high[ok]))
        have += int(ok.sum())
        if have >= draws:
            break
    low, high = (np.concatenate([pair[k] for pair in kept])[:draws] for k in (0, 1))
    if low.shape[0] < 0.5 * draws:
        return np.array([-np.inf, np.inf])
    means, spreads = _fit(low, high, given.first)
    return np.asarray((means[:, 1] - means[:, 0] - (mean[1] - mean[0])) / spreads)


def _one_sided(
    given: _Lives, bounded: list[bool], n: tuple[int, int], observed: tuple[int, int], level: float, draws: int,
    rng: np.random.Generator,
) -> LifeRatio:  # fmt: skip
    """A group without an observed life bounds the ratio from one side, if the other group shows the scatter.

    With mu and sigma of the other group drawn from their sampling distribution, the typical life of the group
    is that at which its cells all outlive their tests with a probability drawn evenly from 0 to 1.
    """
    which = "first" if not bounded[0] else "second"
    why = f"ratio: no cell of the {which} group has a life known from both sides"
    parts = (slice(0, given.first), slice(given.first, None))
    if not any(bounded):
        return LifeRatio(None, None, None, level, n, observed, None, "ratio: no cell has an observed life")
    other = parts[0] if bounded[0] else parts[1]
    open_part = parts[1] if bounded[0] else parts[0]
    exact = given.low[other][given.exact[other]]
    if exact.size < 2 or exact.std() <= _LEAST_SPREAD:
        why += "; its bound needs two different observed lives in the other group"
        return LifeRatio(None, None, None, level, n, observed, None, why)
    mean, sigma = _fit(given.low[other][None], given.high[other][None], given.low[other].size)[0][0, 0], 0.0
    sigma = float(np.sqrt(((exact - exact.mean()) ** 2).sum() / (exact.size - 1)))
    drawn = sigma * np.sqrt((exact.size - 1) / rng.chisquare(exact.size - 1, draws))
    middle = mean + drawn * rng.standard_normal(draws) / math.sqrt(exact.size)
    alive = not np.isfinite(given.high[open_part]).any()
    ends = given.low[open_part] if alive else given.high[open_part]
    edge = _edge(ends, drawn, rng.uniform(size=draws), alive)
    log_ratio = edge - middle if bounded[0] else middle - edge
    from_below = alive == bounded[0]  # a long-lived second group, or a short-lived first one, bounds from below
    bound = float(np.quantile(log_ratio, 1 - level if from_below else level))
    low, high = (_finite(bound), None) if from_below else (None, _finite(bound))
    return LifeRatio(None, low, high, level, n, observed, sigma, why)


def _edge(ends: FloatArray, spread: FloatArray, chance: FloatArray, alive: bool) -> FloatArray:
    """The mean ln life at which all cells outlive (or all miss) their `ends` with the given chance."""
    from scipy.special import log_ndtr

    side = 1.0 if alive else -1.0
    low, high = np.full(spread.size, ends.min() - 60.0), np.full(spread.size, ends.max() + 60.0)
    low, high = low - 60 * spread, high + 60 * spread
    for _ in range(80):
        middle = 0.5 * (low + high)
        survived = log_ndtr(side * (middle[:, None] - ends) / spread[:, None]).sum(axis=1)
        more = (survived < np.log(chance)) == alive
        low, high = np.where(more, middle, low), np.where(more, high, middle)
    return np.asarray(0.5 * (low + high))
