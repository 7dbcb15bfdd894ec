"""From rows of Table 3 to effects: ratios coated over bare as intervals, fitted overall and by group."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from alloycoat.literature.meta_model import COEFFICIENT_SCATTER, Array, Index, Posterior, Problem, sample
from alloycoat.literature.rows import CellRow

LEVEL, STRICT_LEVEL = 0.8, 0.95
"""Probability inside an interval as shown, and inside the one that a verdict rests on."""
ROUTE_CLASSES = {
    "dip": "solution routes", "drop-cast": "solution routes", "additive": "additive routes",
    "vapour": "physical routes", "evaporation": "physical routes", "foil": "physical routes",
    "lamination": "physical routes", "amalgam": "physical routes",
}  # fmt: skip
"""Route of a coating -> from a solution before the cell is built, in the cell, or without a solution."""
_CURRENT_CLASSES = ((10.0 * (1 - 1e-9), "below 1 mA/cm2"), (20.0 * (1 - 1e-9), "1 to below 2 mA/cm2"))


@dataclass(frozen=True, slots=True)
class Datum:
    """One value of a row: its natural logarithm lies in [lower, upper]; infinite where unbounded."""

    row: CellRow
    lower: float
    upper: float

    @property
    def exact(self) -> bool:
        """True where the value is known, not only bounded."""
        return self.lower == self.upper


Quantity = Callable[[CellRow], Datum | None]


def _log(value: float | None) -> float:
    """Natural logarithm; an absent upper bound is infinite, a lower bound of 0 minus infinite."""
    if value is None:
        return math.inf
    return math.log(value) if value > 0 else -math.inf


def life_ratio(row: CellRow) -> Datum | None:
    """ln(life coated / life bare) from the two intervals; None where they bound it on neither side."""
    lower = _log(row.coated.life_lower_h) - _log(row.bare.life_upper_h)
    upper = _log(row.coated.life_upper_h) - _log(row.bare.life_lower_h)
    return _datum(row, lower, upper)


def _datum(row: CellRow, lower: float, upper: float) -> Datum | None:
    if math.isinf(lower) and math.isinf(upper):
        return None
    return Datum(row, lower, upper)


def _ratio(row: CellRow, over: float | None, under: float | None) -> Datum | None:
    if not over or not under:
        return None
    value = math.log(over / under)
    return Datum(row, value, value)


def begin_ratio(row: CellRow) -> Datum | None:
    """ln(polarization at the beginning, coated / bare)."""
    return _ratio(row, row.coated.polarization_begin, row.bare.polarization_begin)


def end_ratio(row: CellRow) -> Datum | None:
    """ln(polarization at the end, coated / bare)."""
    return _ratio(row, row.coated.polarization_end, row.bare.polarization_end)


def mean_ratio(row: CellRow) -> Datum | None:
    """ln of the geometric mean of begin and end polarization, coated / bare."""
    begin, end = begin_ratio(row), end_ratio(row)
    if begin is None or end is None:
        return None
    value = 0.5 * (begin.lower + end.lower)
    return Datum(row, value, value)


def growth_ratio(row: CellRow) -> Datum | None:
    """ln((end / begin) coated / (end / begin) bare): free of whether |V| or the full gap is printed."""
    begin, end = begin_ratio(row), end_ratio(row)
    if begin is None or end is None:
        return None
    return Datum(row, end.lower - begin.lower, end.lower - begin.lower)


QUANTITIES: dict[str, Quantity] = {
    "life-ratio": life_ratio,
    "begin-ratio": begin_ratio,
    "end-ratio": end_ratio,
    "growth-ratio": growth_ratio,
}
"""Quantities coated over bare; 1 where the coating changes nothing."""


def current_class(row: CellRow) -> str:
    """The class of current density of a row."""
    for limit, name in _CURRENT_CLASSES:
        if row.current_density < limit:
            return name
    return "2 mA/cm2 and more"


def activated(row: CellRow) -> bool:
    """True where either polarization falls with cycling: activation or soft short, two numbers cannot tell."""
    return any("activation_or_soft_short" in side.flags for side in (row.bare, row.coated))


MODERATORS: dict[str, Callable[[CellRow], str]] = {
    "anode": lambda row: row.anode,
    "solvent class": lambda row: row.solvent_class,
    "current": current_class,
    "route class": lambda row: ROUTE_CLASSES.get(row.route, row.route),
    "route": lambda row: row.route,
}
"""What the rows are grouped by."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An estimate with what it rests on; ratios and exponents, no unit unless `unit` says so.

    interval: `LEVEL` of the posterior (p10, p90), strict: `STRICT_LEVEL`. prediction: `LEVEL` interval of one
    new coating by a laboratory not in the table. n_exact: rows that are more than a bound.
    """

    quantity: str
    moderator: str
    subset: str
    estimate: float
    interval: tuple[float, float]
    strict: tuple[float, float]
    prediction: tuple[float, float] | None
    probability_above_one: float
    n_rows: int
    n_papers: int
    n_laboratories: int
    n_exact: int
    unit: str = ""
    neutral: float = 1.0

    @property
    def found(self) -> bool:
        """True where the strict interval leaves the value of no effect out."""
        return self.strict[0] > self.neutral or self.strict[1] < self.neutral

    @property
    def note(self) -> str:
        """What keeps the estimate from standing alone, empty where nothing does."""
        if self.n_exact == 0:
            return "every row is only a bound: the far side of the interval is the prior's"
        if self.n_papers == 1:
            return "one paper only: the interval rests on the scatter among the other papers"
        return ""

    def to_json(self) -> dict[str, Any]:
        """The entry of `effects`."""
        document: dict[str, Any] = {
            "quantity": self.quantity,
            "moderator": self.moderator,
            "subset": self.subset,
            "estimate": _round(self.estimate),
            "estimate_interval": [_round(end) for end in self.interval],
            "interval_level": LEVEL,
            "estimate_interval_95": [_round(end) for end in self.strict],
            "unit": self.unit,
            "no_effect": self.neutral,
            "probability_above_no_effect": round(self.probability_above_one, 3),
            "n_rows": self.n_rows,
            "n_papers": self.n_papers,
            "n_laboratories": self.n_laboratories,
            "n_exact": self.n_exact,
            "note": self.note,
        }
        if self.prediction is not None:
            document["prediction_interval"] = [_round(end) for end in self.prediction]
        return document


def _round(value: float) -> float:
    return float(f"{value:.4g}")


def _numbered(values: Sequence[Hashable]) -> Index:
    order = {value: number for number, value in enumerate(dict.fromkeys(values))}
    return np.array([order[value] for value in values], dtype=np.intp)


def problem(data: Sequence[Datum], design: Array, *, share_bare_cells: bool = True) -> Problem:
    """The data with laboratories, papers and, where they are shared, bare cells as nested groups."""
    levels = [
        _numbered([datum.row.laboratory for datum in data]),
        _numbered([(datum.row.laboratory, datum.row.paper.key) for datum in data]),
    ]
    if share_bare_cells:
        levels.append(_numbered([(datum.row.paper.key, datum.row.bare_cell) for datum in data]))
    lower, upper = (np.array([getattr(datum, side) for datum in data]) for side in ("lower", "upper"))
    return Problem(lower, upper, design, tuple(levels))


def collect(rows: Sequence[CellRow], quantity: str) -> list[Datum]:
    """The values of a quantity over the rows that have it."""
    return [datum for row in rows if (datum := QUANTITIES[quantity](row)) is not None]


def summarize(
    posterior: Posterior, combination: Array, data: Sequence[Datum], labels: tuple[str, str, str], *,
    log: bool = True, unit: str = "", predict: bool = True, neutral: float | None = None,
) -> Effect:  # fmt: skip
    """The `Effect` of one combination of coefficients; log: report its exponential.

    labels: quantity, moderator, subset. data: the rows that the combination speaks of.
    """
    draws = posterior.flat @ combination
    shown: Callable[[Any], Any] = np.exp if log else np.asarray
    no_effect = (1.0 if log else 0.0) if neutral is None else neutral
    tail, strict = (1 - LEVEL) / 2, (1 - STRICT_LEVEL) / 2
    low, middle, high = shown(np.quantile(draws, [tail, 0.5, 1 - tail]))
    ends = shown(np.quantile(draws, [strict, 1 - strict]))
    ahead = shown(np.quantile(posterior.new_row(combination), [tail, 1 - tail])) if predict else None
    return Effect(
        *labels, float(middle), (float(low), float(high)), (float(ends[0]), float(ends[1])),
        None if ahead is None else (float(ahead[0]), float(ahead[1])),
        float(np.mean(shown(draws) > no_effect)),
        len(data), len({datum.row.paper.key for datum in data}), len({datum.row.laboratory for datum in data}),
        sum(datum.exact for datum in data), unit, no_effect,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fit:
    """A fit by groups: its effects and the draws behind them."""

    effects: tuple[Effect, ...]
    posterior: Posterior | None
    names: tuple[str, ...]


def overall(rows: Sequence[CellRow], quantity: str, subset: str = "all") -> Fit:
    """One effect for all rows; no effect where no row has the quantity."""
    return _overall(tuple(rows), quantity, subset)


@lru_cache(maxsize=32)
def _overall(rows: tuple[CellRow, ...], quantity: str, subset: str) -> Fit:
    data = collect(rows, quantity)
    if not data:
        return Fit((), None, ())
    posterior = sample(problem(data, np.ones((len(data), 1))), 1)
    return Fit((summarize(posterior, np.ones(1), data, (quantity, "none", subset)),), posterior, (subset,))


def by_group(rows: Sequence[CellRow], quantity: str, moderator: str) -> Fit:
    """One effect for each group of a moderator, all groups with the same scatters."""
    return _by_group(tuple(rows), quantity, moderator)


@lru_cache(maxsize=64)
def _by_group(rows: tuple[CellRow, ...], quantity: str, moderator: str) -> Fit:
    data = collect(rows, quantity)
    if not data:
        return Fit((), None, ())
    group = MODERATORS[moderator]
    names = tuple(dict.fromkeys(group(datum.row) for datum in data))
    design = np.array([[float(group(datum.row) == name) for name in names] for datum in data])
    posterior = sample(problem(data, design), 2)
    effects = []
    for number, name in enumerate(names):
        own = [datum for datum in data if group(datum.row) == name]
        combination = np.eye(len(names))[number]
        effects.append(summarize(posterior, combination, own, (quantity, moderator, name)))
    return Fit(tuple(effects), posterior, names)


def contrast(rows: Sequence[CellRow], quantity: str, moderator: str, first: str, second: str) -> Effect | None:
    """The ratio of the effects of two groups of a moderator; None where one of them has no row."""
    fit = by_group(rows, quantity, moderator)
    if fit.posterior is None or not {first, second} <= set(fit.names):
        return None
    combination = np.array([float(name == first) - float(name == second) for name in fit.names])
    pair = {first, second}
    own = [datum for datum in collect(rows, quantity) if MODERATORS[moderator](datum.row) in pair]
    labels = (quantity, moderator, f"{first} over {second}")
    return summarize(fit.posterior, combination, own, labels, predict=False)


def slope(
    data: Sequence[Datum], x: Array, labels: tuple[str, str, str], controls: Array | None = None,
    seed: int = 3, *, share_bare_cells: bool = True, log: bool = True, neutral: float | None = None,
) -> tuple[Effect, Posterior]:  # fmt: skip
    """The change of a quantity for one unit of `x` (n,), beside an intercept and `controls` (n, k).

    log: reported as the factor for one unit of x, else as the coefficient itself (an exponent).
    """
    columns = [np.ones(len(data)), x - x.mean()]
    if controls is not None:
        columns += list((controls - controls.mean(axis=0)).T)
    design = np.stack(columns, axis=1)
    scatter = np.full(design.shape[1], COEFFICIENT_SCATTER)
    scatter[0] = 10.0  # the level of a life or a voltage is no ratio: leave it open
    stated = replace(problem(data, design, share_bare_cells=share_bare_cells), coefficient_scatter=scatter)
    posterior = sample(stated, seed)
    combination = np.eye(design.shape[1])[1]
    return summarize(posterior, combination, data, labels, log=log, predict=False, neutral=neutral), posterior
