"""What the positive of a full cell does to a coating, and when a coating makes no sense: warnings in plain words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from alloycoat import chemistry
from alloycoat.cell.design import Cell
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import AlloycoatError

_HALIDES = (("I", "iodide"), ("Br", "bromide"))
_FLUORIDE_SALTS = ("PF6", "BF4")


def attacks(metal: Cell, coating: Any, positive: str, lowest: float, highest: float) -> list[str]:
    """Warnings for a positive that is cycled between `lowest` and `highest` volts against the metal.

    Halides that it oxidises, aluminium below it in imide salts, the additive that it reduces itself, a coating that
    outweighs the metal. coating: None for bare metal.
    """
    return [
        *halides(metal, coating, positive, highest), *aluminium(metal, coating, highest),
        *additive(metal, coating, positive, lowest), *outweighs(metal, coating),
    ]  # fmt: skip


def _shift(metal: str) -> float:
    """V to add to a potential against the hydrogen electrode to have it against this metal."""
    return -chemistry.anode(metal).standard_potential.value


def _salts(metal: Cell, coating: Any) -> list[tuple[str, str]]:
    """(formula, where from) of every salt in the cell."""
    solution = chemistry.electrolyte(metal.electrolyte)
    found = [(solution.salt, "the electrolyte"), *((name, "the electrolyte") for name, _ in solution.additives)]
    if coating is not None:
        found += [(part.formula, "the coating") for part in coating.phases if part.role == "byproduct"]
        found += [(salt.formula, "the coating") for salt in coating.released_salt]
    return found


def _has(formula: str, symbol: str) -> bool:
    try:
        return symbol in chemistry.parse_formula(formula)
    except AlloycoatError:  # an abbreviation (TFSI, FEC) is no formula and holds none of the two
        return False


def halides(metal: Cell, coating: Any, positive: str, highest: float) -> list[str]:
    """Iodide and bromide that the positive oxidises: E(X2/X-) of water against the metal."""
    found = []
    for symbol, word in _HALIDES:
        origin = sorted({where for formula, where in _salts(metal, coating) if _has(formula, symbol)})
        value = by_subject("surroundings")[symbol]["oxidation"].quantity("V").value + _shift(metal.anode)
        if origin and highest > value:
            found.append(
                f"{word} from {' and '.join(origin)} is oxidized above about {value:.2g} V against {metal.anode}: "
                f"{positive} charges to {highest:.3g} V, a shuttle of the halogen is likely (not modelled)"
            )
    return found


def aluminium(metal: Cell, coating: Any, highest: float) -> list[str]:
    """Aluminium below the positive in imide salts, above its pitting potential."""
    salts = [formula for formula, _ in _salts(metal, coating)]
    imides = [formula for formula in salts if "TFSI" in formula]
    value = by_subject("surroundings")["TFSI"]["pitting_of_aluminium"].quantity("V").value
    value += _shift(metal.anode) - _shift("Li")
    if not imides or highest <= value:
        return []
    text = f"TFSI salts corrode the aluminium current collector above about {value:.2g} V against {metal.anode}"
    if any(name in formula for formula in salts for name in _FLUORIDE_SALTS):
        text += f" unless {metal.anode}PF6 or {metal.anode}BF4 covers it with fluoride, as it may here"
    return [f"{text} (not modelled)"]


@lru_cache(maxsize=1)
def _element_potentials() -> dict[str, float]:
    """Standard potential of M(n+)/M by element, V, where a precursor of the table has one."""
    found: dict[str, float] = {}
    for name in chemistry.precursors():
        one = chemistry.precursor(name)
        if one.standard_potential is not None:
            found[one.element] = one.standard_potential.value
    return found


def additive(metal: Cell, coating: Any, positive: str, lowest: float) -> list[str]:
    """Salts of a coating element in the electrolyte that the positive itself reduces or precipitates."""
    if coating is None or coating.route != "additive":
        return []
    found = []
    for element in sorted(_elements(coating.formulas, metal.anode)):
        value = _element_potentials().get(element)
        if positive == "S":
            found.append(f"additive: polysulfides precipitate {element} as sulfide: part of it is lost to the positive")
        elif value is not None and lowest < value + _shift(metal.anode):
            volts = value + _shift(metal.anode)
            found.append(
                f"additive: {positive} below about {volts:.2g} V against {metal.anode} reduces the ions of {element} "
                "itself: what has not coated the metal by then is lost to the positive (not modelled)"
            )
    return found


def _elements(formulas: Iterable[str], metal: str) -> set[str]:
    known = set(chemistry.elements())
    return {symbol for text in formulas for symbol in chemistry.parse_formula(text) if symbol in known} - {metal}


def outweighs(metal: Cell, coating: Any) -> list[str]:
    """A coating that binds, outweighs or is thicker than the metal below it makes no sense (the review, section 4)."""
    if coating is None or metal.metal_capacity is None:
        return []
    left = metal.metal_capacity
    consumed = coating.anode_consumed.value / metal.metal_volume
    if consumed > left:
        text = (
            f"the coating binds {consumed / 3.6e4:.3g} mAh/cm2 of metal, more than the {left / 3.6e4:.3g} mAh/cm2 that "
            "are left: at such a thin anode the coating makes no sense"
        )
        return [text]
    thickness = left * metal.metal_volume
    mass = sum(part.mol_per_m2.value * chemistry.molar_mass(part.formula) for part in coating.phases)
    below = left * metal.metal_volume / chemistry.anode(metal.anode).molar_volume.value
    below *= chemistry.molar_mass(metal.anode)
    if coating.thickness.value <= thickness and mass <= below:
        return []
    text = (
        f"the coating ({coating.thickness.value * 1e6:.3g} um, {mass * 100:.3g} mg/cm2) outweighs the metal below it "
        f"({thickness * 1e6:.3g} um, {below * 100:.3g} mg/cm2): it is the main material of the anode, and whether it "
        "pays is open to question"
    )
    return [text]
