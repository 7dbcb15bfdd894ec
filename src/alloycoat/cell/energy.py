"""What a stack weighs and holds: areal capacity, Wh/kg and Wh/L of a full cell, and what the coating costs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat import chemistry
from alloycoat.cell.full import FullCell
from alloycoat.cell.sulfur import SulfurCell
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY
from alloycoat.record import CyclingRecord


@dataclass(frozen=True, slots=True)
class Stack:
    """One repeat unit of a stack, both electrodes on both sides of their foils (half a foil each).

    masses: kg/m2 and thicknesses: m by part. energy: J/m2 of the discharge; capacity: C/m2 of it.
    """

    masses: dict[str, float]
    thicknesses: dict[str, float]
    energy: float
    capacity: float
    notes: tuple[str, ...]

    @property
    def specific_energy(self) -> float:
        """J/kg of the stack (3600 J/kg = 1 Wh/kg)."""
        return self.energy / sum(self.masses.values())

    @property
    def energy_density(self) -> float:
        """J/m3 of the stack (3.6e6 J/m3 = 1 Wh/L)."""
        return self.energy / sum(self.thicknesses.values())

    def columns(self) -> dict[str, float]:
        """As it stands in the json output: SI units in the names."""
        return {
            "areal_capacity_C_per_m2": self.capacity, "energy_J_per_m2": self.energy,
            "specific_energy_J_per_kg": self.specific_energy, "energy_density_J_per_m3": self.energy_density,
            "mass_kg_per_m2": sum(self.masses.values()), "thickness_m": sum(self.thicknesses.values()),
        }  # fmt: skip


def stack(cell: FullCell | SulfurCell, record: CyclingRecord, electrolyte_amount: float, coating: Any = None) -> Stack:
    """The stack of a full cell with the energy of its first discharge.

    record: of that cell; electrolyte_amount: m3/m2. Tabs, housing and gas are not counted, the thickness is that
    of assembly. Raises RecipeError where the record has no discharge or the metal is in excess (its mass is then
    not known).
    """
    capacity = cell.metal.metal_capacity
    if capacity is None:
        raise RecipeError("[cell] n_to_p: not given; the mass of the metal, and so Wh/kg, is not known without it")
    energy, charge = first_discharge(record)
    table = by_subject("stack")

    def of(part: str, name: str, unit: str) -> float:
        return float(table[part][name].quantity(unit).value)

    host, metal = cell.positive, cell.metal
    dry = cell.active_mass / host.active_fraction.value
    copper, foil = 0.5 * of("Cu foil", "thickness", "m"), 0.5 * of("Al foil", "thickness", "m")
    mole = capacity / (metal.charge * FARADAY)
    element = chemistry.anode(metal.anode)
    masses = {
        "positive": dry, "aluminium": foil * of("Al foil", "density", "kg/m**3"),
        "separator": metal.separator_thickness * (1.0 - metal.porosity) * of("separator", "density", "kg/m**3"),
        "electrolyte": electrolyte_amount * of("electrolyte", "density", "kg/m**3"),
        "metal": mole * chemistry.molar_mass(metal.anode), "copper": copper * of("Cu foil", "density", "kg/m**3"),
    }  # fmt: skip
    thicknesses = {
        "positive": cell.thickness, "aluminium": foil, "separator": metal.separator_thickness,
        "metal": mole * element.molar_volume.value, "copper": copper,
    }  # fmt: skip
    if coating is not None:
        masses["coating"] = sum(part.mol_per_m2.value * chemistry.molar_mass(part.formula) for part in coating.phases)
        thicknesses["coating"] = coating.thickness.value
    notes = (
        "foils, separator polymer and electrolyte density are assumed; tabs, housing and swelling are not counted",
    )
    return Stack(masses, thicknesses, energy, charge, notes)


def first_discharge(record: CyclingRecord) -> tuple[float, float]:
    """(J/m2, C/m2) of the first discharge in a record of a full cell: integrals of V i and i over time."""
    area = record.area_m2 or 1.0
    discharging = record.current_A < 0.0
    if not np.any(discharging):
        raise RecipeError("record: it has no discharge, so no energy")
    start = int(np.argmax(discharging))
    after = ~discharging[start:]
    end = start + (int(np.argmax(after)) if np.any(after) else len(after))
    part = slice(start, end)
    current, time = -record.current_A[part] / area, record.time_s[part]
    return float(np.trapezoid(record.voltage_V[part] * current, time)), float(np.trapezoid(current, time))
