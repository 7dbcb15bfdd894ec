"""Leave one paper out: every fold fitted from a cold start, the choice among models nested inside the fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alloycoat.calibration import models as declared
from alloycoat.calibration.cases import case_of, votes
from alloycoat.calibration.likelihood import FREEDOM, Array, Predictive
from alloycoat.calibration.models import Model, bounds, candidates
from alloycoat.calibration.scores import Judged, nll
from alloycoat.literature.rows import CellRow

Rows = Sequence[CellRow]


@dataclass(frozen=True, slots=True)
class Fold:
    """What the fit without one paper says of that paper's rows."""

    paper: str
    rows: tuple[int, ...]  # positions among the rows given
    predicted: Predictive
    ratio: Predictive | None
    chosen: str


def predict_left_out(
    model: Model, rows: Rows, inside: Sequence[int], outside: Sequence[int], *, freedom: float = FREEDOM,
    truths: tuple[Array, Array] | None = None,
) -> tuple[Predictive, Predictive | None]:  # fmt: skip
    """Fit to the rows `inside`, predict those `outside`: (the quantity, a coated life as ratio to the own bare).

    Own bare lives that are bounds are filled in by a bare-life model fitted to the rows inside alone.
    """
    learn, test = tuple(rows[k] for k in inside), tuple(rows[k] for k in outside)
    seen = None if truths is None else (truths[0][list(inside)], truths[1][list(inside)])
    if model.quantity != "coated-life":
        taught, filled = declared.as_they_are(learn), declared.as_they_are(test)
    else:
        bare = declared.fit_bare(learn, freedom)
        taught, filled = (declared.fill_bounds([case_of(row) for row in part], bare) for part in (learn, test))
    fitted = declared.fit_rows(model, learn, taught.cases, freedom, seen)
    found = declared.predict_cases(model, fitted, filled)
    if model.quantity != "coated-life":
        return found, None
    return found, declared.as_ratio(found, filled, declared.own_power(model, fitted))


def leave_one_paper_out(
    model: Model, rows: Rows, *, freedom: float = FREEDOM, truths: tuple[Array, Array] | None = None
) -> tuple[Fold, ...]:
    """One fold a paper. rows: those of the model's quantity and metals."""
    papers = [row.paper.key for row in rows]
    found = []
    for paper in dict.fromkeys(papers):
        inside = [k for k, key in enumerate(papers) if key != paper]
        outside = [k for k, key in enumerate(papers) if key == paper]
        predicted, ratio = predict_left_out(model, rows, inside, outside, freedom=freedom, truths=truths)
        found.append(Fold(paper, tuple(outside), predicted, ratio, model.name))
    return tuple(found)


def judged(
    folds: Sequence[Fold],
    rows: Rows,
    quantity: str,
    *,
    by_vote: bool = False,
    truths: tuple[Array, Array] | None = None,
) -> Judged:
    """Truths and predictions of all folds, in the order of the rows; by_vote: one vote a bare cell."""
    ratio = quantity == "life-ratio" and any(fold.ratio is not None for fold in folds)
    order = np.argsort([k for fold in folds for k in fold.rows], kind="stable")
    parts = [(fold.ratio if ratio else fold.predicted) for fold in folds]
    whole = Predictive(
        np.concatenate([p.mean for p in parts if p is not None])[order],
        np.concatenate([p.normal for p in parts if p is not None])[order],
        np.concatenate([p.scale for p in parts if p is not None])[order],
        next(p.freedom for p in parts if p is not None),
    )  # fmt: skip
    low, high = bounds(rows, quantity) if truths is None else truths
    weight = votes(rows) if by_vote else np.ones(len(rows))
    return Judged(low, high, whole, weight, tuple(row.paper.key for row in rows))


MARGIN = 0.05
"""A model takes the place of the primary one where its NLL is lower by more than this: about the standard error of
the difference, so that the choice does not follow the noise."""


INNER_GROUPS = 6
"""The choice among models leaves out a sixth of the papers at a time: one paper at a time costs five times as much."""


def grouped_out(model: Model, rows: Rows, *, truths: tuple[Array, Array] | None = None) -> tuple[Fold, ...]:
    """As `leave_one_paper_out`, but with the papers dealt in their order into INNER_GROUPS groups."""
    papers = [row.paper.key for row in rows]
    group = {key: k % INNER_GROUPS for k, key in enumerate(dict.fromkeys(papers))}
    found = []
    for number in range(min(INNER_GROUPS, len(group))):
        inside = [k for k, key in enumerate(papers) if group[key] != number]
        outside = [k for k, key in enumerate(papers) if group[key] == number]
        predicted, ratio = predict_left_out(model, rows, inside, outside, truths=truths)
        found.append(Fold(str(number), tuple(outside), predicted, ratio, model.name))
    return tuple(found)


def choose(quantity: str, given: str, metals: str, rows: Rows, truths: tuple[Array, Array] | None = None) -> Model:
    """The primary model, or the candidate whose NLL of left-out papers (one vote a bare cell) is lower by MARGIN."""
    scored = []
    for model in candidates(quantity, given, metals):
        folds = grouped_out(model, rows, truths=truths)
        scored.append((nll(judged(folds, rows, quantity, by_vote=True, truths=truths)), model))
    least, best = min(scored, key=lambda item: item[0])
    primary = next((item for item in scored if item[1].primary and item[1].given == given), (np.inf, best))
    return best if least < primary[0] - MARGIN else primary[1]


def nested(
    quantity: str, given: str, metals: str, rows: Rows, truths: tuple[Array, Array] | None = None
) -> tuple[Fold, ...]:
    """Leave one paper out with the choice of the model made inside each fold, again with papers left out."""
    papers = [row.paper.key for row in rows]
    found = []
    for paper in dict.fromkeys(papers):
        inside = [k for k, key in enumerate(papers) if key != paper]
        outside = [k for k, key in enumerate(papers) if key == paper]
        seen = None if truths is None else (truths[0][inside], truths[1][inside])
        model = choose(quantity, given, metals, [rows[k] for k in inside], seen)
        predicted, ratio = predict_left_out(model, rows, inside, outside, truths=truths)
        found.append(Fold(paper, tuple(outside), predicted, ratio, model.name))
    return tuple(found)
