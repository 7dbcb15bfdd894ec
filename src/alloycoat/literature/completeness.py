"""How much of what a benchmark needs a row says: areal capacity, electrolyte amount, N/P, area, replicates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alloycoat.literature.rows import BENCHMARK_ITEMS, CellRow, benchmark_given


def score(row: CellRow) -> float:
    """Share of `BENCHMARK_ITEMS` that the row gives (0 to 1)."""
    return len(benchmark_given(row)) / len(BENCHMARK_ITEMS)


def scores(rows: Sequence[CellRow]) -> dict[str, Any]:
    """Rows that give each item, the mean score, and the score of every row."""
    return {
        "items": {item: sum(item in benchmark_given(row) for row in rows) for item in BENCHMARK_ITEMS},
        "mean": round(sum(map(score, rows)) / len(rows), 3) if rows else 0.0,
        "rows": [{"row": row.row, "score": round(score(row), 3)} for row in rows],
    }
