"""Published phase-field models of lithium plating as presets: the front against time, to be compared with the papers.

| name | paper | what |
|---|---|---|
| hong2018 | Hong and Viswanathan 2018 (doi 10.1021/acsenergylett.8b01009) | flat front, noise, their mesh of 1 um |
| hong2018-fine | the same | cells of 0.5 um: the mesh no longer holds the front |
| hong2018-3d | the same | a small box of cubes of 1 um |
| ahmad2020 | Ahmad et al. 2020 (doi 10.1073/pnas.2008841117), isotropic liquid | nucleus of 5 um, no noise |
| ahmad2020-flat | the same | flat front, noise |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.published3 import SpaceRun
from alloycoat.morphology.published_model import AHMAD, FLAT, HONG, SIZE, Array, Published, PublishedRun

__all__ = ["AHMAD", "CASES", "FLAT", "HONG", "Case", "Published", "PublishedGrowth", "PublishedRun", "grow_published"]


class Case(NamedTuple):
    """A preset: the model, cells along 200 um in the plane, or the box (cells of 1 um) in space; its longest time."""

    model: Published
    cells: int = 200
    box: tuple[int, int, int] | None = None
    seconds: float = 400.0


CASES = {
    "hong2018": Case(HONG),
    "hong2018-fine": Case(HONG, 400),
    "hong2018-3d": Case(HONG, box=(64, 32, 32), seconds=20.0),
    "ahmad2020": Case(AHMAD),
    "ahmad2020-flat": Case(FLAT),
}


@dataclass(frozen=True)
class PublishedGrowth:
    """What a published model did.

    time_s and front_m (highest place with eta >= 1/2) sampled; eta, concentration (share of the first) and potential
    at the end (first axis away from the electrode); frames: eta in the plane, in space the height of the highest
    metal in um; steps; why it ended (completed, span); name of the case; spacing in um.
    """

    model: Published
    time_s: Array
    front_m: Array
    eta: Array
    concentration: Array
    potential: Array
    frames: NDArray[np.float32]
    steps: int
    ended: str
    name: str
    spacing: float


def grow_published(
    name: str,
    *,
    seconds: float | None = None,
    cells: int | None = None,
    box: tuple[int, int, int] | None = None,
    step: float = 0.25,
    seed: int = 0,
    samples: int = 80,
    tell: Callable[[float, str], None] | None = None,
) -> PublishedGrowth:
    """Run a case of `CASES` for `seconds` of its time (400 s, in space 20 s), or until the front crosses.

    cells, box: other than those of the case; step: longest in s; samples: of the front, pictures kept; tell: told the
    share done and a line. Raises AlloycoatError where front, salt or potential are not found.
    """
    case = CASES[name]
    box, seconds = box or case.box, seconds or case.seconds
    run: PublishedRun
    if box is None:
        run = PublishedRun(case.model, cells or case.cells, step=step, seed=seed)
    else:
        run = SpaceRun(case.model, box, step=step, seed=seed)

    def frame() -> NDArray[np.float32]:
        return run.whole(run.eta, 1.0).astype(np.float32) if box is None else run.heights()

    far = 0.98e-6 * (SIZE if box is None else box[0] * run.spacing)
    times, fronts, frames, ended = [0.0], [run.front()], [frame()], "completed"
    for sample in range(1, samples + 1):
        until = seconds * sample / samples
        while run.time < until * (1.0 - 1e-12) and run.front() < far:
            run.advance(until)
        run.bury()
        times.append(run.time)
        fronts.append(run.front())
        frames.append(frame())
        if tell is not None:
            tell(sample / samples, f"{run.time:.0f} s, front {fronts[-1] * 1e6:.1f} um")
        if fronts[-1] >= far:
            ended = "span"
            break
    return PublishedGrowth(
        case.model, np.array(times), np.array(fronts), run.whole(run.eta, 1.0), run.whole(run.concentration(), 0.0),
        run.whole(run.pot, case.model.potential), np.array(frames), run.steps, ended, name, run.spacing,
    )  # fmt: skip
