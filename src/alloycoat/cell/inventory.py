"""What an aged cell is: its record, its inventories by cycle, and the state from which it can go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.kernels import life_parameters as kp
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


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
class State:
    """Where a cell stands after its last whole cycle: all that the solver keeps, so that going on changes nothing.

    mark: of cell, ageing, protocol, seed and settings (another cell cannot go on from here). formed: the formation
    is done; cycles, steps: done so far; arrays: of the solver; table: inventories so far, a row a cycle; filled_in:
    mol/m2 of salt at the start.
    """

    mark: str
    formed: bool
    cycles: int
    steps: int
    arrays: tuple[Array, ...]
    table: Array
    filled_in: float


@dataclass(frozen=True, slots=True)
class Aged:
    """A cell cycled to its end: record, inventories by cycle, why and when it ended (s from the start).

    state: from which `age(..., resume=aged)` goes on; `save_aged` keeps all of it in a file.
    """

    record: CyclingRecord
    inventory: Inventory
    ended: Ended
    time_s: float
    cycles: int
    state: State

    @property
    def goes_on(self) -> bool:
        """Whether the cell itself has not ended: more cycles may follow."""
        return self.ended in (Ended.completed, Ended.interrupted)

    def alive(self) -> CyclingRecord:
        """The record up to the end of the cell, without what the cycler wrote down of the failed one."""
        n = int(np.searchsorted(self.record.time_s, self.time_s * (1.0 + 1e-12), side="right"))
        if self.goes_on or n in (0, self.record.n):
            return self.record
        columns = {name: getattr(self.record, name)[:n] for name in ("time_s", "current_A", "voltage_V")}
        assert self.record.cycle is not None and self.record.step is not None
        return self.record.replace(**columns, cycle=self.record.cycle[:n], step=self.record.step[:n])


def make_inventory(rows: Array, numbers: Numbers, filled_in: float) -> Inventory:
    """Inventories by cycle, with what their sums miss.

    rows: states as the solver leaves them, a row a cycle; numbers: of the cycles; filled_in: mol/m2 of salt.
    Raises ValueError where the rows are none of the solver's.
    """
    if rows.ndim != 2 or rows.shape[1] != 2 * kp.ELECTRODE_SIZE + kp.POOL_SIZE + 1 or not len(rows):
        raise ValueError("rows of another solver")
    size = kp.ELECTRODE_SIZE
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
        cycle=numbers, time_s=pool[:, kp.TIME], metal=metal,
        coverage=(sides[0][:, kp.COVER], sides[1][:, kp.COVER]), layer_m=(sides[0][:, kp.THICK], sides[1][:, kp.THICK]),
        saturation=pool[:, kp.SATURATION], electrolyte_free_m=pool[:, kp.FREE],
        solvent_used_m=pool[:, kp.SOLVENT_USED], salt_pores=pores, salt_free=pool[:, kp.FREE_SALT],
        salt_used=pool[:, kp.SALT_USED], additive=pool[:, kp.ADDITIVE], leak=pool[:, kp.LEAK],
        metal_error=np.maximum(np.abs(working), np.abs(counter)) / through, salt_error=salt / filled_in - 1.0,
    )  # fmt: skip
