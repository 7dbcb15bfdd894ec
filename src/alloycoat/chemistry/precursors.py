"""Loads coating elements, precursors and solvents by name or alias."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from alloycoat.chemistry.formulas import molar_mass, plain
from alloycoat.chemistry.reading import Rows, listed, optional, required, text
from alloycoat.chemistry.substances import Element, Precursor, Solvent
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import MissingDataError, unknown_name

_SUPPLY = "supply_"


def elements() -> tuple[str, ...]:
    """Symbols of the elements there are rows for."""
    return tuple(sorted(by_subject("elements")))


def precursors() -> tuple[str, ...]:
    """Formulas of the precursors there are rows for."""
    return tuple(sorted(by_subject("precursors")))


def solvents() -> tuple[str, ...]:
    """Names of the solvents there are rows for."""
    return tuple(sorted(by_subject("solvents")))


@lru_cache(maxsize=128)
def element(symbol: str) -> Element:
    """The element by its symbol; MissingDataError for one without rows."""
    table = by_subject("elements")
    if symbol not in table:
        raise MissingDataError(unknown_name("element", symbol, table))
    rows = table[symbol]
    supply = {name.removeprefix(_SUPPLY): row for name, row in rows.items() if name.startswith(_SUPPLY)}
    return Element(
        symbol=symbol,
        molar_mass=molar_mass(symbol),
        molar_volume=required(rows, "molar_volume", symbol, "elements"),
        density=required(rows, "density", symbol, "elements"),
        hazards=listed(rows, "hazards"),
        supply=MappingProxyType({name: f"{row.text} {row.unit}".strip() for name, row in supply.items()}),
        supply_source=next((row.source for row in supply.values()), ""),
        bulk_modulus=optional(rows, "bulk_modulus"),
        shear_modulus=optional(rows, "shear_modulus"),
        youngs_modulus=optional(rows, "youngs_modulus"),
        resistivity=optional(rows, "resistivity"),
        melting_point=optional(rows, "melting_point"),
    )


def _folded(name: str) -> str:
    """A name as it is compared: ASCII digits, no blanks, no case."""
    return plain(name).lower().replace("-", "")


def _index(table: Mapping[str, Rows]) -> dict[str, str]:
    """Folded name or alias -> subject; the subjects' own names win over aliases."""
    index = {_folded(alias): subject for subject, rows in table.items() for alias in listed(rows, "aliases")}
    return index | {_folded(subject): subject for subject in table}


@lru_cache(maxsize=1)
def _precursor_index() -> dict[str, str]:
    return _index(by_subject("precursors"))


@lru_cache(maxsize=1)
def _solvent_index() -> dict[str, str]:
    return _index(by_subject("solvents"))


@lru_cache(maxsize=256)
def precursor(name: str) -> Precursor:
    """The precursor by its formula or an alias (case, blanks and Unicode subscripts do not matter).

    Raises MissingDataError for one without rows.

    >>> precursor("InCl₃").element
    'In'
    """
    subject = _precursor_index().get(_folded(name))
    if subject is None:
        raise MissingDataError(unknown_name("precursor", name, precursors()))
    rows = by_subject("precursors")[subject]
    return Precursor(
        formula=subject,
        names=(subject, *listed(rows, "aliases")),
        element=rows["element"].text,
        anion=rows["anion"].text,
        charge=int(rows["charge"].text),
        molar_mass=molar_mass(subject),
        state=rows["state"].text,
        hazards=listed(rows, "hazards"),
        formation_energy=optional(rows, "formation_energy"),
        standard_potential=optional(rows, "standard_potential"),
        density=optional(rows, "density"),
        melting_point=optional(rows, "melting_point"),
        boiling_point=optional(rows, "boiling_point"),
        vapour_pressure=optional(rows, "vapour_pressure"),
    )


@lru_cache(maxsize=128)
def solvent(name: str) -> Solvent:
    """The solvent by its name or an alias ("G4", "TEGDME", "tetraglyme"); MissingDataError if unknown."""
    subject = _solvent_index().get(_folded(name))
    if subject is None:
        raise MissingDataError(unknown_name("solvent", name, solvents()))
    rows = by_subject("solvents")[subject]
    formula = rows["formula"].text
    return Solvent(
        name=subject,
        names=(subject, *listed(rows, "aliases")),
        formula=formula,
        molar_mass=molar_mass(formula),
        kind=text(rows, "kind", "other"),
        density=required(rows, "density", subject, "solvents"),
        hazards=listed(rows, "hazards"),
        viscosity=optional(rows, "viscosity"),
        boiling_point=optional(rows, "boiling_point"),
        melting_point=optional(rows, "melting_point"),
        vapour_pressure=optional(rows, "vapour_pressure"),
    )
