"""`grow`: the operando microscope; the deposit as it grows, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.scene import Scene

Array = NDArray[np.float64]
Frames = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Growth:
    """What was seen. Frames: (n_frames, ny, nx), first axis of a frame along the growth direction.

    time_s: of the frames. eta: share of metal. layer: share of coating in what is not metal. concentration: mol/m3 of
    salt. potential: V of the electrolyte against the metal (reference electrode of the same metal). tip_m: height of
    the highest metal above the first mean surface. current: A/m2 of geometric area, positive strips. voltage: V of the
    metal against the counter electrode. charge: C/m2 passed (negative plates). charge_error: relative difference of
    metal grown and charge passed. ended: why it stopped ("completed", "short", "depletion", "voltage limit",
    "metal exhausted"). short_s: time at which the deposit spanned the gap, None where it did not.
    """

    scene: Scene
    time_s: Array
    eta: Frames
    layer: Frames
    concentration: Frames
    potential: Frames
    tip_m: Array
    current: Array
    voltage: Array
    charge: Array
    charge_error: float
    ended: str
    short_s: float | None
    steps: int
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The whole state between two time steps: `arrays` by name (numbers and arrays of numbers, fit for npz)."""

    arrays: dict[str, NDArray[np.float64]]


Tell = Callable[[float, str], None]
"""Progress: share done (0 to 1) and a short line."""
Keep = Callable[[Checkpoint], None]
"""Called with a checkpoint now and then."""


def grow(
    scene: Scene, *, tell: Tell | None = None, keep: Keep | None = None, checkpoint: Checkpoint | None = None
) -> Growth:
    """Grow the deposit of a scene.

    tell: told the share done and a line, about once a frame. keep: handed a checkpoint about once a frame.
    checkpoint: go on from there (of the same scene). Raises RecipeError for a checkpoint of another mesh,
    AlloycoatError where the equations cannot be solved.
    """
    from alloycoat.morphology.run import Run  # numba is loaded when something is grown

    run = Run(scene)
    if checkpoint is not None:
        run.restore(checkpoint.arrays)
    while run.ended is None:
        run.advance_to_frame()
        if tell is not None:
            tell(min(1.0, run.deposit.time / scene.seconds), run.line())
        if keep is not None:
            keep(Checkpoint(run.snapshot()))
    return Growth(scene=scene, **run.result())
