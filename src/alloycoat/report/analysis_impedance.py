"""Figures of impedance rows: the spectra, and what they resolve into against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure
from numpy.typing import NDArray

from alloycoat.record import Impedance
from alloycoat.report.analysis_figures import Drawn
from alloycoat.report.analysis_view import CellView, csv_text
from alloycoat.report.style import ACCENT, COATED, RULE
from alloycoat.report.svg import WIDTH, styled

_MOST_SHOWN = 12
_TURNS = 2.0
"""A frequency that jumps by this factor against the direction of the sweep begins another spectrum."""


def spectra(rows: Impedance) -> list[NDArray[np.intp]]:
    """The rows of each spectrum: a new one begins where the frequency jumps back against its sweep."""
    if rows.time_s.size == 0:
        return []
    step = np.diff(np.log(rows.frequency_Hz))
    usual = float(np.sign(np.median(step))) if step.size else -1.0
    starts = np.flatnonzero(-usual * step > np.log(_TURNS)) + 1
    return [part for part in np.split(np.arange(rows.time_s.size), starts) if part.size]


def nyquist(cell: CellView) -> Drawn | None:
    """The spectra in the complex plane, early ones dark; None without impedance rows."""
    rows = cell.record.impedance
    if rows is None or rows.time_s.size == 0:
        return None
    parts = spectra(rows)
    chosen = np.unique(np.linspace(0, len(parts) - 1, min(len(parts), _MOST_SHOWN)).round().astype(int))
    area = cell.record.area_m2
    factor, unit = (1.0, "Ω") if area is None else (area * 1e4, "Ω cm²")
    with styled():
        figure = Figure(figsize=(WIDTH, 4.2), layout="constrained")
        axes = figure.subplots()
        colors = colormaps["viridis"](np.linspace(0.0, 0.88, max(len(chosen), 2)))
        for color, k in zip(colors, chosen, strict=False):
            part = parts[k]
            when = cell.since_start(float(rows.time_s[part[0]]))
            axes.plot(
                factor * rows.real_ohm[part], -factor * rows.imaginary_ohm[part], "o-", color=color, markersize=3.5,
                linewidth=0.9, label=f"{k + 1}: at {when:.4g} h",
            )  # fmt: skip
        axes.axhline(0, color=RULE, linewidth=0.8)
        axes.set_aspect("equal", adjustable="datalim")
        axes.set(xlabel=f"Re Z / {unit}", ylabel=f"−Im Z / {unit}")
        axes.grid()
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    number = np.concatenate([np.full(part.size, k + 1) for k, part in enumerate(parts)])
    data = {"spectrum": number, "time_s": rows.time_s, "frequency_Hz": rows.frequency_Hz, "real_ohm": rows.real_ohm,
            "imaginary_ohm": rows.imaginary_ohm}  # fmt: skip
    caption = f"{len(parts)} spectra of the record"
    caption += f", {len(chosen)} of them drawn." if len(chosen) < len(parts) else "."
    return Drawn("nyquist", f"Impedance: {cell.name}", caption, figure, csv_text(data))


def _numbers(values: Sequence[Any]) -> np.ndarray:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=float)


def resistances(cell: CellView) -> Drawn | None:
    """Bulk and interfacial resistance of each spectrum against time; None where none was fitted."""
    found = cell.outcome.impedance
    if not found:
        return None
    series = {name: found.get(key) for name, key in (("bulk", "bulk_ohm"), ("interface", "interfacial_ohm"))}
    times = found.get("time_s")
    if times is None or not all(isinstance(values, (list, tuple)) for values in series.values()):
        return None
    hours = np.array([cell.since_start(float(t)) for t in times])
    with styled():
        figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
        axes = figure.subplots()
        data: dict[str, Any] = {"time_h": hours}
        for (name, values), color, marker in zip(series.items(), (COATED, ACCENT), "os", strict=True):
            ohm = _numbers(values or ())
            data[f"{name}_ohm"] = ohm
            axes.plot(hours, ohm, f"{marker}-", color=color, markersize=4.5, linewidth=0.8, label=name)
        axes.set(xlabel="time / h", ylabel="resistance / Ω")
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    caption = "From a small equivalent circuit fitted to each spectrum; the smaller of the circuits that fit as well."
    return Drawn("resistance", f"Resistances from impedance: {cell.name}", caption, figure, csv_text(data))
