"""`alloycoat cite RECIPE.toml`: the papers and data sources behind that very run."""

from __future__ import annotations

from alloycoat.cli.common import JsonFlag, RecipeFile, print_json


def cite(recipe: RecipeFile, json: JsonFlag = False) -> None:
    """Print the papers and data sources behind the result of a recipe."""
    import typer

    from alloycoat.recipe import Recipe
    from alloycoat.report.bibliography import sources_of

    found = sources_of(Recipe.load(recipe))
    if json:
        print_json(
            [{"key": item.key, "citation": item.citation, "doi": item.doi or None, "note": item.note} for item in found]
        )
        return
    for item in found:
        link = f" {item.url}" if item.url else ""
        typer.echo(f"[{item.key}] {item.citation}{link}" + (f" ({item.note})" if item.note else ""))
