"""Nouns of the bench: coating elements, precursors, solvents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alloycoat.sources import Value


@dataclass(frozen=True, slots=True)
class Element:
    """A coating element (or anode metal) as a condensed solid or liquid at 298 K.

    `molar_mass` kg/mol, `molar_volume` m3/mol, `density` kg/m3, moduli Pa, `resistivity` ohm m,
    `melting_point` K. `supply` holds facts of trade in words or numbers with `supply_source`.
    """

    symbol: str
    molar_mass: float
    molar_volume: Value
    density: Value
    hazards: tuple[str, ...]
    supply: Mapping[str, str]
    supply_source: str
    bulk_modulus: Value | None = None
    shear_modulus: Value | None = None
    youngs_modulus: Value | None = None
    resistivity: Value | None = None
    melting_point: Value | None = None


@dataclass(frozen=True, slots=True)
class Precursor:
    """A salt MX_n that brings the coating element M.

    `charge` n is the number of anions per M (the charge of M). `formation_energy`: Gibbs energy in J/mol
    near 298 K; `standard_potential` of M^n+/M in V vs SHE where the anion has no formation energy.
    `density` kg/m3, `melting_point` and `boiling_point` K (1 atm), `vapour_pressure` Pa at 298 K.
    """

    formula: str
    names: tuple[str, ...]
    element: str
    anion: str
    charge: int
    molar_mass: float
    state: str
    hazards: tuple[str, ...]
    formation_energy: Value | None = None
    standard_potential: Value | None = None
    density: Value | None = None
    melting_point: Value | None = None
    boiling_point: Value | None = None
    vapour_pressure: Value | None = None


@dataclass(frozen=True, slots=True)
class Solvent:
    """A solvent: `molar_mass` kg/mol, `density` kg/m3, `viscosity` Pa s, `vapour_pressure` Pa at 298 K.

    `kind` is "ether", "carbonate" or "other"; `boiling_point` and `melting_point` in K (1 atm).
    """

    name: str
    names: tuple[str, ...]
    formula: str
    molar_mass: float
    kind: str
    density: Value
    hazards: tuple[str, ...]
    viscosity: Value | None = None
    boiling_point: Value | None = None
    melting_point: Value | None = None
    vapour_pressure: Value | None = None
