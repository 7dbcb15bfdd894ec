"""The outer face of a layer that lets electrons through: metal that plates on it, from a film too thin to be drawn to
islands that are."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels import deposition as front
from alloycoat.morphology.scene import Layer, Scene

Array = NDArray[np.float64]
ONSET = 3e-4
"""V over which nucleation sets in, so that the current has a slope."""
PLATES = 0.12
"""Share of layer from which to 1 minus which metal plates: inside the film, around the outer face."""
RADIUS = 3.0
"""Radius in cells of an island when it is first drawn; a smaller one would not be resolved."""


@dataclass(slots=True)
class Face:
    """Cells in which metal plates on the layer: rows, columns, area of face per volume (1/m), barrier (V), and whether
    there is metal that can be stripped."""

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    area: Array
    barrier: Array
    coated: NDArray[np.bool_]

    @property
    def at(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Index of the cells in a field."""
        return self.rows, self.columns


@dataclass(slots=True)
class OuterFace:
    """Metal on the outer face of the layer of one run.

    held: charge (C/m2, plated counts up) of the metal in each column that is too thin to be drawn. The current there
    passes the film on the layer, nucleates at the barrier and is fed by electrons through R_e = R (1 - s)/s; the other
    current goes on through R. Where charge transfer costs nothing these two in parallel carry the shares of
    `electrochemistry.share_on_top`. It counts as drawn once an island of RADIUS can be made of what lies around it;
    from then on it is a front like that of bare metal.
    """

    scene: Scene
    layer: Layer
    held: Array = field(init=False)

    def __post_init__(self) -> None:
        self.held = np.zeros(self.scene.nx)

    @property
    def resistance(self) -> float:
        """R_e of electrons through the layer in ohm m2."""
        share = self.layer.electronic_share
        return self.layer.resistance * (1.0 - share) / share

    def find(self, eta: Array, share: Array, hungry: NDArray[np.bool_]) -> Face:
        """The face as it is now; hungry: columns in which the layer still alloys, so that no metal is left over."""
        between = np.clip((0.5 * (share[1:] + share[:-1]) - PLATES) / (1.0 - 2.0 * PLATES), 0.0, 1.0)
        area = np.zeros_like(share)
        area[:-1] -= between
        area[1:] += between
        area *= (1.0 - eta) / self.scene.dx
        area[0], area[-1] = 0.0, 0.0
        area[:, hungry] = 0.0
        rows, columns = np.nonzero(area > 1e-9 / self.scene.dx)
        barrier = np.full(len(rows), self.layer.nucleation)
        return Face(rows, columns, area[rows, columns], barrier, self.held[columns] > 0.0)

    def beyond(self, drive: Array, face: Face) -> tuple[Array, Array]:
        """What is left of a driving force (V) beyond the barrier, and its derivative; none strips where no metal is."""
        x = np.clip(-(drive + face.barrier) / ONSET, -500.0, 500.0)
        plates = -ONSET * np.logaddexp(0.0, x)
        rise = 1.0 / (1.0 + np.exp(-x))
        strips = (drive > 0.0) & face.coated
        return np.where(strips, drive, plates), np.where(strips, 1.0, rise)

    def take(self, j: Array, face: Face, dt: float) -> Array:
        """Metal that plates in `dt` at j (A/m2, positive strips): charge of each column, C/m2, also kept."""
        charge = np.bincount(face.columns, -j * face.area, minlength=self.scene.nx) * self.scene.dx * dt
        # no column gives more than it has
        charge = np.maximum(charge, -self.held)
        self.held = self.held + charge
        return np.asarray(charge)

    def draw(self, eta: Array, height: Array, covered: NDArray[np.bool_], volume_per_charge: float) -> bool:
        """Draw an island on `eta` where enough metal lies around one place; height: of the outer face (m)."""
        scene = self.scene
        dx, epsilon = scene.dx, scene.epsilon
        wide = min(scene.nx, max(round(scene.surface.film_grain / dx), 2 * math.ceil(RADIUS) + 1))
        window = np.arange(wide) - wide // 2
        around = self.held[(np.arange(scene.nx)[:, None] + window[None, :]) % scene.nx].sum(axis=1) * covered
        place = int(np.argmax(around))
        there = float(around[place]) * volume_per_charge / dx
        if there < 0.5 * math.pi * RADIUS**2:
            return False
        apart = (np.arange(scene.nx) - place + scene.nx // 2) % scene.nx - scene.nx // 2
        # on the face of each column, so that the island follows the layer
        above = (np.arange(scene.ny)[:, None] + 0.5) * dx - height[None, :]
        inside = RADIUS * dx - np.hypot(above, apart[None, :] * dx)
        island = _step(inside / epsilon) * _step(above / epsilon) * covered[None, :]
        island[island < 10.0 * front.CLAMP] = 0.0
        more = (1.0 - eta) * island
        used = float(more.sum())
        if not 0.0 < used <= there:
            return False
        eta += more
        columns = (place + window) % scene.nx
        self.held[columns] *= 1.0 - used / there
        return True


def _step(x: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0))))
