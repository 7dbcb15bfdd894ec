"""A run in a few lines for the terminal."""

from __future__ import annotations

from alloycoat.calibration.untuned import untuned
from alloycoat.report.job import Run
from alloycoat.report.prediction_section import prediction_lines
from alloycoat.report.side import STANDS, Side
from alloycoat.report.words import critical_text, efficiency, life, lived, polarization, quantity, spread


def trust() -> str:
    """How far a life can be trusted, in a line."""
    wrong = f"bare Li: wrong by a factor of {untuned().factor:.1f} on average"
    return f"lives are a hypothesis: constants assumed, none fitted ({wrong})"


def side_line(side: Side) -> str:
    """Polarization of one cell and how its record ended."""
    level = polarization(side.polarization, STANDS)
    return f"{side.name:<11}polarization {level}, {quantity(side.aged.time_s, 's')}: {side.record.ended.text}"


def life_line(side: Side) -> str:
    """The life that the analysis sees, and the median of the samples with its interval."""
    found = side.outcome.life
    own = "unknown" if found is None else life(round(found.lower_h, 1), _rounded(found.upper_h))
    if found is not None and found.upper_s == 0.0:
        own = "ends at once"
    failure = "" if side.outcome.failure in (None, "none") else f", {side.outcome.failure}"
    sampled = "" if side.life is None else f"; samples {lived(side.life, side.life_limit_s)}"
    return f"{'life':<11}{side.name} {own}{failure}{sampled}"


def more_lines(side: Side) -> list[str]:
    """Efficiency of a half cell, by cycle and by the reservoir method; critical current density of a rate step."""
    lines = []
    if side.efficiency is not None:
        lines.append(f"{'efficiency':<11}{efficiency(side.efficiency)}, mean without the first cycle")
    method = side.outcome.reservoir
    if method is not None and method["efficiency"] is not None:
        lines.append(f"{'reservoir':<11}{side.name} {100 * method['efficiency']:.4g} % over {method['n']} cycles")
    if side.critical is not None:
        lines.append(f"{'critical':<11}{side.name} {critical_text(side.critical)}")
    return lines


def _rounded(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 1)


def summary(run: Run) -> str:
    """Layer, both cells, nearest published row."""
    lines = [run.title]
    if run.coating is not None:
        phases = ", ".join(
            f"{phase.formula} {phase.volume_fraction.value * 100:.0f} vol%" for phase in run.coating.phases
        )
        lines.append(f"{'layer':<11}{spread(run.coating.thickness, 'm')}: {phases}")
    lines += [side_line(side) for side in run.sides]
    lines += [life_line(side) for side in run.sides]
    lines += [line for side in run.sides for line in more_lines(side)]
    lines.append(f"{'limit':<11}J* {spread(run.limiting_current_density, 'A/m2')}")
    if run.published:
        row = run.published[0].row
        kind = "symmetric cells, " if run.prepared.cell.format != "symmetric" else ""
        both = [life(side.life_lower_h, side.life_upper_h) for side in (row.bare, row.coated)]
        lines.append(f"{'published':<11}{kind}row {row.row}: bare {both[0]}, coated {both[1]} ({row.paper.citation})")
    if run.prediction is not None:
        lines += [f"{'expected':<11}{line}" for line in prediction_lines(run.prediction)]
    lines.append(f"{'trust':<11}{trust()}")
    return "\n".join(lines).replace("\u00a0", " ")
