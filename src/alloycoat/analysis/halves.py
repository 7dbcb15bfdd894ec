"""The table of half-cycles: charge, current, voltages and the shape of the voltage, all rows at once."""

# ruff: noqa: N815 -- names carry their SI unit, and A, V and C are capital

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alloycoat.analysis.grouped import BoolArray, Groups, IndexArray
from alloycoat.analysis.segments import Segments, StateArray
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.record import CyclingRecord, FloatArray

_FIRST, _MIDDLE, _LAST = (0.02, 0.12), (0.4, 0.6), (0.88, 0.98)
"""Parts of a half-cycle, by time under current, whose median voltages make the arcing index."""
_NORMAL = 1.4826  # standard deviation of normal noise over its median absolute value


@dataclass(frozen=True, slots=True, eq=False)
class HalfCycles:
    """One entry a half-cycle. Voltages are signed as measured.

    sign; first and stop: its rows (stop excluded); start_s, end_s: the file's clock; duration_s: time under
    current; charge_C: integral of |I|; current_A: median |I|; voltage_V: median of the settled part;
    nucleation_V: by how much the first part exceeds the settled voltage; end_V: the last row; maximum_V: the
    largest excursion; top_V: the largest one that is no single row (of the medians of three neighbors);
    complete: ended by something else than the end of the record, and no pulse.
    Shape, positive where |V| rises: drift_V, change over the settled part by a straight line; noise_V, standard
    deviation from one row to the next in the settled part, without the trend; arcing, dimensionless, how far
    the middle lies above the mean of the two ends over the settled |V|: below zero for a peaked trace (spike,
    dip, rise at the end), zero for a flat one, above zero for an arc. NaN where there are too few rows.
    """

    sign: StateArray
    first: IndexArray
    stop: IndexArray
    start_s: FloatArray
    end_s: FloatArray
    duration_s: FloatArray
    charge_C: FloatArray
    current_A: FloatArray
    voltage_V: FloatArray
    nucleation_V: FloatArray
    end_V: FloatArray
    maximum_V: FloatArray
    top_V: FloatArray
    drift_V: FloatArray
    noise_V: FloatArray
    arcing: FloatArray
    complete: BoolArray

    @property
    def n(self) -> int:
        """Number of half-cycles."""
        return int(self.sign.size)

    @property
    def resistance_ohm(self) -> FloatArray:
        """Settled voltage over current, positive where the voltage follows the current; about zero volt."""
        return self.sign * self.voltage_V / self.current_A


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """The rows under current: signed so that |V| rises with the overpotential, weights in s, settled or not."""

    groups: Groups
    time: FloatArray
    voltage: FloatArray
    weight: FloatArray
    share: FloatArray
    settled: BoolArray


def half_cycles(record: CyclingRecord, parts: Segments, limits: Thresholds) -> HalfCycles:
    """The table of half-cycles, by sums and sorts over all rows at once."""
    if parts.n == 0:
        return _none(parts)
    flowing = np.flatnonzero(parts.state)
    groups = Groups.of_starts(np.searchsorted(flowing, parts.first), flowing.size)
    sign = parts.sign.astype(float)
    weight, size = parts.weight_s[flowing], np.abs(parts.current_A[flowing])
    duration = groups.total(weight)
    charge = groups.total(weight * size)
    middle = groups.median(size, weight)
    share = groups.progress(weight, duration)
    settled = _settled(share, size, middle, groups, limits)
    del size
    voltage = record.voltage_V[flowing] * sign[groups.of]
    rows = _Rows(groups, record.time_s[flowing], voltage, weight, share, settled)
    level = groups.median(voltage, weight, settled)
    last = groups.start + groups.size - 1
    return HalfCycles(
        sign=parts.sign,
        first=parts.first,
        stop=parts.stop,
        start_s=record.time_s[parts.first],
        end_s=record.time_s[parts.stop - 1],
        duration_s=duration,
        charge_C=charge,
        current_A=middle,
        voltage_V=sign * level,
        nucleation_V=_spike(rows, level, limits),
        end_V=sign * voltage[last],
        maximum_V=sign * groups.largest(voltage),
        top_V=sign * _top(rows),
        drift_V=_drift(rows, level, limits),
        noise_V=_noise(rows),
        arcing=_arcing(rows, level),
        complete=_complete(charge, limits),
    )


def _none(parts: Segments) -> HalfCycles:
    nothing, no = np.zeros(0), np.zeros(0, dtype=bool)
    return HalfCycles(
        parts.sign, parts.first, parts.stop, nothing, nothing, nothing, nothing, nothing, nothing, nothing, nothing,
        nothing, nothing, nothing, nothing, nothing, no,
    )  # fmt: skip


def _settled(share: FloatArray, size: FloatArray, middle: FloatArray, groups: Groups, limits: Thresholds) -> BoolArray:
    """The rows of the settled parts: neither the first nor the last part, nor the tail of a voltage hold."""
    chosen = (share >= limits.settled_from) & (share <= limits.settled_to)
    chosen &= size >= (0.5 * middle)[groups.of]
    target = 0.5 * (limits.settled_from + limits.settled_to)
    for k in np.flatnonzero(~np.logical_or.reduceat(chosen, groups.start)):
        start = int(groups.start[k])
        stop = start + int(groups.size[k])
        chosen[start + int(np.argmin(np.abs(share[start:stop] - target)))] = True
    return np.asarray(chosen)


def _spike(rows: _Rows, level: FloatArray, limits: Thresholds) -> FloatArray:
    """By how much the first part exceeds the settled voltage, in V; 0 where it does not."""
    above = np.where(rows.share < limits.settled_from, rows.voltage - level[rows.groups.of], 0.0)
    return np.maximum(rows.groups.largest(above), 0.0)


def _top(rows: _Rows) -> FloatArray:
    """The largest median of three neighboring rows of each half-cycle; the largest row where there are fewer."""
    groups, v = rows.groups, rows.voltage
    largest = groups.largest(v)
    if v.size < 3:
        return largest
    low, high = np.minimum(v[:-2], v[1:-1]), np.maximum(v[:-2], v[1:-1])
    middle = np.maximum(low, np.minimum(high, v[2:]))
    middle[groups.of[:-2] != groups.of[2:]] = -np.inf
    found = groups.largest(np.concatenate([[-np.inf], middle, [-np.inf]]))
    return np.where(np.isfinite(found), found, largest)


def _drift(rows: _Rows, level: FloatArray, limits: Thresholds) -> FloatArray:
    """Change of |V| over the settled part by a weighted straight line, in V."""
    groups = rows.groups
    weight = np.where(rows.settled, rows.weight, 0.0)
    x = rows.share - 0.5 * (limits.settled_from + limits.settled_to)
    y = rows.voltage - level[groups.of]
    total, x1 = groups.total(weight), groups.total(weight * x)
    y1 = groups.total(weight * y)
    weight *= x
    xx, xy = groups.total(weight * x), groups.total(weight * y)
    spread = total * xx - x1**2
    known = spread > 1e-9 * np.maximum(total, 1e-300) ** 2
    with np.errstate(over="ignore", invalid="ignore"):
        slope = np.divide(total * xy - x1 * y1, spread, out=np.full(groups.n, np.nan), where=known)
    return np.asarray(slope * (limits.settled_to - limits.settled_from))


def _noise(rows: _Rows) -> FloatArray:
    """Standard deviation of the rows about the line between their neighbors, robust, in V."""
    v, t = rows.voltage, rows.time
    if v.size < 3:
        return np.full(rows.groups.n, np.nan)
    inside = rows.settled[:-2] & rows.settled[1:-1] & rows.settled[2:]
    inside &= rows.groups.of[:-2] == rows.groups.of[2:]
    whole = t[2:] - t[:-2]
    a = np.divide(t[2:] - t[1:-1], whole, out=np.full(whole.size, 0.5), where=whole > 0)
    off = v[1:-1] - a * v[:-2] - (1 - a) * v[2:]
    off = np.abs(off) / np.sqrt(1 + a**2 + (1 - a) ** 2)
    # the first and last row of each triple are never its middle: pad so that rows and groups agree
    return _NORMAL * rows.groups.median(np.pad(off, 1), chosen=np.pad(inside, 1))


def _arcing(rows: _Rows, level: FloatArray) -> FloatArray:
    """(middle - mean of the ends)/settled |V|, dimensionless; NaN without rows in a part or about zero volt."""
    parts = [
        rows.groups.median(rows.voltage, chosen=(rows.share >= low) & (rows.share <= high))
        for low, high in (_FIRST, _MIDDLE, _LAST)
    ]
    bend = parts[1] - 0.5 * (parts[0] + parts[2])
    size = np.abs(level)
    known = size > 1e-9 * np.max(size, initial=0.0)
    with np.errstate(over="ignore"):
        return np.asarray(np.divide(bend, size, out=np.full(level.size, np.nan), where=known))


def _complete(charge: FloatArray, limits: Thresholds) -> BoolArray:
    """Neither a pulse nor cut off by the end of the record.

    The last half-cycle counts as cut off where it has less than 0.9 of the charge of its predecessor of the
    same sign (of its neighbor, where there is none).
    """
    complete = charge >= limits.full_half_cycle * np.median(charge)
    if charge.size >= 2:
        before = charge[-3] if charge.size >= 3 else charge[-2]
        complete[-1] &= bool(charge[-1] >= 0.9 * before)
    return np.asarray(complete)
