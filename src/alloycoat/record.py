"""The cycling record: what a cell did, measured or simulated, as plain arrays with the signs of the format.

Positive current charges (Battery Data Format). In symmetric and half cells the working electrode plates at
negative current and strips at positive current.
"""

# ruff: noqa: N802, N815 -- names carry their SI unit, and A, V, Hz are capital

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from alloycoat.errors import DataFileError, unknown_name

CELL_KINDS = ("symmetric", "half", "full")
"""A|A, A|Cu and A|positive."""
LARGEST = 1e30
"""Larger numbers are damage, and their sums overflow."""

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


class RecordError(DataFileError, ValueError):
    """Arrays that are not a cycling record: unequal lengths, time that goes back, not finite."""


class Ended(Enum):
    """Why a record ends; the text of a member is the sentence shown.

    Only a record that knows says more than `unknown`: a simulated cell, or a cycler that wrote it down.
    """

    completed = "The protocol was completed."
    depletion = "The salt at the plating electrode was depleted."
    voltage_limit = "The voltage reached its limit."
    metal_exhausted = "The anode metal was used up."
    dry_pores = "The electrolyte was used up and the pores ran dry."
    hard_short = "A deposit bridged the electrodes: hard short."
    interrupted = "The test was interrupted."
    unknown = "The record does not say why it ends."

    @property
    def text(self) -> str:
        """The sentence shown."""
        return self.value


def _column(name: str, values: ArrayLike, n: int | None) -> FloatArray:
    """A read-only float64 copy of `values`, checked for shape, length and finite numbers."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise RecordError(f"{name}: the values are not numbers") from error
    if array.ndim != 1:
        raise RecordError(f"{name}: {array.ndim} dimensions given; one column of numbers is needed")
    if n is not None and array.size != n:
        raise RecordError(f"{name}: {array.size} values given, but time_s has {n}; all columns need one length")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise RecordError(f"{name}: {bad.size} values are not finite, the first in row {bad[0] + 1} of {array.size}")
    if np.any(np.abs(array) > LARGEST):
        raise RecordError(f"{name}: {np.abs(array).max():.3g} is beyond {LARGEST:g}, which nothing measures")
    array.setflags(write=False)
    return array


def _count(name: str, values: ArrayLike | None, n: int) -> IntArray | None:
    """A read-only int64 copy of `values`; numbers that are not whole are refused."""
    if values is None:
        return None
    array = _column(name, values, n)
    whole = array.astype(np.int64)
    if np.any(whole != array):
        row = int(np.flatnonzero(whole != array)[0])
        raise RecordError(f"{name}: {array[row]:g} in row {row + 1} is not a whole number")
    whole.setflags(write=False)
    return whole


def _non_decreasing(name: str, time: FloatArray) -> None:
    back = np.flatnonzero(np.diff(time) < 0)
    if back.size:
        k = int(back[0])
        raise RecordError(
            f"{name}: time goes back {back.size} times, first from {time[k]:.10g} s in row {k + 1} "
            f"to {time[k + 1]:.10g} s; it must never decrease"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Impedance:
    """Impedance rows of a record; imaginary_ohm as measured, negative where capacitive."""

    time_s: FloatArray
    frequency_Hz: FloatArray
    real_ohm: FloatArray
    imaginary_ohm: FloatArray

    def __post_init__(self) -> None:
        time = _column("impedance time_s", self.time_s, None)
        object.__setattr__(self, "time_s", time)
        for name in ("frequency_Hz", "real_ohm", "imaginary_ohm"):
            object.__setattr__(self, name, _column(f"impedance {name}", getattr(self, name), time.size))
        if np.any(self.frequency_Hz <= 0):
            raise RecordError("impedance frequency_Hz: a frequency is not positive")
        _non_decreasing("impedance time_s", time)


@dataclass(frozen=True, slots=True, eq=False)
class CyclingRecord:
    """Time, current and voltage of one cell, whatever its origin; checked once, then read-only.

    time_s: s, never decreasing, any zero. current_A: total current in A, positive charges. voltage_V: V.
    cycle, step: the counts of the instrument or None; never renumbered. area_m2: electrode area in m2.
    cell_kind: one of CELL_KINDS or None. origin: "simulated", "measured" or another word. ended: why it ends.
    notes: what the reader wants the analysis to repeat as warnings. Arrays are copied.
    Raises RecordError where the arrays are no record.
    """

    time_s: FloatArray
    current_A: FloatArray
    voltage_V: FloatArray
    cycle: IntArray | None = None
    step: IntArray | None = None
    area_m2: float | None = None
    cell_kind: str | None = None
    origin: str = "measured"
    ended: Ended = Ended.unknown
    metadata: Mapping[str, str] = field(default_factory=dict)
    impedance: Impedance | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        time = _column("time_s", self.time_s, None)
        if time.size == 0:
            raise RecordError("time_s: the record has no rows")
        _non_decreasing("time_s", time)
        put = object.__setattr__
        put(self, "time_s", time)
        put(self, "current_A", _column("current_A", self.current_A, time.size))
        put(self, "voltage_V", _column("voltage_V", self.voltage_V, time.size))
        put(self, "cycle", _count("cycle", self.cycle, time.size))
        put(self, "step", _count("step", self.step, time.size))
        put(self, "area_m2", check_area(self.area_m2))
        if self.cell_kind is not None and self.cell_kind not in CELL_KINDS:
            raise RecordError(unknown_name("cell_kind", self.cell_kind, CELL_KINDS))
        put(self, "metadata", MappingProxyType({str(k): str(v) for k, v in self.metadata.items()}))
        put(self, "notes", tuple(self.notes))

    @classmethod
    def from_arrays(
        cls, time_s: ArrayLike, current_A: ArrayLike, voltage_V: ArrayLike, **optional: Any
    ) -> CyclingRecord:
        """The record of anything numpy can turn into columns; `optional` are the other fields."""
        return cls(np.asarray(time_s), np.asarray(current_A), np.asarray(voltage_V), **optional)

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.time_s.size)

    @property
    def duration(self) -> float:
        """Time between the first and the last row, in s."""
        return float(self.time_s[-1] - self.time_s[0])

    @property
    def current_density_A_per_m2(self) -> FloatArray | None:
        """Current per area in A/m2, None where the area is unknown."""
        return None if self.area_m2 is None else self.current_A / self.area_m2

    def replace(self, **changes: Any) -> CyclingRecord:
        """A copy with some fields changed, checked again."""
        return replace(self, **changes)

    def __repr__(self) -> str:
        kind = self.cell_kind or "cell of unknown kind"
        return f"<CyclingRecord: {kind}, {self.origin}, {self.n} rows over {self.duration / 3600:.4g} h>"


def check_area(area_m2: float | None) -> float | None:
    """The area as a float, None where unknown; raises RecordError where it is not positive and finite."""
    if area_m2 is None:
        return None
    area = float(area_m2)
    if not (np.isfinite(area) and area > 0):
        raise RecordError(f"area_m2: {area_m2!r} is not a positive area in m2")
    return area


def join(parts: Sequence[CyclingRecord]) -> CyclingRecord:
    """One record of consecutive parts of one cell.

    A part whose clock starts before the end of the part in front of it is taken to have started at zero: its
    times are moved to follow on, with a note. Cycle and step counts are kept where every part has them.
    Raises RecordError for no part, or for parts of different area or cell kind.
    """
    if not parts:
        raise RecordError("join: no record given")
    first = parts[0]
    if len(parts) == 1:
        return first
    for name in ("area_m2", "cell_kind"):
        if len({getattr(part, name) for part in parts}) > 1:
            raise RecordError(f"{name}: the parts differ; consecutive parts of one cell have one {name}")
    times, impedances, notes, end = [], [], list(first.notes), -np.inf
    for number, part in enumerate(parts, start=1):
        shift = 0.0
        if part.time_s[0] < end:
            shift = end - float(part.time_s[0])
            notes.append(f"part {number} has a clock of its own: its times were moved by {shift:.10g} s to follow on")
        if number > 1:
            notes.extend(part.notes)
        times.append(part.time_s + shift)
        end = float(times[-1][-1])
        if part.impedance is not None:
            impedances.append((part.impedance.time_s + shift, part.impedance))
    impedance = None
    if impedances:
        impedance = Impedance(
            np.concatenate([time for time, _ in impedances]),
            np.concatenate([rows.frequency_Hz for _, rows in impedances]),
            np.concatenate([rows.real_ohm for _, rows in impedances]),
            np.concatenate([rows.imaginary_ohm for _, rows in impedances]),
        )
    cycles, steps = [part.cycle for part in parts], [part.step for part in parts]
    return first.replace(
        time_s=np.concatenate(times),
        current_A=np.concatenate([part.current_A for part in parts]),
        voltage_V=np.concatenate([part.voltage_V for part in parts]),
        cycle=None if any(c is None for c in cycles) else np.concatenate([c for c in cycles if c is not None]),
        step=None if any(s is None for s in steps) else np.concatenate([s for s in steps if s is not None]),
        ended=parts[-1].ended,
        impedance=impedance,
        notes=tuple(dict.fromkeys(notes)),
    )
