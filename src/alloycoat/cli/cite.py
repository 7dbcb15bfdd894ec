"""`alloycoat cite RECIPE.toml`: the papers and data sources behind that very run."""

from __future__ import annotations

from alloycoat.cli.common import JsonFlag, RecipeFile, print_json


def cite(recipe: RecipeFile, json: JsonFlag = False) -> None:
    """Print the papers and data sources behind the result of a recipe: layer, cell, published rows."""
    import typer

    from alloycoat.recipe import Recipe
    from alloycoat.report.bibliography import to_json
    from alloycoat.report.citing import sources_of

    read = Recipe.load(recipe)
    found = sources_of(read)
    if json:
        print_json({"title": read.title or recipe.stem, "sources": to_json(found), "warnings": []})
        return
    for item in found:
        link = f" {item.url}" if item.url else ""
        typer.echo(f"[{item.key}] {item.citation}{link}" + (f" ({item.note})" if item.note else ""))
