"""Arbin databases (.res, a Microsoft Access file) through `access-parser` (Apache-2.0), the extra `arbin`."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from alloycoat.cyclers.archives import Source
from alloycoat.cyclers.dialects import dialects
from alloycoat.cyclers.extras import damaged, library, on_disk
from alloycoat.cyclers.formats import Format
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.samples import Samples, assemble
from alloycoat.cyclers.units import base_word
from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord, FloatArray

TABLE = "Channel_Normal_Table"
_EXCEL_TO_UNIX = 25569.0
"""Days from Access's first day to 1970-01-01."""


def _recognize(source: Source) -> bool:
    return source.content[4:19] in {b"Standard Jet DB", b"Standard ACE DB"}


def _column(table: Mapping[str, Sequence[Any]], name: str, rows: int) -> FloatArray:
    values = table[name]
    if len(values) != rows:
        raise ValueError(f"{name} has {len(values)} of {rows} rows")
    return np.array([float("nan") if value is None else value for value in values], dtype=np.float64)


def read_res(source: Source, hints: Hints) -> CyclingRecord:
    """The record of an Arbin .res file: the table of the channel, in the order of its data points.

    Raises DataFileError where it is damaged, holds no such table, several tests, or the library is missing.
    """
    parser = library("access_parser", "arbin", source.path)
    logging.getLogger("access_parser").setLevel(logging.CRITICAL + 1)
    try:
        with on_disk(source) as path:
            database = parser.AccessParser(str(path))
            table = database.parse_table(TABLE) if TABLE in database.catalog else None
    except Exception as error:  # whatever the library stumbles over in a damaged file
        raise damaged(source, "Arbin .res", error) from error
    if not table or not table.get("Test_Time"):
        raise DataFileError(f"{source.path}: is a database without rows in {TABLE}: not a record of Arbin")
    if len(set(table.get("Test_ID", ()))) > 1:
        raise DataFileError(f"{source.path}: holds {len(set(table['Test_ID']))} tests; export one by one")
    try:
        columns = _columns(table)
    except (ValueError, TypeError) as error:
        raise damaged(source, "Arbin .res", error) from error
    return assemble(Samples(str(source.path), "Arbin .res", columns, whole=True if source.packed else None), hints)


def _columns(table: Mapping[str, Sequence[Any]]) -> dict[str, FloatArray]:
    """The quantities of the table; the library gives pages in the order of the file, not of the test."""
    dialect = next(each for each in dialects() if each.name == "Arbin text")
    by_base = {base_word(name): name for name in table}
    rows = len(table["Test_Time"])
    columns = {
        quantity: _column(table, by_base[word], rows)
        for quantity, words in dialect.columns.items()
        for word in words
        if word in by_base
    }
    if "clock" in columns:
        columns["clock"] = (columns["clock"] - _EXCEL_TO_UNIX) * 86400.0
    if "Data_Point" in table:
        order = np.argsort(_column(table, "Data_Point", rows), kind="stable")
        columns = {name: values[order] for name, values in columns.items()}
    return columns


FORMAT = Format("Arbin database", (".res",), _recognize, read_res, library="arbin")
"""Arbin .res."""
