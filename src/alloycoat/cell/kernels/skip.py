"""Skipping of cycles: what a cycle loses is drawn on over the next ones, as far as an error allows (compiled).

From a solved cycle with losses D and their change E per cycle, seen between two solved cycles, m cycles further

    s(n + m) = s(n) + m D + m (m + 1)/2 E

for all that only piles up (dead metal, film, coverage, additive, liquid, time, charge). Moss follows the straight
line through both cycles, the profile of the salt keeps its form; bulk metal and salt close their balances. The cycle
after the jump is solved: its losses against those foretold are the error. Beyond the tolerance the jump is undone and
halved; so it is where that cycle ends the cell or shorts it, which therefore is found cycle by cycle. Nothing is
drawn on over the end of the free electrolyte or of the additive, nor while a short leaks.

Projective integration: Gear & Kevrekidis, SIAM J. Sci. Comput. 24, 1091 (2003), doi 10.1137/S1064827501388157.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import ageing_laws
from alloycoat.cell.kernels.column import STORE, lay_out, put
from alloycoat.cell.kernels.life_parameters import (
    ADDITIVE,
    ALLOY,
    BULK,
    CHARGE,
    COUNT,
    COVER,
    DEAD,
    E_CAPACITY,
    FILM,
    FREE,
    FREE_SALT,
    LEAK,
    M_DEAD_POROSITY,
    M_INITIAL,
    M_LENGTH,
    M_SKIP,
    MOSS,
    P_BACK,
    P_BEFORE,
    P_BEND,
    P_LAST,
    P_MEND,
    P_NOW,
    P_RATE,
    SALT_USED,
    SATURATION,
    SEI,
    SOLVENT_USED,
    THICK,
    THINNEST,
    THROUGH,
    TIME,
    W_FILM_TIME,
    W_METAL_VOLUME,
    W_MOSS_POROSITY,
    W_ROUGH,
    W_ROUGH_SPREAD,
    W_SEI_VOLUME,
    Plan,
    Rig,
)  # fmt: skip
from alloycoat.cell.kernels.unit import piece

Array = NDArray[np.float64]
_shorting_moss = piece(ageing_laws.shorting_moss)
_dead_thickness = piece(ageing_laws.dead_thickness)
_film_factor = piece(ageing_laws.film_factor)
_MARGIN = 1.05  # a deposit so much higher than foretold must not reach across either
_SALT = 5.0  # times the tolerance: change of c/c0 in the solved cycle, which mends the profile
_BARE = 0.01  # share of the bare area that counts as its change in a cycle, at least


@piece
def pack(rig: Rig, into: Array) -> None:
    """Both electrodes, the cell and the salt into a row of `Rig.past`."""
    size = rig.el.shape[1]
    put(into, rig.el[0])
    put(into[size:], rig.el[1])
    put(into[2 * size :], rig.pool)
    put(into[2 * size + len(rig.pool) :], rig.salt)


@piece
def unpack(row: Array, plan: Plan, rig: Rig) -> None:
    """The state back out of a row of `Rig.past`."""
    size, pool = rig.el.shape[1], len(rig.pool)
    put(rig.el[0], row[:size])
    put(rig.el[1], row[size : 2 * size])
    put(rig.pool, row[2 * size : 2 * size + pool])
    put(rig.salt, row[2 * size + pool : 2 * size + pool + len(rig.salt)])
    lay_out(plan, rig)


@piece
def _kind(k: int, size: int) -> int:
    """What entry k of a packed state does: 0 follows from others, 1 piles up, 2 keeps to a straight line."""
    if k < 2 * size:
        place = k % size
        if place in (MOSS, ALLOY):
            return 2
        return 1 if place in (DEAD, SEI, COVER) else 0
    at = k - 2 * size
    if at in (FREE, ADDITIVE, TIME, SALT_USED, SOLVENT_USED):
        return 1
    return 1 if at in (CHARGE, THROUGH) else 0


@piece
def steady(rig: Rig) -> bool:
    """Whether the last cycle says what the next ones lose: no leak before or after, one regime of the liquid."""
    before, cell = rig.past[P_BEFORE], 2 * rig.el.shape[1]
    if rig.pool[LEAK] > 0.0 or before[cell + LEAK] > 0.0:
        return False
    if (rig.pool[FREE] > 0.0) != (before[cell + FREE] > 0.0):
        return False
    return bool((rig.pool[ADDITIVE] > 0.0) == (before[cell + ADDITIVE] > 0.0))


@piece
def misses(jumped: int, plan: Plan, rig: Rig) -> float:
    """By how much the cycle after a jump of `jumped` cycles missed what was foretold, over the tolerance."""
    before, now, rate, bend = rig.past[P_BEFORE], rig.past[P_NOW], rig.past[P_RATE], rig.past[P_BEND]
    size, cell, far = rig.el.shape[1], 2 * rig.el.shape[1], float(jumped + 1)
    charge = 0.5 * (now[cell + THROUGH] - before[cell + THROUGH]) + 1e-30
    losses, wrong = 1e-9 * charge, 0.0
    for side in range(2):
        k = side * size
        losses += now[k + DEAD] - before[k + DEAD] + now[k + SEI] - before[k + SEI]
    for k in range(cell + len(rig.pool)):
        kind, off = _kind(k, size), 0.0
        if kind == 1:
            off = abs(now[k] - before[k] - rate[k] - far * bend[k])
        elif kind == 2:
            off = abs(now[k] - rig.past[P_BACK, k] - far * rate[k]) / charge
        if kind == 1 and k < cell:
            bare = abs(now[k] - before[k]) + _BARE * (1.0 - now[k]) + 1e-12
            off /= bare if k % size == COVER else losses
        elif kind == 1:
            off /= charge if k == cell + CHARGE else abs(now[k] - before[k]) + 1e-6 * abs(now[k]) + 1e-30
        wrong = max(wrong, off)
    first = cell + len(rig.pool)
    for j in range(len(rig.salt)):
        wrong = max(wrong, abs(now[first + j] - before[first + j]) / (_SALT * plan.medium[M_INITIAL]))
    return float(wrong / plan.medium[M_SKIP])


@piece
def learn(distance: int, span: int, rig: Rig) -> None:
    """Losses of the last cycle, and how they changed since the cycle `distance` before that was solved.

    span: between the two solved cycles before (0: there are none). What was drawn on in between is mended by the
    parabola through the losses of all three: its sum less that of the straight line goes into P_MEND.
    """
    past = rig.past
    now, rate, bend = past[P_NOW], past[P_RATE], past[P_BEND]
    size, m = rig.el.shape[1], distance - 1
    share = m * ((2 * m + 1) / 6.0 + 0.5 * span) / (distance + span)
    for k in range(2 * size + len(rig.pool)):
        kind = _kind(k, size)
        past[P_MEND, k] = 0.0
        if kind == 1:
            lost = now[k] - past[P_BEFORE, k]
            past[P_MEND, k] = share * (lost - rate[k] - distance * bend[k])
            bend[k] = (lost - rate[k]) / distance if span > 0 else 0.0
            rate[k] = lost
        elif kind == 2:
            rate[k], bend[k] = (now[k] - past[P_LAST, k]) / distance if span > 0 else 0.0, 0.0
        past[P_LAST, k] = now[k]


@piece
def reach(most: int, orders: int, peak: float, rise: float, normals: Array, plan: Plan, rig: Rig) -> int:
    """How many cycles, up to `most`, may be skipped before one that might short, and one before it is solved.

    peak: highest moss of a plating electrode in a cycle; rise: its growth by cycle.
    """
    w, at = plan.wear, int(rig.pool[COUNT])
    for j in range((most + 1) * orders):
        short = _shorting_moss(
            plan.medium[M_LENGTH], w[W_METAL_VOLUME], w[W_MOSS_POROSITY], w[W_ROUGH], w[W_ROUGH_SPREAD],
            normals[(at + j) % len(normals), 0],
        )  # fmt: skip
        cycle = j // orders
        if _MARGIN * (peak + (cycle + 1) * max(0.0, rise)) >= short:
            return max(0, cycle - 1)
    return most


@piece
def jump(m: int, orders: int, plan: Plan, rig: Rig) -> bool:
    """Mend the state and draw it on over m cycles; False, and nothing changed, where something would be used up."""
    now, rate, bend, back = rig.past[P_NOW], rig.past[P_RATE], rig.past[P_BEND], rig.past[P_BACK]
    size, pool, el, w = rig.el.shape[1], rig.pool, rig.el, plan.wear
    cell, far = 2 * size, 0.5 * m * (m + 1)
    put(back, now)
    for k in range(cell + len(pool)):
        kind = _kind(k, size)
        if kind > 0:
            now[k] += rig.past[P_MEND, k] + m * rate[k] + far * bend[k]
        if kind == 2 and k % size == MOSS:
            now[k] = max(0.0, now[k])
        if kind == 1 and k != cell + CHARGE and (now[k] < 0.0 or (now[k] == 0.0 and back[k] > 0.0)):
            return False
    charge = now[cell + CHARGE] - back[cell + CHARGE]
    for side in range(2):
        k = side * size
        moved = charge if side == 0 else -charge
        for place in (MOSS, DEAD, SEI, ALLOY):
            moved += now[k + place] - back[k + place]
        now[k + BULK] = back[k + BULK] - moved
        if now[k + COVER] > 1.0 or plan.electrodes[side, E_CAPACITY] + now[k + BULK] < 0.0:
            return False
    inside, liquid = 0.0, 0.0
    for j in range(len(rig.salt)):
        inside += rig.room[STORE, j] * rig.salt[j]
        liquid += rig.room[STORE, j]
    level = pool[FREE_SALT] / pool[FREE] if pool[FREE] > 0.0 else 0.0
    salt = inside + pool[FREE_SALT] - (now[cell + SALT_USED] - pool[SALT_USED])
    liquid -= now[cell + SOLVENT_USED] - pool[SOLVENT_USED]
    if salt <= 0.0 or liquid <= 0.0:
        return False
    put(el[0], now[:size])
    put(el[1], now[size:cell])
    put(pool, now[cell : cell + len(pool)])
    for side in range(2):
        el[side, THICK] = THINNEST + _dead_thickness(
            el[side, DEAD], el[side, SEI], w[W_METAL_VOLUME], w[W_SEI_VOLUME], plan.medium[M_DEAD_POROSITY]
        )
    pool[COUNT] += m * orders
    pool[FILM] = _film_factor(pool[TIME], w[W_FILM_TIME])
    partly = pool[SATURATION] < 1.0
    pool[SATURATION] = 1.0
    lay_out(plan, rig)
    inside = 0.0
    if partly:
        full = 0.0
        for j in range(len(rig.salt)):
            full += rig.room[STORE, j]
        pool[SATURATION] = min(1.0, liquid / full)
        lay_out(plan, rig)
    for j in range(len(rig.salt)):
        inside += rig.room[STORE, j] * rig.salt[j]
    scale = salt / (inside + level * pool[FREE])
    for j in range(len(rig.salt)):
        rig.salt[j] *= scale
    pool[FREE_SALT] = scale * level * pool[FREE]
    return True
