"""From table rows to values: the SI unit of every property, and the small readers the loaders share."""

from __future__ import annotations

from collections.abc import Mapping

from alloycoat.chemistry.tables import Row, TableError
from alloycoat.sources import Value

SI_UNITS = {
    "molar_volume": "m**3/mol",
    "density": "kg/m**3",
    "melting_point": "K",
    "boiling_point": "K",
    "standard_potential": "V",
    "plateau": "V",
    "formation_energy": "J/mol",
    "bulk_modulus": "Pa",
    "shear_modulus": "Pa",
    "youngs_modulus": "Pa",
    "diffusivity": "m**2/s",
    "conductivity_ionic": "S/m",
    "conductivity_electronic": "S/m",
    "resistivity": "ohm*m",
    "solubility": "",
    "vapour_pressure": "Pa",
    "viscosity": "Pa*s",
    "atomic_weight": "kg/mol",
}
"""Property of a table row -> the unit its value is kept in."""

Rows = Mapping[str, Row]


def optional(rows: Rows, name: str) -> Value | None:
    """The number `name` in SI units; None where the table has no such row."""
    return rows[name].quantity(SI_UNITS[name]) if name in rows else None


def required(rows: Rows, name: str, subject: str, table: str) -> Value:
    """The number `name` in SI units; TableError where the table has no such row."""
    if name not in rows:
        raise TableError(f"{table}.csv: {subject} has no {name}")
    return rows[name].quantity(SI_UNITS[name])


def text(rows: Rows, name: str, default: str = "") -> str:
    """The text of the row `name`, or `default`."""
    return rows[name].text if name in rows else default


def listed(rows: Rows, name: str) -> tuple[str, ...]:
    """The parts of a text row that holds a list separated by semicolons."""
    return tuple(part.strip() for part in text(rows, name).split(";") if part.strip())


def flag(rows: Rows, name: str, default: bool = False) -> bool:
    """A row that says yes or no."""
    answer = text(rows, name, "yes" if default else "no")
    if answer not in {"yes", "no"}:
        raise TableError(f"{rows[name].where}: {name} is {answer!r}, not yes or no")
    return answer == "yes"
