"""The page and the few lines of a full cell's run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from alloycoat.cell.sulfur import SulfurCell
from alloycoat.cell.sulfur_cycle import SulfurAged
from alloycoat.literature import ClaimRow
from alloycoat.report import full_figures, sections_cell
from alloycoat.report.full_cells import AnyCell
from alloycoat.report.full_compare import Compared, compare
from alloycoat.report.full_job import FullRun, FullSide, Variation
from alloycoat.report.page import frame
from alloycoat.report.svg import svg_text
from alloycoat.report.verdict_section import verdict_lines, verdict_section
from alloycoat.report.words import bullets, figure, html, link, number, plain, quantity, spread, subscripts, table
from alloycoat.sources import Estimate

CANNOT = tuple(
    """
How fast metal is lost: the laws of the anode rest on assumed constants, so capacities after many cycles are a
hypothesis with a wide interval.

Dendrites and shorts in the full cell, gas, the ageing of the positive itself (cracks, dissolved metal), and what the
positive does to the coating.

Differences between laboratories.
""".strip().split("\n\n")
)


def drawings(run: FullRun) -> dict[str, str]:
    """Every figure of the page as svg, by the name of its file."""
    return {
        "capacity": svg_text(full_figures.capacity(run), f"Discharge capacity against cycle: {run.title}", "c"),
        "voltage": svg_text(full_figures.voltage(run), "Cell voltage against charge", "v"),
        "inventories": svg_text(full_figures.inventories(run), "Metal and electrolyte against cycle", "i"),
    }


def cycles_text(life: Estimate, cycles: int) -> str:
    """ "120 cycles (80 to > 250)": a life with its interval, open where the test ended first."""

    def one(value: float) -> str:
        return f"> {cycles}" if math.isinf(value) else f"{value:.0f}"

    if life.low == life.high:
        return f"{one(life.value)} cycles"
    return f"{one(life.value)} cycles ({one(life.low)} to {one(life.high)})"


def page(run: FullRun, svgs: Mapping[str, str]) -> str:
    """The report of a full cell's run as html."""
    cell = run.sides[0].cell
    ratio = "metal in excess" if cell.n_to_p is None else f"N/P {number(cell.n_to_p)}"
    lead = (
        f"{run.recipe.anode.metal} against {plain(cell.positive.name)} of {_loading(cell)} in "
        f"{subscripts(run.prepared.electrolyte)} ({number(run.prepared.electrolyte_amount_m * 1e5)} µL/cm²), {ratio}. "
        f"Simulated with {run.samples} samples, seed {run.seed}."
    )
    body = [
        f"<h1>{html(run.title)}</h1>", f'<p class="lead">{plain(lead)}</p>', _sides(run),
        figure(svgs["capacity"], "Discharge capacity by cycle; the dotted line is 80 % of the first bare capacity. "
               "Efficiency: second half-cycle over first (of sulfur: discharge over the charge before it); while metal "
               "is in excess it does not measure the anode."),
        figure(svgs["voltage"], "Voltage of an early, a middle and the last cycle that holds a fifth of the capacity "
               "(paler with age)."),
        figure(svgs["inventories"], "Metal and electrolyte at the end of each cycle."),
        _sulfur(run), _variation(run), _published(run), verdict_section(run.verdicts),
        f'<section class="box"><h2>What this cannot predict</h2>{bullets(map(plain, CANNOT))}</section>',
        sections_cell.warnings(run.warnings), sections_cell.sources(run.references),
    ]  # fmt: skip
    return frame(run.title, body)


def _loading(cell: AnyCell) -> str:
    if isinstance(cell, SulfurCell):
        mass = number(cell.sulfur * 100.0)  # mg/cm2
        ratio = number(cell.liquid / cell.sulfur * 1e3)
        return f"{mass} mg/cm² ({quantity(cell.loading, 'C/m2')} at 1672 mAh/g, {ratio} µL of electrolyte per mg)"
    return quantity(cell.loading, "C/m2")


def _sulfur(run: FullRun) -> str:
    """Shuttle and forms of sulfur of a sulfur cell, side by side."""
    sides = [side for side in run.sides if side.speciation is not None and isinstance(side.cell, SulfurCell)]
    if not sides:
        return ""
    head = ["", *(f'<span class="{side.name}">{side.name}</span>' for side in sides)]
    rows = [["Shuttle, first cycle", *(_rate(side.shuttle) for side in sides if side.shuttle is not None)]]
    for form in sides[0].speciation or {}:
        label = {"precipitate": "precipitated sulfide", "lost": "lost on the metal"}.get(
            form, _FORMULAS.get(form, form)
        )
        rows.append([label, *(html(_share(side.speciation[form])) for side in sides if side.speciation is not None)])
    lost = [float(side.aged.after_charge[-1][-1] / side.aged.after_charge[-1].sum())
            for side in sides if isinstance(side.aged, SulfurAged) and len(side.aged.after_charge)]  # fmt: skip
    if len(lost) == len(sides):
        rows.append(["Lost on the metal, last cycle", *(html(f"{_percent(value)} %") for value in lost)])
    note = (
        "Share of the sulfur by form at the end of the first discharge, as the model has it: it knows two steps only, "
        "so Li₂S₆ is not among its forms, and its S₄²⁻ is used up before the voltage reaches its limit. What a coating "
        "does to the shuttle hangs on its permeability to polysulfides, which is known for no alloy layer."
    )
    return f"<h2>Sulfur</h2><p>{note}</p>" + table(rows, head)


_FORMULAS = {"S8": "S₈", "S4": "S₄²⁻", "S2": "S₂²⁻", "S": "S²⁻, dissolved"}


def _rate(value: Estimate) -> str:
    """A rate constant with its interval; powers of ten, since it spans several."""
    if value.low == value.high:
        return f"{number(value.value, 2)} 1/s"
    return f"{number(value.value, 2)} 1/s ({number(value.low, 2)} to {number(value.high, 2)})"


def _gap(side: FullSide) -> str:
    return spread(side.gap, "V") if math.isfinite(side.gap.value) else "undefined"


def _efficiency(side: FullSide) -> str:
    return _share(side.efficiency) if math.isfinite(side.efficiency.value) else "undefined"


def _percent(value: float) -> str:
    share = 100.0 * value
    return "0" if share == 0.0 else "< 0.1" if share < 0.1 else f"{share:.1f}" if share < 99.95 else f"{share:.0f}"


def _share(value: Estimate) -> str:
    """ "27.2 % (0.1 to 88)": a share with its interval, tenths of a per cent at most."""
    low, middle, high = (_percent(each) for each in (value.low, value.value, value.high))
    return f"{middle} %" if low == high else f"{middle} % ({low} to {high})"


def _energy(side: FullSide, what: str) -> str:
    if side.energy is None:
        return "no data: N/P is not given"
    if what == "mass":
        return f"{number(side.energy.specific_energy / 3600, 3)} Wh/kg"
    return f"{number(side.energy.energy_density / 3.6e6, 3)} Wh/L"


def _last(side: FullSide) -> str:
    return f"{number(side.specific[-1] / 3600)} mAh/g in cycle {len(side.specific)}"


def _sides(run: FullRun) -> str:
    cycles = run.prepared.protocol.total_cycles
    head = ["", *(f'<span class="{side.name}">{side.name}</span>' for side in run.sides)]
    rows = [
        ["First discharge", *(f"{number(side.specific[0] / 3600)} mAh/g" for side in run.sides)],
        ["Cycles to 80 %", *(cycles_text(side.life, cycles) for side in run.sides)],
        [f"Capacity kept in cycle {cycles}", *(html(_share(side.retention)) for side in run.sides)],
        ["Last cycle", *(_last(side) for side in run.sides)],
        ["Half of the gap between charge and discharge", *(_gap(side) for side in run.sides)],
        ["Cell efficiency, mean without the first cycle", *(html(_efficiency(side)) for side in run.sides)],
        ["Energy of the stack", *(_energy(side, "mass") for side in run.sides)],
        ["", *(_energy(side, "volume") for side in run.sides)],
        ["Ended", *(plain(side.aged.ended.text) for side in run.sides)],
        ["Verdict of the analysis", *(plain(side.outcome.failure or "no verdict") for side in run.sides)],
    ]  # fmt: skip
    return "<h2>Cycling, side by side</h2>" + table(rows, head)


def _variation(run: FullRun) -> str:
    rows = [[_varied(one), *(_lived(one, side.name) for side in run.sides)] for one in run.variations]
    head = ["", *(f'<span class="{side.name}">{side.name}</span>' for side in run.sides)]
    text = (
        "Everything else as in the recipe, nominal values: how much a cell depends on its excess of metal (N/P) and "
        "of electrolyte."
    )
    return f"<h2>Excess of metal and electrolyte</h2><p>{text}</p>" + table(rows, head)


def _varied(one: Variation) -> str:
    if one.name == "n_to_p":
        return f"N/P {number(one.value)}" + (" (anode-free)" if one.value == 0 else "")
    return f"{number(one.value * 1e5)} µL/cm² of electrolyte"


def _lived(one: Variation, name: str) -> str:
    life = one.lives[name]
    return f"> {one.cycles} cycles" if math.isinf(life) else f"{life:.0f} cycles"


def _published(run: FullRun) -> str:
    if not run.published:
        return "<h2>Published full cells</h2><p>The review reports none with this positive and metal.</p>"
    total = run.prepared.protocol.total_cycles
    rows = [
        [
            f"claim {row.row}",
            html(row.claim),
            _claimed(row),
            _compared(compare(row, run.sides, total), total),
            _paper(row),
        ]
        for row in run.published
    ]
    note = (
        "What the review reports of full cells with this kind of positive, and this run beside it with the interval of "
        "its samples. Loading, excess of metal and electrolyte are not reported there, and rate and coating may be "
        "others than here: a print inside the interval is no proof, one outside no refutation."
    )
    head = ["", "claim", "printed", "this run", "paper"]
    return f"<h2>Published full cells</h2><p>{note}</p>" + table(rows, head, kind="published")


def _compared(found: Sequence[Compared], cycles: int) -> str:
    parts = []
    for one in found:
        if one.value is None:
            parts.append(f"{one.side}: {one.verdict}")
        elif one.unit == "cycles":
            parts.append(f"{one.side} {cycles_text(one.value, cycles)}: {one.verdict}")
        else:
            value = Estimate(*(end / 100.0 for end in (one.value.value, one.value.low, one.value.high)))
            parts.append(f"{one.side} {_share(value)}: {one.verdict}")
    return "; ".join(parts) or "no number to compare"


def _claimed(row: ClaimRow) -> str:
    values = " / ".join(f"{value:g}" for value in row.values)
    return plain(f"{values} {row.unit}".strip() if values else row.text_value)


def _paper(row: ClaimRow) -> str:
    return link(row.paper.doi, row.paper.citation) or plain(row.paper.citation)


def summary(run: FullRun) -> str:
    """A few lines for the terminal."""
    lines, total = [run.title], run.prepared.protocol.total_cycles
    for side in run.sides:
        life = cycles_text(side.life, total)
        first = f"{side.specific[0] / 3600:.3g} mAh/g"
        energy = "" if side.energy is None else f", {side.energy.specific_energy / 3600:.3g} Wh/kg of stack"
        lines.append(f"{side.name:<11}{first}, 80 % after {life}{energy}")
        lines.append(f"{'':<11}{_share(side.retention)} of the capacity kept in cycle {total}")
    for one in run.variations:
        shown = ", ".join(f"{side.name} {_lived(one, side.name)}" for side in run.sides)
        lines.append(f"{'if':<11}{_varied(one)}: {shown}")
    for row in run.published:
        found = compare(row, run.sides, total)
        if found:
            lines.append(f"{'published':<11}{row.row} {_claimed(row)}; here {_compared(found, total)}")
    lines += verdict_lines(run.verdicts)
    return "\n".join(lines).replace("\u00a0", " ")
