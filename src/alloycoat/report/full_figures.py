"""Figures of a full cell: results in, a Figure out."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from alloycoat.report.full_job import END_OF_LIFE, FullRun, FullSide
from alloycoat.report.full_measures import efficiencies
from alloycoat.report.style import BARE, COATED, RULE
from alloycoat.report.svg import WIDTH, styled

COLORS = {"bare": BARE, "coated": COATED}
_C_PER_KG = 3600.0  # C/kg in a mAh/g


def _figure(height: float) -> Figure:
    return Figure(figsize=(WIDTH, height), layout="constrained")


def capacity(run: FullRun) -> Figure:
    """Discharge capacity and cell efficiency against cycle, bare beside coated, with the bands of the samples."""
    with styled():
        figure = _figure(3.4)
        left, right = figure.subplots(1, 2, width_ratios=(1.3, 1.0))
        lowest = 100.0
        for side in run.sides:
            color, cycles = COLORS[side.name], side.aged.states["cycle"]
            scale = side.cell.active_mass * _C_PER_KG
            left.fill_between(cycles, side.low / scale, side.high / scale, color=color, alpha=0.2, linewidth=0)
            left.plot(cycles, side.capacities / scale, color=color, label=side.name)
            pairs = 100.0 * efficiencies(side.cell, side.aged)
            right.plot(cycles, pairs, color=color)
            lowest = min(lowest, float(np.nanmin(pairs, initial=100.0)))
        first = run.sides[0].capacities[0] / (run.sides[0].cell.active_mass * _C_PER_KG)
        left.axhline(END_OF_LIFE * first, color=RULE, linewidth=0.8, linestyle=":")
        left.set(xlabel="cycle", ylabel="discharge / mAh g⁻¹", ylim=(0, None))
        left.set_title("Capacity, bands 10–90 %" if run.samples else "Capacity")
        right.set(xlabel="cycle", ylabel="cell efficiency / %", ylim=(min(80.0, max(0.0, lowest - 5.0)), 103))
        right.set_title("Cell efficiency")
        for axes in (left, right):
            axes.grid()
        if len(run.sides) > 1:
            figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    return figure


def voltage(run: FullRun) -> Figure:
    """Voltage against specific capacity of an early, a middle and the last cycle that holds a fifth of it."""
    with styled():
        figure = _figure(3.3)
        plots = figure.subplots(1, len(run.sides), sharey=True, squeeze=False)[0]
        for axes, side in zip(plots, run.sides, strict=True):
            record = side.aged.record
            cycles = np.zeros(record.n) if record.cycle is None else record.cycle
            last = int(side.aged.states["cycle"][_alive(side)])
            for number, alpha in ((min(2, last), 1.0), (max(2, (last + 2) // 2), 0.6), (last, 0.3)):
                inside = cycles == number
                area = record.area_m2 or 1.0
                for sign in (1.0, -1.0):
                    part = inside & (record.current_A * sign > 0)
                    if not np.any(part):
                        continue
                    time, current = record.time_s[part], np.abs(record.current_A[part])
                    steps = np.diff(time, prepend=time[0]) * current / area
                    axes.plot(
                        np.cumsum(steps) / (side.cell.active_mass * _C_PER_KG), record.voltage_V[part],
                        color=COLORS[side.name], alpha=alpha, label=f"cycle {number}" if sign > 0 else None,
                    )  # fmt: skip
            axes.set(xlabel="charge passed / mAh g⁻¹")
            axes.set_title(side.name)
            axes.grid()
        low, high = plots[0].get_ylim()
        plots[0].set_ylim(low - 0.16 * (high - low), high)  # room for the legends below the curves
        for axes in plots:
            axes.legend(loc="lower center", ncols=3, columnspacing=1.0, handlelength=1.2)
        plots[0].set_ylabel("cell voltage / V")
    return figure


def _alive(side: FullSide) -> int:
    """Index of the last cycle that still has a fifth of the capacity."""
    found = np.flatnonzero(side.capacities >= 0.2 * np.max(side.capacities, initial=0.0))
    return int(found[-1]) if len(found) else -1


def inventories(run: FullRun) -> Figure:
    """Metal left and electrolyte left against cycle."""
    with styled():
        figure = _figure(2.9)
        left, right = figure.subplots(1, 2)
        for side in run.sides:
            states, color = side.aged.states, COLORS[side.name]
            cycles, metal = states["cycle"], states["metal_left_C_per_m2"]
            if np.all(np.isfinite(metal)):
                left.plot(cycles, metal / 3.6e4, color=color, label=side.name)
            else:
                lost = (states["dead_C_per_m2"] + states["sei_C_per_m2"]) / 3.6e4
                left.plot(cycles, lost, color=color, label=f"{side.name}, in excess")
            right.plot(cycles, 1e5 * states["electrolyte_free_m"], color=color, label=f"{side.name}, free")
            pores = 1e5 * states["pore_saturation"] * side.cell.pores
            right.plot(cycles, pores, color=color, linestyle=":", label=f"{side.name}, in pores")
        excess = any(side.cell.metal.metal_capacity is None for side in run.sides)
        label = "metal lost / mAh cm⁻²" if excess else "metal left / mAh cm⁻²"
        left.set(xlabel="cycle", ylabel=label, ylim=(0, None))
        right.set(xlabel="cycle", ylabel="electrolyte / µL cm⁻²", ylim=(0, None))
        for axes in (left, right):
            axes.legend(loc="best")
            axes.grid()
    return figure
