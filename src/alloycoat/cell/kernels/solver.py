"""The compiled solver: salt transport between two electrodes at constant current, events located in time.

Equation: eps S dc/dt = d/dx [b D(c) dc/dx + (1 - t+(c)) i/(z F)], the bracket zero at both electrodes (anions do
not pass). In space by Legendre points (`grid`), in time by exponential steps: the modes of the mean diffusivity
are exact, what D(c) and t+(c) add is iterated as a parabola in time, and its defect controls the step. Where D
and t+ are constant one step of any length is exact. The mean is a mode of its own: salt is conserved. `twin`
tests it; `protocol` strings steps and cycles together. Every function takes the arrays of `parameters.Packed`.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.parameters import (
    ALPHA_A,
    ALPHA_C,
    CHARGE,
    DECAYS,
    DEPLETED,
    EARLY,
    EMPTY,
    EXCHANGE,
    FAILED,
    INITIAL,
    LENGTH,
    MOLAR_CHARGE,
    PERMEANCE,
    SETTLED,
    SHAPES,
    STORAGE,
    THERMAL,
    TIME_REACHED,
    VOLTAGE_REACHED,
    WEIGHTS,
)
from alloycoat.electrochemistry import butler_volmer, transport

Array = NDArray[np.float64]

# no wrappers: only the entry point of `protocol` is called from outside (saves a fifth of the compile time)
options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "error_model": "numpy", "nogil": True}
jit: Any = numba.njit(fastmath={"contract"}, **options)
_find_segment = jit(transport.find_segment)
_diffusion_integral = jit(transport.diffusion_integral)
_thermodynamic_integral = jit(transport.thermodynamic_integral)
_exchange = jit(butler_volmer.exchange_current_density)
_overpotential = jit(butler_volmer.overpotential)
_weights = jit(laws.exponential_weights)
_pace_of = jit(laws.pace_of)
_share_at = jit(laws.share_at)
_paced = jit(laws.paced)
_left = jit(laws.left_to_change)
_longer = jit(laws.longer_step)
_shorter = jit(laws.shorter_step)
_MAX_STEPS = 200_000
_SWEEPS = 4
# rows of the work array: modes of the start, the middle, the end and inside; profiles of the same; potentials of
# the same; bend of the remainder (twice); P and (1 - t+); decay; weights of the middle and of the end
M0, M1, M2, M3, C0, C1, C2, C3, U0, U1, U2, U3, R1, R2, P, T, DECAY, E1, F1, G1, E2, F2, G2 = range(23)
WORK_ROWS = 23


@jit
def profile(modes: Array, c: Array, grid: Array) -> None:
    """Concentrations at the points from the modes."""
    n = len(c)
    for j in range(n):
        c[j] = modes[0] + modes[n - 1] * grid[SHAPES + n - 1, j]
    for k in range(1, n - 2, 2):  # two at a time: fewer passes over c
        a, b = modes[k], modes[k + 1]
        for j in range(n):
            c[j] += a * grid[SHAPES + k, j] + b * grid[SHAPES + k + 1, j]
    if n % 2 == 1:
        for j in range(n):
            c[j] += modes[n - 2] * grid[SHAPES + n - 2, j]


@jit
def _drive(
    c: Array, u: Array, field: float, grid: Array, knots: Array, rows: Array, work: Array
) -> tuple[float, float]:  # fmt: skip
    """Potential u of the modes, d modes/dt = -decay u b/(eps S L^2); the middle and half of the range of D.

    field: i L/(z F b), what the current adds to P across the cell where t+ = 0.
    """
    n = len(c)
    low, high, k = math.inf, 0.0, 0 * n  # a plain 0 is a type of its own: what it is handed to is compiled twice
    for j in range(n):
        k = _find_segment(c[j], knots, k)
        diffusivity = rows[k, 0] + rows[k, 1] * c[j]
        low, high = min(low, diffusivity), max(high, diffusivity)
        work[P, j] = _diffusion_integral(c[j], rows[k])
        work[T, j] = field * (1.0 - rows[k, 2] - rows[k, 3] * c[j])
        u[j] = 0.0
    for j in range(0, n - 1, 2):
        p, q, s, t = work[P, j], work[P, j + 1], work[T, j], work[T, j + 1]
        here, there = SHAPES + n + j, SHAPES + 2 * n + j
        for k in range(n):
            u[k] += grid[here, k] * p + grid[here + 1, k] * q + (grid[there, k] * s + grid[there + 1, k] * t)
    if n % 2 == 1:
        p, s = work[P, n - 1], work[T, n - 1]
        for k in range(n):
            u[k] += grid[SHAPES + 2 * n - 1, k] * p + grid[SHAPES + 3 * n - 1, k] * s
    return 0.5 * (low + high), 0.5 * (high - low)


@jit
def observe(c: Array, current: float, films: float, grid: Array, knots: Array, rows: Array, numbers: Array) -> float:
    """Voltage at a profile; infinite, with the sign of the current, where salt has run out anywhere."""
    n = len(c)
    resistance, least, k = 0.0, math.inf, 0 * n
    for j in range(n):
        k = _find_segment(c[j], knots, k)
        resistance += grid[WEIGHTS, j] / (rows[k, 4] + rows[k, 5] * c[j])
        least = min(least, c[j])
    if not least >= EMPTY * numbers[INITIAL]:
        return math.copysign(math.inf, current)
    voltage: float = current * (resistance * numbers[LENGTH] / numbers[PERMEANCE] + films)
    factor = (numbers[CHARGE] + 1.0) / numbers[CHARGE] * numbers[THERMAL]
    for side in range(1, -1, -1):  # the counter electrode carries -i, and its potential counts the other way
        x, sign = c[side * (n - 1)], 1.0 - 2.0 * side
        k = _find_segment(x, knots, k)
        part = factor * _thermodynamic_integral(x, rows[k])
        if current != 0.0:
            exchange = _exchange(numbers[EXCHANGE + side], x / numbers[INITIAL], numbers[ALPHA_A], numbers[CHARGE])
            part += _overpotential(sign * current, exchange, numbers[ALPHA_A], numbers[ALPHA_C], numbers[THERMAL])
        voltage += sign * part
    return voltage


@jit
def _places(gain: float, grid: Array, work: Array) -> float:
    """Modes and profiles of the middle and the end with the present remainder; the largest change of a profile."""
    n, change = work.shape[1], 0.0
    for k in range(1, n):
        start, u, r, q = work[M0, k], gain * work[U0, k], work[R1, k], work[R2, k]
        work[M1, k] = start + work[E1, k] * u + work[F1, k] * r + work[G1, k] * q
        work[M2, k] = start + work[E2, k] * u + work[F2, k] * r + work[G2, k] * q
    for place in range(M1, M2 + 1):
        profile(work[place], work[P], grid)
        for j in range(n):
            change = max(change, abs(work[P, j] - work[place + C0, j]))
            work[place + C0, j] = work[P, j]
    return change


@jit
def inside(share: float, mean: float, work: Array) -> float:
    """Modes after a share of the step just tried, into work[M3]; how far they are from its end (a bound)."""
    apart, gain, terms = 0.0, 1.0 / mean, _paced(share, work[DECAY, 0])
    work[M3, 0] = work[M0, 0]
    for k in range(1, work.shape[1]):
        e, f, g = _weights(work[DECAY, k], share, terms)
        value = work[M0, k] + gain * e * work[U0, k] + f * work[R1, k] + g * work[R2, k]
        apart += abs(value - work[M2, k])
        work[M3, k] = value
    return apart


@jit
def _apart(mean: float, work: Array) -> tuple[float, float, float]:
    """How far the inside of the step just tried is from its end, without looking at it: (A, B, C) so that

    |modes(s) - modes(1)| <= A exp(-x s) + B (1 - s) + C (1 - s^2), x the decay of the slowest mode.
    """
    fading, line, curve, gain, pace = 0.0, 0.0, 0.0, 1.0 / mean, work[DECAY, 0]
    span = 1.0 - math.exp(-pace)
    for k in range(1, work.shape[1]):
        x, r, q = work[DECAY, k], work[R1, k], work[R2, k]
        if pace > 0.0:
            once, twice = x if x == pace else x / (x - pace), abs(x / (x - 2.0 * pace))
            fading += abs(gain * work[U0, k]) + abs(r) * (1.0 + once) / span
            fading += abs(q) * (1.0 + 2.0 * once + twice) / (span * span)
            continue
        slope = r - 2.0 * q / x
        fading += abs(gain * work[U0, k] - slope / x)
        line += abs(slope)
        curve += abs(q)
    return fading, line, curve


@jit
def _defect(field: float, mean: float, grid: Array, knots: Array, rows: Array, work: Array) -> float:
    """What the parabola misses of the remainder early in the step, as far as it moves the end: mol/m3 at worst."""
    n, size = work.shape[1], 0.0
    inside(_share_at(EARLY, work[DECAY, 0]), mean, work)
    profile(work[M3], work[C3], grid)
    _drive(work[C3], work[U3], field, grid, knots, rows, work)
    work[M3, 0] = 0.0
    for k in range(1, n):
        remainder = (work[U3, k] - work[U0, k]) / mean - work[M3, k] + work[M0, k]
        work[M3, k] = work[E2, k] * (remainder - EARLY * (work[R1, k] + EARLY * work[R2, k]))
    profile(work[M3], work[C3], grid)
    for j in range(n):
        size = max(size, abs(work[C3, j]))
    return size


@jit
def _try_step(
    rate: float, field: float, mean: float, target: float, grid: Array, knots: Array, rows: Array, work: Array
) -> tuple[float, int]:
    """One step from work[M0], whose potential is work[U0]: (estimated error in mol/m3, evaluations).

    rate: how far a mode of decay 1 decays in it. Leaves modes and profiles of the middle and the end, and the bend
    of the remainder r = u/mean - modes in R1 and R2.
    """
    n, gain, pace = work.shape[1], 1.0 / mean, _pace_of(rate * grid[DECAYS, 1])
    work[DECAY, 0] = pace
    for half in range(2):
        share = 1.0 if half else _share_at(0.5, pace)
        terms = _paced(share, pace)
        for k in range(1, n):
            work[DECAY, k] = rate * grid[DECAYS, k]
            work[R1, k] = work[R2, k] = 0.0
            e, f, g = _weights(work[DECAY, k], share, terms)
            work[E1 + 3 * half, k], work[F1 + 3 * half, k], work[G1 + 3 * half, k] = e, f, g
    work[M1, 0] = work[M2, 0] = work[M0, 0]
    change, before, left, spread, sweep = _places(gain, grid, work), math.inf, math.inf, 0.0, 0
    while sweep < _SWEEPS:
        sweep += 1
        for place in range(M1, M2 + 1):
            _, half_range = _drive(work[place + C0], work[place + U0], field, grid, knots, rows, work)
            spread = max(spread, half_range)
        for k in range(1, n):
            middle = (work[U1, k] - work[U0, k]) * gain - work[M1, k] + work[M0, k]
            end = (work[U2, k] - work[U0, k]) * gain - work[M2, k] + work[M0, k]
            work[R1, k] = 4.0 * middle - end
            work[R2, k] = 2.0 * end - 4.0 * middle
        change = _places(gain, grid, work)
        if sweep == 1 and change <= SETTLED * target:
            return change, 2  # the remainder does not change: the step is exact
        left = _left(change, before, spread * gain)
        if change <= 0.3 * target or not change < 0.5 * before or not change < 1e3 * target:
            break
        before = change
    return max(left, _defect(field, mean, grid, knots, rows, work)), 2 * sweep + 1


@jit
def _look(current: float, films: float, grid: Array, knots: Array, rows: Array, numbers: Array, work: Array) -> float:
    """Voltage of the modes in M3; leaves their profile in C3."""
    profile(work[M3], work[C3], grid)
    voltage: float = observe(work[C3], current, films, grid, knots, rows, numbers)
    return voltage


@jit
def _locate(
    high: float, mean: float, current: float, films: float, stop: float, grid: Array, knots: Array, rows: Array,
    numbers: Array, work: Array,
) -> tuple[float, float]:  # fmt: skip
    """Share of the step (below `high`) after which |V| passes `stop` or salt runs out, by bisection.

    The second answer is the voltage just behind it, infinite where the salt ran out.
    """
    low, behind = 0.0, math.inf
    for _ in range(48):
        middle = 0.5 * (low + high)
        inside(middle, mean, work)
        voltage = _look(current, films, grid, knots, rows, numbers, work)
        if math.copysign(1.0, current) * voltage >= stop:
            high, behind = middle, voltage
        else:
            low = middle
    return low, behind


@jit
def _samples(
    time: float, h: float, mean: float, current: float, films: float, stop: float, near: float, filled: int,
    times: Array, voltage: float, grid: Array, knots: Array, rows: Array, numbers: Array, work: Array, seen: Array,
) -> tuple[int, float]:  # fmt: skip
    """Fill the samples of the step just tried, up to the first beyond `stop`: (filled, share of that one or 1)."""
    n, known = work.shape[1], False
    while filled < len(times) and times[filled] <= time + h:
        share = min(1.0, (times[filled] - time) / h)
        seen[0, filled], seen[1, filled], seen[2, filled] = voltage, work[C2, 0], work[C2, n - 1]
        if not known:
            fading, line, curve = _apart(mean, work)
            known = True
        left = 1.0 - share
        apart = fading * math.exp(-work[DECAY, 1] * share) + left * (line + (1.0 + share) * curve)
        if apart > near and inside(share, mean, work) > near:
            seen[0, filled] = _look(current, films, grid, knots, rows, numbers, work)
            seen[1, filled], seen[2, filled] = work[C3, 0], work[C3, n - 1]
        if current != 0.0 and math.copysign(1.0, current) * seen[0, filled] >= stop:
            return filled, share
        filled += 1
    return filled, 1.0


@jit
def march(
    modes: Array, current: float, films: float, until: float, times: Array, stop: float, tolerance: float, grid: Array,
    knots: Array, rows: Array, numbers: Array, work: Array, seen: Array,
) -> tuple[int, float, int, int, int]:  # fmt: skip
    """Constant current for `until` seconds; changes `modes`, fills `seen` (voltage and both surfaces by sample).

    Answers (status, time, filled, steps, evaluations); see `protocol.make_run`.
    """
    n, filled, steps, evaluations, status = len(modes), 0 * len(modes), 0, 0, TIME_REACHED
    field = current * numbers[LENGTH] / (numbers[MOLAR_CHARGE] * numbers[PERMEANCE])
    pace = numbers[PERMEANCE] / (numbers[STORAGE] * numbers[LENGTH] ** 2)
    sign, target = math.copysign(1.0, current), tolerance * numbers[INITIAL]
    for k in range(n):
        work[M2, k] = modes[k]
    profile(work[M2], work[C2], grid)
    voltage = observe(work[C2], current, films, grid, knots, rows, numbers)
    if current != 0.0 and sign * voltage >= stop:
        status = VOLTAGE_REACHED if abs(voltage) < math.inf else DEPLETED
    time, h, mean, fresh = 0.0, until, 1.0, True
    while status == TIME_REACHED and time < until:
        if fresh:
            mean, _ = _drive(work[C2], work[U0], field, grid, knots, rows, work)
            for k in range(n):
                work[M0, k] = work[M2, k]
        h, crossing = min(h, until - time), 1.0 / (pace * mean)
        error, used = _try_step(h * pace * mean, field, mean, target, grid, knots, rows, work)
        steps, evaluations, fresh = steps + 1, evaluations + used + int(fresh), False
        if steps > _MAX_STEPS or h < 1e-12 * min(until, crossing):
            return FAILED, time, filled, steps, evaluations
        if not error <= target:
            h = _shorter(h, error / target, time == 0.0, 0.4 * crossing)
            continue
        voltage = observe(work[C2], current, films, grid, knots, rows, numbers)
        filled, part = _samples(
            time, h, mean, current, films, stop, SETTLED * target, filled, times, voltage, grid, knots, rows, numbers,
            work, seen,
        )  # fmt: skip
        if part < 1.0 or (current != 0.0 and sign * voltage >= stop):
            part, voltage = _locate(part, mean, current, films, stop, grid, knots, rows, numbers, work)
            while filled > 0 and times[filled - 1] > time + part * h:
                filled -= 1
            if part < 0.5 and error > SETTLED * target and h > 1e-6 * crossing:
                h *= max(0.1, 1.1 * part)  # the step went far beyond, where other properties bend it
                continue
            status = VOLTAGE_REACHED if abs(voltage) < math.inf else DEPLETED
            inside(part, mean, work)
            voltage = _look(current, films, grid, knots, rows, numbers, work)
            for k in range(n):
                work[M2, k], work[C2, k] = work[M3, k], work[C3, k]
        time = until if h == until - time and status == TIME_REACHED else time + part * h
        h, fresh = _longer(h, error / target, crossing), True
    for k in range(n):
        modes[k] = work[M2, k]
    seen[0, filled], seen[1, filled], seen[2, filled] = voltage, work[C2, 0], work[C2, n - 1]
    return status, time, filled, steps, evaluations
