"""The practicality card: how far a test is from what a cell of use needs, and how much of that was reported."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from alloycoat.analysis.verdict import analyze
from alloycoat.errors import AlloycoatError, RecipeError, unknown_name
from alloycoat.outcome import Outcome
from alloycoat.quantities import FARADAY, to_si
from alloycoat.record import CyclingRecord
from alloycoat.sources import Reference

ELECTROLYTE_DENSITY = 1200.0
"""kg/m3, where the electrolyte is given as a volume: assumed, 1,000 to 1,500 for 1 M salts in ethers and carbonates."""
_AS_GOOD_AS = 0.99
REPORTED = ("areal capacity", "electrolyte amount", "N/P ratio", "electrode area", "replicates")
"""What decides a life as much as the coating does; the completeness counts these."""
_SI = {
    "areal capacity": "C/m^2", "current density": "A/m^2", "anode thickness": "m", "depth of discharge": "",
    "N/P ratio": "", "electrolyte per capacity": "kg/C", "cumulative capacity": "C/m^2",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Requirement:
    """What real cells need of an item, in SI: `sense` least or most, a value with its range, where it is from."""

    item: str
    sense: str
    value: float
    low: float
    high: float
    unit: str
    kind: str
    source: Reference
    note: str


@dataclass(frozen=True, slots=True)
class CardRow:
    """One line of the card: what the test had (SI, None where it cannot be told), what is needed, the verdict.

    verdict: "meets", "near" (within the range of what is needed), "misses", or "unknown" with the reason.
    """

    item: str
    value: float | None
    required: Requirement
    verdict: str
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it stands in json documents; `unit` is SI."""
        need = self.required
        return {
            "item": self.item, "value": self.value, "unit": need.unit, "sense": need.sense, "required": need.value,
            "required_interval": [need.low, need.high], "verdict": self.verdict, "reason": self.reason,
            "source": need.source.citation, "doi": need.source.doi, "note": need.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Card:
    """The rows, and which items of REPORTED are known."""

    rows: tuple[CardRow, ...]
    reported: Mapping[str, bool]

    @property
    def completeness(self) -> float:
        """Share of REPORTED that is known, 0 to 1."""
        return sum(self.reported.values()) / len(self.reported)

    def __getitem__(self, item: str) -> CardRow:
        for row in self.rows:
            if row.item == item:
                return row
        raise RecipeError(unknown_name("card", item, [row.item for row in self.rows]))

    def to_json(self) -> dict[str, Any]:
        """As it stands in json documents."""
        return {
            "rows": [row.to_json() for row in self.rows],
            "reported": dict(self.reported),
            "completeness": self.completeness,
        }


@lru_cache(maxsize=1)
def requirements() -> tuple[Requirement, ...]:
    """The table of requirements; raises AlloycoatError where a line breaks the rules of the tables."""
    text = (resources.files("alloycoat.analysis") / "data" / "requirements.csv").read_text(encoding="utf-8")
    found = []
    for row in csv.DictReader(text.splitlines()):
        unit = _SI[row["item"]]
        value, low, high = (to_si(float(row[name]), row["unit"], unit) for name in ("value", "low", "high"))
        if not (low <= value <= high and row["doi"] and row["sense"] in ("least", "most")):
            raise AlloycoatError(f"requirements.csv: {row['item']!r} needs low <= value <= high, a sense and a doi")
        source = Reference(row["doi"], row["citation"], row["doi"])
        found.append(Requirement(row["item"], row["sense"], value, low, high, unit, row["kind"], source, row["note"]))
    return tuple(found)


def card(
    seen: Outcome | CyclingRecord, *, area_m2: float | None = None, metal: str | None = None,
    anode_thickness_m: float | None = None, positive_capacity_C_per_m2: float | None = None,
    n_to_p: float | None = None, electrolyte_m3: float | None = None, electrolyte_kg: float | None = None,
    replicates: int | None = None,
) -> Card:  # fmt: skip
    """The practicality card of a test: each item that follows from the record and from what the user gives.

    seen: an outcome, or a record that is analyzed. area_m2: electrode area, m2 (of the record, where it has one).
    metal: "Li", "Na", "K" or "Mg", for what the thickness holds (Li where left out and the item is of lithium).
    anode_thickness_m: of one electrode, m. positive_capacity_C_per_m2: of full cells; n_to_p: where known as such.
    electrolyte_m3 or electrolyte_kg: in the cell. replicates: cells tested. The areal capacity is that of the
    median full half-cycle; depth of discharge: over z F L/V_m of one electrode; N/P: in symmetric and half cells
    metal over areal capacity, the inverse of the depth of discharge. Raises RecipeError for a number that is not
    above zero.
    """
    given = {
        "area_m2": area_m2, "anode_thickness_m": anode_thickness_m, "n_to_p": n_to_p, "replicates": replicates,
        "positive_capacity_C_per_m2": positive_capacity_C_per_m2, "electrolyte_m3": electrolyte_m3,
        "electrolyte_kg": electrolyte_kg,
    }  # fmt: skip
    for name, number in given.items():
        if number is not None and not (np.isfinite(number) and number > 0):
            raise RecipeError(f"{name}: {number!r} given; it must be above zero")
    outcome = analyze(seen, area_m2=area_m2) if isinstance(seen, CyclingRecord) else seen
    area = area_m2 or _area(outcome)
    values: dict[str, tuple[float | None, str]] = {}
    capacity = _areal_capacity(outcome, area)
    no_area = "" if area else "the electrode area is unknown"
    values["areal capacity"] = (capacity, no_area or "the record has no full cycle")
    density = outcome.current_density_A_per_m2
    if density is None and area:
        density = _usual(outcome, "current_A", area)
    values["current density"] = (density, no_area or "no current flows in the record")
    values["anode thickness"] = (anode_thickness_m, "the thickness of the anode metal is not given")
    metal_capacity = _metal_capacity(metal, anode_thickness_m)
    depth = capacity / metal_capacity if capacity and metal_capacity else None
    why = no_area or "the thickness of the anode metal is not given"
    values["depth of discharge"] = (depth, why)
    values["N/P ratio"] = (n_to_p or _n_to_p(metal_capacity, capacity, positive_capacity_C_per_m2), why)
    liquid = electrolyte_kg or (electrolyte_m3 * ELECTROLYTE_DENSITY if electrolyte_m3 else None)
    charge = capacity * area if capacity and area else None
    lean = liquid / charge if liquid and charge else None
    values["electrolyte per capacity"] = (lean, "the amount of electrolyte is not given" if not liquid else no_area)
    passed = outcome.life_charge_C / area if outcome.life_charge_C is not None and area else None
    values["cumulative capacity"] = (passed, no_area or "no current flows in the record")
    reported = {
        "areal capacity": capacity is not None, "electrolyte amount": liquid is not None,
        "N/P ratio": values["N/P ratio"][0] is not None, "electrode area": area is not None,
        "replicates": replicates is not None and replicates > 1,
    }  # fmt: skip
    return Card(tuple(_row(need, *values[need.item], metal) for need in requirements()), reported)


def _row(need: Requirement, value: float | None, why: str, metal: str | None) -> CardRow:
    if need.item == "anode thickness" and metal not in (None, "Li"):
        return CardRow(need.item, value, need, "unknown", f"the requirement is one of lithium, the anode is {metal}")
    if value is None:
        return CardRow(need.item, None, need, "unknown", why)
    least = need.sense == "least"
    if value >= _AS_GOOD_AS * need.value if least else value <= need.value / _AS_GOOD_AS:
        return CardRow(need.item, value, need, "meets")
    near = value >= need.low if least else value <= need.high
    return CardRow(need.item, value, need, "near" if near else "misses")


def _usual(outcome: Outcome, column: str, area: float) -> float | None:
    """Median of a column over the full cycles, per area."""
    full = outcome.cycles.get("full", ())
    found = [value for value, whole in zip(outcome.cycles.get(column, ()), full, strict=True) if whole]
    return float(np.median(found)) / area if found else None


def _area(outcome: Outcome) -> float | None:
    """The area behind the current density of an outcome, m2."""
    current = _usual(outcome, "current_A", 1.0)
    if current is None or not outcome.current_density_A_per_m2:
        return None
    return current / outcome.current_density_A_per_m2


def _areal_capacity(outcome: Outcome, area: float | None) -> float | None:
    if not area:
        return None
    one, two = (_usual(outcome, f"{name}_charge_C", area) for name in ("first", "second"))
    return None if one is None or two is None else 0.5 * (one + two)


def _metal_capacity(metal: str | None, thickness: float | None) -> float | None:
    """z F L/V_m, the charge in the metal of one electrode, C/m2."""
    if thickness is None:
        return None
    from alloycoat import chemistry  # its tables are read where a metal is named

    anode = chemistry.anode(metal or "Li")
    return float(anode.charge * FARADAY * thickness / anode.molar_volume.value)


def _n_to_p(metal: float | None, capacity: float | None, positive: float | None) -> float | None:
    """Metal over the capacity of the positive electrode, or over what is moved where there is none."""
    other = positive or capacity
    return metal / other if metal and other else None
