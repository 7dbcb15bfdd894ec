"""The main job of a full cell: coat, cycle bare and coated against one positive, vary the inventories, compare."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from alloycoat.analysis import analyze
from alloycoat.cell.attacks import attacks
from alloycoat.cell.energy import Stack, stack
from alloycoat.cell.sulfur import SulfurCell
from alloycoat.cell.sulfur_cycle import SulfurAged
from alloycoat.cell.surroundings import NOT_MODELLED, NOT_PREDICTABLE, Verdict, storage
from alloycoat.chemistry.tables import by_subject
from alloycoat.coating import Coating, coat
from alloycoat.literature import ClaimRow, claim_rows
from alloycoat.outcome import Outcome
from alloycoat.recipe import Protocol, Recipe
from alloycoat.report.bibliography import evidence_keys, resolve
from alloycoat.report.full_cells import AnyAged, AnyCell, cycled, make_full, sampled, worn_of
from alloycoat.report.full_measures import estimate, first_shuttle, forms, half_gap, mean_efficiency, retention
from alloycoat.report.prepare import Prepared, place_of, prepare_full
from alloycoat.sources import Estimate, Reference

Array = NDArray[np.float64]
END_OF_LIFE = 0.8
"""Share of the first capacity below which a full cell counts as spent (the field's habit)."""
_BUDGET = 6000
"""Cycles that all samples of one cell may take together: some 15 s."""
_SWEEP = 300
"""Cycles of the runs that vary the inventories."""
_RATIOS = (0.0, 1.0, 3.0)
_AMOUNTS = (1e-4, 3e-4, 1e-3)


@dataclass(frozen=True, slots=True)
class FullSide:
    """One full cell: record, inventories, outcome, what the samples add.

    capacities: C/m2 discharged by cycle; low, high: 10th and 90th percentile of the samples. life: cycles to
    80 % of the first capacity, infinite where it was not reached. energy: None where the metal is in excess.
    retention: capacity of the last cycle asked for over the best of the first three (0 where the cell had ended).
    efficiency: mean cell efficiency without the first cycle (NaN: undefined). gap: half of that between mean charge
    and discharge voltage, V. shuttle (1/s), speciation (share of each form at the end of the first discharge): of
    sulfur cells.
    """

    name: str
    cell: AnyCell
    aged: AnyAged
    outcome: Outcome
    capacities: Array
    low: Array
    high: Array
    life: Estimate
    gap: Estimate
    energy: Stack | None
    retention: Estimate
    efficiency: Estimate
    shuttle: Estimate | None = None
    speciation: Mapping[str, Estimate] | None = None

    @property
    def specific(self) -> Array:
        """Discharge capacity by cycle, C/kg of active material."""
        return self.capacities / self.cell.active_mass


@dataclass(frozen=True, slots=True)
class Variation:
    """Cycles to 80 % for another amount of metal or electrolyte (infinite: not within `cycles`)."""

    name: str
    value: float
    lives: Mapping[str, float]
    cycles: int


@dataclass(frozen=True, slots=True)
class FullRun:
    """Everything the report of a full cell shows."""

    prepared: Prepared
    name: str
    samples: int
    seed: int
    coating: Coating | None
    sides: tuple[FullSide, ...]
    variations: tuple[Variation, ...]
    published: tuple[ClaimRow, ...]
    verdicts: tuple[Verdict, ...]
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


def _quiet(text: str) -> None:
    del text


def run_full(
    recipe: Recipe,
    *,
    samples: int = 32,
    seed: int | None = None,
    name: str = "recipe",
    tell: Callable[[str], None] = _quiet,
) -> FullRun:
    """Coat, cycle bare and coated full cells, analyze, vary metal and electrolyte, compare with the review.

    samples: draws behind the 10-90 % intervals, fewer for long tests. Other arguments as in `report.job.run`.
    Raises RecipeError where the recipe lacks something.
    """
    prepared = prepare_full(recipe)
    chosen = prepared.protocol.seed if seed is None else seed
    coating = None
    if recipe.coating is not None:
        tell("coating the anode")
        coating = coat(recipe, samples=max(samples, 1), seed=chosen)
    count = max(0, min(samples, _BUDGET // prepared.protocol.total_cycles))
    sides = []
    for label, layer in (("bare", None), ("coated", coating)):
        if label == "coated" and coating is None:
            continue
        tell(f"cycling the {label} full cell, {prepared.protocol.total_cycles} cycles, {count} samples")
        sides.append(_side(label, prepared, layer, count, chosen))
    tell("varying metal and electrolyte")
    varied = _variations(prepared, coating)
    published = _published(sides[0].cell)
    return FullRun(
        prepared, name, count, chosen, coating, tuple(sides), varied, published, _verdicts(prepared, coating, sides),
        _warnings(prepared, coating, sides), _references(prepared, coating, [side.cell for side in sides]),
    )  # fmt: skip


def run_full_cell(
    recipe: Recipe,
    *,
    samples: int = 32,
    seed: int | None = None,
    name: str = "recipe",
    tell: Callable[[str], None] = _quiet,
) -> FullRun:
    """The one full cell that a recipe describes, coated where it has a coating; arguments as in `run_full`."""
    prepared = prepare_full(recipe)
    chosen = prepared.protocol.seed if seed is None else seed
    coating = None if recipe.coating is None else coat(recipe, samples=max(samples, 1), seed=chosen)
    count = max(0, min(samples, _BUDGET // prepared.protocol.total_cycles))
    label = "bare" if coating is None else "coated"
    tell(f"cycling the {label} full cell, {prepared.protocol.total_cycles} cycles, {count} samples")
    side = _side(label, prepared, coating, count, chosen)
    return FullRun(
        prepared, name, count, chosen, coating, (side,), (), (), _verdicts(prepared, coating, [side]),
        _warnings(prepared, coating, [side]),
        _references(prepared, coating, [side.cell]),
    )  # fmt: skip


def _references(prepared: Prepared, coating: Coating | None, cells: list[AnyCell]) -> tuple[Reference, ...]:
    keys = [] if coating is None else list(coating.sources)
    for cell in cells:
        keys += [*cell.sources, *worn_of(cell, None, prepared.electrolyte_amount_m).sources]
    table = by_subject("stack").values()
    keys += [row.source for rows in table for row in rows.values()]
    keys += [key for one in storage(place_of(prepared.recipe), coating) for key in one.sources]
    papers = evidence_keys(row.paper.key for row in _published(cells[0]))
    return resolve(dict.fromkeys([*keys, *papers]))


def full_sources(recipe: Recipe) -> tuple[Reference, ...]:
    """Everything behind the run of a full cell; raises RecipeError as `run_full` does."""
    prepared = prepare_full(recipe)
    coating = None if recipe.coating is None else coat(recipe)
    layers = [None] if coating is None else [None, coating]
    return _references(prepared, coating, [make_full(prepared, layer) for layer in layers])


def _side(name: str, prepared: Prepared, coating: Coating | None, count: int, seed: int) -> FullSide:
    cell = make_full(prepared, coating)
    amount = prepared.electrolyte_amount_m
    worn = worn_of(cell, coating, amount)
    aged = cycled(cell, prepared.protocol, worn)
    capacities = aged.states["discharged_C_per_m2"]
    found = sampled(cell, worn, prepared, coating, count, seed)
    drawn = [one.states["discharged_C_per_m2"] for one in found]
    rows = np.zeros((len(drawn), prepared.protocol.total_cycles))
    for k, values in enumerate(drawn):
        rows[k, : len(values)] = values
    low = high = capacities
    if len(drawn):
        low, high = np.quantile(rows[:, : len(capacities)], (0.1, 0.9), axis=0)
    lives = np.array([cycles_to(values) for values in drawn])
    energy = None
    if cell.metal.metal_capacity is not None:
        energy = stack(cell, aged.record, amount, coating)
    total = prepared.protocol.total_cycles
    kept = estimate(lambda one: retention(one.states["discharged_C_per_m2"], total), aged, found)
    return FullSide(
        name=name, cell=cell, aged=aged, outcome=replace(analyze(aged.record), title=name), capacities=capacities,
        low=low, high=high, life=_life(cycles_to(capacities), lives), gap=estimate(half_gap, aged, found),
        energy=energy, retention=kept, efficiency=estimate(lambda one: mean_efficiency(cell, one), aged, found),
        shuttle=estimate(first_shuttle, aged, found) if isinstance(aged, SulfurAged) else None,
        speciation=forms(aged, found),
    )  # fmt: skip


def _life(value: float, lives: Array) -> Estimate:
    if not len(lives):
        return Estimate(value, value, value)
    ordered = np.sort(lives)  # infinite ones last: percentiles by rank
    low, high = (float(ordered[min(len(ordered) - 1, round(q * (len(ordered) - 1)))]) for q in (0.1, 0.9))
    return Estimate(value, min(low, value), max(high, value))


def cycles_to(capacities: Array, share: float = END_OF_LIFE) -> float:
    """First cycle whose capacity is below `share` of the best of the first three; infinite where none is.

    >>> cycles_to(np.array([1.0, 1.0, 0.9, 0.7]))
    4.0
    """
    if not len(capacities):
        return 0.0
    below = np.flatnonzero(capacities < share * float(np.max(capacities[:3])))
    return math.inf if not len(below) else float(below[0] + 1)


def _variations(prepared: Prepared, coating: Coating | None) -> tuple[Variation, ...]:
    """Lives for other amounts of metal and of electrolyte, everything else as in the recipe."""
    cycles = min(prepared.protocol.total_cycles, _SWEEP)
    layers = {"bare": None} if coating is None else {"bare": None, "coated": coating}

    def lives(ratio: float | None, amount: float) -> dict[str, float]:
        found = {}
        for label, layer in layers.items():
            cell = make_full(prepared, layer, ratio, amount)
            done = cycled(cell, prepared.protocol, worn_of(cell, layer, amount), max_cycles=cycles)
            found[label] = cycles_to(done.states["discharged_C_per_m2"])
        return found

    ours = prepared.electrolyte_amount_m
    varied = [Variation("n_to_p", ratio, lives(ratio, ours), cycles) for ratio in _RATIOS]
    varied += [Variation("electrolyte_amount_m", amount, lives(None, amount), cycles) for amount in _AMOUNTS]
    return tuple(varied)


def _published(cell: AnyCell) -> tuple[ClaimRow, ...]:
    """What the review reports of full cells of this metal with this family of positives."""
    family = "NMC" if cell.positive.name.startswith("NMC") else cell.positive.name
    families = {family} | ({"LFP"} if family == "FePO4" else set())
    return tuple(
        row for row in claim_rows()
        if dict(row.conditions).get("positive") in families and cell.metal.anode in {*row.anodes, row.claim[:2], ""}
    )  # fmt: skip


def _verdicts(prepared: Prepared, coating: Coating | None, sides: list[FullSide]) -> tuple[Verdict, ...]:
    """What is asked of a full cell and not in its numbers: storage, shorts, the shuttle through the layer."""
    found = list(storage(place_of(prepared.recipe), coating))
    found.append(
        Verdict(
            "soft and hard shorts", NOT_MODELLED,
            "dead metal, film, moss and electrolyte of the metal side are those of the ageing cell, its leaks are not: "
            "a deposit that reaches the positive ends a real cell earlier",
        )
    )  # fmt: skip
    if coating is not None and isinstance(sides[-1].cell, SulfurCell):
        found.append(
            Verdict(
                "does the layer slow the shuttle", NOT_PREDICTABLE,
                "the permeability to polysulfides is known for no alloy layer; six powers of ten are carried",
            )
        )  # fmt: skip
    return tuple(found)


def _warnings(prepared: Prepared, coating: Coating | None, sides: list[FullSide]) -> tuple[str, ...]:
    found = list(prepared.warnings)
    found.append(
        "the laws that wear the metal out are assumed, not fitted: capacities after many cycles are a hypothesis"
    )
    found += [] if coating is None else coating.warnings
    for side in sides:
        own = attacks(side.cell.metal, coating, side.cell.positive.name, *voltages(side.cell, prepared.protocol))
        ours = coating if side.name == "coated" else None
        widest = side.cell.positive.lower_voltage.value, side.cell.positive.upper_voltage.value
        others = set(attacks(side.cell.metal, ours, side.cell.positive.name, *widest))  # at limits not reached here
        found += [text for text in side.aged.record.notes if text not in others]
        found[0:0] = own if side.name == "coated" or coating is None else []
    if prepared.cell.n_to_p is not None:
        found = [text for text in found if not text.startswith("[anode] thickness is not given")]
    return tuple(dict.fromkeys(found))


def voltages(cell: AnyCell, protocol: Protocol) -> tuple[float, float]:
    """(lowest, highest) voltage that the steps ask for, those of the positive where they say none."""
    low, high = [], []
    for step in (*protocol.formation, *protocol.steps):
        if step.mode == "voltage":
            low.append(step.value)
            high.append(step.value)
        for limit in step.limits:
            if limit.quantity == "voltage":
                (low if step.direction < 0 else high).append(float(limit.value))
    host = cell.positive
    return min(low, default=host.lower_voltage.value), max(high, default=host.upper_voltage.value)
