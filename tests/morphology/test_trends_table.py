"""The trends on the physics page are those of the committed table."""

import csv
from pathlib import Path

import pytest

DOCS = Path(__file__).parent.parent.parent / "docs"
TABLE = DOCS / "results" / "morphology_trends.csv"
if not TABLE.exists():
    pytest.skip("the documentation is not part of this checkout", allow_module_level=True)


def rows() -> list[dict[str, str]]:
    with TABLE.open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_every_row_stands_on_the_page():
    page = (DOCS / "physics" / "morphology.md").read_text(encoding="utf-8")
    for row in rows():
        spread = f"{row['roughness_um']} ({row['lowest_um']} to {row['highest_um']})"
        line = (
            f"| {row['case']} | {spread} | {row['tip_over_mean_height']} | {row['share_on_the_layer']} "
            f"| {row['charge_mAh_per_cm2']} | {row['ended']} |"
        )
        assert line in page, line


def test_what_the_page_says_of_the_trends_holds_in_the_table():
    rough = {row["case"]: float(row["roughness_um"]) for row in rows()}
    intact = "Li + In, no defect"
    assert rough[f"{intact}, 20 A/m2"] < 0.5 * rough["Li bare, 20 A/m2"] < rough["Li + In, a hole"] * 1.5
    loose = f"{intact}, no stiffness"
    assert rough[f"{loose}, ions 100 times faster"] < rough[loose] < rough[f"{loose}, ions 10 times slower"]
    assert rough["K + Hg, electrons kept from the outer face, 5 A/m2"] < rough["K bare, 5 A/m2"]
    assert rough["Li bare, 5 A/m2"] > rough["Li bare, 100 A/m2"]
