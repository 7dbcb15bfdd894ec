"""The section of a report and the parity plots: what they say and that they stand on their own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import alloycoat as ac
from alloycoat.calibration.reproduce import document
from alloycoat.report.parity import parity_svgs, write_parity
from alloycoat.report.prediction_section import prediction_lines, prediction_section

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def recipe() -> ac.Recipe:
    return ac.Recipe.load(ROOT / "examples" / "li-incl3-dip.toml")


def test_the_section_says_how_sure_and_where_it_ends(recipe: ac.Recipe) -> None:
    blind = prediction_section(ac.predict(recipe, mechanistic=False))
    assert "Life of the coated cell" in blind
    assert "cannot rank" in blind
    assert "Without your bare cell" not in blind
    own = prediction_section(ac.predict(recipe, own_bare_life="180 h", mechanistic=False))
    assert "with your bare cell" in own
    assert "Without your bare cell" in own
    assert re.search(r"a factor of \d", own)
    away = recipe.model_copy(update={"coating": None, "anode": recipe.anode.model_copy(update={"area": 1e-4})})
    assert "Life of the coated cell" not in prediction_section(ac.predict(away, mechanistic=False))
    assert "No prediction: &lt;why&gt;" in prediction_section(None, "<why>")


def test_lines_for_the_terminal(recipe: ac.Recipe) -> None:
    lines = prediction_lines(ac.predict(recipe, own_bare_life="180 h", mechanistic=False))
    assert lines[0].startswith("Life of the coated cell")  # the bare one is known
    assert prediction_lines(ac.predict(recipe, mechanistic=False))[0].startswith("Life of the bare cell")
    assert any("coated over bare" in line for line in lines)


def test_parity_plots(tmp_path: Path) -> None:
    rows = ac.reproduce(("cell",))
    found = parity_svgs(rows)
    assert set(found) == {"parity_life.svg", "parity_polarization.svg"}
    for text in found.values():
        assert text.startswith("<svg")
        assert "nan" not in text.lower().replace("nanumber", "")
    written = write_parity(rows, document(rows), tmp_path / "out")
    assert {path.name for path in written} == {"reproduce.json", *found}
    assert len(json.loads((tmp_path / "out" / "reproduce.json").read_text(encoding="utf-8"))["rows"]) == 43
