"""Positive electrodes: capacity, open-circuit curve, kinetics, build-up; one file each in data/positives.

x is the filling of the host with the anode metal, 0 to 1 of the theoretical capacity.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from alloycoat.chemistry.tables import Row, TableError, by_subject, table_names
from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.sources import Value

_FOLDER = "positives/"
_POINT = "ocp@"


@dataclass(frozen=True, slots=True)
class Positive:
    """An insertion electrode.

    anode: the metal whose ions it takes up. with_metal: assembled filled (the cell starts with a charge).
    capacity: C/kg for x from 0 to 1. x_charged, x_discharged: filling at the ends of use; lower_voltage,
    upper_voltage: V against the anode metal there. density kg/m3, diffusivity m2/s, radius m,
    exchange_current_density A/m2 at x = 0.5 and the concentration of the electrolyte. active_fraction: of the
    dry electrode's mass; electrode_porosity, electrode_macmullin (-). curve: (fillings, V), falling.
    """

    name: str
    anode: str
    with_metal: bool
    capacity: Value
    x_charged: Value
    x_discharged: Value
    lower_voltage: Value
    upper_voltage: Value
    density: Value
    diffusivity: Value
    radius: Value
    exchange_current_density: Value
    active_fraction: Value
    electrode_porosity: Value
    electrode_macmullin: Value
    curve: tuple[tuple[float, ...], tuple[float, ...]]
    notes: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def usable_capacity(self) -> float:
        """Capacity between the ends of use, C/kg."""
        return self.capacity.value * (self.x_discharged.value - self.x_charged.value)

    @property
    def highest_known(self) -> float | None:
        """Highest voltage of the curve, None where it reaches the empty host (beyond it the voltage only rises)."""
        return None if self.curve[0][0] <= 0.03 else self.curve[1][0]

    @property
    def lowest_known(self) -> float | None:
        """Lowest voltage of the curve, None where it reaches the full host."""
        return None if self.curve[0][-1] >= 0.97 else self.curve[1][-1]


_UNITS = {
    "capacity": "C/kg", "x_charged": "", "x_discharged": "", "lower_voltage": "V", "upper_voltage": "V",
    "density": "kg/m**3", "diffusivity": "m**2/s", "radius": "m", "exchange_current_density": "A/m**2",
    "active_fraction": "", "electrode_porosity": "", "electrode_macmullin": "",
}  # fmt: skip


def _fold(name: str) -> str:
    return re.sub(r"[\s_-]", "", name.casefold())


@lru_cache(maxsize=1)
def _all() -> dict[str, dict[str, Row]]:
    found: dict[str, dict[str, Row]] = {}
    for table in table_names():
        if table.startswith(_FOLDER):
            found |= by_subject(table)
    return found


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    return {_fold(text): name for name, rows in _all().items() for text in rows["names"].text.split("|")}


def positives() -> tuple[str, ...]:
    """Names of the known insertion positives, sorted."""
    return tuple(sorted(_all()))


def positive(name: str) -> Positive:
    """The positive electrode `name` ("LTO", "NMC", "NMC811"); case, spaces and hyphens do not matter.

    Raises MissingDataError with the nearest known name.

    >>> round(positive("LTO").usable_capacity / 3600, 1)  # Ah/kg
    168.1
    """
    known = _spellings().get(_fold(name)) if isinstance(name, str) and len(name) <= 100 else None
    if known is None:
        raise MissingDataError(unknown_name("[cell] positive", name, positives()))
    return _read(known)


@lru_cache(maxsize=32)
def _read(name: str) -> Positive:
    rows = _all()[name]
    points = sorted((float(key.removeprefix(_POINT)), row) for key, row in rows.items() if key.startswith(_POINT))
    curve = (tuple(x for x, _ in points), tuple(row.quantity("V").value for _, row in points))
    if len(points) < 2 or any(b > a for a, b in zip(curve[1], curve[1][1:], strict=False)):
        raise TableError(f"{name}: the open-circuit curve must fall with the filling")
    values = {key: rows[key].quantity(unit) for key, unit in _UNITS.items()}
    labels = {
        "diffusivity": "diffusivity in the particles", "radius": "particle radius",
        "exchange_current_density": "exchange current", "active_fraction": "share of active mass",
        "electrode_porosity": "porosity of the electrode",
    }  # fmt: skip
    notes = [
        f"{name}: {label} assumed: {values[key].note}"
        for key, label in labels.items()
        if values[key].kind == "assumed" and values[key].note
    ]
    if rows["names"].note:
        notes.insert(0, rows["names"].note)
    first = points[0][1]
    if first.note:
        notes.append(f"{name}: open-circuit curve: {first.note}")
    sources = tuple(dict.fromkeys([*(value.source for value in values.values()), first.source]))
    return Positive(
        name=name, anode=rows["anode"].text, with_metal=rows["assembled"].text == "with metal", curve=curve,
        notes=tuple(notes), sources=sources, **values,
    )  # fmt: skip
