"""The generated tables are those that the package makes: fits again, folds again, pages fresh."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from alloycoat.calibration import models as declared
from alloycoat.calibration import shipped, study
from alloycoat.calibration.folds import predict_left_out
from alloycoat.literature import cell_rows

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "docs" / "results"
ROWS = cell_rows()


@pytest.fixture
def build(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(RESULTS))
    spec = importlib.util.spec_from_file_location("build_prediction", RESULTS / "build_prediction.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "build_prediction", module)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("key", [*declared.served(), shipped.FILLER], ids="-".join)
def test_fitted_coefficients_are_made_again(key: tuple[str, str, str]) -> None:
    if key == shipped.FILLER:
        again = declared.fit_bare(ROWS)
        stored = shipped.shipped(*key)
        assert stored is not None
    else:
        stored = shipped.shipped(*key)
        assert stored is not None
        again = study.fit_all(stored[0], ROWS)
    np.testing.assert_allclose(stored[1].coefficients, again.coefficients, atol=2e-3)
    np.testing.assert_allclose(np.diag(stored[1].covariance), np.diag(again.covariance), atol=5e-3)
    assert stored[1].between == pytest.approx(again.between, abs=2e-3)
    assert stored[1].within == pytest.approx(again.within, abs=2e-3)


@pytest.mark.parametrize(
    ("quantity", "given", "metals", "paper"),
    [("coated-life", "own bare", "all", "Liang2017"), ("bare-life", "nothing", "Li", "Xia2020")],
)
def test_held_out_predictions_are_made_again(quantity: str, given: str, metals: str, paper: str) -> None:
    rows = study.scored_rows(quantity, metals, ROWS)
    inside = [k for k, row in enumerate(rows) if row.paper.key != paper]
    outside = [k for k, row in enumerate(rows) if row.paper.key == paper]
    for place in outside:
        held = shipped.held_out()[quantity, given, metals, rows[place].row]
        model = declared.find(quantity, metals, held.model)
        predicted, _ = predict_left_out(model, rows, inside, [place])
        assert held.predicted.mean[0] == pytest.approx(predicted.mean[0], abs=2e-3)
        assert held.predicted.normal[0] == pytest.approx(predicted.normal[0], abs=2e-3)


def test_every_row_is_held_out() -> None:
    known = shipped.held_out()
    for quantity, given, metals in declared.served():
        rows = {row.row for row in study.scored_rows(quantity, metals, ROWS)}
        assert rows == {key[3] for key in known if key[:3] == (quantity, given, metals)}
    assert {key[3] for key in known if key[0] == "life-ratio" and key[1] == "own bare"} == set(range(1, 44))


def test_pages_and_folds_are_of_these_inputs(build: ModuleType) -> None:
    digest = build.input_hash()
    head = f"input hash: {digest}"
    for name in ("prediction.md", "reproduction.md"):
        assert head in (RESULTS / name).read_text(encoding="utf-8"), f"run: {shipped.COMMAND}"
    lines = shipped.parse((RESULTS / "prediction_folds.csv").read_text(encoding="utf-8"))
    assert {line["input_hash"] for line in lines} == {digest}, f"run: {shipped.COMMAND}"


def test_reference_models_stand_beside_ours() -> None:
    lines = shipped.score_lines()
    for quantity, given, metals in declared.served():
        own = [x for x in lines if (x["quantity"], x["scored_on"]) == (quantity, metals)]
        assert {"shipped", "reference", "ours"} <= {x["role"] for x in own if x["likelihood"] == "Student"}, (
            quantity,
            given,
        )
    assert {"mechanistic"} <= {x["role"] for x in lines}


def test_shipped_intervals_hold_what_they_say() -> None:
    """70 to 90 % of the exact rows of the lives inside the 80 % intervals of folds that saw none of their paper."""
    for line in shipped.score_lines():
        life = line["role"] == "shipped" and line["quantity"].endswith("life") and line["subset"] == "all rows"
        if life and (line["scored_on"] == "Li" or line["given"] == "own bare"):
            assert 0.68 <= float(line["coverage_80"]) <= 0.96, line


def test_the_shipped_models_beat_or_equal_the_references() -> None:
    for quantity, given, metals in declared.served():
        found = shipped.shipped(quantity, given, metals)
        assert found is not None
        lines = [
            line for line in shipped.score_lines()
            if line["quantity"] == quantity and line["scored_on"] == metals and line["subset"] == "all rows"
            and line["likelihood"] == "Student" and line["votes"] == "bare cell"
        ]  # fmt: skip
        own = min(float(line["nll"]) for line in lines if line["model"] == found[0].name)
        references = [float(line["nll"]) for line in lines if line["role"] == "reference"]
        assert own <= min(references) + 0.1, (quantity, given, metals)
