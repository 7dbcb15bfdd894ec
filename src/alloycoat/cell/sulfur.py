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
from scipy.integrate import solve_ivp

from alloycoat.cell.design import Cell, symmetric
from alloycoat.chemistry.tables import by_subject
from alloycoat.electrochemistry import butler_volmer
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT, parse
from alloycoat.record import CyclingRecord, Ended
from alloycoat.sources import Value

Array = NDArray[np.float64]
ATOM = 0.032
"""kg/mol of sulfur atoms, as in the model."""
ELECTRONS = 12.0 / 8.0
"""Electrons per sulfur atom that the model can move."""
_UNITS = {
    "exchange_high": "A/m**2", "exchange_low": "A/m**2", "area": "m**2/kg", "potential_high": "V",
    "potential_low": "V", "precipitation": "1/s", "saturation": "kg/m**3", "solid_density": "kg/m**3",
    "shuttle": "1/s", "shuttle_loss": "", "permeability": "m**2/s", "seed": "", "lower_voltage": "V",
    "upper_voltage": "V",
}  # fmt: skip
S8, S4, S2, S1, SOLID, LOST = range(6)
"""State: kg of sulfur per m2 as S8, S4(2-), S2(2-), S(2-), precipitate, lost by the shuttle."""
_LEAST = 1e-30
_SPENT = 1e-6
"""Share of the sulfur below which a reactant counts as gone."""


@dataclass(frozen=True, slots=True)
class SulfurCell:
    """A metal against sulfur; SI units per electrode area.

    metal: anode, electrolyte and separator. sulfur: kg/m2. liquid: electrolyte, m3/m2. layer: thickness of the
    coating in m (0: bare). values: the constants of the model with their spread.
    """

    metal: Cell
    sulfur: float
    liquid: float
    layer: float
    values: Mapping[str, Value]
    notes: tuple[str, ...]

    @property
    def capacity(self) -> float:
        """Charge that the model's two steps can move, C/m2."""
        return self.sulfur / ATOM * ELECTRONS * FARADAY

    @property
    def shuttle(self) -> float:
        """Rate constant of the shuttle, 1/s: k = (A/v)/(v/(A k0) + L/P), the layer in series with the bare cell.

        k0: of the bare anode; v/A: electrolyte per area; L, P: thickness and permeability of the layer.
        """
        bare = self.values["shuttle"].value
        resistance = 1.0 / (bare * self.liquid) + self.layer / self.values["permeability"].value
        return 1.0 / (resistance * self.liquid)


def sulfur(
    coating: Any = None,
    *,
    loading: str | float,
    electrolyte: str,
    electrolyte_amount: str | float,
    anode: str | None = None,
    separator: str = "Celgard 2400",
    area: str | float | None = None,
) -> SulfurCell:
    """A metal-sulfur cell, coated where `coating` is given.

    loading: areal capacity that the model can move, text such as "2 mAh/cm2" or C/m2. electrolyte_amount: m3/m2 or
    text. Other arguments and refusals as in `symmetric`. Raises RecipeError for metals other than Li and Na.
    """
    metal = symmetric(coating, electrolyte=electrolyte, anode=anode, separator=separator, area=area, coated="one")
    if metal.anode not in ("Li", "Na"):
        raise RecipeError(f"[cell] positive: 'S' is modelled against Li and Na, not {metal.anode}")
    charge = parse(loading, "areal capacity", "[cell] positive_loading") if isinstance(loading, str) else float(loading)
    liquid = electrolyte_amount
    if isinstance(liquid, str):
        liquid = parse(liquid, "volume per area", "[cell] electrolyte_amount")
    if not (charge > 0.0 and liquid > 0.0 and math.isfinite(charge + liquid)):
        raise RecipeError("[cell] positive_loading, electrolyte_amount: must be above zero")
    rows = by_subject("sulfur")["S"]
    values = {name: rows[name].quantity(unit) for name, unit in _UNITS.items()}
    if metal.anode == "Na":  # the potentials are against lithium; sodium lies 0.33 V higher
        shift = -0.33
        for name in ("potential_high", "potential_low", "lower_voltage", "upper_voltage"):
            old = values[name]
            values[name] = replace(old, value=old.value + shift, low=old.low + shift, high=old.high + shift)
    notes = [
        "sulfur: the model moves 12 of 16 electrons per S8 (1254 of 1672 mAh/g); no space, no transport limits",
        "sulfur: the lower plateau of the model lies near 2.3 V, where measured cells show 2.1 V",
        "sulfur lost by the shuttle, and with it the fading, rests on assumed constants",
    ]
    if coating is not None:
        notes.append("the permeability of the layer to polysulfides is unknown: six powers of ten are carried")
    layer = 0.0 if coating is None else float(coating.thickness.value)
    return SulfurCell(metal, charge / FARADAY / ELECTRONS * ATOM, float(liquid), layer, values, (*notes, *metal.notes))


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
    """d(state)/dt at discharge current i (A/m2); the shuttle runs while charging. Sulfur is conserved."""
    _, high, low = voltage(state, i, cell)
    four = 4.0 * FARADAY
    shuttled = (cell.shuttle if i < 0.0 else 0.0) * max(float(state[S8]), 0.0)
    lost = cell.values["shuttle_loss"].value * shuttled
    solid = cell.values["precipitation"].value * max(float(state[SOLID]), 0.0)
    supersaturation = float(state[S1]) - cell.values["saturation"].value * cell.liquid
    solid *= supersaturation / (cell.liquid * cell.values["solid_density"].value)
    move_high, move_low = 8.0 * ATOM * high / four, ATOM * low / four
    return np.array([
        -move_high - shuttled, move_high + shuttled - lost - 4.0 * move_low, 2.0 * move_low, 2.0 * move_low - solid,
        solid, lost,
    ])  # fmt: skip


@dataclass(frozen=True, slots=True)
class SulfurAged:
    """A sulfur cell cycled: record, state at each end of discharge and charge, capacities by cycle (C/m2)."""

    record: CyclingRecord
    after_discharge: Array
    after_charge: Array
    discharged: Array
    charged: Array
    endless: int

    @property
    def speciation(self) -> dict[str, float]:
        """Shares of the sulfur at the end of the first discharge, by form."""
        state = self.after_discharge[0]
        names = ("S8", "S4(2-)", "S2(2-)", "S(2-)", "precipitate", "lost")
        return {name: float(value / state.sum()) for name, value in zip(names, state, strict=True)}


def _anode(cell: SulfurCell, i: float) -> float:
    """Overpotential of the metal in V (positive when it is stripped): charge transfer, film and layer."""
    metal = cell.metal
    if i == 0.0:
        return 0.0
    coated = metal.coated[0]
    exchange = metal.exchange_current_density * (metal.coated_exchange_factor if coated else 1.0)
    film = metal.coated_film_resistance + metal.coating_resistance if coated else metal.film_resistance
    thermal = GAS_CONSTANT * metal.temperature_K / FARADAY
    ohmic = metal.separator_thickness / (metal.nominal(metal.conductivity) * metal.permeance)
    eta = butler_volmer.overpotential(abs(i), exchange, metal.alpha_a, metal.alpha_c, thermal)
    return math.copysign(eta + abs(i) * (film + ohmic), i)


def cycle_sulfur(cell: SulfurCell, current_density: float, cycles: int) -> SulfurAged:
    """Discharge and charge between the voltage limits of the model at constant current.

    current_density: A/m2. A charge that the shuttle keeps from reaching its limit is stopped after 1.5 times the
    capacity and counted in `endless`. Raises RecipeError without an area, AlloycoatError where no solution is found.
    """
    area = cell.metal.area_m2
    if area is None:
        raise RecipeError('[anode] area: not given; the record in ampere needs it, as in area = "1.13 cm^2"')
    if not (math.isfinite(current_density) and current_density > 0.0 and cycles >= 1):
        raise RecipeError(f"current density, cycles: {current_density!r}, {cycles!r} given; must be above zero")
    state, start, endless = assembled(cell), 0.0, 0
    columns: list[tuple[Array, Array, Array, int, int]] = []
    ends: dict[int, list[Array]] = {1: [], 2: []}
    charges: dict[int, list[float]] = {1: [], 2: []}
    for number in range(1, cycles + 1):
        for step, sign in ((1, 1.0), (2, -1.0)):
            time, states, reached = _half(cell, state, sign * current_density)
            endless += sign < 0 and not reached
            volts = np.array(
                [voltage(row, sign * current_density, cell)[0] - _anode(cell, sign * current_density) for row in states]
            )
            columns.append((time + start, np.full(len(time), -sign * current_density), volts, number, step))
            state = states[-1]
            start += float(time[-1])
            ends[step].append(state.copy())
            charges[step].append(current_density * float(time[-1]))
    sizes = [len(column[0]) for column in columns]
    record = CyclingRecord(
        np.concatenate([c[0] for c in columns]), np.concatenate([c[1] for c in columns]) * area,
        np.concatenate([c[2] for c in columns]), cycle=np.repeat([c[3] for c in columns], sizes),
        step=np.repeat([c[4] for c in columns], sizes), area_m2=area, cell_kind="full", origin="simulated",
        ended=Ended.completed, metadata={"positive": "S", "anode": cell.metal.anode}, notes=cell.notes,
    )  # fmt: skip
    return SulfurAged(
        record, np.array(ends[1]), np.array(ends[2]), np.array(charges[1]), np.array(charges[2]), int(endless)
    )


def _half(cell: SulfurCell, state: Array, i: float) -> tuple[Array, Array, bool]:
    """One half-cycle: times, states, and whether the voltage limit was reached."""
    limit = cell.values["lower_voltage" if i > 0.0 else "upper_voltage"].value
    drop = _anode(cell, i)

    def event(_: float, z: Array) -> float:
        return voltage(_unpacked(z, cell), i, cell)[0] - drop - limit

    def slope(_: float, z: Array) -> Array:
        y = _unpacked(z, cell)
        change = rates(y, i, cell)
        return np.array([change[S8] / y[S8], change[S2], change[S1] / y[S1], change[SOLID] / y[SOLID], change[LOST]])

    def spent(_: float, z: Array) -> float:
        y = _unpacked(z, cell)  # what the current needs is gone: the voltage runs to its limit at once
        return float(y[S8] + y[S4] if i > 0.0 else y[S2] + y[S1] + y[SOLID]) / cell.sulfur - _SPENT

    event.terminal = spent.terminal = True  # type: ignore[attr-defined]
    first = np.array([math.log(state[S8]), state[S2], math.log(state[S1]), math.log(state[SOLID]), state[LOST]])
    if event(0.0, first) * i <= 0.0:
        return np.array([0.0]), state[None, :], True
    longest = 1.5 * cell.capacity / abs(i)
    scale = cell.sulfur
    found = solve_ivp(
        slope, (0.0, longest), first, method="BDF", events=(event, spent), rtol=1e-5,
        atol=np.array([1e-5, 1e-9 * scale, 1e-5, 1e-5, 1e-9 * scale]),
    )  # fmt: skip
    if found.status < 0:
        raise AlloycoatError(f"sulfur cell: {found.message}")
    states = np.array([_unpacked(z, cell) for z in found.y.T])
    return found.t, states, found.status == 1


def _unpacked(z: Array, cell: SulfurCell) -> Array:
    """The state from (ln S8, S2, ln S1, ln solid, lost): S4(2-) is what remains, so sulfur is closed exactly."""
    s8, s1, solid = (math.exp(min(max(float(z[k]), -600.0), 10.0)) for k in (0, 2, 3))
    rest = cell.sulfur - s8 - float(z[1]) - s1 - solid - float(z[4])
    return np.array([s8, max(rest, 1e-14 * cell.sulfur), max(float(z[1]), _LEAST), s1, solid, float(z[4])])
