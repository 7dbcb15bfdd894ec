"""One order of a full cell: metal | dead layer | separator | insertion electrode (compiled).

Salt and filling of the particles are linear in the current, so both are carried as modes, exact in time while
the current is constant; the metal side is that of the ageing cell (`sites.electrode`).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numba

from alloycoat.cell.kernels import ageing_laws, column, full_parameters, instant, life_parameters, moss, sites, unit
from alloycoat.cell.kernels.column import find_segment
from alloycoat.cell.kernels.full_parameters import (
    END_CHARGE,
    END_CURRENT,
    END_FAILED,
    END_SALT,
    END_TIME,
    END_VOLTAGE,
    FILLING,
    FILM,
    HIGHEST,
    LEAST,
    LOWEST,
    METAL,
    MODE,
    MOST,
    P_AREA,
    P_CAPACITY,
    P_DIFFUSION,
    P_EDGE,
    P_EFFICIENCY,
    P_EXCHANGE,
    P_REMAINDER,
    SATURATION,
    UNTIL,
    VALUE,
    Array,
    FullPlan,
    FullState,
)  # fmt: skip
from alloycoat.cell.kernels.life_parameters import (
    BULK,
    M_INITIAL,
    M_THERMAL,
    MOSS,
    W_DEAD_SHARE,
    W_MOSS_MOST,
    W_MOSS_SLOPE,
    W_SEI_SHARE,
)  # fmt: skip
from alloycoat.cell.kernels.moss import enter
from alloycoat.cell.kernels.sites import electrode
from alloycoat.cell.kernels.unit import piece
from alloycoat.electrochemistry import butler_volmer, transport


@piece
def _potential(x: float, curve: Array, thermal: float) -> float:
    """Open-circuit voltage at filling x: linear in the table, the tail of an ideal solution beyond its ends."""
    n = curve.shape[1]
    if x < curve[0, 0]:
        edge = curve[0, 0]
        return float(curve[1, 0] - thermal * math.log(max(x, 1e-300) / edge * (1.0 - edge) / (1.0 - x)))
    if x > curve[0, n - 1]:
        edge = curve[0, n - 1]
        return float(curve[1, n - 1] + thermal * math.log(max(1.0 - x, 1e-300) / (1.0 - edge) * edge / x))
    low, high = 0, n - 1
    while high - low > 1:
        middle = (low + high) // 2
        if curve[0, middle] <= x:
            low = middle
        else:
            high = middle
    share = (x - curve[0, low]) / (curve[0, high] - curve[0, low])
    return float(curve[1, low] + share * (curve[1, high] - curve[1, low]))


@piece
def _after(h: float, i: float, plan: FullPlan, state: FullState) -> tuple[float, float, float]:
    """(filling at the surface, c at the metal, lowest c) after h seconds at i; concentrations into trial[0]."""
    surface = state.slow[FILLING] + h * i / plan.positive[P_CAPACITY] + plan.positive[P_REMAINDER] * i
    for k in range(len(plan.decay)):
        rise = math.exp(-plan.decay[k] * h)
        surface += state.particle[k] * rise + plan.drive[k] * i * (1.0 - rise) / plan.decay[k]
    n = len(plan.salt_decay)
    for k in range(n):
        rate = plan.salt_decay[k]
        if rate * h < 1e-12:
            state.trial[1, k] = state.salt[k] * (1.0 - rate * h) + plan.salt_drive[k] * i * h
        else:
            rise = math.exp(-rate * h)
            state.trial[1, k] = state.salt[k] * rise + plan.salt_drive[k] * i * (1.0 - rise) / rate
    lowest = math.inf
    for j in range(n):
        c = 0.0
        for k in range(n):
            c += plan.profile[j, k] * state.trial[1, k]
        state.trial[0, j] = c
        lowest = min(lowest, c)
    edge = state.trial[0, 0] + plan.positive[P_EDGE] * i
    return surface, edge, min(lowest, edge)


@piece
def _voltage(
    i: float, surface: float, edge: float, moss: float, metal: float, plan: FullPlan, state: FullState
) -> float:
    """Cell voltage at discharge current i (negative charges) for what `_after` found."""
    m, p, c = plan.metal.medium, plan.positive, state.trial[0]
    thermal, saturation = m[M_THERMAL], state.slow[SATURATION]
    if surface <= 1e-12 or surface >= 1.0 - 1e-12:
        return math.inf if surface <= 1e-12 else -math.inf
    volts = _potential(surface, plan.curve, thermal)
    ohmic, logs, mean, k = 0.0, 0.0, 0.0, 0
    for j in range(len(c)):
        k = find_segment(c[j], plan.metal.knots, k)
        ohmic += plan.ohmic[j] / (plan.metal.rows[k, 4] + plan.metal.rows[k, 5] * c[j])
        if plan.average[j] > 0.0:
            logs += plan.average[j] * math.log(max(c[j], 1e-9))
            mean += plan.average[j] * c[j]
    volts -= i * ohmic / (saturation * saturation)
    volts -= p[P_DIFFUSION] * (math.log(max(edge, 1e-9)) - logs)
    if i == 0.0:
        return float(volts)
    exchange = 2.0 * p[P_EXCHANGE] * math.sqrt(surface * (1.0 - surface) * max(mean, 1e-9) / m[M_INITIAL])
    volts -= 2.0 * thermal * math.asinh(i / (2.0 * exchange * p[P_AREA] * saturation))
    electrode(
        i, max(edge / m[M_INITIAL], 1e-9), moss, metal, saturation, state.slow[FILM], state.el,
        plan.metal.electrodes[0], plan.metal, state.sites, state.found,
    )  # fmt: skip
    return float(volts - state.found[0])


@piece
def _balance(charge: float, moss: float, alloy: float, plan: FullPlan) -> tuple[float, float]:
    """(change of the bulk, what is lost) in C/m2 for a charge (positive strips) and a change of the moss."""
    w, efficiency = plan.metal.wear, plan.positive[P_EFFICIENCY]
    if efficiency == efficiency:  # a constant plating efficiency
        lost = 0.0 if charge > 0.0 else -(1.0 - efficiency) * charge
    elif charge > 0.0:
        lost = -w[W_DEAD_SHARE] * min(moss, 0.0)
    else:
        lost = w[W_SEI_SHARE] / (1.0 - w[W_SEI_SHARE]) * max(moss, 0.0)
    return -charge - moss - lost + alloy, lost


@piece
def _glance(h: float, i: float, moss: float, alloy: float, plan: FullPlan, state: FullState) -> tuple[float, float]:
    """(voltage, lowest concentration) after h seconds at i when the moss is then `moss`."""
    surface, edge, lowest = _after(h, i, plan, state)
    change, _ = _balance(h * i, moss - state.el[MOSS], alloy, plan)
    metal = state.slow[METAL] + state.el[BULK] + change
    return _voltage(i, surface, edge, max(moss, 0.0), metal, plan, state), lowest


@piece
def _grow(h: float, i: float, plan: FullPlan, state: FullState) -> tuple[float, float, float]:
    """(moss, alloy charge drawn, error over its scale) after h seconds at i: midpoint rule."""
    w, q0 = plan.metal.wear, state.el[MOSS]
    if plan.positive[P_EFFICIENCY] == plan.positive[P_EFFICIENCY] or i == 0.0:
        return q0, 0.0, 0.0
    _glance(0.0, i, q0, 0.0, plan, state)
    first, alloy = state.found[1], state.found[2]
    half = max(0.0, q0 + 0.5 * h * first)
    _glance(0.5 * h, i, half, 0.5 * h * alloy, plan, state)
    second, alloy = state.found[1], state.found[2]
    scale = w[W_MOSS_MOST] / w[W_MOSS_SLOPE]
    wrong = h * abs(second - first) / (max(q0, q0 + h * second) + 0.05 * scale)
    moss = q0 + h * second
    if moss < -1e-6 * scale:
        return 0.0, h * alloy, 10.0
    return max(moss, 0.0), h * alloy, wrong


@piece
def _commit(h: float, i: float, moss: float, alloy: float, plan: FullPlan, state: FullState) -> None:
    """Make the step: modes, filling, and every coulomb of the metal."""
    _after(h, i, plan, state)
    for k in range(len(state.salt)):
        state.salt[k] = state.trial[1, k]
    for k in range(len(plan.decay)):
        rise = math.exp(-plan.decay[k] * h)
        state.particle[k] = state.particle[k] * rise + plan.drive[k] * i * (1.0 - rise) / plan.decay[k]
    state.slow[FILLING] += h * i / plan.positive[P_CAPACITY]
    grown = moss - state.el[MOSS]
    change, lost = _balance(h * i, grown, alloy, plan)
    enter(state.el, i, change, lost, grown, alloy)


@piece
def _held(
    h: float, volts: float, guess: float, moss: float, alloy: float, plan: FullPlan, state: FullState
) -> float:  # fmt: skip
    """Current that leaves the cell at `volts` after h seconds with that moss: false position; NaN where it fails."""
    step = 0.05 * abs(guess) + 1e-3
    v, _ = _glance(h, guess, moss, alloy, plan, state)
    low, high, too_high = guess, guess, v > volts
    below = above = v - volts
    for _ in range(60):  # more discharge lowers the voltage
        if too_high:
            low, below, high = high, above, high + step
        else:
            high, above, low = low, below, low - step
        v, _ = _glance(h, high if too_high else low, moss, alloy, plan, state)
        if too_high:
            above = v - volts
        else:
            below = v - volts
        if (v > volts) != too_high:
            break
        step *= 2.0
    side = 0
    for attempt in range(80):
        share = below / (below - above) if math.isfinite(below - above) and attempt % 8 < 6 else 0.5
        middle = low + (high - low) * min(0.999, max(0.001, share))
        v, _ = _glance(h, middle, moss, alloy, plan, state)
        if v > volts:
            above = 0.5 * above if side == 1 else above
            low, below, side = middle, v - volts, 1
        else:
            below = 0.5 * below if side == -1 else below
            high, above, side = middle, v - volts, -1
        if abs(v - volts) <= 1e-8 or high - low <= 1e-10 * (abs(low) + abs(high)) + 1e-13:
            return middle
    return math.nan


@piece
def _stops(v: float, i: float, lowest: float, row: Array) -> bool:
    """Whether a voltage limit in the direction of the current, or the end of the salt, is passed."""
    if lowest <= 0.0 or v != v:
        return True
    return bool((i > 0.0 and v <= row[LOWEST]) or (i < 0.0 and v >= row[HIGHEST]))


@piece
def _locate(h: float, time: float, i: float, row: Array, plan: FullPlan, state: FullState) -> tuple[int, float]:
    """(how it ends, seconds) of a step of h at constant current that passes a limit: bisection."""
    below, above, ended = 0.0, h, END_VOLTAGE
    for _ in range(60):
        middle = 0.5 * (below + above)
        moss, alloy, _ = _grow(middle, i, plan, state)
        v, lowest = _glance(middle, i, moss, alloy, plan, state)
        if _stops(v, i, lowest, row):
            above = middle
            ended = END_SALT if lowest <= 0.0 else END_VOLTAGE
        else:
            below = middle
        if above - below <= 1e-9 * (time + h) + 1e-9:
            break
    return ended, below


@piece
def _first(i: float, row: Array, plan: FullPlan, state: FullState, record: Array) -> int:
    """The first instant of a constant current into the record; how it ends at once, or END_FAILED: it goes on."""
    v, lowest = _glance(0.0, i, state.el[MOSS], 0.0, plan, state)
    stops = _stops(v, i, lowest, row)
    record[0, 0], record[1, 0], record[2, 0] = 0.0, i, min(max(v, row[LOWEST]), row[HIGHEST]) if stops else v
    if not stops:
        return END_FAILED
    return END_VOLTAGE if lowest > 0.0 else END_SALT


@piece
def _over(i: float, time: float, charge: float, row: Array) -> int:
    """How a step that reached no voltage ends the order; END_FAILED: it goes on."""
    if row[MODE] == 1.0 and abs(i) <= row[LEAST]:
        return END_CURRENT
    if charge >= row[MOST] * (1.0 - 1e-12):
        return END_CHARGE
    return END_TIME if time >= row[UNTIL] * (1.0 - 1e-12) else END_FAILED


@piece
def _order(row: Array, resolution: float, plan: FullPlan, state: FullState, record: Array) -> tuple[int, int, float]:
    """(how it ended, samples, seconds): see `make_order`."""
    time, charge, filled, before, held = 0.0, 0.0, 0, math.nan, row[MODE] == 1.0
    i = 0.0 if held else row[VALUE]
    capacity = plan.positive[P_CAPACITY]
    longest = row[UNTIL] / 30.0
    h = min(longest, 5e-5 * capacity / max(abs(i), 1e-3 * capacity / 3600.0))
    if held:
        h = min(1.0, longest)
    else:
        ended = _first(i, row, plan, state, record)
        before, filled = record[2, 0], 1
        if ended != END_FAILED:
            return ended, filled, 0.0
    while filled < record.shape[1]:
        h = min(h, row[UNTIL] - time)
        if held:
            i = _held(h, row[VALUE], i, state.el[MOSS], 0.0, plan, state)
            if i == i:  # once more with the moss that this current makes
                moss, alloy, _ = _grow(h, i, plan, state)
                i = _held(h, row[VALUE], i, moss, alloy, plan, state)
            if i != i:
                return END_FAILED, filled, time
        if i != 0.0:
            h = min(h, (row[MOST] - charge) / abs(i))
        moss, alloy, wrong = _grow(h, i, plan, state)
        if wrong > 0.02 and h > 1e-6:
            h *= 0.5
            continue
        v, lowest = _glance(h, i, moss, alloy, plan, state)
        ended = END_FAILED
        if not held and _stops(v, i, lowest, row):
            ended, h = _locate(h, time, i, row, plan, state)
            moss, alloy, _ = _grow(h, i, plan, state)
            v, lowest = _glance(h, i, moss, alloy, plan, state)
            if ended == END_VOLTAGE:
                v = row[LOWEST] if i > 0.0 else row[HIGHEST]
        _commit(h, i, moss, alloy, plan, state)
        time += h
        charge += h * abs(i)
        record[0, filled], record[1, filled], record[2, filled] = time, i, v
        filled += 1
        ended = _over(i, time, charge, row) if ended == END_FAILED else ended
        if ended != END_FAILED:
            return ended, filled, time
        moved = abs(v - before) if before == before else resolution
        factor = min(1.6, max(0.4, math.sqrt(resolution / (moved + 1e-9))))
        if wrong > 0.005:
            factor = min(factor, 1.0)
        h = min(h * factor, longest, 0.04 * capacity / max(abs(i), 1e-9))
        before = v
    return END_FAILED, filled, time


def source_stamp() -> int:
    """Checksum of the files that the compiled code is made of."""
    modules = (
        ageing_laws,
        column,
        full_parameters,
        instant,
        life_parameters,
        moss,
        sites,
        unit,
        butler_volmer,
        transport,
    )
    files = [__file__, *(str(module.__file__) for module in modules)]
    return zlib.crc32(b"".join(Path(file).read_bytes() for file in files))


Run = Callable[[Array, float, FullPlan, FullState, Array], tuple[int, int, float]]


def _make(stamp: int, keep: bool) -> Run:
    @numba.njit(error_model="numpy", cache=keep, nogil=True)
    def order(row, resolution, plan, state, record):  # type: ignore[no-untyped-def]
        if stamp < 0:
            return END_FAILED, 0, 0.0
        return _order(row, resolution, plan, state, record)

    return order


@cache
def make_order() -> Run:
    """The compiled `order(row, resolution, plan, state, record)`.

    row: the order (MODE ...). resolution: V between samples to aim at. Changes `state`; record: room for s, A/m2
    (positive discharges) and V of the samples, the end last. Returns how it ended, samples, seconds.
    """
    try:
        return _make(source_stamp(), keep=True)
    except Exception:  # a cache that cannot be written is no reason to stop
        return _make(0, keep=False)
