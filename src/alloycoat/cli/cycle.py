"""`alloycoat cycle RECIPE.toml`: the cycling record of one cell."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alloycoat.cli.common import JsonFlag, RecipeFile, Samples, print_json, say
from alloycoat.cli.run import OwnSeed

if TYPE_CHECKING:
    from alloycoat.cell import Aged
    from alloycoat.report.job import CellRun


def cycle(
    recipe: RecipeFile,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Write NAME.bdf.csv and outcome.json here.")
    ] = None,
    seed: OwnSeed = None,
    samples: Samples = 256,
    states: Annotated[
        bool,
        typer.Option("--states", help="Age the cell; add its inventories by cycle (NAME.states.csv)."),
    ] = False,
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
    name, table = f"{recipe.stem}.bdf.csv", f"{recipe.stem}.states.csv"
    if out is not None:
        check_folder(out, "cycle", (RESULT, name, table) if states else (RESULT, name))
    done = run_cell(read, samples=samples, seed=seed, tell=say)
    document = cell_to_json(done, recipe.stem)
    if states:
        say("ageing the cell")
        aged = _aged(done)
        document["states"] = aged.inventory.columns()
        document["states_end"] = {"ended": aged.ended.name, "time_s": aged.time_s, "warning": NOT_CALIBRATED}
    if out is not None:
        files = {RESULT: to_json(document) + "\n", name: bdf_text(done.side.record)}
        if states:
            files[table] = _csv(document["states"])
        write_all(out, files, say)
        say(f"record: {out / name}")
    if json:
        print_json(document)
        return
    typer.echo(document["title"])
    typer.echo(side_line(done.side).replace("\u00a0", " "))
    if states:
        hours = f"{aged.time_s / 3600:.3g} h"
        typer.echo(f"{'aged cell':<11}{aged.cycles} cycles, {hours}: {aged.ended.text}")
        typer.echo(f"{'note':<11}{NOT_CALIBRATED}")
    for text in done.warnings:
        typer.echo(f"{'note':<11}{text}")


NOT_CALIBRATED = (
    "states: the ageing cell runs on assumed parameters that were not yet held against published lives; "
    "its end is no prediction"
)


def _aged(done: CellRun) -> Aged:
    """The ageing cell with its inventories by cycle, until the protocol or the cell ends."""
    from alloycoat.cell import age, ageing_parameters

    prepared = done.prepared
    assumed = prepared.cell.electrolyte_amount is None
    amount = None if assumed else prepared.electrolyte_amount_m
    worn = ageing_parameters(done.side.cell, done.coating, electrolyte_amount=amount)
    return age(done.side.cell, prepared.protocol, worn, seed=done.seed)


def _csv(columns: dict[str, list[float]]) -> str:
    """The inventories as comma-separated text, one line a cycle."""
    lines = [",".join(columns)]
    lines += [",".join(f"{value:.10g}" for value in row) for row in zip(*columns.values(), strict=True)]
    return "\n".join(lines) + "\n"
