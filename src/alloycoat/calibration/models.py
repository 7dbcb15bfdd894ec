"""The declared models: which features, with which priors, for which quantity; read from data/models.csv."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import resources

import numpy as np

from alloycoat.calibration import cases as inputs
from alloycoat.calibration.cases import TRUTHS, Case, Interval, design
from alloycoat.calibration.likelihood import FREEDOM, Array, Fitted, Predictive, Problem, fit
from alloycoat.literature.rows import CellRow

ROLES = ("reference", "rule", "ours")
"""Reference model, best simple rule known before, model of this project."""
GIVEN = ("nothing", "begin", "own bare")
"""What is known of the own bare cell: nothing, its first cycles, its life and polarizations."""
BOUND_REACH = float(np.log(2.0))
"""A life printed as "<100 h" is taken to lie above 50 h: who saw it end earlier would print a smaller bound. A
convention for inputs alone (truths keep their printed bounds), taken after a first scoring without it: the scores
without it are reported beside."""
FILL = "shrunk + metals"
"""The bare-life model (all metals) that narrows an own bare life known as a bound."""


@dataclass(frozen=True, slots=True)
class Model:
    """A log-linear model of one quantity. terms: (feature, prior mean, prior standard deviation; 0: fixed).

    primary: the form that is shipped unless another one is clearly better on left-out papers (see the docs: this
    choice was made while scores on the rows could be seen).
    """

    quantity: str
    name: str
    role: str
    given: str
    metals: str
    terms: tuple[tuple[str, float, float], ...]
    words: str
    primary: bool = False

    @property
    def features(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(name for name, _, _ in self.terms)

    @property
    def key(self) -> str:
        """Unique name: quantity, metals, model."""
        return f"{self.quantity}/{self.metals}/{self.name}"

    def serves(self, row: CellRow) -> bool:
        """True where the model is fitted to rows of this metal."""
        return self.metals in ("all", row.anode)


@lru_cache(maxsize=1)
def models() -> tuple[Model, ...]:
    """Every declared model, in the order of the table."""
    text = (resources.files("alloycoat.calibration") / "data" / "models.csv").read_text(encoding="utf-8")
    found = []
    for line in csv.DictReader(text.splitlines()):
        terms = []
        for item in line["terms"].split("; "):
            name, mean, scatter = item.rsplit(" ", 2)
            terms.append((name, float(mean), float(scatter)))
        quantity, name, role, given, metals = (line[key] for key in ("quantity", "model", "role", "given", "metals"))
        primary = line["primary"] == "yes"
        found.append(Model(quantity, name, role, given, metals, tuple(terms), line["words"], primary))
    return tuple(found)


def candidates(quantity: str, given: str, metals: str) -> tuple[Model, ...]:
    """The models among which the best is chosen: those that use what is given, at most."""
    usable = ("own bare",) if given == "own bare" else GIVEN[: GIVEN.index(given) + 1]
    return tuple(m for m in models() if m.quantity == quantity and m.metals == metals and m.given in usable)


def served() -> tuple[tuple[str, str, str], ...]:
    """(quantity, given, metals) of every prediction that is shipped: those with a primary model."""
    return tuple((m.quantity, m.given, m.metals) for m in models() if m.primary)


def find(quantity: str, metals: str, name: str) -> Model:
    """One model by its key."""
    return next(m for m in models() if (m.quantity, m.metals, m.name) == (quantity, metals, name))


def known_rows(quantity: str, metals: str, rows: Sequence[CellRow]) -> list[CellRow]:
    """The rows that tell something of a quantity: bare cells once, unbounded intervals left out."""
    chosen = [row for row in rows if metals in ("all", row.anode)]
    if quantity.startswith("bare"):
        chosen = inputs.bare_rows(chosen)
    truth = TRUTHS[quantity]
    return [row for row in chosen if np.isfinite(truth(row)).any()]


def numbered(labels: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Labels as numbers from 0."""
    order = {name: k for k, name in enumerate(dict.fromkeys(labels))}
    return np.array([order[name] for name in labels], dtype=np.intp)


def bounds(rows: Sequence[CellRow], quantity: str) -> tuple[Array, Array]:
    """Lower and upper ends of the truths."""
    found = [TRUTHS[quantity](row) for row in rows]
    return np.array([low for low, _ in found]), np.array([high for _, high in found])


def fit_rows(
    model: Model, rows: Sequence[CellRow], cases: Sequence[Case], freedom: float = FREEDOM,
    truths: tuple[Array, Array] | None = None,
) -> Fitted:  # fmt: skip
    """The model fitted to rows (cases: their inputs, own bare lives already single numbers), from a cold start."""
    low, high = bounds(rows, model.quantity) if truths is None else truths
    mean, scatter = (np.array([term[1] for term in model.terms]), np.array([term[2] for term in model.terms]))
    laboratories = numbered([row.laboratory for row in rows])
    return fit(Problem(low, high, design(cases, model.features), laboratories, mean, scatter, freedom))


@dataclass(frozen=True, slots=True)
class Filled:
    """Cases whose own bare life is a single number, and the standard deviation that filling a bound adds."""

    cases: tuple[Case, ...]
    spread: Array


def fill_bounds(cases: Sequence[Case], bare: Fitted) -> Filled:
    """Own bare lives known as intervals replaced by their mean under the fitted bare model, truncated to them."""
    model = find("bare-life", "all", FILL)
    predicted = bare.predict(design(cases, model.features))
    filled, spread = [], []
    for k, case in enumerate(cases):
        life = case.bare_life
        if life is None or life[0] == life[1]:
            filled.append(case)
            spread.append(0.0)
            continue
        middle, scatter = _truncated(predicted.take(np.array([k])), life)
        filled.append(replace(case, bare_life=(middle, middle)))
        spread.append(scatter)
    return Filled(tuple(filled), np.array(spread))


def _truncated(predicted: Predictive, bounds_: Interval) -> tuple[float, float]:
    """Mean and standard deviation of a predictive distribution inside an interval, on a grid."""
    total = math.hypot(float(predicted.normal[0]), float(predicted.scale[0]))
    printed = bounds_[1] - BOUND_REACH if np.isinf(bounds_[0]) else bounds_[0]
    low = max(printed, float(predicted.mean[0]) - 8.0 * total)
    high = min(bounds_[1], float(predicted.mean[0]) + 8.0 * total)
    if not low < high:  # the whole interval lies far off: its near end counts
        return (bounds_[1] if predicted.mean[0] > bounds_[1] else printed), 0.0
    grid = np.linspace(low, high, 81)
    each = Predictive(
        np.full(grid.size, predicted.mean[0]), np.full(grid.size, predicted.normal[0]),
        np.full(grid.size, predicted.scale[0]), predicted.freedom,
    )  # fmt: skip
    density = np.exp(each.log_density(grid, grid))
    density /= density.sum()
    middle = float(grid @ density)
    return middle, math.sqrt(float(density @ (grid - middle) ** 2))


@lru_cache(maxsize=4096)
def fit_bare(rows: tuple[CellRow, ...], freedom: float = FREEDOM) -> Fitted:
    """The bare-life model that fills bounds, fitted to the bare cells among the rows."""
    model = find("bare-life", "all", FILL)
    chosen = known_rows("bare-life", "all", rows)
    return fit_rows(model, chosen, [inputs.case_of(row) for row in chosen], freedom)


def as_they_are(rows: Sequence[CellRow]) -> Filled:
    """The cases of rows for a model that does not look at the own bare life."""
    return Filled(tuple(replace(inputs.case_of(row), bare_life=None) for row in rows), np.zeros(len(rows)))


def own_power(model: Model, fitted: Fitted) -> float:
    """Power of the own bare life in a model, 0 where it does not look at it."""
    return float(dict(zip(model.features, fitted.coefficients, strict=True)).get("own life", 0.0))


def predict_cases(model: Model, fitted: Fitted, filled: Filled) -> Predictive:
    """Predictions for cases; what a filled own bare life adds is passed on by its coefficient."""
    found = fitted.predict(design(filled.cases, model.features))
    return found.moved(np.zeros(len(filled.cases)), abs(own_power(model, fitted)) * filled.spread)


def as_ratio(predicted: Predictive, filled: Filled, own: float) -> Predictive:
    """Coated life as ratio to the own bare life; own: coefficient of ln own bare life in the coated life.

    A bound that was filled is subtracted with it, so its spread counts with (own - 1).
    """
    bare = np.array([0.0 if c.bare_life is None else c.bare_life[0] for c in filled.cases])
    added = np.abs(own) * filled.spread
    normal = np.sqrt(np.maximum(predicted.normal**2 - added**2, 0.0) + ((own - 1.0) * filled.spread) ** 2)
    return Predictive(predicted.mean - bare, normal, predicted.scale, predicted.freedom)
