"""What is usual for a half-cycle: its predecessors of the same sign under the same current."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alloycoat.analysis.cycles import Trace, flowing_rows, progress, weighted_median
from alloycoat.analysis.grouped import BoolArray
from alloycoat.analysis.halves import HalfCycles
from alloycoat.record import FloatArray

_REMEMBERED = 3
_LOOK_BACK = 24


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """By half-cycle: `usual`, the median of up to three predecessors (NaN without two), and which are odd."""

    usual: FloatArray
    odd: BoolArray


def against_history(
    halves: HalfCycles,
    values: FloatArray,
    current_spread: float,
    *,
    low: float,
    high: float,
    tested: FloatArray | None = None,
    outside: bool = False,
    fit: BoolArray | None = None,
) -> History:
    """Compare each half-cycle with its predecessors of the same sign and of a similar current.

    Odd is a half-cycle whose `tested` value (else its value) lies from `low` up to below `high` times the usual
    value; with `outside` one that does not. Pulses and half-cycles found odd do not enter the history, so that
    a failed state never becomes usual. fit: the half-cycles whose value can be compared at all. current_spread:
    largest ratio of currents that still compare (1.1, say).
    """
    n = halves.n
    usual, odd = [math.nan] * n, [False] * n
    value, current = values.tolist(), halves.current_A.tolist()
    test = value if tested is None else tested.tolist()
    enters = halves.complete.copy() if fit is None else halves.complete & fit
    if n:
        enters[-1] = True
    entering = enters.tolist()
    counts = [True] * n if fit is None else fit.tolist()
    past: dict[int, list[int]] = {-1: [], 1: []}
    for k, sign in enumerate(halves.sign.tolist()):
        mine, least, most = past[sign], current[k] / current_spread, current[k] * current_spread
        alike = []
        for j in mine[: -_LOOK_BACK - 1 : -1]:
            if least <= current[j] <= most:
                alike.append(value[j])
                if len(alike) == _REMEMBERED:
                    break
        if len(alike) >= 2:
            alike.sort()
            level = alike[1] if len(alike) == _REMEMBERED else 0.5 * (alike[0] + alike[1])
            usual[k] = level
            odd[k] = counts[k] and (low * level <= test[k] < high * level) != outside
        if entering[k] and not odd[k]:
            mine.append(k)
    return History(np.array(usual), np.array(odd, dtype=bool))


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
