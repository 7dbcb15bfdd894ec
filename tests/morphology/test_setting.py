"""Scenes of recipes: all four metals, both geometries, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import alloycoat as ac
from alloycoat.errors import RecipeError
from alloycoat.morphology import scene_of

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.mark.parametrize("name", ["li-incl3-dip", "na-sncl4-vapour", "k-hg-amalgam", "mg-bicl3-dip"])
@pytest.mark.parametrize("preset", ["quick", "default"])
def test_every_metal_has_its_scene(name: str, preset: str) -> None:
    recipe = ac.Recipe.load(EXAMPLES / f"{name}.toml")
    cell = ac.symmetric(ac.coat(recipe), electrolyte=recipe.cell.electrolyte, separator="Celgard 2400")
    coated, bare = (scene_of(recipe, preset, coated=on, seed=4) for on in (True, False))
    assert coated.layer is not None and bare.layer is None
    assert coated.liquid == bare.liquid and coated.surface == bare.surface
    # the numbers of the cell
    assert bare.surface.exchange == cell.exchange_current_density
    assert bare.surface.film == cell.film_resistance
    assert bare.liquid.charge == cell.charge
    assert bare.liquid.diffusivity == cell.diffusivity
    assert coated.layer.resistance == pytest.approx(cell.coating_resistance, rel=1e-9)
    assert coated.layer.exchange_factor == cell.coated_exchange_factor
    assert any("assumed" in note for note in bare.notes)


def test_an_optical_cell_has_free_electrolyte_and_a_gap() -> None:
    recipe = ac.Recipe.load(EXAMPLES / "li-incl3-dip.toml")
    scene = scene_of(recipe, "quick", coated=False, geometry="optical", gap=2e-3)
    assert scene.gap == 2e-3 and scene.liquid.permeance == 1.0 and scene.height < 2e-4


def test_what_cannot_be_grown_is_refused() -> None:
    recipe = ac.Recipe.load(EXAMPLES / "li-bare.toml")
    with pytest.raises(RecipeError, match="coating"):
        scene_of(recipe, "quick")
    with pytest.raises(RecipeError, match="preset"):
        scene_of(recipe, "quik", coated=False)
