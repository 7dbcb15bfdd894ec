"""Every published coating beside what the program predicts for it: printed, predicted, ratio, verdict, reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat import chemistry
from alloycoat.coating import Coating, coat
from alloycoat.coating.draws import Draws, estimate
from alloycoat.coating.phases import alloy, equilibrium_phase
from alloycoat.errors import AlloycoatError
from alloycoat.literature import verdicts
from alloycoat.literature.rows import CoatingRow
from alloycoat.literature.tables import coating_rows
from alloycoat.literature.verdicts import LayerPhases
from alloycoat.quantities import parse
from alloycoat.recipe import Recipe

SAMPLES = 256
DISCS = ("1.131 cm^2", "0.785 cm^2", "2.011 cm^2")
"""Where a recipe prints no area: a 12 mm disc, with 10 and 16 mm as the range."""
_TYPICAL = 0.01  # mol/m2 (1 umol/cm2, a layer of about 1 um) where a row gives no amount: phases only


@dataclass(frozen=True, slots=True)
class Reproduced:
    """One coating row: what was printed, what is predicted, and how the two compare."""

    row: int
    ref: int
    printed_phases: str
    predicted_phases: str
    equilibrium: str
    phase_verdict: str
    same_phases: bool
    equilibrium_verdict: str
    printed_byproducts: str
    predicted_byproducts: str
    printed_um: str
    predicted_um: tuple[float, float, float] | None
    thickness_verdict: str
    ratio: float | None
    verdict: str
    reason: str

    def to_json(self) -> dict[str, Any]:
        """The row as `alloycoat reproduce --json` prints it."""
        low, value, high = self.predicted_um or (None, None, None)
        return {
            "table": "coating", "row": self.row, "ref": self.ref,
            "printed": {
                "phases": self.printed_phases, "byproducts": self.printed_byproducts, "thickness_um": self.printed_um,
            },
            "predicted": {
                "phases": self.predicted_phases, "byproducts": self.predicted_byproducts,
                "equilibrium_phase": self.equilibrium, "thickness_um": value,
                "thickness_um_interval": None if value is None else [low, high],
            },
            "ratio": self.ratio, "verdict": self.verdict, "phase_verdict": self.phase_verdict,
            "same_phases": self.same_phases,
            "equilibrium_verdict": self.equilibrium_verdict, "thickness_verdict": self.thickness_verdict,
            "reason": self.reason,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Coated:
    """The layers of one recipe of a row: the assumed areas, nominal first."""

    variant: str
    layers: tuple[Coating, ...]
    note: str

    @property
    def thickness_um(self) -> tuple[float, float, float]:
        """(low, nominal, high) over the assumed areas."""
        values = [layer.thickness for layer in self.layers]
        return (
            min(value.low for value in values) * 1e6, values[0].value * 1e6, max(value.high for value in values) * 1e6
        )  # fmt: skip


def _areas(tables: dict[str, Any]) -> tuple[list[dict[str, Any]], str]:
    """The recipe with each assumed area where it needs one and prints none, and that in words."""
    step = tables.get("coating", {})
    total = step.get("route") == "drop-cast" and "volume" in step and "cm^2" not in str(step["volume"])
    if not total or "area" in tables["anode"]:
        return [tables], ""
    filled = [{**tables, "anode": {**tables["anode"], "area": area}} for area in DISCS]
    return filled, "no area printed: 12 mm disc assumed (10 to 16 mm)"


def _coat_all(row: CoatingRow) -> tuple[list[_Coated], str]:
    """(the recipes of the row that can be coated, why not where one cannot)."""
    found, refusal = [], ""
    for variant, tables in zip(row.variants, row.recipe_variants, strict=True):
        filled, note = _areas(tables)
        try:
            layers = tuple(coat(Recipe.from_tables(each), samples=SAMPLES) for each in filled)
        except AlloycoatError as error:
            refusal = str(error).split("\n")[0].partition(": the route")[0]
            continue
        found.append(_Coated(variant.name, layers, note))
    return found, refusal


def _phases_of(layer: Coating) -> LayerPhases:
    whole = sum(phase.mol_per_m2.value for phase in layer.phases) or 1.0
    return LayerPhases(
        tuple(phase.formula for phase in layer.with_role("alloy")),
        tuple(phase.formula for phase in layer.with_role("metal") if phase.mol_per_m2.value > 0.01 * whole),
    )


def _by_rules(row: CoatingRow) -> list[LayerPhases]:
    """Phases by the declared rules alone, for a row whose recipe gives no amount."""
    anode, draws = chemistry.anode(row.anode), Draws()
    found = []
    for element in row.elements:
        amount, supply = np.full(1, _TYPICAL), np.full(1, np.inf)
        brought = 0.0 if row.route == "amalgam" else None
        outcome = alloy(anode, element, amount, supply, None, draws, brought=brought)
        left = outcome.left_over is not None and outcome.left_over[0] > 0.01 * _TYPICAL
        found.append(LayerPhases(tuple(phase.formula for phase, _ in outcome.phases), (element,) if left else ()))
    return found


def _unnamed_salt_thickness(row: CoatingRow) -> tuple[float, float, float] | None:
    """Dense thickness (um) of an additive whose anion is not printed: metal and alloy, no by-product."""
    step = row.recipe_fields["coating"]
    if row.route != "additive" or "precursor" in step or "concentration" not in step:
        return None
    draws = Draws(SAMPLES)
    height = draws.take(chemistry.electrolyte_amount(), "electrolyte amount")
    concentration = parse(step["concentration"], "concentration")
    moles = concentration * height / 2.0  # shared by the two electrodes
    outcome = alloy(chemistry.anode(row.anode), row.elements[0], moles, np.full(draws.size, np.inf), None, draws)
    volume = np.zeros(draws.size)
    for phase, amount in outcome.phases:
        volume += amount * draws.take(phase.molar_volume, f"{phase.formula} molar volume")
    if outcome.left_over is not None:
        metal = chemistry.element(row.elements[0])
        volume += outcome.left_over * draws.take(metal.molar_volume, f"{metal.symbol} molar volume")
    found = estimate(volume * 1e6)
    return found.low, found.value, found.high


def _dense(layer: Coating, printed: tuple[str, ...]) -> float:
    """Upper end of the thickness without pores, in um; by-products that dissolved count where they are printed."""
    anode = chemistry.anode(layer.anode)
    solid = layer.samples["thickness"] * (1.0 - layer.samples["porosity"])
    total = float(np.quantile(solid, 0.9)) if len(solid) else layer.thickness.high
    for salt in (*layer.released_salt, *layer.bath_salt):
        if salt.formula in printed:
            total += salt.mol_per_m2.high * anode.salts[salt.formula].molar_volume.high
    return total * 1e6


def _worst(judged: list[tuple[str, str]]) -> tuple[str, str]:
    """agrees only where every recipe of the row agrees; partly where one does."""
    if len({verdict for verdict, _ in judged}) == 1:
        return judged[0]
    reason = next((why for _, why in judged if why), "")
    if any(verdict in {verdicts.AGREES, verdicts.PARTLY} for verdict, _ in judged):
        return verdicts.PARTLY, f"not every recipe of the row: {reason}"
    return verdicts.WRONG, reason


def _ratios(row: CoatingRow) -> dict[str, float]:
    anode = chemistry.anode(row.anode)
    return {phase.formula: phase.ratio for element in row.elements for phase in anode.alloys.get(element, ())}


def _byproducts(row: CoatingRow) -> tuple[str, ...]:
    return tuple(phase.formula for phase in row.phases if phase.role == "byproduct")


def _targets(row: CoatingRow, coated: list[_Coated]) -> list[tuple[float | None, float | None]]:
    """Printed (low, high) for each recipe: the ends of a range belong to its low and its high recipe."""
    whole = (row.thickness_low_um, row.thickness_high_um)
    if row.thickness_relation not in {"range", "alternatives"}:
        return [whole] * len(coated)
    ends = {"low": (whole[0], whole[0]), "high": (whole[1], whole[1])}
    return [ends.get(each.variant, whole) for each in coated]


@dataclass(frozen=True, slots=True)
class _Thickness:
    predicted: tuple[float, float, float] | None
    verdict: str
    ratio: float | None
    reason: str


def _judge_thickness(row: CoatingRow, coated: list[_Coated], refusal: str) -> _Thickness:
    """Thickness over the recipes of a row: each against what is printed for it, the worst verdict counts."""
    if coated:
        spans = [each.thickness_um for each in coated]
        dense = [max(_dense(layer, _byproducts(row)) for layer in each.layers) for each in coated]
        targets = _targets(row, coated)
    else:
        bare = _unnamed_salt_thickness(row)
        if bare is None:
            given = row.thickness_relation != "none"
            return _Thickness(None, verdicts.INCOMPLETE if given else "not printed", None, refusal)
        spans, dense, targets = [bare], [bare[2]], [(row.thickness_low_um, row.thickness_high_um)]
    middle = float(np.exp(np.mean(np.log([span[1] for span in spans]))))
    predicted = (min(span[0] for span in spans), middle, max(span[2] for span in spans))
    if row.thickness_relation == "none":
        return _Thickness(predicted, "not printed", None, "")
    broken = row.thickness_relation != "below" and any(
        verdicts.breaks_mass_balance(target[0], most) for target, most in zip(targets, dense, strict=True)
    )
    judged = [
        verdicts.judge_thickness(row.thickness_relation, target, span)
        for target, span in zip(targets, spans, strict=True)
    ]
    ratio = float(np.exp(np.mean([np.log(ratio) for _, ratio in judged if ratio])))
    if broken:
        return _Thickness(
            predicted, verdicts.CONTRADICTS, ratio, f"at most {max(dense):.2g} um of dense matter can form"
        )
    order = (verdicts.WRONG, verdicts.PARTLY, verdicts.AGREES)
    return _Thickness(predicted, min((verdict for verdict, _ in judged), key=order.index), ratio, "")


def _judge_phases(row: CoatingRow, predicted: list[LayerPhases], stable: list[LayerPhases]) -> tuple[str, str, str]:
    """(verdict, verdict of equilibrium alone, reason); a row that names no phase is not judged."""
    printed, named = verdicts.printed_layer(row.phases)
    if not named:
        return verdicts.UNNAMED, verdicts.UNNAMED, ""
    ratios = _ratios(row)
    verdict, reason = _worst([verdicts.judge_phases(printed, each, ratios) for each in predicted])
    return verdict, _worst([verdicts.judge_phases(printed, each, ratios) for each in stable])[0], reason


def reproduce_row(row: CoatingRow) -> Reproduced:
    """One row through `coat`, or through the phase rules alone where its recipe gives no amount."""
    coated, refusal = _coat_all(row)
    predicted = [_phases_of(each.layers[0]) for each in coated] or _by_rules(row)
    anode = chemistry.anode(row.anode)
    stable = []
    for element in row.elements:
        phase = equilibrium_phase(anode, element)
        stable.append(LayerPhases((phase.formula,), ()) if phase else LayerPhases((), (element,)))
    phase_verdict, equilibrium_verdict, reason = _judge_phases(row, predicted, stable)
    thickness = _judge_thickness(row, coated, refusal)
    kept = dict.fromkeys(
        phase.formula for each in coated for phase in each.layers[0].with_role("byproduct")
        if phase.volume_fraction.value > 0.005
    )  # fmt: skip
    printed = verdicts.printed_layer(row.phases)[0]
    notes = dict.fromkeys(each.note for each in coated)
    same = phase_verdict != verdicts.UNNAMED and all(verdicts.same_phases(printed, each) for each in predicted)
    return Reproduced(
        row.row, row.ref, printed.text.replace("?", f"{row.anode}-"),
        " | ".join(dict.fromkeys(each.text for each in predicted)), " | ".join(each.text for each in stable),
        phase_verdict, same, equilibrium_verdict, " + ".join(_byproducts(row)), " + ".join(kept),
        row.as_printed.get("thickness", ""), thickness.predicted, thickness.verdict, thickness.ratio,
        _overall(phase_verdict, thickness.verdict),
        "; ".join(text for text in (reason, thickness.reason, *notes) if text),
    )  # fmt: skip


def _overall(phases: str, thickness: str) -> str:
    """One verdict a row: a broken mass balance first, then the phases, then the thickness."""
    if thickness == verdicts.CONTRADICTS:
        return thickness
    if phases != verdicts.UNNAMED:
        return phases
    return thickness if thickness != "not printed" else verdicts.INCOMPLETE


def reproduce() -> tuple[Reproduced, ...]:
    """Every published coating beside the layer that its recipe gives; `alloycoat.reproduce` adds cells and claims."""
    return tuple(reproduce_row(row) for row in coating_rows())


def counts(rows: tuple[Reproduced, ...]) -> dict[str, dict[str, int]]:
    """How many rows have each verdict: on the phases, by equilibrium alone, on the thickness, overall."""
    keys = ("phase_verdict", "equilibrium_verdict", "thickness_verdict", "verdict")
    found: dict[str, dict[str, int]] = {key: {} for key in keys}
    for row in rows:
        for key in keys:
            verdict = getattr(row, key)
            found[key][verdict] = found[key].get(verdict, 0) + 1
    return found
