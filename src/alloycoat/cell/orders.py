"""From the steps of a protocol to orders for the solver: current density, time, voltage stop, samples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.design import Cell
from alloycoat.electrochemistry import diffusion_time
from alloycoat.errors import RecipeError
from alloycoat.quantities import ZERO_CELSIUS

Array = NDArray[np.float64]
_FIELD = "[protocol] steps"
_MOST_SAMPLES = 1_000_000
_MOST_BLOCKS = 100_000
INSTRUMENT_LIMIT = 10.0
"""|V| in V at which every test ends where the protocol names no cut-off: a cycler of the bench goes no further."""

LONGEST_HOLD = 24 * 3600.0
"""s after which a hold that names no time gives way to the next step: a leak may keep its current up for ever."""


class Order(NamedTuple):
    """One step: current density in A/m2 (positive strips the working electrode), longest time in s,
    |V| that ends the step and |V| that ends the test (inf: none), sample times in s and their period.

    hold: V that the step holds instead of a current (None: current); least, charge: |i| in A/m2 and C/m2 that
    end it. Only the ageing cell holds a voltage."""

    text: str
    current: float
    until: float
    stop: float
    cutoff: float
    times: Array
    first: float
    points: int
    period: float | None
    hold: float | None = None
    least: float = 0.0
    charge: float = math.inf


def make_orders(
    cell: Cell, protocol: Any, points: int, ageing: bool = False
) -> tuple[tuple[Order, ...], tuple[Order, ...]]:
    """Orders of the formation (run once) and of one cycle.

    protocol: has `steps`, and may have `formation`, `rest` (s after each step) and `cutoff` (V). ageing: the
    orders are for the ageing cell, which holds voltages and ends a step at one without a time.
    Raises RecipeError for a step that this cell cannot run.
    """
    formation, ((orders, _), *_) = _program(cell, protocol, points, ageing, (Cycles(protocol.steps, 1),))
    return formation, orders


class Cycles(NamedTuple):
    """Steps that make one numbered cycle, and how often they are run in a row."""

    steps: Sequence[Any]
    cycles: int


def repeats_of(protocol: Any) -> int:
    """How often the steps of a protocol are run: `repeats` where it has them, else `cycles`."""
    return int(getattr(protocol, "repeats", protocol.cycles))


def make_program(
    cell: Cell, protocol: Any, points: int
) -> tuple[tuple[Order, ...], tuple[tuple[tuple[Order, ...], int], ...]]:
    """Orders of the formation, and of every cycle of the ageing cell with how often it is run, in turn.

    Raises RecipeError as `make_orders` does.
    """
    repeats = repeats_of(protocol)
    blocks = getattr(protocol.steps, "blocks", None) or (Cycles(protocol.steps, 1),)
    if len(blocks) == 1:
        return _program(cell, protocol, points, True, (Cycles(blocks[0].steps, blocks[0].cycles * repeats),))
    formation, orders = _program(cell, protocol, points, True, tuple(Cycles(b.steps, b.cycles) for b in blocks))
    if repeats * len(orders) > _MOST_BLOCKS:
        raise RecipeError(
            f"[protocol] cycles: {repeats} times {len(orders)} different cycles; at most {_MOST_BLOCKS} are allowed"
        )
    return formation, orders * repeats


def _program(
    cell: Cell, protocol: Any, points: int, ageing: bool, blocks: Sequence[Cycles]
) -> tuple[tuple[Order, ...], tuple[tuple[tuple[Order, ...], int], ...]]:
    cutoff = getattr(protocol, "cutoff", None)
    rest = getattr(protocol, "rest", None)
    limit = INSTRUMENT_LIMIT if cutoff is None else float(cutoff)

    def plan(steps: Sequence[Any]) -> tuple[Order, ...]:
        orders: list[Order] = []
        for step in steps:
            if ageing and step.mode == "voltage":
                orders.append(_hold(cell, step, limit, points))
            else:
                orders.append(make_order(cell, step, limit, points, _moved(orders) if ageing else 0.0))
            if rest is not None and step.mode != "rest":
                orders.append(_order(cell, "rest", 0.0, float(rest), math.inf, limit, points, None))
        return tuple(orders)

    formation = plan(tuple(getattr(protocol, "formation", ()) or ()))
    return formation, tuple((plan(block.steps), block.cycles) for block in blocks)


def _moved(orders: Sequence[Order]) -> float:
    """Largest charge of the steps so far, C/m2: what an open-ended step may have to bring back."""
    charges = [abs(order.current) * order.until for order in orders if order.hold is None]
    return max(charges, default=0.0)


def _hold(cell: Cell, step: Any, cutoff: float, points: int) -> Order:
    """The order that holds a voltage for a time, or until a current or a charge; at most for LONGEST_HOLD."""
    least, charge = 0.0, math.inf
    for limit in step.limits:
        value, area = float(limit.value), area_of(cell)
        if limit.quantity == "current":
            least = max(least, value / area)
        elif limit.quantity == "current density":
            least = max(least, value)
        elif limit.quantity in ("charge", "capacity", "areal capacity"):
            charge = min(charge, value if limit.quantity == "areal capacity" else value / area)
        else:
            raise RecipeError(
                f"{_FIELD}: {step.text!r}: a limit of {limit.quantity} cannot end a hold; allowed are a time, a "
                "current and a charge"
            )
    longest = LONGEST_HOLD if step.duration_s is None else float(step.duration_s)
    order = _order(cell, step.text, 0.0, longest, math.inf, cutoff, points, step.period_s)
    return order._replace(hold=float(step.value), least=least, charge=charge)


def make_order(cell: Cell, step: Any, cutoff: float, points: int, moved: float = 0.0) -> Order:
    """The order for one step (see `recipe.Step`); raises RecipeError where the cell cannot run it.

    moved: C/m2 that an open-ended step may have to bring back (0: it must name a time).
    """
    if step.mode not in ("current", "rest"):
        raise RecipeError(f"{_FIELD}: {step.text!r}: {_cannot(cell, step)}")
    if step.temperature_K is not None and abs(step.temperature_K - cell.temperature_K) > 0.5:
        raise RecipeError(
            f"{_FIELD}: {step.text!r}: the cell stays at {cell.temperature_K - ZERO_CELSIUS:g} degC for the "
            "whole test; set [cell] temperature instead"
        )
    current = 0.0
    if step.mode == "current":
        current = float(step.value) if step.per_area else float(step.value) / area_of(cell)
    until = math.inf if step.duration_s is None else float(step.duration_s)
    stop = math.inf
    for limit in step.limits:
        if limit.quantity == "voltage" and current != 0.0:
            stop = min(stop, _voltage(step.text, current, float(limit.value)))
        elif limit.quantity in ("charge", "capacity") and current != 0.0:
            until = min(until, float(limit.value) / area_of(cell) / abs(current))
        elif limit.quantity == "areal capacity" and current != 0.0:
            until = min(until, float(limit.value) / abs(current))
        else:
            raise RecipeError(
                f"{_FIELD}: {step.text!r}: a limit of {limit.quantity} cannot end this step; allowed are a "
                "time, and at constant current a voltage or a charge"
            )
    if math.isinf(until) and cell.kind == "half" and moved > 0.0:
        expected = moved / abs(current)
        order = _order(cell, step.text, current, 1.05 * expected, stop, cutoff, points, step.period_s)
        return order._replace(until=20.0 * expected)
    if math.isinf(until):
        if cell.metal_capacity is None or current == 0.0:
            raise RecipeError(
                f"{_FIELD}: {step.text!r}: the cell may never reach this voltage; add a time, as in "
                "'for 10 hours or until -0.5 V', or give [anode] thickness"
            )
        until = 2.0 * cell.metal_capacity / abs(current)
    return _order(cell, step.text, current, until, stop, cutoff, points, step.period_s)


_REASONS = {
    "c-rate": "a C-rate needs a nominal capacity, and a {kind} cell has none; write a current density, as in "
    "'Plate at 2 mA/cm2 for 1 hour'",
    "power": "constant power is not offered: near zero volt, where a {kind} cell runs, its current has no limit; "
    "write a current density",
    "resistance": "a resistor across a {kind} cell near zero volt draws next to nothing, so it is not offered; write "
    "a current density",
    "voltage": "the fresh cell runs constant-current and rest steps; the ageing cell holds a voltage",
}


def _cannot(cell: Cell, step: Any) -> str:
    """Why this cell does not run the step."""
    return _REASONS[step.mode].format(kind=cell.kind)


def _order(
    cell: Cell,
    text: str,
    current: float,
    until: float,
    stop: float,
    cutoff: float,
    points: int,
    period: float | None,
) -> Order:
    crossing = diffusion_time(cell.separator_thickness, cell.nominal(cell.diffusivity), cell.permeance, cell.porosity)
    first = 1e-3 * crossing
    if period is not None and until / period > _MOST_SAMPLES:
        raise RecipeError(f"{_FIELD}: {text!r}: more than {_MOST_SAMPLES} samples; lengthen the period")
    times = sample_times(until, points, first, period)
    return Order(text, current, until, stop, cutoff, times, first, points, period)


def sample_times(until: float, points: int, first: float, period: float | None) -> Array:
    """When a step is sampled: every `period`, or a quarter of `points` while the salt settles, then evenly.

    The last sample is at `until`, the first `first` seconds after the switch (all in s).
    """
    if period is not None:
        times = period * np.arange(1, math.floor(until / period * (1 + 1e-12)) + 1)
        times = times[times < until * (1 - 1e-9)]
        return np.append(times, until)
    early = points // 4
    even = until * np.arange(1, points - early + 1) / (points - early)
    if early == 0 or first >= 0.5 * even[0]:
        return np.asarray(until * np.arange(1, points + 1) / points)
    return np.concatenate([np.geomspace(first, even[0], early, endpoint=False), even])


def _voltage(text: str, current: float, limit: float) -> float:
    """|V| at which the step stops; a limit on the far side of zero is refused."""
    if limit * current <= 0:
        side = "negative" if current < 0 else "positive"
        raise RecipeError(
            f"{_FIELD}: {text!r}: the voltage of this step is {side} (plating is negative), so it never "
            f"reaches {limit:g} V; write {-limit:g} V"
        )
    return abs(limit)


def area_of(cell: Cell) -> float:
    """Area of the electrode in m2; raises RecipeError where the cell has none."""
    if cell.area_m2 is None:
        raise RecipeError('[anode] area: not given; the record in ampere needs it, as in area = "1.13 cm^2"')
    return cell.area_m2
