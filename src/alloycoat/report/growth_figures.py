"""Height, roughness and voltage of the deposits against time, bare against coated, with bands over the seeds."""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from alloycoat.report.growth_job import GrowthRun, GrowthSide
from alloycoat.report.style import BARE, COATED, INK
from alloycoat.report.svg import WIDTH, styled

COLORS = {"bare": BARE, "coated": COATED}
_CHOICES: tuple[tuple[str, str, float], ...] = (
    ("tip_m", "highest tip / µm", 1e6),
    ("rms_m", "roughness (RMS) / µm", 1e6),
    ("arc_length_ratio", "length of front / width", 1.0),
    ("dendrites", "dendrites", 1.0),
)


def _clock(run: GrowthRun) -> tuple[float, str]:
    """Unit of the time axis: seconds, minutes or hours."""
    longest = max(float(side.spread.time_s[-1]) for side in run.sides)
    return (1.0, "s") if longest < 300 else (60.0, "min") if longest < 7200 else (3600.0, "h")


def _band(axes: Axes, side: GrowthSide, name: str, scale: float, unit: float) -> None:
    time, found = side.spread.time_s / unit, side.spread
    color = COLORS[side.name]
    axes.plot(time, scale * found.median[name], color=color, label=side.name)
    if len(side.runs) > 1:
        axes.fill_between(time, scale * found.low[name], scale * found.high[name], color=color, alpha=0.22, linewidth=0)


def descriptors(run: GrowthRun) -> Figure:
    """Four descriptors against time."""
    unit, name = _clock(run)
    with styled():
        figure = Figure(figsize=(WIDTH, 5.2), layout="constrained")
        for axes, (what, label, scale) in zip(figure.subplots(2, 2, sharex=True).flat, _CHOICES, strict=True):
            for side in run.sides:
                _band(axes, side, what, scale, unit)
            axes.set(ylabel=label)
            if what == "dendrites":
                axes.yaxis.set_major_locator(MaxNLocator(integer=True))
            if what == "tip_m":
                for side in run.sides:
                    axes.plot(
                        side.spread.time_s / unit, 1e6 * side.spread.median["mean_m"], color=COLORS[side.name],
                        linestyle=":", linewidth=1.1,
                    )  # fmt: skip
                axes.legend(loc="upper left")
            axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
            axes.grid(axis="y")
            if axes.get_subplotspec().is_last_row():
                axes.set_xlabel(f"time / {name}")
    return figure


def voltage(run: GrowthRun) -> Figure:
    """Voltage of the metal against the counter electrode."""
    unit, name = _clock(run)
    with styled():
        figure = Figure(figsize=(WIDTH, 2.4), layout="constrained")
        axes = figure.subplots()
        for side in run.sides:
            growth = side.runs[0]
            axes.plot(growth.time_s / unit, 1e3 * growth.voltage, color=COLORS[side.name], label=side.name)
        axes.set(xlabel=f"time / {name}", ylabel="voltage / mV")
        axes.axhline(0, color=INK, linewidth=0.6)
        axes.grid(axis="y")
        axes.legend(loc="best", ncols=2)
    return figure
