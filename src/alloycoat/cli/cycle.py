"""`alloycoat cycle RECIPE.toml`: the cycling record of one cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alloycoat.cli.common import CellSamples, JsonFlag, RecipeFile, print_json, say
from alloycoat.cli.run import OwnSeed

if TYPE_CHECKING:
    from alloycoat.report.job import CellRun


def cycle(
    recipe: RecipeFile,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write NAME.bdf.csv and outcome.json here.")
    ] = None,
    seed: OwnSeed = None,
    samples: CellSamples = None,
    states: Annotated[
        bool,
        typer.Option("--states", help="Add metal, salt, electrolyte and coating by cycle (NAME.states.csv)."),
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Cycle the cell of a recipe: coated where it has a coating, else bare."""
    from alloycoat.cyclers.bdf import bdf_text
    from alloycoat.recipe import Recipe
    from alloycoat.report.document import cell_to_json
    from alloycoat.report.files import RESULT, check_folder, write_all
    from alloycoat.report.job import run_cell
    from alloycoat.store import to_json

    read = Recipe.load(recipe)
    name, table = f"{recipe.stem}.bdf.csv", f"{recipe.stem}.states.csv"
    if out is not None:
        check_folder(out, "cycle", (RESULT, name, table) if states else (RESULT, name))
    done = run_cell(read, samples=samples, seed=seed, tell=say)
    document = cell_to_json(done, recipe.stem)
    if states:
        document["states"] = done.side.aged.inventory.columns()
    if out is not None:
        files = {RESULT: to_json(document) + "\n", name: bdf_text(done.side.record)}
        if states:
            files[table] = _csv(document["states"])
        write_all(out, files, say)
        say(f"record: {out / name}")
    if json:
        print_json(document)
    else:
        _print(done, document["title"])
    if done.side.interrupted:
        say("alloycoat: interrupted; what was done until then is kept")
        raise typer.Exit(130)


def _print(done: CellRun, title: str) -> None:
    """The cell in a few lines, and its notes."""
    from alloycoat.report.summary import life_line, more_lines, side_line

    typer.echo(title)
    typer.echo(side_line(done.side).replace("\u00a0", " "))
    for line in (life_line(done.side), *more_lines(done.side)):
        typer.echo(line.replace("\u00a0", " "))
    for text in done.warnings:
        typer.echo(f"{'note':<11}{text}")


def _csv(columns: dict[str, list[float]]) -> str:
    """The inventories as comma-separated text, one line a cycle."""
    lines = [",".join(columns)]
    lines += [",".join(f"{value:.10g}" for value in row) for row in zip(*columns.values(), strict=True)]
    return "\n".join(lines) + "\n"
