"""How well a set of predictive distributions does: MAE, censored NLL, concordance, within x2, coverage; bootstrap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alloycoat.calibration.likelihood import Array, Predictive

LEVEL = 0.8
"""Probability inside the interval whose coverage is scored."""
TIE = 0.1
"""Natural log: predictions closer than this (10 %) are a tie; a constant, refitted in every fold, then scores about
0.5, where the left-out row would otherwise push it to the wrong side."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Truths as intervals of the natural logarithm beside their predictive distributions.

    votes (n,): weight of each row in the scores. papers: key of each row's paper.
    """

    lower: Array
    upper: Array
    predicted: Predictive
    votes: Array
    papers: tuple[str, ...]

    @property
    def exact(self) -> NDArray[np.bool_]:
        """True where the truth is a value, not a bound."""
        return np.asarray(self.lower == self.upper)

    def take(self, rows: Sequence[int] | NDArray[np.intp] | NDArray[np.bool_]) -> Judged:
        """Some of the rows, in that order."""
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.intp)
        papers = tuple(self.papers[k] for k in index)
        return Judged(self.lower[index], self.upper[index], self.predicted.take(index), self.votes[index], papers)


@dataclass(frozen=True, slots=True)
class Scores:
    """mae: mean absolute error of ln on exact rows; nll: mean censored negative log-likelihood of all rows;
    concordance: share of the comparable pairs in the right order (ties half); within_x2 and coverage on exact
    rows (coverage of the 80 % interval); n, n_exact: rows."""

    mae: float
    nll: float
    concordance: float
    within_x2: float
    coverage: float
    n: int
    n_exact: int


def concordance(judged: Judged) -> float:
    """Harrell's index for intervals, over the pairs whose truths do not overlap; 0.5 where there is none.

    A pair whose predictions differ by less than TIE counts half; each pair weighs the product of its votes.
    """
    shorter = judged.upper[:, None] < judged.lower[None, :]
    weight = shorter * (judged.votes[:, None] * judged.votes[None, :])
    total = float(weight.sum())
    if total == 0.0:
        return 0.5
    difference = judged.predicted.mean[None, :] - judged.predicted.mean[:, None]
    right = np.where(np.abs(difference) < TIE, 0.5, (difference > 0).astype(float))
    return float((weight * right).sum() / total)


def errors(judged: Judged) -> Array:
    """Absolute error of ln of the exact rows."""
    exact = judged.exact
    return np.asarray(np.abs(judged.lower[exact] - judged.predicted.mean[exact]))


def mae(judged: Judged) -> float:
    """Mean absolute error of the natural logarithm on the exact rows."""
    return float(np.average(errors(judged), weights=judged.votes[judged.exact]))


def nll(judged: Judged) -> float:
    """Mean censored negative log-likelihood of all rows."""
    return float(np.average(-judged.predicted.log_density(judged.lower, judged.upper), weights=judged.votes))


def score(judged: Judged) -> Scores:
    """All scores of a set of predictions with at least one exact row."""
    exact = judged.exact
    votes, error = judged.votes[exact], errors(judged)
    position = judged.predicted.below(judged.lower)[exact]
    tail = (1.0 - LEVEL) / 2.0
    inside = (position >= tail) & (position <= 1.0 - tail)
    return Scores(
        mae=mae(judged), nll=nll(judged), concordance=concordance(judged),
        within_x2=float(np.average(error <= np.log(2.0) + 1e-9, weights=votes)),
        coverage=float(np.average(inside, weights=votes)), n=len(judged.votes), n_exact=int(exact.sum()),
    )  # fmt: skip


MEASURES = ("mae", "nll")
"""Scores that are means over rows, so that their differences can be bootstrapped."""


def _losses(judged: Judged, measure: str) -> tuple[Array, Array]:
    """(loss of each row, its weight) of a score."""
    if measure == "nll":
        return -judged.predicted.log_density(judged.lower, judged.upper), judged.votes
    error = np.abs(np.where(judged.exact, judged.lower, 0.0) - judged.predicted.mean)
    return np.asarray(error), np.where(judged.exact, judged.votes, 0.0)


def paired_bootstrap(
    first: Judged, second: Judged, measure: str, *, draws: int = 2000, seed: int = 0
) -> tuple[float, float, float]:
    """(difference first - second, 10 %, 90 %) of a score, papers drawn with replacement, both on the same rows.

    measure: one of MEASURES.
    """
    keys = sorted(set(first.papers))
    member = np.array([[float(paper == key) for paper in first.papers] for key in keys])
    generator = np.random.default_rng(seed)
    counts = generator.multinomial(len(keys), np.full(len(keys), 1.0 / len(keys)), size=draws).astype(float)
    ends = []
    for judged in (first, second):
        loss, weight = _losses(judged, measure)
        sums, totals = member @ (loss * weight), member @ weight
        ends.append((counts @ sums, counts @ totals, float(loss @ weight / weight.sum())))
    used = (ends[0][1] > 0) & (ends[1][1] > 0)
    differences = ends[0][0][used] / ends[0][1][used] - ends[1][0][used] / ends[1][1][used]
    low, high = np.quantile(differences, [0.1, 0.9])
    return ends[0][2] - ends[1][2], float(low), float(high)
