"""Checks of the claims about full cells: the papers print no loading, electrolyte amount or excess of metal, so each
is computed for three declared conditions, and the span between them is the prediction."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell import AgeingParameters, FullCell, ageing_parameters, cycle_full, draw, full
from alloycoat.cell.design import SAMPLED
from alloycoat.coating import Coating, coat
from alloycoat.literature.tables import coating_rows
from alloycoat.recipe import Protocol, Recipe
from alloycoat.record import CyclingRecord

Array = NDArray[np.float64]
AREA = "1.131 cm^2"
Series = tuple[float, ...]
TREND_SAMPLES = 12
"""Samples behind a trend: enough to tell 10, 50 and 90 % apart."""
END = 0.8
"""Share of the first capacity below which a cell counts as spent."""


@lru_cache(maxsize=16)
def layer_of(row: int, electrolyte: str, amount: str, samples: int = 0) -> Coating:
    """The layer of the first recipe of a coating row, an additive in the electrolyte of the cell."""
    tables = next(item for item in coating_rows() if item.row == row).recipe_variants[0]
    cell = {"electrolyte": electrolyte, "electrolyte_amount": f"{amount} uL/cm^2"}
    anode = {"area": AREA, **tables["anode"]}
    recipe = Recipe.from_tables({**tables, "anode": anode, "cell": {**tables.get("cell", {}), **cell}})
    return coat(recipe, samples=samples)


@lru_cache(maxsize=64)
def _run(
    row: int | None, anode: str, positive: str, electrolyte: str, rate: str, cycles: int, loading: str, amount: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(discharge capacity in C/m2, half of the gap between mean charge and discharge voltage in V) by cycle.

    row: the coating row (None: bare metal); the metal is in excess.
    """
    coating = None if row is None else layer_of(row, electrolyte, amount)
    cell = full(
        coating, positive=positive, loading=f"{loading} mAh/cm2", electrolyte=electrolyte, anode=anode, area=AREA
    )  # fmt: skip
    worn = ageing_parameters(cell.metal, coating, electrolyte_amount=f"{amount} uL/cm^2")
    return _series(cell, rate, cycles, worn)


def _series(cell: FullCell, rate: str, cycles: int, worn: AgeingParameters) -> tuple[Series, Series]:
    """(discharge capacity in C/m2, half of the gap between mean charge and discharge voltage in V) by cycle."""
    low, high = cell.positive.lower_voltage.value, cell.positive.upper_voltage.value
    steps = [f"Charge at {rate} until {high} V", f"Discharge at {rate} until {low} V"]
    if not cell.positive.with_metal:
        steps.reverse()
    made = cycle_full(cell, Protocol.model_validate({"steps": steps, "cycles": cycles}), worn)
    capacity = tuple(float(x) for x in made.states["discharged_C_per_m2"])
    return capacity, tuple(_half_gap(made.record, k + 1) for k in range(len(capacity)))


def _half_gap(record: CyclingRecord, cycle: int) -> float:
    """Half of the gap between the mean voltages of charge and discharge of one cycle, V."""
    if record.cycle is None:
        return math.nan
    inside = record.cycle == cycle
    means = []
    for sign in (1.0, -1.0):
        current = np.where(record.current_A[inside] * sign > 0.0, record.current_A[inside], 0.0)
        charge = np.trapezoid(current, record.time_s[inside])
        volts = np.trapezoid(current * record.voltage_V[inside], record.time_s[inside])
        means.append(float(volts / charge) if charge else math.nan)
    return 0.5 * (means[0] - means[1])


def capacities(
    row: int | None, anode: str, positive: str, electrolyte: str, rate: str, cycles: int, loading: str, amount: str
) -> tuple[float, ...]:
    """Discharge capacity by cycle, C/m2; row: the coating row (None: bare metal), metal in excess."""
    return _run(row, anode, positive, electrolyte, rate, cycles, loading, amount)[0]


def full_trend(given: Mapping[str, str]) -> tuple[str, str]:
    """(verdict, words): does each coating keep more capacity and slow the growth of polarization?

    The share of samples of layer, metal and ageing in which it does both, bare and coated with the same random
    numbers: above 90 % it agrees, below 10 % it disagrees, else it cannot be predicted. Growth: of half the voltage
    gap from cycle 3 to the last cycle of which both cells keep 80 %, so that a spent cell does not count as polarized.
    """
    bare = _trend_runs(given, None)
    shares, words = [], []
    for row in given["rows"].split():
        right, kept = 0, 0
        for ours, theirs in zip(_trend_runs(given, int(row)), bare, strict=True):
            last = min(_alive(ours[0]), _alive(theirs[0])) - 1
            better = _kept(ours[0]) >= _kept(theirs[0]) - 1e-3
            slower = last <= 2 or ours[1][last] - ours[1][2] <= theirs[1][last] - theirs[1][2] + 1e-3
            kept += better
            right += better and slower
        shares.append(right / len(bare))
        words.append(
            f"coating row {row}: no less capacity in {100 * kept / len(bare):.0f} %, that and no faster polarization "
            f"in {100 * shares[-1]:.0f} % of {len(bare)} samples"
        )
    verdict = "agrees" if min(shares) > 0.9 else "disagrees" if max(shares) < 0.1 else "cannot be predicted"
    loading, amount = conditions(given)[0]
    return verdict, f"{'; '.join(words)} ({loading} mAh/cm2, {amount} uL/cm2, {given['cycles']} cycles)"


def _kept(found: Sequence[float]) -> float:
    """Share of the first capacity that the last cycle has; none where the cell never gave any."""
    first = max(found[:3])
    return found[-1] / first if first > 0.0 else 0.0


@lru_cache(maxsize=8)
def _trend_cells(items: tuple[tuple[str, str], ...], row: int | None) -> tuple[tuple[Series, Series], ...]:
    given = dict(items)
    loading, amount = conditions(given)[0]
    coating = None if row is None else layer_of(row, given["electrolyte"], amount, TREND_SAMPLES)
    cell = full(
        coating, positive=given["positive"], loading=f"{loading} mAh/cm2", electrolyte=given["electrolyte"],
        anode=given["anode"], area=AREA,
    )  # fmt: skip
    worn = ageing_parameters(cell.metal, coating, electrolyte_amount=f"{amount} uL/cm^2")
    known = {}
    if coating is not None and "area_specific_resistance" in coating.samples:
        known["coating_resistance"] = coating.samples["area_specific_resistance"]
    metal, ageing = draw(cell.metal, TREND_SAMPLES, 0, **known), draw(worn, TREND_SAMPLES, 0)
    found = []
    for k in range(TREND_SAMPLES):
        ours = cell.metal.sample({name: float(v[k]) for name, v in metal.items() if name in SAMPLED})
        theirs = worn.sample({name: float(v[k]) for name, v in ageing.items()})
        found.append(_series(replace(cell, metal=ours), given["rate"], int(given["cycles"]), theirs))
    return tuple(found)


def _trend_runs(given: Mapping[str, str], row: int | None) -> tuple[tuple[Series, Series], ...]:
    return _trend_cells(tuple(sorted(given.items())), row)


def _alive(found: Sequence[float]) -> int:
    """Cycles until the capacity is below END of the best early one."""
    for k, value in enumerate(found):
        if value < END * max(found[:3]):
            return k
    return len(found)


def conditions(given: Mapping[str, str]) -> list[tuple[str, str]]:
    """Pairs of loading (mAh/cm2) and electrolyte (uL/cm2), the middle one first named as nominal."""
    return list(zip(given["loadings"].split(), given["amounts"].split(), strict=True))


def _runs(given: Mapping[str, str], row: int | None) -> list[Array]:
    cycles = int(given["cycles"])
    return [
        np.array(
            capacities(
                row, given["anode"], given["positive"], given["electrolyte"], given["rate"], cycles, loading, amount
            )
        )
        for loading, amount in conditions(given)
    ]


def life_span(given: Mapping[str, str], row: int | None) -> tuple[tuple[float, float, float], str]:
    """(low, middle, high) cycles to 80 % of the best early capacity; a cell that lived on counts as the whole test."""
    lives = []
    for found in _runs(given, row):
        below = np.flatnonzero(found < END * float(np.max(found[:3]))) if len(found) else np.array([0])
        lives.append(float(below[0] + 1) if len(below) else float(given["cycles"]))
    return (min(lives), sorted(lives)[len(lives) // 2], max(lives)), _words(given, lives, "cycles to 80 %")


def retention_span(given: Mapping[str, str], row: int | None) -> tuple[tuple[float, float, float], str]:
    """(low, middle, high) capacity of the last cycle over the best of the first three, in %."""
    shares = []
    for found in _runs(given, row):
        whole = len(found) == int(given["cycles"])
        shares.append(100.0 * float(found[-1] / np.max(found[:3])) if whole and len(found) else 0.0)
    return (min(shares), sorted(shares)[len(shares) // 2], max(shares)), _words(given, shares, "% kept")


def _words(given: Mapping[str, str], values: list[float], what: str) -> str:
    shown = ", ".join(
        f"{value:.0f} at {loading} mAh/cm2 and {amount} uL/cm2"
        for value, (loading, amount) in zip(values, conditions(given), strict=True)
        if not math.isnan(value)
    )
    return f"{what}: {shown}"
