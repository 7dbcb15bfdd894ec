"""Two of the PFHub benchmark problems for phase-field codes, as they are defined (dimensionless).

7a: Allen-Cahn with a manufactured solution (Jokisaari et al. 2017, doi 10.1016/j.commatsci.2016.09.022, and the
PFHub pages); 3a: dendritic growth (Jokisaari et al. 2018, doi 10.1016/j.commatsci.2018.03.015; model of Karma and
Rappel 1998, doi 10.1103/PhysRevE.57.4323).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.allen_cahn import AllenCahn, interface_energy
from alloycoat.morphology.kernels.elliptic import Side, Sides

Array = NDArray[np.float64]


class Manufactured(NamedTuple):
    """Constants of problem 7a."""

    kappa: float = 0.0004
    a1: float = 0.0075
    b1: float = 8.0 * np.pi
    a2: float = 0.03
    b2: float = 22.0 * np.pi
    c2: float = 0.0625 * np.pi
    end: float = 8.0

    def front(self, x: Array, t: float) -> tuple[Array, Array, Array, Array]:
        """Position of the interface with its first and second derivative in x and the derivative in t."""
        slow, fast = self.b1 * x, self.b2 * x + self.c2 * t
        place = 0.25 + self.a1 * t * np.sin(slow) + self.a2 * np.sin(fast)
        slope = self.a1 * self.b1 * t * np.cos(slow) + self.a2 * self.b2 * np.cos(fast)
        bend = -self.a1 * self.b1**2 * t * np.sin(slow) - self.a2 * self.b2**2 * np.sin(fast)
        speed = self.a1 * np.sin(slow) + self.a2 * self.c2 * np.cos(fast)
        return place, slope, bend, speed

    def exact(self, x: Array, y: Array, t: float) -> Array:
        """The solution: a tanh profile about the front."""
        place, *_ = self.front(x, t)
        return np.asarray(0.5 * (1.0 - np.tanh((y - place) / np.sqrt(2.0 * self.kappa))))

    def source(self, x: Array, y: Array, t: float) -> Array:
        """What must be added to the Allen-Cahn equation for `exact` to solve it."""
        place, slope, bend, speed = self.front(x, t)
        width = np.sqrt(2.0 * self.kappa)
        wave = np.tanh((y - place) / width)
        # eta = (1 - tanh s)/2, s = (y - place)/width; the profile itself balances the double well
        profile = 0.5 * (1.0 - wave**2) / width
        return np.asarray(profile * (speed - self.kappa * bend - 2.0 * self.kappa / width * wave * slope**2))


def manufactured_error(
    cells: int, steps: int, problem: Manufactured | None = None, field: Array | None = None
) -> tuple[float, Array]:
    """Problem 7a on `cells` x `cells`/2 cells in `steps` equal steps: L2 error at the end, and the field.

    field: a field to be judged instead of computed.
    """
    problem = problem or Manufactured()
    shape, spacing = (cells, cells // 2), (1.0 / cells, 1.0 / cells)
    x, y = _centres(shape, spacing)
    if field is None:
        sides = Sides(Side("periodic"), Side("periodic"), Side("value", 1.0), Side("value", 0.0))
        model = AllenCahn(shape, spacing, sides, mobility=1.0, kappa=problem.kappa, barrier=1.0)
        field, step = problem.exact(x, y, 0.0), problem.end / steps
        for k in range(steps):
            field, _ = model.step(field, k * step, step, lambda t: problem.source(x, y, t))
    error = np.sqrt(np.sum((field - problem.exact(x, y, problem.end)) ** 2) * spacing[0] * spacing[1])
    return float(error), field


def _centres(shape: tuple[int, int], spacing: tuple[float, float]) -> list[Array]:
    lines = [(np.arange(n) + 0.5) * h for n, h in zip(shape, spacing, strict=True)]
    return list(np.meshgrid(*lines, indexing="ij"))


def planar_energy(per_width: float, steps: int = 40) -> float:
    """Energy of a relaxed planar interface over the exact sqrt(2 kappa B)/6, `per_width` cells per sqrt(2 kappa/B)."""
    kappa, barrier = 0.5, 1.0
    spacing = np.sqrt(2.0 * kappa / barrier) / per_width
    cells = round(20 / spacing)
    model = AllenCahn((cells, 1), (spacing, spacing), Sides(), mobility=1.0, kappa=kappa, barrier=barrier)
    x = (np.arange(cells) + 0.5) * spacing
    eta = 0.5 * (1.0 - np.tanh((x - x.mean()) / 0.8))[:, None]
    for k in range(steps):
        eta, _ = model.step(eta, 0.1 * k, 0.1)
    energy = interface_energy(eta, barrier, kappa, spacing, spacing, False, False) / spacing
    return float(energy / (np.sqrt(2.0 * kappa * barrier) / 6.0))


def circle_radius(per_width: float, radius: float = 20.0) -> float:
    """A circle shrinking from `radius` widths to 0.8 of it: loss of R^2 over the exact 2 L kappa t."""
    kappa, barrier, mobility = 0.5, 1.0, 1.0
    spacing = np.sqrt(2.0 * kappa / barrier) / per_width
    cells = round((radius + 5.0) / spacing)
    shape, mesh = (cells, cells), (spacing, spacing)
    x, y = _centres(shape, mesh)
    eta = 0.5 * (1.0 - np.tanh(np.hypot(x, y) - radius))
    model = AllenCahn(shape, mesh, Sides(), mobility=mobility, kappa=kappa, barrier=barrier, tolerance=1e-7)
    step, time, areas, times = 0.25, 0.0, [], []
    end = 0.36 * radius**2 / (2.0 * mobility * kappa)
    while time < end:
        eta, _ = model.step(eta, time, step)
        time += step
        times.append(time)
        areas.append(float(eta.sum()) * spacing**2)
    late = np.array(times) > 0.2 * end  # the profile has settled
    rate = np.polyfit(np.array(times)[late], np.array(areas)[late], 1)[0]
    return float(-rate * 4.0 / np.pi / (2.0 * mobility * kappa))
