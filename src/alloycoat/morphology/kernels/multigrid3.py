"""The multigrid cycle of `multigrid` in three dimensions, on cubes with closed walls, in single precision.

The network: node (i, j, k) is joined to (i-1, j, k) by tx, to (i, j-1, k) by ty, to (i, j, k-1) by tz (conductance 0
on the walls) and to ground by sink. Coarsening merges 2 x 2 x 2 nodes; smoother and scaling are those of the plane.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.compiled import compiled
from alloycoat.morphology.kernels.multigrid import FIRST, SECOND

Integers = NDArray[np.int64]


def plan(shape: tuple[int, int, int]) -> tuple[Integers, Integers]:
    """Levels from fine to coarse: shapes, and offsets in a flat buffer."""
    shapes = [shape]
    while max(shapes[-1]) > 1:
        a, b, c = shapes[-1]
        shapes.append((-(-a // 2), -(-b // 2), -(-c // 2)))
    offsets = np.concatenate([[0], np.cumsum([a * b * c for a, b, c in shapes])]).astype(np.int64)
    return np.array(shapes, dtype=np.int64), offsets


@compiled
def _merge(tx, ty, tz, sink, coarse_x, coarse_y, coarse_z, coarse_sink):  # type: ignore[no-untyped-def]
    """Conductances between merged nodes, half the sum of the fine ones; sinks add up."""
    n, m, depth = tx.shape
    half = np.float32(0.5)
    coarse_x[:] = 0.0
    coarse_y[:] = 0.0
    coarse_z[:] = 0.0
    coarse_sink[:] = 0.0
    for i in range(n):
        for j in range(m):
            p, q = i // 2, j // 2
            x, y, z, s = coarse_x[p, q], coarse_y[p, q], coarse_z[p, q], coarse_sink[p, q]
            for k in range(depth):
                s[k // 2] += sink[i, j, k]
            if i % 2 == 0:
                for k in range(depth):
                    x[k // 2] += half * tx[i, j, k]
            if j % 2 == 0:
                for k in range(depth):
                    y[k // 2] += half * ty[i, j, k]
            for k in range(0, depth, 2):
                z[k // 2] += half * tz[i, j, k]


@compiled
def _inverse_diagonal(tx, ty, tz, sink, out):  # type: ignore[no-untyped-def]
    n, m, depth = tx.shape
    for i in range(n):
        down = i + 1 if i + 1 < n else 0
        for j in range(m):
            right = j + 1 if j + 1 < m else 0
            for k in range(depth):
                after = k + 1 if k + 1 < depth else 0
                total = tx[i, j, k] + tx[down, j, k] + ty[i, j, k] + ty[i, right, k] + tz[i, j, k] + tz[i, j, after]
                total += sink[i, j, k]
                out[i, j, k] = np.float32(1.0) / total if total > 0.0 else np.float32(0.0)


@compiled
def coarsen(shapes, offsets, TX, TY, TZ, S, DI):  # type: ignore[no-untyped-def]
    """Fill every level of the flat buffers from the finest."""
    for k in range(len(shapes)):
        n, m, depth = shapes[k]
        a, b = offsets[k], offsets[k + 1]
        tx, ty, tz = TX[a:b].reshape((n, m, depth)), TY[a:b].reshape((n, m, depth)), TZ[a:b].reshape((n, m, depth))
        sink = S[a:b].reshape((n, m, depth))
        _inverse_diagonal(tx, ty, tz, sink, DI[a:b].reshape((n, m, depth)))
        if k + 1 == len(shapes):
            break
        p, q, r = shapes[k + 1]
        c = offsets[k + 2]
        x, y, z = TX[b:c].reshape((p, q, r)), TY[b:c].reshape((p, q, r)), TZ[b:c].reshape((p, q, r))
        _merge(tx, ty, tz, sink, x, y, z, S[b:c].reshape((p, q, r)))


@compiled
def apply_line(i, j, tx, ty, tz, sink, x, row):  # type: ignore[no-untyped-def]
    """Line (i, j) of A x, from differences of x (exact where x is constant)."""
    n, m, depth = x.shape
    up, down = (i - 1 if i > 0 else n - 1), (i + 1 if i + 1 < n else 0)
    left, right = (j - 1 if j > 0 else m - 1), (j + 1 if j + 1 < m else 0)
    here, a, b, c, d = x[i, j], x[up, j], x[down, j], x[i, left], x[i, right]
    s, t, u, v, w, z = sink[i, j], tx[i, j], tx[down, j], ty[i, j], ty[i, right], tz[i, j]
    for k in range(depth):
        e = here[k]
        row[k] = s[k] * e + t[k] * (e - a[k]) + u[k] * (e - b[k]) + v[k] * (e - c[k]) + w[k] * (e - d[k])
    for k in range(1, depth - 1):
        row[k] += z[k] * (here[k] - here[k - 1]) + z[k + 1] * (here[k] - here[k + 1])
    if depth > 1:
        row[0] += z[1] * (here[0] - here[1])
        row[depth - 1] += z[depth - 1] * (here[depth - 1] - here[depth - 2])


@compiled
def _relax(weight, tx, ty, tz, sink, inverse, b, x, out, row):  # type: ignore[no-untyped-def]
    """out = x + weight D^-1 (b - A x)."""
    n, m, depth = x.shape
    for i in range(n):
        for j in range(m):
            apply_line(i, j, tx, ty, tz, sink, x, row)
            old, new, scale, right = x[i, j], out[i, j], inverse[i, j], b[i, j]
            for k in range(depth):
                new[k] = old[k] + weight * scale[k] * (right[k] - row[k])


@compiled
def _restrict(tx, ty, tz, sink, x, b, coarse, row):  # type: ignore[no-untyped-def]
    """coarse = sums of b - A x over merged nodes."""
    n, m, depth = x.shape
    half = depth // 2
    coarse[:] = 0.0
    for i in range(n):
        for j in range(m):
            apply_line(i, j, tx, ty, tz, sink, x, row)
            out, right = coarse[i // 2, j // 2], b[i, j]
            for k in range(half):
                out[k] += (right[2 * k] - row[2 * k]) + (right[2 * k + 1] - row[2 * k + 1])
            if depth % 2:
                out[half] += right[depth - 1] - row[depth - 1]


@compiled
def _prolong(coarse, x):  # type: ignore[no-untyped-def]
    n, m, depth = x.shape
    half = depth // 2
    for i in range(n):
        for j in range(m):
            source, out = coarse[i // 2, j // 2], x[i, j]
            for k in range(half):
                out[2 * k] += source[k]
                out[2 * k + 1] += source[k]
            if depth % 2:
                out[depth - 1] += source[half]


@compiled
def cycle(shapes, offsets, TX, TY, TZ, S, DI, X, B, W, row):  # type: ignore[no-untyped-def]
    """X[finest] = M B[finest], M a symmetric approximate inverse: two relaxations down, two up."""
    last = len(shapes) - 1
    for level in range(last):
        n, m, depth = shapes[level]
        a, e, c = offsets[level], offsets[level + 1], offsets[level + 2]
        tx, ty, tz = TX[a:e].reshape((n, m, depth)), TY[a:e].reshape((n, m, depth)), TZ[a:e].reshape((n, m, depth))
        sink, inverse = S[a:e].reshape((n, m, depth)), DI[a:e].reshape((n, m, depth))
        for p in range(a, e):
            X[p] = FIRST * DI[p] * B[p]
        b, w = B[a:e].reshape((n, m, depth)), W[a:e].reshape((n, m, depth))
        _relax(SECOND, tx, ty, tz, sink, inverse, b, X[a:e].reshape((n, m, depth)), w, row)
        p, q, r = shapes[level + 1]
        _restrict(tx, ty, tz, sink, w, b, B[e:c].reshape((p, q, r)), row)
    a = offsets[last]
    X[a] = DI[a] * B[a] if S[a] > 0.0 else np.float32(0.0)
    for level in range(last - 1, -1, -1):
        n, m, depth = shapes[level]
        a, e, c = offsets[level], offsets[level + 1], offsets[level + 2]
        p, q, r = shapes[level + 1]
        tx, ty, tz = TX[a:e].reshape((n, m, depth)), TY[a:e].reshape((n, m, depth)), TZ[a:e].reshape((n, m, depth))
        sink, inverse = S[a:e].reshape((n, m, depth)), DI[a:e].reshape((n, m, depth))
        b, x, w = B[a:e].reshape((n, m, depth)), X[a:e].reshape((n, m, depth)), W[a:e].reshape((n, m, depth))
        _prolong(X[e:c].reshape((p, q, r)), w)
        _relax(SECOND, tx, ty, tz, sink, inverse, b, w, x, row)
        _relax(FIRST, tx, ty, tz, sink, inverse, b, x, w, row)
        for k in range(a, e):
            X[k] = W[k]
