"""`coat`: from a recipe to the layer it gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from alloycoat import chemistry
from alloycoat.chemistry import AnodeMetal, Salt
from alloycoat.chemistry.tables import by_subject
from alloycoat.coating.draws import Array, Draws, estimate
from alloycoat.coating.fate import where_salt_goes
from alloycoat.coating.layer import (
    TEMPERATURE,
    Coating,
    LayerPhase,
    Part,
    SaltAmount,
    elastic_modulus,
    electronic_conductivity,
    ionic_conductivity,
    solubilities,
    volume_change,
)
from alloycoat.coating.phases import Alloying, alloy
from alloycoat.coating.reactions import (
    DrivingForce,
    Reduction,
    driving_force,
    reduce,
    refuse_unreducible,
    term,
)
from alloycoat.coating.supply import Supply, prior, supply_of
from alloycoat.errors import RecipeError
from alloycoat.recipe import Recipe

SHOWN = 1e-3  # share at the 90th percentile from which a phase that the nominal layer lacks is listed
MOST_POROUS = 0.8  # beyond this a layer does not hold together


@dataclass(slots=True)
class _Work:
    """What is known while a layer is put together."""

    recipe: Recipe
    anode: AnodeMetal
    draws: Draws
    supply: Supply
    reductions: list[Reduction] = field(default_factory=list)
    moles: dict[str, Array] = field(default_factory=dict)
    alloyings: list[Alloying] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    force: DrivingForce | None = None


def coat(recipe: Recipe, *, samples: int = 0, seed: int = 0) -> Coating:
    """The layer that `recipe` gives, with 10-90 % intervals from `samples` draws of the tables' spreads.

    Moles by route (diffusion, amount, vapour, geometry), reduction and alloying by declared rules, thickness
    = sum n_i V_i/(1 - porosity). Raises RecipeError where the recipe lacks what its route needs, or where
    the metal cannot reduce the salt. The guide's page on coatings states every equation and its source.
    """
    if not isinstance(recipe, Recipe):
        raise RecipeError(
            f"coat: {recipe!r:.60} is not a Recipe; read one with Recipe.load(path) or Recipe.from_tables"
        )
    if recipe.coating is None:
        raise RecipeError("[coating] is missing: a recipe without it is a bare anode and gives no layer")
    anode = chemistry.anode(recipe.anode.metal)
    draws = Draws(samples, seed)
    supply = supply_of(recipe, draws)
    work = _Work(recipe, anode, draws, supply, warnings=list(supply.warnings))
    _reduce(work)
    _alloy(work)
    return _assemble(work)


def _reduce(work: _Work) -> None:
    forces = []
    for precursor, moles in work.supply.reacted:
        target = alloy(work.anode, precursor.element, np.ones(1), np.full(1, np.inf), None, Draws()).target
        force = driving_force(work.anode, precursor, target, work.draws)
        refuse_unreducible(work.anode, precursor, force)
        if force is None:
            work.warnings.append(
                f"driving_force_V: no formation energy or potential of {precursor.formula} is tabulated; "
                "whether the metal reduces it was not checked"
            )
        elif force.verdict == "undecided":
            work.warnings.append(
                f"{work.anode.symbol} reducing {precursor.formula} is undecided: {force.total.low:+.2f} to "
                f"{force.total.high:+.2f} V, alloying included; the layer is what would form if it does"
            )
        forces.append(force)
        reduction = reduce(work.anode, precursor, moles, work.draws)
        work.warnings += reduction.notes
        work.reductions.append(reduction)
        work.moles[precursor.element] = work.moles.get(precursor.element, np.zeros(work.draws.size)) + moles
    for symbol, moles in work.supply.elements.items():
        if symbol == work.anode.symbol:
            raise RecipeError(f"[coating] metal: {symbol} on {symbol} is no coating")
        work.moles[symbol] = work.moles.get(symbol, np.zeros(work.draws.size)) + moles
    known = [force for force in forces if force is not None]
    work.force = min(known, key=lambda force: force.total.value) if known else None


def _available(work: _Work) -> Array:
    """Moles of anode metal per area left after the reductions."""
    thickness = work.recipe.anode.thickness
    if thickness is None:
        work.warnings.append("[anode] thickness is not given: the metal is taken to be in excess")
        return np.full(work.draws.size, np.inf)
    volume = work.draws.take(work.anode.molar_volume, f"{work.anode.symbol} molar volume")
    whole = thickness / volume
    used = sum((reduction.anode_used for reduction in work.reductions), np.zeros(work.draws.size))
    if used[0] > whole[0]:
        work.supply.limited_by = "amount"
        work.warnings.append(
            f"the foil of {thickness * 1e6:.3g} um would be consumed whole: there is {used[0] / whole[0]:.3g} times as "
            f"much precursor as its {work.anode.symbol} can reduce"
        )
    _fit_to_foil(work, np.minimum(1.0, whole / np.maximum(used, 1e-300)))
    used = np.minimum(used, whole)
    brought = work.supply.anode_brought
    return np.asarray(np.maximum(whole - used, 0.0) + (0.0 if brought is None else brought))


def _fit_to_foil(work: _Work, share: Array) -> None:
    """Scale down the reductions of those samples that would consume more metal than the foil holds."""
    if np.all(share == 1.0):
        return
    for reduction in work.reductions:
        symbol = reduction.precursor.element
        work.moles[symbol] = work.moles[symbol] - reduction.metal * (1.0 - share)
        reduction.metal = reduction.metal * share
        reduction.anode_used = reduction.anode_used * share
        reduction.salts = {formula: moles * share for formula, moles in reduction.salts.items()}


def _alloy(work: _Work) -> None:
    left = _available(work)
    for symbol, moles in work.moles.items():
        outcome = alloy(
            work.anode, symbol, moles, left, work.supply.contact_time, work.draws, brought=work.supply.brought_ratio
        )
        work.warnings += outcome.warnings
        work.alloyings.append(outcome)
        if outcome.anode_used is not None:
            left = np.maximum(left - outcome.anode_used, 0.0)
    if len(work.moles) > 1:
        work.warnings.append("several coating elements: each alloys by itself, ternary phases are not considered")


def _layer_parts(work: _Work) -> list[Part]:
    """Left-over M, then the alloys from M-rich to A-rich."""
    parts = []
    for outcome in work.alloyings:
        left = outcome.left_over
        if left is not None and np.any(left > 1e-12 * work.moles[outcome.element]):
            volume = work.draws.take(chemistry.element(outcome.element).molar_volume, f"{outcome.element} molar volume")
            parts.append(Part(outcome.element, "metal", left, left * volume))
    for outcome in work.alloyings:
        for phase, moles in outcome.phases:
            volume = work.draws.take(phase.molar_volume, f"{phase.formula} molar volume")
            parts.append(Part(phase.formula, "alloy", moles, moles * volume, phase))
    return parts


def _salts(work: _Work) -> tuple[list[Part], list[SaltAmount], list[SaltAmount]]:
    """By-products that stay in the layer, reach the cell, or leave with the bath."""
    made: dict[str, Array] = {}
    for reduction in work.reductions:
        for formula, moles in reduction.salts.items():
            made[formula] = made.get(formula, np.zeros(work.draws.size)) + moles
    kept: list[Part] = []
    cell: list[SaltAmount] = []
    bath: list[SaltAmount] = []
    for formula, moles in made.items():
        salt: Salt = work.anode.salts[formula]
        fate = where_salt_goes(salt, moles, work.recipe, work.supply, work.draws)
        work.draws.cite(fate.source)
        work.warnings.append(fate.why)
        stays, reaches = moles * fate.layer, moles * fate.cell
        leaves = np.maximum(moles - stays - reaches, 0.0)
        if np.any(stays > 0):
            volume = work.draws.take(salt.molar_volume, f"{formula} molar volume")
            kept.append(Part(formula, "byproduct", stays, stays * volume, salt))
        for amount, place in ((reaches, cell), (leaves, bath)):
            if amount.max() > 1e-9 * moles.max():
                place.append(SaltAmount(formula, estimate(amount)))
    return kept, cell, bath


def _evidence_of_texture(work: _Work) -> tuple[str, str]:
    """(coverage, cracking) of a dip where somebody looked at this salt in this solvent, else 'unknown'.

    Between two concentrations that were tried nothing is known.
    """
    step = work.recipe.coating
    assert step is not None
    if step.route != "dip" or len(step.parts) != 1 or step.solvent is None:
        return "unknown", "unknown"
    part = step.parts[0]
    amount = part.concentration or step.concentration
    rows = by_subject("coating").get(f"{part.precursor} in {step.solvent}", {})
    if not rows or amount is None or amount.basis != "molarity":
        return "unknown", "unknown"
    dense, cracks = (rows[name].quantity("mol/m**3") for name in ("dense_above", "cracks_above"))
    work.draws.cite(dense.source)
    concentration = amount.value
    coverage = "incomplete" if concentration <= dense.low else "complete" if concentration >= dense.high else "unknown"
    cracking = (
        "cracks" if concentration > cracks.high else "none reported" if dense.high <= concentration <= cracks.low
        else "unknown"
    )  # fmt: skip
    return coverage, cracking


def _reaction(work: _Work) -> str:
    lines = [reduction.equation for reduction in work.reductions]
    for outcome in work.alloyings:
        if outcome.target is not None and outcome.phases:
            last = outcome.phases[-1][0]
            spent, met = term(last.atoms_anode, last.anode), term(last.atoms_element, last.element)
            lines.append(f"{spent} + {met} -> {last.formula}")
    return "; ".join(lines)


def _hazards(work: _Work) -> tuple[str, ...]:
    found: dict[str, None] = {}
    step = work.recipe.coating
    assert step is not None
    for precursor, _ in work.supply.reacted:
        found.update(dict.fromkeys(f"{precursor.formula}: {text}" for text in precursor.hazards))
    for symbol in work.moles:
        found.update(dict.fromkeys(f"{symbol}: {text}" for text in chemistry.element(symbol).hazards))
    if work.supply.brought_ratio == 0.0 and work.anode.symbol in {"Na", "K"} and "Hg" in work.moles:
        found[f"{work.anode.symbol} reacts violently with pure Hg; dilute the mercury first (claim C13)"] = None
    return tuple(found)


def _assemble(work: _Work) -> Coating:
    draws = work.draws
    parts = _layer_parts(work)
    kept, cell, bath = _salts(work)
    everything = parts + kept
    dense = sum((part.volume for part in everything), np.zeros(draws.size))
    porosity = np.clip(prior(work.supply.porosity_class, "porosity", "", draws), 0.0, MOST_POROUS)
    total = dense / (1.0 - porosity)
    anode_moles = _anode_consumed(work)
    volume = draws.take(work.anode.molar_volume, f"{work.anode.symbol} molar volume")
    ionic = ionic_conductivity(parts, total, work.anode.charge, draws)
    electronic = electronic_conductivity(parts, total, draws)
    modulus, lacking = elastic_modulus(everything, porosity, draws)
    if modulus is None and lacking:
        work.warnings.append(f"youngs_modulus_Pa: no bulk and shear modulus of {lacking} is tabulated")
    if ionic is None:
        work.warnings.append(
            "ionic_conductivity_S_per_m: no alloy carries the anode metal through this layer; ions can only "
            "move through its pores"
        )
    resistance = None if ionic is None else total / ionic
    coverage, cracking = _evidence_of_texture(work)
    by_role = {role: [part for part in everything if part.role == role] for role in ("alloy", "byproduct")}
    separate = [elastic_modulus(by_role[role], None, draws)[0] for role in ("alloy", "byproduct")]
    change = volume_change(parts, work.moles, draws)
    dissolved = solubilities(work.anode, list(work.moles), draws)
    samples = {"thickness": total[1:], "porosity": porosity[1:], "anode_consumed": (anode_moles * volume)[1:]}
    if ionic is not None and resistance is not None:
        samples |= {"ionic_conductivity": ionic[1:], "area_specific_resistance": resistance[1:]}
    assert work.recipe.coating is not None
    return Coating(
        anode=work.anode.symbol, route=work.recipe.coating.route,
        area_m2=work.recipe.anode.area,
        phases=tuple(
            LayerPhase(part.formula, part.role, estimate(part.moles), estimate(part.volume / total))
            for part in everything
            if part.moles[0] > 0 or np.quantile(part.volume / total, 0.9) > SHOWN
        ),
        equilibrium_phase=tuple(
            outcome.equilibrium.formula if outcome.equilibrium else outcome.element for outcome in work.alloyings
        ),
        phase_rule="; ".join(dict.fromkeys(outcome.rule for outcome in work.alloyings)),
        limited_by=work.supply.limited_by,
        thickness=estimate(total), porosity=estimate(porosity), coverage=coverage, cracking=cracking,
        anode_consumed=estimate(anode_moles * volume), anode_consumed_mol_per_m2=estimate(anode_moles),
        driving_force=work.force, reaction=_reaction(work),
        released_salt=tuple(cell), bath_salt=tuple(bath),
        ionic_conductivity=None if ionic is None else estimate(ionic),
        electronic_conductivity=None if electronic is None else estimate(electronic),
        area_specific_resistance=None if resistance is None else estimate(resistance),
        youngs_modulus=None if modulus is None else estimate(modulus),
        youngs_modulus_alloy=None if separate[0] is None else estimate(separate[0]),
        youngs_modulus_byproduct=None if separate[1] is None else estimate(separate[1]),
        volume_change=None if change is None else estimate(change),
        solubility=dissolved, hazards=_hazards(work), rules=_RULES,
        warnings=tuple(dict.fromkeys(text for text in work.warnings if text)),
        sources=tuple(draws.used), samples=samples,
    )  # fmt: skip


_RULES = (
    f"ionic conductivity: Nernst-Einstein at {TEMPERATURE} K, alloy as continuous matrix (Bruggeman 3/2)",
    "electronic conductivity: alloy and left-over metal as continuous matrix (Bruggeman 3/2)",
    "Young's modulus: between the Hashin-Shtrikman bounds of the dense solid, times (1 - porosity)^2",
    "thickness: sum of molar volumes over (1 - porosity)",
)


def _anode_consumed(work: _Work) -> Array:
    """Anode metal taken from the foil: what the products hold less what an amalgam brought."""
    total = sum((reduction.anode_used for reduction in work.reductions), np.zeros(work.draws.size))
    for outcome in work.alloyings:
        if outcome.anode_used is not None:
            total = total + outcome.anode_used
    if work.supply.anode_brought is not None:
        total = total - work.supply.anode_brought
    return np.asarray(total)
