"""`alloycoat run RECIPE.toml`: the main job, from recipe to report."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from alloycoat.cli.common import CellSamples, JsonFlag, RecipeFile, print_json, print_result, say

if TYPE_CHECKING:
    from alloycoat.recipe import Recipe

OutFolder = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Folder of the results; by default RECIPE.out here."),
]
OwnSeed = Annotated[
    int | None,
    typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the samples; by default the recipe's, or 0."),
]

OwnBare = Annotated[
    Path | None,
    typer.Option("--own-bare", metavar="FILE", help="Record of your own bare cell under the same protocol."),
]
OwnBareLife = Annotated[
    str | None,
    typer.Option("--own-bare-life", help='Life of your own bare cell: "180 h", ">500 h", "<100 h".'),
]


def run(
    recipe: RecipeFile,
    out: OutFolder = None,
    own_bare: OwnBare = None,
    own_bare_life: OwnBareLife = None,
    seed: OwnSeed = None,
    samples: CellSamples = None,
    json: JsonFlag = False,
) -> None:
    """Coat, cycle bare and coated side by side, analyze both, place them among the published cells.

    Writes report.html, outcome.json, bare.bdf.csv, coated.bdf.csv and the figures as svg.
    """
    from alloycoat.recipe import Recipe
    from alloycoat.report.document import to_json
    from alloycoat.report.expectation import own_bare_outcome, own_life
    from alloycoat.report.files import NAMES, check_folder, write_run
    from alloycoat.report.job import run as work
    from alloycoat.report.summary import summary

    life = own_life(own_bare_life)
    own = None if own_bare is None else own_bare_outcome(own_bare)
    folder = Path(f"{recipe.stem}.out") if out is None else out
    read = Recipe.load(recipe)
    if surrounded(read, recipe.stem, folder, seed, json, "run"):
        return
    if read.cell is not None and read.cell.format == "full":
        _full(read, recipe.stem, folder, seed, samples, json)
        return
    check_folder(folder, "run", NAMES)
    try:
        done = work(
            read, samples=samples, seed=seed, name=recipe.stem, own_bare=own, own_bare_life=life, tell=say
        )  # fmt: skip
        say(f"writing to {folder}")
        written = write_run(done, folder, say)
    except KeyboardInterrupt:
        say("alloycoat: interrupted; no file is half written, earlier files are kept")
        raise typer.Exit(130) from None
    print_result(lambda: to_json(done), lambda: summary(done), json, written[-1])
    if done.interrupted:
        say("alloycoat: interrupted; what was done until then is written")
        raise typer.Exit(130)


def _full(read: Recipe, name: str, folder: Path, seed: int | None, samples: int | None, json: bool) -> None:
    """The main job of a full cell."""
    from alloycoat.report.files import check_folder
    from alloycoat.report.full_document import NAMES, to_json, write_full
    from alloycoat.report.full_job import run_full
    from alloycoat.report.full_page import summary

    check_folder(folder, "run", NAMES)
    try:
        done = run_full(read, samples=32 if samples is None else samples, seed=seed, name=name, tell=say)
        say(f"writing to {folder}")
        written = write_full(done, folder, say)
    except KeyboardInterrupt:
        say("alloycoat: interrupted; no file is half written, earlier files are kept")
        raise typer.Exit(130) from None
    print_result(lambda: to_json(done), lambda: summary(done), json, written[-1])


def surrounded(read: Recipe, name: str, folder: Path | None, seed: int | None, json: bool, command: str) -> bool:
    """Verdicts instead of a cell where the surroundings keep it from being cycled; whether that was so."""
    from alloycoat.report.surroundings_job import hostile, run_surroundings, summary, to_json, write_surroundings

    if not hostile(read):
        return False
    done = run_surroundings(read, seed=seed, name=name)
    written = [] if folder is None else write_surroundings(done, folder, say, command)
    if json:
        print_json(to_json(done, command))
    else:
        typer.echo(summary(done))
    if written:
        say(f"{'report' if command == 'run' else 'outcome'}: {written[-1]}")
    return True
