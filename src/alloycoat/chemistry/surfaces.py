"""The surface of the anode metals as deposits grow on it: surface energy, strength, heterogeneity; mostly assumed."""

from __future__ import annotations

from dataclasses import dataclass

from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.sources import Value

_TABLE = "growth"
_UNITS = {
    "film_spread": "", "film_grain": "m", "film_break": "m", "film_time": "s", "fresh_share": "",
    "roughness": "m", "noise": "", "noise_time": "s", "defect_width": "m", "layer_spread": "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MetalSurface:
    """surface_energy: J/m2; strength: Pa, the flow stress at a micrometre."""

    anode: str
    surface_energy: Value
    strength: Value


def metal_surface(anode: str) -> MetalSurface:
    """Surface energy and strength of the metal `anode`; raises MissingDataError for one that no table holds."""
    rows = by_subject(_TABLE).get(anode)
    if rows is None or "surface_energy" not in rows:
        known = [subject for subject, properties in by_subject(_TABLE).items() if "surface_energy" in properties]
        raise MissingDataError(unknown_name("anode", anode, known))
    return MetalSurface(anode, rows["surface_energy"].quantity("J/m**2"), rows["strength"].quantity("Pa"))


def heterogeneity() -> dict[str, Value]:
    """What is assumed about every surface in SI units: spread and grain of its film, roughness, noise, defects."""
    rows = by_subject(_TABLE)["surface"]
    return {name: rows[name].quantity(unit) for name, unit in _UNITS.items()}


def optical_gap() -> Value:
    """Distance of the electrodes in an optical cell in m (assumed; the user declares the own one)."""
    return by_subject(_TABLE)["optical cell"]["gap"].quantity("m")
