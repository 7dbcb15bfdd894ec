"""Sulfur cells and BPX positives in recipes: from file to files; what is wrong is named."""

import json

import numba
import pytest

from alloycoat.cell.full import full
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Recipe
from alloycoat.report.full_compare import compare
from alloycoat.report.full_document import write_full
from alloycoat.report.full_job import run_full, run_full_cell
from alloycoat.report.full_page import summary

slow = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole runs: minutes without the compiler")
TABLES = {
    "anode": {"metal": "Li", "area": "1 cm^2"},
    "coating": {"route": "dip", "precursor": "SbI3", "solvent": "THF", "concentration": "50 mM", "time": "3 min"},
    "cell": {
        "format": "full", "positive": "S", "sulfur_loading": "1 mg/cm2", "n_to_p": 5.0,
        "electrolyte": "1 M LiTFSI in DOL/DME", "electrolyte_amount": "20 uL/cm^2",
    },
    "protocol": {"steps": ["Discharge at C/5 until 1.8 V", "Charge at C/5 until 2.6 V"], "cycles": 8},
}  # fmt: skip


def changed(**cell):
    tables = {**TABLES, "cell": {**TABLES["cell"], **cell}}
    tables["cell"] = {name: value for name, value in tables["cell"].items() if value is not None}
    return Recipe.from_tables(tables)


@slow
def test_sulfur_runs_bare_beside_coated_and_writes_everything(tmp_path) -> None:
    done = run_full(Recipe.from_tables(TABLES), samples=4)
    write_full(done, tmp_path / "out", lambda _: None)
    document = json.loads((tmp_path / "out" / "outcome.json").read_text(encoding="utf-8"))
    for name in ("bare", "coated"):
        side = document[name]
        assert side["positive"] == "S"
        assert sum(side["sulfur_forms"].values()) == pytest.approx(1.0)
        low, high = side["retention_interval"]
        assert low <= side["retention"] <= high
        for key in ("half_gap_V", "cell_efficiency_mean", "shuttle_per_s"):
            assert side[f"{key}_interval"][0] <= side[key] <= side[f"{key}_interval"][1]
        assert 0.2 < side["cell_efficiency_mean"] < 1.0
        for key, value in side.items():
            if value is None:
                assert any(line.startswith(f"{key}:") for line in side["warnings"]), key
    assert document["coated"]["retention"] > document["bare"]["retention"]
    questions = {one["question"]: one["verdict"] for one in document["verdicts"]}
    assert questions["does the layer slow the shuttle"] == "not predictable"
    assert questions["soft and hard shorts"] == "not modelled"
    assert {row["row"] for row in document["published"]} >= {"C37", "C47"}
    text = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "precipitated sulfide" in text and "µL of electrolyte per mg" in text
    assert "of the capacity kept in cycle 8" in summary(done)
    states = (tmp_path / "out" / "bare.states.csv").read_text(encoding="utf-8").splitlines()
    assert "shuttle_per_s" in states[0] and len(states) == 9


@slow
def test_the_review_stands_beside_the_run_with_interval_and_verdict() -> None:
    tables = {**TABLES, "protocol": {**TABLES["protocol"], "cycles": 50}}
    done = run_full(Recipe.from_tables(tables), samples=6)
    row = next(row for row in done.published if row.row == "C37")
    coated, bare = compare(row, done.sides, 50)
    assert (coated.side, coated.printed, bare.side, bare.printed) == ("coated", 90.0, "bare", 74.0)
    for one, side in ((coated, done.sides[1]), (bare, done.sides[0])):
        assert one.value.value == pytest.approx(100 * side.retention.value)
        inside = one.value.low <= one.printed <= one.value.high
        assert one.verdict == ("inside" if inside else "outside")
    assert {one.verdict for one in compare(row, done.sides, 40)} == {"the test is shorter"}
    assert "C37 90 / 74 %; here coated" in summary(done)
    assert all(compare(other, done.sides, 50) == () for other in done.published if other.row == "C47")


@slow
def test_sodium_sulfur_says_what_is_not_known() -> None:
    tables = {name: table for name, table in TABLES.items() if name != "coating"}
    cell = {**TABLES["cell"], "electrolyte": "1 M NaClO4 in EC/PC"}
    tables |= {"anode": {"metal": "Na", "area": "1 cm^2"}, "cell": cell}
    tables["protocol"] = {"steps": ["Discharge at C/5 until 1.4 V", "Charge at C/5 until 2.3 V"], "cycles": 2}
    done = run_full_cell(Recipe.from_tables(tables), samples=0)
    assert any("no model of the sodium polysulfides" in text for text in done.warnings)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"sulfur_loading": None}, "sulfur_loading"),
        ({"positive_loading": "1 mAh/cm2"}, "not both"),
        ({"positive": "NMC"}, "write positive_loading"),
        ({"positive": "NMC", "sulfur_loading": None}, "no C-rate"),
        ({"positive": None}, "positive is missing"),
    ],
)
def test_what_is_wrong_is_named(change, words) -> None:
    with pytest.raises(RecipeError, match=words):
        run_full(changed(**change), samples=0)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"positive": "NMD"}, "did you mean 'NMC'"),
        ({"positive": 3}, "positive"),
        ({"sulfur_loading": "2 mAh/cm2"}, "sulfur_loading"),
        ({"sulfur_loading": "0 mg/cm2"}, "above zero"),
        ({"n_to_p": -0.5}, "n_to_p"),
    ],
)
def test_what_cannot_be_is_refused_when_read(change, words) -> None:
    with pytest.raises(RecipeError, match=words):
        changed(**change)


def recipe_of_file(folder, name, **cell):
    given = {"format": "full", "positive": name, "positive_loading": "2 mAh/cm2", "n_to_p": 2.0,
             "electrolyte": "1 M LiPF6 in EC/DMC", "electrolyte_amount": "30 uL/cm^2", **cell}  # fmt: skip
    lines = [f"{key} = {json.dumps(value)}" for key, value in given.items()]
    path = folder / "cell.toml"
    path.write_text(
        '[anode]\nmetal = "Li"\narea = "1 cm^2"\n[cell]\n' + "\n".join(lines) + "\n[protocol]\ncycles = 2\n"
        'steps = ["Charge at C/5 until 4.2 V", "Discharge at C/2 until 3.0 V"]\n', encoding="utf-8",
    )  # fmt: skip
    return path


@slow
def test_a_positive_can_come_from_a_file_beside_the_recipe(tmp_path, monkeypatch) -> None:
    pytest.importorskip("bpx")
    from alloycoat.interop.bpx_files import write_bpx

    made = full(
        anode="Li", positive="NMC811", loading="2 mAh/cm2", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2"
    )  # fmt: skip
    write_bpx(made, tmp_path / "nmc.json")
    path = recipe_of_file(tmp_path, "nmc.json")
    monkeypatch.chdir(tmp_path.parent)  # the file is found beside the recipe, not here
    done = run_full_cell(Recipe.load(path), samples=0)
    assert done.sides[0].cell.positive.name == "nmc"
    assert done.sides[0].capacities[1] == pytest.approx(7.2e4, rel=0.2)


@pytest.mark.parametrize(
    ("text", "words"), [(None, "cannot be read"), ("{}", "no valid BPX"), ("not json", "no valid BPX")]
)
def test_broken_files_are_named(text, words, tmp_path) -> None:
    pytest.importorskip("bpx")
    if text is not None:
        (tmp_path / "x.json").write_text(text, encoding="utf-8")
    recipe = Recipe.load(recipe_of_file(tmp_path, "x.json"))
    with pytest.raises(AlloycoatError, match=words):
        run_full(recipe, samples=0)
