"""The slow twin of `solver`: the same scheme in plain numpy with whole matrices, written apart to test it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import laws
from alloycoat.cell.kernels.parameters import (
    DEPLETED,
    EARLY,
    EMPTY,
    FAILED,
    SETTLED,
    TIME_REACHED,
    VOLTAGE_REACHED,
    Outcome,
    Parameters,
)
from alloycoat.electrochemistry import butler_volmer, plating_location, transport

Array = NDArray[np.float64]


class Twin:
    """One cell at one constant current."""

    def __init__(self, current: float, stop: float, tolerance: float, p: Parameters) -> None:
        self.current, self.stop, self.p = current, stop, p
        self.target = tolerance * p.initial
        self.field = current * p.length / (p.molar_charge * p.permeance)
        self.rate = p.permeance / (p.storage * p.length**2)
        layers = (
            plating_location.layer_resistance(current, layer, p.nucleation, p.electronic_share)
            for layer in (p.layer_working, p.layer_counter)
        )
        self.films = p.film_working + p.film_counter + sum(layers)

    def rows(self, c: Array) -> Array:
        """Segments of the property tables at concentrations."""
        return np.asarray(self.p.rows[np.searchsorted(self.p.knots, c, side="right")])

    def drive(self, modes: Array) -> tuple[Array, float, float]:
        """Potential u of the modes (d modes/dt = -decay u rate); the middle and half the range of the diffusivities."""
        grid = self.p.grid
        c = modes @ grid.to_nodes
        rows = self.rows(c)
        diffusivity = rows[:, 0] + rows[:, 1] * c
        integral = rows[:, 6] + c * (rows[:, 0] + 0.5 * rows[:, 1] * c)
        anions = 1.0 - rows[:, 2] - rows[:, 3] * c
        u = grid.to_modes @ integral + self.field * (grid.source @ anions)
        u[0] = 0.0
        low, high = float(diffusivity.min()), float(diffusivity.max())
        return u, 0.5 * (low + high), 0.5 * (high - low)

    def observe(self, modes: Array) -> tuple[float, float, float]:
        """Voltage and the two surface concentrations."""
        p, i = self.p, self.current
        c = modes @ p.grid.to_nodes
        if not np.min(c) >= EMPTY * p.initial:
            return math.copysign(math.inf, i), c[0], c[-1]
        rows = self.rows(c)
        resistance = float(np.sum(p.grid.weights / (rows[:, 4] + rows[:, 5] * c))) * p.length / p.permeance
        diffusion = transport.thermodynamic_integral(c[0], rows[0]) - transport.thermodynamic_integral(c[-1], rows[-1])
        diffusion *= (p.charge + 1.0) / p.charge * p.thermal
        etas = [
            butler_volmer.overpotential(
                j,
                butler_volmer.exchange_current_density(exchange, surface / p.initial, p.alpha_a, p.charge),
                p.alpha_a,
                p.alpha_c,
                p.thermal,
            )
            for j, exchange, surface in ((i, p.exchange_working, c[0]), (-i, p.exchange_counter, c[-1]))
        ]
        return laws.cell_voltage(i, resistance + self.films, diffusion, etas[0], etas[1]), c[0], c[-1]

    def beyond(self, voltage: float) -> bool:
        """Whether the step must end at this voltage."""
        return self.current != 0.0 and math.copysign(1.0, self.current) * voltage >= self.stop


class Step:
    """One exponential step of `h` seconds: its modes at any share of it, and how wrong they are.

    enough: iterate until nothing changes by more (mol/m3), to see the order of the method; None: as the solver does.
    """

    def __init__(self, twin: Twin, modes: Array, h: float, enough: float | None = None) -> None:
        self.twin, self.modes, self.h, self.enough = twin, modes, h, enough
        self.start, self.mean, _ = twin.drive(modes)
        self.spread = 0.0
        self.decay = h * self.mean * twin.rate * twin.p.grid.decay
        self.pace = laws.pace_of(float(self.decay[1]))
        self.bend = np.zeros((2, len(modes)))
        self.evaluations = 0
        self.error = self._iterate()
        self.end = self.at(1.0)

    def at(self, share: float) -> Array:
        """Modes after a share of the step, with the remainder r0 + r1 phi + r2 phi^2 as it is known."""
        weights = np.array([laws.exponential_weights(x, share, laws.paced(share, self.pace)) for x in self.decay[1:]]).T
        out = self.modes.copy()
        out[1:] += weights[0] * self.start[1:] / self.mean + np.sum(weights[1:] * self.bend[:, 1:], axis=0)
        return out

    def remainder(self, modes: Array) -> Array:
        """r(modes) - r(start), r = u/mean - modes."""
        self.evaluations += 1
        u, _, half_range = self.twin.drive(modes)
        self.spread = max(self.spread, half_range / self.mean)
        return np.asarray((u - self.start) / self.mean - modes + self.modes)

    def worst(self, change: Array) -> float:
        """Largest of a change of the modes at the points."""
        return float(np.max(np.abs(change[1:] @ self.twin.p.grid.to_nodes[1:])))

    def _iterate(self) -> float:
        target, before, halfway = self.twin.target, math.inf, laws.share_at(0.5, self.pace)
        middle, end = self.at(halfway), self.at(1.0)
        for sweep in range(1, 5 if self.enough is None else 50):
            half, whole = self.remainder(middle), self.remainder(end)
            self.bend = np.array([4.0 * half - whole, 2.0 * whole - 4.0 * half])
            after = self.at(halfway), self.at(1.0)
            change = max(self.worst(after[0] - middle), self.worst(after[1] - end))
            middle, end = after
            if sweep == 1 and change <= SETTLED * target:
                return change
            if self.enough is not None and change > self.enough:
                continue
            left = laws.left_to_change(change, before, self.spread)
            if change <= 0.3 * target or not change < 0.5 * before or not change < 1e3 * target:
                break
            before = change
        early = EARLY
        miss = self.remainder(self.at(laws.share_at(early, self.pace))) - early * self.bend[0] - early**2 * self.bend[1]
        miss[1:] *= np.array([laws.exponential_weights(x, 1.0, laws.paced(1.0, self.pace))[0] for x in self.decay[1:]])
        return max(left, self.worst(miss))

    def locate(self, high: float = 1.0) -> tuple[float, float]:
        """Share of the step after which it must end, and the voltage just behind it (bisection)."""
        low, behind = 0.0, math.inf
        for _ in range(48):
            middle = 0.5 * (low + high)
            voltage = self.twin.observe(self.at(middle))[0]
            if self.twin.beyond(voltage):
                high, behind = middle, voltage
            else:
                low = middle
        return low, behind


def advance(
    initial: Array, current: float, until: float, times: Array, stop: float, tolerance: float, p: Parameters
) -> Outcome:
    """Constant current for `until` seconds from the modes `initial`, as `solver.march` does it."""
    twin = Twin(current, stop, tolerance, p)
    modes = initial.copy()
    seen: list[tuple[float, float, float]] = []
    time, steps, evaluations, status, fresh = 0.0, 0, 0, TIME_REACHED, True
    voltage = twin.observe(modes)[0]
    if twin.beyond(voltage):
        status = VOLTAGE_REACHED if math.isfinite(voltage) else DEPLETED
    crossing = 1.0 / (twin.rate * twin.drive(modes)[1])
    h, least = until, 1e-12 * min(until, crossing)
    while status == TIME_REACHED and time < until:
        h = min(h, until - time)
        step = Step(twin, modes, h)
        steps, evaluations, fresh = steps + 1, evaluations + step.evaluations + int(fresh), False
        share = step.error / twin.target
        if steps > 200_000 or h < least:
            status = FAILED
            break
        if not share <= 1.0:
            h = laws.shorter_step(h, share, time == 0.0, 0.4 / (twin.rate * step.mean))
            continue
        part, last, behind = 1.0, step.end, math.inf
        if twin.beyond(twin.observe(step.end)[0]):
            part, behind = step.locate()
            if part < 0.5 and share > SETTLED and h > 1e-6 * crossing:
                h *= max(0.1, 1.1 * part)
                continue
        inner = [(k, (t - time) / h) for k, t in enumerate(times) if k >= len(seen) and t <= time + part * h]
        found = [twin.observe(step.at(min(1.0, s))) for _, s in inner]
        first = next((k for k, triple in enumerate(found) if part == 1.0 and twin.beyond(triple[0])), None)
        if first is not None:
            part, behind = step.locate(inner[first][1])
            found = [triple for triple, (_, s) in zip(found, inner, strict=True) if s <= part]
        seen += found
        if part < 1.0:
            status = VOLTAGE_REACHED if math.isfinite(behind) else DEPLETED
            last = step.at(part)
        time = until if h == until - time and part == 1.0 else time + part * h
        modes, h, fresh = last, laws.longer_step(h, share, 1.0 / (twin.rate * step.mean)), True
    table = np.full((len(times) + 1, 3), np.nan)
    table[: len(seen) + 1] = [*seen, twin.observe(modes)]
    return Outcome(status, time, len(seen), steps, evaluations, table[:, 0], table[:, 1], table[:, 2], modes)
