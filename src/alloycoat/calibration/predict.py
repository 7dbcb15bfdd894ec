"""`predict`: lives and polarizations of a recipe's cells, blind and given the own bare cell."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from alloycoat.calibration import prediction as made
from alloycoat.calibration import shipped as tables
from alloycoat.calibration.cases import Case, logarithm
from alloycoat.calibration.models import GIVEN, as_ratio, fill_bounds, own_power, predict_cases
from alloycoat.calibration.prediction import RANK, Predicted, Prediction
from alloycoat.calibration.recipe_case import case_of_recipe, outside
from alloycoat.coating import Coating, coat
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.outcome import Life, Outcome
from alloycoat.recipe import Recipe

_BLIND = ("bare-life", "bare-begin", "bare-end")
_COATED = ("coated-life", "life-ratio", "coated-begin", "coated-end")
_INPUT = 1e-4
"""V: a polarization below it is no polarization of a cell."""


def predict(
    recipe: Recipe,
    own_bare: Outcome | None = None,
    own_bare_life: Life | str | None = None,
    *,
    coating: Coating | None = None,
    mechanistic: bool = True,
) -> Prediction:
    """What to expect of the bare and the coated cell of a recipe, as distributions.

    own_bare: outcome of one's own bare cell under the same protocol; its life (a bound counts as one) and its
    polarizations are used. own_bare_life: the life alone, as `Life` or text ("180 h", ">500 h"). coating: the layer
    of the recipe where it is known already. mechanistic: run the ageing cell beside (seconds). Raises RecipeError
    where the recipe has no electrolyte or no constant-current protocol, or where both ways of giving the own bare
    life contradict each other.

    Validity: symmetric cells within the published range; `extrapolating` says where it is left. The models and how
    they score stand in docs/results/prediction.md.

    >>> import alloycoat as ac
    >>> recipe = ac.Recipe.load("examples/li-incl3-dip.toml")
    >>> found = predict(recipe, own_bare_life="180 h", mechanistic=False)
    >>> found.find("coated-life").unit
    'h'
    """
    layer = coating
    if layer is None and recipe.coating is not None:
        layer = coat(recipe, samples=0)
    case = case_of_recipe(recipe, layer)
    known = _with_own(case, own_bare, own_bare_life)
    notes = [RANK]
    given = "nothing" if known is case else ("own bare" if known.bare_life is not None else "begin")
    names = (*_BLIND, *_COATED) if recipe.coating is not None else _BLIND
    blind = tuple(found for name in names if (found := _one(name, "nothing", case)) is not None)
    own: tuple[Predicted, ...] = ()
    if given != "nothing":
        asked = _askable(known, recipe.coating is not None)
        own = tuple(found for name in asked if (found := _one(name, given, known)) is not None)
    beside: tuple[Predicted, ...] = ()
    if mechanistic:
        from alloycoat.calibration.mechanism import lives_beside

        try:
            beside = lives_beside(recipe, case, known)
        except AlloycoatError as error:
            notes.append(f"no mechanistic life: {str(error).splitlines()[0]}")
    return Prediction(known, blind, own, beside, outside(recipe, case), tuple(notes))


def _with_own(case: Case, outcome: Outcome | None, life: Life | str | None) -> Case:
    """The case with what is known of the own bare cell; the same object where nothing is."""
    stated = Life.parse(life) if isinstance(life, str) else life
    measured = None if outcome is None else outcome.life
    if stated is not None and measured is not None and stated != measured:
        raise RecipeError(
            f"--own-bare-life: {stated.text} given, but the own bare record says {measured.text}; give one of the two"
        )
    found = stated or measured
    changes: dict[str, Any] = {}
    if found is not None:
        if found.upper_s == 0:
            raise RecipeError(f"--own-bare-life: {found.text} given; it must be above zero")
        low = logarithm(found.lower_h)
        high = math.inf if found.upper_h is None else logarithm(found.upper_h)
        if math.isfinite(low) or math.isfinite(high):
            changes["bare_life"] = (low, high)
    if outcome is not None:
        levels = {"bare_begin": outcome.polarization_begin_V, "bare_end": outcome.polarization_end_V}
        changes |= {name: value for name, value in levels.items() if value is not None and value > _INPUT}
    return replace(case, **changes) if changes else case


def _askable(known: Case, coated: bool) -> list[str]:
    """The quantities on which what is known of the own bare cell bears; a life seen whole needs no prediction."""
    seen = known.bare_life is not None and known.bare_life[0] == known.bare_life[1]
    needs = {
        "bare-life": known.bare_begin is not None and not seen, "bare-end": known.bare_begin is not None,
        "coated-life": known.bare_life is not None, "life-ratio": known.bare_life is not None,
        "coated-begin": known.bare_begin is not None, "coated-end": known.bare_end is not None,
    }  # fmt: skip
    return [name for name, there in needs.items() if there and (coated or name.startswith("bare"))]


def _one(quantity: str, given: str, case: Case) -> Predicted | None:
    """One quantity by the shipped model that uses most of what is given."""
    metals = ("Li", "all") if case.anode == "Li" else ("all",)
    source = "coated-life" if quantity == "life-ratio" and given != "nothing" else quantity
    for usable in ("nothing",) if given == "nothing" else reversed(GIVEN[1:]):
        for scope in metals:
            found = tables.shipped(source, usable, scope)
            if found is None:
                continue
            if usable != "nothing" and not any(name.startswith("own ") for name in found[0].features):
                continue  # nothing gained over the blind prediction
            return _distribution(quantity, usable, scope, case, found)
    return None


def _distribution(quantity: str, given: str, scope: str, case: Case, found: tuple[Any, Any]) -> Predicted:
    model, fitted = found
    filler = tables.shipped(*tables.FILLER)
    filled = fill_bounds([case], filler[1] if filler is not None else fitted)
    predicted = predict_cases(model, fitted, filled)
    if quantity == "life-ratio" and model.quantity == "coated-life":
        predicted = as_ratio(predicted, filled, own_power(model, fitted))
    factor, coverage = tables.scored(quantity, given, scope, "shipped")
    return made.of(quantity, given, predicted, model.name, model.words, factor, coverage)
