"""What the rows can show and what not: detectable ratios, papers that would be needed, rank of the metals."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.literature.meta_effects import MODERATORS, Fit, collect, problem
from alloycoat.literature.meta_model import Array, Posterior, sample
from alloycoat.literature.rows import CellRow

POWER, CONFIDENCE = 0.8, 0.95
"""A difference counts as detectable where `POWER` of tables would show it at `CONFIDENCE`."""
_Z = 1.959964 + 0.841621  # two-sided 95 % and 80 % power, standard normal
ELEMENT_SCATTER = 0.7
"""Prior standard deviation of ln(life ratio) between coating elements, ln 2: a convention, declared."""
_FACTORS = (1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Detectable:
    """The smallest ratio between two groups (or of one to 1) that the table would show; see `POWER`."""

    question: str
    moderator: str
    subset: str
    detectable_ratio: float
    n_rows: int
    n_papers: int

    def to_json(self) -> dict[str, Any]:
        """The entry of `power`."""
        return {
            "question": self.question,
            "quantity": "life-ratio",
            "moderator": self.moderator,
            "subset": self.subset,
            "detectable_ratio": float(f"{self.detectable_ratio:.3g}"),
            "power": POWER,
            "interval_level": CONFIDENCE,
            "n_rows": self.n_rows,
            "n_papers": self.n_papers,
        }


def _detectable(draws: Array) -> float:
    """exp(2.8 s) with s the posterior standard deviation of the logarithm."""
    low, high = np.quantile(draws, [0.1586553, 0.8413447])  # robust against the prior's long tails
    return float(math.exp(_Z * 0.5 * (high - low)))


def detectable(fits: dict[str, Fit], rows: Sequence[CellRow]) -> list[Detectable]:
    """For the overall ratio and between the groups of every moderator, the largest against each other.

    fits: moderator -> fit of the life ratio; "none" is the overall one.
    """
    found = []
    for moderator, fit in fits.items():
        if fit.posterior is None:
            continue
        if moderator == "none":
            effect = fit.effects[0]
            ratio = _detectable(fit.posterior.flat[:, 0])
            found.append(Detectable("any effect at all", moderator, "all", ratio, effect.n_rows, effect.n_papers))
            continue
        found += _between(moderator, fit, fit.posterior, rows)
    return found


def _between(moderator: str, fit: Fit, posterior: Posterior, rows: Sequence[CellRow]) -> list[Detectable]:
    order = sorted(range(len(fit.effects)), key=lambda number: -fit.effects[number].n_papers)
    if len(order) < 2:
        return []
    first = order[0]
    found = []
    for other in order[1:]:
        one, two = fit.effects[first], fit.effects[other]
        ratio = _detectable(posterior.flat[:, other] - posterior.flat[:, first])
        subset = f"{two.subset} against {one.subset}"
        pair = {one.subset, two.subset}
        papers = {row.paper.key for row in rows if MODERATORS[moderator](row) in pair}
        question, size = f"does the {moderator} matter", one.n_rows + two.n_rows
        found.append(Detectable(question, moderator, subset, ratio, size, len(papers)))
    return found


def papers_needed(posterior: Posterior) -> list[dict[str, Any]]:
    """Papers in each of two groups to show a factor between them, one exact row a paper.

    n = 2 (2.8 s / ln f)^2 with s the total scatter of one row of a new laboratory.
    """
    scatter = float(np.median(posterior.total_scatter))
    return [
        {
            "ratio": factor,
            "papers_in_each_group": math.ceil(2 * (_Z * scatter / math.log(factor)) ** 2),
            "power": POWER,
            "interval_level": CONFIDENCE,
        }
        for factor in _FACTORS
    ]


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well the coating elements can be told apart by life ratio, anode and solvent class taken out."""

    elements: tuple[str, ...]
    ratio: tuple[float, ...]
    probability_best: tuple[float, ...]
    n_papers: tuple[int, ...]
    pairs: int
    pairs_apart: int

    @property
    def text(self) -> str:
        """The finding in words."""
        best = int(np.argmax(self.probability_best)) if self.elements else 0
        if not self.elements:
            return "no rows"
        return (
            f"The metals cannot be ranked: {self.pairs_apart} of {self.pairs} pairs of elements are told apart at 95 % "
            f"({math.ceil(0.05 * self.pairs)} would be by chance), and the likeliest best one "
            f"({self.elements[best]}) is the best with a probability of {100 * self.probability_best[best]:.0f} %."
            if self.pairs_apart <= max(math.ceil(0.05 * self.pairs), 1)
            else f"{self.pairs_apart} of {self.pairs} pairs of elements are told apart at 95 %; the likeliest best one "
            f"({self.elements[best]}) is the best with a probability of {100 * self.probability_best[best]:.0f} %."
        )

    def to_json(self) -> dict[str, Any]:
        """The entry `ranking`."""
        lines = zip(self.elements, self.ratio, self.probability_best, self.n_papers, strict=True)
        return {
            "text": self.text,
            "pairs": self.pairs,
            "pairs_told_apart": self.pairs_apart,
            "interval_level": CONFIDENCE,
            "elements": [
                {"element": e, "ratio_to_mean": float(f"{r:.3g}"), "probability_best": round(p, 3), "n_papers": n}
                for e, r, p, n in lines
            ],
        }


def ranking(rows: Sequence[CellRow], seed: int = 51) -> Ranking:
    """Shrunken effect of each coating element on the life ratio beside metal and solvent class."""
    data = collect(rows, "life-ratio")
    elements = tuple(sorted({datum.row.element for datum in data}))
    if not data:
        return Ranking((), (), (), (), 0, 0)
    anodes, classes = (
        tuple(dict.fromkeys(MODERATORS[name](datum.row) for datum in data)) for name in ("anode", "solvent class")
    )
    columns = [[float(datum.row.element == name) for datum in data] for name in elements]
    columns += [[float(datum.row.anode == name) for datum in data] for name in anodes]
    columns += [[float(datum.row.solvent_class == name) for datum in data] for name in classes[1:]]
    scatter = np.array([ELEMENT_SCATTER] * len(elements) + [2.0] * len(anodes) + [1.0] * (len(classes) - 1))
    stated = problem(data, np.array(columns).T)
    stated = type(stated)(stated.lower, stated.upper, stated.design, stated.levels, scatter)
    draws = sample(stated, seed).flat[:, : len(elements)]
    best = np.bincount(np.argmax(draws, axis=1), minlength=len(elements)) / len(draws)
    apart = 0
    for one in range(len(elements)):
        for two in range(one):
            low, high = np.quantile(draws[:, one] - draws[:, two], [0.025, 0.975])
            apart += bool(low > 0 or high < 0)
    papers = tuple(len({datum.row.paper.key for datum in data if datum.row.element == name}) for name in elements)
    ratio = tuple(float(value) for value in np.exp(np.median(draws, axis=0)))
    pairs = len(elements) * (len(elements) - 1) // 2
    return Ranking(elements, ratio, tuple(float(value) for value in best), papers, pairs, apart)
