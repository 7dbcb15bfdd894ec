"""Intervals, the json document, and what a batch must not change."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alloycoat.chemistry.tables import references
from alloycoat.coating import coat, to_json
from alloycoat.coating.draws import Draws
from alloycoat.recipe import Recipe
from alloycoat.sources import Value


def test_the_same_seed_gives_the_same_samples_and_more_samples_keep_the_nominal(examples: Path) -> None:
    recipe = Recipe.load(examples / "li-incl3-dip.toml")
    first, second, other = (coat(recipe, samples=64, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(first.samples["thickness"], second.samples["thickness"])
    assert not np.array_equal(first.samples["thickness"], other.samples["thickness"])
    assert coat(recipe).thickness.value == first.thickness.value
    assert first.thickness.low < first.thickness.value < first.thickness.high


def test_draws_do_not_depend_on_the_order_of_the_calculation() -> None:
    one, two = Draws(8, 3), Draws(8, 3)
    a = one.deviates("a")
    one.deviates("b")
    two.deviates("b")
    assert np.array_equal(a, two.deviates("a"))


def test_split_log_normal_has_the_tabulated_percentiles() -> None:
    value = Value(2.0, "m", "measured", "x", 1.0, 8.0)
    drawn = value.draw(np.random.default_rng(1).standard_normal(200_000))
    assert np.quantile(drawn, (0.1, 0.5, 0.9)) == pytest.approx([1.0, 2.0, 8.0], rel=0.02)
    assert np.all(Value(2.0, "m", "measured", "x", 2.0, 2.0).draw(np.ones(3)) == 2.0)


def test_every_key_of_the_document_is_there_and_every_null_has_its_reason(examples: Path) -> None:
    for file in sorted(examples.glob("*.toml")):
        recipe = Recipe.load(file)
        if recipe.coating is None:
            continue
        document = to_json(coat(recipe, samples=32))
        assert json.loads(json.dumps(document, allow_nan=False)) == document
        for key in (
            "phases", "equilibrium_phase", "phase_rule", "thickness_m", "limited_by", "porosity", "coverage",
            "cracking", "anode_consumed_m", "anode_consumed_mol_per_m2", "driving_force_V", "reaction",
            "released_salt", "bath_salt", "ionic_conductivity_S_per_m", "electronic_conductivity_S_per_m",
            "youngs_modulus_Pa", "volume_change", "solubility_of_M_in_A", "criteria", "hazards", "warnings", "sources",
        ):  # fmt: skip
            assert key in document
            if document[key] is None:
                assert any(text.startswith(f"{key}:") for text in document["warnings"]), (file.name, key)
        for key, value in document.items():
            if key.endswith("_interval") and value is not None:
                assert value[0] <= document[key.removesuffix("_interval")] <= value[1]
        assert set(document["criteria"]) == {"ionic_conductivity", "adhesion", "elastic_modulus", "permeability"}
        unknown = set(document["sources"]) - set(references())
        assert not unknown


def test_ten_thousand_recipes_share_nothing(recipe: Callable[..., Recipe]) -> None:
    one = recipe(route="dip", precursor="InCl3", solvent="THF", concentration="0.1 M", time="20 s")
    two = recipe(route="dip", precursor="BiCl3", solvent="THF", concentration="0.1 M", time="20 s")
    alone = coat(one, samples=8, seed=5)
    coat(two, samples=8, seed=5)
    again = coat(one, samples=8, seed=5)
    assert np.array_equal(alone.samples["thickness"], again.samples["thickness"])
