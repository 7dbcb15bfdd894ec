"""The generated tables inside the package: fitted models, held-out predictions of the published rows, scores."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import numpy as np

from alloycoat.calibration.likelihood import Fitted, Predictive
from alloycoat.calibration.models import Model, find
from alloycoat.errors import AlloycoatError

COMMAND = "python docs/results/build_prediction.py"
"""What makes the tables; it stands in the first line of each."""
FITTED, HELD_OUT, SCORES, MECHANISM = "fitted", "held_out", "scores", "mechanistic"
TABLES = (FITTED, HELD_OUT, SCORES, MECHANISM)


def text_of(header: Sequence[str], lines: Iterable[Sequence[Any]], command: str = COMMAND) -> str:
    """A generated csv table: the command that makes it, the header, the lines."""
    out = io.StringIO()
    out.write(f"# made by: {command}\n")
    table = csv.writer(out, lineterminator="\n")
    table.writerow(header)
    table.writerows(lines)
    return out.getvalue()


def parse(text: str) -> list[dict[str, str]]:
    """The lines of a generated table."""
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _read(name: str) -> list[dict[str, str]]:
    place = resources.files("alloycoat.calibration") / "data" / f"{name}.csv"
    try:
        return parse(place.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AlloycoatError(f"calibration: the table {name}.csv is missing; make it with: {COMMAND}") from None


FITTED_COLUMNS = ("quantity", "given", "metals", "model", "feature", "value", "deviation", "correlations")


def fitted_lines(quantity: str, given: str, metals: str, model: str, features: Sequence[str], fit: Fitted) -> list[Any]:
    """The lines of one fit: a coefficient a line with its correlations, then the two scatters."""
    deviation = np.sqrt(np.diag(fit.covariance))
    safe = np.where(deviation > 0, deviation, 1.0)
    correlations = fit.covariance / np.outer(safe, safe)
    key = (quantity, given, metals, model)
    lines: list[Any] = [
        (*key, feature, f"{fit.coefficients[k]:.4f}", f"{deviation[k]:.4f}",
         " ".join(f"{value:.3f}" for value in correlations[k]))
        for k, feature in enumerate(features)
    ]  # fmt: skip
    lines += [(*key, name, f"{value:.4f}", "", "") for name, value in
              (("between laboratories", fit.between), ("within", fit.within))]  # fmt: skip
    return lines


def fit_of(lines: Sequence[dict[str, str]]) -> Fitted:
    """The fit written by `fitted_lines`."""
    terms, scatters = lines[:-2], lines[-2:]
    values = np.array([float(line["value"]) for line in terms])
    deviation = np.array([float(line["deviation"]) for line in terms])
    correlations = np.array([[float(value) for value in line["correlations"].split()] for line in terms])
    covariance = correlations * np.outer(deviation, deviation)
    return Fitted(values, covariance, float(scatters[0]["value"]), float(scatters[1]["value"]))


@lru_cache(maxsize=1)
def _fits() -> dict[tuple[str, str, str], tuple[str, Fitted]]:
    grouped: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for line in _read(FITTED):
        grouped.setdefault((line["quantity"], line["given"], line["metals"]), []).append(line)
    return {key: (lines[0]["model"], fit_of(lines)) for key, lines in grouped.items()}


FILLER = ("bare-life", "bounds", "all")
"""Key of the fit that fills in own bare lives known as bounds."""


def shipped(quantity: str, given: str, metals: str) -> tuple[Model, Fitted] | None:
    """The shipped model of a prediction with its fit, None where there is none."""
    found = _fits().get((quantity, given, metals))
    return None if found is None else (find(quantity, metals, found[0]), found[1])


@lru_cache(maxsize=1)
def mechanism() -> dict[str, Fitted]:
    """Fits of the mechanistic predictor: bare, coated, coated given own bare."""
    grouped: dict[str, list[dict[str, str]]] = {}
    for line in _read(MECHANISM):
        grouped.setdefault(f"{line['quantity']} {line['given']}", []).append(line)
    return {key: fit_of(lines) for key, lines in grouped.items()}


HELD_COLUMNS = ("quantity", "given", "metals", "row", "mean", "normal", "scale", "model")


@dataclass(frozen=True, slots=True)
class Held:
    """What was predicted for a published row by a fit that saw nothing of its paper; natural logarithms."""

    predicted: Predictive
    model: str


@lru_cache(maxsize=1)
def held_out() -> dict[tuple[str, str, str, int], Held]:
    """(quantity, given, metals, row of Table 3) -> its held-out prediction."""
    found = {}
    for line in _read(HELD_OUT):
        mean, normal, scale = (np.array([float(line[name])]) for name in ("mean", "normal", "scale"))
        key = (line["quantity"], line["given"], line["metals"], int(line["row"]))
        found[key] = Held(Predictive(mean, normal, scale), line["model"])
    return found


SCORE_COLUMNS = (
    "quantity", "scored_on", "model", "role", "given", "votes", "subset", "likelihood", "mae_ln", "nll", "concordance",
    "within_x2", "coverage_80", "n", "n_exact", "compared_with", "mae_difference", "mae_low", "mae_high",
    "nll_difference", "nll_low", "nll_high",
)  # fmt: skip


@lru_cache(maxsize=1)
def score_lines() -> tuple[dict[str, str], ...]:
    """The table of scores, a line a model, quantity, way of voting and subset of rows."""
    return tuple(_read(SCORES))


def scored(quantity: str, given: str, metals: str, role: str) -> tuple[float | None, float | None]:
    """(exp of the mean absolute error of ln, coverage of the 80 % interval) of a prediction, left-out rows; or None."""
    votes = "bare cell" if quantity.startswith("bare") else "row"
    wanted = (quantity, given, metals, role, votes, "all rows")
    for line in score_lines():
        if tuple(line[name] for name in ("quantity", "given", "scored_on", "role", "votes", "subset")) == wanted:
            return math.exp(float(line["mae_ln"])), float(line["coverage_80"])
    return None, None
