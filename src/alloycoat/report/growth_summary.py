"""A growth run in a few lines for the terminal."""

from __future__ import annotations

from alloycoat.report.growth_document import largest_current, limits
from alloycoat.report.growth_film import clock
from alloycoat.report.growth_job import GrowthRun, GrowthSide
from alloycoat.report.words import number, quantity


def _side(side: GrowthSide) -> str:
    found = side.spread.median
    k = int(found["mean_m"].argmax())
    first = [time for time in side.spread.first_dendrite_s if time is not None]
    dendrite = f"first dendrite {clock(min(first))}" if first else "no dendrite"
    spans = [time for time in side.spread.span_s if time is not None]
    span = f"gap spanned at {clock(min(spans))}" if spans else f"not across in {clock(min(side.spread.span_lower_s))}"
    return (
        f"{side.name:<11}tip {quantity(float(found['tip_m'][k]), 'm')}, roughness "
        f"{quantity(float(found['rms_m'][k]), 'm')} when most is plated, {dendrite}, {span}"
    )


def growth_summary(run: GrowthRun) -> str:
    """Title, one line an electrode, the geometry, warnings."""
    scene = run.sides[0].runs[0].scene
    limit, _ = limits(scene)
    lines = [run.title, *(_side(side) for side in run.sides)]
    share = number(largest_current(scene) / limit, 2)
    gap = quantity(scene.gap, "m")
    lines.append(f"{'geometry':<11}{scene.geometry} cell, gap {gap}, {share} of the limiting current density")
    lines += [f"{'note':<11}{text}" for text in run.warnings]
    return "\n".join(lines).replace("\u00a0", " ")
