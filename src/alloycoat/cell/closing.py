"""The last rows of a record: what a cycler writes down when the cell has failed.

A cell that can carry the current no longer (salt depleted, pores dry, metal gone) runs to the voltage at which the
cycler stops, held up by the double layer of one electrode alone. A cell that is shorted hard does not stop a cycler:
it goes on with the program, at no voltage, until somebody looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.life_run import Run
from alloycoat.cell.orders import Order
from alloycoat.chemistry.tables import by_subject
from alloycoat.record import Ended

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
_RUNS_OFF = (Ended.depletion, Ended.metal_exhausted, Ended.dry_pores)
_RISE = 10
"""Rows of the rise to the limit: a cycler that records by voltage too writes at least these."""
LEFT_ALONE = 2
"""Whole cycles that the cycler does with a shorted cell before it is taken off."""


def closing_rows(run: Run, ended: Ended) -> tuple[Array, Numbers]:
    """Rows (s, A, V) and marks (cycle, step) behind the last sample of a run; none where nothing follows.

    ended: why the run ended. Salt depleted, pores dry or metal gone: the voltage rises by i/C to the limit of the
    step or of the test, C the capacitance of one double layer (`chemistry/data/impedance.csv`, assumed). Hard short:
    0 V (a metallic contact) for the rest of the step and LEFT_ALONE more cycles of the program; a step that holds a
    voltage would overload the cycler and is its end.
    """
    if run.broke is None or not run.samples:
        return np.empty((3, 0)), np.empty((2, 0), dtype=np.int64)
    orders, at, spent, cycle = run.broke
    time, _, volts = (float(x) for x in run.samples[-1][:, -1])
    if ended in _RUNS_OFF:
        rows = _rise(orders[at], time, volts, run.area)
        return rows, np.tile(np.array([[cycle], [at + 1]]), rows.shape[1])
    if ended is Ended.hard_short:
        return _shorted(run, orders, at, spent, cycle, time)
    return np.empty((3, 0)), np.empty((2, 0), dtype=np.int64)


def _rise(order: Order, time: float, volts: float, area: float) -> Array:
    """From the last voltage to that at which the cycler stops."""
    limit, i = min(order.stop, order.cutoff), order.current
    if order.hold is not None or i == 0.0 or not abs(volts) < limit:
        return np.empty((3, 0))
    levels = np.linspace(volts, math.copysign(limit, i), _RISE + 1)[1:]
    return np.array([time + _capacitance() * (levels - volts) / i, np.full(_RISE, i * area), levels])


def _capacitance() -> float:
    """Of one double layer, F/m2."""
    return float(by_subject("impedance")["double layer"]["capacitance"].quantity("F/m**2").value)


def _shorted(
    run: Run, orders: tuple[Order, ...], at: int, spent: float, cycle: int, time: float
) -> tuple[Array, Numbers]:  # fmt: skip
    rows, marks, begin = [np.empty((3, 0))], [np.empty((2, 0), dtype=np.int64)], time - spent
    for number, step, order, past in _left(run, orders, at, spent, cycle):
        if order.hold is not None:
            break
        times = np.append(past, order.times[order.times > past])
        marks.append(np.tile(np.array([[number], [step]]), times.size))
        rows.append(np.array([begin + times, np.full(times.size, order.current * run.area), np.zeros(times.size)]))
        begin += float(times[-1])
        if order.until > times[-1]:  # ends at a voltage that a shorted cell never has
            break
    return np.concatenate(rows, axis=1), np.concatenate(marks, axis=1)


def _left(
    run: Run, orders: tuple[Order, ...], at: int, spent: float, cycle: int
) -> Iterator[tuple[int, int, Order, float]]:
    """What is left of the program: number of the cycle, of the step, order, s of it that have passed."""
    for step in range(at, len(orders)):
        yield cycle, step + 1, orders[step], spent if step == at else 0.0
    program = (each for each, count in run.program for _ in range(count))
    for number, following in enumerate(program, start=1):
        if cycle < number <= cycle + LEFT_ALONE:
            for step, order in enumerate(following, start=1):
                yield number, step, order, 0.0
        elif number > cycle + LEFT_ALONE:
            return
