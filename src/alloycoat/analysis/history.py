"""What is usual for a half-cycle: its predecessors of the same sign under the same current."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alloycoat.analysis.cycles import BoolArray, HalfCycles, Trace, flowing_rows, progress, weighted_median
from alloycoat.record import FloatArray

_REMEMBERED = 3
_LOOK_BACK = 24


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """By half-cycle: `usual`, the median of up to three predecessors (NaN without two), and which are odd."""

    usual: FloatArray
    odd: BoolArray


def against_history(
    halves: HalfCycles, values: FloatArray, is_odd: Callable[[int, float], bool], current_spread: float
) -> History:
    """Compare each half-cycle with its predecessors of the same sign and of a similar current.

    Pulses and half-cycles found odd do not enter the history, so that a failed state never becomes usual.
    is_odd(k, usual) decides. current_spread: largest ratio of currents that still compare (1.1, say).
    """
    usual = np.full(halves.n, np.nan)
    odd = np.zeros(halves.n, dtype=bool)
    past: dict[int, list[int]] = {-1: [], 1: []}
    for k in range(halves.n):
        mine = past[int(halves.sign[k])]
        alike = [
            j for j in reversed(mine[-_LOOK_BACK:])
            if 1 / current_spread <= halves.current_A[j] / halves.current_A[k] <= current_spread
        ]  # fmt: skip
        if len(alike) >= 2:
            usual[k] = np.median(values[alike[:_REMEMBERED]])
            odd[k] = is_odd(k, float(usual[k]))
        if not odd[k] and (halves.complete[k] or k == halves.n - 1):
            mine.append(k)
    return History(usual, odd)


def runs_of(flags: BoolArray, stride: int = 1) -> list[tuple[int, int, bool]]:
    """Runs of True at `stride`: (first index, length, whether it reaches the end), in order of index.

    >>> runs_of(np.array([False, True, True, False, True]))
    [(1, 2, False), (4, 1, True)]
    """
    found = []
    for offset in range(stride):
        line = flags[offset::stride]
        padded = np.concatenate([[False], line, [False]])
        edges = np.flatnonzero(padded[1:] != padded[:-1])
        for first, stop in zip(edges[::2], edges[1::2], strict=True):
            found.append((offset + stride * int(first), int(stop - first), bool(stop == line.size)))
    return sorted(found)


def is_lasting(length: int, reaches_end: bool, needed: int) -> bool:
    """Long enough to decide: `needed` in a row, or two where the record ends with them."""
    return length >= needed or (reaches_end and length >= min(2, needed))


@dataclass(frozen=True, slots=True)
class Tail:
    """The last rows of a half-cycle that all meet a condition: from when, how many rows, how long (s)."""

    time_s: float
    rows: int
    duration_s: float


def tail(seen: Trace, k: int, test: Callable[[FloatArray, FloatArray], BoolArray]) -> Tail | None:
    """The tail of half-cycle `k` whose rows meet test(signed voltage in V, |current| in A); None if empty."""
    rows = flowing_rows(seen.segments, k)
    sign = float(seen.halves.sign[k])
    met = test(sign * seen.record.voltage_V[rows], np.abs(seen.segments.current_A[rows]))
    missed = np.flatnonzero(~met)
    start = int(missed[-1]) + 1 if missed.size else 0
    if start == rows.size:
        return None
    return Tail(
        float(seen.record.time_s[rows[start]]),
        int(rows.size - start),
        float(seen.segments.weight_s[rows[start:]].sum()),
    )


def first_tenth(seen: Trace) -> tuple[float, float]:
    """|V| median in the first and in the last tenth of the only half-cycle of an unreversed record, in V."""
    rows = flowing_rows(seen.segments, 0)
    weight = seen.segments.weight_s[rows]
    share, size = progress(weight), np.abs(seen.record.voltage_V[rows])
    values: list[float] = []
    for part in (share <= 0.1, share >= 0.9):
        chosen = part if part.any() else np.arange(rows.size) == (0 if not values else rows.size - 1)
        values.append(weighted_median(size[chosen], weight[chosen]))
    return values[0], values[1]
