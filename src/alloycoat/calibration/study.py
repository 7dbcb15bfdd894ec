"""The study behind the predictor: scores of every model, the choice, the shipped fits, changed and simulated tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from alloycoat.calibration import models as declared
from alloycoat.calibration.cases import case_of, design
from alloycoat.calibration.folds import Fold, judged, leave_one_paper_out
from alloycoat.calibration.likelihood import FREEDOM, Array, Fitted
from alloycoat.calibration.models import Model, bounds, known_rows, numbered
from alloycoat.calibration.scores import MEASURES, Scores, paired_bootstrap, score
from alloycoat.literature.rows import CellRow, Side

Rows = Sequence[CellRow]
SUBSETS = ("all rows", "without activation or soft short")
"""Rows scored: all, or without those whose polarization falls to 0.8 of the first or below."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of scores. votes: "row", or "bare cell" where rows that share one share one vote.

    against: name of the model compared with, and (difference, 10 %, 90 %) of MAE and of NLL.
    """

    quantity: str
    scored_on: str
    model: str
    role: str
    given: str
    votes: str
    subset: str
    likelihood: str
    scores: Scores
    against: tuple[str, tuple[float, float, float], tuple[float, float, float]] | None = None

    def cells(self) -> list[str]:
        """The line of scores.csv."""
        s = self.scores
        values = [s.mae, s.nll, s.concordance, s.within_x2, s.coverage]
        found = [
            self.quantity, self.scored_on, self.model, self.role, self.given, self.votes, self.subset, self.likelihood,
            *(f"{value:.3f}" for value in values), str(s.n), str(s.n_exact),
        ]  # fmt: skip
        if self.against is None:
            return [*found, *([""] * 7)]
        name, *differences = self.against
        return [*found, name, *(f"{value:.3f}" for difference in differences for value in difference)]


def steady(rows: Rows, quantity: str) -> list[CellRow]:
    """The rows without those whose polarization falls with cycling, on the side that the quantity speaks of."""
    flag = f"{'bare' if quantity.startswith('bare') else 'coated'}:activation_or_soft_short"
    return [row for row in rows if flag not in row.flags]


def scored_rows(quantity: str, metals: str, rows: Rows, subset: str = SUBSETS[0]) -> list[CellRow]:
    """The rows that a quantity is fitted to and scored on."""
    chosen = known_rows(quantity, metals, rows)
    return chosen if subset == SUBSETS[0] else steady(chosen, quantity)


def quantities_of(quantity: str, folds: Sequence[Fold], given: str) -> tuple[str, ...]:
    """A coated life given the own bare cell is scored as a ratio to it as well."""
    ratio = given == "own bare" and quantity == "coated-life" and folds[0].ratio is not None
    return (quantity, "life-ratio") if ratio else (quantity,)


def ways_of_voting(quantity: str) -> tuple[bool, ...]:
    """Bare cells have one vote each; coated cells are scored by row and with one vote a bare cell."""
    return (True,) if quantity.startswith("bare") else (False, True)


def lines_of(
    folds: Sequence[Fold], rows: Rows, quantity: str, labels: tuple[str, str, str, str], *,
    subset: str = SUBSETS[0], freedom: float = FREEDOM, other: tuple[str, Sequence[Fold]] | None = None,
) -> list[Line]:  # fmt: skip
    """The lines of one set of folds. labels: scored on, model, role, given. other: (name, folds) to compare with."""
    found = []
    for name in quantities_of(quantity, folds, labels[3]):
        for by_vote in ways_of_voting(quantity):
            ours = judged(folds, rows, name, by_vote=by_vote)
            against = None
            comparable = other is not None and (
                name != "life-ratio" or other[1][0].ratio is not None or name == quantity
            )
            if other is not None and comparable:
                theirs = judged(other[1], rows, name, by_vote=by_vote)
                by_mae, by_nll = (paired_bootstrap(ours, theirs, measure) for measure in MEASURES)
                against = (other[0], by_mae, by_nll)
            votes = "bare cell" if by_vote else "row"
            kind = "normal" if np.isinf(freedom) else "Student"
            found.append(Line(name, *labels, votes, subset, kind, score(ours), against))
    return found


@lru_cache(maxsize=512)
def folds_by_paper(model: Model, rows: tuple[CellRow, ...], freedom: float = FREEDOM) -> tuple[Fold, ...]:
    """`leave_one_paper_out`, kept."""
    return leave_one_paper_out(model, rows, freedom=freedom)


def model_lines(model: Model, rows: Rows, *, freedom: float = FREEDOM, first: Model | None = None) -> list[Line]:
    """Scores of a model, with and without activation or soft short; first: the reference it is compared with."""
    lines = []
    for subset in SUBSETS:
        chosen = scored_rows(model.quantity, model.metals, rows, subset)
        folds = folds_by_paper(model, tuple(chosen), freedom)
        other = None
        if first is not None and first is not model:
            other = (first.name, folds_by_paper(first, tuple(chosen), freedom))
        labels = (model.metals, model.name, model.role, model.given)
        lines += lines_of(folds, chosen, model.quantity, labels, subset=subset, freedom=freedom, other=other)
    return lines


def fit_all(model: Model, rows: Rows) -> Fitted:
    """The fit of a model to every row that it serves."""
    chosen = known_rows(model.quantity, model.metals, rows)
    if model.quantity == "coated-life":
        filled = declared.fill_bounds([case_of(row) for row in chosen], declared.fit_bare(tuple(rows)))
    else:
        filled = declared.as_they_are(chosen)
    return declared.fit_rows(model, chosen, filled.cases)


def halved(rows: Rows, generator: np.random.Generator) -> list[CellRow]:
    """The rows with all polarizations of about half the papers halved: |V| or the full gap, nobody says which."""
    chosen = {key: bool(generator.integers(2)) for key in sorted({row.paper.key for row in rows})}
    return [
        replace(row, bare=_half(row.bare), coated=_half(row.coated)) if chosen[row.paper.key] else row for row in rows
    ]


def _half(side: Side) -> Side:
    begin, end = side.polarization_begin, side.polarization_end
    return replace(
        side, polarization_begin=None if begin is None else begin / 2, polarization_end=None if end is None else end / 2
    )


def dealt(rows: Rows, generator: np.random.Generator) -> list[CellRow]:
    """The rows with the lives dealt anew: bare lives among bare cells, coated lives among rows."""
    cells = list(dict.fromkeys((row.paper.key, row.bare_cell) for row in rows))
    first = {(row.paper.key, row.bare_cell): row.bare for row in reversed(rows)}
    bare = {cell: first[cells[k]] for cell, k in zip(cells, generator.permutation(len(cells)), strict=True)}
    coated = [rows[k].coated for k in generator.permutation(len(rows))]
    return [
        replace(
            row, bare=_lived(row.bare, bare[row.paper.key, row.bare_cell]), coated=_lived(row.coated, other)
        )
        for row, other in zip(rows, coated, strict=True)
    ]  # fmt: skip


def _lived(side: Side, other: Side) -> Side:
    return replace(
        side, life_relation=other.life_relation, life_lower_h=other.life_lower_h, life_upper_h=other.life_upper_h,
        life_in_text=other.life_in_text,
    )  # fmt: skip


def drawn(model: Model, fitted: Fitted, rows: Rows, generator: np.random.Generator) -> tuple[Array, Array]:
    """Truths of a simulated table: drawn from a fit for the rows given, bounded where these are.

    A lower bound lies up to a factor of 2 below the value drawn, an upper one as far above.
    """
    mean = design(declared.as_they_are(rows).cases, model.features) @ fitted.coefficients
    laboratories = numbered([row.laboratory for row in rows])
    effect = fitted.between * generator.standard_normal(laboratories.max() + 1)
    y = mean + effect[laboratories] + fitted.within * generator.standard_t(FREEDOM, len(rows))
    low, high = bounds(rows, model.quantity)
    off = generator.uniform(0.0, np.log(2.0), len(rows))
    exact = low == high
    lower = np.where(np.isinf(low), -np.inf, np.where(exact, y, y - off))
    upper = np.where(np.isinf(high), np.inf, np.where(exact, y, y + off))
    return lower, upper
