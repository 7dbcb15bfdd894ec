"""Lives of several cells: how many still live at a time, and how much longer one group lives than another.

A life is an interval (`Life`): observed, ">1200 h", "<100 h" or "100-200 h". `life_ratio` is in its own file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.analysis.life_ratio import LifeRatio, life_ratio
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.outcome import Life
from alloycoat.record import FloatArray

__all__ = ["KaplanMeier", "LifeRatio", "kaplan_meier", "life_ratio"]

_ROUNDS, _CONVERGED, _NO_MASS = 20_000, 1e-10, 1e-7
_HALF = 0.5 + 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class KaplanMeier:
    """The share of cells alive against time, as steps.

    time_s: where a step ends, the first is 0; from_s: where it begins, which is time_s for observed lives and
    earlier where a failure is only known to lie in an interval. survival: the share alive from time_s on; low
    and high: its pointwise interval of `level`. median_s: when half of the cells have failed, None where more
    than half were alive at the end; median_interval_s: (low, high) of it, None where not reached. n: cells;
    events: those known to have failed; reason: why the median is None.
    """

    time_s: FloatArray
    survival: FloatArray
    low: FloatArray
    high: FloatArray
    median_s: float | None
    median_interval_s: tuple[float | None, float | None]
    from_s: FloatArray
    level: float
    n: int
    events: int
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands in json documents: lists, SI units in the key."""
        return {
            "time_s": self.time_s.tolist(), "from_s": self.from_s.tolist(), "survival": self.survival.tolist(),
            "low": self.low.tolist(), "high": self.high.tolist(), "median_s": self.median_s,
            "median_interval_s": list(self.median_interval_s), "level": self.level, "n": self.n,
            "events": self.events, "reason": self.reason,
        }  # fmt: skip


def kaplan_meier(lives: Sequence[Life], *, level: float = 0.95) -> KaplanMeier:
    """The maximum-likelihood share of cells alive, with its interval and the median life.

    Observed and right-censored lives: the product-limit estimate S(t) = prod (1 - d_i/n_i) (Kaplan and Meier
    1958, doi 10.1080/01621459.1958.10501452). Lives known as an interval as well: the self-consistent estimate
    of Turnbull (1976, doi 10.1111/j.2517-6161.1976.tb01597.x), each life in (lower, upper]; between from_s and
    time_s of a step the share is not determined. Interval: from the observed information (Greenwood's formula
    for observed lives), on ln(-ln S) so that it stays within 0 to 1; where S is 0 or not determined, from 0 to
    the bound of the step before. Interval of the median: the times at which the bounds pass one half
    (Brookmeyer and Crowley 1982, doi 10.2307/2530286). level: of the intervals, 0 to 1. Raises AlloycoatError for no
    life, RecipeError for a level out of range.

    >>> kaplan_meier([Life.observed(1.0), Life.observed(2.0), Life.at_least(3.0)]).survival.round(3).tolist()
    [1.0, 0.667, 0.333]
    """
    if not lives:
        raise AlloycoatError("lives: none given; at least one cell is needed")
    if not 0 < level < 1:
        raise RecipeError(f"level: {level!r} is not a share between 0 and 1, such as 0.95")
    low = np.array([life.lower_s for life in lives], dtype=float)
    high = np.array([np.inf if life.upper_s is None else life.upper_s for life in lives], dtype=float)
    start, stop, member = _steps(low, high)
    share = _shares(low, high, start, stop, member)
    kept = share > _NO_MASS
    start, stop, member, share = start[kept], stop[kept], member[:, kept], share[kept] / share[kept].sum()
    spread = _deviation(member, share)
    alive = np.clip(1.0 - np.cumsum(share), 0.0, 1.0)
    alive[alive < 1e-12] = 0.0
    ends = np.isfinite(stop)
    start, stop, alive, spread = start[ends], stop[ends], alive[ends], spread[ends]
    below, above = _bounds(alive, spread, level)
    median, interval = _median(start, stop, alive, below, above)
    reason = "" if median is not None else "more than half of the cells were alive at the end"

    def from_one(values: FloatArray, first: float) -> FloatArray:
        return np.concatenate([[first], values])

    return KaplanMeier(
        from_one(stop, 0.0), from_one(alive, 1.0), from_one(below, 1.0), from_one(above, 1.0), median, interval,
        from_one(start, 0.0), level, len(lives), int(np.isfinite(high).sum()), reason,
    )  # fmt: skip


def _steps(low: FloatArray, high: FloatArray) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """Turnbull's innermost intervals (start, stop], and which cells may have failed in each (cell by step).

    At one time a closed left end (an observed life) comes first, then right ends, then open left ends: a cell
    censored at t outlives one that failed at t.
    """
    exact = low == high
    lefts = sorted({(t, -1 if e else 1) for t, e in zip(low.tolist(), exact.tolist(), strict=True)})
    rights = sorted({(t, 0) for t in high.tolist()})
    ends = sorted([(t, order, True) for t, order in lefts] + [(t, order, False) for t, order in rights])
    found = [(one[0], two[0], one[1] < 0) for one, two in pairwise(ends) if one[2] and not two[2]]
    start, stop = np.array([a for a, _, _ in found]), np.array([b for _, b, _ in found])
    closed = np.array([c for _, _, c in found])
    begins = np.where(exact[:, None], (low[:, None] <= start) & closed, low[:, None] <= start)
    # an open interval from t does not hold a failure observed at t itself
    begins &= ~(~exact[:, None] & closed & (low[:, None] == start))
    return start, stop, begins & (stop <= high[:, None])


def _shares(
    low: FloatArray, high: FloatArray, start: FloatArray, stop: FloatArray, member: NDArray[np.bool_]
) -> FloatArray:
    """The share of cells that failed in each step: product limit, or by self-consistency."""
    if np.all((low == high) | np.isinf(high)):
        died = np.array([np.count_nonzero((high == t) & np.isfinite(t)) for t in stop])
        risk = np.array([np.count_nonzero(high >= t) - np.count_nonzero(np.isinf(high) & (low < t)) for t in stop])
        left = np.cumprod(np.where(np.isfinite(stop), 1.0 - died / np.maximum(risk, 1), 0.0))
        return np.asarray(-np.diff(left, prepend=1.0))
    weight = member.astype(float)
    share = np.full(start.size, 1.0 / start.size)
    for _ in range(_ROUNDS):
        new = share * (weight / (weight @ share)[:, None]).mean(axis=0)
        moved = np.abs(new - share).max()
        share = new
        if moved < _CONVERGED:
            break
    return np.asarray(share)


def _deviation(member: NDArray[np.bool_], share: FloatArray) -> FloatArray:
    """Standard deviation of the survival behind each step, from the observed information of the shares."""
    if share.size < 2:
        return np.zeros(share.size)
    slope = member / (member @ share)[:, None]
    free = slope[:, :-1] - slope[:, -1:]  # the shares add up to one: the last follows from the others
    covariance = np.linalg.pinv(free.T @ free)
    variance = np.cumsum(np.cumsum(covariance, axis=0), axis=1).diagonal()
    return np.asarray(np.sqrt(np.append(np.maximum(variance, 0.0), 0.0)))


def _bounds(alive: FloatArray, spread: FloatArray, level: float) -> tuple[FloatArray, FloatArray]:
    """Pointwise bounds of the survival, never wider apart than the steps before allow."""
    from scipy.special import ndtri

    z = float(ndtri(0.5 + 0.5 * level))
    inside = (alive > 0) & (alive < 1) & (spread > 0)
    s = np.where(inside, alive, 0.5)
    width = z * spread / (s * np.abs(np.log(s)))
    below = np.where(inside, s ** np.exp(width), 0.0)
    above = np.where(inside, s ** np.exp(-width), 1.0)
    return np.minimum.accumulate(below), np.minimum.accumulate(above)


def _median(
    start: FloatArray, stop: FloatArray, alive: FloatArray, below: FloatArray, above: FloatArray
) -> tuple[float | None, tuple[float | None, float | None]]:
    """The median life (the middle of its step) and the times between which it lies."""

    def first(values: FloatArray, times: FloatArray) -> float | None:
        passed = np.flatnonzero(values <= _HALF)
        return float(times[passed[0]]) if passed.size else None

    early, late = first(alive, start), first(alive, stop)
    median = None if early is None or late is None else 0.5 * (early + late)
    return median, (first(below, start), first(above, stop))
