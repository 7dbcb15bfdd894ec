"""Half-cycles and cycles as tables, and the trace that the criteria of failure look at.

The one place where sign and cell kind become plating and stripping: negative current plates the working
electrode of symmetric and half cells and discharges full cells; positive current strips, or charges.
"""

# ruff: noqa: N815 -- names carry their SI unit, and A, V and C are capital

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from alloycoat.analysis.grouped import BoolArray, IndexArray
from alloycoat.analysis.halves import HalfCycles, half_cycles
from alloycoat.analysis.reservoir import reservoir
from alloycoat.analysis.segments import Segments, segment
from alloycoat.analysis.spectra import Spectra, spectra
from alloycoat.analysis.techniques import Techniques, classify
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.record import CyclingRecord, FloatArray

VERBS = {
    "symmetric": {-1: "plate", 1: "strip"},
    "half": {-1: "plate", 1: "strip"},
    "full": {-1: "discharge", 1: "charge"},
}
"""What a sign of current does in each kind of cell, at the working electrode."""


@dataclass(frozen=True, slots=True, eq=False)
class Cycles:
    """One entry a cycle: half-cycles 0 and 1, 2 and 3, ...

    polarization_V: half of the settled voltage of the positive half-cycle minus that of the negative;
    asymmetry_V: half of their sum; current_A: mean of the two; charge_C by order; full: both complete.
    """

    start_s: FloatArray
    end_s: FloatArray
    polarization_V: FloatArray
    asymmetry_V: FloatArray
    current_A: FloatArray
    first_charge_C: FloatArray
    second_charge_C: FloatArray
    full: BoolArray

    @property
    def n(self) -> int:
        """Number of cycles."""
        return int(self.full.size)


def weighted_median(values: FloatArray, weights: FloatArray) -> float:
    """The value below which half of the weight lies; the plain median where all weights are zero.

    >>> weighted_median(np.array([1.0, 2.0, 9.0]), np.array([1.0, 1.0, 0.5]))
    2.0
    """
    total = float(weights.sum())
    if total <= 0:
        return float(np.median(values))
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weights[order])
    k = int(np.searchsorted(below, 0.5 * total * (1 + 1e-12)))
    k = min(k, values.size - 1)
    if k > 0 and abs(below[k - 1] - 0.5 * total) <= 1e-9 * total:
        return float(0.5 * (values[order[k - 1]] + values[order[k]]))
    return float(values[order[k]])


def flowing_rows(parts: Segments, k: int) -> IndexArray:
    """The rows of half-cycle `k` in which current flows."""
    rows = np.arange(parts.first[k], parts.stop[k])
    return np.asarray(rows[parts.state[rows] != 0])


def progress(weights: FloatArray) -> FloatArray:
    """How far through its half-cycle each row lies, 0 to 1, by time under current."""
    total = float(weights.sum())
    if total <= 0:
        return (np.arange(weights.size) + 0.5) / weights.size
    return np.asarray((np.cumsum(weights) - 0.5 * weights) / total)


def pair_cycles(halves: HalfCycles) -> Cycles:
    """The table of cycles: consecutive pairs from the record's first half-cycle."""
    one, two = np.arange(0, halves.n - 1, 2), np.arange(1, halves.n, 2)
    positive = np.where(halves.sign[one] > 0, halves.voltage_V[one], halves.voltage_V[two])
    negative = np.where(halves.sign[one] > 0, halves.voltage_V[two], halves.voltage_V[one])
    return Cycles(
        start_s=halves.start_s[one],
        end_s=halves.end_s[two],
        polarization_V=0.5 * (positive - negative),
        asymmetry_V=0.5 * (positive + negative),
        current_A=0.5 * (halves.current_A[one] + halves.current_A[two]),
        first_charge_C=halves.charge_C[one],
        second_charge_C=halves.charge_C[two],
        full=halves.complete[one] & halves.complete[two],
    )


def infer_kind(halves: HalfCycles) -> str:
    """The kind of cell, from its voltages under current.

    Voltages of both signs, or a single half-cycle below 1 V: symmetric; half where most positive half-cycles
    end far above their settled voltage (stripping to a cut-off) and the negative do not, or where the order of
    charges is that of the reservoir method. Else full; also where
    the voltage never falls to zero and comes above 0.5 V (an intercalation electrode against its metal).
    """
    if halves.n == 0:
        return "full"
    if halves.n == 1:
        return "symmetric" if abs(halves.voltage_V[0]) < 1.0 else "full"
    positive = halves.sign > 0
    up, down = float(np.median(halves.voltage_V[positive])), float(np.median(halves.voltage_V[~positive]))
    gap, center = 0.5 * (up - down), 0.5 * abs(up + down)
    never_zero = min(halves.voltage_V.min(), halves.end_V.min()) > 0 and halves.end_V.max() > 0.5
    if center > max(gap, 0.0 if never_zero else 0.3):
        return "full"
    stored = reservoir(halves)
    if stored is not None and stored.efficiency is not None and stored.reservoir_C >= 2 * stored.cycled_C:
        return "half"
    rise = halves.end_V - halves.voltage_V
    cut_off = (rise > np.maximum(0.15, 2 * abs(gap))) & positive
    diving = (-rise > np.maximum(0.15, 2 * abs(gap))) & ~positive
    if cut_off.sum() > 0.5 * positive.sum() and diving.sum() < 0.2 * max(1, int((~positive).sum())):
        return "half"
    return "symmetric"


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """A segmented record as the criteria see it: record, kind of cell, segments, both tables, thresholds.

    begin: index of the cycle where counting begins (the third full one by default that is no formation, pulses or
    hold; of any kind where there are fewer), -1 where there is none. techniques: what was done, by half-cycle.
    spectra: fits of the impedance rows, None without such rows. usual, judged, pulsed, formation: by cycle.
    """

    record: CyclingRecord
    cell_kind: str
    cell_kind_inferred: bool
    segments: Segments
    halves: HalfCycles
    cycles: Cycles
    thresholds: Thresholds
    begin: int
    techniques: Techniques
    spectra: Spectra | None = None

    def _both(self, flags: BoolArray) -> BoolArray:
        """By cycle: both half-cycles."""
        return np.asarray(flags[0 : 2 * self.cycles.n : 2] & flags[1 : 2 * self.cycles.n : 2])

    @property
    def usual(self) -> BoolArray:
        """By cycle: plain cycling at the usual current, no formation, rate test, pulses or holds."""
        return self._both(self.techniques.cycling)

    @property
    def judged(self) -> BoolArray:
        """By cycle: neither pulses nor holds."""
        return self._both(self.techniques.judged)

    @property
    def pulsed(self) -> BoolArray:
        """By cycle: pulses, in at least one half-cycle."""
        return ~self._both(~self.techniques.pulsed)

    @property
    def formation(self) -> BoolArray:
        """By cycle: formation, in at least one half-cycle."""
        return ~self._both(~self.techniques.formation)

    @property
    def is_unreversed(self) -> bool:
        """True where the current never changes sign."""
        return self.halves.n == 1


def begin_index(full: BoolArray, wanted: int) -> tuple[int, str]:
    """Index of the `wanted`-th full cycle (from 1), and a warning where another stands in; -1 for none."""
    found = np.flatnonzero(full)
    if found.size >= wanted:
        return int(found[wanted - 1]), ""
    if found.size:
        return int(found[-1]), f"there are {found.size} full cycles only, the last of them counts as begin"
    return (full.size - 1, "there is no full cycle, an incomplete one counts as begin") if full.size else (-1, "")


def trace(record: CyclingRecord, cell_kind: str | None, thresholds: Thresholds, begin_cycle: int) -> Trace:
    """Segment a record and make its tables."""
    parts = segment(record, thresholds.rest_current)
    halves = half_cycles(record, parts, thresholds)
    cycles = pair_cycles(halves)
    techniques = classify(record, parts, halves, thresholds)
    known = cell_kind or record.cell_kind
    kind = known or infer_kind(halves)
    seen = Trace(
        record,
        kind,
        known is None,
        parts,
        halves,
        cycles,
        thresholds,
        -1,
        techniques,
        spectra(record.impedance, cycles.start_s),
    )
    plain = cycles.full & seen.judged & ~seen.formation
    begin, _ = begin_index(plain if plain.sum() >= begin_cycle else cycles.full, begin_cycle)
    return replace(seen, begin=begin)
