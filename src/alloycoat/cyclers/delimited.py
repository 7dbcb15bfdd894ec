"""A csv text as columns of numbers: a quick way for clean text, a careful one for the rest."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from alloycoat.errors import DataFileError
from alloycoat.record import FloatArray


@dataclass(frozen=True, slots=True)
class Table:
    """A csv text cut in two: header, position of each known column, the body and its first line."""

    path: Path
    header: tuple[str, ...]
    columns: dict[str, int]  # machine name -> position
    body: str
    first_line: int


def decode(path: Path, content: bytes) -> str:
    """The text of a file; raises DataFileError where it is empty, binary or in another encoding."""
    if not content.strip():
        raise DataFileError(f"{path}: the file is empty")
    if b"\x00" in content[:65536]:
        raise DataFileError(f"{path}: is a binary file; csv text is needed")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataFileError(f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8 csv") from error


def header_names(line: str) -> list[str]:
    """The names of a header line; nothing where it cannot be split."""
    try:
        return [name.strip() for name in next(csv.reader([line.strip("\r\n")]), [])]
    except csv.Error:
        return []


def column(table: Table, positions: list[int], body: str | None = None) -> FloatArray:
    """The columns at `positions` as a 2-D array, by numpy's reader; raises ValueError for words."""
    text = io.StringIO(table.body if body is None else body)
    return np.loadtxt(text, delimiter=",", usecols=positions, ndmin=2, comments=None, quotechar='"')


def parse(table: Table) -> tuple[dict[str, FloatArray], list[str]]:
    """The known columns as arrays (NaN where blank), and notes on what was left out.

    Raises DataFileError, naming the line, for a value that is no number or a row of another length.
    """
    positions = list(table.columns.values())
    if not table.body.strip():
        raise DataFileError(f"{table.path}: has a header but no rows")
    try:
        numbers, notes = _parse_quickly(table, positions), list[str]()
    except (ValueError, OverflowError):
        numbers, notes = _parse_carefully(table, positions)
    if numbers.size == 0:
        raise DataFileError(f"{table.path}: has a header but no rows")
    return {name: np.ascontiguousarray(numbers[:, k]) for k, name in enumerate(table.columns)}, notes


def _parse_quickly(table: Table, positions: list[int]) -> FloatArray:
    """Numpy's reader, blanks filled in; raises ValueError where rows are unequal, for it would not notice."""
    body = table.body
    if '"' in body or not _is_rectangular(body, len(table.header)):
        raise ValueError("rows are not of one length")
    try:
        return column(table, positions)
    except ValueError:
        filled = body.replace(",,", ",nan,").replace(",,", ",nan,").replace("\r\n", "\n")
        filled = re.sub(r"(?m)^,", "nan,", filled)
        return column(table, positions, re.sub(r"(?m),$", ",nan", filled))


def _is_rectangular(body: str, width: int) -> bool:
    """Whether every line has `width` values, by counting commas between line feeds."""
    letters = np.frombuffer(body.rstrip("\r\n").encode() + b"\n", dtype=np.uint8)
    line_feeds, commas = np.flatnonzero(letters == ord("\n")), np.flatnonzero(letters == ord(","))
    counts = np.diff(np.searchsorted(commas, line_feeds), prepend=0)
    return bool(np.all(counts == width - 1))


def _parse_carefully(table: Table, positions: list[int]) -> tuple[FloatArray, list[str]]:
    """Row by row: blanks become NaN, a last row that was cut off is dropped, anything else is refused."""
    rows: list[list[float]] = []
    notes: list[str] = []
    reader = csv.reader(io.StringIO(table.body))
    pending: str | None = None
    width = len(table.header)
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if pending:
                raise DataFileError(pending)
            line = reader.line_num + table.first_line - 1
            if len(cells) > width:
                raise DataFileError(
                    f"{table.path}: line {line} has {len(cells)} values for {width} columns; "
                    "is the decimal sign a comma? The format has decimal points"
                )
            if len(cells) < width:
                pending = f"{table.path}: line {line} has {len(cells)} values for {width} columns"
                continue
            try:
                rows.append([_number(cells[position]) for position in positions])
            except ValueError:
                bad = _bad_cell(cells, positions)
                hint = "; write decimal points" if "," in bad else ""
                pending = f"{table.path}: line {line} holds {bad}, which is not a number{hint}"
    except csv.Error as error:
        raise DataFileError(f"{table.path}: is not csv text ({error})") from error
    if pending and not rows:
        raise DataFileError(pending)
    if pending:
        notes.append(f"the last row is cut off and was left out ({pending.rsplit(': ', 1)[-1]})")
    return np.array(rows, dtype=float).reshape(len(rows), len(positions)), notes


def _number(cell: str) -> float:
    cell = cell.strip()
    if "_" in cell:  # Python reads 1_000; no cycler writes it
        raise ValueError(cell)
    return float(cell) if cell else float("nan")


def _bad_cell(cells: list[str], positions: list[int]) -> str:
    for position in positions:
        try:
            _number(cells[position])
        except ValueError:
            cell = cells[position]
            return repr(cell if len(cell) <= 30 else cell[:27] + "...")
    return "a value"
