"""The compiled solver: salt transport between two electrodes at constant current, events located in time.

Equation: eps S dc/dt = d/dx [b D(c) dc/dx + (1 - t+(c)) i/(z F)], the bracket zero at both electrodes (anions
do not pass), so salt is conserved exactly. Finite volumes with D dc integrated exactly; TR-BDF2 in time (Bank
et al. 1985; Hosea & Shampine 1996) with error control; Newton with a tridiagonal matrix. `twin` tests it.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws, parameters
from alloycoat.cell.kernels.parameters import (
    DEPLETED,
    EMPTY,
    FAILED,
    TIME_REACHED,
    VOLTAGE_REACHED,
    Parameters,
)
from alloycoat.electrochemistry import butler_volmer, transport

Array = NDArray[np.float64]
Answer = tuple[int, float, int, int, int, Array, Array, Array, Array]
Advance = Callable[[Array, float, float, Array, float, float, Parameters], Answer]

# no wrappers: only `_advance` is called, and by compiled code (saves a fifth of the compile time)
_options: dict[str, Any] = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
_jit: Any = numba.njit(error_model="numpy", **_options)
_find_segment = _jit(transport.find_segment)
_diffusion_integral = _jit(transport.diffusion_integral)
_thermodynamic_integral = _jit(transport.thermodynamic_integral)
_exchange = _jit(butler_volmer.exchange_current_density)
_overpotential = _jit(butler_volmer.overpotential)
_step_factor = _jit(laws.step_factor)
_hermite = _jit(laws.hermite)
_cell_voltage = _jit(laws.cell_voltage)
_IMPLICIT, _WEIGHT, _DECAY = laws.IMPLICIT, laws.WEIGHT, laws.DECAY
_E0, _E1, _E2 = laws.ERROR
_MAX_NEWTON = 12
_MAX_STEPS = 200_000


@_jit
def _slopes(c: Array, q: float, p: Parameters, work: Array) -> None:
    """dc/dt (row 0) and its tridiagonal derivative (rows 1 lower, 2 diagonal, 3 upper); q = i/(zF)."""
    n = len(c)
    rate, lower, diagonal, upper = work[0], work[1], work[2], work[3]
    for j in range(n):
        rate[j] = 0.0
        diagonal[j] = 0.0
    k = _find_segment(c[0], p.knots, 0)
    row = p.rows[k]
    integral, diffusivity = _diffusion_integral(c[0], row), row[0] + row[1] * c[0]
    anion, anion_slope = 1.0 - row[2] - row[3] * c[0], -row[3]
    for j in range(n - 1):
        k = _find_segment(c[j + 1], p.knots, k)
        row = p.rows[k]
        next_integral, next_diffusivity = _diffusion_integral(c[j + 1], row), row[0] + row[1] * c[j + 1]
        next_anion, next_slope = 1.0 - row[2] - row[3] * c[j + 1], -row[3]
        g, w = p.permeance / p.mesh.spacings[j], p.mesh.left[j]
        inflow = g * (next_integral - integral) + q * (w * anion + (1.0 - w) * next_anion)
        from_left = q * w * anion_slope - g * diffusivity
        from_right = q * (1.0 - w) * next_slope + g * next_diffusivity
        here = 1.0 / (p.storage * p.mesh.widths[j])
        there = 1.0 / (p.storage * p.mesh.widths[j + 1])
        rate[j] += inflow * here
        rate[j + 1] -= inflow * there
        diagonal[j] += from_left * here
        upper[j] = from_right * here
        diagonal[j + 1] -= from_right * there
        lower[j + 1] = -from_left * there
        integral, diffusivity, anion, anion_slope = next_integral, next_diffusivity, next_anion, next_slope


@_jit
def _solve(gain: float, right: Array, work: Array) -> None:
    """Solve (1 - gain J) x = right in place (Thomas; the matrix is diagonally dominant for t+ constant)."""
    n = len(right)
    lower, diagonal, upper, factor = work[1], work[2], work[3], work[4]
    pivot = 1.0 - gain * diagonal[0]
    right[0] /= pivot
    for j in range(1, n):
        factor[j] = -gain * upper[j - 1] / pivot
        pivot = 1.0 - gain * diagonal[j] + gain * lower[j] * factor[j]
        right[j] = (right[j] + gain * lower[j] * right[j - 1]) / pivot
    for j in range(n - 2, -1, -1):
        right[j] -= factor[j + 1] * right[j + 1]


@_jit
def _stage(c: Array, known: Array, gain: float, q: float, p: Parameters, small: float, work: Array) -> int:
    """Newton for c - gain f(c) = known, from the guess `c`, in place; number of solves, < 0 if it fails."""
    n = len(c)
    change = work[5]
    before = 0.0
    for iteration in range(1, _MAX_NEWTON + 1):
        _slopes(c, q, p, work)
        for j in range(n):
            change[j] = known[j] + gain * work[0, j] - c[j]
        _solve(gain, change, work)
        size = 0.0
        for j in range(n):
            c[j] += change[j]
            size = max(size, abs(change[j]))
        if not size < 1e6 * p.initial:
            return -iteration
        if p.linear or size <= small or (iteration > 1 and size * size <= small * before):
            return iteration
        before = size
    return -_MAX_NEWTON


@_jit
def _surface(near: float, far: float, slope: float, p: Parameters) -> float:
    """Concentration at an electrode from the two volumes beside it; b dP/ds = slope (1 - t+) is exact."""
    k = _find_segment(near, p.knots, 0)
    value = p.mesh.near * _diffusion_integral(near, p.rows[k])
    value += p.mesh.far * _diffusion_integral(far, p.rows[_find_segment(far, p.knots, k)])
    reach = p.mesh.reach * slope / p.permeance
    c = near
    for _ in range(30):
        k = _find_segment(c, p.knots, k)
        row = p.rows[k]
        residual = _diffusion_integral(c, row) - value + reach * (1.0 - row[2] - row[3] * c)
        change = residual / (row[0] + row[1] * c - reach * row[3])
        c -= change
        if abs(change) <= 1e-13 * p.initial:
            break
    return c


@_jit
def _observe(c: Array, current: float, p: Parameters) -> tuple[float, float, float]:
    """(voltage, surface concentration at the working, at the counter electrode); infinite where depleted."""
    n = len(c)
    q = current / p.molar_charge
    working = _surface(c[0], c[1], -q, p)
    counter = _surface(c[n - 1], c[n - 2], q, p)
    if min(working, counter) < EMPTY * p.initial:
        return math.copysign(math.inf, current), working, counter
    resistance = 0.0
    k = 0
    for j in range(n):
        k = _find_segment(c[j], p.knots, k)
        resistance += p.mesh.widths[j] / (p.rows[k, 4] + p.rows[k, 5] * c[j])
    resistance = resistance / p.permeance + p.film_working + p.film_counter
    at_working = _thermodynamic_integral(working, p.rows[_find_segment(working, p.knots, 0)])
    at_counter = _thermodynamic_integral(counter, p.rows[_find_segment(counter, p.knots, 0)])
    diffusion = (p.charge + 1.0) / p.charge * p.thermal * (at_working - at_counter)
    exchange = _exchange(p.exchange_working, working / p.initial, p.alpha_a, p.charge)
    eta_working = _overpotential(current, exchange, p.alpha_a, p.alpha_c, p.thermal)
    exchange = _exchange(p.exchange_counter, counter / p.initial, p.alpha_a, p.charge)
    eta_counter = _overpotential(-current, exchange, p.alpha_a, p.alpha_c, p.thermal)
    return _cell_voltage(current, resistance, diffusion, eta_working, eta_counter), working, counter


@_jit
def _try_step(c: Array, f: Array, h: float, q: float, p: Parameters, small: float, work: Array) -> tuple[float, int]:
    """One TR-BDF2 step from c with slope f: end in work[6], slope there in work[7]; (scaled change, solves).

    The change is the estimated error of the step in mol/m3, filtered by the matrix; negative: no convergence.
    """
    n = len(c)
    end, slope, known, middle, error = work[6], work[7], work[8], work[9], work[10]
    gain = _IMPLICIT * h
    for j in range(n):
        known[j] = c[j] + gain * f[j]
        end[j] = c[j]
    first = _stage(end, known, gain, q, p, small, work)
    if first < 0:
        return -1.0, -first
    for j in range(n):
        middle[j] = (end[j] - known[j]) / gain
        known[j] = c[j] + h * _WEIGHT * (f[j] + middle[j])
        end[j] = c[j] + (end[j] - c[j]) / _DECAY
    second = _stage(end, known, gain, q, p, small, work)
    if second < 0:
        return -1.0, first - second
    for j in range(n):
        slope[j] = (end[j] - known[j]) / gain
        error[j] = h * (_E0 * f[j] + _E1 * middle[j] + _E2 * slope[j])
    _solve(gain, error, work)
    size = 0.0
    for j in range(n):
        size = max(size, abs(error[j]))
    return size, first + second


@_jit
def _inside(c: Array, f: Array, h: float, fraction: float, work: Array) -> None:
    """Profile inside the step just made, in work[11]: a cubic, which conserves salt like the step."""
    a, b, start, end = _hermite(fraction)
    for j in range(len(c)):
        work[11, j] = a * c[j] + b * work[6, j] + h * (start * f[j] + end * work[7, j])


@_jit
def _locate(
    c: Array, f: Array, h: float, current: float, stop: float, p: Parameters, work: Array
) -> tuple[float, float]:
    """Share of the step after which |V| passes `stop` or a surface is depleted, by bisection.

    Leaves the profile of that instant in work[11]; the second answer is the voltage just behind it, infinite
    where the salt ran out.
    """
    low, high, behind = 0.0, 1.0, math.inf
    for _ in range(48):
        middle = 0.5 * (low + high)
        _inside(c, f, h, middle, work)
        voltage, _, _ = _observe(work[11], current, p)
        if math.copysign(1.0, current) * voltage >= stop:
            high, behind = middle, voltage
        else:
            low = middle
    _inside(c, f, h, low, work)
    return low, behind


@_jit
def _advance(
    initial: Array, current: float, until: float, times: Array, stop: float, tolerance: float, p: Parameters
) -> Answer:
    """Constant current for `until` seconds; see `make_advance`."""
    n, m = len(initial), len(times)
    work = np.zeros((12, n))
    voltage, working, counter = np.empty(m + 1), np.empty(m + 1), np.empty(m + 1)
    q = current / p.molar_charge
    sign = math.copysign(1.0, current)
    c, end = initial.copy(), np.empty(n)
    _slopes(c, q, p, work)
    f = work[0].copy()
    time, filled, steps, solves, status = 0.0, 0, 0, 0, TIME_REACHED
    k = _find_segment(c[0], p.knots, 0)
    h = p.storage * p.mesh.widths[0] ** 2 / (p.permeance * (p.rows[k, 0] + p.rows[k, 1] * c[0]))
    v, _, _ = _observe(c, current, p)
    if current != 0.0 and sign * v >= stop:
        status = VOLTAGE_REACHED if abs(v) < math.inf else DEPLETED
    target, floor, least = tolerance * p.initial, 1e-13 * until, 1e-9 * h
    while status == TIME_REACHED and time < until:
        h = min(h, until - time)
        if until - time - h < floor:
            h = until - time
        size, used = _try_step(c, f, h, q, p, 0.01 * target, work)
        solves += used
        steps += 1
        if steps > _MAX_STEPS or (h < least and until - time > least):
            status = FAILED
        elif not 0.0 <= size <= target:
            h *= _step_factor(size / target) if size > target else 0.25
        else:
            v, _, _ = _observe(work[6], current, p)
            part = 1.0
            if current != 0.0 and sign * v >= stop:
                part, v = _locate(c, f, h, current, stop, p, work)
                status = VOLTAGE_REACHED if abs(v) < math.inf else DEPLETED
                for j in range(n):
                    end[j] = work[11, j]
            while filled < m and times[filled] <= time + part * h:
                _inside(c, f, h, (times[filled] - time) / h, work)
                voltage[filled], working[filled], counter[filled] = _observe(work[11], current, p)
                filled += 1
            time = until if h == until - time and part == 1.0 else time + part * h
            for j in range(n):
                c[j] = work[6, j] if part == 1.0 else end[j]
                f[j] = work[7, j]
            h *= _step_factor(size / target)
    voltage[filled], working[filled], counter[filled] = _observe(c, current, p)
    return status, time, filled, steps, solves, voltage, working, counter, c


def source_stamp() -> int:
    """Checksum of every file that the compiled code is made of: a changed law must not find an old cache."""
    files = [__file__, laws.__file__, parameters.__file__, butler_volmer.__file__, transport.__file__]
    return zlib.crc32(b"".join(Path(file).read_bytes() for file in files))


def _make(stamp: int, keep: bool) -> Advance:
    """The entry point; numba files its cache under the values it closes over, here the stamp."""

    @numba.njit(error_model="numpy", cache=keep)
    def advance(initial, current, until, times, stop, tolerance, p):  # type: ignore[no-untyped-def]
        if stamp < 0:
            return FAILED, 0.0, 0, 0, 0, initial, initial, initial, initial
        return _advance(initial, current, until, times, stop, tolerance, p)

    return advance


def _smallest() -> Parameters:
    """The parameters of no cell in particular, to compile with."""
    mesh, one = parameters.make_mesh(1.0, 4), ((1.0,), (1.0,))
    table = transport.tabulate(one, one, ((1.0,), (0.0,)), one)
    return Parameters(mesh, *parameters.with_table(table), 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.5, 0.5)


@cache
def make_advance() -> Advance:
    """The compiled `advance(initial, current, until, times, stop, tolerance, p)`.

    initial: concentrations in mol/m3; current: A/m2, positive strips the working electrode; until: s;
    times: samples in s, rising, within (0, until]; stop: |V| in V that ends the step (inf: none); tolerance:
    error of a time step as a share of c0; p: `Parameters`. Returns the fields of `parameters.Outcome`.
    Compiled once for all cells and kept beside the package or in the user's cache folder (NUMBA_CACHE_DIR).
    """
    trial = np.ones(4), 0.0, 0.0, np.empty(0), math.inf, 1.0, _smallest()
    try:
        advance = _make(source_stamp(), keep=True)
        advance(*trial)  # compiles, or reads what was kept
    except Exception:  # a cache that cannot be written or read is no reason to stop
        advance = _make(0, keep=False)
        advance(*trial)
    return advance
