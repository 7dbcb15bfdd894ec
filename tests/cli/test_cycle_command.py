from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from shell import shell

from alloycoat.cyclers.bdf import read_bdf

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "cycle.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("example", "coated"), [("na-sncl4-vapour", True), ("li-bare", False)])
def test_one_cell_is_cycled_and_written(tmp_path, example, coated):
    text = (ROOT / "examples" / f"{example}.toml").read_text(encoding="utf-8")
    path = tmp_path / "cell.toml"
    path.write_text(text.replace("cycles = 600", "cycles = 3").replace("cycles = 100", "cycles = 3"))
    status, out, err = shell("cycle", path, "--out", tmp_path / "out", "--samples", 8, "--json")
    assert status == 0, err
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert document["coated"] is coated and document["n_half_cycles"] == 6
    assert {found.name for found in (tmp_path / "out").iterdir()} == {"cell.bdf.csv", "outcome.json"}
    assert json.loads((tmp_path / "out" / "outcome.json").read_text()) == document
    assert read_bdf(tmp_path / "out" / "cell.bdf.csv").cycle[-1] == 3


def test_states_are_the_inventories_of_the_ageing_cell(tmp_path):
    text = (ROOT / "examples" / "na-sncl4-vapour.toml").read_text(encoding="utf-8")
    path = tmp_path / "cell.toml"
    path.write_text(text.replace("cycles = 600", "cycles = 3").replace("cycles = 100", "cycles = 3"))
    status, out, err = shell("cycle", path, "--states", "--out", tmp_path / "out", "--samples", 0, "--json")
    assert status == 0, err
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    states = document["states"]
    assert states["cycle"] == [1, 2, 3]
    assert max(states["metal_balance_error"]) < 1e-10
    assert states["working_dead_C_per_m2"][2] > states["working_dead_C_per_m2"][0] > 0
    lines = (tmp_path / "out" / "cell.states.csv").read_text().splitlines()
    assert lines[0].split(",") == list(states) and len(lines) == 4


def test_without_a_folder_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = shell("cycle", ROOT / "examples" / "li-bi-evaporation.toml", "--samples", 4)
    assert status == 0, err
    assert "coated     polarization" in out and "assumed, not fitted" in out and "life       coated" in out
    assert list(tmp_path.iterdir()) == []


def test_results_of_another_command_are_not_replaced(tmp_path):
    out = tmp_path / "out"
    example = ROOT / "examples" / "li-bare.toml"
    assert shell("cycle", example, "--out", out, "--samples", 0)[0] == 0
    status, _, err = shell("run", example, "--out", out)
    assert status == 1 and "holds outcome.json, which no earlier 'alloycoat run' wrote" in err


def test_coat_keeps_its_schema_for_every_example():
    schema = json.loads((ROOT / "docs" / "schema" / "coat.json").read_text(encoding="utf-8"))
    examples = [path for path in (ROOT / "examples").glob("*.toml") if path.stem != "li-bare"]
    assert len(examples) >= 9
    for path in examples:
        status, out, err = shell("coat", path, "--json", "--samples", 8)
        assert status == 0, err
        jsonschema.validate(json.loads(out), schema)
