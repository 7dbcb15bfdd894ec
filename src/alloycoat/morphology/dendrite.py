"""PFHub problem 3a, dendritic growth into an undercooled melt: what the kernels of this room are measured with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import AlloycoatError
from alloycoat.morphology.kernels import dendrite as kernels

Array = NDArray[np.float64]

_CUT = 7.0
_REBUILD = 1.0
"""Time after which the band is looked for anew; the front moves half a cell or less in it."""


class Melt(NamedTuple):
    """Constants of problem 3a (dimensionless, W0 = tau0 = 1); coupling = D tau0 / (0.6267 W0^2)."""

    diffusivity: float = 10.0
    anisotropy: float = 0.05
    undercooling: float = -0.3
    seed_radius: float = 8.0
    width: float = 960.0

    @property
    def coupling(self) -> float:
        """lambda of the thin-interface limit."""
        return self.diffusivity / 0.6267


@dataclass(frozen=True)
class Dendrite:
    """time, tip (phi = 0 on the axis) and solid_fraction sampled; psi and u at the end; steps; spacing."""

    time: Array
    tip: Array
    solid_fraction: Array
    psi: Array
    u: Array
    steps: int
    spacing: float


class _Growing:
    """One run in a window that is enlarged before heat reaches its sides."""

    def __init__(self, spacing: float, step: float, melt: Melt) -> None:
        self.spacing, self.step, self.melt = spacing, step, melt
        self.cells = round(melt.width / spacing)
        centre = (np.arange(self.cells + 4) - 1.5) * spacing
        radius = np.hypot(centre[:, None], centre[None, :])
        self.psi = np.clip(melt.seed_radius - radius, -_CUT, _CUT)
        self.guess = self.psi.copy()
        self.u = np.full((self.cells, self.cells), melt.undercooling)
        self.right = np.zeros((self.cells, self.cells), dtype=np.float32)
        self.turned = np.zeros_like(self.right)
        most = 64 * self.cells
        self.rows, self.columns = np.empty(most, dtype=np.int32), np.empty(most, dtype=np.int32)
        self.rate, self.phase = np.empty(most), np.empty(most)
        self.number = melt.diffusivity * step / spacing**2
        self.size = 0
        self._enlarge(min(self.cells, round(64.0 / spacing)))
        self.count, self.reach = 0, 0

    def _enlarge(self, size: int) -> None:
        self.size = min(size, self.cells)
        self.off = np.float32(1.0 / 12.0 - 0.5 * self.number)
        self.pivots, self.carry = kernels.factor(self.size, float(self.off))

    def _look(self, tolerance: float) -> None:
        """Renew the list of the band; enlarge the window where heat comes near its sides."""
        size = self.size
        self.reach = min(size, int(self.tip() / self.spacing) + 24)
        self.count = kernels.find_band(self.psi, _CUT, self.reach, self.rows, self.columns)
        if self.count < 0:
            raise AlloycoatError(f"dendrite: the front has left its band; a step of {self.step:.3g} is too long")
        if size < self.cells:
            edge = np.max(np.abs(self.u[size - 1, :size] - self.melt.undercooling))
            if edge > tolerance:
                self._enlarge(size + max(8, size // 12))

    def advance(self) -> None:
        """One step."""
        m, k = self.melt, kernels
        shared = self.step, self.spacing, m.coupling, m.anisotropy
        band = self.rows, self.columns, self.count
        k.mirror(self.psi, self.reach)
        k.first_stage(self.psi, self.u, *band, *shared, self.rate, self.phase, self.guess)
        k.mirror(self.guess, self.reach)
        k.second_stage(self.psi, self.guess, self.u, self.turned, *band, *shared, _CUT, self.rate, self.phase)
        k.heat_right(self.u, self.number, self.size, self.right)
        k.add_latent(*band, self.phase, self.size, self.right)
        k.sweep(self.size, self.off, self.pivots, self.carry, self.right)
        k.turn(self.size, self.right, self.turned)
        k.sweep(self.size, self.off, self.pivots, self.carry, self.turned)
        k.add_turned(self.size, self.turned, self.u)

    def tip(self) -> float:
        """Where phi = 0 crosses the axis y = 0 (cubic through the mirrored rows, linear between cells along x)."""
        # even in y: value on the axis from the first two rows at h/2 and 3h/2
        axis = (9.0 * self.psi[2:-2, 2] - self.psi[2:-2, 3]) / 8.0
        last = int(np.nonzero(axis > 0)[0][-1])
        return float(self.spacing * (last + 0.5 + axis[last] / (axis[last] - axis[last + 1])))

    def solid(self) -> float:
        """Share of the whole square that is solid."""
        phi = np.tanh(self.psi[2 : self.reach + 2, 2 : self.reach + 2] / kernels.ROOT2)
        return float(np.sum(0.5 * (phi + 1.0)) * self.spacing**2 / self.melt.width**2)


def grow_dendrite(
    spacing: float,
    end: float = 1500.0,
    *,
    step: float | None = None,
    samples: int = 30,
    melt: Melt | None = None,
    edge: float = 3e-4,
) -> Dendrite:
    """Solve problem 3a on cells of size `spacing` to time `end`.

    step: of time, by default 0.11 spacing^2 or 0.08 (the explicit phase field is stable below 0.13 spacing^2, its
    coupling to the heat below 0.1); samples: of
    tip and solid fraction; edge: change of U beside the window that makes it grow. Raises AlloycoatError for a step
    that is not stable.
    """
    melt = melt or Melt()
    wanted = min(0.11 * spacing**2, 0.08) if step is None else step
    each = max(1, round(end / samples / wanted))
    run = _Growing(spacing, end / samples / each, melt)
    times, tips, solids = [0.0], [run.tip()], []
    every = max(1, int(_REBUILD / run.step))
    run._look(edge)
    solids.append(run.solid())
    done = 0
    for sample in range(1, samples + 1):
        for _ in range(each):
            if done % every == 0:
                run._look(edge)
            run.advance()
            done += 1
        times.append(end * sample / samples)
        tips.append(run.tip())
        solids.append(run.solid())
    inner = run.psi[2:-2, 2:-2]
    return Dendrite(np.array(times), np.array(tips), np.array(solids), inner, run.u, done, spacing)
