"""`predict`: distributions from a recipe, what an own bare cell changes, what is said outside the evidence."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

import alloycoat as ac
from alloycoat.errors import RecipeError
from alloycoat.outcome import Life, Outcome
from alloycoat.recipe import Recipe

TABLES: dict[str, Any] = {
    "anode": {"metal": "Li", "area": "1.13 cm^2"},
    "coating": {
        "route": "dip", "precursor": "InCl3", "solvent": "THF", "concentration": "0.167 mol/L", "time": "20 s",
    },
    "cell": {"format": "symmetric", "electrolyte": "1 M LiTFSI in DOL/DME"},
    "protocol": {"steps": ["Plate at 2 mA/cm2 for 1 hour", "Strip at 2 mA/cm2 for 1 hour"], "cycles": 100},
}  # fmt: skip


def recipe(**changes: Any) -> Recipe:
    """The recipe with some tables changed; None leaves a table out."""
    tables = {**TABLES, **changes}
    return Recipe.from_tables({name: table for name, table in tables.items() if table is not None})


def predict(tables: Recipe, **given: Any) -> Any:
    return ac.predict(tables, mechanistic=False, **given)


def test_blind_within_the_evidence() -> None:
    found = predict(recipe())
    assert found.extrapolating == ()
    assert found.own == ()
    life = found.find("coated-life")
    low, high = life.interval_80
    assert low < life.interval_50[0] < life.median < life.interval_50[1] < high
    assert 200 < life.median < 3000
    assert found.find("bare-life").median < life.median
    assert 1 < found.find("life-ratio").median < 10
    assert life.factor is not None and 1.2 < life.factor < 3
    assert "cannot rank" in " ".join(found.notes)


def test_an_own_bare_cell_moves_and_narrows() -> None:
    blind, short, long = (
        predict(recipe(), own_bare_life=life).find("coated-life") if life else predict(recipe()).find("coated-life")
        for life in (None, "40 h", "1200 h")
    )
    assert short.median < blind.median < long.median
    assert short.given == "own bare"
    ratios = [predict(recipe(), own_bare_life=life).find("life-ratio").median for life in ("40 h", "1200 h")]
    assert ratios[0] > ratios[1]  # a poor bare cell leaves more to gain
    assert {item.quantity for item in predict(recipe(), own_bare_life=">200 h").own} == {"coated-life", "life-ratio"}


def test_the_outcome_of_a_measured_cell_is_taken() -> None:
    life = Life.parse("180 h")
    outcome = Outcome(life=life, polarization_begin_V=0.1, polarization_end_V=0.3)
    found = predict(recipe(), own_bare=outcome)
    assert found.case.bare_end == 0.3
    assert found.find("coated-life").median == pytest.approx(
        predict(recipe(), own_bare_life="180 h").find("coated-life").median
    )
    high = predict(recipe(), own_bare=Outcome(life=life, polarization_begin_V=0.1, polarization_end_V=1.5))
    assert high.find("coated-end").median > found.find("coated-end").median
    first = predict(recipe(), own_bare=Outcome(polarization_begin_V=0.03))
    assert first.find("bare-life").given == "begin"
    with pytest.raises(RecipeError, match=r"own bare record says 180 h"):
        predict(recipe(), own_bare=outcome, own_bare_life="200 h")
    with pytest.raises(RecipeError, match="above zero"):
        predict(recipe(), own_bare_life="<0 h")


def test_a_bare_recipe_has_no_coated_life() -> None:
    found = predict(recipe(coating=None))
    assert found.find("coated-life") is None
    assert {item.quantity for item in found.blind} == {"bare-life", "bare-begin", "bare-end"}


def test_outside_the_evidence_it_says_so() -> None:
    fast = {**TABLES["protocol"], "steps": ["Plate at 20 mA/cm2 for 1 hour", "Strip at 20 mA/cm2 for 1 hour"]}
    found = predict(recipe(protocol=fast))
    assert any("current density 20 mA/cm2" in text for text in found.extrapolating)
    assert any("areal capacity" in text for text in found.extrapolating)
    magnesium = recipe(
        anode={"metal": "Mg", "area": "1.13 cm^2"}, cell={"electrolyte": "0.5 M Mg(TFSI)2 in DME"}, coating=None
    )
    assert any("only 3 published pairs" in text for text in predict(magnesium).extrapolating)
    other = recipe(cell={"electrolyte": "1 M LiPF6 in EC/DMC + 2 wt% LiNO3", "temperature": "60 degC"})
    said = " ".join(predict(other).extrapolating)
    assert "60 degC" in said


def test_what_is_missing_is_named() -> None:
    for table, word in (("cell", "electrolyte"), ("protocol", "protocol")):
        with pytest.raises(RecipeError, match=word):
            predict(recipe(**{table: None}))
    rest = {"steps": ["Rest for 1 hour"], "cycles": 1}
    with pytest.raises(RecipeError, match="constant current"):
        predict(recipe(protocol=rest))


def test_json_names_units_and_explains() -> None:
    document = predict(recipe()).to_json()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    life = next(item for item in document["blind"] if "coated_life_s" in item)
    assert life["coated_life_s_interval"][0] < life["coated_life_s"] < life["coated_life_s_interval"][1]
    assert any("given_own_bare is empty" in text for text in document["warnings"])


def test_the_mechanism_stands_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def simulated(_: Recipe, factors: dict[str, float], side: str) -> float:
        asked.append((side, factors))
        return math.log(150.0 if side == "bare" else 700.0)

    monkeypatch.setattr("alloycoat.calibration.mechanism._simulate", simulated)
    blind, own = (ac.predict(recipe(), own_bare_life=life) for life in (None, "300 h"))
    assert [item.quantity for item in blind.mechanistic] == ["bare-life", "coated-life"]
    assert blind.mechanistic[0].median == pytest.approx(150.0)
    low, high = blind.mechanistic[0].interval_80
    assert 1.5 < 150.0 / low < 4
    assert high / 150.0 == pytest.approx(150.0 / low, rel=1e-6)
    assert own.mechanistic[1].given == "own bare"
    assert own.mechanistic[1].median > ac.predict(recipe(), own_bare_life="75 h").mechanistic[1].median
    assert {side for side, _ in asked} == {"bare", "coated"}
    assert all(0.2 < factor < 5 for _, factors in asked for factor in factors.values())
    magnesium = recipe(
        anode={"metal": "Mg", "area": "1.13 cm^2"}, cell={"electrolyte": "0.5 M Mg(TFSI)2 in DME"}, coating=None
    )
    assert any("no mechanistic life" in note for note in ac.predict(magnesium).notes)
