"""How much of the coating element arrives at the electrode, by route, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from alloycoat import chemistry
from alloycoat.chemistry import Precursor
from alloycoat.chemistry.tables import by_subject
from alloycoat.coating.draws import Array, Draws
from alloycoat.coating.medium import (
    bath_concentration,
    parse_fractional,
    solvent_molarity,
    vapour_pressure_ratio,
    viscosity_factor,
    volatile_precursors,
)
from alloycoat.errors import RecipeError
from alloycoat.quantities import GAS_CONSTANT
from alloycoat.recipe import Amount, CoatingStep, Recipe

LIQUID_BELOW = 310.0
"""Melting point in K below which an element is spread as a liquid (Hg, and Ga on a warm hand)."""


@dataclass(slots=True)
class Supply:
    """What arrives: moles of precursor metal per area, or of an element brought as such (all mol/m2).

    anion_concentration: moles of each anion per volume of the bath (mol/m3), for a dip.
    """

    reacted: list[tuple[Precursor, Array]] = field(default_factory=list)
    elements: dict[str, Array] = field(default_factory=dict)
    anode_brought: Array | None = None
    brought_ratio: float | None = None
    limited_by: str = "amount"
    contact_time: float | None = None
    porosity_class: str = "layer from a reduced salt"
    anion_concentration: dict[str, Array] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def bring(self, name: str, moles: Array) -> None:
        """Add what arrives of a precursor, or of an element brought as particles."""
        if name in chemistry.elements():
            self.elements[name] = self.elements.get(name, 0.0) + moles
        else:
            self.reacted.append((chemistry.precursor(name), moles))


def prior(subject: str, prop: str, unit: str, draws: Draws) -> Array:
    """Nominal and samples of a row of the table coating.csv in `unit`."""
    value = by_subject("coating")[subject][prop].quantity(unit)
    return draws.take(value, f"{subject} {prop}")


def per_area(amount: Amount, recipe: Recipe, field_name: str) -> float:
    """An amount per electrode area in SI units; raises RecipeError where a total needs the area."""
    if amount.per_area:
        return amount.value
    if recipe.anode.area is None:
        raise RecipeError(
            f"[anode] area is missing: {field_name} is a total ({amount.text}); "
            "give the area or an amount per area such as '20 uL/cm^2'"
        )
    return amount.value / recipe.anode.area


def diffusion_supply(concentration: Array, diffusivity: Array, time: float, layer: Array | None) -> Array:
    """Moles per area that reach a perfect sink: n = 2 c sqrt(D t/pi), or c D t/delta if stirred and more.

    concentration mol/m3, diffusivity m2/s, time s, layer: thickness delta of the boundary layer in m or
    None for a still bath. Valid while the bath is deeper than sqrt(D t). Source: J. Crank, The Mathematics
    of Diffusion, 2nd ed. (1975), eq. 3.15.
    """
    still = 2.0 * concentration * np.sqrt(diffusivity * time / np.pi)
    if layer is None:
        return np.asarray(still)
    return np.asarray(np.maximum(still, concentration * diffusivity * time / layer))


def _diffusivity(step: CoatingStep, draws: Draws, warnings: list[str], medium: str | None) -> Array:
    if step.form == "dispersion":
        warnings.append(
            "dispersed particles are taken to arrive by diffusion alone; settling and capillary flow are not predicted"
        )
        return prior("dispersed particle", "diffusivity", "m**2/s", draws)
    return prior("dissolved salt", "diffusivity", "m**2/s", draws) * viscosity_factor(medium, draws)


def _dip(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    supply = Supply(limited_by="transport", contact_time=step.time)
    diffusivity = _diffusivity(step, draws, supply.warnings, step.solvent)
    layer = prior("stirred bath", "boundary_layer", "m", draws) if step.stirred else None
    assert step.time is not None
    for part in step.parts:
        concentration = bath_concentration(part, step, draws)
        moles = diffusion_supply(concentration, diffusivity, step.time, layer)
        if part.precursor not in chemistry.elements():
            salt = chemistry.precursor(part.precursor)
            anions = supply.anion_concentration.get(salt.anion, 0.0) + concentration * salt.charge
            supply.anion_concentration[salt.anion] = np.asarray(anions)
        if step.volume is not None:
            held = concentration * per_area(step.volume, recipe, "[coating] volume")
            if held[0] < moles[0]:
                supply.limited_by = "amount"
            moles = np.minimum(moles, held)
        supply.bring(part.precursor, moles)
    return supply


def _drop_cast(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    supply = Supply(limited_by="amount", contact_time=step.time)
    for part in step.parts:
        volume = part.volume or step.volume
        assert volume is not None
        height = per_area(volume, recipe, "[coating] volume")
        if step.form == "neat":
            supply.bring(part.precursor, _neat(chemistry.precursor(part.precursor), draws) * height)
            continue
        concentration = bath_concentration(part, step, draws)
        held = concentration * height
        if step.time is not None:
            diffusivity = _diffusivity(step, draws, supply.warnings, step.solvent)
            reached = diffusion_supply(concentration, diffusivity, step.time, None)
            # past h^2/D the film is used up; before that it is a half-space
            reached = np.where(step.time * diffusivity >= height**2, held, np.minimum(reached, held))
            if reached[0] < held[0]:
                supply.limited_by = "transport"
            held = reached
        supply.bring(part.precursor, held)
    if step.time is None and step.form != "neat":
        supply.warnings.append("no contact time given: the drop is taken to react whole before it is removed")
    return supply


def _neat(salt: Precursor, draws: Draws) -> Array:
    """Moles of metal per volume of the pure liquid, mol/m3."""
    if salt.density is None or salt.state != "liquid":
        why = f"it is a {salt.state}" if salt.state != "liquid" else "its density is not tabulated"
        raise RecipeError(
            f"[coating] form: 'neat' needs a liquid precursor, and {salt.formula} is none to use neat: {why}; "
            "give a solvent and a concentration instead"
        )
    return draws.take(salt.density, f"{salt.formula} density") / salt.molar_mass


def electrolyte_height(recipe: Recipe, draws: Draws, warnings: list[str]) -> Array:
    """Electrolyte volume per electrode area in m; assumed with a warning where the recipe leaves it out."""
    amount = recipe.cell.electrolyte_amount if recipe.cell else None
    if amount is not None:
        return draws.exact(per_area(amount, recipe, "[cell] electrolyte_amount"))
    value = chemistry.electrolyte_amount()
    warnings.append(
        f"[cell] electrolyte_amount is not given: {value.value * 1e5:.0f} uL/cm2 assumed "
        f"({value.low * 1e5:.0f} to {value.high * 1e5:.0f})"
    )
    return draws.take(value, "electrolyte amount")


def _additive(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    if recipe.cell is None or recipe.cell.electrolyte is None:
        raise RecipeError(
            "[cell] electrolyte is missing: an additive is dissolved in it; "
            "write for instance electrolyte = '1 M LiPF6 in EC/DMC'"
        )
    supply = Supply(limited_by="amount", contact_time=step.time)
    height = electrolyte_height(recipe, draws, supply.warnings)
    shared = 2.0 if recipe.cell.format == "symmetric" else 1.0
    if shared == 2.0:
        supply.warnings.append("the additive is shared by the two electrodes of the symmetric cell")
    for part in step.parts:
        concentration = bath_concentration(part, step, draws, recipe.cell.electrolyte)
        held = concentration * height / shared
        if step.time is not None:
            diffusivity = _diffusivity(step, draws, supply.warnings, recipe.cell.electrolyte)
            reached = diffusion_supply(concentration, diffusivity, step.time, None)
            if reached[0] < held[0]:
                supply.limited_by = "transport"
            held = np.minimum(held, reached)
        supply.bring(part.precursor, held)
    if step.time is None:
        supply.warnings.append("no contact time given: all of the additive is taken to be reduced")
    return supply


def _mole_fraction(step: CoatingStep, draws: Draws, warnings: list[str]) -> Array:
    """Mole fraction of the precursor in the liquid that evaporates: x = c/(c + rho/M) of the solvent, or assumed."""
    if step.concentration is None or step.solvent is None:
        warnings.append("the vapour comes from a solution whose composition is not given: its mole fraction is assumed")
        return np.minimum(prior("vapour over a solution", "mole_fraction", "", draws), 1.0)
    solute = bath_concentration(step.parts[0], step, draws)
    return np.asarray(solute / (solute + solvent_molarity(step.solvent, draws)))


def _vapour(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    """Least of the Hertz-Knudsen impingement p/sqrt(2 pi M R T) and diffusion p D/(R T L), times exposure."""
    del recipe
    supply = Supply(limited_by="transport", contact_time=step.time, porosity_class="layer from a reduced salt")
    salt = chemistry.precursor(step.parts[0].precursor)
    if salt.vapour_pressure is None:
        raise RecipeError(
            f"[coating] precursor: no vapour pressure of {salt.formula} is tabulated; "
            f"the vapour route is known for {', '.join(volatile_precursors())}"
        )
    temperature = step.source_temperature or 298.15
    pressure = draws.take(salt.vapour_pressure, f"{salt.formula} vapour pressure")
    pressure = pressure * vapour_pressure_ratio(salt, temperature)
    if step.solvent is not None:
        pressure = pressure * _mole_fraction(step, draws, supply.warnings)
    assert step.time is not None
    thermal = GAS_CONSTANT * 298.15
    impinging = pressure / np.sqrt(2 * np.pi * salt.molar_mass * thermal)
    length = prior("vapour", "diffusion_length", "m", draws)
    diffusing = pressure * prior("vapour", "gas_diffusivity", "m**2/s", draws) / (thermal * length)
    supply.reacted.append((salt, np.minimum(impinging, diffusing) * step.time))
    supply.warnings.append("the distance between liquid and electrode is not part of a recipe: 10 mm assumed (3 to 30)")
    return supply


def _molar_density(symbol: str, draws: Draws) -> Array:
    element = chemistry.element(symbol)
    return 1.0 / draws.take(element.molar_volume, f"{symbol} molar volume")


def _evaporation(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    del recipe
    assert step.metal is not None
    grown = (step.rate or 0.0) * (step.time or 0.0)
    thickness = step.thickness if step.thickness is not None else grown
    if grown > 0 and abs(grown - thickness) > 0.05 * thickness:
        raise RecipeError(
            f"[coating] thickness: {thickness * 1e9:.4g} nm contradicts rate times time, {grown * 1e9:.4g} nm; "
            "give one of them"
        )
    moles = thickness * _molar_density(step.metal, draws)
    return Supply(
        elements={step.metal: moles}, limited_by="geometry" if step.thickness else "amount",
        porosity_class="layer from solid or evaporated metal",
    )  # fmt: skip


def _foil(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    del recipe
    assert step.metal is not None and step.foil_thickness is not None
    return Supply(
        elements={step.metal: step.foil_thickness * _molar_density(step.metal, draws)},
        limited_by="geometry", contact_time=step.time, porosity_class="layer from solid or evaporated metal",
    )  # fmt: skip


def _lamination(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    del recipe
    assert step.material is not None and step.thickness is not None
    return Supply(
        elements={step.material: step.thickness * _molar_density(step.material, draws)},
        limited_by="geometry", contact_time=step.time, porosity_class="layer from solid or evaporated metal",
    )  # fmt: skip


def amalgam_composition(text: str, metal: str) -> tuple[str, float]:
    """(element, moles of anode metal per mole of it) of "Hg" or "Na0.1Hg0.9"; raises RecipeError."""
    counts = parse_fractional(text, "[coating] composition")
    others = [symbol for symbol in counts if symbol != metal]
    if len(others) != 1 or counts[others[0]] <= 0:
        raise RecipeError(f"[coating] composition: {text!r} is no amalgam for {metal}; write 'Hg' or '{metal}0.1Hg0.9'")
    melting = chemistry.element(others[0]).melting_point
    if melting is not None and melting.value > LIQUID_BELOW:
        raise RecipeError(
            f"[coating] composition: {others[0]} is solid near room temperature (melts at {melting.value:.0f} K); "
            "use the route 'foil' or 'evaporation'"
        )
    return others[0], counts.get(metal, 0.0) / counts[others[0]]


def _amalgam(recipe: Recipe, step: CoatingStep, draws: Draws) -> Supply:
    assert step.composition is not None
    symbol, brought = amalgam_composition(step.composition, recipe.anode.metal)
    metal = chemistry.anode(recipe.anode.metal)
    volume = draws.take(chemistry.element(symbol).molar_volume, f"{symbol} molar volume")
    volume = volume + brought * draws.take(metal.molar_volume, f"{metal.symbol} molar volume")
    mass = chemistry.element(symbol).molar_mass + brought * metal.molar_mass
    if step.thickness is not None:
        moles = step.thickness / volume
    else:
        assert step.amount is not None
        spread = per_area(step.amount, recipe, "[coating] amount")
        per_unit: dict[str, Array | float] = {
            "mass": 1.0 / mass,
            "amount": 1.0 / (1.0 + brought),
            "volume": 1.0 / volume,
        }
        moles = draws.exact(spread) * np.asarray(per_unit[step.amount.dimension.removesuffix(" per area")])
    return Supply(
        elements={symbol: moles}, anode_brought=moles * brought, brought_ratio=brought, contact_time=step.time,
        limited_by="geometry" if step.thickness else "amount", porosity_class="layer from solid or evaporated metal",
    )  # fmt: skip


_ROUTES = {
    "dip": _dip, "drop-cast": _drop_cast, "additive": _additive, "vapour": _vapour,
    "evaporation": _evaporation, "foil": _foil, "lamination": _lamination, "amalgam": _amalgam,
}  # fmt: skip


def supply_of(recipe: Recipe, draws: Draws) -> Supply:
    """What the recipe's route brings to the electrode; raises RecipeError where it lacks what it needs."""
    assert recipe.coating is not None
    return _ROUTES[recipe.coating.route](recipe, recipe.coating, draws)
