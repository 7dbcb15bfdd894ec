"""What is measured on a cycled full cell: capacity kept, efficiency, voltage gap, shuttle, forms of sulfur."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.sulfur_cycle import SulfurAged
from alloycoat.report.full_cells import AnyAged, AnyCell
from alloycoat.sources import Estimate

Array = NDArray[np.float64]
_SPENT = 0.2
"""Share of the capacity below which the efficiency of a cycle says nothing."""


def estimate(measure: Callable[[AnyAged], float], aged: AnyAged, samples: Sequence[AnyAged]) -> Estimate:
    """A measure of the cell with the interval of its samples; samples that do not have it are left out."""
    found = np.array([measure(one) for one in samples])
    found = found[np.isfinite(found)]
    return Estimate.of(measure(aged), found if len(found) else None)


def retention(capacities: Array, cycles: int) -> float:
    """Capacity of cycle `cycles` over the best of the first three; 0 where the cell had ended by then.

    >>> retention(np.array([2.0, 2.0, 1.5]), 3)
    0.75
    """
    if len(capacities) < cycles:
        return 0.0
    return float(capacities[cycles - 1] / np.max(capacities[:3]))


def efficiencies(cell: AnyCell, aged: AnyAged) -> Array:
    """Cell efficiency by cycle: second half-cycle over first; NaN where the cell is nearly spent.

    With metal in the positive discharge over the charge before it; assembled without metal charge over discharge. Of
    sulfur, whose shuttle lengthens the charge, discharge over the charge before it, one cycle late.
    """
    charged, discharged = aged.states["charged_C_per_m2"], aged.states["discharged_C_per_m2"]
    found = np.full(len(discharged), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if isinstance(aged, SulfurAged):
            found[1:] = discharged[1:] / charged[:-1]
        elif cell.positive.with_metal:
            found = discharged / charged
        else:
            found = charged / discharged
    found[~np.isfinite(found) | (discharged < _SPENT * np.max(discharged, initial=0.0))] = np.nan
    return found


def mean_efficiency(cell: AnyCell, aged: AnyAged) -> float:
    """Mean of `efficiencies` without the first cycle; NaN where none is defined."""
    found = efficiencies(cell, aged)[1:]
    found = found[np.isfinite(found)]
    return float(np.mean(found)) if len(found) else math.nan


def half_gap(aged: AnyAged) -> float:
    """Half of the gap between mean charge and mean discharge voltage of the third cycle (or the last), V."""
    record = aged.record
    if record.cycle is None:
        return math.nan
    chosen = min(3, int(record.cycle.max()))
    inside = record.cycle == chosen
    volts, current, time = record.voltage_V[inside], record.current_A[inside], record.time_s[inside]
    means = []
    for sign in (1.0, -1.0):
        one = current * sign > 0
        charge = np.trapezoid(np.where(one, current, 0.0), time)
        means.append(np.trapezoid(np.where(one, current, 0.0) * volts, time) / charge if charge else math.nan)
    return float(0.5 * (means[0] - means[1]))


def first_shuttle(aged: AnyAged) -> float:
    """Rate constant of the shuttle after the first cycle, 1/s; NaN for cells without sulfur."""
    found = aged.states.get("shuttle_per_s")
    return math.nan if found is None or not len(found) else float(found[0])


def forms(aged: AnyAged, samples: list[AnyAged]) -> dict[str, Estimate] | None:
    """Shares of the forms of sulfur at the end of the first discharge, with the interval of the samples."""
    if not isinstance(aged, SulfurAged):
        return None
    others = [one.speciation for one in samples if isinstance(one, SulfurAged)]
    return {
        name: Estimate.of(value, np.array([one[name] for one in others]) if others else None)
        for name, value in aged.speciation.items()
    }
