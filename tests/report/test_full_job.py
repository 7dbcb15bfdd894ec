"""The main job of a full cell: from recipe to files."""

import json
import math

import numba
import numpy as np
import pytest

from alloycoat.cell import full_cycle
from alloycoat.errors import RecipeError
from alloycoat.recipe import Recipe
from alloycoat.report.full_document import NAMES, to_json, write_full
from alloycoat.report.full_job import cycles_to, full_sources, run_full
from alloycoat.report.full_page import page, summary

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole runs: minutes without the compiler")
TABLES = {
    "anode": {"metal": "Li", "area": "1 cm^2"},
    "coating": {"route": "dip", "precursor": "InCl3", "solvent": "THF", "concentration": "0.1 M", "time": "20 s"},
    "cell": {
        "format": "full", "positive": "NMC", "positive_loading": "1 mAh/cm2", "n_to_p": 1.0,
        "electrolyte": "1 M LiPF6 in EC/DMC", "electrolyte_amount": "30 uL/cm^2",
    },
    "protocol": {"steps": ["Charge at C/2 until 4.2 V", "Discharge at C/2 until 3 V"], "cycles": 12},
}  # fmt: skip


def changed(**cell):
    tables = {**TABLES, "cell": {**TABLES["cell"], **cell}}
    tables["cell"] = {name: value for name, value in tables["cell"].items() if value is not None}
    return Recipe.from_tables(tables)


@pytest.fixture(scope="module")
def done():
    return run_full(Recipe.from_tables(TABLES), samples=4)


def test_capacities_start_at_the_loading_and_lie_in_their_band(done) -> None:
    assert [side.name for side in done.sides] == ["bare", "coated"]
    for side in done.sides:
        assert side.capacities[0] == pytest.approx(side.cell.loading, rel=0.15)
        assert np.all(side.low <= side.high)
        assert side.life.low <= side.life.value <= side.life.high
        assert side.energy is not None
        assert 50 < side.energy.specific_energy / 3600 < 300


def test_more_metal_never_shortens_a_life(done) -> None:
    for name in ("bare", "coated"):
        lives = [one.lives[name] for one in done.variations if one.name == "n_to_p"]
        assert lives == sorted(lives)


def test_everything_is_written_and_the_document_explains_its_nulls(done, tmp_path) -> None:
    told: list[str] = []
    written = write_full(done, tmp_path / "out", told.append)
    assert {path.name for path in written} == set(NAMES)
    document = json.loads((tmp_path / "out" / "outcome.json").read_text(encoding="utf-8"))
    assert document["coated"]["positive"] == "NMC532"
    assert document["bare"]["n_to_p"] == 1.0
    for name in ("bare", "coated"):
        side = document[name]
        for key, value in side.items():
            if value is None:
                assert any(line.startswith(f"{key}:") for line in side["warnings"]), key
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "What this cannot predict" in text
    assert "http" not in text.replace("https://doi.org", "").replace("http://www.w3.org", "")


def test_summary_says_what_happens_with_other_inventories(done) -> None:
    text = summary(done)
    assert "anode-free" in text
    assert "µL/cm²" in text


def test_samples_are_the_same_for_the_same_seed() -> None:
    tables = {**TABLES, "protocol": {**TABLES["protocol"], "cycles": 3}}
    one, two = (run_full(Recipe.from_tables(tables), samples=2, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one.sides[1].low, two.sides[1].low)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"positive": None}, "positive is missing"),
        ({"positive_loading": None}, "positive_loading is missing"),
        ({"positive": "O2"}, "not predictable"),
        ({"positive": "NVP"}, "against Na only"),
    ],
)
def test_what_is_missing_is_named(change, words) -> None:
    with pytest.raises(RecipeError, match=words):
        run_full(changed(**change), samples=0)


def test_sources_need_no_cycling() -> None:
    keys = {reference.key for reference in full_sources(Recipe.from_tables(TABLES))}
    assert {"pos-hanyang", "stack-crc"} <= keys


def test_a_life_is_infinite_where_the_capacity_stays() -> None:
    assert math.isinf(cycles_to(np.ones(5)))
    assert cycles_to(np.array([])) == 0.0


def test_bare_recipe_has_one_side(tmp_path) -> None:
    tables = {name: table for name, table in TABLES.items() if name != "coating"}
    tables["protocol"] = {**TABLES["protocol"], "cycles": 2}
    run = run_full(Recipe.from_tables(tables), samples=0)
    document = to_json(run)
    assert document["coated"] is None
    assert "<h1>" in page(run, {"capacity": "<svg></svg>", "voltage": "<svg></svg>", "inventories": "<svg></svg>"})


def test_control_c_ends_the_job_and_is_no_short_life(monkeypatch) -> None:
    plain, calls = full_cycle._Run.one, []

    def broken(self, *arguments):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return plain(self, *arguments)

    monkeypatch.setattr(full_cycle._Run, "one", broken)
    with pytest.raises(KeyboardInterrupt):
        run_full(Recipe.from_tables(TABLES), samples=2)
    assert len(calls) == 5
