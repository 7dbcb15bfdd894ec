"""Surroundings on the command line: no number of a cell in humid gas, oxygen or a moist electrolyte, a verdict each."""

import json
from pathlib import Path

import jsonschema
import numba
import pytest
from shell import shell

from alloycoat.calibration import predict
from alloycoat.errors import RecipeError
from alloycoat.recipe import Recipe
from alloycoat.report.full_job import run_full
from alloycoat.report.growth_job import scenes_of
from alloycoat.report.job import run, run_cell

SCHEMA = json.loads(
    (Path(__file__).resolve().parents[2] / "docs" / "schema" / "surroundings.json").read_text(encoding="utf-8")
)
RECIPE = """
title = "in humid gas"
[anode]
metal = "{metal}"
area = "1 cm^2"
thickness = "100 um"
[coating]
route = "vapour"
precursor = "{salt}"
time = "3 min"
[cell]
{cell}
[protocol]
steps = ["Plate at 1 mA/cm2 for 1 hour", "Strip at 1 mA/cm2 for 1 hour"]
cycles = 5
"""
LI = 'electrolyte = "1 M LiTFSI in DOL/DME"\n'
CELLS = {
    "humid": ("Li", "GeCl4", LI + 'atmosphere = "humid"'),
    "oxygen": ("Li", "GeCl4", LI + 'atmosphere = "O2"'),
    "moist": ("Li", "GeCl4", LI + 'water = "1000 ppm"'),
    "peroxide": ("Li", "GeCl4", LI + 'format = "full"\npositive = "O2"'),
    "half": ("Li", "GeCl4", LI + 'format = "half"\natmosphere = "humid"'),
    "carbonate": ("Mg", "SnCl4", 'electrolyte = "0.5 M Mg(TFSI)2 in PC"'),
    "tis2": ("Mg", "SnCl4", 'electrolyte = "0.5 M Mg(TFSI)2 in DME"\nformat = "full"\npositive = "TiS2"'),
}


def text_of(name):
    metal, salt, cell = CELLS[name]
    return RECIPE.format(metal=metal, salt=salt, cell=cell)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("command", ["run", "cycle"])
def test_a_verdict_takes_the_place_of_numbers(name, command, tmp_path: Path) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(text_of(name), encoding="utf-8")
    status, out, err = shell(command, path, "--out", tmp_path / "out")
    assert status == 0, err
    assert "not cycled" in out
    assert "verdict" in out and ("NOT PREDICTABLE" in out or "BLOCKED" in out)
    assert "polarization" not in out.replace("polarization and life of Li|O2", "").replace("capacity, polarization", "")
    document = json.loads((tmp_path / "out" / "outcome.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, SCHEMA)
    assert document["command"] == command and document["verdicts"] and document["not_cycled_because"]
    for key in ("bare", "coated"):
        assert any(line.startswith(f"{key}: not cycled") for line in document["warnings"])
    assert "polarization_begin_V" not in json.dumps(document)
    files = {file.name for file in (tmp_path / "out").iterdir()}
    assert files == ({"outcome.json", "report.html"} if command == "run" else {"outcome.json"})
    if command == "run":
        page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
        assert "Verdicts" in page and "Not cycled" in page and "<svg" not in page


@pytest.mark.parametrize("name", CELLS)
def test_no_job_gives_a_number_behind_it(name) -> None:
    recipe = Recipe.from_toml(text_of(name))
    jobs = [run, run_cell] if "full" not in CELLS[name][2] else [run_full]
    for job in jobs:
        with pytest.raises(RecipeError, match="not predictable"):
            job(recipe, samples=0)
    with pytest.raises(RecipeError, match="not predictable"):
        scenes_of(recipe, "quick", 0)
    with pytest.raises(RecipeError, match="not predictable"):
        predict(recipe, mechanistic=False)


def test_json_and_sources(tmp_path) -> None:
    path = tmp_path / "cell.toml"
    path.write_text(text_of("humid"), encoding="utf-8")
    status, out, _ = shell("run", path, "--json", "--out", tmp_path / "out")
    assert status == 0
    document = json.loads(out)
    assert {row["row"] for row in document["published"]} == {"C39"}
    assert {"sur-otero2016", "sur-deal1953", "Liao2018"} <= {source["key"] for source in document["sources"]}
    status, out, _ = shell("cite", path)
    assert status == 0 and "sur-deal1953" in out


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a simulated cell: minutes without the compiler")
def test_rests_of_a_dry_cell_are_spoken_of(tmp_path) -> None:
    text = RECIPE.format(metal="Li", salt="GeCl4", cell=LI).replace('hour", "Strip', 'hour", "Rest for 1 day", "Strip')
    path = tmp_path / "cell.toml"
    path.write_text(text, encoding="utf-8")
    status, out, err = shell("cycle", path, "--samples", 0)
    assert status == 0, err
    assert "metal lost at open circuit in a rest of 24 h, bare: computed" in out
    assert "galvanic corrosion of Li against the layer: not predictable" in out


@pytest.mark.parametrize("value", ["wet", "0 ppm", "20 %", "1000", "1..2 ppm"])
def test_water_that_cannot_be_is_refused(value) -> None:
    with pytest.raises(RecipeError, match=r"\[cell\] water"):
        Recipe.from_toml(text_of("moist").replace("1000 ppm", value))


def test_water_is_kept_in_the_written_recipe() -> None:
    recipe = Recipe.from_toml(text_of("moist"))
    assert Recipe.from_tables(recipe.model_dump(mode="json", exclude_none=True)) == recipe
