"""Between two orders: layers grow, electrolyte is used up and redistributed, coating is lost or heals (compiled).

Salt is moved with the liquid that carries it, so pores, reservoir and what was used add up to what was filled in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import ageing_laws
from alloycoat.cell.kernels.column import CHANGE, KNOWN, MIDDLE, STORE, lay_out
from alloycoat.cell.kernels.life_parameters import (
    ADDITIVE,
    CLOSED,
    COVER,
    DEAD,
    E_ALLOY,
    FILM,
    FREE,
    FREE_SALT,
    FRESH_ALLOY,
    FRESH_DEAD,
    FRESH_SEI,
    LEAK,
    M_DEAD_POROSITY,
    SALT_USED,
    SATURATION,
    SEI,
    SOLVENT_USED,
    THICK,
    THINNEST,
    TIME,
    W_COATING_LOSS,
    W_EXCHANGE_TIME,
    W_FATIGUE,
    W_FILM_TIME,
    W_HEALING,
    W_HEALING_AMOUNT,
    W_LEAK_KEPT,
    W_METAL_VOLUME,
    W_SALT_USE,
    W_SEI_VOLUME,
    W_SOLVENT_USE,
    Plan,
    Rig,
)  # fmt: skip
from alloycoat.cell.kernels.unit import piece

Array = NDArray[np.float64]
_dead_thickness = piece(ageing_laws.dead_thickness)
_film_factor = piece(ageing_laws.film_factor)
_coverage_after = piece(ageing_laws.coverage_after)
_healed = piece(ageing_laws.healed_coverage)
_exchange_share = piece(ageing_laws.reservoir_exchange)


@piece
def _coat(side: int, e: Array, liquid: float, time: float, plan: Plan, rig: Rig) -> None:
    """Coverage of one electrode after `time` seconds of wear and healing."""
    w, state, pool = plan.wear, rig.el[side], rig.pool
    swing = state[FRESH_ALLOY] / e[E_ALLOY] if e[E_ALLOY] > 0.0 else 0.0
    worn = _coverage_after(state[COVER], state[FRESH_DEAD] + state[FRESH_SEI], w[W_COATING_LOSS], swing, w[W_FATIGUE])
    if pool[ADDITIVE] > 0.0:
        healed = _healed(worn, pool[ADDITIVE] / liquid, w[W_HEALING], time)
        used = (healed - worn) * w[W_HEALING_AMOUNT]
        if used > pool[ADDITIVE]:
            healed = worn + pool[ADDITIVE] / w[W_HEALING_AMOUNT]
            used = pool[ADDITIVE]
        pool[ADDITIVE] -= used
        worn = healed
    state[COVER] = worn


@piece
def _remap(c: Array, before: Array, after: Array, out: Array) -> None:
    """Salt carried by liquid that moves from pores `before` to pores `after` (m3/m2 by volume, equal sums)."""
    n = len(c)
    j, left = 0, before[0]
    for k in range(n):
        want, salt = after[k], 0.0
        while want > 0.0:
            take = min(want, left)
            if j == n - 1:
                take = want  # round-off at the far end
            salt += take * c[j]
            want -= take
            left -= take
            if left <= 0.0 and j < n - 1:
                j += 1
                left = before[j]
        out[k] = salt


@piece
def _use_salt(salt_used: float, rig: Rig) -> bool:
    """Take the salt that films consumed out of pores and reservoir alike; False where there is too little."""
    pool, col, c = rig.pool, rig.room, rig.salt
    inside = 0.0
    for j in range(len(c)):
        inside += col[STORE, j] * c[j]
    total = inside + pool[FREE_SALT]
    if salt_used >= total:
        return False
    keep = 1.0 - salt_used / total
    for j in range(len(c)):
        c[j] *= keep
    pool[FREE_SALT] *= keep
    pool[SALT_USED] += salt_used
    return True


@piece
def _mix(time: float, plan: Plan, rig: Rig) -> None:
    """Reservoir and pores exchange salt through the edge of the cell."""
    pool, col, c = rig.pool, rig.room, rig.salt
    if pool[FREE] <= 0.0:
        return
    inside, pores = 0.0, 0.0
    for j in range(len(c)):
        inside += col[STORE, j] * c[j]
        pores += col[STORE, j]
    level = (inside + pool[FREE_SALT]) / (pores + pool[FREE])
    moved = _exchange_share(time, plan.wear[W_EXCHANGE_TIME]) * (level * pool[FREE] - pool[FREE_SALT])
    for j in range(len(c)):
        c[j] *= 1.0 - moved / inside
    pool[FREE_SALT] += moved


@piece
def _fill_pores(used: float, plan: Plan, rig: Rig) -> None:
    """New mesh after growth: the reservoir fills new pores and replaces used solvent, else all pores share."""
    pool, col, c = rig.pool, rig.room, rig.salt
    n, old, before = len(c), 0.0, col[CHANGE]
    for j in range(n):
        before[j] = col[STORE, j]
        old += before[j]
    saturation = pool[SATURATION]
    pool[SATURATION] = 1.0
    lay_out(plan, rig)
    full = 0.0
    for j in range(n):
        full += col[STORE, j]
    liquid = old - used + pool[FREE]
    shrink = 1.0 - used / old
    if saturation == 1.0 and full <= liquid:  # the reservoir supplies what is missing
        level = pool[FREE_SALT] / pool[FREE] if pool[FREE] > 0.0 else 0.0
        supply = 0.0
        for j in range(n):
            more = col[STORE, j] - before[j] * shrink
            supply += more
            c[j] = (c[j] * before[j] + level * more) / col[STORE, j]
        pool[FREE] = max(0.0, pool[FREE] - supply)
        pool[FREE_SALT] = pool[FREE_SALT] - level * supply if pool[FREE] > 0.0 else 0.0
        return
    # all liquid there is goes into the pores, evenly; the rest of the reservoir first
    extra, after, salt = pool[FREE_SALT], col[KNOWN], col[MIDDLE]
    share = max(0.0, liquid) / old
    for j in range(n):
        c[j] = (c[j] * before[j] + extra * before[j] / old) / (before[j] * share)
        before[j] *= share
        after[j] = col[STORE, j] * (liquid / full)
    _remap(c, before, after, salt)
    pool[FREE], pool[FREE_SALT], pool[SATURATION] = 0.0, 0.0, liquid / full
    lay_out(plan, rig)
    for j in range(n):
        c[j] = salt[j] / col[STORE, j]


@piece
def settle(time: float, plan: Plan, rig: Rig) -> bool:
    """Age the cell by what the last `time` seconds left behind; False where salt or liquid would be all gone."""
    el, pool, w = rig.el, rig.pool, plan.wear
    pool[TIME] += time
    pool[FILM] = _film_factor(pool[TIME], w[W_FILM_TIME])
    film_charge = el[0, FRESH_SEI] + el[1, FRESH_SEI]
    liquid = pool[FREE]
    for j in range(len(rig.salt)):
        liquid += rig.room[STORE, j]
    used = w[W_SOLVENT_USE] * film_charge
    if used >= 0.999 * liquid or not _use_salt(w[W_SALT_USE] * film_charge, rig):
        return False
    _mix(time, plan, rig)
    _coat(0, plan.electrodes[0], liquid, time, plan, rig)
    _coat(1, plan.electrodes[1], liquid, time, plan, rig)
    for side in range(2):
        el[side, THICK] = THINNEST + _dead_thickness(
            el[side, DEAD], el[side, SEI], w[W_METAL_VOLUME], w[W_SEI_VOLUME], plan.medium[M_DEAD_POROSITY]
        )
        el[side, FRESH_DEAD], el[side, FRESH_SEI], el[side, FRESH_ALLOY] = 0.0, 0.0, 0.0
    _fill_pores(used, plan, rig)
    pool[SOLVENT_USED] += used
    pool[LEAK] *= w[W_LEAK_KEPT]
    if pool[LEAK] < CLOSED:
        pool[LEAK] = 0.0
    return True
