"""The ageing cell on the virtual cycler: its record, its inventories by cycle, and lives of many samples."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import SAMPLED, Cell
from alloycoat.cell.kernels import life_parameters as kp
from alloycoat.cell.kernels.life_parameters import Plan, Rig
from alloycoat.cell.orders import Order, area_of, make_program
from alloycoat.cell.plan import LifeSettings, make_normals, make_plan, make_rig, make_rows
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
_ENDS = {
    kp.DEPLETED: Ended.depletion, kp.CUTOFF_REACHED: Ended.voltage_limit, kp.STOP_REACHED: Ended.voltage_limit,
    kp.METAL_GONE: Ended.metal_exhausted, kp.DRY: Ended.dry_pores, kp.HARD_SHORT: Ended.hard_short,
}  # fmt: skip
_CHUNK_SAMPLES = 200_000


@dataclass(frozen=True, slots=True)
class Inventory:
    """Where metal, salt and liquid are at the end of each cycle; arrays by cycle, SI units per area.

    metal: by electrode (working, counter) and place (moss, bulk, dead, sei, alloy) in C/m2; bulk and alloy as
    change since the start. layer_m: dead layers. salt in mol/m2, electrolyte_free_m: m3/m2 beside the stack.
    metal_error, salt_error: what the sums miss, relative to the charge passed and to the salt filled in.
    """

    cycle: Numbers
    time_s: Array
    metal: Mapping[str, Array]
    coverage: tuple[Array, Array]
    layer_m: tuple[Array, Array]
    saturation: Array
    electrolyte_free_m: Array
    solvent_used_m: Array
    salt_pores: Array
    salt_free: Array
    salt_used: Array
    additive: Array
    leak: Array
    metal_error: Array
    salt_error: Array

    def columns(self) -> dict[str, list[float]]:
        """The table of `alloycoat cycle --states`: names with SI units, one entry a cycle (0: formation)."""
        sides = ("working", "counter")
        table: dict[str, Any] = {"cycle": self.cycle, "time_s": self.time_s}
        table |= {f"{name}_C_per_m2": values for name, values in self.metal.items()}
        for k, side in enumerate(sides):
            table[f"{side}_coverage"], table[f"{side}_dead_layer_m"] = self.coverage[k], self.layer_m[k]
        table |= {
            "pore_saturation": self.saturation, "electrolyte_free_m": self.electrolyte_free_m,
            "solvent_used_m": self.solvent_used_m, "salt_pores_mol_per_m2": self.salt_pores,
            "salt_free_mol_per_m2": self.salt_free, "salt_used_mol_per_m2": self.salt_used,
            "additive_mol_per_m2": self.additive, "leak_S_per_m2": self.leak, "metal_balance_error": self.metal_error,
            "salt_balance_error": self.salt_error,
        }  # fmt: skip
        return {name: values.tolist() for name, values in table.items()}


@dataclass(frozen=True, slots=True)
class Aged:
    """A cell cycled to its end: record, inventories by cycle, why and when it ended (s from the start)."""

    record: CyclingRecord
    inventory: Inventory
    ended: Ended
    time_s: float
    cycles: int


class _Run:
    """One cell on the cycler, chunk by chunk."""

    def __init__(
        self, cell: Cell, ageing: AgeingParameters, protocol: Any, points: int, seed: int, settings: LifeSettings,
        record: bool,
    ) -> None:  # fmt: skip
        from alloycoat.cell.kernels.life import make_life  # numba is loaded when a cell is run

        self.life = make_life()
        self.plan: Plan = make_plan(cell, ageing, settings)
        self.rig: Rig = make_rig(cell, ageing, settings)
        self.start = self.rig.salt.copy()
        self.formation, self.program = make_program(cell, protocol, points)
        self.total = sum(cycles for _, cycles in self.program)
        count = len(self.formation) + sum(len(orders) * cycles for orders, cycles in self.program)
        self.normals = make_normals(seed, count)
        self.keeps = record
        self.parts: list[tuple[Array, Numbers]] = []
        self.states: list[Array] = []
        self.numbers: list[Numbers] = []
        self.steps = 0
        self.filled_in = ageing.electrolyte_amount * cell.concentration

    def carry_out(self, orders: tuple[Order, ...], cycles: int, first: int) -> tuple[int, int]:
        """(how it ended, cycles done) of up to `cycles` repeats; keeps samples and states."""
        rows, times = make_rows(orders)
        if not self.keeps:
            rows[:, kp.SAMPLES] = 0
        room = (len(times) + 3 * len(orders)) * cycles if self.keeps else 1
        record, marks = np.empty((3, room)), np.empty((2, room), dtype=np.int64)
        states = np.zeros((cycles, 2 * kp.ELECTRODE_SIZE + kp.POOL_SIZE + 1)) if self.keeps else np.zeros((0, 1))
        answer = self.life(rows, times, self.normals, cycles, first, self.plan, self.rig, record, marks, states)
        status, done, order, filled, steps, _ = answer
        self.steps += steps
        if status == kp.FAILED:
            raise AlloycoatError(f"{orders[order].text!r}: the equations of the ageing cell could not be solved")
        if self.keeps:
            self.parts.append((record[:, :filled].copy(), marks[:, :filled].copy()))
            shown = min(cycles, done + 1)
            self.states.append(states[:shown])
            self.numbers.append(first + np.arange(shown))
        return status, done

    def to_the_end(self, wanted: int) -> tuple[Ended | None, int]:
        """Formation, then up to `wanted` cycles; the physical end (None: none) and whole cycles done."""
        if self.formation:
            status, _ = self.carry_out(self.formation, 1, 0)
            if status != kp.TIME_REACHED:
                return _ENDS[status], 0
        done = 0
        for orders, cycles in self.program:
            samples = sum(len(order.times) for order in orders) + 1
            chunk = max(1, min(1000, _CHUNK_SAMPLES // samples))
            until = min(wanted, done + cycles)
            while done < until:
                status, more = self.carry_out(orders, min(chunk, until - done), done + 1)
                done += more
                if status != kp.TIME_REACHED:
                    return _ENDS[status], done
        return None, done


def age(
    cell: Cell,
    protocol: Any,
    ageing: AgeingParameters,
    *,
    max_cycles: int | None = None,
    points_per_half_cycle: int = 50,
    seed: int = 0,
    settings: LifeSettings | None = None,
) -> Aged:
    """Cycle the cell until the protocol or the cell ends, every cycle solved.

    protocol: a `recipe.Protocol`; max_cycles: stop after so many (the record then says it was interrupted).
    points_per_half_cycle: samples a step, at least 4. seed: of the heterogeneity that makes shorts. Ctrl-C
    leaves what was done so far, marked as interrupted. Raises RecipeError for an area that is missing or a
    step that cannot be run, AlloycoatError where the equations cannot be solved.
    """
    area = area_of(cell)
    if points_per_half_cycle < 4:
        raise RecipeError(f"points_per_half_cycle: {points_per_half_cycle} given; at least 4 are needed")
    accuracy = settings or LifeSettings()
    run = _Run(cell, ageing, protocol, points_per_half_cycle, seed, accuracy, record=True)
    wanted = run.total if max_cycles is None else min(run.total, max_cycles)
    try:
        ended, done = run.to_the_end(wanted)
    except KeyboardInterrupt:
        ended, done = Ended.interrupted, int(run.numbers[-1][-1]) if run.numbers else 0
    if ended is None:
        ended = Ended.completed if done == run.total else Ended.interrupted
    if not any(part.shape[1] for part, _ in run.parts):
        raise RecipeError(
            f"[protocol] steps: nothing could be recorded: {ended.text} The current is too high for this cell"
        )
    record = np.concatenate([part for part, _ in run.parts], axis=1)
    marks = np.concatenate([mark for _, mark in run.parts], axis=1)
    inventory = _inventory(run)
    facts = {
        "anode": cell.anode, "electrolyte": cell.electrolyte, "separator": cell.separator,
        "coated": {(True, True): "both", (True, False): "one"}.get(cell.coated, "none"),
        "ageing": "yes", "volumes": f"{accuracy.dead_volumes}+{accuracy.separator_volumes}+{accuracy.dead_volumes}",
        "tolerance": f"{accuracy.salt:g}", "cycles_simulated": str(done), "time_steps": str(run.steps),
        "salt_balance_error": f"{inventory.salt_error[-1]:.1e}",
        "metal_balance_error": f"{inventory.metal_error[-1]:.1e}", "seed": str(seed),
    }  # fmt: skip
    made = CyclingRecord(
        record[0], record[1] * area, record[2], cycle=marks[0], step=marks[1], area_m2=area, cell_kind=cell.kind,
        origin="simulated", ended=ended, metadata=facts, notes=ageing.notes,
    )  # fmt: skip
    return Aged(made, inventory, ended, float(run.rig.pool[kp.TIME]), done)


def _inventory(run: _Run) -> Inventory:
    """Inventories by cycle, with what their sums miss."""
    rows, size = np.concatenate(run.states), kp.ELECTRODE_SIZE
    sides = (rows[:, :size], rows[:, size : 2 * size])
    pool, pores = rows[:, 2 * size :], rows[:, 2 * size + kp.POOL_SIZE]
    places = {"moss": kp.MOSS, "bulk": kp.BULK, "dead": kp.DEAD, "sei": kp.SEI, "alloy": kp.ALLOY}
    metal = {
        f"{name}_{place}": side[:, column]
        for name, side in zip(("working", "counter"), sides, strict=True)
        for place, column in places.items()
    }
    through = np.maximum(pool[:, kp.THROUGH], 1.0)
    working = sum(sides[0][:, column] for column in places.values()) + pool[:, kp.CHARGE]
    counter = sum(sides[1][:, column] for column in places.values()) - pool[:, kp.CHARGE]
    salt = pores + pool[:, kp.FREE_SALT] + pool[:, kp.SALT_USED]
    return Inventory(
        cycle=np.concatenate(run.numbers), time_s=pool[:, kp.TIME], metal=metal,
        coverage=(sides[0][:, kp.COVER], sides[1][:, kp.COVER]), layer_m=(sides[0][:, kp.THICK], sides[1][:, kp.THICK]),
        saturation=pool[:, kp.SATURATION], electrolyte_free_m=pool[:, kp.FREE],
        solvent_used_m=pool[:, kp.SOLVENT_USED], salt_pores=pores, salt_free=pool[:, kp.FREE_SALT],
        salt_used=pool[:, kp.SALT_USED], additive=pool[:, kp.ADDITIVE], leak=pool[:, kp.LEAK],
        metal_error=np.maximum(np.abs(working), np.abs(counter)) / through, salt_error=salt / run.filled_in - 1.0,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Lives:
    """Lives of samples: s until the end, why it came (`completed`: the protocol ended first, a lower bound)."""

    time_s: Array
    ended: tuple[Ended, ...]
    cycles: Numbers

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Where the cell ended before the protocol did."""
        return np.array([end is not Ended.completed for end in self.ended], dtype=bool)


def lives(
    cell: Cell,
    protocol: Any,
    ageing: AgeingParameters,
    samples: Mapping[str, Array],
    *,
    seed: int = 0,
    settings: LifeSettings | None = None,
    threads: int = 2,
) -> Lives:
    """Life of the cell for each sample of its parameters and of its heterogeneity.

    samples: arrays of equal length by name (`draw` of the cell and `draw` of `ageing`, merged). Sample k has the
    heterogeneity of seed + k, so its life is the same in any company and any number of threads. Raises
    RecipeError as `age` does, with the number of the sample.
    """
    sizes = {len(np.atleast_1d(values)) for values in samples.values()}
    if len(sizes) != 1:
        raise RecipeError(f"samples: arrays of {sorted(sizes)} entries given; all need one length, at least 1")
    accuracy, count = settings or LifeSettings(), sizes.pop()

    def one(k: int) -> tuple[float, Ended, int]:
        values = {name: float(column[k]) for name, column in samples.items()}
        try:
            ours = cell.sample({name: value for name, value in values.items() if name in SAMPLED})
            worn = ageing.sample({name: value for name, value in values.items() if name not in SAMPLED})
            run = _Run(ours, worn, protocol, 4, seed + k, accuracy, record=False)
            ended, done = run.to_the_end(run.total)
        except AlloycoatError as error:
            raise type(error)(f"sample {k + 1}: {error}") from None
        return float(run.rig.pool[kp.TIME]), ended or Ended.completed, done

    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = list(pool.map(one, range(count)))
    return Lives(
        np.array([time for time, _, _ in found]), tuple(end for _, end, _ in found), np.array([n for _, _, n in found])
    )
