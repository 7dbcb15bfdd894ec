"""Life against current density and plated charge, polarization against current density: Li cells by side."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloycoat.literature.meta_effects import Datum, Effect, problem, slope, summarize
from alloycoat.literature.meta_model import Array, sample
from alloycoat.literature.rows import CellRow, Side

SIDES = ("bare", "coated")
"""The two cells of a row."""
_HOUR, _MAH_PER_CM2, _MA_PER_CM2 = 3600.0, 36000.0, 10.0
_LEVEL_SCATTER = 10.0  # prior of a level that is no ratio: as good as open


@dataclass(frozen=True, slots=True)
class Point:
    """One cell of the figures: current density in mA/cm2, charge plated in mAh/cm2, its value as an interval."""

    row: CellRow
    side: str
    current: float
    lower: float
    upper: float | None


def side_of(row: CellRow, side: str) -> Side:
    """The bare or the coated cell of a row."""
    return row.bare if side == "bare" else row.coated


def one_vote(rows: Sequence[CellRow], side: str) -> list[CellRow]:
    """The rows with each bare cell once; all rows for the coated side."""
    if side != "bare":
        return list(rows)
    return list({(row.paper.key, row.bare_cell): row for row in reversed(rows)}.values())[::-1]


def life_data(rows: Sequence[CellRow], side: str) -> list[Datum]:
    """ln(life in h) of one side, each bare cell once."""
    data = []
    for row in one_vote(rows, side):
        cell = side_of(row, side)
        lower = math.log(cell.life_lower_h) if cell.life_lower_h > 0 else -math.inf
        data.append(Datum(row, lower, math.inf if cell.life_upper_h is None else math.log(cell.life_upper_h)))
    return data


def _polarization(rows: Sequence[CellRow], side: str, moment: str) -> list[Datum]:
    data = []
    for row in one_vote(rows, side):
        cell = side_of(row, side)
        value = cell.polarization_begin if moment == "begin" else cell.polarization_end
        if value:
            data.append(Datum(row, math.log(value), math.log(value)))
    return data


def _log_current(data: Sequence[Datum]) -> Array:
    return np.log([datum.row.current_density / _MA_PER_CM2 for datum in data])


def _controls(data: Sequence[Datum], *, capacity: bool) -> Array | None:
    """Solvent class (1 carbonate), areal capacity; columns that do not vary are left out."""
    columns = [np.array([float(datum.row.solvent_class == "carbonate") for datum in data])]
    if capacity:
        columns.append(np.log([datum.row.areal_capacity / _MAH_PER_CM2 for datum in data]))
    kept = [column for column in columns if np.ptp(column) > 0]
    return np.stack(kept, axis=1) if kept else None


def exponents(rows: Sequence[CellRow]) -> list[Effect]:
    """Exponents of life and begin polarization over current density, Li cells, bare and coated.

    life ~ i^n beside solvent class and areal capacity; n = -1 where a constant charge is plated until the
    end. polarization ~ i^n beside solvent class; n = 1 for an ohmic cell, below 1 for Butler-Volmer kinetics.
    """
    lithium = [row for row in rows if row.anode == "Li"]
    found = []
    for side in SIDES:
        data = life_data(lithium, side)
        if len(data) < 3:
            continue
        labels = (f"{side}-life-current-exponent", "none", "Li")
        found.append(slope(data, _log_current(data), labels, _controls(data, capacity=True), 11, log=False)[0])
    for side in SIDES:
        data = _polarization(lithium, side, "begin")
        if len(data) < 3:
            continue
        labels = (f"{side}-begin-polarization-current-exponent", "none", "Li")
        found.append(slope(data, _log_current(data), labels, _controls(data, capacity=False), 12, log=False)[0])
    return found


def plated_charge(rows: Sequence[CellRow], metal: str = "Li") -> list[Effect]:
    """Charge plated until the end, Q = i t / 2 in mAh/cm2, by side and solvent class.

    Half of the life is plating; the geometric middle of the papers, with the interval of that middle and of
    one new cell of a new laboratory.
    """
    chosen = [row for row in rows if row.anode == metal]
    found = []
    for side in SIDES:
        data = []
        for datum in life_data(chosen, side):
            shift = math.log(datum.row.current_density / _MA_PER_CM2 / 2.0)
            data.append(Datum(datum.row, datum.lower + shift, datum.upper + shift))
        names = tuple(dict.fromkeys(datum.row.solvent_class for datum in data))
        if not data:
            continue
        design = np.array([[float(datum.row.solvent_class == name) for name in names] for datum in data])
        level = np.full(len(names), _LEVEL_SCATTER)
        posterior = sample(replace(problem(data, design), coefficient_scatter=level), 13)
        for number, name in enumerate(names):
            own = [datum for datum in data if datum.row.solvent_class == name]
            labels = (f"{side}-plated-charge", "solvent class", f"{metal}, {name}")
            combination = np.eye(len(names))[number]
            found.append(summarize(posterior, combination, own, labels, unit="mAh/cm2", neutral=0.0))
    return found


def growth(rows: Sequence[CellRow]) -> list[Effect]:
    """End over begin of the polarization inside one cell, bare and coated: free of |V| against full gap."""
    found = []
    for side in SIDES:
        data = []
        for row in one_vote(rows, side):
            cell = side_of(row, side)
            if cell.polarization_begin and cell.polarization_end:
                value = math.log(cell.polarization_end / cell.polarization_begin)
                data.append(Datum(row, value, value))
        if data:
            posterior = sample(problem(data, np.ones((len(data), 1))), 14)
            found.append(summarize(posterior, np.ones(1), data, (f"{side}-end-over-begin", "none", "all")))
    return found


def points(rows: Sequence[CellRow], side: str) -> list[Point]:
    """The lives of one side against current density, for the figure."""
    return [
        Point(row, side, row.current_density / _MA_PER_CM2, side_of(row, side).life_lower_h,
              side_of(row, side).life_upper_h)
        for row in one_vote(rows, side)
    ]  # fmt: skip


def begins(rows: Sequence[CellRow], side: str) -> list[Point]:
    """The polarizations (V) at the beginning of one side against current density, for the figure."""
    found = []
    for row in one_vote(rows, side):
        begin = side_of(row, side).polarization_begin
        if begin is not None:
            found.append(Point(row, side, row.current_density / _MA_PER_CM2, begin, begin))
    return found


def line_through(cells: Sequence[Point]) -> tuple[list[float], list[float]]:
    """Ends (x, y) of the least-squares line through ln(value) over ln(current); empty where there is none."""
    x = np.log([cell.current for cell in cells])
    if len(cells) < 3 or np.ptp(x) == 0:
        return [], []
    slope_, level = np.polyfit(x, np.log([cell.lower for cell in cells]), 1)
    ends = np.array([x.min(), x.max()])
    return np.exp(ends).tolist(), np.exp(level + slope_ * ends).tolist()
