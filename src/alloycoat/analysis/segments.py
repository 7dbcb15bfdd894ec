"""Where current flows and which way: rows to rest and half-cycles, by the sign of the current alone.

Vendor cycle and step numbers are not trusted; a step number is used only to move the first row of a step,
which some cyclers write with the current of the step before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alloycoat.record import CyclingRecord, FloatArray

_NO_CURRENT_A = 1e-30  # below, ratios overflow; one electron a second is 1.6e-19 A

StateArray = NDArray[np.int8]
IndexArray = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """Rows told apart: `state` -1, 0, +1 by row; half-cycles of `sign` from row `first` to before `stop`.

    `current_A` is the current with misplaced rows corrected; `weight_s` the time each row stands for, zero at
    rest. A half-cycle reaches from one change of sign to the next: rests, rate steps and constant-voltage
    tails inside belong to it.
    """

    state: StateArray
    current_A: FloatArray  # noqa: N815 -- A is the unit
    weight_s: FloatArray
    first: IndexArray
    stop: IndexArray
    sign: StateArray

    @property
    def n(self) -> int:
        """Number of half-cycles."""
        return int(self.first.size)


def largest_current(current_A: FloatArray) -> float:
    """The largest |I| that lasts for two rows of one sign, in A: a single odd row does not set the scale."""
    if current_A.size < 2:
        return float(np.max(np.abs(current_A), initial=0.0))
    same = np.sign(current_A[1:]) == np.sign(current_A[:-1])
    lasting = np.minimum(np.abs(current_A[1:]), np.abs(current_A[:-1])) * same
    return float(lasting.max()) or float(np.max(np.abs(current_A)))


def _runs(state: StateArray) -> tuple[IndexArray, IndexArray]:
    """First row and length of each run of equal states."""
    first = np.concatenate([[0], np.flatnonzero(np.diff(state)) + 1])
    return first, np.diff(np.append(first, state.size))


def _move_step_starts(state: StateArray, current: FloatArray, step: NDArray[np.int64]) -> None:
    """Give the first row of a step the state of the rest of it, where it still carries the one before."""
    starts = np.flatnonzero(np.diff(step)) + 1
    starts = starts[(starts + 1 < step.size)]
    starts = starts[step[starts] == step[starts + 1]]
    late = starts[(state[starts] == state[starts - 1]) & (state[starts] != state[starts + 1])]
    state[late] = state[late + 1]
    current[late] = current[late + 1]


def _drop_single_rows(state: StateArray, current: FloatArray) -> None:
    """Single odd rows take the state of their neighbors, or rest where the neighbors differ."""
    first, length = _runs(state)
    flowing = length[state[first] != 0]
    if flowing.size == 0 or np.median(flowing) < 3:
        return  # a sparse record: its single rows are all there is
    for k in np.flatnonzero(length == 1):
        if 0 < k < first.size - 1 and length[k - 1] > 1 and length[k + 1] > 1:
            row, before, after = first[k], state[first[k] - 1], state[first[k] + 1]
            if before == after:
                state[row], current[row] = before, current[row - 1]
            elif state[row] != 0:
                state[row], current[row] = 0, 0.0


def _weights(time: FloatArray, state: StateArray) -> FloatArray:
    """The time each row stands for, in s.

    Half of each neighboring interval within a run (the trapezoid); of an interval across a change, half, but
    no more than half of the interval on the row's own side: a long gap in the record is nobody's charge.
    """
    interval = np.diff(time)
    weight = np.zeros(time.size)
    same = state[1:] == state[:-1]
    inside = np.where(same, interval, 0.0)
    weight[1:] += 0.5 * inside
    weight[:-1] += 0.5 * inside
    across = np.flatnonzero(~same)
    before = np.where(across > 0, inside[across - 1], 0.0)
    behind = np.where(across + 1 < interval.size, inside[np.minimum(across + 1, interval.size - 1)], 0.0)
    # a run of one row has no interval of its own: the gap is all that is known
    own_before = np.where(before > 0, np.minimum(before, interval[across]), interval[across])
    own_behind = np.where(behind > 0, np.minimum(behind, interval[across]), interval[across])
    np.add.at(weight, across, 0.5 * own_before)
    np.add.at(weight, across + 1, 0.5 * own_behind)
    weight[state == 0] = 0.0
    return weight


def segment(record: CyclingRecord, rest_current: float = 0.002) -> Segments:
    """Rest and half-cycles of a record; |I| up to `rest_current` times the largest lasting |I| is rest."""
    current = record.current_A.copy()
    dead_band = max(rest_current * largest_current(current), _NO_CURRENT_A)
    state = np.where(np.abs(current) > dead_band, np.sign(current), 0).astype(np.int8)
    if record.step is not None:
        _move_step_starts(state, current, record.step)
    _drop_single_rows(state, current)
    flowing = np.flatnonzero(state)
    signs = state[flowing]
    turns = np.flatnonzero(np.diff(signs)) + 1
    if flowing.size == 0:
        empty = np.zeros(0, dtype=np.intp)
        return Segments(state, current, np.zeros(record.n), empty, empty, np.zeros(0, dtype=np.int8))
    first = flowing[np.concatenate([[0], turns])]
    stop = flowing[np.concatenate([turns - 1, [flowing.size - 1]])] + 1
    return Segments(state, current, _weights(record.time_s, state), first, stop, state[first])
