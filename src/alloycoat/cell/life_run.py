"""One ageing cell on the virtual cycler, chunk by chunk: what it recorded, and where it stands."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import Cell
from alloycoat.cell.inventory import State
from alloycoat.cell.kernels import life_parameters as kp
from alloycoat.cell.kernels.life_parameters import Plan, Rig
from alloycoat.cell.orders import Order, make_program
from alloycoat.cell.plan import LifeSettings, make_normals, make_plan, make_rig, make_rows
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.record import Ended

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
_ENDS = {
    kp.DEPLETED: Ended.depletion, kp.CUTOFF_REACHED: Ended.voltage_limit, kp.STOP_REACHED: Ended.voltage_limit,
    kp.METAL_GONE: Ended.metal_exhausted, kp.DRY: Ended.dry_pores, kp.HARD_SHORT: Ended.hard_short,
}  # fmt: skip
_MOST_CYCLES, _CHUNK_SAMPLES = 250, 50_000
"""Of a chunk: short enough (about 0.1 s) that an interruption costs little."""


class Run:
    """One cell on the cycler. Between chunks it stands after a whole cycle, and can be kept or gone on from."""

    def __init__(
        self, cell: Cell, ageing: AgeingParameters, protocol: Any, points: int, seed: int, settings: LifeSettings,
        record: bool,
    ) -> None:  # fmt: skip
        from alloycoat.cell.kernels.life import make_life  # numba is loaded when a cell is run

        self.life = make_life()
        self.plan: Plan = make_plan(cell, ageing, settings)
        self.rig: Rig = make_rig(cell, ageing, settings)
        self.formation, self.program = make_program(cell, protocol, points)
        self.total = sum(cycles for _, cycles in self.program)
        count = len(self.formation) + sum(len(orders) * cycles for orders, cycles in self.program)
        self.normals = make_normals(seed, count)
        self.seed, self.keeps, self.area = seed, record, cell.area_m2 or 1.0
        self.samples: list[Array] = []
        self.marks: list[Numbers] = []
        self.states: list[Array] = []
        self.formed, self.done, self.steps, self.filled = not self.formation, 0, 0, 0
        self.broke: tuple[tuple[Order, ...], int, float, int] | None = None
        """Where the cell ended: the orders of its cycle, which of them, s into it, number of the cycle."""
        self.filled_in = ageing.electrolyte_amount * cell.concentration

    def mark(self) -> str:
        """What this run is, as a checksum: plan, orders, seed (not how many cycles)."""
        digest = hashlib.sha256(repr((self.seed, self.filled_in)).encode())
        for orders in (self.formation, *(orders for orders, _ in self.program)):
            for array in make_rows(orders):
                digest.update(np.ascontiguousarray(array).tobytes())
        for array in self.plan:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()[:32]

    def go_on_from(self, state: State, samples: Array, marks: Numbers) -> None:
        """Stand where another run of the same cell stood. Raises RecipeError where the cell is another."""
        if state.mark != self.mark():
            raise RecipeError(
                "resume: made with another cell, ageing, protocol, seed or accuracy; only the number of cycles may "
                "differ"
            )
        for ours, theirs in zip(self.rig, state.arrays, strict=True):
            ours[...] = theirs
        self.formed, self.done, self.steps, self.filled = state.formed, state.cycles, state.steps, samples.shape[1]
        self.samples, self.marks, self.states = [samples], [marks], [state.table]

    def state(self) -> State:
        """Where the run stands now."""
        table = np.concatenate(self.states) if self.states else np.zeros((0, 1))
        arrays = tuple(array.copy() for array in self.rig)
        return State(self.mark(), self.formed, self.done, self.steps, arrays, table, self.filled_in)

    def to_the_end(self, wanted: int, between: Callable[[], bool] = lambda: True) -> Ended | None:
        """Formation, then up to `wanted` cycles in all: the physical end, or None.

        between: called after each chunk; False stops the test there. Ctrl-C leaves the run after its last
        whole chunk and is raised again.
        """
        if not self.formed:
            ended = self._chunk(self.formation, 1, 0)
            if ended is not None:
                return ended
            self.formed = True
        last = 0
        for orders, cycles in self.program:
            last += cycles
            samples = sum(len(order.times) for order in orders) + 1
            chunk = max(1, min(_MOST_CYCLES, _CHUNK_SAMPLES // samples))
            while self.done < min(wanted, last):
                if not between():
                    return None
                ended = self._chunk(orders, min(chunk, min(wanted, last) - self.done), self.done + 1)
                if ended is not None:
                    return ended
        return None

    def _chunk(self, orders: tuple[Order, ...], cycles: int, first: int) -> Ended | None:
        """`cycles` repeats of the orders; as if nothing had happened where Ctrl-C comes in between."""
        before = tuple(array.copy() for array in self.rig), len(self.samples), len(self.states), self.done
        counts = self.steps, self.filled
        try:
            return self._carry_out(orders, cycles, first)
        except KeyboardInterrupt:
            for ours, theirs in zip(self.rig, before[0], strict=True):
                ours[...] = theirs
            del self.samples[before[1] :], self.marks[before[1] :], self.states[before[2] :]
            self.done, (self.steps, self.filled) = before[3], counts
            raise

    def _carry_out(self, orders: tuple[Order, ...], cycles: int, first: int) -> Ended | None:
        rows, times = make_rows(orders)
        if not self.keeps:
            rows[:, kp.SAMPLES] = 0
        room = (len(times) + 5 * len(orders)) * cycles if self.keeps else 1
        record, marks = np.empty((3, room)), np.empty((2, room), dtype=np.int64)
        states = np.zeros((cycles, 2 * kp.ELECTRODE_SIZE + kp.POOL_SIZE + 1)) if self.keeps else np.zeros((0, 1))
        answer = self.life(rows, times, self.normals, cycles, first, self.plan, self.rig, record, marks, states)
        status, done, order, filled, steps, spent = answer
        if status == kp.FAILED:
            raise AlloycoatError(f"{orders[order].text!r}: the equations of the ageing cell could not be solved")
        self.steps += steps
        self.done += done if first else 0
        self.filled += filled
        if self.keeps:
            part = record[:, :filled].copy()
            part[1] *= self.area  # A/m2 to A
            self.samples.append(part)
            self.marks.append(marks[:, :filled].copy())
            self.states.append(states[: min(cycles, done + 1)])
        if status == kp.TIME_REACHED:
            return None
        self.broke = orders, order, spent, first + done
        return _ENDS[status]
