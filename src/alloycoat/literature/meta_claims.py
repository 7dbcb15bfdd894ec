"""The review's claims of kind trend, each tested against the rows: effect, interval, verdict in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.chemistry.species import AnodeMetal, anode
from alloycoat.errors import MissingDataError
from alloycoat.literature.meta_effects import (
    LEVEL,
    Datum,
    Effect,
    Quantity,
    collect,
    contrast,
    life_ratio,
    mean_ratio,
    overall,
    slope,
)
from alloycoat.literature.meta_inside import Inside, inside_papers
from alloycoat.literature.rows import CellRow
from alloycoat.literature.tables import claim_rows

SUPPORTED, ON_AVERAGE, CONTRADICTED = "supported", "supported on average", "contradicted"
ONE_PAPER, CANNOT_TELL, NONE = "only inside one paper", "the table cannot tell", "no effect of this size"
VERDICTS = (SUPPORTED, ON_AVERAGE, CONTRADICTED, ONE_PAPER, NONE, CANNOT_TELL)
"""What can be said of a claim. `no effect of this size`: the 95 % interval excludes `WORTHWHILE` either way."""
WORTHWHILE = 1.5
"""Ratio from which an effect is worth having; a convention."""
FOUND = frozenset({SUPPORTED, ON_AVERAGE, CONTRADICTED})
"""Verdicts that say that something was found in the rows."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A claim with what the rows say of it; `effect` is None where no row bears on it."""

    claim: str
    wording: str
    verdict: str
    text: str
    effect: Effect | None
    further: tuple[Effect, ...] = ()
    inside: tuple[Inside, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The entry of `claims`; `warnings` says why `effect` is null."""
        return {
            "id": self.claim,
            "claim": self.wording,
            "verdict": self.verdict,
            "effect": None if self.effect is None else self.effect.to_json(),
            "further_effects": [effect.to_json() for effect in self.further],
            "inside_papers": [item.to_json() for item in self.inside],
            "text": self.text,
            "warnings": [] if self.effect is not None else ["effect is null: no row of Table 3 bears on the claim"],
        }


def _shown(effect: Effect) -> str:
    low, high = effect.interval
    papers = f"{effect.n_papers} paper{'s' if effect.n_papers != 1 else ''}"
    return f"{effect.estimate:.2f} ({100 * LEVEL:.0f} %: {low:.2f} to {high:.2f}; {effect.n_rows} rows, {papers})"


def judge(effect: Effect, *, above: bool, outside: Effect | None, inside: Sequence[Inside]) -> str:
    """The verdict on a trend that is claimed to lift a ratio above 1 (`above`) or to lower it.

    outside: the same without the one paper that shows the trend inside itself, if there is one.
    """
    alone = len({item.paper for item in inside}) == 1
    if alone and outside is not None and not outside.found:
        return ONE_PAPER
    decisive = outside if alone and outside is not None else effect
    if decisive.found and decisive.n_papers > 1:
        rising = decisive.strict[0] > decisive.neutral
        return SUPPORTED if rising == above else CONTRADICTED
    low, high = effect.strict
    if low > 1 / WORTHWHILE and high < WORTHWHILE:
        return NONE
    return CANNOT_TELL


def _average(rows: Sequence[CellRow]) -> Verdict:
    """C43: whichever the protection, lower polarization, higher stability and longer life."""
    effects = [effect for name in ("life-ratio", "begin-ratio", "end-ratio") for effect in overall(rows, name).effects]
    wording = _wording("C43")
    if len(effects) < 3:
        return Verdict("C43", wording, CANNOT_TELL, "Rows with lives and polarizations are missing.", None)
    life, begin, end = effects
    shorter = [str(datum.row.row) for datum in collect(rows, "life-ratio") if datum.upper < 0]
    equal = [str(datum.row.row) for datum in collect(rows, "life-ratio") if datum.exact and datum.lower == 0]
    higher = [str(datum.row.row) for datum in collect(rows, "end-ratio") if datum.lower > 1e-9]
    starts = [str(datum.row.row) for datum in collect(rows, "begin-ratio") if datum.lower > 1e-9]
    right = (life.strict[0] > 1, begin.strict[1] < 1, end.strict[1] < 1)
    wrong = (life.strict[1] < 1, begin.strict[0] > 1, end.strict[0] > 1)
    exceptions = shorter or higher or starts
    verdict = CONTRADICTED if any(wrong) else CANNOT_TELL if not all(right) else ON_AVERAGE if exceptions else SUPPORTED
    ahead = life.prediction or life.interval
    text = (
        f"Life is multiplied by {_shown(life)}, polarization by {_shown(begin)} at the beginning and {_shown(end)} at "
        f"the end. A new coating by a new laboratory: life times {ahead[0]:.1f} to {ahead[1]:.1f}. "
        f"'Whichever' does not hold: life is shorter in row {_listed(shorter)}, equal in row {_listed(equal)}; "
        f"polarization is higher at the beginning in row {_listed(starts)}, at the end in row {_listed(higher)}. "
        "Papers that report a failed coating are not in the table."
    )
    return Verdict("C43", wording, verdict, text, life, (begin, end))


def _listed(rows: Sequence[str]) -> str:
    return ", ".join(rows) if rows else "none"


Descriptor = Callable[[CellRow], float | None]


def _metal(row: CellRow) -> AnodeMetal | None:
    try:
        return anode(row.anode)
    except MissingDataError:
        return None


def solubility(row: CellRow) -> float | None:
    """log10 of the largest mole fraction of the coating element in the solid anode metal; None where unknown."""
    metal = _metal(row)
    value = None if metal is None else metal.solubility.get(row.element)
    return None if value is None or value.value <= 0 else math.log10(value.value)


def modulus(row: CellRow) -> float | None:
    """log2 of Young's modulus (Pa) of the richest alloy of the pair at room temperature; None where unknown."""
    metal = _metal(row)
    ladder = None if metal is None else metal.ladders.get(row.element)
    if metal is None or ladder is None or not ladder.richest:
        return None
    for phase in metal.alloys.get(row.element, ()):
        if phase.formula == ladder.richest and phase.youngs_modulus is not None:
            return math.log2(phase.youngs_modulus.value)
    return None


def _trend(
    rows: Sequence[CellRow], quantity: Quantity, descriptor: Descriptor, labels: tuple[str, str, str], *, above: bool
) -> tuple[Effect | None, Effect | None, tuple[Inside, ...]]:
    """(effect for one unit of the descriptor, the same outside the papers that show it inside, those papers).

    The metal is a control where several metals are among the rows: moduli and solubilities differ by metal.
    """
    pairs = [(datum, x) for row in rows if (datum := quantity(row)) and (x := descriptor(row)) is not None]
    effect = _slope(pairs, labels)
    if effect is None:
        return None, None, ()
    seen = tuple(item for item in inside_papers(pairs, above=above) if item.seen)
    keys = {item.paper for item in seen}
    rest = [(datum, x) for datum, x in pairs if datum.row.paper.key not in keys]
    outside = _slope(rest, (labels[0], labels[1], f"{labels[2]} without {', '.join(sorted(keys))}")) if seen else None
    return effect, outside, seen


def _slope(pairs: Sequence[tuple[Datum, float]], labels: tuple[str, str, str]) -> Effect | None:
    x = np.array([value for _, value in pairs])
    if len(pairs) < 4 or np.ptp(x) == 0:
        return None
    data = [datum for datum, _ in pairs]
    metals = tuple(dict.fromkeys(datum.row.anode for datum in data))[1:]
    controls = np.array([[float(datum.row.anode == metal) for metal in metals] for datum in data]) if metals else None
    return slope(data, x, labels, controls, 31)[0]


def _solubility_claim(rows: Sequence[CellRow]) -> Verdict:
    """C25: the more soluble the metal in Li, the smoother the plating and the lower the overpotential."""
    lithium = [row for row in rows if row.anode == "Li"]
    label = ("polarization-ratio", "decade of solubility", "Li")
    effect, outside, seen = _trend(lithium, mean_ratio, solubility, label, above=False)
    life, _, life_seen = _trend(lithium, life_ratio, solubility, ("life-ratio", *label[1:]), above=True)
    if effect is None:
        return Verdict("C25", _wording("C25"), CANNOT_TELL, "No rows with a known solubility.", None)
    verdict = judge(effect, above=False, outside=outside, inside=seen)
    text = f"For ten times the solubility the polarization ratio is multiplied by {_shown(effect)}"
    text += "" if life is None else f", the life ratio by {_shown(life)}"
    text += ". " + " ".join(item.text for item in (*seen, *life_seen))
    if outside is not None:
        text += f" Without that paper: {_shown(outside)}. The claim was made from those very rows."
    text += " Most solubilities are assumed (no number is published); the order of magnitude is what counts."
    return Verdict(
        "C25", _wording("C25"), verdict, text, effect, tuple(e for e in (outside, life) if e), (*seen, *life_seen)
    )


def _modulus_claim(rows: Sequence[CellRow]) -> Verdict:
    """C26: a low elastic modulus of the alkali-rich alloy favours life."""
    labels = ("life-ratio", "doubling of Young's modulus", "all")
    effect, outside, seen = _trend(rows, life_ratio, modulus, labels, above=False)
    if effect is None:
        return Verdict("C26", _wording("C26"), CANNOT_TELL, "No rows with a known modulus.", None)
    verdict = judge(effect, above=False, outside=outside, inside=seen)
    text = f"For twice the modulus of the alkali-rich alloy the life ratio is multiplied by {_shown(effect)}. "
    text += "".join(f"{item.text} " for item in seen)
    text += (
        "The alloys of these rows differ by a factor of about six in modulus, element and modulus go together, and "
        "the review asks for a low modulus here and a high one in its list of criteria (C41)."
    )
    return Verdict("C26", _wording("C26"), verdict, text, effect, () if outside is None else (outside,), seen)


def _additive_claim(rows: Sequence[CellRow]) -> Verdict:
    """C49: additive left unreduced can heal the coating in later cycles."""
    effect = contrast(rows, "life-ratio", "route class", "additive routes", "solution routes")
    text = "No row says how much additive was left, nor compares the same coating with and without it in the cell. "
    if effect is not None:
        text += (
            f"Coatings made by an additive have a life ratio of {_shown(effect)} times that of coatings made "
            "beforehand from a solution: no sign of a benefit, but other papers, metals and electrolytes."
        )
    return Verdict("C49", _wording("C49"), CANNOT_TELL, text, effect)


def _magnesium_claim(rows: Sequence[CellRow]) -> Verdict:
    """C50: coated Mg in carbonates is untested."""
    wording = _wording("C50")
    tested = [row for row in rows if row.anode == "Mg" and row.solvent_class == "carbonate"]
    if not tested:
        text = (
            "No row has magnesium in a carbonate, coated or bare: 'untested' agrees with the table, and the table "
            "cannot tell whether a coating would help there. The three magnesium rows are in DME."
        )
        return Verdict("C50", wording, CANNOT_TELL, text, None)
    effect = overall(tested, "life-ratio", "Mg, carbonate").effects
    text = f"{len(tested)} row(s) have magnesium in a carbonate: no longer untested."
    return Verdict("C50", wording, CANNOT_TELL, text, effect[0] if effect else None)


_UNTESTABLE = {
    "C39": "Table 3 has no cell in humid gas and no Li/O2 cell; row 22 is the same coating in a dry symmetric cell.",
    "C45": "Table 3 has no full cell. The symmetric cells of the two papers point both ways: the end polarization "
    "falls to a sixth in row 13 (Sn) and is a quarter higher in row 14 (Al).",
    "C46": "Table 3 has no Na|S cell; row 36 is a symmetric cell of the same paper, its bare life only bounded.",
    "C47": "Table 3 has no Li|S cell and no spectra; row 12 is a symmetric cell of the same paper.",
}
"""Claims on which no symmetric cell bears, and the nearest row."""
_TESTS: dict[str, Callable[[Sequence[CellRow]], Verdict]] = {
    "C25": _solubility_claim, "C26": _modulus_claim, "C43": _average, "C49": _additive_claim,
    "C50": _magnesium_claim,
}  # fmt: skip


def _wording(claim: str) -> str:
    return next(row.claim for row in claim_rows() if row.row == claim)


def trend_claims(rows: Sequence[CellRow]) -> list[Verdict]:
    """Every claim of kind trend with its verdict, in the order of the text."""
    found = []
    for claim in claim_rows():
        if claim.kind != "trend":
            continue
        if claim.row in _TESTS:
            found.append(_TESTS[claim.row](rows))
        else:
            text = _UNTESTABLE.get(claim.row, "Table 3 has no column that bears on it.")
            found.append(Verdict(claim.row, claim.claim, CANNOT_TELL, text, None))
    return found
