"""The page that checks the ageing cell belongs to the code as it is."""

import csv
import importlib.util
import re
from pathlib import Path

import pytest

RESULTS = Path(__file__).resolve().parents[2] / "docs" / "results"


def made(name):
    """Runs where the result was made and kept; making it takes minutes."""
    return pytest.mark.skipif(not (RESULTS / name).exists(), reason=f"{name} has not been made")


@made("cell.md")
def test_the_page_is_made_from_the_code_as_it_is():
    spec = importlib.util.spec_from_file_location("build_cell", RESULTS / "build_cell.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    page = (RESULTS / "cell.md").read_text(encoding="utf-8")
    assert module.HEAD.format(digest=module.input_hash()) in page, "run: python docs/results/build_cell.py"
    for picture in re.findall(r"\((cell_\w+\.svg)\)", page):
        text = (RESULTS / picture).read_text(encoding="utf-8")
        assert text.startswith("<svg") and len(text) < 150_000


@made("cell_convergence.csv")
def test_lives_are_converged():
    with (RESULTS / "cell_convergence.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["accuracy"] == "default"]
    assert len(rows) == 4
    for row in rows:
        assert float(row["median_percent"]) < 0.1
        if row["shorts"] == "none":
            assert float(row["worst_percent"]) < 1.0


@made("cell_stress.csv")
def test_no_random_cell_failed():
    with (RESULTS / "cell_stress.csv").open(encoding="utf-8", newline="") as stream:
        tally = {row["ended"]: int(row["cells"]) for row in csv.DictReader(stream)}
    assert tally.pop("failures") == 0
    assert sum(tally.values()) >= 10_000
