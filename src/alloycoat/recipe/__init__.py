"""The recipe file: what the user writes, read once into a frozen `Recipe`; no physics here."""

from alloycoat.recipe.fields import Amount
from alloycoat.recipe.model import (
    Anode,
    CellPart,
    CoatingStep,
    PrecursorPart,
    Protocol,
    Recipe,
    plate_strip,
    protocol_of,
    rate_step,
)
from alloycoat.recipe.program import Block, Program, parse_program
from alloycoat.recipe.steps import Limit, Step, parse_step, parse_steps

__all__ = [
    "Amount", "Anode", "Block", "CellPart", "CoatingStep", "Limit", "PrecursorPart", "Program", "Protocol", "Recipe",
    "Step", "parse_program", "parse_step", "parse_steps", "plate_strip", "protocol_of", "rate_step",
]  # fmt: skip
