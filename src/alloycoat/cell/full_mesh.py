"""Modes of the linear parts of a full cell: salt in dead layer, separator and positive, filling of a particle.

Salt: eps S c_t = d/dx(D b c_x) with (1 - t+) i/(zF) entering at the metal and leaving evenly over the positive,
D and t+ at the nominal concentration. With stores M and conductances K, M c' = -K c + q i; the eigenvectors of
M^-1/2 K M^-1/2 are modes that decay alone, exactly while i is constant.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.full import FullCell
from alloycoat.chemistry.positives import Positive
from alloycoat.quantities import FARADAY

Array = NDArray[np.float64]
DEAD_VOLUMES, SEPARATOR_VOLUMES, POSITIVE_VOLUMES, PARTICLE_MODES = 4, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Mesh:
    """The salt's modes for one thickness of the dead layer and one saturation of the pores.

    store: m3/m2 of liquid by volume; decay 1/s, drive per A/m2, profile: concentrations = profile @ modes;
    edge: concentration at the metal less that of the first volume, per A/m2; ohmic: m by volume, for the share
    of the current there, over (1/S2) by the solver; average: weights of the mean over the positive.
    """

    store: Array
    decay: Array
    drive: Array
    profile: Array
    back: Array
    edge: float
    ohmic: Array
    average: Array

    def modes_of(self, salt: Array) -> Array:
        """The modes of a concentration profile in mol/m3."""
        return np.asarray(self.back @ salt, dtype=float)


def make_mesh(cell: FullCell, worn: AgeingParameters, dead: float, saturation: float) -> Mesh:
    """Modes for a dead layer of `dead` m and pores filled to `saturation`."""
    metal, host = cell.metal, cell.positive
    counts = (DEAD_VOLUMES, SEPARATOR_VOLUMES, POSITIVE_VOLUMES)
    lengths = (dead, metal.separator_thickness, cell.thickness)
    pores = (worn.dead_porosity, metal.porosity, host.electrode_porosity.value)
    permeances = (1.0 / worn.dead_macmullin, metal.permeance, 1.0 / host.electrode_macmullin.value)
    width = np.repeat([length / n for length, n in zip(lengths, counts, strict=True)], counts)
    pore, permeance = np.repeat(pores, counts), np.repeat(permeances, counts)
    store = pore * width * saturation
    diffusivity = metal.nominal(metal.diffusivity) * saturation**2
    half = 0.5 * width / (diffusivity * permeance)
    face = 1.0 / (half[:-1] + half[1:])
    n = len(width)
    matrix = np.zeros((n, n))
    at = np.arange(n - 1)
    matrix[at, at] += face
    matrix[at + 1, at + 1] += face
    matrix[at, at + 1] -= face
    matrix[at + 1, at] -= face
    root = 1.0 / np.sqrt(store)
    decay, vectors = np.linalg.eigh(root[:, None] * matrix * root[None, :])
    decay = np.maximum(decay, 0.0)
    decay[0] = 0.0  # salt is conserved
    vectors[:, 0] = np.sqrt(store / np.sum(store))
    share = (1.0 - metal.nominal(metal.transference)) / (metal.charge * FARADAY)
    source = np.zeros(n)
    first = n - POSITIVE_VOLUMES
    source[first:] = -share / POSITIVE_VOLUMES
    source[0] += share
    drive = vectors.T @ (root * source)
    drive[0] = 0.0
    inside = (np.arange(POSITIVE_VOLUMES) + np.array([[0.0], [1.0]])) / POSITIVE_VOLUMES
    part = ((1.0 - inside[0]) ** 3 - (1.0 - inside[1]) ** 3) / 3.0  # integral of (1 - s)^2: mean potential
    weight = np.ones(n)
    weight[first:] = part * POSITIVE_VOLUMES
    average = np.zeros(n)
    average[first:] = 1.0 / POSITIVE_VOLUMES
    return Mesh(
        store=store, decay=decay, drive=drive, profile=root[:, None] * vectors,
        back=vectors.T * np.sqrt(store)[None, :], edge=float(share * half[0]), ohmic=weight * width / permeance,
        average=average,
    )  # fmt: skip


def particle_modes(host: Positive, capacity: float) -> tuple[Array, Array, float]:
    """(decay 1/s, drive per A/m2 and s, surface filling per A/m2 of all later modes) of a sphere.

    Surface filling beyond the mean: i R^2/(D Q) [1/15 - (2/3) sum exp(-l^2 D t/R^2)/l^2], tan l = l; Q: capacity
    in C/m2. Crank, The Mathematics of Diffusion (1975), section 6.3.4.
    """
    roots = np.array([_root(k) for k in range(1, PARTICLE_MODES + 1)])
    rate = host.diffusivity.value / host.radius.value**2
    decay = rate * roots**2
    drive = np.full(PARTICLE_MODES, 2.0 / (3.0 * capacity))
    remainder = 1.0 / (15.0 * rate * capacity) - float(np.sum(drive / decay))
    return decay, drive, remainder


def _root(k: int) -> float:
    """k-th positive root of tan l = l."""
    low, high = k * np.pi + 1e-9, (k + 0.5) * np.pi - 1e-12
    return float(brentq(lambda x: np.sin(x) - x * np.cos(x), low, high))
