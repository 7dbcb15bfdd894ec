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
    n, fits = halves.n, np.ones(halves.n, dtype=bool) if fit is None else fit
    enters = halves.complete & fits
    if n:
        enters[-1] = True
    test = values if tested is None else tested

    def is_odd(usual: FloatArray) -> BoolArray:
        with np.errstate(invalid="ignore"):
            return np.asarray(fits & np.isfinite(usual) & (((low * usual <= test) & (test < high * usual)) != outside))

    # until the first odd one all enter the history: that part needs no loop where the currents are alike
    usual = _running_median(halves, values, enters, current_spread)
    odd = np.zeros(n, dtype=bool) if usual is None else is_odd(usual)
    if usual is not None and not odd.any():
        return History(usual, odd)
    first = 0 if usual is None else int(np.argmax(odd))
    tail = _one_by_one(halves, values, enters, current_spread, first, lambda k, u: bool(
        fits[k] and (low * u <= test[k] < high * u) != outside))  # fmt: skip
    known = np.full(n, np.nan) if usual is None else usual
    return History(np.concatenate([known[:first], tail.usual]), np.concatenate([np.zeros(first, dtype=bool), tail.odd]))


def _running_median(
    halves: HalfCycles, values: FloatArray, enters: BoolArray, current_spread: float
) -> FloatArray | None:
    """By half-cycle: the median of the two or three of its sign before that enter; None for unlike currents."""
    usual = np.full(halves.n, np.nan)
    for sign in (-1, 1):
        mine = np.flatnonzero(halves.sign == sign)
        past = mine[enters[mine]]
        current = halves.current_A[mine]
        if mine.size and current.max() > current_spread * current.min():
            return None
        if past.size < 2:
            continue
        value = values[past]
        before = np.searchsorted(past, mine)  # how many came in front
        pair = 0.5 * (value[:-1] + value[1:])
        low, high = np.minimum(value[:-2], value[1:-1]), np.maximum(value[:-2], value[1:-1])
        three = np.maximum(low, np.minimum(high, value[2:]))
        usual[mine[before == 2]] = pair[0]
        many = before >= 3
        usual[mine[many]] = three[before[many] - 3]
    return usual


def _one_by_one(
    halves: HalfCycles, values: FloatArray, enters: BoolArray, current_spread: float, start: int,
    is_odd: Callable[[int, float], bool],
) -> History:  # fmt: skip
    """The history from half-cycle `start` on, none before which is odd."""
    value, current, entering = values.tolist(), halves.current_A.tolist(), enters.tolist()
    signs = halves.sign.tolist()
    past: dict[int, list[int]] = {-1: [], 1: []}
    for k in np.flatnonzero(enters[:start])[-4 * _LOOK_BACK :].tolist():
        past[signs[k]].append(k)
    usual, odd = [math.nan] * (halves.n - start), [False] * (halves.n - start)
    for k in range(start, halves.n):
        mine, least, most = past[signs[k]], current[k] / current_spread, current[k] * current_spread
        alike: list[float] = []
        for j in mine[: -_LOOK_BACK - 1 : -1]:
            if least <= current[j] <= most:
                alike.append(value[j])
                if len(alike) == _REMEMBERED:
                    break
        if len(alike) >= 2:
            alike.sort()
            level = alike[1] if len(alike) == _REMEMBERED else 0.5 * (alike[0] + alike[1])
            usual[k - start] = level
            odd[k - start] = is_odd(k, level)
        if entering[k] and not odd[k - start]:
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
