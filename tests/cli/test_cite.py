from __future__ import annotations

import json
from pathlib import Path

import pytest
from shell import shell

from alloycoat.errors import MissingDataError
from alloycoat.report.bibliography import resolve

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
LAYER_ONLY = """
[anode]
metal = "Li"
[coating]
route = "evaporation"
metal = "Bi"
thickness = "40 nm"
"""


def cited(path: Path) -> dict[str, dict]:
    status, out, err = shell("cite", path, "--json")
    assert status == 0, err
    return {item["key"]: item for item in json.loads(out)["sources"]}


def test_the_sources_are_those_of_the_very_run(tmp_path):
    path = EXAMPLES / "li-incl3-dip.toml"
    found = cited(path)
    status, out, err = shell("run", path, "--out", tmp_path / "out", "--json", "--samples", 2)
    assert status == 0, err
    document = json.loads(out)
    assert list(found) == [item["key"] for item in document["sources"]]
    assert set(document["coating"]["sources"]) <= set(found)
    assert {"Touja2021", "Liang2017"} <= set(found)
    assert all(item["citation"] for item in found.values())


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_key_of_every_example_is_known(path):
    assert "Touja2021" in cited(path)


def test_a_layer_alone_has_no_cell_and_no_published_rows(tmp_path):
    path = tmp_path / "layer.toml"
    path.write_text(LAYER_ONLY)
    found = cited(path)
    assert found and "Touja2021" not in found


def test_for_people(tmp_path):
    status, out, _ = shell("cite", EXAMPLES / "li-incl3-dip.toml")
    assert status == 0
    assert "[Touja2021]" in out and "https://doi.org/10.1002/batt.202100009" in out


def test_an_unknown_key_is_a_defect():
    with pytest.raises(MissingDataError, match="no reference has the key 'nobody2099'"):
        resolve(["nobody2099"])
