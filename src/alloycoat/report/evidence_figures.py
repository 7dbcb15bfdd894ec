"""Figures of the meta-analysis: forest plot, life against plated charge, polarization slopes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from alloycoat.literature.meta import Summary
from alloycoat.literature.meta_effects import Effect
from alloycoat.literature.meta_slopes import SIDES, Point, begins, line_through, one_vote, points, side_of
from alloycoat.literature.rows import CellRow
from alloycoat.report.style import BARE, COATED, INK, RULE
from alloycoat.report.svg import WIDTH, styled

_COLORS = {"bare": BARE, "coated": COATED}
_MARKERS = {"ether": "o", "carbonate": "s"}
_SHOWN = (0.1, 100.0)
_CURRENTS = (0.5, 1, 2, 4)


def _ticks(axis: Any, values: Sequence[float]) -> None:
    """Plain numbers instead of powers of ten."""
    axis.set_major_locator(FixedLocator(list(values)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _forest_lines(summary: Summary, quantity: str) -> list[Effect]:
    order = {"none": 0, "anode": 1, "solvent class": 2, "current": 3, "route class": 4, "route": 5}
    chosen = [e for e in summary.effects if e.quantity == quantity and e.prediction is not None]
    return sorted(chosen, key=lambda effect: order[effect.moderator])


def forest(summary: Summary, quantity: str = "life-ratio") -> Figure:
    """Ratio coated over bare by group: point and thick bar (80 %), thin bar (95 %), pale bar (a new laboratory)."""
    lines = _forest_lines(summary, quantity)
    with styled():
        drawn = Figure(figsize=(WIDTH, 0.9 + 0.27 * max(len(lines), 2)), layout="constrained")
        axes = drawn.subplots()
        names = []
        for k, effect in enumerate(lines):
            name = effect.subset if effect.moderator == "none" else f"{effect.moderator}: {effect.subset}"
            names.append(f"{name}  ({effect.n_rows} rows, {effect.n_papers} papers{'*' if effect.note else ''})")
            ahead = effect.prediction or effect.interval
            axes.plot(ahead, (k, k), color=RULE, lw=6, alpha=0.45, solid_capstyle="butt")
            axes.plot(effect.strict, (k, k), color=COATED, lw=1)
            axes.plot(effect.interval, (k, k), color=COATED, lw=3, solid_capstyle="butt")
            axes.plot(effect.estimate, k, "o", color=COATED, ms=5)
        axes.axvline(1.0, color=INK, lw=0.8)
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", length=0)
        axes.set(xscale="log", xlim=_SHOWN, ylim=(len(names) - 0.4, -0.6))
        axes.set_xlabel(
            f"{quantity}, coated over bare (80 %, 95 %, pale: a new laboratory; *: one paper or bounds only)"
        )
        axes.grid(axis="x")
    return drawn


def _lives(axes: Any, cells: Sequence[Point], side: str, x_of: Any, y_of: Any) -> None:
    """Points, with an arrow towards where a bounded life lies."""
    for solvent, marker in _MARKERS.items():
        chosen = [cell for cell in cells if cell.row.solvent_class == solvent]
        exact = [cell for cell in chosen if cell.lower == cell.upper]
        axes.plot(
            [x_of(c) for c in exact], [y_of(c, c.lower) for c in exact], marker, color=_COLORS[side], ms=5,
            ls="none", label=f"{side}, {solvent}",
        )  # fmt: skip
        for cell in chosen:
            if cell.lower == cell.upper:
                continue
            rising = cell.upper is None
            value = y_of(cell, cell.lower if rising else cell.upper)
            axes.annotate(
                "", (x_of(cell), value * (1.35 if rising else 0.74)), (x_of(cell), value),
                arrowprops={"arrowstyle": "->", "color": _COLORS[side], "lw": 0.9},
            )  # fmt: skip
            axes.plot(x_of(cell), value, marker, color=_COLORS[side], ms=5, fillstyle="none")


def _span_when_empty(axes: Any) -> None:
    """A logarithmic axis needs limits where nothing stands on it."""
    if not any(np.size(line.get_xdata()) for line in axes.lines):
        axes.set(xlim=(0.1, 10), ylim=(0.1, 10))


def life_charge(summary: Summary) -> Figure:
    """Life against current density with lines of constant plated charge; plated charge against areal capacity."""
    lithium = [row for row in summary.rows if row.anode == "Li"]
    with styled():
        drawn = Figure(figsize=(WIDTH, 3.9), layout="constrained")
        left, right = drawn.subplots(1, 2)
        currents = np.array([0.4, 5.0])
        for side in SIDES:
            cells = points(lithium, side)
            _lives(left, cells, side, lambda c: c.current, lambda _, life: life)
            _lives(right, cells, side, lambda c: c.row.areal_capacity / 36000.0, lambda c, life: life * c.current / 2.0)
            for solvent, line in (("ether", "-"), ("carbonate", "--")):
                charge = next(
                    (e.estimate for e in summary.effects
                     if e.quantity == f"{side}-plated-charge" and e.subset == f"Li, {solvent}"), None,
                )  # fmt: skip
                if charge is not None:
                    left.plot(currents, 2.0 * charge / currents, line, color=_COLORS[side], lw=1)
        left.set(xscale="log", yscale="log", xlabel="current density / mA cm$^{-2}$", ylabel="life / h", title="Life")
        left.legend(loc="lower left", fontsize=8)
        right.set(
            xscale="log", yscale="log", xlabel="areal capacity of a half-cycle / mAh cm$^{-2}$",
            ylabel="charge plated until the end / mAh cm$^{-2}$", title="Plated charge",
        )  # fmt: skip
        for axes in (left, right):
            _span_when_empty(axes)
            _ticks(axes.xaxis, _CURRENTS)
            axes.grid(which="major")
    return drawn


def polarization_slopes(rows: Sequence[CellRow]) -> Figure:
    """Begin polarization of Li cells against current density; begin and end of every cell joined by a line."""
    with styled():
        drawn = Figure(figsize=(WIDTH, 3.9), layout="constrained")
        panels = drawn.subplots(1, 3, width_ratios=(1.6, 1.0, 1.0))
        for side in SIDES:
            cells = [cell for cell in begins(rows, side) if cell.row.anode == "Li"]
            x, y = [cell.current for cell in cells], [cell.lower for cell in cells]
            fill: Any = "full" if side == "coated" else "none"
            panels[0].plot(x, y, "o", color=_COLORS[side], ms=5, fillstyle=fill, label=side)
            panels[0].plot(*line_through(cells), color=_COLORS[side], lw=1)
        panels[0].set(xscale="log", yscale="log", xlabel="current density / mA cm$^{-2}$", ylabel="polarization / V")
        panels[0].set_title("At the beginning, Li")
        panels[0].legend(loc="upper left")
        _ticks(panels[0].xaxis, _CURRENTS)
        _ticks(panels[0].yaxis, (0.02, 0.05, 0.1, 0.2, 0.4))
        for axes, side in zip(panels[1:], SIDES, strict=True):
            for row in one_vote(rows, side):
                cell = side_of(row, side)
                if cell.polarization_begin and cell.polarization_end:
                    falls = cell.polarization_end < cell.polarization_begin
                    style = ":" if falls else "-"
                    pair = (cell.polarization_begin, cell.polarization_end)
                    axes.plot((0, 1), pair, style, color=_COLORS[side], lw=1, marker=".", ms=4, alpha=0.8)
            axes.set(yscale="log", ylim=(0.008, 8), xlim=(-0.2, 1.2), title=f"{side}, all")
            axes.set_xticks((0, 1), ("begin", "end"))
        panels[2].tick_params(labelleft=False)
        for axes in panels:
            _span_when_empty(axes)
            axes.grid(axis="y")
    return drawn
