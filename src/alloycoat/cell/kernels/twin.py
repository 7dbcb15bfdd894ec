"""The slow twin of `solver`: the same scheme in plain numpy with dense matrices, written apart to test it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.parameters import (
    DEPLETED,
    EMPTY,
    FAILED,
    TIME_REACHED,
    VOLTAGE_REACHED,
    Outcome,
    Parameters,
)
from alloycoat.electrochemistry import butler_volmer, transport

Array = NDArray[np.float64]


class Twin:
    """One cell at one constant current."""

    def __init__(self, current: float, stop: float, tolerance: float, p: Parameters) -> None:
        self.current, self.stop, self.p = current, stop, p
        self.target = tolerance * p.initial
        self.q = current / p.molar_charge
        n = len(p.mesh.widths)
        self.faces = np.zeros((n - 1, n))  # right minus left
        self.mean = np.zeros((n - 1, n))
        for j in range(n - 1):
            self.faces[j, j : j + 2] = -1.0, 1.0
            self.mean[j, j : j + 2] = p.mesh.left[j], 1.0 - p.mesh.left[j]
        self.divergence = -self.faces.T / (p.storage * p.mesh.widths[:, None])

    def _rows(self, c: Array) -> Array:
        return np.asarray(self.p.rows[np.searchsorted(self.p.knots, c, side="right")])

    def slopes(self, c: Array) -> tuple[Array, Array]:
        """dc/dt and its derivative (a full matrix)."""
        rows = self._rows(c)
        conductance = self.p.permeance / self.p.mesh.spacings
        integral = rows[:, 6] + c * (rows[:, 0] + 0.5 * rows[:, 1] * c)
        inflow = conductance * (self.faces @ integral) + self.q * (self.mean @ (1 - rows[:, 2] - rows[:, 3] * c))
        derivative = conductance[:, None] * self.faces * (rows[:, 0] + rows[:, 1] * c)
        derivative = derivative - self.q * self.mean * rows[:, 3]
        # what flows in from the right over a face is gained left of it and lost right of it
        return self.divergence @ inflow, self.divergence @ derivative

    def stage(self, guess: Array, known: Array, gain: float) -> tuple[Array, Array, int]:
        """Newton for c - gain f(c) = known: (c, matrix of the last solve, solves), negative if it fails."""
        c, before, small = guess.copy(), 0.0, 0.01 * self.target
        for iteration in range(1, 13):
            rate, derivative = self.slopes(c)
            matrix = np.eye(len(c)) - gain * derivative
            change = np.linalg.solve(matrix, known + gain * rate - c)
            c += change
            size = float(np.max(np.abs(change)))
            if not size < 1e6 * self.p.initial:
                return c, matrix, -iteration
            if self.p.linear or size <= small or (iteration > 1 and size * size <= small * before):
                return c, matrix, iteration
            before = size
        return c, matrix, -12

    def try_step(self, c: Array, f: Array, h: float) -> tuple[Array, Array, float, int]:
        """End of a TR-BDF2 step, slope there, estimated error in mol/m3 (< 0: no convergence), solves."""
        gain = laws.IMPLICIT * h
        known = c + gain * f
        middle, _, first = self.stage(c, known, gain)
        if first < 0:
            return middle, f, -1.0, -first
        slope = (middle - known) / gain
        known = c + h * laws.WEIGHT * (f + slope)
        end, matrix, second = self.stage(c + (middle - c) / laws.DECAY, known, gain)
        if second < 0:
            return end, f, -1.0, first - second
        after = (end - known) / gain
        estimate = h * (laws.ERROR[0] * f + laws.ERROR[1] * slope + laws.ERROR[2] * after)
        return end, after, float(np.max(np.abs(np.linalg.solve(matrix, estimate)))), first + second

    def surface(self, near: float, far: float, slope: float) -> float:
        """Concentration at an electrode from the exact flux."""
        p = self.p
        rows = self._rows(np.array([near, far]))
        value = p.mesh.near * transport.diffusion_integral(near, rows[0])
        value += p.mesh.far * transport.diffusion_integral(far, rows[1])
        reach, c = p.mesh.reach * slope / p.permeance, near
        for _ in range(30):
            row = self._rows(np.array([c]))[0]
            residual = transport.diffusion_integral(c, row) - value + reach * (1.0 - row[2] - row[3] * c)
            change = residual / (row[0] + row[1] * c - reach * row[3])
            c -= change
            if abs(change) <= 1e-13 * p.initial:
                break
        return float(c)

    def observe(self, c: Array) -> tuple[float, float, float]:
        """Voltage and the two surface concentrations."""
        p, i = self.p, self.current
        working, counter = self.surface(c[0], c[1], -self.q), self.surface(c[-1], c[-2], self.q)
        if min(working, counter) < EMPTY * p.initial:
            return math.copysign(math.inf, i), working, counter
        rows = self._rows(c)
        resistance = float(np.sum(p.mesh.widths / (rows[:, 4] + rows[:, 5] * c))) / p.permeance
        ends = self._rows(np.array([working, counter]))
        diffusion = transport.thermodynamic_integral(working, ends[0])
        diffusion -= transport.thermodynamic_integral(counter, ends[1])
        diffusion *= (p.charge + 1.0) / p.charge * p.thermal
        etas = [
            butler_volmer.overpotential(
                j,
                butler_volmer.exchange_current_density(exchange, surface / p.initial, p.alpha_a, p.charge),
                p.alpha_a,
                p.alpha_c,
                p.thermal,
            )
            for j, exchange, surface in ((i, p.exchange_working, working), (-i, p.exchange_counter, counter))
        ]
        films = p.film_working + p.film_counter
        return laws.cell_voltage(i, resistance + films, diffusion, etas[0], etas[1]), working, counter

    def beyond(self, voltage: float) -> bool:
        """Whether the step must end at this voltage."""
        return self.current != 0.0 and math.copysign(1.0, self.current) * voltage >= self.stop


def inside(c: Array, f: Array, end: Array, slope: Array, h: float, fraction: float) -> Array:
    """Profile inside a step: the cubic through both ends and their slopes."""
    a, b, first, last = laws.hermite(fraction)
    return np.asarray(a * c + b * end + h * (first * f + last * slope))


def advance(
    initial: Array, current: float, until: float, times: Array, stop: float, tolerance: float, p: Parameters
) -> Outcome:
    """Constant current for `until` seconds, as `solver.make_advance` describes it."""
    twin = Twin(current, stop, tolerance, p)
    c, f = initial.copy(), twin.slopes(initial)[0]
    seen: list[tuple[float, float, float]] = []
    time, steps, solves, status = 0.0, 0, 0, TIME_REACHED
    row = twin._rows(c[:1])[0]
    h = p.storage * p.mesh.widths[0] ** 2 / (p.permeance * (row[0] + row[1] * c[0]))
    voltage = twin.observe(c)[0]
    if twin.beyond(voltage):
        status = VOLTAGE_REACHED if math.isfinite(voltage) else DEPLETED
    floor, least = 1e-13 * until, 1e-9 * h
    while status == TIME_REACHED and time < until:
        h = min(h, until - time)
        if until - time - h < floor:
            h = until - time
        end, slope, size, used = twin.try_step(c, f, h)
        solves, steps = solves + used, steps + 1
        if steps > 200_000 or (h < least and until - time > least):
            status = FAILED
            break
        if not 0.0 <= size <= twin.target:
            h *= laws.step_factor(size / twin.target) if size > twin.target else 0.25
            continue
        part, last = 1.0, end
        if twin.beyond(twin.observe(end)[0]):
            part, behind = _locate(twin, (c, f, end, slope), h)
            status = VOLTAGE_REACHED if math.isfinite(behind) else DEPLETED
            last = inside(c, f, end, slope, h, part)
        while len(seen) < len(times) and times[len(seen)] <= time + part * h:
            seen.append(twin.observe(inside(c, f, end, slope, h, (times[len(seen)] - time) / h)))
        time = until if h == until - time and part == 1.0 else time + part * h
        c, f, h = last, slope, h * laws.step_factor(size / twin.target)
    table = np.full((len(times) + 1, 3), np.nan)
    table[: len(seen) + 1] = [*seen, twin.observe(c)]
    return Outcome(status, time, len(seen), steps, solves, table[:, 0], table[:, 1], table[:, 2], c)


def _locate(twin: Twin, step: tuple[Array, Array, Array, Array], h: float) -> tuple[float, float]:
    """Share of the step after which it must end, and the voltage just behind it (bisection)."""
    low, high, behind = 0.0, 1.0, math.inf
    for _ in range(48):
        middle = 0.5 * (low + high)
        voltage = twin.observe(inside(*step, h, middle))[0]
        if twin.beyond(voltage):
            high, behind = middle, voltage
        else:
            low = middle
    return low, behind
