"""A measured cell among the published ones: the same two figures, polarization and life, against current density."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from alloycoat.literature import CellRow, cell_rows
from alloycoat.outcome import Life
from alloycoat.report.analysis_figures import Drawn
from alloycoat.report.analysis_view import CellView, csv_text
from alloycoat.report.style import ACCENT, BARE, COATED
from alloycoat.report.svg import WIDTH, styled
from alloycoat.report.words import quantity

_NEAR = 2.0
"""Published cells within this factor of the current density are counted beside the cell."""


@dataclass(frozen=True, slots=True)
class Place:
    """The published rows that a cell is compared with, why these, and sentences on where it stands."""

    rows: tuple[CellRow, ...]
    which: str
    sentences: tuple[str, ...]


def place(cell: CellView) -> Place | None:
    """Where a symmetric cell stands among those of Table 3 of the review; None for other cells."""
    if cell.seen.cell_kind != "symmetric" or cell.seen.halves.n == 0:
        return None
    metal = cell.record.metadata.get("anode") or cell.outcome.conditions.get("anode", "")
    rows = tuple(row for row in cell_rows() if row.anode == metal) if metal else ()
    which = f"of {metal}" if rows else "of all metals (the file does not say which metal this is)"
    rows = rows or tuple(cell_rows())
    density = cell.outcome.current_density_A_per_m2
    near = rows if density is None else tuple(r for r in rows if 1 / _NEAR <= r.current_density / density <= _NEAR)
    said = "" if density is None else f" within a factor of {_NEAR:g} of its current density"
    sentences = []
    level = cell.outcome.polarization_begin_V
    for name in ("bare", "coated"):
        known = [getattr(row, name).polarization_begin for row in near]
        values = [value for value in known if value is not None]
        if level is not None and values:
            lower = sum(value < level for value in values)
            sentences.append(
                f"{lower} of {len(values)} published {name} cells{said} print a lower polarization at begin "
                f"than {quantity(level, 'V')}."
            )
    sentences += _lives(cell, near, said)
    if not near:
        sentences.append(f"No published cell lies{said}.")
    return Place(rows, which, tuple(sentences))


def _short(life: Life) -> str:
    if life.upper_h is None:
        return f"> {life.lower_h:.4g} h"
    return f"{life.upper_h:.4g} h" if life.is_observed else f"{life.lower_h:.4g} to {life.upper_h:.4g} h"


def _lives(cell: CellView, near: tuple[CellRow, ...], said: str) -> list[str]:
    """How the life compares, where both are known well enough to be told apart."""
    life, found = cell.outcome.life, []
    if life is None:
        return []
    for name in ("bare", "coated"):
        sides = [getattr(row, name) for row in near]
        longer = sum(life.upper_h is not None and side.life_lower_h > life.upper_h for side in sides)
        shorter = sum(side.life_upper_h is not None and side.life_upper_h < life.lower_h for side in sides)
        if sides:
            found.append(
                f"Of {len(sides)} published {name} cells{said}, {longer} lived longer and {shorter} shorter than this "
                f"one ({_short(life)}); of the others it cannot be told."
            )
    return found


def _points(axes: Axes, rows: tuple[CellRow, ...], key: str) -> None:
    """The published cells; one line object for each side and marker."""
    for name, color, shift in (("bare", BARE, 0.97), ("coated", COATED, 1.03)):
        marks: dict[str, list[tuple[float, float]]] = {"o": [], "^": [], "v": []}
        for row in rows:
            side, x = getattr(row, name), shift * row.current_density / 10
            if key == "polarization":
                if side.polarization_begin is not None:
                    marks["o"].append((x, 1e3 * side.polarization_begin))
            else:
                marker = "^" if side.life_upper_h is None else "v" if side.life_lower_h == 0 else "o"
                marks[marker].append((x, side.life_upper_h or side.life_lower_h))
        for marker, points in marks.items():
            if points:
                places, heights = zip(*points, strict=True)
                axes.plot(places, heights, marker, color=color, alpha=0.55, markersize=5.5, markeredgewidth=0)
        axes.plot([], [], "o", color=color, label=f"{name}, published")


def _own(axes: Axes, density: float | None, value: float | None, marker: str) -> None:
    """This cell: a diamond, or a line where its current density is unknown."""
    if value is None or value <= 0:
        return
    if density is None:
        axes.axhline(value, color=ACCENT, linewidth=1.6, label="this cell (area unknown)")
    else:
        axes.plot(density / 10, value, marker, color=ACCENT, markersize=9, label="this cell", zorder=5)


def published(cell: CellView) -> Drawn | None:
    """Polarization at begin and life of the published cells against current density, this cell marked."""
    where = place(cell)
    if where is None:
        return None
    density, life, level = (
        cell.outcome.current_density_A_per_m2, cell.outcome.life, cell.outcome.polarization_begin_V
    )  # fmt: skip
    with styled():
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        _points(left, where.rows, "polarization")
        _points(right, where.rows, "life")
        _own(left, density, None if level is None else 1e3 * level, "D")
        lived = None if life is None else (life.upper_h or life.lower_h)
        _own(right, density, lived, "^" if life is not None and life.upper_h is None else "D")
        for axes, name in ((left, "polarization at begin / mV"), (right, "life / h")):
            axes.set(xscale="log", yscale="log", xlabel="current density / mA cm⁻²", ylabel=name)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
                axis.set_major_formatter(lambda value, _: f"{value:g}")
                axis.set_minor_formatter(lambda _value, _: "")
            axes.grid()
        handles, labels = left.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=4)
    return Drawn(
        "published", f"Among published cells: {cell.name}",
        f"Symmetric cells {where.which} of Table 3 of the review. Triangles: life longer (up) or shorter (down) than "
        "the mark.", figure, csv_text(_columns(where.rows)),
    )  # fmt: skip


def _columns(rows: tuple[CellRow, ...]) -> dict[str, list[object]]:
    columns: dict[str, list[object]] = {
        key: [] for key in ("row", "anode", "side", "current_density_A_per_m2", "polarization_begin_V",
                            "life_lower_h", "life_upper_h")
    }  # fmt: skip
    for row in rows:
        for name in ("bare", "coated"):
            side = getattr(row, name)
            values = (row.row, row.anode, name, float(row.current_density), side.polarization_begin,
                      float(side.life_lower_h), side.life_upper_h)  # fmt: skip
            for column, value in zip(columns.values(), values, strict=True):
                column.append(value if not isinstance(value, np.generic) else value.item())
    return columns
