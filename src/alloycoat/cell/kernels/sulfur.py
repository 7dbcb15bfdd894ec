"""One order of a sulfur electrode of two steps: sulfur, charge and shuttle in one stiff system (compiled).

State: kg per m2 of S8, S(2-), precipitate, and of sulfur shuttled since the order began, and the charge passed since
then (C/m2, discharge positive). S4(2-) and S2(2-) follow from the sulfur and the electrons there are, so both are
closed whatever the error of a step. S8 and S(2-) become traces of 1e-20 that are in equilibrium at once: each step
is implicit in the masses and solved by Newton's method for their logarithms, which cannot pass zero. Method: three
stages of order 3, L-stable, the last stage the step itself (R. Alexander, SIAM J. Numer. Anal. 14, 1006 (1977)).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numba
import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import unit
from alloycoat.cell.kernels.unit import piece

Array = NDArray[np.float64]

END_TIME, END_VOLTAGE, END_CHARGE, END_SPENT, END_METAL, END_FAILED = range(6)
"""Time is over, voltage limit, charge limit, what the current needs is gone (the voltage runs to its limit), the
shuttle has taken all metal, no solution."""
S8, S4, S2, S1, SOLID, LOST = range(6)
"""Forms: kg of sulfur per m2 as S8, S4(2-), S2(2-), S(2-), precipitate, lost by the shuttle."""
(
    HIGH, LOW, POTENTIAL_HIGH, POTENTIAL_LOW, THERMAL, MASS, PER_CHARGE, PRECIPITATION, SATURATION, SHUTTLE, LOSS,
    CHARGE, LOST_BEFORE, METAL, NUCLEI, KEPT,
) = range(16)  # fmt: skip
"""Parameters: 2 i0 a of both steps (A/m2), standard potentials for masses per area (V), RT/F, sulfur (kg/m2), M/F
(kg/C), k_p/(rho v) (m2/kg/s), S* v (kg/m2), k (1/s), share lost, charge of all sulfur when the order began (as kg/m2
of sulfur of one electron an atom), sulfur lost by then (kg/m2), metal that the shuttle can take (C/m2), nuclei
that never dissolve (kg/m2), share of the plated metal that is no film."""
VALUE, UNTIL, LOWEST, HIGHEST, MOST, DROP = range(6)
"""Order: A/m2 (discharge positive), s, V, V, C/m2, overpotential of the metal in V (signed as the current)."""
SPENT = 1e-7
"""Share of the sulfur below which what can still be reduced or oxidised counts as gone."""
LOST_ELECTRONS = 2.0
"""Electrons on an atom of lost sulfur: sulfide on the metal."""

_GAMMA = 0.43586652150845967
"""Root of g^3 - 3 g^2 + 3/2 g - 1/6 = 0."""
_LAST = (-0.25 * (6.0 * _GAMMA**2 - 16.0 * _GAMMA + 1.0), 0.25 * (6.0 * _GAMMA**2 - 20.0 * _GAMMA + 5.0), _GAMMA)
_MIDDLE = 0.5 * (1.0 - _GAMMA)
_SECOND = (0.5 - _GAMMA) / _MIDDLE
"""Weight of the second stage in the embedded method of order 2, 1 - it of the first."""
_FLOORS = (1e-4, 1e-4, 1e-6, 1.0)
"""Share of the sulfur below which the error of S8, S(2-), precipitate and shuttled sulfur counts as absolute."""


@piece
def shuttle_charge(loss: float) -> float:
    """Electrons that the metal gives an atom of shuttled S8: to S4(2-), the lost share to sulfide."""
    return 0.5 * (1.0 - loss) + LOST_ELECTRONS * loss


@piece
def _masses(y: Array, p: Array, m: Array) -> bool:
    """Masses of all forms into m; whether all are above zero."""
    shuttled = y[3]
    m[S8], m[S1], m[SOLID] = y[0], y[1], y[2]
    m[LOST] = p[LOST_BEFORE] + p[LOSS] * shuttled
    rest = p[MASS] - m[S8] - m[S1] - m[SOLID] - m[LOST]
    charge = p[CHARGE] + p[PER_CHARGE] * y[4] + shuttle_charge(p[LOSS]) * shuttled
    charge -= 2.0 * (m[S1] + m[SOLID]) + LOST_ELECTRONS * m[LOST]
    m[S4] = 2.0 * (rest - charge)
    m[S2] = 2.0 * charge - rest
    return bool(m[S4] > 0.0 and m[S2] > 0.0)


@piece
def _currents(i: float, m: Array, p: Array, found: Array) -> bool:
    """found: V of the electrode, current of the high step, slope of that current with E_high - E_low.

    i = sum of 2 i0 a sinh(2F(E - V)/RT): a quadratic in exp(-2FV/RT).
    """
    thermal = p[THERMAL]
    x = 2.0 / thermal
    high = p[POTENTIAL_HIGH] + 0.25 * thermal * (math.log(m[S8]) - 2.0 * math.log(m[S4]))
    low = p[POTENTIAL_LOW] + 0.25 * thermal * (math.log(m[S4]) - math.log(m[S2]) - 2.0 * math.log(m[S1]))
    half = 0.5 * x * (high - low)
    if abs(half) > 300.0:
        return False
    up = 0.5 * (p[HIGH] * math.exp(half) + p[LOW] * math.exp(-half))
    down = 0.5 * (p[HIGH] * math.exp(-half) + p[LOW] * math.exp(half))
    root = math.sqrt(i * i + 4.0 * up * down)
    shift = math.log((i + root) / (2.0 * up)) if i >= 0.0 else math.log(2.0 * down / (root - i))
    found[0] = 0.5 * (high + low) - shift / x
    found[1] = p[HIGH] * math.sinh(half + shift)
    g_high, g_low = x * p[HIGH] * math.cosh(half + shift), x * p[LOW] * math.cosh(shift - half)
    found[2] = 1.0 / (1.0 / g_high + 1.0 / g_low)
    return True


@piece
def _stage(base: Array, g: float, i: float, p: Array, y: Array, room: Array) -> bool:
    """Solve y = base + g f(y) for S8, S(2-), precipitate and shuttled sulfur from the guess in y; False if it fails.

    f: -2 (M/F) i_high - k S8; (M/F)(i - i_high)/2 - r; r = k_p [(S - S*) precipitate + S nuclei]; k S8. Room:
    (8, 8).
    """
    m, found, a, b, trial = room[0], room[1], room[2:5], room[5], room[6]
    k = p[SHUTTLE] if i <= 0.0 else 0.0
    per = p[PER_CHARGE]
    for _ in range(40):
        y[3] = base[3] + g * k * y[0]
        if not _masses(y, p, m) or not _currents(i, m, p, found):
            return False
        growth = g * p[PRECIPITATION] * (m[S1] - p[SATURATION])
        b[0] = y[0] * (1.0 + g * k) - base[0] + 2.0 * g * per * found[1]
        fresh = g * p[PRECIPITATION] * p[NUCLEI] * y[1]
        b[1] = y[1] - base[1] - 0.5 * g * per * (i - found[1]) + growth * y[2] + fresh
        b[2] = y[2] * (1.0 - growth) - base[2] - fresh
        quarter = 0.25 * p[THERMAL] * found[2]
        shuttled = g * k * y[0] * ((3.0 + 3.0 * p[LOSS]) / m[S4] + 1.0 / m[S2])
        a[0, 0] = quarter * (1.0 + 6.0 * y[0] / m[S4] + y[0] / m[S2] + shuttled)  # slopes of i_high
        a[0, 1] = quarter * (-6.0 * y[1] / m[S4] - 3.0 * y[1] / m[S2] + 2.0)
        a[0, 2] = quarter * (-6.0 * y[2] / m[S4] - 3.0 * y[2] / m[S2])
        for n in range(3):
            a[1, n] = 0.5 * g * per * a[0, n]
            a[0, n] *= 2.0 * g * per
        a[0, 0] += y[0] * (1.0 + g * k)
        a[1, 1] += y[1] + g * p[PRECIPITATION] * y[1] * y[2] + fresh
        a[1, 2] += growth * y[2]
        a[2, 0], a[2, 1], a[2, 2] = 0.0, -g * p[PRECIPITATION] * y[1] * y[2] - fresh, y[2] * (1.0 - growth)
        if not _solve(a, b):
            return False
        most = max(abs(b[0]), abs(b[1]), abs(b[2]))
        if not most < math.inf:
            return False
        factor = min(1.0, 3.0 / most) if most > 0.0 else 1.0
        inside = False
        for _ in range(30):
            for n in range(3):
                trial[n] = y[n] * math.exp(-factor * b[n])
            trial[3] = base[3] + g * k * trial[0]
            trial[4] = y[4]
            inside = _masses(trial, p, m)
            if inside:
                break
            factor *= 0.5
        if not inside:
            return False
        for n in range(4):
            y[n] = trial[n]
        if factor * most < 1e-6:  # the next correction would be a millionth of it, and S4 rests on a difference
            return True
    return False


@piece
def _solve(a: Array, b: Array) -> bool:
    """Three equations by elimination with pivots, in place; False where a is singular."""
    for k in range(3):
        best = k
        for r in range(k + 1, 3):
            if abs(a[r, k]) > abs(a[best, k]):
                best = r
        if not abs(a[best, k]) > 0.0:
            return False
        if best != k:
            for c in range(3):
                a[k, c], a[best, c] = a[best, c], a[k, c]
            b[k], b[best] = b[best], b[k]
        for r in range(k + 1, 3):
            factor = a[r, k] / a[k, k]
            for c in range(k, 3):
                a[r, c] -= factor * a[k, c]
            b[r] -= factor * b[k]
    for k in range(2, -1, -1):
        for c in range(k + 1, 3):
            b[k] -= a[k, c] * b[c]
        b[k] /= a[k, k]
    return True


@piece
def _step(y: Array, h: float, i: float, p: Array, tolerance: float, work: Array) -> float:
    """One step of length h from y: the new state into work[0], the result its error over the tolerance.

    work: (32, 8) room. Infinite where a stage has no solution.
    """
    g = h * _GAMMA
    new, base, first, second, third, room = work[0], work[1], work[2], work[3], work[4], work[8:16]
    for n in range(4):
        new[n], base[n] = y[n], y[n]
    new[4] = y[4] + g * i
    if not _stage(base, g, i, p, new, room):
        return math.inf
    for n in range(4):
        first[n] = (new[n] - base[n]) / g
        base[n] = y[n] + h * _MIDDLE * first[n]
    new[4] = y[4] + h * (_MIDDLE + _GAMMA) * i
    if not _stage(base, g, i, p, new, room):
        return math.inf
    for n in range(4):
        second[n] = (new[n] - base[n]) / g
        base[n] = y[n] + h * (_LAST[0] * first[n] + _LAST[1] * second[n])
    new[4] = y[4] + h * i
    if not _stage(base, g, i, p, new, room):
        return math.inf
    worst = 0.0
    for n in range(4):
        third[n] = (new[n] - base[n]) / g
        wrong = (_LAST[0] - 1.0 + _SECOND) * first[n] + (_LAST[1] - _SECOND) * second[n] + _LAST[2] * third[n]
        worst = max(worst, abs(h * wrong) / (tolerance * (new[n] + _FLOORS[n] * p[MASS])))
    return worst


@piece
def _reached(y: Array, i: float, row: Array, p: Array, m: Array, found: Array) -> int:
    """Which end the state has reached, END_TIME where none; found[0]: the voltage of the electrode."""
    if not _masses(y, p, m) or not _currents(i, m, p, found):
        return END_FAILED
    volts = found[0] - row[DROP]
    least = SPENT * p[MASS]
    taken = y[3] * shuttle_charge(p[LOSS]) / p[PER_CHARGE]
    if i <= 0.0 and p[SHUTTLE] > 0.0 and p[METAL] - p[KEPT] * y[4] < taken:
        return END_METAL
    if i > 0.0 and m[S8] + m[S4] < least:
        return END_SPENT
    if i < 0.0 and m[S4] < least and (m[S1] < 0.01 * least or m[S2] < least):
        return END_SPENT  # the precipitate dissolves too slowly for the current
    if (i > 0.0 and volts <= row[LOWEST]) or (i < 0.0 and volts >= row[HIGHEST]):
        return END_VOLTAGE
    if abs(y[4]) >= row[MOST] * (1.0 - 1e-12):
        return END_CHARGE
    return END_TIME


@piece
def _order(y: Array, row: Array, p: Array, tolerance: float, work: Array, record: Array) -> tuple[int, int, float]:
    """Integrate to the first end; see `make_sulfur_order`."""
    i, until = row[VALUE], row[UNTIL]
    m, found = work[30], work[31]
    status = _reached(y, i, row, p, m, found)
    record[0, 0], record[1, 0] = 0.0, found[0] - row[DROP]
    if status != END_TIME:
        return status, 1, 0.0
    if i != 0.0:
        until = min(until, row[MOST] / abs(i))
    time, h, filled, shown = 0.0, min(1e-3, until), 1, record[1, 0]
    smallest = 1e-13 * until
    for _ in range(200_000):
        h = min(h, until - time)
        error = _step(y, h, i, p, tolerance, work)
        if not error <= 1.0:
            h *= 0.25 if not error < math.inf else max(0.2, 0.9 * error ** (-1.0 / 3.0))
            if h < smallest:
                return END_FAILED, filled, time
            continue
        ended = _reached(work[0], i, row, p, m, found)
        if ended != END_TIME and ended != END_CHARGE:
            low, high = 0.0, h
            for _ in range(50):  # the end lies inside this step
                middle = 0.5 * (low + high)
                error = _step(y, middle, i, p, tolerance, work)
                inside = _reached(work[0], i, row, p, m, found) if error < math.inf else END_FAILED
                if inside == END_TIME:
                    low = middle
                else:
                    high, ended = middle, inside
                if high - low < 1e-10 * h:
                    break
            h = low if ended == END_METAL else high
            if h == 0.0:
                return ended, filled, time
            _step(y, h, i, p, tolerance, work)
            last = _reached(work[0], i, row, p, m, found)
            if last == END_FAILED or ended == END_FAILED:
                return END_FAILED, filled, time
            ended = last if last != END_TIME else ended
        for n in range(5):
            y[n] = work[0, n]
        time += h
        volts = found[0] - row[DROP]
        over = ended != END_TIME or time >= until * (1.0 - 1e-12)
        if ended in (END_VOLTAGE, END_SPENT):
            volts = row[LOWEST] if i > 0.0 else row[HIGHEST]
        if filled < record.shape[1] and (
            over or abs(volts - shown) > 2e-3 or time - record[0, filled - 1] > 0.02 * until
        ):
            record[0, filled], record[1, filled] = time, volts
            filled, shown = filled + 1, volts
        if over:
            return (END_CHARGE if i != 0.0 and until < row[UNTIL] and ended == END_TIME else ended), filled, time
        h *= min(5.0, max(0.2, 0.9 * max(error, 1e-4) ** (-1.0 / 3.0)))
    return END_FAILED, filled, time


def source_stamp() -> int:
    """Checksum of the files that the compiled code is made of."""
    return zlib.crc32(b"".join(Path(str(file)).read_bytes() for file in (__file__, unit.__file__)))


Order = Callable[[Array, Array, Array, float, Array, Array], tuple[int, int, float]]


def _make(stamp: int, keep: bool) -> Order:
    @numba.njit(error_model="numpy", cache=keep, nogil=True)
    def order(y, row, p, tolerance, work, record):  # type: ignore[no-untyped-def]
        if stamp < 0:
            return END_FAILED, 0, 0.0
        return _order(y, row, p, tolerance, work, record)

    return order


def masses(y: Array, p: Array) -> Array:
    """Masses by form (S8 ... LOST, kg/m2) of a state of the solver."""
    eight, one, solid = y[:3]
    lost = p[LOST_BEFORE] + p[LOSS] * y[3]
    rest = p[MASS] - eight - one - solid - lost
    electrons = 0.5 * (1.0 - p[LOSS]) + LOST_ELECTRONS * p[LOSS]
    charge = p[CHARGE] + p[PER_CHARGE] * y[4] + electrons * y[3]
    charge -= 2.0 * (one + solid) + LOST_ELECTRONS * lost
    return np.array([eight, 2.0 * (rest - charge), 2.0 * charge - rest, one, solid, lost])


def make_work() -> Array:
    """Room of the solver."""
    return np.zeros((32, 8))


@cache
def make_sulfur_order() -> Order:
    """The compiled `order(y, row, p, tolerance, work, record)`.

    Changes y (the state above) to that at the end. row, p: VALUE ... and HIGH ... above. record: room for s and V of
    the samples, the end last. Returns how it ended, samples, seconds.
    """
    try:
        return _make(source_stamp(), keep=True)
    except Exception:  # a cache that cannot be written is no reason to stop
        return _make(0, keep=False)
