"""The kinds of field a recipe has: quantities as text with a unit, read once into SI floats."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from alloycoat.errors import QuantityError, RecipeError, unknown_name
from alloycoat.quantities import DIMENSIONS, Concentration, parse, parse_concentration

_RANGES = {
    "length": ("1e-12 m", "1 m"), "area": ("1e-12 m**2", "100 m**2"), "volume": ("1e-15 m**3", "1 m**3"),
    "volume per area": ("1e-12 m", "1 m"), "time": ("1e-6 s", "1e10 s"), "speed": ("1e-15 m/s", "1 m/s"),
    "mass per area": ("1e-12 kg/m**2", "100 kg/m**2"),
}  # fmt: skip
"""What a bench can hold; anything outside is a slip of the pen, and arithmetic would overflow."""


def read_positive(text: object, dimension: str, field: str) -> float:
    """SI value above zero and within what a bench can hold; raises QuantityError naming field and value."""
    value = parse(text, dimension, field)
    if value <= 0:
        raise QuantityError(f"{field}: {text!r} is not above zero; write it as in {DIMENSIONS[dimension][1]!r}")
    low, high = _RANGES.get(dimension, ("", ""))
    if low and not parse(low, dimension) <= value <= parse(high, dimension):
        raise QuantityError(f"{field}: {text!r} lies outside {low} to {high}")
    return value


class Amount:
    """A total (`per_area` False) or an amount per electrode area, in SI units of `dimension`."""

    __slots__ = ("dimension", "per_area", "value")

    def __init__(self, value: float, dimension: str, per_area: bool) -> None:
        self.value = value
        self.dimension = dimension
        self.per_area = per_area

    @property
    def text(self) -> str:
        """The text that reads back to the same amount."""
        return f"{self.value!r} {DIMENSIONS[self.dimension][0]}"

    def __repr__(self) -> str:
        return f"Amount({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Amount) and self.text == other.text

    def __hash__(self) -> int:
        return hash(self.text)


def read_amount(text: object, dimensions: tuple[str, ...], field: str) -> Amount:
    """The first of `dimensions` (each a total or "... per area") that fits `text`, above zero."""
    refusal: QuantityError | None = None
    for dimension in dimensions:
        try:
            return Amount(read_positive(text, dimension, field), dimension, dimension.endswith(" per area"))
        except QuantityError as error:
            if refusal is None or "is not above zero" in str(error):
                refusal = error
    assert refusal is not None
    if "does not measure" in str(refusal):
        examples = ", ".join(repr(DIMENSIONS[dimension][1]) for dimension in dimensions)
        raise QuantityError(f"{field}: {text!r} does not fit; write it as one of {examples}")
    raise refusal


def read_concentration(text: object, field: str) -> Concentration:
    """A concentration above zero; raises QuantityError."""
    found = parse_concentration(text, field)
    if found.value <= 0:
        raise QuantityError(f"{field}: {text!r} is not above zero; write it as in '0.167 mol/L'")
    return found


def read_electrode(name: object, known: tuple[str, ...]) -> str:
    """A positive electrode: one of `known`, or a BPX file (its path ends in .json); raises RecipeError."""
    if isinstance(name, str) and name.casefold().endswith(".json") and len(name) <= 1000:
        return name
    if not isinstance(name, str) or name not in known:
        raise RecipeError(f"{unknown_name('[cell] positive', name, known)}; or a BPX file, such as 'cell.json'")
    return name


def beside(tables: dict[str, Any], folder: Path) -> dict[str, Any]:
    """The tables of a recipe with the path of its BPX file made one from here: it is given as seen from `folder`."""
    cell = tables.get("cell")
    name = cell.get("positive") if isinstance(cell, dict) else None
    if not isinstance(name, str) or not name.casefold().endswith(".json"):
        return tables
    return {**tables, "cell": {**tables["cell"], "positive": str(folder / name)}}


def read_water(text: object) -> float:
    """Mass fraction of water in an electrolyte, from "1000 ppm" or "0.1 wt%"; raises QuantityError."""
    if isinstance(text, float):
        return text
    match = (
        re.fullmatch(r"\s*([\d.]+(?:[eE][+-]?\d{1,2})?)\s*(ppm|wt\s?%|%)\s*", text) if isinstance(text, str) else None
    )
    try:
        value = float(match[1]) * (1e-6 if match[2] == "ppm" else 0.01) if match else -1.0
    except ValueError:
        value = -1.0
    if not 0.0 < value <= 0.1:
        raise QuantityError(
            f"[cell] water: {text!r:.60} is no mass fraction of water in an electrolyte, above 0 to 10 %; write it as "
            "in '1000 ppm' or '0.1 wt%'"
        )
    return value


def water_text(value: float) -> str:
    """The text that `read_water` reads back."""
    return f"{value * 1e6!r} ppm"
