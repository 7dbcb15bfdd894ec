"""Lives of many samples of one cell, each the same in any company and any number of threads."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import SAMPLED, Cell
from alloycoat.cell.kernels.life_parameters import TIME
from alloycoat.cell.life_run import Run
from alloycoat.cell.plan import LifeSettings
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import protocol_of
from alloycoat.record import Ended

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lives:
    """Lives of samples: s until the end, why it came (`completed`, `interrupted`: a lower bound)."""

    time_s: Array
    ended: tuple[Ended, ...]
    cycles: Numbers

    @property
    def observed(self) -> NDArray[np.bool_]:
        """Where the cell ended before the protocol did."""
        return np.array([end not in (Ended.completed, Ended.interrupted) for end in self.ended], dtype=bool)


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
    heterogeneity of seed + k, so its life is the same in any company and any number of threads. Ctrl-C leaves
    what was done so far, the lives that were not over marked as interrupted. Raises RecipeError as `age` does,
    with the number of the sample.
    """
    sizes = {len(np.atleast_1d(values)) for values in samples.values()}
    if len(sizes) != 1:
        raise RecipeError(f"samples: arrays of {sorted(sizes)} entries given; all need one length, at least 1")
    accuracy, count, stop = settings or LifeSettings(), sizes.pop(), Event()
    protocol = protocol_of(protocol)

    def one(k: int) -> tuple[float, Ended, int]:
        values = {name: float(column[k]) for name, column in samples.items()}
        try:
            ours = cell.sample({name: value for name, value in values.items() if name in SAMPLED})
            worn = ageing.sample({name: value for name, value in values.items() if name not in SAMPLED})
            run = Run(ours, worn, protocol, 4, seed + k, accuracy, record=False)
            ended = run.to_the_end(run.total, lambda: not stop.is_set())
        except AlloycoatError as error:
            raise type(error)(f"sample {k + 1}: {error}") from None
        if ended is None:
            ended = Ended.completed if run.done == run.total else Ended.interrupted
        return float(run.rig.pool[TIME]), ended, run.done

    with ThreadPoolExecutor(max(1, threads)) as pool:
        waiting = [pool.submit(one, k) for k in range(count)]
        try:
            found = [future.result() for future in waiting]
        except KeyboardInterrupt:
            stop.set()  # every life stops after its chunk, those that wait before their first cycle
            found = [future.result() for future in waiting]
        except BaseException:
            stop.set()
            raise
    return Lives(
        np.array([time for time, _, _ in found]), tuple(end for _, end, _ in found), np.array([n for _, _, n in found])
    )
