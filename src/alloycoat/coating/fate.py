"""Where a by-product goes: it stays in the layer, reaches the cell, or leaves with the bath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alloycoat import chemistry
from alloycoat.chemistry import Salt
from alloycoat.coating.draws import Array, Draws
from alloycoat.coating.supply import Supply, prior
from alloycoat.recipe import Recipe

WORDS = ("unknown", "insoluble", "slightly soluble", "soluble")


@dataclass(frozen=True, slots=True)
class Fate:
    """Shares (nominal and samples) that stay in the layer and that reach the cell; the bath takes the rest."""

    layer: Array
    cell: Array
    why: str
    source: str


def solubility_in(salt: Salt, text: str) -> tuple[str, str]:
    """(word, source) of the salt in a solvent, mixture or electrolyte: the word of its best solvent.

    A row for the solvent wins over one for its class.
    """
    best, source = "unknown", ""
    for solvent in chemistry.solvents_of(text):
        for key in (solvent.name, solvent.kind):
            if key in salt.solubility:
                if WORDS.index(salt.solubility[key]) > WORDS.index(best):
                    best, source = salt.solubility[key], salt.solubility_source[key]
                break
    return best, source


def precipitated(made: Array, saturation: Array) -> Array:
    """Share of a by-product that precipitates where it forms: max(0, 1 - c_sat/c_made).

    made: its concentration at the reacting face were it all dissolved, mol/m3 (as many equivalents leave as
    anions arrive, with equal diffusivities); saturation: mol/m3.
    """
    return np.asarray(np.maximum(0.0, 1.0 - saturation / np.maximum(made, 1e-300)))


def _reaches_cell(salt: Salt, recipe: Recipe) -> tuple[bool, str]:
    """Whether the cell's electrolyte dissolves the salt, and the source; False without a cell."""
    electrolyte = recipe.cell.electrolyte if recipe.cell else None
    if electrolyte is None:
        return False, ""
    word, source = solubility_in(salt, electrolyte)
    return word == "soluble", source


def _dip(salt: Salt, made: Array, recipe: Recipe, supply: Supply, draws: Draws) -> Fate:
    step = recipe.coating
    assert step is not None and step.solvent is not None
    word, source = solubility_in(salt, step.solvent)
    none, all_of_it = draws.exact(0.0), draws.exact(1.0)
    anions = supply.anion_concentration.get(salt.anion)
    if word == "unknown":
        why = f"solubility of {salt.formula} in {step.solvent} is not tabulated: it stays in the layer"
        return Fate(all_of_it, none, why, "")
    if word == "insoluble" or anions is None:  # without anions: a product of a further reaction, formed as a solid
        return Fate(all_of_it, none, "", source)
    if step.rinse and word == "soluble":
        return Fate(none, none, "", source)
    dissolved = anions / salt.atoms_anion
    saturation = prior(f"{word} salt", "saturation", "mol/m**3", draws)
    solid = precipitated(dissolved, saturation)
    film = prior("withdrawn electrode", "liquid_film", "m", draws)
    clinging = np.minimum(film * np.minimum(dissolved, saturation) / np.maximum(made, 1e-300), 1.0 - solid)
    if step.rinse:
        clinging = none
    why = (
        f"{salt.formula} is {word} in {step.solvent}: what exceeds its saturation where it forms stays in the layer, "
        "with what dries on from the clinging liquid; the rest goes to the bath (saturation and film assumed)"
    )
    reaches, cell_source = _reaches_cell(salt, recipe)
    draws.cite(cell_source)
    if reaches:
        return Fate(solid, clinging, why, source)
    return Fate(solid + clinging, none, why, source)


def where_salt_goes(salt: Salt, made: Array, recipe: Recipe, supply: Supply, draws: Draws) -> Fate:
    """Shares of `made` (mol/m2) that stay in the layer, reach the cell, or leave with the bath.

    dip: what dissolves goes to the bath; what exceeds saturation where it forms stays, and so does what the
    clinging liquid holds unless rinsed. drop-cast: all of it stays, unless rinsed with a solvent that
    dissolves it; what the cell's electrolyte dissolves reaches the cell. additive: what the electrolyte
    dissolves stays in the cell. Unknown solubility: it stays, and that is said.
    """
    step = recipe.coating
    assert step is not None
    none, all_of_it = draws.exact(0.0), draws.exact(1.0)
    if step.route == "dip":
        return _dip(salt, made, recipe, supply, draws)
    unrinsed = ""
    if step.route == "drop-cast" and step.rinse and step.solvent:
        word, source = solubility_in(salt, step.solvent)
        if word == "soluble":
            return Fate(none, none, "", source)
        unrinsed = f"rinsing does not remove {salt.formula}: its solubility in {step.solvent} is {word}; "
    reaches, source = _reaches_cell(salt, recipe)
    if reaches:
        return Fate(none, all_of_it, "", source)
    if recipe.cell is None or recipe.cell.electrolyte is None:
        known = set(salt.solubility.values())
        later = "" if known == {"insoluble"} else "; it may dissolve later in the cell"
        return Fate(all_of_it, none, f"{unrinsed}{salt.formula} stays in the layer{later}", "")
    return Fate(all_of_it, none, f"{unrinsed}{salt.formula} stays in the layer" if unrinsed else "", source)
