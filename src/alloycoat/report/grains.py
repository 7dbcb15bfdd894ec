"""A cross-section made of grains: polygons that tile a rectangle, handed out to phases by their area shares.

The area fraction of a random cut is the volume fraction (Delesse); where the grains lie is illustration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Share:
    """A phase of the drawing: `scattered` ones lie anywhere, the others in layers from the top down."""

    name: str
    fraction: float
    scattered: bool


def tile(width: float, height: float, size: float, seed: int = 0) -> list[Array]:
    """Irregular hexagons of about `size` across that fill width x height without gap: arrays (n, 2) of corners.

    A honeycomb whose corners are moved at random by up to a quarter of an edge, clamped to the rectangle.
    """
    random = np.random.default_rng(seed)
    columns, rows = max(3, round(width / size)), max(2, round(height / (0.87 * size)))
    dx, dy = width / columns, height / rows
    moved: dict[tuple[int, int], tuple[float, float]] = {}

    def corner(i: int, j: int) -> tuple[float, float]:
        """Corner number i (half columns) on line j (thirds of a row), the same for all its neighbors."""
        if (i, j) not in moved:
            wobble = random.uniform(-0.22, 0.22, 2) * (dx, dy)
            x, y = i * dx / 2 + wobble[0], j * dy / 3 + wobble[1]
            moved[i, j] = (float(np.clip(x, 0, width)), float(np.clip(y, 0, height)))
        return moved[i, j]

    grains = []
    for row in range(-1, rows + 1):
        shift = row % 2
        for column in range(-1, columns + 1):
            i, j = 2 * column + shift, 3 * row
            outline = [(i, j + 1), (i + 1, j), (i + 2, j + 1), (i + 2, j + 3), (i + 1, j + 4), (i, j + 3)]
            polygon = np.array([corner(*place) for place in outline])
            if area(polygon) > 1e-9 * width * height:
                grains.append(polygon)
    return grains


def area(polygon: Array) -> float:
    """Area of a polygon (shoelace formula), in the square of its unit."""
    x, y = polygon.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def hand_out(grains: Sequence[Array], shares: Sequence[Share], seed: int = 0) -> dict[str, list[Array]]:
    """Phase -> its grains, so that the areas are as near to the fractions as whole grains allow.

    Scattered phases take grains at random, the others from the top down in their order; what is left goes
    to the last of them (or, where all are scattered, to the largest).
    """
    random = np.random.default_rng(seed)
    areas: Any = np.array([area(grain) for grain in grains])
    total = float(areas.sum())
    free = list(random.permutation(len(grains)))
    result: dict[str, list[Array]] = {share.name: [] for share in shares}
    layered = [share for share in shares if not share.scattered]
    last = layered[-1].name if layered else max(shares, key=lambda share: share.fraction).name
    for share in (item for item in shares if item.scattered):
        taken, wanted = 0.0, share.fraction * total
        while free and taken + areas[free[-1]] / 2 < wanted:
            grain = free.pop()
            taken += areas[grain]
            result[share.name].append(grains[grain])
    free.sort(key=lambda k: float(grains[k][:, 1].mean()))
    for share in layered[:-1]:
        taken, wanted = 0.0, share.fraction * total
        while free and taken + areas[free[0]] / 2 < wanted:
            grain = free.pop(0)
            taken += areas[grain]
            result[share.name].append(grains[grain])
    result[last] += [grains[k] for k in free]
    return result
