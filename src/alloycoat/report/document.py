"""A run as the json document `outcome.json`: SI units in the keys, a reason in `warnings` for every null."""

from __future__ import annotations

import math
from typing import Any

from alloycoat import __version__, chemistry
from alloycoat.cell import Lives
from alloycoat.coating import to_json as coating_json
from alloycoat.report.bibliography import to_json as references_json
from alloycoat.report.job import CellRun, Run
from alloycoat.report.prepare import Prepared
from alloycoat.report.rate import Critical
from alloycoat.report.side import Side
from alloycoat.sources import Estimate

_UNCERTAIN = (
    ("polarization_begin_V", "polarization"), ("area_specific_resistance_ohm_m2", "resistance"),
)  # fmt: skip


def _with_interval(name: str, value: Estimate | None) -> dict[str, Any]:
    if value is None:
        return {name: None, f"{name}_interval": None}
    return {name: value.value, f"{name}_interval": value.interval}


def side_json(side: Side) -> dict[str, Any]:
    """The keys of `analyze` with the intervals and lives of the samples, and how the record ended."""
    document = side.outcome.to_json()
    for key, field in _UNCERTAIN:
        document |= _with_interval(key, getattr(side, field))
    document["polarization_end_V_interval"] = None
    reasons = {"polarization_end_V_interval": "each sample ends at its own time; its last cycle is not kept"}
    document |= _life_json(side, reasons)
    document |= _impedance_json(side, document, reasons)
    if side.efficiency is not None:
        document |= _with_interval("coulombic_efficiency_mean", side.efficiency)
    if side.critical is not None:
        document |= _critical_json(side.critical, reasons)
    for key in [name for name, value in document.items() if name.endswith("_interval") and value is None]:
        reasons.setdefault(key, f"as {key.removesuffix('_interval')}")
    document["warnings"] += [f"{key}: {why}" for key, why in reasons.items()]
    document["ended"] = side.record.ended.name
    document["ended_text"] = side.record.ended.text
    document["samples_ended_early"] = side.band.ended
    columns = side.aged.inventory.columns()
    document["states_end"] = {name: values[-1] for name, values in columns.items()}
    document["record_metadata"] = dict(side.record.metadata)
    return document


def _life_json(side: Side, reasons: dict[str, str]) -> dict[str, Any]:
    """Median and interval of the sampled lives (null where beyond the protocol), and every one of them."""
    if side.life is None:
        reasons["life_s"] = "no lives were sampled"
        return {"life_s": None, "life_s_interval": None, "sampled_lives": [], "replicates": _each(side.replicates)}
    limit = side.life_limit_s
    alive = 0 if side.lives is None else int((~side.lives.observed).sum())
    count = 0 if side.lives is None else len(side.lives.time_s)
    values = [None if math.isinf(x) else x for x in (side.life.value, side.life.low, side.life.high)]
    beyond = f"{alive} of {count} samples outlive the protocol, so it exceeds {(limit or 0.0) / 3600:.4g} h"
    if values[0] is None:
        reasons["life_s"] = beyond
    if None in values[1:]:
        reasons["life_s_interval"] = f"where an end is null, {beyond}"
    return {
        "life_s": values[0], "life_s_interval": values[1:], "sampled_lives": _each(side.lives),
        "replicates": _each(side.replicates),
    }  # fmt: skip


def _impedance_json(side: Side, document: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    """Spectra at rest and their resistances, per area and in ohm."""
    if not side.spectra:
        reasons["simulated_impedance"] = "of symmetric cells only: stripped copper lets no current pass"
        return {"simulated_impedance": None}
    exact = [
        {
            "cycle": one.cycle, "time_s": one.time_s,
            "bulk_resistance_ohm_m2": one.spectrum.bulk, "interfacial_resistance_ohm_m2": one.spectrum.interfacial,
            "diffusion_resistance_ohm_m2": one.spectrum.diffusion,
            "frequency_Hz": one.spectrum.frequency_Hz.tolist(),
            "real_ohm_m2": one.spectrum.impedance.real.tolist(),
            "imaginary_ohm_m2": one.spectrum.impedance.imag.tolist(),
        }
        for one in side.spectra
    ]  # fmt: skip
    area = side.cell.area_m2 or 1.0
    summed = {
        "time_s": [one.time_s for one in side.spectra], "cycle": [one.cycle for one in side.spectra],
        "bulk_resistance_ohm": [one.spectrum.bulk / area for one in side.spectra],
        "interfacial_resistance_ohm": [one.spectrum.interfacial / area for one in side.spectra],
    }  # fmt: skip
    document["warnings"] = [text for text in document["warnings"] if not text.startswith("impedance: ")]
    return {"simulated_impedance": exact, "impedance": summed}


def _critical_json(found: Critical, reasons: dict[str, str]) -> dict[str, Any]:
    """The critical current density of a rate step; its interval is that of the samples."""
    key, beyond = "critical_current_density_A_per_m2", f"beyond {found.last:g} A/m2, the last current density"
    interval = None
    if found.sampled is not None:
        interval = [None if math.isinf(x) else x for x in found.sampled.interval]
        if None in interval:
            reasons[f"{key}_interval"] = f"where an end is null, it lies {beyond}"
    if found.first_failed is None:
        reasons[key] = f"no criterion of failure was met: it lies {beyond}"
    passed = "highest_current_density_passed_A_per_m2"
    if found.highest_passed is None:
        reasons[passed] = "the cell failed at the first current density"
    return {key: found.first_failed, f"{key}_interval": interval, passed: found.highest_passed}


def _each(found: Lives | None) -> list[dict[str, Any]]:
    """Each life as an interval in s (upper end null: alive when the protocol ended), and how it ended."""
    if found is None:
        return []
    return [
        {"life_lower_s": float(time), "life_upper_s": float(time) if seen else None, "ended": end.name}
        for time, seen, end in zip(found.time_s, found.observed, found.ended, strict=True)
    ]


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
        "steps": [step.text for step in prepared.protocol.steps.distinct],
        "cycles": prepared.protocol.total_cycles,
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
    elif run.coated is None:
        warnings.append("coated: interrupted before it was cycled")
    if run.prediction is None:
        warnings.append(f"prediction: none: {run.no_prediction}")
    return {
        "alloycoat_version": __version__,
        "command": "run",
        "title": run.title,
        "recipe": run.recipe.model_dump(mode="json", exclude_none=True),
        "samples": run.samples,
        "sampled_cells": run.cells,
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
        "prediction": None if run.prediction is None else run.prediction.to_json(),
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
        "sampled_cells": run.cells,
        "seed": run.seed,
        "coated": run.coating is not None,
        "conditions": conditions_json(run.prepared),
        **side_json(run.side),
        "sources": references_json(run.references),
    }
    document["warnings"] = list(dict.fromkeys([*run.warnings, *document["warnings"]]))
    return document
