"""`scene_of`: the scene that a recipe stands for, from the tables that the cell uses too."""

from __future__ import annotations

import math
from typing import Any, Literal, NamedTuple

from alloycoat import chemistry
from alloycoat.coating import Coating, coat
from alloycoat.coating.electrons import electronic_share
from alloycoat.errors import RecipeError, unknown_name
from alloycoat.morphology.scene import THICKEST, Layer, Liquid, Scene, Stage, Surface
from alloycoat.quantities import FARADAY
from alloycoat.sources import Value


class Preset(NamedTuple):
    """How fine and how wide: spacing and width in m, frames, cycles of plating and stripping."""

    dx: float
    width: float
    frames: int
    cycles: int


PRESETS = {
    "quick": Preset(5e-7, 64e-6, 60, 1),
    "default": Preset(1e-6 / 3.0, 80e-6, 120, 2),
}
BASE = 12.0
"""Metal before plating, in cells."""
DRAWN = 8e-6
"""A thicker layer is drawn this thick (m); its resistance stays that of the whole."""
MODULUS = 1e10
"""Young's modulus (Pa) assumed for a layer whose phases have none in the tables."""
ROOM = 25e-6
"""Least electrolyte above the expected deposit that is in the picture, m."""


def scene_of(
    recipe: Any,
    preset: str = "quick",
    *,
    coated: bool = True,
    seed: int | None = None,
    geometry: Literal["coin", "optical"] = "coin",
    gap: float | None = None,
    covered: float | None = None,
    blocked: bool | None = None,
) -> Scene:
    """The scene of a recipe: its metal, electrolyte, separator, test and, where `coated`, its layer.

    recipe: a `Recipe` with `[cell]` and `[protocol]`. preset: "quick" or "default". geometry: "coin" (the gap is the
    recipe's separator) or "optical" (free electrolyte over `gap` m, assumed where not given). covered: share of the
    electrode under the layer (1: no defect; assumed where not given). blocked: whether electrons are kept from the
    outer face; None: where by-products stay in the layer. Raises RecipeError for what is missing.
    """
    if preset not in PRESETS:
        raise RecipeError(unknown_name("preset", preset, PRESETS))
    cell, protocol = recipe.cell, recipe.protocol
    if cell is None or cell.electrolyte is None or protocol is None:
        raise RecipeError("grow: the recipe needs [cell] electrolyte and [protocol] steps")
    metal, solution = chemistry.anode(recipe.anode.metal), chemistry.electrolyte(cell.electrolyte)
    rates = chemistry.kinetics(metal.symbol, solution.solvent_class)
    film = chemistry.separator(cell.separator or "Celgard 2400")
    assumed, own = chemistry.heterogeneity(), chemistry.metal_surface(metal.symbol)
    plan = PRESETS[preset]
    coin = geometry == "coin"
    distance = gap if gap is not None else (film.thickness if coin else chemistry.optical_gap()).value
    stages = stages_of(protocol, plan.cycles)
    per_charge = metal.molar_volume.value / (metal.charge * FARADAY)
    grown = max(stage.value * stage.seconds for stage in stages if stage.kind == "plate") * per_charge
    layer, notes = None, list[str]()
    used = [rates.exchange_current_density, rates.film_resistance, own.surface_energy]
    if coated:
        if recipe.coating is None:
            raise RecipeError("[coating]: not given, there is no layer to grow under; give coated=False")
        layer, notes = layer_of(coat(recipe), recipe, rates, plan.dx, covered, blocked, assumed, own)
    drawn = layer.drawn if layer is not None else min(DRAWN, THICKEST * plan.dx)
    base = BASE * plan.dx
    room = min(distance, 2.5 * grown + drawn + ROOM)
    if grown + drawn > distance:
        notes.append("deposit and layer are thicker than the gap: the deposit will span it")
    curves = {
        name: (getattr(solution, name).concentrations, getattr(solution, name).values)
        for name in ("conductivity", "diffusivity", "transference", "thermodynamic_factor")
    }
    liquid = Liquid(
        charge=metal.charge, concentration=solution.concentration,
        permeance=1.0 / film.macmullin.value if coin else 1.0, storage=film.porosity.value if coin else 1.0,
        temperature_K=cell.temperature, **curves,
    )  # fmt: skip
    alpha_a, alpha_c = rates.alpha
    surface = Surface(
        exchange=rates.exchange_current_density.value, alpha_a=alpha_a, alpha_c=alpha_c,
        film=rates.film_resistance.value, molar_volume=metal.molar_volume.value,
        surface_energy=own.surface_energy.value, noise_grain=assumed["film_grain"].value,
        **{name: assumed[name].value for name in (
            "film_spread", "film_grain", "fresh_share", "film_break", "film_time", "roughness", "noise", "noise_time",
        )},
    )  # fmt: skip
    notes += [f"{what} assumed" for what in ("film heterogeneity and renewal", "roughness and noise")]
    if not coin:
        notes.append(f"optical cell: a gap of {distance * 1e3:g} mm without separator")
    return Scene(
        name=recipe.title or metal.symbol, anode=metal.symbol, nx=round(plan.width / plan.dx),
        ny=round((base + room) / plan.dx), dx=plan.dx, base=base, gap=distance, geometry=geometry, stages=stages,
        liquid=liquid, surface=surface, layer=layer, seed=protocol.seed if seed is None else seed, frames=plan.frames,
        notes=(*solution.notes, *notes), sources=_sources(used, assumed, own),
    )  # fmt: skip


def _sources(used: list[Value], assumed: dict[str, Value], own: chemistry.MetalSurface) -> tuple[str, ...]:
    keys = [value.source for value in (*used, *assumed.values(), own.strength) if value.source]
    return tuple(dict.fromkeys(keys))


def stages_of(protocol: Any, cycles: int) -> tuple[Stage, ...]:
    """The first `cycles` passes of the protocol's current steps and rests; a step ends by time or charge.

    Raises RecipeError for a step that the microscope cannot carry out.
    """
    found: list[Stage] = []
    for _ in range(min(cycles, protocol.cycles)):
        for step in protocol.steps:
            if step.mode == "rest":
                found.append(Stage("rest", 0.0, float(step.duration_s)))
                continue
            if step.mode != "current" or not step.per_area or step.value == 0.0:
                raise RecipeError(
                    f"[protocol] {step.text!r}: grow needs steps per area, as 'Plate at 2 mA/cm2 for 1 hour'"
                )
            seconds = step.duration_s if step.duration_s is not None else math.inf
            for limit in step.limits:
                if limit.quantity == "areal capacity":
                    seconds = min(seconds, limit.value / abs(step.value))
            if not math.isfinite(seconds):
                raise RecipeError(f"[protocol] {step.text!r}: grow needs a time or an areal capacity")
            found.append(Stage("plate" if step.value < 0 else "strip", abs(step.value), float(seconds)))
            if protocol.rest:
                found.append(Stage("rest", 0.0, float(protocol.rest)))
    if not any(stage.kind == "plate" for stage in found):
        raise RecipeError("[protocol] steps: nothing is plated; a deposit needs a 'Plate' step")
    return tuple(found)


def layer_of(
    coating: Coating, recipe: Any, rates: chemistry.Kinetics, dx: float, covered: float | None, blocked: bool | None,
    assumed: dict[str, Value], own: chemistry.MetalSurface,
) -> tuple[Layer, list[str]]:  # fmt: skip
    """The layer of a recipe's coating, and what is assumed about it. Raises RecipeError where no ion crosses it."""
    if coating.ionic_conductivity is None:
        raise RecipeError("[coating]: the ionic conductivity of this layer is not tabulated; grow the bare metal only")
    notes = []
    electrons = electronic_share(coating)
    kept_away = electrons.value == 0.0 if blocked is None else blocked
    share = 0.0 if kept_away else electrons.high
    notes.append(
        "electrons are taken to be kept from the outer face by the by-product (a hypothesis of the review)"
        if kept_away else "electrons reach the outer face of the layer"
    )  # fmt: skip
    thickness = coating.thickness.value
    drawn = min(max(thickness, THICKEST * dx), DRAWN)
    if abs(drawn / thickness - 1.0) > 1e-6:
        notes.append(f"layer of {thickness * 1e6:.3g} um drawn {drawn * 1e6:.3g} um thick; its resistance is kept")
    modulus = coating.youngs_modulus.value if coating.youngs_modulus is not None else MODULUS
    if coating.youngs_modulus is None:
        notes.append(f"Young's modulus of the layer assumed, {MODULUS / 1e9:g} GPa")
    if covered is None:
        covered = _coverage(coating.coverage)
        notes.append(f"{covered:.0%} of the electrode covered, assumed")
    uptake, swelling = _uptake(coating, recipe)
    layer = Layer(
        thickness=thickness, drawn=drawn, sigma_ion=coating.ionic_conductivity.value, electronic_share=share,
        exchange_factor=rates.coated_factor.value, film=rates.coated_film_resistance.value, covered=covered,
        defect_width=max(assumed["defect_width"].value, 3 * dx), crack=coating.cracking == "cracked",
        spread=assumed["layer_spread"].value, modulus=modulus, strength=own.strength.value,
        nucleation=chemistry.nucleation_overpotential().value, uptake=uptake, swelling=swelling,
    )  # fmt: skip
    return layer, notes


def _coverage(word: str) -> float:
    """Share of the electrode that a fresh layer covers, by the word of the coating (the table of the ageing cell)."""
    from alloycoat.chemistry.tables import by_subject

    rows = by_subject("ageing")["coverage"]
    return float(rows[word if word in rows else "unknown"].quantity("").value)


def _uptake(coating: Coating, recipe: Any) -> tuple[float, float]:
    """Charge (C/m2) that left-over coating element takes up as alloy, and m3 of layer per C."""
    metal = chemistry.anode(recipe.anode.metal)
    charge = volume = 0.0
    for part in coating.with_role("metal"):
        phases = [phase for phase in metal.alloys.get(part.formula, ()) if phase.formula in coating.equilibrium_phase]
        if not phases:
            continue
        phase = phases[-1]
        moles = part.mol_per_m2.value
        charge += moles * phase.ratio * metal.charge * FARADAY
        before = chemistry.element(part.formula).molar_volume.value
        volume += moles * (phase.molar_volume.value / phase.atoms_element - before)
    return charge, (volume / charge if charge > 0.0 else 0.0)
