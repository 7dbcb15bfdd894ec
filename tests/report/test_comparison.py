from __future__ import annotations

import subprocess
import sys

import pytest

import alloycoat as ac
from alloycoat.errors import DataFileError, RecipeError
from alloycoat.outcome import Life, Outcome, Sign
from alloycoat.report.comparison import comparison


def outcomes() -> list[Outcome]:
    sign = Sign(360000.0, "polarization", "verdict", "the polarization doubled")
    return [
        Outcome(
            title="cell <a>", polarization_begin_V=0.05, polarization_end_V=0.1, life=Life.observed(360000.0),
            failure="polarization", failure_time_s=360000.0, signs=(sign,), cell_kind="symmetric",
            duration_s=400000.0, current_density_A_per_m2=10.0,
        ),
        Outcome(title="cell b", polarization_begin_V=0.03, life=Life.at_least(720000.0), failure="none"),
        Outcome(title="cell b", coulombic_efficiency=(0.98, None, 0.99), life=Life(0.0, 360000.0)),
        Outcome(),
    ]  # fmt: skip


def test_the_page_compares_outcomes(tmp_path):
    path = ac.report(outcomes(), tmp_path / "sub" / "page.html")
    text = path.read_text(encoding="utf-8")
    for word in (
        "cell &lt;a&gt;",
        "cell b 2",
        "cell b 3",
        "cell 4",
        "&gt; 200 h",
        "100 h",
        "98.50 %",
        "polarization / mV",
    ):
        assert word.replace("&gt; ", "> ") in text or word in text, word
    assert "no data" in text and "http://" not in text.replace('="http://www.w3.org/', "")


def test_outcomes_without_numbers_make_a_page_too():
    assert "Outcomes side by side" in comparison([Outcome(), Outcome()])


def test_no_outcome_is_refused(tmp_path):
    with pytest.raises(RecipeError, match="no outcome given"):
        ac.report([], tmp_path / "page.html")


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(DataFileError, match="cannot write"):
        ac.report([Outcome()], tmp_path / "file" / "page.html")


@pytest.mark.parametrize(
    "first",
    ["", "import alloycoat.report;", "import alloycoat.report.words;", "from alloycoat.report import report;",
     "import importlib; importlib.import_module('alloycoat.report');", "ac.report;", "from alloycoat import report;"],
)  # fmt: skip
def test_report_is_callable_whoever_imported_what_before(first, tmp_path):
    code = (
        f"import alloycoat as ac; {first} from alloycoat.outcome import Outcome; "
        f"ac.report([Outcome(title='x')], r'{tmp_path / 'page.html'}'); "
        "import sys; from alloycoat.report import report; assert callable(report) and callable(ac.report)"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)
    assert (tmp_path / "page.html").exists()


def test_importing_the_room_loads_no_drawing():
    code = "import sys, alloycoat.report; assert 'matplotlib' not in sys.modules and 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
