"""One multigrid V-cycle for a resistor network, in single precision: the preconditioner of `elliptic`.

The network: node (i, j) is joined to (i-1, j) by tx[i, j], to (i, j-1) by ty[i, j] (indices wrap; a face that is
no face has conductance 0) and to ground by sink[i, j]. Coarsening merges 2 x 2 nodes (2 x 1 where the mesh is
stretched or thin) and keeps half the sum of the fine conductances: Galerkin's coarse mesh for piecewise constant
transfers, scaled. Conductances of a rediscretised coarse mesh, in series along the path between two centres, fail:
where a merged node holds metal and electrolyte they hide that it cannot leave the metal's potential. The smoother
is a Chebyshev polynomial of the Jacobi iteration, whose spectrum lies in (0, 2] for every network: no parameter
depends on the contrast. The cycle is symmetric, as conjugate gradients need.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.compiled import compiled

Floats = NDArray[np.float32]
Integers = NDArray[np.int64]

# roots of the Chebyshev polynomial of degree 2 over [0.5, 2], the part of the spectrum a coarse mesh cannot see
_LOW, _HIGH = 0.5, 2.0
_MIDDLE, _HALF = 0.5 * (_HIGH + _LOW), 0.5 * (_HIGH - _LOW)
FIRST = np.float32(1.0 / (_MIDDLE + _HALF * np.cos(0.25 * np.pi)))
SECOND = np.float32(1.0 / (_MIDDLE - _HALF * np.cos(0.25 * np.pi)))


def plan(shape: tuple[int, int], spacing: tuple[float, float]) -> tuple[Integers, Integers, Integers]:
    """Levels from fine to coarse: shapes (rows, columns), factors to the next level, offsets in a flat buffer."""
    shapes, factors = [shape], []
    steps = list(spacing)
    while max(shapes[-1]) > 1:
        n = shapes[-1]
        finest = min(steps[a] for a in (0, 1) if n[a] > 1)
        factor = tuple(2 if n[a] > 1 and steps[a] < 1.5 * finest else 1 for a in (0, 1))
        factors.append(factor)
        shapes.append((-(-n[0] // factor[0]), -(-n[1] // factor[1])))
        steps = [steps[a] * factor[a] for a in (0, 1)]
    sizes = [rows * columns for rows, columns in shapes]
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return np.array(shapes, dtype=np.int64), np.array([*factors, (1, 1)], dtype=np.int64), offsets


@compiled
def _merge(fx, fy, tx, ty, coarse_x, coarse_y):  # type: ignore[no-untyped-def]
    """Conductances between merged nodes: fine faces in parallel, divided by how much farther the centres are."""
    n, m = tx.shape
    rows, columns = coarse_x.shape
    for i in range(rows):
        for j in range(columns):
            across, along = np.float32(0.0), np.float32(0.0)
            for c in range(j * fy, min((j + 1) * fy, m)):
                across += tx[i * fx, c]
            for r in range(i * fx, min((i + 1) * fx, n)):
                along += ty[r, j * fy]
            coarse_x[i, j] = across / np.float32(fx)
            coarse_y[i, j] = along / np.float32(fy)


@compiled
def _inverse_diagonal(tx, ty, sink, out):  # type: ignore[no-untyped-def]
    n, m = tx.shape
    for i in range(n):
        below = i + 1 if i + 1 < n else 0
        for j in range(m):
            right = j + 1 if j + 1 < m else 0
            total = tx[i, j] + tx[below, j] + ty[i, j] + ty[i, right] + sink[i, j]
            out[i, j] = np.float32(1.0) / total if total > 0.0 else np.float32(0.0)


@compiled
def coarsen(shapes, factors, offsets, TX, TY, S, DI):  # type: ignore[no-untyped-def]
    """Fill every level of the flat buffers TX, TY, S (sink), DI (inverse diagonal) from the finest."""
    for k in range(len(shapes)):
        n, m = shapes[k]
        a, b = offsets[k], offsets[k + 1]
        tx, ty, sink = TX[a:b].reshape((n, m)), TY[a:b].reshape((n, m)), S[a:b].reshape((n, m))
        _inverse_diagonal(tx, ty, sink, DI[a:b].reshape((n, m)))
        if k + 1 == len(shapes):
            break
        fx, fy = factors[k]
        rows, columns = shapes[k + 1]
        c = offsets[k + 2]
        _merge(fx, fy, tx, ty, TX[b:c].reshape((rows, columns)), TY[b:c].reshape((rows, columns)))
        coarse = S[b:c].reshape((rows, columns))
        coarse[:, :] = 0.0
        for i in range(n):
            for j in range(m):
                coarse[i // fx, j // fy] += sink[i, j]


@compiled
def _residual_row(i, tx, ty, sink, x, b, row):  # type: ignore[no-untyped-def]
    """Row i of b - A x, from differences of x (exact where x is constant)."""
    n, m = x.shape
    above, below = (i - 1 if i > 0 else n - 1), (i + 1 if i + 1 < n else 0)
    t, u, up, middle, down = tx[i], tx[below], x[above], x[i], x[below]
    y, ground, right = ty[i], sink[i], b[i]
    for j in range(m):
        row[j] = right[j] - ground[j] * middle[j] - t[j] * (middle[j] - up[j]) - u[j] * (middle[j] - down[j])
    for j in range(1, m - 1):
        row[j] -= y[j] * (middle[j] - middle[j - 1]) + y[j + 1] * (middle[j] - middle[j + 1])
    if m > 1:
        row[0] -= y[0] * (middle[0] - middle[m - 1]) + y[1] * (middle[0] - middle[1])
        row[m - 1] -= y[m - 1] * (middle[m - 1] - middle[m - 2]) + y[0] * (middle[m - 1] - middle[0])


@compiled
def _relax(weight, tx, ty, sink, inverse, b, x, out, row):  # type: ignore[no-untyped-def]
    """out = x + weight D^-1 (b - A x)."""
    n, m = x.shape
    for i in range(n):
        _residual_row(i, tx, ty, sink, x, b, row)
        old, new, scale = x[i], out[i], inverse[i]
        for j in range(m):
            new[j] = old[j] + weight * scale[j] * row[j]


@compiled
def _restrict(fx, fy, tx, ty, sink, x, b, coarse, row):  # type: ignore[no-untyped-def]
    """coarse = sums of b - A x over merged nodes."""
    n, m = x.shape
    half = m // 2
    for i in range(n):
        _residual_row(i, tx, ty, sink, x, b, row)
        out = coarse[i // fx]
        if i % fx == 0:
            out[:] = 0.0
        if fy == 2:
            for j in range(half):
                out[j] += row[2 * j] + row[2 * j + 1]
            if m % 2:
                out[half] += row[m - 1]
        else:
            for j in range(m):
                out[j] += row[j]


@compiled
def _prolong(fx, fy, coarse, x):  # type: ignore[no-untyped-def]
    n, m = x.shape
    half = m // 2
    for i in range(n):
        source, out = coarse[i // fx], x[i]
        if fy == 2:
            for j in range(half):
                out[2 * j] += source[j]
                out[2 * j + 1] += source[j]
            if m % 2:
                out[m - 1] += source[half]
        else:
            for j in range(m):
                out[j] += source[j]


@compiled
def cycle(shapes, factors, offsets, TX, TY, S, DI, X, B, W, row):  # type: ignore[no-untyped-def]
    """X[finest] = M B[finest], M a symmetric approximate inverse: two relaxations down, two up."""
    last = len(shapes) - 1
    for k in range(last):
        n, m = shapes[k]
        a, e, c = offsets[k], offsets[k + 1], offsets[k + 2]
        fx, fy = factors[k]
        tx, ty, sink = TX[a:e].reshape((n, m)), TY[a:e].reshape((n, m)), S[a:e].reshape((n, m))
        for p in range(a, e):
            X[p] = FIRST * DI[p] * B[p]
        inverse, b = DI[a:e].reshape((n, m)), B[a:e].reshape((n, m))
        w = W[a:e].reshape((n, m))
        _relax(SECOND, tx, ty, sink, inverse, b, X[a:e].reshape((n, m)), w, row)
        rows, columns = shapes[k + 1]
        _restrict(fx, fy, tx, ty, sink, w, b, B[e:c].reshape((rows, columns)), row)
    a = offsets[last]
    X[a] = DI[a] * B[a] if S[a] > 0.0 else np.float32(0.0)
    for k in range(last - 1, -1, -1):
        n, m = shapes[k]
        a, e, c = offsets[k], offsets[k + 1], offsets[k + 2]
        rows, columns = shapes[k + 1]
        tx, ty, sink = TX[a:e].reshape((n, m)), TY[a:e].reshape((n, m)), S[a:e].reshape((n, m))
        inverse, b = DI[a:e].reshape((n, m)), B[a:e].reshape((n, m))
        x, w = X[a:e].reshape((n, m)), W[a:e].reshape((n, m))
        _prolong(factors[k, 0], factors[k, 1], X[e:c].reshape((rows, columns)), w)
        _relax(SECOND, tx, ty, sink, inverse, b, w, x, row)
        _relax(FIRST, tx, ty, sink, inverse, b, x, w, row)
        for p in range(a, e):
            X[p] = W[p]
