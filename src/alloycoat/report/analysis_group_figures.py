"""What compares cells: polarization and efficiency with the spread of each group, survival, and the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from alloycoat.outcome import Life
from alloycoat.report.analysis_figures import Drawn
from alloycoat.report.analysis_files import Picture, render
from alloycoat.report.analysis_groups import Group, GroupsView
from alloycoat.report.analysis_view import CellView, csv_text
from alloycoat.report.comparison import lives
from alloycoat.report.style import ACCENT, BARE, COATED
from alloycoat.report.svg import WIDTH, styled
from alloycoat.report.words import NO_DATA, bullets, figure, html, number, plain, quantity, table

COLORS = (BARE, COATED, ACCENT, "#009e73", "#cc79a7", "#8a6d00", "#56b4e9")
"""Of the groups, in their order (Okabe and Ito)."""
_MOST_LABELED = 8
_MOST_BARS = 60


def _line(cell: CellView, what: str) -> tuple[np.ndarray, np.ndarray]:
    """Cycle number and value of each full cycle, up to the failure."""
    if what == "efficiency":
        known = cell.outcome.coulombic_efficiency or ()
        values = np.array([np.nan if value is None else 100 * value for value in known], dtype=float)
        number_of = np.arange(1, values.size + 1)
        good = np.isfinite(values)
        return number_of[good], values[good]
    cycles, failed = cell.seen.cycles, cell.outcome.failure_time_s
    good = cycles.full.copy()
    if failed is not None:
        good &= cycles.end_s <= failed
    return np.flatnonzero(good) + 1, 1e3 * cycles.polarization_V[good]


def _spread(lines: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, ...]:
    """By cycle: number, lowest, median, highest of the cells that still run, and how many."""
    longest = max((int(x.max()) for x, _ in lines if x.size), default=0)
    grid = np.full((len(lines), longest), np.nan)
    for row, (x, y) in zip(grid, lines, strict=True):
        row[x.astype(int) - 1] = y
    some = np.isfinite(grid).any(axis=0)
    kept = grid[:, some]
    at = np.flatnonzero(some) + 1
    if not at.size:
        return at, at, at, at, at
    return (at, np.nanmin(kept, axis=0), np.nanmedian(kept, axis=0), np.nanmax(kept, axis=0),
            np.isfinite(kept).sum(axis=0))  # fmt: skip


def _add(data: dict[str, list[object]], *columns: Sequence[object] | np.ndarray) -> None:
    """Lengthen the columns, in their order."""
    for name, values in zip(data, columns, strict=True):
        data[name] += np.asarray(values).tolist()


def _curves(sets: Sequence[tuple[str, Sequence[CellView]]], what: str) -> Drawn | None:
    """A band from lowest to highest and the median line of each set of cells, against cycle."""
    name = "polarization / mV" if what == "polarization" else "coulombic efficiency / %"
    data: dict[str, list[object]] = {key: [] for key in ("group", "cycle", "low", "median", "high", "cells")}
    with styled():
        drawn = Figure(figsize=(WIDTH, 3.3), layout="constrained")
        axes = drawn.subplots()
        for k, (label, cells) in enumerate(sets):
            color = COLORS[k % len(COLORS)]
            at, low, middle, high, count = _spread([_line(cell, what) for cell in cells])
            if not at.size:
                continue
            if len(cells) > 1:
                axes.fill_between(at, low, high, color=color, alpha=0.18, linewidth=0)
            shown = label if len(cells) == 1 or len(sets) > 1 else "all cells"
            marker = "." if at.size < 60 else ""
            axes.plot(at, middle, color=color, marker=marker, label=shown if len(sets) <= _MOST_LABELED else None)
            _add(data, [label] * at.size, at, low, middle, high, count)
        if not data["cycle"]:
            return None
        middles = np.array(data["median"], dtype=float)
        if middles.size > 10:  # one bad cycle must not flatten the rest
            low, high = np.percentile(middles, [1, 99])
            pad = 0.6 * (high - low) or 0.05 * abs(high) or 1.0
            axes.set_ylim(max(low - pad, 0.0) if low >= 0 else low - pad, high + pad)
        axes.set(xlabel="cycle", ylabel=name)
        axes.grid(axis="y")
        if len(sets) <= _MOST_LABELED:
            axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    unit, factor = ("_V", 1e-3) if what == "polarization" else ("", 1e-2)
    columns: dict[str, list[object]] = {"group": data["group"], "cycle": data["cycle"], "cells": data["cells"]}
    for key in ("low", "median", "high"):
        columns[f"{what}_{key}{unit}"] = (factor * np.array(data[key], dtype=float)).tolist()
    caption = "Line: median of the cells that still run; band: lowest to highest. Up to each cell's failure."
    return Drawn(f"{what}-by-group", name, caption, drawn, csv_text(columns))


def survival(view: GroupsView) -> Drawn | None:
    """Kaplan-Meier curves with their intervals; ticks where a cell was taken out alive."""
    known = [(k, group) for k, group in enumerate(view.groups) if group.survival is not None]
    if not known:
        return None
    data: dict[str, list[object]] = {key: [] for key in ("group", "time_s", "survival", "low", "high")}
    with styled():
        drawn = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = drawn.subplots()
        for k, group in known:
            curve, color = group.survival, COLORS[k % len(COLORS)]
            assert curve is not None
            last = max(life.upper_s or life.lower_s for life in group.lives) / 3600
            time, lines = curve.time_s / 3600, [curve.survival, curve.low, curve.high]
            if last > time[-1]:
                time, lines = np.append(time, last), [np.append(v, v[-1]) for v in lines]
            axes.step(time, lines[0], where="post", color=color, label=f"{group.name} (n = {curve.n})")
            axes.fill_between(time, lines[1], lines[2], step="post", color=color, alpha=0.16, linewidth=0)
            alive = [life.lower_s / 3600 for life in group.lives if life.upper_s is None]
            heights = [lines[0][max(0, int(np.searchsorted(time, t, side="right")) - 1)] for t in alive]
            axes.plot(alive, heights, "|", color=color, markersize=11, markeredgewidth=1.6)
            _add(data, [group.name] * curve.time_s.size, curve.time_s, curve.survival, curve.low, curve.high)
        axes.set(xlabel="time / h", ylabel="share of cells alive", ylim=(0, 1.05), xlim=(0, None))
        axes.grid(axis="y")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    level = next(group.survival.level for _, group in known if group.survival is not None)
    caption = (
        f"Kaplan-Meier; band: {100 * level:g} % interval; a tick is a cell that was still alive when it was taken out."
    )
    return Drawn("survival", "Survival of the groups", caption, drawn, csv_text(data))


def _span(values: Sequence[float], unit: str) -> str:
    if not values:
        return NO_DATA
    middle = quantity(float(np.median(values)), unit)
    if len(values) == 1 or min(values) == max(values):
        return middle
    return f"{middle} ({quantity(min(values), unit)} to {quantity(max(values), unit)})"


def _bound(value: float | None, factor: float = 1.0) -> str:
    return "open" if value is None else number(factor * value, 3)


def _median_life(group: Group) -> str:
    curve = group.survival
    if curve is None:
        return NO_DATA
    low, high = (_bound(value, 1 / 3600) for value in curve.median_interval_s)
    middle = "not reached" if curve.median_s is None else f"{number(curve.median_s / 3600, 4)}\u00a0h"
    return middle if low == high == "open" else f"{middle} ({low} to {high})"


def group_table(view: GroupsView) -> str:
    """One line a group."""
    rows = [
        (plain(group.name), f"{len(group.cells)}", f"{group.n_failed}", _median_life(group),
         _span(group.values("polarization_begin_V"), "V"), _span(group.values("polarization_end_V"), "V"),
         _span(group.values("coulombic_efficiency"), "%"))
        for group in view.groups
    ]  # fmt: skip
    head = ("group", "cells", "failed", "median life", "polarization, begin", "end", "efficiency")
    return f'<div class="scroll">{table(rows, head, kind="published")}</div>'


def ratio_table(view: GroupsView) -> str:
    """One line a pair of groups; empty for a single group."""
    rows = []
    for pair in view.pairs:
        ratio, words = pair.ratio, plain(pair.reason)
        if ratio is not None and (ratio.low, ratio.high) != (None, None):
            middle = NO_DATA if ratio.ratio is None else number(ratio.ratio, 3)
            interval = f"{_bound(ratio.low)} to {_bound(ratio.high)}, {100 * ratio.level:g} %"
            words = f"{middle} ({interval}){f'; {words}' if words else ''}"
        elif ratio is not None and ratio.ratio is not None:
            words = f"{number(ratio.ratio, 3)}{f'; {words}' if words else ''}"
        rows.append((f"{plain(pair.second)} over {plain(pair.first)}", words))
    return table(rows, ("lives", "ratio"), kind="facts") if rows else ""


def front(cells: Sequence[CellView], view: GroupsView | None) -> tuple[list[str], list[Picture]]:
    """The sections that compare cells, as html, and the pictures in them."""
    sets: list[tuple[str, Sequence[CellView]]]
    if view is None:
        sets = [(cell.name, [cell]) for cell in cells]
    else:
        sets = [(group.name, [cell for cell in cells if cell.group == group.name]) for group in view.groups]
    sections: list[str] = []
    found: list[Drawn | None] = []
    if view is not None:
        sections += ["<h2>Groups</h2>", group_table(view), ratio_table(view)]
        sections.append(bullets(map(html, view.warnings), "warnings"))
        found.append(survival(view))
    sections.append("<h2>Side by side</h2>")
    found += [_curves(sets, "polarization"), _curves(sets, "efficiency"), _bars(cells)]
    pictures = [render(drawn, f"g{k}") for k, drawn in enumerate(found) if drawn is not None]
    sections += [figure(picture.svg, html(picture.caption)) for picture in pictures]
    return [part for part in sections if part], pictures


def _rounded(life: Life) -> Life:
    """The life to four figures, as it is written beside its bar."""
    low, high = life.lower_s, life.upper_s
    return Life(3600 * float(f"{low / 3600:.4g}"), None if high is None else 3600 * float(f"{high / 3600:.4g}"))


def _bars(cells: Sequence[CellView]) -> Drawn | None:
    """Lives as bars."""
    shown = [cell for cell in cells if cell.outcome.life is not None][:_MOST_BARS]
    if not shown:
        return None
    lived = [cell.outcome.life for cell in shown if cell.outcome.life is not None]
    data: dict[str, list[object]] = {
        "cell": [cell.name for cell in shown], "life_lower_s": [life.lower_s for life in lived],
            "life_upper_s": [life.upper_s for life in lived]}  # fmt: skip
    drawn = lives([replace(cell.outcome, life=_rounded(life)) for cell, life in zip(shown, lived, strict=True)])
    return Drawn("lives", "Lives", "An arrow where the cell still lived at the end of its record.", drawn,
                 csv_text(data))  # fmt: skip
