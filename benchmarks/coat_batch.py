"""Ten thousand recipes through `coat` without intervals, on one process and on two, and single recipes warm.

    python benchmarks/coat_batch.py [--count 10000]

Prints a table; nothing is written.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice, product
from multiprocessing import get_context
from typing import Any

from alloycoat.coating import coat
from alloycoat.recipe import Recipe

PRECURSORS = ("InCl3", "ZnCl2", "BiCl3", "SnCl2", "SbCl3", "AlCl3", "GaCl3", "AsCl3", "SnCl4", "Bi(TFSI)3")
SOLVENTS = ("THF", "DME", "DOL/DME", "diglyme")


def tables() -> Iterator[dict[str, Any]]:
    """Dip recipes on lithium and sodium: precursor, solvent, concentration and time varied, no two alike."""
    milli = range(10, 510, 10)
    seconds = (5, 10, 20, 60, 120, 300, 600)
    for concentration, time_s, precursor, solvent, metal in product(milli, seconds, PRECURSORS, SOLVENTS, ("Li", "Na")):
        yield {
            "anode": {"metal": metal, "thickness": "250 um", "area": "1.13 cm^2"},
            "coating": {
                "route": "dip", "precursor": precursor, "solvent": solvent,
                "concentration": f"{concentration} mM", "time": f"{time_s} s",
            },
        }  # fmt: skip


def thickness(table: dict[str, Any]) -> float:
    """The whole way: check the recipe, coat, one number (m)."""
    return coat(Recipe.from_tables(table)).thickness.value


def seconds(work: Callable[[], Any]) -> float:
    """Wall time of one run."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def on_processes(work: Iterable[dict[str, Any]], count: int) -> list[float]:
    """The same on `count` new processes, their start included."""
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        return list(pool.map(thickness, work, chunksize=250))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=10_000, help="how many recipes (up to 28000)")
    count = options.parse_args().count
    work = list(islice(tables(), count))
    first = seconds(lambda: thickness(work[0]))
    read = [Recipe.from_tables(table) for table in work[:500]]
    print(f"{os.cpu_count()} cores; first recipe of a process, tables and units read: {first:.2f} s\n")
    print(f"{'what':44} {'recipes':>8} {'s':>8} {'ms each':>8}")
    rows: list[tuple[str, int, Callable[[], Any]]] = [
        ("coat alone, warm, no intervals", len(read), lambda: [coat(recipe) for recipe in read]),
        ("coat alone, warm, 256 samples", len(read), lambda: [coat(recipe, samples=256) for recipe in read]),
        ("recipe + coat, one process", len(work), lambda: [thickness(table) for table in work]),
        ("recipe + coat, one new process", len(work), lambda: on_processes(work, 1)),
        ("recipe + coat, two new processes", len(work), lambda: on_processes(work, 2)),
    ]
    for name, size, job in rows:
        spent = seconds(job)
        print(f"{name:44} {size:8d} {spent:8.2f} {1e3 * spent / size:8.3f}")


if __name__ == "__main__":
    main()
