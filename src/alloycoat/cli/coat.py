"""`alloycoat coat RECIPE.toml`: the layer."""

from __future__ import annotations

from alloycoat.cli.common import JsonFlag, RecipeFile, Samples, Seed, print_json


def coat(recipe: RecipeFile, json: JsonFlag = False, samples: Samples = 256, seed: Seed = 0) -> None:
    """Predict the layer that a recipe gives: phases, thickness, properties, hazards."""
    from alloycoat.coating import coat as make
    from alloycoat.coating import describe, to_json
    from alloycoat.recipe import Recipe

    read = Recipe.load(recipe)
    coating = make(read, samples=samples, seed=seed)
    if json:
        print_json(to_json(coating))
        return
    import typer

    typer.echo(f"{read.title or recipe.name}: {coating.route} on {coating.anode}")
    typer.echo(describe(coating))
