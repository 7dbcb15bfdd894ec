"""The figures of a measured or simulated record: a view in, a Figure and the csv of its data out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from alloycoat.analysis.cycles import VERBS
from alloycoat.analysis.efficiency import discharge_charge
from alloycoat.report.analysis_view import CellView, csv_text, cycle_columns, thinned
from alloycoat.report.style import ACCENT, BARE, COATED, RULE
from alloycoat.report.svg import WIDTH, styled

SIGN_COLORS = {-1: COATED, 1: ACCENT}
"""Negative half-cycles (plating, discharge) and positive ones (stripping, charge)."""
_SHADED = 60
"""More half-cycles than this in one panel are not shaded: they would be narrower than a line."""
_EARLY = 6
"""Half-cycles of the panel that shows the first ones."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A figure with its title, caption, and its data as csv."""

    name: str
    title: str
    caption: str
    figure: Figure
    data: str


def _figure(height: float) -> Figure:
    return Figure(figsize=(WIDTH, height), layout="constrained")


def _scale(largest: float) -> tuple[float, str]:
    """Factor and unit in which voltages are shown."""
    return (1e3, "mV") if largest < 1.5 else (1.0, "V")


def _limits(values: np.ndarray, share: float = 0.06) -> tuple[float, float]:
    low, high = float(np.min(values)), float(np.max(values))
    pad = share * (high - low) or 0.1 * abs(high) or 1.0
    return low - pad, high + pad


def _shade(axes: Axes, cell: CellView, low: float, high: float) -> None:
    """Half-cycles as bands, colored by the sign of the current."""
    halves = cell.seen.halves
    start, end = (np.array([cell.since_start(t) for t in times]) for times in (halves.start_s, halves.end_s))
    inside = np.flatnonzero((end > low) & (start < high))
    if inside.size > _SHADED:
        return
    for k in inside:
        axes.axvspan(start[k], end[k], color=SIGN_COLORS[int(halves.sign[k])], alpha=0.09, linewidth=0)


def _mark_signs(axes: Axes, cell: CellView, low: float, high: float) -> None:
    """Signs of failure: solid lines for verdicts, dotted ones for weak signs; the first of a kind is named."""
    named: set[tuple[str, str]] = set()
    for sign in cell.outcome.signs:
        when = cell.since_start(sign.time_s)
        if not low <= when <= high:
            continue
        sure = sign.strength == "verdict"
        label = None if (sign.kind, sign.strength) in named else f"{sign.kind} ({sign.strength})"
        named.add((sign.kind, sign.strength))
        axes.axvline(when, color="#a84900" if sure else BARE, linestyle="-" if sure else ":",
                     linewidth=1.6 if sure else 1.1, label=label)  # fmt: skip


def _panel(axes: Axes, cell: CellView, low: float, high: float, title: str, factor: float) -> dict[str, list[float]]:
    """The voltage between two times (h); the rows that were drawn."""
    hours, volts = cell.hours, cell.record.voltage_V
    rows = thinned(hours, volts, low, high)
    _shade(axes, cell, low, high)
    axes.plot(hours[rows], factor * volts[rows], color="#222222", linewidth=0.9)
    _mark_signs(axes, cell, low, high)
    axes.set(xlim=(low, high) if high > low else (low - 0.5, high + 0.5))
    axes.set_title(title)
    axes.grid(axis="y")
    if rows.size and volts[rows].min() < 0 < volts[rows].max():
        axes.axhline(0, color=RULE, linewidth=0.7)
    return {"time_h": hours[rows].tolist(), "voltage_V": volts[rows].tolist()}


def _windows(cell: CellView) -> list[tuple[str, float, float]]:
    """The close-ups: the first half-cycles, and those around the failure (else the last ones)."""
    halves, end = cell.seen.halves, float(cell.hours[-1])
    if halves.n <= _EARLY:
        return []
    early = cell.since_start(float(halves.end_s[_EARLY - 1]))
    first = cell.since_start(float(halves.start_s[0]))
    found = [("First half-cycles", max(0.0, first - 0.02 * (early - first)), early)]
    failed = cell.outcome.failure_time_s
    if failed is None:
        return [*found, ("Last half-cycles", cell.since_start(float(halves.start_s[-_EARLY])), end)]
    k = int(np.searchsorted(halves.start_s, failed, side="right")) - 1
    left = cell.since_start(float(halves.start_s[max(0, k - 3)]))
    right = cell.since_start(float(halves.end_s[min(halves.n - 1, k + 3)]))
    return [*found, (f"Around the failure ({cell.outcome.failure})", left, min(end, max(right, left + 1e-6)))]


def voltage(cell: CellView) -> Drawn:
    """Cell voltage against time: all of it, and two close-ups; half-cycles shaded, signs of failure marked."""
    factor, unit = _scale(float(np.max(np.abs(cell.record.voltage_V))))
    windows = _windows(cell)
    with styled():
        figure = _figure(5.4 if windows else 3.2)
        if windows:
            grid = figure.add_gridspec(2, 2)
            places = [figure.add_subplot(grid[0, :]), *(figure.add_subplot(grid[1, k]) for k in range(2))]
        else:
            places = [figure.subplots()]
        panels = [("Whole record", 0.0, float(cell.hours[-1])), *windows]
        data: dict[str, list[float | str]] = {"panel": [], "time_h": [], "voltage_V": []}
        for axes, (title, low, high) in zip(places, panels, strict=True):
            drawn = _panel(axes, cell, low, high, title, factor)
            data["panel"] += [title] * len(drawn["time_h"])
            data["time_h"] += drawn["time_h"]
            data["voltage_V"] += drawn["voltage_V"]
            axes.set_xlabel("time / h")
        for axes in (places[0], *places[1:2]):
            axes.set_ylabel(f"cell voltage / {unit}")
        if cell.outcome.signs:
            places[0].legend(loc="lower left", bbox_to_anchor=(0.2, 1.0), ncols=3, borderaxespad=0.2)
    verbs = VERBS[cell.seen.cell_kind]
    caption = (
        f"Blue bands: negative current ({verbs[-1]}); orange: positive ({verbs[1]}), where few enough to tell. "
        "Solid line: verdict, dotted: weak sign. Of each pixel the lowest and the highest value are drawn."
    )
    return Drawn("voltage", f"Cell voltage against time: {cell.name}", caption, figure, csv_text(data))


def polarization(cell: CellView) -> Drawn | None:
    """Polarization against cycle, incomplete cycles hollow, begin, end and failure marked; None without a cycle."""
    cycles = cell.seen.cycles
    if cycles.n == 0:
        return None
    factor, unit = _scale(float(np.max(np.abs(cycles.polarization_V))))
    number, values = np.arange(1, cycles.n + 1), factor * cycles.polarization_V
    with styled():
        figure = _figure(3.1)
        axes = figure.subplots()
        size = 5.0 if cycles.n <= 100 else 3.0
        for full, face, label in ((True, COATED, "full cycle"), (False, "none", "incomplete cycle")):
            here = cycles.full == full
            if here.any():
                axes.plot(number[here], values[here], "o", color=COATED, markerfacecolor=face, markersize=size,
                          markeredgewidth=0.9, label=label)  # fmt: skip
        levels = (("begin", cell.outcome.polarization_begin_V, "--"), ("end", cell.outcome.polarization_end_V, "-."))
        for name, level, line in levels:
            if level is not None:
                axes.axhline(factor * level, color=BARE, linestyle=line, linewidth=1.0, label=f"at {name}")
        failed = cell.outcome.failure_time_s
        if failed is not None:
            place = float(np.searchsorted(cycles.start_s, failed, side="right"))
            axes.axvline(max(place, 1.0), color="#a84900", label=str(cell.outcome.failure))
        axes.set(xlabel="cycle", ylabel=f"polarization / {unit}", xlim=(0, cycles.n + 1))
        axes.set_ylim(*_readable(values[cycles.full] if cycles.full.any() else values))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    caption = (
        "Half of the gap between the settled voltages under positive and negative current, ohmic part included; "
        "counted by changes of sign, not by the cycler's numbers. The csv has every value, also those off the scale."
    )
    return Drawn("polarization", f"Polarization against cycle: {cell.name}", caption, figure,
                 csv_text(cycle_columns(cell)))  # fmt: skip


def _readable(values: np.ndarray) -> tuple[float, float]:
    """Limits that show the bulk: all values, unless a few lie far beyond the rest."""
    low, high = _limits(values)
    if values.size >= 10:
        inner_low, inner_high = (float(v) for v in np.percentile(values, [2, 98]))
        span = inner_high - inner_low
        if span > 0 and high - low > 30 * span:
            return inner_low - 10 * span, inner_high + 10 * span
    return min(low, 0.0) if low > 0 and low < 0.5 * high else low, high


def efficiency(cell: CellView) -> Drawn | None:
    """Coulombic efficiency by pair of half-cycles; None where it is undefined."""
    known = cell.outcome.coulombic_efficiency
    values = np.array([np.nan if value is None else value for value in known or ()], dtype=float)
    if not np.isfinite(values).any():
        return None
    number, percent = np.arange(1, values.size + 1), 100 * values
    with styled():
        figure = _figure(2.8)
        axes = figure.subplots()
        axes.plot(number, percent, "o", color=COATED, markersize=4.5 if values.size <= 100 else 3)
        axes.axhline(100, color=RULE, linewidth=0.8)
        inner = percent[np.isfinite(percent)]
        low, high = np.percentile(inner, [5, 95])
        pad = max(1.0, 0.8 * float(high - low))
        axes.set(xlabel="pair of half-cycles", ylabel="coulombic efficiency / %", xlim=(0, values.size + 1))
        axes.set_ylim(max(0.0, float(low) - pad), min(max(float(high) + pad, 100.5), float(inner.max()) + pad))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")
    outside = int(np.sum((inner < axes.get_ylim()[0]) | (inner > axes.get_ylim()[1])))
    caption = f"Charge of the second half-cycle over the first ({cell.outcome.coulombic_efficiency_pairing})"
    caption += f"; {outside} values lie outside of the scale." if outside else "."
    data = {"pair": number, "coulombic_efficiency": values}
    return Drawn("efficiency", f"Coulombic efficiency: {cell.name}", caption, figure, csv_text(data))


def capacity(cell: CellView) -> Drawn | None:
    """Charge by cycle and retention against the begin cycle (full cells); None otherwise."""
    cycles = cell.seen.cycles
    if cell.seen.cell_kind != "full" or cycles.n == 0:
        return None
    given = discharge_charge(cell.seen)
    taken = cycles.second_charge_C if given is cycles.first_charge_C else cycles.first_charge_C
    base = float(given[cell.seen.begin]) if cell.seen.begin >= 0 else 0.0
    number = np.arange(1, cycles.n + 1)
    retention = given / base if base > 0 else np.full(cycles.n, np.nan)
    with styled():
        figure = _figure(3.0)
        axes = figure.subplots()
        for name, values, color, marker in (("discharge", given, COATED, "o"), ("charge", taken, ACCENT, "^")):
            axes.plot(number, values / 3.6, marker, color=color, markersize=4.5, label=name, alpha=0.85)
        if base > 0:
            axes.axhline(0.8 * base / 3.6, color=BARE, linestyle="--", linewidth=1.0, label="80 % of begin")
        axes.set(xlabel="cycle", ylabel="charge / mAh", xlim=(0, cycles.n + 1))
        axes.set_ylim(0, 1.08 * float(max(given.max(), taken.max())) / 3.6 or 1.0)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(axis="y")
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    data = {"cycle": number, "discharge_C": given, "charge_C": taken, "current_A": cycles.current_A,
            "retention": retention}  # fmt: skip
    caption = "Charge passed by cycle; cycles at other currents are shown too, but do not count for the retention."
    return Drawn("capacity", f"Capacity: {cell.name}", caption, figure, csv_text(data))
