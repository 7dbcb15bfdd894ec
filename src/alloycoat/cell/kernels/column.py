"""Salt in the column dead layer | separator | dead layer: mesh, one time step, the surfaces (compiled).

eps S dc/dt = d/dx [b D(c) dc/dx + (1 - t+(c)) i/(zF)], the bracket zero at both electrodes, b = S^2/N_M by
layer. Finite volumes with harmonic-mean faces; TR-BDF2 in time, as in `solver`.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.life_parameters import (
    M_DEAD_PERMEANCE,
    M_DEAD_POROSITY,
    M_DEAD_VOLUMES,
    M_INITIAL,
    M_LENGTH,
    M_LINEAR,
    M_PERMEANCE,
    M_POROSITY,
    M_SEPARATOR_VOLUMES,
    SATURATION,
    THICK,
    Plan,
    Rig,
)  # fmt: skip
from alloycoat.cell.kernels.unit import piece
from alloycoat.electrochemistry import transport

Array = NDArray[np.float64]

find_segment = piece(transport.find_segment)
diffusion_integral = piece(transport.diffusion_integral)
thermodynamic_integral = piece(transport.thermodynamic_integral)
_IMPLICIT, _WEIGHT, DECAY = laws.IMPLICIT, laws.WEIGHT, laws.DECAY
_E0, _E1, _E2 = laws.ERROR
_MAX_NEWTON = 12

(
    WIDTH, STORE, PERMEANCE, FACE, LEFT, RATE, LOWER, DIAGONAL, UPPER, FACTOR, CHANGE, END, END_SLOPE, KNOWN, MIDDLE,
    ERROR, INSIDE, SLOPE,
) = range(18)  # fmt: skip
"""Rows of `Rig.room`: the mesh (widths, filled pores in m3/m2, permeances, face conductances and weights), the
tridiagonal system, and profiles: end of a step with its slope, an instant inside, the slope at the start."""


@piece
def put(target: Array, source: Array) -> None:
    """Copy numbers (a loop: a slice assignment takes seconds to compile)."""
    for j in range(len(source)):
        target[j] = source[j]


@piece
def lay_out(plan: Plan, rig: Rig) -> None:
    """Fill the column: widths, filled pore volumes (m3/m2), permeances, face conductances, face weights.

    Dead layers are finer toward the electrode (k/n)^1.5, the separator toward both ends.
    """
    m, col, el = plan.medium, rig.room, rig.el
    n_dead, n_sep = int(m[M_DEAD_VOLUMES]), int(m[M_SEPARATOR_VOLUMES])
    n, s = 2 * n_dead + n_sep, rig.pool[SATURATION]
    for j in range(n_dead):
        share = ((j + 1) / n_dead) ** 1.5 - (j / n_dead) ** 1.5
        col[WIDTH, j] = share * el[0, THICK]
        col[WIDTH, n - 1 - j] = share * el[1, THICK]
    for j in range(n):
        dead = j < n_dead or j >= n - n_dead
        if not dead:
            a, b = (j - n_dead) / n_sep, (j - n_dead + 1) / n_sep
            wave = 0.6 * (math.sin(2.0 * math.pi * b) - math.sin(2.0 * math.pi * a)) / (2.0 * math.pi)
            col[WIDTH, j] = m[M_LENGTH] * (b - a - wave)
        col[STORE, j] = s * col[WIDTH, j] * (m[M_DEAD_POROSITY] if dead else m[M_POROSITY])
        col[PERMEANCE, j] = s * s * (m[M_DEAD_PERMEANCE] if dead else m[M_PERMEANCE])
    for j in range(n - 1):
        here = 0.5 * col[WIDTH, j] / col[PERMEANCE, j]
        there = 0.5 * col[WIDTH, j + 1] / col[PERMEANCE, j + 1]
        col[FACE, j] = 1.0 / (here + there)
        col[LEFT, j] = there / (here + there)


@piece
def slopes(c: Array, q: float, plan: Plan, col: Array) -> None:
    """dc/dt and its tridiagonal derivative into their rows; q = i/(zF)."""
    n = len(c)
    rate, lower, diagonal, upper = col[RATE], col[LOWER], col[DIAGONAL], col[UPPER]
    for j in range(n):
        rate[j] = 0.0
        diagonal[j] = 0.0
    k = find_segment(c[0], plan.knots, 0)
    row = plan.rows[k]
    integral, diffusivity = diffusion_integral(c[0], row), row[0] + row[1] * c[0]
    anion, anion_slope = 1.0 - row[2] - row[3] * c[0], -row[3]
    here = 1.0 / col[STORE, 0]
    for j in range(n - 1):
        k = find_segment(c[j + 1], plan.knots, k)
        row = plan.rows[k]
        next_integral, next_diffusivity = diffusion_integral(c[j + 1], row), row[0] + row[1] * c[j + 1]
        next_anion, next_slope = 1.0 - row[2] - row[3] * c[j + 1], -row[3]
        g, w = col[FACE, j], col[LEFT, j]
        inflow = g * (next_integral - integral) + q * (w * anion + (1.0 - w) * next_anion)
        from_left = q * w * anion_slope - g * diffusivity
        from_right = q * (1.0 - w) * next_slope + g * next_diffusivity
        there = 1.0 / col[STORE, j + 1]
        rate[j] += inflow * here
        rate[j + 1] -= inflow * there
        diagonal[j] += from_left * here
        upper[j] = from_right * here
        diagonal[j + 1] -= from_right * there
        lower[j + 1] = -from_left * there
        integral, diffusivity, anion, anion_slope, here = next_integral, next_diffusivity, next_anion, next_slope, there


@piece
def _solve(gain: float, right: Array, col: Array) -> None:
    """Solve (1 - gain J) x = right in place (Thomas)."""
    n = len(right)
    lower, diagonal, upper, factor = col[LOWER], col[DIAGONAL], col[UPPER], col[FACTOR]
    pivot = 1.0 - gain * diagonal[0]
    right[0] /= pivot
    for j in range(1, n):
        factor[j] = -gain * upper[j - 1] / pivot
        pivot = 1.0 - gain * diagonal[j] + gain * lower[j] * factor[j]
        right[j] = (right[j] + gain * lower[j] * right[j - 1]) / pivot
    for j in range(n - 2, -1, -1):
        right[j] -= factor[j + 1] * right[j + 1]


@piece
def stage(c: Array, known: Array, gain: float, q: float, plan: Plan, col: Array, small: float) -> int:
    """Newton for c - gain f(c) = known, in place; number of solves, < 0 if it fails."""
    n = len(c)
    change = col[CHANGE]
    before = 0.0
    for iteration in range(1, _MAX_NEWTON + 1):
        slopes(c, q, plan, col)
        for j in range(n):
            change[j] = known[j] + gain * col[RATE, j] - c[j]
        _solve(gain, change, col)
        size = 0.0
        for j in range(n):
            c[j] += change[j]
            size = max(size, abs(change[j]))
        if not size < 1e6 * plan.medium[M_INITIAL]:
            return -iteration
        if plan.medium[M_LINEAR] > 0.0 or size <= small or (iteration > 1 and size * size <= small * before):
            return iteration
        before = size
    return -_MAX_NEWTON


@piece
def first_stage(c: Array, gain: float, col: Array) -> None:
    """KNOWN of the trapezoidal stage from c with the slope in its row, and a guess of its answer in END."""
    for j in range(len(c)):
        col[KNOWN, j] = c[j] + gain * col[SLOPE, j]
        col[END, j] = c[j]


@piece
def second_stage(c: Array, h: float, col: Array) -> None:
    """From the answer of the first stage in END to KNOWN of the second, and a guess of its answer in END."""
    f, end, known, middle, gain = col[SLOPE], col[END], col[KNOWN], col[MIDDLE], _IMPLICIT * h
    for j in range(len(c)):
        middle[j] = (end[j] - known[j]) / gain
        known[j] = c[j] + h * _WEIGHT * (f[j] + middle[j])
        end[j] = c[j] + (end[j] - c[j]) / DECAY


@piece
def step_error(h: float, col: Array) -> float:
    """END_SLOPE from the answer of the second stage; the estimated error in mol/m3, filtered by the matrix."""
    f, end, slope, known, middle, error = col[SLOPE], col[END], col[END_SLOPE], col[KNOWN], col[MIDDLE], col[ERROR]
    gain = _IMPLICIT * h
    for j in range(len(end)):
        slope[j] = (end[j] - known[j]) / gain
        error[j] = h * (_E0 * f[j] + _E1 * middle[j] + _E2 * slope[j])
    _solve(gain, error, col)
    size = 0.0
    for j in range(len(end)):
        size = max(size, abs(error[j]))
    return size


@piece
def inside(c: Array, h: float, fraction: float, col: Array) -> None:
    """Profile inside the step just tried: the parabola through start, first stage and end, into INSIDE.

    No slopes: those of a volume that relaxes in 1e-10 s hold round-off, which a long step would magnify.
    """
    a = (fraction - DECAY) * (fraction - 1.0) / DECAY
    b = fraction * (fraction - 1.0) / (DECAY * (DECAY - 1.0))
    for j in range(len(c)):
        middle = c[j] + _IMPLICIT * h * (col[SLOPE, j] + col[MIDDLE, j])
        col[INSIDE, j] = a * c[j] + b * middle + (1.0 - a - b) * col[END, j]


@piece
def surface(near: float, far: float, slope: float, first: float, second: float, b: float, plan: Plan) -> float:
    """Concentration at an electrode: parabola through the two volumes beside it and the exact flux.

    slope: dP/ds b/(1 - t+) at the electrode; first, second: widths in m; b: permeance there.
    """
    near_s, far_s = 0.5 * first, first + 0.5 * second
    near_ss = first * first / 3.0
    far_ss = ((first + second) ** 3 - first**3) / (3.0 * second)
    k = find_segment(near, plan.knots, 0)
    value = far_ss * diffusion_integral(near, plan.rows[k])
    value -= near_ss * diffusion_integral(far, plan.rows[find_segment(far, plan.knots, k)])
    value /= far_ss - near_ss
    reach = (near_s * far_ss - far_s * near_ss) / (far_ss - near_ss) * slope / b
    c = near
    for _ in range(30):
        k = find_segment(c, plan.knots, k)
        row = plan.rows[k]
        residual = diffusion_integral(c, row) - value + reach * (1.0 - row[2] - row[3] * c)
        change = residual / (row[0] + row[1] * c - reach * row[3])
        c -= change
        if plan.medium[M_LINEAR] > 0.0 or abs(change) <= 1e-13 * plan.medium[M_INITIAL]:
            break
    return c


@piece
def resistance(c: Array, plan: Plan, col: Array) -> float:
    """Ohmic resistance of the electrolyte in the column, ohm m2."""
    total, k = 0.0, 0
    for j in range(len(c)):
        k = find_segment(c[j], plan.knots, k)
        total += col[WIDTH, j] / ((plan.rows[k, 4] + plan.rows[k, 5] * c[j]) * col[PERMEANCE, j])
    return total
