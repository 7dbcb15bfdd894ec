"""`alloycoat reproduce`: every published row beside what the program predicts for it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from alloycoat.cli.common import JsonFlag, print_json, say

ScoresFlag = Annotated[
    bool, typer.Option("--scores", help="Print how every model scores on the cells left out, and nothing else.")
]
OutFolder = Annotated[
    Path | None,
    typer.Option(
        "--out", metavar="DIR", help="Folder for reproduce.json and the parity plots as svg; none if left out."
    ),
]


def reproduce(
    tables: Annotated[
        str, typer.Option("--tables", help="Tables to reproduce, separated by commas: coating, cell, claim.")
    ] = "coating,cell,claim",
    scores: ScoresFlag = False,
    out: OutFolder = None,
    json: JsonFlag = False,
) -> None:
    """Set every row of the review beside its prediction: printed, predicted, ratio, verdict, reason.

    A cell is predicted by models that saw no cell of the same paper.
    """
    from alloycoat.calibration.reproduce import TABLES, document
    from alloycoat.calibration.reproduce import reproduce as run

    if scores:
        _print_scores(json)
        return
    rows = run(tuple(name.strip() for name in tables.split(",") if name.strip()))
    found = document(rows)
    if out is not None:
        from alloycoat.report.parity import write_parity

        for path in write_parity(rows, found, out):
            say(f"written: {path}")
    if json:
        print_json(found)
        return
    for name in TABLES:
        chosen = [row for row in rows if row.to_json()["table"] == name]
        if chosen:
            {"coating": _coatings, "cell": _cells, "claim": _claims}[name](chosen)
    for key, counted in found["counts"].items():
        typer.echo(f"{key.replace('_', ' ')}: " + ", ".join(f"{count} {name}" for name, count in counted.items()))


def _coatings(rows: Sequence[Any]) -> None:
    typer.echo(f"{'row':>3} {'ref':>4}  {'printed':<26} {'predicted':<30} {'um':<16} {'ratio':>6}  verdict")
    for row in rows:
        span = row.predicted_um
        size = "" if span is None else f"{span[1]:.2g} ({span[0]:.2g}-{span[2]:.2g})"
        ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
        typer.echo(
            f"{row.row:>3} {row.ref:>4}  {row.printed_phases[:26]:<26} {row.predicted_phases[:30]:<30} {size:<16} "
            f"{ratio:>6}  {row.verdict}"
        )


def _life(item: Any) -> tuple[str, str]:
    """(printed, predicted with its 80 % interval) of a life in h."""
    if item is None:
        return "", ""
    low, high = item.printed
    printed = f"{low:.0f}" if low == high else f">{low:.0f}" if high is None else f"<{high:.0f}"
    return printed, f"{item.predicted[1]:.0f} ({item.predicted[0]:.0f}-{item.predicted[2]:.0f})"


def _cells(rows: Sequence[Any]) -> None:
    typer.echo(
        f"{'row':>3} {'ref':>4}  {'cell':<6} {'bare h':>7} {'predicted':<18} {'coated h':>8} {'given own bare':<18} "
        f"{'ratio':>6}  verdict"
    )
    for row in rows:
        bare, coated = _life(row.find("bare_life_h")), _life(row.find("coated_life_h"))
        ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
        typer.echo(
            f"{row.row:>3} {row.ref:>4}  {row.anode + '/' + row.element:<6} {bare[0]:>7} {bare[1]:<18} {coated[0]:>8} "
            f"{coated[1]:<18} {ratio:>6}  {row.verdict}"
        )


def _claims(rows: Sequence[Any]) -> None:
    typer.echo(f"{'id':<4} {'printed':<40} {'computed':<26} {'ratio':>6}  verdict: reason")
    for row in rows:
        spans = [
            f"{value:.3g}" + ("" if low == high else f" ({low:.3g}-{high:.3g})") for low, value, high in row.predicted
        ]
        ratio = "" if row.ratio is None else f"{row.ratio:.2g}"
        shown = f"{' / '.join(spans)} {row.unit}".strip()
        typer.echo(f"{row.row:<4} {row.printed[:40]:<40} {shown:<26} {ratio:>6}  {row.verdict}: {row.reason[:90]}")


def _print_scores(json: bool) -> None:
    from alloycoat.calibration.reproduce import scores as lines

    found = lines()
    if json:
        print_json({"rows": [], "scores": found, "counts": {}, "warnings": ["rows: left out, --scores was asked for"]})
        return
    typer.echo(
        f"{'quantity':<13} {'rows':<9} {'given':<9} {'model':<44} {'MAE':>5} {'NLL':>5} {'C':>5} {'x2':>4} {'80 %':>4}"
    )
    for line in found:
        votes = "bare cell" if line["quantity"].startswith("bare") else "row"
        if line["subset"] != "all rows" or line["likelihood"] != "Student" or line["votes"] != votes:
            continue
        typer.echo(
            f"{line['quantity']:<13} {line['scored_on']:<9} {line['given']:<9} {line['model'][:44]:<44} "
            f"{line['mae_ln']:>5.2f} {line['nll']:>5.2f} {line['concordance']:>5.2f} {line['within_x2']:>4.0%} "
            f"{line['coverage_80']:>4.0%}"
        )
