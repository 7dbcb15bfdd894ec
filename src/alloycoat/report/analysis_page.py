"""The page of analyzed records: one cell, or an index of many with a section each; opens offline."""

from __future__ import annotations

import re
from collections.abc import Sequence

from alloycoat.analysis.failure import criteria
from alloycoat.report.analysis_card import card_table
from alloycoat.report.analysis_files import Picture
from alloycoat.report.analysis_published import place
from alloycoat.report.analysis_view import CellView
from alloycoat.report.page import frame
from alloycoat.report.words import NO_DATA, bullets, figure, html, number, plain, quantity, table

NOTE = "Thresholds of the criteria are conventions and can be given; definitions: docs/physics/analysis.md."
_FEW = 20
"""Signs and notes beyond this many are counted, not listed."""


def hours(value: float | None) -> str:
    """A time of h with four figures and its unit."""
    return NO_DATA if value is None else f"{number(value, 4)}\u00a0h"


def life_text(cell: CellView) -> str:
    """The life with its censoring: "212.4 h", "> 1200 h"."""
    life = cell.outcome.life
    if life is None:
        return NO_DATA
    if life.upper_h is None:
        return f"> {hours(life.lower_h)}"
    return hours(life.upper_h) if life.is_observed else f"{number(life.lower_h, 4)} to {hours(life.upper_h)}"


def efficiency_text(cell: CellView) -> str:
    """The mean coulombic efficiency and of how many pairs, or no data."""
    known = [value for value in cell.outcome.coulombic_efficiency or () if value is not None]
    return f"{100 * sum(known) / len(known):.2f}\u00a0%" if known else NO_DATA


def _count(n: int, what: str) -> str:
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


def _tile(name: str, value: str, more: str = "") -> str:
    return (
        f'<li><span class="name">{name}</span><span class="value">{value}</span><span class="more">{more}</span></li>'
    )


def _life_more(cell: CellView) -> str:
    """Until what, and the life in cycles and charge per area."""
    outcome, words = (
        cell.outcome,
        ["until the failure" if cell.outcome.failure_time_s is not None else "no failure seen"],
    )
    if outcome.life_cycles is not None:
        words.append(f"{number(outcome.life_cycles, 4)} cycles")
    if outcome.life_charge_C is not None:
        area = cell.record.area_m2
        charge = outcome.life_charge_C / 3600
        words.append(
            f"{number(charge, 3)} Ah each way"
            if area is None
            else f"{number(charge / (area * 1e4), 3)} Ah/cm² each way"
        )
    return "; ".join(words)


def tiles(cell: CellView) -> str:
    """The row that a paper's table would hold."""
    outcome = cell.outcome
    end = quantity(outcome.polarization_end_V, "V")
    kind = plain(outcome.cell_kind or NO_DATA)
    found = [
        _tile("Cell", kind, "inferred" if outcome.cell_kind_inferred else "as given"),
        _tile("Current density", quantity(outcome.current_density_A_per_m2, "A/m2"),
              "area unknown" if outcome.current_density_A_per_m2 is None else "of most time"),
        _tile("Polarization, begin", quantity(outcome.polarization_begin_V, "V"), f"{end} at end"),
        _tile("Life", life_text(cell), _life_more(cell)),
        _tile("Failure", plain(outcome.failure or NO_DATA),
              f"{_count(len(outcome.verdicts), 'verdict')}, "
              f"{_count(len(outcome.signs) - len(outcome.verdicts), 'weak sign')}"),
    ]  # fmt: skip
    if efficiency_text(cell) != NO_DATA:
        pairing = outcome.coulombic_efficiency_pairing or ""
        found.append(_tile("Coulombic efficiency", efficiency_text(cell), f"mean; {plain(pairing)}"))
    if outcome.capacity_retention is not None:
        found.append(_tile("Capacity retained", f"{100 * outcome.capacity_retention:.1f}\u00a0%", "end over begin"))
    if outcome.area_specific_resistance_ohm_m2 is not None:
        found.append(_tile("Area-specific resistance", quantity(outcome.area_specific_resistance_ohm_m2, "ohm m2"),
                           "at begin"))  # fmt: skip
    return f'<ul class="tiles">{"".join(found)}</ul>'


def _lead(cell: CellView) -> str:
    outcome, record = cell.outcome, cell.record
    duration = None if outcome.duration_s is None else outcome.duration_s / 3600
    made = record.metadata.get("format", record.origin)
    return (
        f'<p class="lead">{plain(cell.file)} ({plain(made)}): {record.n} rows over {hours(duration)}, '
        f"{outcome.n_half_cycles} half-cycles.</p>"
    )


def _signs(cell: CellView) -> str:
    """The reasons of the verdict."""
    signs = cell.outcome.signs
    if not signs:
        return "<p>No criterion of failure was met, and there are no weak signs, up to the end of the record.</p>"
    rows = [
        (f"{hours(cell.since_start(sign.time_s))}", plain(sign.kind), plain(sign.strength), html(sign.evidence))
        for sign in signs[:_FEW]
    ]
    shown = table(rows, ("after", "criterion", "strength", "what was seen"))
    more = f"<p>{len(signs) - _FEW} more signs stand in outcome.json.</p>" if len(signs) > _FEW else ""
    return f'<div class="scroll">{shown}</div>{more}{_legend({sign.kind for sign in signs})}'


def _legend(kinds: set[str]) -> str:
    """The definitions of the criteria that spoke."""
    rows = [
        (plain(each.name), plain(re.sub(r"-\s+", "-", " ".join(each.definition.replace("`", "").split()))))
        for each in criteria()
        if each.name in kinds
    ]
    return table(rows, caption="Definitions", kind="facts")


def _checks(cell: CellView) -> str:
    rows = [
        (plain(check.name.replace("_", " ")), plain(check.state), html(check.evidence))
        for check in cell.outcome.invariants
    ]
    return f'<div class="scroll">{table(rows, ("check", "state", "what was compared"))}</div>'


def _notes(cell: CellView) -> str:
    notes = list(cell.outcome.warnings)
    shown = bullets(map(html, notes[:_FEW]), "warnings")
    if len(notes) > _FEW:
        shown += f"<p>{len(notes) - _FEW} more notes stand in outcome.json.</p>"
    return shown or "<p>None.</p>"


def _drawings(pictures: Sequence[Picture], names: Sequence[str]) -> str:
    by_name = {picture.name.rpartition("/")[2]: picture for picture in pictures}
    return "".join(figure(by_name[name].svg, html(by_name[name].caption)) for name in names if name in by_name)


def section(cell: CellView, pictures: Sequence[Picture], level: int = 2) -> str:
    """Everything of one cell below its heading."""
    tag = f"h{level}"
    parts = [
        _lead(cell), tiles(cell),
        f"<{tag}>Voltage</{tag}>", _drawings(pictures, ["voltage"]),
        f"<{tag}>Verdict and its reasons</{tag}>", _signs(cell),
    ]  # fmt: skip
    for title, names in (
        ("Polarization", ["polarization"]), ("Efficiency and capacity", ["efficiency", "capacity"]),
        ("Impedance", ["nyquist", "resistance"]),
    ):  # fmt: skip
        drawn = _drawings(pictures, names)
        if drawn:
            parts += [f"<{tag}>{title}</{tag}>", drawn]
    where = place(cell)
    if where is not None:
        parts += [f"<{tag}>Among published cells</{tag}>", bullets(map(html, where.sentences)),
                  _drawings(pictures, ["published"])]  # fmt: skip
    card = card_table(cell.card)
    if card:
        parts += [f"<{tag}>How near to a real cell</{tag}>", card]
    parts += [f"<{tag}>Checks of the data</{tag}>", _checks(cell), f"<{tag}>Notes</{tag}>", _notes(cell)]
    return "\n".join(parts)


def page_of_one(cell: CellView, pictures: Sequence[Picture]) -> str:
    """The report of one cell as html."""
    return frame(cell.name, [f"<h1>{plain(cell.name)}</h1>", section(cell, pictures)], NOTE)


def anchor(number_of_cell: int) -> str:
    """The id of a cell's section."""
    return f"cell-{number_of_cell + 1}"


def index(cells: Sequence[CellView]) -> str:
    """One line a cell, with a link to its section."""
    grouped = any(cell.group for cell in cells)
    head = ["cell", "kind", "half-cycles", "current density", "polarization", "at end", "life", "failure", "efficiency"]
    rows = []
    for k, cell in enumerate(cells):
        outcome = cell.outcome
        row = [
            f'<a href="#{anchor(k)}">{plain(cell.name)}</a>', plain(outcome.cell_kind or NO_DATA),
            str(outcome.n_half_cycles), quantity(outcome.current_density_A_per_m2, "A/m2"),
            quantity(outcome.polarization_begin_V, "V"), quantity(outcome.polarization_end_V, "V"), life_text(cell),
            plain(outcome.failure or NO_DATA), efficiency_text(cell),
        ]  # fmt: skip
        rows.append([row[0], plain(cell.group), *row[1:]] if grouped else row)
    head[1:1] = ["group"] if grouped else []
    return f'<div class="scroll">{table(rows, head, kind="published")}</div>'


def page_of_many(
    title: str, cells: Sequence[CellView], pictures: Sequence[Sequence[Picture]], front: Sequence[str],
    refused: Sequence[str] = (),
) -> str:  # fmt: skip
    """The report of many cells: index, what compares them (`front`), refused files, then each cell."""
    body = [f"<h1>{plain(title)}</h1>", index(cells), *front]
    if refused:
        body += ["<h2>Refused files</h2>", bullets(map(plain, refused), "warnings")]
    for k, (cell, drawn) in enumerate(zip(cells, pictures, strict=True)):
        body += [f'<h2 id="{anchor(k)}">{plain(cell.name)}</h2>', section(cell, drawn, level=3)]
    return frame(title, body, NOTE)
