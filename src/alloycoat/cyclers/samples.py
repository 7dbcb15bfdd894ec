"""Columns of any cycler on the way to a record: units settled, rows sorted out, invariants checked, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.cyclers.chain import CLOCK_FIRST, CLOCK_LAST
from alloycoat.cyclers.evidence import Evidence
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.invariants import as_metadata, settle
from alloycoat.errors import DataFileError
from alloycoat.record import LARGEST, CyclingRecord, FloatArray, Impedance

BoolArray = NDArray[np.bool_]


@dataclass(slots=True)
class Samples:
    """What a file holds, by quantity (see `dialects.DIMENSIONS`), in SI, A, V, Ah, Wh; NaN where blank.

    columns: "time" (in time_unit seconds; None where the file does not say), "current", "voltage" and others.
    state: +1 charge, -1 discharge, 0 rest, NaN unknown. sign: +1 charge is positive, -1 discharge is, 0 the
    current has no sign, None unknown. whole: the content is complete; None: its format has no checksum, False: it is
    cut off. file: as shown in messages.
    """

    file: str
    format: str
    columns: dict[str, FloatArray]
    time_unit: float | None = 1.0
    sign: int | None = 1
    whole: bool | None = True
    metadata: Mapping[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def get(self, name: str) -> FloatArray | None:
        """A column, None where the file has none."""
        return self.columns.get(name)


@np.errstate(over="ignore", invalid="ignore", divide="ignore")  # damaged files hold any number
def assemble(samples: Samples, hints: Hints) -> CyclingRecord:
    """The record of the samples. Raises DataFileError where they cannot be read safely."""
    columns, notes, file = samples.columns, samples.notes, samples.file
    _current_of_charge(samples)
    if hints.current_A is not None:
        _given_current(samples, hints)
    if "current" not in columns:
        raise DataFileError(
            f"{file}: has no column of current; give it with --current, for instance --current '0.4 mA'"
        )
    _test_time(samples)
    _drop_no_time(samples)
    _order(samples)
    impedance_rows = _impedance_rows(columns)
    cycling = dict(columns)
    if impedance_rows.all() and "voltage" in columns:
        cycling["current"] = np.zeros(impedance_rows.size)
        notes.append("the file holds impedance rows alone: in the record of the voltage they count as rest")
    elif impedance_rows.any():
        cycling = {name: values[~impedance_rows] for name, values in columns.items()}
    cycling = _drop_blank(file, cycling, notes)
    if cycling["time"].size == 0:
        raise DataFileError(f"{file}: has no row with time, current and voltage")
    evidence = Evidence(file, cycling, samples.time_unit, samples.sign, samples.whole)
    checks = settle(evidence, hints, notes)
    metadata = {"file": file.replace("\\", "/").rpartition("/")[2], "format": samples.format, **samples.metadata}
    metadata |= as_metadata(checks) | _clock_ends(cycling)
    return CyclingRecord(
        cycling["time"],
        cycling["current"],
        cycling["voltage"],
        cycle=_count(cycling, "cycle", notes),
        step=_count(cycling, "step", notes),
        metadata=metadata,
        impedance=_impedance(columns, impedance_rows, evidence.unit),
        notes=tuple(dict.fromkeys(notes)),
    )


def _clock_ends(columns: Mapping[str, FloatArray]) -> dict[str, str]:
    """The instrument's clock at both ends, for joining files."""
    clock = columns.get("clock")
    if clock is None or not (np.isfinite(clock[0]) and np.isfinite(clock[-1])):
        return {}
    return {CLOCK_FIRST: f"{clock[0]:.3f}", CLOCK_LAST: f"{clock[-1]:.3f}"}


def _current_of_charge(samples: Samples) -> None:
    """I = dq/dt where the file holds the charge of each row in place of a current (galvanostatic files)."""
    columns = samples.columns
    if "current" in columns or samples.time_unit is None or "time" not in columns:
        return
    charge, net = columns.get("charge_step"), columns.get("net_capacity")
    if charge is None and net is None:
        return
    seconds = np.diff(columns["time"], prepend=columns["time"][:1]) * samples.time_unit
    if charge is None:
        assert net is not None
        charge = np.diff(net, prepend=net[:1])
    with np.errstate(divide="ignore", invalid="ignore"):
        current = np.where(seconds > 0, charge * 3600.0 / seconds, np.nan)
    columns["current"] = _fill(current, charge)
    for name in ("net_capacity", "charge_capacity", "discharge_capacity", "capacity"):  # no independent check any more
        columns.pop(name, None)
    samples.notes.append("the file has no column of current: it was computed from the charge of each row (I = dq/dt)")


def _fill(current: FloatArray, charge: FloatArray) -> FloatArray:
    """Rows without a time step of their own: at rest where no charge flowed, else the current of the next row."""
    bad = ~np.isfinite(current)
    if not bad.any():
        return current
    good = np.flatnonzero(~bad)
    if good.size == 0:
        return np.zeros_like(current)
    following = good[np.minimum(np.searchsorted(good, np.flatnonzero(bad)), good.size - 1)]
    current[bad] = np.where(charge[bad] == 0, 0.0, current[following])
    return current


def _given_current(samples: Samples, hints: Hints) -> None:
    """The constant current that the user gave, with the sign of the state where the file has one."""
    assert hints.current_A is not None
    columns = samples.columns
    if "current" in columns and np.nanmax(np.abs(columns["current"]), initial=0.0) > 0:
        raise DataFileError(f"{samples.file}: holds a current of its own; leave --current out")
    if "voltage" not in columns:
        return
    state, voltage = columns.get("state"), columns["voltage"]
    size = abs(hints.current_A)
    if state is not None and np.isfinite(state).any():
        columns["current"] = size * np.nan_to_num(state)
        samples.notes.append("the current is the one given, with the sign of the step's state")
    elif np.nanmin(voltage, initial=0.0) < 0 < np.nanmax(voltage, initial=0.0):
        columns["current"] = size * np.sign(voltage)
        samples.notes.append("the current is the one given, with the sign of the voltage (as in a symmetric cell)")
    else:
        columns["current"] = np.full(voltage.size, hints.current_A)
        samples.notes.append("the current is the one given, constant over the whole file")
    samples.sign = 1


def _test_time(samples: Samples) -> None:
    """A time of the test, put together from the steps' times where the file has no other."""
    columns = samples.columns
    time = columns.get("time")
    if time is not None and np.isfinite(time).any():
        return
    clock, step = columns.get("clock"), columns.get("step_time")
    if step is not None and np.isfinite(step).any():
        values = np.nan_to_num(step)
        back = np.diff(values, prepend=values[:1]) < 0
        ends = np.where(back, np.concatenate([[0.0], values[:-1]]), 0.0)
        columns["time"] = values + np.cumsum(ends)
        samples.notes.append("the file has no time of the test: the times of its steps were added up, without gaps")
        return
    if clock is not None and np.isfinite(clock).any():
        columns["time"] = clock - clock[np.isfinite(clock)][0]
        samples.time_unit = 1.0
        samples.notes.append("the file has no time of the test: its clock was taken")
        return
    raise DataFileError(f"{samples.file}: has no column of time")


def _drop_no_time(samples: Samples) -> None:
    time = samples.columns["time"]
    bad = ~(np.abs(time) <= LARGEST)
    count = int(bad.sum())
    if count > max(1, bad.size // 100):
        first = int(np.flatnonzero(bad)[0]) + 1
        raise DataFileError(f"{samples.file}: {count} of {bad.size} rows have no time (the first: data row {first})")
    if count:
        samples.columns = {name: values[~bad] for name, values in samples.columns.items()}
        samples.notes.append(f"{count} of {bad.size} rows without a time were left out")


def _order(samples: Samples) -> None:
    """Refuse time that goes back, but for a jitter below the resolution of the clock that writes it."""
    time = samples.columns["time"]
    step = np.diff(time)
    back = np.flatnonzero(step < 0)
    if back.size == 0:
        return
    usual = float(np.median(np.abs(step[step != 0])))
    if back.size <= max(1, step.size // 200) and np.all(-step[back] <= 0.01 * usual):
        samples.columns["time"] = np.maximum.accumulate(time)
        samples.notes.append(
            f"the time goes back {back.size} times by less than a hundredth of a row; it was held there"
        )
        return
    k = int(back[0])
    what = "are the rows in another order?" if back.size > 0.2 * step.size else "was the clock reset, or files joined?"
    raise DataFileError(
        f"{samples.file}: the time goes back {back.size} times, first from {time[k]:.10g} to {time[k + 1]:.10g} "
        f"in data row {k + 2}; {what}"
    )


def _impedance_rows(columns: Mapping[str, FloatArray]) -> BoolArray:
    frequency, real, imaginary = columns.get("frequency"), columns.get("impedance_real"), _imaginary(columns)
    if frequency is None or real is None or imaginary is None:
        return np.zeros(columns["time"].size, dtype=bool)
    return np.asarray(np.isfinite(frequency) & (frequency > 0) & np.isfinite(real) & np.isfinite(imaginary))


def _imaginary(columns: Mapping[str, FloatArray]) -> FloatArray | None:
    minus = columns.get("impedance_minus_imaginary")
    return -minus if minus is not None else columns.get("impedance_imaginary")


def _impedance(columns: Mapping[str, FloatArray], rows: BoolArray, unit: float) -> Impedance | None:
    imaginary = _imaginary(columns)
    if imaginary is None or not rows.any():
        return None
    return Impedance(
        columns["time"][rows] * unit, columns["frequency"][rows], columns["impedance_real"][rows], imaginary[rows]
    )


def _drop_blank(file: str, columns: dict[str, FloatArray], notes: list[str]) -> dict[str, FloatArray]:
    """Leave out the few rows without current or voltage; refuse where they are many."""
    fit = {name: np.abs(columns[name]) <= LARGEST for name in ("current", "voltage")}
    bad = ~np.logical_and.reduce(list(fit.values()))
    count = int(bad.sum())
    if not count:
        return columns
    first = int(np.flatnonzero(bad)[0])
    lacking = next(name for name in fit if not fit[name][first])
    if count > max(1, bad.size // 100):
        raise DataFileError(
            f"{file}: {count} of {bad.size} rows have no number for current or voltage "
            f"(the first: {lacking} in data row {first + 1})"
        )
    notes.append(f"{count} of {bad.size} rows without a number for {lacking} were left out")
    return {name: values[~bad] for name, values in columns.items()}


def _count(columns: Mapping[str, FloatArray], name: str, notes: list[str]) -> NDArray[np.int64] | None:
    """Cycle or step as whole numbers; left out with a note where they are not."""
    values = columns.get(name)
    if values is None or not np.isfinite(values).any():
        return None
    if np.all(np.isfinite(values) & (np.abs(values) < 2**53)) and np.all(values == np.rint(values)):
        return values.astype(np.int64)
    notes.append(f"the column of the {name} holds blanks or numbers that are not whole and was left out")
    return None
