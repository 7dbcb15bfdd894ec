"""Reads the csv files of this room into text cells, and the small grammars inside a cell."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import resources
from io import StringIO

from alloycoat.errors import AlloycoatError


class EvidenceTableError(AlloycoatError):
    """A table of the evidence that breaks its own rules; a defect of the package, not of the user's input."""


def read(name: str, columns: tuple[str, ...]) -> Iterator[dict[str, str]]:
    """The lines of `data/name.csv` as text by column; raises EvidenceTableError on other columns."""
    table = resources.files("alloycoat.literature") / "data" / f"{name}.csv"
    reader = csv.reader(StringIO(table.read_text(encoding="utf-8")))
    header = next(reader, [])
    if tuple(header) != columns:
        raise EvidenceTableError(f"{name}.csv: the columns are {header}, not {columns}")
    for cells in reader:
        if len(cells) != len(columns):
            raise EvidenceTableError(f"{name}.csv line {reader.line_num}: wrong number of cells")
        yield {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}


def parts(cell: str) -> tuple[str, ...]:
    """The items of a list cell, separated by semicolons.

    >>> parts("DOL; DME")
    ('DOL', 'DME')
    """
    return tuple(item.strip() for item in cell.split(";") if item.strip())


def numbers(cell: str) -> tuple[int, ...]:
    """The whole numbers of a list cell."""
    return tuple(int(item) for item in parts(cell))


def number(cell: str) -> float | None:
    """The number of a cell, None where it is empty."""
    return float(cell) if cell else None


def pairs(cell: str) -> tuple[tuple[str, str], ...]:
    """The `name=text` items of a cell.

    >>> pairs("time=10 s; precursor=SnCl4")
    (('time', '10 s'), ('precursor', 'SnCl4'))
    """
    found = []
    for item in parts(cell):
        name, sign, text = item.partition("=")
        if not sign:
            raise EvidenceTableError(f"{item!r} is not of the form name=text")
        found.append((name.strip(), text.strip()))
    return tuple(found)
