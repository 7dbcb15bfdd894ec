"""Lives of a recipe's own cells by the ageing cell with the fitted parameters: the mechanism beside the numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from alloycoat import cell as cells
from alloycoat.calibration import prediction as made
from alloycoat.calibration import shipped as tables
from alloycoat.calibration.ageing_lives import AMOUNT, AREA, COVERAGE_GAP, MODELLED
from alloycoat.calibration.cases import Case
from alloycoat.calibration.likelihood import Fitted, Predictive
from alloycoat.calibration.mechanistic import Calibrated
from alloycoat.calibration.prediction import Predicted
from alloycoat.errors import RecipeError
from alloycoat.recipe import Recipe

ROLE = "mechanistic"
FITTED_TO = "Li"
"""Metal of the cells that the shipped parameters were fitted to; those of sodium are run with them, unscored."""
MOST_CYCLES = 8000
"""A cell that lives longer is not followed: it would take more than some seconds."""
PARAMETER_SPREAD = 0.25
"""What the uncertainty of the fitted parameters adds to ln life: its usual size over the published rows."""
WORDS = "the ageing cell with parameters fitted to the published lives; electrolyte amount assumed where not given"


def _simulate(recipe: Recipe, factors: dict[str, float], side: str) -> float:
    """ln(life in h) of the recipe's cell; a coated one has a typical dense layer, as in the fit."""
    if recipe.cell is None or recipe.cell.electrolyte is None or recipe.protocol is None:
        raise RecipeError("[cell] and [protocol] are needed")
    area: float | str = recipe.anode.area or AREA
    bare = cells.symmetric(
        anode=recipe.anode.metal, electrolyte=recipe.cell.electrolyte, area=area,
        separator=recipe.cell.separator or "Celgard 2400", anode_thickness=recipe.anode.thickness,
    )  # fmt: skip
    amount = recipe.cell.electrolyte_amount
    given: float | str = AMOUNT
    if amount is not None:
        given = amount.value if amount.per_area else amount.value / (bare.area_m2 or 1.0)
    worn = cells.ageing_parameters(bare, electrolyte_amount=given)
    changes = {name: getattr(worn, name) * factor for name, factor in factors.items() if name != "gap"}
    changes["loss"] = min(changes["loss"], 0.9)
    cell = bare
    if side == "coated":
        cell = replace(bare, coated=(True, recipe.anode.coated != "one"))
        changes["coverage"] = 1.0 - min(0.9, COVERAGE_GAP * factors["gap"])
    worn = replace(worn, **changes)
    protocol = recipe.protocol.model_copy(update={"cycles": MOST_CYCLES})
    found = cells.lives(cell, protocol, worn, {"loss": np.array([worn.loss])}, threads=1)
    if not found.observed[0]:
        raise RecipeError(f"the {side} cell of the mechanism outlives {MOST_CYCLES} cycles")
    hours = float(found.time_s[0]) / 3600.0
    if hours <= 0.0:
        raise RecipeError("the cell carries the current not even at the beginning")
    return float(np.log(hours))


def _shown(quantity: str, given: str, mean: float, fit: Fitted, anode: str) -> Predicted:
    normal = np.array([np.hypot(fit.between, PARAMETER_SPREAD)])
    found = Predictive(np.array([mean]), normal, np.array([fit.within]), fit.freedom)
    score = tables.scored(quantity, given, anode, ROLE) if anode == FITTED_TO else (None, None)
    return made.of(quantity, given, found, ROLE, WORDS, *score)


def lives_beside(recipe: Recipe, case: Case, known: Case) -> tuple[Predicted, ...]:
    """Bare and coated life by the mechanism, blind, and the coated life given an own bare life that was seen whole.

    Raises RecipeError for a metal that the mechanism was not fitted to.
    """
    if case.anode not in MODELLED:
        raise RecipeError(f"the ageing cell is run for {' and '.join(MODELLED)} alone here")
    if recipe.cell is not None and recipe.cell.format != "symmetric":
        raise RecipeError("the mechanism was fitted to symmetric cells")
    fits = tables.mechanism()
    bare_fit = fits["bare-life nothing"]
    found = []
    bare = _simulate(recipe, Calibrated(bare_fit, bare_fit).factors(case, "bare"), "bare")
    found.append(_shown("bare-life", "nothing", bare, bare_fit, case.anode))
    if recipe.coating is None:
        return tuple(found)
    given = "own bare" if known.bare_life is not None and known.bare_life[0] == known.bare_life[1] else "nothing"
    fit = fits[f"coated-life {given}"]
    coated = _simulate(recipe, Calibrated(bare_fit, fit).factors(case, "coated"), "coated")
    coated += float((1.0 - case.carbonate) * fit.coefficients[6] + case.carbonate * fit.coefficients[7])
    if given == "own bare" and known.bare_life is not None:
        coated += float(fit.coefficients[8]) * (known.bare_life[0] - bare)
    found.append(_shown("coated-life", given, coated, fit, case.anode))
    return tuple(found)
