"""The report of `alloycoat analyze`: figures and tables into a folder, the page last."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alloycoat.report.analysis_figures import Drawn, capacity, efficiency, polarization, voltage
from alloycoat.report.analysis_files import Picture, render, write_pictures, write_tables
from alloycoat.report.analysis_group_figures import front
from alloycoat.report.analysis_groups import GroupsView
from alloycoat.report.analysis_impedance import nyquist, resistances
from alloycoat.report.analysis_names import PAGE, TABLES
from alloycoat.report.analysis_page import page_of_many, page_of_one
from alloycoat.report.analysis_published import published
from alloycoat.report.analysis_view import CellView, csv_text, cycle_columns, half_cycle_columns
from alloycoat.store import write_text

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a report is of: cells, groups of them if any, files that were refused and why; many: with an index."""

    cells: Sequence[CellView]
    groups: GroupsView | None = None
    refused: Sequence[str] = ()
    many: bool = False


def drawings(cell: CellView) -> Iterator[Drawn]:
    """Every figure that the cell has data for, one after another (each is large)."""
    for make in (voltage, polarization, efficiency, capacity, nyquist, resistances, published):
        drawn = make(cell)
        if drawn is not None:
            yield drawn


def _pictures(cell: CellView, number: int) -> list[Picture]:
    return [render(drawn, f"c{number}{drawn.name[:3]}") for drawn in drawings(cell)]


def _tables(cell: CellView) -> dict[str, str]:
    texts = (csv_text(half_cycle_columns(cell)), csv_text(cycle_columns(cell)))
    return dict(zip(TABLES, texts, strict=True))


def write_analysis(contents: Contents, folder: Path, tell: Tell) -> list[Path]:
    """Write figures, tables and page; the figures of each of several cells into a folder of its name."""
    cells, written = contents.cells, []
    pictures: list[list[Picture]] = []
    for k, cell in enumerate(cells):
        if len(cells) > 3:
            tell(f"drawing {k + 1} of {len(cells)}: {cell.name}")
        place = folder / cell.name if contents.many else folder
        drawn = _pictures(cell, k + 1)
        written += write_pictures(place, drawn)
        written += write_tables(place, _tables(cell))
        pictures.append([Picture(one.name, one.title, one.caption, {".svg": one.files[".svg"]}) for one in drawn])
    if contents.many:
        sections, shared = front(contents.cells, contents.groups)
        written += write_pictures(folder, shared)
        title = "Groups of cells" if contents.groups is not None else f"{len(cells)} cells"
        text = page_of_many(title, cells, pictures, sections, contents.refused)
    else:
        text = page_of_one(cells[0], pictures[0])
    return [*written, write_text(folder / PAGE, text)]
