from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import jsonschema
import pytest
from shell import shell

from alloycoat.analysis import analyze
from alloycoat.cyclers.bdf import read_bdf
from alloycoat.report import files

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = (ROOT / "examples" / "li-incl3-dip.toml").read_text(encoding="utf-8")
SHORT = EXAMPLE.replace("cycles = 600", "cycles = 3")
NAMES = {*files.NAMES}


def schema(name: str) -> dict:
    return json.loads((ROOT / "docs" / "schema" / f"{name}.json").read_text(encoding="utf-8"))


def write(folder: Path, text: str = SHORT, name: str = "short.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    folder = tmp_path_factory.mktemp("run")
    status, out, err = shell("run", write(folder), "--out", folder / "out", "--samples", 16, "--seed", 5, "--json")
    assert status == 0, err
    return folder / "out", out, err


def test_every_file_is_there(done):
    folder, _, err = done
    assert {path.name for path in folder.iterdir()} == NAMES
    assert "report: " in err and "cycling bare and coated, 3 cycles, and 16 sampled cells" in err
    for path in folder.glob("*.svg"):
        ET.parse(path)
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_document_keeps_its_schema_and_is_what_json_prints(done):
    folder, out, _ = done
    document = json.loads(out)
    assert document == json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    assert (document["seed"], document["samples"]) == (5, 16)
    jsonschema.validate(document, schema("outcome"))
    jsonschema.validate(document["coating"], schema("coat"))


def test_the_records_read_back_to_the_same_outcome(done):
    folder, out, _ = done
    document = json.loads(out)
    for name in ("bare", "coated"):
        record = read_bdf(folder / f"{name}.bdf.csv", area_m2=1.13e-4, cell_kind="symmetric")
        seen = analyze(record)
        assert seen.polarization_begin_V == pytest.approx(document[name]["polarization_begin_V"], rel=1e-9)
        assert seen.n_half_cycles == document[name]["n_half_cycles"] == 6
        assert record.current_A[0] < 0  # plating comes first and is negative


def test_results_of_an_earlier_run_are_replaced_and_nothing_else(done):
    folder, _, _ = done
    stranger = folder / "notes.txt"
    stranger.write_text("mine")
    status, out, err = shell("run", write(folder.parent), "--out", folder, "--samples", 2)
    assert status == 0, err
    assert stranger.read_text() == "mine"
    stranger.unlink()
    assert json.loads((folder / "outcome.json").read_text())["samples"] == 2
    for word in ("layer", "bare", "coated", "polarization", "J*", "published", "life", "hypothesis"):
        assert word in out


def test_what_a_bare_run_leaves_of_a_coated_one_is_told(done):
    folder, _, _ = done
    bare = write(folder.parent, SHORT[: SHORT.index("[coating]")] + SHORT[SHORT.index("[cell]") :], "bare.toml")
    status, _, err = shell("run", bare, "--out", folder, "--samples", 0)
    assert status == 0, err
    assert "from an earlier run: coated.bdf.csv, layer.svg, lives.svg" in err and (folder / "coated.bdf.csv").exists()


@pytest.mark.parametrize("name", ["bare.bdf.csv", "outcome.json", "report.html"])
def test_a_file_of_the_user_is_never_replaced(tmp_path, name):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / name).write_text("my own data")
    status, out, err = shell("run", write(tmp_path), "--out", folder)
    assert (status, out) == (1, "")
    assert name in err and "no earlier 'alloycoat run' wrote" in err
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_text() == "my own data"


def test_a_bare_recipe_goes_to_a_folder_of_its_own_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "examples" / "li-bare.toml").read_text(encoding="utf-8").replace("cycles = 100", "cycles = 2")
    status, out, err = shell("run", write(tmp_path, text, "bare.toml"), "--samples", 0)
    assert status == 0, err
    found = {path.name for path in (tmp_path / "bare.out").iterdir()}
    assert found == NAMES - {"coated.bdf.csv", "layer.svg", "lives.svg"}
    document = json.loads((tmp_path / "bare.out" / "outcome.json").read_text())
    jsonschema.validate(document, schema("outcome"))
    assert document["coated"] is None and "\ncoated" not in out


def test_an_interrupt_leaves_whole_files_only(tmp_path, monkeypatch):
    real, count = files.write_text, iter(range(99))

    def interrupted(path: Path, text: str) -> Path:
        if next(count) == 2:
            raise KeyboardInterrupt
        return real(path, text)

    monkeypatch.setattr(files, "write_text", interrupted)
    status, out, err = shell("run", write(tmp_path), "--out", tmp_path / "out", "--samples", 2)
    assert (status, out) == (130, "")
    assert "written: outcome.json, bare.bdf.csv" in err and "no file is half written" in err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"outcome.json", "bare.bdf.csv"}


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('format = "symmetric"', 'format = "full"', ["[cell] positive is missing", 'positive = "NMC"']),
        ('electrolyte = "1 M LiTFSI in DOL/DME"\n', "", ["[cell] electrolyte is missing"]),
        ('area = "1.13 cm^2"\n', "", ["[anode] area is missing", '"1.13 cm^2"']),
        ("Plate at 2 mA/cm2 for 1 hour", "Plate at C/2 for 1 hour", ["[protocol] steps", "a C-rate needs a nominal"]),
        ('separator = "Celgard 2400"', 'separator = "Celgart 2400"', ["[cell] separator", "Celgard 2400"]),
    ],
)
def test_a_recipe_that_cannot_be_run_is_refused_before_anything_is_written(tmp_path, old, new, words):
    assert old in SHORT
    folder = tmp_path / "out"
    status, out, err = shell("run", write(tmp_path, SHORT.replace(old, new)), "--out", folder)
    lines = [line for line in err.splitlines() if line.startswith("alloycoat:") or words[0] in line]
    assert (status, out) == (2, "")
    assert all(word in err for word in words), err
    assert len(lines) <= 2 and "Traceback" not in err
    assert not folder.exists()


def test_an_own_bare_cell_that_cannot_be_used_is_refused(tmp_path):
    path = write(tmp_path)
    assert shell("run", path, "--own-bare", "x.csv")[0] == 1  # a file that is refused
    assert shell("run", path, "--own-bare-life", "180 parsec")[0] == 2


def test_the_installed_command(tmp_path):
    """Once through a process of its own: status 0, a report; warnings would be errors."""
    path = write(tmp_path)
    call = [sys.executable, "-W", "error", "-c", "from alloycoat.cli import main; main()", "run", str(path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    ended = subprocess.run(
        [*call, "--samples", "4"], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert ended.returncode == 0, ended.stderr
    assert (tmp_path / "short.out" / "report.html").stat().st_size > 50_000
    ended = subprocess.run(
        [*call, "--out", str(path)], cwd=tmp_path, capture_output=True, text=True, check=False, env=environment
    )
    assert ended.returncode == 1
    assert ended.stderr.strip().endswith("is a file, not a folder; give another name")
