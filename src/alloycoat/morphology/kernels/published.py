"""Kernels of two published grand-potential models of electrodeposition (see `alloycoat.morphology.published`).

Cells (i, j): i along x, away from the electrode; j periodic or mirrored is decided by the solvers. All in the units
of the papers (um, s, V, share of sites).
"""

from __future__ import annotations

import math

from alloycoat.morphology.kernels.compiled import compiled


@compiled
def switch(eta):  # type: ignore[no-untyped-def]
    """h(eta) = eta^3 (6 eta^2 - 15 eta + 10), 0 and 1 beyond."""
    e = min(max(eta, 0.0), 1.0)
    return e * e * e * (e * (6.0 * e - 15.0) + 10.0)


@compiled
def switch_slope(eta):  # type: ignore[no-untyped-def]
    """h'(eta) = 30 eta^2 (1 - eta)^2, 0 beyond."""
    e = min(max(eta, 0.0), 1.0)
    return 30.0 * e * e * (1.0 - e) * (1.0 - e)


@compiled
def share(w, level):  # type: ignore[no-untyped-def]
    """Site fraction 1/(1 + exp(level - w))."""
    return 1.0 / (1.0 + math.exp(level - w))


@compiled
def find_front(eta, margin, columns):  # type: ignore[no-untyped-def]
    """columns[i] = 1 for rows i within `margin` of one that holds 1e-4 < eta < 1 - 1e-4."""
    n, m = eta.shape
    columns[:] = 0
    for i in range(n):
        found = False
        for j in range(m):
            if 1e-4 < eta[i, j] < 1.0 - 1e-4:
                found = True
                break
        if found:
            for k in range(max(0, i - margin), min(n, i + margin + 1)):
                columns[k] = 1


@compiled
def amplitude(eta, w, pot, ls, thermal, level, c0, out):  # type: ignore[no-untyped-def]
    """out = -Ls [exp(pot F/2RT) - c/c0 exp(-pot F/2RT)]: rate of plating before h'(eta); 0 away from the front."""
    n, m = eta.shape
    for i in range(n):
        for j in range(m):
            e = eta[i, j]
            if 1e-9 < e < 1.0 - 1e-9:
                c = share(w[i, j], level) * (1.0 - switch(e))
                push = math.exp(-0.5 * thermal * pot[i, j])
                out[i, j] = ls * (c / c0 * push - 1.0 / push)
            else:
                out[i, j] = 0.0


@compiled
def _phase_rate(eta, i, j, drive, mobility, barrier, kappa, square):  # type: ignore[no-untyped-def]
    """d eta/dt of one cell: double well, gradient, drive h'; eta = 1 on the face at low x, 0 at high x."""
    n, m = eta.shape
    e = eta[i, j]
    low = eta[i - 1, j] if i > 0 else 2.0 - e
    high = eta[i + 1, j] if i + 1 < n else -e
    left = eta[i, j - 1] if j > 0 else e
    right = eta[i, j + 1] if j + 1 < m else e
    well = 2.0 * barrier * e * (1.0 - e) * (1.0 - 2.0 * e)
    return mobility * (kappa * (low + high + left + right - 4.0 * e) * square - well) + drive * switch_slope(e)


@compiled
def move_front(eta, drive, rows, mobility, barrier, kappa, spacing, step, count, first, second):  # type: ignore[no-untyped-def]
    """`count` steps of Heun's rule on the rows near the front; first and second are work arrays."""
    n, m = eta.shape
    square = 1.0 / (spacing * spacing)
    for _ in range(count):
        for i in range(n):
            if rows[i]:
                for j in range(m):
                    first[i, j] = _phase_rate(eta, i, j, drive[i, j], mobility, barrier, kappa, square)
                    second[i, j] = eta[i, j] + step * first[i, j]
            else:
                second[i] = eta[i]
        for i in range(n):
            if rows[i]:
                for j in range(m):
                    rate = _phase_rate(second, i, j, drive[i, j], mobility, barrier, kappa, square)
                    first[i, j] = eta[i, j] + 0.5 * step * (first[i, j] + rate)
        for i in range(n):
            if rows[i]:
                eta[i] = first[i]


@compiled
def content(eta, w, solid_level, level, sites, out):  # type: ignore[no-untyped-def]
    """out = cl (1 - h) + cs h dv: lithium per site."""
    n, m = eta.shape
    for i in range(n):
        for j in range(m):
            h = switch(eta[i, j])
            out[i, j] = share(w[i, j], level) * (1.0 - h) + share(w[i, j], solid_level) * h * sites


@compiled
def balance(  # type: ignore[no-untyped-def]
    eta, w, pot, more, one, two, weights, diffusivity, thermal, level, solid_level, sites, edge,
    tx, ty, sink, defect, mobility,
):  # fmt: skip
    """Newton's system of weights . (C, C_one, C_two) = div(D cl (1-h)^2 (grad w + F/RT grad pot)), cells of size one.

    Fills conductances tx, ty (arithmetic means) and sink, and defect = left minus right side. w = edge and pot = 0 on
    the face at high x, no flux elsewhere. The metal that forms in the step depends on w through the drive (more: per
    relative change of it); its slope stands in the sink.
    """
    n, m = eta.shape
    below, beyond = math.exp(level), math.exp(solid_level)
    for i in range(n):
        for j in range(m):
            h, steep, inverse = switch(eta[i, j]), switch_slope(eta[i, j]), math.exp(-w[i, j])
            cl, cs = 1.0 / (1.0 + below * inverse), 1.0 / (1.0 + beyond * inverse)
            chi = cl * (1.0 - cl) * (1.0 - h) + cs * (1.0 - cs) * h * sites
            chi += max(cs * sites - cl, 0.0) * steep * max(more[i, j], 0.0) * (1.0 - cl)
            found = cl * (1.0 - h) + cs * h * sites
            mobility[i, j] = diffusivity * cl * (1.0 - h) * (1.0 - h)
            sink[i, j] = weights[0] * max(chi, 1e-7)
            defect[i, j] = weights[0] * found + weights[1] * one[i, j] + weights[2] * two[i, j]
    for i in range(n):
        for j in range(m):
            tx[i, j] = 0.0
            if i > 0:
                t = 0.5 * (mobility[i, j] + mobility[i - 1, j])
                flow = t * (w[i, j] - w[i - 1, j] + thermal * (pot[i, j] - pot[i - 1, j]))
                tx[i, j] = t
                defect[i - 1, j] -= flow
                defect[i, j] += flow
        ty[i, 0] = 0.0
        for j in range(1, m):
            t = 0.5 * (mobility[i, j] + mobility[i, j - 1])
            flow = t * (w[i, j] - w[i, j - 1] + thermal * (pot[i, j] - pot[i, j - 1]))
            ty[i, j] = t
            defect[i, j - 1] -= flow
            defect[i, j] += flow
    for j in range(m):
        t = 2.0 * mobility[n - 1, j]
        sink[n - 1, j] += t
        defect[n - 1, j] -= t * (edge - w[n - 1, j] - thermal * pot[n - 1, j])
