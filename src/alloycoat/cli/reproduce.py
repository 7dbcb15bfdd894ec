"""`alloycoat reproduce`: every published row beside what the program predicts for it."""

from __future__ import annotations

from typing import Annotated

import typer

from alloycoat.cli.common import JsonFlag, print_json


def reproduce(
    tables: Annotated[
        str, typer.Option("--tables", help="Tables to reproduce, separated by commas; so far: coating.")
    ] = "coating",
    json: JsonFlag = False,
) -> None:
    """Set every row of the review beside its prediction: printed, predicted, ratio, verdict, reason."""
    from alloycoat.literature.reproduce import counts
    from alloycoat.literature.reproduce import reproduce as run

    rows = run(tuple(name.strip() for name in tables.split(",") if name.strip()))
    if json:
        warning = "scores: empty, no row of the coating table is a life or a polarization"
        print_json(
            {"rows": [row.to_json() for row in rows], "scores": [], "counts": counts(rows), "warnings": [warning]}
        )
        return
    typer.echo(f"{'row':>3} {'ref':>4}  {'printed':<26} {'predicted':<30} {'um':<16} {'ratio':>6}  verdict")
    for row in rows:
        span = row.predicted_um
        size = "" if span is None else f"{span[1]:.2g} ({span[0]:.2g}-{span[2]:.2g})"
        ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
        typer.echo(
            f"{row.row:>3} {row.ref:>4}  {row.printed_phases[:26]:<26} {row.predicted_phases[:30]:<30} {size:<16} "
            f"{ratio:>6}  {row.verdict}"
        )
    for key, found in counts(rows).items():
        typer.echo(f"{key.replace('_', ' ')}: " + ", ".join(f"{count} {name}" for name, count in found.items()))
