"""What a rate step says: the critical current density, the first one at which a cell fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from alloycoat.cell import Lives
from alloycoat.outcome import Outcome
from alloycoat.recipe import Protocol
from alloycoat.recipe.rate_step import RATE_STEP
from alloycoat.record import CyclingRecord
from alloycoat.sources import Estimate


@dataclass(frozen=True, slots=True)
class Critical:
    """Current densities in A/m2.

    first_failed: of the cycle in which the first criterion of failure was met, None where none was.
    highest_passed: of the last whole cycle before, None where the very first failed. sampled: median and 10-90 %
    of the sampled cells, each until it ended by itself; infinite beyond the last current density.
    """

    first_failed: float | None
    highest_passed: float | None
    last: float
    sampled: Estimate | None


def critical(protocol: Protocol, record: CyclingRecord, outcome: Outcome, lives: Lives | None) -> Critical | None:
    """The critical current density of a rate step; None for another protocol."""
    if protocol.name != RATE_STEP:
        return None
    levels = [abs(block.steps[0].value) for block in protocol.steps.blocks for _ in range(block.cycles)]
    done = len(levels) if record.cycle is None else int(record.cycle[-1])
    failed = None
    if outcome.failure_time_s is not None and record.cycle is not None:
        row = min(int(np.searchsorted(record.time_s, outcome.failure_time_s)), record.n - 1)
        failed = max(1, int(record.cycle[row]))
    passed = (done if failed is None else failed - 1) - 1
    return Critical(
        first_failed=None if failed is None else levels[min(failed, len(levels)) - 1],
        highest_passed=levels[passed] if passed >= 0 else None,
        last=levels[-1],
        sampled=_sampled(levels, lives),
    )


def _sampled(levels: Sequence[float], lives: Lives | None) -> Estimate | None:
    if lives is None:
        return None
    found = [
        levels[min(int(cycles), len(levels) - 1)] if seen else np.inf
        for cycles, seen in zip(lives.cycles, lives.observed, strict=True)
    ]
    low, middle, high = (float(np.quantile(found, q, method="inverted_cdf")) for q in (0.1, 0.5, 0.9))
    return Estimate(middle, low, high)
