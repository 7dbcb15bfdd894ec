"""The published evidence: coatings, cells and claims of the review, each row with its reference."""

from __future__ import annotations

# Not lazy: `evidence` and `reproduce` are modules and functions, and the functions must win.
from alloycoat.literature.added import add, added_rows, all_cell_rows
from alloycoat.literature.claims import ClaimRow
from alloycoat.literature.evidence import Neighbor, Row, evidence, nearest_rows
from alloycoat.literature.papers import Paper, find_paper, papers
from alloycoat.literature.reproduce import Reproduced, reproduce
from alloycoat.literature.rows import CellRow, CoatingRow, PrintedPhase, Side, Variant
from alloycoat.literature.tables import cell_rows, claim_rows, coating_rows

__all__ = [
    "CellRow",
    "ClaimRow",
    "CoatingRow",
    "Neighbor",
    "Paper",
    "PrintedPhase",
    "Reproduced",
    "Row",
    "Side",
    "Variant",
    "add",
    "added_rows",
    "all_cell_rows",
    "cell_rows",
    "claim_rows",
    "coating_rows",
    "evidence",
    "find_paper",
    "nearest_rows",
    "papers",
    "reproduce",
]
