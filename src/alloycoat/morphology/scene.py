"""`Scene`: everything that a run of the operando microscope is told, as frozen numbers in SI units."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from alloycoat.errors import RecipeError

Curve = tuple[tuple[float, ...], tuple[float, ...]]
"""Concentrations (mol/m3, rising) and the values there; straight lines between, constant beyond."""

GEOMETRIES = ("coin", "optical")
KINDS = ("plate", "rest", "strip", "hold")
THICKEST = 8.0
"""Cells that a layer must be thick: the interface profile of the metal below must end inside it."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the test.

    kind: plate, strip (A/m2, above zero, held exactly), rest, hold (V of the metal against the counter electrode,
    below zero plates). value: A/m2 or V. seconds: how long.
    """

    kind: Literal["plate", "rest", "strip", "hold"]
    value: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Liquid:
    """The electrolyte between deposit and counter electrode.

    charge: z. concentration: c0 in mol/m3. conductivity (S/m), diffusivity (m2/s), transference and
    thermodynamic_factor: curves. permeance: b, share of the free conductance kept. storage: filled pore fraction.
    """

    charge: int
    concentration: float
    conductivity: Curve
    diffusivity: Curve
    transference: Curve
    thermodynamic_factor: Curve
    permeance: float = 1.0
    storage: float = 1.0
    temperature_K: float = 298.15  # noqa: N815 -- unit symbol


@dataclass(frozen=True, slots=True)
class Surface:
    """The metal and its film.

    exchange: i0 at c0 in A/m2; alpha_a + alpha_c = z. film: resistance of the aged film, ohm m2; film_spread: standard
    deviation of its logarithm from place to place, film_grain: the length over which it varies (m). fresh_share: film
    of freshly grown over that of aged metal, film_break: metal grown (m) until it is fresh. molar_volume: m3/mol.
    surface_energy: J/m2; anisotropy: relative amplitude of its four-fold part, orientation: angle of its axis in
    radian. roughness: standard deviation of the first height (m). noise: relative standard deviation of the local
    current over noise_grain (m) and noise_time (s).
    """

    exchange: float
    alpha_a: float
    alpha_c: float
    film: float
    molar_volume: float
    surface_energy: float
    film_spread: float = 0.0
    film_grain: float = 3e-6
    fresh_share: float = 1.0
    film_break: float = 5e-7
    film_time: float = 1000.0
    anisotropy: float = 0.0
    orientation: float = 0.0
    roughness: float = 0.0
    noise: float = 0.0
    noise_grain: float = 3e-6
    noise_time: float = 60.0


@dataclass(frozen=True, slots=True)
class Layer:
    """The coating on the metal.

    thickness: m as made; drawn: m in the picture (the resistance stays that of `thickness`). sigma_ion: S/m.
    electronic_share: sigma_e/(sigma_e + sigma_ion) up to the outer face, 0 where electrons do not reach it.
    exchange_factor: i0 of the covered over the bare metal. film: resistance of its own film, ohm m2. covered: share of
    the electrode; defect_width: width of a hole in m; crack: the holes are one open crack. spread: standard deviation
    of the logarithm of the local thickness. modulus: Young's modulus in Pa (0: none); strength: Pa, at which the
    metal below flows. nucleation: V at which metal nucleates on the outer face. uptake: C/m2 that the layer
    takes up before metal plates; swelling: m3 of layer per C of uptake. resolved: the layer is a region of the
    potential with a conductivity of its own; False: a resistance in series with each place of the front below it.
    """

    thickness: float
    drawn: float
    sigma_ion: float
    electronic_share: float = 0.0
    exchange_factor: float = 1.0
    film: float = 0.0
    covered: float = 1.0
    defect_width: float = 2e-6
    crack: bool = False
    spread: float = 0.0
    modulus: float = 0.0
    strength: float = 1e7
    nucleation: float = math.inf
    uptake: float = 0.0
    swelling: float = 0.0
    resolved: bool = True

    @property
    def conducts(self) -> bool:
        """Whether metal can plate on the outer face."""
        return self.electronic_share > 0.0 and math.isfinite(self.nucleation)

    @property
    def resistance(self) -> float:
        """L/sigma_ion in ohm m2."""
        return self.thickness / self.sigma_ion


@dataclass(frozen=True, slots=True)
class Scene:
    """One run: mesh, geometry, test, materials, seed. SI units.

    ny rows (growth direction, up from the electrode) of nx cells (periodic) of dx (m). base: height of the metal
    before plating. gap: distance from it to the counter electrode; the part of it above the mesh is a laterally
    uniform column. interface: epsilon of the profile eta = (1 + tanh(n/(2 epsilon)))/2 over dx, 0.75 or more.
    stages: the test. layer: None for bare metal. frames: pictures kept. cutoff: V, the test ends beyond it.
    tolerance: relative error of a time step. Raises RecipeError for numbers that cannot be.
    """

    name: str
    anode: str
    nx: int
    ny: int
    dx: float
    base: float
    gap: float
    geometry: str
    stages: tuple[Stage, ...]
    liquid: Liquid
    surface: Surface
    layer: Layer | None = None
    seed: int = 0
    interface: float = 1.0
    frames: int = 60
    cutoff: float = 5.0
    tolerance: float = 0.01
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("dx", "base", "gap", "interface", "cutoff", "tolerance"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise RecipeError(f"scene {name}: {value!r} given; it must be above zero and finite")
        if self.nx < 4 or self.ny < 8:
            raise RecipeError(f"scene nx, ny: {self.nx} and {self.ny} given; allowed are 4 and 8 cells or more")
        if self.geometry not in GEOMETRIES:
            raise RecipeError(f"scene geometry: {self.geometry!r} given; allowed are {', '.join(GEOMETRIES)}")
        if not self.stages:
            raise RecipeError("scene stages: none given; at least one step is needed")
        for stage in self.stages:
            if stage.kind not in KINDS or not (stage.seconds > 0 and math.isfinite(stage.seconds)):
                raise RecipeError(f"scene stages: {stage!r} given; kinds are {', '.join(KINDS)}, seconds above zero")
        self._check_resolution()

    def _check_resolution(self) -> None:
        """Refuse a mesh that does not resolve the interface, the roughness or the holes of a layer."""
        if self.interface < 0.75:
            raise RecipeError(
                f"scene dx: the interface of {self.interface * self.dx * 1e6:.3g} um is not resolved by cells of "
                f"{self.dx * 1e6:.3g} um; a spacing of {self.interface * self.dx / 0.75 * 1e6:.3g} um or less is needed"
            )
        room = self.ny * self.dx - self.base
        if room < 8 * self.dx or self.base < 4 * self.dx * self.interface:
            raise RecipeError(
                f"scene base, ny: a metal of {self.base * 1e6:.3g} um in {self.ny} rows of {self.dx * 1e6:.3g} um; it "
                "must be 4 interface widths thick and leave 8 rows of electrolyte"
            )
        if self.layer is None:
            return
        needs = {"a layer drawn": (self.layer.drawn, THICKEST)}
        if self.layer.covered < 1.0:
            needs["a hole"] = (self.layer.defect_width, 3.0)
        for what, (length, cells) in needs.items():
            if length < cells * self.dx * (1.0 - 1e-9):
                raise RecipeError(
                    f"scene dx: {what} {length * 1e6:.3g} um wide needs a spacing of {length / cells * 1e6:.3g} um or "
                    f"less, {self.dx * 1e6:.3g} um given"
                )

    @property
    def seconds(self) -> float:
        """How long the test lasts."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def coated(self) -> bool:
        """Whether there is a layer."""
        return self.layer is not None

    @property
    def epsilon(self) -> float:
        """Width of the interface in m."""
        return self.interface * self.dx

    @property
    def width(self) -> float:
        """Lateral size in m."""
        return self.nx * self.dx

    @property
    def height(self) -> float:
        """Height of the picture in m."""
        return self.ny * self.dx

    def changed(self, **values: Any) -> Scene:
        """The same scene with other values."""
        return replace(self, **values)
