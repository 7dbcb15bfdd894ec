"""The own bare cell on the command line: what is taken, what is refused before anything is simulated."""

from __future__ import annotations

from pathlib import Path

import pytest

import alloycoat as ac
from alloycoat.cli import main
from alloycoat.errors import RecipeError
from alloycoat.outcome import Life, Outcome
from alloycoat.report.expectation import expectation, own_bare_outcome, own_life

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT / "examples" / "li-incl3-dip.toml"
SAMPLE = ROOT / "tests" / "data" / "cyclers" / "neware_flat.csv"


def test_lives_on_the_command_line() -> None:
    assert own_life(None) is None
    assert own_life("180 h") == Life(648000.0, 648000.0)
    assert own_life(">500 h") == Life(1.8e6, None)
    for text in ("180 parsec", "long", "0 h", "-3 h", ">0 h"):
        with pytest.raises(RecipeError, match="--own-bare"):
            own_life(text)


def test_a_record_is_analyzed_as_a_symmetric_cell() -> None:
    found = own_bare_outcome(SAMPLE)
    assert isinstance(found, Outcome)
    assert found.cell_kind == "symmetric"


def test_there_is_a_prediction_or_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alloycoat.calibration.mechanism.lives_beside", lambda *_: ())
    recipe = ac.Recipe.load(RECIPE)
    found, why = expectation(recipe, ac.coat(recipe, samples=0), own_bare_life=Life.parse("180 h"))
    assert why == ""
    assert found is not None
    assert found.own
    none, why = expectation(recipe.model_copy(update={"protocol": None}), None)
    assert none is None
    assert "[protocol]" in why
    with pytest.raises(RecipeError, match="give one of the two"):
        expectation(recipe, None, Outcome(life=Life.parse("100 h")), Life.parse("180 h"))


def test_a_bad_life_is_refused_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["alloycoat", "run", str(RECIPE), "--own-bare-life", "180 parsec"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert "--own-bare-life" in capsys.readouterr().err
