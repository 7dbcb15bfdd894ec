"""What the ageing solver is told (named tuples of numbers), and how its state is laid out (arrays)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

(
    TIME_REACHED, STOP_REACHED, DEPLETED, FAILED, CURRENT_REACHED, CHARGE_REACHED, METAL_GONE, SHORTED, DRY,
    HARD_SHORT, FULL, CUTOFF_REACHED,
) = range(12)  # fmt: skip
"""How an order ended; FULL: the room for samples is used up, nothing has gone wrong."""

MOSS, BULK, DEAD, SEI, ALLOY, COVER, THICK, FRESH_DEAD, FRESH_SEI, FRESH_ALLOY, ON_TOP = range(11)
"""State of an electrode: C/m2 of metal as moss, in the bulk (change since the start), dead, in the film, in
the alloy (change); coverage; dead layer in m; dead, film and alloy charge since the last settlement; share of the moss
that lies on the layer."""
ELECTRODE_SIZE = 11

(
    FREE, FREE_SALT, SATURATION, ADDITIVE, LEAK, TIME, COUNT, SALT_USED, SOLVENT_USED, CHARGE, SURFACE, THROUGH, FILM,
) = range(13)  # fmt: skip
"""State of the cell: free electrolyte (m3/m2) and its salt (mol/m2), pore saturation, additive (mol/m2), leak
(S/m2), s, orders done, salt (mol/m2) and solvent (m3/m2) used, net charge (C/m2, positive strips working),
lowest c/c0 that a plating electrode touched in the last order, faradaic charge of either sign (C/m2), factor
on the resistance of the film on the bulk."""
POOL_SIZE = 13

MODE, VALUE, UNTIL, STOP, CUTOFF, LEAST, MOST_CHARGE, FIRST_SAMPLE, SAMPLES = range(9)
"""An order: 0 for current (A/m2) or 1 for voltage (V), its value, s, |V| that ends the step and the test,
|i| (A/m2) and C/m2 that end the step, where its sample times start and how many there are."""
ORDER_SIZE = 9


class Electrode(NamedTuple):
    """One electrode at c0 and before ageing; SI units per electrode area. A row of `Plan.electrodes`."""

    exchange: float  # bare metal, A/m2
    exchange_coated: float
    film: float  # ohm m2, bare
    film_coated: float
    layer: float  # thickness/ionic conductivity of the coating
    barrier: float  # V at which metal nucleates on top of the coating
    electronic: float  # share of the excess that follows electrons to the top
    dense: float  # share of top-plated metal that is dense
    plateau: float  # V at which the alloy gives off its metal
    alloy: float  # C/m2 of metal in the alloy
    substrate: float  # V that nucleation on a foreign substrate takes, 0 for none
    capacity: float  # C/m2 of metal at the start, inf in excess


(
    E_EXCHANGE, E_EXCHANGE_COATED, E_FILM, E_FILM_COATED, E_LAYER, E_BARRIER, E_ELECTRONIC, E_DENSE, E_PLATEAU,
    E_ALLOY, E_SUBSTRATE, E_CAPACITY,
) = range(12)  # fmt: skip


class Medium(NamedTuple):
    """Electrolyte, separator, mesh and tolerances: the numbers of `Plan.medium`."""

    length: float
    porosity: float
    permeance: float  # 1/N_M of the separator
    dead_porosity: float
    dead_permeance: float
    charge: float
    molar_charge: float
    thermal: float
    initial: float
    alpha_a: float
    alpha_c: float
    dead_volumes: float  # in each dead layer
    separator_volumes: float
    linear: float  # 1 where D and t+ are constant
    salt_tolerance: float  # error of a time step as a share of c0
    moss_tolerance: float  # and of the moss there is
    skip: float  # error of the losses of a cycle over which cycles are skipped, 0: every cycle is solved


(
    M_LENGTH, M_POROSITY, M_PERMEANCE, M_DEAD_POROSITY, M_DEAD_PERMEANCE, M_CHARGE, M_MOLAR_CHARGE, M_THERMAL,
    M_INITIAL, M_ALPHA_A, M_ALPHA_C, M_DEAD_VOLUMES, M_SEPARATOR_VOLUMES, M_LINEAR, M_SALT_TOLERANCE,
    M_MOSS_TOLERANCE, M_SKIP,
) = range(17)  # fmt: skip


class Wear(NamedTuple):
    """Constants of the ageing laws, SI units (see `ageing_laws`): the numbers of `Plan.wear`."""

    sei_share: float
    dead_share: float
    moss_slope: float
    moss_most: float
    moss_seed: float
    mossy_share: float  # of the charge plated on bare bulk
    metal_volume: float  # m3/C
    sei_volume: float  # m3/C
    solvent_use: float  # m3/C of film charge
    salt_use: float  # mol/C of film charge
    film_time: float  # s
    growth_share: float
    cover_film: float  # C/m2
    coating_loss: float  # m2/C
    fatigue: float
    healing: float  # m3/(mol s)
    healing_amount: float  # mol/m2 of additive for a whole electrode
    exchange_time: float  # s
    residual: float  # saturation below which the pores count as dry
    rough: float
    rough_spread: float
    moss_porosity: float
    leak: float  # S/m2 of a median short
    leak_spread: float
    leak_kept: float  # share of a leak that a further step leaves
    hard_leak: float  # S/m2


(
    W_SEI_SHARE, W_DEAD_SHARE, W_MOSS_SLOPE, W_MOSS_MOST, W_MOSS_SEED, W_MOSSY_SHARE, W_METAL_VOLUME, W_SEI_VOLUME,
    W_SOLVENT_USE, W_SALT_USE, W_FILM_TIME, W_GROWTH_SHARE, W_COVER_FILM, W_COATING_LOSS, W_FATIGUE, W_HEALING,
    W_HEALING_AMOUNT, W_EXCHANGE_TIME, W_RESIDUAL, W_ROUGH, W_ROUGH_SPREAD, W_MOSS_POROSITY, W_LEAK,
    W_LEAK_SPREAD, W_LEAK_KEPT, W_HARD_LEAK,
) = range(26)  # fmt: skip


P_BEFORE, P_NOW, P_RATE, P_BEND, P_LAST, P_BACK, P_MEND = range(7)
"""Rows of `Rig.past`: the state before and after the last cycle, its losses and how they change by cycle, the state
after the cycle that they were last taken from, the state before a jump, what mends the jump before."""


class Plan(NamedTuple):
    """All that stays the same over a life, as few arrays (compiled code is smaller for it)."""

    electrodes: Array  # (2, 12): working, counter
    wear: Array
    medium: Array
    knots: Array  # transport table
    rows: Array


class Rig(NamedTuple):
    """All that changes: the state (salt, el, pool) and room to work in."""

    salt: Array  # mol/m3 by volume
    el: Array  # electrodes
    pool: Array  # cell
    room: Array  # rows by volume: mesh, solver, slopes (see `column`)
    x: Array  # sites of both electrodes
    seen: Array  # start, end and inside of a step; what the moss did
    kept: Array  # the state before an order
    past: Array  # states and losses of cycles (see `skip`)


def new_state(initial: float, free: float, additive: float, coverage: tuple[float, float]) -> tuple[Array, Array]:
    """(electrodes, cell) at the start: full pores, `free` m3/m2 of electrolyte beside them."""
    electrodes, pool = np.zeros((2, ELECTRODE_SIZE)), np.zeros(POOL_SIZE)
    electrodes[:, COVER] = coverage
    electrodes[:, THICK] = THINNEST
    pool[FREE], pool[FREE_SALT] = free, free * initial
    pool[SATURATION], pool[ADDITIVE], pool[SURFACE], pool[FILM] = 1.0, additive, 1.0, 1.0
    return electrodes, pool


def new_rig(salt: Array, el: Array, pool: Array) -> Rig:
    """The arrays of a cell in the state given (which they keep)."""
    kept = np.zeros(len(salt) + el.size + len(pool))
    past = np.zeros((7, len(kept)))
    return Rig(salt, el, pool, np.zeros((18, len(salt))), np.zeros((2, 5, 4)), np.zeros((4, 10)), kept, past)


THINNEST = 1e-8
"""Thickness in m that a dead layer starts with, so that the mesh keeps its form (pores of 6 nL/m2)."""
EMPTY = 1e-3
"""Share of c0 at which a surface counts as depleted: closer to zero a leak would carry the rest of the current
and the end would hang on the mesh; without a leak it changes the time of the end by less than a tenth of a percent."""
CLOSED = 1e-3
"""Leak in S/m2 below which a short counts as closed: 0.1 V drive 1e-5 mA/cm2, a hundredth of a percent of the current
of the slowest test."""
