"""div(sigma grad phi) - k phi = f on a uniform cell-centred mesh, for conductivities of any contrast.

Finite volumes with harmonic means on the faces: an exact resistor network, so that current is conserved to rounding.
Conjugate gradients in double precision with the multigrid cycle of `multigrid` as preconditioner; started from a
guess; stopped by the error in the energy norm and by the balance of charge, because a plain residual is dominated by
the best conductor and says nothing about the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels import multigrid
from alloycoat.morphology.kernels.compiled import compiled

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Side:
    """What holds on one side of the mesh.

    kind: "flux" (sigma dphi/dn = value, outward normal), "value" (phi = value on the face), "periodic".
    value: a number, or one for every face of the side.
    """

    kind: Literal["flux", "value", "periodic"] = "flux"
    value: float | Array = 0.0


@dataclass(frozen=True)
class Sides:
    """The four sides: low and high end of the first axis, then of the second."""

    low_x: Side = Side()
    high_x: Side = Side()
    low_y: Side = Side()
    high_y: Side = Side()


@dataclass(frozen=True)
class Solution:
    """phi; iterations; error in the energy norm over the root of the power; |lost current| / total; converged."""

    phi: Array
    iterations: int
    energy_error: float
    imbalance: float
    converged: bool


@compiled
def face_conductances(sigma, ratio_x, ratio_y, periodic_x, periodic_y, tx, ty):  # type: ignore[no-untyped-def]
    """tx[i, j], ty[i, j]: conductance of the face below (before) the cell, harmonic mean of sigma times ratio."""
    n, m = sigma.shape
    for i in range(n):
        above = i - 1 if i > 0 else n - 1
        for j in range(m):
            s, t = sigma[i, j], sigma[above, j]
            tx[i, j] = ratio_x * (2.0 * s * t / (s + t)) if (i > 0 or periodic_x) and s + t > 0.0 else 0.0
            t = sigma[i, j - 1] if j > 0 else sigma[i, m - 1]
            ty[i, j] = ratio_y * (2.0 * s * t / (s + t)) if (j > 0 or periodic_y) and s + t > 0.0 else 0.0


@compiled
def _apply_row(i, tx, ty, sink, x, row):  # type: ignore[no-untyped-def]
    n, m = x.shape
    above, below = (i - 1 if i > 0 else n - 1), (i + 1 if i + 1 < n else 0)
    t, u, up, middle, down = tx[i], tx[below], x[above], x[i], x[below]
    y, ground = ty[i], sink[i]
    for j in range(m):
        row[j] = ground[j] * middle[j] + t[j] * (middle[j] - up[j]) + u[j] * (middle[j] - down[j])
    for j in range(1, m - 1):
        row[j] += y[j] * (middle[j] - middle[j - 1]) + y[j + 1] * (middle[j] - middle[j + 1])
    if m > 1:
        row[0] += y[0] * (middle[0] - middle[m - 1]) + y[1] * (middle[0] - middle[1])
        row[m - 1] += y[m - 1] * (middle[m - 1] - middle[m - 2]) + y[0] * (middle[m - 1] - middle[0])


@compiled
def apply_network(tx, ty, sink, x, out):  # type: ignore[no-untyped-def]
    """out = A x."""
    for i in range(x.shape[0]):
        _apply_row(i, tx, ty, sink, x, out[i])


@compiled
def _power(tx, ty, leak, x):  # type: ignore[no-untyped-def]
    """Sum of T (difference)^2 over the inner faces and of leak x^2 over the cells."""
    n, m = x.shape
    total = 0.0
    for i in range(n):
        above = i - 1 if i > 0 else n - 1
        for j in range(m):
            total += tx[i, j] * (x[i, j] - x[above, j]) ** 2 + leak[i, j] * x[i, j] * x[i, j]
        for j in range(1, m):
            total += ty[i, j] * (x[i, j] - x[i, j - 1]) ** 2
        total += ty[i, 0] * (x[i, 0] - x[i, m - 1]) ** 2
    return total


@compiled
def precondition(r, z, scale, shapes, factors, offsets, TX, TY, S, DI, X, B, W, row):  # type: ignore[no-untyped-def]
    """z = M r; the residual is brought to order one before it is cut to single precision."""
    n, m = r.shape
    size = 0.0
    for i in range(n):
        for j in range(m):
            size = max(size, abs(r[i, j]))
    if size == 0.0:
        z[:, :] = 0.0
        return
    inverse = 1.0 / size
    for i in range(n):
        for j in range(m):
            B[i * m + j] = r[i, j] * inverse
    multigrid.cycle(shapes, factors, offsets, TX, TY, S, DI, X, B, W, row)
    back = size / scale
    for i in range(n):
        for j in range(m):
            z[i, j] = X[i * m + j] * back


@compiled
def _flow(b, sink, x, r):  # type: ignore[no-untyped-def]
    """Current that flows, what the balance misses after x is shifted to close it, and what rounding of x leaves."""
    n, m = x.shape
    total, lost, ground, rounding = 0.0, 0.0, 0.0, 0.0
    for i in range(n):
        for j in range(m):
            total += abs(b[i, j] - sink[i, j] * x[i, j])
            lost += r[i, j]
            ground += sink[i, j]
            rounding += abs(sink[i, j] * x[i, j])
    if ground > 0.0:
        shift, lost = lost / ground, 0.0
        for i in range(n):
            for j in range(m):
                old = x[i, j]
                x[i, j] += shift
                r[i, j] -= sink[i, j] * (x[i, j] - old)
                lost += r[i, j]
    return 0.5 * total, abs(lost), 4e-16 * rounding


@compiled
def _products(r, z, q, singular):  # type: ignore[no-untyped-def]
    """r.z and z.q, with the mean taken out of z where the constant is free."""
    n, m = r.shape
    mean, rz, zq = 0.0, 0.0, 0.0
    if singular:
        for i in range(n):
            for j in range(m):
                mean += z[i, j]
        mean /= n * m
    for i in range(n):
        for j in range(m):
            z[i, j] -= mean
            rz += r[i, j] * z[i, j]
            zq += z[i, j] * q[i, j]
    return rz, zq


@compiled
def _search(tx, ty, sink, z, factor, p, q, row):  # type: ignore[no-untyped-def]
    """p = z + factor p, q = A p; returns p.q."""
    n, m = z.shape
    slope = 0.0
    for i in range(n):
        for j in range(m):
            p[i, j] = z[i, j] + factor * p[i, j]
    for i in range(n):
        _apply_row(i, tx, ty, sink, p, row)
        for j in range(m):
            q[i, j] = row[j]
            slope += p[i, j] * row[j]
    return slope


@compiled
def _conjugate_gradients(  # type: ignore[no-untyped-def]
    tx, ty, sink, leak, b, x, floor, target, balance, most, singular, scale, work,
    shapes, factors, offsets, TX, TY, S, DI, X, B, W, row32,
):  # fmt: skip
    """Flexible conjugate gradients; floor: power known to flow. Returns iterations, errors, success."""
    n, m = x.shape
    r, z, p, q = work[0], work[1], work[2], work[3]
    row = np.empty(m)
    for i in range(n):
        _apply_row(i, tx, ty, sink, x, row)
        for j in range(m):
            r[i, j] = b[i, j] - row[j]
            p[i, j] = 0.0
            q[i, j] = 0.0
    rz, alpha, best, stalled, done, used = 1.0, 0.0, np.inf, 0, False, 0
    error, power, flow, lost, least = 0.0, 0.0, 0.0, 0.0, 0.0
    for used in range(most + 1):
        before = rz
        precondition(r, z, scale, shapes, factors, offsets, TX, TY, S, DI, X, B, W, row32)
        rz, zq = _products(r, z, q, singular)
        error = np.sqrt(max(rz, 0.0))
        if used < 4 or used % 4 == 0 or error <= target * np.sqrt(power):
            power = max(floor, _power(tx, ty, leak, x))
        if error <= target * np.sqrt(power):
            flow, lost, least = _flow(b, sink, x, r)
        done = error <= target * np.sqrt(power) and lost <= max(balance * flow, least)
        stalled = 0 if error < 0.9 * best else stalled + 1
        best = min(best, error)
        if done or rz <= 0.0 or stalled > 12 or used == most:
            break
        # z.(r - r_before) = -alpha z.q: the single-precision cycle is only nearly linear
        slope = _search(tx, ty, sink, z, -alpha * zq / before, p, q, row)
        alpha = rz / slope
        for i in range(n):
            for j in range(m):
                x[i, j] += alpha * p[i, j]
                r[i, j] -= alpha * q[i, j]
    if not done:
        flow, lost, least = _flow(b, sink, x, r)
        done = rz == 0.0
    share = error / np.sqrt(power) if power > 0.0 else error
    return used, share, lost / flow if flow > 0.0 else 0.0, done


class EllipticSolver:
    """The solver for one mesh; memory is taken once, nothing is recompiled for another shape.

    shape: cells along x (first axis) and y; spacing: their size in m; sides: what holds on the four sides. Raises
    ValueError where a periodic side has no partner.
    """

    def __init__(self, shape: tuple[int, int], spacing: tuple[float, float], sides: Sides) -> None:
        self.shape, self.spacing, self.sides = shape, spacing, sides
        pairs = (sides.low_x, sides.high_x), (sides.low_y, sides.high_y)
        self.periodic = [low.kind == "periodic" for low, _ in pairs]
        if any((low.kind == "periodic") != (high.kind == "periodic") for low, high in pairs):
            raise ValueError("a periodic side needs a periodic side across")
        if any(wraps and n < 3 for wraps, n in zip(self.periodic, shape, strict=True)):
            raise ValueError("a periodic axis needs 3 cells or more")
        self._plan = multigrid.plan(shape, spacing)
        size = int(self._plan[2][-1])
        self._flat = [np.zeros(size, dtype=np.float32) for _ in range(7)]
        self._row = np.empty(shape[1], dtype=np.float32)
        self._work = np.empty((4, *shape))
        self.tx, self.ty, self.sink = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        self.leak = np.zeros(shape)
        self._boundary = np.zeros(shape)
        self._scale = 1.0

    def set_conductivity(self, sigma: Array, screening: Array | float = 0.0) -> None:
        """Take sigma in S/m (zero: insulator) and k >= 0 in S/m3 of `div(sigma grad phi) - k phi = f`."""
        hx, hy = self.spacing
        face_conductances(np.ascontiguousarray(sigma, dtype=float), hy / hx, hx / hy, *self.periodic, self.tx, self.ty)
        self.leak[:] = np.asarray(screening) * (hx * hy)
        self.sink[:] = self.leak
        self._boundary[:] = 0.0
        ends: Sequence[tuple[Side, tuple[Any, Any], float, float]] = (
            (self.sides.low_x, (0, slice(None)), 2 * hy / hx, hy),
            (self.sides.high_x, (-1, slice(None)), 2 * hy / hx, hy),
            (self.sides.low_y, (slice(None), 0), 2 * hx / hy, hx),
            (self.sides.high_y, (slice(None), -1), 2 * hx / hy, hx),
        )
        for side, where, ratio, width in ends:
            if side.kind == "value":
                self.sink[where] += ratio * sigma[where]
                self._boundary[where] += ratio * sigma[where] * side.value
            elif side.kind == "flux":
                self._boundary[where] += width * np.asarray(side.value)
        self.refresh()

    def refresh(self) -> None:
        """Renew the coarse meshes after `tx`, `ty`, `sink` (conductances in S per m of depth) were written to.

        `leak`, the part of `sink` that leads to phi = 0 in the cells and not to a side, counts as power that flows.
        """
        shapes, factors, offsets = self._plan
        size = self.shape[0] * self.shape[1]
        self._scale = float(max(self.tx.max(), self.ty.max(), self.sink.max())) or 1.0
        for flat, fine in zip(self._flat[:3], (self.tx, self.ty, self.sink), strict=True):
            flat[:size] = (fine / self._scale).ravel()
        multigrid.coarsen(shapes, factors, offsets, *self._flat[:4])

    def solve(
        self,
        source: Array | float = 0.0,
        guess: Array | None = None,
        *,
        tolerance: float = 1e-6,
        balance: float = 1e-10,
        floor: float = 0.0,
        most: int = 200,
    ) -> Solution:
        """Solve for phi in V.

        source: f in A/m3; guess: where to start (kept as it is); tolerance: error in the energy norm over the root of
        the power; balance: current that may be lost, over the current that flows; floor: power in W per m of depth
        below which errors do not matter; most: iterations. A solve that ends otherwise has `converged` False. The
        balance is closed by a shift of phi at the end, to the rounding of phi: put the zero of phi at the metal,
        where a rounding error of phi is the largest current.
        """
        b = self._boundary - np.asarray(source) * (self.spacing[0] * self.spacing[1])
        singular = not np.any(self.sink)
        x = np.zeros(self.shape) if guess is None else np.array(guess, dtype=float)
        if singular:
            b = b - b.mean()
        used, error, lost, done = _conjugate_gradients(
            self.tx, self.ty, self.sink, self.leak, b, x, floor, tolerance, balance, most, singular, self._scale,
            self._work, *self._plan, *self._flat, self._row,
        )  # fmt: skip
        return Solution(x, int(used), float(error), float(lost), bool(done))
