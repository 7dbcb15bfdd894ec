"""The grammar of steps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe.steps import Limit, parse_step, parse_steps


def test_areal_steps_are_signed_by_the_battery_data_format() -> None:
    plate = parse_step("Plate at 2 mA/cm2 for 1 hour")
    assert (plate.mode, plate.value, plate.per_area, plate.duration_s) == ("current", -20.0, True, 3600.0)
    strip = parse_step("Strip at 2 mA/cm2 for 1 hour or until 0.5 V")
    assert strip.value == 20.0
    assert strip.limits == (Limit("voltage", 0.5),)


@pytest.mark.parametrize(
    ("text", "mode", "value", "duration"),
    [
        ("Discharge at C/20 for 10 hours or until 3.3 V", "c-rate", -0.05, 36000.0),
        ("Charge at 1 A until 4.1 V", "current", 1.0, None),
        ("Charge at 1C until 4.1V", "c-rate", 1.0, None),
        ("Discharge at 1C for 0.5 hours", "c-rate", -1.0, 1800.0),
        ("Discharge at 0.5 C until 2.5 V", "c-rate", -0.5, None),
        ("Hold at 4.1 V until 50 mA", "voltage", 4.1, None),
        ("Hold at 4.1V until 50mA", "voltage", 4.1, None),
        ("Hold at 1 V for 20 seconds", "voltage", 1.0, 20.0),
        ("Rest for 1 hour", "rest", 0.0, 3600.0),
        ("Rest for 1 hour (10 minute period)", "rest", 0.0, 3600.0),
        ("Charge at 200 mA for 45 minutes", "current", 0.2, 2700.0),
        ("Discharge at 1 W for 0.5 hours", "power", -1.0, 1800.0),
        ("Charge at 1 C until C/50", "c-rate", 1.0, None),
        ("Hold at 4.2 V until C/50", "voltage", 4.2, None),
        ("rest for 5 min", "rest", 0.0, 300.0),
        ("Rest for 5 m", "rest", 0.0, 300.0),
        ("Charge at 200mW for 45 minutes", "power", 0.2, 2700.0),
        ("Discharge at 4 Ohm for 1 hour", "resistance", -4.0, 3600.0),
        ("Hold at 3V until C/50", "voltage", 3.0, None),
        ("Charge at 1 A until >4.1V", "current", 1.0, None),
    ],
)
def test_pybamm_strings_as_they_are(text: str, mode: str, value: float, duration: float | None) -> None:
    step = parse_step(text)
    assert (step.mode, step.duration_s) == (mode, duration)
    assert step.value == pytest.approx(value)


def test_charge_ends_a_step() -> None:
    assert parse_step("Plate at 1 mA/cm2 for 2 mAh/cm2").limits == (Limit("areal capacity", 72000.0),)
    assert parse_step("Charge at 1 A until 2 Ah").limits == (Limit("charge", 7200.0),)
    both = parse_step("Strip at 1 mA/cm2 for 2 hours or until 1 V or until 1 mAh/cm2")
    assert both.limits == (Limit("voltage", 1.0), Limit("areal capacity", 36000.0))
    assert parse_step("Rest for 10 minutes at 25oC").temperature_K == pytest.approx(298.15)
    assert parse_step("Rest for 1 hour (10 minute period)").period_s == 600.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Plat at 2 mA/cm2 for 1 hour", "did you mean 'Plate'"),
        ("Plate at 2 mA/cm2", "says not when it ends"),
        ("Plate for 1 hour", "says not at what current"),
        ("Plate at -2 mA/cm2 for 1 hour", "not above zero"),
        ("Plate at 2 V for 1 hour", "takes a current"),
        ("Hold at 2 A for 1 hour", "Hold takes a voltage"),
        ("Rest at 2 A for 1 hour", "Rest takes no value"),
        ("Plate at 2 bananas for 1 hour", "no current"),
        ("Plate at 2 mA/cm2 for 1 metre", "no time"),
        ("Plate at 2 mA/cm2 for -1 hour", "above zero"),
        ("Charge at C/0 for 1 hour", "not a number"),
        ("", "first word"),
        ("x" * 300, "longer than"),
        (3, "is not text"),
    ],
)
def test_refusals_name_the_step_and_what_is_wrong(text: object, said: str) -> None:
    with pytest.raises(RecipeError, match=r"\[protocol\] steps") as refusal:
        parse_step(text)
    assert said in str(refusal.value)
    assert str(refusal.value).count("\n") == 0


def test_a_list_of_steps() -> None:
    assert len(parse_steps(["Rest for 1 s", "Plate at 1 mA/cm2 for 1 s"])) == 2
    for wrong in ("Rest for 1 s", [], 3):
        with pytest.raises(RecipeError):
            parse_steps(wrong)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_step(text)
    except AlloycoatError as refusal:
        assert str(refusal)
