"""Every pair of cells of Table 3 beside what a fit without its paper predicts for it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.calibration import shipped as tables
from alloycoat.calibration.cases import TRUTHS
from alloycoat.literature.rows import CellRow

AGREES, DISAGREES, NOT_PRINTED = "agrees", "disagrees", "cannot be predicted because nothing is printed to compare"
LEVEL = 0.8
QUANTITIES = (
    ("bare_life_h", "bare-life", "nothing"), ("bare_begin_V", "bare-begin", "nothing"),
    ("bare_end_V", "bare-end", "nothing"), ("coated_life_blind_h", "coated-life", "nothing"),
    ("coated_life_h", "coated-life", "own bare"), ("life_ratio", "life-ratio", "own bare"),
    ("coated_begin_V", "coated-begin", "own bare"), ("coated_end_V", "coated-end", "own bare"),
)  # fmt: skip
"""(key, quantity, what is given of the row's own bare cell) of what is compared."""
HEADLINE = "coated_life_h"
"""The quantity whose verdict is the row's."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One quantity of a row: printed (low, high), predicted (10 %, median, 90 %), ratio of median to a printed value.

    within_x2: None where only a bound is printed.
    """

    key: str
    printed: tuple[float | None, float | None]
    predicted: tuple[float, float, float]
    ratio: float | None
    within_x2: bool | None
    verdict: str
    model: str


@dataclass(frozen=True, slots=True)
class ReproducedCell:
    """One pair of cells: its comparisons, the verdict on the coated life given the own bare cell, the reason."""

    row: int
    ref: int
    anode: str
    element: str
    comparisons: tuple[Comparison, ...]
    verdict: str
    reason: str

    def find(self, key: str) -> Comparison | None:
        """One comparison by its key."""
        return next((item for item in self.comparisons if item.key == key), None)

    @property
    def ratio(self) -> float | None:
        """Predicted over printed coated life, None where only a bound is printed."""
        found = self.find(HEADLINE)
        return None if found is None else found.ratio

    def to_json(self) -> dict[str, Any]:
        """The row as `alloycoat reproduce --json` prints it."""
        predicted: dict[str, Any] = {}
        for item in self.comparisons:
            low, middle, high = item.predicted
            predicted |= {item.key: middle, f"{item.key}_interval": [low, high]}
        return {
            "table": "cell", "row": self.row, "ref": self.ref, "anode": self.anode, "element": self.element,
            "printed": {item.key: _text(item.printed) for item in self.comparisons}, "predicted": predicted,
            "ratio": self.ratio, "verdict": self.verdict,
            "verdicts": {item.key: item.verdict for item in self.comparisons},
            "models": {item.key: item.model for item in self.comparisons}, "reason": self.reason,
        }  # fmt: skip


def _text(printed: tuple[float | None, float | None]) -> str:
    low, high = printed
    if low is not None and low == high:
        return f"{low:.4g}"
    if high is None:
        return f">{low:.4g}" if low is not None else ""
    return f"<{high:.4g}" if low is None else f"{low:.4g}-{high:.4g}"


def compare(key: str, low: float, high: float, held: tables.Held) -> Comparison:
    """The comparison of a truth (ends of the natural logarithm, infinite where unbounded) with its prediction.

    agrees: the 80 % interval holds the printed value, or does not lie beyond the printed bound.
    """
    tail = (1.0 - LEVEL) / 2.0
    ends = [float(held.predicted.quantile(share)[0]) for share in (tail, 1.0 - tail)]
    middle = float(held.predicted.mean[0])
    exact = low == high
    agrees = ends[0] <= high and ends[1] >= low
    off = middle - low
    printed = [math.exp(end) if math.isfinite(end) else None for end in (low, high)]
    return Comparison(
        key=key, printed=(printed[0], printed[1]),
        predicted=(math.exp(ends[0]), math.exp(middle), math.exp(ends[1])), ratio=math.exp(off) if exact else None,
        within_x2=abs(off) <= math.log(2.0) + 1e-9 if exact else None, verdict=AGREES if agrees else DISAGREES,
        model=held.model,
    )  # fmt: skip


def held_for(quantity: str, given: str, row: int, anode: str) -> tables.Held | None:
    """The held-out prediction of a row: by the models of lithium for lithium, else by those of all metals."""
    for scope in ("Li", "all") if anode == "Li" else ("all",):
        found = tables.held_out().get((quantity, given, scope, row))
        if found is not None:
            return found
    return None


def first_of_bare_cell(rows: Sequence[CellRow]) -> dict[int, int]:
    """Row -> the first row with its bare cell, under which the bare cell was held out."""
    first: dict[tuple[str, str], int] = {}
    return {row.row: first.setdefault((row.paper.key, row.bare_cell), row.row) for row in rows}


def reproduce_cell(row: CellRow, bare_row: int) -> ReproducedCell:
    """One row of Table 3; every prediction comes from a fit that saw no row of its paper."""
    found = []
    for key, quantity, given in QUANTITIES:
        low, high = TRUTHS[quantity](row)
        if not np.isfinite([low, high]).any():
            continue
        held = held_for(quantity, given, bare_row if quantity.startswith("bare") else row.row, row.anode)
        if held is not None:
            found.append(compare(key, low, high, held))
    verdict, reason = _overall(row, found)
    return ReproducedCell(row.row, row.ref, row.anode, row.element, tuple(found), verdict, reason)


def _overall(row: CellRow, found: list[Comparison]) -> tuple[str, str]:
    head = next((item for item in found if item.key == HEADLINE), None)
    if head is None:
        return NOT_PRINTED, "no life of the coated cell is printed"
    words = []
    off = [item.key for item in found if item.verdict == DISAGREES and item.key != HEADLINE]
    if head.within_x2 is False and head.verdict == AGREES:
        words.append("inside the interval, but off by more than a factor of two")
    if head.ratio is None:
        words.append("only a bound is printed")
    if off:
        words.append("outside the interval: " + ", ".join(off))
    if any(flag.endswith("activation_or_soft_short") for flag in row.flags):
        words.append("activation or soft short: two numbers cannot tell")
    return head.verdict, "; ".join(words)


def reproduce_cells(rows: Sequence[CellRow]) -> tuple[ReproducedCell, ...]:
    """Every row of Table 3."""
    first = first_of_bare_cell(rows)
    return tuple(reproduce_cell(row, first[row.row]) for row in rows)
