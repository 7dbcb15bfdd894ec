"""Seeded heterogeneity of a surface: fields fixed in space and time, whatever the mesh, the step or the coating.

Every field is a sum of bumps on a lattice whose spacing is the correlation length; the heights of the bumps are normal
deviates of a counter-based generator (Philox, keyed by seed and name, counted by interval). So the same seed gives bare
and coated metal, coarse and fine mesh, long and short steps the same field, and threads cannot change it.
"""

from __future__ import annotations

from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.scene import Scene

Array = NDArray[np.float64]
LARGEST = 2.5
"""Standard deviations at which a static field is cut off: a film of infinite or no resistance means nothing."""


def deviates(seed: int, name: str, count: int, interval: int = 0) -> Array:
    """Standard normal deviates of (seed, name, interval); no other draw changes them."""
    bits = np.random.Philox(key=[seed, crc32(name.encode())], counter=[0, 0, 0, interval])
    return np.random.Generator(bits).standard_normal(count)


def bumps(points: Array, spacing: float, count: int, period: float | None) -> Array:
    """Weights (points, nodes) of Gaussian bumps at k * spacing, squares summing to 1: unit variance everywhere."""
    nodes = spacing * np.arange(count)
    apart = points[:, None] - nodes[None, :]
    if period is not None:
        apart -= period * np.round(apart / period)
    weights = np.exp(-2.0 * (apart / spacing) ** 2)
    return np.asarray(weights / np.sqrt((weights**2).sum(axis=1, keepdims=True)))


def places(scene: Scene) -> tuple[Array, Array]:
    """Centers of the columns and of the rows in m."""
    x = scene.dx * (np.arange(scene.nx, dtype=np.float64) + 0.5)
    y = scene.dx * (np.arange(scene.ny, dtype=np.float64) + 0.5)
    return x, y


def line(scene: Scene, name: str, length: float, interval: int = 0) -> Array:
    """A field along the columns: unit variance, correlation length `length`, periodic; another for each interval."""
    x, _ = places(scene)
    count = max(1, round(scene.width / length))
    weights = bumps(x, scene.width / count, count, scene.width)
    return np.clip(weights @ deviates(scene.seed, name, count, interval), -LARGEST, LARGEST)


def field(scene: Scene, name: str, length: float) -> Array:
    """A static field in the plane: unit variance, correlation length `length`, periodic across."""
    x, y = places(scene)
    count = max(1, round(scene.width / length))
    rows = int(np.ceil(scene.height / length)) + 1
    nodes = deviates(scene.seed, name, count * rows).reshape(rows, count)
    across = bumps(x, scene.width / count, count, scene.width)
    return np.clip(bumps(y, length, rows, None) @ nodes @ across.T, -LARGEST, LARGEST)


class Noise:
    """Fluctuation of the local current in space and time: unit variance where mesh and step resolve its grain.

    <xi xi'> falls over `grain` (m) and `time` (s): its strength at long waves is s^2 grain^2 time. Where a cell is
    larger than the grain the variance is that of the mean over the cell, (grain/dx)^2: noise that scales with the cell.
    """

    def __init__(self, scene: Scene) -> None:
        surface = scene.surface
        self.strength, self.time, self.seed = surface.noise, surface.noise_time, scene.seed
        grain = max(surface.noise_grain, scene.dx)
        self.strength *= surface.noise_grain / grain
        self.shape = (int(np.ceil(scene.height / grain)) + 1, max(1, round(scene.width / grain)))
        x, y = places(scene)
        self.across = bumps(x, scene.width / self.shape[1], self.shape[1], scene.width)
        self.up = bumps(y, grain, self.shape[0], None)
        self._kept: dict[int, Array] = {}

    def _nodes(self, interval: int) -> Array:
        if interval not in self._kept:
            self._kept = {k: v for k, v in self._kept.items() if k >= interval - 1}
            drawn = deviates(self.seed, "noise", self.shape[0] * self.shape[1], interval)
            self._kept[interval] = drawn.reshape(self.shape)
        return self._kept[interval]

    def at(self, time: float) -> Array | None:
        """The field at `time` in s; None without noise."""
        if self.strength == 0.0:
            return None
        interval = int(time / self.time)
        share = time / self.time - interval
        nodes = (1.0 - share) * self._nodes(interval) + share * self._nodes(interval + 1)
        nodes = nodes / np.hypot(share, 1.0 - share)
        return np.asarray(self.strength * (self.up @ nodes @ self.across.T))
