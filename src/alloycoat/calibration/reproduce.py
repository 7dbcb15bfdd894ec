"""`reproduce`: every published row and claim beside what the program predicts; scores beside the reference models."""

from __future__ import annotations

from collections import Counter
from typing import Any

from alloycoat.calibration import shipped as tables
from alloycoat.calibration.reproduce_cells import ReproducedCell, reproduce_cells
from alloycoat.calibration.reproduce_claims import ReproducedClaim, reproduce_claims
from alloycoat.errors import RecipeError, unknown_name
from alloycoat.literature.reproduce import Reproduced
from alloycoat.literature.reproduce import counts as coating_counts
from alloycoat.literature.reproduce import reproduce as reproduce_coatings
from alloycoat.literature.tables import cell_rows

TABLES = ("coating", "cell", "claim")
AnyReproduced = Reproduced | ReproducedCell | ReproducedClaim


def reproduce(names: tuple[str, ...] = TABLES) -> tuple[AnyReproduced, ...]:
    """Every row of the named tables of the review, coatings first: printed, predicted, ratio, verdict, reason.

    Coatings by the coating engine, which was fitted to none of them; cells by models that saw no row of the same
    paper; claims by the check declared for each. Raises RecipeError for another table.

    >>> [row.verdict for row in reproduce(("claim",))][0]
    'agrees'
    """
    for name in names:
        if name not in TABLES:
            raise RecipeError(unknown_name("--tables", name, TABLES))
    found: list[AnyReproduced] = []
    if "coating" in names:
        found += reproduce_coatings()
    if "cell" in names:
        found += reproduce_cells(cell_rows())
    if "claim" in names:
        found += reproduce_claims()
    return tuple(found)


def scores() -> list[dict[str, Any]]:
    """How every model scores on the cells left out, as `alloycoat reproduce --json` prints it."""
    numbers = {"mae_ln": "mae_ln", "nll": "nll", "concordance": "concordance", "within_x2": "within_x2"}
    return [
        {
            "quantity": line["quantity"], "model": line["model"],
            **{key: float(line[name]) for key, name in numbers.items()}, "n": int(line["n"]),
            "n_exact": int(line["n_exact"]), "coverage_80": float(line["coverage_80"]), "role": line["role"],
            "given": line["given"], "scored_on": line["scored_on"], "votes": line["votes"], "subset": line["subset"],
            "likelihood": line["likelihood"],
        }
        for line in tables.score_lines()
    ]  # fmt: skip


def document(rows: tuple[AnyReproduced, ...]) -> dict[str, Any]:
    """The json document of `alloycoat reproduce`: rows, scores, counts by verdict, and why a ratio is null."""
    found = [row.to_json() for row in rows]
    warnings = [
        f"ratio of {row['table']} {row['row']} is null: {row['reason'] or 'nothing printed or predicted to divide'}"
        for row in found if row["ratio"] is None
    ]  # fmt: skip
    coatings = tuple(row for row in rows if isinstance(row, Reproduced))
    counted = coating_counts(coatings) if coatings else {}
    for name, kind in (("cell_verdict", ReproducedCell), ("claim_verdict", ReproducedClaim)):
        verdicts = Counter(row.verdict for row in rows if isinstance(row, kind))
        if verdicts:
            counted[name] = dict(verdicts)
    has_cells = any(isinstance(row, ReproducedCell) for row in rows)
    if not has_cells:
        warnings.append("scores is empty: no cell is among the rows")
    return {"rows": found, "scores": scores() if has_cells else [], "counts": counted, "warnings": warnings}
