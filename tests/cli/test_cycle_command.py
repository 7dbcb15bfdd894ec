from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numba
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


def test_a_half_cell_has_a_coulombic_efficiency(tmp_path):
    text = (ROOT / "examples" / "li-cu-half.toml").read_text(encoding="utf-8")
    path = tmp_path / "half.toml"
    path.write_text(text.replace("cycles = 100", "cycles = 4"))
    status, out, err = shell("cycle", path, "--out", tmp_path / "out", "--samples", 6, "--json")
    assert status == 0, err
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    assert document["cell_kind"] == "half" and document["coulombic_efficiency_pairing"] == "plate, strip"
    found = document["coulombic_efficiency"]
    assert len(found) == 4 and all(0.9 < value < 1.0 for value in found)
    low, high = document["coulombic_efficiency_mean_interval"]
    assert low < document["coulombic_efficiency_mean"] < high < 1.0
    # what the analysis misses of the plated charge is what the inventory calls dead metal and film
    states, plated = document["states_end"], 4 * 3.6e4
    lost = states["working_dead_C_per_m2"] + states["working_sei_C_per_m2"] + states["working_moss_C_per_m2"]
    lost += states["working_bulk_C_per_m2"]
    assert 1.0 - sum(found) / 4 == pytest.approx(lost / plated, rel=1e-3)


def test_a_half_cell_that_is_not_stripped_to_a_voltage_says_what_is_missing(tmp_path):
    text = (ROOT / "examples" / "li-cu-half.toml").read_text(encoding="utf-8")
    path = tmp_path / "half.toml"
    path.write_text(text.replace("until 1 V", "for 90 min").replace("cycles = 100", "cycles = 2"))
    status, out, err = shell("cycle", path, "--samples", 0)
    assert status == 0, err
    assert "no step strips to a voltage" in out and "efficiency " not in out.replace("efficiency is", "")


def test_a_rate_step_gives_the_critical_current_density(tmp_path):
    text = (ROOT / "examples" / "li-bi-rate-step.toml").read_text(encoding="utf-8")
    path = tmp_path / "rate.toml"
    path.write_text(text.replace('step = "0.5', 'step = "6').replace('to = "20', 'to = "60'))
    status, out, err = shell("cycle", path, "--samples", 6, "--json")
    assert status == 0, err
    document = json.loads(out)
    jsonschema.validate(document, SCHEMA)
    found, passed = document["critical_current_density_A_per_m2"], document["highest_current_density_passed_A_per_m2"]
    assert found in (65.0 + 60.0 * k for k in range(8)) and found - passed == 60.0
    assert document["failure"] != "none"
    assert document["conditions"]["cycles"] == 10 and document["recipe"]["protocol"]["from"] == "5.0 A/m**2"
    path.write_text(text.replace('to = "20 mA/cm2"', 'to = "1 mA/cm2"'))
    status, out, err = shell("cycle", path, "--samples", 3)
    assert status == 0 and "critical   coated > 1 mA/cm² (samples > 1, > 1 to > 1)" in out


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
    examples = [path for path in (ROOT / "examples").glob("*.toml") if "\n[coating]" in path.read_text()]
    assert len(examples) >= 12
    for path in examples:
        status, out, err = shell("coat", path, "--json", "--samples", 8)
        assert status == 0, err
        jsonschema.validate(json.loads(out), schema)


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="a day of the ageing cell needs the compiled kernel")
def test_the_reservoir_method_is_told(tmp_path):
    text = (ROOT / "examples" / "li-cu-half.toml").read_text(encoding="utf-8").partition("[protocol]")[0]
    path = tmp_path / "cell.toml"
    path.write_text(
        text
        + """[protocol]
steps = [
  ["Discharge at 0.5 mA cm-2 for 5 hours", "Charge at 0.5 mA cm-2 until 1 V"],
  ["Discharge at 0.5 mA cm-2 for 5 hours"],
  {steps = ["Charge at 0.5 mA cm-2 for 1 hour", "Discharge at 0.5 mA cm-2 for 1 hour"], cycles = 4},
  ["Charge at 0.5 mA cm-2 until 1 V"],
]
"""
    )
    status, out, err = shell("cycle", path, "--samples", 0)
    assert status == 0, err
    (line,) = (line for line in out.splitlines() if line.startswith("reservoir"))
    assert "% over 4 cycles" in line and 80 < float(line.split()[2]) < 100
