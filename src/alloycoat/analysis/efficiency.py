"""Coulombic efficiency and capacity retention: what they are in each kind of cell, where undefined."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alloycoat.analysis.cycles import VERBS, Trace
from alloycoat.record import FloatArray

_CUT_OFF_RISE = 2.0
_CUT_OFF_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Efficiency:
    """By pair of half-cycles (None where undefined) or None as a whole, the pairing, why, and flags."""

    values: tuple[float | None, ...] | None
    pairing: str | None
    reason: str = ""
    flags: tuple[str, ...] = ()


def coulombic_efficiency(seen: Trace) -> Efficiency:
    """Charge of the second half-cycle over the first, by pair from the record's first half-cycle.

    Symmetric cells: undefined, the metal is in excess and what is lost is not seen. Half cells: stripped over
    plated of the same cycle; a pair is undefined where stripping did not reach its voltage cut-off (it ended
    by time or by the end of the record). Full cells: of the cell, not of the anode.
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
    highest = float(np.max(halves.end_V[stripping]))
    rise = halves.end_V[stripping] - np.maximum(_CUT_OFF_RISE * halves.voltage_V[stripping], 0.0)
    reached = (rise > 0) & (halves.end_V[stripping] >= _CUT_OFF_SHARE * highest)
    ratio = _ratio(halves.charge_C[stripping], halves.charge_C[plating])
    reached &= np.isfinite(ratio)
    values = tuple(float(r) if ok else None for r, ok in zip(ratio, reached, strict=True))
    missing = int((~reached).sum())
    if missing:
        flags.append(
            f"coulombic_efficiency: {missing} of {reached.size} pairs are undefined (null), "
            "stripping did not end at its voltage cut-off"
        )
    flags += _above_one(ratio[reached])
    return Efficiency(values, "plate, strip", "", tuple(flags))


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


def capacity_retention(seen: Trace, begin: int, end: int) -> tuple[float | None, str]:
    """Discharged charge of cycle `end` over that of cycle `begin` (full cells), or None and why."""
    if seen.cell_kind != "full":
        return None, f"a {seen.cell_kind} cell has no capacity of its own: the protocol sets the charge"
    if begin < 0 or end < 0 or not (seen.cycles.full[begin] and seen.cycles.full[end]):
        return None, "the record has no full cycle"
    charge, current = discharge_charge(seen), seen.cycles.current_A
    if not 0.9 <= current[end] / current[begin] <= 1.1:
        return None, "the begin and end cycles ran at different currents"
    if not charge[begin] > 0:
        return None, "no charge was passed in the begin cycle"
    return float(charge[end] / charge[begin]), ""
