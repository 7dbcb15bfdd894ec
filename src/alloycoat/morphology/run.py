"""One run from stage to stage: time steps with error control, frames, and the physical events that end it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.morphology.deposit import Deposit, conductor, metal_on_layer
from alloycoat.morphology.hold import current_at
from alloycoat.morphology.kernels.deposition import connected
from alloycoat.morphology.scene import Scene, Stage

Array = NDArray[np.float64]
SHORTEST = 1e-6
"""Shortest time step in s: a step that would have to be shorter ends the run (the salt is used up)."""
FIRST = 1e-2
"""First time step of a stage in s."""
DEPLETED = 1e-4
"""Salt at the front, over that of the fresh electrolyte, at which it counts as used up."""
HELD = 5e-3
"""The same at a held voltage, where current and salt of a step no longer settle below."""


@dataclass(slots=True)
class Run:
    """State of `grow`: the deposit, where in the test it is, and what was written down."""

    scene: Scene
    deposit: Deposit = field(init=False)
    ended: str | None = None
    stage: int = 0
    stage_start: float = 0.0
    begun: bool = False
    dt: float = FIRST
    steps: int = 0
    refused: int = 0
    worst: float = 0.0
    short_s: float | None = None
    stripped: bool = False
    frames: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.deposit = Deposit(self.scene)

    def line(self) -> str:
        """What a progress bar says."""
        last = self.frames[-1]
        return f"{last['time']:.0f} s, tip {last['tip'] * 1e6:.1f} um, {last['voltage'] * 1e3:.0f} mV"

    def advance_to_frame(self) -> None:
        """Go on until the next frame is due (or the run ends) and write it down."""
        if not self.frames:
            self._begin()
            self._write()
            return
        every = self.scene.seconds / self.scene.frames
        due = every * (math.floor(self.deposit.time / every * (1.0 + 1e-12)) + 1)
        while self.ended is None and self.deposit.time < due * (1.0 - 1e-12):
            if not self.begun:
                self._begin()
            self._step(due)
        self._write()

    @property
    def now(self) -> Stage:
        """The stage that runs."""
        return self.scene.stages[self.stage]

    def _begin(self) -> None:
        stage = self.now
        total = {"plate": -stage.value, "strip": stage.value, "rest": 0.0}.get(stage.kind, self.deposit.current)
        self.stripped = self.stripped or stage.kind == "strip" or (stage.kind == "hold" and stage.value > 0.0)
        if stage.kind == "hold" and total == 0.0:
            total = math.copysign(1.0, stage.value)
        self.deposit.last_total = total
        self.deposit.begin(total)
        self.dt, self.begun = FIRST, True
        if stage.kind == "hold":
            d = self.deposit

            def shown(current: float) -> float:
                d.begin(current)
                return d.electrode.voltage(d.salt.c, d.salt.column, current)

            d.last_total = d.current = current_at(stage.value, shown, total, d.path_resistance(total))

    def _step(self, due: float) -> None:
        """One accepted step, or the end."""
        d, stage = self.deposit, self.now
        end = self.stage_start + stage.seconds
        total = {"plate": -stage.value, "strip": stage.value, "rest": 0.0}.get(stage.kind)
        while True:
            left = min(due, end) - d.time
            dt = min(self.dt, d.longest())
            dt = left if left <= 1.001 * dt else min(dt, 0.5 * left) if left < 2.0 * dt else dt
            error = d.step(dt, d.current, stage.value) if total is None else d.step(dt, total)
            if error <= 1.0:
                break
            self.refused += 1
            self.dt = dt * (max(0.2, 0.8 * error**-0.5) if math.isfinite(error) else 0.2)
            if self.dt < SHORTEST:
                self.ended = "depletion"
                return
        self.steps += 1
        self.worst = max(self.worst, d.charge_error)
        self.dt = max(dt, self.dt if dt < self.dt else 0.0) * min(2.0, max(0.5, 0.8 * max(error, 1e-4) ** -0.5))
        if d.time >= end * (1.0 - 1e-12):
            self.stage, self.stage_start, self.begun = self.stage + 1, end, False
            if self.stage == len(self.scene.stages):
                self.ended = "completed"
        self._look_for_events(stage)

    def _look_for_events(self, stage: Stage) -> None:
        d, scene = self.deposit, self.scene
        if self.stripped:
            d.live = connected(conductor(d), 0.3)
        if self.ended is None or self.ended == "completed":
            voltage = d.electrode.voltage(d.salt.c, d.salt.column, d.current)
            if not abs(voltage) < scene.cutoff:
                self.ended = "voltage limit"
        least = {"plate": DEPLETED, "hold": HELD}.get(stage.kind, 0.0)
        if d.current < 0.0 and d.front_salt() < least * scene.liquid.concentration:
            self.ended = "depletion"
        if d.eta[-2].max() > 0.5:
            self.ended = "short" if not len(d.salt.column) else "left the picture"
            if not len(d.salt.column):
                self.short_s = d.time
        if self.stripped and d.eta[: max(1, int(2 * scene.interface))].mean() < 0.5:
            self.ended = "metal exhausted"

    def tip(self) -> float:
        """Height of the highest metal above the first mean surface, m (from the profile, finer than a cell)."""
        eta = self.deposit.eta
        row = int(np.max(np.nonzero((eta > 0.5).any(axis=1))[0], initial=0))
        e = np.clip(eta[row], 1e-12, 1.0 - 1e-12).max()
        above = self.scene.epsilon * math.log(e / (1.0 - e))
        return (row + 0.5) * self.scene.dx + min(above, self.scene.dx) - self.scene.base

    def _write(self) -> None:
        d = self.deposit
        e = d.electrode
        phi = e.psi + e.mixing * (e.values[3] - e.reference)
        layer = d.cover.share * (1.0 - d.eta) if d.cover is not None else np.zeros_like(d.eta)
        self.frames.append({
            "time": d.time, "eta": d.eta.astype(np.float32), "layer": layer.astype(np.float32),
            "concentration": d.salt.c.astype(np.float32), "potential": phi.astype(np.float32), "tip": self.tip(),
            "current": d.current, "voltage": e.voltage(d.salt.c, d.salt.column, d.current), "charge": d.charge,
        })  # fmt: skip

    def result(self) -> dict[str, Any]:
        """The fields of a `Growth` but the scene."""
        d = self.deposit

        def column(name: str) -> Array:
            return np.array([frame[name] for frame in self.frames])

        facts = {
            "steps": str(self.steps), "steps_refused": str(self.refused),
            "potential_solves": str(d.electrode.solves), "charge_balance_error": f"{self.worst:.1e}",
            "metal_on_layer_share": f"{metal_on_layer(d):.3f}",
            "solver_imbalance": f"{d.electrode.imbalance:.1e}", "salt_debt": f"{d.salt.debt:.1e}",
        }  # fmt: skip
        return {
            "time_s": column("time"), "eta": column("eta"), "layer": column("layer"),
            "concentration": column("concentration"), "potential": column("potential"), "tip_m": column("tip"),
            "current": column("current"), "voltage": column("voltage"), "charge": column("charge"),
            "charge_error": self.worst, "ended": self.ended or "interrupted", "short_s": self.short_s,
            "steps": self.steps, "facts": facts,
        }  # fmt: skip

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """Everything needed to go on, as arrays of numbers (frames included)."""
        d = self.deposit
        none = np.empty(0)
        kept: dict[str, NDArray[Any]] = {f"state_{name}": value for name, value in d.state().items()}
        kept["run"] = np.array([
            self.stage, self.stage_start, self.begun, self.dt, self.steps, self.refused, self.worst, self.stripped,
            np.nan if self.short_s is None else self.short_s,
        ])  # fmt: skip
        kept["live"] = none if d.live is None else d.live
        for name in self.frames[0]:
            kept[f"frame_{name}"] = np.array([frame[name] for frame in self.frames])
        return kept

    def restore(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Go on from a `snapshot`; raises RecipeError where it is of another mesh."""
        shape = (self.scene.ny, self.scene.nx)
        if "state_eta" not in arrays or arrays["state_eta"].shape != shape:
            found = arrays["state_eta"].shape if "state_eta" in arrays else "none"
            raise RecipeError(f"checkpoint: a mesh of {found} cells, the scene has {shape}; it is of another recipe")
        run = arrays["run"]
        self.stage, self.stage_start, self.begun = int(run[0]), float(run[1]), bool(run[2])
        self.dt, self.steps, self.refused = float(run[3]), int(run[4]), int(run[5])
        self.worst, self.stripped = float(run[6]), bool(run[7])
        self.short_s = None if np.isnan(run[8]) else float(run[8])
        self.deposit.live = arrays["live"] if arrays["live"].size else None
        self.deposit.set_state({k.removeprefix("state_"): v for k, v in arrays.items() if k.startswith("state_")})
        names = [k.removeprefix("frame_") for k in arrays if k.startswith("frame_")]
        count = len(arrays["frame_time"])
        self.frames = [{name: arrays[f"frame_{name}"][k] for name in names} for k in range(count)]
        if self.stage >= len(self.scene.stages):
            raise AlloycoatError("checkpoint: the run it is of had ended")
