"""The door to what nature is made of here: anode metals, alloys, salts, elements, precursors, solvents."""

from __future__ import annotations

from alloycoat.chemistry.anodes import anode, anodes
from alloycoat.chemistry.phases import AnodeMetal, Ladder, Phase, Salt
from alloycoat.chemistry.precursors import (
    element,
    elements,
    precursor,
    precursors,
    solvent,
    solvents,
)
from alloycoat.chemistry.substances import Element, Precursor, Solvent

__all__ = [
    "AnodeMetal",
    "Element",
    "Ladder",
    "Phase",
    "Precursor",
    "Salt",
    "Solvent",
    "anode",
    "anodes",
    "element",
    "elements",
    "precursor",
    "precursors",
    "solvent",
    "solvents",
]
