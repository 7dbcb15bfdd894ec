"""Li|S and Na|S: two steps, precipitation and shuttle without space, after Marinescu, Zhang and Offer (2016).

High: S8 + 4 e = 2 S4(2-); low: S4(2-) + 4 e = S2(2-) + 2 S(2-); S(2-) precipitates. Sulfur ends as one S2(2-)
and two S(2-) per S4(2-): 12 electrons per S8, 1254 of 1672 mAh/g, so the model is good for voltage, shuttle and
speciation, not for full capacity.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat import chemistry
from alloycoat.cell.attacks import attacks
from alloycoat.cell.design import Cell, symmetric
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import RecipeError, unknown_name
from alloycoat.quantities import FARADAY, GAS_CONSTANT, parse
from alloycoat.sources import Value

Array = NDArray[np.float64]
ATOM = 0.032
"""kg/mol of sulfur atoms, as in the model."""
ELECTRONS = 12.0 / 8.0
"""Electrons per sulfur atom that the model can move."""
THEORETICAL = 2.0 * FARADAY / ATOM
"""C per kg of sulfur to sulfide (1672 mAh/g with the atomic weight of the model, 32)."""
_UNITS = {
    "exchange_high": "A/m**2", "exchange_low": "A/m**2", "area": "m**2/kg", "potential_high": "V",
    "potential_low": "V", "precipitation": "1/s", "saturation": "kg/m**3", "solid_density": "kg/m**3",
    "shuttle": "1/s", "shuttle_loss": "", "permeability": "m**2/s", "seed": "", "lower_voltage": "V",
    "upper_voltage": "V", "active_fraction": "", "electrode_density": "kg/m**3", "electrode_porosity": "",
}  # fmt: skip
SAMPLED_SULFUR = (
    "exchange_high", "exchange_low", "area", "potential_high", "potential_low", "precipitation", "saturation",
    "shuttle", "shuttle_loss", "permeability",
)  # fmt: skip
"""Constants that a sample may change."""
S8, S4, S2, S1, SOLID, LOST = range(6)
"""State: kg of sulfur per m2 as S8, S4(2-), S2(2-), S(2-), precipitate, lost by the shuttle."""
NUCLEI = 0.01
"""Share of the seed that never dissolves: without it a cell that has dissolved all could not precipitate again."""
_LEAST = 1e-30


@dataclass(frozen=True, slots=True)
class SulfurHost:
    """What the rest of the program asks of a positive electrode; values as in `chemistry.positives.Positive`."""

    name: str
    with_metal: bool
    usable_capacity: float
    lower_voltage: Value
    upper_voltage: Value
    density: Value
    active_fraction: Value
    electrode_porosity: Value


@dataclass(frozen=True, slots=True)
class SulfurCell:
    """A metal against sulfur; SI units per electrode area.

    metal: anode, electrolyte and separator. sulfur: kg/m2. liquid: electrolyte, m3/m2. layer: thickness of the
    coating in m (0: bare). values: the constants of the model with their spread. loading, as C-rate and N/P count:
    16 electrons per S8, 1672 mAh/g; `capacity` is what the two steps can move.
    """

    metal: Cell
    sulfur: float
    liquid: float
    layer: float
    values: Mapping[str, Value]
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (self.sulfur > 0.0 and self.liquid > 0.0 and math.isfinite(self.sulfur + self.liquid)):
            raise RecipeError("[cell] sulfur_loading, positive_loading, electrolyte_amount: must be above zero")

    @property
    def capacity(self) -> float:
        """Charge that the model's two steps can move, C/m2."""
        return self.sulfur / ATOM * ELECTRONS * FARADAY

    @property
    def loading(self) -> float:
        """Charge of sulfur to sulfide, C/m2: what C-rate and N/P refer to."""
        return self.sulfur * THEORETICAL

    @property
    def active_mass(self) -> float:
        """Sulfur per area, kg/m2."""
        return self.sulfur

    @property
    def n_to_p(self) -> float | None:
        """Metal at assembly over the loading; None where the metal is in excess."""
        return None if self.metal.metal_capacity is None else self.metal.metal_capacity / self.loading

    @property
    def positive(self) -> SulfurHost:
        """Sulfur as a positive electrode."""
        v = self.values
        return SulfurHost(
            "S", False, THEORETICAL, v["lower_voltage"], v["upper_voltage"], v["electrode_density"],
            v["active_fraction"], v["electrode_porosity"],
        )  # fmt: skip

    @property
    def thickness(self) -> float:
        """Thickness of the positive electrode in m."""
        dry = self.sulfur / self.values["active_fraction"].value / self.values["electrode_density"].value
        return dry / (1.0 - self.values["electrode_porosity"].value)

    @property
    def pores(self) -> float:
        """Pore volume of separator and positive, m3/m2."""
        inside = self.values["electrode_porosity"].value * self.thickness
        return self.metal.porosity * self.metal.separator_thickness + inside

    @property
    def shuttle(self) -> float:
        """Rate constant of the shuttle, 1/s: k = (A/v)/(v/(A k0) + L/P), the layer in series with the bare cell.

        k0: of the bare anode; v/A: electrolyte per area; L, P: thickness and permeability of the layer.
        """
        bare = self.values["shuttle"].value
        resistance = 1.0 / (bare * self.liquid) + self.layer / self.values["permeability"].value
        return 1.0 / (resistance * self.liquid)

    def sample(self, values: Mapping[str, float]) -> SulfurCell:
        """The cell with some constants of the model replaced (shares 1 at most); RecipeError for other names."""
        for name in values:
            if name not in SAMPLED_SULFUR:
                raise RecipeError(unknown_name("constant of the sulfur model", name, SAMPLED_SULFUR))
        changed = {
            name: replace(self.values[name], value=min(1.0, float(value)) if name == "shuttle_loss" else float(value))
            for name, value in values.items()
        }
        return replace(self, values={**self.values, **changed})


def sulfur(
    coating: Any = None,
    *,
    loading: str | float | None = None,
    sulfur_loading: str | float | None = None,
    electrolyte: str,
    electrolyte_amount: str | float,
    anode: str | None = None,
    n_to_p: float | None = None,
    anode_thickness: str | float | None = None,
    separator: str = "Celgard 2400",
    area: str | float | None = None,
    temperature: str | float = "25 degC",
) -> SulfurCell:
    """A metal-sulfur cell, coated where `coating` is given.

    sulfur_loading: mass of sulfur per area, text such as "1.5 mg/cm2" or kg/m2; or loading: its charge at 1672 mAh/g,
    "2 mAh/cm2" or C/m2. electrolyte_amount: m3/m2 or text. n_to_p: metal at assembly over that charge (or
    anode_thickness); in excess where neither is given. Other arguments and refusals as in `symmetric`. Raises
    RecipeError for metals other than Li and Na, and where both or none of the loadings is given.

    >>> cell = sulfur(
    ...     anode="Li", sulfur_loading="1 mg/cm2", electrolyte="1 M LiTFSI in DOL/DME", electrolyte_amount="15 uL/cm^2"
    ... )
    >>> round(cell.loading / 3.6e4, 3)  # mAh/cm2
    1.672
    """
    if n_to_p is not None and not (math.isfinite(n_to_p) and n_to_p >= 0.0):
        raise RecipeError(f"[cell] n_to_p: {n_to_p!r} given; it must be zero or more")
    if n_to_p is not None and anode_thickness is not None:
        raise RecipeError("[cell] n_to_p: given together with [anode] thickness; the metal follows from one of them")
    metal = symmetric(
        coating, electrolyte=electrolyte, anode=anode, separator=separator, area=area, temperature=temperature,
        coated="one", anode_thickness=anode_thickness,
    )  # fmt: skip
    if metal.anode not in ("Li", "Na"):
        raise RecipeError(f"[cell] positive: 'S' is modelled against Li and Na, not {metal.anode}")
    mass = _mass(loading, sulfur_loading)
    liquid = electrolyte_amount
    if isinstance(liquid, str):
        liquid = parse(liquid, "volume per area", "[cell] electrolyte_amount")
    rows = by_subject("sulfur")["S"]
    values = {name: rows[name].quantity(unit) for name, unit in _UNITS.items()}
    if metal.anode == "Na":  # the potentials are against lithium; sodium lies higher
        shift = chemistry.anode("Li").standard_potential.value - chemistry.anode("Na").standard_potential.value
        for name in ("potential_high", "potential_low", "lower_voltage", "upper_voltage"):
            old = values[name]
            values[name] = replace(old, value=old.value + shift, low=old.low + shift, high=old.high + shift)
    layer = 0.0 if coating is None else float(coating.thickness.value)
    made = SulfurCell(metal, mass, float(liquid), layer, values)
    if n_to_p is not None:
        made = replace(made, metal=replace(metal, metal_capacity=n_to_p * made.loading))
    sources = tuple(dict.fromkeys([*metal.sources, *(value.source for value in values.values())]))
    return replace(made, notes=tuple(dict.fromkeys([*_notes(made, coating), *metal.notes])), sources=sources)


def _mass(loading: str | float | None, sulfur_loading: str | float | None) -> float:
    """Sulfur in kg/m2."""
    if (loading is None) == (sulfur_loading is None):
        raise RecipeError("[cell] sulfur_loading, positive_loading: give one of them, the mass or the charge of sulfur")
    if sulfur_loading is not None:
        text = sulfur_loading
        return parse(text, "mass per area", "[cell] sulfur_loading") if isinstance(text, str) else float(text)
    charge = parse(loading, "areal capacity", "[cell] positive_loading") if isinstance(loading, str) else loading
    return float(charge or 0.0) / THEORETICAL


def _notes(cell: SulfurCell, coating: Any) -> list[str]:
    """What is assumed, and where the model does not reach."""
    notes = [
        "sulfur: the model moves 12 of 16 electrons per S8 (1254 of 1672 mAh/g); no space, no transport limits",
        "sulfur: with the published constants the lower plateau lies at 2.25 to 2.31 V at rest, measured cells: 2.1 V",
        "sulfur lost by the shuttle, and with it the fading, rests on assumed constants",
        "sulfur: precipitation and dissolution are known to a decade at best: some of the samples hardly recharge",
        "sulfur: the shuttle runs while the cell is charged or rests, not on discharge, as in the published model",
    ]
    if coating is not None:
        notes.append("the permeability of the layer to polysulfides is unknown: six powers of ten are carried")
    if any("NO3" in name for name, _ in chemistry.electrolyte(cell.metal.electrolyte).additives):
        notes.append(
            "a nitrate in the electrolyte is known to slow the shuttle; no law of it was found: the shuttle is that of "
            "the model, whose electrolyte is not stated, within its two powers of ten"
        )
    if cell.metal.anode == "Na":
        notes.append(
            "Na|S: no model of the sodium polysulfides was found; constants of Li|S, moved by the difference of the "
            "standard potentials of the metals, stand in: the sodium plateaus, their solubility and kinetics are not "
            "predicted"
        )
    host = cell.positive
    notes += attacks(cell.metal, coating, host.name, host.lower_voltage.value, host.upper_voltage.value)
    ratio = cell.liquid / cell.sulfur * 1e3  # uL per mg: 1e9 uL/m3 over 1e6 mg/kg
    rows = by_subject("sulfur")["Li2S8"]
    most = max(rows, key=lambda name: rows[name].quantity("mol/m**3").value)
    soluble = rows[most].quantity("mol/m**3").value
    dissolved = cell.sulfur / ATOM / cell.liquid
    if dissolved > soluble:
        notes.append(
            f"lean electrolyte: {ratio:.3g} uL per mg of sulfur dissolves {soluble / 1e3:.3g} mol/L of sulfur atoms at "
            f"most, {dissolved / 1e3:.3g} are there: what stays solid is not discharged, which the model does not see"
        )
    return notes


def assembled(cell: SulfurCell) -> Array:
    """State of a fresh, charged cell: nearly all S8, a thousandth as S4(2-) and S2(2-), S(2-) in equilibrium."""
    m = cell.sulfur
    state = np.array([0.0, 1e-3 * m, 1e-3 * m, 1e-9 * m, cell.values["seed"].value * m, 0.0])
    state[S8] = m - state.sum()
    high, low = potentials(state, cell)
    thermal = GAS_CONSTANT * cell.metal.temperature_K / FARADAY
    state[S1] *= math.exp(-2.0 * (high - low) / thermal)
    state[S8] = m - state[S4:].sum()
    return state


def potentials(state: Array, cell: SulfurCell) -> tuple[float, float]:
    """Nernst potentials of both steps in V: E = E0 + RT/(4F) ln Q with concentrations in mol/L."""
    thermal = GAS_CONSTANT * cell.metal.temperature_K / FARADAY
    liter = 1e3 * ATOM * cell.liquid

    def log_c(index: int, atoms: float) -> float:
        return math.log(max(float(state[index]), _LEAST) / (atoms * liter))

    high = cell.values["potential_high"].value + 0.25 * thermal * (log_c(S8, 8.0) - 2.0 * log_c(S4, 4.0))
    low = cell.values["potential_low"].value + 0.25 * thermal * (log_c(S4, 4.0) - log_c(S2, 2.0) - 2.0 * log_c(S1, 1.0))
    return high, low


def voltage(state: Array, i: float, cell: SulfurCell) -> tuple[float, float, float]:
    """(V of the positive, current of the high and of the low step in A/m2) at discharge current i.

    i = sum of 2 i0 a sinh(2F(E - V)/RT) over both steps: a quadratic in exp(-2FV/RT), solved without iteration.
    """
    x = 2.0 * FARADAY / (GAS_CONSTANT * cell.metal.temperature_K)
    high, low = potentials(state, cell)
    area = cell.values["area"].value * cell.sulfur
    one, two = (2.0 * cell.values[name].value * area for name in ("exchange_high", "exchange_low"))
    middle = 0.5 * (high + low)
    up = 0.5 * (one * math.exp(x * (high - middle)) + two * math.exp(x * (low - middle)))
    down = 0.5 * (one * math.exp(x * (middle - high)) + two * math.exp(x * (middle - low)))
    root = math.sqrt(i * i + 4.0 * up * down)
    u = (i + root) / (2.0 * up) if i >= 0.0 else 2.0 * down / (root - i)
    v = middle - math.log(u) / x
    return v, one * math.sinh(x * (high - v)), two * math.sinh(x * (low - v))


def rates(state: Array, i: float, cell: SulfurCell) -> Array:
    """d(state)/dt at discharge current i (A/m2); the shuttle runs while charging and at rest. Sulfur is conserved."""
    _, high, low = voltage(state, i, cell)
    four = 4.0 * FARADAY
    shuttled = (cell.shuttle if i <= 0.0 else 0.0) * max(float(state[S8]), 0.0)
    lost = cell.values["shuttle_loss"].value * shuttled
    speed = cell.values["precipitation"].value / (cell.liquid * cell.values["solid_density"].value)
    sulfide = float(state[S1])
    solid = (sulfide - cell.values["saturation"].value * cell.liquid) * max(float(state[SOLID]), 0.0)
    solid = speed * (solid + sulfide * NUCLEI * cell.values["seed"].value * cell.sulfur)
    move_high, move_low = 8.0 * ATOM * high / four, ATOM * low / four
    return np.array([
        -move_high - shuttled, move_high + shuttled - lost - 4.0 * move_low, 2.0 * move_low, 2.0 * move_low - solid,
        solid, lost,
    ])  # fmt: skip
