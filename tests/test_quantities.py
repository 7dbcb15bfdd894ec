"""Text with a unit in, SI floats inside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alloycoat.errors import AlloycoatError, QuantityError, nearest, unknown_name
from alloycoat.quantities import Concentration, display, parse, parse_concentration, to_si


@pytest.mark.parametrize(
    ("text", "dimension", "expected"),
    [
        ("2 mA/cm2", "current density", 20.0),
        ("2 mA/cm²", "current density", 20.0),
        ("2 mA/cm^2", "current density", 20.0),
        ("2 mA/cm**2", "current density", 20.0),
        ("1.13 cm²", "area", 1.13e-4),
        ("250 um", "length", 2.5e-4),
        ("250 µm", "length", 2.5e-4),
        ("25 degC", "temperature", 298.15),
        ("25 °C", "temperature", 298.15),
        ("298.15 K", "temperature", 298.15),
        ("20 uL/cm^2", "volume per area", 2e-4),
        ("0.5 angstrom/s", "speed", 5e-11),
        ("0.5 Å/s", "speed", 5e-11),
        ("1 mAh/cm2", "areal capacity", 3.6e4),
        ("3 min", "time", 180.0),
        ("20s", "time", 20.0),
        ("1e-3 mol/L", "concentration", 1.0),
        ("50 mM", "concentration", 50.0),
        ("80 %", "dimensionless", 0.8),
        ("2 mA cm-2", "current density", 20.0),
        ("2 mA cm⁻²", "current density", 20.0),
        ("2 mA·cm^-2", "current density", 20.0),
        ("20 A.m-2", "current density", 20.0),
        ("1 mAh cm-2", "areal capacity", 3.6e4),
        ("0.167 mol L-1", "concentration", 167.0),
        ("0.5 angstrom s-1", "speed", 5e-11),
    ],
)
def test_reads_the_spellings_of_the_bench(text: str, dimension: str, expected: float) -> None:
    assert parse(text, dimension) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("given_text", "said"),
    [
        (3, "bare number"),
        (0.167, "0.167 um"),
        ("3", "has no unit"),
        ("abc", "is not a number with a unit"),
        ("0,5 um", "decimal comma"),
        ("3 foo", "'foo' is not known"),
        ("3 mA", "does not measure length"),
        ("3 m**99999999", "is not known"),
        ("3 mA cm-22", "is not known"),
        ("3 __import__('os')", "is not known"),
        ("1e999 m", "not"),
        ("", "not a number"),
        (None, "not a quantity"),
        (True, "not a quantity"),
        ([1], "not a quantity"),
    ],
)
def test_refuses_in_one_line_with_the_field_and_an_example(given_text: object, said: str) -> None:
    with pytest.raises(QuantityError) as refusal:
        parse(given_text, "length", "[anode] thickness")
    text = str(refusal.value)
    assert text.startswith("[anode] thickness: ")
    assert said in text
    assert "\n" not in text


@given(st.floats(1e-12, 1e12), st.sampled_from(["um", "nm", "m", "cm", "angstrom"]))
def test_unit_round_trip(number: float, unit: str) -> None:
    metres = parse(f"{number!r} {unit}", "length")
    assert to_si(metres / to_si(1.0, unit, "m"), unit, "m") == pytest.approx(metres, rel=1e-12)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse(text, "length")
    except AlloycoatError as refusal:
        assert str(refusal)


def test_concentrations_keep_their_basis() -> None:
    assert parse_concentration("0.167 mol/L") == Concentration(167.0, "molarity")
    assert parse_concentration("0.05 mol/kg") == Concentration(0.05, "molality")
    assert parse_concentration("3 wt%") == Concentration(0.03, "mass fraction")
    assert parse_concentration("10 vol%") == Concentration(0.1, "volume fraction")
    for text in ("0.167 M", "0.05 mol/kg", "3 wt%", "10 vol%"):
        found = parse_concentration(text)
        assert parse_concentration(found.text) == found
    with pytest.raises(QuantityError, match="outside 0 to 100"):
        parse_concentration("130 wt%")


def test_display_chooses_the_prefix() -> None:
    assert display(2.5e-6, "m") == "2.5 µm"
    assert display(4e-8, "m") == "40 nm"
    assert display(7200.0, "s") == "2 h"
    assert display(4.1e10, "Pa") == "41 GPa"


def test_nearest_and_unknown_name() -> None:
    assert nearest("incl3", ["InCl3", "BiCl3"]) == "InCl3"
    assert nearest("xyzzy", ["InCl3"]) is None
    text = unknown_name("precursor", "InCl", ["InCl3", "BiCl3"])
    assert "did you mean 'InCl3'" in text
    assert "BiCl3" in text
