"""The rows as json against the schema, as recipes, as files, and on the command line."""

from __future__ import annotations

import csv
import json
import math
import sys
from importlib import resources
from pathlib import Path

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from alloycoat.cli.evidence import evidence as command
from alloycoat.errors import AlloycoatError, DataFileError, RecipeError
from alloycoat.literature import coating_rows, evidence
from alloycoat.literature.export import export, flatten
from alloycoat.literature.listing import page
from alloycoat.recipe import Recipe

SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schema/evidence.json").read_text(encoding="utf-8"))
app = typer.Typer()
app.command()(command)


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_json_meets_the_schema():
    document = json.loads(json.dumps([row.to_json() for row in evidence()], allow_nan=False))
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)


def _nulls(value, name=""):
    if value is None:
        yield name
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls(inner, f"{name}.{key}" if name else key)


def test_every_null_has_a_warning():
    for row in evidence():
        document = row.to_json()
        named = [warning.split(" is null")[0] for warning in document["warnings"]]
        assert sorted(named) == sorted(_nulls(document))


def test_json_is_made_anew_each_time():
    row = coating_rows()[0]
    row.recipe_fields["anode"]["metal"] = "Na"
    row.as_printed["layer"] = ""
    assert row.recipe_fields["anode"]["metal"] == "Li"
    assert row.as_printed["layer"] == "Li13In3 + LiCl"
    assert {row: 1}[coating_rows()[0]] == 1


def test_rows_with_all_that_a_recipe_needs_are_recipes():
    complete = set()
    for row in coating_rows():
        for tables in row.recipe_variants:
            try:
                Recipe.from_tables(tables)
            except RecipeError as error:
                assert "missing" in str(error) or row.row == 21, row.row
            else:
                complete.add(row.row)
    assert {1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13, 22, 24, 26, 28, 29, 31, 33} <= complete


def test_alternatives_are_recipes_of_their_own():
    variants = {row.row: [tables["coating"] for tables in row.recipe_variants] for row in coating_rows()}
    assert [coating["precursor"] for coating in variants[6]] == ["InCl3", "InBr3", "InI3"]
    assert [coating["precursor"] for coating in variants[9]] == ["ZnF2", "CaF2", "MgF2", "AlF3"]
    assert {coating["form"] for coating in variants[9]} == {"dispersion"}
    assert [coating["concentration"] for coating in variants[26]] == ["50 mM", "150 mM"]
    assert [coating["concentration"] for coating in variants[22]] == ["1 mM", "100 mM"]
    assert variants[25][1] == {"route": "drop-cast", "precursor": "SnCl4", "form": "neat", "volume": "2 uL"}
    assert all("precursor" not in coating for row in range(14, 20) for coating in variants[row])


@pytest.mark.parametrize(("row", "diameter_cm"), [(11, 1.2), (12, 1.56), (26, 1.2)])
def test_areas_are_those_of_the_printed_discs(row, diameter_cm):
    areas = {tables["anode"]["area"] for tables in coating_rows()[row - 1].recipe_variants}
    (area,) = areas
    assert float(area.split()[0]) == pytest.approx(math.pi * diameter_cm**2 / 4, rel=5e-4)
    given = {r.row for r in coating_rows() for tables in r.recipe_variants if "area" in tables["anode"]}
    assert given == {11, 12, 26}


def test_csv_round_trip(tmp_path):
    path = export(evidence(), tmp_path / "rows.csv")
    with path.open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert len(lines) == 132
    for line, row in zip(lines, evidence(), strict=True):
        for name, value in flatten(row).items():
            assert line[name] == ("" if value is None else str(value))


def test_json_export_is_what_json_prints(tmp_path):
    path = export(evidence("cell"), tmp_path / "rows.json")
    assert json.loads(path.read_text(encoding="utf-8")) == [row.to_json() for row in evidence("cell")]


def test_parquet_round_trip(tmp_path):
    pq = pytest.importorskip("pyarrow.parquet")
    path = export(evidence("cell"), tmp_path / "rows.parquet")
    lines = pq.ParquetFile(path).read().to_pylist()
    assert lines == [flatten(row) for row in evidence("cell")]
    assert isinstance(lines[0]["bare.life_lower_h"], float)
    export(evidence("cell", element="Pb"), tmp_path / "none.parquet")


def test_a_missing_extra_names_the_command(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(AlloycoatError, match=r"pip install 'alloycoat\[parquet\]'"):
        export(evidence("cell"), tmp_path / "rows.parquet")
    assert not list(tmp_path.iterdir())


def test_export_refuses_to_overwrite_and_unknown_endings(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(DataFileError, match="--force"):
        export(evidence("cell"), path)
    assert path.read_text(encoding="utf-8") == "mine"
    export(evidence("cell"), path, force=True)
    assert path.read_text(encoding="utf-8").startswith("table,row")
    with pytest.raises(RecipeError, match=r"\.csv"):
        export(evidence("cell"), tmp_path / "rows.xlsx")


def test_command_prints_one_json_document(tmp_path):
    out = tmp_path / "sn.csv"
    result = run("--table", "cell", "--anode", "Li", "--element", "Sn", "--json", "--export", str(out))
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert [row["row"] for row in document] == [13, 30, 31, 32]
    assert "wrote 4 rows" in result.stderr
    assert out.exists()
    assert json.loads(run("--element", "Pb", "--json").stdout) == []


def test_command_prints_a_table_with_references():
    result = run("--electrolyte", "carbonate", "--at", "2 mA/cm2", "--anode", "Na")
    assert result.exit_code == 0
    assert "1 M NaClO4 in EC/PC" in result.stdout
    assert "[72] Q. Zhang et al., J. Mater. Chem. A 2020" in result.stdout
    assert "10.1002/batt.202100009" in result.stdout
    assert run("--element", "Pb").stdout.strip() == "no published row"


def test_page_fits_a_terminal_of_120_columns():
    text = page(evidence())
    assert max(map(len, text.splitlines())) <= 120
    for row in evidence("cell"):
        assert f"\n{row.row} " in text


def test_refusals_reach_the_command_line():
    result = run("--anode", "Lo")
    assert isinstance(result.exception, AlloycoatError)
    assert result.stdout == ""


def test_datapackage_describes_the_files():
    folder = resources.files("alloycoat.literature") / "data"
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    names = {resource["path"] for resource in package["resources"]}
    assert names == {entry.name for entry in folder.iterdir() if entry.name.endswith(".csv")}
    for resource in package["resources"]:
        lines = list(csv.reader((folder / resource["path"]).read_text(encoding="utf-8").splitlines()))
        fields = resource["schema"]["fields"]
        assert lines[0] == [field["name"] for field in fields]
        for line in lines[1:]:
            for cell, field in zip(line, fields, strict=True):
                if cell and field["type"] != "string":
                    assert (int if field["type"] == "integer" else float)(cell) is not None
