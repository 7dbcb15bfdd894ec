"""Metal of the electrodes: what a charge books where, and the growth of moss within a step (compiled).

Moss: the embedded Runge-Kutta pair of Bogacki & Shampine (Appl. Math. Lett. 2, 321 (1989)) with error control.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.instant import COUNTER_C, SEEN_C, SEEN_W, WORKING_C, kinetics
from alloycoat.cell.kernels.life_parameters import (
    ALLOY,
    BULK,
    DEAD,
    FRESH_ALLOY,
    FRESH_DEAD,
    FRESH_SEI,
    M_INITIAL,
    MOSS,
    SEI,
    W_DEAD_SHARE,
    W_MOSS_MOST,
    W_MOSS_SLOPE,
    W_SEI_SHARE,
    Plan,
    Rig,
)  # fmt: skip
from alloycoat.cell.kernels.sites import metal_left
from alloycoat.cell.kernels.unit import piece

Array = NDArray[np.float64]
_hermite = piece(laws.hermite)
START, FINISH, BETWEEN, MOVED = range(4)
"""Rows of `Rig.seen`."""


@piece
def balance(charge: float, moss: float, alloy: float, w: Array) -> tuple[float, float]:
    """(change of the bulk, what is set aside as dead metal or film) in C/m2; every coulomb goes somewhere.

    charge: passed, C/m2, positive strips; moss: change of the moss; alloy: charge that the alloy gave off.
    """
    if charge > 0.0:  # of the moss that goes a share is cut off, the rest pays
        aside = -w[W_DEAD_SHARE] * min(moss, 0.0)
    else:
        aside = w[W_SEI_SHARE] / (1.0 - w[W_SEI_SHARE]) * max(moss, 0.0)
    return -charge - moss - aside + alloy, aside


@piece
def bulk_after(side: int, charge: float, moss: float, alloy: float, plan: Plan, rig: Rig) -> float:
    """Bulk metal of an electrode when `charge` has passed and its moss is `moss`; infinite in excess."""
    change, _ = balance(charge, moss - rig.el[side, MOSS], alloy, plan.wear)
    return float(metal_left(side, plan, rig.el) + change)


@piece
def enter(state: Array, charge: float, change: float, aside: float, moss: float, alloy: float) -> None:
    """Write what a step moved into the state of an electrode: `change` of the bulk, `aside`, of the moss, C/m2."""
    state[MOSS] += moss
    state[BULK] += change
    state[ALLOY] -= alloy
    state[FRESH_ALLOY] += max(0.0, alloy)
    if charge > 0.0:
        state[DEAD] += aside
        state[FRESH_DEAD] += aside
    else:
        state[SEI] += aside
        state[FRESH_SEI] += aside


@piece
def book(side: int, charge: float, moss: float, alloy: float, el: Array, w: Array) -> None:
    """Enter into the state of an electrode what a step moved (arguments of `balance`)."""
    change, aside = balance(charge, moss, alloy, w)
    enter(el[side], charge, change, aside, moss, alloy)


@piece
def moss_step(h: float, i: float, plan: Plan, rig: Rig) -> float:
    """Moss after h seconds into rig.seen[MOVED]; returns the estimated error over its scale.

    Row START: the start; row FINISH: the surfaces at the end on entry, all of the end on return. Surfaces move
    linearly between. moved[2], moved[3]: alloy charge drawn from the electrodes.
    """
    see, then, moved, w, c0 = rig.seen[START], rig.seen[FINISH], rig.seen[MOVED], plan.wear, plan.medium[M_INITIAL]
    m0, m1 = rig.el[0, MOSS], rig.el[1, MOSS]
    w0, w1, c_0, c_1 = see[WORKING_C] / c0, then[WORKING_C] / c0, see[COUNTER_C] / c0, then[COUNTER_C] / c0
    a0, a1, b0, b1 = see[SEEN_W + 1], see[SEEN_C + 1], see[SEEN_W + 2], see[SEEN_C + 2]
    d0, d1, g0, g1 = a0, a1, b0, b1
    k0, k1, l0, l1 = a0, a1, b0, b1
    for stage in range(3):
        if stage == 0:
            x, at0, at1 = 0.5, m0 + 0.5 * h * a0, m1 + 0.5 * h * a1
        elif stage == 1:
            d0, d1, g0, g1 = then[SEEN_W + 1], then[SEEN_C + 1], then[SEEN_W + 2], then[SEEN_C + 2]
            x, at0, at1 = 0.75, m0 + 0.75 * h * d0, m1 + 0.75 * h * d1
        else:
            k0, k1, l0, l1 = then[SEEN_W + 1], then[SEEN_C + 1], then[SEEN_W + 2], then[SEEN_C + 2]
            third = h / 9.0
            moved[0] = m0 + third * (2.0 * a0 + 3.0 * d0 + 4.0 * k0)
            moved[1] = m1 + third * (2.0 * a1 + 3.0 * d1 + 4.0 * k1)
            moved[2] = third * (2.0 * b0 + 3.0 * g0 + 4.0 * l0)
            moved[3] = third * (2.0 * b1 + 3.0 * g1 + 4.0 * l1)
            x, at0, at1 = 1.0, moved[0], moved[1]
        working, counter = w0 + x * (w1 - w0), c_0 + x * (c_1 - c_0)
        at0, at1, part = max(0.0, at0), max(0.0, at1), h * x
        bulk0 = bulk_after(0, part * i, at0, part * b0, plan, rig)
        bulk1 = bulk_after(1, -part * i, at1, part * b1, plan, rig)
        kinetics(i, working, counter, (at0, at1, bulk0, bulk1), plan, rig, then)
    scale = w[W_MOSS_MOST] / w[W_MOSS_SLOPE]
    wrong0 = h * abs(-5.0 / 72.0 * a0 + d0 / 12.0 + k0 / 9.0 - 0.125 * then[SEEN_W + 1])
    wrong1 = h * abs(-5.0 / 72.0 * a1 + d1 / 12.0 + k1 / 9.0 - 0.125 * then[SEEN_C + 1])
    # over what is there, so that the first, exponential growth of the area is followed
    wrong0 /= max(m0, moved[0]) + 0.005 * scale
    wrong1 /= max(m1, moved[1]) + 0.005 * scale
    if min(moved[0], moved[1]) < -1e-4 * scale:
        return 1e3
    return float(max(wrong0, wrong1))


@piece
def moss_inside(side: int, h: float, fraction: float, rig: Rig) -> float:
    """Moss of an electrode inside the step just made (cubic through both ends and their rates)."""
    a, b, start, end = _hermite(fraction)
    slot = (SEEN_W if side == 0 else SEEN_C) + 1
    inside = a * rig.el[side, MOSS] + b * max(0.0, rig.seen[MOVED, side])
    return float(max(0.0, inside + h * (start * rig.seen[START, slot] + end * rig.seen[FINISH, slot])))
