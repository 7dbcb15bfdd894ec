"""What the published cells lead one to expect of a recipe, for the main job: a prediction, or why there is none."""

from __future__ import annotations

from pathlib import Path

from alloycoat.analysis import analyze
from alloycoat.calibration.predict import predict
from alloycoat.calibration.prediction import Prediction
from alloycoat.coating import Coating
from alloycoat.cyclers import read
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.outcome import Life, Outcome
from alloycoat.recipe import Recipe


def own_life(text: str | None) -> Life | None:
    """The life given as `--own-bare-life`; raises RecipeError where it cannot be read."""
    if text is None:
        return None
    try:
        found = Life.parse(text)
    except AlloycoatError as error:
        raise RecipeError(f"--own-bare-{str(error).removeprefix('--own-bare-')}") from None
    if found.upper_s == 0 or (found.lower_s == 0 and found.upper_s is None):
        raise RecipeError(f"--own-bare-life: {text!r} given; it must be above zero")
    return found


def own_bare_outcome(path: Path, area_m2: float | None = None) -> Outcome:
    """The outcome of the user's own bare cell, by the analysis of every record; raises DataFileError for the file."""
    return analyze(read(path), cell_kind="symmetric", area_m2=area_m2)


def expectation(
    recipe: Recipe, coating: Coating | None, own_bare: Outcome | None = None, own_bare_life: Life | None = None
) -> tuple[Prediction | None, str]:
    """(prediction, why there is none). Raises RecipeError for an own bare cell that cannot be used."""
    try:
        return predict(recipe, own_bare, own_bare_life, coating=coating), ""
    except RecipeError as error:
        if str(error).startswith("--own-bare"):
            raise
        return None, str(error).splitlines()[0]
    except AlloycoatError as error:
        return None, str(error).splitlines()[0]
