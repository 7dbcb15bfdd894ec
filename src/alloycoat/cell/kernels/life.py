"""Cycle after cycle of the ageing cell: shorts, drying and every other end; the compiled entry (`make_life`)."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import (
    ageing_laws,
    column,
    instant,
    laws,
    life_parameters,
    moss,
    order,
    settle,
    sites,
    skip,
)  # fmt: skip
from alloycoat.cell.kernels.column import STORE, lay_out, put
from alloycoat.cell.kernels.life_parameters import (
    CHARGE_REACHED,
    COUNT,
    CURRENT_REACHED,
    DRY,
    FAILED,
    FIRST_SAMPLE,
    HARD_SHORT,
    LEAK,
    M_DEAD_VOLUMES,
    M_LENGTH,
    M_SEPARATOR_VOLUMES,
    M_SKIP,
    METAL_GONE,
    MODE,
    MOSS,
    P_BACK,
    P_BEFORE,
    P_NOW,
    SAMPLES,
    SATURATION,
    SHORTED,
    STOP,
    STOP_REACHED,
    SURFACE,
    TIME,
    TIME_REACHED,
    UNTIL,
    VALUE,
    W_HARD_LEAK,
    W_LEAK,
    W_LEAK_SPREAD,
    W_METAL_VOLUME,
    W_MOSS_POROSITY,
    W_RESIDUAL,
    W_ROUGH,
    W_ROUGH_SPREAD,
    Plan,
    Rig,
    new_rig,
    new_state,
)  # fmt: skip
from alloycoat.cell.kernels.skip import jump, learn, misses, pack, reach, steady, unpack
from alloycoat.cell.kernels.unit import piece
from alloycoat.electrochemistry import butler_volmer, transport

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
Life = Callable[
    [Array, Array, Array, int, int, Plan, Rig, Array, Numbers, Array], tuple[int, int, int, int, int, float]
]
_run_order = order.run_order
_shorting_moss = piece(ageing_laws.shorting_moss)
_settle = settle.settle


@piece
def _until_short(
    row: Array, until: float, times: Array, normals: Array, plan: Plan, rig: Rig, record: Array, filled: int
) -> tuple[int, float, int, int]:  # fmt: skip
    """One order with its soft shorts: a deposit that reaches across adds a leak, and the order goes on."""
    w, m, pool = plan.wear, plan.medium, rig.pool
    at = int(pool[COUNT]) % len(normals)
    short = _shorting_moss(
        m[M_LENGTH], w[W_METAL_VOLUME], w[W_MOSS_POROSITY], w[W_ROUGH], w[W_ROUGH_SPREAD], normals[at, 0]
    )
    if row[VALUE] != 0.0 or row[MODE] == 1.0:
        pool[SURFACE] = 1.0
    pool[COUNT] += 1.0
    begin, steps = 0.0, 0
    while True:
        status, begin, filled, used = _run_order(row, times, begin, until, short, plan, rig, record, filled)
        steps += used
        if status != SHORTED:
            break
        short = math.inf
        pool[LEAK] += w[W_LEAK] * math.exp(w[W_LEAK_SPREAD] * normals[at, 1])
        if pool[LEAK] >= w[W_HARD_LEAK]:
            status = HARD_SHORT
            break
    if status == METAL_GONE and row[STOP] < math.inf:
        status = STOP_REACHED  # without metal the voltage runs to its limit at once
        if len(times):
            record[0, filled], record[1, filled] = pool[TIME] + begin, row[VALUE]
            record[2, filled] = math.copysign(row[STOP], row[VALUE])
            filled += 1
    return status, begin, filled, steps


@piece
def _keep(rig: Rig) -> None:
    """Note the state before an order."""
    n, size = len(rig.salt), rig.el.shape[1]
    put(rig.kept, rig.salt)
    put(rig.kept[n:], rig.el[0])
    put(rig.kept[n + size :], rig.el[1])
    put(rig.kept[n + 2 * size :], rig.pool)


@piece
def _restore(plan: Plan, rig: Rig) -> None:
    """Go back to the state before the order."""
    n, size = len(rig.salt), rig.el.shape[1]
    put(rig.salt, rig.kept[:n])
    put(rig.el[0], rig.kept[n : n + size])
    put(rig.el[1], rig.kept[n + size : n + 2 * size])
    put(rig.pool, rig.kept[n + 2 * size :])
    lay_out(plan, rig)


@piece
def _one_order(
    row: Array, times: Array, normals: Array, plan: Plan, rig: Rig, record: Array, filled: int
) -> tuple[int, float, int, int]:  # fmt: skip
    """One order and the settlement after it; where the pores fall dry, only up to that moment."""
    _keep(rig)
    status, spent, end, steps, low, high, until = FAILED, 0.0, filled, 0, 0.0, 0.0, row[UNTIL]
    for attempt in range(15):  # one call of the order only: compiled code is smaller for it
        if attempt > 0:
            until = 0.5 * (low + high)
            _restore(plan, rig)
        status, spent, end, used = _until_short(row, until, times, normals, plan, rig, record, filled)
        steps += used
        if status == FAILED:
            return status, spent, end, steps
        wet = _settle(spent, plan, rig) and rig.pool[SATURATION] >= plan.wear[W_RESIDUAL]
        if attempt == 0:
            if wet:
                return status, spent, end, steps
            high = spent
        elif wet:
            low = until
        else:
            high = until
    return DRY, spent, end, steps


@piece
def _inventory(rig: Rig, row: Array) -> None:
    """State at the end of a cycle: both electrodes, the cell, and the salt in the pores (mol/m2)."""
    size = rig.el.shape[1]
    put(row, rig.el[0])
    put(row[size:], rig.el[1])
    put(row[2 * size :], rig.pool)
    salt = 0.0
    for j in range(len(rig.salt)):
        salt += rig.room[STORE, j] * rig.salt[j]
    row[2 * size + len(rig.pool)] = salt


@piece
def _plated(row: Array, rig: Rig) -> float:
    """Moss of the electrode that an order plated, the highest that it had."""
    if row[MODE] == 1.0:
        return float(max(rig.el[0, MOSS], rig.el[1, MOSS]))
    return float(rig.el[0, MOSS] if row[VALUE] < 0.0 else rig.el[1, MOSS])


@piece
def _one_cycle(
    orders: Array, times: Array, normals: Array, number: int, filled: int, plan: Plan, rig: Rig, record: Array,
    marks: Numbers
) -> tuple[int, int, int, int, float, float]:  # fmt: skip
    """The orders of a cycle: (how it ended, the order that ended it or -1, samples, steps, s, most moss plated)."""
    status, steps, spent, highest = TIME_REACHED, 0, 0.0, 0.0
    for k in range(len(orders)):
        row = orders[k]
        start = int(row[FIRST_SAMPLE])
        samples = times[start : start + int(row[SAMPLES])]
        before = filled
        status, spent, filled, used = _one_order(row, samples, normals, plan, rig, record, filled)
        steps += used
        for at in range(before, filled):
            marks[0, at], marks[1, at] = number, k + 1
        highest = max(highest, _plated(row, rig))
        # a step that starts beyond its own limit would never move charge again, unless a hold takes over
        held_next = k + 1 < len(orders) and orders[k + 1, MODE] == 1.0
        stuck = status == STOP_REACHED and spent == 0.0 and not held_next
        if stuck or status not in (TIME_REACHED, STOP_REACHED, CURRENT_REACHED, CHARGE_REACHED):
            return status, k, filled, steps, spent, highest
    return status, -1, filled, steps, spent, highest


@piece
def _life(
    orders: Array, times: Array, normals: Array, cycles: int, first: int, plan: Plan, rig: Rig, record: Array,
    marks: Numbers, states: Array
) -> tuple[int, int, int, int, int, float]:  # fmt: skip
    """See `make_life`."""
    filled, steps, cycle, spent = 0, 0, 0, 0.0
    skips = len(states) == 0 and plan.medium[M_SKIP] > 0.0
    jumped, wanted, waits, span, peak = 0, 2, 0, -1, 0.0
    lay_out(plan, rig)
    while cycle < cycles:
        if skips:
            pack(rig, rig.past[P_BEFORE])
        status, last, filled, used, spent, highest = _one_cycle(
            orders, times, normals, first + cycle, filled, plan, rig, record, marks
        )
        steps += used
        if len(states):
            _inventory(rig, states[cycle])
        if last >= 0 and jumped == 0:
            return status, cycle, last, filled, steps, spent
        cycle += 1
        if not skips:
            continue
        pack(rig, rig.past[P_NOW])
        good = last < 0 and steady(rig)
        miss = misses(jumped, plan, rig) if good and jumped > 0 else 0.0
        m, waits, mends = 0, max(0, waits - 1), False
        if jumped > 0 and not (good and miss <= 1.0):
            unpack(rig.past[P_BACK], plan, rig)
            put(rig.past[P_NOW], rig.past[P_BACK])
            cycle -= jumped + 1
            m = jumped // 2
            if m == 0:
                wanted, waits = 1, 3
            rise = 0.0
        elif good:
            rise = (highest - peak) / (jumped + 1) if span >= 0 else 0.0
            learn(jumped + 1, max(span, 0), rig)
            if jumped > 0:
                wanted = max(1, min(2 * jumped, int(0.9 * jumped / math.sqrt(max(miss, 0.1)))))
            m = wanted if span > 0 and waits == 0 else 0
            mends, peak = jumped > 0, highest
            span = jumped + 1 if span >= 0 else 0
        else:
            rise, wanted, span = 0.0, 2, -1
        jumped = 0
        m = reach(max(0, min(m, cycles - cycle - 1)), len(orders), peak, rise, normals, plan, rig)
        while m > 0 or mends:
            if jump(m, len(orders), plan, rig):
                jumped = m
                cycle += m
                break
            put(rig.past[P_NOW], rig.past[P_BACK])
            m, mends = m // 2, m > 0 and mends
    return TIME_REACHED, cycles, 0, filled, steps, spent


def source_stamp() -> int:
    """Checksum of every file that the compiled code is made of: a changed law must not find an old cache."""
    modules = (
        ageing_laws, column, instant, laws, life_parameters, moss, order, settle, sites, skip, butler_volmer, transport,
    )  # fmt: skip
    files = [__file__, *(str(module.__file__) for module in modules)]
    return zlib.crc32(b"".join(Path(file).read_bytes() for file in files))


def _make(stamp: int, keep: bool) -> Life:
    """The entry point; numba files its cache under the values it closes over, here the stamp."""

    @numba.njit(error_model="numpy", cache=keep, nogil=True)
    def life(orders, times, normals, cycles, first, plan, rig, record, marks, states):  # type: ignore[no-untyped-def]
        if stamp < 0:
            return FAILED, 0, 0, 0, 0, 0.0
        return _life(orders, times, normals, cycles, first, plan, rig, record, marks, states)

    return life


def _smallest() -> tuple[Plan, Rig]:
    """The plan of no cell in particular, to compile with."""
    one = ((1.0,), (1.0,))
    table = transport.tabulate(one, one, ((1.0,), (0.0,)), one)
    medium = np.ones(17)
    medium[M_DEAD_VOLUMES], medium[M_SEPARATOR_VOLUMES] = 2.0, 4.0
    plan = Plan(np.ones((2, 12)), np.full(26, 0.5), medium, table.knots, table.rows)
    return plan, new_rig(np.ones(8), *new_state(1.0, 1.0, 1.0, (1.0, 1.0)))


@cache
def make_life() -> Life:
    """The compiled `life(orders, times, normals, cycles, first, plan, rig, record, marks, states)`.

    orders: one row each (see `life_parameters`), carried out `cycles` times; times: sample times of all of
    them, s from the start of each; normals: (n, 2) standard normal numbers, one row an order, used in turn;
    first: number of the first cycle. Changes `rig`. record: room for s, A/m2 and V of every sample and five
    more an order (its start and end, those of what follows a short, a limit that is reached at once); marks:
    cycle and order of each; states: a row a cycle, or none. Returns how it ended, whole cycles done, the order
    that ended it, samples, time steps, and seconds of the last order.
    """
    plan, rig = _smallest()
    trial = (
        np.zeros((0, 9)), np.zeros(0), np.zeros((1, 2)), 0, 1, plan, rig, np.zeros((3, 1)),
        np.zeros((2, 1), dtype=np.int64), np.zeros((0, 1)),
    )  # fmt: skip
    try:
        life = _make(source_stamp(), keep=True)
        life(*trial)
    except Exception:  # a cache that cannot be written or read is no reason to stop
        life = _make(0, keep=False)
        life(*trial)
    return life
