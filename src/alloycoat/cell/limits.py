"""What diffusion allows a cell: limiting current, Sand's time, and the charge that passes until then."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from alloycoat.cell.design import Cell
from alloycoat.electrochemistry import diffusion_time, interpolate, limiting_current_density, sand_time
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY


@dataclass(frozen=True, slots=True)
class Limits:
    """Diffusion limits of a fresh cell at one current density; SI units.

    limiting_current_density: J* in A/m2 from the values at c0. limiting_current_density_of_curves: the same
    with D(c) and t+(c), what the simulated cell reaches. sand_time: s, infinite at or below J* (no depletion
    in this slab). sand_capacity: i tau in C/m2. areal_capacity: of a half-cycle, C/m2. depletes: whether
    i tau is less than it. settling_time: eps L^2 N_M/D in s.
    """

    current_density: float
    areal_capacity: float
    limiting_current_density: float
    limiting_current_density_of_curves: float
    sand_time: float
    sand_capacity: float
    depletes: bool
    settling_time: float

    @property
    def reason(self) -> str:
        """Why Sand's time is infinite; empty where it is not."""
        if math.isfinite(self.sand_time):
            return ""
        return "the current density is below the limiting one, so the salt is never used up"


def limits(cell: Cell, current_density: float, areal_capacity: float) -> Limits:
    """Diffusion limits of the fresh cell.

    current_density: A/m2, sign ignored; areal_capacity: of one half-cycle in C/m2. Sand's time is that of a
    thick electrolyte, infinite at or below J*; just above, in a thin slab, the salt lasts somewhat longer.
    Raises RecipeError where an argument is negative or not finite.
    """
    for name, value in (("current_density", abs(current_density)), ("areal_capacity", areal_capacity)):
        if not (math.isfinite(value) and value >= 0):
            raise RecipeError(f"{name}: {value!r} given; it must be zero or more and finite")
    diffusivity, transference = cell.nominal(cell.diffusivity), cell.nominal(cell.transference)
    current, length = abs(current_density), cell.separator_thickness
    ceiling = limiting_current_density(
        cell.charge, cell.concentration, diffusivity, cell.permeance, transference, length
    )
    tau = math.inf
    if current > ceiling:
        tau = sand_time(
            current, cell.charge, cell.concentration, diffusivity, cell.permeance, cell.porosity, transference
        )
    return Limits(
        current_density=current,
        areal_capacity=areal_capacity,
        limiting_current_density=ceiling,
        limiting_current_density_of_curves=_limiting_of_curves(cell),
        sand_time=tau,
        sand_capacity=current * tau if current else math.inf,
        depletes=math.isfinite(tau) and current * tau < areal_capacity,
        settling_time=diffusion_time(length, diffusivity, cell.permeance, cell.porosity),
    )


def _limiting_of_curves(cell: Cell) -> float:
    """Steady limiting current with D(c) and t+(c), in A/m2.

    With Y(c) = integral of D/(1 - t+) dc the profile has Y linear in x, zero at the plating electrode, so
    J* = z F b Y(c_max)/L where c_max makes the mean concentration, integral of c dY / Y, equal to c0.
    """
    top = cell.concentration
    for _ in range(60):
        top *= 2.0
        c = np.linspace(0.0, top, 4001)
        weight = interpolate(c, cell.diffusivity) / (1.0 - interpolate(c, cell.transference))
        y = np.concatenate([[0.0], np.cumsum(0.5 * (weight[1:] + weight[:-1]) * np.diff(c))])
        cy = np.concatenate([[0.0], np.cumsum(np.diff(y) * 0.5 * (c[1:] + c[:-1]))])
        mean = cy[1:] / y[1:]
        if mean[-1] >= cell.concentration:
            reached = float(np.interp(cell.concentration, mean, y[1:]))
            return cell.charge * FARADAY * cell.permeance * reached / cell.separator_thickness
    raise AssertionError("the mean concentration rises with the highest")  # D and 1 - t+ are positive
