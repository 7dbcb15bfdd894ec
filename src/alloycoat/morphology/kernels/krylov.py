"""Stabilised biconjugate gradients (van der Vorst 1992, doi 10.1137/0913035) for any network, and their vector work."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from alloycoat.morphology.kernels.compiled import compiled

Array = NDArray[np.float64]


@compiled
def dot(a, b):  # type: ignore[no-untyped-def]
    """a . b"""
    total = 0.0
    for i in range(len(a)):
        total += a[i] * b[i]
    return total


def largest(a: Array) -> float:
    """Largest |a|."""
    return float(max(a.max(), -a.min()))


@compiled
def step(x, factor, p):  # type: ignore[no-untyped-def]
    """x += factor p."""
    for i in range(len(x)):
        x[i] += factor * p[i]


@compiled
def turn(p, z, factor):  # type: ignore[no-untyped-def]
    """p = z + factor p."""
    for i in range(len(p)):
        p[i] = z[i] + factor * p[i]


@compiled
def _turn_less(p, r, v, beta, omega):  # type: ignore[no-untyped-def]
    """p = r + beta (p - omega v)."""
    for i in range(len(p)):
        p[i] = r[i] + beta * (p[i] - omega * v[i])


def bicgstab(
    apply: Callable[[Array, Array], None],
    precondition: Callable[[Array, Array], None],
    b: Array,
    x: Array,
    work: Array,
    tolerance: float,
    most: int,
) -> tuple[int, float]:
    """Solve A x = b from x = 0 (right preconditioning): iterations, and the residual left over that of b.

    apply(x, out): out = A x; precondition(r, z): z = M r; work: six arrays like b.
    """
    r, p, v, t, z, y = work
    x[:], r[:], p[:], v[:] = 0.0, b, 0.0, 0.0
    flat = [a.ravel() for a in (b, x, r, p, v, t, z, y)]
    fb, fx, fr, fp, fv, ft, fz, fy = flat
    first = float(np.sqrt(dot(fb, fb)))
    if first == 0.0:
        return 0, 0.0
    before, alpha, omega, left, used = 1.0, 1.0, 1.0, 1.0, 0
    for used in range(1, most + 1):
        rho = dot(fb, fr)
        _turn_less(fp, fr, fv, rho / before * (alpha / omega) if used > 1 else 0.0, omega)
        precondition(p, y)
        apply(y, v)
        alpha = rho / dot(fb, fv)
        step(fr, -alpha, fv)
        step(fx, alpha, fy)
        left = float(np.sqrt(dot(fr, fr))) / first
        if left < tolerance:
            break
        precondition(r, z)
        apply(z, t)
        omega = dot(ft, fr) / dot(ft, ft)
        step(fx, omega, fz)
        step(fr, -omega, ft)
        before, left = rho, float(np.sqrt(dot(fr, fr))) / first
        if left < tolerance:
            break
    return used, left
