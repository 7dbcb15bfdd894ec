"""`evidence()`: the published rows, filtered; `nearest_rows()`: those most like a cell of one's own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from alloycoat.chemistry.formulas import atomic_weights
from alloycoat.errors import MissingDataError, QuantityError, unknown_name
from alloycoat.literature.added import added_papers, all_cell_rows
from alloycoat.literature.claims import ClaimRow
from alloycoat.literature.electrolyte_query import CLASSES, ElectrolyteQuery, parse_electrolyte
from alloycoat.literature.papers import Paper, find_paper
from alloycoat.literature.rows import CellRow, CoatingRow
from alloycoat.literature.tables import claim_rows, coating_rows
from alloycoat.quantities import parse

Row = CoatingRow | CellRow | ClaimRow
"""A row of the evidence."""
TABLES = ("coating", "cell", "claim")
"""The tables of the evidence."""
SAME_CURRENT = 0.01
"""Relative difference up to which two current densities count as the same."""
DISTANCE_WEIGHTS = {"metal": 3.0, "element": 1.0, "electrolyte": 1.0, "current": 1.0}
"""Distance of a published cell: another anode metal, another coating element, another solvent class, and
each decade of current density. A convention, declared, not fitted."""

_NAMES = {
    "aluminum": "Al", "aluminium": "Al", "antimony": "Sb", "arsenic": "As", "bismuth": "Bi", "calcium": "Ca",
    "copper": "Cu", "gallium": "Ga", "germanium": "Ge", "gold": "Au", "indium": "In", "iron": "Fe",
    "lithium": "Li", "magnesium": "Mg", "mercury": "Hg", "potassium": "K", "silicon": "Si", "silver": "Ag",
    "sodium": "Na", "tin": "Sn", "zinc": "Zn",
}  # fmt: skip


def _anode(name: str) -> str:
    known = sorted({row.anode for row in all_cell_rows()})
    wanted = _NAMES.get(name.strip().lower(), name.strip())
    for symbol in known:
        if symbol.lower() == wanted.lower():
            return symbol
    raise MissingDataError(unknown_name("anode", name, known))


def _paper(ref: int | str) -> Paper:
    """A paper of the user's rows by name or DOI, else one of the review's."""
    wanted = str(ref).strip().lower()
    for paper in added_papers():
        if wanted in {paper.key.lower(), paper.doi.lower()} - {""}:
            return paper
    return find_paper(ref)


def _element(name: str) -> str:
    published = {element for row in coating_rows() for element in row.elements}
    wanted = _NAMES.get(name.strip().lower(), name.strip()).lower()
    for symbol in (*published, *atomic_weights()):  # an element without a published row is an empty result
        if symbol.lower() == wanted:
            return symbol
    raise MissingDataError(unknown_name("element", name, published, shown=20))


@dataclass(frozen=True, slots=True)
class _Filter:
    anode: str | None
    element: str | None
    electrolyte: ElectrolyteQuery | None
    current: float | None
    paper: Paper | None

    def _tested(self, row: CellRow) -> bool:
        """Electrolyte and current density of one cell."""
        if self.electrolyte is not None and not self.electrolyte.matches(row):
            return False
        return self.current is None or _same(row.current_density, self.current)

    def keeps(self, row: Row) -> bool:
        """True where the row meets every filter that is set."""
        anodes = row.anodes if isinstance(row, ClaimRow) else (row.anode,)
        if self.anode is not None and self.anode not in anodes:
            return False
        if self.element is not None and self.element not in row.elements:
            return False
        if self.paper is not None and self.paper not in (row.papers if isinstance(row, ClaimRow) else (row.paper,)):
            return False
        if isinstance(row, CellRow):
            return self._tested(row)
        if isinstance(row, CoatingRow):
            if self.electrolyte is None and self.current is None:
                return True
            return any(self._tested(cell) for cell in all_cell_rows() if cell.row in row.cell_rows)
        return self._claimed(row)

    def _claimed(self, row: ClaimRow) -> bool:
        """Electrolyte and current density among the conditions of a claim."""
        conditions = dict(row.conditions)
        if self.electrolyte is not None:
            stated = conditions.get("electrolyte")
            if stated is None or not _states(stated, self.electrolyte):
                return False
        if self.current is None:
            return True
        given = conditions.get("current_density", "")
        return any(_same(parse(text, "current density"), self.current) for text in given.split(" and ") if text)


def _same(value: float, wanted: float) -> bool:
    return abs(value - wanted) <= SAME_CURRENT * abs(wanted)


def _states(text: str, query: ElectrolyteQuery) -> bool:
    """True where the electrolyte text of a claim has all that `query` names."""
    stated = parse_electrolyte(text)
    solvents = frozenset().union(*stated.mixtures, stated.solvents)
    classes = {row.solvent_class for row in all_cell_rows() if solvents & set(row.solvents)}
    return (
        (
            query.concentration is None
            or (stated.concentration is not None and _same(stated.concentration, query.concentration))
        )
        and query.salts <= stated.salts
        and query.solvents <= solvents
        and all(mixture == solvents for mixture in query.mixtures)
        and query.additives <= stated.additives
        and query.classes <= classes
    )


def evidence(
    table: str | None = None,
    anode: str | None = None,
    element: str | None = None,
    electrolyte: str | None = None,
    at: str | None = None,
    ref: int | str | None = None,
) -> tuple[Row, ...]:
    """The published rows that meet every filter, in the order coating, cell, claim.

    table: "coating" (Tables 1 and 2 and section 2.2 of the review), "cell" (Table 3) or "claim" (figures of
    the text); all three where left out. anode: "Li". element: "Sn". electrolyte: a whole text, a salt, a
    solvent, an additive or a class ("1 M LiTFSI in DOL/DME", "LiPF6", "FEC", "ether"). at: a current density
    with its unit ("2 mA/cm2"), met within 1 %. ref: a number of the review's list, a key or a DOI; the papers
    that the review cites twice (45 = 83, 48 = 52, 63 = 95) are one. Coating rows are filtered by electrolyte
    and current density through the cells of Table 3 in which they were tested, claims by their conditions.
    The user's own rows (`literature.added`) follow those of Table 3, marked by `origin`.

    An empty tuple is a result: no published row. Raises MissingDataError (nearest name) for an unknown table,
    anode, element, electrolyte or ref, QuantityError for a current density without its unit.

    Source: J. Touja et al., Batteries & Supercaps 2021, 4, 1252, doi 10.1002/batt.202100009.
    """
    if table is not None and table not in TABLES:
        raise MissingDataError(unknown_name("table", table, TABLES))
    wanted = _Filter(
        None if anode is None else _anode(anode),
        None if element is None else _element(element),
        None if electrolyte is None else parse_electrolyte(electrolyte),
        None if at is None else parse(at, "current density", "at"),
        None if ref is None else _paper(ref),
    )
    tables: dict[str, Iterable[Row]] = {
        "coating": coating_rows(), "cell": all_cell_rows(), "claim": claim_rows(),
    }  # fmt: skip
    return tuple(row for name in TABLES if table in {None, name} for row in tables[name] if wanted.keeps(row))


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A published pair of cells with its distance and the terms that it is the sum of."""

    row: CellRow
    distance: float
    terms: tuple[tuple[str, float], ...]
    explanation: str

    def to_json(self) -> dict[str, Any]:
        """distance, terms, explanation and the row."""
        return {
            "distance": self.distance,
            "terms": dict(self.terms),
            "explanation": self.explanation,
            "row": self.row.to_json(),
        }


def nearest_rows(
    anode: str,
    element: str | None,
    electrolyte_class: str | None,
    current_density: float | str,
    n: int = 6,
) -> tuple[Neighbor, ...]:
    """The `n` published pairs of cells most like a cell of one's own, nearest first.

    d = 3 [other metal] + 1 [other element] + 1 [other solvent class] + 1 |log10(i / i_row)|
    (DISTANCE_WEIGHTS; a convention). element: None for a bare anode or an unknown one, electrolyte_class:
    "ether", "carbonate", or anything else for no preference: that term is left out. current_density: A/m2,
    or text with its unit. Ties keep the order of the review. Raises MissingDataError for an unknown anode or
    element, QuantityError for a current density that is not above zero.
    """
    metal = _anode(anode)
    symbol = None if element is None else _element(element)
    current = current_density
    if isinstance(current, str):
        current = parse(current, "current density", "current_density")
    if not (math.isfinite(current) and current > 0):
        raise QuantityError(f"current_density: {current_density!r} is not above zero; write '2 mA/cm2'")
    found = [_neighbor(row, metal, symbol, electrolyte_class, current) for row in all_cell_rows()]
    return tuple(sorted(found, key=lambda item: item.distance)[: max(n, 0)])


def _neighbor(row: CellRow, metal: str, symbol: str | None, electrolyte_class: str | None, current: float) -> Neighbor:
    decades = abs(math.log10(current / row.current_density))
    shown = f"{row.current_density / 10:g} mA/cm2"
    terms = {"metal": float(row.anode != metal)}
    words = [f"{row.anode} instead of {metal}" if terms["metal"] else f"same metal ({metal})"]
    if symbol is not None:
        terms["element"] = float(row.element != symbol)
        words.append(f"{row.element} instead of {symbol}" if terms["element"] else f"same element ({symbol})")
    if electrolyte_class in CLASSES:
        terms["electrolyte"] = float(row.solvent_class != electrolyte_class)
        other = f"{row.solvent_class} instead of {electrolyte_class}"
        words.append(other if terms["electrolyte"] else f"same class ({electrolyte_class})")
    terms["current"] = decades
    near = decades < math.log10(1 + SAME_CURRENT)
    words.append(f"same current density ({shown})" if near else f"{shown} ({decades:.2f} decades away)")
    weighted = tuple((name, DISTANCE_WEIGHTS[name] * value) for name, value in terms.items())
    return Neighbor(row, sum(value for _, value in weighted), weighted, ", ".join(words))
