"""`alloycoat cycle RECIPE.toml`: the cycling record of one cell."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alloycoat.cli.common import JsonFlag, RecipeFile, Samples, print_json, say
from alloycoat.cli.run import OwnSeed


def cycle(
    recipe: RecipeFile,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write NAME.bdf.csv and outcome.json here.")
    ] = None,
    seed: OwnSeed = None,
    samples: Samples = 256,
    json: JsonFlag = False,
) -> None:
    """Cycle the cell of a recipe: coated where it has a coating, else bare."""
    from alloycoat.cyclers.bdf import bdf_text
    from alloycoat.recipe import Recipe
    from alloycoat.report.document import cell_to_json
    from alloycoat.report.files import RESULT, check_folder, write_all
    from alloycoat.report.job import run_cell
    from alloycoat.report.summary import side_line
    from alloycoat.store import to_json

    read = Recipe.load(recipe)
    name = f"{recipe.stem}.bdf.csv"
    if out is not None:
        check_folder(out, "cycle", (RESULT, name))
    done = run_cell(read, samples=samples, seed=seed, tell=say)
    document = cell_to_json(done, recipe.stem)
    if out is not None:
        write_all(out, {RESULT: to_json(document) + "\n", name: bdf_text(done.side.record)}, say)
        say(f"record: {out / name}")
    if json:
        print_json(document)
        return
    typer.echo(document["title"])
    typer.echo(side_line(done.side).replace("\u00a0", " "))
    for text in done.warnings:
        typer.echo(f"{'note':<11}{text}")
