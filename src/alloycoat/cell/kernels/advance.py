"""One step at constant current by the compiled solver: what checks and benchmarks compare with `twin.advance`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import protocol
from alloycoat.cell.kernels.parameters import ORDER_SIZE, Outcome, Parameters, pack

Array = NDArray[np.float64]


def advance(
    initial: Array, current: float, until: float, times: Array, stop: float, tolerance: float, p: Parameters
) -> Outcome:
    """Constant current for `until` seconds from the modes `initial`.

    initial: `p.grid.to_modes @ c`, c in mol/m3; current: A/m2, positive strips the working electrode; until: s;
    times: samples in s, rising, within (0, until]; stop: |V| in V that ends the step (inf: none); tolerance:
    error of a time step as a share of c0.
    """
    count = len(times)
    orders = np.zeros((1, ORDER_SIZE))
    orders[0] = current, until, math.inf, stop, 0.0, count, 1.0, 0.0, count
    packed, salt = pack(p), np.array(initial, dtype=float)[None]
    lanes = protocol.Lanes(packed.grid, packed.knots, packed.rows[None], packed.numbers[None])
    log = protocol.make_log(1, count + 1, every=True, surfaces=True)
    samples = np.asarray(times, dtype=float)
    work = protocol.make_work(len(salt[0]), orders)
    protocol.make_run()(orders, samples, 1, 1, -1.0, tolerance, lanes, salt, 0, 1, log, *work)
    told, time = log.told[0], float(log.measured[0, protocol.DURATION])
    rows, filled = int(told[protocol.ROWS]), int(np.sum(samples <= time))
    seen = np.full((3, count + 1), np.nan)
    seen[:, :filled] = log.rows[0, 1:, :filled]
    seen[:, filled] = log.rows[0, 1:, rows - 1] if rows else math.copysign(math.inf, current)
    return Outcome(
        int(told[protocol.STATUS]), time, filled, int(told[protocol.STEPS]), int(told[protocol.EVALUATIONS]),
        seen[0], seen[1], seen[2], salt[0],
    )  # fmt: skip
