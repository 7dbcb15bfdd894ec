"""Nouns around an anode metal: the metal, its alloy phases, its salts, what grows at room temperature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.sources import Value


@dataclass(frozen=True, slots=True)
class Phase:
    """A binary alloy A_y M of the anode metal A.

    `ratio` y is A per M. Energies: `formation_energy` in J per mol of atoms; `plateau` in V vs A+/A for
    forming this phase from the next poorer one. `molar_volume` in m3 per mol of formula units, moduli in
    Pa (dense solid), `diffusivity` of A in m2/s at 298 K with its subkind (self, tracer, chemical,
    unknown), `conductivity_electronic` in S/m, `melting_point` (or decomposition) in K. None: no data.
    `on_hull`: on the computed convex hull; `experimental`: known from experiment though it is not.
    """

    formula: str
    anode: str
    element: str
    ratio: float
    atoms_anode: int
    atoms_element: int
    molar_mass: float
    molar_volume: Value
    on_hull: bool
    experimental: bool
    formation_energy: Value | None = None
    plateau: Value | None = None
    bulk_modulus: Value | None = None
    shear_modulus: Value | None = None
    youngs_modulus: Value | None = None
    diffusivity: Value | None = None
    conductivity_electronic: Value | None = None
    melting_point: Value | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ladder:
    """Which phases of a pair A-M are seen to grow at room temperature (titration or diffraction).

    `richest` is the A-richest formula seen ("" where none forms), `steps` all formulas seen in order of
    rising A; `complete` is False where unreacted M was found beside them; `active` is False where the
    pair does not react at 298 K. `kind` is measured, or assumed where the evidence is indirect.
    """

    element: str
    richest: str
    steps: tuple[str, ...]
    complete: bool
    active: bool
    source: str
    kind: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Salt:
    """A salt of the anode metal: what is left of the precursor's anion.

    `formation_energy`: Gibbs energy in J per mol of formula units near 298 K; `molar_volume` in m3 per
    mol of formula units; moduli in Pa; `conductivity_ionic` in S/m at 298 K. `solubility` maps a solvent
    or a class of solvents to words ("soluble", "slightly soluble", "insoluble"), `solubility_source` to
    the key of the source.
    """

    formula: str
    anode: str
    anion: str
    atoms_anode: int
    atoms_anion: int
    molar_mass: float
    molar_volume: Value
    solubility: Mapping[str, str]
    solubility_source: Mapping[str, str]
    formation_energy: Value | None = None
    bulk_modulus: Value | None = None
    shear_modulus: Value | None = None
    youngs_modulus: Value | None = None
    conductivity_ionic: Value | None = None
    melting_point: Value | None = None


@dataclass(frozen=True, slots=True)
class AnodeMetal:
    """An anode metal with its salts (by formula), alloys, solubilities and ladders (by element).

    `charge` z of its ion; `molar_mass` kg/mol; `molar_volume` m3/mol; `standard_potential` V vs SHE;
    moduli Pa; `resistivity` ohm m; `melting_point` K. `solubility`: largest mole fraction of the element
    in the solid metal, near 298 K or at the temperature its note says.
    """

    symbol: str
    charge: int
    molar_mass: float
    molar_volume: Value
    melting_point: Value
    standard_potential: Value
    salts: Mapping[str, Salt]
    alloys: Mapping[str, tuple[Phase, ...]]
    solubility: Mapping[str, Value]
    ladders: Mapping[str, Ladder]
    bulk_modulus: Value | None = None
    shear_modulus: Value | None = None
    youngs_modulus: Value | None = None
    resistivity: Value | None = None

    def phase(self, formula: str) -> Phase:
        """The alloy phase by its formula; MissingDataError where the table has none."""
        known = {phase.formula: phase for group in self.alloys.values() for phase in group}
        if formula not in known:
            raise MissingDataError(unknown_name(f"alloy of {self.symbol}", formula, known))
        return known[formula]

    def salts_of(self, anion: str) -> tuple[Salt, ...]:
        """The salts with this anion ("Cl", "TFSI", "NO3"); MissingDataError where there is none."""
        found = tuple(salt for salt in self.salts.values() if salt.anion == anion)
        if not found:
            known = {salt.anion for salt in self.salts.values()}
            raise MissingDataError(unknown_name(f"anion of a salt of {self.symbol}", anion, known))
        return found
