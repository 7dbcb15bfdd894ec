"""The main job: coat, cycle bare and coated side by side, analyze both, find the nearest published rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alloycoat import chemistry
from alloycoat.calibration.prediction import Prediction
from alloycoat.calibration.untuned import untuned
from alloycoat.cell import Cell, Limits, VoltageBand, draw, limits
from alloycoat.cell.surroundings import storage
from alloycoat.coating import Coating, coat
from alloycoat.literature import Neighbor, nearest_rows
from alloycoat.outcome import Life, Outcome
from alloycoat.quantities import ZERO_CELSIUS
from alloycoat.recipe import Recipe
from alloycoat.report.bibliography import evidence_keys, resolve
from alloycoat.report.expectation import expectation
from alloycoat.report.prepare import Prepared, place_of, prepare
from alloycoat.report.side import LIFE_SAMPLES, STANDS, Side, make_side
from alloycoat.report.words import quantity
from alloycoat.sources import Estimate, Reference


def assumed() -> str:
    """The warning that every simulated life carries; its figures are those of the shipped comparison."""
    found = untuned()
    return (
        "ageing: its constants are assumed, not fitted, and a life is a hypothesis: the cell ends when its moss has "
        f"used up the electrolyte. Held as it is against the {found.cells} published bare lithium cells, the mean "
        f"error of the natural logarithm of the life is about {found.mean_error:.2f} (a factor of {found.factor:.1f}); "
        "coated cells, other metals and shorts are less sure"
    )


@dataclass(frozen=True, slots=True)
class Run:
    """Everything the report shows. `coating` and `coated` are None for a recipe without `[coating]`.

    samples: of the layer and of J*; cells: sampled cells behind voltages and lives.
    current_density in A/m2, half_cycle in s and capacity in C/m2: of the largest plating step.
    limiting_current_density: J* in A/m2 with the interval of the samples.
    prediction: from the published cells, None where `no_prediction` says why there is none.
    """

    prepared: Prepared
    name: str
    samples: int
    cells: int
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
    prediction: Prediction | None = None
    no_prediction: str = ""

    @property
    def recipe(self) -> Recipe:
        """The recipe that was run."""
        return self.prepared.recipe

    @property
    def title(self) -> str:
        """Title of the recipe, else the name of its file."""
        return self.recipe.title or self.name

    @property
    def interrupted(self) -> bool:
        """Whether Ctrl-C came in between."""
        return any(side.interrupted for side in self.sides)

    @property
    def conditions(self) -> str:
        """Current density and charge of a half-cycle in words; of a rate step the range."""
        protocol = self.prepared.protocol
        if protocol.name is not None and protocol.from_ is not None:
            low = f"{protocol.from_ / 10:g}"
            return f"rate step from {low} to {quantity(self.current_density, 'A/m2')}"
        return f"{quantity(self.current_density, 'A/m2')}, {quantity(self.capacity, 'C/m2')} a half-cycle"

    @property
    def sides(self) -> tuple[Side, ...]:
        """Bare, and coated where there is a coating."""
        return (self.bare,) if self.coated is None else (self.bare, self.coated)


def _quiet(text: str) -> None:
    del text


def run(
    recipe: Recipe,
    *,
    samples: int | None = None,
    seed: int | None = None,
    cycles: int | None = None,
    name: str = "recipe",
    own_bare: Outcome | None = None,
    own_bare_life: Life | None = None,
    tell: Callable[[str], None] = _quiet,
) -> Run:
    """Coat, cycle, analyze, compare.

    samples: draws behind the 10-90 % intervals (0: none); 256 of the layer and 64 cells where None. seed: of the
    draws; the protocol's where None. cycles: at most so many of the protocol, and no lives. name: stands for the
    recipe where it has no title. own_bare, own_bare_life: what is known of the user's bare
    cell. tell: is given a line before each part of the work. Raises RecipeError where the recipe lacks something.
    """
    prepared = prepare(recipe)
    chosen = prepared.protocol.seed if seed is None else seed
    samples, drawn = _sizes(samples)
    coating = None
    if recipe.coating is not None:
        tell("coating the anode")
        coating = coat(recipe, samples=samples, seed=chosen)
    which = "bare" if coating is None else "bare and coated"
    tell("asking the published cells")
    prediction, why = expectation(recipe, coating, own_bare, own_bare_life)
    tell(f"cycling {which}, {prepared.protocol.total_cycles} cycles, and {drawn} sampled cells of each")
    bare = make_side("bare", prepared, None, drawn, chosen, cycles)
    coated = None
    if coating is not None and not bare.interrupted:
        coated = make_side("coated", prepared, coating, drawn, chosen, cycles)
    current, half, capacity = _plating(prepared, bare.band)
    tell("looking up the published rows")
    published = _published(prepared, coating, prepared.protocol.from_ or current)
    sides = [bare] if coated is None else [bare, coated]
    keys = [key for side in sides for key in side.sources]
    layer = () if coating is None else coating.sources
    papers = evidence_keys(neighbor.row.paper.key for neighbor in published)
    return Run(
        prepared=prepared, name=name, samples=samples, cells=drawn, seed=chosen, coating=coating,
        bare=bare, coated=coated, current_density=current, half_cycle=half, capacity=capacity,
        limits=limits(bare.cell, current, capacity),
        limiting_current_density=_limiting(bare.cell, current, capacity, samples, chosen),
        published=published, warnings=_warnings(prepared, coating, sides),
        references=resolve([*layer, *keys, *papers]), prediction=prediction, no_prediction=why,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CellRun:
    """One cell cycled alone: coated where the recipe has a coating, else bare."""

    prepared: Prepared
    samples: int
    cells: int
    seed: int
    coating: Coating | None
    side: Side
    warnings: tuple[str, ...]
    references: tuple[Reference, ...]


def run_cell(
    recipe: Recipe, *, samples: int | None = None, seed: int | None = None, tell: Callable[[str], None] = _quiet
) -> CellRun:
    """Cycle the one cell that the recipe describes; arguments and refusals as in `run`."""
    prepared = prepare(recipe)
    samples, drawn = _sizes(samples)
    chosen = prepared.protocol.seed if seed is None else seed
    coating = None if recipe.coating is None else coat(recipe, samples=samples, seed=chosen)
    name = "bare" if coating is None else "coated"
    tell(f"cycling the {name} cell, {prepared.protocol.total_cycles} cycles, and {drawn} sampled cells")
    side = make_side(name, prepared, coating, drawn, chosen, None)
    keys = [*(() if coating is None else coating.sources), *side.sources]
    return CellRun(prepared, samples, drawn, chosen, coating, side, _warnings(prepared, coating, [side]), resolve(keys))


def _sizes(samples: int | None) -> tuple[int, int]:
    """(draws of the layer, sampled cells)."""
    return (256, LIFE_SAMPLES) if samples is None else (samples, samples)


def _plating(prepared: Prepared, band: VoltageBand) -> tuple[float, float, float]:
    """(A/m2, s, C/m2) of the step that plates most charge; of any current where none plates."""
    found = []
    for step in prepared.protocol.steps.distinct:
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
    found = [assumed(), *prepared.warnings]
    found += [verdict.text for verdict in storage(place_of(prepared.recipe), coating)]
    found += [] if coating is None else coating.warnings
    for side in sides:
        found += [*side.cell.notes, *side.worn.notes, *(f"{side.name}: {note}" for note in side.notes)]
        if side.band.ended:
            found.append(
                f"{side.name}: {side.band.ended} of {len(side.band.voltages_V)} samples ended within the first "
                f"{side.early.begin} cycles; they count as at the voltage limit"
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
