"""An aged cell in a file of arrays, to look at later or to go on from: written whole or not at all, no pickle."""

from __future__ import annotations

import io
import json
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from alloycoat.cell.inventory import Aged, State, make_inventory
from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord, Ended
from alloycoat.store import write_bytes

_FORMAT = 1
_COLUMNS = ("time_s", "current_A", "voltage_V", "cycle", "step")


def save_aged(path: Path, aged: Aged) -> Path:
    """Write record, inventories and state to `path` (.npz); `load_aged` reads them back bit for bit.

    Raises DataFileError where the folder cannot be written.
    """
    record, state = aged.record, aged.state
    facts = {
        "format": _FORMAT, "ended": aged.ended.name, "time_s": aged.time_s, "cycles": aged.cycles,
        "first": int(aged.inventory.cycle[0]), "area_m2": record.area_m2, "cell_kind": record.cell_kind,
        "metadata": dict(record.metadata), "notes": list(record.notes),
        "state": {f.name: getattr(state, f.name) for f in fields(state) if f.name not in ("arrays", "table")},
    }  # fmt: skip
    arrays: dict[str, Any] = {name: getattr(record, name) for name in _COLUMNS}
    arrays |= {f"state_{k}": array for k, array in enumerate(state.arrays)}
    arrays |= {"table": state.table, "facts": np.frombuffer(json.dumps(facts).encode(), dtype=np.uint8)}
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return write_bytes(path, stream.getvalue())


def load_aged(path: Path) -> Aged:
    """What `save_aged` wrote. Raises DataFileError for a file that cannot be read or is none of ours."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as found:
            arrays = {name: found[name] for name in found.files}
        facts = json.loads(arrays["facts"].tobytes())
        if facts["format"] != _FORMAT:
            raise DataFileError(f"{path}: format {facts['format']!r}; this version reads {_FORMAT}")
        count = sum(name.startswith("state_") for name in arrays)
        state = State(arrays=tuple(arrays[f"state_{k}"] for k in range(count)), table=arrays["table"], **facts["state"])
        record = CyclingRecord(
            arrays["time_s"], arrays["current_A"], arrays["voltage_V"], arrays["cycle"], arrays["step"],
            area_m2=facts["area_m2"], cell_kind=facts["cell_kind"], origin="simulated", ended=Ended[facts["ended"]],
            metadata=facts["metadata"], notes=tuple(facts["notes"]),
        )  # fmt: skip
        numbers = facts["first"] + np.arange(len(state.table))
        inventory = make_inventory(state.table, numbers, state.filled_in)
        return Aged(record, inventory, record.ended, facts["time_s"], facts["cycles"], state)
    except OSError as error:
        raise DataFileError(f"{path}: cannot be read: {error.strerror or error}") from error
    except (ValueError, KeyError, TypeError, AttributeError, BadZipFile, EOFError) as error:
        if isinstance(error, DataFileError):
            raise
        raise DataFileError(f"{path}: is no checkpoint of an ageing cell ({type(error).__name__}: {error})") from error
