"""The border of units: text with a unit comes in, SI floats live inside, named units go out.

Everything pint reads is accepted, plus the spellings of the bench (`cm2`, `cm²`, `mA/cm2`, `wt%`, `vol%`,
`M`, `mM`, `degC`). A bare number for a quantity is refused and the message writes the answer.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from alloycoat.errors import QuantityError

if TYPE_CHECKING:
    import pint

FARADAY = 96485.33212331
"""Faraday constant in C/mol (exact, SI 2019)."""
GAS_CONSTANT = 8.31446261815324
"""Molar gas constant in J/(mol K) (exact, SI 2019)."""
AVOGADRO = 6.02214076e23
"""Avogadro constant in 1/mol (exact, SI 2019)."""
ZERO_CELSIUS = 273.15
"""0 degC in K."""

DIMENSIONS: dict[str, tuple[str, str]] = {
    "length": ("m", "250 um"),
    "area": ("m**2", "1.13 cm^2"),
    "volume": ("m**3", "100 uL"),
    "volume per area": ("m", "20 uL/cm^2"),
    "time": ("s", "20 s"),
    "temperature": ("K", "25 degC"),
    "pressure": ("Pa", "100 kPa"),
    "amount": ("mol", "1 umol"),
    "amount per area": ("mol/m**2", "1 umol/cm^2"),
    "mass": ("kg", "5 mg"),
    "mass per area": ("kg/m**2", "5 mg/cm^2"),
    "speed": ("m/s", "0.5 angstrom/s"),
    "current": ("A", "0.4 mA"),
    "current density": ("A/m**2", "2 mA/cm2"),
    "voltage": ("V", "0.5 V"),
    "charge": ("A*s", "1 mAh"),
    "areal capacity": ("A*s/m**2", "1 mAh/cm^2"),
    "resistance": ("ohm", "5 ohm"),
    "power": ("W", "1 W"),
    "power density": ("W/m**2", "1 mW/cm^2"),
    "concentration": ("mol/m**3", "0.167 mol/L"),
    "dimensionless": ("", "1"),
}
"""Kind of quantity: the SI unit it is kept in, and an example for messages."""

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(.*?)\s*\Z", re.DOTALL)
_POWER = re.compile(r"(?<![A-Za-z])((?:[yzafpnumcdkMG]|u)?m)([23])(?![0-9])")
_TRANSLATE = str.maketrans({
    "¹": "1", "²": "2", "³": "3", "µ": "u", "μ": "u", "·": "*", "⋅": "*", "−": "-", "⁻": "-", "°": "deg",
})  # fmt: skip
_INVERSE = re.compile(r"(?<=[A-Za-z0-9)])\s*[ .*]\s*([A-Za-z]+)\s*(?:\^\s*)?\(?-([1-3])\)?(?![0-9])")
"""A unit that papers write as a negative power: mA cm-2, mol.L^-1."""
_ALLOWED = re.compile(r"[A-Za-z0-9 */^().Åå%-]{1,40}\Z")
_registry: pint.UnitRegistry[Any] | None = None


def _units() -> pint.UnitRegistry[Any]:
    """The one unit registry, made when first needed (pint takes a third of a second to load)."""
    global _registry
    if _registry is None:
        import pint

        _registry = pint.UnitRegistry(cache_folder=None)
    return _registry


def _bench_spelling(unit: str) -> str:
    """Unit text in the spelling that pint reads."""
    text = unit.strip().translate(_TRANSLATE).replace("Ω", "ohm").replace("**", "^")
    text = re.sub(r"(?<![A-Za-z])degrees? ?C\b|(?<![A-Za-z])oC\b|degC", "degC", text)
    return _POWER.sub(r"\1^\2", _INVERSE.sub(r"/\1^\2", text)).replace("^", "**")


@lru_cache(maxsize=4096)
def _factor(unit: str, si_unit: str) -> tuple[float, float] | None:
    """(scale, offset) with x_SI = x * scale + offset; None where the dimension differs; raises if unknown."""
    if not _ALLOWED.match(unit.translate(_TRANSLATE).replace("**", "^").replace("Ω", "ohm")):
        raise ValueError(unit)
    spelled = _bench_spelling(unit)
    if re.search(r"\*\*\s*\(?-?\d{2,}", spelled):
        raise ValueError(unit)
    registry = _units()
    given = registry.parse_units(spelled)
    target = registry.parse_units(si_unit)
    if given.dimensionality != target.dimensionality:
        return None
    zero = registry.Quantity(0.0, given).to(target).magnitude
    one = registry.Quantity(1.0, given).to(target).magnitude
    return float(one - zero), float(zero)


def _split(text: object, dimension: str, field: str) -> tuple[float, str]:
    """Number and unit text of a quantity; refuses bare numbers, empty text and words."""
    example = DIMENSIONS[dimension][1]
    if isinstance(text, bool) or not isinstance(text, (str, int, float)):
        raise QuantityError(f"{field}: {_short(text)} is not a quantity; write text such as {example!r}")
    if isinstance(text, (int, float)):
        unit = example.split(" ", 1)[-1] if " " in example else ""
        raise QuantityError(
            f"{field}: {text!r} is a bare number; write it as text with its unit, "
            f'such as "{text!r} {unit}" if that is what you mean'
        )
    match = _NUMBER.match(text)
    if match is None:
        raise QuantityError(f"{field}: {_short(text)} is not a number with a unit; write it as {example!r}")
    number, unit = float(match[1]), match[2]
    if unit.startswith(",") and re.match(r",\d", unit):
        raise QuantityError(f"{field}: {_short(text)} has a decimal comma; write a decimal point, as in {example!r}")
    if not unit and dimension != "dimensionless":
        word = example.split(" ", 1)[-1]
        raise QuantityError(f'{field}: {_short(text)} has no unit; write for instance "{match[1]} {word}"')
    if not math.isfinite(number):
        raise QuantityError(f"{field}: {_short(text)} is not finite")
    return number, unit


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else shown[:56] + "...'"


@lru_cache(maxsize=65536)
def _parse_text(text: str, dimension: str, field: str) -> float:
    number, unit = _split(text, dimension, field)
    si_unit, example = DIMENSIONS[dimension]
    if dimension == "dimensionless" and unit in {"", "%"}:
        return number / (100.0 if unit == "%" else 1.0)
    try:
        converted = _factor(unit, si_unit)
    except Exception as error:  # pint raises a family of its own, and tokenizer errors
        raise QuantityError(
            f"{field}: the unit {_short(unit)} is not known; use one of a {dimension}, as in {example!r}"
        ) from error
    if converted is None:
        raise QuantityError(f"{field}: {_short(text)} does not measure {dimension}; write it as in {example!r}")
    result = number * converted[0] + converted[1]
    if not math.isfinite(result):
        raise QuantityError(f"{field}: {_short(text)} is out of range")
    return result


def parse(text: object, dimension: str, field: str = "quantity") -> float:
    """The SI value of `text`, a number with its unit.

    dimension: a key of DIMENSIONS. Raises QuantityError (one line: field, value given, an example) for a
    bare number, an unknown unit, or a unit of another dimension.

    >>> round(parse("2 mA/cm2", "current density"), 9)
    20.0
    """
    if isinstance(text, str):
        return _parse_text(text, dimension, field)
    number, _ = _split(text, dimension, field)  # always raises: not text
    return number


def to_si(value: float, unit: str, si_unit: str) -> float:
    """Convert a tabulated number to SI; raises ValueError where unit and SI unit do not fit."""
    if unit == si_unit:
        return value
    converted = _factor(unit, si_unit)
    if converted is None:
        raise ValueError(f"{unit!r} does not measure what {si_unit!r} measures")
    return value * converted[0] + converted[1]


@dataclass(frozen=True, slots=True)
class Concentration:
    """How much is dissolved: `value` in mol/m3, mol/kg (solvent), or a fraction by mass or volume."""

    value: float
    basis: str  # "molarity", "molality", "mass fraction", "volume fraction"

    @property
    def text(self) -> str:
        """The text that `parse_concentration` reads back to the same value."""
        if self.basis == "molarity":
            return f"{self.value / 1000:.12g} mol/L"
        if self.basis == "molality":
            return f"{self.value:.12g} mol/kg"
        return f"{self.value * 100:.12g} {'wt%' if self.basis == 'mass fraction' else 'vol%'}"


_FRACTIONS = {
    "wt%": "mass fraction", "wt.%": "mass fraction", "wt %": "mass fraction", "mass%": "mass fraction",
    "w%": "mass fraction", "vol%": "volume fraction", "vol.%": "volume fraction", "vol %": "volume fraction",
    "v%": "volume fraction",
}  # fmt: skip


def parse_concentration(text: object, field: str = "concentration") -> Concentration:
    """A concentration as mol/L (M, mM), mol/kg of solvent (molality), wt% or vol% of the whole.

    Raises QuantityError as `parse` does, and for a fraction above 100 %.
    """
    number, unit = _split(text, "concentration", field)
    basis = _FRACTIONS.get(unit.lower())
    if basis:
        if not 0 <= number <= 100:
            raise QuantityError(f"{field}: {_short(text)} lies outside 0 to 100 %")
        return Concentration(number / 100.0, basis)
    try:
        molality = _factor(unit, "mol/kg")
    except Exception:
        molality = None
    if molality is not None:
        return Concentration(number * molality[0], "molality")
    return Concentration(parse(text, "concentration", field), "molarity")


_DISPLAY: dict[str, tuple[tuple[float, str], ...]] = {
    "m": ((1e-9, "nm"), (1e-6, "µm"), (1e-3, "mm")),
    "s": ((1.0, "s"), (60.0, "min"), (3600.0, "h")),
    "V": ((1e-3, "mV"), (1.0, "V")),
    "Pa": ((1.0, "Pa"), (1e3, "kPa"), (1e6, "MPa"), (1e9, "GPa")),
}


def display(value: float, si_unit: str, digits: int = 3) -> str:
    """A number for people: the prefix that leaves 1 to 1000 before the point, `digits` significant figures.

    >>> display(2.5e-6, "m")
    '2.5 µm'
    """
    for scale, name in reversed(_DISPLAY.get(si_unit, ())):
        if abs(value) >= 0.9995 * scale:
            return f"{float(f'{value / scale:.{digits}g}'):g} {name}"
    steps = _DISPLAY.get(si_unit)
    scale, name = steps[0] if steps else (1.0, si_unit)
    return f"{float(f'{value / scale:.{digits}g}'):g} {name}".rstrip()
