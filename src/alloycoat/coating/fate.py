"""Where a by-product goes: it stays in the layer, reaches the cell, or leaves with the bath."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from alloycoat.chemistry import Salt
from alloycoat.coating.draws import Array, Draws
from alloycoat.coating.medium import medium_solvents
from alloycoat.coating.supply import Supply, prior
from alloycoat.recipe import Recipe

WORDS = ("unknown", "insoluble", "slightly soluble", "soluble")


@dataclass(frozen=True, slots=True)
class Fate:
    """`stays`: share in the layer (nominal and samples); `rest`: where the remainder goes, bath or cell."""

    stays: Array
    rest: str
    why: str
    source: str


def solubility_in(salt: Salt, text: str) -> tuple[str, str]:
    """(word, source) of the salt in a solvent, mixture or electrolyte: the word of its best solvent.

    A row for the solvent wins over one for its class.
    """
    best, source = "unknown", ""
    for solvent in medium_solvents(text):
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


def _dip(salt: Salt, recipe: Recipe, supply: Supply, draws: Draws) -> Fate:
    step = recipe.coating
    assert step is not None and step.solvent is not None
    word, source = solubility_in(salt, step.solvent)
    if word == "unknown":
        why = f"solubility of {salt.formula} in {step.solvent} is not tabulated: it stays in the layer"
        return Fate(draws.exact(1.0), "bath", why, "")
    if word == "insoluble":
        return Fate(draws.exact(1.0), "bath", "", source)
    if step.rinse and word == "soluble":
        return Fate(draws.exact(0.0), "bath", "", source)
    anions = supply.anion_concentration.get(salt.anion)
    if anions is None:  # a product of a further reaction: it formed as a solid
        return Fate(draws.exact(1.0), "bath", "", source)
    saturation = prior(f"{word} salt", "saturation", "mol/m**3", draws)
    stays = precipitated(anions / salt.atoms_anion, saturation)
    why = (
        f"{salt.formula} is {word} in {step.solvent}: what exceeds its saturation where it forms stays in the "
        "layer, the rest goes to the bath (saturation assumed)"
    )
    return Fate(stays, "bath", why, source)


def where_salt_goes(salt: Salt, recipe: Recipe, supply: Supply, draws: Draws) -> Fate:
    """Share that stays in the layer, and where the rest goes.

    dip: what dissolves goes to the bath, what exceeds saturation where it forms stays. drop-cast: all of it
    stays, unless rinsed with a solvent that dissolves it; what the cell's electrolyte dissolves reaches the
    cell. additive: what the electrolyte dissolves stays in the cell. Unknown solubility: it stays, and that
    is said.
    """
    step = recipe.coating
    assert step is not None
    if step.route == "dip":
        return _dip(salt, recipe, supply, draws)
    if step.route == "drop-cast" and step.rinse and step.solvent:
        word, source = solubility_in(salt, step.solvent)
        if word == "soluble":
            return Fate(draws.exact(0.0), "bath", "", source)
    electrolyte = recipe.cell.electrolyte if recipe.cell else None
    if electrolyte is not None:
        word, source = solubility_in(salt, electrolyte)
        if word == "soluble":
            return Fate(draws.exact(0.0), "cell", "", source)
        return Fate(draws.exact(1.0), "cell", "", source)
    why = f"{salt.formula} stays in the layer; it may dissolve later in the cell"
    return Fate(draws.exact(1.0), "cell", why, "")
