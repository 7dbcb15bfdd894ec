"""`alloycoat grow`: the job on a small picture, interrupt and resume, refusals, the published models."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import jsonschema
import numba
import numpy as np
import pytest
from PIL import Image
from shell import shell

from alloycoat.cli.grow import PUBLISHED
from alloycoat.morphology import published, setting
from alloycoat.report import growth_job

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "docs" / "schema" / "grow.json").read_text(encoding="utf-8"))
EXAMPLE = ROOT / "examples" / "li-incl3-dip.toml"
FILES = {"report.html", "outcome.json", "film.gif", "growth.csv", "growth.svg", "voltage.svg", "fields.npz"}
pytestmark = pytest.mark.skipif(numba.config.DISABLE_JIT, reason="whole runs: minutes without the compiler")


@pytest.fixture
def recipe(tmp_path, monkeypatch):
    """A recipe that plates and strips for two minutes, in a narrow picture of five frames."""
    monkeypatch.setitem(setting.PRESETS, "quick", setting.PRESETS["quick"]._replace(width=8e-6, frames=4, cycles=1))
    text = EXAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "dip.toml"
    path.write_text(text.replace("for 1 hour", "for 2 minutes"))
    return path


def grow(recipe, out, *more):
    return shell("grow", recipe, "--preset", "quick", "--out", out, *more)


def test_bare_and_coated_side_by_side(recipe, tmp_path):
    out = tmp_path / "out"
    status, printed, err = grow(recipe, out, "--json")
    assert status == 0, err
    document = json.loads(printed)
    jsonschema.validate(document, SCHEMA)
    assert json.loads((out / "outcome.json").read_text()) == document
    assert {path.name for path in out.iterdir()} == FILES | {growth_job.FOLDER}
    for name in ("bare", "coated"):
        side = document[name]
        assert side["charge_balance_error"] < 1e-9 and side["ended"] == ["completed"]
        assert len(side["time_s"]) == len(side["tip_m"]) == 5 and max(side["tip_m"]) > side["tip_m"][0]
        assert side["span_s"] == [None] and side["span_lower_s"] == [pytest.approx(240.0)]
    with Image.open(out / "film.gif") as film:
        assert film.n_frames == 5
    rows = list(csv.DictReader((out / "growth.csv").read_text().splitlines()))
    assert len(rows) == 10 and {row["side"] for row in rows} == {"bare", "coated"}
    fields = np.load(out / "fields.npz", allow_pickle=False)
    assert fields["bare_metal"].shape[0] == 5 and fields["coated_layer"].max() > 0.9
    page = (out / "report.html").read_text()
    assert "http://" not in page.replace("http://www.w3.org", "") and "<script src" not in page
    assert page.count("data:image/webp;base64,") == 7  # 5 frames, the first again, the strip
    assert "First dendrite" in page and "Sand" in page


def test_seeds_give_a_spread_and_the_same_seed_the_same_result(recipe, tmp_path):
    status, printed, err = grow(recipe, tmp_path / "a", "--json", "--seeds", 2, "--seed", 5)
    assert status == 0, err
    two = json.loads(printed)
    assert two["seeds"] == [5, 6]
    low, high = two["bare"]["rms_m_interval"][-1]
    assert low < two["bare"]["rms_m"][-1] < high
    one = json.loads(grow(recipe, tmp_path / "b", "--json", "--seed", 6)[1])
    mean = (two["bare"]["rms_m_interval"][-1][0] + two["bare"]["rms_m_interval"][-1][1]) / 2
    assert mean == pytest.approx(two["bare"]["rms_m"][-1])
    rows = list(csv.DictReader((tmp_path / "a" / "growth.csv").read_text().splitlines()))
    assert float([row for row in rows if row["seed"] == "6"][4]["rms_m"]) == pytest.approx(one["bare"]["rms_m"][4])


def test_interrupted_then_resumed_is_as_if_it_had_run_through(recipe, tmp_path, monkeypatch):
    whole = json.loads(grow(recipe, tmp_path / "whole", "--json")[1])
    out, told = tmp_path / "out", []
    run = growth_job.grow

    def stop(scene, *, tell, **more):
        def told_and_stopped(share, line):
            told.append(share)
            if len(told) == 3:
                raise KeyboardInterrupt
            tell(share, line)

        return run(scene, tell=told_and_stopped, **more)

    monkeypatch.setattr(growth_job, "grow", stop)
    status, printed, err = grow(recipe, out, "--json")
    assert status == 130 and "--resume goes on from here" in err
    part = json.loads(printed)
    jsonschema.validate(part, SCHEMA)
    assert part["interrupted"] and part["bare"]["ended"] == ["interrupted"] and part["coated"] is None
    assert len(part["bare"]["time_s"]) >= 2
    monkeypatch.setattr(growth_job, "grow", run)
    status, printed, err = grow(recipe, out, "--json", "--resume")
    assert status == 0, err
    assert json.loads(printed)["bare"]["tip_m"] == pytest.approx(whole["bare"]["tip_m"])
    assert json.loads(printed)["coated"]["tip_m"] == pytest.approx(whole["coated"]["tip_m"])
    again = json.loads(grow(recipe, out, "--json", "--resume")[1])
    assert again["bare"]["rms_m"] == whole["bare"]["rms_m"]
    recipe.write_text(recipe.read_text().replace("2 mA/cm2", "3 mA/cm2"))
    status, _, err = grow(recipe, out, "--resume")
    assert status == 1 and "another recipe" in err


def test_a_bare_recipe_has_one_side(recipe, tmp_path):
    bare = ROOT / "examples" / "li-bare.toml"
    text = bare.read_text(encoding="utf-8").replace("for 1 hour", "for 2 minutes")
    recipe.write_text(text)
    status, printed, err = grow(recipe, tmp_path / "out", "--json")
    assert status == 0, err
    document = json.loads(printed)
    jsonschema.validate(document, SCHEMA)
    assert document["coated"] is None and "coated: null, the recipe has no coating" in document["warnings"]


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (["--preset", "quik"], 2, "did you mean"),
        ([EXAMPLE, "--preset", "hong2018"], 2, "takes no recipe"),
        (["--preset", "quick"], 2, "RECIPE.toml: missing"),
        (["--preset", "hong2018", "--seeds", "3"], 2, "neither --seeds nor --resume"),
        ([EXAMPLE, "--preset", "default", "--seeds", "1000", "--out", "{out}"], 2, "take fewer --seeds"),
    ],
)
def test_refusals(tmp_path, words, status, says):
    words = [str(word).replace("{out}", str(tmp_path / "out")) for word in words]
    found, _, err = shell("grow", *words)
    assert found == status and says in err and len(err.strip().splitlines()) <= 2
    assert list(tmp_path.iterdir()) == []


def test_beyond_the_memory_of_the_machine(recipe, tmp_path, monkeypatch):
    monkeypatch.setattr(growth_job, "machine_memory", lambda: 1e5)
    status, _, err = grow(recipe, tmp_path / "out")
    assert status == 2 and "GiB of memory, this machine has" in err and not (tmp_path / "out").exists()


def test_files_of_others_are_left_alone(recipe, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("mine")
    status, _, err = grow(recipe, out)
    assert status == 1 and "no earlier 'alloycoat grow' wrote" in err
    assert (out / "report.html").read_text() == "mine"


def test_a_published_model_in_space(tmp_path, monkeypatch):
    short = published.grow_published

    def run(name, **more):
        return short(name, seconds=0.2, box=(30, 4, 6), samples=2, **more)

    monkeypatch.setattr(published, "grow_published", run)
    status, printed, err = shell("grow", "--preset", "hong2018-3d", "--out", tmp_path / "out")
    assert status == 0 and "hong2018-3d: front at 2" in printed, err
    document = json.loads((tmp_path / "out" / "outcome.json").read_text())
    assert document["cells"] == [30, 4, 6] and document["spacing_um"] == 1.0 and len(document["warnings"]) == 3
    with Image.open(tmp_path / "out" / "pictures.png") as picture:
        assert picture.width > 600


def test_the_presets_are_the_cases():
    assert set(published.CASES) == set(PUBLISHED)


def test_a_published_model_writes_the_front(tmp_path, monkeypatch):
    short = published.grow_published

    def run(name, **more):
        return short(name, seconds=0.1, cells=60, samples=2, **more)

    monkeypatch.setattr(published, "grow_published", run)
    status, printed, err = shell("grow", "--preset", "ahmad2020", "--out", tmp_path / "out", "--json")
    assert status == 0, err
    document = json.loads(printed)
    assert document["preset"] == "ahmad2020" and document["doi"] == "10.1073/pnas.2008841117"
    rows = list(csv.DictReader((tmp_path / "out" / "front.csv").read_text().splitlines()))
    assert (tmp_path / "out" / "pictures.png").stat().st_size > 1e4
    assert len(rows) == 3 and float(rows[0]["front_m"]) == pytest.approx(25e-6, abs=2e-6)
