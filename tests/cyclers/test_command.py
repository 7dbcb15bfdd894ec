"""The flags of `alloycoat analyze` that settle what a file leaves open, and the checks in its output."""

import json
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from alloycoat.cli.analyze import analyze, analyze_files
from alloycoat.cli.analyze_inputs import stem
from alloycoat.errors import AlloycoatError, DataFileError, RecipeError

FOLDER = Path(__file__).parent.parent / "data" / "cyclers"
SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "analyze.json").read_text(encoding="utf-8"))
app = typer.Typer()
app.command()(analyze)


def call(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def bare(tmp_path):
    """A symmetric cell: time without a unit, voltage in mV, no current."""
    time = np.arange(400) * 0.05
    voltage = np.where((time // 1).astype(int) % 2 == 0, 50.0, -50.0) + 0.01 * time
    path = tmp_path / "bare.csv"
    path.write_text("Time,Voltage / mV\n" + "".join(f"{t:.4f},{v}\n" for t, v in zip(time, voltage, strict=True)))
    return path


def test_each_refusal_names_the_flag_that_settles_it(bare):
    with pytest.raises(DataFileError, match=r"give it with --current, for instance --current '0\.4 mA'"):
        call(bare)
    with pytest.raises(DataFileError, match="--time-unit s, min or h"):
        call(bare, "--current", "0.4 mA")
    document = json.loads(call(bare, "--current", "0.4 mA", "--time-unit", "h", "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["n_half_cycles"] == 20 and document["duration_s"] == pytest.approx(19.95 * 3600)
    assert any("the current is the one given" in line for line in document["warnings"])


def test_a_current_density_times_the_area(bare):
    words = ("--time-unit", "h", "--current", "0.4 mA/cm2")
    with pytest.raises(RecipeError, match="is a current density; give --area too"):
        call(bare, *words)
    document = json.loads(call(bare, *words, "--area", "2 cm^2", "--json").stdout)
    assert document["current_density_A_per_m2"] == pytest.approx(4.0)


def test_wrong_words_are_refused_before_anything_is_read(tmp_path):
    for words, said in [
        (("--time-unit", "days"), "time_unit: 'days' is not known"),
        (("--current-sign", "negative"), "current_sign: 'negative' is not known"),
        (("--current", "4 V"), "--current"),
        (("--mass", "0 mg"), "--mass: '0 mg' is not above zero"),
        (("--mass", "3"), "--mass"),
    ]:
        with pytest.raises(AlloycoatError, match=said):
            call(tmp_path / "missing.csv", *words)


def test_the_checks_of_the_reader_stand_in_front_of_those_of_the_analysis():
    document = json.loads(call(FOLDER / "neware_flat.csv", "--json").stdout)
    jsonschema.validate(document, SCHEMA)
    names = [check["name"] for check in document["invariants"]]
    assert names[:4] == ["time_against_clock", "charge_against_capacity", "sign_against_state", "ranges"]
    assert "voltage_follows_current" in names
    assert any(line.startswith("complete: the numbers of its rows skip") for line in document["warnings"])


def test_a_sign_that_the_user_gives(tmp_path):
    sample = FOLDER / "maccor_no_state.csv"
    with pytest.raises(DataFileError, match="--current-sign charge-positive"):
        call(sample)
    (done,), _ = analyze_files([sample], current_sign="charge-positive", mass="1.2 mg")
    assert done.record.current_A.max() == pytest.approx(28.844)
    assert float(done.record.metadata["mass_kg"]) == pytest.approx(1.2e-6)
    (done,), _ = analyze_files([sample], current_sign="discharge-positive")
    assert done.record.current_A.min() == pytest.approx(-28.844)


def test_a_folder_of_many_formats(tmp_path):
    for name in ("neware_flat.csv", "maccor_seconds.010", "basytec.txt", "maccor_no_state.csv"):
        (tmp_path / name).write_bytes((FOLDER / name).read_bytes())
    done, refused = analyze_files([tmp_path])
    assert [cell.name for cell in done] == ["basytec", "maccor_seconds", "neware_flat"] and len(refused) == 1


def test_names_without_the_suffix_of_any_format():
    for name, wanted in [("a.nda.zip", "a"), ("b.bdf.csv.gz", "b"), ("c.mpr", "c"), ("d.v2.xlsx", "d.v2")]:
        assert stem(Path(name)) == wanted
