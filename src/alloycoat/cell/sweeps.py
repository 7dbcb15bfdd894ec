"""`sweep`: many samples of one cell through the same protocol at once, on several threads."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.design import Cell
from alloycoat.cell.kernels.grid import make_grid
from alloycoat.cell.kernels.parameters import FAILED, INITIAL, pack_grid
from alloycoat.cell.lanes import Numbers, Samples, Settings, make_samples, order_table, points_for
from alloycoat.cell.orders import Order, make_orders, repeats_of
from alloycoat.cell.simulate import ENDS
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import protocol_of
from alloycoat.record import Ended

Array = NDArray[np.float64]
_BATCH = 16  # lanes that a thread takes at a time
_MOST_ROWS = 20_000_000


@dataclass(frozen=True, slots=True)
class Sweep:
    """What each sample showed; one row of the arrays a sample, NaN (step and cycle 0) behind the last instant.

    time_s: from the start of the first cycle that is kept. step, cycle: from 1. cycles: whole ones done; ended: why
    it ended, None where the cycles asked for (or the settled one) were all done. current_density: A/m2 by step.
    """

    time_s: Array
    voltage_V: Array  # noqa: N815 -- unit symbol
    step: Numbers
    cycle: Numbers
    current_density: Array
    cycles: Numbers
    ended: tuple[Ended | None, ...]


def sweep(
    cell: Cell,
    protocol: Any,
    samples: Mapping[str, Array],
    *,
    max_cycles: int | None = None,
    points_per_half_cycle: int = 50,
    settings: Settings | None = None,
    settled: float | None = None,
    every: bool = False,
    threads: int | None = None,
) -> Sweep:
    """Cycle samples of a fresh symmetric cell, each by itself, formation left out.

    samples: arrays of equal length by name (SAMPLED; `draw` makes them). max_cycles: at most so many of the
    protocol's cycles. settled: stop a sample once the salt at the start of a cycle repeats to this share of c0.
    every: keep all cycles, else each sample's last one. threads: at most so many (None: as many as there are
    cores); a sample's numbers are the same bit for bit for any number of threads and in any company.
    Raises RecipeError as `cycle` does, with the number of the sample where it is one's own.
    """
    if cell.kind == "half":
        raise RecipeError("[cell] format: a half cell is solved with ageing only; see cell.lives")
    if points_per_half_cycle < 4:
        raise RecipeError(f"points_per_half_cycle: {points_per_half_cycle} given; at least 4 are needed")
    made, protocol = make_samples(cell, samples), protocol_of(protocol)
    _, orders = make_orders(cell, protocol, points_per_half_cycle)
    cycles = repeats_of(protocol) if max_cycles is None else min(repeats_of(protocol), max_cycles)
    accuracy = settings or Settings()
    size = len(made.rows) * sum(_rows(order) for order in orders) * (cycles if every else 1)
    if size > _MOST_ROWS:
        raise RecipeError(
            f"sweep: {len(made.rows)} samples would be {size:.2g} rows, {_MOST_ROWS:.0e} are allowed; take fewer"
        )
    return run_samples(orders, made, cycles, accuracy, settled, every, threads)


def run_samples(
    orders: tuple[Order, ...],
    made: Samples,
    cycles: int,
    accuracy: Settings,
    settled: float | None = None,
    every: bool = False,
    threads: int | None = None,
) -> Sweep:
    """The work of `sweep`, for orders and samples that are made already."""
    from alloycoat.cell.kernels import protocol  # numba is loaded when a cell is run

    run, (table, times) = protocol.make_run(), order_table(orders)
    same = -1.0 if settled is None else settled
    count, rows = len(made.rows), sum(_rows(order) for order in orders) * (cycles if every else 1)
    most = max(abs(order.current) for order in orders)
    points = np.array([accuracy.volumes or points_for(share) for share in most * made.share], dtype=np.int64)
    lanes_in_turn = np.argsort(points, kind="stable")  # those of one grid side by side
    found = protocol.make_log(count, rows, every)
    jobs = []
    for volumes in sorted(set(points.tolist())):
        begin, end = np.searchsorted(points[lanes_in_turn], (volumes, volumes + 1))
        own = lanes_in_turn[begin:end]
        lanes = protocol.Lanes(pack_grid(make_grid(volumes)), made.knots, made.rows[own], made.numbers[own])
        salt = np.zeros((len(own), volumes))
        salt[:, 0] = made.numbers[own, INITIAL]
        parts = (found.rows[begin:end], found.marks[begin:end], found.told[begin:end], found.measured[begin:end])
        jobs.append((lanes, salt, protocol.Log(*parts, found.every)))

    def batch(job: tuple[Any, ...], begin: int) -> None:
        lanes, salt, log = job
        end, work = min(begin + _BATCH, len(salt)), protocol.make_work(salt.shape[1], table)
        run(table, times, cycles, 1, same, accuracy.tolerance, lanes, salt, begin, end, log, *work)

    with ThreadPoolExecutor(max(1, threads or os.cpu_count() or 1)) as pool:
        list(pool.map(lambda a: batch(*a), [(job, b) for job in jobs for b in range(0, len(job[1]), _BATCH)]))
    return _gather(orders, found, np.argsort(lanes_in_turn))


def _rows(order: Order) -> int:
    """Most rows that an order writes."""
    return max(order.points, len(order.times)) + 1


def _gather(orders: tuple[Order, ...], log: Any, at: Numbers) -> Sweep:
    """The answer; at: where each sample stands in the log."""
    from alloycoat.cell.kernels.protocol import DONE, ORDER, ROWS, START, STATUS

    told, rows, marks = log.told[at], log.rows, log.marks
    for k in np.flatnonzero(told[:, STATUS] == FAILED):
        text = orders[told[k, ORDER]].text
        raise AlloycoatError(f"sample {k + 1}: {text!r}: the salt balance of the cell could not be solved")
    time, voltage, step, cycle = rows[at, 0], rows[at, 1], marks[at, 0], marks[at, 1]
    if not log.every:  # what was written of cycles before stands behind a shorter last one
        behind = np.arange(rows.shape[2]) >= told[:, ROWS, None]
        time[behind], voltage[behind], step[behind], cycle[behind] = np.nan, np.nan, 0, 0
        time -= log.measured[at, START, None]
    currents = np.array([order.current for order in orders])
    ended = tuple(ENDS.get(int(status)) for status in told[:, STATUS])
    return Sweep(time, voltage, step, cycle, currents, told[:, DONE].copy(), ended)
