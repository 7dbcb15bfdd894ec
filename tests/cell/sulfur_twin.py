"""The slow twin of the sulfur kernel: the same equations written plainly, solved by scipy's BDF."""

import math

import numpy as np
from scipy.integrate import solve_ivp

from alloycoat.cell.sulfur import LOST, S1, S2, S8, SOLID, rates, voltage


def unpacked(z, cell):
    """The state from (ln S8, S2, ln S1, ln solid, lost): S4(2-) is what remains."""
    s8, s1, solid = (math.exp(min(max(float(z[k]), -600.0), 10.0)) for k in (0, 2, 3))
    rest = cell.sulfur - s8 - float(z[1]) - s1 - solid - float(z[4])
    return np.array([s8, max(rest, 1e-14 * cell.sulfur), max(float(z[1]), 1e-30), s1, solid, float(z[4])])


def half_cycle(cell, state, i, seconds, points):
    """States and voltages of the electrode (without the metal) at `points` times of a half-cycle of `seconds`."""

    def slope(_, z):
        y = unpacked(z, cell)
        change = rates(y, i, cell)
        return np.array([change[S8] / y[S8], change[S2], change[S1] / y[S1], change[SOLID] / y[SOLID], change[LOST]])

    first = np.array([math.log(state[S8]), state[S2], math.log(state[S1]), math.log(state[SOLID]), state[LOST]])
    scale = cell.sulfur
    times = np.linspace(0.0, seconds, points)
    found = solve_ivp(
        slope, (0.0, seconds), first, method="BDF", t_eval=times, rtol=1e-7,
        atol=np.array([1e-7, 1e-10 * scale, 1e-7, 1e-7, 1e-10 * scale]),
    )  # fmt: skip
    assert found.status == 0, found.message
    states = np.array([unpacked(z, cell) for z in found.y.T])
    return times, states, np.array([voltage(row, i, cell)[0] for row in states])
