"""Impedance of a cell at rest: its equations linearised about uniform salt and zero current.

Z(w) = R_electrolyte + Z_diffusion(w) + Z_working(w) + Z_counter(w), with a leak in parallel to all of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import Cell
from alloycoat.cell.inventory import Inventory
from alloycoat.cell.kernels import ageing_laws
from alloycoat.chemistry.tables import by_subject
from alloycoat.electrochemistry import butler_volmer, interpolate
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.record import Impedance
from alloycoat.sources import Value

Array = NDArray[np.float64]
Complex = NDArray[np.complex128]
FREQUENCIES = np.logspace(6, -3, 64)
"""Hz, from high to low, as instruments run them: 7 a decade."""
VACUUM = 8.8541878188e-12
"""Electric constant in F/m (CODATA 2022)."""
_SEPARATOR_VOLUMES, _DEAD_VOLUMES = 60, 20
_STRETCH = 0.98


class Capacitances(NamedTuple):
    """What makes arcs of resistances: film and double layer in F/m2 of wetted area, permittivity of a coating."""

    film: Value
    double_layer: Value
    permittivity: Value

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the references."""
        return tuple(dict.fromkeys(value.source for value in self))


def capacitances() -> Capacitances:
    """The tabulated capacitances (all assumed, with their intervals)."""
    table = by_subject("impedance")
    return Capacitances(
        table["film"]["capacitance"].quantity("F/m**2"), table["double layer"]["capacitance"].quantity("F/m**2"),
        table["coating"]["permittivity"].quantity(""),
    )  # fmt: skip


class Site(NamedTuple):
    """Part of an electrode: wetted area per electrode area, and (ohm m2, F/m2) of film, charge transfer, layer."""

    area: float
    film: tuple[float, float]
    transfer: tuple[float, float]
    layer: tuple[float, float]

    def impedance(self, omega: Array) -> Complex:
        """Of one m2 of this site: three resistances with their capacitances, in series."""
        total = np.zeros(omega.shape, dtype=np.complex128)
        for resistance, capacitance in (self.film, self.transfer, self.layer):
            total += resistance / (1.0 + 1j * omega * resistance * capacitance)
        return total

    @property
    def resistance(self) -> float:
        """At zero frequency, ohm m2 of this site."""
        return self.film[0] + self.transfer[0] + self.layer[0]


@dataclass(frozen=True, slots=True)
class AtRest:
    """A cell after a long rest. SI units per electrode area.

    concentration: mol/m3 in all pores; saturation: of them; layers: thickness of the dead layers in m; sites: of
    the working and of the counter electrode; leak: S/m2.
    """

    concentration: float
    saturation: float
    layers: tuple[float, float]
    sites: tuple[tuple[Site, ...], tuple[Site, ...]]
    leak: float = 0.0


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Impedance in ohm m2 (`impedance`, complex, capacitive where negative) at frequencies in Hz.

    bulk: of the electrolyte, the limit of high frequency; interfacial: films, charge transfer and coating of both
    electrodes; diffusion: of the salt at zero frequency. Their sum is the limit of low frequency, but for a leak.
    """

    frequency_Hz: Array  # noqa: N815 -- unit symbol
    impedance: Complex
    bulk: float
    interfacial: float
    diffusion: float


def spectrum(
    cell: Cell,
    ageing: AgeingParameters | None = None,
    inventory: Inventory | None = None,
    row: int = -1,
    *,
    coating_thickness: float | None = None,
    frequencies: Array = FREQUENCIES,
) -> Spectrum:
    """Spectrum of a symmetric cell at rest: fresh, or at the end of a cycle of its inventory.

    ageing, inventory: of the aged cell, `row` the entry of the inventory (both None: fresh). coating_thickness: m,
    for the geometric capacitance of the coating; without it the coating has none. frequencies: Hz, above zero.
    Raises RecipeError for a half cell (stripped copper lets no current pass) or such frequencies.
    """
    if cell.kind != "symmetric":
        raise RecipeError("impedance: of symmetric cells only; the stripped copper of a half cell lets no current pass")
    omega = 2.0 * math.pi * np.asarray(frequencies, dtype=float)
    if not (omega.ndim == 1 and omega.size and np.all(np.isfinite(omega)) and np.all(omega > 0)):
        raise RecipeError("impedance frequencies: a list of numbers above zero is needed, in Hz")
    rest = at_rest(cell, ageing, inventory, row, coating_thickness)
    return of_state(cell, ageing, rest, omega)


def of_state(cell: Cell, ageing: AgeingParameters | None, rest: AtRest, omega: Array) -> Spectrum:
    """Spectrum of a cell in a given state; omega: 2 pi f in 1/s."""
    column = make_column(cell, ageing, rest)
    bulk = float(np.sum(column.widths / column.permeance) / interpolate(rest.concentration, cell.conductivity))
    diffusion = diffusion_impedance(cell, column, rest.concentration, np.append(omega, 0.0))
    total = bulk + diffusion[:-1]
    interfacial = 0.0
    for sites in rest.sites:
        total = total + 1.0 / (rest.saturation * sum(site.area / site.impedance(omega) for site in sites))
        interfacial += 1.0 / (rest.saturation * sum(site.area / site.resistance for site in sites))
    total = total / (1.0 + rest.leak * total)
    return Spectrum(omega / (2.0 * math.pi), total, bulk, interfacial, float(diffusion[-1].real))


def at_rest(
    cell: Cell, ageing: AgeingParameters | None, inventory: Inventory | None, row: int, thickness: float | None
) -> AtRest:
    """The state of a fresh cell, or of an aged one after an entry of its inventory: its salt evened out."""
    if (ageing is None) != (inventory is None):
        raise RecipeError("impedance: an aged cell needs both its ageing parameters and its inventory")
    given = capacitances()
    if ageing is None or inventory is None:
        both = [_sites(cell, None, side, 1.0, 0.0, 1.0, given, 1.0, thickness) for side in (0, 1)]
        return AtRest(cell.concentration, 1.0, (0.0, 0.0), (both[0], both[1]))
    layers = (float(inventory.layer_m[0][row]), float(inventory.layer_m[1][row]))
    saturation = float(inventory.saturation[row])
    pores = cell.porosity * cell.separator_thickness + ageing.dead_porosity * sum(layers)
    concentration = float(inventory.salt_pores[row]) / (saturation * pores)
    film = ageing_laws.film_factor(float(inventory.time_s[row]), ageing.film_time)
    both = [
        _sites(
            cell, ageing, side, float(inventory.coverage[side][row]), float(inventory.metal[f"{name}_moss"][row]),
            film, given, concentration / cell.concentration, thickness,
        )
        for side, name in enumerate(("working", "counter"))
    ]  # fmt: skip
    return AtRest(concentration, saturation, layers, (both[0], both[1]), float(inventory.leak[row]))


def _sites(
    cell: Cell, ageing: AgeingParameters | None, side: int, coverage: float, moss: float, film: float,
    given: Capacitances, ratio: float, thickness: float | None,
) -> tuple[Site, ...]:  # fmt: skip
    """The parallel parts of an electrode: coated and bare bulk, fresh moss.

    The areas are those of the ageing cell at zero current; protrusions of a flat surface count half, as they grow
    while the current plates and not while it strips.
    """
    covered = coverage if cell.coated[side] else 0.0
    exposed, fresh = 1.0, 0.0
    if ageing is not None:
        exposed = ageing_laws.exposed_share(moss, ageing.moss_slope, ageing.moss_most)
        seed = 0.5 * ageing.moss_seed * (1.0 - covered)
        fresh = ageing_laws.moss_area(moss, seed, ageing.moss_slope, ageing.moss_most)
    thermal = GAS_CONSTANT * cell.temperature_K / FARADAY
    exchange = butler_volmer.exchange_current_density(
        cell.exchange_current_density, ratio, cell.alpha_a, float(cell.charge)
    )
    slope, c_film, c_double = thermal / cell.charge, given.film.value, given.double_layer.value
    capacitance = 0.0 if thickness is None else VACUUM * given.permittivity.value / thickness
    transfer = slope / exchange
    found = (
        Site(
            covered, (cell.coated_film_resistance * film, c_film),
            (transfer / cell.coated_exchange_factor, c_double), (cell.coating_resistance, capacitance),
        ),
        Site((1.0 - covered) * exposed, (cell.film_resistance * film, c_film), (transfer, c_double), (0.0, 0.0)),
        Site(fresh, (cell.film_resistance, c_film), (transfer, c_double), (0.0, 0.0)),
    )  # fmt: skip
    return tuple(site for site in found if site.area > 0.0)


class Column(NamedTuple):
    """Volumes from the working to the counter electrode: widths (m), filled pores (m3/m2), permeances b."""

    widths: Array
    store: Array
    permeance: Array


def make_column(cell: Cell, ageing: AgeingParameters | None, rest: AtRest) -> Column:
    """Dead layer, separator, dead layer, fine toward the electrodes; layers that are not there are left out."""
    share = np.arange(_SEPARATOR_VOLUMES + 1) / _SEPARATOR_VOLUMES
    faces = share - _STRETCH * np.sin(2.0 * np.pi * share) / (2.0 * np.pi)
    s = rest.saturation
    parts = [(cell.separator_thickness * np.diff(faces), cell.porosity, cell.permeance)]
    if ageing is not None:
        outward = np.diff((np.arange(_DEAD_VOLUMES + 1) / _DEAD_VOLUMES) ** 3)
        for place, thickness, shape in ((0, rest.layers[0], outward), (2, rest.layers[1], outward[::-1])):
            if thickness > 0.0:
                parts.insert(place, (thickness * shape, ageing.dead_porosity, 1.0 / ageing.dead_macmullin))
    widths = np.concatenate([part for part, _, _ in parts])
    porosity = np.concatenate([np.full(len(part), eps) for part, eps, _ in parts])
    permeance = np.concatenate([np.full(len(part), b) for part, _, b in parts])
    return Column(widths, s * porosity * widths, s * s * permeance)


def diffusion_impedance(cell: Cell, column: Column, concentration: float, omega: Array) -> Complex:
    """Concentration impedance in ohm m2 at omega (1/s, zero allowed), by the discretised transport equations.

    j w eps S c' = d/dx [b D dc'/dx + (1 - t+) i'/(zF)], the bracket zero at both electrodes: one complex
    tridiagonal system a frequency; V' = (z+1)/z RT/F (1 - t+)(1 + dln f/dln c)(c1' - c2')/c. For constant
    properties it is the finite-length Warburg impedance R tanh(q)/q, q = sqrt(j w eps S L^2/(4 b D)).
    """
    widths, store, b = column
    diffusivity = float(interpolate(concentration, cell.diffusivity))
    anion = 1.0 - float(interpolate(concentration, cell.transference))
    factor = float(interpolate(concentration, cell.thermodynamic_factor))
    n, face = len(widths), diffusivity / (0.5 * (widths[1:] / b[1:] + widths[:-1] / b[:-1]))
    diagonal = np.zeros(n)
    diagonal[:-1] += face
    diagonal[1:] += face
    flux = anion / (cell.charge * FARADAY)  # of salt at the electrodes, mol/(m2 s) at 1 A/m2
    right = np.zeros(n, dtype=np.complex128)
    right[0], right[-1] = flux, -flux
    bands = np.zeros((3, n), dtype=np.complex128)
    bands[0, 1:], bands[2, :-1] = -face, -face
    found = np.zeros(len(omega), dtype=np.complex128)
    thermal = GAS_CONSTANT * cell.temperature_K / FARADAY
    gain = (cell.charge + 1.0) / cell.charge * thermal * anion * factor / concentration
    for k, w in enumerate(omega):
        # without frequency the mean is free: a volume in the middle is held, the system stays regular
        bands[1] = diagonal + 1j * w * store
        if w == 0.0:
            bands[1, n // 2] += 1e6 * face[n // 2]
        change = solve_banded((1, 1), bands, right)
        near = change[0] + 0.5 * widths[0] * flux / (b[0] * diffusivity)
        far = change[-1] - 0.5 * widths[-1] * flux / (b[-1] * diffusivity)
        found[k] = gain * (near - far)
    return found


class CycleSpectrum(NamedTuple):
    """The spectrum after a cycle, `time_s` from the start of the test."""

    cycle: int
    time_s: float
    spectrum: Spectrum


def spectra_of_life(
    cell: Cell, ageing: AgeingParameters, inventory: Inventory, *,
    coating_thickness: float | None = None, count: int = 5, frequencies: Array = FREQUENCIES,
) -> tuple[CycleSpectrum, ...]:  # fmt: skip
    """Spectra after the first cycle, the last, and evenly between; arguments as in `spectrum`."""
    rows = np.unique(np.linspace(0, len(inventory.cycle) - 1, count).round().astype(int))
    found = []
    for row in rows:
        one = spectrum(cell, ageing, inventory, int(row), coating_thickness=coating_thickness, frequencies=frequencies)
        found.append(CycleSpectrum(int(inventory.cycle[row]), float(inventory.time_s[row]), one))
    return tuple(found)


def as_rows(found: tuple[CycleSpectrum, ...], area_m2: float) -> Impedance | None:
    """The spectra as impedance rows of a record, in ohm; None where there are none."""
    if not found:
        return None
    total = np.concatenate([one.spectrum.impedance for one in found]) / area_m2
    return Impedance(
        np.concatenate([np.full(len(one.spectrum.frequency_Hz), one.time_s) for one in found]),
        np.concatenate([one.spectrum.frequency_Hz for one in found]), total.real.copy(), total.imag.copy(),
    )  # fmt: skip
