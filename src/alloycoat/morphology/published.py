"""Two published phase-field models of lithium plating, as they were published: to be compared with their curves.

Hong and Viswanathan 2018 (doi 10.1021/acsenergylett.8b01009) and the liquid case of Ahmad et al. 2020 (doi
10.1073/pnas.2008841117), in the units of the papers: um, s, V, concentrations as site fractions. Nothing of them
enters the model of this package: there the interface is not thinner than the mesh allows, and salt and film are those
of the cell. Unknowns: eta (metal 1), w (chemical potential over RT), pot (V).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError
from alloycoat.morphology.kernels import published as kernels
from alloycoat.morphology.kernels.elliptic import EllipticSolver, Side, Sides

Array = NDArray[np.float64]


class Published(NamedTuple):
    """Constants of one model, by the names of the papers; `noise` per step of 0.02 s and cell of 1 um."""

    name: str
    kappa: float
    diffusivity: float
    electrode: float
    electrolyte: float
    mobility: float
    kinetics: float
    barrier: float
    solid_level: float
    level: float
    thermal: float
    sites: float
    charge: float
    c0: float
    potential: float
    noise: float
    nucleus: float
    doi: str


HONG = Published(
    "hong2018", 0.3, 317.9, 1e6, 1.19, 6.25, 0.001, 2.4, -13.8, 2.631, 38.69, 5.5, 0.0074, 1.0 / 14.89, -0.45, 0.04,
    0.0, "10.1021/acsenergylett.8b01009",
)  # fmt: skip
AHMAD = Published(
    "ahmad2020", 0.33, 319.7, 3.953e12, 4.704e5, 6.318, 0.1347, 2.64, -13.64, 2.598, 38.14 / 0.987, 5.342, 2934.0,
    0.067083, -0.2, 0.0, 5.0, "10.1073/pnas.2008841117",
)  # fmt: skip
MODELS = {model.name: model for model in (HONG, AHMAD)}

_SIZE, _ELECTRODE, _NOISE_STEP = 200.0, 20.0, 0.02
_PHASE_STEP = 0.9
_NEWTON, _MORE = 8, 1.001


@dataclass(frozen=True)
class PublishedGrowth:
    """What a published model did.

    time_s and front_m (highest place with eta >= 1/2) sampled; eta, concentration (share of the first) and potential
    at the end (first axis away from the electrode); frames of eta; steps; why it ended (completed, span).
    """

    model: Published
    time_s: Array
    front_m: Array
    eta: Array
    concentration: Array
    potential: Array
    frames: NDArray[np.float32]
    steps: int
    ended: str


class PublishedRun:
    """One model on cells x cells cells of 200 um / cells.

    step: longest time step in s of potential and salt; the front takes smaller ones by itself. seed: of the noise (no
    noise, nothing random). settled: lithium left unbalanced by Newton's method, over the first concentration.
    """

    def __init__(
        self, model: Published, cells: int = 200, *, step: float = 0.25, seed: int = 0, settled: float = 0.02
    ) -> None:
        self.settled = settled
        self.model, self.cells, self.spacing = model, cells, _SIZE / cells
        self.longest, self.step, self._last = step, 0.1 * step, 0.1 * step
        h = self.spacing
        x, y = np.meshgrid(*2 * [(np.arange(cells) + 0.5) * h], indexing="ij")
        distance = x - _ELECTRODE
        if model.nucleus:
            distance = np.minimum(distance, np.hypot(distance, y - 0.5 * _SIZE) - model.nucleus)
        self.eta = 0.5 * (1.0 - np.tanh(2.0 * distance))
        self.w = np.full((cells, cells), model.level + np.log(model.c0 / (1.0 - model.c0)))
        self.edge = float(self.w[0, 0])
        self.pot = 0.5 * model.potential * (1.0 - np.tanh(2.0 * (x - _ELECTRODE)))
        self.time, self.steps = 0.0, 0
        self._random = np.random.Generator(np.random.Philox(seed))
        shape, spacing = (cells, cells), (h, h)
        walls = {"low_y": Side("flux"), "high_y": Side("flux")}
        self._conduct = EllipticSolver(shape, spacing, Sides(Side("value", model.potential), Side("value"), **walls))
        self._diffuse = EllipticSolver(shape, (1.0, 1.0), Sides(Side("flux"), Side("value"), **walls))
        self._work = np.empty((6, cells, cells))
        self._rows = np.zeros(cells, dtype=np.int64)
        self._earlier_pot, self._earlier_w = self.pot.copy(), self.w.copy()
        self._content = self._contents()
        self._earlier_content = self._content.copy()
        self._rate = np.zeros(shape)
        for _ in range(3):
            self._rate = self._front_rate()
            self._solve_potential()
        self._earlier_pot = self.pot.copy()

    def _contents(self) -> Array:
        m, out = self.model, np.empty(self.eta.shape)
        kernels.content(self.eta, self.w, m.solid_level, m.level, m.sites, out)
        return out

    def _drive(self, eta: Array, w: Array, pot: Array) -> Array:
        m = self.model
        kernels.amplitude(eta, w, pot, m.kinetics, m.thermal, m.level, m.c0, self._work[0])
        return np.asarray(self._work[0])

    def _front_rate(self) -> Array:
        """d eta/dt as things stand: what the potential needs as its source."""
        m, before = self.model, self.eta.copy()
        drive, tiny = self._drive(self.eta, self.w, self.pot), 1e-7
        kernels.find_front(self.eta, 8, self._rows)
        kernels.move_front(
            before, drive, self._rows, m.mobility, m.barrier, m.kappa, self.spacing, tiny, 1, *self._work[1:3]
        )
        return np.asarray((before - self.eta) / tiny)

    def _solve_potential(self) -> None:
        m, h = self.model, np.clip(self.eta, 0.0, 1.0)
        h = h**3 * (h * (6.0 * h - 15.0) + 10.0)
        self._conduct.set_conductivity(m.electrode * h + m.electrolyte * (1.0 - h))
        solution = self._conduct.solve(m.charge * self._rate, self.pot, tolerance=1e-4)
        if not solution.converged:
            raise AlloycoatError(f"{m.name}: the potential was not found at {self.time:.1f} s")
        self.pot = solution.phi

    def advance(self, until: float = np.inf) -> None:
        """One step, at most to `until`: front and salt together by Newton's method, then the potential.

        A step whose Newton iteration does not settle is halved; one that settles at once makes the next one longer.
        Raises AlloycoatError where even the shortest step does not settle.
        """
        m, dt = self.model, min(self.step, until - self.time)
        kernels.find_front(self.eta, 8, self._rows)
        before, start = self.eta, self.w
        if m.noise:
            # the variance of uniform noise drawn anew every 0.02 s and cell of 1 um, whatever step and mesh
            width = m.noise / np.sqrt(3.0) * np.sqrt(_NOISE_STEP * dt) / self.spacing
            kick = width * self._random.standard_normal(self.eta.shape)
            before = before + np.where((before > 1e-3) & (before < 1.0 - 1e-3), kick, 0.0)
            # noise of the front is not taken from the salt, which may have none left there
            self.eta = before
            change = self._contents() - self._content
            self._content, self._earlier_content = self._content + change, self._earlier_content + change
        while True:
            used = self._move(before, start, dt)
            if used <= _NEWTON:
                break
            dt *= 0.5
            if dt < 1e-4:
                raise AlloycoatError(f"{m.name}: front and salt were not found at {self.time:.2f} s")
        self._rate = (self.eta - before) / dt
        self._earlier_content, self._content = self._content, self._contents()
        self._earlier_w, self._earlier_pot, self._last = start, self.pot, dt
        self._solve_potential()
        self.time += dt
        self.steps += 1
        # a step cut short by `until` says nothing about the next one
        self.step = dt if dt < 0.999 * min(self.step, until - self.time + dt) else self.step
        self.step = min(self.longest, 1.2 * self.step) if used < _NEWTON - 1 else self.step

    def _move(self, before: Array, start: Array, dt: float) -> int:
        """eta and w after dt, the potential extrapolated; the Newton steps, more than allowed if it fails."""
        m, solver, work = self.model, self._diffuse, self._work
        stiff = m.mobility * (2.0 * m.barrier + 8.0 * m.kappa / self.spacing**2)
        count = max(1, int(np.ceil(dt * stiff / (2.0 * _PHASE_STEP))))
        grown = dt / self._last if self.steps else 0.0
        pot = self.pot + grown * (self.pot - self._earlier_pot)
        self.w = start + np.clip(grown * (start - self._earlier_w), -0.5, 0.5)
        scale = self.spacing**2 / dt
        weights = scale * np.array([(1 + 2 * grown) / (1 + grown), -(1 + grown), grown**2 / (1 + grown)])
        for used in range(1, _NEWTON + 1):
            drive = self._drive(before, self.w, pot)
            self.eta = before.copy()
            kernels.move_front(
                self.eta, drive, self._rows, m.mobility, m.barrier, m.kappa, self.spacing, dt / count, count,
                *work[1:3],
            )  # fmt: skip
            if used <= 2:
                # how much more metal a stronger drive would have made: the front is unstable, so not drive times dt
                more = before.copy()
                kernels.move_front(
                    more, drive * _MORE, self._rows, m.mobility, m.barrier, m.kappa, self.spacing, dt / count, count,
                    *work[1:3],
                )  # fmt: skip
                more = (more - self.eta) / (_MORE - 1.0)
            kernels.balance(
                self.eta, self.w, pot, more, self._content, self._earlier_content, weights, m.diffusivity, m.thermal,
                m.level, m.solid_level, m.sites, self.edge, solver.tx, solver.ty, solver.sink, work[4], work[5],
            )  # fmt: skip
            solver.leak[:] = solver.sink  # what is solved for is a change, zero on the sides
            solver.refresh()
            change = solver.solve(work[4], tolerance=1e-2).phi
            # Newton's step of the salt itself, which stays above a tenth of what it was
            self.w = self.w + np.log1p(np.maximum(change, -0.9))
            # what counts is lithium: in nearly solid cells, or without salt, its potential means nothing
            if np.max(np.abs(change) * solver.sink) < self.settled * weights[0] * m.c0:
                return used
        return _NEWTON + 1

    def front(self) -> float:
        """Highest place with eta >= 1/2, in m."""
        rows = np.nonzero((self.eta >= 0.5).any(axis=1))[0]
        if not len(rows):
            return 0.0
        i = int(rows[-1])
        e = float(self.eta[i].max())
        after = float(self.eta[i + 1, int(np.argmax(self.eta[i]))]) if i + 1 < self.cells else 0.0
        return float((i + 0.5 + (e - 0.5) / max(e - after, 1e-12)) * self.spacing * 1e-6)


def grow_published(
    name: str,
    *,
    seconds: float = 400.0,
    cells: int = 200,
    step: float = 0.25,
    seed: int = 0,
    samples: int = 80,
    tell: Callable[[float, str], None] | None = None,
) -> PublishedGrowth:
    """Run a published model ("hong2018" or "ahmad2020") for `seconds` of its time, or until the front crosses.

    cells: 200 as published (1 um); step: longest of potential and salt in s; samples: of the front, pictures kept;
    tell: told the share done and a line. Raises AlloycoatError where the potential is not found.
    """
    run = PublishedRun(MODELS[name], cells, step=step, seed=seed)
    times, fronts, frames, ended = [0.0], [run.front()], [run.eta.astype(np.float32)], "completed"
    for sample in range(1, samples + 1):
        until = seconds * sample / samples
        while run.time < until * (1.0 - 1e-12):
            run.advance(until)
        times.append(run.time)
        fronts.append(run.front())
        frames.append(run.eta.astype(np.float32))
        if tell is not None:
            tell(sample / samples, f"{run.time:.0f} s, front {fronts[-1] * 1e6:.1f} um")
        if fronts[-1] > 0.98e-6 * _SIZE:
            ended = "span"
            break
    h = np.clip(run.eta, 0, 1)
    share = 1.0 / (1.0 + np.exp(run.model.level - run.w)) * (1.0 - h**3 * (h * (6 * h - 15) + 10)) / run.model.c0
    return PublishedGrowth(
        run.model, np.array(times), np.array(fronts), run.eta, share, run.pot, np.array(frames), run.steps, ended
    )
