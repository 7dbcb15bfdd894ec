"""How wrong lives are with nothing fitted: the shipped table against the ageing cell, and what the pages say of it."""

import csv
import math
from pathlib import Path

import numba
import pytest

from alloycoat.calibration.untuned import simulated, text_of, untuned
from alloycoat.literature import cell_rows
from alloycoat.report.job import assumed

ROOT = Path(__file__).resolve().parents[2]
TABLE = ROOT / "src" / "alloycoat" / "calibration" / "data" / "untuned.csv"


def lines():
    text = TABLE.read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def test_the_error_is_that_of_the_cells_with_a_number():
    exact = [line for line in lines() if line["lower_h"] == line["upper_h"]]
    found = untuned()
    assert (found.cells, found.exact) == (len(lines()), len(exact)) == (24, 19)
    errors = [abs(math.log(float(line["simulated_h"]) / float(line["upper_h"]))) for line in exact]
    assert found.mean_error == pytest.approx(sum(errors) / len(errors))
    assert found.factor == pytest.approx(math.exp(found.mean_error))


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole lives take long uncompiled")
def test_the_table_is_what_the_cell_gives():
    made = simulated(cell_rows())
    assert text_of(made).startswith("# made by: python docs/results/build_untuned.py\n")
    for ours, theirs in zip(made, lines(), strict=True):
        *names, hours, ended = ours
        assert names == [theirs[key] for key in ("paper", "bare_cell", "lower_h", "upper_h")]
        assert (float(hours), ended) == (pytest.approx(float(theirs["simulated_h"]), rel=2e-3), theirs["ended"])


def test_the_pages_say_that_error():
    found = untuned()
    said = f"{found.mean_error:.2f}"
    assert said in assumed() and f"factor of {found.factor:.1f}" in assumed()
    for page in ("README.md", "docs/guide/start.md"):
        words = " ".join((ROOT / page).read_text(encoding="utf-8").split())
        assert f"mean error of ln life is about {said}" in words and f"factor of {found.factor:.1f}" in words
