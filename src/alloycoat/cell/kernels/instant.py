"""The ageing cell at one instant: surfaces, both electrodes, cell voltage, and the current that is asked for."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.column import (
    KNOWN,
    PERMEANCE,
    WIDTH,
    find_segment,
    put,
    resistance,
    stage,
    surface,
    thermodynamic_integral,
)
from alloycoat.cell.kernels.life_parameters import (
    EMPTY,
    FILM,
    LEAK,
    M_CHARGE,
    M_INITIAL,
    M_MOLAR_CHARGE,
    M_SALT_TOLERANCE,
    M_THERMAL,
    MODE,
    SATURATION,
    VALUE,
    Plan,
    Rig,
)  # fmt: skip
from alloycoat.cell.kernels.sites import electrode
from alloycoat.cell.kernels.unit import piece

Array = NDArray[np.float64]
Amounts = tuple[float, float, float, float]
"""Moss of both electrodes, then bulk metal of both, C/m2."""
_cell_voltage = piece(laws.cell_voltage)

V, WORKING_C, COUNTER_C, CURRENT, SEEN_W, SEEN_C = 0, 1, 2, 3, 4, 7
"""What is seen at one instant: cell voltage, surface concentrations, faradaic current, and per electrode its
voltage, dq_moss/dt and alloy current."""


@piece
def kinetics(i: float, working: float, counter: float, there: Amounts, plan: Plan, rig: Rig, see: Array) -> None:
    """Both electrodes at faradaic current i; working, counter: c/c0 that they touch; there: moss and bulk metal."""
    s, film = rig.pool[SATURATION], rig.pool[FILM]
    for side in range(2):
        sign, ratio, start = (1.0, working, SEEN_W) if side == 0 else (-1.0, counter, SEEN_C)
        electrode(
            sign * i, ratio, there[side], there[2 + side], s, film, rig.el[side], plan.electrodes[side], plan,
            rig.x[side], see[start : start + 3],
        )  # fmt: skip


@piece
def depleted(see: Array, plan: Plan) -> bool:
    """Whether a surface in `see` has no salt left."""
    return bool(min(see[WORKING_C], see[COUNTER_C]) <= EMPTY * plan.medium[M_INITIAL])


@piece
def surfaces(c: Array, i: float, plan: Plan, rig: Rig, see: Array) -> bool:
    """Surface concentrations into `see`; False where one of them is depleted (the voltage is then infinite)."""
    n, m, col = len(c), plan.medium, rig.room
    q = i / m[M_MOLAR_CHARGE]
    working = surface(c[0], c[1], -q, col[WIDTH, 0], col[WIDTH, 1], col[PERMEANCE, 0], plan)
    counter = surface(c[n - 1], c[n - 2], q, col[WIDTH, n - 1], col[WIDTH, n - 2], col[PERMEANCE, n - 1], plan)
    see[WORKING_C], see[COUNTER_C], see[CURRENT] = working, counter, i
    if not depleted(see, plan):
        return True
    see[V] = math.copysign(math.inf, i)
    return False


@piece
def voltage(c: Array, plan: Plan, rig: Rig, see: Array) -> None:
    """Cell voltage from the surfaces and the electrodes in `see`."""
    m, working, counter = plan.medium, see[WORKING_C], see[COUNTER_C]
    diffusion = 0.0
    if working != counter:
        diffusion = thermodynamic_integral(working, plan.rows[find_segment(working, plan.knots, 0)])
        diffusion -= thermodynamic_integral(counter, plan.rows[find_segment(counter, plan.knots, 0)])
        diffusion *= (m[M_CHARGE] + 1.0) / m[M_CHARGE] * m[M_THERMAL]
    # the counter electrode was asked at -i: its voltage has the opposite sign already
    see[V] = _cell_voltage(see[CURRENT], resistance(c, plan, rig.room), diffusion, see[SEEN_W], see[SEEN_C])


@piece
def observe(c: Array, i: float, there: Amounts, plan: Plan, rig: Rig, see: Array) -> None:
    """Everything at one instant; the voltage is infinite (sign of i) where a surface is depleted."""
    if surfaces(c, i, plan, rig, see):
        initial = plan.medium[M_INITIAL]
        kinetics(i, see[WORKING_C] / initial, see[COUNTER_C] / initial, there, plan, rig, see)
        voltage(c, plan, rig, see)


@piece
def control(
    c: Array, order: Array, guess: float, there: Amounts, gain: float, plan: Plan, rig: Rig, see: Array
) -> float:  # fmt: skip
    """Faradaic current at this instant, and everything at it in `see`.

    At constant current with a leak G: i + G V(i) = i_applied; at constant voltage V(i) = V_applied. Both sides
    rise with i: regula falsi (Illinois) inside a bracket. NaN where no current meets it; where a surface falls
    dry before, the current at which it does. gain: above zero, c follows the current as the answer of a stage of
    the time step (near the limiting current a current of the instant before would swing ever more).
    """
    leak, value = rig.pool[LEAK], order[VALUE]
    held = order[MODE] == 1.0
    given = not held and (leak == 0.0 or value == 0.0)
    molar, small = plan.medium[M_MOLAR_CHARGE], 1e-5 * plan.medium[M_SALT_TOLERANCE] * plan.medium[M_INITIAL]
    close = (1e-10 if gain == 0.0 else 1e-2 * plan.medium[M_SALT_TOLERANCE]) * (1.0 if held else abs(value))
    low, high, f_low, f_high = -math.inf, math.inf, -math.inf, math.inf
    i, last, jump = value if given else guess, 0, False
    reach = 0.0
    for _ in range(200):
        solved = True
        if gain > 0.0:
            put(c, rig.salt)  # not from the last try: that may have been far off, and would leave its round-off
            solved = stage(c, rig.room[KNOWN], gain, i / molar, plan, rig.room, small) > 0
        if solved:
            observe(c, i, there, plan, rig, see)
        else:
            see[V] = math.copysign(math.inf, i)
        if given or jump:
            return i if solved else math.nan
        f = see[V] - value if held else i + leak * see[V] - value
        if math.isnan(f):
            return math.nan
        if abs(f) <= close:
            return i
        if f > 0.0:
            high, f_high = i, f
            f_low *= 0.5 if last == 1 else 1.0
            last = 1
        else:
            low, f_low = i, f
            f_high *= 0.5 if last == -1 else 1.0
            last = -1
        if high == math.inf or low == -math.inf:
            if reach == 0.0:  # somewhat beyond where a straight line through zero current would lead
                reach = max(1.0, 0.2 * abs(i))
                if i != 0.0 and abs(f) < math.inf:
                    slope = abs(see[V] / i)
                    line = 1.2 * abs(f) / (slope if held else 1.0 + leak * slope)
                    reach = min(reach, max(line, 1e-6 * abs(i)))
            i += -reach if f > 0.0 else reach
            reach *= 3.0
            if reach > 1e8:
                return math.nan
            continue
        wet = abs(f_low) < math.inf and abs(f_high) < math.inf
        if high - low <= 1e-12 * (1.0 + abs(i)):
            if wet:
                return i
            jump, i = True, high if abs(f_high) == math.inf else low
            continue
        i = 0.5 * (low + high)
        if wet:
            chord = (low * f_high - high * f_low) / (f_high - f_low)
            i = chord if low < chord < high else i
    return math.nan
