"""The ageing cell on the virtual cycler: its record and its inventories by cycle (`age`)."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.checkpoint import load_aged, save_aged
from alloycoat.cell.closing import closing_rows
from alloycoat.cell.design import Cell
from alloycoat.cell.inventory import Aged, make_inventory
from alloycoat.cell.kernels import life_parameters as kp
from alloycoat.cell.life_run import Run
from alloycoat.cell.orders import area_of
from alloycoat.cell.plan import LifeSettings
from alloycoat.errors import RecipeError
from alloycoat.recipe import protocol_of
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
_PERIOD_S = 30.0  # between two checkpoints


def age(
    cell: Cell,
    protocol: Any,
    ageing: AgeingParameters,
    *,
    max_cycles: int | None = None,
    points_per_half_cycle: int = 50,
    seed: int = 0,
    settings: LifeSettings | None = None,
    resume: Aged | str | Path | None = None,
    checkpoint: str | Path | None = None,
) -> Aged:
    """Cycle the cell until the protocol or the cell ends, every cycle solved.

    protocol: a `recipe.Protocol` or a list of steps; max_cycles: stop after so many (the record then says that it was
    interrupted).
    points_per_half_cycle: samples a step, at least 4. seed: of the heterogeneity that makes shorts. Ctrl-C
    leaves what was done so far, marked as interrupted. resume: such an answer, or the file of one: goes on from
    there, bit for bit as if nothing had come in between. checkpoint: file in which what was done so far is kept
    every half minute and at the end; where it is there already, the test goes on from it. Raises RecipeError for
    an area that is missing, a step that cannot be run or a `resume` of another cell, DataFileError for a file
    that is none of ours, AlloycoatError where the equations cannot be solved.
    """
    area = area_of(cell)
    if points_per_half_cycle < 4:
        raise RecipeError(f"points_per_half_cycle: {points_per_half_cycle} given; at least 4 are needed")
    accuracy = settings or LifeSettings()
    run = Run(cell, ageing, protocol_of(protocol), points_per_half_cycle, seed, accuracy, record=True)
    wanted = run.total if max_cycles is None else min(run.total, max_cycles)
    file = None if checkpoint is None else Path(checkpoint)
    before = resume if resume is not None else file if file is not None and file.exists() else None
    if before is not None:
        found = before if isinstance(before, Aged) else load_aged(Path(before))
        if not found.goes_on or found.cycles >= wanted:
            return found
        run.go_on_from(found.state, *_samples_of(found.record, area))
    saved = time.monotonic()

    def keep() -> bool:
        nonlocal saved
        if file is not None and run.samples and time.monotonic() - saved > _PERIOD_S:
            save_aged(file, _made(run, cell, ageing, accuracy, Ended.interrupted))
            saved = time.monotonic()
        return True

    stopped = False
    try:
        ended = run.to_the_end(wanted, keep)
    except KeyboardInterrupt:
        ended, stopped = None, True
    if ended is None:
        ended = Ended.completed if run.done == run.total and not stopped else Ended.interrupted
    if not run.filled:
        if stopped:
            raise KeyboardInterrupt
        raise RecipeError(
            f"[protocol] steps: nothing could be recorded: {ended.text} The current is too high for this cell"
        )
    aged = _made(run, cell, ageing, accuracy, ended)
    if file is not None:
        save_aged(file, aged)
    return aged


def _samples_of(record: CyclingRecord, area: float) -> tuple[Array, NDArray[np.int64]]:
    """Samples and marks of a record as a run keeps them; the current in A (see `_made`)."""
    if record.cycle is None or record.step is None or record.area_m2 != area:
        raise RecipeError("resume: made with another cell: its record has another area, or no cycles")
    return np.array([record.time_s, record.current_A, record.voltage_V]), np.array([record.cycle, record.step])


def _made(run: Run, cell: Cell, ageing: AgeingParameters, accuracy: LifeSettings, ended: Ended) -> Aged:
    """What the run has to show so far."""
    last, named = closing_rows(run, ended)
    samples, marks = np.concatenate([*run.samples, last], axis=1), np.concatenate([*run.marks, named], axis=1)
    table = np.concatenate(run.states)
    numbers = np.arange(len(table)) + (0 if run.formation else 1)
    inventory = make_inventory(table, numbers, run.filled_in)
    facts = {
        "anode": cell.anode, "electrolyte": cell.electrolyte, "separator": cell.separator,
        "coated": {(True, True): "both", (True, False): "one"}.get(cell.coated, "none"),
        "ageing": "yes", "volumes": f"{accuracy.dead_volumes}+{accuracy.separator_volumes}+{accuracy.dead_volumes}",
        "tolerance": f"{accuracy.salt:g}", "cycles_simulated": str(run.done), "time_steps": str(run.steps),
        "salt_balance_error": f"{inventory.salt_error[-1]:.1e}",
        "metal_balance_error": f"{inventory.metal_error[-1]:.1e}", "seed": str(run.seed),
    }  # fmt: skip
    record = CyclingRecord(
        samples[0], samples[1], samples[2], cycle=marks[0], step=marks[1], area_m2=cell.area_m2, cell_kind=cell.kind,
        origin="simulated", ended=ended, metadata=facts, notes=ageing.notes,
    )  # fmt: skip
    return Aged(record, inventory, ended, float(run.rig.pool[kp.TIME]), run.done, run.state())
