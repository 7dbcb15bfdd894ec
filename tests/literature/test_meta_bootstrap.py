"""The plainer estimate against an independent package, and against the model of the summary."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from alloycoat.literature import cell_rows
from alloycoat.literature.meta_bootstrap import most_likely, paper_bootstrap
from alloycoat.literature.meta_effects import collect, overall


def test_most_likely_is_that_of_lifelines_on_the_table():
    data = collect(cell_rows(), "life-ratio")
    lower, upper = (np.array([getattr(datum, side) for datum in data]) for side in ("lower", "upper"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        lifelines = pytest.importorskip("lifelines")
        fitted = lifelines.LogNormalFitter().fit(np.exp(lower), [datum.exact for datum in data])
    mean, spread = most_likely(lower, upper, np.ones(len(data)))
    assert mean == pytest.approx(fitted.mu_, abs=2e-3)
    assert spread == pytest.approx(fitted.sigma_, abs=2e-3)


def test_bounds_from_above_mirror_bounds_from_below():
    lower = np.array([0.2, 0.5, 1.1, 0.9, 1.4])
    upper = np.array([0.2, 0.5, 1.1, np.inf, 1.4])
    mean, spread = most_likely(lower, upper, np.ones(5))
    mirrored = most_likely(-upper, -lower, np.ones(5))
    assert mirrored == pytest.approx((-mean, spread), abs=1e-3)
    with pytest.raises(ValueError, match="no exact value"):
        most_likely(lower, np.full(5, np.inf), np.ones(5))


def test_papers_drawn_anew_agree_with_the_model():
    plain, model = paper_bootstrap(cell_rows(), draws=60), overall(cell_rows(), "life-ratio").effects[0]
    assert plain.interval[0] < model.estimate < plain.interval[1]
    assert model.interval[0] < plain.estimate < model.interval[1]
    assert plain.interval[0] == pytest.approx(model.interval[0], rel=0.2)
    assert plain.interval[1] == pytest.approx(model.interval[1], rel=0.25)
