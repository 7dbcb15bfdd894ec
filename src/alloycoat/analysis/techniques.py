"""What was done to the cell, and when: cycling, formation, rate tests, pulses, holds, rests, impedance.

Judged by the half-cycles alone, never by the step numbers or labels of the instrument.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.analysis.grouped import BoolArray, Groups
from alloycoat.analysis.halves import HalfCycles, half_cycles
from alloycoat.analysis.segments import Segments
from alloycoat.analysis.segments import segment as half_cycle_rows
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.record import CyclingRecord, FloatArray, Impedance

KINDS = ("cycling", "formation", "rate-test", "pulses", "hold", "rest", "open-circuit", "impedance")
"""The techniques; the first five are those of half-cycles."""
_CYCLING, _FORMATION, _RATE, _PULSES, _HOLD = range(5)
_HOLD_V, _HOLD_SHARE_V, _GIVES_WAY, _ALL_HOLD = 2e-3, 5e-4, 0.9, 0.9
_LONG_REST, _NEW_SPECTRUM = 2.0, 1.5

Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of the record under one technique: `kind` of KINDS, the file's clock in s, and what was seen."""

    kind: str
    start_s: float
    end_s: float
    evidence: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in json documents."""
        return {"kind": self.kind, "start_s": self.start_s, "end_s": self.end_s, "evidence": self.evidence}


@dataclass(frozen=True, slots=True, eq=False)
class Techniques:
    """The blocks in order of time, and by half-cycle: the kind (index into KINDS), the current of its rate in A
    (without the voltage hold), and the time in a hold in s. usual_A: by sign, the current of most half-cycles.
    """

    blocks: tuple[Block, ...]
    half_kind: Codes
    rate_A: FloatArray  # noqa: N815 -- A is the unit
    hold_s: FloatArray
    usual_A: dict[int, float]  # noqa: N815 -- A is the unit

    def of_half_cycle(self, k: int) -> str:
        """The technique of half-cycle `k`."""
        return KINDS[int(self.half_kind[k])]

    @property
    def cycling(self) -> BoolArray:
        """By half-cycle: plain cycling at the usual current."""
        return np.asarray(self.half_kind == _CYCLING)

    @property
    def formation(self) -> BoolArray:
        """By half-cycle: formation."""
        return np.asarray(self.half_kind == _FORMATION)

    @property
    def pulsed(self) -> BoolArray:
        """By half-cycle: pulses."""
        return np.asarray(self.half_kind == _PULSES)

    @property
    def judged(self) -> BoolArray:
        """By half-cycle: neither pulses nor a potentiostatic hold, so that its voltage can be compared."""
        return np.asarray(self.half_kind < _PULSES)


def segment(record: CyclingRecord, thresholds: Thresholds | None = None) -> Techniques:
    """The techniques of a record. Thresholds: `rate_change`, `pulses`, `pulse_rest`, `full_half_cycle`.

    pulses: half-cycles of at least `pulses` bursts of current with `pulse_rest` of their time at rest (GITT),
    or of less than `full_half_cycle` of the usual charge; where most half-cycles are such, they are cycling.
    hold: nine tenths of the time at one voltage while the current gives way. formation: at the start of the
    record, below the usual current of their sign by more than `rate_change`. rate-test: any other current that
    differs by more than that. rest: longer than two usual half-cycles; open-circuit: before the first current
    and behind the last. impedance: each spectrum.
    """
    limits = thresholds or Thresholds()
    parts = half_cycle_rows(record, limits.rest_current)
    return classify(record, parts, half_cycles(record, parts, limits), limits)


def classify(record: CyclingRecord, parts: Segments, halves: HalfCycles, limits: Thresholds) -> Techniques:
    """The techniques of a record that is already told apart into half-cycles."""
    spectra = _spectra(record.impedance)
    if halves.n == 0:
        idle = Block("open-circuit", float(record.time_s[0]), float(record.time_s[-1]), "no current flows")
        nothing = np.zeros(0)
        return Techniques((idle, *spectra), np.zeros(0, dtype=np.int8), nothing, nothing, {})
    rate, hold = _rates_and_holds(record, parts, halves)
    kind = np.zeros(halves.n, dtype=np.int8)
    bursts = _bursts(parts)
    idle_s = halves.end_s - halves.start_s - halves.duration_s
    # what the record breaks off is no pulse, however short
    small = halves.charge_C < limits.full_half_cycle * np.median(halves.charge_C)
    small[-1] = False
    small[:-1] &= small[1:] | np.append(False, small[:-2])  # one alone is a start or an interruption
    pulsed = small | ((bursts >= limits.pulses) & (idle_s >= limits.pulse_rest * halves.duration_s))
    pulsed &= pulsed.sum() <= 0.5 * halves.n
    held = hold >= _ALL_HOLD * halves.duration_s
    usual: dict[int, float] = {}
    for sign in (-1, 1):
        mine = (halves.sign == sign) & ~pulsed
        if mine.any():
            mine &= ~held if (mine & ~held).any() else mine
            usual[sign] = _usual_current(rate[mine], halves.duration_s[mine])
            ratio = rate / usual[sign]
            off = (ratio > 1 + limits.rate_change) | (ratio < 1 / (1 + limits.rate_change))
            kind[(halves.sign == sign) & off] = _RATE
    _mark_formation(kind, rate, halves, usual)
    kind[held] = _HOLD
    kind[pulsed] = _PULSES
    blocks = _blocks(record, halves, kind, rate)
    return Techniques(tuple(sorted([*blocks, *spectra], key=lambda b: b.start_s)), kind, rate, hold, usual)


def _bursts(parts: Segments) -> NDArray[np.intp]:
    """Stretches of current in each half-cycle, with rests between them."""
    flows = parts.state != 0
    starts = np.flatnonzero(flows[1:] & ~flows[:-1]) + 1
    return np.asarray(np.searchsorted(starts, parts.stop) - np.searchsorted(starts, parts.first, side="right") + 1)


def _rates_and_holds(record: CyclingRecord, parts: Segments, halves: HalfCycles) -> tuple[FloatArray, FloatArray]:
    """The current of each half-cycle outside its voltage hold, in A, and the time in the hold, in s."""
    flowing = np.flatnonzero(parts.state)
    groups = Groups.of_starts(np.searchsorted(flowing, parts.first), flowing.size)
    size, volts = np.abs(parts.current_A[flowing]), record.voltage_V[flowing]
    level = np.abs(halves.maximum_V)
    near = np.maximum(np.minimum(_HOLD_V, 0.02 * level), _HOLD_SHARE_V * level)[groups.of]
    # the last row may be that of the rest behind, the largest voltage an overshoot: a hold is at one of them
    at_end = np.abs(volts - halves.end_V[groups.of]) <= near
    at_end |= np.abs(volts - halves.maximum_V[groups.of]) <= near
    least = groups.smallest(np.where(at_end, size, np.inf))
    most = groups.largest(np.where(at_end, size, 0.0))
    held = at_end & (least <= _GIVES_WAY * most)[groups.of]
    if not held.any():
        return halves.current_A, np.zeros(halves.n)
    weight = parts.weight_s[flowing]
    rate = groups.median(size, weight, ~held)
    hold = groups.total(np.where(held, weight, 0.0))
    return np.where(np.isfinite(rate), rate, halves.current_A), hold


def _usual_current(rate: FloatArray, duration: FloatArray) -> float:
    """The current, within a tenth, of most half-cycles; of several, the one of most time."""
    order = np.argsort(rate, kind="stable")
    sorted_rate = rate[order]
    stop = np.searchsorted(sorted_rate, 1.1 * sorted_rate, side="right")
    count = stop - np.arange(rate.size)
    time = np.append(0.0, np.cumsum(duration[order]))
    spent = time[stop] - time[:-1]
    best = int(np.lexsort((-spent, -count))[0])
    return float(np.median(sorted_rate[best : stop[best]]))


def _mark_formation(kind: Codes, rate: FloatArray, halves: HalfCycles, usual: dict[int, float]) -> None:
    """What comes before the first plain cycle, at a lower current, is formation."""
    plain = np.flatnonzero(kind == _CYCLING)
    if plain.size == 0:
        return
    early = np.arange(int(plain[0]))
    wanted = np.array([usual.get(int(sign), np.inf) for sign in halves.sign[early]])
    kind[early[(rate[early] < wanted) & (kind[early] == _RATE)]] = _FORMATION


def _blocks(record: CyclingRecord, halves: HalfCycles, kind: Codes, rate: FloatArray) -> list[Block]:
    """Runs of half-cycles of one kind, long rests between them, open circuit around them."""
    found = []
    start, end = float(record.time_s[0]), float(record.time_s[-1])
    if halves.start_s[0] > start:
        found.append(Block("open-circuit", start, float(halves.start_s[0]), "before the first current"))
    usual = float(np.median(halves.duration_s))
    gap = halves.start_s[1:] - halves.end_s[:-1]
    long_rest = gap > _LONG_REST * usual
    for k in np.flatnonzero(long_rest):
        text = f"{gap[k]:.4g} s between half-cycles"
        found.append(Block("rest", float(halves.end_s[k]), float(halves.start_s[k + 1]), text))
    edges = np.flatnonzero((kind[1:] != kind[:-1]) | long_rest) + 1
    for first, stop in zip([0, *edges.tolist()], [*edges.tolist(), halves.n], strict=True):
        low, high = float(rate[first:stop].min()), float(rate[first:stop].max())
        current = f"{low:.4g} A" if high <= 1.1 * low else f"{low:.4g} to {high:.4g} A"
        text = f"{stop - first} half-cycles at {current}"
        found.append(Block(KINDS[int(kind[first])], float(halves.start_s[first]), float(halves.end_s[stop - 1]), text))
    if halves.end_s[-1] < end:
        found.append(Block("open-circuit", float(halves.end_s[-1]), end, "behind the last current"))
    return found


def _spectra(impedance: Impedance | None) -> list[Block]:
    """One block a spectrum."""
    if impedance is None:
        return []
    found = []
    for first, stop in spectrum_rows(impedance):
        low, high = impedance.frequency_Hz[first:stop].min(), impedance.frequency_Hz[first:stop].max()
        text = f"{stop - first} frequencies from {low:.3g} to {high:.3g} Hz"
        found.append(Block("impedance", float(impedance.time_s[first]), float(impedance.time_s[stop - 1]), text))
    return found


def spectrum_rows(impedance: Impedance) -> list[tuple[int, int]]:
    """First row and stop of each spectrum: a sweep of the frequency in one direction.

    A new one begins where the frequency jumps against the direction of the sweep by a factor of 1.5.
    """
    if impedance.frequency_Hz.size == 0:
        return []
    step = np.diff(np.log(impedance.frequency_Hz))
    if step.size == 0:
        return [(0, 1)]
    way = 1.0 if np.median(step) > 0 else -1.0
    edges = (np.flatnonzero(step * way < -np.log(_NEW_SPECTRUM)) + 1).tolist()
    return list(zip([0, *edges], [*edges, impedance.frequency_Hz.size], strict=True))
