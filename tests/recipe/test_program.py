"""Steps in cycles, nested and repeated, and the rate step."""

from __future__ import annotations

import pytest

from alloycoat.errors import RecipeError
from alloycoat.recipe import Protocol, Recipe, parse_program, rate_step

PLATE, STRIP, REST = "Plate at 1 mA/cm2 for 1 hour", "Strip at 1 mA/cm2 for 1 hour", "Rest for 1 hour"


def shape(program) -> list[tuple[int, int]]:
    """(steps, cycles) of every block."""
    return [(len(block.steps), block.cycles) for block in program.blocks]


@pytest.mark.parametrize(
    ("items", "blocks"),
    [
        ([PLATE, STRIP], [(2, 1)]),
        ([(PLATE, STRIP)] * 3 + [(REST,)], [(2, 3), (1, 1)]),  # as PyBaMM's Experiment is written
        ([[PLATE, STRIP], REST], [(2, 1), (1, 1)]),
        ([{"steps": [PLATE, STRIP], "cycles": 10}], [(2, 10)]),
        ([REST, {"steps": [PLATE, STRIP], "cycles": 10}, [REST]], [(1, 1), (2, 10), (1, 1)]),
        ([{"steps": [{"steps": [PLATE, STRIP], "cycles": 2}, [REST]], "cycles": 2}], [(2, 2), (1, 1), (2, 2), (1, 1)]),
        ([PLATE, {"steps": [PLATE]}], [(1, 2)]),
    ],
)
def test_lists_and_tables_are_cycles(items, blocks):
    program = parse_program(items)
    assert shape(program) == blocks
    assert len(program) == len(list(program)) == sum(size * cycles for size, cycles in blocks)
    assert program[0].text == program[0:1][0].text
    again = parse_program(list(program.written))
    assert again == program


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], "the list is empty"),
        ([[]], "the list is empty"),
        (PLATE, "is not a list of steps"),
        ({"steps": [PLATE]}, "is not a list of steps"),
        ([{"steps": [PLATE], "cycle": 2}], "did you mean 'cycles'"),
        ([{"cycles": 2}], "a table needs steps"),
        ([{"steps": PLATE}], "a table needs steps"),
        ([{"steps": [PLATE], "cycles": 0}], "a whole number from 1"),
        ([{"steps": [PLATE], "cycles": True}], "a whole number from 1"),
        ([[[[[[[[[[PLATE]]]]]]]]]], "nested more than"),
        ([{"steps": [PLATE, STRIP], "cycles": 90_000}], "at most 100000"),
        ([{"steps": [[PLATE], [STRIP]], "cycles": 90_000}], "more than 100000"),
        ([[PLATE, 3]], "is not text"),
    ],
)
def test_what_is_no_program_is_refused_in_one_line(items, said):
    with pytest.raises(RecipeError, match=r"\[protocol\] steps") as refusal:
        parse_program(items)
    assert said in str(refusal.value) and "\n" not in str(refusal.value)


def test_a_protocol_in_toml_and_back():
    text = f"""
    [anode]
    metal = "Li"
    [protocol]
    steps = [{{steps = ["{PLATE}", "{STRIP}"], cycles = 3}}, ["{REST}"]]
    cycles = 2
    """
    recipe = Recipe.from_toml(text)
    assert recipe.protocol is not None
    assert (recipe.protocol.repeats, recipe.protocol.total_cycles) == (2, 8)
    assert Recipe.model_validate(recipe.model_dump(mode="json", exclude_none=True)) == recipe


def test_a_rate_step_makes_its_steps():
    made = rate_step("0.5 mA/cm2", "2 mA/cm2", "0.5 mA/cm2", "1 h", cycles=3)
    assert shape(made.steps) == [(2, 3)] * 4
    assert [block.steps[0].value for block in made.steps.blocks] == pytest.approx([-5, -10, -15, -20])
    assert made.steps[0].duration_s == 3600.0
    assert (made.cycles, made.repeats, made.total_cycles) == (3, 1, 12)
    again = Protocol.model_validate(made.model_dump(mode="json", exclude_none=True))
    assert (again.steps, again.from_, again.time) == (made.steps, made.from_, made.time)
    assert made.model_dump(mode="json", exclude_none=True)["from"] == "5.0 A/m**2"
    charge = rate_step("1 mA/cm2", "1 mA/cm2", "1 mA/cm2", "1 mAh/cm2")
    assert charge.steps[0].limits[0].quantity == "areal capacity"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "rate step"}, "did you mean 'rate-step'"),
        ({"from": None}, r"\[protocol\] from is missing"),
        ({"to": "0.1 mA/cm2"}, "is below from"),
        ({"step": "0.0001 mA/cm2"}, "at most 1000"),
        ({"time": None}, "time, capacity"),
        ({"capacity": "1 mAh/cm2"}, "time, capacity"),
        ({"steps": [PLATE]}, "makes its steps itself"),
        ({"cycles": 0}, "cycles"),
        ({"name": None}, "only of use with name"),
        ({"from": 2}, "bare number"),
        ({"form": "2 mA/cm2"}, "did you mean 'from'"),
    ],
)
def test_a_rate_step_that_cannot_be_is_refused(changes, said):
    tables = {"name": "rate-step", "from": "1 mA/cm2", "to": "5 mA/cm2", "step": "1 mA/cm2", "time": "1 h"}
    tables |= changes
    tables = {key: value for key, value in tables.items() if value is not None}
    with pytest.raises(RecipeError, match=said):
        Recipe.from_tables({"anode": {"metal": "Li"}, "protocol": tables})
