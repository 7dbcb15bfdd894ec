"""The columns of a file of own rows, and how one cell of each is read."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from alloycoat.chemistry.electrolytes import Electrolyte, electrolyte
from alloycoat.chemistry.formulas import atomic_weights
from alloycoat.chemistry.species import anodes
from alloycoat.errors import AlloycoatError, DataFileError, nearest, unknown_name
from alloycoat.quantities import parse
from alloycoat.recipe.routes import ROUTES

REQUIRED = (
    "paper", "laboratory", "anode", "element", "route", "coating", "electrolyte", "current_density", "half_cycle",
    "bare_cell", "bare_life", "coated_life",
)  # fmt: skip
"""Columns that every file has and every row fills."""
OPTIONAL = (
    "bare_begin", "bare_end", "coated_begin", "coated_end", "electrolyte_amount", "n_to_p", "area", "replicates",
    "citation", "year", "doi", "note",
)  # fmt: skip
"""Columns that may be left out, and cells that may be empty."""
COLUMNS = (*REQUIRED, *OPTIONAL)
_BOUND = re.compile(r"\s*(>=|<=|[<>≥≤~]?)\s*(.*?)\s*\Z", re.DOTALL)
_RANGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(?:-|–|to)\s*(\d+(?:\.\d+)?)\s*([A-Za-z]+)\s*\Z")
_DOI = re.compile(r"10\.\d{4,9}/\S+\Z")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,59}\Z")
_LIFE_H, _VOLT, _DENSITY, _HALF_CYCLE_S = (0.01, 1e6), (1e-6, 20.0), (1e-4, 1e4), (0.1, 1e8)
"""What a cell may hold, in h, V, A/m2 and s: outside it the unit is a slip."""
_LONGEST_TEXT = 400


class AddedRowsError(DataFileError):
    """A file of own rows that is refused; the text names row and column."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cell stands: file, row below the header (from 1), column."""

    file: str
    row: int
    column: str

    def refuse(self, why: str) -> AddedRowsError:
        """The refusal of this cell."""
        return AddedRowsError(f"{self.file} row {self.row}, column {self.column}: {why}")


@dataclass(frozen=True, slots=True)
class LifeCell:
    """A life in hours: relation equal, above, below or between; `text` as written."""

    relation: str
    lower: float
    upper: float | None
    text: str


def quantity(cell: str, dimension: str, place: Place) -> float:
    """The SI value of a cell, finite and above zero."""
    try:
        value = parse(cell, dimension, place.column)
    except AlloycoatError as error:
        raise place.refuse(str(error).removeprefix(f"{place.column}: ")) from error
    if not (math.isfinite(value) and value > 0):
        raise place.refuse(f"{cell!r} is not above zero")
    return value


def life(cell: str, place: Place) -> LifeCell:
    """A life: "200 h", ">1200 h", "<100 h", "100-200 h"; raises AddedRowsError."""
    match = _RANGE.match(cell)
    if match:
        low, high = (_hours(f"{match[side]} {match[3]}", place) for side in (1, 2))
        if low >= high:
            raise place.refuse(f"{cell!r} is a range whose first value is not the smaller")
        return LifeCell("between", low, high, cell)
    found = _BOUND.match(cell)
    sign, rest = (found[1], found[2]) if found else ("", cell)
    if sign and not rest:
        raise place.refuse(f"{cell!r} is a bound without a value; write it as '{sign}200 h'")
    if sign and not re.search(r"\d", rest):
        raise place.refuse(f"{cell!r} is a bound without a value; write it as '{sign}200 {rest}'")
    hours = _hours(rest, place)
    if sign in {">", ">=", "≥"}:
        return LifeCell("above", hours, None, cell)
    if sign in {"<", "<=", "≤"}:
        return LifeCell("below", 0.0, hours, cell)
    return LifeCell("equal", hours, hours, cell)


def _hours(text: str, place: Place) -> float:
    hours = quantity(text, "time", place) / 3600.0
    return _within(hours, _LIFE_H, "h", text, place)


def _within(value: float, limits: tuple[float, float], unit: str, text: str, place: Place) -> float:
    if not limits[0] <= value <= limits[1]:
        raise place.refuse(f"{text!r} is not between {limits[0]:g} and {limits[1]:g} {unit}")
    return float(f"{value:.12g}")


def polarization(cell: str, place: Place) -> tuple[float | None, bool]:
    """(volt, printed with ~); None where the cell is empty."""
    if not cell:
        return None, False
    approximate = cell.startswith("~")
    value = quantity(cell.removeprefix("~").strip(), "voltage", place)
    return _within(value, _VOLT, "V", cell, place), approximate


def density(cell: str, place: Place) -> float:
    """Current density in A/m2."""
    return _within(quantity(cell, "current density", place), _DENSITY, "A/m2", cell, place)


def half_cycle(cell: str, place: Place) -> float:
    """Time of plating, and of stripping, in s."""
    return _within(quantity(cell, "time", place), _HALF_CYCLE_S, "s", cell, place)


def one_of(cell: str, allowed: tuple[str, ...], place: Place) -> str:
    """The name as the tables spell it."""
    match = nearest(cell, allowed)
    if match is None or match.lower() != cell.lower():
        raise place.refuse(unknown_name(place.column, cell, allowed).removeprefix(f"{place.column}: "))
    return match


def metal(cell: str, place: Place) -> str:
    """An anode metal."""
    return one_of(cell, tuple(anodes()), place)


def element(cell: str, place: Place) -> str:
    """A chemical symbol."""
    if cell not in atomic_weights():
        raise place.refuse(f"{cell!r} is no element; write its symbol, as in 'Sn'")
    return cell


def route(cell: str, place: Place) -> str:
    """A route of the recipe."""
    return one_of(cell, tuple(ROUTES), place)


def bath(cell: str, anode: str, place: Place) -> Electrolyte:
    """The electrolyte, with the cation of the anode metal."""
    try:
        found = electrolyte(cell)
    except AlloycoatError as error:
        raise place.refuse(str(error).removeprefix("[cell] electrolyte").lstrip(":, ")) from error
    if found.cation != anode:
        raise place.refuse(f"{cell!r} is a salt of {found.cation}; the anode is {anode}")
    return found


def key(cell: str, place: Place) -> str:
    """The name of a paper."""
    if not _KEY.match(cell):
        raise place.refuse(f"{cell[:60]!r} is no short name; use letters, digits, '.', '_' and '-', as in 'Miller2024'")
    return cell


def doi(cell: str, place: Place) -> str:
    """A DOI, or nothing."""
    found = re.sub(r"^(https?://(dx\.)?doi\.org/|doi:\s*)", "", cell, flags=re.IGNORECASE)
    if found and not _DOI.match(found):
        raise place.refuse(f"{cell!r} is no DOI; write it as in '10.1002/batt.202100009'")
    return found


def words(cell: str, place: Place) -> str:
    """Free text of one line."""
    if len(cell) > _LONGEST_TEXT:
        raise place.refuse(f"is longer than {_LONGEST_TEXT} characters")
    if any(ord(letter) < 32 for letter in cell):
        raise place.refuse("holds a line break or a control character")
    return cell


def year(cell: str, place: Place) -> int:
    """A year, 0 where the cell is empty."""
    if cell and not re.fullmatch(r"(19|20)\d\d", cell):
        raise place.refuse(f"{cell!r} is no year")
    return int(cell or 0)


def details(cells: dict[str, str], place_of: dict[str, Place]) -> tuple[tuple[str, str], ...]:
    """(item of a benchmark, text) for what the row gives beside its cells."""
    found = []
    if text := cells["electrolyte_amount"]:
        per_area = "/" in text
        quantity(text, "volume per area" if per_area else "volume", place_of["electrolyte_amount"])
        found.append(("electrolyte amount", text))
    if text := cells["n_to_p"]:
        _number(text, place_of["n_to_p"])
        found.append(("N/P ratio", text))
    if text := cells["area"]:
        quantity(text, "area", place_of["area"])
        found.append(("electrode area", text))
    if text := cells["replicates"]:
        if not re.fullmatch(r"[1-9]\d{0,3}", text):
            raise place_of["replicates"].refuse(f"{text!r} is no count; write a whole number from 1 on")
        found.append(("replicates", text))
    return tuple(found)


def _number(text: str, place: Place) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise place.refuse(f"{text!r} is no number above zero")
    return value
