"""One order of the ageing cell: current or voltage held until something happens, located in time (compiled).

Per time step: salt by TR-BDF2; moss of both electrodes by the embedded Runge-Kutta pair of Bogacki & Shampine (Appl.
Math. Lett. 2, 321 (1989)), both with error control: the moss grows with the charge that it carries.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.column import (
    END,
    END_SLOPE,
    INSIDE,
    RATE,
    SLOPE,
    find_segment,
    put,
    slopes,
    try_step,
)  # fmt: skip
from alloycoat.cell.kernels.instant import (
    COUNTER_C,
    CURRENT,
    SEEN_C,
    SEEN_W,
    WORKING_C,
    V,
    control,
    kinetics,
    observe,
    surfaces,
    voltage,
)  # fmt: skip
from alloycoat.cell.kernels.life_parameters import (
    ALLOY,
    BULK,
    CHARGE,
    CHARGE_REACHED,
    CURRENT_REACHED,
    CUTOFF,
    CUTOFF_REACHED,
    DEAD,
    DEPLETED,
    E_CAPACITY,
    FAILED,
    FRESH_ALLOY,
    FRESH_DEAD,
    FRESH_SEI,
    LEAK,
    LEAST,
    M_INITIAL,
    M_LENGTH,
    M_MOLAR_CHARGE,
    M_MOSS_TOLERANCE,
    M_PERMEANCE,
    M_POROSITY,
    M_SALT_TOLERANCE,
    METAL_GONE,
    MODE,
    MOSS,
    MOST_CHARGE,
    SEI,
    SHORTED,
    STOP,
    STOP_REACHED,
    SURFACE,
    THROUGH,
    TIME,
    TIME_REACHED,
    VALUE,
    W_COVER_FILM,
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
_step_factor = piece(laws.step_factor)
_hermite = piece(laws.hermite)
_MAX_STEPS = 100_000
_LEAST_MOSS = 1e-7
"""Share of a_max/s (some mC/m2 in all) below which moss that is stripped is gone."""
START, FINISH, BETWEEN, MOVED = range(4)
"""Rows of `Rig.seen`."""


@piece
def _balance(charge: float, moss: float, alloy: float, w: Array) -> tuple[float, float]:
    """(change of the bulk, what is set aside as dead metal or film) in C/m2; every coulomb goes somewhere.

    charge: passed, C/m2, positive strips; moss: change of the moss; alloy: charge that the alloy gave off.
    """
    if charge > 0.0:  # of the moss that goes a share is cut off, the rest pays
        aside = -w[W_DEAD_SHARE] * min(moss, 0.0)
    else:
        aside = w[W_SEI_SHARE] / (1.0 - w[W_SEI_SHARE]) * max(moss, 0.0)
    return -charge - moss - aside + alloy, aside


@piece
def _bulk_after(side: int, charge: float, moss: float, alloy: float, plan: Plan, rig: Rig) -> float:
    """Bulk metal of an electrode when `charge` has passed and its moss is `moss`; infinite in excess."""
    change, _ = _balance(charge, moss - rig.el[side, MOSS], alloy, plan.wear)
    return float(metal_left(side, plan, rig.el) + change)


@piece
def _book(side: int, charge: float, moss: float, alloy: float, el: Array, w: Array) -> None:
    """Enter into the state of an electrode what a step moved (arguments of `_balance`)."""
    state = el[side]
    change, aside = _balance(charge, moss, alloy, w)
    state[MOSS] += moss
    state[ALLOY] -= alloy
    state[FRESH_ALLOY] += max(0.0, alloy)
    if charge > 0.0:
        state[DEAD] += aside
        state[FRESH_DEAD] += aside
    else:
        state[SEI] += aside
        state[FRESH_SEI] += aside
    state[BULK] += change


@piece
def _moss_step(h: float, i: float, plan: Plan, rig: Rig) -> float:
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
        bulk0 = _bulk_after(0, part * i, at0, part * b0, plan, rig)
        bulk1 = _bulk_after(1, -part * i, at1, part * b1, plan, rig)
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
def _moss_inside(side: int, h: float, fraction: float, rig: Rig) -> float:
    """Moss of an electrode inside the step just made (cubic through both ends and their rates)."""
    a, b, start, end = _hermite(fraction)
    slot = (SEEN_W if side == 0 else SEEN_C) + 1
    inside = a * rig.el[side, MOSS] + b * max(0.0, rig.seen[MOVED, side])
    return float(max(0.0, inside + h * (start * rig.seen[START, slot] + end * rig.seen[FINISH, slot])))


@piece
def _look_inside(h: float, fraction: float, plan: Plan, rig: Rig) -> None:
    """Everything inside the step just made into rig.seen[BETWEEN]; the salt into work[11]."""
    a, b, start, end = _hermite(fraction)
    if rig.seen[START, CURRENT] != rig.seen[FINISH, CURRENT]:  # slopes belong to another current: straight line
        a, b, start, end = 1.0 - fraction, fraction, 0.0, 0.0
    c, room = rig.salt, rig.room
    for j in range(len(c)):
        room[INSIDE, j] = a * c[j] + b * room[END, j] + h * (start * room[SLOPE, j] + end * room[END_SLOPE, j])
    i = rig.seen[START, CURRENT] + fraction * (rig.seen[FINISH, CURRENT] - rig.seen[START, CURRENT])
    m0, m1 = _moss_inside(0, h, fraction, rig), _moss_inside(1, h, fraction, rig)
    charge = 0.5 * fraction * h * (rig.seen[START, CURRENT] + i)
    bulk0 = _bulk_after(0, charge, m0, fraction * rig.seen[MOVED, 2], plan, rig)
    bulk1 = _bulk_after(1, -charge, m1, fraction * rig.seen[MOVED, 3], plan, rig)
    observe(rig.room[INSIDE], i, (m0, m1, bulk0, bulk1), plan, rig, rig.seen[BETWEEN])


@piece
def _crossed(
    see: Array, h: float, share: float, passed: float, order: Array, short: float, plan: Plan, rig: Rig
) -> int:
    """Which end of the order this instant has reached (TIME_REACHED: none); `passed`: charge applied so far."""
    i, v = see[CURRENT], see[V]
    if math.isinf(v):
        return DEPLETED
    applied = i + rig.pool[LEAK] * v
    beyond = TIME_REACHED
    if order[MODE] == 1.0:
        if abs(applied) <= order[LEAST]:
            return CURRENT_REACHED
    elif i != 0.0:
        along = math.copysign(1.0, i) * v
        if along >= order[CUTOFF]:
            beyond = CUTOFF_REACHED
        elif along >= order[STOP]:
            return STOP_REACHED
    before = rig.seen[START, CURRENT] + rig.pool[LEAK] * rig.seen[START, V]
    if passed + share * h * 0.5 * abs(before + applied) >= order[MOST_CHARGE]:
        return CHARGE_REACHED
    if i == 0.0:
        return beyond
    strips, plates = (0, 1) if i > 0.0 else (1, 0)
    if plan.electrodes[strips, E_CAPACITY] < math.inf:
        moss = rig.el[strips, MOSS] if share == 0.0 else _moss_inside(strips, h, share, rig)
        charge = share * h * 0.5 * abs(rig.seen[START, CURRENT] + i)
        left = moss + _bulk_after(strips, charge, moss, share * rig.seen[MOVED, 2 + strips], plan, rig)
        # the voltage rises without end as the last metal goes
        if left <= plan.wear[W_COVER_FILM] * (1e-3 if beyond == TIME_REACHED else 1.0):
            return METAL_GONE
    if beyond == TIME_REACHED and share > 0.0 and _moss_inside(plates, h, share, rig) >= short:
        return SHORTED
    return beyond


@piece
def _try(h: float, i: float, order: Array, plan: Plan, rig: Rig) -> float:
    """Try a step of h seconds from current i: its scaled error (1: as much as allowed), < 0 where it fails.

    Leaves the end in the rows END, END_SLOPE, FINISH and MOVED. Where the current follows the voltage it is
    tried with the current of the start, then with the mean of both ends (second order).
    """
    m, small = plan.medium, plan.medium[M_SALT_TOLERANCE] * plan.medium[M_INITIAL]
    varies = order[MODE] == 1.0 or (rig.pool[LEAK] > 0.0 and order[VALUE] != 0.0)
    mean, size, wrong = i, 0.0, 0.0
    for _ in range(2 if varies else 1):
        if varies:
            slopes(rig.salt, mean / m[M_MOLAR_CHARGE], plan, rig.room)
            put(rig.room[SLOPE], rig.room[RATE])
        size = try_step(rig.salt, h, mean / m[M_MOLAR_CHARGE], plan, rig.room, 0.01 * small)
        if not size >= 0.0:
            return -1.0
        wet = surfaces(rig.room[END], mean, plan, rig, rig.seen[FINISH])
        if not wet:  # depleted: the moss grows on as at the start, the end lies inside this step
            for side in range(2):
                slot = SEEN_W if side == 0 else SEEN_C
                put(rig.seen[FINISH, slot : slot + 3], rig.seen[START, slot : slot + 3])
                rig.seen[MOVED, side] = max(0.0, rig.el[side, MOSS] + h * rig.seen[START, slot + 1])
                rig.seen[MOVED, 2 + side] = h * rig.seen[START, slot + 2]
            return float(size / small)
        wrong = _moss_step(h, mean, plan, rig)
        if not math.isfinite(wrong):
            return -1.0
        if not varies:
            voltage(rig.room[END], plan, rig, rig.seen[FINISH])
            break
        m0, m1 = max(0.0, rig.seen[MOVED, 0]), max(0.0, rig.seen[MOVED, 1])
        bulk0 = _bulk_after(0, h * mean, m0, rig.seen[MOVED, 2], plan, rig)
        bulk1 = _bulk_after(1, -h * mean, m1, rig.seen[MOVED, 3], plan, rig)
        end = control(rig.room[END], order, mean, (m0, m1, bulk0, bulk1), plan, rig, rig.seen[FINISH])
        if math.isnan(end):
            return -1.0
        # thin layers relax at once: a jump of the current within the first millisecond is no error of the step
        allowed = (0.1 * max(abs(end), abs(i)) + 0.01 * abs(order[VALUE]) + 1e-3) * (1.0 + 1e-3 / h)
        wrong = max(wrong, plan.medium[M_MOSS_TOLERANCE] * abs(end - i) / allowed)
        mean = 0.5 * (i + end)
    return float(max(size / small, wrong / plan.medium[M_MOSS_TOLERANCE]))


@piece
def _commit(h: float, part: float, plan: Plan, rig: Rig) -> None:
    """Take over a step, or the first `part` of it (rig.seen[BETWEEN] and work[11] hold that instant)."""
    see, end = rig.seen[START], rig.seen[FINISH] if part == 1.0 else rig.seen[BETWEEN]
    charge = part * h * 0.5 * (see[CURRENT] + end[CURRENT])
    # both first: the interpolation needs the state of the start
    m0 = max(0.0, rig.seen[MOVED, 0]) if part == 1.0 else _moss_inside(0, h, part, rig)
    m1 = max(0.0, rig.seen[MOVED, 1]) if part == 1.0 else _moss_inside(1, h, part, rig)
    # moss that is stripped decays and would never be gone: its last is taken at once, else each step is held by it
    least = _LEAST_MOSS * plan.wear[W_MOSS_MOST] / plan.wear[W_MOSS_SLOPE]
    gone0, gone1 = charge > 0.0 and m0 < least, charge < 0.0 and m1 < least
    m0, m1 = 0.0 if gone0 else m0, 0.0 if gone1 else m1
    if charge != 0.0:
        _book(0, charge, m0 - rig.el[0, MOSS], part * rig.seen[MOVED, 2], rig.el, plan.wear)
        _book(1, -charge, m1 - rig.el[1, MOSS], part * rig.seen[MOVED, 3], rig.el, plan.wear)
        touched = end[COUNTER_C] if charge > 0.0 else end[WORKING_C]
        rig.pool[SURFACE] = min(rig.pool[SURFACE], touched / plan.medium[M_INITIAL])
    rig.pool[CHARGE] += charge
    rig.pool[THROUGH] += abs(charge)
    row = END if part == 1.0 else INSIDE
    for j in range(len(rig.salt)):
        rig.salt[j] = rig.room[row, j]
        rig.room[SLOPE, j] = rig.room[END_SLOPE, j]
    put(see, end)
    if gone0:
        see[SEEN_W + 1] = 0.0
    if gone1:
        see[SEEN_C + 1] = 0.0


@piece
def _note(record: Array, at: int, time: float, see: Array, order: Array, rig: Rig) -> int:
    """One sample (s, applied current density, V) where the voltage is finite; the next free place."""
    if not abs(see[V]) < math.inf:
        return at
    record[0, at] = rig.pool[TIME] + time
    held = order[MODE] == 1.0
    record[1, at] = see[CURRENT] + rig.pool[LEAK] * see[V] if held else order[VALUE]
    record[2, at] = order[VALUE] if held else see[V]
    return at + 1


@piece
def run_order(
    order: Array, times: Array, begin: float, until: float, short: float, plan: Plan, rig: Rig, record: Array,
    filled: int
) -> tuple[int, float, int, int]:  # fmt: skip
    """Carry out an order from `begin` to `until` (s into it): (how it ended, when, samples in `record`, steps).

    short: moss charge of the plating electrode at which it reaches the other one (inf: never). The mesh (rig.col) is
    ready. One sample more is taken at the start and one at the end.
    """
    m, time, steps, k = plan.medium, begin, 0, 0
    while k < len(times) and times[k] <= begin:
        k += 1
    start = rig.seen[START, CURRENT] if order[MODE] == 1.0 else order[VALUE]
    there = (rig.el[0, MOSS], rig.el[1, MOSS], metal_left(0, plan, rig.el), metal_left(1, plan, rig.el))
    i = control(rig.salt, order, start, there, plan, rig, rig.seen[START])
    if math.isnan(i) or math.isnan(rig.seen[START, V]):
        return FAILED, time, filled, steps
    slopes(rig.salt, i / m[M_MOLAR_CHARGE], plan, rig.room)
    put(rig.room[SLOPE], rig.room[RATE])
    filled = _note(record, filled, begin, rig.seen[START], order, rig) if len(times) else filled
    status, passed = _crossed(rig.seen[START], 0.0, 0.0, 0.0, order, math.inf, plan, rig), 0.0
    seg = plan.rows[find_segment(rig.salt[0], plan.knots, 0)]
    h = 1e-3 * m[M_POROSITY] * m[M_LENGTH] ** 2 / (m[M_PERMEANCE] * (seg[0] + seg[1] * rig.salt[0]))
    least, part = 1e-7 * h, 1.0
    while status == TIME_REACHED and time < until:
        h = min(h, until - time)
        if until - time - h < 1e-13 * until:
            h = until - time
        size = _try(h, i, order, plan, rig)
        steps += 1
        if steps > _MAX_STEPS or (h < least and until - time > least and not 0.0 <= size <= 1.0):
            status = FAILED
            break
        if not 0.0 <= size <= 1.0:
            h *= _step_factor(size) if size > 1.0 else 0.25
            continue
        part = 1.0
        status = _crossed(rig.seen[FINISH], h, 1.0, passed, order, short, plan, rig)
        if status != TIME_REACHED:
            part, status = _locate(h, status, passed, order, short, plan, rig)
        while k < len(times) and times[k] < time + part * h and times[k] < until:
            _look_inside(h, (times[k] - time) / h, plan, rig)
            filled = _note(record, filled, times[k], rig.seen[BETWEEN], order, rig)
            k += 1
        if part < 1.0:
            _look_inside(h, part, plan, rig)
        end = FINISH if part == 1.0 else BETWEEN
        both = rig.seen[START, CURRENT] + rig.seen[end, CURRENT]
        both += rig.pool[LEAK] * (rig.seen[START, V] + rig.seen[end, V])
        passed += part * h * 0.5 * abs(both)
        _commit(h, part, plan, rig)
        time = until if part == 1.0 and h == until - time else time + part * h
        i = rig.seen[START, CURRENT]
        h *= _step_factor(size)
    if len(times):
        filled = _note(record, filled, time, rig.seen[START], order, rig)
    return status, time, filled, steps


@piece
def _locate(
    h: float, status: int, passed: float, order: Array, short: float, plan: Plan, rig: Rig
) -> tuple[float, int]:
    """Share of the step just before something happens, and what (bisection)."""
    low, high = 0.0, 1.0
    for _ in range(44):
        middle = 0.5 * (low + high)
        _look_inside(h, middle, plan, rig)
        found = _crossed(rig.seen[BETWEEN], h, middle, passed, order, short, plan, rig)
        if found == TIME_REACHED:
            low = middle
        else:
            high, status = middle, found
    return low, status
