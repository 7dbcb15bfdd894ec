"""The section of a report that says what the published cells lead one to expect of this recipe."""

from __future__ import annotations

from collections.abc import Sequence

from alloycoat.calibration.prediction import Predicted, Prediction
from alloycoat.report.words import bullets, html, number, plain, table

_NAMES = {
    "bare-life": "Life of the bare cell", "coated-life": "Life of the coated cell",
    "life-ratio": "Life, coated over bare", "bare-begin": "Polarization of the bare cell at the beginning",
    "bare-end": "Polarization of the bare cell at the end", "coated-begin": "Polarization, coated, at the beginning",
    "coated-end": "Polarization, coated, at the end",
}  # fmt: skip
_GIVEN = {"nothing": "recipe alone", "begin": "with your first bare cycles", "own bare": "with your bare cell"}
_HEAD = ("", "Median", "50 %", "80 %", "Known", "Model", "Typical miss")


def _value(value: float, unit: str) -> str:
    return f"{number(value, 2)} {unit}".strip()


def _span(ends: tuple[float, float], unit: str) -> str:
    return f"{number(ends[0], 2)} to {number(ends[1], 2)} {unit}".strip()


def _row(item: Predicted) -> list[str]:
    miss = "not scored" if item.factor is None else f"a factor of {item.factor:.2g}"
    return [
        _NAMES[item.quantity], _value(item.median, item.unit), _span(item.interval_50, item.unit),
        _span(item.interval_80, item.unit), _GIVEN[item.given], plain(item.model), miss,
    ]  # fmt: skip


def prediction_section(prediction: Prediction | None, why: str = "") -> str:
    """The html section; why: what to say where there is no prediction."""
    head = "<h2>What the published cells lead one to expect</h2>"
    if prediction is None:
        return f"{head}\n<p>No prediction: {plain(why or 'the recipe gives too little')}.</p>"
    lead = (
        "Statistics of the 43 published pairs of cells, not a simulation: each model was scored on cells of papers it "
        "had not seen. The typical miss is the mean error of the logarithm there; the intervals carry the scatter "
        "between laboratories. A bare cell of your own narrows them more than any descriptor does."
    )
    parts = [head, f"<p>{plain(lead)}</p>"]
    if prediction.extrapolating:
        parts += ['<p class="warning"><strong>Extrapolating.</strong> This recipe leaves the published range:</p>']
        parts += [bullets([html(text) for text in prediction.extrapolating])]
    best = [found for name in _NAMES if (found := prediction.find(name)) is not None]
    parts.append(table([_row(item) for item in best], list(_HEAD)))
    others = [item for item in prediction.blind if item not in best]
    if others:
        parts += ["<h3>Without your bare cell</h3>", table([_row(item) for item in others], list(_HEAD))]
    if prediction.mechanistic:
        parts += ["<h3>By the ageing cell, its parameters fitted to the published lives</h3>"]
        parts += [table([_row(item) for item in prediction.mechanistic], list(_HEAD))]
    parts.append(bullets([plain(note) for note in prediction.notes]))
    return "\n".join(parts)


def prediction_lines(prediction: Prediction) -> list[str]:
    """The best predictions as lines for the terminal."""
    life = prediction.case.bare_life
    known = "bare-life" if life is not None and life[0] == life[1] else ""
    found: Sequence[Predicted] = [
        item for name in _NAMES if name != known and (item := prediction.find(name)) is not None
    ]
    lines = [
        f"{_NAMES[item.quantity]}: {_value(item.median, item.unit)} ({_span(item.interval_80, item.unit)}), "
        f"{_GIVEN[item.given]}"
        for item in found if item.quantity in ("bare-life", "coated-life", "life-ratio")
    ]  # fmt: skip
    return [*lines, *(f"extrapolating: {text}" for text in prediction.extrapolating)]
