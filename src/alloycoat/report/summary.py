"""A run in a few lines for the terminal."""

from __future__ import annotations

from alloycoat.report.job import STANDS, Run, Side
from alloycoat.report.words import life, polarization, quantity, spread


def side_line(side: Side) -> str:
    """Polarization of one cell and how its record ended."""
    level = polarization(side.polarization, STANDS)
    return f"{side.name:<11}polarization {level}, {quantity(side.outcome.duration_s, 's')}: {side.record.ended.text}"


def summary(run: Run) -> str:
    """Layer, both cells, nearest published row."""
    lines = [run.title]
    if run.coating is not None:
        phases = ", ".join(
            f"{phase.formula} {phase.volume_fraction.value * 100:.0f} vol%" for phase in run.coating.phases
        )
        lines.append(f"{'layer':<11}{spread(run.coating.thickness, 'm')}: {phases}")
    lines += [side_line(side) for side in run.sides]
    lines.append(f"{'limit':<11}J* {spread(run.limiting_current_density, 'A/m2')}")
    if run.published:
        row = run.published[0].row
        lived = [life(side.life_lower_h, side.life_upper_h) for side in (row.bare, row.coated)]
        lines.append(f"{'published':<11}row {row.row}: bare {lived[0]}, coated {lived[1]} ({row.paper.citation})")
    lines.append(f"{'life':<11}not predicted: ageing is not modelled")
    return "\n".join(lines).replace("\u00a0", " ")
