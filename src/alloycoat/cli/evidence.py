"""`alloycoat evidence`: the published rows, filtered, with their references."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alloycoat.cli.common import JsonFlag, print_json, say

_Text = str | None


def evidence(
    table: Annotated[_Text, typer.Option(help="coating, cell or claim; all three where left out.")] = None,
    anode: Annotated[_Text, typer.Option(help="The metal to protect: Li, Na, K, Mg.")] = None,
    element: Annotated[_Text, typer.Option(help="The element of the coating, such as Sn.")] = None,
    electrolyte: Annotated[
        _Text,
        typer.Option(help="Text, salt, solvent, additive or class: '1 M LiPF6 in EC/DMC', FEC, ether."),
    ] = None,
    at: Annotated[_Text, typer.Option(help="Current density, met within 1 %: '2 mA/cm2'.")] = None,
    json: JsonFlag = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows as .csv, .json or .parquet.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --export replace a file.")] = False,
) -> None:
    """The published rows: coatings, cells and claims of the review, filtered, each with its reference."""
    from alloycoat.literature import evidence as published
    from alloycoat.literature.export import export as write
    from alloycoat.literature.listing import page

    rows = published(table=table, anode=anode, element=element, electrolyte=electrolyte, at=at)
    if export is not None:
        write(rows, export, force=force)
        say(f"wrote {len(rows)} {'row' if len(rows) == 1 else 'rows'} to {export}")
    if json:
        print_json([row.to_json() for row in rows])
        return
    typer.echo(page(rows))
