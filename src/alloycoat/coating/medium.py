"""The liquid around the electrode: concentrations in mol/m3, viscosity, vapour pressure, compositions."""

from __future__ import annotations

import re

import numpy as np

from alloycoat import chemistry
from alloycoat.chemistry import Precursor
from alloycoat.coating.draws import Array, Draws
from alloycoat.errors import RecipeError
from alloycoat.quantities import Concentration
from alloycoat.recipe import CoatingStep, PrecursorPart
from alloycoat.sources import Value

PUREST = 60_000.0
"""Largest concentration in mol/m3 taken for a solute without a tabulated density (that of water in water)."""
ATMOSPHERE = 101325.0
"""Standard atmosphere in Pa, the pressure of tabulated boiling points (exact by definition)."""


def _density(text: str | None, draws: Draws) -> Array:
    if text is None:
        raise RecipeError("[coating] solvent is missing: mol/kg and wt% need its density")
    parts = chemistry.solvents_of(text)
    return np.asarray(sum(draws.take(part.density, f"{part.name} density") for part in parts) / len(parts), dtype=float)


def _solute(name: str) -> tuple[float, Value | None]:
    """(molar mass in kg/mol, density) of a precursor, or of an element brought as particles."""
    if name in chemistry.elements():
        found = chemistry.element(name)
        return found.molar_mass, found.density
    salt = chemistry.precursor(name)
    return salt.molar_mass, salt.density


def to_molarity(amount: Concentration, name: str, solvent_text: str | None, draws: Draws) -> Array:
    """Concentration in mol/m3 of the precursor `name`, with volumes taken as additive.

    Molality b: c = b/(1/rho + b M/rho_salt); mass fraction w: c = (w/M)/(w/rho_salt + (1 - w)/rho); volume
    fraction phi: c = phi rho_salt/M. rho of the solvent, rho_salt of the solute (its volume is neglected where
    no table has it: good to 5 % below 0.5 mol/L). Raises RecipeError for more than the pure solute holds.
    """
    mass, density = _solute(name)
    specific = draws.exact(0.0) if density is None else 1.0 / draws.take(density, f"{name} density")
    if amount.basis == "molarity":
        found = draws.exact(amount.value)
    elif amount.basis == "molality":
        found = amount.value / (1.0 / _density(solvent_text, draws) + amount.value * mass * specific)
    elif amount.basis == "mass fraction":
        share = amount.value
        found = share / mass / (share * specific + (1.0 - share) / _density(solvent_text, draws) + 1e-300)
    elif density is None:
        raise RecipeError(f"[coating] concentration: vol% needs the density of {name}, which no table has")
    else:
        found = amount.value / (specific * mass)
    most = 1.0 / (specific[0] * mass) if specific[0] > 0 else PUREST
    if found[0] > most * (1 + 1e-9):
        raise RecipeError(
            f"[coating] concentration: {amount.text} is more than pure {name} holds, {most / 1000:.3g} mol/L"
        )
    return np.asarray(found)


def solvent_molarity(text: str, draws: Draws) -> Array:
    """Moles of solvent per volume of pure solvent in mol/m3, rho/M averaged over a mixture."""
    parts = chemistry.solvents_of(text)
    return np.asarray(
        sum(draws.take(part.density, f"{part.name} density") / part.molar_mass for part in parts) / len(parts)
    )


def bath_concentration(part: PrecursorPart, step: CoatingStep, draws: Draws, electrolyte: str | None = None) -> Array:
    """Concentration of the precursor in mol/m3; raises RecipeError where the recipe gives none."""
    amount = part.concentration or step.concentration
    if amount is None:
        raise RecipeError(f"[coating] concentration of {part.precursor} is missing; write it as in '0.167 mol/L'")
    return to_molarity(amount, part.precursor, step.solvent or electrolyte, draws)


def viscosity_factor(text: str | None, draws: Draws) -> Array:
    """D/D_reference of a dissolved salt by Stokes-Einstein, eta(THF)/eta; 1 where eta is not known."""
    if text is None:
        return draws.exact(1.0)
    parts = [part.viscosity for part in chemistry.solvents_of(text)]
    known = [value for value in parts if value is not None]
    if len(known) < len(parts) or not known:
        return draws.exact(1.0)
    reference = chemistry.solvent("THF").viscosity  # the solvent that the prior is stated for
    if reference is None:
        return draws.exact(1.0)
    log_eta = [np.log(draws.take(value, f"viscosity {value.value}")) for value in known]
    return np.asarray(reference.value / np.exp(sum(log_eta) / len(log_eta)))


def vapour_pressure_ratio(salt: Precursor, temperature: float) -> float:
    """p(T)/p(298 K) by Clausius-Clapeyron between the tabulated 298 K value and the boiling point.

    ln p is linear in 1/T; valid between 250 K and the boiling point, refused above it.
    """
    if abs(temperature - 298.15) < 1e-6:
        return 1.0
    if salt.boiling_point is None or salt.vapour_pressure is None:
        raise RecipeError(
            f"[coating] source_temperature: no boiling point of {salt.formula} is tabulated; leave it out for 298 K"
        )
    boiling = salt.boiling_point.value
    if not 250.0 <= temperature <= boiling:
        raise RecipeError(
            f"[coating] source_temperature: {temperature:.0f} K is outside 250 K to the boiling point {boiling:.0f} K"
        )
    slope = np.log(ATMOSPHERE / salt.vapour_pressure.value) / (1 / 298.15 - 1 / boiling)
    return float(np.exp(slope * (1 / 298.15 - 1 / temperature)))


def volatile_precursors() -> tuple[str, ...]:
    """Formulas of the precursors whose vapour pressure is tabulated."""
    return tuple(name for name in chemistry.precursors() if chemistry.precursor(name).vapour_pressure)


def parse_fractional(text: str, field: str) -> dict[str, float]:
    """Atoms of a formula with decimal numbers ("Na0.1Hg0.9"); raises RecipeError."""
    parts = re.findall(r"([A-Z][a-z]?)(\d*\.?\d*)", text)
    if not text or "".join(symbol + number for symbol, number in parts) != text or len(text) > 40:
        raise RecipeError(f"{field}: {text[:40]!r} is not a composition; write it as 'Hg' or 'Na0.1Hg0.9'")
    counts: dict[str, float] = {}
    for symbol, number in parts:
        counts[symbol] = counts.get(symbol, 0.0) + (float(number) if number not in {"", "."} else 1.0)
    return counts
