"""What the review prints of full cells beside what this run gives: number, interval, whether the print lies inside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.literature import ClaimRow
from alloycoat.report.full_job import FullSide
from alloycoat.sources import Estimate

INSIDE, OUTSIDE, NOT_REACHED, NO_NUMBER = "inside", "outside", "the test is shorter", "no number"


@dataclass(frozen=True, slots=True)
class Compared:
    """One printed number of one side and what this run has for it; value None where it has nothing."""

    side: str
    printed: float
    unit: str
    value: Estimate | None
    verdict: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the json document; infinite lives are null."""
        ends = None if self.value is None else [self.value.low, self.value.high]
        return {
            "side": self.side, "printed": self.printed, "unit": self.unit,
            "simulated": None if self.value is None or math.isinf(self.value.value) else self.value.value,
            "simulated_interval": None if ends is None else [None if math.isinf(x) else x for x in ends],
            "verdict": self.verdict,
        }  # fmt: skip


def compare(row: ClaimRow, sides: Sequence[FullSide], cycles: int) -> tuple[Compared, ...]:
    """The printed numbers of a claim that this run has a counterpart for.

    Retention: capacity of the printed cycle over the best of the first three. Cycles: to 80 % of the first capacity.
    The verdict says whether the print lies within the interval of the samples; loading, excess and rate may differ.
    """
    found = []
    for printed, label in zip(row.values, _labels(row), strict=True):
        side = next((one for one in sides if one.name == label), None)
        if side is None:
            continue
        if row.quantity == "retention":
            number = int(float(dict(row.conditions).get("cycles", "0").split()[0]))
            value = _kept(side, number, cycles)
            verdict = NOT_REACHED if value is None else _verdict(printed, value)
            found.append(Compared(side.name, printed, "%", value, verdict))
        elif row.unit == "cycles":
            alive = math.isinf(side.life.high) and cycles < printed
            beyond = row.relation in ("above", "at least") and side.life.high >= printed
            verdict = NOT_REACHED if alive else INSIDE if beyond else _verdict(printed, side.life)
            found.append(Compared(side.name, printed, "cycles", side.life, verdict))
    return tuple(found)


def _labels(row: ClaimRow) -> list[str]:
    """Which side each printed number is of."""
    if row.value_labels and set(row.value_labels) <= {"bare", "coated"}:
        return list(row.value_labels)
    return ["bare" if "bare" in row.claim.casefold() else "coated"] * len(row.values)


def _verdict(printed: float, value: Estimate) -> str:
    return INSIDE if value.low <= printed <= value.high else OUTSIDE


def _kept(side: FullSide, number: int, cycles: int) -> Estimate | None:
    """Capacity kept in cycle `number`, %."""
    if not 3 < number <= cycles:
        return None
    if number == cycles:
        return Estimate(*(100.0 * x for x in (side.retention.value, side.retention.low, side.retention.high)))
    if number > len(side.capacities):
        return Estimate(0.0, 0.0, 0.0)
    first = float(np.max(side.capacities[:3]))
    ends = (side.capacities[number - 1], side.low[number - 1], side.high[number - 1])
    value, low, high = (100.0 * float(x) / first for x in ends)
    return Estimate(value, min(low, value), max(high, value))
