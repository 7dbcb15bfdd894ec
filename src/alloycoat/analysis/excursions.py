"""Voltages far above the usual: half-cycles cut short by them, and voltages pinned at an extreme."""

from __future__ import annotations

import numpy as np

from alloycoat.analysis.cycles import Trace, flowing_rows
from alloycoat.analysis.grouped import BoolArray, IndexArray
from alloycoat.analysis.history import against_history, first_tenth, is_lasting, runs_of
from alloycoat.outcome import Sign
from alloycoat.record import FloatArray

_AT_EXTREME, _NEAR_EXTREME, _GIVES_WAY, _NOISES = 0.999, 0.98, 0.9, 4.0
_SIGMAS = 3.0
NEW_EXTREME, _RAISED, _STEEP, _STEEP_PART = 1.1, 1.5, 0.1, 0.05


def watched(seen: Trace) -> BoolArray:
    """Half-cycles in which a voltage limit is a failure and no part of the protocol."""
    if seen.cell_kind == "symmetric":
        return np.ones(seen.halves.n, dtype=bool)
    return np.asarray((seen.halves.sign < 0) & (seen.cell_kind == "half"))


def cut_short(seen: Trace) -> BoolArray:
    """Half-cycles of less charge than usual whose voltage has risen: cut by it, not short on purpose."""
    halves, limits = seen.halves, seen.thresholds
    size, end, counts = np.abs(halves.voltage_V), np.abs(halves.end_V), watched(seen)
    # usual values lie within the range of all values: where not even these bounds are passed, none is odd
    counts &= halves.charge_C < limits.incomplete_charge * np.max(halves.charge_C, initial=0.0)
    counts &= end >= limits.end_rise * np.min(size, initial=np.inf)
    if not counts.any():
        return counts
    charge = against_history(halves, halves.charge_C, 1.1, low=0.0, high=limits.incomplete_charge)
    counts &= charge.odd
    level = against_history(halves, size, 1.1, low=limits.end_rise, high=np.inf, tested=end)
    return level.odd & counts


def cut_at_limit(seen: Trace) -> list[Sign]:
    """Half-cycles of one sign cut short at one and the same voltage."""
    halves, limits = seen.halves, seen.thresholds
    if halves.n < 3:
        return []
    cut = cut_short(seen)
    for first, length, at_end in runs_of(cut, stride=2):
        chosen = np.arange(first, first + 2 * length, 2)
        extreme = float(np.max(np.abs(halves.end_V[chosen])))
        there = np.abs(halves.end_V[chosen]) >= _NEAR_EXTREME * extreme
        if is_lasting(int(there.sum()), at_end, limits.persistence) and length >= 2:
            evidence = f"{int(there.sum())} half-cycles were cut at {halves.sign[first] * extreme:.4g} V"
            return [Sign(float(halves.end_s[first]), "voltage-limit", "verdict", evidence)]
    return []


def pinned(seen: Trace) -> list[Sign]:
    """A voltage held at the extreme of its sign, far above the begin value."""
    usual, counts, halves = begin_level(seen), watched(seen), seen.halves
    if not usual > 0:
        return []
    found: list[tuple[float, float]] = []
    for sign in (-1, 1):
        mine = np.flatnonzero(counts & (halves.sign == sign))
        top = sign * halves.top_V[mine]
        extreme = float(np.max(top, initial=0.0))
        if extreme < seen.thresholds.end_rise * usual:
            continue
        # the extreme is as noisy as the rows it is made of
        near = extreme - np.maximum((1 - _AT_EXTREME) * extreme, _NOISES * np.nan_to_num(halves.noise_V[mine]))
        far = extreme >= seen.thresholds.limit_factor * usual
        chosen = zip(mine[top >= near], near[top >= near], strict=True)
        strict = _AT_EXTREME * extreme if far else np.inf
        held = [(int(k), when, sure) for k, level in chosen for when, sure in _held_from(seen, int(k), level, strict)]
        # one flat half-cycle alone may simply be the highest of a rising polarization
        if len(held) >= 2 or (held and held[0][2] and held[-1][0] >= halves.n - 2):
            found.append((held[0][1], sign * extreme))
    if not found:
        return []
    when, level = min(found)
    return [Sign(when, "voltage-limit", "verdict", f"the voltage is pinned at {level:.4g} V")]


def _held_from(seen: Trace, k: int, level: float, strict: float) -> list[tuple[float, bool]]:
    """When half-cycle `k` reaches `level`, if the current gives way there, or it stays above `strict` for long.

    A list of none or one (time in s, whether the current gives way).
    """
    all_rows = flowing_rows(seen.segments, k)
    volts = float(seen.halves.sign[k]) * seen.record.voltage_V[all_rows]
    rows = all_rows[volts >= level]
    if rows.size < seen.thresholds.samples:
        return []
    current = seen.segments.current_A
    # the third smallest: a single odd row is no current that gives way
    least = np.sort(np.abs(current[rows]))[:3][-1]
    if least <= _GIVES_WAY * np.abs(current[all_rows]).max():
        return [(_start_of_stay(seen.record.time_s[rows], rows), True)]
    flat = all_rows[volts >= strict]
    if flat.size >= seen.thresholds.samples:
        stay = seen.segments.weight_s[flat].sum()
        if stay >= 0.5 * seen.halves.duration_s[k]:
            return [(_start_of_stay(seen.record.time_s[flat], flat), False)]
    return []


def _start_of_stay(time_s: FloatArray, rows: IndexArray) -> float:
    """The first of the rows behind which another of them follows at once: a single odd row starts nothing."""
    together = np.flatnonzero(np.diff(rows) <= 2)
    return float(time_s[together[0] if together.size else 0])


def begin_level(seen: Trace) -> float:
    """The usual |V| under current at begin, in V: of the begin cycle, or the first tenth without reversal."""
    if seen.begin >= 0:
        return abs(float(seen.cycles.polarization_V[seen.begin]))
    return first_tenth(seen)[0] if seen.halves.n else 0.0


def steep_end(seen: Trace, usual_ohm: float) -> list[Sign]:
    """The record breaks off within a half-cycle in a rise to its highest voltage, as depletion gives.

    Highest: a tenth above all before, over current, and 1.5 times the usual resistance (ohm), at a current within a
    tenth of that of the half-cycle before. Rise: over the last three rows, falls within three standard deviations
    of the noise aside; and either two rows are above all before, or the voltage rose by a tenth within the last
    twentieth of a usual half-cycle (in a sparse record, its last three rows). An interrupted test breaks off at a
    voltage it has had before.
    """
    halves, last = seen.halves, seen.halves.n - 1
    rows = flowing_rows(seen.segments, last)
    if last < 2 or rows.size < 3 or not 0.9 <= halves.current_A[last] / halves.current_A[last - 1] <= 1.1:
        return []
    current = np.abs(seen.segments.current_A[rows])
    ohm = float(halves.sign[last]) * seen.record.voltage_V[rows] / np.maximum(current, 1e-30)
    before = np.max(np.abs(halves.top_V[:last]) / halves.current_A[:last], initial=0.0)
    noise = _SIGMAS * float(np.nan_to_num(halves.noise_V[last - 1])) / halves.current_A[last]
    high = ohm[-1] >= max(_RAISED * usual_ohm, NEW_EXTREME * before)
    # an odd row is neither the highest before the end nor a fall at the end
    rising = np.all(np.diff(ohm[-3:]) >= -noise * np.sqrt(2.0))
    if not (high and rising and ohm[-1] >= abs(halves.top_V[last]) / halves.current_A[last] - noise):
        return []
    time = seen.record.time_s[rows]
    late = ohm[time >= time[-1] - _STEEP_PART * float(np.median(halves.duration_s[:last]))]
    late = late if late.size >= 3 else ohm[-3:]
    steep = ohm[-1] >= (1 + _STEEP) * late[0] and np.all(np.diff(late) >= -noise * np.sqrt(2.0))
    if not (steep or ohm[-2] >= before + noise):
        return []
    times = ohm[-1] / usual_ohm
    evidence = f"the record breaks off in a rise, at {times:.3g} times its usual voltage and higher than ever before"
    return [Sign(float(seen.record.time_s[rows[-1]]), "polarization", "verdict", evidence)]
