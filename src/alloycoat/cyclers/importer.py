"""From a table under the names of a dialect to samples: units by column, states by words, times of any form."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from alloycoat.cyclers.cells import CellError, Words, clock, durations, has_colons, numbers, past_midnight
from alloycoat.cyclers.dialects import Dialect
from alloycoat.cyclers.samples import Samples
from alloycoat.cyclers.units import UNITS, split_name
from alloycoat.errors import DataFileError
from alloycoat.record import FloatArray

_ASSUMED = {"record", "cycle", "step", "state", "clock", "frequency"}
"""Quantities that need no unit."""
_OPTIONAL_UNIT = {"impedance_real", "impedance_imaginary", "impedance_minus_imaginary", "voltage", "power"}
_LONG = 20_000
"""Rows from which on the clock is read here and there only."""
Chunks = Iterator[tuple[int, Words]]


def scales(file: str, dialect: Dialect, header: tuple[str, ...], places: dict[str, int]) -> dict[str, float | None]:
    """Factor of each column to s, A, V, Ah, Wh; None where a time's unit is not known; columns without are dropped.

    Raises DataFileError where the current or the voltage has no unit.
    """
    found: dict[str, float | None] = {}
    for quantity, place in list(places.items()):
        if quantity in _ASSUMED:
            found[quantity] = 1.0
            continue
        unit = split_name(header[place])[1] or dialect.units.get(quantity)
        if unit is not None:
            found[quantity] = UNITS[unit][1]
        elif quantity == "time":
            found[quantity] = None
        elif quantity in {"current", "voltage"}:
            example = "Current / mA" if quantity == "current" else "Voltage / V"
            raise DataFileError(
                f"{file}: the column {header[place]!r} has no unit; write it into the name, for instance {example!r}"
            )
        else:  # a check that cannot be made; the time of a step only where it is a duration
            found[quantity] = None if quantity == "step_time" else 1.0
            if quantity != "step_time" and quantity not in _OPTIONAL_UNIT:
                del places[quantity], found[quantity]
    return found


@np.errstate(over="ignore", invalid="ignore")  # damaged files hold any number
def collect(
    file: str, dialect: Dialect, header: tuple[str, ...], places: dict[str, int], parts: Chunks, decimal: str,
    first_line: int,
) -> Samples:  # fmt: skip
    """The samples of the columns at `places`; `parts` yields the cells of just these, in their order.

    Raises DataFileError, naming the line, for a cell that is no number.
    """
    factors = scales(file, dialect, header, places)
    pieces: dict[str, list[FloatArray]] = {quantity: [] for quantity in places}
    time_unit, written_out = factors.get("time", 1.0), False
    for start, cells in parts:
        for k, quantity in enumerate(places):
            column = cells[:, k]
            if quantity == "clock" and "time" in places and column.size >= _LONG:
                pieces[quantity].append(_sparse_clock(column))
                continue
            try:
                values, is_duration = _convert(quantity, column, decimal, dialect)
            except CellError as error:
                raise DataFileError(
                    f"{file}: line {first_line + start + error.row} holds {error.cell!r} for the {quantity} "
                    f"({header[places[quantity]]!r}), which is not a number"
                ) from error
            factor = factors[quantity]
            if quantity == "time" and is_duration:
                time_unit, written_out = 1.0, True
            elif quantity == "step_time" and not is_duration and factor is None:
                values = np.full(values.size, np.nan)
            elif factor not in {None, 1.0} and not is_duration and quantity != "time":
                values = values * factor
            pieces[quantity].append(values)
    columns = {
        quantity: np.concatenate(found) if found else np.empty(0) for quantity, found in pieces.items()
    }  # fmt: skip
    columns = {q: v for q, v in columns.items() if q in {"time", "current", "voltage"} or np.isfinite(v).any()}
    if time_unit not in {None, 1.0}:  # keep the raw numbers: --time-unit replaces the factor
        time_unit = float(time_unit or 1.0)
    samples = Samples(file, dialect.name, columns, time_unit, dialect.sign)
    if columns["voltage"].size == 0:
        raise DataFileError(f"{file}: has a header but no rows")
    if "time" in columns and "clock" not in columns and _looks_like_dates(columns["time"]) and time_unit == 1.0:
        columns["time"] = columns["time"] - columns["time"][0]
        samples.notes.append("the column of time holds dates: the time since the first was taken")
    if "time" in columns and written_out:
        _join_date(columns, samples.notes)
        columns["time"], nights = past_midnight(columns["time"])
        if nights:
            samples.notes.append(f"the time of day passes midnight {nights} times: a day was added at each")
    return samples


def _join_date(columns: dict[str, FloatArray], notes: list[str]) -> None:
    """A column of dates without a time of day, beside a time of day: both together are the clock."""
    date, time = columns.get("clock"), columns["time"]
    known = np.isfinite(date) if date is not None else np.zeros(0, dtype=bool)
    if date is None or not known.any() or np.any(date[known] % 86400) or not np.nanmax(time, initial=0.0) < 86400:
        return
    both = date + time
    if known.all() and np.all(np.diff(both) >= 0):
        columns["clock"], columns["time"] = both, both - both[0]
        notes.append("the date and the time of day were put together")
    else:
        del columns["clock"]  # it says nothing within a day


def _sparse_clock(column: Words) -> FloatArray:
    """The clock at every 20th row: it only serves to check the time, and dates are slow to read."""
    values = np.full(column.size, np.nan)
    rows = np.unique(np.append(np.arange(0, column.size, 20), column.size - 1))
    values[rows] = clock(column[rows])
    return values


def _looks_like_dates(time: FloatArray) -> bool:
    return bool(time.size and time[0] > 1e8)


def _convert(quantity: str, column: Words, decimal: str, dialect: Dialect) -> tuple[FloatArray, bool]:
    """The numbers of a column and whether they were durations, in s."""
    if quantity == "state":
        return states(column, dialect), False
    if quantity == "clock":
        return clock(column), False
    if quantity in {"time", "step_time"} and has_colons(column.tolist()):
        first = next(cell for cell in column.tolist() if cell.strip())
        if re.search(r"\d[-/.]\w+[-/.]\d", first):
            return clock(column), True
        return durations(column), True
    return numbers(column, decimal), False


def states(column: Words, dialect: Dialect) -> FloatArray:
    """+1 where a word means charge, -1 discharge, 0 rest, NaN where the dialect does not know it."""
    words, inverse = np.unique(column, return_inverse=True)
    values = np.full(words.size, np.nan)
    for k, word in enumerate(words.tolist()):
        for name, value in (("discharge", -1.0), ("charge", 1.0), ("rest", 0.0)):
            pattern = dialect.states.get(name)
            if pattern and re.search(pattern, word.strip(), re.IGNORECASE):
                values[k] = value
                break
    return values[inverse]


def skipped_note(names: list[str]) -> list[str]:
    """A note that names the columns that were not read."""
    if not names:
        return []
    shown = ", ".join(name if len(name) <= 30 else name[:27] + "..." for name in names[:12])
    return [f"columns that were not read: {shown}" + (f", ... ({len(names)} in all)" if len(names) > 12 else "")]
