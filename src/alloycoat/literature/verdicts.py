"""Verdicts on a published layer: phases by name, thickness by ratio, mass balance by the largest layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alloycoat.coating.growth import MOST_POROUS
from alloycoat.literature.rows import PrintedPhase

AGREES, PARTLY, WRONG = "agrees", "partly", "wrong"
CONTRADICTS, INCOMPLETE, UNNAMED = "contradicts mass balance", "recipe incomplete", "no phase named"
FACTOR_AGREES, FACTOR_PARTLY = 2.0, 5.0
"""A thickness agrees within a factor of 2 of the printed one and agrees in part within a factor of 5."""


@dataclass(frozen=True, slots=True)
class LayerPhases:
    """Phases of a layer, printed or predicted: alloys in order of rising A, left-over coating element."""

    alloys: tuple[str, ...]
    left_over: tuple[str, ...]

    @property
    def text(self) -> str:
        """The phases in one line."""
        return " + ".join((*self.left_over, *self.alloys)) or "none"


def printed_layer(phases: Sequence[PrintedPhase]) -> tuple[LayerPhases, bool]:
    """(the printed metallic phases, whether any is named by a formula); a generic alloy is kept as "?El"."""
    alloys, metals, named = [], [], False
    for phase in phases:
        if phase.role == "byproduct":
            continue
        named |= not phase.generic
        if phase.generic:
            alloys += [f"?{element}" for element in phase.elements]
        elif phase.role == "metal":
            metals.append(phase.formula)
        else:
            alloys.append(phase.meant or phase.formula)
    return LayerPhases(tuple(alloys), tuple(metals)), named


def _same_richest(printed: LayerPhases, predicted: LayerPhases, ratios: dict[str, float]) -> bool:
    generic = any(name.startswith("?") for name in printed.alloys)
    if not printed.alloys or not predicted.alloys:
        return not printed.alloys and not predicted.alloys
    if generic:
        return True
    return max(printed.alloys, key=lambda name: ratios.get(name, 0.0)) == max(
        predicted.alloys, key=lambda name: ratios.get(name, 0.0)
    )


def judge_phases(printed: LayerPhases, predicted: LayerPhases, ratios: dict[str, float]) -> tuple[str, str]:
    """(verdict, reason) on the metallic phases.

    agrees: the same A-richest alloy, and left-over coating element in both or in neither; partly: one of the
    two, or another alloy of the same pair; wrong: an alloy where none is printed, or none where one is.
    ratios: A per M of each formula. A generic printed alloy counts as the same alloy.
    """
    richest = _same_richest(printed, predicted, ratios)
    left = bool(printed.left_over) == bool(predicted.left_over)
    if richest and left:
        return AGREES, ""
    if bool(printed.alloys) != bool(predicted.alloys):
        seen = "an alloy is" if printed.alloys else "only the element is"
        return WRONG, f"{seen} printed, {predicted.text} predicted"
    if not left:
        which = "left-over element printed, none predicted" if printed.left_over else "left-over element predicted"
        return PARTLY, which if richest else f"{which}; another alloy of the pair"
    return PARTLY, "another alloy of the same pair"


def same_phases(printed: LayerPhases, predicted: LayerPhases) -> bool:
    """Every printed phase and no other: the strictest agreement; a generic alloy stands for the alloys of its pair."""
    if any(name.startswith("?") for name in printed.alloys):
        return bool(predicted.alloys) and set(printed.left_over) == set(predicted.left_over)
    return set(printed.alloys) == set(predicted.alloys) and set(printed.left_over) == set(predicted.left_over)


def judge_thickness(
    relation: str, printed: tuple[float | None, float | None], predicted: tuple[float, float, float]
) -> tuple[str, float | None]:
    """(verdict, predicted/printed) on the thickness; predicted: (low, value, high) in the same unit.

    printed: (low, high). agrees: the printed range overlaps the predicted 10-90 % interval, or the predicted
    value lies within FACTOR_AGREES of the printed middle (geometric); partly: within FACTOR_PARTLY. An upper
    bound agrees where the predicted value lies below it; the ratio is then that to the bound.
    """
    low, high = printed
    if high is None:
        return "not printed", None
    if relation == "below":
        ratio = predicted[1] / high
        return (AGREES if ratio <= 1 else WRONG), ratio
    low = low or high
    ratio = predicted[1] / (low * high) ** 0.5
    off = max(ratio, 1 / ratio)
    overlaps = predicted[0] <= high and predicted[2] >= low
    return (AGREES if overlaps or off <= FACTOR_AGREES else PARTLY if off <= FACTOR_PARTLY else WRONG), ratio


def breaks_mass_balance(printed: float | None, dense_high: float) -> bool:
    """True where the printed thickness exceeds what the supply can fill.

    dense_high: upper end (90 %) of the dense thickness, in the same unit; pores up to MOST_POROUS of the
    volume are granted.
    """
    return printed is not None and printed > dense_high / (1.0 - MOST_POROUS)
