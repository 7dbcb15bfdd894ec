"""Processor time and memory of `analyze` on a million rows: python benchmarks/analysis_speed.py."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np

from alloycoat.analysis import analyze
from alloycoat.record import CyclingRecord


def record(halves: int, rows: int, fails_at: int | None = None) -> CyclingRecord:
    """A symmetric cell with noise in current and voltage and a nucleation spike."""
    rng = np.random.default_rng(0)
    inside = np.linspace(0, 3600, rows)
    sign = -((-1.0) ** np.arange(halves))[:, None]
    level = np.where(np.arange(halves) < (halves if fails_at is None else fails_at), 0.05, 1.0)[:, None]
    volts = sign * (level + 0.02 * np.exp(-inside / 100)) + 5e-4 * rng.normal(size=(halves, rows))
    current = 1e-3 * sign * (1 + 1e-4 * rng.normal(size=(halves, rows)))
    clock = 3600.0 * np.arange(halves)[:, None] + inside
    return CyclingRecord(clock.ravel(), current.ravel(), volts.ravel(), cell_kind="symmetric", area_m2=1e-4)


def main() -> None:
    analyze(record(100, 50))  # imports
    print("| rows | half-cycles | failure | s (processor, best of 5) | peak memory over numeric content |")
    print("|---|---|---|---|---|")
    for halves, rows, fails_at in ((20_000, 50, None), (20_000, 50, 10_000), (200, 5000, None), (200_000, 5, None)):
        one = record(halves, rows, fails_at)
        best = np.inf
        for _ in range(5):
            start = time.process_time()
            outcome = analyze(one)
            best = min(best, time.process_time() - start)
        tracemalloc.start()
        analyze(one)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        ratio = peak / (3 * 8 * one.n)
        print(f"| {one.n:,} | {halves:,} | {outcome.failure} | {best:.2f} | {ratio:.1f} |")


if __name__ == "__main__":
    main()
