"""`alloycoat cycle RECIPE.toml`: the cycling record of one cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alloycoat.cli.common import CellSamples, JsonFlag, RecipeFile, print_json, say
from alloycoat.cli.run import OwnSeed, surrounded

if TYPE_CHECKING:
    from alloycoat.recipe import Recipe
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
    from alloycoat.report.full_document import columns_csv
    from alloycoat.report.job import run_cell
    from alloycoat.store import to_json

    read = Recipe.load(recipe)
    name, table = f"{recipe.stem}.bdf.csv", f"{recipe.stem}.states.csv"
    if out is not None:
        check_folder(out, "cycle", (RESULT, name, table) if states else (RESULT, name))
    if surrounded(read, recipe.stem, out, seed, json, "cycle"):
        return
    if read.cell is not None and read.cell.format == "full":
        _full(read, recipe.stem, out, seed, samples, states, json)
        return
    done = run_cell(read, samples=samples, seed=seed, tell=say)
    document = cell_to_json(done, recipe.stem)
    if states:
        document["states"] = done.side.aged.inventory.columns()
    if out is not None:
        files = {RESULT: to_json(document) + "\n", name: bdf_text(done.side.record)}
        if states:
            files[table] = columns_csv(document["states"])
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


def _full(
    read: Recipe, stem: str, out: Path | None, seed: int | None, samples: int | None, states: bool, json: bool
) -> None:
    """The one full cell of a recipe."""
    from alloycoat.cyclers.bdf import bdf_text
    from alloycoat.report.files import RESULT, write_all
    from alloycoat.report.full_document import cell_to_json, columns_csv
    from alloycoat.report.full_job import run_full_cell
    from alloycoat.report.full_page import summary
    from alloycoat.store import to_json

    done = run_full_cell(read, samples=32 if samples is None else samples, seed=seed, name=stem, tell=say)
    side, document = done.sides[0], cell_to_json(done)
    if states:
        document["states"] = {name: values.tolist() for name, values in side.aged.states.items()}
    if out is not None:
        files = {RESULT: to_json(document) + "\n", f"{stem}.bdf.csv": bdf_text(side.aged.record)}
        if states:
            files[f"{stem}.states.csv"] = columns_csv(side.aged.states)
        write_all(out, files, say)
        say(f"record: {out / f'{stem}.bdf.csv'}")
    if json:
        print_json(document)
        return
    typer.echo(summary(done))
    for text in done.warnings:
        typer.echo(f"{'note':<11}{text}")
