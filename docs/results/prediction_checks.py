"""Checks of the predictor beyond its scores: `python docs/results/prediction_checks.py` (minutes).

Writes docs/results/prediction_checks.json: simulated tables with a known truth (do the intervals hold it?), tables
with the lives dealt anew (does the pipeline find anything?), polarizations halved for half of the papers, and the
coated life without the convention for own bare lives printed as bounds.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from alloycoat.calibration import models as declared
from alloycoat.calibration import study
from alloycoat.calibration.folds import judged, leave_one_paper_out
from alloycoat.calibration.models import Model
from alloycoat.calibration.scores import paired_bootstrap, score
from alloycoat.literature import cell_rows
from alloycoat.store import write_json

TARGET = Path(__file__).resolve().parent / "prediction_checks.json"
COMMAND = "python docs/results/prediction_checks.py"
SIMULATED, DEALT, HALVED = 60, 20, 10
Rows = tuple[Any, ...]


def _model(quantity: str, metals: str, name: str) -> Model:
    return declared.find(quantity, metals, name)


def simulated(rows: Rows, tables: int = SIMULATED) -> list[dict[str, Any]]:
    """Coverage of 80 % intervals of left-out rows in tables drawn from a fit of the same structure."""
    found = []
    for model in (_model("bare-life", "Li", "shrunk + film former"), _model("coated-life", "Li", "shrunk + route")):
        chosen = study.scored_rows(model.quantity, model.metals, rows)
        fitted = study.fit_all(model, rows)
        generator = np.random.default_rng(11)
        inside, within, exact = 0.0, 0.0, 0
        for _ in range(tables):
            truths = study.drawn(model, fitted, chosen, generator)
            folds = leave_one_paper_out(model, chosen, truths=truths)
            scored = score(judged(folds, chosen, model.quantity, truths=truths))
            inside += scored.coverage * scored.n_exact
            within += scored.mae * scored.n_exact
            exact += scored.n_exact
        found.append(
            {"quantity": model.quantity, "model": model.name, "tables": tables, "coverage_80": inside / exact,
             "mae_ln": within / exact}
        )  # fmt: skip
    return found


def dealt(rows: Rows, tables: int = DEALT) -> list[dict[str, Any]]:
    """What models find where the lives are dealt anew: concordance, and NLL over that of a constant."""
    found = []
    for quantity, metals, name in (
        ("bare-life", "Li", "shrunk + begin"), ("coated-life", "Li", "shrunk + route"),
        ("coated-life", "all", "own bare + conditions + route shrunk"),
    ):  # fmt: skip
        model, constant = _model(quantity, metals, name), _model(quantity, metals, "constant")
        generator = np.random.default_rng(12)
        order, gain, better = [], [], 0
        for _ in range(tables):
            chosen = study.scored_rows(quantity, metals, study.dealt(rows, generator))
            ours, plain = (judged(leave_one_paper_out(m, chosen), chosen, quantity) for m in (model, constant))
            order.append(score(ours).concordance)
            difference, _, high = paired_bootstrap(ours, plain, "nll", draws=500)
            gain.append(difference)
            better += high < 0
        found.append(
            {"quantity": quantity, "metals": metals, "model": name, "tables": tables,
             "concordance": float(np.mean(order)), "nll_over_constant": float(np.mean(gain)),
             "share_better_at_90": better / tables}
        )  # fmt: skip
    return found


def halved(rows: Rows, tables: int = HALVED) -> list[dict[str, Any]]:
    """MAE with all polarizations of about half the papers halved (|V| or the full gap, nobody says which)."""
    found = []
    for quantity, metals, name in (
        ("bare-life", "Li", "shrunk + begin"), ("bare-begin", "Li", "constant"), ("bare-begin", "Li", "shrunk"),
        ("bare-end", "Li", "shrunk"), ("bare-end", "Li", "shrunk + former"), ("coated-end", "Li", "constant"),
        ("coated-end", "Li", "own bare end + conditions"), ("coated-end", "Li", "own bare end shrunk"),
    ):  # fmt: skip
        model = _model(quantity, metals, name)
        generator = np.random.default_rng(13)
        errors = []
        for _ in range(tables):
            chosen = study.scored_rows(quantity, metals, study.halved(rows, generator))
            errors.append(score(judged(leave_one_paper_out(model, chosen), chosen, quantity)).mae)
        chosen = study.scored_rows(quantity, metals, rows)
        printed = score(judged(leave_one_paper_out(model, chosen), chosen, quantity)).mae
        low, middle, high = np.quantile(errors, [0.1, 0.5, 0.9])
        found.append(
            {"quantity": quantity, "model": name, "tables": tables, "as_printed": printed, "median": float(middle),
             "low": float(low), "high": float(high)}
        )  # fmt: skip
    return found


def without_convention(rows: Rows) -> list[dict[str, Any]]:
    """The coated life given the own bare cell where "<100 h" may mean any shorter life."""
    found = []
    for name in ("own bare + conditions + route", "own bare + conditions + route shrunk"):
        model = _model("coated-life", "all", name)
        with mock.patch.object(declared, "BOUND_REACH", 20.0):
            folds = leave_one_paper_out(model, rows)
            for quantity in ("coated-life", "life-ratio"):
                scored = score(judged(folds, rows, quantity))
                found.append(
                    {"quantity": quantity, "model": name, "mae_ln": scored.mae, "nll": scored.nll,
                     "concordance": scored.concordance, "within_x2": scored.within_x2}
                )  # fmt: skip
    return found


def main() -> None:
    """All checks."""
    rows = cell_rows()
    document = {
        "command": COMMAND, "dealt": dealt(rows), "halved": halved(rows),
        "without_convention": without_convention(rows),
        "simulated": simulated(rows),
    }  # fmt: skip
    write_json(TARGET, document)
    print(f"{time.process_time():.0f} s of processor time", file=sys.stderr)


if __name__ == "__main__":
    main()
