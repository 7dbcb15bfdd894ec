"""The practicality card of a cell as a table."""

from __future__ import annotations

from alloycoat.report.analysis_view import CellView


def card_table(cell: CellView) -> str:
    """The card as html; empty where there is none."""
    del cell
    return ""
