"""Checks of the claims about full cells: the papers print no loading, electrolyte amount or excess of metal, so each
is computed for three declared conditions, and the span between them is the prediction."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell import ageing_parameters, cycle_full, full
from alloycoat.coating import Coating, coat
from alloycoat.literature.tables import coating_rows
from alloycoat.recipe import Protocol, Recipe

Array = NDArray[np.float64]
AREA = "1.131 cm^2"
END = 0.8
"""Share of the first capacity below which a cell counts as spent."""


@lru_cache(maxsize=16)
def _layer(row: int, electrolyte: str, amount: str) -> Coating:
    """The layer of the first recipe of a coating row, an additive in the electrolyte of the cell."""
    tables = next(item for item in coating_rows() if item.row == row).recipe_variants[0]
    cell = {"electrolyte": electrolyte, "electrolyte_amount": f"{amount} uL/cm^2"}
    anode = {"area": AREA, **tables["anode"]}
    return coat(Recipe.from_tables({**tables, "anode": anode, "cell": {**tables.get("cell", {}), **cell}}))


@lru_cache(maxsize=64)
def capacities(
    row: int | None, anode: str, positive: str, electrolyte: str, rate: str, cycles: int, loading: str, amount: str
) -> tuple[float, ...]:
    """Discharge capacity by cycle, C/m2; row: the coating row (None: bare metal), metal in excess."""
    coating = None if row is None else _layer(row, electrolyte, amount)
    cell = full(
        coating, positive=positive, loading=f"{loading} mAh/cm2", electrolyte=electrolyte, anode=anode, area=AREA
    )  # fmt: skip
    worn = ageing_parameters(cell.metal, coating, electrolyte_amount=f"{amount} uL/cm^2")
    low, high = cell.positive.lower_voltage.value, cell.positive.upper_voltage.value
    steps = [f"Charge at {rate} until {high} V", f"Discharge at {rate} until {low} V"]
    if not cell.positive.with_metal:
        steps.reverse()
    made = cycle_full(cell, Protocol.model_validate({"steps": steps, "cycles": cycles}), worn)
    return tuple(float(x) for x in made.states["discharged_C_per_m2"])


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
