"""Kernels of two published grand-potential models of electrodeposition (see `alloycoat.morphology.published`).

Cells (i, j): i along x, away from the electrode; j mirrored at both ends. All in the units of the papers (um, s, V,
share of sites). The salt is carried twice, as chemical potential w (over RT) and as share of the liquid's sites
s = 1/(1 + exp(level - w)): a change of w by log(1 + r) changes s by a fraction without an exponential.
"""

from __future__ import annotations

import math

import numpy as np

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
def find_front(eta, margin, rows):  # type: ignore[no-untyped-def]
    """rows[i] = 1 for rows i within `margin` of one that holds 1e-4 < eta < 1 - 1e-4."""
    n, m = eta.shape
    rows[:] = 0
    for i in range(n):
        found = False
        for j in range(m):
            if 1e-4 < eta[i, j] < 1.0 - 1e-4:
                found = True
                break
        if found:
            for k in range(max(0, i - margin), min(n, i + margin + 1)):
                rows[k] = 1


@compiled
def _mix(x):  # type: ignore[no-untyped-def]
    """Stafford's variant 13 of the 64-bit finaliser (as in SplitMix64): a hash of a counter."""
    x = np.uint64(x)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@compiled
def _normal(seed, index, cell):  # type: ignore[no-untyped-def]
    """Nearly normal number of variance 1 for a seed, a time and a cell: Box and Muller's, from two hashes."""
    golden = np.uint64(0x9E3779B97F4A7C15)
    key = _mix(_mix(np.uint64(seed) + golden) + np.uint64(index) * golden)
    one = _mix(key + np.uint64(2 * cell) * golden)
    two = _mix(key + np.uint64(2 * cell + 1) * golden)
    unit = 1.0 / 9007199254740992.0
    first, second = (np.float64(one >> np.uint64(11)) + 0.5) * unit, np.float64(two >> np.uint64(11)) * unit
    return math.sqrt(-2.0 * math.log(first)) * math.cos(2.0 * math.pi * second)


@compiled
def white_noise(eta, rows, seed, offset, begin, end, interval, strength, out):  # type: ignore[no-untyped-def]
    """out = mean over [begin, end] of a rate of standard deviation `strength` drawn anew for every `interval`.

    The same for every split of time into steps. offset: rows left out below. Only where 1e-3 < eta < 1 - 1e-3,
    elsewhere 0.
    """
    n, m = eta.shape
    first, last = int(begin / interval + 1e-9), math.ceil(end / interval - 1e-9)
    for i in range(n):
        for j in range(m):
            out[i, j] = 0.0
            if rows[i] and 1e-3 < eta[i, j] < 1.0 - 1e-3:
                total = 0.0
                for k in range(first, last):
                    overlap = min(end, (k + 1) * interval) - max(begin, k * interval)
                    total += overlap * _normal(seed, k, (i + offset) * m + j)
                out[i, j] = strength * total / (end - begin)


@compiled
def exchange(eta, share, pot, rows, ls, thermal, c0, plating, stripping):  # type: ignore[no-untyped-def]
    """plating = Ls s/c0 exp(-pot F/2RT), stripping = Ls exp(pot F/2RT): rates before h' and, plating, 1 - h."""
    n, m = eta.shape
    for i in range(n):
        if rows[i]:
            for j in range(m):
                e = eta[i, j]
                if 1e-9 < e < 1.0 - 1e-9:
                    pull = math.exp(0.5 * thermal * pot[i, j])
                    plating[i, j] = ls * share[i, j] / (c0 * pull)
                    stripping[i, j] = ls * pull
                else:
                    plating[i, j] = 0.0
                    stripping[i, j] = 0.0


@compiled
def _phase_rate(eta, i, j, push, pull, mobility, barrier, kappa, square):  # type: ignore[no-untyped-def]
    """d eta/dt of one cell: double well, gradient, reaction; eta = 1 on the face at low x, 0 at high x."""
    n, m = eta.shape
    e = eta[i, j]
    low = eta[i - 1, j] if i > 0 else 2.0 - e
    high = eta[i + 1, j] if i + 1 < n else -e
    left = eta[i, j - 1] if j > 0 else e
    right = eta[i, j + 1] if j + 1 < m else e
    well = 2.0 * barrier * e * (1.0 - e) * (1.0 - 2.0 * e)
    drive = (push * (1.0 - switch(e)) - pull) * switch_slope(e)
    return mobility * (kappa * (low + high + left + right - 4.0 * e) * square - well) + drive


@compiled
def move_front(  # type: ignore[no-untyped-def]
    eta, begin, end, stripping, factor, noise, rows, mobility, barrier, kappa, spacing, step, count, first, second
):
    """`count` steps of Heun's rule on the rows near the front; the plating rate goes from `begin` to `factor` `end`.

    noise: a rate for every cell, held; first and second are work arrays.
    """
    n, m = eta.shape
    square = 1.0 / (spacing * spacing)
    for k in range(count):
        early, late = k / count, (k + 1) / count
        for i in range(n):
            if rows[i]:
                for j in range(m):
                    push = (1.0 - early) * begin[i, j] + early * factor * end[i, j]
                    rate = _phase_rate(eta, i, j, push, stripping[i, j], mobility, barrier, kappa, square)
                    first[i, j] = rate + noise[i, j]
                    second[i, j] = eta[i, j] + step * first[i, j]
            else:
                second[i] = eta[i]
        for i in range(n):
            if rows[i]:
                for j in range(m):
                    push = (1.0 - late) * begin[i, j] + late * factor * end[i, j]
                    rate = _phase_rate(second, i, j, push, stripping[i, j], mobility, barrier, kappa, square)
                    first[i, j] = eta[i, j] + 0.5 * step * (first[i, j] + rate + noise[i, j])
        for i in range(n):
            if rows[i]:
                eta[i] = first[i]


@compiled
def conductivity(eta, electrode, electrolyte, out):  # type: ignore[no-untyped-def]
    """out = S1 h + S2 (1 - h)."""
    n, m = eta.shape
    for i in range(n):
        for j in range(m):
            h = switch(eta[i, j])
            out[i, j] = electrode * h + electrolyte * (1.0 - h)


@compiled
def content(eta, share, ratio, sites, out):  # type: ignore[no-untyped-def]
    """out = s (1 - h) + cs h dv: lithium per site, cs = s/(s + ratio (1 - s)) the filling of the metal."""
    n, m = eta.shape
    for i in range(n):
        for j in range(m):
            h, s = switch(eta[i, j]), share[i, j]
            out[i, j] = s * (1.0 - h) + h * sites * s / (s + ratio * (1.0 - s))


@compiled
def balance(  # type: ignore[no-untyped-def]
    eta, w, share, pot, more, one, two, weights, diffusivity, power, migration, ratio, sites, edge,
    tx, ty, sink, drift, defect, spread, carry,
):  # fmt: skip
    """Newton's system of weights . (C, C_one, C_two) = div(D s [(1-h)^power grad w + migration (1-h)^2 grad pot]).

    Cells of size one. Fills conductances tx, ty (arithmetic means) and sink, defect = left minus right side, and
    drift[0..3]: what the flow through the face below (before) a cell changes by with the mobility in the cell (0, 2)
    and in the one below (1, 3), per change of w. w = edge and pot = 0 on the face at high x, no flux elsewhere. The
    metal that forms in the step depends on s through the drive (more: d eta/ds); its slope stands in the sink.
    spread and carry are work arrays.
    """
    n, m = eta.shape
    for i in range(n):
        for j in range(m):
            h, steep, s = switch(eta[i, j]), switch_slope(eta[i, j]), share[i, j]
            free, filled = 1.0 - h, s / (s + ratio * (1.0 - s))
            chi = s * (1.0 - s) * free + filled * (1.0 - filled) * h * sites
            chi += max(filled * sites - s, 0.0) * steep * max(more[i, j], 0.0) * s * (1.0 - s)
            carry[i, j] = diffusivity * s * free * free
            spread[i, j] = carry[i, j] if power == 2 else diffusivity * s * free
            sink[i, j] = weights[0] * max(chi, 1e-7)
            found = s * free + filled * h * sites
            defect[i, j] = weights[0] * found + weights[1] * one[i, j] + weights[2] * two[i, j]
    for i in range(n):
        for j in range(m):
            tx[i, j] = 0.0
            drift[0, i, j] = 0.0
            drift[1, i, j] = 0.0
            if i > 0:
                slope, field = w[i, j] - w[i - 1, j], migration * (pot[i, j] - pot[i - 1, j])
                upper, lower = spread[i, j] * slope + carry[i, j] * field, 0.0
                lower = spread[i - 1, j] * slope + carry[i - 1, j] * field
                tx[i, j] = 0.5 * (spread[i, j] + spread[i - 1, j])
                drift[0, i, j] = 0.5 * (1.0 - share[i, j]) * upper
                drift[1, i, j] = 0.5 * (1.0 - share[i - 1, j]) * lower
                flow = 0.5 * (upper + lower)
                defect[i - 1, j] -= flow
                defect[i, j] += flow
        ty[i, 0] = 0.0
        drift[2, i, 0] = 0.0
        drift[3, i, 0] = 0.0
        for j in range(1, m):
            slope, field = w[i, j] - w[i, j - 1], migration * (pot[i, j] - pot[i, j - 1])
            upper = spread[i, j] * slope + carry[i, j] * field
            lower = spread[i, j - 1] * slope + carry[i, j - 1] * field
            ty[i, j] = 0.5 * (spread[i, j] + spread[i, j - 1])
            drift[2, i, j] = 0.5 * (1.0 - share[i, j]) * upper
            drift[3, i, j] = 0.5 * (1.0 - share[i, j - 1]) * lower
            flow = 0.5 * (upper + lower)
            defect[i, j - 1] -= flow
            defect[i, j] += flow
    for j in range(m):
        t = 2.0 * spread[n - 1, j]
        sink[n - 1, j] += t
        defect[n - 1, j] -= t * (edge - w[n - 1, j]) - 2.0 * carry[n - 1, j] * migration * pot[n - 1, j]


@compiled
def shift(change, sink, weight, most, eta, ratio, sites, w, share):  # type: ignore[no-untyped-def]
    """One step of Newton's for the salt: s times 1 + change; returns the largest |change| sink.

    Where the metal gives way, not the salt (a front without salt), its lack of lithium is linear in 1/s instead, and
    s is divided by 1 - change. No more is lost, or won there, than a share `most`. weight: of the metal in the sink.
    """
    n, m = w.shape
    largest = 0.0
    for i in range(n):
        for j in range(m):
            c, s = change[i, j], share[i, j]
            largest = max(largest, abs(c) * sink[i, j])
            h, filled = switch(eta[i, j]), s / (s + ratio * (1.0 - s))
            if weight * filled * (1.0 - filled) * h * sites > 0.5 * sink[i, j]:
                c = 1.0 / (1.0 - min(c, most)) - 1.0
            else:
                c = max(c, -most)
            w[i, j] += math.log1p(c)
            share[i, j] = s * (1.0 + c) / (1.0 + s * c)
    return largest
