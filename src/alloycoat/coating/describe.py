"""A coating in words for the terminal, and as the json document that scripts rely on."""

from __future__ import annotations

from typing import Any

from alloycoat.coating.layer import Coating, LayerPhase, SaltAmount
from alloycoat.quantities import display
from alloycoat.sources import Estimate

CRITERIA = ("ionic_conductivity", "adhesion", "elastic_modulus", "permeability")
"""The review's four criteria of a good coating (claim C41)."""


def _scalar(name: str, value: Estimate | None) -> dict[str, Any]:
    if value is None:
        return {name: None, f"{name}_interval": None}
    return {name: value.value, f"{name}_interval": value.interval}


def _phase(phase: LayerPhase) -> dict[str, Any]:
    return {
        "formula": phase.formula, "role": phase.role,
        **_scalar("mol_per_m2", phase.mol_per_m2), **_scalar("volume_fraction", phase.volume_fraction),
    }  # fmt: skip


def _salts(salts: tuple[SaltAmount, ...]) -> list[dict[str, Any]]:
    return [{"formula": salt.formula, **_scalar("mol_per_m2", salt.mol_per_m2)} for salt in salts]


def criteria(coating: Coating) -> dict[str, Any]:
    """The review's four criteria: value with interval, or 'no data'."""
    sigma, alloy, byproduct = (
        coating.ionic_conductivity, coating.youngs_modulus_alloy, coating.youngs_modulus_byproduct,
    )  # fmt: skip
    return {
        "ionic_conductivity": _scalar("S_per_m", sigma) if sigma else "no data",
        "adhesion": "no data",
        "elastic_modulus": {
            "alloy": _scalar("Pa", alloy) if alloy else "no data",
            "byproduct": _scalar("Pa", byproduct) if byproduct else "no data",
        },
        "permeability": "no data",
    }


def _why_null(document: dict[str, Any], coating: Coating) -> list[str]:
    """Warnings, with one for every null that no warning names yet."""
    warnings = list(coating.warnings)
    reasons = {
        "driving_force_V": "nothing is reduced: the coating element is brought as such",
        "ionic_conductivity_S_per_m": "no alloy carries the anode metal through the layer",
        "electronic_conductivity_S_per_m": "the layer has no electronic conductor with a tabulated resistivity",
        "youngs_modulus_Pa": "the moduli of a phase are not tabulated",
        "volume_change": "the layer has no coating element",
        "solubility_of_M_in_A": "no solubility of the coating element in the anode metal is tabulated",
    }
    for key, reason in reasons.items():
        if document[key] is None and not any(text.startswith(f"{key}:") for text in warnings):
            warnings.append(f"{key}: {reason}")
    return warnings


def to_json(coating: Coating) -> dict[str, Any]:
    """The document of `alloycoat coat --json`: SI units in the keys, every uncertain scalar with its interval."""
    force = coating.driving_force.reduction if coating.driving_force else None
    solubility = next(iter(coating.solubility.values())) if len(coating.solubility) == 1 else None
    document: dict[str, Any] = {
        "anode": coating.anode,
        "route": coating.route,
        "phases": [_phase(phase) for phase in coating.phases],
        "equilibrium_phase": ", ".join(coating.equilibrium_phase),
        "phase_rule": coating.phase_rule,
        **_scalar("thickness_m", coating.thickness),
        "limited_by": coating.limited_by,
        **_scalar("porosity", coating.porosity),
        "coverage": coating.coverage,
        "cracking": coating.cracking,
        **_scalar("anode_consumed_m", coating.anode_consumed),
        **_scalar("anode_consumed_mol_per_m2", coating.anode_consumed_mol_per_m2),
        **_scalar("driving_force_V", force),
        "reaction": coating.reaction,
        "released_salt": _salts(coating.released_salt),
        "bath_salt": _salts(coating.bath_salt),
        **_scalar("ionic_conductivity_S_per_m", coating.ionic_conductivity),
        **_scalar("electronic_conductivity_S_per_m", coating.electronic_conductivity),
        **_scalar("area_specific_resistance_ohm_m2", coating.area_specific_resistance),
        **_scalar("youngs_modulus_Pa", coating.youngs_modulus),
        **_scalar("volume_change", coating.volume_change),
        **_scalar("solubility_of_M_in_A", solubility),
        "criteria": criteria(coating),
        "hazards": list(coating.hazards),
        "rules": list(coating.rules),
        "sources": list(coating.sources),
    }
    if len(coating.solubility) > 1:
        listed = ", ".join(f"{name} {value.value:g}" for name, value in coating.solubility.items())
        coating_warning = [f"solubility_of_M_in_A: several elements: {listed}"]
    else:
        coating_warning = []
    document["warnings"] = coating_warning + _why_null(document, coating)
    if document["area_specific_resistance_ohm_m2"] is None:
        document["warnings"].append("area_specific_resistance_ohm_m2: no ionic conductivity")
    for key, value in document.items():
        if value is None and key.endswith("_interval"):
            document["warnings"].append(f"{key}: null as {key.removesuffix('_interval')} is")
    return document


def with_interval(value: Estimate | None, unit: str) -> str:
    """ "2.5 um (1.9 to 3.1 um)", or 'no data'."""
    if value is None:
        return "no data"
    if value.low == value.high:
        return display(value.value, unit)
    return f"{display(value.value, unit)} ({display(value.low, unit)} to {display(value.high, unit)})"


def describe(coating: Coating) -> str:
    """The layer in lines for the terminal."""
    force = coating.driving_force.reduction if coating.driving_force else None
    change = coating.volume_change
    lines = [
        f"{'thickness':<24}{with_interval(coating.thickness, 'm')}, limited by {coating.limited_by}",
        f"{'phases, outside first':<24}rule: {coating.phase_rule}",
    ]
    for phase in coating.phases:
        share = phase.volume_fraction
        spread = "" if share.low == share.high else f" ({share.low * 100:.0f} to {share.high * 100:.0f})"
        lines.append(
            f"    {phase.formula:<12}{phase.role:<11}{phase.mol_per_m2.value * 100:9.3g} umol/cm2"
            f"{share.value * 100:7.0f} vol%{spread}"
        )
    lines += [
        f"{'equilibrium phase':<24}{', '.join(coating.equilibrium_phase)}",
        f"{'porosity':<24}{with_interval(coating.porosity, '')}",
        f"{'coverage, cracking':<24}{coating.coverage}, {coating.cracking}",
        f"{'anode consumed':<24}{with_interval(coating.anode_consumed, 'm')}",
        f"{'reaction':<24}{coating.reaction or 'none'}",
        f"{'driving force':<24}{with_interval(force, 'V')}",
        f"{'ionic conductivity':<24}{with_interval(coating.ionic_conductivity, 'S/m')}",
        f"{'electronic conductivity':<24}{with_interval(coating.electronic_conductivity, 'S/m')}",
        f"{'Young modulus':<24}{with_interval(coating.youngs_modulus, 'Pa')}",
        f"{'volume change of M':<24}" + (f"{change.value * 100:+.0f} %" if change else "no data"),
    ]
    for name, salts in (("salt to the cell", coating.released_salt), ("salt to the bath", coating.bath_salt)):
        lines += [f"{name:<24}{salt.formula} {salt.mol_per_m2.value * 100:.3g} umol/cm2" for salt in salts]
    lines += [f"{'hazard':<24}{text}" for text in coating.hazards]
    lines += [f"{'note':<24}{text}" for text in coating.warnings]
    return "\n".join(lines)
