"""`alloycoat run RECIPE.toml`: the main job, from recipe to report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alloycoat.cli.common import CellSamples, JsonFlag, RecipeFile, print_json, say

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
    if json:
        print_json(to_json(done))
    else:
        typer.echo(summary(done))
    say(f"report: {written[-1]}")
    if done.interrupted:
        say("alloycoat: interrupted; what was done until then is written")
        raise typer.Exit(130)
