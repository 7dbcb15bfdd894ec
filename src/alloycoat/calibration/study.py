"""The study behind the predictor: every model scored, the shipped ones chosen, fitted and held out; lines for csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloycoat.calibration import models as declared
from alloycoat.calibration.cases import case_of
from alloycoat.calibration.folds import Fold, choose, judged, leave_one_paper_out, nested
from alloycoat.calibration.likelihood import FREEDOM, Array, Fitted
from alloycoat.calibration.models import Model, known_rows
from alloycoat.calibration.scores import Scores, mae, nll, paired_bootstrap, score
from alloycoat.literature.rows import CellRow

Rows = Sequence[CellRow]
NESTED = "choice inside the folds"
"""Name of the line that scores choosing as well: the model is chosen without the paper it is scored on."""
SUBSETS = ("all rows", "without activation or soft short")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table of scores; `against`: (reference, difference, 10 %, 90 %) of MAE, then of NLL."""

    quantity: str
    scored_on: str
    model: str
    role: str
    given: str
    votes: str
    subset: str
    scores: Scores
    against: tuple[tuple[str, float, float, float], ...] = ()


def steady(rows: Rows, quantity: str) -> list[CellRow]:
    """The rows without those whose polarization falls with cycling, on the sides that the quantity speaks of."""
    sides = ("bare",) if quantity.startswith("bare") else ("coated",)
    flagged = [f"{side}:activation_or_soft_short" for side in sides]
    return [row for row in rows if not set(flagged) & set(row.flags)]


def quantities_of(model: Model) -> tuple[str, ...]:
    """What a model predicts: a coated life is scored as a ratio to the own bare life as well, where that is given."""
    return (model.quantity, "life-ratio") if model.given == "own bare" and model.quantity == "coated-life" else (
        model.quantity,
    )  # fmt: skip


def model_lines(model: Model, rows: Rows, *, freedom: float = FREEDOM) -> tuple[list[Line], tuple[Fold, ...]]:
    """Scores of a model by row and by bare cell, with and without activation or soft short; its folds."""
    lines, kept = [], ()
    for subset in SUBSETS:
        chosen = known_rows(model.quantity, model.metals, rows)
        if subset != SUBSETS[0]:
            chosen = steady(chosen, model.quantity)
        folds = leave_one_paper_out(model, chosen, freedom=freedom)
        kept = kept or folds
        lines += lines_of(model.name, model, folds, chosen, subset)
    return lines, kept


def lines_of(name: str, model: Model, folds: Sequence[Fold], rows: Rows, subset: str) -> list[Line]:
    """Lines of one set of folds: each quantity, by row and (coated cells) by bare cell."""
    lines = []
    for quantity in quantities_of(model):
        for by_vote in (False,) if quantity.startswith("bare") else (False, True):
            found = score(judged(folds, rows, quantity, by_vote=by_vote))
            votes = "bare cell" if by_vote or quantity.startswith("bare") else "row"
            lines.append(Line(quantity, model.metals, name, model.role, model.given, votes, subset, found))
    return lines


def compared(line: Line, folds: Sequence[Fold], others: dict[str, Sequence[Fold]], rows: Rows) -> Line:
    """The line with the difference to each of `others` (papers bootstrapped, rows paired)."""
    by_vote = line.votes == "bare cell"
    own = judged(folds, rows, line.quantity, by_vote=by_vote)
    found = []
    for name, theirs in others.items():
        other = judged(theirs, rows, line.quantity, by_vote=by_vote)
        found += [(f"{name}: {label}", *paired_bootstrap(own, other, measure, draws=400)) for label, measure in
                  (("mae", mae), ("nll", nll))]  # fmt: skip
    return replace(line, against=tuple(found))


@dataclass(frozen=True, slots=True)
class Served:
    """A shipped prediction: the model, its fit to all rows, the folds with the choice nested inside."""

    quantity: str
    given: str
    metals: str
    model: Model
    fitted: Fitted
    folds: tuple[Fold, ...]
    rows: tuple[CellRow, ...]


def fit_all(model: Model, rows: Rows) -> Fitted:
    """The fit of a model to every row that it serves."""
    chosen = tuple(known_rows(model.quantity, model.metals, rows))
    if model.quantity == "coated-life":
        filled = declared.fill_bounds([case_of(row) for row in chosen], declared.fit_bare(tuple(rows)))
    else:
        filled = declared.as_they_are(chosen)
    return declared.fit_rows(model, chosen, filled.cases)


def serve(quantity: str, given: str, metals: str, rows: Rows) -> Served:
    """Choose on all rows, fit to all rows, hold every paper out once with the choice made anew inside."""
    chosen = known_rows(quantity, metals, rows)
    model = choose(quantity, given, metals, chosen)
    return Served(
        quantity, given, metals, model, fit_all(model, rows), nested(quantity, given, metals, chosen), tuple(chosen)
    )


def doubled(rows: Rows, generator: np.random.Generator) -> list[CellRow]:
    """The rows with all polarizations of about half the papers halved: |V| or the full gap, nobody says which."""
    halved = {key: bool(generator.integers(2)) for key in sorted({row.paper.key for row in rows})}
    return [_scaled(row, 0.5) if halved[row.paper.key] else row for row in rows]


def _scaled(row: CellRow, factor: float) -> CellRow:
    sides = {}
    for name in ("bare", "coated"):
        side = getattr(row, name)
        begin, end = side.polarization_begin, side.polarization_end
        sides[name] = replace(
            side, polarization_begin=None if begin is None else begin * factor,
            polarization_end=None if end is None else end * factor,
        )  # fmt: skip
    return replace(row, **sides)


def dealt(rows: Rows, generator: np.random.Generator) -> list[CellRow]:
    """The rows with the lives of both sides dealt anew: bare lives among bare cells, coated lives among rows."""
    cells = list(dict.fromkeys((row.paper.key, row.bare_cell) for row in rows))
    first = {(row.paper.key, row.bare_cell): row for row in reversed(rows)}
    bare = dict(zip(cells, (first[cells[k]].bare for k in generator.permutation(len(cells))), strict=True))
    coated = [rows[k].coated for k in generator.permutation(len(rows))]
    return [
        replace(
            row, bare=_with_life(row.bare, bare[row.paper.key, row.bare_cell]), coated=_with_life(row.coated, other)
        )
        for row, other in zip(rows, coated, strict=True)
    ]


def _with_life(side: object, other: object) -> object:
    names = ("life_relation", "life_lower_h", "life_upper_h", "life_in_text")
    return replace(side, **{name: getattr(other, name) for name in names})  # type: ignore[type-var]


def drawn(served_model: Model, fitted: Fitted, rows: Rows, generator: np.random.Generator) -> tuple[Array, Array]:
    """Truths of a simulated table of the same structure: drawn from a fit, bounds kept where the rows have them."""
    chosen = known_rows(served_model.quantity, served_model.metals, rows)
    cases = declared.as_they_are(chosen).cases
    mean = fitted.predict(declared.design(cases, served_model.features)).mean
    laboratories = declared.numbered([row.laboratory for row in chosen])
    effect = fitted.between * generator.standard_normal(laboratories.max() + 1)
    y = mean + effect[laboratories] + fitted.within * generator.standard_t(FREEDOM, len(chosen))
    low, high = declared.bounds(chosen, served_model.quantity)
    factor = np.exp(generator.uniform(0.0, np.log(2.0), len(chosen)))
    lower = np.where(np.isinf(high) & np.isfinite(low), y - np.log(factor), y)
    upper = np.where(np.isinf(low) & np.isfinite(high), y + np.log(factor), y)
    return np.where(np.isinf(low), -np.inf, lower), np.where(np.isinf(high), np.inf, upper)
