"""The coating on the deposit: where it lies, what it holds back, how it presses on the metal below.

The layer rides on the metal column by column: its underside is the front below, its outer face lies its local
thickness above. Holes are columns without layer.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.deposition import column_fronts, draw_layer
from alloycoat.morphology.resolved import resolved_layer
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
    """The layer of one run: thickness of each column (m), charge taken up (C/m2), picture, pressure (Pa).

    across, along: conductivity (S/m) in the picture. A layer drawn thicker than it is keeps resistance L/sigma_ion and
    sheet conductance sigma_ion L, and with them the decay 1/cosh(k L) of a wave k; of a thicker one the inner part is
    drawn as it is.
    """

    scene: Scene
    layer: Layer
    covered: NDArray[np.bool_] = field(init=False)
    thickness: Array = field(init=False)
    across: float = field(init=False)
    along: float = field(init=False)
    rest: Array = field(init=False)  # resistance of what is not drawn, ohm m2
    held_back: float = field(init=False)  # resistance that stays in series with the front, ohm m2
    front: Array = field(init=False)
    share: Array = field(init=False)
    pressure: Array = field(init=False)
    stiffness: Array = field(init=False)
    taken: Array = field(init=False)
    natural: Array | None = None  # shape of the metal on which the layer was made

    def __post_init__(self) -> None:
        scene, layer = self.scene, self.layer
        self.covered = ~holes(scene)
        uneven = layer.spread * line(scene, "layer", scene.surface.film_grain)
        varied = np.exp(uneven if layer.resolved else self.through(uneven))
        self.thickness = np.where(self.covered, layer.drawn * varied / varied[self.covered].mean(), 0.0)
        self.rest, self.held_back = np.zeros(scene.nx), 0.0
        self.across = self.along = layer.drawn / layer.resistance
        if layer.resolved:
            there = layer.resistance
            if layer.drawn < layer.thickness:
                there = layer.drawn / layer.sigma_ion
                self.rest = (layer.resistance - there) * self.thickness / layer.drawn
            self.across, self.held_back = resolved_layer(scene, layer, there)
            self.along = layer.sigma_ion * min(1.0, layer.thickness / layer.drawn)
        self.front, self.pressure = np.zeros(scene.nx), np.zeros(scene.nx)
        self.share = np.zeros((scene.ny, scene.nx))
        self.stiffness = plate_stiffness(scene, layer)
        self.taken = np.zeros(scene.nx)

    def film(self, time: float) -> Array:
        """Film resistance on the layer over its mean: the film heals and breaks elsewhere within film_time, as that of
        bare metal does while it ages. Where the layer is not resolved: as the metal below sees it."""
        scene, surface = self.scene, self.scene.surface
        if surface.film_spread == 0.0:
            return np.ones(scene.nx)
        interval = int(time / surface.film_time)
        share = time / surface.film_time - interval
        both = [line(scene, "film", surface.film_grain, k) for k in (interval, interval + 1)]
        pattern = ((1.0 - share) * both[0] + share * both[1]) / np.hypot(share, 1.0 - share)
        uneven = surface.film_spread * pattern
        return np.exp(uneven if self.layer.resolved else self.through(uneven))

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
        return bool(self.hungry.any())

    @property
    def taken_mean(self) -> float:
        """Charge taken up, C/m2 of the whole electrode."""
        return float(self.taken.mean())

    @property
    def hungry(self) -> NDArray[np.bool_]:
        """Columns in which the layer still takes up metal."""
        return self.covered & (self.taken < self.layer.uptake)

    def take(self, j: Array, area: Array, below: Array, columns: NDArray[np.int64], dt: float) -> tuple[Array, Array]:
        """Plating current that alloys instead of growing metal: current left (A/m2), charge taken per column (C/m2)."""
        into = self.hungry[columns] & (j < 0.0) & (below > 0.5)
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
        seen = np.empty(scene.nx)
        column_fronts(eta, scene.dx, seen)
        if self.natural is None:
            self.front, self.natural = seen, seen.copy()
        # where other metal has come close above, the front below cannot be told by its height: it is carried along
        self.front = np.where(np.abs(seen - self.front) < 0.5 * scene.dx, seen, self.front)
        draw_layer(self.front, self.thickness, scene.dx, scene.epsilon, self.share)
        self.pressure = self._press(self.front - self.natural)

    def rise(self, volume: Array, columns: NDArray[np.int64]) -> None:
        """Lift the layer by the metal that grew below it, `volume` in m3 per area of column for each cell of the band.

        Metal that overgrows the layer from a hole does not lift it.
        """
        self.front = self.front + np.bincount(columns, volume, minlength=self.scene.nx)

    def _waves(self, bent_by: Array) -> NDArray[np.complex128]:
        """Waves of the height by which the layer is bent; a hole does not bend it: it is bridged from its rims."""
        known = np.flatnonzero(self.covered)
        return np.fft.rfft(np.interp(np.arange(self.scene.nx), known, bent_by[known], period=self.scene.nx))

    def flow(self) -> Array:
        """How far the metal below yields, m in each column: it flows from where the layer presses to where it does not.

        Metal that is pressed with more than its strength is taken to flow at once (lithium creeps by a power law:
        LePage et al., doi 10.1149/2.0221902jes), so each wave of the layer is held to the height at which its pressure
        is that strength. No metal is made: what sinks here rises there.
        """
        sinks = np.zeros(self.scene.nx)
        if self.natural is None or self.layer.modulus <= 0.0 or not self.covered.any():
            return sinks
        waves = self._waves(self.front - self.natural)
        pressed = self.stiffness * np.abs(waves) * (2.0 / self.scene.nx)
        kept = np.minimum(1.0, self.layer.strength / np.maximum(pressed, 1e-300))
        kept[0] = 1.0
        change = np.fft.irfft((kept - 1.0) * waves, n=self.scene.nx)
        sinks[self.covered] = change[self.covered] - change[self.covered].mean()
        self.front = self.front + sinks
        return sinks

    def _press(self, bent_by: Array) -> Array:
        """p = K (h - h_0) of the bent layer, wave by wave, none over a hole, at most what the metal bears."""
        if self.layer.modulus <= 0.0 or not self.covered.any():
            return np.zeros(self.scene.nx)
        bent = np.fft.irfft(self.stiffness * self._waves(bent_by), n=self.scene.nx)
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
