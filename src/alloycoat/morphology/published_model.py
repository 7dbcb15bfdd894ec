"""Two published phase-field models of lithium plating, as they were published: to be compared with their curves.

Hong and Viswanathan 2018 (doi 10.1021/acsenergylett.8b01009) and the isotropic liquid of Ahmad et al. 2020 (doi
10.1073/pnas.2008841117), in the units of the papers: um, s, V, concentrations as site fractions. Nothing of them
enters the model of this package: there the interface is not thinner than the mesh allows, and salt and film are those
of the cell. Unknowns: eta (metal 1), w (chemical potential over RT), pot (V). Initial fields, sides, noise and
parameters are those of the input files that were published with the papers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError
from alloycoat.morphology.kernels import published as kernels
from alloycoat.morphology.kernels import published3 as space_kernels
from alloycoat.morphology.kernels.drift import DriftSolver
from alloycoat.morphology.kernels.elliptic import EllipticSolver, Side, Sides

Array = NDArray[np.float64]


class Published(NamedTuple):
    """Constants of one model, by the names of the papers.

    levels in units of RT; energy: RT in their unit of energy (their diffusive flow is D c grad mu without 1/RT);
    power: of 1 - h in the diffusive flow; width: of the initial tanh profile in um; noise: largest rate in 1/s of
    their uniform noise, drawn at every quadrature point for every time step; nucleus: radius in um, 0 for a flat
    front.
    """

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
    energy: float = 1.0
    power: int = 2
    width: float = 0.5
    noise_step: float = 0.02


HONG = Published(
    "hong2018", 0.3, 317.9, 1e6, 1.19, 6.25, 0.001, 2.4, -13.8, 2.631, 38.69, 5.5, 0.0074, 1.0 / 14.89, -0.45, 0.04,
    0.0, "10.1021/acsenergylett.8b01009",
)  # fmt: skip
AHMAD = Published(
    "ahmad2020", 0.33, 319.7, 3.953e12, 4.704e5, 6.318, 0.1347, 2.64, -13.64 / 0.987, 2.598 / 0.987, 38.14 / 0.987,
    5.342, 2934.0, 0.067083438, -0.2, 0.0, 5.0, "10.1073/pnas.2008841117", 0.987, 1, 2.0, 0.01,
)  # fmt: skip
FLAT = AHMAD._replace(name="ahmad2020-flat", noise=0.04, nucleus=0.0, width=0.5)

SIZE, _ELECTRODE = 200.0, 20.0
_PHASE_STEP = 0.9
_NEWTON, _WANTED, _MORE, _INNER = 8, 5, 1.001, 0.05
# mean square of the nodal load of noise of variance 1, along each axis, on linear elements of size one with two
# quadrature points and a number for every point and test function: each node sums four with squared weights of 1/3
_LOAD = 1.0 / 3.0


def _flat(field: Array) -> Array:
    """All axes but the first made one: what works cell by cell does not ask for more."""
    return field.reshape(len(field), -1)


class PublishedRun:
    """One model on square or cubic cells, whose first axis leads away from the electrode.

    cells: along one side of the published 200 um x 200 um; step: longest time step in s; seed: of the noise (no
    noise, nothing random); settled: lithium left unbalanced by Newton's method, over the first concentration.
    """

    def __init__(
        self, model: Published, cells: int = 200, *, step: float = 0.25, seed: int = 0, settled: float = 0.01
    ) -> None:
        self._take(model, (cells, cells), SIZE / cells, step, seed, settled)
        self._begin()

    def _solvers(self, shape: Any) -> tuple[Any, Any]:
        """Of the potential and of the salt."""
        walls = {"low_y": Side("flux"), "high_y": Side("flux")}
        sides = Sides(Side("value", self.model.potential), Side("value"), **walls)
        return EllipticSolver(shape, (self.spacing, self.spacing), sides), DriftSolver(shape)

    def _take(
        self, model: Published, shape: tuple[int, ...], spacing: float, step: float, seed: int, settled: float
    ) -> None:
        """Fields at the begin, and room for work."""
        self.settled, self.model, self.spacing = settled, model, spacing
        self.longest, self.step, self._last = step, 0.1 * step, 0.1 * step
        places = np.meshgrid(*((np.arange(n) + 0.5) * spacing for n in shape), indexing="ij")
        distance = places[0] - _ELECTRODE
        if model.nucleus:
            away = [y - 0.5 * n * spacing for y, n in zip(places[1:], shape[1:], strict=True)]
            radius = np.sqrt(distance**2 + sum(d * d for d in away))
            distance = np.where(distance < 0, distance, radius - model.nucleus)
        self.eta = 0.5 * (1.0 - np.tanh(distance / model.width))
        self.share = np.full(shape, model.c0)
        self.edge = float(model.level + np.log(model.c0 / (1.0 - model.c0)))
        self.w = np.full(shape, self.edge)
        self.pot = model.potential * self.eta
        self.time, self.steps, self.buried = 0.0, 0, 0
        self._seed, self._ratio = seed, float(np.exp(model.solid_level - model.level))
        self._strength = model.noise / np.sqrt(3.0) * (_LOAD / spacing) ** (0.5 * len(shape))
        self._work, self._nothing = np.zeros((8, *shape)), np.zeros(shape)
        self._noise = np.zeros(shape)
        self._rows = np.zeros(shape[0], dtype=np.int64)
        self._conduct, self._diffuse = self._solvers(shape)

    def bury(self) -> None:
        """Leave out rows 16 and more below the front: solid metal there, of one potential, at rest.

        `buried` counts them; eta, share, w and pot hold the rows beyond.
        """
        kernels.find_front(_flat(self.eta), 16, self._rows)
        low = int(np.argmax(self._rows)) // 8 * 8
        if not low or not self._rows.any():
            return
        self.buried += low
        for name in (
            "eta", "share", "w", "pot", "_content", "_earlier_content", "_earlier_w", "_earlier_pot", "_rate",
            "_noise", "_nothing", "_rows",
        ):  # fmt: skip
            setattr(self, name, getattr(self, name)[low:].copy())
        self._work = self._work[:, low:].copy()
        self._conduct, self._diffuse = self._solvers(self.eta.shape)

    def whole(self, field: Array, below: float) -> Array:
        """A field with the buried rows, which hold `below`."""
        return np.concatenate([np.full((self.buried, *field.shape[1:]), below), field])

    def _begin(self) -> None:
        """Take the fields as they stand for the first."""
        self._content = self._contents()
        self._earlier_content, self._earlier_w = self._content.copy(), self.w.copy()
        self._rate = np.zeros(self.eta.shape)
        for _ in range(3):
            self._rate = self._front_rate()
            self._solve_potential(self.pot)
        self._earlier_pot = self.pot.copy()

    def _contents(self) -> Array:
        out = np.empty(self.eta.shape)
        kernels.content(_flat(self.eta), _flat(self.share), self._ratio, self.model.sites, _flat(out))
        return out

    def _exchange(self, eta: Array, pot: Array, plating: Array, stripping: Array) -> None:
        m, fields = self.model, (_flat(eta), _flat(self.share), _flat(pot))
        kernels.exchange(*fields, self._rows, m.kinetics, m.thermal, m.c0, _flat(plating), _flat(stripping))

    def _move_front(self, begin: Array, factor: float, step: float, count: int) -> Array:
        """eta after `count` steps of `step`, the plating rates in the first two work arrays."""
        m, work, eta = self.model, self._work, begin.copy()
        move = kernels.move_front if eta.ndim == 2 else space_kernels.move_front
        move(
            eta, work[0], work[1], work[2], factor, self._noise, self._rows, m.mobility, m.barrier, m.kappa,
            self.spacing, step, count, work[3], work[4],
        )  # fmt: skip
        return eta

    def _front_rate(self) -> Array:
        """d eta/dt as things stand: what the potential needs as its source."""
        tiny = 1e-7
        kernels.find_front(_flat(self.eta), 8, self._rows)
        self._noise[:] = 0.0
        self._exchange(self.eta, self.pot, self._work[0], self._work[2])
        self._work[1] = self._work[0]
        return np.asarray((self._move_front(self.eta, 1.0, tiny, 1) - self.eta) / tiny)

    def _solve_potential(self, guess: Array) -> None:
        m, sigma = self.model, self._work[5]
        kernels.conductivity(_flat(self.eta), m.electrode, m.electrolyte, _flat(sigma))
        self._conduct.set_conductivity(sigma)
        solution = self._conduct.solve(m.charge * self._rate, guess, tolerance=1e-4)
        if not solution.converged:
            raise AlloycoatError(f"{m.name}: the potential was not found at {self.time:.1f} s")
        self.pot = solution.phi

    def advance(self, until: float = np.inf) -> None:
        """One step, at most to `until`: front and salt together by Newton's method, then the potential.

        A step whose Newton iteration does not settle is halved; one that settles soon makes the next one longer.
        Raises AlloycoatError where even the shortest step does not settle.
        """
        dt = min(self.step, until - self.time)
        kernels.find_front(_flat(self.eta), 8, self._rows)
        before, start, share = self.eta, self.w, self.share
        self._exchange(before, self.pot, self._work[0], self._work[2])
        while True:
            used = self._move(before, start, share, dt)
            if used <= _NEWTON:
                break
            dt *= 0.5
            if dt < 1e-4:
                raise AlloycoatError(f"{self.model.name}: front and salt were not found at {self.time:.2f} s")
        self._rate = (self.eta - before) / dt
        self._earlier_content, self._content = self._content, self._contents()
        guess = self.pot + dt / self._last * (self.pot - self._earlier_pot)
        self._earlier_w, self._earlier_pot, self._last = start, self.pot, dt
        self._solve_potential(guess)
        self.time += dt
        self.steps += 1
        # a step cut short by `until` says nothing about the next one
        self.step = dt if dt < 0.999 * min(self.step, until - self.time + dt) else self.step
        self.step = min(self.longest, self.step * (1.15 if used < _WANTED else 1.0 if used == _WANTED else 0.8))

    def _move(self, before: Array, start: Array, share: Array, dt: float) -> int:
        """eta and w after dt, the potential extrapolated; the Newton steps, more than allowed if it fails."""
        m, solver, work = self.model, self._diffuse, self._work
        stiff = m.mobility * (2.0 * m.barrier + 4.0 * before.ndim * m.kappa / self.spacing**2)
        count = max(1, int(np.ceil(dt * stiff / (2.0 * _PHASE_STEP))))
        self._make_noise(before, dt)
        grown = dt / self._last if self.steps else 0.0
        pot = self.pot + grown * (self.pot - self._earlier_pot)
        self.w, self.share = start.copy(), share.copy()
        weights = self.spacing**2 / dt * np.array([1.0, -1.0, 0.0])
        if grown:
            change = np.expm1(np.clip(grown * (start - self._earlier_w), -0.5, 0.5))
            self._shift(change, self._nothing, 0.0, 1.0)
            weights = np.array([(1 + 2 * grown) / (1 + grown), -(1 + grown), grown**2 / (1 + grown)])
            weights *= self.spacing**2 / dt
        for used in range(1, _NEWTON + 1):
            self._exchange(before, pot, work[1], work[2])
            self.eta = self._move_front(before, 1.0, dt / count, count)
            if used <= _WANTED:
                # how much more metal a stronger drive would have made: the front is unstable, so not drive times dt
                more = (self._move_front(before, _MORE, dt / count, count) - self.eta) / ((_MORE - 1.0) * self.share)
            self._balance(pot, more, weights)
            solver.refresh()
            change, _ = solver.solve_drift(-work[5], _INNER)
            # what counts is lithium: in nearly solid cells, or without salt, its potential means nothing
            left = self._shift(change, solver.sink, weights[0], 0.9 if used <= 2 else 0.6)
            if left < self.settled * weights[0] * m.c0:
                return used
        return _NEWTON + 1

    def _make_noise(self, eta: Array, dt: float) -> None:
        """Mean rate of the noise over a step: a field for every interval of the papers, whatever our steps."""
        m = self.model
        if m.noise:
            span = self.time, self.time + dt, m.noise_step
            place = self._seed, self.buried
            kernels.white_noise(_flat(eta), self._rows, *place, *span, self._strength, _flat(self._noise))

    def _shift(self, change: Array, sink: Array, weight: float, most: float) -> float:
        """Change the salt; the largest change of lithium times weight."""
        fields, levels = (_flat(self.w), _flat(self.share)), (self._ratio, self.model.sites)
        return float(kernels.shift(_flat(change), _flat(sink), weight, most, _flat(self.eta), *levels, *fields))

    def _balance(self, pot: Array, more: Array, weights: Array) -> None:
        """Newton's system of the salt into the solver, its defect into a work array."""
        m, solver, work = self.model, self._diffuse, self._work
        flat = self.eta.ndim == 2
        conductances = (solver.tx, solver.ty) if flat else (solver.tx, solver.ty, solver.tz)
        (kernels.balance if flat else space_kernels.balance)(
            self.eta, self.w, self.share, pot, more, self._content, self._earlier_content, weights,
            m.diffusivity * m.energy, m.power, m.thermal / m.energy, self._ratio, m.sites, self.edge,
            *conductances, solver.sink, solver.drift, work[5], work[6], work[7],
        )  # fmt: skip

    def concentration(self) -> Array:
        """Salt in the liquid over that of the begin."""
        h = np.clip(self.eta, 0.0, 1.0)
        return np.asarray(self.share * (1.0 - h**3 * (h * (6.0 * h - 15.0) + 10.0)) / self.model.c0)

    def heights(self) -> NDArray[np.float32]:
        """Highest metal of every column in um."""
        solid = self.eta >= 0.5
        top = len(solid) - np.argmax(solid[::-1], axis=0)
        return np.where(solid.any(axis=0), (self.buried + top) * self.spacing, 0.0).astype(np.float32)

    def front(self) -> float:
        """Highest place with eta >= 1/2, in m."""
        eta = _flat(self.eta)
        rows = np.nonzero((eta >= 0.5).any(axis=1))[0]
        if not len(rows):
            return 0.0
        i = int(rows[-1])
        solid = eta[i] >= 0.5
        here = eta[i, solid]
        after = eta[i + 1, solid] if i + 1 < len(eta) else np.zeros(len(here))
        return float((self.buried + i + 0.5 + np.max((here - 0.5) / (here - after))) * self.spacing * 1e-6)
