"""The deposit and how it moves: one time step of front, potential and salt, with its error."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError
from alloycoat.morphology.cover import Cover
from alloycoat.morphology.electrode import Electrode
from alloycoat.morphology.hold import current_at
from alloycoat.morphology.kernels import deposition as front
from alloycoat.morphology.salt import Column, Salt, backward, free_share, make_solver
from alloycoat.morphology.scene import Scene
from alloycoat.morphology.texture import line
from alloycoat.quantities import FARADAY

Array = NDArray[np.float64]
Rows = NDArray[np.int64]
COURANT = 0.3
"""Largest way of the front in a step, in cells."""
TAIL = 1e-6
"""Share of metal down to which the profile is carried along with the front."""
NEGLIGIBLE = 0.003
"""Share of c0 below which the error of the salt counts as a share of this."""
RELAXATION = 0.5
"""Strength of the relaxation of the profile per way of the front."""


@dataclass(slots=True)
class Deposit:
    """State of a run between two steps. `current`: total in A/m2 now, positive strips; `charge`: C/m2 passed."""

    scene: Scene
    cover: Cover | None = field(init=False)
    electrode: Electrode = field(init=False)
    salt: Salt = field(init=False)
    eta: Array = field(init=False)
    distance: Array = field(init=False)
    live: Array | None = None
    time: float = 0.0
    charge: float = 0.0
    current: float = 0.0
    first_metal: float = field(init=False)
    earlier: Array | None = None  # local current a step ago
    earlier_upper: Array | None = None  # that on the outer face of the layer
    earlier_speed: Array | None = None  # speed of the front a step ago, m/s
    speed: Array | None = None  # that of the last step that was tried
    last_dt: float | None = None
    last_total: float = 0.0

    def __post_init__(self) -> None:
        scene = self.scene
        self.cover = Cover(scene, scene.layer) if scene.layer is not None else None
        self.electrode = Electrode(scene, self.cover)
        self.eta = first_front(scene)
        self.distance = np.empty_like(self.eta)
        self.first_metal = float(self.eta.sum())
        c = np.full(self.eta.shape, scene.liquid.concentration)
        self.salt = Salt(scene, make_solver(scene), Column(scene), c, c.copy())
        self.look()

    @property
    def volume_per_charge(self) -> float:
        """m3 of metal per C."""
        return self.scene.surface.molar_volume / (self.scene.liquid.charge * FARADAY)

    @property
    def charge_error(self) -> float:
        """Relative difference of the metal that grew and the charge that passed."""
        metal = (float(self.eta.sum()) - self.first_metal) * self.scene.dx / self.scene.nx
        taken = self.cover.taken_mean * self.volume_per_charge if self.cover is not None else 0.0
        if self.electrode.outer is not None:
            taken += float(self.electrode.outer.held.mean()) * self.volume_per_charge
        passed = -self.charge * self.volume_per_charge
        return abs(metal + taken - passed) / max(abs(passed), self.scene.dx * 1e-3)

    def look(self) -> None:
        """Everything that follows from eta alone: distance, layer, band."""
        front.distance(self.eta, self.scene.epsilon, self.distance)
        if self.cover is not None:
            self.cover.follow(self.eta)
        self.electrode.find_band(self.eta, self.distance, self.live, self.time)

    def begin(self, current: float) -> None:
        """Start a stage at a total current in A/m2: no history, potential solved."""
        self.current = current
        self._forget()
        if not self.electrode.iterations:
            self._first_guess(current)
        self.electrode.solve(self.eta, self.salt.c, current)

    def _forget(self) -> None:
        """Start the next step without history."""
        self.earlier = self.earlier_upper = self.earlier_speed = self.last_dt = None

    def _first_guess(self, current: float) -> None:
        from alloycoat.electrochemistry import overpotential

        surface, e = self.scene.surface, self.electrode
        film = float(np.median(e.band.film)) if e.band is not None else surface.film
        extra = self.scene.layer.resistance if self.scene.layer is not None else 0.0
        eta = overpotential(current, surface.exchange, surface.alpha_a, surface.alpha_c, e.thermal)
        e.psi[:] = -(eta + current * (film + extra))
        e.current[:] = current

    def front_salt(self) -> float:
        """Salt in mol/m3 where the current enters the metal (mean, weighted by the current)."""
        band = self.electrode.band
        assert band is not None
        at = band.rows, band.columns
        weight = band.area * np.abs(self.electrode.current[at])
        total = float(weight.sum())
        return float((weight * self.salt.c[at]).sum()) / total if total > 0.0 else float(self.salt.c[at].mean())

    def longest(self) -> float:
        """Longest step in s that the front allows."""
        speed = float(np.abs(self.electrode.current).max()) * self.volume_per_charge
        limit = COURANT * self.scene.dx / speed if speed > 0 else math.inf
        return min(limit, self.scene.surface.noise_time) if self.scene.surface.noise else limit

    def step(self, dt: float, total: float, hold: float | None = None) -> float:
        """Advance by `dt` with `total` A/m2 flowing at its end (where `hold` is given, V: a guess of the current that
        shows it); returns the error over the tolerance, changes nothing where that is above 1 or the equations could
        not be solved (infinite)."""
        e, salt = self.electrode, self.salt
        kept, debt = (self.eta, e.psi, e.current, e.band, self.time, e.interface.state), salt.debt
        on_top = (e.outer.held, e.upper) if e.outer is not None else None
        self.eta, e.upper = self.eta.copy(), e.upper.copy()
        ratio = dt / self.last_dt if self.last_dt else 0.0
        before = e.current
        front_before = self.cover.front if self.cover is not None else None
        taken = self._move(dt, ratio)
        self.time += dt
        guess = salt.c * np.clip(salt.c / salt.before, 0.2, 5.0) ** ratio if ratio else salt.c.copy()
        try:
            self.look()
            free = free_share(self.eta, self.cover.share if self.cover is not None else None)
            total, c, above = self._settle(dt, free, guess, total, hold)
            error = self._error(dt, ratio, before, free, guess, c)
        except AlloycoatError:
            error = math.inf
        if error > 1.0:
            self.eta, e.psi, e.current, e.band, self.time, e.interface.state = kept
            salt.debt = debt
            if self.cover is not None and front_before is not None:
                self.cover.give_back(taken)
                self.cover.front = front_before
            if e.outer is not None and on_top is not None:
                e.outer.held, e.upper = on_top
            self.look()
            return error
        salt.accept(c, above)
        self.charge += dt * self._middle(self.current, self.last_total, ratio)
        self.earlier, self.last_dt = before, dt
        self.earlier_upper = on_top[1] if on_top is not None else None
        self.earlier_speed = self.speed
        self.last_total, self.current = self.current, total
        if self._draw_islands():
            self._forget()
            self.look()
            e.solve(self.eta, salt.c, total)
        return error

    def _settle(
        self, dt: float, free: Array, guess: Array, total: float, hold: float | None
    ) -> tuple[float, Array, Array]:
        """Current, salt in the picture and in the column after a step of `dt`; at a held voltage all three agree."""
        e, salt, debt = self.electrode, self.salt, self.salt.debt
        weights = backward(dt, self.last_dt)

        def salt_at(current: float) -> tuple[Array, Array]:
            salt.debt = debt
            e.solve(self.eta, guess, current)
            return salt.step(free, e.values[1], e.source, guess, current, dt, weights, free_current=hold is not None)

        if hold is None:
            return total, *salt_at(total)
        found: list[tuple[Array, Array]] = []

        def shown(current: float) -> float:
            try:
                found.append(salt_at(current))
                c, above = found[-1]
                e.solve(self.eta, c, current)
            except AlloycoatError:  # more than the salt can carry
                return math.copysign(math.inf, current)
            return e.voltage(c, salt.column, current, above)

        total = current_at(hold, shown, total, self.path_resistance(total))
        return total, *found[-1]

    def path_resistance(self, total: float) -> float:
        """Rough slope of the voltage with the current in ohm m2: electrolyte, films, layers, charge transfer."""
        scene, e = self.scene, self.electrode
        each = scene.surface.film + e.thermal / max(scene.surface.exchange, 0.5 * abs(total))
        if scene.layer is not None:
            each += scene.layer.resistance
        return scene.gap / (float(e.values[0].mean()) * scene.liquid.permeance) + 2.0 * each

    def _draw_islands(self) -> bool:
        """Draw metal on the layer where there is enough of it; the next step has no history then."""
        outer, cover, drawn = self.electrode.outer, self.cover, False
        if outer is not None and cover is not None:
            while outer.draw(self.eta, cover.front + cover.thickness, cover.covered, self.volume_per_charge):
                drawn = True
        return drawn

    @staticmethod
    def _middle(now: float, earlier: float, ratio: float) -> float:
        """Value at the middle of the coming step, extrapolated from now and a step ago."""
        return now + 0.5 * ratio * (now - earlier)

    def _move(self, dt: float, ratio: float) -> Array | None:
        """Carry the front along for `dt` at the local currents of the middle of the step (extrapolated)."""
        scene, e, band = self.scene, self.electrode, self.electrode.band
        assert band is not None
        at = band.rows, band.columns
        j = _extrapolated(e.current, self.earlier, at, ratio)
        if self.live is not None:
            j = j * self.live[at]
        wanted = -self._middle(self.current, self.last_total, ratio) * dt * self.volume_per_charge * scene.nx / scene.dx
        taken = None
        if self.cover is not None and self.cover.takes:
            j, taken = self.cover.take(j, band.area, band.below, band.columns, dt)
            wanted -= float(taken.sum()) * self.volume_per_charge / scene.dx
        if self.cover is not None:
            self.cover.rise(-j * band.area * band.below * dt * self.volume_per_charge * scene.dx, band.columns)
        if e.outer is not None and e.face is not None:
            plated = e.outer.take(_extrapolated(e.upper, self.earlier_upper, e.face.at, ratio), e.face, dt)
            wanted -= float(plated.sum()) * self.volume_per_charge / scene.dx
        push, known = self._way(dt, ratio, taken is not None, j)
        rows, columns = np.empty(self.eta.size, dtype=np.int64), np.empty(self.eta.size, dtype=np.int64)
        e.interface.state = e.interface.after(self.eta, push, dt)
        front.advance(self.eta, push, known, TAIL, wanted, scene.epsilon, rows, columns)
        way = float(np.abs(push).max()) / scene.dx
        strength = min(RELAXATION * way, 0.2 * scene.dx / scene.epsilon)
        if strength > 0.0:
            front.distance(self.eta, scene.epsilon, self.distance)
            front.relax(self.eta, self.distance, strength, scene.epsilon, scene.dx, np.empty_like(self.eta))
        return taken

    def _way(self, dt: float, ratio: float, alloys: bool, middle: Array) -> tuple[Array, NDArray[np.int8]]:
        """Way of the front along its normal in `dt`, m, and where it is known (1 in the band, more in its tails).

        The mean across the front is extrapolated to the middle of the step, not the current of each cell: a cell passes
        from one side of the front to the other. alloys: plating current is lost to the layer, `middle` is what is left.
        """
        scene, band = self.scene, self.electrode.band
        assert band is not None
        at = band.rows, band.columns
        j = middle if alloys else self.electrode.current[at]
        live = np.ones(len(j), dtype=np.int8) if self.live is None else (self.live[at] > 0).astype(np.int8)
        weight, weighted, mean = np.zeros_like(self.eta), np.zeros_like(self.eta), np.empty(len(j))
        weight[at], weighted[at] = band.area, band.area * j * live
        front.along_normal(
            weight, weighted, self.distance, scene.epsilon, scene.dx, band.rows, band.columns, len(j), mean
        )

        def spread(values: Array) -> tuple[Array, NDArray[np.int8]]:
            found, known = np.zeros_like(self.eta), np.zeros(self.eta.shape, dtype=np.int8)
            found[at], known[at] = values, live
            front.spread(self.eta, found, TAIL, 10, known)
            return found, known

        self.speed, known = spread(-mean * self.volume_per_charge)
        old = self.earlier_speed
        push = self.speed * dt
        if ratio and old is not None:
            push = np.where(old != 0.0, push + 0.5 * ratio * dt * (self.speed - old), push)
        if self.cover is not None:
            # along the normal: a vertical way times its cosine
            steep = np.clip(-np.gradient(self.distance, scene.dx, axis=0)[at], 0.0, 1.0)
            push = push + spread(self.cover.flow()[band.columns] * band.below * steep)[0]
        return push, known

    def _error(self, dt: float, ratio: float, before: Array, free: Array, guess: Array, c: Array) -> float:
        """Change against the prediction: salt where there is electrolyte (relative), way of the front (cells)."""
        scene, e, band = self.scene, self.electrode, self.electrode.band
        assert band is not None
        seen = free > 0.02
        size = np.maximum(c, guess)[seen] + NEGLIGIBLE * scene.liquid.concentration
        salt = float((np.abs(c - guess)[seen] / size).max()) / (1.0 if ratio else 3.0)
        at = band.rows, band.columns
        j, old = e.current[at], before[at]
        expected = old
        if ratio and self.earlier is not None:
            oldest = self.earlier[at]
            expected = np.where(oldest != 0.0, old + ratio * (old - oldest), old)
        both = (old != 0.0) & (band.area * scene.epsilon > 0.1)
        way = np.abs(j - expected)[both]
        cells = float(way.max()) * dt * self.volume_per_charge / scene.dx if way.size else 0.0
        return max(salt, cells) / scene.tolerance

    def state(self) -> dict[str, Array]:
        """Everything that the next step depends on, as arrays."""
        e, salt = self.electrode, self.salt
        kept = {
            "eta": self.eta, "psi": e.psi, "local": e.current, "film": e.interface.state, "c": salt.c,
            "c_before": salt.before, "column": salt.column.c, "column_before": salt.column.before,
            "earlier": np.empty(0) if self.earlier is None else self.earlier,
            "earlier_speed": np.empty(0) if self.earlier_speed is None else self.earlier_speed,
            "scalars": np.array([
                self.time, self.charge, self.current, self.first_metal,
                np.nan if self.last_dt is None else self.last_dt, self.last_total, salt.debt, e.solves, e.iterations,
            ]),
        }  # fmt: skip
        if e.outer is not None:
            none = np.empty(0)
            kept |= {"held": e.outer.held, "upper": e.upper}
            kept["earlier_upper"] = none if self.earlier_upper is None else self.earlier_upper
        if self.cover is not None:
            kept |= {"taken": self.cover.taken, "thickness": self.cover.thickness, "front": self.cover.front}
        return kept

    def set_state(self, kept: dict[str, Array]) -> None:
        """Take the state of an earlier run of the same scene."""
        e, salt = self.electrode, self.salt
        self.eta, e.psi, e.current = (kept[name].copy() for name in ("eta", "psi", "local"))
        e.interface.state = kept["film"].copy()
        salt.c, salt.before = kept["c"].copy(), kept["c_before"].copy()
        salt.column.c, salt.column.before = kept["column"].copy(), kept["column_before"].copy()
        self.earlier = kept["earlier"].copy() if kept["earlier"].size else None
        self.earlier_speed = kept["earlier_speed"].copy() if kept["earlier_speed"].size else None
        values = kept["scalars"]
        self.time, self.charge, self.current, self.first_metal = (float(value) for value in values[:4])
        self.last_dt = None if np.isnan(values[4]) else float(values[4])
        self.last_total, salt.debt = float(values[5]), float(values[6])
        e.solves, e.iterations = int(values[7]), int(values[8])
        if self.cover is not None:
            self.cover.taken, self.cover.thickness = kept["taken"].copy(), kept["thickness"].copy()
            self.cover.front = kept["front"].copy()
        if e.outer is not None:
            e.outer.held, e.upper = kept["held"].copy(), kept["upper"].copy()
            self.earlier_upper = kept["earlier_upper"].copy() if kept["earlier_upper"].size else None
        self.look()
        e.properties(salt.c, e.values)


def _extrapolated(now: Array, earlier: Array | None, at: tuple[Rows, Rows], ratio: float) -> Array:
    """Current at the middle of the coming step in the cells `at`; where there was none a step ago, that of now."""
    j = now[at]
    if not ratio or earlier is None:
        return np.asarray(j)
    old = earlier[at]
    return np.asarray(np.where(old != 0.0, j + 0.5 * ratio * (j - old), j))


def first_front(scene: Scene) -> Array:
    """The metal before plating: a rough plane, tanh profile."""
    height = scene.base + scene.surface.roughness * line(scene, "height", scene.surface.film_grain)
    y = (np.arange(scene.ny) + 0.5) * scene.dx
    return 0.5 * (1.0 - np.tanh((y[:, None] - height[None, :]) / (2.0 * scene.epsilon)))


def metal_on_layer(deposit: Deposit) -> float:
    """Metal that only the layer connects with the electrode, over all metal that has grown."""
    outer = deposit.electrode.outer
    if outer is None or deposit.charge >= 0.0:
        return 0.0
    apart = float((deposit.eta * (1.0 - front.connected(deposit.eta, 0.3))).sum()) * deposit.scene.dx / deposit.scene.nx
    return (apart / deposit.volume_per_charge + float(outer.held.mean())) / -deposit.charge


def conductor(deposit: Deposit) -> Array:
    """Share of what conducts electrons: metal, and the layer where it lets them through."""
    if deposit.cover is None or deposit.electrode.outer is None:
        return deposit.eta
    return np.asarray(deposit.eta + (1.0 - deposit.eta) * deposit.cover.share)
