"""What a run needs beyond `coat`: sections that must be there, and defaults that are said aloud."""

from __future__ import annotations

from dataclasses import dataclass, replace

from alloycoat import chemistry
from alloycoat.cell.surroundings import Place, refuse_hostile
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY
from alloycoat.recipe import CellPart, Protocol, Recipe

SEPARATOR = "Celgard 2400"
"""Separator that is assumed where a recipe names none."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A recipe that can be run: cell and protocol are there, `warnings` say what was assumed or left out."""

    recipe: Recipe
    cell: CellPart
    protocol: Protocol
    electrolyte: str
    separator: str
    area_m2: float
    electrolyte_amount_m: float  # m3/m2
    warnings: tuple[str, ...]


def prepare_full(recipe: Recipe) -> Prepared:
    """As `prepare`, for a full cell: the positive and its loading must be there."""
    prepared = prepare(recipe, ("full",))
    part = prepared.cell
    if part.positive is None:
        raise RecipeError('[cell] positive is missing: a full cell needs it; write for instance positive = "NMC"')
    if part.positive == "S":
        if (part.positive_loading is None) == (part.sulfur_loading is None):
            raise RecipeError(
                "[cell] sulfur_loading: give it or positive_loading, not both; write for instance "
                'sulfur_loading = "1.5 mg/cm2" (positive_loading counts 1672 mAh per g)'
            )
    elif part.sulfur_loading is not None:
        raise RecipeError(f"[cell] sulfur_loading: the positive is {part.positive!r}; write positive_loading")
    elif part.positive_loading is None:
        raise RecipeError(
            "[cell] positive_loading is missing: no C-rate and no N/P without it; write for instance "
            'positive_loading = "1 mAh/cm2"'
        )
    if part.n_to_p is not None and recipe.anode.thickness is not None:
        raise RecipeError("[cell] n_to_p: given together with [anode] thickness; the metal follows from one of them")
    kept = [text for text in prepared.warnings if "has no effect" not in text or "pressure" in text]
    if part.n_to_p is not None:
        kept = [text for text in kept if "[anode] thickness" not in text]
    return replace(prepared, warnings=tuple(kept))


def place_of(recipe: Recipe) -> Place:
    """Where the metal of a recipe stands, as far as the recipe says; raises RecipeError without an electrolyte."""
    part = recipe.cell
    if part is None or part.electrolyte is None:
        raise RecipeError('[cell] electrolyte is missing; write for instance electrolyte = "1 M LiTFSI in DOL/DME"')
    separator = chemistry.separator(part.separator or SEPARATOR)
    area, capacity = recipe.anode.area or 1e-4, None
    metal = chemistry.anode(recipe.anode.metal)
    if recipe.anode.thickness is not None:
        capacity = recipe.anode.thickness / metal.molar_volume.value * metal.charge * FARADAY
    elif part.n_to_p is not None and part.positive_loading is not None:
        capacity = part.n_to_p * part.positive_loading
    rests, plated = _rests(recipe, area)
    return Place(
        metal=recipe.anode.metal, electrolyte=part.electrolyte, atmosphere=part.atmosphere, water=part.water,
        electrolyte_amount=_electrolyte_amount(part, area, []), separator_thickness=separator.thickness.value,
        macmullin=separator.macmullin.value, capacity=capacity, rests=rests, plated=plated,
        positive=part.positive or "" if part.format == "full" else "",
    )  # fmt: skip


def assumed(recipe: Recipe) -> list[str]:
    """What `place_of` took where the recipe says nothing."""
    found: list[str] = []
    if recipe.cell is not None:
        if recipe.cell.separator is None:
            found.append(f"[cell] separator is not given: {SEPARATOR} assumed")
        _electrolyte_amount(recipe.cell, recipe.anode.area or 1e-4, found)
        if recipe.anode.area is None and recipe.cell.electrolyte_amount is not None:
            found.append("[anode] area is not given: 1 cm2 assumed")
    return found


def _rests(recipe: Recipe, area: float) -> tuple[tuple[float, int], float]:
    """(s of the longest rest, how often), and the charge plated before it where the protocol says it (C/m2)."""
    protocol = recipe.protocol
    if protocol is None:
        return (0.0, 0), 0.0
    longest, plated, before = float(protocol.rest or 0.0), 0.0, 0.0
    for step in protocol.steps:
        if step.mode == "rest":
            if (step.duration_s or 0.0) > longest:
                longest, plated = float(step.duration_s or 0.0), before
        elif step.mode == "current" and step.verb in ("plate", "charge") and step.duration_s is not None:
            before = abs(step.value) / (1.0 if step.per_area else area) * step.duration_s
        else:
            before = 0.0
    formation = max((float(s.duration_s or 0.0) for s in protocol.formation if s.mode == "rest"), default=0.0)
    if formation > longest:
        return (formation, 1), 0.0
    return (longest, protocol.total_cycles if longest > 0.0 else 0), plated


def prepare(recipe: Recipe, formats: tuple[str, ...] = ("symmetric", "half")) -> Prepared:
    """Check that a cell of one of `formats` can be made and cycled, and fill in what may be assumed.

    Raises RecipeError naming the field that is missing and what to write there.
    """
    cell, protocol = recipe.cell, recipe.protocol
    if cell is None:
        raise RecipeError(
            "[cell] is missing: a cell cannot be cycled without it; write [cell] with "
            'electrolyte = "1 M LiTFSI in DOL/DME" (coat alone does not need it)'
        )
    if cell.format not in formats:
        raise RecipeError(
            f"[cell] format: {cell.format!r} cells are not run here; available: {', '.join(map(repr, formats))}"
        )
    if cell.electrolyte is None:
        raise RecipeError('[cell] electrolyte is missing; write for instance electrolyte = "1 M LiTFSI in DOL/DME"')
    refuse_hostile(recipe)
    if protocol is None:
        raise RecipeError(
            "[protocol] is missing: nothing says how the cell is cycled; write [protocol] with "
            'steps = ["Plate at 2 mA/cm2 for 1 hour", "Strip at 2 mA/cm2 for 1 hour"] and cycles = 100'
        )
    if all(step.mode == "rest" for step in protocol.steps):
        raise RecipeError(
            f"[protocol] steps: {protocol.steps[0].text!r}: no step passes a current; write for instance "
            '["Plate at 2 mA/cm2 for 1 hour", "Strip at 2 mA/cm2 for 1 hour"]'
        )
    if recipe.anode.area is None:
        raise RecipeError('[anode] area is missing: the record in ampere needs it; write area = "1.13 cm^2"')
    warnings = []
    if cell.separator is None:
        warnings.append(f"[cell] separator is not given: {SEPARATOR} assumed")
    warnings += _not_modelled(recipe, cell, protocol)
    return Prepared(
        recipe=recipe, cell=cell, protocol=protocol, electrolyte=cell.electrolyte,
        separator=cell.separator or SEPARATOR, area_m2=recipe.anode.area,
        electrolyte_amount_m=_electrolyte_amount(cell, recipe.anode.area, warnings),
        warnings=tuple(warnings),
    )  # fmt: skip


def _electrolyte_amount(cell: CellPart, area: float, warnings: list[str]) -> float:
    """Electrolyte volume per area in m."""
    amount = cell.electrolyte_amount
    if amount is not None:
        return amount.value if amount.per_area else amount.value / area
    assumed = chemistry.electrolyte_amount()
    warnings.append(
        f"[cell] electrolyte_amount is not given: {assumed.value * 1e5:.0f} uL/cm2 assumed "
        f"({assumed.low * 1e5:.0f} to {assumed.high * 1e5:.0f})"
    )
    return assumed.value


def _not_modelled(recipe: Recipe, cell: CellPart, protocol: Protocol) -> list[str]:
    """What the recipe says and the cell takes no notice of."""
    found = []
    if recipe.anode.thickness is None:
        found.append("[anode] thickness is not given: the metal is taken to be in excess")
    if cell.pressure is not None:
        found.append("[cell] pressure has no effect: stack pressure is not modelled")
    for field, value in (
        ("[cell] positive", cell.positive), ("[cell] positive_loading", cell.positive_loading),
        ("[cell] n_to_p", cell.n_to_p), ("[cell] sulfur_loading", cell.sulfur_loading),
    ):  # fmt: skip
        if value is not None:
            found.append(f"{field} has no effect: a {cell.format} cell has no positive electrode")
    if recipe.coating is not None and recipe.coating.temperature is not None:
        found.append("[coating] temperature has no effect: the layer is made as at 25 degC")
    if cell.format == "half":
        if recipe.coating is not None:
            found.append(
                "half cell: the coating is on the metal, the counter electrode; the copper is bare, and the coulombic "
                "efficiency is that of the metal on the copper"
            )
        if not any(limit.quantity == "voltage" for step in protocol.steps.distinct for limit in step.limits):
            found.append(
                "half cell: no step strips to a voltage, so the coulombic efficiency is undefined; write for instance "
                "'Strip at 0.5 mA/cm2 until 1 V'"
            )
    return found
