"""One analyzed cell as the report looks at it: record, outcome, and the tables the figures are drawn from."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.analysis.cycles import Trace, trace
from alloycoat.analysis.practicality import Card
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.outcome import Outcome
from alloycoat.record import CyclingRecord, FloatArray

BINS = 1200
"""Places of a plotted line: about the pixels of a figure's width."""


@dataclass(frozen=True, slots=True, eq=False)
class CellView:
    """A cell of the report: its name, the name of its file, its outcome, its trace (half-cycles and cycles)."""

    name: str
    file: str
    outcome: Outcome
    seen: Trace
    group: str = ""
    card: Card | None = None

    @property
    def record(self) -> CyclingRecord:
        """The record that the outcome is of."""
        return self.seen.record

    @property
    def hours(self) -> FloatArray:
        """Time since the first row, in h."""
        return np.asarray((self.record.time_s - self.record.time_s[0]) / 3600.0)

    def since_start(self, time_s: float) -> float:
        """A time of the file's own clock as h since the first row."""
        return float((time_s - self.record.time_s[0]) / 3600.0)


def view(
    name: str, file: str, record: CyclingRecord, outcome: Outcome, group: str = "", card: Card | None = None,
    begin_cycle: int = 3,
) -> CellView:  # fmt: skip
    """The view of a record and what `analyze` made of it (with the standard thresholds)."""
    seen = trace(record, outcome.cell_kind, Thresholds(), begin_cycle)
    return CellView(name, file, replace(outcome, title=name), seen, group, card)


def thinned(x: FloatArray, y: FloatArray, low: float, high: float, bins: int = BINS) -> NDArray[np.intp]:
    """The rows to draw of a line between `low` and `high`: first, lowest, highest and last of each of `bins` places.

    A drawn line looks the same as that of all rows, and a spike of one row survives. x rises.
    """
    start, stop = int(np.searchsorted(x, low, "left")), int(np.searchsorted(x, high, "right"))
    count = stop - start
    if count <= 4 * bins or high <= low:
        return np.arange(start, stop)
    place = np.minimum(((x[start:stop] - low) * (bins / (high - low))).astype(np.intp), bins - 1)
    first = np.flatnonzero(np.diff(place, prepend=-1))
    last = np.append(first[1:] - 1, count - 1)
    order = np.lexsort((y[start:stop], place))  # within a place by height
    rows = np.concatenate([first, last, order[first], order[last]])
    return np.unique(rows) + start


def csv_text(columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> str:
    """Columns of equal length as csv; blank where a number is missing."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    for row in zip(*(_listed(values) for values in columns.values()), strict=True):
        writer.writerow([_shown(value) for value in row])
    return stream.getvalue()


def _listed(values: Sequence[Any] | NDArray[Any]) -> list[Any]:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


def _shown(value: Any) -> Any:
    if isinstance(value, float):
        return "" if not np.isfinite(value) else f"{value:.9g}"
    return "" if value is None else value


def half_cycle_columns(cell: CellView) -> dict[str, NDArray[Any]]:
    """The table of half-cycles with SI units in the names."""
    halves = cell.seen.halves
    return {
        "half_cycle": np.arange(1, halves.n + 1), "sign": halves.sign, "start_s": halves.start_s,
        "end_s": halves.end_s, "duration_s": halves.duration_s, "charge_C": halves.charge_C,
        "current_A": halves.current_A, "voltage_V": halves.voltage_V, "nucleation_V": halves.nucleation_V,
        "end_V": halves.end_V, "maximum_V": halves.maximum_V, "complete": halves.complete.astype(int),
    }  # fmt: skip


def cycle_columns(cell: CellView) -> dict[str, NDArray[Any]]:
    """The table of cycles with SI units in the names."""
    cycles = cell.seen.cycles
    columns: dict[str, NDArray[Any]] = {
        "cycle": np.arange(1, cycles.n + 1), "start_s": cycles.start_s, "end_s": cycles.end_s,
        "polarization_V": cycles.polarization_V, "asymmetry_V": cycles.asymmetry_V, "current_A": cycles.current_A,
        "first_charge_C": cycles.first_charge_C, "second_charge_C": cycles.second_charge_C,
        "full": cycles.full.astype(int),
    }  # fmt: skip
    return columns
