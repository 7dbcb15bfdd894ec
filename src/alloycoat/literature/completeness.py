"""How much of what a benchmark needs a row says: areal capacity, electrolyte amount, N/P, area, replicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alloycoat.literature.rows import CellRow

ITEMS = ("areal capacity", "electrolyte amount", "N/P ratio", "electrode area", "replicates")
"""What decides a life as much as the coating does; a review row gives the first alone."""


def given(row: CellRow) -> tuple[str, ...]:
    """The items of `ITEMS` that the row gives."""
    stated = {name for name, _ in row.details}
    return tuple(item for item in ITEMS if item in stated or (item == "areal capacity" and row.areal_capacity > 0))


def score(row: CellRow) -> float:
    """Share of `ITEMS` that the row gives (0 to 1)."""
    return len(given(row)) / len(ITEMS)


def scores(rows: Sequence[CellRow]) -> dict[str, Any]:
    """Rows that give each item, the mean score, and the score of every row."""
    return {
        "items": {item: sum(item in given(row) for row in rows) for item in ITEMS},
        "mean": round(sum(map(score, rows)) / len(rows), 3) if rows else 0.0,
        "rows": [{"row": row.row, "score": round(score(row), 3)} for row in rows],
    }
