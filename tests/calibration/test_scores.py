"""Scores against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest

from alloycoat.calibration.likelihood import Predictive
from alloycoat.calibration.scores import Judged, concordance, mae, nll, paired_bootstrap, score


def judged(mean: list[float], lower: list[float], upper: list[float], votes: list[float] | None = None) -> Judged:
    n = len(mean)
    made = Predictive(np.array(mean), np.full(n, 0.3), np.full(n, 0.4), np.inf)
    weight = np.ones(n) if votes is None else np.array(votes)
    return Judged(np.array(lower), np.array(upper), made, weight, tuple(f"p{k}" for k in range(n)))


def test_errors_and_likelihood() -> None:
    found = judged([1.0, 2.0, 3.0], [1.5, 2.0, 2.0], [1.5, 2.0, np.inf])
    assert mae(found) == pytest.approx(0.25)  # the bound is no error
    exact = 0.5 * np.log(2 * np.pi * 0.25)
    expected = (exact + 0.5 * (0.5 / 0.5) ** 2 + exact - np.log(0.9772498680518208)) / 3
    assert nll(found) == pytest.approx(expected, abs=1e-6)
    scored = score(found)
    assert (scored.n, scored.n_exact) == (3, 2)
    assert scored.within_x2 == 1.0
    assert scored.coverage == 1.0  # 0.5 off at a standard deviation of 0.5: inside +-1.28


def test_votes_weigh() -> None:
    found = judged([1.0, 2.0, 2.0], [1.5, 2.0, 3.0], [1.5, 2.0, 3.0], [1.0, 0.5, 0.5])
    assert mae(found) == pytest.approx((0.5 + 0.0 + 0.5) / 2)


def test_concordance_counts_only_pairs_that_bounds_do_not_blur() -> None:
    right = judged([1.0, 2.0, 3.0], [1.0, 2.0, 2.5], [1.0, 2.0, np.inf])
    assert concordance(right) == 1.0
    assert concordance(judged([3.0, 2.0, 1.0], [1.0, 2.0, 2.5], [1.0, 2.0, np.inf])) == 0.0
    assert concordance(judged([1.0, 1.05, 1.0], [1.0, 2.0, 3.0], [1.0, 2.0, 3.0])) == 0.5  # ties
    assert concordance(judged([1.0, 2.0], [1.0, -np.inf], [1.0, 3.0])) == 0.5  # nothing to compare


def test_bootstrap_of_a_difference() -> None:
    generator = np.random.default_rng(3)
    truth = generator.normal(size=60)
    good, bad = judged(list(truth), list(truth), list(truth)), judged(list(truth + 1.0), list(truth), list(truth))
    difference, low, high = paired_bootstrap(good, bad, "mae", draws=200)
    assert difference == pytest.approx(-1.0)
    assert low == pytest.approx(-1.0)
    assert high == pytest.approx(-1.0)
    assert paired_bootstrap(good, good, "nll", draws=50) == (0.0, 0.0, 0.0)
