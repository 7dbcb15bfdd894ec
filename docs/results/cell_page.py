"""Words and pictures of the page that `build_cell.py` writes."""

from __future__ import annotations

from typing import Any

import numpy as np
from cell_numbers import (
    HERE,
    balances,
    ends,
    feature_table,
    half_cell_table,
    healing_table,
    leverage,
    pair,
    shorted,
    table,
)
from matplotlib.figure import Figure

from alloycoat.report.style import ACCENT, BARE, COATED
from alloycoat.report.svg import styled, svg_text

WIDE = 8.6

INTRODUCTION = """# The ageing cell, checked

What [the laws of ageing](../physics/ageing.md) give, measured. Two lithium cells in 1 M LiTFSI in DOL/DME, 2 mA/cm²
for 1 h a half-cycle: bare, and with the InCl₃ dip of `examples/li-incl3-dip.toml`. Every constant is the middle of
its table; nothing is tuned to a published life, and these lives are no prediction."""

FEATURES = """## Features of the trace

After Wood et al. (ref. 77 of the review): a **peak** while the current nucleates on little fresh area, a **dip** as
moss grows, an **end rise** where the moss of the other electrode is used up; with age the peaks give way to
**arching**: the voltage climbs over most of the half-cycle, as salt must cross layers of dead metal. All of this
follows from areas and transport; no shape is put in. *Arching*: the level at three quarters of a half-cycle over that
at 2 %."""

SHORTS = """## Shorts

Rough deposits (`rough` 0.5, `leak` 40 S/m², else as above): a deposit that reaches across adds a leak and the voltage
drops at constant applied current (soft); half of the leak is left after each step; beyond 1000 S/m² the test ends
(hard). Shorts are drawn by seed, their law is assumed."""

HEALING = """## The same metal before and after assembly

The moles of M that cover both electrodes, as pre-treatment, as additive, or shared; 64 seeds each. The additive covers
bare metal at the assumed rate of some hours. The first three lives are the same: the current is beyond what this layer
carries below itself, so most of the metal plates on top of it as moss, covered or not, and its shorts end the cell.
(Few seeds do not show that: one short that comes, or just does not, in a weak half-cycle moves the median of seven by a
third.) A layer kept whole by as much M again ends somewhat sooner: of what plates on top all that does not dissolve is
counted as moss, of what plates on bare metal the share `mossy_share` alone, and more moss is more shorts. Both shares
are assumed: take no preference from this table."""

LEVERAGE = """## What the life hangs on

Median life with one parameter at the low and the high end of its interval, all others in the middle; the seven
strongest of each cell. The law behind the first rows is the weakest founded where its number is only assumed: the
amount of electrolyte and what uses it, then the moss, then shorts and coating loss."""

CONVERGENCE = """## Converged in time step and mesh

Lives with all parameters drawn from their intervals, three protocols, against 14 + 16 + 14 volumes and ten times
smaller errors of a step (`benchmarks/cell_ageing.py`). A life is known to one half-cycle at best, as layers move
between orders. With random shorts single lives may differ by more: a short that just comes, or not, in a weak
half-cycle decides; medians do not move. *moss error x 100* is the test of the trap of explicit growth, *cycles skipped*
the default with `skip=0.005`, *samples of a report* what a report draws its lives with."""

STRESS = """## Ten thousand random cells

`benchmarks/cell_stress.py`: four metals, every electrolyte of the published cells, symmetric and half, bare and
coated, held voltages, rests, formation, limits; parameters up to five times beyond their middle and more. Counted as
failures: NaN, a negative amount, a balance not closed to 1e-10, an end or an error without a name."""


def page(head: str) -> str:
    """The page."""
    parts: list[str] = [
        head,
        "",
        INTRODUCTION,
        "",
        *ends(),
        "",
        "![bare and coated traces](cell_traces.svg)",
        "",
        FEATURES,
        "",
    ]
    parts += [*feature_table(), "", "![half-cycles, young and old](cell_shapes.svg)", ""]
    parts += ["![where metal and electrolyte are](cell_stocks.svg)", "", SHORTS, "", "![shorts](cell_shorts.svg)", ""]
    parts += [
        "## On copper",
        "",
        *half_cell_table(),
        "",
        HEALING,
        "",
        *healing_table(),
        "",
        LEVERAGE,
        "",
        *leverage(),
        "",
    ]
    parts += ["## Balances", "", *balances(), ""]
    for words, name in ((CONVERGENCE, "cell_convergence.csv"), (STRESS, "cell_stress.csv")):
        if (HERE / name).exists():  # made by the benchmarks, in minutes
            parts += [words, "", *table(HERE / name), ""]
    return "\n".join(parts)


def _envelope(record: Any) -> tuple[Any, Any, Any]:
    """Time in h of every half-cycle, and its least and largest |V| in mV."""
    keys = 2 * record.cycle + record.step
    size = 1e3 * np.abs(record.voltage_V)
    numbers = np.unique(keys)
    time = [record.time_s[keys == k][-1] / 3600 for k in numbers]
    return time, [size[keys == k].min() for k in numbers], [size[keys == k].max() for k in numbers]


def traces() -> Figure:
    """Both lives: the span of |V| of every half-cycle."""
    with styled():
        figure = Figure(figsize=(WIDE, 2.8))
        axes = figure.subplots()
        for name, color in (("bare", BARE), ("coated", COATED)):
            time, low, high = _envelope(pair()[name].record)
            axes.fill_between(time, low, high, color=color, alpha=0.45, linewidth=0, label=name)
            axes.plot(time[-1], high[-1], "x", color=color)
        axes.set(xlabel="time / h", ylabel="|V| within a half-cycle / mV", ylim=(0, None))
        axes.legend(loc="upper left")
        axes.grid(axis="y")
    return figure


def shapes() -> Figure:
    """The first half-cycle of a young, a middle-aged and an old cycle."""
    with styled():
        figure = Figure(figsize=(WIDE, 2.8))
        for axes, name in zip(figure.subplots(1, 2), ("bare", "coated"), strict=True):
            aged = pair()[name]
            for cycle, style in ((3, "-"), (aged.cycles // 2, "--"), (aged.cycles, ":")):
                chosen = (aged.record.cycle == cycle) & (aged.record.step == 1)
                time = (aged.record.time_s[chosen] - aged.record.time_s[chosen][0]) / 60
                size = 1e3 * np.abs(aged.record.voltage_V[chosen])
                axes.plot(time, size, style, color=COATED if name == "coated" else BARE, label=f"cycle {cycle}")
            axes.set(xlabel="time in the half-cycle / min", ylabel="|V| / mV", ylim=(0, None))
            axes.set_title(name)
            axes.legend(loc="upper left")
    return figure


def stocks() -> Figure:
    """Dead layers, saturation and free electrolyte, coverage by time."""
    with styled():
        figure = Figure(figsize=(WIDE, 2.6))
        layer, liquid, cover = figure.subplots(1, 3)
        for name, color in (("bare", BARE), ("coated", COATED)):
            stock = pair()[name].inventory
            time = stock.time_s / 3600
            layer.plot(time, 1e6 * stock.layer_m[0], color=color, label=name)
            free = stock.electrolyte_free_m / pair()[f"{name} ageing"].electrolyte_amount
            liquid.plot(time, free, color=color)
            liquid.plot(time, stock.saturation, "--", color=color)
            if name == "coated":
                cover.plot(time, stock.coverage[0], color=color)
                cover.plot(time, stock.coverage[1], "--", color=ACCENT)
        layer.set(xlabel="time / h", ylabel="dead layer / µm")
        layer.legend()
        liquid.set(xlabel="time / h", ylim=(0, 1.05))
        liquid.set_title("free share (line), saturation (dashed)")
        cover.set(xlabel="time / h", ylabel="coverage, both electrodes", ylim=(0, 1))
    return figure


def shorts() -> Figure:
    """Voltage and leak of the cell with rough deposits."""
    with styled():
        figure = Figure(figsize=(WIDE, 2.6))
        volt, leak = figure.subplots(1, 2, width_ratios=(1.6, 1.0))
        aged = shorted()
        last = aged.record.cycle > aged.cycles - 12
        volt.plot(aged.record.time_s[last] / 3600, 1e3 * aged.record.voltage_V[last], color=BARE, linewidth=0.9)
        volt.set(xlabel="time / h", ylabel="V / mV")
        volt.set_title("Last cycles")
        leak.plot(aged.inventory.time_s / 3600, aged.inventory.leak, color=ACCENT)
        leak.set(xlabel="time / h", ylabel="leak / S m⁻²")
    return figure


def pictures() -> dict[str, str]:
    """Every picture as svg text."""
    drawn = {
        "traces": (traces(), "Voltages of a bare and a coated cell over their lives"),
        "shapes": (shapes(), "Half-cycles of young and old cells"),
        "stocks": (stocks(), "Dead layers, electrolyte and coverage"),
        "shorts": (shorts(), "Soft and hard shorts"),
    }
    return {
        name: svg_text(figure, title, name).replace("<svg ", '<svg style="background:#ffffff" ', 1)
        for name, (figure, title) in drawn.items()
    }
