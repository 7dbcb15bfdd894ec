"""`Cell`: the numbers of one cell, and `symmetric`, which gathers them from the tables."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from alloycoat import chemistry
from alloycoat.coating.electrons import electronic_share
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT, ZERO_CELSIUS, parse
from alloycoat.sources import Estimate, Value

Array = NDArray[np.float64]
Curve = tuple[tuple[float, ...], tuple[float, ...]]

SAMPLED = (
    "exchange_current_density", "coated_exchange_factor", "film_resistance", "coated_film_resistance",
    "coating_resistance", "nucleation_overpotential", "electronic_share", "separator_thickness", "porosity",
    "macmullin", "conductivity", "diffusivity", "transference", "thermodynamic_factor",
)  # fmt: skip
"""Parameters that a sample may change; the last four by their value at the nominal concentration."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Two electrodes of one metal on either side of a separator; SI units, resistances per electrode area.

    charge: z. concentration: c0 in mol/m3. conductivity (S/m), diffusivity (m2/s), transference (-) and
    thermodynamic_factor (1 + dln f/dln c): (concentrations in mol/m3, values), linear between, held beyond.
    exchange_current_density: bare metal at c0, A/m2; a coated electrode has coated_exchange_factor times it.
    film_resistance, coated_film_resistance: the film (SEI) of a bare and of a coated electrode, ohm m2;
    coating_resistance: thickness/ionic conductivity of the coating, in series with it where the metal plates
    below; nucleation_overpotential (V; infinite: always below) and electronic_share decide how much does.
    coated: (working, counter). metal_capacity: C/m2 of metal on each electrode, None where it is in excess;
    metal_volume: m3 of metal per C. kind: symmetric, or half (the working electrode is copper).
    spreads: the tabulated values behind the numbers, by field name. notes: what is assumed, in plain words.
    """

    anode: str
    charge: int
    electrolyte: str
    concentration: float
    conductivity: Curve
    diffusivity: Curve
    transference: Curve
    thermodynamic_factor: Curve
    separator: str
    separator_thickness: float
    porosity: float
    macmullin: float
    exchange_current_density: float
    alpha_a: float
    alpha_c: float
    film_resistance: float
    coated_exchange_factor: float = 1.0
    coated_film_resistance: float = 0.0
    coating_resistance: float = 0.0
    nucleation_overpotential: float = math.inf
    electronic_share: float = 1.0
    coated: tuple[bool, bool] = (False, False)
    area_m2: float | None = None
    temperature_K: float = 298.15  # noqa: N815 -- unit symbol
    metal_capacity: float | None = None
    metal_volume: float = 0.0
    kind: str = "symmetric"
    spreads: Mapping[str, Value | Estimate] | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (
            "concentration", "separator_thickness", "porosity", "macmullin", "exchange_current_density",
            "coated_exchange_factor", "alpha_a", "alpha_c", "temperature_K",
        ):  # fmt: skip
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise RecipeError(f"[cell] {name}: {value!r} given; it must be above zero and finite")
        for name in ("film_resistance", "coated_film_resistance", "coating_resistance"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise RecipeError(f"[cell] {name}: {value!r} given; it must be zero or more and finite")
        if not (self.nucleation_overpotential >= 0 and 0 <= self.electronic_share <= 1):
            raise RecipeError(
                f"[cell] nucleation_overpotential, electronic_share: {self.nucleation_overpotential!r} and "
                f"{self.electronic_share!r} given; allowed are zero or more, and 0 to 1"
            )
        if self.porosity > 1 or self.macmullin < 1:
            raise RecipeError(
                f"[cell] separator: porosity {self.porosity:g}, MacMullin number {self.macmullin:g} given; "
                "allowed are a porosity up to 1 and a number of 1 or more"
            )
        if abs(self.alpha_a + self.alpha_c - self.charge) > 1e-6 * self.charge:
            raise RecipeError(
                f"[cell] alpha_a, alpha_c: {self.alpha_a:g} and {self.alpha_c:g} given; they must add up to "
                f"the charge number {self.charge}"
            )

    @property
    def permeance(self) -> float:
        """b = 1/N_M, the share of the free electrolyte's conductance that the full separator keeps."""
        return 1.0 / self.macmullin

    def nominal(self, curve: Curve) -> float:
        """Value of a property curve at the concentration of the cell."""
        return float(np.interp(self.concentration, curve[0], curve[1]))

    def bare(self) -> Cell:
        """The same cell without coating."""
        return replace(self, coated=(False, False), coating_resistance=0.0)

    def sample(self, values: Mapping[str, float]) -> Cell:
        """The cell with some of SAMPLED replaced: a curve is scaled so that it has the value at c0.

        A transference number is moved, not scaled, and kept at 0.95 or below. Raises RecipeError for another
        name.
        """
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name not in SAMPLED:
                raise RecipeError(f"sample: {name!r} is not a parameter that can be sampled; {', '.join(SAMPLED)}")
            old = getattr(self, name)
            if isinstance(old, float):
                changes[name] = float(value)
            elif name == "transference":
                shift = float(value) - self.nominal(old)
                changes[name] = (old[0], tuple(min(0.95, y + shift) for y in old[1]))
            else:
                factor = float(value) / self.nominal(old)
                changes[name] = (old[0], tuple(y * factor for y in old[1]))
        if "porosity" in changes:
            changes["porosity"] = min(1.0, changes["porosity"])
        if "macmullin" in changes:
            changes["macmullin"] = max(1.0, changes["macmullin"])
        return replace(self, **changes)


def symmetric(
    coating: Any = None,
    *,
    electrolyte: str,
    anode: str | None = None,
    separator: str = "Celgard 2400",
    area: str | float | None = None,
    temperature: str | float = "25 degC",
    coated: Literal["both", "one"] = "both",
    anode_thickness: str | float | None = None,
) -> Cell:
    """A symmetric cell of two electrodes of `anode`, coated where `coating` (a `Coating`) is given.

    electrolyte, separator: names, as in a recipe. area, temperature, anode_thickness: text with units, or
    m2, K and m; an area that is left out is taken from the coating, an anode thickness limits the metal.
    coated: both electrodes or the working one alone. Raises RecipeError (QuantityError, MissingDataError) for
    a name or quantity that is not known, an anode that is not the coating's, or a coating without resistance.

    >>> symmetric(anode="Li", electrolyte="1 M LiTFSI in DOL/DME").charge
    1
    """
    metal = _metal(coating, anode)
    solution = chemistry.electrolyte(electrolyte)
    film = chemistry.separator(separator)
    if solution.cation != metal.symbol:
        raise RecipeError(
            f"[cell] electrolyte: {electrolyte!r} is a salt of {solution.cation}, but the anode is "
            f"{metal.symbol}; its cation must be that of the anode"
        )
    if coated not in ("both", "one"):
        raise RecipeError(f"[anode] coated: {coated!r} given; allowed are 'both' and 'one'")
    rates = chemistry.kinetics(metal.symbol, solution.solvent_class)
    spreads: dict[str, Value | Estimate] = {
        "exchange_current_density": rates.exchange_current_density,
        "coated_exchange_factor": rates.coated_factor,
        "film_resistance": rates.film_resistance,
        "coated_film_resistance": rates.coated_film_resistance,
        "separator_thickness": film.thickness,
        "porosity": film.porosity,
        "macmullin": film.macmullin,
    }
    kelvin = _si(temperature, "temperature", "[cell] temperature")
    curves: dict[str, Any] = {}
    for name in ("conductivity", "diffusivity", "transference", "thermodynamic_factor"):
        transport = getattr(solution, name)
        factor = _warmed(dict(solution.activation).get(name), kelvin)
        curves[name] = (transport.concentrations, tuple(value * factor for value in transport.values))
        spreads[name] = transport.value if factor == 1.0 else _scaled(transport.value, factor)
    values: dict[str, Any] = {name: value.value for name, value in spreads.items() if name not in curves}
    if coating is not None:
        spreads |= _layer(coating)
        layer = ("coating_resistance", "nucleation_overpotential", "electronic_share")
        values |= {name: spreads[name].value for name in layer}
    given_area = area if area is not None else getattr(coating, "area_m2", None)
    notes = [*solution.notes, *_temperature_notes(kelvin, bool(solution.activation)), *_notes(metal, rates, spreads)]
    alpha_a, alpha_c = rates.alpha
    return Cell(
        anode=metal.symbol,
        charge=metal.charge,
        electrolyte=solution.text,
        concentration=solution.concentration,
        separator=film.name,
        alpha_a=alpha_a,
        alpha_c=alpha_c,
        coated=(coating is not None, coating is not None and coated == "both"),
        area_m2=None if given_area is None else _si(given_area, "area", "[anode] area"),
        temperature_K=kelvin,
        metal_capacity=_metal_capacity(metal, anode_thickness, coating),
        metal_volume=float(metal.molar_volume.value / (metal.charge * FARADAY)),
        spreads=spreads,
        notes=tuple(notes),
        sources=_keys(spreads),
        **curves,
        **values,
    )


def _notes(metal: Any, rates: Any, spreads: Mapping[str, Value | Estimate]) -> list[str]:
    """Hypotheses behind the cell, in plain words."""
    notes, share = [], spreads.get("electronic_share")
    if share is not None and share.low != share.high:
        notes.append(
            "electrons are taken to be kept from the outer face of the layer by the by-product, so metal plates below "
            "(a hypothesis of the review; half of the samples take the other)"
        )
    if rates.passivated:
        notes.append(f"the film of bare {metal.symbol} carries its polarization: an assumed input, no prediction")
    return notes


TABLE_TEMPERATURE = 298.15
"""K at which the property tables hold."""
FITTED = (263.15, 323.15)
"""K between which the activation energies describe the published fits, to 10 %."""


def _warmed(energy: Value | None, kelvin: float) -> float:
    """By how much a property differs from its table at 25 degC: exp(-E/R (1/T - 1/T0)); 1 where E is not tabulated."""
    if energy is None or kelvin == TABLE_TEMPERATURE:
        return 1.0
    return math.exp(-energy.value / GAS_CONSTANT * (1.0 / kelvin - 1.0 / TABLE_TEMPERATURE))


def _scaled(value: Value, factor: float) -> Value:
    return replace(value, value=value.value * factor, low=value.low * factor, high=value.high * factor)


def _temperature_notes(kelvin: float, known: bool) -> list[str]:
    """What does not follow the temperature, in plain words; none within 2 K of 25 degC."""
    if abs(kelvin - TABLE_TEMPERATURE) <= 2.0:
        return []
    celsius = kelvin - ZERO_CELSIUS
    note = (
        f"transport and kinetics are those of 25 degC; only RT/F follows {celsius:g} degC: no activation energy is "
        "tabulated for this electrolyte, so its polarization there is not predicted"
    )
    if known:
        note = (
            f"conductivity and diffusivity follow {celsius:g} degC by tabulated activation energies; transference, "
            "thermodynamic factor, exchange currents and films are those of 25 degC"
        )
    notes = [note]
    if known and not FITTED[0] <= kelvin <= FITTED[1]:
        notes.append("the activation energies hold from -10 to 50 degC, and are extrapolated here")
    return notes


def half(
    coating: Any = None,
    *,
    electrolyte: str,
    anode: str | None = None,
    separator: str = "Celgard 2400",
    area: str | float | None = None,
    temperature: str | float = "25 degC",
    anode_thickness: str | float | None = None,
) -> Cell:
    """A half cell: bare copper as the working electrode, the metal as the counter electrode.

    coating: a `Coating` on the metal; the copper stays bare. Other arguments and refusals as in `symmetric`. It
    needs ageing parameters to be cycled: how much metal is on the copper decides its voltage.
    """
    made = symmetric(
        coating, electrolyte=electrolyte, anode=anode, separator=separator, area=area, temperature=temperature,
        anode_thickness=anode_thickness,
    )  # fmt: skip
    return replace(made, kind="half", coated=(False, coating is not None))


def _metal(coating: Any, anode: str | None) -> Any:
    """The anode metal of the cell, that of the coating where there is one."""
    own = getattr(coating, "anode", None)
    own = getattr(own, "symbol", own)
    if own is None and anode is None:
        raise RecipeError("[anode] metal: not given; a bare cell needs it, such as anode='Li'")
    if own is not None and anode is not None and chemistry.anode(anode).symbol != own:
        raise RecipeError(f"[anode] metal: {anode!r} given, but the coating was made on {own}")
    return chemistry.anode(str(own if own is not None else anode))


BLOCKED = 1e6
"""Area-specific resistance (ohm m2) of a layer without an alloy: no ion crosses it, the metal plates on top."""


def _layer(coating: Any) -> dict[str, Value | Estimate]:
    """Resistance of the layer in ohm m2 and the overpotential at which metal nucleates on top, with intervals.

    Raises RecipeError where neither ions nor electrons are known to cross the layer.
    """
    found: Estimate | None = coating.area_specific_resistance
    if found is None:
        if getattr(coating, "electronic_conductivity", None) is None:
            raise RecipeError(
                "[coating]: neither the ionic nor the electronic conductivity of this layer is tabulated, so the "
                "coated cell cannot be cycled; the bare cell can (symmetric(None, anode=...))"
            )
        found = Estimate(BLOCKED, BLOCKED, BLOCKED)
    return {
        "coating_resistance": found, "nucleation_overpotential": chemistry.nucleation_overpotential(),
        "electronic_share": electronic_share(coating),
    }  # fmt: skip


def _si(value: str | float, dimension: str, field: str) -> float:
    """Text with a unit, or a number that is SI already; above zero."""
    number = parse(value, dimension, field) if isinstance(value, str) else float(value)
    if not (math.isfinite(number) and number > 0):
        raise RecipeError(f"{field}: {value!r} given; it must be above zero")
    return number


def _metal_capacity(metal: Any, thickness: str | float | None, coating: Any) -> float | None:
    """Charge per area in the metal of one electrode, C/m2: z F (L - what the coating consumed)/V_m.

    The anode metal inside the alloy is not counted. Raises RecipeError where the coating leaves no metal.
    """
    if thickness is None:
        return None
    length = _si(thickness, "length", "[anode] thickness")
    consumed = getattr(coating, "anode_consumed", None)
    left = length - (consumed.value if consumed is not None else 0.0)
    if left <= 1e-9 * length:
        raise RecipeError(
            f"[anode] thickness: the coating consumes all of the {length * 1e6:.3g} um of {metal.symbol}; there is no "
            "metal left to strip, take a thicker foil or less precursor"
        )
    return float(metal.charge * FARADAY * left / metal.molar_volume.value)


def _keys(spreads: Mapping[str, Value | Estimate]) -> tuple[str, ...]:
    found = [value.source for value in spreads.values() if isinstance(value, Value) and value.source]
    return tuple(dict.fromkeys(found))
