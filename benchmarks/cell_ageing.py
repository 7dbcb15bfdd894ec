"""Convergence and cost of the ageing cell: lives of samples against a finer mesh and smaller time steps.

python benchmarks/cell_ageing.py [samples] [--out FILE]: bare and coated lithium cells with every parameter drawn from
its interval, three protocols. Prints, and writes as csv: the error of the life for each accuracy (share and
half-cycles, worst and median of the samples), without and with random shorts; then the processor time of 1,000 cycles
and of compiling in a new process (an empty cache, then a full one).
"""

from __future__ import annotations

import argparse
import csv
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from alloycoat.cell import LifeSettings, ageing_parameters, draw, lives, symmetric
from alloycoat.recipe import plate_strip
from alloycoat.report.side import SAMPLE_SETTINGS
from alloycoat.sources import Estimate

CARBONATE = "1 M LiPF6 in EC/DMC"
PROTOCOLS = ((0.5, 2.0), (1.0, 1.0), (3.0, 2.0))
FINE = LifeSettings(14, 16, 1e-4, 1e-5)
SETTINGS = {
    "default": LifeSettings(),
    "coarse mesh": LifeSettings(dead_volumes=4, separator_volumes=6),
    "fine mesh": LifeSettings(dead_volumes=14, separator_volumes=16),
    "salt error / 10": LifeSettings(salt=1e-4),
    "moss error / 10": LifeSettings(moss=1e-5),
    "moss error x 100": LifeSettings(moss=1e-2),
    "cycles skipped": LifeSettings(skip=5e-3),
    "samples of a report": SAMPLE_SETTINGS,
}


class Layer:
    """As much of a coating as a cell looks at: 3 ohm cm2, within a factor of three."""

    anode, coverage, phases = "Li", "unknown", ()
    area_specific_resistance = Estimate(3e-4, 1e-4, 1e-3)
    ionic_conductivity = electronic_conductivity = None


def convergence(count: int) -> list[dict[str, Any]]:
    """A row for each cell and accuracy: the error of the life over all protocols and samples."""
    rows = []
    for name in ("bare", "coated"):
        layer = Layer() if name == "coated" else None
        given = {"electrolyte": CARBONATE, "area": 1e-4}
        cell = symmetric(layer, **given) if layer else symmetric(anode="Li", **given)
        worn = ageing_parameters(cell, layer)
        for shorts in ("none", "random"):
            found: dict[str, list[tuple[float, float]]] = {kind: [] for kind in SETTINGS}
            for current, capacity in PROTOCOLS:
                half = capacity / current
                test = plate_strip(f"{current} mA/cm2", f"{half} h", cycles=1500)
                samples = {**draw(cell, count, int(10 * current)), **draw(worn, count, int(10 * current))}
                if shorts == "none":
                    samples["rough"] = np.full(count, 1e-6)
                right = lives(cell, test, worn, samples, settings=FINE).time_s
                for kind, accuracy in SETTINGS.items():
                    life = lives(cell, test, worn, samples, settings=accuracy).time_s
                    found[kind] += zip(np.abs(life / right - 1), np.abs(life - right) / (3600 * half), strict=True)
            for kind, errors in found.items():
                share, halves = np.array(errors).T
                rows.append({
                    "cell": name, "shorts": shorts, "accuracy": kind, "lives": len(share),
                    "median_percent": round(100 * float(np.median(share)), 4),
                    "worst_percent": round(100 * float(share.max()), 3),
                    "worst_half_cycles": round(float(halves[share.argmax()]), 2),
                    "beyond_1_percent": int(np.sum(share > 0.01)),
                })  # fmt: skip
                print(*rows[-1].values(), sep="  ", flush=True)
    return rows


def cost() -> list[tuple[str, float]]:
    """Processor time in s of 1,000 cycles warm (best of five), and of compiling in a process of its own."""
    found = []
    for name in ("bare", "coated"):
        layer = Layer() if name == "coated" else None
        given = {"electrolyte": CARBONATE, "area": 1e-4}
        cell = symmetric(layer, **given) if layer else symmetric(anode="Li", **given)
        worn = ageing_parameters(cell, layer, electrolyte_amount="500 uL/cm^2")
        test = plate_strip("1 mA/cm2", "1 h", cycles=1000)
        for kind, accuracy in (("", LifeSettings()), (", some skipped", LifeSettings(skip=5e-3))):
            times = []
            for _ in range(5):
                start = time.process_time()
                done = lives(cell, test, worn, {"rough": np.full(1, 1e-6)}, threads=1, settings=accuracy)
                times.append((time.process_time() - start) * 1000 / int(done.cycles[0]))
            found.append((f"1,000 cycles, {name}{kind}", min(times)))
    code = (
        "import time; from alloycoat.cell.kernels.life import make_life; s = time.process_time(); make_life(); "
        "print(time.process_time() - s)"
    )
    with tempfile.TemporaryDirectory() as cache:
        for kind in ("compiling, empty cache", "compiling, full cache"):
            done = subprocess.run(
                [sys.executable, "-c", code], env={**os.environ, "NUMBA_CACHE_DIR": cache}, check=True,
                capture_output=True, text=True,
            )  # fmt: skip
            found.append((kind, float(done.stdout)))
    return found


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("samples", nargs="?", type=int, default=16)
    reader.add_argument("--out", type=Path)
    given = reader.parse_args()
    for name, seconds in cost():
        print(f"{name}: {seconds:.2f} s")
    rows = convergence(given.samples)
    if given.out:
        with given.out.open("w", encoding="utf-8", newline="") as stream:
            table = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
            table.writeheader()
            table.writerows(rows)


if __name__ == "__main__":
    main()
