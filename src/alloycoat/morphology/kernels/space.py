"""div(sigma grad phi) = f in three dimensions on cubic cells, and Newton's system of drifting salt on the same network.

As `elliptic` and `drift` in the plane: harmonic means on the faces, conjugate gradients (flexible, as the cycle in
single precision is only nearly linear) or stabilised biconjugate gradients in double precision with the cycle of
`multigrid3` as preconditioner, stopped by the error in the energy norm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels import multigrid3
from alloycoat.morphology.kernels.compiled import compiled
from alloycoat.morphology.kernels.elliptic import Solution
from alloycoat.morphology.kernels.krylov import bicgstab, dot, largest, step, turn

Array = NDArray[np.float64]


@compiled
def face_conductances(sigma, length, tx, ty, tz):  # type: ignore[no-untyped-def]
    """Conductances of the faces below, before and beside each cell: harmonic mean of sigma times length."""
    n, m, depth = sigma.shape
    for i in range(n):
        for j in range(m):
            for k in range(depth):
                s = sigma[i, j, k]
                a = sigma[i - 1, j, k] if i > 0 else 0.0
                b = sigma[i, j - 1, k] if j > 0 else 0.0
                c = sigma[i, j, k - 1] if k > 0 else 0.0
                tx[i, j, k] = length * 2.0 * s * a / (s + a) if s + a > 0.0 else 0.0
                ty[i, j, k] = length * 2.0 * s * b / (s + b) if s + b > 0.0 else 0.0
                tz[i, j, k] = length * 2.0 * s * c / (s + c) if s + c > 0.0 else 0.0


@compiled
def apply_network(tx, ty, tz, sink, x, out):  # type: ignore[no-untyped-def]
    """out = A x."""
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            multigrid3.apply_line(i, j, tx, ty, tz, sink, x, out[i, j])


@compiled
def _power(tx, ty, tz, x):  # type: ignore[no-untyped-def]
    """Sum of T (difference)^2 over the inner faces."""
    n, m, depth = x.shape
    total = 0.0
    for i in range(n):
        for j in range(m):
            here, below, before = x[i, j], x[max(i - 1, 0), j], x[i, max(j - 1, 0)]
            for k in range(depth):
                total += tx[i, j, k] * (here[k] - below[k]) ** 2 + ty[i, j, k] * (here[k] - before[k]) ** 2
            for k in range(1, depth):
                total += tz[i, j, k] * (here[k] - here[k - 1]) ** 2
    return total


@compiled
def apply_drift(tx, ty, tz, sink, drift, x, out):  # type: ignore[no-untyped-def]
    """out = A x of the network with drift: t (x - x_below) + a x + b x_below flows through every face."""
    apply_network(tx, ty, tz, sink, x, out)
    n, m, depth = x.shape
    for i in range(n):
        for j in range(m):
            here, one = x[i, j], out[i, j]
            if i > 0:
                a, b, below, two = drift[0, i, j], drift[1, i, j], x[i - 1, j], out[i - 1, j]
                for k in range(depth):
                    flow = a[k] * here[k] + b[k] * below[k]
                    one[k] += flow
                    two[k] -= flow
            if j > 0:
                a, b, below, two = drift[2, i, j], drift[3, i, j], x[i, j - 1], out[i, j - 1]
                for k in range(depth):
                    flow = a[k] * here[k] + b[k] * below[k]
                    one[k] += flow
                    two[k] -= flow
            a, b = drift[4, i, j], drift[5, i, j]
            for k in range(1, depth):
                one[k] += a[k] * here[k] + b[k] * here[k - 1]
            for k in range(1, depth):
                one[k - 1] -= a[k] * here[k] + b[k] * here[k - 1]


class SpaceSolver:
    """The network of one box of cubic cells; memory is taken once.

    shape: cells along x (low and high x hold given values), y and z (closed); spacing: edge of a cell; low, high:
    phi on the faces at low and high x, None where they are closed too.
    """

    def __init__(
        self, shape: tuple[int, int, int], spacing: float, low: float | None = None, high: float | None = None
    ) -> None:
        self.shape, self.spacing, self.ends = shape, spacing, (low, high)
        self._plan = multigrid3.plan(shape)
        self._flat = [np.zeros(int(self._plan[1][-1]), dtype=np.float32) for _ in range(8)]
        self._row = np.empty(shape[2], dtype=np.float32)
        self.tx, self.ty, self.tz, self.sink = (np.zeros(shape) for _ in range(4))
        self._boundary = np.zeros(shape)
        self._work = np.empty((4, *shape))
        self._scale = 1.0

    def set_conductivity(self, sigma: Array) -> None:
        """Take sigma (0: insulator) of `div(sigma grad phi) = f`."""
        h = self.spacing
        face_conductances(sigma, h, self.tx, self.ty, self.tz)
        self.sink[:] = 0.0
        self._boundary[:] = 0.0
        for end, value in zip((0, -1), self.ends, strict=True):
            if value is not None:
                self.sink[end] += 2.0 * h * sigma[end]
                self._boundary[end] += 2.0 * h * sigma[end] * value
        self.refresh()

    def refresh(self) -> None:
        """Renew the coarse meshes after `tx`, `ty`, `tz`, `sink` were written to."""
        size = self.tx.size
        parts = self.tx, self.ty, self.tz, self.sink
        self._scale = max(largest(part.ravel()) for part in parts) or 1.0
        for flat, part in zip(self._flat[:4], parts, strict=True):
            np.divide(part.ravel(), self._scale, out=flat[:size], casting="same_kind")
        multigrid3.coarsen(*self._plan, *self._flat[:5])

    def precondition(self, r: Array, z: Array) -> None:
        """z = M r; r is brought to order one before it is cut to single precision."""
        size = largest(r.ravel()) or 1.0
        np.divide(r.ravel(), size, out=self._flat[6][: r.size], casting="same_kind")
        multigrid3.cycle(*self._plan, *self._flat, self._row)
        np.multiply(self._flat[5][: r.size].reshape(z.shape), size / self._scale, out=z)

    def apply(self, x: Array, out: Array) -> None:
        """out = A x."""
        apply_network(self.tx, self.ty, self.tz, self.sink, x, out)

    def solve(
        self, source: Array | float = 0.0, guess: Array | None = None, *, tolerance: float = 1e-6, most: int = 100
    ) -> Solution:
        """phi for a source f per volume; tolerance: error in the energy norm over the root of the power."""
        b = self._boundary - np.asarray(source) * self.spacing**3
        x = np.zeros(self.shape) if guess is None else guess.copy()
        r, z, p, q = self._work
        self.apply(x, r)
        np.subtract(b, r, out=r)
        p[:] = 0.0
        before, alpha, used, error, done = 1.0, 0.0, 0, 0.0, False
        power = 0.0
        for used in range(most + 1):
            self.precondition(r, z)
            rz = dot(r.ravel(), z.ravel())
            error = float(np.sqrt(max(rz, 0.0)))
            if used < 4 or used % 4 == 0 or error <= tolerance * np.sqrt(power):
                power = _power(self.tx, self.ty, self.tz, x)
            done = error <= tolerance * np.sqrt(power)
            if done or used == most:
                break
            # flexible: z.(r - r_before) = -alpha z.q
            turn(p.ravel(), z.ravel(), -alpha * dot(z.ravel(), q.ravel()) / before if used else 0.0)
            self.apply(p, q)
            alpha, before = rz / dot(p.ravel(), q.ravel()), rz
            step(x.ravel(), alpha, p.ravel())
            step(r.ravel(), -alpha, q.ravel())
        ground = float(self.sink.sum())
        if ground:
            shift = float(r.sum()) / ground  # closes the balance of charge
            x += shift
            r -= self.sink * shift
        lost = abs(float(r.sum()))
        total = 0.5 * float(np.abs(b - self.sink * x).sum())
        return Solution(
            x, used, error / float(np.sqrt(power)) if power else error, lost / total if total else 0.0, done
        )


class SpaceDrift(SpaceSolver):
    """The same network with drift, written to `tx`, `ty`, `tz`, `sink`, `drift` by the caller."""

    def __init__(self, shape: tuple[int, int, int]) -> None:
        super().__init__(shape, 1.0)
        self.drift = np.zeros((6, *shape))
        self._found = np.empty(shape)
        self._vectors = np.empty((6, *shape))

    def _apply_drift(self, x: Array, out: Array) -> None:
        apply_drift(self.tx, self.ty, self.tz, self.sink, self.drift, x, out)

    def solve_drift(self, b: Array, tolerance: float, most: int = 25) -> tuple[Array, int]:
        """x of A x = b to a residual of `tolerance` of b's (the array is used anew at the next call); iterations."""
        used, _ = bicgstab(self._apply_drift, self.precondition, b, self._found, self._vectors, tolerance, most)
        return self._found, used
