"""Transport properties as functions of the salt concentration: four tables merged into one set of segments.

Between two tabulated concentrations every property is a straight line, outside the table it is constant; so
the integrals the cell needs (of D dc, and of (1 - t+)(1 + dln f/dln c) dln c) are exact, segment by segment.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Curve = tuple[tuple[float, ...], tuple[float, ...]]
"""Concentrations (mol/m3, rising) and the values there (SI)."""

DIFFUSIVITY, TRANSFERENCE, CONDUCTIVITY, INTEGRAL, THERMODYNAMIC = 0, 2, 4, 6, 7
"""First column of each property in `TransportTable.rows` (offset and slope, or offset and three factors)."""


class TransportTable(NamedTuple):
    """Segments of constant slope; segment k lies between knots[k - 1] and knots[k] (the ends are open).

    rows[k] = D0, D1, t0, t1, kappa0, kappa1, P0, E0, E1, E2, E3 with D = D0 + D1 c, t+ = t0 + t1 c,
    kappa = kappa0 + kappa1 c, P = P0 + D0 c + D1 c^2/2 and E = E0 + E1 ln c + E2 c + E3 c^2/2.
    """

    knots: Array  # mol/m3
    rows: Array
    linear: bool  # D and t+ constant: the salt equation is linear


def tabulate(conductivity: Curve, diffusivity: Curve, transference: Curve, thermodynamic: Curve) -> TransportTable:
    """Merge the four curves of an electrolyte.

    conductivity in S/m, diffusivity in m2/s, transference and thermodynamic factor (1 + dln f/dln c) without
    unit, each against concentration in mol/m3. Raises ValueError where a curve is empty, not rising, not
    finite, or unphysical (D <= 0, kappa < 0, t+ >= 1).
    """
    curves = {"conductivity": conductivity, "diffusivity": diffusivity}
    curves |= {"transference": transference, "thermodynamic factor": thermodynamic}
    for name, (at, values) in curves.items():
        _check(name, at, values)
    knots = np.unique(np.concatenate([np.asarray(at, dtype=float) for at, _ in curves.values()]))
    rows = np.zeros((len(knots) + 1, 11))
    k, d, t, w = (_lines(knots, at, values) for at, values in curves.values())
    rows[:, DIFFUSIVITY : DIFFUSIVITY + 2] = d
    rows[:, TRANSFERENCE : TRANSFERENCE + 2] = t
    rows[:, CONDUCTIVITY : CONDUCTIVITY + 2] = k
    # (1 - t)(1 + dlnf/dlnc)/c = q0/c + q1 + q2 c
    rows[:, THERMODYNAMIC + 1] = (1.0 - t[:, 0]) * w[:, 0]
    rows[:, THERMODYNAMIC + 2] = (1.0 - t[:, 0]) * w[:, 1] - t[:, 1] * w[:, 0]
    rows[:, THERMODYNAMIC + 3] = -t[:, 1] * w[:, 1]
    for segment, c in enumerate(knots):
        if c <= 0.0:
            continue  # nothing below: the integrals start in the segment above a knot at zero
        for column, law in ((INTEGRAL, diffusion_integral), (THERMODYNAMIC, thermodynamic_integral)):
            rows[segment + 1, column] = law(c, rows[segment]) - law(c, rows[segment + 1])
    return TransportTable(knots, rows, bool(np.all(d[:, 1] == 0.0) and np.all(t[:, 1] == 0.0)))


def _check(name: str, at: tuple[float, ...], values: tuple[float, ...]) -> None:
    """Refuse what cannot be a property curve."""
    x, y = np.asarray(at, dtype=float), np.asarray(values, dtype=float)
    if len(x) == 0 or x.shape != y.shape:
        raise ValueError(f"{name}: needs as many concentrations as values, at least one")
    if not (np.all(np.isfinite(x)) and np.all(np.isfinite(y)) and np.all(np.diff(x) > 0) and x[0] >= 0):
        raise ValueError(f"{name}: concentrations must rise from 0 or above, all numbers finite")
    wrong = {"conductivity": y < 0, "diffusivity": y <= 0, "transference": y >= 1}.get(name)
    if wrong is not None and np.any(wrong):
        raise ValueError(f"{name}: {y[wrong][0]:g} at {x[wrong][0]:g} mol/m3 is not possible")


def _lines(knots: Array, at: tuple[float, ...], values: tuple[float, ...]) -> Array:
    """Offset and slope of the curve in every segment between `knots`, constant outside its own range."""
    heights = np.interp(knots, at, values)
    lines = np.zeros((len(knots) + 1, 2))
    lines[0, 0], lines[-1, 0] = heights[0], heights[-1]
    slope = np.diff(heights) / np.diff(knots)
    lines[1:-1, 1] = slope
    lines[1:-1, 0] = np.where(slope == 0.0, heights[:-1], heights[:-1] - slope * knots[:-1])
    return lines


def find_segment(c: float, knots: Array, guess: int) -> int:
    """Index of the segment that holds `c` (mol/m3), walking from `guess` (any valid index)."""
    k = guess
    while k > 0 and c < knots[k - 1]:
        k -= 1
    while k < len(knots) and c >= knots[k]:
        k += 1
    return k


def diffusion_integral(c: float, row: Array) -> float:
    """P(c), the integral of D dc in mol/(m s) up to a constant; `row` is the segment of c."""
    return float(row[6] + c * (row[0] + 0.5 * row[1] * c))


def thermodynamic_integral(c: float, row: Array) -> float:
    """E(c), the integral of (1 - t+)(1 + dln f/dln c) dln c up to a constant; c in mol/m3, above 0."""
    return float(row[7] + row[8] * math.log(c) + c * (row[9] + 0.5 * row[10] * c))


def interpolate(c: Array | float, curve: Curve) -> Array:
    """Value of a property curve at concentrations `c` (mol/m3): linear, constant outside the table."""
    return np.asarray(np.interp(c, curve[0], curve[1]), dtype=float)
