"""Loads an anode metal with its salts, alloys, solubilities and room-temperature ladders.

One csv a metal in data/anodes. Subjects of its rows: the metal itself ("Li"), a salt (has a row `anion`),
an alloy phase (has a row `element`), a pair ("Li-Al": solubility, ladder, diffusivity of the pair).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from alloycoat.chemistry.formulas import molar_mass, parse_formula
from alloycoat.chemistry.phases import AnodeMetal, Ladder, Phase, Salt
from alloycoat.chemistry.reading import Rows, flag, listed, optional, required, text
from alloycoat.chemistry.tables import TableError, by_subject, table_names
from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.sources import Value

_SOLUBLE = "solubility_in_"


def anodes() -> tuple[str, ...]:
    """Symbols of the anode metals there is a table for."""
    found = (name.split("/")[1].capitalize() for name in table_names() if name.startswith("anodes/"))
    return tuple(sorted(found))


@lru_cache(maxsize=16)
def anode(symbol: str) -> AnodeMetal:
    """The anode metal by its symbol; MissingDataError for one without a table."""
    if symbol not in anodes():
        raise MissingDataError(unknown_name("anode metal", symbol, anodes()))
    table = f"anodes/{symbol.lower()}"
    subjects = by_subject(table)
    metal = subjects[symbol]
    pairs = {name.split("-", 1)[1]: rows for name, rows in subjects.items() if "-" in name}
    return AnodeMetal(
        symbol=symbol,
        charge=int(metal["charge"].text),
        molar_mass=molar_mass(symbol),
        molar_volume=required(metal, "molar_volume", symbol, table),
        melting_point=required(metal, "melting_point", symbol, table),
        standard_potential=required(metal, "standard_potential", symbol, table),
        salts=MappingProxyType(
            {name: _salt(name, symbol, rows, table) for name, rows in subjects.items() if "anion" in rows}
        ),
        alloys=_alloys(symbol, subjects, pairs, table),
        solubility=_solubility(pairs),
        ladders=MappingProxyType(
            {name: _ladder(name, rows) for name, rows in pairs.items() if "ladder_richest" in rows}
        ),
        bulk_modulus=optional(metal, "bulk_modulus"),
        shear_modulus=optional(metal, "shear_modulus"),
        youngs_modulus=optional(metal, "youngs_modulus"),
        resistivity=optional(metal, "resistivity"),
    )


def _salt(formula: str, symbol: str, rows: Rows, table: str) -> Salt:
    anion = rows["anion"].text
    atoms = parse_formula(formula)
    per_anion = parse_formula(anion)
    anions = {atoms.get(name, 0) / count for name, count in per_anion.items()}
    if len(anions) != 1 or set(atoms) != {symbol, *per_anion}:
        raise TableError(f"{rows['anion'].where}: {formula} is no salt of {symbol} and {anion}")
    in_words = {name.removeprefix(_SOLUBLE): row for name, row in rows.items() if name.startswith(_SOLUBLE)}
    return Salt(
        formula=formula,
        anode=symbol,
        anion=anion,
        atoms_anode=atoms[symbol],
        atoms_anion=int(anions.pop()),
        molar_mass=molar_mass(formula),
        molar_volume=required(rows, "molar_volume", formula, table),
        solubility=MappingProxyType({name: row.text for name, row in in_words.items()}),
        solubility_source=MappingProxyType({name: row.source for name, row in in_words.items()}),
        formation_energy=optional(rows, "formation_energy"),
        bulk_modulus=optional(rows, "bulk_modulus"),
        shear_modulus=optional(rows, "shear_modulus"),
        youngs_modulus=optional(rows, "youngs_modulus"),
        conductivity_ionic=optional(rows, "conductivity_ionic"),
        melting_point=optional(rows, "melting_point"),
    )


def _phase(formula: str, symbol: str, rows: Rows, pair: Rows, table: str) -> Phase:
    element = rows["element"].text
    atoms = parse_formula(formula)
    if set(atoms) != {symbol, element}:
        raise TableError(f"{rows['element'].where}: {formula} is no alloy of {symbol} and {element}")
    return Phase(
        formula=formula,
        anode=symbol,
        element=element,
        ratio=atoms[symbol] / atoms[element],
        atoms_anode=atoms[symbol],
        atoms_element=atoms[element],
        molar_mass=molar_mass(formula),
        molar_volume=required(rows, "molar_volume", formula, table),
        on_hull=text(rows, "hull") == "on",
        experimental=flag(rows, "experimental"),
        formation_energy=optional(rows, "formation_energy"),
        plateau=optional(rows, "plateau"),
        bulk_modulus=optional(rows, "bulk_modulus"),
        shear_modulus=optional(rows, "shear_modulus"),
        youngs_modulus=optional(rows, "youngs_modulus"),
        diffusivity=optional(rows, "diffusivity") or optional(pair, "diffusivity"),
        conductivity_electronic=optional(rows, "conductivity_electronic"),
        melting_point=optional(rows, "melting_point"),
        note=rows["hull"].note if "hull" in rows else "",
    )


def _alloys(
    symbol: str, subjects: Mapping[str, Rows], pairs: Mapping[str, Rows], table: str
) -> Mapping[str, tuple[Phase, ...]]:
    grouped: dict[str, list[Phase]] = {}
    for name, rows in subjects.items():
        if "element" in rows:
            pair = pairs.get(rows["element"].text, {})
            phase = _phase(name, symbol, rows, pair, table)
            grouped.setdefault(phase.element, []).append(phase)
    return MappingProxyType(
        {element: tuple(sorted(group, key=lambda phase: phase.ratio)) for element, group in grouped.items()}
    )


def _solubility(pairs: Mapping[str, Rows]) -> Mapping[str, Value]:
    found = {name: optional(rows, "solubility") for name, rows in pairs.items()}
    return MappingProxyType({name: value for name, value in found.items() if value is not None})


def _ladder(element: str, rows: Rows) -> Ladder:
    row = rows["ladder_richest"]
    return Ladder(
        element=element,
        richest="" if row.text == "none" else row.text,
        steps=listed(rows, "ladder_steps"),
        complete=flag(rows, "ladder_complete", default=True),
        active=flag(rows, "ladder_active", default=True),
        source=row.source,
        kind=row.kind,
        note=row.note,
    )
