"""A resistor network with drift: Newton's system of salt that diffuses and migrates, without symmetry.

Flow through the face below (before) a cell: t (x - x_below) + a x + b x_below. Stabilised biconjugate gradients with
the multigrid cycle of the symmetric part as preconditioner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.compiled import compiled
from alloycoat.morphology.kernels.elliptic import EllipticSolver, Side, Sides, precondition
from alloycoat.morphology.kernels.krylov import bicgstab

Array = NDArray[np.float64]


@compiled
def apply_drift(tx, ty, sink, drift, x, out):  # type: ignore[no-untyped-def]
    """out = A x; nothing flows through the outer faces, but what sink leads away."""
    n, m = x.shape
    for i in range(n):
        below = i - 1 if i > 0 else n - 1
        one, two, here, there = out[i], out[below], x[i], x[below]
        t, a, b, ground = tx[i], drift[0, i], drift[1, i], sink[i]
        if i == 0:
            for j in range(m):
                one[j] = ground[j] * here[j]
        else:
            for j in range(m):
                flow = t[j] * (here[j] - there[j]) + a[j] * here[j] + b[j] * there[j]
                one[j] = ground[j] * here[j] + flow
                two[j] -= flow
        t, a, b = ty[i], drift[2, i], drift[3, i]
        for j in range(1, m):
            one[j] += t[j] * (here[j] - here[j - 1]) + a[j] * here[j] + b[j] * here[j - 1]
        for j in range(1, m):
            one[j - 1] -= t[j] * (here[j] - here[j - 1]) + a[j] * here[j] + b[j] * here[j - 1]


class DriftSolver(EllipticSolver):
    """An `EllipticSolver` whose network, written to `tx`, `ty`, `sink` by the caller, drifts besides."""

    def __init__(self, shape: tuple[int, int]) -> None:
        super().__init__(shape, (1.0, 1.0), Sides(*4 * [Side("flux")]))
        self.drift = np.zeros((4, *shape))
        self._found = np.empty(shape)
        self._vectors = np.empty((6, *shape))

    def _apply(self, x: Array, out: Array) -> None:
        apply_drift(self.tx, self.ty, self.sink, self.drift, x, out)

    def _precondition(self, r: Array, z: Array) -> None:
        precondition(r, z, self._scale, *self._plan, *self._flat, self._row)

    def solve_drift(self, b: Array, tolerance: float, most: int = 25) -> tuple[Array, int]:
        """x of A x = b to a residual of `tolerance` of b's (the array is used anew at the next call); iterations."""
        used, _ = bicgstab(self._apply, self._precondition, b, self._found, self._vectors, tolerance, most)
        return self._found, used
