"""What the solver is told about one cell (numbers and arrays), and what it answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.electrochemistry import transport

Array = NDArray[np.float64]

TIME_REACHED, VOLTAGE_REACHED, DEPLETED, FAILED = 0, 1, 2, 3
"""How a step ended."""

EMPTY = 1e-6
"""Share of the initial concentration at which the surface counts as depleted (the logarithm needs one)."""


_STRETCH = 0.9


class Mesh(NamedTuple):
    """Volumes between two electrodes, mirror-symmetric, refined to both; lengths in m.

    The surface value follows from the two volumes beside the electrode and the exact flux:
    P_surface = near P_1 + far P_2 - reach dP/ds, exact where P is a parabola.
    """

    widths: Array
    spacings: Array  # between neighbouring centers
    left: Array  # weight of the left volume in a value on the face
    near: float
    far: float
    reach: float


class Parameters(NamedTuple):
    """One cell, per area of electrode; SI units. Working electrode at x = 0, counter electrode at x = L."""

    mesh: Mesh
    knots: Array
    rows: Array
    linear: bool
    storage: float  # eps S, filled pore fraction
    permeance: float  # b = S^2/N_M
    charge: float  # z
    molar_charge: float  # z F in C/mol
    thermal: float  # RT/F in V
    initial: float  # c0 in mol/m3
    exchange_working: float  # i0 at c0 in A/m2
    exchange_counter: float
    film_working: float  # ohm m2
    film_counter: float
    alpha_a: float
    alpha_c: float


class Outcome(NamedTuple):
    """How a step at constant current went: `filled` of the samples were reached before it ended."""

    status: int
    time: float
    filled: int
    steps: int
    solves: int
    voltage: Array  # at the samples, and one more: at the end
    working: Array  # surface concentrations at the same instants
    counter: Array
    concentration: Array  # at the end


def make_mesh(length: float, volumes: int) -> Mesh:
    """Volumes whose faces lie at L (s - 0.9 sin(2 pi s)/(2 pi)), s = k/n: at the electrodes L/(10 n) thick.

    Smooth, so that neighbours become alike as n grows and the scheme keeps its order. length: m; volumes: at
    least 4.
    """
    if volumes < 4:
        raise ValueError(f"volumes: {volumes} given; at least 4 are needed")
    share = np.arange(volumes + 1) / volumes
    faces = length * (share - _STRETCH * np.sin(2.0 * np.pi * share) / (2.0 * np.pi))
    half = np.diff(faces)
    widths = 0.5 * (half + half[::-1])  # mirror symmetry to the last digit
    spacings = 0.5 * (widths[1:] + widths[:-1])
    first, second = float(widths[0]), float(widths[1])
    # means over the two volumes of s and s^2, s the distance from the electrode
    near_s, far_s = 0.5 * first, first + 0.5 * second
    near_ss, far_ss = first**2 / 3.0, ((first + second) ** 3 - first**3) / (3.0 * second)
    return Mesh(
        widths,
        spacings,
        widths[1:] / (widths[1:] + widths[:-1]),
        far_ss / (far_ss - near_ss),
        -near_ss / (far_ss - near_ss),
        (near_s * far_ss - far_s * near_ss) / (far_ss - near_ss),
    )


def with_table(table: transport.TransportTable) -> tuple[Array, Array, bool]:
    """The arrays of a transport table in the order `Parameters` wants them."""
    return table.knots, table.rows, table.linear
