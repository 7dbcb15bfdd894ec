"""Figures of impedance rows: the spectra, and what they resolve into against time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import colormaps
from matplotlib.figure import Figure

from alloycoat.analysis.techniques import spectrum_rows
from alloycoat.report.analysis_figures import Drawn
from alloycoat.report.analysis_view import CellView, csv_text
from alloycoat.report.style import ACCENT, COATED, RULE
from alloycoat.report.svg import WIDTH, styled

_MOST_SHOWN = 12


def nyquist(cell: CellView) -> Drawn | None:
    """The spectra in the complex plane, early ones dark; None without impedance rows."""
    rows = cell.record.impedance
    if rows is None or rows.time_s.size == 0:
        return None
    parts = [np.arange(first, stop) for first, stop in spectrum_rows(rows)]
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
    """Bulk and interfacial resistance of each spectrum against time, with errors; None where none was fitted."""
    found = cell.outcome.impedance
    if not found or not found.get("time_s"):
        return None
    hours = np.array([cell.since_start(float(t)) for t in found["time_s"]])
    area = cell.record.area_m2
    factor, unit = (1.0, "Ω") if area is None else (area * 1e4, "Ω cm²")
    data: dict[str, Any] = {"time_h": hours, "cycle": found["cycle"]}
    with styled():
        figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
        axes = figure.subplots()
        for name, color, marker in (("bulk", COATED, "o"), ("interfacial", ACCENT, "s")):
            key = f"{name}_resistance"
            ohm, error = (_numbers(found[f"{key}{more}_ohm"]) for more in ("", "_error"))
            data[f"{key}_ohm"], data[f"{key}_error_ohm"] = ohm, error
            axes.errorbar(hours, factor * ohm, factor * error, fmt=f"{marker}-", color=color, markersize=4.5,
                          linewidth=0.8, elinewidth=0.8, label=name)  # fmt: skip
        axes.set(xlabel="time / h", ylabel=f"resistance / {unit}")
        axes.set_ylim(
            0,
            1.15
            * factor
            * float(
                max(
                    np.nanmax(data["bulk_resistance_ohm"], initial=0.0),
                    np.nanmax(data["interfacial_resistance_ohm"], initial=0.0),
                )
            )
            or 1.0,
        )
        axes.grid(axis="y")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    circuits = ", ".join(dict.fromkeys(found["circuit"]))
    caption = f"From a small equivalent circuit fitted to each spectrum ({circuits}), with the error of the fit."
    return Drawn("resistance", f"Resistances from impedance: {cell.name}", caption, figure, csv_text(data))
