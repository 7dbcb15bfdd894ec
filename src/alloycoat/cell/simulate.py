"""`cycle`: the virtual cycler. It obeys the protocol, ends on physical events, writes down what it saw."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.aged import age
from alloycoat.cell.ageing import AgeingParameters, ageing_parameters
from alloycoat.cell.design import Cell
from alloycoat.cell.full import FullCell
from alloycoat.cell.full_cycle import cycle_full
from alloycoat.cell.kernels.parameters import DEPLETED, FAILED, METAL_GONE, VOLTAGE_REACHED, pack
from alloycoat.cell.lanes import POINTS, Settings, current_share, make_parameters, order_table, points_for
from alloycoat.cell.orders import Order, area_of, make_orders, repeats_of
from alloycoat.cell.plan import LifeSettings
from alloycoat.electrochemistry import layer_resistance
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import protocol_of
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
SAME = 1e-9
"""Share of c0 by which two starts of a cycle may differ and still count as the same."""
MOST_ROWS = 5_000_000
"""Rows of the longest record that is written (some 300 MB as csv)."""
_CHUNK_ROWS = 200_000
"""Rows between two looks at the keyboard: some 0.05 s."""
_NO_AGEING = "the simulated cell does not age: its cycles repeat once the salt profile does"
ENDS = {DEPLETED: Ended.depletion, VOLTAGE_REACHED: Ended.voltage_limit, METAL_GONE: Ended.metal_exhausted}
"""Why a test ended, by the status that the solver gives."""


class Block(NamedTuple):
    """Rows of some cycles, and the last cycle apart where it repeats: s, A/m2, V, order and cycle by row."""

    time: Array
    current: Array
    voltage: Array
    step: NDArray[np.int64]
    cycle: NDArray[np.int64]
    duration: float


class Bench:
    """A cell on the cycler: its parameters and its state (modes of the salt, net charge passed in C/m2)."""

    def __init__(self, cell: Cell, settings: Settings, orders: tuple[Order, ...]) -> None:
        from alloycoat.cell.kernels.protocol import Lanes, make_run  # numba is loaded when a cell is run

        volumes = settings.volumes or points_for(current_share(cell, orders))
        self.cell, self.volumes, self.tolerance = cell, volumes, settings.tolerance
        p = make_parameters(cell, volumes)
        self.grid, packed = p.grid, pack(p)
        self.lanes = Lanes(packed.grid, packed.knots, packed.rows[None], packed.numbers[None])
        self.salt = np.zeros((1, volumes))
        self.salt[0, 0] = cell.concentration
        self.charge, self.steps = 0.0, 0
        self.start = 0.0
        self._run = make_run()

    def carry_out(self, orders: tuple[Order, ...], cycles: int, first: int, same: float) -> tuple[Block, Done]:
        """Up to `cycles` cycles, until one repeats the cycle before (`same`, a share of c0; negative: never)."""
        from alloycoat.cell.kernels import protocol

        table, times = order_table(orders)
        room = cycles * sum(max(order.points, len(order.times)) + 1 for order in orders)
        log = protocol.make_log(1, room, every=True)
        log.measured[0, protocol.PASSED] = self.charge
        work = protocol.make_work(self.volumes, table)
        self._run(table, times, cycles, first, same, self.tolerance, self.lanes, self.salt, 0, 1, log, *work)
        told, measured = log.told[0], log.measured[0]
        if told[protocol.STATUS] == FAILED:
            raise AlloycoatError(
                f"{orders[told[protocol.ORDER]].text!r}: the salt balance of the cell could not be solved"
            )
        rows = int(told[protocol.ROWS])
        time, voltage = log.rows[0, :, :rows]
        step, cycle = log.marks[0, :, :rows]
        currents = np.array([order.current for order in orders])
        block = Block(self.start + time, currents[step - 1], voltage, step, cycle, float(measured[protocol.DURATION]))
        self.start += float(measured[protocol.START] + measured[protocol.DURATION])
        self.charge = float(measured[protocol.PASSED])
        self.steps += int(told[protocol.STEPS])
        charges = tuple(float(measured[k]) for k in (protocol.LOW, protocol.HIGH, protocol.NET))
        ended = ENDS.get(int(told[protocol.STATUS]))
        return block, Done(
            int(told[protocol.DONE]), ended, bool(told[protocol.PERIODIC]), int(told[protocol.LAST_ROW]), charges
        )

    def repeats(self, done: Done, wanted: int) -> int:
        """How often the last cycle can be repeated before an electrode runs out of metal."""
        capacity, (low, high, net) = self.cell.metal_capacity, done.charges
        if capacity is None or abs(net) <= 1e-12 * max(high, -low):
            return wanted
        room = (capacity - self.charge - high) / net if net > 0 else (-capacity - self.charge - low) / net
        return max(0, min(wanted, math.floor(room)))

    def salt_error(self) -> float:
        """Relative change of the salt in the cell since it was filled."""
        return float(self.salt[0] @ self.grid.to_nodes @ self.grid.weights / self.cell.concentration - 1.0)


class Done(NamedTuple):
    """How some cycles went: whole ones done, why the test ended (None: not yet), whether the last one repeats the
    one before, its first row, its lowest, highest and final charge in C/m2."""

    cycles: int
    ended: Ended | None
    periodic: bool
    last_row: int
    charges: tuple[float, ...]


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


def _repeat(block: Block, done: Done, copies: int) -> Block:
    """The last cycle of a block, `copies` times more, behind it."""
    part = slice(done.last_row, None)
    order = np.arange(1, copies + 1)[:, None]
    return Block(
        (order * block.duration + block.time[part]).ravel(), np.tile(block.current[part], copies),
        np.tile(block.voltage[part], copies), np.tile(block.step[part], copies), (order + block.cycle[part]).ravel(),
        block.duration,
    )  # fmt: skip


def _to_the_end(
    bench: Bench, orders: tuple[Order, ...], wanted: int, reuse: bool, blocks: list[Block]
) -> dict[str, Any]:
    """Up to `wanted` cycles into `blocks`; the end (None: all done), cycles done, solved, periodic from which on."""
    rows = sum(order.points + 1 for order in orders)
    done, solved, periodic = 0, 0, None
    ended: Ended | None = None
    while done < wanted and ended is None:
        cycles = min(wanted - done, max(1, _CHUNK_ROWS // rows))
        block, went = bench.carry_out(orders, cycles, done + 1, SAME if reuse else -1.0)
        blocks.append(block)
        ended, done = went.ended, done + went.cycles
        solved += went.cycles + (ended is not None)
        if went.periodic and ended is None:
            periodic = periodic if periodic is not None else done
            copies = bench.repeats(went, wanted - done)
            if copies:
                blocks.append(_repeat(block, went, copies))
                bench.charge += copies * went.charges[2]
                bench.start += copies * block.duration
                done += copies
    return {"ended": ended, "done": done + (ended is not None), "solved": solved, "periodic": periodic}


def cycle(
    cell: Cell | FullCell,
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

    protocol: a `recipe.Protocol` (or anything with `steps` and `cycles`), or a list of steps: strings, lists of them
    for cycles of their own, as in a PyBaMM Experiment. A cell that stays fresh runs constant currents and rests.
    max_cycles: stop after so many (the record then says it was interrupted). points_per_half_cycle: samples
    a step, at least 4. ageing: what wears the cell out (`ageing_parameters`), every cycle is then solved; None: it
    stays fresh, but for half and full cells, which always age. seed: of the heterogeneity that ageing brings. settings:
    `LifeSettings` where the cell ages, else `Settings`. reuse (of a cell that stays fresh): once the salt profile at
    the start of a cycle repeats to SAME of c0, later cycles are copies of it (the record says from which on).

    The working electrode plates at negative current. Formation is cycle 0. Raises RecipeError for an area
    that is missing or a step that cannot be run, AlloycoatError where the equations cannot be solved.
    """
    protocol = protocol_of(protocol)
    if isinstance(cell, FullCell):
        return cycle_full(cell, protocol, ageing, max_cycles=max_cycles).record
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
    make_parameters(cell, POINTS[0])  # refuses impossible curves before they lead to strange sample times
    formation, orders = make_orders(cell, protocol, points_per_half_cycle)
    wanted = repeats_of(protocol) if max_cycles is None else min(repeats_of(protocol), max_cycles)
    rows = wanted * sum(order.points for order in orders)
    if rows > MOST_ROWS:
        raise RecipeError(
            f"[protocol] cycles: {wanted} cycles would be a record of {rows:.2g} rows, {MOST_ROWS:.0e} are allowed; "
            "take fewer cycles or a longer period"
        )
    bench, blocks = Bench(cell, accuracy, (*formation, *orders)), list[Block]()
    went: dict[str, Any] = {"ended": None, "done": 0, "solved": 0, "periodic": None}
    try:
        if formation:
            block, began = bench.carry_out(formation, 1, 0, -1.0)
            blocks.append(block)
            went["ended"] = began.ended
        if went["ended"] is None:
            went = _to_the_end(bench, orders, wanted, reuse, blocks)
    except KeyboardInterrupt:
        went["ended"] = Ended.interrupted
    ended = went["ended"] or (Ended.completed if went["done"] == repeats_of(protocol) else Ended.interrupted)
    facts = {
        "cycles_simulated": str(went["solved"]),
        "cycles_repeated": str(went["done"] - went["solved"]),
        "periodic_from_cycle": "" if went["periodic"] is None else str(went["periodic"]),
        "time_steps": str(bench.steps),
        "salt_balance_error": f"{bench.salt_error():.1e}",
        "seed": str(seed),
    }
    return _record(cell, area, blocks, ended, {**_describe(bench), **facts})


def _describe(bench: Bench) -> dict[str, str]:
    cell = bench.cell
    return {
        "anode": cell.anode,
        "electrolyte": cell.electrolyte,
        "separator": cell.separator,
        "coated": {(True, True): "both", (True, False): "one"}.get(cell.coated, "none"),
        "volumes": str(bench.volumes),
        "tolerance": f"{bench.tolerance:g}",
    }


def _record(cell: Cell, area: float, blocks: list[Block], ended: Ended, facts: dict[str, str]) -> CyclingRecord:
    """String the blocks together."""
    parts = [block[:5] for block in blocks if len(block.time)]
    if not parts:
        raise RecipeError(
            f"[protocol] steps: nothing could be recorded: {ended.text} The current is too high for this cell"
        )
    time, current, voltage, step, number = (np.concatenate(column) for column in zip(*parts, strict=True))
    return CyclingRecord(
        time, current * area, voltage, cycle=number, step=step, area_m2=area, cell_kind=cell.kind,
        origin="simulated", ended=ended, metadata=facts, notes=(_NO_AGEING,),
    )  # fmt: skip
