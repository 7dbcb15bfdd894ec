"""`Prediction`: distributions of lives and polarizations with where they come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.calibration.cases import Case
from alloycoat.calibration.likelihood import Predictive

LEVELS = (0.5, 0.8)
"""Probability inside the two intervals."""
RANK = (
    "The 43 published pairs of cells come from 28 papers of about 21 laboratories: they cannot rank coating metals, so "
    "no prediction here depends on the coating element."
)
UNITS = {"life": ("h", 3600.0, "s"), "ratio": ("", 1.0, ""), "begin": ("V", 1.0, "V"), "end": ("V", 1.0, "V")}
"""Last word of a quantity -> (unit for people, factor to SI, SI unit)."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """One quantity as a distribution: median, 50 and 80 % interval, in h, V or as a ratio.

    given: what was known of the own bare cell. model: name and words of what predicts it. factor: typical miss as
    a factor, exp(mean absolute error of ln) over the published rows left out; coverage: share of them inside the
    80 % interval.
    """

    quantity: str
    given: str
    median: float
    interval_50: tuple[float, float]
    interval_80: tuple[float, float]
    model: str
    words: str
    factor: float | None = None
    coverage: float | None = None

    @property
    def unit(self) -> str:
        """Unit of the numbers: h, V or none."""
        return UNITS[self.quantity.rpartition("-")[2]][0]

    def to_json(self) -> dict[str, Any]:
        """Keys with SI units: `bare_life_s`, its 10-90 % interval, its 50 % interval, model and score."""
        _, scale, si = UNITS[self.quantity.rpartition("-")[2]]
        key = self.quantity.replace("-", "_") + (f"_{si}" if si else "")
        return {
            key: self.median * scale, f"{key}_interval": [end * scale for end in self.interval_80],
            f"{key}_interval_50": [end * scale for end in self.interval_50], "model": self.model,
            "model_says": self.words,
            "typical_factor": self.factor, "coverage_80": self.coverage,
        }  # fmt: skip


def of(
    quantity: str, given: str, found: Predictive, model: str, words: str, factor: float | None = None,
    coverage: float | None = None,
) -> Predicted:  # fmt: skip
    """The first distribution of `found` (natural logarithms) as a `Predicted`."""
    ends = [
        tuple(float(np.exp(found.quantile(share)[0])) for share in ((1 - level) / 2, (1 + level) / 2))
        for level in LEVELS
    ]
    middle = float(np.exp(found.mean[0]))
    return Predicted(
        quantity, given, middle, (ends[0][0], ends[0][1]), (ends[1][0], ends[1][1]), model, words, factor, coverage
    )


@dataclass(frozen=True, slots=True)
class Prediction:
    """What is to be expected of a recipe's bare and coated cell.

    blind: from recipe, electrolyte and protocol alone. own: with the own bare cell as well, empty where nothing is
    known of it. mechanistic: lives by the ageing cell with its fitted parameters, shown beside, empty where it cannot
    say (`notes` then says why). extrapolating: in what the recipe leaves the published range.
    """

    case: Case
    blind: tuple[Predicted, ...]
    own: tuple[Predicted, ...]
    mechanistic: tuple[Predicted, ...]
    extrapolating: tuple[str, ...]
    notes: tuple[str, ...]

    def find(self, quantity: str) -> Predicted | None:
        """The best prediction of a quantity: with the own bare cell where that is known, else blind."""
        return next((item for item in (*self.own, *self.blind) if item.quantity == quantity), None)

    def to_json(self) -> dict[str, Any]:
        """The entry `prediction` of `outcome.json`."""
        warnings = list(self.notes)
        if not self.own:
            warnings.append(
                "given_own_bare is empty: nothing is known of an own bare cell (--own-bare, --own-bare-life)"
            )
        unscored = [item for item in (*self.blind, *self.own, *self.mechanistic) if item.factor is None]
        warnings += [f"typical_factor, coverage_80 of {x.quantity} ({x.model}) are null: not scored" for x in unscored]
        return {
            "blind": [item.to_json() for item in self.blind],
            "given_own_bare": [item.to_json() for item in self.own],
            "mechanistic": [item.to_json() for item in self.mechanistic],
            "extrapolating": list(self.extrapolating),
            "warnings": list(dict.fromkeys(warnings)),
        }
