"""`analyze(record) -> Outcome`: the same few steps for a measured and a simulated record."""

from __future__ import annotations

from typing import Any

import numpy as np

from alloycoat.analysis.cycles import Trace, begin_index, trace, weighted_median
from alloycoat.analysis.efficiency import capacity_retention, coulombic_efficiency
from alloycoat.analysis.failure import judge
from alloycoat.analysis.history import first_tenth
from alloycoat.analysis.per_cycle import charge_until, cycles_until, nucleation_overpotential, per_cycle
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.errors import RecipeError, unknown_name
from alloycoat.outcome import Invariant, Life, Outcome, Sign, invariants_in
from alloycoat.record import CELL_KINDS, CyclingRecord, check_area

_LARGEST_V = 10.0
_LONGEST_S = 10 * 365.25 * 86400.0
_LARGEST_A_PER_M2 = 10_000.0


def analyze(
    record: CyclingRecord,
    *,
    cell_kind: str | None = None,
    area_m2: float | None = None,
    thresholds: Thresholds | None = None,
    begin_cycle: int = 3,
) -> Outcome:
    """What a record says: polarization at begin and end, life with its censoring, failure, efficiency.

    cell_kind: one of CELL_KINDS; of the record, else inferred and said so. area_m2: electrode area in m2, in
    place of the record's. thresholds: of segmentation and failure. begin_cycle: the full cycle (from 1) that
    counts as begin; the first ones form films and roughen. Polarization in V is half of the gap between the
    settled voltages of the positive and the negative half-cycle, ohmic part included; the end is the last
    full cycle before the failure, else of the record. Raises RecipeError for an unknown cell kind or begin
    cycle.
    """
    if cell_kind is not None and cell_kind not in CELL_KINDS:
        raise RecipeError(unknown_name("cell kind", cell_kind, CELL_KINDS))
    if begin_cycle < 1:
        raise RecipeError(f"begin_cycle: {begin_cycle!r} is not a number from 1 up")
    area = check_area(area_m2) or record.area_m2
    record = record if area == record.area_m2 else record.replace(area_m2=area)
    seen = trace(record, cell_kind, thresholds or Thresholds(), begin_cycle)
    signs, verdict = judge(seen)
    warnings = list(record.notes)
    reasons: dict[str, str] = {}
    begin, end = _begin_and_end(seen, verdict, begin_cycle, warnings)
    levels = _polarization(seen, begin, end, reasons, warnings)
    density = _current_density(seen, area, reasons, warnings)
    efficiency = coulombic_efficiency(seen)
    until = float(record.time_s[-1]) if verdict is None else verdict.time_s
    retention, why_none, left_out = capacity_retention(seen, until)
    invariants = (*invariants_in(record.metadata), *_invariants(seen, area))
    fitted = _impedance(seen, reasons, warnings)
    warnings += [*efficiency.flags, *([left_out] if left_out else [])]
    warnings += [f"{check.name}: {check.evidence}" for check in invariants if check.state == "doubtful"]
    if seen.cell_kind_inferred:
        warnings.append(f"cell_kind: {seen.cell_kind} was inferred from the voltages; say which it is to be sure")
    reasons |= {
        "coulombic_efficiency": efficiency.reason,
        "coulombic_efficiency_pairing": efficiency.reason,
        "capacity_retention": why_none,
    }
    zero = float(record.time_s[0])
    life = Life.at_least(record.duration) if verdict is None else Life.observed(verdict.time_s - zero)
    return Outcome(
        duration_s=record.duration,
        time_zero_s=zero,
        cell_kind=seen.cell_kind,
        cell_kind_inferred=seen.cell_kind_inferred,
        n_half_cycles=seen.halves.n,
        current_density_A_per_m2=density,
        polarization_begin_V=levels[0],
        polarization_end_V=levels[1],
        area_specific_resistance_ohm_m2=_specific_resistance(seen, begin, levels[0], area, reasons),
        failure="none" if verdict is None else verdict.kind,
        failure_time_s=None if verdict is None else verdict.time_s,
        signs=signs,
        life=life,
        coulombic_efficiency=efficiency.values,
        coulombic_efficiency_pairing=efficiency.pairing,
        capacity_retention=retention,
        impedance=fitted,
        techniques=tuple(block.to_json() for block in seen.techniques.blocks),
        cycles=per_cycle(seen, efficiency),
        reservoir=None if efficiency.reservoir is None else efficiency.reservoir.to_json(),
        nucleation_overpotential_V=nucleation_overpotential(seen),
        life_cycles=cycles_until(seen, until),
        life_charge_C=charge_until(seen, until),
        invariants=invariants,
        warnings=tuple(dict.fromkeys(warnings)),
        reasons=reasons,
        title=record.metadata.get("title", "") or record.metadata.get("file", ""),
    )


def _impedance(seen: Trace, reasons: dict[str, str], warnings: list[str]) -> dict[str, Any] | None:
    """Resistances by spectrum, None without one that can be fitted."""
    if seen.spectra is None:
        return None
    warnings += seen.spectra.notes
    if seen.spectra.fits:
        return seen.spectra.to_json()
    reasons["impedance"] = "the record has impedance rows, but no spectrum with enough of them for a circuit"
    return None


def _begin_and_end(seen: Trace, verdict: Sign | None, wanted: int, warnings: list[str]) -> tuple[int, int]:
    """Indices of the begin and end cycles, both before the failure where there is one; -1 where none is."""
    cycles = seen.cycles
    if cycles.n == 0:
        return -1, -1
    alive = np.ones(cycles.n, dtype=bool) if verdict is None else cycles.end_s <= verdict.time_s
    full = np.flatnonzero(cycles.full & alive)
    if full.size == 0:
        warnings.append("polarization: no full cycle before the end, begin and end are read from the first cycle")
        return 0, 0
    begin, note = begin_index(cycles.full & alive, wanted)
    if note:
        warnings.append(f"polarization_begin_V: {note}")
    return begin, int(full[-1])


def _polarization(
    seen: Trace, begin: int, end: int, reasons: dict[str, str], warnings: list[str]
) -> tuple[float | None, float | None]:
    """Polarization at begin and end in V."""
    if begin >= 0:
        values = float(seen.cycles.polarization_V[begin]), float(seen.cycles.polarization_V[end])
        current = seen.cycles.current_A
        if not 0.9 <= current[end] / current[begin] <= 1.1:
            warnings.append("polarization_end_V: the end cycle ran at another current than the begin cycle")
        return values
    why = "no current flows in the record"
    if seen.halves.n:
        if seen.cell_kind != "full":
            warnings.append("polarization: the current never changes sign; |V| of its first and last tenth is given")
            return first_tenth(seen)
        why = "the current never changes sign, and a full cell has no polarization about zero"
    reasons |= {"polarization_begin_V": why, "polarization_end_V": why}
    return None, None


def _current_density(seen: Trace, area: float | None, reasons: dict[str, str], warnings: list[str]) -> float | None:
    """The |current density| under which the cell spent most time, in A/m2."""
    if seen.halves.n == 0:
        reasons["current_density_A_per_m2"] = "no current flows in the record"
        return None
    current = seen.halves.current_A
    usual = weighted_median(current, seen.halves.duration_s)
    if np.any(np.abs(current[seen.halves.complete] / usual - 1) > 0.1):
        warnings.append("the record holds several currents; current_density_A_per_m2 is the one of most time")
    return None if area is None else usual / area


def _specific_resistance(
    seen: Trace, begin: int, level: float | None, area: float | None, reasons: dict[str, str]
) -> float | None:
    """Polarization at begin over the current density of that cycle, in ohm m2."""
    if level is None or area is None:
        reasons["area_specific_resistance_ohm_m2"] = (
            "the polarization is unknown" if level is None else "the electrode area is unknown"
        )
        return None
    current = seen.cycles.current_A[begin] if begin >= 0 else seen.halves.current_A[0]
    return float(level / (current / area))


def _check(name: str, ok: bool | None, evidence: str) -> Invariant:
    return Invariant(name, "undecided" if ok is None else "ok" if ok else "doubtful", evidence)


def _invariants(seen: Trace, area: float | None) -> tuple[Invariant, ...]:
    """Checks that catch data in a wrong unit or of a wrong sign."""
    record, halves = seen.record, seen.halves
    span, volts = record.duration, float(np.max(np.abs(record.voltage_V)))
    both = halves.n > 1
    way = "current flows both ways" if both else "current flows one way only" if halves.n else "no current flows"
    return (
        _check("time_span", span <= _LONGEST_S, f"the record spans {span / 3600:.6g} h"),
        _check("voltage_range", volts <= _LARGEST_V, f"the largest |voltage| is {volts:.4g} V"),
        _check("current_signs", True if both else None, way),
        _voltage_follows(seen),
        _density_check(seen, area),
    )


def _voltage_follows(seen: Trace) -> Invariant:
    """Whether positive current raises the voltage: a reversed sign of current shows here."""
    gaps = seen.cycles.polarization_V[seen.cycles.full]
    if gaps.size == 0:
        return _check("voltage_follows_current", None, "the record has no full cycle")
    against = int((gaps < 0).sum())
    evidence = f"in {against} of {gaps.size} full cycles the voltage is lower under positive current"
    return _check("voltage_follows_current", against <= 0.5 * gaps.size, evidence)


def _density_check(seen: Trace, area: float | None) -> Invariant:
    if area is None or seen.halves.n == 0:
        return _check("current_density_range", None, "the electrode area is unknown or no current flows")
    largest = float(np.max(seen.halves.current_A)) / area
    return _check("current_density_range", largest <= _LARGEST_A_PER_M2, f"up to {largest:.4g} A/m2")
