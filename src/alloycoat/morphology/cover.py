"""The coating on the deposit: where it lies, what it holds back, how it presses on the metal below.

The layer rides on the metal column by column: its underside is the front below, its outer face lies its local
thickness above. Holes are columns without layer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.deposition import column_fronts, draw_layer
from alloycoat.morphology.scene import Layer, Scene
from alloycoat.morphology.texture import deviates, line

Array = NDArray[np.float64]
POISSON = 0.33
"""Poisson's ratio of the layer, assumed; the stiffness of a plate holds 1/(1 - nu^2)."""


def holes(scene: Scene) -> NDArray[np.bool_]:
    """Columns without layer: holes of `defect_width` at seeded places, or one crack, 1 - covered of the width."""
    layer = scene.layer
    bare = np.zeros(scene.nx, dtype=bool)
    if layer is None or layer.covered >= 1.0:
        return bare
    cells = max(1, round(layer.defect_width / scene.dx))
    missing = (1.0 - layer.covered) * scene.nx
    count = 1 if layer.crack else max(1, round(missing / cells))
    if layer.crack:
        cells = max(1, round(missing))
    # one hole in each of `count` equal stretches, anywhere in its stretch: never closer than chance allows
    places = (np.arange(count) + 0.5 + 0.2 * np.tanh(deviates(scene.seed, "holes", count))) * scene.nx / count
    for place in places:
        bare[(int(place) - cells // 2 + np.arange(cells)) % scene.nx] = True
    return bare


@dataclass(slots=True)
class Cover:
    """The layer of one run: thickness of each column (m), charge taken up (C/m2), picture, pressure (Pa)."""

    scene: Scene
    layer: Layer
    covered: NDArray[np.bool_] = field(init=False)
    thickness: Array = field(init=False)
    sigma: float = field(init=False)
    front: Array = field(init=False)
    share: Array = field(init=False)
    pressure: Array = field(init=False)
    stiffness: Array = field(init=False)
    taken: Array = field(init=False)
    natural: Array | None = None  # shape of the metal on which the layer was made

    def __post_init__(self) -> None:
        scene, layer = self.scene, self.layer
        self.covered = ~holes(scene)
        varied = np.exp(self.through(layer.spread * line(scene, "layer", scene.surface.film_grain)))
        self.thickness = np.where(self.covered, layer.drawn * varied / varied[self.covered].mean(), 0.0)
        self.sigma = layer.drawn / layer.resistance
        self.front, self.pressure = np.zeros(scene.nx), np.zeros(scene.nx)
        self.share = np.zeros((scene.ny, scene.nx))
        self.stiffness = plate_stiffness(scene, layer)
        self.taken = np.zeros(scene.nx)

    def film(self, time: float) -> Array:
        """Film resistance on the layer as the metal below sees it, over its mean: the film heals and breaks elsewhere
        within film_time, as that of bare metal does while it ages."""
        scene, surface = self.scene, self.scene.surface
        if surface.film_spread == 0.0:
            return np.ones(scene.nx)
        interval = int(time / surface.film_time)
        share = time / surface.film_time - interval
        both = [line(scene, "film", surface.film_grain, k) for k in (interval, interval + 1)]
        pattern = ((1.0 - share) * both[0] + share * both[1]) / np.hypot(share, 1.0 - share)
        return np.exp(self.through(surface.film_spread * pattern))

    def through(self, pattern: Array) -> Array:
        """What is left below the layer of a pattern above it: 1/cosh(k L) of the wave k.

        In the layer the potential of the metal obeys Laplace's equation, and it is zero at the metal below: current
        that enters unevenly is even below once its wave is shorter than the layer is thick.
        """
        k = 2.0 * np.pi * np.fft.rfftfreq(self.scene.nx, self.scene.dx)
        left = 1.0 / np.cosh(np.minimum(k * self.layer.thickness, 300.0))
        return np.asarray(np.fft.irfft(left * np.fft.rfft(pattern), n=self.scene.nx))

    @property
    def takes(self) -> bool:
        """Whether the layer still takes up metal."""
        return bool(np.any(self.taken[self.covered] < self.layer.uptake))

    @property
    def taken_mean(self) -> float:
        """Charge taken up, C/m2 of the whole electrode."""
        return float(self.taken.mean())

    def take(self, j: Array, area: Array, columns: NDArray[np.int64], dt: float) -> tuple[Array, Array]:
        """Plating current that alloys instead of growing metal: current left (A/m2), charge taken per column (C/m2)."""
        hungry = self.covered & (self.taken < self.layer.uptake)
        into = hungry[columns] & (j < 0.0)
        charge = np.bincount(columns, -j * area * into, minlength=self.scene.nx) * self.scene.dx * dt
        self.taken += charge
        self.thickness = self.thickness + self.layer.swelling * charge * (self.layer.drawn / self.layer.thickness)
        return np.where(into, 0.0, j), np.asarray(charge, dtype=float)

    def give_back(self, charge: Array | None) -> None:
        """Undo the last `take`, for a step that was refused."""
        if charge is not None:
            self.taken -= charge
            self.thickness = self.thickness - self.layer.swelling * charge * (self.layer.drawn / self.layer.thickness)

    def follow(self, eta: Array) -> None:
        """Lay the layer on the metal as it is now, and let it press."""
        scene = self.scene
        if self.natural is None:
            column_fronts(eta, scene.dx, self.front)
            self.natural = self.front.copy()
        draw_layer(self.front, self.thickness, scene.dx, scene.epsilon, self.share)
        self.pressure = self._press(self.front - self.natural)

    def rise(self, volume: Array, columns: NDArray[np.int64]) -> None:
        """Lift the layer by the metal that grew below it, `volume` in m3 per area of column for each cell of the band.

        Metal that overgrows the layer from a hole does not lift it.
        """
        self.front = self.front + np.bincount(columns, volume, minlength=self.scene.nx)

    def _press(self, bent_by: Array) -> Array:
        """p = K (h - h_0) of the bent layer, wave by wave, none over a hole, at most what the metal bears."""
        if self.layer.modulus <= 0.0 or not self.covered.any():
            return np.zeros(self.scene.nx)
        x = np.arange(self.scene.nx)
        known = np.flatnonzero(self.covered)
        # a hole does not bend the layer: its height is bridged from its rims
        height = np.interp(x, known, bent_by[known], period=self.scene.nx)
        bent = np.fft.irfft(self.stiffness * np.fft.rfft(height), n=self.scene.nx)
        most = self.layer.strength
        return np.where(self.covered, most * np.tanh(bent / most), 0.0)


def plate_stiffness(scene: Scene, layer: Layer) -> Array:
    """Pressure per height of each wave in Pa/m: a plate that bends.

    1/K(k) = 1/(B k^4) + L^4/B, B = E' L^3/12, E' = E/(1 - nu^2). A wave shorter than 2 pi L cannot bend the layer as a
    plate; it is held as firmly as that of k = 1/L, a lower bound (a half-space would hold it with E' k/2). The metal
    below flows at a pressure far below what the layer could exert: that pressure is the most there is (`strength`).
    Source of the plate: Timoshenko & Woinowsky-Krieger, Theory of Plates and Shells.
    """
    k = 2.0 * np.pi * np.fft.rfftfreq(scene.nx, scene.dx)
    found = np.zeros_like(k)
    if layer.modulus > 0.0:
        bending = layer.modulus / (1.0 - POISSON**2) * layer.thickness**3 / 12.0
        found[1:] = bending / (1.0 / k[1:] ** 4 + layer.thickness**4)
    return found
