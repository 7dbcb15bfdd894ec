"""The recipe file: what the user writes, read once into a frozen `Recipe`; no physics here."""

from alloycoat.recipe.fields import Amount
from alloycoat.recipe.model import Anode, CellPart, CoatingStep, PrecursorPart, Protocol, Recipe, plate_strip
from alloycoat.recipe.steps import Limit, Step, parse_step, parse_steps

__all__ = [
    "Amount", "Anode", "CellPart", "CoatingStep", "Limit", "PrecursorPart", "Protocol", "Recipe", "Step",
    "parse_step", "parse_steps", "plate_strip",
]  # fmt: skip
