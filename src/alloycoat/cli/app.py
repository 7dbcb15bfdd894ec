"""Registers the commands; nothing heavy is imported here."""

from __future__ import annotations

import typer

from alloycoat import __version__
from alloycoat.cli.analyze import analyze
from alloycoat.cli.cite import cite
from alloycoat.cli.coat import coat
from alloycoat.cli.cycle import cycle
from alloycoat.cli.evidence import evidence
from alloycoat.cli.grow import grow
from alloycoat.cli.reproduce import reproduce
from alloycoat.cli.run import run

app = typer.Typer(
    name="alloycoat",
    help="Virtual laboratory for alloy-protected metal anodes: recipe, layer, cell, analysis, evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Print the version."),
) -> None:
    del version


app.command()(run)
app.command()(coat)
app.command()(cycle)
app.command()(analyze)
app.command()(evidence)
app.command()(reproduce)
app.command()(grow)
app.command()(cite)
