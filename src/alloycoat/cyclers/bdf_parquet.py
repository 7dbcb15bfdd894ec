"""Battery Data Format as parquet, in and out, through `pyarrow`, the extra `parquet`."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np

from alloycoat import store
from alloycoat.cyclers.archives import LARGEST_FILE, SMALL, Source
from alloycoat.cyclers.bdf import REQUIRED, checked_name, machine_name, record_of, rows_of
from alloycoat.cyclers.dialects import Dialect, recognize
from alloycoat.cyclers.extras import damaged, library
from alloycoat.cyclers.formats import Format
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.importer import scales, skipped_note, states
from alloycoat.cyclers.samples import Samples, assemble
from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord, FloatArray

LARGEST_PACKING = 3000
"""Bytes of numbers per byte of a file: constant columns pack well, but not better."""


def _recognize(source: Source) -> bool:
    return source.content.startswith(b"PAR1")


def read_bdf_parquet(source: Source, hints: Hints) -> CyclingRecord:
    """The record of a parquet file whose columns carry the names or labels of the Battery Data Format, or a maker's.

    Raises DataFileError where a column is missing or the file is damaged, as `read_bdf`.
    """
    parquet = library("pyarrow.parquet", "parquet", source.path)
    try:
        file = parquet.ParquetFile(io.BytesIO(source.content))
        names = list(file.schema_arrow.names)
        wanted = [name for name in names if machine_name(name) or checked_name(name)]
        dialect = None if set(REQUIRED) <= {machine_name(name) for name in names} else recognize(tuple(names))
        wanted = wanted if dialect is None else names
        size = 8 * file.metadata.num_rows * len(wanted)
        if size > min(LARGEST_FILE, max(SMALL, LARGEST_PACKING * len(source.content))):
            raise DataFileError(f"{source.path}: {len(source.content)} bytes claim {file.metadata.num_rows} rows")
        table = file.read(columns=wanted)
        if dialect is not None:
            return _of_a_maker(source, dialect, tuple(names), table, hints)
    except DataFileError:
        raise
    except Exception as error:  # whatever the library stumbles over in a damaged file
        raise damaged(source, "parquet", error) from error
    columns: dict[str, FloatArray] = {}
    checked: dict[str, FloatArray] = {}
    for name in wanted:
        machine, quantity = machine_name(name), checked_name(name)
        if machine in columns:
            raise DataFileError(f"{source.path}: two columns hold {machine}; keep one")
        if machine:
            columns[machine] = _numbers(source, name, table[name])
        elif quantity and quantity not in checked:
            checked[quantity] = _numbers(source, name, table[name])
    missing = [name for name in ("test_time_second", "current_ampere", "voltage_volt") if name not in columns]
    if missing:
        shown = ", ".join(names[:8])
        raise DataFileError(
            f"{source.path}: is not in the Battery Data Format: no column {missing[0]!r}. Its columns: {shown}"
        )
    return record_of(source.path, columns, checked, [], hints)


def _of_a_maker(source: Source, dialect: Dialect, header: tuple[str, ...], table: Any, hints: Hints) -> CyclingRecord:
    """The record of a table whose columns carry a maker's names and units, as other tools write them."""
    places = dialect.places(header)
    factors = scales(str(source.path), dialect, header, places)
    columns: dict[str, FloatArray] = {}
    for quantity, place in places.items():
        column = table[header[place]]
        if quantity == "state":
            words = ["" if word is None else str(word) for word in column.to_pylist()]
            columns[quantity] = states(np.array(words, dtype="U40"), dialect)
        elif str(column.type).startswith("timestamp"):
            columns[quantity] = column.cast("timestamp[ms]").cast("int64").to_numpy() * 1e-3
        else:
            factor = 1.0 if quantity == "time" else factors[quantity] or 1.0
            columns[quantity] = _numbers(source, header[place], column) * factor
    notes = skipped_note(dialect.skipped(header, set(places.values())))
    shown = dialect.name.replace("text", "parquet")
    unit = factors.get("time", 1.0)
    return assemble(Samples(str(source.path), shown, columns, unit, dialect.sign, notes=notes), hints)


def _numbers(source: Source, name: str, column: Any) -> FloatArray:
    try:
        return np.asarray(column.to_numpy(), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise DataFileError(f"{source.path}: the column {name!r} does not hold numbers") from error


def write_bdf_parquet(record: CyclingRecord, path: str | Path) -> Path:
    """Write the record as Battery Data Format parquet; never a part of a file.

    Raises DataFileError where the folder cannot be written, or the library is missing.
    """
    path = Path(path)
    pyarrow = library("pyarrow", "parquet", path)
    parquet = library("pyarrow.parquet", "parquet", path)
    columns = rows_of(record)
    stream = io.BytesIO()
    parquet.write_table(pyarrow.table(columns), stream)
    return store.write_bytes(path, stream.getvalue())


FORMAT = Format(
    "Battery Data Format parquet", (".bdf.parquet", ".parquet"), _recognize, read_bdf_parquet, library="parquet"
)
"""Battery Data Format parquet."""
