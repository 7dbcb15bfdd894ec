"""Cells of text as numbers: decimal point or comma, "d hh:mm:ss" durations, dates of every usual order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from alloycoat.record import FloatArray

Words = NDArray[np.str_]

BLANKS = frozenset({"", "-", "--", "nan", "n/a", "na", "null", "none", "inf", "-inf", "ovr", "overrange", "#n/a"})
"""Words that stand for "no number" (lower case)."""

_DURATION = re.compile(
    r"\A\s*(?:(?P<days>\d+)\s*(?:[dD\-\s]|[dD]ays?|天)[,\s]*)?(?P<h>\d+):(?P<m>\d+)(?::(?P<s>\d+(?:[.,]\d*)?))?\s*\Z"
)
_THOUSANDS = re.compile(r"\A[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?\Z")
_GROUPED = re.compile(r"\A\s*[-+]?\d{1,3}(?:\.\d{3})+,\d")
_MONTHS = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "oct": 10}
_MONTHS |= {"nov": 11, "dec": 12}
_EXCEL_EPOCH = date(1899, 12, 30).toordinal()
_UNIX_EPOCH = date(1970, 1, 1).toordinal()


class CellError(ValueError):
    """A cell that is no number; `row` counts from 0."""

    def __init__(self, row: int, cell: str) -> None:
        super().__init__(cell)
        self.row = row
        self.cell = cell if len(cell) <= 30 else cell[:27] + "..."


def numbers(cells: Words, decimal: str) -> FloatArray:
    """Cells as numbers, NaN where blank; `decimal` is the decimal sign. Raises CellError."""
    if decimal == "," and np.any(np.char.find(cells, ",") >= 0):
        if any(_GROUPED.match(cell) for cell in cells[:1000].tolist()):  # "1.234,5": then points set thousands apart
            cells = np.char.replace(cells, ".", "")
        cells = np.char.replace(cells, ",", ".")
    try:
        values = cells.astype(np.float64)
        if not np.any(np.char.find(cells, "_") >= 0):  # Python reads 1_000; no cycler writes it
            return values
    except ValueError:
        pass
    return np.array([_number(row, cell) for row, cell in enumerate(cells.tolist())], dtype=np.float64)


def _number(row: int, cell: str) -> float:
    stripped = cell.strip()
    if stripped.lower() in BLANKS:
        return float("nan")
    if _THOUSANDS.match(stripped):
        stripped = stripped.replace(",", "")
    if "_" in stripped:
        raise CellError(row, cell)
    try:
        return float(stripped)
    except ValueError as error:
        raise CellError(row, cell) from error


def has_colons(cells: Iterable[str]) -> bool:
    """Whether the first cell with something in it is written as a duration."""
    return next((":" in cell for cell in cells if cell.strip()), False)


def durations(cells: Words) -> FloatArray:
    """Cells as "hh:mm:ss", "d hh:mm:ss" or "d-hh:mm:ss" in s, NaN where blank. Raises CellError."""
    return np.array([_duration(row, cell) for row, cell in enumerate(cells.tolist())], dtype=np.float64)


def _duration(row: int, cell: str) -> float:
    parts = cell.split(":")
    if len(parts) == 3:
        try:  # the usual case, without a regular expression
            return int(parts[0]) * 3600 + int(parts[1]) * 60 + float(parts[2])
        except ValueError:
            pass
    if len(parts) == 4 and all(part.strip().replace(".", "", 1).isdigit() for part in parts):
        return int(parts[0]) * 86400 + int(parts[1]) * 3600 + int(parts[2]) * 60 + float(parts[3])
    match = _DURATION.match(cell)
    if match is None:
        if cell.strip().lower() in BLANKS:
            return float("nan")
        raise CellError(row, cell)
    seconds = float((match["s"] or "0").replace(",", "."))
    return int(match["days"] or 0) * 86400 + int(match["h"]) * 3600 + int(match["m"]) * 60 + seconds


_DAY = 86400.0


def past_midnight(values: FloatArray) -> tuple[FloatArray, int]:
    """Times of day with a day added at each midnight, and how many there are.

    Midnight: a fall from shortly before 24 h to shortly after 0 h, within 20 of the usual steps or two minutes.
    Anything else is left as it is.
    """
    step = np.diff(values)
    if values.size < 3 or not np.nanmax(values) < _DAY or not np.any(step < 0):
        return values, 0
    usual = float(np.nanmedian(step[step > 0])) if np.any(step > 0) else 0.0
    passed = (step < 0) & (step + _DAY <= max(20 * usual, 120.0))
    if np.any((step < 0) & ~passed):
        return values, 0
    return values + _DAY * np.concatenate([[0], np.cumsum(passed)]), int(passed.sum())


def clock(cells: Words) -> FloatArray:
    """Cells as dates with time in s since 1970 (no time zone), NaN where not understood.

    Understood: ISO order, day or month first (the order that never goes back), month names, seconds or milliseconds
    since 1970 and Excel's day numbers.
    """
    listed = cells.tolist()
    first = next((cell.strip() for cell in listed if cell.strip()), "")
    try:
        plain = float(first.replace(",", "."))
    except ValueError:
        plain = float("nan")
    if np.isfinite(plain):
        try:
            values = numbers(cells, ",")
        except CellError:
            return np.full(len(listed), np.nan)
        if 1e8 < plain < 1e11:
            return values
        if 1e11 < plain < 1e14:
            return np.asarray(values * 1e-3)
        if 20000 < plain < 80000:
            return np.asarray((values - (_UNIX_EPOCH - _EXCEL_EPOCH)) * 86400.0)
        return np.full(len(listed), np.nan)
    split = [cell.strip().replace("T", " ", 1).partition(" ") for cell in listed]
    days = sorted({day for day, _, _ in split})
    rest = np.array([_time_of_day(time) for _, _, time in split])
    order = {day: k for k, day in enumerate(days)}
    place = np.array([order[day] for day, _, _ in split], dtype=np.intp)
    both = [np.array([_day(day, day_first) for day in days]) for day_first in (False, True)]
    return min((first[place] + rest for first in both), key=_disorder)


def _disorder(values: FloatArray) -> tuple[int, int, float]:
    """How badly a column of dates fits a running clock: unread cells, steps back, span."""
    known = values[np.isfinite(values)]
    if known.size == 0:
        return values.size, 0, 0.0
    return values.size - known.size, int((np.diff(known) < -1).sum()), float(known.max() - known.min())


def _day(text: str, day_first: bool) -> float:
    parts = re.split(r"[-/.]", text)
    if len(parts) != 3:
        return float("nan")
    try:
        if len(parts[0]) == 4:
            year, month, day = (int(part) for part in parts)
        else:
            name = _MONTHS.get(parts[1][:3].lower())
            first, second, year = int(parts[0]), name or int(parts[1]), int(parts[2])
            day, month = (first, second) if day_first or name else (second, first)
            year += 2000 if year < 100 else 0
        return (date(year, month, day).toordinal() - _UNIX_EPOCH) * 86400.0
    except (ValueError, OverflowError):
        return float("nan")


def _time_of_day(text: str) -> float:
    parts = text.split(":")
    if len(parts) == 3:
        try:  # the usual case
            return int(parts[0]) * 3600 + int(parts[1]) * 60 + float(parts[2])
        except ValueError:
            pass
    text, _, half = text.strip().rstrip("Z").partition(" ")
    try:
        seconds = sum(
            float(part.replace(",", ".")) * scale for part, scale in zip(text.split(":"), (3600, 60, 1), strict=False)
        )
    except ValueError:
        return float("nan") if text else 0.0
    if half.upper() == "PM" and seconds < 43200:
        return seconds + 43200
    if half.upper() == "AM" and seconds >= 43200:
        return seconds - 43200
    return seconds


def from_datetime(value: datetime) -> float:
    """A date of a spreadsheet in s since 1970 (no time zone)."""
    midnight = (value.toordinal() - _UNIX_EPOCH) * 86400.0
    return midnight + value.hour * 3600 + value.minute * 60 + value.second + value.microsecond * 1e-6
