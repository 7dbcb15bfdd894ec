"""Figures of the two simulated cells: voltage over the whole life, what ages, how long samples live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from alloycoat.report.job import Run
from alloycoat.report.side import STANDS, Side
from alloycoat.report.style import BARE, COATED
from alloycoat.report.svg import WIDTH, styled
from alloycoat.report.words import quantity

Array = NDArray[np.float64]
COLORS = {"bare": BARE, "coated": COATED}
_BINS = 260
_POINTS = 120


def made(height: float) -> Figure:
    """An empty figure of the width of the page, `height` in inches."""
    return Figure(figsize=(WIDTH, height), layout="constrained")


def voltage(run: Run) -> Figure:
    """Cell voltage: the whole life of each cell as an envelope, and three of its cycles beside one another."""
    sides = run.sides
    with styled():
        figure = made(2.6 + 1.15 * len(sides))
        halves: Any = figure.subfigures(2, 1, height_ratios=(1.3 * len(sides), 2.3))
        upper, lower = halves
        strips = np.atleast_1d(upper.subplots(len(sides), 1, sharex=True))
        longest = max(side.record.time_s[-1] for side in sides) / 3600
        for side, axes in zip(sides, strips, strict=True):
            _life(axes, side, longest)
        strips[0].set_title("Whole life")
        strips[-1].set_xlabel("time / h")
        _zooms(lower, sides, bool(run.cells))
    return figure


def _life(axes: Axes, side: Side, longest: float) -> None:
    """Lowest and highest voltage over time, and why it ended."""
    record, color = side.record, COLORS[side.name]
    hours = record.time_s / 3600
    if record.cycle is None or side.aged.cycles < 40:
        axes.plot(hours, 1e3 * record.voltage_V, color=color, linewidth=1.0)
    else:  # lowest and highest of each cycle, or of a few of them
        few = -(-int(record.cycle[-1]) // _BINS)
        place = record.cycle // few
        starts = np.flatnonzero(np.diff(place, prepend=-1))
        low = np.minimum.reduceat(1e3 * record.voltage_V, starts)
        high = np.maximum.reduceat(1e3 * record.voltage_V, starts)
        hours = np.append(hours[starts], hours[-1])
        low, high = np.append(low, low[-1]), np.append(high, high[-1])
        axes.fill_between(hours, low, high, color=color, alpha=0.55, linewidth=0.4)
    top = _top(record.voltage_V)
    bottom = -top if float(np.quantile(record.voltage_V, 0.05)) < 0 else 0.0
    axes.set(xlim=(0, 1.02 * longest), ylim=(bottom, top), ylabel="V / mV")
    axes.axhline(0, color=BARE, linewidth=0.6)
    axes.grid(axis="y")
    end = side.aged.time_s / 3600  # a shorted cell is recorded for some cycles more
    axes.axvline(end, color=color, linewidth=1.2)
    near = end > 0.55 * longest
    axes.annotate(
        f"{side.name}, {quantity(side.aged.time_s, 's')}: {side.record.ended.name.replace('_', ' ')}",
        (end, 0.96), xycoords=("data", "axes fraction"), xytext=(-6 if near else 6, 0),
        textcoords="offset points", ha="right" if near else "left", va="top", fontsize=9, color=color,
        bbox={"facecolor": "white", "alpha": 0.75, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def _top(voltage_v: Array) -> float:
    """Largest |V| in mV that is shown: an end that runs away does not flatten the rest."""
    size = np.abs(voltage_v)
    return 1.12e3 * float(min(np.max(size), max(2.0 * np.quantile(size, 0.98), 1e-4), STANDS))


def _zooms(figure: Any, sides: Sequence[Side], bands: bool) -> None:
    """The cycle at begin with its bands, one in the middle of each life, and the last whole one."""
    panels = figure.subplots(1, 3, sharey=True)
    tops, lows = [1.0], [0.0]
    for side in sides:
        color = COLORS[side.name]
        for axes, number in zip(panels, shown_cycles(side), strict=True):
            hours, volts = one_cycle(side, number)
            axes.plot(hours, 1e3 * volts, color=color, label=side.name)
            tops.append(_top(volts))
            lows.append(1.12e3 * float(np.min(volts)))
        if bands:
            band = side.band
            for step in np.unique(band.step):
                one = band.step == step
                panels[0].fill_between(
                    band.time_s[one] / 3600, 1e3 * band.low_V[one], 1e3 * band.high_V[one],
                    color=color, alpha=0.2, linewidth=0,
                )  # fmt: skip
    top = max(tops)
    panels[0].set(ylabel="cell voltage / mV", ylim=(max(-top, min(lows)), top))
    begin = max(side.early.begin for side in sides)
    panels[0].set_title(f"Cycle {begin}" + (", 10–90 %" if bands else ""))
    panels[1].set_title("Half of each life")
    panels[2].set_title("Last whole cycle")
    for axes in panels:
        axes.grid(axis="y")
        axes.axhline(0, color=BARE, linewidth=0.6)
        axes.set_xlabel("time in the cycle / h")
    panels[0].legend(loc="lower right", ncols=len(sides), fontsize=8.5)


def shown_cycles(side: Side) -> tuple[int, int, int]:
    """Numbers of the cycles that are drawn: begin, half of the life, last whole one."""
    last = max(1, side.aged.cycles)
    begin = min(side.early.begin, last)
    return begin, max(begin, last // 2), last


def one_cycle(side: Side, number: int) -> tuple[Array, Array]:
    """Hours since its start and volts of one cycle of the record."""
    record = side.record
    assert record.cycle is not None
    one = record.cycle == number
    first = int(np.argmax(one))
    start = float(record.time_s[first - 1]) if first else 0.0
    return (record.time_s[one] - start) / 3600, record.voltage_V[one]


def _thin(time: Array, *columns: Array) -> list[Array]:
    """At most `_POINTS` of the entries, the last always."""
    if len(time) <= _POINTS:
        return [time, *columns]
    keep = np.unique(np.linspace(0, len(time) - 1, _POINTS).round().astype(int))
    return [time[keep], *(column[keep] for column in columns)]


def ageing(run: Run) -> Figure:
    """What ages against time: polarization, dead metal, dead layers, electrolyte, saturation, coverage."""
    with styled():
        figure = made(4.3)
        panels = figure.subplots(2, 3, sharex=True).ravel()
        titles = (
            "polarization / mV", "dead metal / mAh cm⁻²", "dead layers / µm", "electrolyte left / µL cm⁻²",
            "pore saturation / %", "coverage / %",
        )  # fmt: skip
        for side in run.sides:
            for axes, (time, values) in zip(panels, _columns(side), strict=True):
                if len(time):
                    axes.plot(*_thin(time / 3600, values), color=COLORS[side.name], label=side.name)
        for axes, title in zip(panels, titles, strict=True):
            axes.set_title(title)
            axes.grid()
            low, high = axes.get_ylim()
            axes.set_ylim(min(0.0, low), 1.03 * high if high > 0 else 1.0)
        for axes in panels[3:]:
            axes.set_xlabel("time / h")
        if run.coated is None:
            panels[5].text(0.5, 0.5, "no coating", transform=panels[5].transAxes, ha="center", color=BARE)
            panels[5].set_yticks([])
        panels[0].legend(loc="best")
    return figure


def _columns(side: Side) -> list[tuple[Array, Array]]:
    """Time in s and value of each panel of `ageing`."""
    found, cell = side.aged.inventory, side.cell
    time, nothing = found.time_s, np.empty(0)
    dead = found.metal["working_dead"] + found.metal["counter_dead"]
    pores = cell.porosity * cell.separator_thickness + side.worn.dead_porosity * (found.layer_m[0] + found.layer_m[1])
    left = found.electrolyte_free_m + found.saturation * pores
    covered = [found.coverage[k] for k in (0, 1) if cell.coated[k]]
    return [
        (side.levels[0], 1e3 * side.levels[1]),
        (time, dead / 3.6e4),
        (time, 1e6 * (found.layer_m[0] + found.layer_m[1])),
        (time, 1e5 * left),
        (time, 100 * found.saturation),
        (time, 100 * np.mean(covered, axis=0)) if covered else (nothing, nothing),
    ]


def survival(run: Run) -> Figure:
    """Share of the sampled cells still alive against time; the nominal record and the nearest published lives."""
    with styled():
        figure = made(3.1)
        axes = figure.subplots()
        shown: list[float] = []
        for side in run.sides:
            color, found = COLORS[side.name], side.lives
            if found is None:
                continue
            ended = np.sort(found.time_s[found.observed]) / 3600
            count = len(found.time_s)
            end = float(found.time_s.max()) / 3600
            steps = np.concatenate([[0.0], ended, [end]])
            alive = np.concatenate([[1.0], 1.0 - np.arange(1, len(ended) + 1) / count, [1.0 - len(ended) / count]])
            axes.step(steps, 100 * alive, where="post", color=color, label=f"{side.name}, {count} samples")
            nominal = side.aged.time_s / 3600
            axes.plot(nominal, 50, "D", color=color, markersize=7, zorder=5)
            shown += [float(ended[0]) if len(ended) else end, end, nominal]
        for k, (name, pick) in enumerate((("bare", "bare"), ("coated", "coated"))):
            lives = [getattr(neighbor.row, pick) for neighbor in run.published]
            known = [life.life_upper_h or life.life_lower_h for life in lives]
            marks = [life.life_upper_h is None for life in lives]
            for open_end in (False, True):
                some = [value for value, mark in zip(known, marks, strict=True) if mark is open_end]
                axes.plot(some, [108 + 7 * k] * len(some), ">" if open_end else "o", color=COLORS[name], markersize=6)
            shown += known
        axes.axhline(100, color=BARE, linewidth=0.6)
        axes.set(xscale="log", xlim=(0.7 * min(shown), 1.25 * max(shown)), ylim=(0, 121))
        axes.set_yticks([0, 25, 50, 75, 100, 111], ["0", "25", "50", "75", "100", "published"])
        axes.set(xlabel="time / h", ylabel="sampled cells alive / %")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
        axes.grid()
        axes.legend(loc="lower left")
    return figure


def impedance(run: Run) -> Figure:
    """Nyquist plots over the life of each cell, and bulk and interfacial resistance against time."""
    with styled():
        figure = made(3.3)
        panels = figure.subplots(1, len(run.sides) + 1)
        for side, axes in zip(run.sides, panels, strict=False):
            shades = np.linspace(0.35, 1.0, len(side.spectra))
            for one, shade in zip(side.spectra, shades, strict=True):
                z = 1e4 * one.spectrum.impedance
                axes.plot(
                    z.real, -z.imag, color=COLORS[side.name], alpha=float(shade), linewidth=1.3,
                    label=f"cycle {one.cycle}",
                )  # fmt: skip
            axes.set_title(f"Nyquist, {side.name}")
            most = 1.05e4 * max(float(np.max(one.spectrum.impedance.real)) for one in side.spectra)
            axes.set(xlabel="Re Z / Ω cm²", xlim=(0, most), ylim=(0, most))
            axes.set_aspect("equal")
            axes.grid()
            axes.legend(fontsize=8, loc="upper left", handlelength=1.2, labelspacing=0.2)
        panels[0].set_ylabel("−Im Z / Ω cm²")
        last = panels[-1]
        for side in run.sides:
            hours = [one.time_s / 3600 for one in side.resistances]
            for kind, dashes in (("bulk", ":"), ("interfacial", "-")):
                values = [1e4 * getattr(one.spectrum, kind) for one in side.resistances]
                last.plot(hours, values, dashes, color=COLORS[side.name], label=f"{kind}, {side.name}")
        last.set_title("Resistance / Ω cm²")
        last.set(xlabel="time / h", yscale="log")
        last.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        last.grid()
        last.legend(fontsize=8)
    return figure
