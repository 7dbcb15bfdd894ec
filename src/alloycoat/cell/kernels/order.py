"""One order of the ageing cell: current or voltage held until something happens, located in time (compiled).

Per time step: salt by TR-BDF2, with it the current where that follows the voltage; moss of both electrodes by an
embedded Runge-Kutta pair; all with error control: the moss grows with the charge that it carries.
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
    KNOWN,
    RATE,
    SLOPE,
    find_segment,
    first_stage,
    inside,
    put,
    second_stage,
    slopes,
    stage,
    step_error,
)  # fmt: skip
from alloycoat.cell.kernels.instant import (
    COUNTER_C,
    CURRENT,
    SEEN_C,
    SEEN_W,
    WORKING_C,
    V,
    control,
    depleted,
    observe,
    surfaces,
    voltage,
)  # fmt: skip
from alloycoat.cell.kernels.life_parameters import (
    CHARGE,
    CHARGE_REACHED,
    CURRENT_REACHED,
    CUTOFF,
    CUTOFF_REACHED,
    DEPLETED,
    E_CAPACITY,
    FAILED,
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
    SHORTED,
    STOP,
    STOP_REACHED,
    SURFACE,
    THROUGH,
    TIME,
    TIME_REACHED,
    VALUE,
    W_COVER_FILM,
    W_MOSS_MOST,
    W_MOSS_SLOPE,
    Plan,
    Rig,
)  # fmt: skip
from alloycoat.cell.kernels.moss import BETWEEN, FINISH, MOVED, START, book, bulk_after, moss_inside, moss_step
from alloycoat.cell.kernels.sites import metal_left
from alloycoat.cell.kernels.unit import piece

Array = NDArray[np.float64]
_step_factor = piece(laws.step_factor)
_MAX_STEPS = 100_000
_MUCH = 1e3  # a scaled error of a step that must be shorter
_LEAST_MOSS = 1e-7
"""Share of a_max/s (some mC/m2 in all) below which moss that is stripped is gone."""


@piece
def _look_inside(h: float, fraction: float, plan: Plan, rig: Rig) -> None:
    """Everything inside the step just made into rig.seen[BETWEEN]; the salt into INSIDE."""
    c, room = rig.salt, rig.room
    if rig.seen[START, CURRENT] == rig.seen[FINISH, CURRENT]:
        inside(c, h, fraction, room)
    else:  # as the current: a straight line
        for j in range(len(c)):
            room[INSIDE, j] = (1.0 - fraction) * c[j] + fraction * room[END, j]
    i = rig.seen[START, CURRENT] + fraction * (rig.seen[FINISH, CURRENT] - rig.seen[START, CURRENT])
    m0, m1 = moss_inside(0, h, fraction, rig), moss_inside(1, h, fraction, rig)
    charge = 0.5 * fraction * h * (rig.seen[START, CURRENT] + i)
    bulk0 = bulk_after(0, charge, m0, fraction * rig.seen[MOVED, 2], plan, rig)
    bulk1 = bulk_after(1, -charge, m1, fraction * rig.seen[MOVED, 3], plan, rig)
    observe(rig.room[INSIDE], i, (m0, m1, bulk0, bulk1), plan, rig, rig.seen[BETWEEN])


@piece
def _crossed(
    see: Array, h: float, share: float, passed: float, order: Array, short: float, plan: Plan, rig: Rig
) -> int:
    """Which end of the order this instant has reached (TIME_REACHED: none); `passed`: charge applied so far."""
    i, v, held = see[CURRENT], see[V], order[MODE] == 1.0
    if math.isinf(v) and depleted(see, plan):
        return DEPLETED
    applied = i + (rig.pool[LEAK] * (order[VALUE] if held else v) if rig.pool[LEAK] > 0.0 else 0.0)
    beyond = TIME_REACHED
    if held and abs(applied) <= order[LEAST]:
        return CURRENT_REACHED
    if math.isinf(v):  # no site is left that could carry a current
        return METAL_GONE
    if not held and i != 0.0:
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
        moss = rig.el[strips, MOSS] if share == 0.0 else moss_inside(strips, h, share, rig)
        charge = share * h * 0.5 * abs(rig.seen[START, CURRENT] + i)
        left = moss + bulk_after(strips, charge, moss, share * rig.seen[MOVED, 2 + strips], plan, rig)
        # the voltage rises without end as the last metal goes
        if left <= plan.wear[W_COVER_FILM] * (1e-3 if beyond == TIME_REACHED else 1.0):
            return METAL_GONE
    if beyond == TIME_REACHED and share > 0.0 and moss_inside(plates, h, share, rig) >= short:
        return SHORTED
    return beyond


@piece
def _salt_step(h: float, i: float, varies: bool, order: Array, plan: Plan, rig: Rig) -> float:
    """Salt after h seconds into END and END_SLOPE; its scaled error, < 0 where it fails.

    Where the current follows the voltage it does so in both stages: row FINISH then holds its end. Moss grows
    as at the start meanwhile.
    """
    m, see, then, gain = plan.medium, rig.seen[START], rig.seen[FINISH], laws.IMPLICIT * h
    end, small = rig.room[END], m[M_SALT_TOLERANCE] * m[M_INITIAL]
    first_stage(rig.salt, gain, rig.room)
    for part in range(2):
        if part == 1:
            second_stage(rig.salt, h, rig.room)
        if not varies:
            if stage(end, rig.room[KNOWN], gain, i / m[M_MOLAR_CHARGE], plan, rig.room, 0.01 * small) < 0:
                return -1.0
            continue
        t = h * (laws.DECAY if part == 0 else 1.0)
        m0, m1 = max(0.0, rig.el[0, MOSS] + t * see[SEEN_W + 1]), max(0.0, rig.el[1, MOSS] + t * see[SEEN_C + 1])
        bulk0 = bulk_after(0, t * i, m0, t * see[SEEN_W + 2], plan, rig)
        bulk1 = bulk_after(1, -t * i, m1, t * see[SEEN_C + 2], plan, rig)
        if math.isnan(control(end, order, i, (m0, m1, bulk0, bulk1), gain, plan, rig, then)):
            return -1.0
    return float(step_error(h, rig.room) / small)


@piece
def _try(h: float, i: float, order: Array, plan: Plan, rig: Rig) -> float:
    """Try a step of h seconds from current i: its scaled error (1: as much as allowed), < 0 where it fails.

    Leaves the end in the rows END, END_SLOPE, FINISH and MOVED.
    """
    varies = order[MODE] == 1.0 or (rig.pool[LEAK] > 0.0 and order[VALUE] != 0.0)
    size = _salt_step(h, i, varies, order, plan, rig)
    if not size >= 0.0:
        return -1.0
    then = rig.seen[FINISH]
    if varies and math.isinf(then[V]) and not depleted(then, plan):
        return _MUCH  # no metal left of what the start would strip: a shorter step sees how the current falls
    wet = not math.isinf(then[V]) if varies else surfaces(rig.room[END], i, plan, rig, then)
    if not wet:  # depleted: the moss grows on as at the start, the end lies inside this step
        for side in range(2):
            slot = SEEN_W if side == 0 else SEEN_C
            put(then[slot : slot + 3], rig.seen[START, slot : slot + 3])
            rig.seen[MOVED, side] = max(0.0, rig.el[side, MOSS] + h * rig.seen[START, slot + 1])
            rig.seen[MOVED, 2 + side] = h * rig.seen[START, slot + 2]
        return float(size)
    foreseen = then[CURRENT]
    mean = 0.5 * (i + foreseen) if varies else i
    wrong = moss_step(h, mean, plan, rig)
    if not math.isfinite(wrong):
        return -1.0
    if not varies:
        voltage(rig.room[END], plan, rig, then)
        return float(max(size, wrong / plan.medium[M_MOSS_TOLERANCE]))
    m0, m1 = max(0.0, rig.seen[MOVED, 0]), max(0.0, rig.seen[MOVED, 1])
    bulk0 = bulk_after(0, h * mean, m0, rig.seen[MOVED, 2], plan, rig)
    bulk1 = bulk_after(1, -h * mean, m1, rig.seen[MOVED, 3], plan, rig)
    end = control(rig.room[END], order, foreseen, (m0, m1, bulk0, bulk1), 0.0, plan, rig, then)
    if math.isnan(end):
        return -1.0
    # thin layers relax at once: a jump of the current within the first millisecond is no error of the step
    allowed = (0.1 * max(abs(end), abs(i)) + 0.01 * abs(order[VALUE]) + 1e-3) * (1.0 + 1e-3 / h)
    moved = max(abs(end - i), 5.0 * abs(end - foreseen))
    return float(max(size, wrong / plan.medium[M_MOSS_TOLERANCE], moved / allowed))


@piece
def _commit(h: float, part: float, plan: Plan, rig: Rig) -> None:
    """Take over a step, or the first `part` of it (rig.seen[BETWEEN] and INSIDE hold that instant)."""
    see, end = rig.seen[START], rig.seen[FINISH] if part == 1.0 else rig.seen[BETWEEN]
    charge = part * h * 0.5 * (see[CURRENT] + end[CURRENT])
    # both first: the interpolation needs the state of the start
    m0 = max(0.0, rig.seen[MOVED, 0]) if part == 1.0 else moss_inside(0, h, part, rig)
    m1 = max(0.0, rig.seen[MOVED, 1]) if part == 1.0 else moss_inside(1, h, part, rig)
    # moss that is stripped decays and would never be gone: its last is taken at once, else each step is held by it
    least = _LEAST_MOSS * plan.wear[W_MOSS_MOST] / plan.wear[W_MOSS_SLOPE]
    gone0, gone1 = charge > 0.0 and m0 < least, charge < 0.0 and m1 < least
    m0, m1 = 0.0 if gone0 else m0, 0.0 if gone1 else m1
    if charge != 0.0:
        book(0, charge, m0 - rig.el[0, MOSS], part * rig.seen[MOVED, 2], rig.el, plan.wear)
        book(1, -charge, m1 - rig.el[1, MOSS], part * rig.seen[MOVED, 3], rig.el, plan.wear)
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
    i = control(rig.salt, order, start, there, 0.0, plan, rig, rig.seen[START])
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
