"""The salt of the electrolyte: one implicit step of diffusion in the picture and in the column above it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError
from alloycoat.morphology.kernels.elliptic import EllipticSolver, Side, Sides
from alloycoat.morphology.kernels.liquid import FLOOR
from alloycoat.morphology.scene import Scene

Array = NDArray[np.float64]
STRETCH = 1.15
"""Growth of the cells of the column above the picture, from one to the next."""
LEAST = 1e-9
"""Least salt in a cell, over that of the fresh electrolyte."""


def make_solver(scene: Scene) -> EllipticSolver:
    """The solver on the mesh of the scene: rows end without flux, columns wrap around."""
    wraps = Side("periodic")
    return EllipticSolver((scene.ny, scene.nx), (scene.dx, scene.dx), Sides(Side(), Side(), wraps, wraps))


class Weights(NamedTuple):
    """Second-order backward differences on uneven steps: (now c' - first c + second c_before)/dt."""

    now: float
    first: float
    second: float


def backward(dt: float, before: float | None) -> Weights:
    """Weights for a step `dt` after one of `before` s; implicit Euler where there was none."""
    if before is None:
        return Weights(1.0, 1.0, 0.0)
    r = dt / before
    return Weights((1.0 + 2.0 * r) / (1.0 + r), 1.0 + r, r * r / (1.0 + r))


@dataclass(slots=True)
class Column:
    """The laterally uniform electrolyte between the picture and the counter electrode (none where there is no room).

    c, before: mol/m3 now and a step ago; widths, faces: m, of the cells and between the centers (first: top row).
    """

    scene: Scene
    widths: Array = field(init=False)
    faces: Array = field(init=False)
    c: Array = field(init=False)
    before: Array = field(init=False)

    def __post_init__(self) -> None:
        scene = self.scene
        room = scene.gap - (scene.height - scene.base)
        widths: list[float] = []
        while room > 1e-9 * scene.gap:
            wide = scene.dx * STRETCH ** (len(widths) + 1)
            if room < 1.6 * wide:
                wide = room
            widths.append(wide)
            room -= wide
        self.widths = np.array(widths)
        centers = np.cumsum(np.concatenate([[0.5 * scene.dx], widths])) - 0.5 * np.concatenate([[0.0], widths])
        self.faces = np.diff(centers)
        self.c = np.full(len(widths), scene.liquid.concentration)
        self.before = self.c.copy()

    def __len__(self) -> int:
        return len(self.widths)

    def _lookup(self, curve: tuple[tuple[float, ...], tuple[float, ...]], c: Array) -> Array:
        return np.interp(c, curve[0], curve[1])

    def respond(self, top: float, current: float, dt: float, weights: Weights) -> tuple[Array, Array, float, float]:
        """The column's answer to the salt of the top row: c = fixed + follows * c_top.

        top: concentration of the top row (for the coefficients); current: A/m2 up. Returns fixed, follows, conductance
        of the face to the picture (m/s) and the migration over that face, (1 - t+) i/(z F) in mol/(m2 s).
        """
        liquid = self.scene.liquid
        from alloycoat.quantities import FARADAY

        c = np.concatenate([[top], self.c])
        diffusivity = self._lookup(liquid.diffusivity, c) * liquid.permeance
        lengths = np.concatenate([[self.scene.dx], self.widths])
        mean = (lengths[1:] + lengths[:-1]) / (lengths[1:] / diffusivity[1:] + lengths[:-1] / diffusivity[:-1])
        link = mean / self.faces
        carried = 1.0 - self._lookup(liquid.transference, 0.5 * (c[1:] + c[:-1]))
        migration = carried * current / (liquid.charge * FARADAY)
        mass = liquid.storage * self.widths / dt
        right = mass * (weights.first * self.c - weights.second * self.before)
        # anion migration runs against the current: a face brings -(1 - t) i/(z F) upwards
        right -= migration
        right[:-1] += migration[1:]
        diagonal = mass * weights.now + link
        diagonal[:-1] += link[1:]
        ends = np.zeros((len(self), 2))
        ends[:, 0] = right
        ends[0, 1] = link[0]
        from scipy.linalg import solve_banded

        bands = np.zeros((3, len(self)))
        bands[0, 1:], bands[1], bands[2, :-1] = -link[1:], diagonal, -link[1:]
        found = solve_banded((1, 1), bands, ends)
        return found[:, 0], found[:, 1], float(link[0]), float(migration[0])


@dataclass(slots=True)
class Salt:
    """Concentration of the salt, now and a step ago, and what the last steps took too much of it."""

    scene: Scene
    solver: EllipticSolver
    column: Column
    c: Array
    before: Array
    debt: float = 0.0

    def step(self, free: Array, diffusivity: Array, source: Array, guess: Array, current: float, dt: float,
             weights: Weights, *, free_current: bool = False) -> tuple[Array, Array]:  # fmt: skip
        """Concentrations after `dt` in the picture and in the column; positive whatever the step.

        free: share of electrolyte in each cell; diffusivity: m2/s; source: mol/(m3 s) brought by the current;
        guess: predicted concentration; current: A/m2 up. The salt that a cell loses is taken in proportion to what it
        holds, source * c/guess (Patankar), so that the matrix has no positive off-diagonal and c > 0; what that takes
        too much or too little is settled in the next step. free_current: the current gives way (a held voltage), and
        less salt than the solver can tell from none is none then. Raises AlloycoatError where the salt is used up.
        """
        scene = self.scene
        liquid = scene.liquid
        loss, gain = np.minimum(source, 0.0), np.maximum(source, 0.0)
        taken = float(loss.sum())
        if taken < 0.0:
            loss = loss * min(1.5, max(0.5, 1.0 - self.debt / (taken * dt)))
        weight = liquid.storage * free / dt
        sink = weight * weights.now - loss / guess
        history = np.maximum(weights.first * self.c - weights.second * self.before, 0.1 * self.c)
        right = weight * history + gain
        fixed = follows = np.empty(0)
        self.solver.set_conductivity(free * diffusivity * liquid.permeance, sink)
        if len(self.column):
            top = float(guess[-1].mean())
            fixed, follows, link, migration = self.column.respond(top, current, dt, weights)
            self.solver.sink[-1] += scene.dx * link * (1.0 - follows[0])
            self.solver.refresh()
            right[-1] += (link * fixed[0] + migration) / scene.dx
        found = self.solver.solve(-right, guess, tolerance=1e-7, balance=1e-9)
        least = LEAST * liquid.concentration if free_current else 0.0
        if not (np.all(np.isfinite(found.phi)) and found.phi.min() > -least):
            raise AlloycoatError("the salt balance of the deposit could not be solved")
        c = np.maximum(found.phi, least)
        self.debt += dt * float((loss / guess * c).sum() - np.minimum(source, 0.0).sum())
        above = fixed + follows * c[-1].mean() if len(self.column) else fixed
        return c, above

    def accept(self, c: Array, above: Array) -> None:
        """Take a step."""
        self.before, self.c = self.c, c
        self.column.before, self.column.c = self.column.c, above


def free_share(eta: Array, layer: Array | None) -> Array:
    """Share of electrolyte in each cell, never quite none."""
    free = 1.0 - eta
    if layer is not None:
        free = free * (1.0 - layer)
    return np.asarray(np.maximum(free, FLOOR))
