"""Rows of the user's own: what is accepted, kept and listed, and what is refused with row and column."""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

import jsonschema
import pytest
import typer
from typer.testing import CliRunner

from alloycoat.cli.evidence import evidence as command
from alloycoat.errors import DataFileError
from alloycoat.literature import added, cell_rows, evidence, nearest_rows
from alloycoat.literature.added import AddedRowsError, add, added_rows, all_cell_rows, check, data_folder
from alloycoat.literature.completeness import score
from alloycoat.literature.meta_effects import life_ratio
from alloycoat.literature.rows import benchmark_given

ROOT = Path(__file__).parents[2]
ROW = {
    "paper": "Miller2024", "laboratory": "Miller", "anode": "Li", "element": "Sn", "route": "dip",
    "coating": "Li5Sn2", "electrolyte": "1 M LiPF6 in EC/DEC", "current_density": "1 mA/cm2", "half_cycle": "1 h",
    "bare_cell": "A", "bare_life": "180 h", "coated_life": ">600 h", "bare_begin": "~0.1 V", "bare_end": "300 mV",
    "coated_begin": "50 mV", "coated_end": "", "electrolyte_amount": "50 uL/cm2", "n_to_p": "3", "area": "1.13 cm2",
    "replicates": "3", "doi": "10.1234/example.1",
}  # fmt: skip
app = typer.Typer()
app.command()(command)


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("ALLOYCOAT_DATA", str(tmp_path / "data"))


def write(path: Path, *rows: dict[str, str], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_row_is_read_kept_and_listed(tmp_path):
    file = write(
        tmp_path / "my rows.csv", ROW, ROW | {"element": "In", "coated_life": "500-700 h"}, encoding="utf-8-sig"
    )
    rows, kept = add(file)
    assert [row.row for row in rows] == [1001, 1002]
    assert kept.parent == tmp_path / "data" / "evidence"
    assert kept.read_bytes() == file.read_bytes()
    first, second = rows
    assert (first.bare.life_lower_h, first.bare.life_upper_h) == (180, 180)
    assert (first.coated.life_lower_h, first.coated.life_upper_h) == (600, None)
    assert (second.coated.life_lower_h, second.coated.life_upper_h) == (500, 700)
    assert first.bare.polarization_end == pytest.approx(0.3)
    assert first.coated.polarization_end is None
    assert first.bare_cell_shared
    assert first.bare_cell == second.bare_cell == "Miller2024:A"
    assert first.solvent_class == "carbonate"
    assert score(first) == 1.0
    assert score(cell_rows()[0]) == 0.2
    assert benchmark_given(cell_rows()[0]) == ("areal capacity",)
    assert len(all_cell_rows()) == 45
    assert [row.row for row in evidence("cell", ref="10.1234/example.1")] == [1001, 1002]
    assert 1001 in {item.row.row for item in nearest_rows("Li", "Sn", "carbonate", 10.0, 45)}


def test_review_rows_stay_what_they_are(tmp_path):
    add(write(tmp_path / "a.csv", ROW))
    assert evidence("cell")[:43] == cell_rows()
    assert all(row.origin == "review" for row in cell_rows())


def test_json_of_added_rows_meets_the_schema(tmp_path):
    add(write(tmp_path / "a.csv", ROW, ROW | {"coated_life": "10-20 days", "electrolyte_amount": "40 uL"}))
    schema = json.loads((ROOT / "docs/schema/evidence.json").read_text(encoding="utf-8"))
    document = json.loads(json.dumps([row.to_json() for row in evidence()], allow_nan=False))
    jsonschema.validate(document, schema)
    own = [row for row in document if row.get("origin") == "added"]
    assert [row["details"]["replicates"] for row in own] == ["3", "3"]
    assert own[0]["reference"]["cited_in"] == ""
    assert any(warning.startswith("coated.polarization_end_V") for warning in own[0]["warnings"])


@pytest.mark.parametrize(
    ("change", "column", "says"),
    [
        ({"coated_life": "-5 h"}, "coated_life", "not above zero"),
        ({"coated_life": "0 h"}, "coated_life", "not above zero"),
        ({"coated_life": ">"}, "coated_life", "bound without a value"),
        ({"coated_life": "> h"}, "coated_life", "bound without a value"),
        ({"bare_life": "<"}, "bare_life", "bound without a value"),
        ({"coated_life": "600"}, "coated_life", "unit"),
        ({"coated_life": "600 cycles"}, "coated_life", "does not measure time"),
        ({"coated_life": "600 flurbs"}, "coated_life", "flurbs"),
        ({"coated_life": "nan h"}, "coated_life", "number"),
        ({"coated_life": "700-500 h"}, "coated_life", "range"),
        ({"coated_life": "9e9 h"}, "coated_life", "between 0.01 and 1e+06 h"),
        ({"coated_life": "1e-9 h"}, "coated_life", "between 0.01 and 1e+06 h"),
        ({"coated_life": "1e400 h"}, "coated_life", "finite"),
        ({"coated_life": ""}, "coated_life", "empty"),
        ({"current_density": "1 mA"}, "current_density", "current density"),
        ({"current_density": "-1 mA/cm2"}, "current_density", "not above zero"),
        ({"current_density": "9 A/cm2"}, "current_density", "10000 A/m2"),
        ({"half_cycle": "1 mAh"}, "half_cycle", "time"),
        ({"bare_begin": "0.1 A"}, "bare_begin", "voltage"),
        ({"bare_begin": "-0.1 V"}, "bare_begin", "not above zero"),
        ({"bare_end": "100 V"}, "bare_end", "20 V"),
        ({"half_cycle": "1 ns"}, "half_cycle", "between 0.1"),
        ({"anode": "Lo"}, "anode", "Allowed"),
        ({"element": "Xx"}, "element", "no element"),
        ({"element": "Li"}, "element", "anode metal itself"),
        ({"route": "dipp"}, "route", "dip"),
        ({"electrolyte": "1 M NaPF6 in diglyme"}, "electrolyte", "salt of Na"),
        ({"electrolyte": "1 M LiFoo in EC"}, "electrolyte", "LiFoo"),
        ({"paper": "a b"}, "paper", "short name"),
        ({"paper": "Liang2017"}, "paper", "duplicate paper"),
        ({"paper": "liang2017"}, "paper", "duplicate paper"),
        ({"doi": "10.1002/batt.202100009"}, "doi", "duplicate paper"),
        ({"doi": "https://doi.org/10.1002/BATT.202100009"}, "doi", "duplicate paper"),
        ({"doi": "hello"}, "doi", "no DOI"),
        ({"laboratory": ""}, "laboratory", "empty"),
        ({"bare_cell": ""}, "bare_cell", "empty"),
        ({"n_to_p": "-1"}, "n_to_p", "above zero"),
        ({"replicates": "2.5"}, "replicates", "no count"),
        ({"area": "1 cm"}, "area", "area"),
        ({"electrolyte_amount": "50 g"}, "electrolyte_amount", "volume"),
        ({"coating": "a\nb"}, "coating", "line break"),
    ],
)  # fmt: skip
def test_bad_cells_are_refused_with_row_and_column(tmp_path, change, column, says):
    good = ROW | {"paper": "Other2023", "doi": "10.1234/other"}
    file = write(tmp_path / "a.csv", good, ROW | change)
    with pytest.raises(AddedRowsError) as caught:
        add(file)
    message = str(caught.value)
    assert message.startswith(f"a.csv row 2, column {column}: "), message
    assert says in message
    assert message.count("\n") <= 1
    assert added_rows() == ()


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"bare_life": "200 h"}, "bare_life"), ({"bare_life": ">180 h"}, "bare_life"),
        ({"bare_end": "0.4 V"}, "bare_end"), ({"current_density": "2 mA/cm2"}, "current_density"),
        ({"half_cycle": "2 h"}, "half_cycle"), ({"electrolyte": "1 M LiTFSI in DOL/DME"}, "electrolyte"),
        ({"laboratory": "Smith", "bare_cell": "B"}, "laboratory"),
    ],
)  # fmt: skip
def test_rows_that_disagree_on_what_they_share(tmp_path, change, column):
    file = write(tmp_path / "a.csv", ROW, ROW | {"element": "In"} | change)
    with pytest.raises(AddedRowsError, match=rf"row 2, column {column}: .* row 1"):
        add(file)


def test_same_bare_life_in_other_units_agrees(tmp_path):
    assert len(check(write(tmp_path / "a.csv", ROW, ROW | {"element": "In", "bare_life": "7.5 days"}))) == 2


def test_the_same_paper_or_file_twice_is_refused_and_nothing_is_lost(tmp_path):
    file = write(tmp_path / "a.csv", ROW)
    _, kept = add(file)
    before = kept.read_bytes()
    with pytest.raises(AddedRowsError, match=r"row 1, column paper: duplicate paper"):
        add(file)
    with pytest.raises(AddedRowsError, match="duplicate paper"):
        add(write(tmp_path / "b.csv", ROW | {"paper": "Renamed2024"}))
    with pytest.raises(AddedRowsError, match="same as row 1"):
        check(write(tmp_path / "c.csv", *[ROW | {"paper": "New2024", "doi": ""}] * 2))
    assert [path.read_bytes() for path in kept.parent.iterdir()] == [before]


def test_two_files_of_one_name_are_both_kept(tmp_path):
    add(write(tmp_path / "rows.csv", ROW))
    add(write(tmp_path / "rows.csv", ROW | {"paper": "Other2023", "doi": ""}))
    assert {row.paper.key for row in added_rows()} == {"Miller2024", "Other2023"}
    assert sorted(row.row for row in added_rows()) == [1001, 1002]


def test_a_kept_file_broken_by_hand_is_named(tmp_path):
    _, kept = add(write(tmp_path / "a.csv", ROW))
    kept.write_text(kept.read_text(encoding="utf-8").replace("180 h", "-180 h"), encoding="utf-8")
    with pytest.raises(AddedRowsError, match=r"a-.*\.csv row 1, column bare_life"):
        evidence("cell")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "missing columns: paper"),
        (b"paper,laboratory\nx,y\n", "missing columns: anode"),
        (",".join(ROW).encode() + b"\n", "no rows"),
        (",".join([*ROW, "colour"]).encode() + b"\n", "colour"),
        (",".join([*ROW, "paper"]).encode() + b"\n", "twice"),
        (",".join(ROW).encode() + b"\na,b\n", "2 cells under"),
        (b"\xff\xfe\x00a", "UTF-8"),
        (b'paper,"lab\n', "no csv table"),
        (b"a\x00b\n", "row 0"),
    ],
)
def test_files_that_are_no_table(tmp_path, content, says):
    file = tmp_path / "a.csv"
    file.write_bytes(content)
    with pytest.raises(AddedRowsError, match=says):
        add(file)
    assert not (tmp_path / "data").exists()


def test_a_missing_file(tmp_path):
    with pytest.raises(DataFileError, match="cannot read"):
        add(tmp_path / "none.csv")


def test_folder_of_each_system(monkeypatch, tmp_path):
    assert data_folder() == tmp_path / "data"
    monkeypatch.delenv("ALLOYCOAT_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    for system, place in (("linux", tmp_path / "xdg" / "alloycoat"), ("win32", tmp_path / "local" / "alloycoat")):
        monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "local"))
        monkeypatch.setattr(sys, "platform", system)
        assert data_folder() == place
    monkeypatch.setattr(sys, "platform", "darwin")
    assert data_folder().parts[-2:] == ("Application Support", "alloycoat")


def test_a_failed_write_leaves_nothing(tmp_path, monkeypatch):
    blocked = tmp_path / "data"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(DataFileError, match="cannot write"):
        add(write(tmp_path / "a.csv", ROW))
    assert blocked.read_text(encoding="utf-8").startswith("a file")


def test_bounds_on_both_sides_say_nothing_on_the_ratio(tmp_path):
    rows = check(write(tmp_path / "a.csv", ROW | {"bare_life": ">100 h"}))
    assert life_ratio(rows[0]) is None


def test_the_documented_example_is_accepted(tmp_path):
    page = (ROOT / "docs/how-to/add-rows.md").read_text(encoding="utf-8")
    file = tmp_path / "my_rows.csv"
    file.write_text(page.split("```text\n")[1].split("```")[0], encoding="utf-8")
    assert [row.element for row in check(file)] == ["Sn", "In"]
    assert all(f"`{column}`" in page for column in added.COLUMNS)


def test_command_line(tmp_path):
    file = write(tmp_path / "a.csv", ROW)
    result = CliRunner().invoke(app, ["--add", str(file)])
    assert result.exit_code == 0
    assert "added 1 row of 1 paper" in result.stderr
    assert str(tmp_path / "data") in result.stderr
    assert "1001" in result.stdout
    assert "[own] Miller2024" in result.stdout
    listing = CliRunner().invoke(app, ["--table", "cell"]).stdout
    assert max(map(len, listing.splitlines())) <= 120
    assert "\n1001 " in listing
    again = CliRunner().invoke(app, ["--add", str(file), "--json"])
    assert isinstance(again.exception, AddedRowsError)
    assert again.exception.exit_code == 1
    document = json.loads(CliRunner().invoke(app, ["--json", "--table", "cell"]).stdout)
    assert document[-1]["origin"] == "added"
