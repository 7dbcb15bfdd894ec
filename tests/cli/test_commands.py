"""The command line: exit statuses, one or two lines of refusal, one JSON document on standard output."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from alloycoat.cli import main

ROOT = Path(__file__).resolve().parents[2]
MAIN = ROOT / "examples" / "li-incl3-dip.toml"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["alloycoat", *words])
        capsys.readouterr()
        status = 0
        try:
            main()
        except SystemExit as end:
            status = int(end.code or 0)
        out, err = capsys.readouterr()
        return status, out, err

    return call


def test_coat_for_people_and_for_scripts(run: Run) -> None:
    status, out, err = run("coat", str(MAIN))
    assert (status, err) == (0, "")
    assert "Li13In3" in out
    assert "µm" in out
    status, out, err = run("coat", str(MAIN), "--json", "--samples", "0")
    document = json.loads(out)
    assert status == 0
    assert document["phases"][0]["formula"] == "Li13In3"
    assert document["thickness_m_interval"][0] == document["thickness_m"]


def test_reproduce(run: Run) -> None:
    status, out, _ = run("reproduce", "--tables", "coating", "--json")
    assert status == 0
    assert len(json.loads(out)["rows"]) == 37
    status, out, _ = run("reproduce", "--tables", "coating")
    assert "contradicts mass balance" in out
    status, _, err = run("reproduce", "--tables", "cells")
    assert status == 2
    assert "Allowed: cell, claim, coating" in err


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('metal = "Li"', 'metal = "Lithum"', "[anode] metal: 'Lithum' is not known"),
        ('precursor = "InCl3"', 'precursor = "InCl33"', "did you mean 'InCl3'"),
        ('solvent = "THF"', 'solvent = "TFH"', "[coating] solvent: 'TFH' is not known"),
        ('concentration = "0.167 mol/L"', "concentration = 0.167", "bare number"),
        ('concentration = "0.167 mol/L"', 'concentration = "-1 mol/L"', "not above zero"),
        ('concentration = "0.167 mol/L"', 'concentration = "0.167 mol/parsec"', "does not measure concentration"),
        ('concentration = "0.167 mol/L"\n', "", "[coating] concentration or precursors is missing"),
        ('time = "20 s"', 'tme = "20 s"', "did you mean 'time'"),
        ('precursor = "InCl3"', 'precursor = "CaF2"', ""),
        ("[anode]", "[anode", "broken TOML"),
    ],
)
def test_bad_recipes_end_with_status_2_and_plain_words(run: Run, tmp_path: Path, old: str, new: str, said: str) -> None:
    text = MAIN.read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "recipe.toml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    status, out, err = run("coat", str(file))
    if not said:  # undecided, not refused
        assert status == 0
        assert "undecided" in out
        return
    assert status == 2
    assert out == ""
    assert said in err
    assert err.count("\n") <= 2
    assert "Traceback" not in err


def test_a_salt_the_metal_cannot_reduce(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "recipe.toml"
    text = MAIN.read_text(encoding="utf-8").replace('metal = "Li"', 'metal = "Na"').replace("InCl3", "CaF2")
    text = text.replace("1 M LiTFSI in DOL/DME", "1 M NaPF6 in diglyme")
    file.write_text(text, encoding="utf-8")
    status, _, err = run("coat", str(file))
    assert status == 2
    assert "Na cannot reduce CaF2" in err


def test_wrong_command_lines(run: Run) -> None:
    assert run("coat")[0] == 2
    assert run("coat", "missing.toml")[0] == 2
    assert run("caot", str(MAIN))[0] == 2
    assert run("coat", str(MAIN), "--samples", "-3")[0] == 2
    status, out, _ = run("--version")
    assert status == 0
    assert out.strip()


def test_a_closed_pipe_is_no_traceback() -> None:
    command = f"{sys.executable} -c 'from alloycoat.cli import main; main()' coat {MAIN} | head -1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
