"""`cycle`: the virtual cycler. It obeys the protocol, ends on physical events, writes down what it saw."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.aged import age
from alloycoat.cell.ageing import AgeingParameters, ageing_parameters
from alloycoat.cell.design import Cell
from alloycoat.cell.kernels.parameters import (
    DEPLETED,
    FAILED,
    VOLTAGE_REACHED,
    Outcome,
    Parameters,
    make_mesh,
    with_table,
)
from alloycoat.cell.orders import Order, area_of, make_orders, repeats_of, sample_times
from alloycoat.cell.plan import LifeSettings
from alloycoat.electrochemistry import layer_resistance, tabulate
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
SAME = 1e-9
"""Share of c0 by which two starts of a cycle may differ and still count as the same."""
MOST_ROWS = 5_000_000
"""Rows of the longest record that is written (some 300 MB as csv)."""
_NO_AGEING = "the simulated cell does not age: its cycles repeat once the salt profile does"


class Settings(NamedTuple):
    """Accuracy of the solver: volumes across the separator, error of a time step as a share of c0."""

    volumes: int = 32
    tolerance: float = 1e-5


class Trace(NamedTuple):
    """What one cycle shows: s from its start, A/m2, V and step number (from 1) of each sample."""

    time: Array
    current: Array
    voltage: Array
    step: NDArray[np.int64]
    duration: float
    charge: tuple[float, float, float]  # lowest, highest and final net charge of the cycle, C/m2
    ended: Ended | None


@dataclass(slots=True)
class Bench:
    """A cell on the cycler: its parameters and its state (salt profile, net charge passed in C/m2)."""

    cell: Cell
    settings: Settings
    parameters: Parameters = field(init=False)
    salt: Array = field(init=False)
    charge: float = 0.0
    steps: int = 0

    def __post_init__(self) -> None:
        self.parameters = make_parameters(self.cell, self.settings.volumes)
        self.salt = np.full(self.settings.volumes, self.cell.concentration)

    def salt_error(self) -> float:
        """Relative change of the salt in the cell since it was filled."""
        widths = self.parameters.mesh.widths
        return float(self.salt @ widths / (self.cell.concentration * np.sum(widths)) - 1.0)


def make_parameters(cell: Cell, volumes: int) -> Parameters:
    """The solver's numbers for a cell; raises RecipeError where a transport curve is not possible."""
    try:
        table = tabulate(cell.conductivity, cell.diffusivity, cell.transference, cell.thermodynamic_factor)
    except ValueError as error:
        raise RecipeError(f"[cell] electrolyte: {cell.electrolyte!r}: {error}") from None
    factors = [cell.coated_exchange_factor if covered else 1.0 for covered in cell.coated]
    working, counter = (cell.exchange_current_density * factor for factor in factors)
    films = film_resistances(cell, 0.0)
    knots, rows, linear = with_table(table)
    return Parameters(
        mesh=make_mesh(cell.separator_thickness, volumes),
        knots=knots,
        rows=rows,
        linear=linear,
        storage=cell.porosity,
        permeance=cell.permeance,
        charge=float(cell.charge),
        molar_charge=cell.charge * FARADAY,
        thermal=GAS_CONSTANT * cell.temperature_K / FARADAY,
        initial=cell.concentration,
        exchange_working=working,
        exchange_counter=counter,
        film_working=films[0],
        film_counter=films[1],
        alpha_a=cell.alpha_a,
        alpha_c=cell.alpha_c,
    )


def film_resistances(cell: Cell, current_density: float) -> tuple[float, float]:
    """Film of the working and of the counter electrode in ohm m2 at a current density in A/m2.

    A coated electrode shows its own film and what the layer adds at this current: above i* = eta/R part of the
    metal plates on top and the drop stops growing (electrochemistry.layer_resistance).
    """
    layer = layer_resistance(
        current_density, cell.coating_resistance, cell.nucleation_overpotential, cell.electronic_share
    )
    working, counter = (cell.coated_film_resistance + layer if on else cell.film_resistance for on in cell.coated)
    return working, counter


def run_order(bench: Bench, order: Order) -> tuple[Outcome, Array, Ended | None]:
    """Carry out one step: what the solver saw, the sample times reached, why the test ends (None: not yet).

    Changes the state of the bench.
    """
    until, metal = order.until, _metal_left(bench, order.current)
    until = min(until, metal)
    stop = min(order.stop, order.cutoff)
    times = order.times[order.times <= until]
    if until <= 0.0:
        return _nothing(bench), np.empty(0), Ended.metal_exhausted
    seen = _advance(bench, order.current, until, times, stop)
    if seen.time < until and 0 < seen.filled < order.points // 2 and order.period is None:
        # ended long before its time: sample what there is of it
        times = sample_times(seen.time, order.points, order.first, None)
        seen = _advance(bench, order.current, until, times[:-1], stop)
    times = np.append(times[: seen.filled], seen.time)
    if seen.filled and times[-2] >= seen.time:
        times = times[:-1]
    bench.salt = seen.concentration
    bench.charge += order.current * seen.time
    bench.steps += seen.steps
    return seen, times, _ending(seen, order, until)


def _ending(seen: Outcome, order: Order, until: float) -> Ended | None:
    if seen.status == FAILED:
        raise AlloycoatError(f"{order.text!r}: the salt balance of the cell could not be solved")
    if seen.status == DEPLETED:
        return Ended.depletion
    if seen.status == VOLTAGE_REACHED:
        # a step that starts beyond its own limit would never move charge again
        return Ended.voltage_limit if order.cutoff <= order.stop or seen.time == 0.0 else None
    return Ended.metal_exhausted if until < order.until else None


def _advance(bench: Bench, current: float, until: float, times: Array, stop: float) -> Outcome:
    from alloycoat.cell.kernels.solver import make_advance  # numba is loaded when a cell is run

    tolerance = bench.settings.tolerance
    working, counter = film_resistances(bench.cell, current)
    parameters = bench.parameters._replace(film_working=working, film_counter=counter)
    answer = make_advance()(bench.salt, current, until, times, stop, tolerance, parameters)
    return Outcome(*answer)


def _nothing(bench: Bench) -> Outcome:
    none = np.empty(1)
    return Outcome(0, 0.0, 0, 0, 0, none, none, none, bench.salt)


def _metal_left(bench: Bench, current: float) -> float:
    """Seconds until the stripped electrode is used up at this current."""
    capacity = bench.cell.metal_capacity
    if capacity is None or current == 0.0:
        return math.inf
    left = capacity - bench.charge if current > 0 else capacity + bench.charge
    return max(0.0, left) / abs(current)


def run_cycle(bench: Bench, orders: tuple[Order, ...]) -> Trace:
    """Carry out the orders once, in turn, until one of them ends the test."""
    parts: list[tuple[Array, Array, Array, NDArray[np.int64]]] = []
    start, begin = 0.0, bench.charge
    low, high, ended = 0.0, 0.0, None
    for number, order in enumerate(orders, start=1):
        seen, times, ended = run_order(bench, order)
        n = len(times)
        finite = np.isfinite(seen.voltage[:n])
        parts.append(
            (
                start + times[finite],
                np.full(int(finite.sum()), order.current),
                seen.voltage[:n][finite],
                np.full(int(finite.sum()), number),
            )
        )
        start += seen.time
        low, high = min(low, bench.charge - begin), max(high, bench.charge - begin)
        if ended is not None:
            break
    time, current, voltage, step = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Trace(time, current, voltage, step, start, (low, high, bench.charge - begin), ended)


def _repeats(bench: Bench, trace: Trace, wanted: int) -> int:
    """How often the cycle can be repeated before an electrode runs out of metal."""
    capacity, (low, high, net) = bench.cell.metal_capacity, trace.charge
    if capacity is None or abs(net) <= 1e-12 * max(high, -low):
        return wanted
    room = (capacity - bench.charge - high) / net if net > 0 else (-capacity - bench.charge - low) / net
    return max(0, min(wanted, math.floor(room)))


def cycle(
    cell: Cell,
    protocol: Any,
    *,
    max_cycles: int | None = None,
    points_per_half_cycle: int = 50,
    seed: int = 0,
    settings: Settings | LifeSettings | None = None,
    reuse: bool = True,
    ageing: AgeingParameters | None = None,
) -> CyclingRecord:
    """Cycle the cell and write the record, with the time and the reason of its end.

    protocol: a `recipe.Protocol` (or anything with `steps` and `cycles`); constant-current and rest steps.
    max_cycles: stop after so many (the record then says it was interrupted). points_per_half_cycle: samples
    a step, at least 4. ageing: what wears the cell out (`ageing_parameters`), every cycle is then solved; None: it
    stays fresh, but for a half cell, which always ages. seed: of the heterogeneity that ageing brings. settings:
    `LifeSettings` where the cell ages, else `Settings`. reuse (of a cell that stays fresh): once the salt profile at
    the start of a cycle repeats to SAME of c0, later cycles are copies of it (the record says from which on).

    The working electrode plates at negative current. Formation is cycle 0. Raises RecipeError for an area
    that is missing or a step that cannot be run, AlloycoatError where the equations cannot be solved.
    """
    if ageing is None and cell.kind == "half":
        ageing = ageing_parameters(cell)  # how much metal is on the copper decides its voltage
    if ageing is not None:
        chosen = settings if isinstance(settings, LifeSettings) else None
        return age(
            cell, protocol, ageing, max_cycles=max_cycles, points_per_half_cycle=points_per_half_cycle, seed=seed,
            settings=chosen,
        ).record  # fmt: skip
    area = area_of(cell)
    if points_per_half_cycle < 4:
        raise RecipeError(f"points_per_half_cycle: {points_per_half_cycle} given; at least 4 are needed")
    accuracy = settings if isinstance(settings, Settings) else Settings()
    bench = Bench(cell, accuracy)
    formation, orders = make_orders(cell, protocol, points_per_half_cycle)
    wanted = repeats_of(protocol) if max_cycles is None else min(repeats_of(protocol), max_cycles)
    rows = wanted * sum(order.points for order in orders)
    if rows > MOST_ROWS:
        raise RecipeError(
            f"[protocol] cycles: {wanted} cycles would be a record of {rows:.2g} rows, {MOST_ROWS:.0e} are allowed; "
            "take fewer cycles or a longer period"
        )
    traces: list[tuple[Trace, int, int]] = []  # trace, number of its first cycle, copies
    ended: Ended | None = None
    if formation:
        traces.append((run_cycle(bench, formation), 0, 1))
        ended = traces[-1][0].ended
    done = simulated = 0
    periodic = None
    while done < wanted and ended is None:
        before = bench.salt
        trace = run_cycle(bench, orders)
        ended, simulated, copies = trace.ended, simulated + 1, 1
        if reuse and ended is None and np.max(np.abs(bench.salt - before)) <= SAME * cell.concentration:
            more = _repeats(bench, trace, wanted - done - 1)
            bench.charge += more * trace.charge[2]
            copies += more
            periodic = periodic if periodic is not None else done + 1
        traces.append((trace, done + 1, copies))
        done += copies
    if ended is None:
        ended = Ended.completed if done == repeats_of(protocol) else Ended.interrupted
    facts = {
        "cycles_simulated": str(simulated),
        "cycles_repeated": str(done - simulated),
        "periodic_from_cycle": "" if periodic is None else str(periodic),
        "time_steps": str(bench.steps),
        "salt_balance_error": f"{bench.salt_error():.1e}",
        "seed": str(seed),
    }
    return _record(cell, area, traces, ended, {**_describe(cell, accuracy), **facts})


def _describe(cell: Cell, settings: Settings) -> dict[str, str]:
    return {
        "anode": cell.anode,
        "electrolyte": cell.electrolyte,
        "separator": cell.separator,
        "coated": {(True, True): "both", (True, False): "one"}.get(cell.coated, "none"),
        "volumes": str(settings.volumes),
        "tolerance": f"{settings.tolerance:g}",
    }


def _record(
    cell: Cell, area: float, traces: list[tuple[Trace, int, int]], ended: Ended, facts: dict[str, str]
) -> CyclingRecord:
    """String the cycles together: copies differ by their time and number only."""
    columns: list[tuple[Array, Array, Array, NDArray[np.int64], NDArray[np.int64]]] = []
    start = 0.0
    for trace, first, copies in traces:
        n, order = len(trace.time), np.arange(copies)
        columns.append(
            (
                (start + order[:, None] * trace.duration + trace.time).ravel(),
                np.tile(trace.current * area, copies),
                np.tile(trace.voltage, copies),
                np.repeat(first + order, n),
                np.tile(trace.step, copies),
            )
        )
        start += copies * trace.duration
    time, current, voltage, number, step = (np.concatenate(column) for column in zip(*columns, strict=True))
    if len(time) == 0:
        raise RecipeError(
            f"[protocol] steps: nothing could be recorded: {ended.text} The current is too high for this cell"
        )
    return CyclingRecord(
        time, current, voltage, cycle=number, step=step, area_m2=area, cell_kind=cell.kind,
        origin="simulated", ended=ended, metadata=facts, notes=(_NO_AGEING,),
    )  # fmt: skip
