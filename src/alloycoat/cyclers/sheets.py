"""Workbooks (.xlsx) of all makers through `openpyxl`, the extra `xlsx`; the dialects are those of the texts."""

from __future__ import annotations

import io
import warnings
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import chain, islice
from typing import Any

import numpy as np

from alloycoat.cyclers.archives import Source, check_unpacked_size
from alloycoat.cyclers.cells import Words, from_datetime
from alloycoat.cyclers.dialects import UNTESTED, Dialect, recognize
from alloycoat.cyclers.extras import damaged, library
from alloycoat.cyclers.formats import Format
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.importer import collect, skipped_note
from alloycoat.cyclers.samples import Samples, assemble
from alloycoat.cyclers.text import WIDTH
from alloycoat.cyclers.units import with_units
from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord

HEADER_WITHIN = 60
_CHUNK = 20_000


def _recognize(source: Source) -> bool:
    return source.suffix in {".xlsx", ".xlsm"} and source.content.startswith(b"PK")


def _cell(value: Any) -> str:
    """A cell as the text importer takes it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return repr(from_datetime(value))
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"0:0:{value.total_seconds()!r}"
    if isinstance(value, time):
        return f"{value.hour}:{value.minute}:{value.second + value.microsecond * 1e-6!r}"
    return repr(value) if isinstance(value, float) else str(value).strip()[:WIDTH]


def _open(source: Source) -> Any:
    openpyxl = library("openpyxl", "xlsx", source.path)
    check_unpacked_size(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(io.BytesIO(source.content), read_only=True, data_only=True)
    except Exception as error:  # whatever the library stumbles over in a damaged file
        raise damaged(source, ".xlsx", error) from error


def _names(row: tuple[Any, ...]) -> tuple[str, ...]:
    return tuple("" if value is None else str(value).strip() for value in row)


def _tables(source: Source, book: Any) -> Iterator[tuple[str, Dialect, tuple[str, ...], list[tuple[Any, ...]]]]:
    """Sheets whose header a dialect knows: name, dialect, header, rows."""
    for sheet in book.worksheets:
        try:
            if hasattr(sheet, "reset_dimensions"):
                sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True)
            top = list(islice(rows, HEADER_WITHIN + 2))
            for number, row in enumerate(top[: HEADER_WITHIN + 1]):
                header, first = _names(row), number + 1
                below = with_units(header, list(_names(top[first]))) if first < len(top) else None
                dialect = None if below is None else recognize(below)
                if below is not None and dialect is not None:
                    header, first = below, first + 1
                else:
                    dialect = recognize(header)
                if dialect is not None:
                    body = [
                        each for each in chain(top[first:], rows) if each != row and any(v is not None for v in each)
                    ]
                    yield sheet.title, dialect, header, body
                    break
        except Exception as error:  # whatever the library, the archive or the xml stumbles over
            raise damaged(source, ".xlsx", error) from error


def _parts(rows: list[tuple[Any, ...]], positions: list[int]) -> Iterator[tuple[int, Words]]:
    for start in range(0, len(rows), _CHUNK):
        yield (
            start,
            np.array(
                [[_cell(row[k]) if k < len(row) else "" for k in positions] for row in rows[start : start + _CHUNK]],
                dtype=f"U{WIDTH}",
            ),
        )


def read_sheet(source: Source, hints: Hints) -> CyclingRecord:
    """The record of a workbook: all its sheets under one header, in their order (long tests are split over sheets).

    Raises DataFileError where no sheet is a time series, it is damaged, or the library is missing.
    """
    file = str(source.path)
    book = _open(source)
    try:
        tables = list(_tables(source, book))
        titles = ", ".join(book.sheetnames)[:120]
    finally:
        book.close()
    if not tables:
        raise DataFileError(
            f"{file}: is no record: none of its sheets ({titles}) has columns of time, voltage and current"
        )
    sizes = Counter({table[2]: 0 for table in tables})
    for table in tables:
        sizes[table[2]] += len(table[3])
    same = [table for table in tables if table[2] == sizes.most_common(1)[0][0]]  # a sheet of summaries has fewer rows
    title, dialect, header, rows = same[0]
    for table in same[1:]:
        rows = rows + table[3]
    if not rows:
        raise DataFileError(f"{file}: the sheet {title!r} has a header but no rows")
    places = dialect.places(header)
    samples: Samples = collect(file, dialect, header, places, _parts(rows, list(places.values())), ".", 2)
    samples.format = dialect.name.replace("text", "workbook")
    samples.notes[:0] = skipped_note(dialect.skipped(header, set(places.values())))
    if len(same) > 1:
        samples.notes.append(f"{len(same)} sheets of the workbook were joined")
    others = [table[0] for table in tables if table[2] != header]
    if others:
        samples.notes.append(f"sheets that were not read: {', '.join(others)}")
    if dialect.untested:
        samples.notes.append(UNTESTED)
    return assemble(samples, hints)


FORMAT = Format("workbook", (".xlsx",), _recognize, read_sheet, library="xlsx")
"""Excel workbooks of all dialects."""
