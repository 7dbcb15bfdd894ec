"""The rows of the evidence as text for a terminal: tables of at most 120 columns, the papers below."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from alloycoat.literature.claims import ClaimRow
from alloycoat.literature.evidence import Row
from alloycoat.literature.papers import REVIEW, papers
from alloycoat.literature.rows import CellRow, CoatingRow, Side

_WIDTH = 112  # fits a terminal of 120 columns
_Column = tuple[str, int]

_COATING: tuple[_Column, ...] = (
    ("row", 3), ("on", 2), ("route", 11), ("solution", 26), ("protocol", 24), ("layer", 22), ("thickness", 9),
    ("ref", 3),
)  # fmt: skip
_CELL: tuple[_Column, ...] = (
    ("row", 4), ("on", 2), ("coating", 9), ("electrolyte", 24), ("mA/cm2, each", 15), ("V bare", 10),
    ("V coated", 11), ("h bare", 6), ("h coated", 8), ("flag", 4), ("ref", 3),
)  # fmt: skip
_CLAIM: tuple[_Column, ...] = (
    ("row", 3), ("sec", 3), ("claim", 52), ("value", 34), ("refs", 11),
)  # fmt: skip
_FLAGS = (
    "flag: s, S = the coated, the bare polarization falls to 0.8 or less (activation or soft short); "
    "b = bare cell shared with other rows; u = a row of your own"
)


def page(rows: Sequence[Row]) -> str:
    """The rows as tables for a terminal of 120 columns, the papers listed below."""
    if not rows:
        return "no published row"
    blocks = []
    coatings = [_coating_cells(row) for row in rows if isinstance(row, CoatingRow)]
    cells = [_cell_cells(row) for row in rows if isinstance(row, CellRow)]
    claims = [_claim_cells(row) for row in rows if isinstance(row, ClaimRow)]
    for title, columns, lines in (
        ("Coatings (Tables 1 and 2, section 2.2)", _COATING, coatings),
        ("Plating and stripping in symmetric cells (Table 3); polarization at begin / end", _CELL, cells),
        ("Figures and claims of the text", _CLAIM, claims),
    ):
        if lines:
            blocks.append(f"{title}: {len(lines)} {'row' if len(lines) == 1 else 'rows'}\n{_table(columns, lines)}")
    if cells:
        blocks.append(textwrap.fill(_FLAGS, _WIDTH))
    return "\n\n".join([*blocks, _references(rows)])


def _coating_cells(row: CoatingRow) -> list[str]:
    printed = row.as_printed
    return [
        str(row.row), row.anode, row.route, printed["solution"], printed["protocol"], printed["layer"],
        printed["thickness"], str(row.ref),
    ]  # fmt: skip


def _cell_cells(row: CellRow) -> list[str]:
    printed = row.as_printed
    flags = [
        letter for letter, side in (("S", row.bare), ("s", row.coated)) if "activation_or_soft_short" in side.flags
    ]
    return [
        str(row.row), row.anode, printed["coating"], row.electrolyte, printed["conditions"],
        _polarization(row.bare), _polarization(row.coated), _life(row.bare), _life(row.coated),
        "".join(flags) + ("b" if row.bare_cell_shared else "")
        + ("u" if row.origin != "review" else ""),
        str(row.ref) if row.origin == "review" else "own",
    ]  # fmt: skip


def _polarization(side: Side) -> str:
    begin, end = side.polarization_begin, side.polarization_end
    if begin is None and end is None:
        return "-"
    shown = "/".join("-" if value is None else f"{value:g}" for value in (begin, end))
    return f"~{shown}" if side.approximate else shown


def _life(side: Side) -> str:
    if side.life_upper_h is None:
        return f">{side.life_lower_h:g}"
    if side.life_relation == "between":
        return f"{side.life_lower_h:g}-{side.life_upper_h:g}"
    return f"<{side.life_upper_h:g}" if side.life_relation == "below" else f"{side.life_upper_h:g}"


def _claim_cells(row: ClaimRow) -> list[str]:
    signs = {"above": ">", "below": "<", "about": "~", "at least": ">=", "at most": "<="}
    joint = {"range": " to ", "alternatives": " or "}.get(row.relation, " / ")
    values = joint.join(f"{value:g}" for value in row.values)
    value = f"{signs.get(row.relation, '')}{values} {row.unit}" if row.values else row.text_value
    if row.conditions:
        value += " (" + ", ".join(f"{name} {text}" for name, text in row.conditions) + ")"
    refs = ", ".join(str(number) for number in row.refs) or "review"
    return [row.row, row.section, row.claim, value.replace("_", " "), refs]


def _table(columns: Sequence[_Column], lines: Sequence[Sequence[str]]) -> str:
    """Left-aligned columns of fixed width; long cells go on below."""
    shown = ["  ".join(name.ljust(width) for name, width in columns).rstrip()]
    shown.append("  ".join("-" * width for _, width in columns))
    for line in lines:
        wrapped = [textwrap.wrap(cell, width) or [""] for cell, (_, width) in zip(line, columns, strict=True)]
        for index in range(max(map(len, wrapped))):
            parts = [cell[index] if index < len(cell) else "" for cell in wrapped]
            shown.append("  ".join(text.ljust(width) for text, (_, width) in zip(parts, columns, strict=True)).rstrip())
    return "\n".join(shown)


def _references(rows: Sequence[Row]) -> str:
    """The papers of the rows by their numbers in the review, the review last."""
    cited = {
        paper.key: paper
        for row in rows
        for paper in (row.papers if isinstance(row, ClaimRow) else (row.paper,))
        if paper.numbers
    }
    lines = ["References (numbers of the review)"]
    for paper in sorted(cited.values(), key=lambda item: item.numbers):
        numbers = ", ".join(str(number) for number in paper.numbers)
        title = f". {paper.title}" if paper.title else ""
        doi = f", doi {paper.doi}" if paper.doi else ""
        text = f"[{numbers}] {paper.citation}{title}{doi}"
        lines += textwrap.wrap(text, _WIDTH, subsequent_indent="     ", break_on_hyphens=False)
    own = {paper.key: paper for row in rows if not isinstance(row, ClaimRow) for paper in (row.paper,)}
    for paper in own.values():
        if paper.origin != "review":
            doi = f", doi {paper.doi}" if paper.doi else ""
            text = f"[own] {paper.key}: {paper.citation}{doi}"
            lines += textwrap.wrap(text, _WIDTH, subsequent_indent="      ", break_on_hyphens=False)
    review = papers()[REVIEW]
    lines.append(f"Read from {review.citation}, doi {review.doi}")
    return "\n".join(lines)
