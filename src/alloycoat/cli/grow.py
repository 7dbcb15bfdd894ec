"""`alloycoat grow RECIPE.toml`: the operando microscope, bare and coated side by side."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alloycoat.cli.common import JsonFlag, print_json, print_result, say

if TYPE_CHECKING:
    from collections.abc import Callable

PUBLISHED = ("hong2018", "hong2018-fine", "hong2018-3d", "ahmad2020", "ahmad2020-flat")
"""Presets that are published models with their own parameters; they take no recipe."""
PRESETS = ("quick", "default", *PUBLISHED)


def grow(
    recipe: Annotated[
        Path | None, typer.Argument(metavar="RECIPE.toml", help="The recipe file; none for a published model.")
    ] = None,
    preset: Annotated[
        str,
        typer.Option(help="quick (under a minute), default; published models: hong2018, ahmad2020 and their variants."),
    ] = "default",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder of the results; by default RECIPE.grow here.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of disorder and noise.")] = 0,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=1000, help="Number of runs, with seeds from --seed.")] = 1,
    resume: Annotated[bool, typer.Option("--resume", help="Go on from the checkpoints in the folder.")] = False,
    json: JsonFlag = False,
) -> None:
    """Grow the deposit, bare and coated side by side: frames, film, height and roughness against time.

    Writes report.html, outcome.json, film.gif, growth.csv, growth.svg, voltage.svg and fields.npz.
    """
    from alloycoat.errors import RecipeError, unknown_name

    if preset not in PRESETS:
        raise RecipeError(unknown_name("--preset", preset, PRESETS))
    if preset in PUBLISHED:
        _published(preset, recipe, out, seed, json=json, refused=resume or seeds > 1)
        return
    if recipe is None:
        raise RecipeError(f"RECIPE.toml: missing; preset {preset!r} grows the deposit of a recipe")
    _recipe(recipe, preset, out, tuple(range(seed, seed + seeds)), resume=resume, json=json)


def _recipe(path: Path, preset: str, out: Path | None, seeds: tuple[int, ...], *, resume: bool, json: bool) -> None:
    """Runs of a recipe."""
    from alloycoat.recipe import Recipe
    from alloycoat.report.files import check_folder
    from alloycoat.report.growth_document import to_json
    from alloycoat.report.growth_files import NAMES, write_growth
    from alloycoat.report.growth_job import grow_recipe
    from alloycoat.report.growth_summary import growth_summary

    folder = Path(f"{path.stem}.grow") if out is None else out
    read = Recipe.load(path)
    check_folder(folder, "grow", NAMES)
    bar = Bar()
    try:
        done = grow_recipe(read, preset, seeds, folder, resume=resume, tell=bar.show, say=say, name=path.stem)
    except KeyboardInterrupt:
        bar.end()
        say("alloycoat: interrupted before anything had grown; earlier files are kept")
        raise typer.Exit(130) from None
    bar.end()
    written = write_growth(done, folder, say)
    print_result(lambda: to_json(done), lambda: growth_summary(done), json, written[-1])
    if done.interrupted:
        say("alloycoat: interrupted; what was computed is written, --resume goes on from here")
        raise typer.Exit(130)


def _published(preset: str, recipe: Path | None, out: Path | None, seed: int, *, json: bool, refused: bool) -> None:
    """A published model: the front against time."""
    from alloycoat.errors import RecipeError
    from alloycoat.morphology.published import grow_published
    from alloycoat.report.files import RESULT, check_folder
    from alloycoat.report.published_files import NAMES, published_csv, published_json, published_png
    from alloycoat.store import to_json, write_bytes, write_text

    if recipe is not None:
        raise RecipeError(f"--preset {preset}: a published model with its own parameters; it takes no recipe, {recipe}")
    if refused:
        raise RecipeError(f"--preset {preset}: takes neither --seeds nor --resume")
    folder = Path(f"{preset}.grow") if out is None else out
    check_folder(folder, "grow", (RESULT, *NAMES))
    bar = Bar()
    found = grow_published(preset, seed=seed, tell=lambda share, line: bar.show(preset, share, line))
    bar.end()
    document = published_json(found, seed)
    write_text(folder / RESULT, to_json(document) + "\n")
    path = write_text(folder / NAMES[0], published_csv(found))
    write_bytes(folder / NAMES[1], published_png(found))
    if json:
        print_json(document)
    else:
        place, when = found.front_m[-1] * 1e6, found.time_s[-1]
        typer.echo(f"{preset}: front at {place:.1f} um after {when:.0f} s ({found.ended})")
    say(f"front against time: {path}")


class Bar:
    """A progress bar on standard error: one line that is renewed, or a line now and then where it is no terminal."""

    def __init__(self, write: Callable[[str], Any] = sys.stderr.write) -> None:
        self.write, self.terminal = write, sys.stderr.isatty()
        self.began, self.name, self.told, self.open = time.monotonic(), "", -1.0, False

    def show(self, name: str, share: float, line: str) -> None:
        """Show how far the run `name` is (0 to 1)."""
        if name != self.name:
            self.end()
            self.began, self.name, self.told, self.first = time.monotonic(), name, -1.0, share
        spent, done = time.monotonic() - self.began, share - self.first
        left = f", {spent * (1 - share) / done:.0f} s left" if done > 0.02 and share < 1 else ""
        if self.terminal:
            filled = round(24 * share)
            self.write(f"\r{name:<10} [{'#' * filled}{'.' * (24 - filled)}] {100 * share:3.0f} % {line}{left}\033[K")
            sys.stderr.flush()
            self.open = True
        elif share - self.told >= 0.2 or share >= 1.0 > self.told:
            self.write(f"{name}: {100 * share:.0f} %, {line}{left}\n")
            self.told = share

    def end(self) -> None:
        """Close the line."""
        if self.open:
            self.write("\n")
            self.open = False
