"""`alloycoat evidence`: the published rows, filtered, with their references; the meta-analysis; rows of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from alloycoat.cli.common import JsonFlag, print_json, say

_Text = str | None


def _add(path: Path) -> frozenset[int]:
    """Keep the rows of a file; their numbers."""
    from alloycoat.literature.added import add

    rows, kept = add(path)
    papers = len({row.paper.key for row in rows})
    say(
        f"added {len(rows)} {'row' if len(rows) == 1 else 'rows'} of {papers} {'paper' if papers == 1 else 'papers'}; "
        f"kept in {kept} (delete this file to take them back)"
    )
    return frozenset(row.row for row in rows)


def _summary(filters: tuple[object, ...], *, json: bool) -> None:
    """The meta-analysis, of all rows."""
    from alloycoat.errors import RecipeError
    from alloycoat.literature.meta import summary
    from alloycoat.literature.meta_page import page

    if any(value is not None for value in filters):
        raise RecipeError(
            "--summary: takes all rows, not --table, --anode, --element, --electrolyte, --at or --export; "
            "its effects come by anode, solvent class, current and route"
        )
    found = summary()
    if json:
        print_json(found.to_json())
    else:
        typer.echo(page(found))


def evidence(
    table: Annotated[_Text, typer.Option(help="coating, cell or claim; all three where left out.")] = None,
    anode: Annotated[_Text, typer.Option(help="The metal to protect: Li, Na, K, Mg.")] = None,
    element: Annotated[_Text, typer.Option(help="The element of the coating, such as Sn.")] = None,
    electrolyte: Annotated[
        _Text,
        typer.Option(help="Text, salt, solvent, additive or class: '1 M LiPF6 in EC/DMC', FEC, ether."),
    ] = None,
    at: Annotated[_Text, typer.Option(help="Current density, met within 1 %: '2 mA/cm2'.")] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="The meta-analysis: what helps, by how much, how sure.")
    ] = False,
    add: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Check rows of your own (csv) and keep them in your data folder."),
    ] = None,
    json: JsonFlag = False,
    export: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the rows as .csv, .json or .parquet.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Let --export replace a file.")] = False,
) -> None:
    """The published rows: coatings, cells and claims of the review, filtered, each with its reference.

    --summary gives the meta-analysis instead; --add keeps rows of your own first, and then lists those rows.
    """
    if summary:
        if add is not None:
            _add(add)
        _summary((table, anode, element, electrolyte, at, export), json=json)
        return
    from alloycoat.literature import evidence as published
    from alloycoat.literature.export import export as write
    from alloycoat.literature.listing import page

    numbers = None if add is None else _add(add)
    rows = published(table=table, anode=anode, element=element, electrolyte=electrolyte, at=at)
    if numbers is not None:
        rows = tuple(row for row in rows if row.row in numbers)
    if export is not None:
        write(rows, export, force=force)
        say(f"wrote {len(rows)} {'row' if len(rows) == 1 else 'rows'} to {export}")
    if json:
        print_json([row.to_json() for row in rows])
        return
    typer.echo(page(rows))
