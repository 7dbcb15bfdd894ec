import json
from pathlib import Path

import jsonschema
import pytest
import typer
from synthetic import square
from typer.testing import CliRunner

from alloycoat.cli.analyze import analyze, analyze_files
from alloycoat.cli.analyze_inputs import stem
from alloycoat.cli.analyze_output import write_results
from alloycoat.cyclers import read, write_bdf
from alloycoat.errors import AlloycoatError

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "analyze.json").read_text(encoding="utf-8"))
app = typer.Typer()
app.command()(analyze)


@pytest.fixture
def cells(tmp_path):
    folder = tmp_path / "cells"
    for name, n in (("a", 12), ("b", 8)):
        write_bdf(square(n), folder / f"{name}.bdf.csv")
    return folder


def call(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_json_is_one_document_and_keeps_the_schema(cells):
    result = call(cells / "a.bdf.csv", "--json", "--area", "1 cm^2")
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    assert "file" not in document and document["current_density_A_per_m2"] == pytest.approx(10)


def test_several_files_are_parts_of_one_cell(cells):
    document = json.loads(call(cells / "a.bdf.csv", cells / "b.bdf.csv", "--json").stdout)
    assert document["n_half_cycles"] == 20 and document["duration_s"] == pytest.approx(20 * 3600)
    assert any("clock of its own" in line for line in document["warnings"])


@pytest.mark.parametrize("how", ["each", "folder"])
def test_every_file_one_cell(cells, how):
    words = [cells] if how == "folder" else [cells / "a.bdf.csv", cells / "b.bdf.csv", "--each"]
    document = json.loads(call(*words, "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert [(one["file"], one["n_half_cycles"]) for one in document] == [("a.bdf.csv", 12), ("b.bdf.csv", 8)]


def test_text_for_people(cells):
    shown = call(cells / "a.bdf.csv", "--cell", "symmetric", "--area", "1 cm^2").stdout
    for words in ("symmetric cell, 12 half-cycles", "1 mA/cm2", "50 mV at begin", "50 ohm cm2", ">12 h", "none"):
        assert words in shown


def test_out_writes_the_outcome_and_the_record(cells, tmp_path):
    out = tmp_path / "new" / "out"
    result = call(cells / "a.bdf.csv", "--json", "--out", out)
    assert json.loads((out / "outcome.json").read_text()) == json.loads(result.stdout)
    assert read(out / "a.bdf.csv").n == read(cells / "a.bdf.csv").n
    names = {path.name for path in out.iterdir()}
    assert {"a.bdf.csv", "outcome.json", "report.html", "half-cycles.csv", "cycles.csv"} <= names
    for figure in ("voltage", "polarization", "published"):
        assert {f"{figure}{suffix}" for suffix in (".svg", ".png", ".pdf", ".csv")} <= names
    assert "wrote" in result.stderr


def test_an_input_is_never_overwritten(cells, tmp_path):
    before = (cells / "a.bdf.csv").read_bytes()
    with pytest.raises(AlloycoatError, match="would overwrite an input file"):
        call(cells / "a.bdf.csv", "--out", cells)
    assert (cells / "a.bdf.csv").read_bytes() == before and not (cells / "outcome.json").exists()
    (tmp_path / "link").symlink_to(cells)
    with pytest.raises(AlloycoatError, match="would overwrite"):
        call(cells / "a.bdf.csv", "--out", tmp_path / "link")
    twin = write_bdf(square(2), tmp_path / "other" / "a.bdf.csv")
    with pytest.raises(AlloycoatError, match="two cells would be written"):
        call(cells / "a.bdf.csv", twin, "--each", "--out", tmp_path / "out")


def test_a_refused_file_among_several_does_not_stop_the_others(cells):
    (cells / "c.bdf.csv").write_text("Test_Time,Current\n1,2\n")
    result = call(cells, "--json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)) == 2
    assert "c.bdf.csv: is not in the Battery Data Format" in result.stderr
    with pytest.raises(AlloycoatError, match=r"c\.bdf\.csv"):
        call(cells / "c.bdf.csv", "--each")


@pytest.mark.parametrize(
    ("words", "said", "code"),
    [
        (["--cell", "symetric"], "did you mean 'symmetric'", 2),
        (["--area", "1.13"], "--area: '1.13' has no unit", 2),
        (["--area", "-1 cm^2"], "not above zero", 2),
        (["missing.csv"], "no such file", 1),
    ],
)
def test_wrong_words_are_refused(cells, words, said, code):
    with pytest.raises(AlloycoatError, match=said) as caught:
        call(cells / "a.bdf.csv", *words)
    assert caught.value.exit_code == code


def test_an_empty_folder_is_refused(tmp_path):
    with pytest.raises(AlloycoatError, match="no file that ends in"):
        call(tmp_path)


def test_a_report_can_be_hooked_in(cells, tmp_path):
    done, refused = analyze_files([cells / "a.bdf.csv"])
    calls = []
    write_results(done, {}, tmp_path / "o", write_report=lambda folder: calls.append(folder) or [])
    assert refused == [] and calls == [tmp_path / "o"]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("a.bdf.csv", "a"), ("a.BDF.CSV.gz", "a"), ("a.b.csv", "a.b"), ("a", "a"), (".csv", ".csv")],
)
def test_the_name_without_its_suffixes(name, wanted):
    assert stem(Path(name)) == wanted


def test_a_folder_of_somebody_else_is_left_alone(cells, tmp_path):
    out = tmp_path / "theirs"
    out.mkdir()
    (out / "outcome.json").write_text('{"mine": 1}')
    with pytest.raises(AlloycoatError, match="nothing was changed"):
        call(cells / "a.bdf.csv", "--out", out)
    assert (out / "outcome.json").read_text() == '{"mine": 1}'
    assert len(list(out.iterdir())) == 1


def test_an_earlier_analysis_may_be_replaced(cells, tmp_path):
    done, _ = analyze_files([cells / "a.bdf.csv"])
    for _ in range(2):
        write_results(done, done[0].outcome.to_json(), tmp_path / "out")
    assert read(tmp_path / "out" / "a.bdf.csv").n


def test_the_checks_of_the_reader_reach_every_door(cells):
    import alloycoat as ac

    names = [check.name for check in ac.analyze(ac.read(cells / "a.bdf.csv")).invariants]
    assert "time_against_clock" in names and "time_span" in names
    assert len(names) == len(set(names))
