"""The potential of a deposit at a given total current: charge transfer at the front, films, layer, electrolyte."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from alloycoat.electrochemistry import layer_resistance, overpotential, tabulate
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.morphology.cover import Cover
from alloycoat.morphology.interface import Interface
from alloycoat.morphology.kernels import deposition as front
from alloycoat.morphology.kernels import liquid as fluid
from alloycoat.morphology.kernels.elliptic import EllipticSolver
from alloycoat.morphology.outer_face import Face, OuterFace
from alloycoat.morphology.salt import Column, make_solver
from alloycoat.morphology.scene import Scene
from alloycoat.morphology.texture import Noise
from alloycoat.quantities import FARADAY, GAS_CONSTANT

Array = NDArray[np.float64]
PROFILE = 1.0 - 2.0 * front.REACTS
"""Share of the interface profile in which charge is transferred."""


@dataclass(slots=True)
class Band:
    """The cells of the front: rows, columns, area of front per volume (1/m), what drives it apart from phi (V).

    below: share of it that lies below the layer.
    """

    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    area: Array
    offset: Array
    exchange: Array
    film: Array
    below: Array


@dataclass(slots=True)
class Electrode:
    """Potential, local current and the numbers behind them for one scene.

    psi: phi - ((z + 1)/z)(RT/F) E(c) in V, with the metal at zero: what drives the current. current: A/m2 of front in
    the cells of the band, zero elsewhere (positive strips). feed: share of the current that enters in each cell: the
    top row, evenly, because the counter electrode's charge transfer evens it out over far more than the width.
    """

    scene: Scene
    cover: Cover | None
    solver: EllipticSolver = field(init=False)
    thermal: float = field(init=False)
    mixing: float = field(init=False)
    knots: Array = field(init=False)
    table: Array = field(init=False)
    reference: float = field(init=False)
    interface: Interface = field(init=False)
    noise: Noise = field(init=False)
    psi: Array = field(init=False)
    current: Array = field(init=False)
    values: Array = field(init=False)
    source: Array = field(init=False)
    feed: Array = field(init=False)
    sheet: Array | None = None  # film on a resolved layer, ohm m2
    outer: OuterFace | None = None
    face: Face | None = None
    upper: Array = field(init=False)  # current on the outer face, as `current`
    band: Band | None = None
    imbalance: float = 0.0
    slope: float = 0.0  # largest dj/dV of the front, A/(m2 V)
    solves: int = 0
    iterations: int = 0

    def __post_init__(self) -> None:
        scene, liquid = self.scene, self.scene.liquid
        shape = (scene.ny, scene.nx)
        self.solver = make_solver(scene)
        self.thermal = GAS_CONSTANT * liquid.temperature_K / FARADAY
        self.mixing = (liquid.charge + 1.0) / liquid.charge * self.thermal
        try:
            table = tabulate(liquid.conductivity, liquid.diffusivity, liquid.transference, liquid.thermodynamic_factor)
        except ValueError as error:
            raise RecipeError(f"[cell] electrolyte: {error}") from None
        self.knots, self.table = table.knots, table.rows
        self.values = np.zeros((4, *shape))
        self.reference = float(self.properties(np.full((1, 1), liquid.concentration), np.zeros((4, 1, 1)))[3, 0, 0])
        self.interface = Interface(scene)
        self.noise = Noise(scene)
        self.feed = np.zeros(shape)
        self.feed[-1] = 1.0 / scene.nx
        self.psi, self.current, self.source = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.upper = np.zeros(shape)
        if scene.layer is not None and scene.layer.conducts:
            self.outer = OuterFace(scene, scene.layer)

    def properties(self, c: Array, out: Array) -> Array:
        """Conductivity, diffusivity, transference and E(c) of every cell."""
        fluid.properties(c, self.knots, self.table, fluid.EMPTY * self.scene.liquid.concentration, out)
        return out

    def find_band(self, eta: Array, d: Array, live: Array | None, time: float) -> Band:
        """The front as it is now: area, curvature, pressure, film, exchange current."""
        scene, surface = self.scene, self.scene.surface
        most = eta.size
        rows, columns = np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64)
        count = front.find_band(eta, front.REACTS, rows, columns)
        rows, columns = rows[:count].copy(), columns[:count].copy()
        share = eta[rows, columns]
        # |grad eta|, whose integral across the front is 1 for a profile of any width
        steep = np.empty(count)
        front.slopes(d, scene.dx, rows, columns, count, steep)
        area = steep * share * (1.0 - share) / (scene.epsilon * PROFILE)
        if live is not None:
            area = area * live[rows, columns]
        bend, stiff = np.empty(count), np.ones(count)
        front.curvature(d, scene.dx, rows, columns, count, bend)
        if surface.anisotropy:
            front.steepness(d, rows, columns, count, surface.orientation, stiff)
            # stiffness gamma + gamma'' of gamma (1 + a cos 4 theta)
            stiff = 1.0 - 15.0 * surface.anisotropy * stiff
        offset = surface.surface_energy * stiff * np.clip(bend, -0.5 / scene.dx, 0.5 / scene.dx)
        factor = self.interface.state[rows, columns]
        film, exchange = surface.film * factor, surface.exchange / factor
        below = np.zeros(count)
        if self.cover is not None:
            layer, below = scene.layer, self.cover.share[rows, columns]
            assert layer is not None
            lifted = np.empty(count)
            front.lifting(d, rows, columns, count, lifted)
            area = area * (1.0 - below * (1.0 - lifted))
            offset = offset + below * self.cover.pressure[columns]
            aged, through = self.cover.film(time), np.full(count, self.cover.held_back)
            if layer.resolved:
                self.sheet = np.broadcast_to(layer.film * aged + self.cover.rest, eta.shape)
                aged = np.ones(scene.nx)
            else:
                through = layer.film * aged[columns] + self.cover.thickness[columns] / self.cover.across
            # at the rim of a hole both interfaces share a cell: mixed by the logarithm, none jumps
            film = (1.0 - below) * film + below * through
            exchange = exchange ** (1.0 - below) * (surface.exchange * layer.exchange_factor / aged[columns]) ** below
            if self.outer is not None:
                film = film + self.outer.resistance * self._apart(eta)[rows, columns]
                self.face = self.outer.find(eta, self.cover.share, self.cover.hungry)
        wobble = self.noise.at(time)
        if wobble is not None:
            faster = np.exp(wobble[rows, columns])
            film, exchange = film / faster, exchange * faster
            if self.sheet is not None:
                self.sheet = self.sheet / np.exp(wobble)
        offset = offset * surface.molar_volume / (scene.liquid.charge * FARADAY)
        self.band = Band(rows, columns, area, offset, exchange, film, below)
        return self.band

    def _apart(self, eta: Array) -> Array:
        """1 in metal that only the layer connects with the electrode: its electrons pass the layer."""
        assert self.outer is not None
        if not self.outer.resistance > 1e-9 * self.outer.layer.resistance:
            return np.zeros_like(eta)
        return np.asarray(1.0 - front.connected(eta, 0.3))

    def solve(self, eta: Array, c: Array, total: float) -> None:
        """Potential and local current where `total` A/m2 (positive strips) leave the metal; see `Electrode`."""
        scene, liquid, band = self.scene, self.scene.liquid, self.band
        assert band is not None
        kappa, _, _, energy = self.properties(c, self.values)
        layer = self.cover.share if self.cover is not None else np.zeros_like(eta)
        free = np.maximum(1.0 - eta, fluid.FLOOR)
        if self.cover is not None and self.sheet is not None:
            fluid.layered_network(
                free, kappa * liquid.permeance, layer, self.cover.across, self.cover.along,
                np.ascontiguousarray(self.sheet), scene.dx, self.solver.tx, self.solver.ty,
            )  # fmt: skip
        else:
            # the drop in a layer is a resistance of the front below it (see find_band): its place conducts like liquid
            self.solver.set_conductivity(free * (kappa * liquid.permeance))
        at = band.rows, band.columns
        power = scene.surface.alpha_a / liquid.charge
        exchange = band.exchange * np.maximum(c[at] / liquid.concentration, fluid.EMPTY) ** power
        open_circuit = self.mixing * (energy[at] - self.reference) - band.offset
        j, slope = self.current[at], np.empty(len(band.rows))
        cell = scene.dx**2
        screen, right = np.zeros_like(eta), np.zeros_like(eta)
        wanted = total * scene.width
        for _ in range(12):
            drive = -self.psi[at] - open_circuit
            front.transfer(
                drive, exchange, band.film, scene.surface.alpha_a, scene.surface.alpha_c, self.thermal,
                len(j), j, slope,
            )  # fmt: skip
            screen[:], right[:] = 0.0, 0.0
            screen[at] = band.area * slope
            right[at] = -band.area * (j + slope * self.psi[at])
            flows = float((band.area * j).sum())
            if self.face is not None:
                flows += self._plate_on_top(c, energy, screen, right)
            self.imbalance = abs(flows * cell - wanted) / max(abs(wanted), 1e-9 * float(screen.sum()) * cell)
            if self.iterations and self.imbalance < 1e-7:
                break
            right += (wanted / cell) * self.feed
            self.solver.sink[:] = screen * cell
            self.solver.refresh()
            found = self.solver.solve(right, self.psi, tolerance=1e-6, balance=1e-9)
            self.solves, self.iterations = self.solves + 1, self.iterations + found.iterations + 1
            moved = float(np.abs(found.phi[at] - self.psi[at]).max())
            self.psi = found.phi
            if not np.isfinite(moved):
                raise AlloycoatError("the potential of the deposit could not be solved")
            if moved < 1e-9:
                break
        self.current = np.zeros_like(eta)
        self.current[at], self.slope = j, float(slope.max(initial=0.0))
        self.salt_source(layer)

    def _plate_on_top(self, c: Array, energy: Array, screen: Array, right: Array) -> float:
        """Current on the outer face now, into `upper`; returns its sum and adds its linear law to the equations."""
        scene, face, outer = self.scene, self.face, self.outer
        assert face is not None
        assert outer is not None
        surface, at = scene.surface, face.at
        salt = np.maximum(c[at] / scene.liquid.concentration, fluid.EMPTY)
        exchange = surface.exchange * outer.layer.exchange_factor * salt ** (surface.alpha_a / scene.liquid.charge)
        drive, share = outer.beyond(-self.psi[at] - self.mixing * (energy[at] - self.reference), face)
        j, slope = self.upper[at], np.empty(len(face.rows))
        front.transfer(
            drive, exchange, np.full(len(j), outer.resistance), surface.alpha_a, surface.alpha_c, self.thermal, len(j),
            j, slope,
        )  # fmt: skip
        self.upper[:] = 0.0
        self.upper[at] = j
        screen[at] += face.area * slope * share
        right[at] -= face.area * (j + slope * share * self.psi[at])
        return float((face.area * j).sum())

    def salt_source(self, layer: Array) -> None:
        """What the current brings of salt, mol/(m3 s)."""
        scene = self.scene
        fluid.salt_source(self.psi, self.solver.tx, self.solver.ty, self.values[2], layer, scene.dx**2, self.source)
        self.source /= scene.liquid.charge * FARADAY

    def voltage(self, c: Array, column: Column, total: float, above: Array | None = None) -> float:
        """V of the metal against the counter electrode, which is of the same kind, bare or coated like it.

        above: salt in the column (mol/m3), that of `column` where not given.
        """
        above = column.c if above is None else above
        scene, liquid, surface = self.scene, self.scene.liquid, self.scene.surface
        end, kappa_path = float(c[-1].mean()), 0.0
        if len(column):
            end = float(above[-1])
            kappa = np.interp(above, *liquid.conductivity) * liquid.permeance
            kappa_path = float((column.widths / kappa).sum())
        top = self.psi[-1].mean() - total * (0.5 * scene.dx / (self.values[0, -1].mean() * liquid.permeance))
        energy = float(self.properties(np.full((1, 1), end), np.zeros((4, 1, 1)))[3, 0, 0])
        phi = top - total * kappa_path + self.mixing * (energy - self.reference)
        exchange, film = surface.exchange, surface.film
        if scene.layer is not None:
            layer = scene.layer
            shows = layer_resistance(total, layer.resistance, layer.nucleation, layer.electronic_share)
            exchange, film = exchange * layer.exchange_factor, layer.film + shows
        exchange *= (end / liquid.concentration) ** (surface.alpha_a / liquid.charge)
        counter = overpotential(-total, exchange, surface.alpha_a, surface.alpha_c, self.thermal) - total * film
        return float(-(phi + counter))
