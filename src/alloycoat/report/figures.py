"""The figures: outcomes, records and published rows in, a Figure out; nothing is computed here."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from alloycoat.literature import CellRow
from alloycoat.report.cell_figures import COLORS
from alloycoat.report.cell_figures import made as _figure
from alloycoat.report.job import Run
from alloycoat.report.side import STANDS, Side
from alloycoat.report.style import ACCENT, BARE
from alloycoat.report.svg import styled
from alloycoat.report.words import lived, subscripts


def _plain_axis(axes: Axes, which: str, ticks: Sequence[float] = ()) -> None:
    """A logarithmic axis with plain numbers: at `ticks`, else at 1, 2, 5 of each decade."""
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(FixedLocator(list(ticks)) if ticks else LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())


def _window(run: Run, published: Sequence[float]) -> tuple[float, float]:
    """Lowest and highest polarization in mV that a plot shows; longer intervals end in an arrow there."""
    levels = [side.polarization for side in run.sides if side.polarization is not None]
    low = min([1e3 * level.low for level in levels] + [1e3 * value for value in published] + [100.0])
    known = max([1e3 * value for value in published] + [500.0])
    high = max([1e3 * level.value for level in levels] + [known])
    return 0.75 * low, min(1.7 * high, max(1e3 * STANDS, 1.7 * known))


def _run_interval(axes: Axes, side: Side, place: float, top: float, which: str) -> None:
    """The interval of a simulated polarization as a broad line, cut at `top` with an arrow."""
    level = side.polarization
    if level is None:
        return
    color, end = COLORS[side.name], 1e3 * level.high
    cut = end > top
    shown = 0.93 * top if cut else end
    if 1e3 * level.low > shown:
        shown = 1e3 * level.low  # the whole interval lies beyond: only its arrow is drawn
    line = axes.hlines if which == "x" else axes.vlines
    line(place, 1e3 * level.low, shown, color=color, linewidth=5, alpha=0.35)
    if cut:
        x, y, marker = (0.93 * top, place, ">") if which == "x" else (place, 0.93 * top, "^")
        axes.plot(x, y, marker, color=color, alpha=0.8, markersize=8, zorder=6)


def row_label(row: CellRow) -> str:
    """Name of a published pair of cells on an axis."""
    phases = ", ".join(phase.text for phase in row.phases) or row.element
    return f"{subscripts(phases)}, {row.current_density / 10:g} mA/cm² (row {row.row})"


def polarization(run: Run) -> Figure:
    """Polarization at begin: this run with its intervals, below it the nearest published pairs."""
    rows = [neighbor.row for neighbor in run.published]
    found = [(row.bare.polarization_begin, row.coated.polarization_begin) for row in rows]
    low, top = _window(run, [value for pair in found for value in pair if value is not None])
    with styled():
        figure = _figure(0.9 + 0.42 * (len(rows) + 1.2))
        axes = figure.subplots()
        for side in run.sides:
            y = 0.2 if side.name == "coated" else -0.2
            _run_interval(axes, side, y, top, "x")
            if side.polarization is not None and 1e3 * side.polarization.value < top:
                level = 1e3 * side.polarization.value
                axes.plot(level, y, "D", color=COLORS[side.name], markersize=8, zorder=4)
        for k, pair in enumerate(found):
            for value, name, y in zip(pair, COLORS, (k + 1.18, k + 1.42), strict=True):
                if value is not None:
                    axes.hlines(y, low, 1e3 * value, color=COLORS[name], linewidth=1, alpha=0.6)
                    axes.plot(1e3 * value, y, "o", color=COLORS[name], markersize=7, zorder=3)
        axes.axhline(0.7, color=BARE, linewidth=0.6, linestyle=":")
        axes.set(xscale="log", xlim=(low, top), ylim=(len(rows) + 0.9, -0.6))
        _plain_axis(axes, "x")
        places = [0.0, *(k + 1.3 for k in range(len(rows)))]
        axes.set_yticks(places, ["this recipe, simulated", *map(row_label, rows)])
        axes.tick_params(axis="y", length=0)
        axes.set_xlabel("polarization at begin / mV")
        axes.grid(axis="x")
        _sides_legend(axes, run)
    return figure


def _sides_legend(axes: Axes, run: Run) -> None:
    """Bare and coated above the plot."""
    for name, color in COLORS.items():
        axes.plot([], [], "o", color=color, label=name)
    if run.samples:
        axes.plot([], [], color=BARE, linewidth=5, alpha=0.35, label="10–90 % of the simulation")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=3, borderaxespad=0.2)


def among_published(run: Run, rows: Sequence[CellRow]) -> Figure:
    """Published polarization at begin of every cell of this metal against current density, this run marked."""
    current = run.current_density / 10
    values = [side.polarization_begin for row in rows for side in (row.bare, row.coated)]
    low, top = _window(run, [value for value in values if value is not None])
    with styled():
        figure = _figure(3.5)
        axes = figure.subplots()
        for name, shift in (("bare", 0.97), ("coated", 1.03)):
            levels = [(row.current_density / 10, getattr(row, name).polarization_begin) for row in rows]
            known = [(shift * x, 1e3 * y) for x, y in levels if y is not None]
            axes.plot(
                *zip(*known, strict=True), "o", color=COLORS[name], alpha=0.55, markersize=6,
                markeredgewidth=0, label=f"{name}, published",
            )  # fmt: skip
        for side in run.sides:
            if side.polarization is None:
                continue
            place = current * (0.92 if side.name == "bare" else 1.09)
            _run_interval(axes, side, place, top, "y")
            axes.plot(
                place, 1e3 * side.polarization.value, "D", color=COLORS[side.name], markersize=9,
                markeredgecolor=ACCENT, markeredgewidth=1.6, label=f"{side.name}, this recipe", zorder=5,
            )  # fmt: skip
        axes.set(xscale="log", yscale="log", ylim=(low, top))
        _plain_axis(axes, "x", _spaced(sorted({current, *(row.current_density / 10 for row in rows)})))
        _plain_axis(axes, "y")
        axes.set(xlabel="current density / mA cm⁻²", ylabel="polarization at begin / mV")
        axes.grid()
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return figure


def _spaced(values: Sequence[float]) -> list[float]:
    """Those of the rising values whose labels do not touch on a logarithmic axis."""
    kept: list[float] = []
    least = (values[-1] / values[0]) ** 0.05
    for value in values:
        if not kept or value / kept[-1] >= least:
            kept.append(value)
    return kept


def lives(run: Run) -> Figure:
    """Lives of this recipe's samples and, below, of the nearest published cells; an arrow where one still lived."""
    rows = [neighbor.row for neighbor in run.published]
    with styled():
        figure = _figure(0.9 + 0.5 * (len(rows) + 1))
        axes = figure.subplots()
        known = [side.life_upper_h or side.life_lower_h for row in rows for side in (row.bare, row.coated)]
        longest = max(known + [_shown_life(side) / 3600 for side in run.sides])
        for side in run.sides:
            _sampled_bar(axes, side, 0.19 if side.name == "coated" else -0.19, longest)
        for k, row in enumerate(rows, start=1):
            for found, name, y in ((row.bare, "bare", k - 0.19), (row.coated, "coated", k + 0.19)):
                life_bar(axes, y, found.life_lower_h, found.life_upper_h, COLORS[name], longest)
        for name, color in COLORS.items():
            axes.barh([0], [0], color=color, label=name)
        axes.axhline(0.5, color=BARE, linewidth=0.6, linestyle=":")
        axes.set_yticks(range(len(rows) + 1), ["this recipe, simulated", *map(row_label, rows)])
        axes.tick_params(axis="y", length=0)
        axes.set(ylim=(len(rows) + 0.5, -0.5), xlim=(0, 1.25 * longest), xlabel="life / h")
        axes.grid(axis="x")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    return figure


def _shown_life(side: Side) -> float:
    """The longest life of a side that is drawn, s."""
    ends = [] if side.life is None else [x for x in (side.life.value, side.life.high) if math.isfinite(x)]
    return max([*ends, side.life_limit_s or 0.0, float(side.record.time_s[-1])])


def _sampled_bar(axes: Axes, side: Side, y: float, longest: float) -> None:
    """Median of the samples as a bar with its 10-90 % interval, an arrow where it goes on beyond the protocol."""
    color, life = COLORS[side.name], side.life
    if life is None:
        found = side.outcome.life
        if found is not None:
            life_bar(axes, y, round(found.lower_h, 1), found.upper_h, color, longest)
        return
    limit = (side.life_limit_s or _shown_life(side)) / 3600
    low, middle, high = (min(x / 3600, limit) for x in (life.low, life.value, life.high))
    axes.barh(y, middle, height=0.34, color=color, alpha=0.75)
    axes.plot([low, high], [y, y], color="#222222", linewidth=1.4, marker="|", markersize=7)
    if math.isinf(life.high):
        axes.plot(limit, y, ">", color="#222222", markersize=6)
    axes.text(max(middle, high) + 0.02 * longest, y, lived(life, side.life_limit_s), va="center", fontsize=9)


def life_bar(axes: Axes, y: float, low: float, high: float | None, color: str, longest: float) -> None:
    """Solid up to what is known, hatched where only an upper bound is, an arrow where the end is open."""
    pad = 0.012 * longest
    if high is None:
        axes.barh(y, low, height=0.34, color=color)
        axes.annotate(
            "", (low + 0.05 * longest, y), (low, y), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2}
        )
        axes.text(low + 0.05 * longest + pad, y, f"> {low:g} h", va="center", fontsize=9)
    elif low == 0:
        axes.barh(y, high, height=0.34, facecolor="none", edgecolor=color, hatch="////", linewidth=0.8)
        axes.text(high + pad, y, f"< {high:g} h", va="center", fontsize=9)
    else:
        axes.barh(y, high, height=0.34, color=color)
        axes.text(high + pad, y, f"{high:g} h", va="center", fontsize=9)
