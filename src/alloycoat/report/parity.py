"""Parity plots: predicted against printed, for lives, polarizations and thicknesses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from alloycoat.calibration.reproduce_cells import Comparison, ReproducedCell
from alloycoat.literature.reproduce import Reproduced
from alloycoat.report.style import ACCENT, BARE, COATED, INK, RULE
from alloycoat.report.svg import WIDTH, styled, svg_text
from alloycoat.store import write_json, write_text

_LIVES = (
    ("bare_life_h", "Bare life, blind / h", BARE), ("coated_life_h", "Coated life, given own bare / h", COATED),
    ("life_ratio", "Life ratio, given own bare", COATED),
)  # fmt: skip
_VOLTS = (
    ("bare_begin_V", "Bare, begin, blind / V", BARE), ("bare_end_V", "Bare, end, blind / V", BARE),
    ("coated_end_V", "Coated, end, given own bare / V", COATED),
)  # fmt: skip


def _panel(axes: Any, items: Sequence[Comparison], title: str, color: str) -> None:
    """Median and 80 % interval over the printed value; open with an arrow where only a bound is printed."""
    ends: list[float] = []
    for item in items:
        low, high = item.printed
        x = high if low is None else low
        if x is None:
            continue
        shade = color if item.verdict == "agrees" else ACCENT
        axes.plot((x, x), (item.predicted[0], item.predicted[2]), color=shade, lw=0.8, alpha=0.6)
        exact = low == high
        axes.plot(x, item.predicted[1], "o", color=shade, ms=4.5, fillstyle="full" if exact else "none")
        if not exact:
            further = x * (1.5 if high is None else 1 / 1.5)
            axes.annotate(
                "", (further, item.predicted[1]), (x, item.predicted[1]),
                arrowprops={"arrowstyle": "->", "color": shade, "lw": 0.8},
            )  # fmt: skip
        ends += [x, item.predicted[1]]
    if ends:
        span = np.array([min(ends) / 2.0, max(ends) * 2.0])
        axes.plot(span, span, color=INK, lw=0.8)
        axes.fill_between(span, span / 2.0, span * 2.0, color=RULE, alpha=0.2, lw=0)
        axes.set(xlim=tuple(span), ylim=tuple(span))
    axes.set(xscale="log", yscale="log", xlabel="printed", ylabel="predicted", title=title)


def cell_parity(rows: Sequence[ReproducedCell], kind: str = "life") -> Figure:
    """Three panels of the held-out cells; kind: "life" or "polarization". Orange: outside the 80 % interval."""
    with styled():
        drawn = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        panels = drawn.subplots(1, 3)
        for axes, (key, title, color) in zip(panels, _LIVES if kind == "life" else _VOLTS, strict=True):
            seen: set[tuple[Any, ...]] = set()
            items = []
            for row in rows:
                item = row.find(key)
                # rows with one bare cell show it once
                if item is None or (key.startswith("bare") and (row.ref, item.printed, item.predicted) in seen):
                    continue
                seen.add((row.ref, item.printed, item.predicted))
                items.append(item)
            _panel(axes, items, title, color)
    return drawn


def coating_parity(rows: Sequence[Reproduced]) -> Figure:
    """Thickness of the published layers: predicted with its interval against printed."""
    with styled():
        drawn = Figure(figsize=(WIDTH / 2, 3.6), layout="constrained")
        axes = drawn.subplots()
        ends: list[float] = []
        for row in rows:
            if row.predicted_um is None or not row.ratio:
                continue
            low, middle, high = row.predicted_um
            x = middle / row.ratio
            shade = ACCENT if row.verdict == "contradicts mass balance" else COATED
            axes.plot((x, x), (low, high), color=shade, lw=0.8, alpha=0.6)
            axes.plot(x, middle, "o", color=shade, ms=4.5)
            ends += [x, middle]
        if ends:
            span = np.array([min(ends) / 2.0, max(ends) * 2.0])
            axes.plot(span, span, color=INK, lw=0.8)
            axes.fill_between(span, span / 2.0, span * 2.0, color=RULE, alpha=0.2, lw=0)
        axes.set(xscale="log", yscale="log", xlabel="printed / um", ylabel="predicted / um")
        axes.set_title("Thickness (orange: against the mass balance)")
    return drawn


def parity_svgs(rows: Sequence[Any]) -> dict[str, str]:
    """File name -> svg, for the tables that are among the rows."""
    cells = [row for row in rows if isinstance(row, ReproducedCell)]
    coatings = [row for row in rows if isinstance(row, Reproduced)]
    found = {}
    if cells:
        found["parity_life.svg"] = svg_text(cell_parity(cells, "life"), "Lives, predicted against printed", "pl")
        found["parity_polarization.svg"] = svg_text(
            cell_parity(cells, "polarization"), "Polarizations, predicted against printed", "pp"
        )
    if coatings:
        found["parity_thickness.svg"] = svg_text(coating_parity(coatings), "Thickness, predicted against printed", "pt")
    return {
        name: text.replace("<svg ", '<svg style="background:#ffffff" ', 1) + "\n" for name, text in found.items()
    }  # fmt: skip


def write_parity(rows: Sequence[Any], document: Any, folder: Path) -> list[Path]:
    """Write reproduce.json and the parity plots into a folder; returns what was written."""
    written = [write_json(folder / "reproduce.json", document)]
    return [*written, *(write_text(folder / name, text) for name, text in parity_svgs(rows).items())]
