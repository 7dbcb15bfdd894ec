"""Battery Data Format (ontology 1.3.0) as csv, in and out, plain or gzip.

One header line, then one row a sample. Columns by their machine name (`test_time_second`) or their label
("Test Time / s"). The sign is the format's: positive current charges. The csv knows no comments, so the file
holds the columns and nothing else.
"""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import numpy as np

from alloycoat import store
from alloycoat.cyclers.archives import Source, open_source
from alloycoat.cyclers.delimited import Table, column, decode, header_names, parse
from alloycoat.cyclers.evidence import Evidence
from alloycoat.cyclers.formats import Format
from alloycoat.cyclers.hints import NO_HINTS, Hints
from alloycoat.cyclers.invariants import as_metadata, settle
from alloycoat.errors import DataFileError, nearest
from alloycoat.record import LARGEST, CyclingRecord, FloatArray, Impedance, IntArray

LABELS = {
    "test_time_second": "Test Time / s",
    "current_ampere": "Current / A",
    "voltage_volt": "Voltage / V",
    "cycle_count": "Cycle Count / 1",
    "step_count": "Step Count / 1",
    "step_id": "Step ID",
    "step_index": "Step Index / 1",
    "frequency_hertz": "Frequency / Hz",
    "real_impedance_ohm": "Real Impedance / ohm",
    "imaginary_impedance_ohm": "Imaginary Impedance / ohm",
}
"""The columns this reader uses: machine name and label. `step_index` is the older name of `step_id`."""
_CHECKED = {
    "unix_time_second": "clock", "power_watt": "power", "net_capacity_ah": "net_capacity",
    "charging_capacity_ah": "charge_capacity", "discharging_capacity_ah": "discharge_capacity",
    "cycle_charging_capacity_ah": "charge_capacity", "cycle_discharging_capacity_ah": "discharge_capacity",
    "step_charging_capacity_ah": "charge_capacity", "step_discharging_capacity_ah": "discharge_capacity",
}  # fmt: skip
"""Columns that only serve to check the others: machine name, quantity of the invariants."""
_CHECKED_LABELS = {
    "unix time / s": "unix_time_second", "power / w": "power_watt", "net capacity / ah": "net_capacity_ah",
    "charging capacity / ah": "charging_capacity_ah", "discharging capacity / ah": "discharging_capacity_ah",
    "cycle charging capacity / ah": "cycle_charging_capacity_ah",
    "cycle discharging capacity / ah": "cycle_discharging_capacity_ah",
    "step charging capacity / ah": "step_charging_capacity_ah",
    "step discharging capacity / ah": "step_discharging_capacity_ah",
}  # fmt: skip
REQUIRED = ("test_time_second", "current_ampere", "voltage_volt")
_STEPS = ("step_count", "step_id", "step_index")
_EIS = ("frequency_hertz", "real_impedance_ohm", "imaginary_impedance_ohm")
_BY_LABEL = {label.lower(): name for name, label in LABELS.items()}

_FOREIGN = {
    "time": "test_time_second", "testtime": "test_time_second", "testtimes": "test_time_second",
    "current": "current_ampere", "currenta": "current_ampere", "i": "current_ampere",
    "voltage": "voltage_volt", "voltagev": "voltage_volt", "ewe": "voltage_volt", "potential": "voltage_volt",
}  # fmt: skip
"""Columns of other makers that hold the same quantity: letters of the name, the column they stand for."""

LONGEST_S = 10 * 365.25 * 86400.0
"""A record that spans more than this (10 years) is read, but said to look wrong in its unit of time."""


def machine_name(name: str) -> str | None:
    """The column a name stands for: a machine name as it is, a label in any case and spacing."""
    return name if name in LABELS else _BY_LABEL.get(re.sub(r"\s+", " ", name.strip().lower()))


def checked_name(name: str) -> str | None:
    """The quantity of a column that only serves as a check, None for others."""
    machine = name if name in _CHECKED else _CHECKED_LABELS.get(re.sub(r"\s+", " ", name.strip().lower()))
    return _CHECKED.get(machine or "")


def _short(names: list[str], shown: int = 8) -> str:
    cut = [name if len(name) <= 30 else name[:27] + "..." for name in names[:shown]]
    return ", ".join(cut) + (f", ... ({len(names)} in all)" if len(names) > shown else "")


def _split(path: Path, text: str) -> Table:
    """Find the header and the columns; say what is missing and which column comes near."""
    stripped = text.lstrip("\r\n")
    line, _, body = stripped.partition("\n")
    header = header_names(line)
    columns: dict[str, int] = {}
    for position, name in enumerate(header):
        machine = machine_name(name)
        if machine is None:
            continue
        if machine in columns:
            raise DataFileError(
                f"{path}: two columns hold {machine} ({header[columns[machine]]!r} and {name!r}); keep one"
            )
        columns[machine] = position
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise DataFileError(f"{path}: is not in the Battery Data Format: {_missing(header, line, missing)}")
    return Table(path, tuple(header), columns, body, text[: len(text) - len(stripped)].count("\n") + 2)


def _missing(header: list[str], line: str, missing: list[str]) -> str:
    """What to say about a header that lacks required columns."""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if line.count(separator) > line.count(","):
            return f"its columns are separated by {word}; the format has commas and decimal points"
    parts = []
    for name in missing:
        letters = {re.sub(r"[^a-z]", "", given.lower()): given for given in header}
        near = next((letters[key] for key, meant in _FOREIGN.items() if meant == name and key in letters), None)
        near = near or nearest(LABELS[name], header) or nearest(name, header)
        parts.append(f"no column {name!r} or {LABELS[name]!r}" + (f" (nearest: {near!r})" if near else ""))
    return "; ".join(parts) + f". Its columns: {_short(header)}"


def _agree(text: Table, columns: dict[str, FloatArray]) -> None:
    """Refuse a file that holds a quantity twice, once under another maker's name, with other numbers."""
    for position, given in enumerate(text.header):
        machine = _FOREIGN.get(re.sub(r"[^a-z]", "", given.lower()))
        if machine is None or machine_name(given) is not None or given.lower() == "time":
            continue  # "time" alone may be that of the step, or of the day
        try:
            other = column(text, [position])[:, 0]
        except (ValueError, OverflowError):
            continue  # words or blanks: nothing to compare
        ours = columns[machine]
        flowing = np.isfinite(ours) & np.isfinite(other) & (ours != 0) if other.shape == ours.shape else None
        if flowing is None or not flowing.any():
            continue
        ratio = float(np.median(other[flowing] / ours[flowing]))
        if ratio == 0 or (0.99 < ratio < 1.01):
            continue  # an unused column, or the same numbers
        if not np.allclose(other[flowing], ours[flowing], rtol=0.01, atol=0):
            label = text.header[text.columns[machine]]
            raise DataFileError(
                f"{text.path}: is not safe to read as Battery Data Format: its column {label!r} is "
                f"{1 / ratio:.4g} times its column {given!r}, the same quantity; remove the wrong one"
            )


def _impedance(columns: dict[str, FloatArray]) -> tuple[Impedance | None, np.ndarray]:
    """The impedance rows, and a mask of them."""
    frequency = columns.get("frequency_hertz")
    if frequency is None or "real_impedance_ohm" not in columns or "imaginary_impedance_ohm" not in columns:
        return None, np.zeros(columns["test_time_second"].size, dtype=bool)
    mask = np.isfinite(frequency) & (frequency > 0) & np.isfinite(columns["test_time_second"])
    mask &= np.isfinite(columns["real_impedance_ohm"]) & np.isfinite(columns["imaginary_impedance_ohm"])
    if not mask.any():
        return None, mask
    return Impedance(columns["test_time_second"][mask], *(columns[name][mask] for name in _EIS)), mask


def _drop_blank(path: Path, columns: dict[str, FloatArray]) -> tuple[dict[str, FloatArray], list[str]]:
    """Leave out the few rows without time, current or voltage; refuse where they are many."""
    fit = {name: np.abs(columns[name]) <= LARGEST for name in REQUIRED}  # NaN is not
    bad = ~np.logical_and.reduce(list(fit.values()))
    count = int(bad.sum())
    if not count:
        return columns, []
    first = int(np.flatnonzero(bad)[0])
    lacking = next(name for name in REQUIRED if not fit[name][first])
    if count > max(1, bad.size // 100):
        raise DataFileError(
            f"{path}: {count} of {bad.size} rows have no number for time, current or voltage "
            f"(the first: {lacking} in data row {first + 1})"
        )
    note = f"{count} of {bad.size} rows without a number for {lacking} were left out"
    return {name: values[~bad] for name, values in columns.items()}, [note]


def _check_time(path: Path, time: FloatArray) -> list[str]:
    """Refuse time that goes back and say what kind of fault it is; note a span no test has."""
    back = np.flatnonzero(np.diff(time) < 0)
    if back.size:
        k = int(back[0])
        said = (
            f"{path}: test_time_second goes back {back.size} time{'s' if back.size > 1 else ''}, first from "
            f"{time[k]:.10g} to {time[k + 1]:.10g} s in data row {k + 2}; "
        )
        after = back[back + 2 < time.size]
        if after.size == back.size and np.all(time[after + 2] >= time[after]):
            raise DataFileError(
                said + f"{back.size} single rows fall below both neighbors (a clock that is reset for one row "
                "at the start of a step): remove or correct these rows"
            )
        raise DataFileError(said + "the clock was reset (files joined, or step time in place of test time)")
    span = float(time[-1] - time[0])
    if span > LONGEST_S:
        step = float(np.median(np.diff(time)))
        years = f"spans {span / 31557600:.3g} years with {step / 3600:.3g} h between rows"
        return [f"test_time_second {years}: is its unit wrong? A 3600th of it would be {span / 3600 / 3600:.4g} h"]
    return []


def _counts(columns: dict[str, FloatArray]) -> tuple[IntArray | None, IntArray | None, list[str]]:
    """Cycle and step as whole numbers; what is not whole is left out with a note."""
    notes = []
    whole: dict[str, IntArray] = {}
    for name in ("cycle_count", *_STEPS):
        values = columns.get(name)
        if values is None:
            continue
        if np.all(np.isfinite(values) & (np.abs(values) < 2**53)) and np.all(values == np.rint(values)):
            whole[name] = values.astype(np.int64)
        else:
            notes.append(f"the column {name} holds blanks or numbers that are not whole and was left out")
    step = next((whole[name] for name in _STEPS if name in whole), None)
    return whole.get("cycle_count"), step, notes


def read_bdf(
    path: str | Path, *, area_m2: float | None = None, cell_kind: str | None = None, origin: str = "measured"
) -> CyclingRecord:
    """The record of a Battery Data Format csv (plain or gzip).

    area_m2 (m2), cell_kind and origin are what the file cannot say. Counts are kept as they are; the step is
    `step_count`, else `step_id` or `step_index`. Raises DataFileError where a required column is missing, a
    quantity stands there twice with different numbers, a value is no number, time goes back, or an invariant
    (see `invariants`) shows a wrong unit or sign.
    """
    record = read_source(open_source(Path(path)), NO_HINTS)
    return record.replace(area_m2=area_m2, cell_kind=cell_kind, origin=origin)


def read_source(source: Source, hints: Hints) -> CyclingRecord:
    """As `read_bdf`, of an opened file and what the user said of it."""
    path = source.path
    text = _split(path, decode(path, source.content))
    columns, notes = parse(text)
    _agree(text, columns)
    checked = _checked(text)
    return record_of(path, columns, checked, notes, hints)


def _checked(text: Table) -> dict[str, FloatArray]:
    """The columns that serve as checks, by quantity; those that are no numbers are left out."""
    found: dict[str, FloatArray] = {}
    for position, given in enumerate(text.header):
        quantity = checked_name(given)
        if quantity and quantity not in found:
            try:
                found[quantity] = column(text, [position])[:, 0]
            except (ValueError, OverflowError):
                continue
    return found


def record_of(
    path: Path, columns: dict[str, FloatArray], checked: dict[str, FloatArray], notes: list[str], hints: Hints
) -> CyclingRecord:
    """The record of columns by machine name; `checked` by quantity. Raises DataFileError, as `read_bdf`."""
    rows = columns["test_time_second"].size
    impedance, impedance_rows = _impedance(columns)
    if impedance is not None:
        columns = {name: values[~impedance_rows] for name, values in columns.items()}
    else:
        impedance_rows = np.zeros(rows, dtype=bool)
    checked = {name: values[~impedance_rows] for name, values in checked.items() if values.size == rows}
    fit = np.logical_and.reduce([np.abs(columns[name]) <= LARGEST for name in REQUIRED])
    columns, dropped = _drop_blank(path, columns)
    checked = {name: values[fit] for name, values in checked.items()}
    if columns["test_time_second"].size == 0:
        raise DataFileError(f"{path}: has no row with time, current and voltage")
    notes = notes + dropped + _check_time(path, columns["test_time_second"])
    main = {quantity: columns[name] for quantity, name in zip(("time", "current", "voltage"), REQUIRED, strict=True)}
    evidence = Evidence(str(path), {**main, **checked}, 1.0, 1)
    checks = settle(evidence, hints, notes)
    cycle, step, more = _counts(columns)
    metadata = {"file": path.name, "format": FORMAT.name} | as_metadata(checks)
    return CyclingRecord(
        evidence.columns["time"],
        evidence.columns["current"],
        evidence.columns["voltage"],
        cycle=cycle,
        step=step,
        metadata=metadata,
        impedance=impedance,
        notes=tuple(notes + more),
    )


def bdf_text(record: CyclingRecord) -> str:
    """The csv text of a record: every number in the shortest form that reads back to the same bits."""
    names = list(REQUIRED)
    columns: list[list[object]] = [
        record.time_s.tolist(), record.current_A.tolist(), record.voltage_V.tolist()
    ]  # fmt: skip
    # step_count never decreases by its definition; a step of the program that recurs is a step_id
    recurs = record.step is not None and bool(np.any(np.diff(record.step) < 0))
    for name, counts in (("cycle_count", record.cycle), ("step_id" if recurs else "step_count", record.step)):
        if counts is not None:
            names.append(name)
            columns.append(counts.tolist())
    rows = [",".join(map(repr, row)) for row in zip(*columns, strict=True)]
    if record.impedance is not None:
        rows = _with_impedance(record, record.impedance, rows, len(names))
        names += _EIS
    return ",".join(names) + "\n" + "\n".join(rows) + "\n"


def _with_impedance(record: CyclingRecord, rows: Impedance, lines: list[str], width: int) -> list[str]:
    """The rows in order of time; impedance rows have no current and voltage."""
    blank = "," * (width - 1)
    place = np.searchsorted(record.time_s, rows.time_s, side="right").tolist()
    merged: list[str] = []
    done = 0
    for k, where in enumerate(place):
        merged.extend(f"{line},,," for line in lines[done:where])
        done = max(done, where)
        numbers = (rows.frequency_Hz[k], rows.real_ohm[k], rows.imaginary_ohm[k])
        merged.append(f"{float(rows.time_s[k])!r}{blank}," + ",".join(repr(float(x)) for x in numbers))
    merged.extend(f"{line},,," for line in lines[done:])
    return merged


def rows_of(record: CyclingRecord) -> dict[str, FloatArray | IntArray]:
    """The columns of a record with its impedance rows (NaN where a row has no such number), in order of time."""
    columns: dict[str, FloatArray | IntArray] = dict(
        zip(REQUIRED, (record.time_s, record.current_A, record.voltage_V), strict=True)
    )
    if record.cycle is not None:
        columns["cycle_count"] = record.cycle
    if record.step is not None:  # a step that recurs is a step_id, see `bdf_text`
        columns["step_id" if np.any(np.diff(record.step) < 0) else "step_count"] = record.step
    if record.impedance is None:
        return columns
    rows, size = record.impedance, record.impedance.time_s.size
    place = np.searchsorted(record.time_s, rows.time_s, side="right")
    merged: dict[str, FloatArray | IntArray] = {
        name: np.insert(values.astype(np.float64), place, np.nan) for name, values in columns.items()
    }
    spectrum = dict(zip(_EIS, (rows.frequency_Hz, rows.real_ohm, rows.imaginary_ohm), strict=True))
    merged["test_time_second"] = np.insert(record.time_s, place, rows.time_s)
    for name, values in spectrum.items():
        merged[name] = np.insert(np.full(record.n, np.nan), place, values)
    assert merged["test_time_second"].size == record.n + size
    return merged


def write_bdf(record: CyclingRecord, path: str | Path) -> Path:
    """Write the record as Battery Data Format csv, gzip where the name ends in .gz; never a part of a file.

    Raises DataFileError where the folder cannot be written.
    """
    path = Path(path)
    content = bdf_text(record).encode("ascii")
    if path.suffix.lower() == ".gz":
        content = gzip.compress(content, 6, mtime=0)
    return store.write_bytes(path, content)


def _recognize(source: Source) -> bool:
    """A file named .bdf.csv, or text whose header has the three required columns."""
    if source.name.lower().endswith((".bdf.csv", ".bdf")):
        return True
    if b"\x00" in source.content[:256]:
        return False
    line = source.head.decode("utf-8-sig", errors="replace").lstrip("\r\n").partition("\n")[0]
    return set(REQUIRED) <= {machine_name(given) for given in header_names(line)}


FORMAT = Format("Battery Data Format csv", (".bdf.csv", ".csv", ".bdf.csv.gz", ".csv.gz"), _recognize, read_source)
