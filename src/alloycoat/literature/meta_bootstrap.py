"""A second, plainer way to the overall life ratio: maximum likelihood, papers drawn anew with replacement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr

from alloycoat.literature.meta_effects import LEVEL, collect
from alloycoat.literature.meta_model import Array
from alloycoat.literature.rows import CellRow


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """Estimate of the middle ratio, its `LEVEL` interval over the draws of papers, scatter of the rows (ln)."""

    estimate: float
    interval: tuple[float, float]
    scatter: float
    draws: int


def most_likely(lower: Array, upper: Array, votes: Array) -> tuple[float, float]:
    """(mean, standard deviation) of a normal that makes values known as intervals most likely.

    Sum over rows of vote * ln p, p the density where lower = upper, else the probability of the interval
    (only one end may be finite). Raises ValueError where no value is exact.
    """
    exact = lower == upper
    if not exact.any():
        raise ValueError("no exact value: the likelihood has no maximum")
    sign = np.where(np.isfinite(lower), 1.0, -1.0)
    bound = np.where(np.isfinite(lower), lower, upper)

    def loss(parameters: Array) -> float:
        mean, log_spread = parameters
        z = (bound - mean) / np.exp(log_spread)
        return -float(np.sum(votes * np.where(exact, -0.5 * z**2 - log_spread, log_ndtr(-sign * z))))

    start = np.array([bound[exact].mean(), np.log(max(float(bound[exact].std()), 0.1))])
    found = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-6}).x
    return float(found[0]), float(np.exp(found[1]))


def paper_bootstrap(rows: Sequence[CellRow], draws: int = 200, seed: int = 61) -> Bootstrap:
    """The overall life ratio with one vote for each bare cell; papers are drawn, so that their rows stay together."""
    data = collect(rows, "life-ratio")
    lower, upper = (np.array([getattr(datum, side) for datum in data]) for side in ("lower", "upper"))
    cells = Counter(datum.row.bare_cell for datum in data)
    votes = np.array([1.0 / cells[datum.row.bare_cell] for datum in data])
    papers = np.array([datum.row.paper.key for datum in data])
    names = np.unique(papers)
    generator = np.random.default_rng(seed)
    means: list[float] = []
    while len(means) < draws:
        drawn = generator.choice(names, names.size)
        chosen = np.concatenate([np.flatnonzero(papers == name) for name in drawn])
        if (lower[chosen] == upper[chosen]).sum() > 1:
            means.append(most_likely(lower[chosen], upper[chosen], votes[chosen])[0])
    middle, spread = most_likely(lower, upper, votes)
    tail = (1 - LEVEL) / 2
    low, high = np.exp(np.quantile(means, [tail, 1 - tail]))
    return Bootstrap(float(np.exp(middle)), (float(low), float(high)), spread, draws)
