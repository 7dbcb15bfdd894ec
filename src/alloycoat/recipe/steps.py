"""The grammar of test steps: PyBaMM Experiment strings as they are, plus Plate, Strip and areal units.

Plate at 2 mA/cm2 for 1 hour            Strip at 2 mA/cm2 for 2 mAh/cm2 or until 0.5 V
Charge at C/10 until 4.2 V              Hold at 4.2 V until 50 mA
Rest for 10 minutes                     Discharge at 1 A for 1 hour (5 second period)
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from alloycoat.errors import QuantityError, RecipeError, unknown_name
from alloycoat.quantities import parse

VERBS = {"plate": -1, "discharge": -1, "strip": 1, "charge": 1, "hold": 0, "rest": 0}
"""Verb -> sign of the current (Battery Data Format: positive charges; plating at the first electrode < 0)."""

_STEP = re.compile(
    r"(?P<verb>[a-z]+)"
    r"(?:\s+at\s+(?P<value>.+?))?"
    r"(?:\s+for\s+(?P<span>.+?))?"
    r"(?P<until>(?:\s+(?:or\s+)?until\s+.+?)*)"
    r"(?:\s*\(\s*(?P<period>[^()]*?)\s*period\s*\))?\s*",
    re.IGNORECASE | re.DOTALL,
)
_C_RATE = re.compile(r"(?:(?P<times>[0-9.eE+-]+)\s*C|C\s*/\s*(?P<over>[0-9.eE+-]+)|C)", re.ASCII)
_TEMPERATURE = re.compile(r"\s+at\s+([0-9.+-]+\s*(?:oC|degC|°C|K))\s*\Z", re.IGNORECASE)
_LONGEST = 200

_DRIVES = (
    ("current density", "current", True), ("current", "current", False),
    ("voltage", "voltage", False), ("power density", "power", True), ("power", "power", False),
    ("resistance", "resistance", False),
)  # fmt: skip
_LIMITS = ("voltage", "current density", "current", "areal capacity", "charge", "time")


@dataclass(frozen=True, slots=True)
class Limit:
    """What ends a step early: `quantity` at `value` (SI; an absolute value but for a voltage)."""

    quantity: str
    value: float


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a test.

    mode: current, voltage, power, resistance, c-rate or rest. value: A or A/m2 (signed: positive charges or
    strips), V, W or W/m2 (signed), ohm, or the C-rate (signed). duration_s: None where only a limit ends the step.
    """

    text: str
    verb: str
    mode: str
    value: float
    per_area: bool
    direction: int
    duration_s: float | None
    limits: tuple[Limit, ...]
    temperature_K: float | None = None  # noqa: N815 -- unit symbol
    period_s: float | None = None


def _refuse(text: str, why: str, field: str) -> RecipeError:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return RecipeError(
        f"{field}: {shown!r}: {why}; write it as in 'Plate at 2 mA/cm2 for 1 hour' or 'Rest for 10 minutes'"
    )


def _read(text: str, dimensions: tuple[str, ...]) -> tuple[str, float] | None:
    for dimension in dimensions:
        try:
            return dimension, parse(text, dimension)
        except QuantityError:
            continue
    return None


def _drive(verb: str, text: str, whole: str, field: str) -> tuple[str, float, bool]:
    """(mode, signed value, per area) of what follows 'at'."""
    direction = VERBS[verb]
    rate = _C_RATE.fullmatch(text.strip())
    if rate and direction:
        try:
            value = float(rate["times"]) if rate["times"] else 1.0 / float(rate["over"] or 1.0)
        except (ValueError, ZeroDivisionError):
            raise _refuse(whole, f"the C-rate {text!r} is not a number", field) from None
        if not 0 < value < 1e4:
            raise _refuse(whole, f"the C-rate {text!r} is not between 0 and 10000", field)
        return "c-rate", direction * value, False
    for dimension, mode, per_area in _DRIVES:
        found = _read(text.replace("Ohm", "ohm"), (dimension,))
        if found is None:
            continue
        if verb == "hold" and mode != "voltage":
            raise _refuse(whole, f"Hold takes a voltage, not {text!r}", field)
        if direction and mode == "voltage":
            raise _refuse(
                whole, f"{verb.capitalize()} takes a current, a power, a resistance or a C-rate, not {text!r}", field
            )
        if direction and found[1] <= 0:
            raise _refuse(whole, f"{text!r} is not above zero (the verb gives the direction)", field)
        return mode, found[1] * (direction or 1), per_area
    raise _refuse(whole, f"{text!r} is no current, current density, voltage, power, resistance or C-rate", field)


def _span(text: str, whole: str, field: str) -> tuple[float | None, tuple[Limit, ...]]:
    """What follows 'for': a time, or a charge that ends the step."""
    found = _read(_minutes(text), ("time", "areal capacity", "charge"))
    if found is None or found[1] <= 0:
        raise _refuse(whole, f"{text!r} is no time, charge or areal capacity above zero", field)
    if found[0] == "time":
        return found[1], ()
    return None, (Limit(found[0], found[1]),)


def _minutes(text: str) -> str:
    """A time with PyBaMM's short minutes, "5 m", spelled out."""
    return re.sub(r"(?<=[0-9. ])m\s*\Z", "min", text)


def _until(text: str, whole: str, field: str) -> Limit:
    text = text.strip().lstrip("<>")  # PyBaMM says from which side a limit is met; the step itself shows it
    rate = _C_RATE.fullmatch(text.strip())
    if rate:
        try:
            return Limit("c-rate", float(rate["times"]) if rate["times"] else 1.0 / float(rate["over"] or 1.0))
        except (ValueError, ZeroDivisionError):
            raise _refuse(whole, f"the C-rate {text!r} is not a number", field) from None
    found = _read(text, _LIMITS)
    if found is None:
        raise _refuse(whole, f"{text!r} is no voltage, current, charge or areal capacity", field)
    if found[0] != "voltage" and found[1] <= 0:
        raise _refuse(whole, f"{text!r} is not above zero", field)
    return Limit(*found)


def parse_step(text: object, field: str = "[protocol] steps") -> Step:
    """Read one step; raises RecipeError (field, the step, what is wrong, how to write it).

    >>> parse_step("Plate at 2 mA/cm2 for 1 hour").value
    -20.0
    """
    if not isinstance(text, str):
        raise _refuse(repr(text), "is not text", field)
    if len(text) > _LONGEST:
        raise _refuse(text, f"is longer than {_LONGEST} characters", field)
    body, temperature = text.strip(), None
    warm = _TEMPERATURE.search(body)
    if warm:
        temperature = parse(re.sub("(?i)oc|°c", "degC", warm[1]), "temperature", field)
        body = body[: warm.start()]
    match = _STEP.fullmatch(body)
    verb = (match["verb"] if match else body.split(" ", 1)[0]).lower()
    if verb not in VERBS:
        allowed = [name.capitalize() for name in VERBS]
        raise RecipeError(unknown_name(f"{field}: the first word of {text[:60]!r}", verb.capitalize(), allowed))
    if match is None:
        raise _refuse(text, "cannot be read", field)
    mode, value, per_area = "rest", 0.0, False
    if verb == "rest" and match["value"]:
        raise _refuse(text, "Rest takes no value", field)
    if verb != "rest":
        if not match["value"]:
            raise _refuse(text, "says not at what current or voltage", field)
        mode, value, per_area = _drive(verb, match["value"], text, field)
    duration, limits = _span(match["span"], text, field) if match["span"] else (None, ())
    ends = [part for part in re.split(r"\s+(?:or\s+)?until\s+", match["until"], flags=re.IGNORECASE) if part]
    limits += tuple(_until(part.strip(), text, field) for part in ends)
    times = [limit.value for limit in limits if limit.quantity == "time"]
    if times:
        duration = min([*times, *([duration] if duration else [])])
        limits = tuple(limit for limit in limits if limit.quantity != "time")
    if duration is None and not limits:
        raise _refuse(text, "says not when it ends (for ..., until ...)", field)
    period = parse(_minutes(match["period"]), "time", field) if match["period"] else None
    if period is not None and period <= 0:
        raise _refuse(text, f"the period {match['period']!r} is not above zero", field)
    return Step(text.strip(), verb, mode, value, per_area, VERBS[verb], duration, limits, temperature, period)


def parse_steps(texts: object, field: str = "[protocol] steps") -> tuple[Step, ...]:
    """Read a list of steps; a step that is read already passes through."""
    if isinstance(texts, str) or not isinstance(texts, Iterable):
        raise RecipeError(f"{field}: {texts!r:.60} is not a list of steps")
    steps = tuple(text if isinstance(text, Step) else parse_step(text, field) for text in texts)
    if not steps:
        raise RecipeError(f"{field}: the list is empty; write for instance ['Plate at 2 mA/cm2 for 1 hour']")
    return steps
