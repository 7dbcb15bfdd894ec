"""What can be computed for a claim of the review's text: one function a kind of check, none knows a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from alloycoat import cell as cells
from alloycoat import chemistry
from alloycoat.calibration import models as declared
from alloycoat.calibration.cases import MA_PER_CM2, case_of, design
from alloycoat.calibration.full_claims import full_trend, life_span, retention_span
from alloycoat.calibration.reproduce_cells import first_of_bare_cell, held_for
from alloycoat.calibration.study import fit_all
from alloycoat.calibration.sulfur_claims import sulfur_forms, sulfur_retention, surrounding_verdicts
from alloycoat.coating import Coating, coat
from alloycoat.coating.describe import CRITERIA, criteria
from alloycoat.electrochemistry.plating_location import share_on_top
from alloycoat.literature.claims import ClaimRow
from alloycoat.literature.meta_claims import Verdict, trend_claims
from alloycoat.literature.reproduce import Reproduced, reproduce_row
from alloycoat.literature.tables import cell_rows, coating_rows
from alloycoat.quantities import FARADAY, parse
from alloycoat.recipe import Recipe

DISC = "1.131 cm^2"
"""Where a recipe prints no area: a 12 mm disc."""
SAMPLES = 256
Span = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found: numbers (low, value, high) in the unit of the claim, one for each of its values, or a
    verdict that another part of the program computed (`judged`); `words` says what was computed.

    tolerance: factor (absolute where `absolute`) by which value and print may differ. kind: "statement" where
    being far off means a misprint, "amount" where it breaks the mass balance, else "measurement".
    """

    predicted: tuple[Span, ...]
    words: str
    printed: tuple[float, ...] | None = None
    tolerance: float = 1.0
    absolute: bool = False
    kind: str = "measurement"
    judged: str | None = None
    ratio: float | None = None


Arguments = Mapping[str, str]
Check = Callable[[ClaimRow, Arguments], Found]


def _exact(value: float) -> tuple[Span, ...]:
    return ((value, value, value),)


def _charge_per_mass(_: ClaimRow, given: Arguments) -> Found:
    value, words = _charge(given)
    return Found(_exact(value / 3.6), words, tolerance=1.02, kind="statement")


def _charge(given: Arguments) -> tuple[float, str]:
    """(C per g of the element, how) of forming an alloy."""
    atoms = chemistry.parse_formula(given["formula"])
    metal = chemistry.anode(given["anode"])
    per = atoms[given["anode"]] / atoms[given["element"]]
    grams = chemistry.element(given["element"]).molar_mass * 1e3
    return per * metal.charge * FARADAY / grams, f"{per:g} {given['anode']} per {given['element']}, Faraday's law"


def _charge_per_volume(_: ClaimRow, given: Arguments) -> Found:
    value, words = _charge(given)
    density = chemistry.element(given["element"]).density.value * 1e-3  # g/cm3
    return Found(_exact(value / 3600.0 * density), f"{words}, times the density", tolerance=1.1, kind="statement")


def _standard_potential(_: ClaimRow, given: Arguments) -> Found:
    found = chemistry.anode(given["anode"]).standard_potential
    span = ((found.low, found.value, found.high),)
    return Found(span, "table of the metal", tolerance=float(given["tolerance_V"]), absolute=True)


@lru_cache(maxsize=64)
def _layer(row: int, changes: tuple[tuple[str, str], ...] = (), samples: int = 0) -> Coating:
    """The layer of the first recipe of a coating row, some keys of [coating] changed."""
    tables = next(item for item in coating_rows() if item.row == row).recipe_variants[0]
    anode = {"area": DISC, **tables["anode"]}
    changed = {**tables, "anode": anode, "coating": {**tables["coating"], **dict(changes)}}
    return coat(Recipe.from_tables(changed), samples=samples)


def _word(attribute: str) -> Check:
    def check(_: ClaimRow, given: Arguments) -> Found:
        layer = _layer(int(given["row"]), (("concentration", given["concentration"]),))
        found = str(getattr(layer, attribute))
        same = given["word"] in found
        words = f"{attribute} at {given['concentration']}: {found}"
        return Found((), words, judged="agrees" if same else "disagrees")

    return check


@lru_cache(maxsize=64)
def reproduced(row: int) -> Reproduced:
    """A coating row as `literature.reproduce` judges it."""
    return reproduce_row(next(item for item in coating_rows() if item.row == row))


def _coating_row(_: ClaimRow, given: Arguments) -> Found:
    row = reproduced(int(given["row"]))
    words = f"coating row {row.row}: "
    if given["part"] == "phases":
        return Found((), words + f"{row.predicted_phases} predicted", judged=_agreement(row.phase_verdict))
    if row.predicted_um is None:
        return Found((), words + (row.reason or row.thickness_verdict), judged=_agreement(row.thickness_verdict))
    return Found(
        (row.predicted_um,), words + "thickness by the coating engine", judged=_agreement(row.thickness_verdict),
        ratio=row.ratio,
    )  # fmt: skip


def _agreement(verdict: str) -> str:
    known = {"wrong": "disagrees", "recipe incomplete": "cannot be predicted", "not printed": "cannot be predicted",
             "no phase named": "cannot be predicted"}  # fmt: skip
    return known.get(verdict, verdict)


def _share_of_thicknesses(_: ClaimRow, given: Arguments) -> Found:
    low, high = float(given["low_um"]), float(given["high_um"])
    rows = coating_rows()
    printed = [
        (row.thickness_low_um or row.thickness_high_um, row.thickness_high_um) for row in rows
        if row.thickness_high_um is not None and row.thickness_relation != "below"
    ]  # fmt: skip
    inside = sum(
        1 for first, last in printed if first is not None and last is not None and low <= first and last <= high
    )
    found = [span for row in rows if (span := reproduced(row.row).predicted_um) is not None]
    ours = sum(1 for span in found if low <= span[1] <= high)
    share = inside / len(printed)
    words = f"{inside} of {len(printed)} printed and {ours} of {len(found)} predicted thicknesses lie in that range"
    return Found((), words, judged="agrees" if share > 0.5 else "disagrees", ratio=share)


def _sand(_: ClaimRow, given: Arguments) -> Found:
    """A fresh cell above its limiting current runs dry of salt, one below does not; time over Sand's time."""
    row = next(item for item in cell_rows() if item.row == int(given["row"]))
    bare = cells.symmetric(anode=row.anode, electrolyte=row.electrolyte, area=DISC)
    ceiling = cells.limits(bare, 10.0, 0.0).limiting_current_density_of_curves
    times = float(given["times"])
    ended = {}
    for factor in (0.9, times):
        tables = row.recipe_fields
        steps = [f"{verb} at {factor * ceiling:.6g} A/m2 for 10 minutes" for verb in ("Plate", "Strip")]
        tables = {**tables, "anode": {"metal": row.anode, "area": DISC}, "protocol": {"steps": steps, "cycles": 1}}
        ended[factor] = cells.cycle(bare, Recipe.from_tables(tables).protocol)
    seconds = float(ended[times].time_s[-1])
    tau = cells.limits(bare, times * ceiling, 0.0).sand_time
    held = ended[times].ended.name == "depletion" and ended[0.9].ended.name != "depletion"
    words = (
        f"at {times:g} J* the salt at the plating electrode is used up after {seconds:.3g} s (Sand's time of a thick "
        f"electrolyte: {tau:.3g} s), at 0.9 J* it is not; that dendrites start there is not computed"
    )
    return Found((), words, judged="agrees" if held else "disagrees", ratio=seconds / tau)


def _life(row: int, side: str, cycle_h: float) -> tuple[Span, str]:
    printed = next(item for item in cell_rows() if item.row == row)
    first = first_of_bare_cell(cell_rows())[row]
    held = held_for(f"{side}-life", "nothing", first if side == "bare" else row, printed.anode)
    if held is None:
        return (math.nan,) * 3, "no prediction"
    low, middle, high = (float(np.exp(held.predicted.quantile(share)[0])) / cycle_h for share in (0.1, 0.5, 0.9))
    return (low, middle, high), f"{side} life of row {row}, blind, by a fit without its paper ({held.model})"


def _held_life(_: ClaimRow, given: Arguments) -> Found:
    span, words = _life(int(given["row"]), given["side"], float(given.get("cycle_h", "1")))
    printed = (float(given["value"]),) if "value" in given else None
    return Found((span,), words, printed=printed)


def _held_lives(_: ClaimRow, given: Arguments) -> Found:
    spans = [_life(int(given["row"]), side, 1.0) for side in ("coated", "bare")]
    return Found(tuple(span for span, _ in spans), "; ".join(words for _, words in spans))


def _life_elsewhere(_: ClaimRow, given: Arguments) -> Found:
    """The coated life in cycles at other currents, by the shipped model fitted without the paper of the row."""
    row = next(item for item in cell_rows() if item.row == int(given["row"]))
    values, unit = given["currents"].rsplit(" ", 1)
    half = parse(given["half_cycle"], "time")
    rows = [item for item in cell_rows() if item.paper.key != row.paper.key]
    model = next(m for m in declared.models() if (m.quantity, m.given, m.metals, m.primary) == (
        "coated-life", "nothing", "all", True))  # fmt: skip
    fitted = fit_all(model, rows)
    spans = []
    for value in values.split():
        current = parse(f"{value} {unit}", "current density")
        case = replace(case_of(row), current_density=current, areal_capacity=current * half, bare_life=None)
        found = fitted.predict(design([case], model.features))
        ends = [float(np.exp(found.quantile(share)[0])) / (2.0 * half / 3600.0) for share in (0.1, 0.5, 0.9)]
        spans.append((ends[0], ends[1], ends[2]))
    highest = max(item.current_density for item in rows if item.anode == row.anode) / MA_PER_CM2
    words = f"coated life at {values} {unit}, blind; extrapolating: published up to {highest:g} mA/cm2 with {row.anode}"
    return Found((min(spans, key=lambda span: span[1]),), words)


@lru_cache(maxsize=1)
def _trends() -> dict[str, Verdict]:
    return {verdict.claim: verdict for verdict in trend_claims(cell_rows())}


def _trend(claim: ClaimRow, _: Arguments) -> Found:
    known = {"supported": "agrees", "supported on average": "partly", "contradicted": "disagrees",
             "no effect of this size": "disagrees"}  # fmt: skip
    found = _trends()[claim.row]
    return Found((), f"{found.verdict}: {found.text}", judged=known.get(found.verdict, "cannot be predicted"))


def _moduli(_: ClaimRow, given: Arguments) -> Found:
    """Young's moduli of the salts, with the bulk moduli in the words: which of the two is printed?"""
    spans, words = [], []
    for formula, anode in zip(given["salts"].split(), given["anodes"].split(), strict=True):
        salt = chemistry.anode(anode).salts[formula]
        young, bulk = salt.youngs_modulus, salt.bulk_modulus
        if young is None or bulk is None:
            continue
        spans.append((young.low / 1e9, young.value / 1e9, young.high / 1e9))
        words.append(f"{formula}: Young's modulus {young.value / 1e9:.0f}, bulk modulus {bulk.value / 1e9:.0f} GPa")
    return Found(tuple(spans), "; ".join(words), tolerance=1.15, kind="statement")


def _below_the_layer(_: ClaimRow, given: Arguments) -> Found:
    """Share of the samples of layer and nucleation in which more than half of the metal plates below."""
    words, shares = [], []
    barrier = chemistry.nucleation_overpotential()
    generator = np.random.default_rng(0)
    for number in given["rows"].split():
        row = next(item for item in coating_rows() if item.row == int(number))
        tested = next(item for item in cell_rows() if item.row in row.cell_rows)
        layer = _layer(row.row, (), SAMPLES)
        resistance = layer.samples.get("area_specific_resistance")
        if resistance is None or layer.electronic_conductivity is None or layer.ionic_conductivity is None:
            words.append(f"coating row {row.row}: the resistance of the layer is not known")
            continue
        electronic = layer.electronic_conductivity.value / (
            layer.electronic_conductivity.value + layer.ionic_conductivity.value
        )
        nucleation = np.exp(generator.uniform(np.log(barrier.low), np.log(barrier.high), len(resistance)))
        on_top = [
            share_on_top(tested.current_density, float(r), float(eta), electronic)
            for r, eta in zip(resistance, nucleation, strict=True)
        ]
        shares.append(float(np.mean(np.array(on_top) < 0.5)))
        words.append(
            f"coating row {row.row} at {tested.current_density / MA_PER_CM2:g} mA/cm2: mostly below in "
            f"{100 * shares[-1]:.0f} % of the samples"
        )
    if not shares:
        return Found((), "; ".join(words), judged="cannot be predicted")
    undecided = 0.1 < shares[0] < 0.9
    verdict = "cannot be predicted" if undecided else "agrees" if shares[0] >= 0.9 else "disagrees"
    return Found((), "; ".join(words), judged=verdict, ratio=shares[0])


def _triflate(_: ClaimRow, given: Arguments) -> Found:
    layer = _layer(int(given["row"]), (), SAMPLES)
    area = parse(DISC, "area")
    salts = (*layer.released_salt, *layer.bath_salt)
    total = [sum(getattr(salt.mol_per_m2, end) for salt in salts) * area for end in ("low", "value", "high")]
    byproduct = layer.with_role("byproduct")
    for k, end in enumerate(("low", "value", "high")):
        total[k] += sum(getattr(phase.mol_per_m2, end) for phase in byproduct) * area
    words = f"triflate that the drop of coating row {given['row']} can make, at most"
    return Found(((total[0], total[1], total[2]),), words, tolerance=5.0, kind="amount")


def _salt_in_volume(_: ClaimRow, given: Arguments) -> Found:
    amount = parse(given["volume"], "volume") * parse(given["concentration"], "concentration")
    return Found(_exact(amount), "volume times concentration", tolerance=2.0, kind="statement")


def _balanced_thickness(_: ClaimRow, given: Arguments) -> Found:
    metal = chemistry.anode(given["anode"])
    loading = (
        parse(given["loading"].replace("mg/cm2", "mg") + "", "mass") / 1e-4 if "mg/cm2" in given["loading"] else 0.0
    )
    moles = loading / (chemistry.molar_mass(given["formula"]))
    micrometers = moles / metal.charge * metal.molar_volume.value * 1e6
    return Found(_exact(micrometers), "one Li per FePO4, molar volume of the metal", kind="statement")


def _recipe_concentration(claim: ClaimRow, given: Arguments) -> Found:
    row = next(item for item in coating_rows() if item.row == int(given["row"]))
    text = str(row.recipe_fields["coating"].get("concentration", ""))
    value = parse(text, "concentration")
    del claim
    return Found(_exact(value), f"the recipe of coating row {row.row} says {text}", tolerance=1.01)


def _criteria(_: ClaimRow, given: Arguments) -> Found:
    found = criteria(_layer(int(given["row"])))
    known = [name for name in CRITERIA if found[name] != "no data"]
    words = f"reported for every layer: {', '.join(CRITERIA)}; with a number: {', '.join(known)}, else 'no data'"
    return Found((), words, judged="agrees" if len(found) == len(CRITERIA) == 4 else "disagrees", ratio=len(known) / 4)


def _salt_per_precursor(_: ClaimRow, given: Arguments) -> Found:
    layer = _layer(int(given["row"]))
    step = next(item for item in coating_rows() if item.row == int(given["row"])).recipe_fields["coating"]
    anions = chemistry.precursor(str(step["precursor"])).charge
    value = parse(given["concentration"], "concentration") * anions
    words = f"{anions} anions per {step['precursor']}, kept whole ({layer.reaction})"
    return Found(_exact(value), words, tolerance=1.01, kind="statement")


def _full_life(_: ClaimRow, given: Arguments) -> Found:
    """Cycles to 80 % of full cells over declared conditions; "row" is the coating row, none for bare metal."""
    span, words = life_span(given, int(given["row"]) if "row" in given else None)
    if given.get("cells") == "2":  # two electrolytes, two printed numbers
        other, more = life_span({**given, "electrolyte": given["electrolyte 2"]}, None)
        return Found((span, other), f"{words}; in {given['electrolyte 2']}: {more}")
    return Found((span,), words)


def _full_bare_retention(_: ClaimRow, given: Arguments) -> Found:
    words = retention_span(given, None)[1]
    return Found((), f"bare: {words}", judged="cannot be predicted")


def _full_trend(_: ClaimRow, given: Arguments) -> Found:
    verdict, words = full_trend(given)
    return Found((), words, judged=verdict)


def _sulfur_retention(_: ClaimRow, given: Arguments) -> Found:
    """Computed, but no test: the interval of either number is wider than the difference that is claimed."""
    spans, words = sulfur_retention(given)
    return Found(spans if "print" in given else (), words, judged="cannot be predicted")


def _sulfur_forms(_: ClaimRow, given: Arguments) -> Found:
    return Found((), sulfur_forms(given), judged="cannot be predicted")


def _surroundings(_: ClaimRow, given: Arguments) -> Found:
    """What the program itself answers for these surroundings."""
    found = surrounding_verdicts(given)
    held = "expected" in given and [one.verdict for one in found] == given["expected"].split(", ")
    return Found((), "; ".join(one.text for one in found), judged="agrees" if held else "cannot be predicted")


def _magnesium_per_host(claim: ClaimRow, _: Arguments) -> Found:
    """Filling of TiS2 that the printed capacity means: a bound, no prediction."""
    most = 2.0 * FARADAY / chemistry.molar_mass("TiS2") / 3600.0  # Ah/kg for one Mg
    words = f"{claim.values[0]:g} mAh/g are {claim.values[0] / most:.2f} Mg per TiS2 (one gives {most:.0f} mAh/g)"
    return Found((), words, judged="cannot be predicted")


def _not_yet(_: ClaimRow, __: Arguments) -> Found:
    return Found((), "", judged="cannot be predicted")


CHECKS: dict[str, Check] = {
    "charge per mass": _charge_per_mass, "charge per volume": _charge_per_volume,
    "standard potential": _standard_potential, "coverage word": _word("coverage"), "cracking word": _word("cracking"),
    "coating row": _coating_row, "share of thicknesses": _share_of_thicknesses, "Sand's time": _sand,
    "held-out life": _held_life, "held-out lives": _held_lives, "life at another current": _life_elsewhere,
    "trend": _trend, "moduli": _moduli, "share below the layer": _below_the_layer, "triflate made": _triflate,
    "salt in a volume": _salt_in_volume, "balanced thickness": _balanced_thickness,
    "recipe concentration": _recipe_concentration, "criteria reported": _criteria,
    "salt made per precursor": _salt_per_precursor, "life of a full cell": _full_life,
    "retention of the bare full cell": _full_bare_retention, "trend of full cells": _full_trend,
    "retention of sulfur": _sulfur_retention, "forms of sulfur": _sulfur_forms, "surroundings": _surroundings,
    "magnesium per host": _magnesium_per_host, "not yet": _not_yet,
}  # fmt: skip
"""Name in claim_checks.csv -> function."""


def arguments_of(text: str) -> dict[str, Any]:
    """`key=value; key=value` as a table."""
    return dict(item.split("=", 1) for item in text.split("; ") if item)
