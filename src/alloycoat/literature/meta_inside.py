"""Trends inside one paper, where laboratory, electrolyte and bare cell are the same: exact permutation tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np

from alloycoat.literature.meta_effects import Datum
from alloycoat.literature.meta_model import Array

SEEN = 0.1
"""Share of all orders, as good or better by chance, up to which a trend counts as seen inside a paper."""
_FEWEST, _MOST_EXACT, _DRAWS = 4, 7, 5000


@dataclass(frozen=True, slots=True)
class Inside:
    """Rank correlation of a ratio with a descriptor among the rows that share a bare cell."""

    paper: str
    correlation: float
    p_value: float
    n_rows: int

    @property
    def seen(self) -> bool:
        """True where chance would order the rows as well in at most `SEEN` of cases."""
        return self.p_value <= SEEN

    @property
    def text(self) -> str:
        """The finding in one sentence."""
        return (
            f"Inside {self.paper} ({self.n_rows} rows, one bare cell) the ranks agree with the claim to "
            f"{self.correlation:.2f}; chance does as well in {100 * self.p_value:.0f} % of orders."
        )

    def to_json(self) -> dict[str, Any]:
        """paper, rank correlation in the sense of the claim, p_value, n_rows."""
        return {
            "paper": self.paper,
            "rank_correlation": round(self.correlation, 3),
            "p_value": round(self.p_value, 4),
            "n_rows": self.n_rows,
        }


def _ranks(values: Sequence[float]) -> Array:
    """Ranks from 1 on, ties sharing their mean."""
    given = np.round(np.asarray(values, dtype=np.float64), 9)
    below = (given[:, None] > given[None, :]).sum(axis=1)
    return np.asarray(below + 0.5 * ((given[:, None] == given[None, :]).sum(axis=1) + 1), dtype=np.float64)


def _correlation(x: Array, y: Array) -> float:
    return float(np.corrcoef(x, y)[0, 1])


def _p_value(x: Array, y: Array) -> float:
    """Share of orders of y whose correlation with x is no smaller: all of them, or drawn where too many."""
    seen = _correlation(x, y) - 1e-12
    if x.size <= _MOST_EXACT:
        orders = [np.array(order) for order in permutations(range(x.size))]
        return float(np.mean([_correlation(x, y[order]) >= seen for order in orders]))
    generator = np.random.default_rng(41)
    drawn = [_correlation(x, generator.permutation(y)) >= seen for _ in range(_DRAWS)]
    return (1.0 + sum(drawn)) / (1.0 + _DRAWS)


def inside_papers(pairs: Sequence[tuple[Datum, float]], *, above: bool) -> list[Inside]:
    """The rank correlation inside each group of rows with one bare cell, four rows or more with exact ratios.

    above: the claim says that the ratio rises with the descriptor. One-sided, in the sense of the claim.
    """
    groups: dict[tuple[str, str], list[tuple[Datum, float]]] = {}
    for datum, x in pairs:
        if datum.exact:
            groups.setdefault((datum.row.paper.key, datum.row.bare_cell), []).append((datum, x))
    found = []
    for (paper, _), members in groups.items():
        ranks = _ranks([value for _, value in members])
        ratios = _ranks([(1.0 if above else -1.0) * datum.lower for datum, _ in members])
        if len(members) < _FEWEST or np.ptp(ranks) == 0 or np.ptp(ratios) == 0:
            continue
        found.append(Inside(paper, _correlation(ranks, ratios), _p_value(ranks, ratios), len(members)))
    return found
