"""Nature's numbers: anode metals, alloys, salts, precursors, solvents, electrolytes, separators, kinetics."""

from alloycoat.chemistry.electrolytes import Electrolyte, Transport, electrolyte, electrolytes
from alloycoat.chemistry.formulas import balance, molar_mass, parse_formula
from alloycoat.chemistry.kinetics import Kinetics, electrolyte_amount, kinetics
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

__all__ = [
    "AnodeMetal", "Electrolyte", "Element", "Kinetics", "Ladder", "Phase", "Precursor", "Salt", "Separator",
    "Solvent", "Transport", "anode", "anodes", "balance", "electrolyte", "electrolyte_amount", "electrolytes",
    "element", "elements", "kinetics", "molar_mass", "parse_formula", "precursor", "precursors", "separator",
    "separators", "solvent", "solvents",
]  # fmt: skip
