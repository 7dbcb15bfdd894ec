"""Points across the separator, and the modes in which salt diffuses between them at a constant diffusivity.

Legendre-Gauss-Lobatto points: the first and the last lie on the electrodes, each stands for a volume (its weight
in the integral over the separator). With D the derivative at the points and W the weights, diffusion between two
closed ends is d c/dt = -W^-1 D^T W D P(c) (P the integral of D dc): W^-1 D^T W D is symmetric in the product of
W, its modes are orthonormal, and the first is the mean, which nothing changes: salt is conserved exactly.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Grid(NamedTuple):
    """Points and modes on [0, 1]; row k of a matrix is mode k, mode 0 the mean.

    c = modes @ to_nodes, modes = to_modes @ c. decay: the eigenvalues (0, about pi^2, ...). source: the potential
    of a flux density f given at the points, `source @ f`, so that d modes/dt = -decay (to_modes @ P + source @ f).
    """

    points: Array
    weights: Array
    decay: Array
    to_nodes: Array
    to_modes: Array
    source: Array


@lru_cache(maxsize=16)
def make_grid(volumes: int) -> Grid:
    """The grid of `volumes` points, at least 4. Source: Canuto et al., Spectral Methods, 2006, chapters 2 and 7."""
    if volumes < 4:
        raise ValueError(f"volumes: {volumes} given; at least 4 are needed")
    last = legendre.Legendre.basis(volumes - 1)
    inner = np.real(np.asarray(last.deriv().roots()))
    points = np.concatenate([[-1.0], inner, [1.0]])
    points = 0.5 * (points - points[::-1])  # mirror symmetry to the last digit
    weights = 1.0 / (volumes * (volumes - 1) * last(points) ** 2)
    apart = np.subtract.outer(points, points) + np.eye(volumes)
    slope = np.divide.outer(last(points), last(points)) / apart
    np.fill_diagonal(slope, 0.0)
    slope -= np.diag(slope.sum(axis=1))  # the derivative of a constant is zero
    slope *= 2.0  # from [-1, 1] to [0, 1]
    root = np.sqrt(weights)
    stiffness = slope.T @ (weights[:, None] * slope)
    decay, vectors = np.linalg.eigh(stiffness / np.outer(root, root))
    decay[0], vectors[:, 0] = 0.0, root
    to_modes = np.ascontiguousarray((vectors * root[:, None]).T)
    source = np.zeros((volumes, volumes))
    source[1:] = (to_modes @ (slope.T * weights / weights[:, None]))[1:] / decay[1:, None]
    to_nodes = np.ascontiguousarray((vectors / root[:, None]).T)
    return Grid(0.5 * (points + 1.0), weights, decay, to_nodes, to_modes, source)
