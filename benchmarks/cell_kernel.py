"""The compiled solver of the cell against its slow twin, and whole jobs, measured in one run."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from alloycoat.cell import Settings, cycle, cycle_intervals, draw, symmetric
from alloycoat.cell.kernels import twin
from alloycoat.cell.kernels.advance import advance
from alloycoat.cell.lanes import make_parameters
from alloycoat.recipe import plate_strip


def best_of(work: Callable[[], Any], times: int) -> float:
    """Shortest CPU time of `times` runs, in s."""
    spent = []
    for _ in range(times):
        start = time.process_time()
        work()
        spent.append(time.process_time() - start)
    return min(spent)


def half_cycles(by: Callable[..., Any], p: Any, count: int, tolerance: float) -> np.ndarray:
    """Modes of the salt after `count` half-cycles of one hour at 2 mA/cm2, 50 samples each."""
    modes, samples = p.grid.to_modes @ np.full(len(p.grid.weights), p.initial), np.linspace(72.0, 3600.0, 50)
    for k in range(count):
        modes = by(modes, 20.0 * (-1) ** k, 3600.0, samples, math.inf, tolerance, p).modes
    return modes


def main() -> None:
    start = time.perf_counter()
    from alloycoat.cell.kernels.protocol import make_run

    make_run()
    print(f"numba and the kernel ready (compiled or from the cache): {time.perf_counter() - start:.2f} s\n")
    print(
        f"{'electrolyte':24} {'volumes':>7} {'tolerance':>9} {'kernel ms':>10} {'twin ms':>8} {'ratio':>6} {'apart':>8}"
    )
    for name in ("1 M LiTFSI in DOL/DME", "1 M LiPF6 in EC/DMC"):
        cell = symmetric(anode="Li", electrolyte=name, area="1 cm^2")
        for volumes, tolerance in ((10, 1e-3), (16, 1e-4)):
            p = make_parameters(cell, volumes)
            fast = best_of(lambda p=p, tol=tolerance: half_cycles(advance, p, 40, tol), 5) / 40
            slow = best_of(lambda p=p, tol=tolerance: half_cycles(twin.advance, p, 2, tol), 3) / 2
            apart = np.max(
                np.abs(half_cycles(advance, p, 4, tolerance) - half_cycles(twin.advance, p, 4, tolerance)) / p.initial
            )
            times = f"{1e3 * fast:10.3f} {1e3 * slow:8.1f} {slow / fast:6.0f}"
            print(f"{name:24} {volumes:7d} {tolerance:9.0e} {times} {apart:8.0e}")
    cell = symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2")
    test = plate_strip("2 mA/cm2", "1 h", cycles=600)
    samples = draw(cell, 64)
    jobs: dict[str, Callable[[], Any]] = {
        "600 cycles, repeats reused": lambda: cycle(cell, test),
        "600 cycles, every one solved": lambda: cycle(cell, test, reuse=False),
        "600 cycles, every one solved, 24 volumes, 1e-5": lambda: cycle(
            cell, test, reuse=False, settings=Settings(24, 1e-5)
        ),
        "one periodic cycle of 64 samples": lambda: cycle_intervals(cell, test, samples),
    }
    print()
    for label, job in jobs.items():
        print(f"{label:50} {1e3 * best_of(job, 3):8.1f} ms")


if __name__ == "__main__":
    main()
