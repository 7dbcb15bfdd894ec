"""The rate step: plate and strip at one current density after the other, from low to high.

[protocol]
name = "rate-step"
from = "0.5 mA/cm2"
to = "10 mA/cm2"
step = "0.5 mA/cm2"
time = "1 h"          # or capacity = "1 mAh/cm2"
cycles = 1            # at each current density
"""

from __future__ import annotations

from typing import Any

from alloycoat.errors import RecipeError
from alloycoat.recipe.fields import read_positive
from alloycoat.recipe.program import parse_program

RATE_STEP = "rate-step"
_KEYS = ("from", "to", "step", "time", "capacity")
_MOST_STAGES = 1000


def stages(data: dict[str, Any]) -> dict[str, Any]:
    """The keys of `[protocol]` with the steps that a named protocol stands for.

    Raises RecipeError for a key that is missing, that has no use, or for limits that make no stage.
    """
    if data.get("name") != RATE_STEP:
        if data.get("name") is None:
            given = [key for key in _KEYS if data.get(key) is not None]
            if given:
                raise RecipeError(f"[protocol] {given[0]}: only of use with name = {RATE_STEP!r}")
        return data
    for key in ("from", "to", "step"):
        if data.get(key) is None:
            raise RecipeError(f"[protocol] {key} is missing: a rate step needs it, as in {key} = '0.5 mA/cm2'")
    if (data.get("time") is None) == (data.get("capacity") is None):
        raise RecipeError(
            "[protocol] time, capacity: a rate step needs one of them for its half-cycles, time = '1 h' or "
            "capacity = '1 mAh/cm2'"
        )
    span = data["time"] if data.get("time") is not None else data["capacity"]
    cycles = data.get("cycles", 1)
    steps = [
        {"steps": [f"{verb} at {level:.10g} mA/cm2 for {span}" for verb in ("Plate", "Strip")], "cycles": cycles}
        for level in _levels(data)
    ]
    if isinstance(cycles, bool) or not isinstance(cycles, int) or cycles < 1:
        return {**data, "steps": ["Rest for 1 s"]}  # the field says what is wrong with it
    if data.get("steps") is None:
        return {**data, "steps": steps}
    if _numbers(data["steps"]) != _numbers(steps):  # the same ones come back from a written recipe
        raise RecipeError(f"[protocol] steps: a {RATE_STEP!r} makes its steps itself; leave the key out")
    return data


def _numbers(steps: object) -> list[tuple[Any, ...]]:
    """What a list of steps does, however it is written."""
    return [
        (block.cycles, *((step.value, step.duration_s, step.limits) for step in block.steps))
        for block in parse_program(steps).blocks
    ]


def _levels(data: dict[str, Any]) -> list[float]:
    """Current densities in mA/cm2."""
    low, high, step = (read_positive(data[key], "current density", f"[protocol] {key}") / 10 for key in _KEYS[:3])
    if high < low:
        raise RecipeError(f"[protocol] to: {data['to']!r} is below from, {data['from']!r}")
    count = int((high - low) / step * (1 + 1e-9)) + 1
    if count > _MOST_STAGES:
        raise RecipeError(f"[protocol] step: {count} current densities; at most {_MOST_STAGES} are allowed")
    return [low + k * step for k in range(count)]
