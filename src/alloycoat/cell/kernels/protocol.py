"""Steps and cycles strung together by the compiled solver, for one cell or for many (lanes), and its entry point."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import grid, laws, parameters, solver
from alloycoat.cell.kernels.grid import make_grid
from alloycoat.cell.kernels.parameters import (
    BEGIN,
    CAPACITY,
    CURRENT,
    CUTOFF,
    ELECTRONIC,
    END,
    FILM,
    FILM_COUNTER,
    FIRST,
    FIXED,
    INITIAL,
    LAYER,
    METAL_GONE,
    NUCLEATION,
    ORDER_SIZE,
    POINTS,
    STOP,
    TIME_REACHED,
    UNTIL,
    VOLTAGE_REACHED,
    pack_grid,
)
from alloycoat.cell.kernels.solver import WORK_ROWS, jit, march, profile
from alloycoat.electrochemistry import butler_volmer, plating_location, transport

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
_share_on_top = jit(plating_location.share_on_top)
_spread_times = jit(laws.spread_times)

# what is told of a lane: how it ended, whole cycles done, order of the end, rows written, time steps, evaluations,
# whether the last cycle began where the one before did, first row of the last cycle, number of the cycle
STATUS, DONE, ORDER, ROWS, STEPS, EVALUATIONS, PERIODIC, LAST_ROW, CYCLE = range(9)
TOLD = 9
# and in numbers: s at the start and in the last cycle; lowest, highest, final charge of it in C/m2; charge passed
START, DURATION, LOW, HIGH, NET, PASSED = range(6)
MEASURED = 6
# rows of the work arrays behind those of `solver`: modes before the order, profiles before and after the cycle; times
START_MODES, BEFORE, AFTER = WORK_ROWS, WORK_ROWS + 1, WORK_ROWS + 2
PACE = 3


class Lanes(NamedTuple):
    """Cells that differ in their numbers only, packed (`parameters.Packed`) with the lane as the first axis."""

    grid: Array
    knots: Array
    rows: Array  # lane, segment, column
    numbers: Array  # lane, scalar


class Log(NamedTuple):
    """What the lanes write: arrays whose first axis is the lane.

    rows: time, voltage, and if there is room both surface concentrations; marks: number of the order and of the
    cycle of each row (from 1 and from 0); every: 1 keeps all cycles, 0 the last one alone.
    """

    rows: Array
    marks: Numbers
    told: Numbers
    measured: Array
    every: int


@jit
def _films(current: float, numbers: Array) -> float:
    """Films of both electrodes and what their layers show at this current (`layer_resistance`), ohm m2."""
    films: float = numbers[FILM] + numbers[FILM_COUNTER]
    for side in range(2):
        layer = numbers[LAYER + side]
        films += layer * (1.0 - _share_on_top(current, layer, numbers[NUCLEATION], numbers[ELECTRONIC]))
    return films


@jit
def _order(
    order: Array, times: Array, modes: Array, tolerance: float, grid: Array, knots: Array, rows: Array, numbers: Array,
    log: Array, marks: Array, told: Numbers, measured: Array, work: Array, seen: Array,
) -> None:  # fmt: skip
    """One order; its rows into log and marks, what came of it into told and measured."""
    current, until, left, pace = order[CURRENT], order[UNTIL], math.inf, seen[PACE]
    if current != 0.0:
        passed = measured[PASSED] if current > 0.0 else -measured[PASSED]
        left = max(0.0, numbers[CAPACITY] - passed) / abs(current)
    until = min(until, left)
    begin, count, points = int(order[BEGIN]), 0, int(order[POINTS])
    while begin + count < int(order[END]) and times[begin + count] <= until:
        pace[count] = times[begin + count]
        count += 1
    for k in range(len(modes)):
        work[START_MODES, k] = modes[k]
    status, time, filled, attempt = METAL_GONE, 0.0, 0, 0
    while until > 0.0 and attempt < 2:
        status, time, filled, steps, used = march(
            modes, current, _films(current, numbers), until, pace[:count], min(order[STOP], order[CUTOFF]), tolerance,
            grid, knots, rows, numbers, work, seen,
        )  # fmt: skip
        told[STEPS] += steps
        told[EVALUATIONS] += used
        attempt += 1
        if attempt == 1 and time < until and 0 < filled < points // 2 and order[FIXED] == 0.0:
            # ended long before its time: sample what there is of it
            _spread_times(time, points, order[FIRST], pace)
            count = points - 1
            for k in range(len(modes)):
                modes[k] = work[START_MODES, k]
        else:
            attempt = 2
    if until > 0.0 and (filled == 0 or pace[filled - 1] < time):
        pace[filled] = time
        filled += 1
    if status == VOLTAGE_REACHED and order[CUTOFF] > order[STOP] and time > 0.0:
        status = TIME_REACHED  # the step ends, the test goes on
    elif status == TIME_REACHED and until < order[UNTIL]:
        status = METAL_GONE
    told[STATUS] = status
    told[ROWS] = _write(log, marks, told, measured[START] + measured[DURATION], filled, seen)
    measured[PASSED] += current * time
    measured[DURATION] += time
    measured[NET] += current * time
    measured[LOW], measured[HIGH] = min(measured[LOW], measured[NET]), max(measured[HIGH], measured[NET])


@jit
def _write(log: Array, marks: Array, told: Numbers, time: float, filled: int, seen: Array) -> int:
    """Rows of one order behind those written so far; the next free row."""
    row: int = told[ROWS]
    for k in range(filled):
        if row < log.shape[1] and abs(seen[0, k]) < math.inf:
            log[0, row], log[1, row] = time + seen[PACE, k], seen[0, k]
            marks[0, row], marks[1, row] = told[ORDER] + 1, told[CYCLE]
            if log.shape[0] == 4:
                log[2, row], log[3, row] = seen[1, k], seen[2, k]
            row += 1
    return row


Run = Callable[[Array, Array, int, int, float, float, Lanes, Array, int, int, Log, Array, Array], None]


def source_stamp() -> int:
    """Checksum of every file that the compiled code is made of: a changed law must not find an old cache."""
    modules = (solver, laws, parameters, grid, butler_volmer, plating_location, transport)
    files = [__file__, *(str(module.__file__) for module in modules)]
    return zlib.crc32(b"".join(Path(file).read_bytes() for file in files))


def _make(stamp: int, keep: bool) -> Run:
    """The entry point; numba files its cache under the values it closes over, here the stamp."""

    @numba.njit(error_model="numpy", cache=keep, nogil=True)
    def run(orders, times, cycles, first, same, tolerance, lanes, states, begin, end, log, work, seen):  # type: ignore[no-untyped-def]
        if stamp < 0:
            return
        grid, n = lanes.grid, states.shape[1]
        for lane in range(begin, end):
            told, measured = log.told[lane], log.measured[lane]
            for cycle in range(first, first + cycles):
                measured[START] += measured[DURATION]
                measured[DURATION] = measured[LOW] = measured[HIGH] = measured[NET] = 0.0
                told[ROWS] *= log.every
                told[LAST_ROW], told[CYCLE] = told[ROWS], cycle
                profile(states[lane], work[BEFORE], grid)
                for number in range(len(orders)):
                    told[ORDER] = number
                    _order(
                        orders[number], times, states[lane], tolerance, grid, lanes.knots, lanes.rows[lane],
                        lanes.numbers[lane], log.rows[lane], log.marks[lane], told, measured, work, seen,
                    )  # fmt: skip
                    if told[STATUS] != TIME_REACHED:
                        break
                if told[STATUS] != TIME_REACHED:
                    break
                told[DONE] += 1
                profile(states[lane], work[AFTER], grid)
                apart = 0.0
                for j in range(n):
                    apart = max(apart, abs(work[AFTER, j] - work[BEFORE, j]))
                if apart <= same * lanes.numbers[lane, INITIAL]:
                    told[PERIODIC] = 1
                    break

    return run


def make_log(lanes: int, rows: int, every: bool, surfaces: bool = False) -> Log:
    """Room for `rows` rows of each lane."""
    return Log(
        np.full((lanes, 4 if surfaces else 2, rows), np.nan), np.zeros((lanes, 2, rows), dtype=np.int64),
        np.zeros((lanes, TOLD), dtype=np.int64), np.zeros((lanes, MEASURED)), int(every),
    )  # fmt: skip


def make_work(volumes: int, orders: Array) -> tuple[Array, Array]:
    """Work arrays of one thread."""
    most = int(max(np.max(orders[:, END] - orders[:, BEGIN]), np.max(orders[:, POINTS])))
    return np.zeros((AFTER + 1, volumes)), np.empty((PACE + 1, most + 1))


def _trial() -> tuple[object, ...]:
    """Arguments of no cell in particular, to compile with: no cycle is run."""
    one = ((1.0,), (1.0,))
    table = transport.tabulate(one, one, ((1.0,), (0.0,)), one)
    lanes = Lanes(pack_grid(make_grid(4)), table.knots, table.rows[None], np.ones((1, CAPACITY + 1)))
    orders = np.zeros((1, ORDER_SIZE))
    return (
        orders,
        np.zeros(1),
        0,
        1,
        0.0,
        1.0,
        lanes,
        np.ones((1, 4)),
        0,
        1,
        make_log(1, 1, True),
        *make_work(4, orders),
    )


@cache
def make_run() -> Run:
    """The compiled `run(orders, times, cycles, first, same, tolerance, lanes, states, begin, end, log, work,
    seen)`.

    orders: one row each (`parameters`: CURRENT to END); times: their sample times in s. cycles: how many at most,
    the first numbered `first`. same: share of c0 by which the salt at both ends of a cycle may differ and count
    as periodic, which ends the run (negative: never). tolerance: error of a time step as a share of c0. lanes:
    the cells; states: modes of the salt of each lane, changed; begin, end: the lanes to run; log: what is told;
    work, seen: `make_work`, of this thread alone.
    A lane is computed by itself: neither its neighbors nor the thread change a bit of it.
    Compiled once for all cells and kept beside the package or in the user's cache folder (NUMBA_CACHE_DIR).
    """
    try:
        run = _make(source_stamp(), keep=True)
        run(*_trial())  # type: ignore[arg-type]  # compiles, or reads what was kept
    except Exception:  # a cache that cannot be written or read is no reason to stop
        run = _make(0, keep=False)
        run(*_trial())  # type: ignore[arg-type]
    return run
