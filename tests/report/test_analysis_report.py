"""The report of `alloycoat analyze`: one cell, a folder, groups; its figures and their data."""

import csv
import json
import re
import sys
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "analysis"))
from synthetic import full_cell, half_cell, square

from alloycoat.analysis import analyze as judge
from alloycoat.cli.analyze import analyze
from alloycoat.cli.analyze_output import check_targets
from alloycoat.cyclers import write_bdf
from alloycoat.errors import AlloycoatError
from alloycoat.record import Impedance
from alloycoat.report.analysis_figures import capacity, efficiency, polarization, voltage
from alloycoat.report.analysis_impedance import nyquist, resistances
from alloycoat.report.analysis_published import place, published
from alloycoat.report.analysis_view import thinned, view

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schema" / "analyze.json").read_text(encoding="utf-8"))
app = typer.Typer()
app.command()(analyze)


def call(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def seen(record, **given):
    return view("cell & <co>", "file.csv", record, judge(record, **given))


def shorted(n, dead, seed=0):
    return square(n, volts=np.where(np.arange(n) >= dead, 0.001, 0.05), noise=1e-4, seed=seed, step=300.0)


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    for name, dead in (("bare_1", 12), ("coated_1", 20), ("coated_2", 99)):
        write_bdf(shorted(26, dead, seed=dead), folder / f"{name}.bdf.csv")
    return folder


def test_a_spike_of_one_row_survives_thinning():
    rng = np.random.default_rng(0)
    for where in rng.integers(0, 20_000, 8):
        x, y = np.linspace(0.0, 10.0, 20_000), 0.01 * rng.normal(size=20_000)
        y[where] = 5.0
        rows = thinned(x, y, 0.0, 10.0, 500)
        assert rows.size <= 2000 and where in rows and np.all(np.diff(rows) > 0)
        inside = thinned(x, y, 2.0, 3.0, 100)
        assert x[inside[0]] >= 2.0 and x[inside[-1]] <= 3.0
        part = y[(x >= 2.0) & (x <= 3.0)]
        assert y[inside].max() == part.max() and y[inside].min() == part.min()


def test_every_axis_has_a_unit_or_counts_something():
    counted = {"cycle", "pair of half-cycles"}
    cell = seen(full_cell(8, fade=0.97, efficiency=0.99))
    one = seen(shorted(12, 8), area_m2=1e-4, cell_kind="symmetric")
    for drawn in (voltage(cell), efficiency(cell), capacity(cell), voltage(one), polarization(one), published(one)):
        for axes in drawn.figure.axes:
            assert " / " in axes.get_xlabel() or axes.get_xlabel() in counted, drawn.name
        labels = [axes.get_ylabel() for axes in drawn.figure.axes if axes.get_ylabel()]
        assert labels and all(" / " in label for label in labels), drawn.name
        rows = list(csv.reader(drawn.data.splitlines()))
        assert len(rows) > 1 and {len(row) for row in rows} == {len(rows[0])}


def test_figures_are_left_out_where_nothing_can_be_drawn():
    symmetric = seen(square(8))
    assert efficiency(symmetric) is None and capacity(symmetric) is None and nyquist(symmetric) is None
    full = seen(full_cell(4))
    assert place(full) is None and published(full) is None
    assert efficiency(seen(half_cell(6), cell_kind="half")) is not None
    assert polarization(seen(square(1))) is None


def test_impedance_is_drawn_with_what_it_resolves_into():
    frequency = np.tile(np.logspace(5, -1, 31), 3)
    arc = 20 / (1 + 2j * np.pi * frequency * 20 * 1e-4)
    growth = np.repeat([1.0, 1.2, 1.5], 31)
    time = np.repeat([3600.0, 3 * 3600.0, 5 * 3600.0], 31) + np.tile(np.arange(31.0), 3)
    rows = Impedance(time, frequency, 5 + growth * arc.real, growth * arc.imag)
    cell = seen(square(6).replace(impedance=rows))
    drawn, fitted = nyquist(cell), resistances(cell)
    assert drawn.figure.axes[0].get_xlabel() == "Re Z / Ω" and len(drawn.data.splitlines()) == 94
    table = list(csv.DictReader(fitted.data.splitlines()))
    assert [float(row["bulk_resistance_ohm"]) for row in table] == pytest.approx([5, 5, 5], rel=0.05)
    assert [float(row["interfacial_resistance_ohm"]) for row in table] == pytest.approx([20, 24, 30], rel=0.05)


def test_the_page_of_one_cell_opens_offline_and_says_why(cells, tmp_path):
    call(cells / "bare_1.bdf.csv", "--cell", "symmetric", "--area", "1 cm^2", "--out", tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="(?!#|https://doi)', page) and "@import" not in page and "<script" not in page
    for words in ("hard-short", "below a tenth", "voltage follows current", "Among published cells", "1 verdict"):
        assert words in page
    assert page.count("<svg") == 3 and len(set(re.findall(r'\bid="([^"]+)"', page))) == page.count(' id="')
    assert (tmp_path / "voltage.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "voltage.pdf").read_bytes().startswith(b"%PDF")


def test_a_folder_and_its_groups_are_one_report_with_an_index(cells, tmp_path):
    words = ("--group", "bare=bare*", "--group", "coated=coated*", "--cell", "symmetric", "--json")
    document = json.loads(call(cells, *words, "--out", tmp_path).stdout)
    jsonschema.validate(document, SCHEMA)
    assert json.loads((tmp_path / "outcome.json").read_text()) == document
    bare, coated = document["groups"]
    assert (bare["n_cells"], bare["n_failed"], coated["n_censored"]) == (1, 1, 1)
    assert bare["cells"] == ["bare_1"] and [cell["group"] for cell in document["cells"]] == ["bare", "coated", "coated"]
    assert bare["polarization_begin_V_range"][0] <= bare["polarization_begin_V_median"] == pytest.approx(0.05, rel=0.01)
    (ratio,) = document["life_ratios"]
    assert (ratio["group"], ratio["over"]) == ("coated", "bare") and ratio["ratio"] > 1.2
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "coated over bare" in page and "Kaplan-Meier" in page
    for k, name in enumerate(("bare_1", "coated_1", "coated_2"), start=1):
        assert f'<a href="#cell-{k}">{name}</a>' in page and f'id="cell-{k}"' in page
        assert (tmp_path / name / "voltage.csv").is_file() and (tmp_path / f"{name}.bdf.csv").is_file()
    assert {"survival.csv", "polarization-by-group.csv", "lives.png"} <= {path.name for path in tmp_path.iterdir()}
    check_targets(["outcome.json", "report.html"], tmp_path, [])  # an earlier analysis of groups may be replaced


def test_what_the_user_says_of_the_cell_reaches_the_card_and_the_published_cells(cells):
    words = ("--cell", "symmetric", "--area", "2 cm^2", "--anode", "Li", "--anode-thickness", "250 um", "--json")
    document = json.loads(call(cells / "bare_1.bdf.csv", *words, "--electrolyte-amount", "50 uL/cm^2").stdout)
    jsonschema.validate(document, SCHEMA)
    card = {row["item"]: row for row in document["practicality"]["rows"]}
    assert card["anode thickness"]["value"] == pytest.approx(250e-6) and card["N/P ratio"]["verdict"] == "misses"
    assert card["electrolyte per capacity"]["value"] > 0
    assert document["details"]["life_cycles"] > 3 and document["practicality"]["reported"]["electrode area"]
    bare = json.loads(call(cells / "bare_1.bdf.csv", "--json").stdout)
    row = next(row for row in bare["practicality"]["rows"] if row["item"] == "areal capacity")
    assert "value" not in row and "area is unknown" in row["reason"]
    for flags, said in [
        (("--anode", "Ni"), "--anode: 'Ni' is not known"),
        (("--electrolyte-amount", "50 uL/cm^2"), "is per area; give --area too"),
        (("--electrolyte-amount", "3 mg"), "--electrolyte-amount"),
        (("--anode-thickness", "0 um"), "not above zero"),
    ]:
        with pytest.raises(AlloycoatError, match=said):
            call(cells / "bare_1.bdf.csv", *flags)


def test_groups_without_file_arguments_and_as_text(cells):
    shown = call("--group", f"bare={cells}/bare*", "--group", f"coated={cells}/coated*", "--cell", "symmetric").stdout
    assert "coated: 2 cells, 1 failed, median life" in shown and "life of coated over bare" in shown


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "FILE: none given"),
        (("--group", "bare"), "is not NAME=GLOB"),
        (("--group", "a=bare*", "--group", "a=coated*"), "given twice"),
        (("--group", "a=nothing*"), "meets no file; there are bare_1"),
        (("--group", "a=bare*", "--group", "b=*_1*"), "is in two groups"),
    ],
)
def test_wrong_groups_are_refused(cells, words, said):
    with pytest.raises(AlloycoatError, match=said) as caught:
        call(*((cells,) if words else ()), *words)
    assert caught.value.exit_code == 2


def test_a_refused_file_is_named_in_the_report_and_sets_the_status(cells, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "bare_1.bdf.csv").write_bytes((cells / "bare_1.bdf.csv").read_bytes())
    (folder / "odd.csv").write_text("a,b\n1,2\n")
    result = call(folder, "--group", "g=*", "--cell", "symmetric", "--json", "--out", tmp_path / "out")
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    assert result.exit_code == 1 and document["groups"][0]["n_cells"] == 1
    assert "odd.csv" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8") and "odd.csv" in result.stderr


def test_a_figure_never_replaces_an_input(tmp_path):
    for name in ("voltage.csv", "a.bdf.csv"):
        write_bdf(square(6), tmp_path / name)
    before = (tmp_path / "voltage.csv").read_bytes()
    with pytest.raises(AlloycoatError, match=r"voltage\.csv would overwrite an input"):
        call(tmp_path / "voltage.csv", "--out", tmp_path)
    with pytest.raises(AlloycoatError, match=r"would overwrite|which no earlier"):
        call(tmp_path / "a.bdf.csv", "--out", tmp_path)
    assert (tmp_path / "voltage.csv").read_bytes() == before
