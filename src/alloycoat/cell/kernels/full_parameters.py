"""What the solver of a full cell is told and changes: numbers and arrays, nothing compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels.life_parameters import Plan

Array = NDArray[np.float64]

END_TIME, END_VOLTAGE, END_CURRENT, END_CHARGE, END_SALT, END_FAILED = range(6)
"""How an order ended: time, voltage limit, current below its limit, charge limit, salt gone, no solution."""

MODE, VALUE, UNTIL, LOWEST, HIGHEST, LEAST, MOST = range(7)
"""An order: 0 for current (A/m2, positive discharges) or 1 for voltage (V); s; V below and above which it ends;
|i| (A/m2) below which a hold ends; C/m2 after which it ends."""

FILLING, SATURATION, FILM, METAL = range(4)
"""Slow state: mean filling x, pore saturation, factor on the film, metal at the start (C/m2, inf in excess)."""

P_CAPACITY, P_AREA, P_EXCHANGE, P_REMAINDER, P_EFFICIENCY, P_EDGE, P_DIFFUSION = range(7)
"""Positive: C/m2 for x from 0 to 1, particle surface per electrode area, exchange current density (A/m2 at
x = 0.5 and c0), surface filling per A/m2 of the modes left out, plating efficiency (NaN: the laws of ageing),
concentration at the metal per A/m2, (z + 1)/z (RT/F) (1 - t+) W in V."""


class FullPlan(NamedTuple):
    """All that stays the same during an order."""

    metal: Plan
    positive: Array  # P_*
    curve: Array  # (2, n): filling rising, V falling
    decay: Array  # of the particle's modes, 1/s
    drive: Array  # of the particle's modes per A/m2, 1/s
    salt_decay: Array  # of the salt's modes, 1/s
    salt_drive: Array  # per A/m2
    profile: Array  # (n, n): concentration = profile @ modes
    ohmic: Array  # by volume: m of path over permeance, for the share of the current there
    average: Array  # by volume: weight in the mean over the positive


class FullState(NamedTuple):
    """All that changes."""

    salt: Array  # modes
    particle: Array  # modes
    slow: Array  # FILLING ...
    el: Array  # the metal electrode, as in the ageing cell
    sites: Array  # (6, 4) room of `sites.electrode`
    trial: Array  # (2, n) concentrations, modes
    found: Array  # voltage of the metal, dq_moss/dt, alloy current
