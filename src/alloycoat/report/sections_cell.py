"""The lower half of the page: voltage, polarization, published rows, limits, what is not predicted, sources."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from alloycoat.literature import CellRow
from alloycoat.report.job import Run, assumed
from alloycoat.report.side import STANDS, Side
from alloycoat.report.words import (
    NO_DATA,
    bullets,
    critical_text,
    efficiency,
    figure,
    html,
    life,
    link,
    lived,
    number,
    plain,
    polarization,
    quantity,
    spread,
    table,
)
from alloycoat.sources import Estimate, Reference, Value

CANNOT = tuple(
    """
Life, closer than a hypothesis. The constants of ageing are assumed, none is fitted; the cell is taken to end when its
moss has used up the electrolyte. Lives scale with the electrolyte amount, which hardly any paper reports. Shorts come
from an assumed heterogeneity of the deposit.

Whether the layer adheres, is dense, or cracks, unless somebody looked at this very salt and solvent. How fast a
coating wears is assumed too.

How much metal plates on top of the layer rather than below it: that rests on an assumed nucleation overpotential.

The conductivity of the layer closer than its interval: where the diffusivity of the anode metal in an alloy or its
thermodynamic factor is not measured, that is one or several powers of ten.

Differences between laboratories: cells built alike by two groups differ more than many coatings do.
""".strip().split("\n\n")
)
"""What the page warns of, whatever the recipe."""


def cycling(run: Run, drawings: Mapping[str, str]) -> str:
    """Voltage over the whole life, the table of the two cells, what ages, and the sampled lives."""
    shown = "bare (grey) and coated (blue)" if run.coated else "bare"
    caption = (
        f"Simulated voltage, {shown}: {run.conditions}, until the cell or the protocol ended. Negative while the "
        "working electrode plates. Below, one cycle at begin, in the middle of each cell’s own life and at its end: "
        "in a bare cell a peak fades as moss grows, and arcing comes as the salt becomes short. A band that leaves the "
        "plot goes on beyond it; its ends stand in the table."
    )
    if any(side.polarization is not None and side.polarization.value > STANDS for side in run.sides):
        caption += " A cell that is blocked has no curve."
    head = ["", *(f'<span class="{side.name}">{side.name}</span>' for side in run.sides)]
    rows = [
        ["Life, this record", *(_fate(side) for side in run.sides)],
        ["Life, median of samples (10–90 %)", *(lived(side.life, side.life_limit_s) for side in run.sides)],
        ["How the samples ended", *(_ends(side) for side in run.sides)],
        ["Polarization at begin (10–90 %)", *(polarization(side.polarization, STANDS) for side in run.sides)],
        ["Polarization at end", *(_end(side) for side in run.sides)],
        ["Area-specific resistance", *(spread(side.resistance, "ohm m2") for side in run.sides)],
        ["Film and layer, per electrode", *(_films(side) for side in run.sides)],
        ["Exchange current density", *(_exchange(side) for side in run.sides)],
        ["Record", *(_record(side) for side in run.sides)],
    ]  # fmt: skip
    if any(side.replicates is not None for side in run.sides):
        rows.insert(3, ["Replicates, same parameters", *(_replicates(side) for side in run.sides)])
    if any(side.efficiency is not None for side in run.sides):
        rows.insert(0, ["Coulombic efficiency (10–90 %)", *(_efficiency(side) for side in run.sides)])
    if any(side.critical is not None for side in run.sides):
        found = [NO_DATA if side.critical is None else critical_text(side.critical) for side in run.sides]
        rows.insert(0, ["Critical current density", *found])
    words = assumed()
    parts = [
        "<h2>Cycling, side by side</h2>" if run.coated else "<h2>Cycling</h2>",
        f"<p>{html(words[0].upper() + words[1:])}.</p>",
        figure(drawings["voltage"], caption), table(rows, head), "<h3>What ages</h3>",
        figure(drawings["ageing"], _AGEING),
    ]  # fmt: skip
    if "impedance" in drawings:
        parts += ["<h3>Impedance at rest</h3>", figure(drawings["impedance"], _IMPEDANCE)]
    if "lives" in drawings:
        parts += ["<h3>How long it lives</h3>", figure(drawings["lives"], _LIVES)]
    return "\n".join([*parts, "<h3>Constants of ageing</h3>", _constants(run)])


_AGEING = (
    "Both electrodes together. Dead metal is metal that stripping cut off; it piles up as a loose layer whose pores "
    "the free electrolyte fills. When that is gone the pores run dry, saturation falls, and the polarization rises to "
    "the end. Coverage is the share of the electrode that the coating still covers."
)
_IMPEDANCE = (
    "Spectra from 1 MHz to 1 mHz of the cell at rest after a cycle, its salt evened out: the equations of the cell "
    "linearised. Bulk is the electrolyte in separator and dead layers; interfacial are films, charge transfer and "
    "coating of both electrodes. The capacitances of film and double layer are assumed, so trust the resistances more "
    "than the frequencies."
)
_LIVES = (
    "Cells that differ in every uncertain parameter and in their heterogeneity: a line is the share still alive. "
    "Diamonds: the cell of the record above. On top: the nearest published cells, an arrow where the cell still ran "
    "when the test ended. A sample counts as alive until the cell itself ends; the criterion of a diverging "
    "polarization may come earlier."
)


def _constants(run: Run) -> str:
    """The constants behind the ageing, with interval, kind and source."""
    found: dict[str, Value | Estimate] = {}
    for side in run.sides:
        found |= side.worn.spreads or {}
    rows = []
    for name, value in sorted(found.items()):
        note, kind, source, unit = "", "", "", ""
        if isinstance(value, Value):
            note, kind, source, unit = value.note, value.kind, value.source, value.unit
        interval = f"{number(value.value)} ({number(value.low)} to {number(value.high)}) {plain(unit)}".strip()
        rows.append((plain(name.replace("_", " ")), interval, plain(kind), html(note), f"[{plain(source)}]"))
    head = ("constant", "value (10–90 %), SI", "kind", "reasoning", "source")
    return (
        "<details><summary>All of them, with reasoning and source</summary>"
        f'<div class="scroll">{table(rows, head, kind="published")}</div></details>'
    )


def _efficiency(side: Side) -> str:
    return NO_DATA if side.efficiency is None else efficiency(side.efficiency)


def _end(side: Side) -> str:
    level = side.outcome.polarization_end_V
    return "blocked" if level is not None and level > STANDS else quantity(level, "V", 2)


def _films(side: Side) -> str:
    cell = side.cell
    if side.name == "bare":
        return quantity(cell.film_resistance, "ohm m2")
    film, layer = cell.coated_film_resistance, cell.coating_resistance
    return f"{quantity(film, 'ohm m2', 2)} film, {quantity(layer, 'ohm m2', 2)} layer"


def _exchange(side: Side) -> str:
    factor = side.cell.coated_exchange_factor if side.name == "coated" else 1.0
    return f"{quantity(side.cell.exchange_current_density * factor, 'A/m2')} (assumed, wide)"


def _record(side: Side) -> str:
    hours = quantity(side.outcome.duration_s, "s")
    halves = side.outcome.n_half_cycles
    return f"{hours}, {halves} {'half-cycle' if halves == 1 else 'half-cycles'}. {plain(side.record.ended.text)}"


def _fate(side: Side) -> str:
    """The life that the analysis reads from the record, and the criterion."""
    outcome = side.outcome
    if outcome.life is None:
        return "not known"
    upper = outcome.life.upper_h
    shown = life(round(outcome.life.lower_h, 1), None if upper is None else round(upper, 1))
    return shown if outcome.failure in (None, "none") else f"{shown}: {plain(outcome.failure)}"


def _ends(side: Side) -> str:
    return ", ".join(f"{count} {plain(name.replace('_', ' '))}" for name, count in side.ends.items()) or "not sampled"


def _replicates(side: Side) -> str:
    found = side.replicates
    if found is None:
        return "none"
    hours = [
        f"{'' if seen else '> '}{time / 3600:.4g}" for time, seen in zip(found.time_s, found.observed, strict=True)
    ]
    shown = ", ".join(hours[:12]) + (", …" if len(hours) > 12 else "")
    return f"{shown} h"


def evidence(run: Run, drawings: Mapping[str, str]) -> str:
    """The nearest published rows: polarization, lives, the table, and all cells of this metal."""
    count = len(run.published)
    metal = run.recipe.anode.metal
    if not run.published:
        return "<h2>Published cells</h2><p>No published row of this metal is known to the package.</p>"
    intro = (
        f"The {count} rows of the review’s Table 3 nearest to this recipe by metal, coating element, class of "
        "electrolyte and current density (a declared distance, not a fitted one)."
    )
    if run.prepared.cell.format != "symmetric":
        intro += " All of them are symmetric cells."
    beside = (
        "Polarization at begin: this recipe simulated (diamonds, with intervals; an arrow where an interval goes "
        "on) and the nearest published pairs (circles). Whether a published value is |V| or the full gap between "
        "plating and stripping is often not said: allow for a factor of 2."
    )
    beside_lives = (
        "Lives: of this recipe’s samples (median, 10–90 % line; an arrow where the protocol ended first), below as "
        "published: an arrow where the cell still ran when the test ended, hatched where only an upper bound is known."
    )
    among = (
        f"Every published cell of {metal} in the package against its current density; this recipe is marked. "
        "Bare and coated are moved apart a little."
    )
    return "\n".join(
        [
            "<h2>Published cells like this one</h2>", f"<p>{intro}</p>",
            figure(drawings["polarization"], beside), figure(drawings["published-lives"], beside_lives),
            f'<div class="scroll">{_rows(run)}</div>',
            f"<h3>Among all published cells of {metal}</h3>", figure(drawings["published-polarization"], among),
        ]
    )  # fmt: skip


def _levels(row: CellRow, name: str) -> str:
    """Polarization at begin and end as published, in mV."""
    side = getattr(row, name)
    both = (side.polarization_begin, side.polarization_end)
    if both == (None, None):
        return "no data"
    shown = " → ".join("?" if level is None else number(1e3 * level) for level in both)
    return f"{'≈ ' if side.approximate else ''}{shown} mV"


def _both(bare: str, coated: str) -> str:
    return f'<span class="bare">{bare}</span><br><span class="coated">{coated}</span>'


def _rows(run: Run) -> str:
    lines = []
    for neighbor in run.published:
        row = neighbor.row
        phases = ", ".join(phase.text for phase in row.phases) or row.element
        paper = link(row.paper.doi, row.paper.citation) or plain(row.paper.citation)
        coated = row.coated.life_lower_h, row.coated.life_upper_h
        lines.append(
            (
                f"{row.row}", f"{html(phases)} on {row.anode}", html(row.electrolyte),
                f"{number(row.current_density / 10)} mA/cm², {quantity(row.half_cycle, 's')}",
                _both(life(row.bare.life_lower_h, row.bare.life_upper_h), life(*coated)),
                _both(_levels(row, "bare"), _levels(row, "coated")), paper,
            )
        )  # fmt: skip
    head = (
        "row", "coating", "electrolyte", "conditions",
        '<span class="bare">bare</span> / <span class="coated">coated</span> life',
        "polarization begin → end", "paper",
    )  # fmt: skip
    return table(lines, head, "The same rows; row numbers are those of the review’s Table 3.", "published")


def limits(run: Run) -> str:
    """Limiting current, Sand's time and the charge before it."""
    found, current = run.limits, run.current_density
    share = current / found.limiting_current_density
    finite = math.isfinite(found.sand_time)
    rows = [
        ("Limiting current density J* (10–90 %)", spread(run.limiting_current_density, "A/m2")),
        ("Current density of the test", f"{quantity(current, 'A/m2')}, {number(100 * share, 2)} % of J*"),
        ("Sand’s time", quantity(found.sand_time, "s") if finite else f"infinite: {plain(found.reason)}"),
        (
            "Charge before Sand’s time",
            f"{quantity(found.sand_capacity, 'C/m2')} against {quantity(run.capacity, 'C/m2')} plated"
            if finite else f"unlimited, against {quantity(run.capacity, 'C/m2')} plated",
        ),
        ("Salt settles within about", quantity(found.settling_time, "s", 2)),
    ]  # fmt: skip
    verdict = "runs out of salt in each half-cycle" if found.depletes else "does not run out of salt"
    return (
        "<h2>What diffusion allows</h2>"
        f"<p>Between flat, fresh electrodes this cell {verdict}. Dead metal on aged electrodes lowers J*: the aged "
        "cell ends when it has come down to the current density.</p>" + table(rows, kind="facts")
    )


def cannot() -> str:
    """The box 'what this cannot predict'."""
    return f'<section class="box"><h2>What this cannot predict</h2>{bullets(map(plain, CANNOT))}</section>'


def warnings(texts: Sequence[str]) -> str:
    """What was assumed, left out or noticed."""
    shown = bullets(map(html, texts), "warnings") or "<p>None.</p>"
    return f"<h2>Warnings and assumptions</h2>{shown}"


def sources(found: Sequence[Reference]) -> str:
    """Every paper and data set behind the page."""
    items = []
    for item in found:
        target = f" {link(item.doi)}" if item.doi else ""
        note = f' <span class="key">({plain(item.note)})</span>' if item.note else ""
        items.append(f'<span class="key">[{plain(item.key)}]</span> {plain(item.citation)}.{target}{note}')
    return f"<h2>Sources</h2>{bullets(items, 'sources')}"
