"""From a recipe to a `Case`, and what of it lies outside the published evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from alloycoat import chemistry
from alloycoat.calibration.cases import MA_PER_CM2, MAH_PER_CM2, Case
from alloycoat.cell.surroundings import refuse_hostile
from alloycoat.coating import Coating
from alloycoat.errors import RecipeError
from alloycoat.literature.rows import CellRow
from alloycoat.literature.tables import cell_rows
from alloycoat.quantities import ZERO_CELSIUS
from alloycoat.recipe import Recipe

_CLOSE = 1.02
"""A current or capacity counts as seen up to this factor beyond the published ones."""
_FEW = 5
"""A metal with fewer published pairs of cells is not known."""
_ROOM_K = 10.0


def plating(recipe: Recipe) -> tuple[float, float]:
    """(current density in A/m2, charge in C/m2) of the step that plates most; raises RecipeError where none does."""
    if recipe.protocol is None:
        raise RecipeError(
            "[protocol] is missing: a life cannot be predicted without it; write [protocol] with "
            'steps = ["Plate at 2 mA/cm2 for 1 hour", "Strip at 2 mA/cm2 for 1 hour"]'
        )
    if recipe.protocol.name is not None:
        raise RecipeError(
            f"[protocol] name: no published cell was run by a {recipe.protocol.name}, so no life is predicted"
        )
    found = []
    for step in recipe.protocol.steps.distinct:
        if step.mode != "current" or not step.value:
            continue
        area = 1.0 if step.per_area else recipe.anode.area
        if area is None:
            raise RecipeError('[anode] area is missing: the current in ampere needs it; write area = "1.13 cm^2"')
        current = abs(step.value) / area
        charges = [limit.value for limit in step.limits if limit.quantity == "areal capacity"]
        charges += [
            limit.value / recipe.anode.area for limit in step.limits
            if limit.quantity == "charge" and recipe.anode.area is not None
        ]  # fmt: skip
        if step.duration_s is not None:
            charges.append(current * step.duration_s)
        if charges:
            found.append((step.direction < 0, min(charges), current))
    if not found:
        raise RecipeError(
            "[protocol] steps: no step passes a constant current for a given time or charge, as the published cells "
            'do; write for instance "Plate at 2 mA/cm2 for 1 hour"'
        )
    _, charge, current = max(found)
    return current, charge


def element_of(recipe: Recipe, coating: Coating | None) -> str:
    """The coating element that fills most of the layer, "" for a bare anode."""
    if coating is None:
        return ""
    share: dict[str, float] = {}
    for phase in coating.phases:
        if phase.role == "byproduct":
            continue
        for symbol in chemistry.parse_formula(phase.formula):
            if symbol != recipe.anode.metal:
                share[symbol] = share.get(symbol, 0.0) + phase.volume_fraction.value
    return max(share, key=lambda symbol: share[symbol]) if share else ""


def case_of_recipe(recipe: Recipe, coating: Coating | None) -> Case:
    """The inputs of a prediction; RecipeError where cell or protocol are missing, or no published cell was so kept."""
    refuse_hostile(recipe)
    if recipe.cell is None or recipe.cell.electrolyte is None:
        raise RecipeError(
            "[cell] electrolyte is missing: a life cannot be predicted without it; write [cell] with "
            'electrolyte = "1 M LiTFSI in DOL/DME"'
        )
    solution = chemistry.electrolyte(recipe.cell.electrolyte)
    current, charge = plating(recipe)
    carbonate = {"carbonate": 1.0, "ether": 0.0}.get(solution.solvent_class, 0.5)
    return Case(
        anode=recipe.anode.metal, element=element_of(recipe, coating),
        route="" if recipe.coating is None else recipe.coating.route, carbonate=carbonate,
        additives=tuple(f"{amount} {name}".strip() for name, amount in solution.additives),
        current_density=current, areal_capacity=charge,
    )  # fmt: skip


def outside(recipe: Recipe, case: Case, rows: Sequence[CellRow] | None = None) -> tuple[str, ...]:
    """In what the case leaves the range of the published cells, in words; empty where it lies inside."""
    table = cell_rows() if rows is None else rows
    own = [row for row in table if row.anode == case.anode]
    found = []
    if len(own) < _FEW:
        found.append(f"only {len(own)} published pairs of cells have {case.anode}: no number here rests on that metal")
    for name, value, unit, factor, values in (
        ("current density", case.current_density, "mA/cm2", MA_PER_CM2, [row.current_density for row in own]),
        ("areal capacity", case.areal_capacity, "mAh/cm2", MAH_PER_CM2, [row.areal_capacity for row in own]),
    ):
        low, high = min(values, default=math.nan), max(values, default=math.nan)
        if not low / _CLOSE <= value <= high * _CLOSE:
            found.append(
                f"{name} {value / factor:.3g} {unit}: published with {case.anode} are {low / factor:.3g} to "
                f"{high / factor:.3g}"
            )
    found += _unseen(recipe, case, own)
    if case.carbonate == 0.5:
        found.append("the solvent is neither an ether nor a carbonate, as all published ones are")
    cell = recipe.cell
    if cell is not None and cell.format != "symmetric":
        found.append(f"a {cell.format} cell: the published lives are those of symmetric cells")
    if cell is not None and abs(cell.temperature - ZERO_CELSIUS - 25.0) > _ROOM_K:
        found.append(f"{cell.temperature - ZERO_CELSIUS:.0f} degC: the published cells were run near room temperature")
    return tuple(found)


def _unseen(recipe: Recipe, case: Case, own: Sequence[CellRow]) -> list[str]:
    """Elements, routes, salts, solvents and additives that no published cell of the metal has."""
    solution: Any = chemistry.electrolyte(str(recipe.cell.electrolyte)) if recipe.cell is not None else None
    found = []
    if case.element and case.element not in {row.element for row in own}:
        found.append(f"no published cell has {case.element} on {case.anode}")
    if case.route and case.route not in {row.route for row in own}:
        found.append(f"no published cell of {case.anode} was coated by the route {case.route}")
    solvents = {name for row in own for name in row.solvents}
    new = [name for name, _ in solution.solvents if name not in solvents] if solution is not None else []
    if new:
        found.append(f"no published cell of {case.anode} has the solvent {', '.join(new)}")
    if solution is not None and solution.salt not in {row.salt for row in own}:
        found.append(f"no published cell of {case.anode} has the salt {solution.salt}")
    seen = {text.split()[-1] for row in own for text in row.additives}
    unknown = [text.split()[-1] for text in case.additives if text.split()[-1] not in seen]
    if unknown:
        found.append(f"no published cell of {case.anode} has the additive {', '.join(unknown)}")
    return found
