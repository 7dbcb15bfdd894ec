"""The recipe file: what is read, what is refused and in which words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Amount, Recipe, plate_strip
from alloycoat.recipe.routes import ROUTES

ROOT = Path(__file__).resolve().parents[2]
DIP: dict[str, Any] = {
    "route": "dip", "precursor": "InCl3", "solvent": "THF", "concentration": "0.167 mol/L", "time": "20 s",
}  # fmt: skip


def read(coating: dict[str, Any] | None = None, **tables: Any) -> Recipe:
    anode = tables.pop("anode", {"metal": "Li", "thickness": "250 um", "area": "1.13 cm^2"})
    return Recipe.from_tables({"anode": anode, **({"coating": coating} if coating else {}), **tables})


def test_every_example_is_read_and_survives_a_round_trip() -> None:
    files = sorted((ROOT / "examples").glob("*.toml"))
    assert len(files) >= 10
    for file in files:
        recipe = Recipe.load(file)
        again = Recipe.model_validate(recipe.model_dump(exclude_none=True))
        assert again.model_dump() == recipe.model_dump()


def test_quantities_are_si_inside() -> None:
    recipe = read(DIP, cell={"electrolyte": "1 M LiTFSI in DOL/DME", "electrolyte_amount": "50 uL/cm^2"})
    assert recipe.anode.thickness == pytest.approx(2.5e-4)
    assert recipe.coating is not None
    assert recipe.coating.concentration is not None
    assert recipe.coating.concentration.value == pytest.approx(167.0)
    assert recipe.cell is not None
    amount = recipe.cell.electrolyte_amount
    assert isinstance(amount, Amount)
    assert amount.per_area
    assert amount.value == pytest.approx(5e-4)
    assert recipe.cell.temperature == pytest.approx(298.15)


@pytest.mark.parametrize(
    ("tables", "said"),
    [
        ({"anode": {"metal": "Lithium"}}, "[anode] metal: 'Lithium' is not known"),
        ({"anode": {"metal": "Ca"}}, "Allowed: K, Li, Mg, Na"),
        ({"anode": {}}, "[anode] metal is missing"),
        ({"anode": {"metal": "Li", "thicknes": "1 um"}}, "did you mean 'thickness'"),
        ({"anode": {"metal": "Li", "thickness": 250}}, "bare number"),
        ({"anode": {"metal": "Li", "thickness": "250"}}, "has no unit"),
        ({"anode": {"metal": "Li", "thickness": "-250 um"}}, "not above zero"),
        ({"anode": {"metal": "Li", "thickness": "250 fathoms2"}}, "not known"),
        ({"anode": {"metal": "Li", "area": "250 um"}}, "does not measure area"),
        ({"anode": {"metal": "Li", "coated": "three"}}, "Allowed: both, one"),
        ({"coating": DIP | {"precursor": "InCl"}}, "did you mean 'InCl3'"),
        ({"coating": DIP | {"route": "dipp"}}, "did you mean 'dip'"),
        ({"coating": DIP | {"concentration": 0.167}}, "bare number"),
        ({"coating": DIP | {"concentration": "0 M"}}, "not above zero"),
        ({"coating": DIP | {"foil_thickness": "1 um"}}, "has no use for it"),
        ({"coating": {key: DIP[key] for key in DIP if key != "time"}}, "[coating] time is missing"),
        ({"coating": {"route": "drop-cast", "precursor": "SnCl4", "volume": "2 uL"}}, "form = 'neat'"),
        ({"coating": {"route": "foil", "metal": "Unobtainium", "foil_thickness": "1 um"}}, "[coating] metal"),
        ({"coating": DIP | {"precursor": "In"}}, "is an element"),
        ({"coating": DIP | {"stirred": "maybe"}}, "[coating] stirred"),
        ({"cell": {"electrolyte": "1 M LiFOO in DOL/DME"}}, "[cell] electrolyte"),
        ({"cell": {"separator": "Celgard 9999"}}, "[cell] separator"),
        ({"cell": {"format": "coin"}}, "Allowed: full, half, symmetric"),
        ({"cell": {"n_to_p": -1}}, "[cell] n_to_p"),
        ({"protocol": {"steps": ["Plat at 1 mA/cm2 for 1 h"]}}, "did you mean 'Plate'"),
        ({"protocol": {"steps": ["Rest for 1 h"], "cycles": 0}}, "[protocol] cycles"),
        ({"protocol": {"steps": ["Rest for 1 h"], "cycles": "3"}}, "[protocol] cycles"),
        ({"protocl": {}}, "did you mean 'protocol'"),
    ],
)
def test_bad_recipes_are_refused_in_one_or_two_lines(tables: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeError) as refusal:
        Recipe.from_tables({"anode": {"metal": "Li"}} | tables)
    text = str(refusal.value)
    assert said in text
    assert text.count("\n") <= 1
    assert "Traceback" not in text
    assert "pydantic" not in text


def test_each_route_names_what_it_lacks() -> None:
    for route in ROUTES:
        with pytest.raises(RecipeError, match=rf"route '{route}' needs"):
            read({"route": route})


def test_mixtures_of_precursors() -> None:
    parts = [{"precursor": "InCl3", "concentration": "0.1 M"}, {"precursor": "BiCl3", "concentration": "0.05 M"}]
    recipe = read({"route": "dip", "precursors": parts, "solvent": "THF", "time": "20 s"})
    assert recipe.coating is not None
    assert [part.precursor for part in recipe.coating.parts] == ["InCl3", "BiCl3"]
    with pytest.raises(RecipeError, match="both given"):
        read(DIP | {"precursors": parts})


def test_files(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        Recipe.load(tmp_path / "missing.toml")
    with pytest.raises(RecipeError, match="cannot be read"):
        Recipe.load(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(bytes(range(256)))
    with pytest.raises(RecipeError, match="not UTF-8"):
        Recipe.load(binary)
    broken = tmp_path / "broken.toml"
    broken.write_text("[anode\nmetal = ", encoding="utf-8")
    with pytest.raises(RecipeError, match="broken TOML"):
        Recipe.load(broken)
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 1_000_001)
    with pytest.raises(RecipeError, match="not a recipe"):
        Recipe.load(huge)
    empty = tmp_path / "empty.toml"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"\[anode\] is missing"):
        Recipe.load(empty)


def test_plate_strip_in_code() -> None:
    protocol = plate_strip("2 mA/cm^2", "1 h", cycles=100)
    assert [step.value for step in protocol.steps] == [-20.0, 20.0]
    assert plate_strip("2 mA/cm^2", "2 mAh/cm2", first="Strip").steps[0].direction == 1


_TEXT = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["Li", "InCl3", "THF", "0.1 M", "20 s", "dip", "1 um", "symmetric", "1 M LiPF6 in EC/DMC"]),
)
_LEAF = st.one_of(_TEXT, st.integers(), st.floats(), st.booleans(), st.none(), st.lists(_TEXT, max_size=2))
_KEYS = st.sampled_from(
    ["metal", "thickness", "area", "route", "precursor", "solvent", "concentration", "time", "volume", "electrolyte",
     "steps", "cycles", "amount", "composition", "title", "rate", "form", "temperature", "xyz"]
)  # fmt: skip
_TABLE = st.dictionaries(_KEYS, _LEAF, max_size=6)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["anode", "coating", "cell", "protocol", "title", "junk"]), _TABLE | _LEAF,
                       max_size=5))  # fmt: skip
def test_any_tables_are_read_or_refused_in_words(tables: dict[str, Any]) -> None:
    try:
        Recipe.from_tables(tables)
    except AlloycoatError as refusal:
        assert 0 < len(str(refusal)) < 1500


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_any_damage_to_the_main_example_is_read_or_refused(data: st.DataObject) -> None:
    text = (ROOT / "examples" / "li-incl3-dip.toml").read_text(encoding="utf-8")
    at = data.draw(st.integers(0, len(text)))
    cut = data.draw(st.integers(0, 40))
    damaged = text[:at] + data.draw(st.text(max_size=8)) + text[at + cut :]
    try:
        Recipe.from_toml(damaged)
    except AlloycoatError as refusal:
        assert str(refusal)
