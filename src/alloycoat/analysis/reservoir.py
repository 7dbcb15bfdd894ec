"""The reservoir method: the efficiency of metal plated and stripped from a reservoir on copper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.analysis.grouped import BoolArray
from alloycoat.analysis.halves import HalfCycles

_CUT_OFF_RISE, _CUT_OFF_SHARE = 2.0, 0.5
_LEAST_CYCLES, _SAME_CHARGE, _LEAST_RESERVOIR = 3, 0.1, 1.1


@dataclass(frozen=True, slots=True)
class Reservoir:
    """What the reservoir method gives, all on measured charges (C).

    efficiency: None where it is not finished, `reason` then says so. n: cycles of the charge Q_c (mean);
    reservoir_C: Q_t; final_strip_C: Q_s; conditioning_efficiency: of the full cycle before, None without one.
    """

    efficiency: float | None
    n: int
    cycled_C: float  # noqa: N815 -- C is the unit
    reservoir_C: float  # noqa: N815 -- C is the unit
    final_strip_C: float | None  # noqa: N815 -- C is the unit
    conditioning_efficiency: float | None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands in json documents."""
        return {
            "efficiency": self.efficiency, "n": self.n, "cycled_C": self.cycled_C, "reservoir_C": self.reservoir_C,
            "final_strip_C": self.final_strip_C, "conditioning_efficiency": self.conditioning_efficiency,
            "reason": self.reason,
        }  # fmt: skip


def cut_offs(halves: HalfCycles) -> BoolArray:
    """By half-cycle: stripping that ended at its voltage cut-off, far above its settled voltage.

    Far: more than twice the settled voltage, and at least half of the highest end of a stripping.
    """
    strips = halves.sign > 0
    highest = float(np.max(halves.end_V[strips], initial=0.0))
    far = halves.end_V > np.maximum(_CUT_OFF_RISE * halves.voltage_V, 0.0)
    return np.asarray(strips & far & (halves.end_V >= _CUT_OFF_SHARE * highest))


def reservoir(halves: HalfCycles) -> Reservoir | None:
    r"""The reservoir method of a half cell, None where the record does not show one.

    CE = (n Q_c + Q_s)/(n Q_c + Q_t): a reservoir Q_t is plated, n times Q_c is stripped and plated, and what is
    left, Q_s, is stripped to the cut-off; here with the measured charges, sum stripped over sum plated (Aurbach,
    Gofer and Langzam 1989, doi 10.1149/1.2096425; the form with one conditioning cycle before: Adams, Zheng,
    Ren, Xu and Zhang 2018, doi 10.1002/aenm.201702097). Recognized by at least three strippings of one charge
    (within a tenth) in a row that end by time, each followed by a plating of the same charge, behind a plating
    of at least 1.1 times as much.
    """
    if halves.n < 2 * _LEAST_CYCLES + 1:
        return None
    start = 0 if halves.sign[0] < 0 else 1
    plate, strip = np.arange(start, halves.n, 2), np.arange(start + 1, halves.n, 2)
    reached = cut_offs(halves)[strip]
    plated, stripped = halves.charge_C[plate], halves.charge_C[strip]
    by_time = np.flatnonzero(~reached)
    if by_time.size < _LEAST_CYCLES:
        return None
    first = int(by_time[0])
    later = np.flatnonzero(reached[first:])
    n = int(later[0]) if later.size else reached.size - first
    if n < _LEAST_CYCLES or (not later.size and halves.n - strip[-1] > 2):
        return None
    cycled = stripped[first : first + n]
    again = plated[first + 1 : first + n + 1]
    usual = float(np.median(cycled))
    if not (usual > 0 and plated[first] >= _LEAST_RESERVOIR * usual):
        return None
    same = np.concatenate([cycled, again[: n if later.size else n - 1]])
    if np.any(np.abs(same / usual - 1) > _SAME_CHARGE):
        return None
    conditioning = float(stripped[first - 1] / plated[first - 1]) if first and plated[first - 1] > 0 else None
    mean, total = float(cycled.mean()), float(plated[first])
    if not later.size:
        why = "the reservoir was not stripped to its cut-off up to the end of the record"
        return Reservoir(None, n, mean, total, None, conditioning, why)
    final = float(stripped[first + n])
    efficiency = (float(cycled.sum()) + final) / (total + float(again.sum()))
    why = (
        "" if conditioning is not None else "there is no conditioning cycle before: side reactions of the copper count"
    )
    return Reservoir(efficiency, n, mean, total, final, conditioning, why)
