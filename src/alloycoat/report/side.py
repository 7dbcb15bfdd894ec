"""One simulated cell of the main job: cycled until it or the protocol ends, analyzed, with what samples add."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alloycoat.analysis import Thresholds, analyze
from alloycoat.analysis.cycles import trace
from alloycoat.cell import (
    Aged,
    AgeingParameters,
    Cell,
    EarlyCycles,
    LifeSettings,
    Lives,
    VoltageBand,
    age,
    ageing_parameters,
    draw,
    early_cycles,
    half,
    lives,
    symmetric,
)
from alloycoat.cell.impedance import CycleSpectrum, as_rows, capacitances, spectra_of_life
from alloycoat.cell.orders import INSTRUMENT_LIMIT
from alloycoat.coating import Coating
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.outcome import Outcome
from alloycoat.record import CyclingRecord, Ended
from alloycoat.report.prepare import Prepared
from alloycoat.report.rate import Critical, critical
from alloycoat.report.stock import additive_stock
from alloycoat.sources import Estimate

Array = NDArray[np.float64]
STANDS = 5.0
"""V: a polarization beyond it is read as 'carries no such current'; no electrolyte stands it."""
LIFE_SAMPLES = 64
"""Sampled cells behind lives and voltages where nothing else is asked for."""
MOST_ROWS = 5_000_000
"""Rows of the longest record that is written (some 300 MB as csv)."""
_ROWS = 300_000  # of a record that nobody asked to be longer: some 25 MB as csv
_POINTS = 50
_MANY = 40
_BEGIN = 3  # the cycle that counts as begin, as in `analyze`
_INTERRUPTED = "interrupted: later cycles and lives are missing"
SAMPLE_SETTINGS = LifeSettings(dead_volumes=4, separator_volumes=6, salt=1e-2, moss=3e-4, skip=5e-3)
"""Accuracy of the sampled lives: within a percent (benchmarks/cell_ageing.py), far below their spread."""


@dataclass(frozen=True, slots=True)
class Side:
    """One simulated cell: what was cycled, its record, inventories and outcome, and what the samples add to it.

    polarization (V) and resistance (ohm m2): at begin, with the 10-90 % interval of the samples; one that
    ended early counts as at the voltage at which the cycler stops. lives: of the samples, None without samples;
    life: their median with the 10-90 % interval in s, infinite where the protocol ended before (`life_limit_s`).
    replicates: cells of the nominal parameters that differ in their heterogeneity alone. levels: end of each whole
    cycle (s) and its polarization (V). efficiency: mean coulombic efficiency of a half cell, with the interval of the
    samples' first cycles. critical: what a rate step says. spectra: impedance at rest after the first cycle, at a
    quarter, half and three quarters of the life and at its end; resistances: after more cycles, at one frequency. Both
    are empty for a half cell.
    """

    name: str
    cell: Cell
    worn: AgeingParameters
    aged: Aged
    record: CyclingRecord
    outcome: Outcome
    early: EarlyCycles
    polarization: Estimate | None
    resistance: Estimate | None
    lives: Lives | None
    life: Estimate | None
    replicates: Lives | None
    levels: tuple[Array, Array]
    efficiency: Estimate | None
    critical: Critical | None
    spectra: tuple[CycleSpectrum, ...]
    resistances: tuple[CycleSpectrum, ...]
    notes: tuple[str, ...] = ()

    @property
    def band(self) -> VoltageBand:
        """The begin cycle with its percentiles."""
        return self.early.band

    @property
    def life_limit_s(self) -> float | None:
        """When the protocol ended for samples that were still alive, s; None where none was."""
        return censored_at(self.lives)

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C came in between: what is here is what there was until then."""
        return _INTERRUPTED in self.notes

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of everything behind the cell, its ageing and its impedance."""
        more = capacitances().sources if self.spectra else ()
        return tuple(dict.fromkeys((*self.cell.sources, *self.worn.sources, *more)))

    @property
    def ends(self) -> dict[str, int]:
        """How many samples ended in which way, most frequent first."""
        if self.lives is None:
            return {}
        return dict(Counter(end.name for end in self.lives.ended).most_common())


def censored_at(found: Lives | None) -> float | None:
    """The shortest time after which a sample was still alive, s; None where all of them ended."""
    if found is None or bool(found.observed.all()):
        return None
    return float(found.time_s[~found.observed].min())


def life_estimate(found: Lives) -> Estimate:
    """Median, 10th and 90th percentile of the lives in s: order statistics, infinite where the cell still lived."""
    times = np.where(found.observed, found.time_s, np.inf)
    low, middle, high = (float(np.quantile(times, q, method="inverted_cdf")) for q in (0.1, 0.5, 0.9))
    return Estimate(middle, low, high)


def make_cell(prepared: Prepared, coating: Coating | None) -> Cell:
    """The symmetric or half cell of a recipe, coated where a coating is given."""
    anode = prepared.recipe.anode
    if prepared.cell.format == "half":
        return half(
            coating, anode=anode.metal, electrolyte=prepared.electrolyte, separator=prepared.separator,
            area=prepared.area_m2, temperature=prepared.cell.temperature, anode_thickness=anode.thickness,
        )  # fmt: skip
    return symmetric(
        coating, anode=anode.metal, electrolyte=prepared.electrolyte, separator=prepared.separator,
        area=prepared.area_m2, temperature=prepared.cell.temperature,
        coated="one" if anode.coated == "one" else "both", anode_thickness=anode.thickness,
    )  # fmt: skip


def wear(prepared: Prepared, cell: Cell, coating: Coating | None) -> AgeingParameters:
    """What ages the cell; an assumed electrolyte amount keeps its interval, what is left of an additive heals."""
    amount = None if prepared.cell.electrolyte_amount is None else prepared.electrolyte_amount_m
    return ageing_parameters(cell, coating, electrolyte_amount=amount, additive=additive_stock(prepared, coating))


def points_for(prepared: Prepared, cycles: int | None) -> int:
    """Samples a step, so that the record of the whole protocol stays below 25 MB; at least 8, at most 50."""
    protocol = prepared.protocol
    steps = len(protocol.steps) * protocol.repeats
    if cycles is not None:
        steps = min(steps, cycles * max(len(block.steps) for block in protocol.steps.blocks))
    if protocol.rest is not None:
        steps *= 2
    sampled = sum(
        block.cycles * step.duration_s / step.period_s
        for block in protocol.steps.blocks for step in block.steps if step.period_s and step.duration_s
    )  # fmt: skip
    if max(8.0 * steps, sampled * protocol.repeats) > MOST_ROWS:
        raise RecipeError(
            f"[protocol] cycles: {protocol.cycles} cycles would be a record of more than {MOST_ROWS:.0e} rows; take "
            "fewer cycles or a longer period"
        )
    return max(8, min(_POINTS, _ROWS // max(1, steps)))


def make_side(
    name: str, prepared: Prepared, coating: Coating | None, samples: int, seed: int, cycles: int | None
) -> Side:
    """Cycle one cell to its end and analyze it; `samples` (0: none) more for intervals and lives."""
    cell = make_cell(prepared, coating)
    worn = wear(prepared, cell, coating)
    protocol, points = prepared.protocol, points_for(prepared, cycles)
    aged = age(cell, protocol, worn, max_cycles=cycles, points_per_half_cycle=points, seed=seed)
    spectra, resistances = _impedance(cell, worn, coating, aged)
    record = aged.record.replace(impedance=as_rows(spectra, cell.area_m2 or 1.0))
    # without the spectra: their resistances are known here, fitting circuits to them would take a second
    outcome = replace(analyze(aged.record), title=name)
    stopped = aged.ended is Ended.interrupted and cycles is None
    count = 0 if stopped else samples
    drawn = _drawn(cell, worn, coating, count, seed)
    early = early_cycles(
        cell, protocol, worn, record, drawn, begin=_BEGIN, points_per_half_cycle=points, seed=seed,
        settings=SAMPLE_SETTINGS,
    )  # fmt: skip
    level = _with_samples(outcome.polarization_begin_V, _polarizations(early, protocol.cutoff or INSTRUMENT_LIMIT))
    own, resistance = outcome.area_specific_resistance_ohm_m2, None
    if level is not None and level.value and own is not None:
        resistance = Estimate(own, own * level.low / level.value, own * level.high / level.value)
    notes: list[str] = [_INTERRUPTED] if stopped else []
    found = replicates = None
    if cycles is None and not stopped:
        found = _lives(cell, prepared, worn, drawn, seed, notes)
        if protocol.replicates > 1 and not notes:
            same = {"exchange_current_density": np.full(protocol.replicates, cell.exchange_current_density)}
            replicates = _lives(cell, prepared, worn, same, seed, notes)
    return Side(
        name, cell, worn, aged, record, outcome, early, level, resistance, found,
        None if found is None else life_estimate(found), replicates, _levels(aged.record), _efficiency(outcome, early),
        critical(protocol, record, outcome, found), spectra, resistances, tuple(notes),
    )  # fmt: skip


def _impedance(
    cell: Cell, worn: AgeingParameters, coating: Coating | None, aged: Aged
) -> tuple[tuple[CycleSpectrum, ...], tuple[CycleSpectrum, ...]]:
    """Five whole spectra over the life, and resistances at many cycles."""
    if cell.kind != "symmetric":
        return (), ()
    thickness = None if coating is None else coating.thickness.value
    whole = spectra_of_life(cell, worn, aged.inventory, coating_thickness=thickness)
    many = spectra_of_life(
        cell, worn, aged.inventory, coating_thickness=thickness, count=_MANY, frequencies=np.array([1.0])
    )
    return whole, many


def _levels(record: CyclingRecord) -> tuple[Array, Array]:
    """End (s) and polarization (V) of each whole cycle, by the analysis."""
    cycles = trace(record, None, Thresholds(), _BEGIN).cycles
    return cycles.end_s[cycles.full], cycles.polarization_V[cycles.full]


def _efficiency(outcome: Outcome, early: EarlyCycles) -> Estimate | None:
    """Mean coulombic efficiency; the samples' widths are those of their first cycles."""
    value = _mean(outcome)
    if value is None:
        return None
    found = [_mean(analyze(record)) for record in early.records if record is not None]
    known = np.array([x for x in found if x is not None])
    if not known.size:
        return Estimate(value, value, value)
    low, high = np.quantile(known, (0.1, 0.9))
    return Estimate(value, float(min(low, value)), float(max(high, value)))


def _mean(outcome: Outcome) -> float | None:
    """Mean of the efficiencies that are defined, the first cycle (nucleation) apart where there are more."""
    if outcome.cell_kind != "half":
        return None
    found = [x for x in outcome.coulombic_efficiency or () if x is not None]
    return float(np.mean(found[1:] or found)) if found else None


def _drawn(cell: Cell, worn: AgeingParameters, coating: Coating | None, count: int, seed: int) -> dict[str, Array]:
    """Samples of everything uncertain in the cell and in its ageing; those of the layer as they were drawn."""
    if not count:
        return {}
    known = {}
    if coating is not None and "area_specific_resistance" in coating.samples:
        known["coating_resistance"] = coating.samples["area_specific_resistance"]
    return {**draw(cell, count, seed, **known), **draw(worn, count, seed)}


def _lives(
    cell: Cell,
    prepared: Prepared,
    worn: AgeingParameters,
    drawn: Mapping[str, Array],
    seed: int,
    notes: list[str],
) -> Lives | None:
    if not drawn:
        return None
    try:
        found = lives(cell, prepared.protocol, worn, drawn, seed=seed, settings=SAMPLE_SETTINGS)
    except AlloycoatError as error:
        notes.append(f"no distribution of lives: {error}")
        return None
    if Ended.interrupted in found.ended:
        notes.append(_INTERRUPTED)
        return None
    return found


def _polarizations(early: EarlyCycles, cutoff: float) -> list[float]:
    """Polarization at begin in V of each sample, by the same analysis as the record's."""
    found = []
    for record in early.records:
        if record is None or record.ended not in (Ended.completed, Ended.interrupted):
            found.append(cutoff)
            continue
        level = analyze(record, begin_cycle=early.begin).polarization_begin_V
        if level is not None:
            found.append(level)
    return found


def _with_samples(value: float | None, samples: list[float]) -> Estimate | None:
    if value is None:
        return None
    return Estimate.of(value, np.array(samples) if samples else None)
