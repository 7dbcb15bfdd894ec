from __future__ import annotations

import pytest

from alloycoat.report.words import bounds, life, link, number, polarization, quantity, spread, subscripts, table
from alloycoat.sources import Estimate


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1234.0, "1230"), (2.345e-7, "2.34 × 10⁻⁷"), (-0.05, "−0.05"), (2e-4, "2 × 10⁻⁴"),
     (1.5e9, "1.5 × 10⁹"), (0.00123, "0.00123"), (float("inf"), "∞")],
)  # fmt: skip
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(2.5e-6, "m", "2.5 µm"), (0.0622, "V", "62.2 mV"), (1.0, "V", "1 V"), (20.0, "A/m2", "2 mA/cm²"),
     (7.2e4, "C/m2", "2 mAh/cm²"), (1e-3, "ohm m2", "10 Ω cm²"), (0.5, "S/m", "0.005 S/cm"), (0.25, "%", "25 %"),
     (0.01, "mol/m2", "1 µmol/cm²"), (4.32e6, "s", "1200 h"), (27e9, "Pa", "27 GPa"), (None, "V", "no data")],
)  # fmt: skip
def test_quantities_in_the_units_of_the_bench(value, unit, text):
    assert quantity(value, unit).replace("\u00a0", " ") == text


def test_intervals_share_the_unit_of_their_value():
    made = Estimate(2.34e-6, 1.8e-6, 4.94e-6)
    assert spread(made, "m").replace("\u00a0", " ") == "2.3 µm (1.8 to 4.9)"
    assert bounds(made, "m").replace("\u00a0", " ") == "1.8 to 4.9 µm"
    close = Estimate(2.389, 2.377, 2.401)
    assert spread(close, "V").replace("\u00a0", " ") == "2.389 V (2.377 to 2.401)"
    sure = Estimate(0.2, 0.2, 0.2)
    assert spread(sure, "%") == bounds(sure, "%") == quantity(0.2, "%")
    assert spread(None, "V") == bounds(None, "V") == "no data"


def test_a_blocked_cell_is_called_so():
    assert polarization(Estimate(75.0, 10.0, 150.0), 5.0).startswith("blocked")
    assert polarization(Estimate(0.1, 0.05, 0.2), 5.0).startswith("100")


@pytest.mark.parametrize(
    ("given", "text"),
    [((200.0, 200.0), "200 h"), ((1200.0, None), "> 1200 h"), ((0.0, 100.0), "< 100 h"), ((5.0, 9.0), "5–9 h")],
)
def test_lives(given, text):
    assert life(*given) == text


@pytest.mark.parametrize(
    ("given", "text"),
    [("3 Li + InCl3 -> In + 3 LiCl", "3 Li + InCl₃ → In + 3 LiCl"), ("Bi(CF3SO3)3", "Bi(CF₃SO₃)₃"),
     ("Na0.1Hg0.9", "Na₀.₁Hg₀.₉"), ("298.15 K, 25 degC", "298.15 K, 25 degC"), ("Celgard 2400", "Celgard 2400"),
        ("(claim C13)", "(claim C13)")],
)  # fmt: skip
def test_formulas(given, text):
    assert subscripts(given) == text


def test_html_pieces():
    assert link("") == "" and 'href="https://doi.org/10.1/x&quot;y"' in link('10.1/x"y')
    made = table([("a", "b")], ("h", "i"), "c", "k")
    assert '<table class="k">' in made and '<th scope="row">a</th><td>b</td>' in made
