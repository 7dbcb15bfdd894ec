"""Coulombic efficiency and capacity retention: what they are in each kind of cell, where undefined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alloycoat.analysis.cycles import VERBS, Trace
from alloycoat.analysis.grouped import BoolArray
from alloycoat.analysis.reservoir import Reservoir, cut_offs, reservoir
from alloycoat.record import FloatArray

_LEFT_OVER, _ABOVE_ONE = 0.01, 1.01
_LOOK_AHEAD, _STILL_RISING = 5, 1.001


@dataclass(frozen=True, slots=True)
class Efficiency:
    """By pair of half-cycles (None where undefined) or None as a whole, the pairing, why, and flags.

    reservoir: what the reservoir method gives, where the record shows one.
    """

    values: tuple[float | None, ...] | None
    pairing: str | None
    reason: str = ""
    flags: tuple[str, ...] = ()
    reservoir: Reservoir | None = None


def coulombic_efficiency(seen: Trace) -> Efficiency:
    """Charge of the second half-cycle over the first, by pair from the record's first half-cycle.

    Symmetric cells: undefined, the metal is in excess and what is lost is not seen. Half cells: stripped over
    plated of the same cycle; a pair is undefined where stripping did not reach its voltage cut-off (it ended
    by time or by the end of the record), or where it also stripped metal that such a cycle had left on the
    copper (more than 1 % of what was plated); see `reservoir` for that protocol. Full cells: of the cell, not of
    the anode.
    """
    if seen.cell_kind == "symmetric":
        return Efficiency(
            None, None, "undefined in a symmetric cell: the metal is in excess, so what is lost is not seen"
        )
    if seen.halves.n < 2:
        return Efficiency(None, None, "the current does not change sign: there is no pair of half-cycles")
    return _half(seen) if seen.cell_kind == "half" else _full(seen)


def _half(seen: Trace) -> Efficiency:
    halves, flags = seen.halves, []
    start = 0 if halves.sign[0] < 0 else 1
    if start:
        flags.append("the record starts with stripping: that half-cycle has no plating before it and is left out")
    plating, stripping = np.arange(start, halves.n - 1, 2), np.arange(start + 1, halves.n, 2)
    if stripping.size == 0:
        return Efficiency(None, None, "no stripping follows a plating", tuple(flags))
    reached = cut_offs(halves)[stripping]
    plated, stripped = halves.charge_C[plating], halves.charge_C[stripping]
    ratio = _ratio(stripped, plated)
    known = reached & np.isfinite(ratio) & (_left_over(plated, stripped, reached) <= _LEFT_OVER * plated)
    values = tuple(float(r) if ok else None for r, ok in zip(ratio, known, strict=True))
    late, mixed = int((~reached).sum()), int((reached & ~known).sum())
    if late:
        flags.append(
            f"coulombic_efficiency: {late} of {reached.size} pairs are undefined (null), "
            "stripping did not end at its voltage cut-off"
        )
    if mixed:
        flags.append(
            f"coulombic_efficiency: {mixed} of {reached.size} pairs are undefined (null), metal of earlier cycles was "
            "stripped with that of the same cycle"
        )
    flags += _above_one(ratio[known])
    found = reservoir(halves)
    if found is not None and found.efficiency is not None:
        flags.append(
            f"reservoir method: efficiency {found.efficiency:.2%} over {found.n} cycles"
            + (f"; {found.reason}" if found.reason else "")
        )
    return Efficiency(values, "plate, strip", "", tuple(flags), found)


def _left_over(plated: FloatArray, stripped: FloatArray, reached: BoolArray) -> FloatArray:
    """By cycle: the charge of metal that cycles before it, ended by time, had left on the copper."""
    left, metal = np.zeros(plated.size), 0.0
    for k in range(plated.size):
        left[k] = metal
        metal = 0.0 if reached[k] else max(0.0, metal + float(plated[k] - stripped[k]))
    return left


def _full(seen: Trace) -> Efficiency:
    halves = seen.halves
    one, two = np.arange(0, halves.n - 1, 2), np.arange(1, halves.n, 2)
    ratio = _ratio(halves.charge_C[two], halves.charge_C[one])
    values: list[float | None] = [float(r) if np.isfinite(r) else None for r in ratio]
    empty = int((~np.isfinite(ratio)).sum())
    flags = ["coulombic_efficiency is that of the full cell: with metal in excess it does not measure the anode"]
    if empty:
        flags.append(f"coulombic_efficiency: {empty} pairs are undefined (null), no charge was passed")
    if halves.n % 2 == 0 and not halves.complete[-1] and ratio[-1] < 0.9:
        values[-1] = None
        flags.append("coulombic_efficiency: the last pair is undefined (null), the record ends within it")
    verbs = VERBS["full"]
    pairing = f"{verbs[int(halves.sign[0])]}, {verbs[int(halves.sign[1])]}"
    flags += _above_one(np.array([v for v in values if v is not None]))
    return Efficiency(tuple(values), pairing, "", tuple(flags))


def _ratio(second: FloatArray, first: FloatArray) -> FloatArray:
    """second / first, NaN where no charge was passed."""
    return np.asarray(np.divide(second, first, out=np.full(first.size, np.nan), where=first > 0))


def _above_one(ratio: FloatArray) -> list[str]:
    above = int((ratio > 1.0).sum())
    if not above:
        return []
    return [f"coulombic_efficiency: {above} of {ratio.size} values lie above 100 %, the largest {ratio.max():.2%}"]


def discharge_charge(seen: Trace) -> FloatArray:
    """Discharged charge of each cycle in C (full cells)."""
    first_is_discharge = seen.halves.n > 0 and seen.halves.sign[0] < 0
    return seen.cycles.first_charge_C if first_is_discharge else seen.cycles.second_charge_C


def reference_cycle(seen: Trace) -> int:
    """The cycle whose discharged charge counts as 1: the begin cycle, or where activation ends; -1 for none.

    Activation: from the begin cycle on, as long as one of the next five full cycles at the usual current
    discharges more by 0.1 %.
    """
    same = np.flatnonzero(seen.cycles.full & seen.usual)
    if same.size == 0:
        return -1
    charge = discharge_charge(seen)[same]
    k = int(np.searchsorted(same, seen.begin))
    k = min(k, same.size - 1)
    while k + 1 < same.size:
        ahead = charge[k + 1 : k + 1 + _LOOK_AHEAD]
        if ahead.max() <= _STILL_RISING * charge[k]:
            break
        k += 1 + int(np.argmax(ahead))
    return int(same[k])


def capacity_retention(seen: Trace, until_s: float) -> tuple[float | None, str, str]:
    """(Discharged charge over that of the reference cycle, why there is none, what was left out); full cells.

    Of the last full cycle at the usual current that ends up to `until_s` (s, the file's clock): formation, rate
    tests, pulses and holds are left out, and the reference comes after activation.
    """
    if seen.cell_kind != "full":
        return None, f"a {seen.cell_kind} cell has no capacity of its own: the protocol sets the charge", ""
    start = reference_cycle(seen)
    if start < 0:
        return None, "the record has no full cycle at its usual current", ""
    same = np.flatnonzero(seen.cycles.full & seen.usual & (seen.cycles.end_s <= until_s))
    same = same[same >= start]
    if same.size < 2:
        return None, "the record has one full cycle at its usual current, there is none to compare it with", ""
    charge = discharge_charge(seen)
    if not charge[start] > 0:
        return None, "no charge was passed in the begin cycle", ""
    left_out = int((seen.cycles.full & ~seen.usual).sum())
    notes = []
    if start > seen.begin:
        notes.append(f"the capacity rose up to cycle {start + 1} (activation), which counts as begin")
    if left_out:
        notes.append(f"{left_out} full cycles of formation, rate tests or pulses are left out")
    retention = float(charge[same[-1]] / charge[start])
    if retention > _ABOVE_ONE:
        notes.append("above 100 %: the capacity rose again after the begin cycle")
    note = f"capacity_retention: {'; '.join(notes)}" if notes else ""
    return retention, "", note


def faded(seen: Trace) -> tuple[FloatArray, FloatArray, BoolArray]:
    """(Index, share of the reference charge, below `capacity_left`) of the cycles at the usual current.

    After the reference cycle. Cycles too small to be told from pulses count where no full cycle follows.
    """
    start = reference_cycle(seen)
    if start < 0:
        nothing = np.zeros(0)
        return nothing, nothing, np.zeros(0, dtype=bool)
    charge = discharge_charge(seen)
    full = seen.cycles.full & seen.usual
    last_full = int(np.flatnonzero(full)[-1])
    index = np.arange(seen.cycles.n)
    rate, usual = seen.techniques.rate_A, seen.techniques.usual_A
    here = np.array([usual.get(int(s), np.inf) for s in seen.halves.sign])
    at_rate = np.abs(rate / here - 1) <= seen.thresholds.rate_change
    dying = (index > last_full) & at_rate[0 : 2 * index.size : 2] & at_rate[1 : 2 * index.size : 2]
    if dying.any() and not seen.halves.complete[-1] and seen.halves.n % 2 == 0:
        dying[-1] = False  # cut off by the end of the record
    kept = np.flatnonzero((full | dying) & (index > start))
    share = charge[kept] / charge[start] if charge[start] > 0 else np.ones(kept.size)
    return kept.astype(float), share, share < seen.thresholds.capacity_left
