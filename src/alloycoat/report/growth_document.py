"""A growth run as json, and its tables as csv: SI units in the keys, a reason for every null."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat import __version__
from alloycoat.electrochemistry.limits import limiting_current_density, sand_time
from alloycoat.morphology.descriptors import BY_TIME
from alloycoat.morphology.scene import Curve, Scene
from alloycoat.report.bibliography import resolve
from alloycoat.report.bibliography import to_json as references_json
from alloycoat.report.growth_job import GrowthRun, GrowthSide


def _at(curve: Curve, concentration: float) -> float:
    return float(np.interp(concentration, *curve))


def largest_current(scene: Scene) -> float:
    """Largest current density of the plating stages in A/m2; 0 where there is none."""
    return max((stage.value for stage in scene.stages if stage.kind == "plate"), default=0.0)


def limits(scene: Scene) -> tuple[float, float]:
    """Limiting current density in A/m2 and Sand's time in s (at the largest plating current) of the gap."""
    liquid = scene.liquid
    c = liquid.concentration
    shared = (
        liquid.charge, c, _at(liquid.diffusivity, c), liquid.permeance,
    )  # fmt: skip
    t = _at(liquid.transference, c)
    limit = limiting_current_density(*shared, t, scene.gap)
    return limit, sand_time(largest_current(scene), *shared, liquid.storage, t)


def _finite(values: NDArray[Any]) -> list[float | None]:
    return [float(v) if np.isfinite(v) else None for v in np.asarray(values, dtype=float)]


def side_json(side: GrowthSide) -> dict[str, Any]:
    """The runs of one electrode: descriptors by time (median and 10-90 % over seeds), ends, first dendrite, span."""
    first, together = side.runs[0], side.spread
    document: dict[str, Any] = {
        "ended": [growth.ended for growth in side.runs],
        "duration_s": [float(growth.time_s[-1]) for growth in side.runs],
        "first_dendrite_s": list(together.first_dendrite_s),
        "span_s": list(together.span_s),
        "span_lower_s": list(together.span_lower_s),
        "charge_balance_error": max(float(growth.charge_error) for growth in side.runs),
        "steps": sum(growth.steps for growth in side.runs),
        "time_s": _finite(together.time_s),
        "current_density_A_per_m2": _finite(first.current),
        "voltage_V": _finite(first.voltage),
        "charge_C_per_m2": _finite(first.charge),
        "facts": dict(first.facts),
    }
    for name in BY_TIME:
        document[name] = _finite(together.median[name])
        low, high = _finite(together.low[name]), _finite(together.high[name])
        document[f"{name}_interval"] = [list(pair) for pair in zip(low, high, strict=True)]
    return document


def conditions_json(scene: Scene) -> dict[str, Any]:
    """What was grown, in which geometry, how far from the limiting current."""
    limit, sand = limits(scene)
    current = largest_current(scene)
    return {
        "anode": scene.anode,
        "geometry": scene.geometry,
        "gap_m": scene.gap,
        "width_m": scene.width,
        "height_m": scene.height,
        "cell_m": scene.dx,
        "cells": [scene.nx, scene.ny],
        "duration_s": scene.seconds,
        "plating_current_density_A_per_m2": current,
        "limiting_current_density_A_per_m2": limit,
        "share_of_limiting_current": current / limit,
        "sand_time_s": sand if np.isfinite(sand) else None,
    }


def to_json(run: GrowthRun) -> dict[str, Any]:
    """The document `outcome.json`, also printed with --json."""
    sides = {side.name: side for side in run.sides}
    warnings = list(run.warnings)
    document: dict[str, Any] = {
        "alloycoat_version": __version__,
        "command": "grow",
        "title": run.title,
        "recipe": run.recipe,
        "preset": run.preset,
        "seeds": list(run.seeds),
        "interrupted": run.interrupted,
        "conditions": conditions_json(run.sides[0].runs[0].scene),
    }
    if document["conditions"]["sand_time_s"] is None:
        warnings.append("sand_time_s: null, nothing is plated at a fixed current")
    for name in ("bare", "coated"):
        document[name] = side_json(sides[name]) if name in sides else None
        if name not in sides:
            why = "stopped before it began" if run.interrupted else "the recipe has no coating"
            warnings.append(f"{name}: null, {why}")
            continue
        if None in sides[name].spread.first_dendrite_s:
            warnings.append(f"{name}.first_dendrite_s: null where no dendrite was seen in the time simulated")
        if None in sides[name].spread.span_s:
            warnings.append(f"{name}.span_s: null where the gap was not spanned; span_lower_s is how long was seen")
    document["warnings"] = warnings
    document["sources"] = references_json(resolve(run.sources))
    return document


def csv_text(run: GrowthRun) -> str:
    """Height, roughness and the other descriptors against time, one row a frame, one block a side and seed."""
    head = ["side", "seed", "time_s", *BY_TIME, "current_density_A_per_m2", "voltage_V"]
    lines = [",".join(head)]
    for side in run.sides:
        for growth, found in zip(side.runs, side.described, strict=True):
            columns = [getattr(found, name) for name in BY_TIME]
            for k, time in enumerate(found.time_s):
                values = [time, *(column[k] for column in columns), growth.current[k], growth.voltage[k]]
                lines.append(f"{side.name},{growth.scene.seed}," + ",".join(f"{v:.8g}" for v in values))
    return "\n".join(lines) + "\n"


def fields(run: GrowthRun) -> dict[str, NDArray[Any]]:
    """The frames of the first seed as arrays: SI units in the names; metal and layer are shares."""
    arrays: dict[str, NDArray[Any]] = {}
    for side in run.sides:
        growth = side.runs[0]
        arrays[f"{side.name}_time_s"] = growth.time_s
        arrays[f"{side.name}_metal"] = growth.eta.astype(np.float16)
        arrays[f"{side.name}_layer"] = growth.layer.astype(np.float16)
        arrays[f"{side.name}_concentration_mol_per_m3"] = growth.concentration.astype(np.float32)
        arrays[f"{side.name}_potential_V"] = growth.potential.astype(np.float32)
    scene = run.sides[0].runs[0].scene
    arrays["cell_m"] = np.array(scene.dx)
    arrays["base_m"] = np.array(scene.base)
    return arrays
