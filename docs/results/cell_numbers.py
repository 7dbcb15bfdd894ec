"""The numbers of the page that `build_cell.py` writes: features, ends, balances, healing, what a life hangs on."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from alloycoat.analysis import analyze
from alloycoat.analysis.cycles import trace
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.cell import LifeSettings, age, ageing_parameters, half, lives, symmetric
from alloycoat.coating import coat
from alloycoat.recipe import Protocol, Recipe, plate_strip
from alloycoat.report.side import SAMPLE_SETTINGS

HERE = Path(__file__).resolve().parent
ETHER = "1 M LiTFSI in DOL/DME"
SEEDS = 7
SMALL_STEPS = LifeSettings(moss=1e-5)


@dataclass(frozen=True)
class Shape:
    """One half-cycle, in mV: first peak over the dip, dip, end over the dip; level at 3/4 over that at 2 %."""

    peak: float
    dip: float
    rise: float
    arch: float


def shape(record: Any, cycle: int) -> Shape:
    """The shape of the first half-cycle of a cycle."""
    chosen = (record.cycle == cycle) & (record.step == 1)
    time, size = record.time_s[chosen], 1e3 * np.abs(record.voltage_V[chosen])
    share = (time - time[0]) / (time[-1] - time[0])
    early, inside = size[share <= 0.15], size[(share > 0.15) & (share < 0.9)]
    dip = float(inside.min())
    level = np.interp([0.02, 0.75], share, size)
    return Shape(float(early.max()) - dip, dip, float(size[-1]) - dip, float(level[1] / level[0]))


@cache
def pair() -> dict[str, Any]:
    """A bare and a coated cell to their ends: the recipe of the examples, untuned."""

    coating = coat(Recipe.load(HERE.parent.parent / "examples" / "li-incl3-dip.toml"))
    test, found = plate_strip("2 mA/cm2", "1 h", cycles=1200), {}
    for name, layer in (("bare", None), ("coated", coating)):
        given = {"electrolyte": ETHER, "area": "1.13 cm^2"}
        cell = symmetric(layer, **given) if layer else symmetric(anode="Li", **given)
        worn = ageing_parameters(cell, layer)
        found[name] = age(cell, test, worn)
        found[f"{name} cell"], found[f"{name} ageing"] = cell, worn
    return found


def feature_table() -> list[str]:
    """Shapes of the traces, young, in the middle and old."""

    lines = [
        "| cell | cycle | first peak, mV | dip, mV | end rise, mV | arching | `nucleation_V` of the analysis, mV |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in ("bare", "coated"):
        aged = pair()[name]
        halves = trace(aged.record, None, Thresholds(), 3).halves
        for cycle in (3, aged.cycles // 2, aged.cycles):
            s = shape(aged.record, cycle)
            seen = 1e3 * float(halves.nucleation_V[2 * (cycle - 1)])
            lines.append(
                f"| {name} | {cycle} | {s.peak:.1f} | {s.dip:.0f} | {s.rise:.1f} | {s.arch:.2f} | {seen:.1f} |"
            )
    return lines


def ends() -> list[str]:
    """How both cells ended, by the cell itself and by the analysis of its record."""

    lines = [
        "| cell | ended (cell) | after, h | verdict of the analysis | life of the analysis |",
        "|---|---|---|---|---|",
    ]
    for name in ("bare", "coated"):
        aged = pair()[name]
        outcome = analyze(aged.record)
        lines.append(
            f"| {name} | {aged.ended.text} | {aged.time_s / 3600:.0f} | {outcome.failure} | "
            f"{outcome.life.text if outcome.life else ''} |"
        )
    return lines


def balances() -> list[str]:
    """What a thousand cycles leave of the balances."""

    coated = pair()["coated cell"]
    worn = replace(pair()["coated ageing"], electrolyte_amount=0.01, rough=1e-6)

    made = age(coated, plate_strip("1 mA/cm2", "1 h", cycles=1000), worn, points_per_half_cycle=4)
    one, two = (
        age(
            symmetric(anode="Li", electrolyte=ETHER, area=1e-4), plate_strip("1 mA/cm2", "1 h", cycles=4), worn,
            settings=SMALL_STEPS,
        ).record.voltage_V
        for _ in range(2)
    )  # fmt: skip
    mirrored = exchanged(worn)
    stock = made.inventory
    return [
        "| what must hold | found |",
        "|---|---|",
        f"| metal balance, {made.cycles} coated cycles | {np.max(stock.metal_error):.0e} of the charge passed |",
        f"| salt balance, the same | {np.max(np.abs(stock.salt_error)):.0e} of the salt filled in |",
        f"| the same cell twice | {'every bit equal' if np.array_equal(one, two) else 'differs'} |",
        f"| electrodes exchanged: largest difference of the voltages | {1e6 * mirrored:.1f} µV |",
    ]


def exchanged(worn: Any) -> float:
    """Largest sum of the voltages of a cell and of the same cell with the steps of the other sign, V."""

    cell = symmetric(anode="Li", electrolyte=ETHER, area=1e-4)
    words = ["Plate at 1 mA/cm2 for 1 h", "Strip at 1 mA/cm2 for 1 h"]
    both = [
        age(cell, Protocol.model_validate({"steps": order, "cycles": 4}), worn, settings=SMALL_STEPS).record
        for order in (words, words[::-1])
    ]
    return float(np.max(np.abs(both[0].voltage_V + both[1].voltage_V)))


@cache
def shorted() -> Any:
    """A bare cell with rough deposits: soft shorts, then a hard one."""

    worn = replace(pair()["bare ageing"], rough=0.5, leak=40.0, hard_leak=1000.0)
    return age(pair()["bare cell"], plate_strip("2 mA/cm2", "1 h", cycles=300), worn, seed=2)


def median_life(cell: Any, worn: Any, test: Any, seeds: int = SEEDS) -> tuple[float, str]:
    """Median life in h over seeds ('>' where the protocol ended first), without spread of the parameters."""

    found = lives(cell, test, worn, {"rough": np.full(seeds, worn.rough)})
    middle = int(np.argsort(found.time_s)[seeds // 2])
    return float(found.time_s[middle]) / 3600, "" if found.observed[middle] else ">"


def healing_table() -> list[str]:
    """The same moles of M as pre-treatment, as additive, and shared between both."""

    cell, worn = pair()["coated cell"], pair()["coated ageing"]
    test = plate_strip("2 mA/cm2", "1 h", cycles=3000)
    whole = 2.0 * worn.healing_amount  # both electrodes
    rows = [
        ("pre-treatment: both electrodes covered before assembly", worn.coverage, 0.0),
        ("half and half", 0.5 * worn.coverage, 0.5 * whole * worn.coverage),
        ("additive: bare electrodes, all of it in the electrolyte", 0.0, whole * worn.coverage),
        ("pre-treatment, and as much again as additive", worn.coverage, whole * worn.coverage),
    ]
    lines = [
        "| the same M per area | coverage at first | additive, µmol/cm² | life, h (10–90 %) | coverage at the end |",
        "|---|---|---|---|---|",
    ]

    for name, chi, amount in rows:
        given = replace(worn, coverage=chi, additive=amount)
        found = lives(cell, test, given, {"rough": np.full(64, worn.rough)}, settings=SAMPLE_SETTINGS)
        low, life, high = np.quantile(found.time_s, (0.1, 0.5, 0.9)) / 3600
        last = age(cell, test, given, points_per_half_cycle=4).inventory.coverage[0][-1]
        lines.append(f"| {name} | {chi:.2f} | {1e2 * amount:.2f} | {life:.0f} ({low:.0f}–{high:.0f}) | {last:.2f} |")
    return lines


def leverage() -> list[str]:
    """How the median life answers to each parameter of ageing, from the low to the high end of its interval."""

    test, found = plate_strip("2 mA/cm2", "1 h", cycles=3000), []
    for name in ("bare", "coated"):
        cell, worn = pair()[f"{name} cell"], pair()[f"{name} ageing"]
        middle, _ = median_life(cell, worn, test, 3)
        for key, spread in worn.spreads.items():
            low, high = (
                median_life(cell, worn.sample({key: value}), test, 3)[0] for value in (spread.low, spread.high)
            )
            found.append((abs(np.log(high / low)), name, key, low, middle, high))
    lines = ["| cell | parameter | life at its low end, h | middle | high end |", "|---|---|---|---|---|"]
    for name in ("bare", "coated"):
        rows = sorted((row for row in found if row[1] == name), reverse=True)[:7]
        lines += [
            f"| {name} | `{key}` | {low:.0f} | {middle:.0f} | {high:.0f} |" for _, _, key, low, middle, high in rows
        ]
    return lines


def half_cell_table() -> list[str]:
    """Copper: nucleation peak, and the efficiency that the analysis finds beside the loss put in."""

    cell = half(anode="Li", electrolyte=ETHER, area="1.13 cm^2")
    worn = ageing_parameters(cell)
    steps = ["Plate at 0.5 mA/cm2 for 1 hour", "Strip at 0.5 mA/cm2 until 1 V"]
    lines = ["| loss put in | 1 - loss (all of it moss) | efficiency by the analysis | from the metal left behind |"]
    lines.append("|---|---|---|---|")
    for loss in (0.03, 0.06, 0.12):
        made = age(cell, Protocol.model_validate({"steps": steps, "cycles": 10}), replace(worn, loss=loss))
        seen = analyze(made.record).coulombic_efficiency[9]
        lines.append(f"| {loss:g} | {1 - loss:.3f} | {seen:.4f} | {1 - left_behind(made, 1800.0 * 10):.4f} |")
    return lines


def left_behind(made: Any, plated: float) -> float:
    """Share of the plated charge (C/m2) of the last cycle that stayed as dead metal and film on copper."""
    lost = made.inventory.metal["working_dead"] + made.inventory.metal["working_sei"]
    return float(lost[-1] - lost[-2]) / plated


def table(path: Path) -> list[str]:
    """A csv file as a table of the page."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    head = [name.replace("_", " ") for name in rows[0]]
    return ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows[1:])]
