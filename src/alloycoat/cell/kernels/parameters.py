"""What the solver is told about one cell (numbers and arrays), and what it answers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels.grid import Grid

Array = NDArray[np.float64]

TIME_REACHED, VOLTAGE_REACHED, DEPLETED, FAILED, METAL_GONE = 0, 1, 2, 3, 4
"""How a step ended."""

EMPTY = 1e-6
"""Share of the initial concentration at which the surface counts as depleted (the logarithm needs one)."""

EARLY = 0.1
"""Share of a time step where what D(c) and t+(c) add is compared with its parabola."""
SETTLED = 1e-2
"""Share of the error allowed below which two profiles count as the same."""


class Parameters(NamedTuple):
    """One cell, per area of electrode; SI units. Working electrode at x = 0, counter electrode at x = L."""

    grid: Grid
    knots: Array
    rows: Array
    length: float  # L in m
    storage: float  # eps S, filled pore fraction
    permeance: float  # b = S^2/N_M
    charge: float  # z
    molar_charge: float  # z F in C/mol
    thermal: float  # RT/F in V
    initial: float  # c0 in mol/m3
    exchange_working: float  # i0 at c0 in A/m2
    exchange_counter: float
    film_working: float  # ohm m2, without the coating
    film_counter: float
    layer_working: float  # ohm m2 of the coating, 0 where there is none
    layer_counter: float
    nucleation: float  # V, infinite: all metal plates below the coating
    electronic_share: float
    alpha_a: float
    alpha_c: float
    capacity: float  # C/m2 of metal on each electrode, infinite where it is in excess


class Outcome(NamedTuple):
    """How a step at constant current went: `filled` of the samples were reached before it ended."""

    status: int
    time: float
    filled: int
    steps: int
    evaluations: int
    voltage: Array  # at the samples, and one more: at the end
    working: Array  # surface concentrations at the same instants
    counter: Array
    modes: Array  # of the concentration at the end


class Packed(NamedTuple):
    """The same as arrays: what the compiled functions take. grid: rows WEIGHTS, DECAYS, then `n` rows each of
    to_nodes (by mode), to_modes and source (by point); numbers: the scalars of `Parameters` in their order."""

    grid: Array
    knots: Array
    rows: Array
    numbers: Array


WEIGHTS, DECAYS, SHAPES = 0, 1, 2
"""Rows of `Packed.grid`; `SHAPES` begins the three matrices."""
(
    LENGTH, STORAGE, PERMEANCE, CHARGE, MOLAR_CHARGE, THERMAL, INITIAL, EXCHANGE, EXCHANGE_COUNTER, FILM, FILM_COUNTER,
    LAYER, LAYER_COUNTER, NUCLEATION, ELECTRONIC, ALPHA_A, ALPHA_C, CAPACITY,
) = range(18)  # fmt: skip
"""Places of the scalars in `Packed.numbers`; the counter electrode follows the working one."""


def pack(p: Parameters) -> Packed:
    """The arrays of one cell."""
    return Packed(pack_grid(p.grid), p.knots, p.rows, np.array(p[3:], dtype=float))


def pack_grid(grid: Grid) -> Array:
    """The array of a grid (`Packed.grid`)."""
    matrices = grid.to_nodes, grid.to_modes.T, grid.source.T
    return np.ascontiguousarray(np.vstack([grid.weights, grid.decay, *matrices]))


# columns of an order of `protocol.make_run`
CURRENT, UNTIL, STOP, CUTOFF, FIRST, POINTS, FIXED, BEGIN, END = range(9)
"""A/m2, s, |V| that ends the order, |V| that ends the test, s of the first sample, samples, whether their times are
fixed (a period), and where its sample times begin and end."""
ORDER_SIZE = 9
