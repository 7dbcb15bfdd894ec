"""PFHub 7a and 3a, planar interface, shrinking circle: the numbers behind docs/results/morphology.md.

    python benchmarks/morphology_pfhub.py            # all, some 10 minutes on one core
    python benchmarks/morphology_pfhub.py --only 7a  # 7a, interface, circle or 3a

Writes docs/results/morphology_pfhub.json.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from pathlib import Path
from typing import Any

import numpy as np

from alloycoat.morphology.dendrite import grow_dendrite
from alloycoat.morphology.pfhub import circle_radius, manufactured_error, planar_energy

RESULT = Path(__file__).parent.parent / "docs" / "results" / "morphology_pfhub.json"
PUBLISHED = {"tip": 280.9, "solid_fraction": 0.01878, "code": "MOOSE"}


def order(errors: list[float]) -> list[float]:
    return [float(np.log2(a / b)) for a, b in itertools.pairwise(errors)]


def problem_7a() -> dict[str, Any]:
    """Orders in space (time step extrapolated away) and in time (on one mesh)."""
    space = []
    for cells in (100, 200, 400, 800):
        steps = 160 if cells < 800 else 80
        coarse, fine = (manufactured_error(cells, n) for n in (steps, 2 * steps))
        from_time = (4 * fine[1] - coarse[1]) / 3  # the field without its error in time
        space.append({"cells": cells, "error": manufactured_error(cells, 0, field=from_time)[0]})
    steps = [100, 200, 400, 800]
    fields = [manufactured_error(100, n)[1] for n in [*steps, 3200]]
    errors = [float(np.sqrt(np.mean((field - fields[-1]) ** 2))) for field in fields[:-1]]
    return {
        "space": space,
        "order_in_space": order([row["error"] for row in space]),
        "time": [{"steps": n, "error": e} for n, e in zip(steps, errors, strict=True)],
        "order_in_time": order(errors),
    }


def interface() -> dict[str, Any]:
    """Energy of the planar interface over the exact one, by cells per width."""
    return {"energy_over_exact": {str(n): planar_energy(n) for n in (2, 4, 8)}}


def circle() -> dict[str, Any]:
    """Shrinking circle: radius squared lost, over 2 L kappa t."""
    return {"rate_over_exact": {str(n): circle_radius(n) for n in (2, 4, 8)}}


def problem_3a(spacings: tuple[float, ...] = (1.2, 1.0, 0.8)) -> dict[str, Any]:
    """Tip and solid fraction at t = 1500 on three meshes, time step in proportion to the square of the spacing."""
    grow_dendrite(2.0, 1.0, samples=1)  # compiles
    rows = []
    for spacing in spacings:
        begin, wall = time.process_time(), time.perf_counter()
        done = grow_dendrite(spacing, step=0.055 * spacing**2, edge=1e-4)
        rows.append(
            {
                "spacing": spacing, "steps": done.steps, "tip": float(done.tip[-1]),
                "solid_fraction": float(done.solid_fraction[-1]), "cpu_s": round(time.process_time() - begin, 1),
                "wall_s": round(time.perf_counter() - wall, 1), "time": done.time.tolist(), "tips": done.tip.tolist(),
            }
        )  # fmt: skip
        print(rows[-1]["spacing"], rows[-1]["tip"], rows[-1]["solid_fraction"], rows[-1]["cpu_s"], flush=True)
    fine, coarse = rows[-1], rows[-2]
    weight = (coarse["spacing"] / fine["spacing"]) ** 4 - 1.0
    found = {name: fine[name] + (fine[name] - coarse[name]) / weight for name in ("tip", "solid_fraction")}
    return {"runs": rows, "extrapolated": found, "published": PUBLISHED}


PARTS = {"7a": problem_7a, "interface": interface, "circle": circle, "3a": problem_3a}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", choices=PARTS)
    chosen = parser.parse_args().only
    for name, part in PARTS.items():
        if chosen in {None, name}:
            found = part()
            result = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.exists() else {}
            result[name] = found
            print(name, json.dumps({k: v for k, v in result[name].items() if k != "runs"}), flush=True)
            RESULT.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
