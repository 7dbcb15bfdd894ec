"""A run as the json document `outcome.json`: SI units in the keys, a reason in `warnings` for every null."""

from __future__ import annotations

import math
from typing import Any

from alloycoat import __version__, chemistry
from alloycoat.coating import to_json as coating_json
from alloycoat.report.bibliography import to_json as references_json
from alloycoat.report.job import CellRun, Run, Side
from alloycoat.report.prepare import Prepared
from alloycoat.sources import Estimate

_UNCERTAIN = (
    ("polarization_begin_V", "polarization"), ("area_specific_resistance_ohm_m2", "resistance"),
)  # fmt: skip


def _with_interval(name: str, value: Estimate | None) -> dict[str, Any]:
    if value is None:
        return {name: None, f"{name}_interval": None}
    return {name: value.value, f"{name}_interval": value.interval}


def side_json(side: Side) -> dict[str, Any]:
    """The keys of `analyze` with the intervals of the samples, and how the record ended."""
    document = side.outcome.to_json()
    for key, field in _UNCERTAIN:
        document |= _with_interval(key, getattr(side, field))
    # a fresh cell is periodic, so its last cycle is as uncertain as its first
    end, begin = side.outcome.polarization_end_V, side.polarization
    if end is None or begin is None:
        document |= _with_interval("polarization_end_V", None)
    else:
        shift = end - begin.value
        document |= _with_interval("polarization_end_V", Estimate(end, begin.low + shift, begin.high + shift))
    for key in [name for name, value in document.items() if name.endswith("_interval") and value is None]:
        document["warnings"].append(f"{key}: as {key.removesuffix('_interval')}")
    document["ended"] = side.record.ended.name
    document["ended_text"] = side.record.ended.text
    document["samples_ended_early"] = side.band.ended
    document["record_metadata"] = dict(side.record.metadata)
    return document


def conditions_json(prepared: Prepared) -> dict[str, Any]:
    """What was tested: electrolyte, separator, area, cycles."""
    recipe = prepared.recipe
    solution = chemistry.electrolyte(prepared.electrolyte)
    film = chemistry.separator(prepared.separator)
    conditions: dict[str, Any] = {
        "anode": recipe.anode.metal,
        "cell_kind": prepared.cell.format,
        "coated_electrodes": "none" if recipe.coating is None else recipe.anode.coated,
        "area_m2": prepared.area_m2,
        "electrolyte": solution.text,
        "solvent_class": solution.solvent_class,
        "electrolyte_amount_m": prepared.electrolyte_amount_m,
        "separator": film.name,
        "separator_thickness_m": film.thickness.value,
        "temperature_K": prepared.cell.temperature,
        "atmosphere": prepared.cell.atmosphere,
        "steps": [step.text for step in prepared.protocol.steps],
        "cycles": prepared.protocol.cycles,
    }
    if recipe.anode.thickness is not None:
        conditions["anode_thickness_m"] = recipe.anode.thickness
    return conditions


def limits_json(run: Run) -> dict[str, Any]:
    """Limiting current, Sand's time, and the charge that passes before it against the areal capacity."""
    found = run.limits
    finite = math.isfinite(found.sand_time)
    document: dict[str, Any] = {
        **_with_interval("limiting_current_density_A_per_m2", run.limiting_current_density),
        "limiting_current_density_of_curves_A_per_m2": found.limiting_current_density_of_curves,
        "sand_time_s": found.sand_time if finite else None,
        "charge_before_sand_time_C_per_m2": found.sand_capacity if finite else None,
        "areal_capacity_C_per_m2": found.areal_capacity,
        "depletes": found.depletes,
        "settling_time_s": found.settling_time,
        "warnings": [],
    }
    if not finite:
        names = ("sand_time_s", "charge_before_sand_time_C_per_m2")
        document["warnings"] = [f"{name}: infinite: {found.reason}" for name in names]
    return document


def to_json(run: Run) -> dict[str, Any]:
    """The whole document. `coating` and `coated` are null for a recipe without `[coating]`."""
    warnings = list(run.warnings)
    if run.coating is None:
        reason = "the recipe has no [coating]: a bare anode"
        warnings += [f"coating: {reason}", f"coated: {reason}"]
    return {
        "alloycoat_version": __version__,
        "command": "run",
        "title": run.title,
        "recipe": run.recipe.model_dump(mode="json", exclude_none=True),
        "samples": run.samples,
        "seed": run.seed,
        "conditions": {
            **conditions_json(run.prepared),
            "current_density_A_per_m2": run.current_density,
            "half_cycle_s": run.half_cycle,
            "areal_capacity_C_per_m2": run.capacity,
        },
        "coating": None if run.coating is None else coating_json(run.coating),
        "bare": side_json(run.bare),
        "coated": None if run.coated is None else side_json(run.coated),
        "limits": limits_json(run),
        "published": [neighbor.to_json() for neighbor in run.published],
        "warnings": warnings,
        "sources": references_json(run.references),
    }


def cell_to_json(run: CellRun, title: str) -> dict[str, Any]:
    """The document of `alloycoat cycle`: the keys of `analyze` for one cell, with its conditions."""
    recipe = run.prepared.recipe
    document: dict[str, Any] = {
        "alloycoat_version": __version__,
        "command": "cycle",
        "title": recipe.title or title,
        "recipe": recipe.model_dump(mode="json", exclude_none=True),
        "samples": run.samples,
        "seed": run.seed,
        "coated": run.coating is not None,
        "conditions": conditions_json(run.prepared),
        **side_json(run.side),
        "sources": references_json(run.references),
    }
    document["warnings"] = list(dict.fromkeys([*run.warnings, *document["warnings"]]))
    return document
