"""The upper half of the page: recipe, reaction, the layer and its figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alloycoat.coating import Coating
from alloycoat.quantities import ZERO_CELSIUS
from alloycoat.recipe import CoatingStep
from alloycoat.report.job import Run
from alloycoat.report.layer_drawing import colors, draw_layer
from alloycoat.report.words import NO_DATA, bullets, figure, html, plain, quantity, spread, table

_ROLES = {"byproduct": "by-product", "metal": "left-over metal"}


def _coating_rows(step: CoatingStep) -> list[tuple[str, str]]:
    """What `[coating]` says, in the order of the file format."""
    rows = [("Route", plain(step.route))]
    for part in step.parts:
        amount = [part.precursor] + [item.text for item in (part.concentration, part.volume) if item is not None]
        rows.append(("Precursor", html(", ".join(_pretty(text) for text in amount))))
    named: tuple[tuple[str, Any, str | None], ...] = (
        ("Solvent", step.solvent, None), ("Form", step.form, None), ("Metal", step.metal, None),
        ("Material", step.material, None), ("Composition", step.composition, None),
        ("Thickness brought", step.thickness, "m"), ("Foil thickness", step.foil_thickness, "m"),
        ("Contact time", step.time, "s"),
    )  # fmt: skip
    for name, value, unit in named:
        if value is not None:
            rows.append((name, html(value) if unit is None else quantity(value, unit)))
    if step.amount is not None:
        rows.append(("Amount", plain(_pretty(step.amount.text))))
    if step.rate is not None:
        rows.append(("Rate", f"{step.rate * 1e10:.3g} Å/s"))
    for name, kelvin in (("Temperature", step.temperature), ("Source temperature", step.source_temperature)):
        if kelvin is not None:
            rows.append((name, f"{kelvin - ZERO_CELSIUS:.4g} °C"))
    rows += [(name, "yes") for name, said in (("Stirred", step.stirred), ("Rinsed", step.rinse)) if said]
    return rows


def _pretty(text: str) -> str:
    """An amount in the units of the bench, where it is written in SI."""
    number, _, unit = text.partition(" ")
    known = {
        "m": (1e-5, "µL/cm²"), "m**3": (1e-9, "µL"), "kg/m**2": (1e-2, "mg/cm²"), "kg": (1e-6, "mg"),
        "mol/m**2": (1e-2, "µmol/cm²"), "mol": (1e-6, "µmol"),
    }  # fmt: skip
    if unit in known:
        size, name = known[unit]
        return f"{float(number) / size:.4g} {name}"
    return text


def recipe(run: Run) -> str:
    """The recipe as names and values in two columns: anode, coating, cell, protocol, with what was assumed marked."""
    prepared, anode = run.prepared, run.recipe.anode
    thickness = "in excess (not given)" if anode.thickness is None else quantity(anode.thickness, "m")
    rows = [("Anode", f"{anode.metal}, {thickness}, {prepared.area_m2 * 1e4:.4g} cm²")]
    if run.recipe.coating is not None:
        rows += _coating_rows(run.recipe.coating)
        rows.append(("Coated", "both electrodes" if anode.coated == "both" else "the working electrode"))
    else:
        rows.append(("Coating", "none: a bare anode"))
    assumed = " <em>(assumed)</em>"
    amount = f"{prepared.electrolyte_amount_m * 1e5:.3g} µL/cm²"
    protocol = prepared.protocol
    rows += [
        ("Electrolyte", html(prepared.electrolyte)),
        ("Electrolyte amount", amount + ("" if prepared.cell.electrolyte_amount else assumed)),
        ("Separator", plain(prepared.separator) + ("" if prepared.cell.separator else assumed)),
        ("Temperature", f"{prepared.cell.temperature - ZERO_CELSIUS:.4g} °C"),
        ("Protocol", plain(protocol.text)),
    ]
    if protocol.formation:
        rows.append(("Formation", "; ".join(plain(step.text) for step in protocol.formation)))
    entries = "".join(f"<div><dt>{name}</dt><dd>{text}</dd></div>" for name, text in rows)
    return f'<h2>Recipe</h2><dl class="recipe">{entries}</dl>'


def layer(run: Run) -> str:
    """Reaction, drawing, phases and figures of the layer; empty for a bare anode."""
    coating = run.coating
    if coating is None:
        return ""
    caption = (
        "Cross-section to scale: height, width and scale bar share one scale, and each phase covers its volume "
        "fraction. The bar beside the thickness is its 10–90 % interval. The shape and place of the grains and "
        "pores are illustration."
    )
    parts = [
        "<h2>The layer</h2>",
        f'<p class="reaction">{html(coating.reaction or "no reaction: brought as such")}</p>',
        figure(draw_layer(coating, run.recipe.anode.thickness, run.seed), caption),
        _phases(coating), "<h3>Figures of the layer</h3>", _figures(coating),
        "<h3>The review’s four criteria of a good coating</h3>", _criteria(coating),
        "<h3>Hazards</h3>", bullets(map(html, coating.hazards)) or "<p>None tabulated; that is no clearance.</p>",
    ]  # fmt: skip
    return "\n".join(parts)


def _phases(coating: Coating) -> str:
    palette = colors(coating)
    rows = []
    for phase in coating.phases:
        swatch = f'<span class="swatch" style="background:{palette[phase.formula]}"></span>'
        rows.append(
            (
                f"{swatch}{html(phase.formula)}", _ROLES.get(phase.role, phase.role),
                spread(phase.volume_fraction, "%"), spread(phase.mol_per_m2, "mol/m2"),
            )
        )  # fmt: skip
    swatch = f'<span class="swatch" style="background:{palette["pores"]}"></span>'
    rows.append((f"{swatch}pores", "", spread(coating.porosity, "%"), ""))
    head = ("phase, outside first", "role", "volume (10–90 %)", "amount (10–90 %)")
    note = f"Phases by rule: {html(coating.phase_rule)}. Most {coating.anode}-rich phase at equilibrium: "
    return table(rows, head, note + html(", ".join(coating.equilibrium_phase)))


def _salts(salts: Sequence[Any]) -> str:
    return ", ".join(f"{html(salt.formula)} {spread(salt.mol_per_m2, 'mol/m2')}" for salt in salts) or "none"


def _figures(coating: Coating) -> str:
    force = coating.driving_force
    rows = [
        ("Thickness", f"{spread(coating.thickness, 'm')}, limited by {plain(coating.limited_by)}"),
        ("Anode metal consumed", spread(coating.anode_consumed, "m")),
        ("Driving force of the reduction", spread(force.reduction if force else None, "V")),
        ("Ionic conductivity, effective", spread(coating.ionic_conductivity, "S/m")),
        ("Electronic conductivity, effective", spread(coating.electronic_conductivity, "S/m")),
        ("Resistance of the layer to ions", spread(coating.area_specific_resistance, "ohm m2")),
        ("Young’s modulus, pores included", spread(coating.youngs_modulus, "Pa")),
        ("Volume change of the coating element", spread(coating.volume_change, "%")),
        (
            f"Solubility in solid {coating.anode}",
            ", ".join(f"{name} {spread(value, '%')}" for name, value in coating.solubility.items()) or NO_DATA,
        ),
        ("Coverage, cracking", f"{plain(coating.coverage)}, {plain(coating.cracking)}"),
        ("Salt that reaches the cell", _salts(coating.released_salt)),
        ("Salt that leaves with the bath", _salts(coating.bath_salt)),
    ]
    return table(rows, ("", "value (10–90 % interval)"), kind="facts")


def _criteria(coating: Coating) -> str:
    alloy, byproduct = coating.youngs_modulus_alloy, coating.youngs_modulus_byproduct
    rows = [
        ("Ionic conductivity", spread(coating.ionic_conductivity, "S/m")),
        ("Adhesion", NO_DATA),
        ("Young’s modulus (dense)", f"alloy {spread(alloy, 'Pa')}; by-product {spread(byproduct, 'Pa')}"),
        ("Permeability to the electrolyte", NO_DATA),
    ]
    return table(rows, kind="facts")
