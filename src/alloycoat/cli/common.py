"""What several commands share: the recipe argument, the json flag, printing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

RecipeFile = Annotated[Path, typer.Argument(metavar="RECIPE.toml", help="The recipe file (TOML).")]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output and nothing else.")]
Seed = Annotated[int, typer.Option("--seed", min=0, max=2**32 - 1, help="Seed of the samples.")]
Samples = Annotated[
    int,
    typer.Option("--samples", min=0, max=100_000, help="Samples behind the 10-90 % intervals; 0 for none."),
]
CellSamples = Annotated[
    int | None,
    typer.Option(
        "--samples", min=0, max=100_000,
        help="Samples behind the 10-90 % intervals and lives; 0 for none. By default 256 of the layer, 64 cells.",
    ),
]  # fmt: skip


def print_json(document: Any) -> None:
    """One JSON document on standard output."""
    from alloycoat.store import to_json

    typer.echo(to_json(document))


def say(text: str) -> None:
    """A line for people, on standard error."""
    typer.echo(text, err=True)


def print_result(document: Callable[[], Any], text: Callable[[], str], json: bool, report: Path) -> None:
    """What a job found, as one JSON document or as text, and where its report is."""
    if json:
        print_json(document())
    else:
        typer.echo(text())
    say(f"report: {report}")
