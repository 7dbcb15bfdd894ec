"""Nature: metals, alloys, salts, precursors, solvents, electrolytes, with the source of every number.

Tables stand in data/ (one long-form csv a subject area); functions look things up by name, a name that is
not known raises MissingDataError with the nearest match.
"""

from __future__ import annotations

from alloycoat.chemistry.electrolytes import Electrolyte, Transport, electrolyte, electrolytes
from alloycoat.chemistry.formulas import balance, molar_mass, parse_composition, parse_formula
from alloycoat.chemistry.kinetics import Kinetics, electrolyte_amount, kinetics, nucleation_overpotential
from alloycoat.chemistry.media import solvent_text, solvents_of
from alloycoat.chemistry.separators import Separator, separator, separators
from alloycoat.chemistry.species import (
    AnodeMetal,
    Element,
    Ladder,
    Phase,
    Precursor,
    Salt,
    Solvent,
    anode,
    anodes,
    element,
    elements,
    precursor,
    precursors,
    solvent,
    solvents,
)
from alloycoat.chemistry.surfaces import MetalSurface, heterogeneity, metal_surface, optical_gap
from alloycoat.chemistry.tables import references

__all__ = [
    "AnodeMetal",
    "Electrolyte",
    "Element",
    "Kinetics",
    "Ladder",
    "MetalSurface",
    "Phase",
    "Precursor",
    "Salt",
    "Separator",
    "Solvent",
    "Transport",
    "anode",
    "anodes",
    "balance",
    "electrolyte",
    "electrolyte_amount",
    "electrolytes",
    "element",
    "elements",
    "heterogeneity",
    "kinetics",
    "metal_surface",
    "molar_mass",
    "nucleation_overpotential",
    "optical_gap",
    "parse_composition",
    "parse_formula",
    "precursor",
    "precursors",
    "references",
    "separator",
    "separators",
    "solvent",
    "solvent_text",
    "solvents",
    "solvents_of",
]
