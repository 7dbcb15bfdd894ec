"""A full cell's run as json and as files."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from alloycoat import __version__
from alloycoat.coating import to_json as coating_json
from alloycoat.cyclers.bdf import bdf_text
from alloycoat.report.bibliography import to_json as references_json
from alloycoat.report.document import conditions_json
from alloycoat.report.files import RESULT, check_folder, write_all
from alloycoat.report.full_compare import compare
from alloycoat.report.full_job import FullRun, FullSide
from alloycoat.report.full_page import drawings, page
from alloycoat.store import to_json as json_text

NAMES = (
    RESULT, "bare.bdf.csv", "coated.bdf.csv", "bare.states.csv", "coated.states.csv", "capacity.svg", "voltage.svg",
    "inventories.svg", "report.html",
)  # fmt: skip
"""Every file that `alloycoat run` may write for a full cell."""


def to_json(run: FullRun) -> dict[str, Any]:
    """The whole document: SI units in the keys, a reason in `warnings` for every null."""
    sides = {side.name: side_json(side, run.prepared.protocol.total_cycles) for side in run.sides}
    warnings = list(run.warnings)
    if run.coating is None:
        warnings += ["coating: the recipe has no [coating]: a bare anode", "coated: as coating"]
    return {
        "alloycoat_version": __version__,
        "command": "run",
        "title": run.title,
        "recipe": run.recipe.model_dump(mode="json", exclude_none=True),
        "samples": run.samples,
        "seed": run.seed,
        "conditions": conditions_json(run.prepared),
        "coating": None if run.coating is None else coating_json(run.coating),
        "bare": sides["bare"],
        "coated": sides.get("coated"),
        "variations": [
            {
                "varied": one.name, "value": one.value, "cycles": one.cycles,
                "cycles_to_80_percent": {name: _finite(life) for name, life in one.lives.items()},
            }
            for one in run.variations
        ],
        "published": [row.to_json() for row in run.published],
        "published_beside_this_run": [
            {"row": row.row, **one.to_json()}
            for row in run.published
            for one in compare(row, run.sides, run.prepared.protocol.total_cycles)
        ],
        "verdicts": [verdict.to_json() for verdict in run.verdicts],
        "warnings": [
            *warnings, "simulated: null where the test is shorter, or a life was not reached: the verdict says which",
            "value: null where a verdict has no number, its reason says why",
            "cycles_to_80_percent: null where it was not reached within the cycles of the test",
        ],
        "sources": references_json(run.references),
    }  # fmt: skip


def cell_to_json(run: FullRun) -> dict[str, Any]:
    """The document of `alloycoat cycle` for a full cell."""
    side = run.sides[0]
    document = {
        "alloycoat_version": __version__, "command": "cycle", "title": run.title,
        "recipe": run.recipe.model_dump(mode="json", exclude_none=True), "samples": run.samples, "seed": run.seed,
        "coated": run.coating is not None, "conditions": conditions_json(run.prepared),
        **side_json(side, run.prepared.protocol.total_cycles),
        "verdicts": [verdict.to_json() for verdict in run.verdicts], "sources": references_json(run.references),
    }  # fmt: skip
    document["warnings"] = list(dict.fromkeys([*run.warnings, *document["warnings"]]))
    return document


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def side_json(side: FullSide, cycles: int) -> dict[str, Any]:
    """The keys of `analyze` with capacity by cycle, life and energy."""
    document = side.outcome.to_json()
    cell = side.cell
    document |= {
        "positive": cell.positive.name, "loading_C_per_m2": cell.loading, "n_to_p": cell.n_to_p,
        "active_mass_kg_per_m2": cell.active_mass,
        "discharge_capacity_C_per_kg": side.specific.tolist(),
        "discharge_capacity_C_per_kg_interval": [
            [low / cell.active_mass, high / cell.active_mass] for low, high in zip(side.low, side.high, strict=True)
        ],
        "cycles_to_80_percent": _finite(side.life.value),
        "cycles_to_80_percent_interval": [_finite(side.life.low), _finite(side.life.high)],
        "retention": side.retention.value, "retention_interval": side.retention.interval,
        "sulfur_forms": None if side.speciation is None else {k: v.value for k, v in side.speciation.items()},
        "sulfur_forms_interval": None if side.speciation is None else {
            k: v.interval for k, v in side.speciation.items()
        },
        "half_gap_V": _finite(side.gap.value), "half_gap_V_interval": side.gap.interval,
        "cell_efficiency_mean": _finite(side.efficiency.value),
        "cell_efficiency_mean_interval": [_finite(side.efficiency.low), _finite(side.efficiency.high)],
        "shuttle_per_s": None if side.shuttle is None else side.shuttle.value,
        "shuttle_per_s_interval": None if side.shuttle is None else side.shuttle.interval,
        "energy": None if side.energy is None else side.energy.columns(),
        "ended": side.aged.ended.name, "ended_text": side.aged.ended.text,
        "record_metadata": dict(side.aged.record.metadata),
    }  # fmt: skip
    if cell.n_to_p is None:
        document["warnings"] += ["n_to_p: the metal is in excess", "energy: the mass of the metal is not known"]
    if side.speciation is None:
        document["warnings"] += ["sulfur_forms: no sulfur in this cell", "sulfur_forms_interval: as sulfur_forms"]
        document["warnings"] += ["shuttle_per_s: no sulfur in this cell", "shuttle_per_s_interval: as shuttle_per_s"]
    if not math.isfinite(side.efficiency.value):
        document["warnings"].append("cell_efficiency_mean: no second cycle, or the cell was spent by then")
    if not math.isfinite(side.gap.value):
        document["warnings"].append("half_gap_V: no charge or no discharge in the third cycle")
    if math.isinf(side.life.value) or math.isinf(side.life.high):
        document["warnings"].append(f"cycles_to_80_percent: not reached within {cycles} cycles where it is null")
    return document


def columns_csv(columns: Mapping[str, Iterable[float]]) -> str:
    """Columns as comma-separated text, one line a cycle."""
    lines = [",".join(columns)]
    lines += [",".join(f"{value:.10g}" for value in row) for row in zip(*columns.values(), strict=True)]
    return "\n".join(lines) + "\n"


def write_full(run: FullRun, folder: Path, tell: Callable[[str], None]) -> list[Path]:
    """Write everything that belongs to a run; returns the paths, the page last."""
    check_folder(folder, "run", NAMES)
    svgs = drawings(run)
    contents = {RESULT: json_text(to_json(run)) + "\n"}
    for side in run.sides:
        contents[f"{side.name}.bdf.csv"] = bdf_text(side.aged.record)
        contents[f"{side.name}.states.csv"] = columns_csv(side.aged.states)
    contents |= {f"{name}.svg": f"{svg}\n" for name, svg in svgs.items()}
    contents["report.html"] = page(run, svgs)
    return write_all(folder, contents, tell)
