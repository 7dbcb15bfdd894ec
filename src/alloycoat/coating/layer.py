"""`Coating`: the layer as a noun, and its properties from those of its phases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from alloycoat import chemistry
from alloycoat.chemistry import AnodeMetal, Phase, Salt
from alloycoat.coating.draws import Array, Draws
from alloycoat.coating.mixing import hashin_shtrikman, porous_modulus, youngs_modulus
from alloycoat.coating.reactions import DrivingForce
from alloycoat.coating.supply import prior
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.sources import Estimate, Value

_TRACE = 1e-9  # share of the layer below which a phase counts as absent
TEMPERATURE = 298.15  # the tables hold values near 298 K


@dataclass(frozen=True, slots=True)
class LayerPhase:
    """One phase of the layer: `role` alloy, metal or byproduct; fraction of the whole layer, pores included."""

    formula: str
    role: str
    mol_per_m2: Estimate
    volume_fraction: Estimate


@dataclass(frozen=True, slots=True)
class SaltAmount:
    """A by-product that left the layer (mol/m2 of electrode)."""

    formula: str
    mol_per_m2: Estimate


@dataclass(frozen=True, slots=True)
class Coating:
    """The layer that a recipe gives; every uncertain scalar is an `Estimate`, None where nothing is known.

    SI units. `phases` run from outside to inside (by-products are spread through the layer and stand last).
    `samples` holds arrays of equal length for what a cell needs downstream.
    """

    anode: str
    route: str
    area_m2: float | None
    phases: tuple[LayerPhase, ...]
    equilibrium_phase: tuple[str, ...]
    phase_rule: str
    limited_by: str
    thickness: Estimate
    porosity: Estimate
    coverage: str
    cracking: str
    anode_consumed: Estimate
    anode_consumed_mol_per_m2: Estimate
    driving_force: DrivingForce | None
    reaction: str
    released_salt: tuple[SaltAmount, ...]
    bath_salt: tuple[SaltAmount, ...]
    ionic_conductivity: Estimate | None
    electronic_conductivity: Estimate | None
    area_specific_resistance: Estimate | None
    youngs_modulus: Estimate | None
    youngs_modulus_alloy: Estimate | None
    youngs_modulus_byproduct: Estimate | None
    volume_change: Estimate | None
    solubility: Mapping[str, Estimate]
    hazards: tuple[str, ...]
    rules: tuple[str, ...]
    warnings: tuple[str, ...]
    sources: tuple[str, ...]
    samples: Mapping[str, Array]

    @property
    def formulas(self) -> tuple[str, ...]:
        """Formulas of the phases, outside to inside."""
        return tuple(phase.formula for phase in self.phases)

    def with_role(self, role: str) -> tuple[LayerPhase, ...]:
        """The phases of one role: alloy, metal or byproduct."""
        return tuple(phase for phase in self.phases if phase.role == role)


@dataclass(slots=True)
class Part:
    """A phase while the layer is put together: arrays of nominal value and samples."""

    formula: str
    role: str
    moles: Array
    volume: Array  # m3/m2 of dense matter
    phase: Phase | Salt | None = None


def thermodynamic_factor(diffusivity: Value, draws: Draws) -> Array:
    """W = dln a/dln c that turns a diffusivity into a self diffusivity: 1 for self and tracer, else a prior."""
    kind = "self" if diffusivity.subkind in {"self", "tracer"} else diffusivity.subkind or "unknown"
    return prior("thermodynamic factor", kind, "", draws)


def alloy_ionic_conductivity(phase: Phase, charge: int, draws: Draws) -> Array:
    """sigma = z^2 F^2 c_A D_self/(R T), Nernst-Einstein, with D_self = D/W; S/m at 298 K.

    c_A moles of A per volume of the phase. The diffusivity is the phase's own, else the assumed prior of
    an alloy. Valid for a mixed conductor whose electrons are not limiting.
    """
    value = phase.diffusivity
    if value is None:
        diffusivity = prior("alloy", "diffusivity", "m**2/s", draws)
        factor = prior("thermodynamic factor", "unknown", "", draws)
    else:
        diffusivity = draws.take(value, f"{phase.formula} diffusivity")
        factor = thermodynamic_factor(value, draws)
    concentration = phase.atoms_anode / draws.take(phase.molar_volume, f"{phase.formula} molar volume")
    return np.asarray(charge**2 * FARADAY**2 * concentration * diffusivity / factor / (GAS_CONSTANT * TEMPERATURE))


def ionic_conductivity(parts: list[Part], total: Array, charge: int, draws: Draws) -> Array | None:
    """Effective ionic conductivity across the layer in S/m; None where no alloy carries A.

    The alloy phases lie in series across the layer (harmonic mean by volume); together they are the
    continuous matrix, because electrons had to reach the outer face while it grew. By-product, left-over M
    and pores are taken as non-conducting inclusions: sigma = sigma_alloy phi_alloy^(3/2) (Bruggeman's
    asymmetric medium, doi 10.1002/andp.19354160705).
    """
    alloys = [part for part in parts if isinstance(part.phase, Phase)]
    if not alloys:
        return None
    volume = sum((part.volume for part in alloys), np.zeros(draws.size))
    resistance = np.zeros(draws.size)
    for part in alloys:
        assert isinstance(part.phase, Phase)
        share = np.maximum(part.volume, _TRACE * total)  # a sample may lack a phase that the nominal layer has
        resistance += share / alloy_ionic_conductivity(part.phase, charge, draws)
    volume = np.maximum(volume, _TRACE * total)
    return np.asarray(volume / resistance * (volume / total) ** 1.5)


def electronic_conductivity(parts: list[Part], total: Array, draws: Draws) -> Array | None:
    """Effective electronic conductivity in S/m: alloy and left-over M as one continuous matrix.

    Volume mean of the conductors times (their volume fraction)^(3/2); None where the layer has neither.
    """
    weighted, volume = np.zeros(draws.size), np.zeros(draws.size)
    for part in parts:
        if part.role == "byproduct":
            continue
        if part.role == "metal":
            resistivity = chemistry.element(part.formula).resistivity
            if resistivity is None:
                return None
            sigma = 1.0 / draws.take(resistivity, f"{part.formula} resistivity")
        else:
            assert isinstance(part.phase, Phase)
            own = part.phase.conductivity_electronic
            sigma = (
                draws.take(own, f"{part.formula} electronic conductivity")
                if own else prior("alloy", "conductivity_electronic", "S/m", draws)
            )  # fmt: skip
        weighted, volume = weighted + part.volume * sigma, volume + part.volume
    if volume[0] <= 0:
        return None
    return np.asarray(weighted / np.maximum(volume, 1e-300) * (volume / total) ** 1.5)


def elastic_modulus(parts: list[Part], porosity: Array | None, draws: Draws) -> tuple[Array | None, str]:
    """(Young's modulus in Pa, formula of the phase that lacks moduli).

    Mean of the Hashin-Shtrikman bounds of the dense solid, E = 9 K G/(3 K + G); pores by (1 - p)^2.
    """
    if not parts:
        return None, ""
    bulk, shear = [], []
    for part in parts:
        owner = part.phase if part.phase is not None else chemistry.element(part.formula)
        if owner.bulk_modulus is None or owner.shear_modulus is None:
            return None, part.formula
        bulk.append(draws.take(owner.bulk_modulus, f"{part.formula} bulk modulus"))
        shear.append(draws.take(owner.shear_modulus, f"{part.formula} shear modulus"))
    volumes = np.maximum(np.array([part.volume for part in parts]), 1e-300)  # a sample may lack a phase
    bounds = hashin_shtrikman(volumes / volumes.sum(axis=0), np.array(bulk), np.array(shear))
    low, high = youngs_modulus(bounds[0], bounds[2]), youngs_modulus(bounds[1], bounds[3])
    position = 0.5 + 0.5 * np.tanh(draws.deviates("Hashin-Shtrikman position"))
    dense = low + (high - low) * position
    return (dense if porosity is None else porous_modulus(dense, porosity)), ""


def volume_change(parts: list[Part], moles: Mapping[str, Array], draws: Draws) -> Array | None:
    """(V_alloy + V_left-over M)/V_M - 1: expansion of the coating element on alloying, by-products apart."""
    start = np.zeros(draws.size)
    for symbol, amount in moles.items():
        start += amount * draws.take(chemistry.element(symbol).molar_volume, f"{symbol} molar volume")
    if start[0] <= 0:
        return None
    end = sum((part.volume for part in parts if part.role != "byproduct"), np.zeros(draws.size))
    return np.asarray(end / start - 1.0)


def solubilities(anode: AnodeMetal, symbols: list[str], draws: Draws) -> dict[str, Estimate]:
    """Largest mole fraction of each coating element in the solid anode metal, where a table has it."""
    found = {}
    for symbol in symbols:
        value = anode.solubility.get(symbol)
        if value is not None:
            draws.cite(value.source)
            found[symbol] = Estimate(value.value, value.low, value.high)
    return found
