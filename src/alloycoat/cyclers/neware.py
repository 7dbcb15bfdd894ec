"""Neware binaries (.nda, .ndax) through `fastnda` (BSD-3-Clause), the extra `neware`."""

from __future__ import annotations

import logging
import warnings
from typing import Any

import numpy as np

from alloycoat.cyclers.archives import Source, check_unpacked_size
from alloycoat.cyclers.dialects import dialects
from alloycoat.cyclers.extras import damaged, library, on_disk
from alloycoat.cyclers.formats import Format
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.importer import states
from alloycoat.cyclers.samples import Samples, assemble
from alloycoat.record import CyclingRecord, FloatArray

_COLUMNS = {
    "index": ("record", 1.0), "total_time_s": ("time", 1.0), "voltage_V": ("voltage", 1.0),
    "current_mA": ("current", 1e-3), "unix_time_s": ("clock", 1.0), "cycle_count": ("cycle", 1.0),
    "step_count": ("step", 1.0), "capacity_mAh": ("capacity", 1e-3), "energy_mWh": ("energy", 1e-3),
}  # fmt: skip
"""Column of the library, quantity, factor to SI (Ah, Wh)."""
_SIGNED = {"capacity_mAh", "energy_mWh"}
"""They grow downwards where the cell is discharged, and start at 0 with every step."""


def _recognize(source: Source) -> bool:
    if source.suffix == ".ndax":
        return source.content.startswith(b"PK")
    return source.suffix == ".nda" or source.content.startswith(b"NEWARE")


def _numbers(frame: Any, name: str, factor: float) -> FloatArray:
    values = np.array(frame[name].cast(float, strict=False).to_numpy(), dtype=np.float64)
    return np.abs(values) * factor if name in _SIGNED else values * factor


def _states(frame: Any) -> FloatArray:
    """The state of each row by the words of the step types, each looked up once."""
    dialect = next(each for each in dialects() if each.name == "Neware text")
    column = frame["step_type"].cast(str)
    words = column.unique().drop_nulls()
    meanings = states(np.array(words.to_list(), dtype="U40"), dialect)
    codes = np.array([column.eq_missing(word).to_numpy() for word in words.to_list()])
    return np.asarray(np.where(codes.any(axis=0), meanings[codes.argmax(axis=0)], np.nan))


def read_neware(source: Source, hints: Hints) -> CyclingRecord:
    """The record of a .nda or .ndax file. Raises DataFileError where it is damaged or the library is missing."""
    if source.suffix == ".ndax":
        check_unpacked_size(source)
    fastnda = library("fastnda", "neware", source.path)
    logging.getLogger("fastnda").setLevel(logging.CRITICAL + 1)  # it prints what it stumbles over
    try:
        with warnings.catch_warnings(), on_disk(source) as path:
            warnings.simplefilter("ignore")
            frame = fastnda.read(str(path), cycle_mode="raw")  # as the file counts, never renumbered
        columns = {
            quantity: _numbers(frame, name, factor)
            for name, (quantity, factor) in _COLUMNS.items()
            if name in frame.columns
        }
        if "step_type" in frame.columns:
            columns["state"] = _states(frame)
    except Exception as error:  # whatever the library stumbles over in a damaged file
        raise damaged(source, "Neware", error) from error
    skipped = [name for name in frame.columns if name.startswith("aux")]
    notes = [f"columns that were not read: {', '.join(skipped)}"] if skipped else []
    whole = True if source.packed or source.suffix == ".ndax" else None  # .ndax is a zip archive, with checksums
    return assemble(Samples(str(source.path), "Neware binary", columns, whole=whole, notes=notes), hints)


FORMAT = Format("Neware binary", (".nda", ".ndax"), _recognize, read_neware, library="neware")
"""Neware .nda and .ndax."""
