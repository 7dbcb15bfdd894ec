"""The job behind `grow`: runs of the scenes of a recipe, one after another, kept so that they can go on later."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.surroundings import refuse_hostile
from alloycoat.errors import RecipeError
from alloycoat.morphology import checkpoint as kept
from alloycoat.morphology.descriptors import Descriptors, Spread, describe, spread
from alloycoat.morphology.growth import Checkpoint, Growth, grow
from alloycoat.morphology.scene import Scene
from alloycoat.morphology.setting import scene_of
from alloycoat.quantities import FARADAY
from alloycoat.recipe import Recipe

FOLDER = "checkpoints"
"""Folder of checkpoints inside the folder of results."""
_EVERY = 10.0
"""Seconds between two checkpoints on disk."""
_ARRAYS = ("time_s", "eta", "layer", "concentration", "potential", "tip_m", "current", "voltage", "charge")
SECONDS_PER_CELL_STEP = 6e-6
"""Time of one step of one cell (potential, salt, front) in s, of whole runs on a busy core."""
PROGRAM = 350 * 2.0**20
"""Bytes of the program itself with everything that it has loaded."""
LONGEST = 24 * 3600.0
"""Estimated computing time in s beyond which a run is refused."""

Progress = Callable[[str, float, str], None]
"""Told the name of the run, the share done, and a line."""


@dataclass(frozen=True, slots=True)
class GrowthSide:
    """All runs of one electrode, one a seed; `spread` over the seeds."""

    name: str
    runs: tuple[Growth, ...]
    described: tuple[Descriptors, ...]
    spread: Spread


@dataclass(frozen=True, slots=True)
class GrowthRun:
    """What `alloycoat grow` has found."""

    title: str
    recipe: dict[str, Any]
    preset: str
    seeds: tuple[int, ...]
    sides: tuple[GrowthSide, ...]
    warnings: tuple[str, ...]
    sources: tuple[str, ...]
    interrupted: bool = False
    wall_s: float = 0.0
    facts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the runs of some scenes will need: bytes at once, seconds in all, time steps in all."""

    memory_bytes: float
    seconds: float
    steps: float


def estimate(scenes: Sequence[Scene]) -> Estimate:
    """Memory and time before anything is started.

    Memory: the program, some 60 fields of the mesh while a run is on, all frames of all runs, and three times those of
    the largest while a checkpoint is written. Time: the front moves at most 0.3 cells a step, local rates up to three
    times the mean one, and no frame takes fewer than four steps.
    """
    memory = seconds = steps = 0.0
    for scene in scenes:
        cells = scene.nx * scene.ny
        grown = sum(stage.value * stage.seconds for stage in scene.stages if stage.kind in {"plate", "strip"})
        way = grown * scene.surface.molar_volume / (scene.liquid.charge * FARADAY)
        one = max(4.0 * scene.frames, 3.0 * way / (0.3 * scene.dx))
        steps += one
        seconds += one * cells * SECONDS_PER_CELL_STEP
        memory += scene.frames * cells * 4 * 4.0
    memory += PROGRAM + max((60 * 8.0 + 3 * 16.0 * scene.frames) * scene.nx * scene.ny for scene in scenes)
    return Estimate(memory, seconds, steps)


def machine_memory() -> float:
    """Memory of this machine in bytes: physical, or what the container may use; infinite where nobody tells."""
    found = [float("inf")]
    with suppress(AttributeError, OSError, ValueError):
        found.append(float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")))
    with suppress(OSError, ValueError):
        found.append(float(Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii")))
    return min(found)


def check_size(scenes: Sequence[Scene]) -> Estimate:
    """The estimate; raises RecipeError with numbers where it is beyond the machine or a day."""
    needed = estimate(scenes)
    scene, there = scenes[0], machine_memory()
    mesh = f"{len(scenes)} runs of {scene.nx} x {scene.ny} cells, {scene.frames} frames"
    if needed.memory_bytes > 0.8 * there:
        raise RecipeError(
            f"grow: {mesh} need some {needed.memory_bytes / 2**30:.1f} GiB of memory, this machine has "
            f"{there / 2**30:.1f} GiB; take fewer --seeds or --preset quick"
        )
    if needed.seconds > LONGEST:
        raise RecipeError(
            f"grow: {mesh}, some {needed.steps:.0f} time steps, take about {needed.seconds / 3600:.0f} h, more than "
            f"{LONGEST / 3600:.0f} h are not started; take fewer --seeds, a shorter protocol or --preset quick"
        )
    return needed


def _stored(growth: Growth) -> dict[str, NDArray[Any]]:
    """A finished run as arrays."""
    arrays = {name: getattr(growth, name) for name in _ARRAYS}
    short = np.nan if growth.short_s is None else growth.short_s
    arrays["scalars"] = np.array([growth.charge_error, short, growth.steps], dtype=float)
    arrays["ended"] = np.array(growth.ended)
    arrays["facts"] = np.array([[key, value] for key, value in growth.facts.items()])
    return arrays


def _revived(arrays: dict[str, NDArray[Any]], scene: Scene) -> Growth:
    error, short, steps = (float(value) for value in arrays["scalars"])
    columns: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    return Growth(
        scene=scene,
        **columns,
        charge_error=error,
        ended=str(arrays["ended"]),
        short_s=None if np.isnan(short) else short,
        steps=int(steps),
        facts={str(key): str(value) for key, value in arrays["facts"].reshape(-1, 2)},
    )


def _so_far(scene: Scene, last: Checkpoint | None) -> Growth | None:
    """What an interrupted run has seen; None where it has not one frame of growth."""
    if last is None or len(last.arrays["frame_time"]) < 2:
        return None
    a = last.arrays
    names = {"time_s": "time", "tip_m": "tip"}
    columns: dict[str, Any] = {name: a[f"frame_{names.get(name, name)}"] for name in _ARRAYS}
    return Growth(
        scene=scene,
        **columns,
        charge_error=float(a["run"][6]),
        ended="interrupted",
        short_s=None,
        steps=int(a["run"][4]),
        facts={},
    )


class _Runner:
    """Runs scenes, writes checkpoints, remembers what is done when it is interrupted."""

    def __init__(self, folder: Path, resume: bool, tell: Progress) -> None:
        self.folder, self.resume, self.tell = folder / FOLDER, resume, tell
        self.last: Checkpoint | None = None
        self._written = 0.0

    def run(self, name: str, scene: Scene) -> Growth:
        """The growth of a scene: from its finished file, its checkpoint, or the beginning."""
        done, open_ = self.folder / f"{name}.done.npz", self.folder / f"{name}.npz"
        self.last, begin = None, None
        if self.resume and done.exists():
            self.tell(name, 1.0, "done before")
            return _revived(kept.load(done, scene), scene)
        if self.resume and open_.exists():
            begin = Checkpoint(kept.load(open_, scene))

        def keep(state: Checkpoint) -> None:
            self.last = state
            if time.monotonic() - self._written > _EVERY:
                kept.save(open_, state.arrays, scene)
                self._written = time.monotonic()

        try:
            growth = grow(scene, tell=lambda share, line: self.tell(name, share, line), keep=keep, checkpoint=begin)
        except KeyboardInterrupt:
            self._keep_last(open_, scene)
            raise
        kept.save(done, _stored(growth), scene)
        open_.unlink(missing_ok=True)
        return growth

    def _keep_last(self, path: Path, scene: Scene) -> None:
        if self.last is not None:
            kept.save(path, self.last.arrays, scene)


def describe_growth(growth: Growth) -> Descriptors:
    """The descriptors of a run."""
    layer = growth.scene.layer
    bridge = growth.layer if layer is not None and layer.conducts else None
    return describe(growth.time_s, growth.eta, growth.scene.dx, span_s=growth.short_s, bridge=bridge)


def run_growth(
    scenes: Mapping[str, Sequence[Scene]], folder: Path, *, resume: bool, tell: Progress
) -> tuple[tuple[GrowthSide, ...], bool]:
    """Run all scenes (by side, one a seed) seed by seed; the sides, and whether somebody interrupted.

    After Ctrl-C what was seen so far is handed back, and the checkpoints lie in `folder`; raises KeyboardInterrupt
    where nothing was seen yet.
    """
    runner = _Runner(folder, resume, tell)
    found: dict[str, list[Growth]] = {name: [] for name in scenes}
    interrupted = False
    count = max(len(each) for each in scenes.values())
    try:
        for k in range(count):
            for name, each in scenes.items():
                label = name if count == 1 else f"{name}-{each[k].seed}"
                found[name].append(runner.run(label, each[k]))
    except KeyboardInterrupt:
        interrupted = True
        partial = _so_far(each[k], runner.last)
        if partial is not None:
            found[name].append(partial)
        if not any(found.values()):
            raise
    sides = []
    for name, runs in found.items():
        if runs:
            described = tuple(describe_growth(growth) for growth in runs)
            sides.append(GrowthSide(name, tuple(runs), described, spread(described)))
    return tuple(sides), interrupted


def scenes_of(recipe: Recipe, preset: str, seed: int) -> dict[str, Scene]:
    """The scenes of the bare and, where the recipe has a coating, the coated electrode, with the same seed."""
    refuse_hostile(recipe)
    found = {"bare": scene_of(recipe, preset, coated=False, seed=seed)}
    if recipe.coating is not None:
        found["coated"] = scene_of(recipe, preset, seed=seed)
    return found


def grow_recipe(
    recipe: Recipe,
    preset: str,
    seeds: Sequence[int],
    folder: Path,
    *,
    resume: bool,
    tell: Progress,
    say: Callable[[str], None],
    name: str,
) -> GrowthRun:
    """The whole job of a recipe: scenes, the estimate, the runs, what they mean.

    Raises RecipeError for a recipe without cell or protocol, or beyond the machine; DataFileError for a checkpoint of
    another recipe; KeyboardInterrupt where nothing had grown when somebody interrupted.
    """
    built = [scenes_of(recipe, preset, seed) for seed in seeds]
    sides = {side: [each[side] for each in built] for side in built[0]}
    needed = check_size([scene for each in sides.values() for scene in each])
    say(
        f"{sum(map(len, sides.values()))} runs of {built[0]['bare'].nx} x {built[0]['bare'].ny} cells: up to "
        f"{needed.memory_bytes / 2**20:.0f} MiB, some {needed.seconds:.0f} s on one core"
    )
    begin = time.monotonic()
    found, interrupted = run_growth(sides, folder, resume=resume, tell=tell)
    notes = tuple(dict.fromkeys(note for each in built[0].values() for note in each.notes))
    sources = tuple(dict.fromkeys(key for each in built[0].values() for key in each.sources))
    return GrowthRun(
        title=recipe.title or name,
        recipe=recipe.model_dump(mode="json", exclude_none=True),
        preset=preset,
        seeds=tuple(seeds),
        sides=found,
        warnings=notes,
        sources=sources,
        interrupted=interrupted,
        wall_s=time.monotonic() - begin,
    )
