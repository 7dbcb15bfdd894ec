"""The main job: coat, cycle bare and coated side by side, analyze both, find the nearest published rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from alloycoat import chemistry
from alloycoat.analysis import analyze
from alloycoat.cell import Cell, Limits, VoltageBand, cycle, cycle_intervals, draw, limits, symmetric
from alloycoat.cell.orders import INSTRUMENT_LIMIT
from alloycoat.coating import Coating, coat
from alloycoat.literature import Neighbor, nearest_rows
from alloycoat.outcome import Outcome
from alloycoat.quantities import ZERO_CELSIUS
from alloycoat.recipe import Recipe
from alloycoat.record import CyclingRecord, Ended
from alloycoat.report.bibliography import evidence_keys, resolve
from alloycoat.report.prepare import Prepared, prepare
from alloycoat.sources import Estimate, Reference

AGEING = "ageing is not modelled: a simulated cell stays as fresh as on its first cycle, so it has no life"
"""The warning that every simulated outcome carries."""
STANDS = 5.0
"""V: a polarization beyond it is read as 'carries no such current'; no electrolyte stands it."""
_NO_VERDICT = {"life_lower_s", "life_upper_s", "failure", "failure_time_s"}
_PHYSICAL = {Ended.depletion, Ended.voltage_limit, Ended.metal_exhausted, Ended.dry_pores, Ended.hard_short}


@dataclass(frozen=True, slots=True)
class Side:
    """One simulated cell: what was cycled, its record and outcome, and what the samples add to it.

    polarization (V) and resistance (ohm m2): at begin, with the 10-90 % interval of the samples; one that
    ended early counts as at the voltage at which the cycler stops.
    """

    name: str
    cell: Cell
    record: CyclingRecord
    outcome: Outcome
    band: VoltageBand
    polarization: Estimate | None
    resistance: Estimate | None


@dataclass(frozen=True, slots=True)
class Run:
    """Everything the report shows. `coating` and `coated` are None for a recipe without `[coating]`.

    current_density in A/m2, half_cycle in s and capacity in C/m2: of the largest plating step.
    limiting_current_density: J* in A/m2 with the interval of the samples.
    """

    prepared: Prepared
    name: str
    samples: int
    seed: int
    coating: Coating | None
    bare: Side
    coated: Side | None
    current_density: float
    half_cycle: float
    capacity: float
    limits: Limits
    limiting_current_density: Estimate
    published: tuple[Neighbor, ...]
    warnings: tuple[str, ...]
    references: tuple[Reference, ...]

    @property
    def recipe(self) -> Recipe:
        """The recipe that was run."""
        return self.prepared.recipe

    @property
    def title(self) -> str:
        """Title of the recipe, else the name of its file."""
        return self.recipe.title or self.name

    @property
    def sides(self) -> tuple[Side, ...]:
        """Bare, and coated where there is a coating."""
        return (self.bare,) if self.coated is None else (self.bare, self.coated)


def _quiet(text: str) -> None:
    del text


def run(
    recipe: Recipe,
    *,
    samples: int = 256,
    seed: int | None = None,
    cycles: int | None = None,
    name: str = "recipe",
    tell: Callable[[str], None] = _quiet,
) -> Run:
    """Coat, cycle, analyze, compare.

    samples: draws behind the 10-90 % intervals (0: none). seed: of the draws; the protocol's where None.
    cycles: at most so many of the protocol. name: stands for the recipe where it has no title. tell: is
    given a line before each part of the work. Raises RecipeError where the recipe lacks something.
    """
    prepared = prepare(recipe)
    chosen = prepared.protocol.seed if seed is None else seed
    coating = None
    if recipe.coating is not None:
        tell("coating the anode")
        coating = coat(recipe, samples=samples, seed=chosen)
    tell(f"cycling {'bare' if coating is None else 'bare and coated'}, {prepared.protocol.cycles} cycles")
    bare = _side("bare", prepared, None, samples, chosen, cycles)
    coated = None if coating is None else _side("coated", prepared, coating, samples, chosen, cycles)
    current, half, capacity = _plating(prepared, bare.band)
    tell("looking up the published rows")
    published = _published(prepared, coating, current)
    sides = [bare] if coated is None else [bare, coated]
    keys = [key for side in sides for key in side.cell.sources]
    layer = () if coating is None else coating.sources
    papers = evidence_keys(neighbor.row.paper.key for neighbor in published)
    return Run(
        prepared=prepared, name=name, samples=samples, seed=chosen, coating=coating, bare=bare, coated=coated,
        current_density=current, half_cycle=half, capacity=capacity,
        limits=limits(bare.cell, current, capacity),
        limiting_current_density=_limiting(bare.cell, current, capacity, samples, chosen),
        published=published, warnings=_warnings(prepared, coating, sides),
        references=resolve([*layer, *keys, *papers]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellRun:
    """One cell cycled alone: coated where the recipe has a coating, else bare."""

    prepared: Prepared
    samples: int
    seed: int
    coating: Coating | None
    side: Side
    warnings: tuple[str, ...]
    references: tuple[Reference, ...]


def run_cell(
    recipe: Recipe, *, samples: int = 256, seed: int | None = None, tell: Callable[[str], None] = _quiet
) -> CellRun:
    """Cycle the one cell that the recipe describes; arguments and refusals as in `run`."""
    prepared = prepare(recipe)
    chosen = prepared.protocol.seed if seed is None else seed
    coating = None if recipe.coating is None else coat(recipe, samples=samples, seed=chosen)
    name = "bare" if coating is None else "coated"
    tell(f"cycling the {name} cell, {prepared.protocol.cycles} cycles")
    side = _side(name, prepared, coating, samples, chosen, None)
    keys = [*(() if coating is None else coating.sources), *side.cell.sources]
    return CellRun(prepared, samples, chosen, coating, side, _warnings(prepared, coating, [side]), resolve(keys))


def make_cell(prepared: Prepared, coating: Coating | None) -> Cell:
    """The symmetric cell of a recipe, coated where a coating is given."""
    anode = prepared.recipe.anode
    return symmetric(
        coating, anode=anode.metal, electrolyte=prepared.electrolyte, separator=prepared.separator,
        area=prepared.area_m2, temperature=prepared.cell.temperature,
        coated="one" if anode.coated == "one" else "both", anode_thickness=anode.thickness,
    )  # fmt: skip


def fresh(outcome: Outcome, record: CyclingRecord) -> Outcome:
    """The outcome of a simulated record without the life that only ageing could give it.

    A physical end of the fresh cell (depletion, voltage limit, metal exhausted) stays what it is.
    """
    if record.ended in _PHYSICAL:
        return replace(outcome, warnings=(*outcome.warnings, AGEING))
    reasons = {**outcome.reasons, **dict.fromkeys(_NO_VERDICT, AGEING)}
    return replace(
        outcome, life=None, failure=None, failure_time_s=None, reasons=reasons,
        warnings=(*outcome.warnings, AGEING),
    )  # fmt: skip


def _side(name: str, prepared: Prepared, coating: Coating | None, samples: int, seed: int, cycles: int | None) -> Side:
    cell = make_cell(prepared, coating)
    record = cycle(cell, prepared.protocol, max_cycles=cycles, seed=seed)
    known = {}
    if coating is not None and "area_specific_resistance" in coating.samples and samples:
        known["coating_resistance"] = coating.samples["area_specific_resistance"]
    drawn = draw(cell, samples, seed, **known) if samples else {}
    band = cycle_intervals(cell, prepared.protocol, drawn)
    outcome = replace(fresh(analyze(record), record), title=name)
    cutoff = prepared.protocol.cutoff or INSTRUMENT_LIMIT
    level = _with_samples(outcome.polarization_begin_V, _polarizations(band, cell, cutoff))
    current = outcome.current_density_A_per_m2
    resistance = None
    if level is not None and current:
        resistance = Estimate(level.value / current, level.low / current, level.high / current)
    return Side(name, cell, record, outcome, band, level, resistance)


def _polarizations(band: VoltageBand, cell: Cell, cutoff: float) -> list[float]:
    """Polarization in V of each sample, by the same analysis as the record's."""
    found = []
    area = cell.area_m2 or 1.0
    for row in band.voltages_V:
        if not np.all(np.isfinite(row)):
            found.append(cutoff)
            continue
        record = CyclingRecord(band.time_s, band.current_density * area, row, area_m2=area, cell_kind=cell.kind)
        level = analyze(record, begin_cycle=1).polarization_begin_V
        if level is not None:
            found.append(level)
    return found


def _with_samples(value: float | None, samples: list[float]) -> Estimate | None:
    if value is None:
        return None
    return Estimate.of(value, np.array(samples) if samples else None)


def _plating(prepared: Prepared, band: VoltageBand) -> tuple[float, float, float]:
    """(A/m2, s, C/m2) of the step that plates most charge; of any current where none plates."""
    found = []
    for step in prepared.protocol.steps:
        if step.mode != "current":
            continue
        current = abs(step.value) / (1.0 if step.per_area else prepared.area_m2)
        charges = [limit.value for limit in step.limits if limit.quantity == "areal capacity"]
        charges += [limit.value / prepared.area_m2 for limit in step.limits if limit.quantity == "charge"]
        if step.duration_s is not None:
            charges.append(current * step.duration_s)
        if charges:
            found.append((step.direction < 0, min(charges), current))
    if found:
        _, charge, current = max(found)
        return current, charge / current, charge
    current = float(np.max(np.abs(band.current_density)))
    seconds = float(band.time_s[-1])
    return current, seconds, current * seconds


def _limiting(cell: Cell, current: float, capacity: float, samples: int, seed: int) -> Estimate:
    """J* with the interval of the samples of separator and electrolyte, A/m2."""
    nominal = limits(cell, current, capacity).limiting_current_density
    drawn = draw(cell, samples, seed)
    values = [
        limits(
            cell.sample({name: float(column[k]) for name, column in drawn.items()}), current, capacity
        ).limiting_current_density
        for k in range(samples)
    ]
    return Estimate.of(nominal, np.array(values) if values else None)


def _published(prepared: Prepared, coating: Coating | None, current: float) -> tuple[Neighbor, ...]:
    solution = chemistry.electrolyte(prepared.electrolyte)
    return nearest_rows(prepared.recipe.anode.metal, _element(prepared, coating), solution.solvent_class, current)


def _element(prepared: Prepared, coating: Coating | None) -> str | None:
    """The coating element that fills most of the layer, None for a bare anode."""
    if coating is None:
        return None
    metal = prepared.recipe.anode.metal
    share: dict[str, float] = {}
    for phase in coating.phases:
        if phase.role == "byproduct":
            continue
        for symbol in chemistry.parse_formula(phase.formula):
            if symbol != metal:
                share[symbol] = share.get(symbol, 0.0) + phase.volume_fraction.value
    return max(share, key=lambda symbol: share[symbol]) if share else None


def _warnings(prepared: Prepared, coating: Coating | None, sides: list[Side]) -> tuple[str, ...]:
    found = [AGEING, *prepared.warnings]
    found += [] if coating is None else coating.warnings
    for side in sides:
        found += side.cell.notes
        if side.record.ended is not Ended.completed and side.record.ended is not Ended.interrupted:
            hours = side.record.time_s[-1] / 3600
            found.append(f"{side.name}: {side.record.ended.text} (after {hours:.3g} h)")
        if side.band.ended:
            found.append(
                f"{side.name}: {side.band.ended} of {len(side.band.voltages_V)} samples ended early (voltage limit "
                "or depletion); they count as at the voltage limit"
            )
        found += _beyond(side)
    kelvin = prepared.cell.temperature
    if coating is not None and abs(kelvin - 298.15) > 2.0:
        found.append(f"the layer's properties are those of 25 degC, not {kelvin - ZERO_CELSIUS:g} degC")
    return tuple(dict.fromkeys(found))


def _beyond(side: Side) -> list[str]:
    """What a polarization that no electrolyte stands means."""
    level = side.polarization
    if level is None or level.high <= STANDS:
        return []
    cause = "its layer" if side.name == "coated" else "its film"
    which = "the polarization" if level.value > STANDS else "the upper end of the polarization"
    volts = level.value if level.value > STANDS else level.high
    text = (
        f"{side.name}: {which}, {volts:.3g} V, is more than an electrolyte stands: the resistance of {cause} is "
        "hardly known; if it were so high, it would not carry this current (metal would plate on top or through)"
    )
    return [text]
