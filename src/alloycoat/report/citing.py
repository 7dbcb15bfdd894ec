"""The sources behind the run of a recipe, without its samples and cycles."""

from __future__ import annotations

from alloycoat.coating import coat
from alloycoat.recipe import Recipe
from alloycoat.report.bibliography import resolve
from alloycoat.report.full_job import full_sources
from alloycoat.report.job import run
from alloycoat.report.surroundings_job import hostile, run_surroundings
from alloycoat.sources import Reference


def sources_of(recipe: Recipe) -> tuple[Reference, ...]:
    """Everything behind the run of this recipe: layer, cell, published rows.

    A recipe without cell or protocol has the sources of its layer alone. Raises RecipeError as `run` does.
    """
    if recipe.cell is None or recipe.protocol is None:
        return resolve(coat(recipe).sources)
    if hostile(recipe):
        return run_surroundings(recipe).references
    if recipe.cell.format == "full":
        return full_sources(recipe)
    return run(recipe, samples=0, cycles=1).references
