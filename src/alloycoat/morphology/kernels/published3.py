"""What of `published` needs neighbours, in three dimensions: x is the first axis, y and z are mirrored at both ends."""

from __future__ import annotations

from alloycoat.morphology.kernels.compiled import compiled
from alloycoat.morphology.kernels.published import switch, switch_slope


@compiled
def _line_rates(eta, i, j, push, pull, noise, mobility, barrier, kappa, square, out):  # type: ignore[no-untyped-def]
    """d eta/dt of line (i, j); push: one value a cell; eta = 1 on the face at low x, 0 at high x."""
    n, m, depth = eta.shape
    here, left, right = eta[i, j], eta[i, max(j - 1, 0)], eta[i, min(j + 1, m - 1)]
    low, high = eta[max(i - 1, 0), j], eta[min(i + 1, n - 1), j]
    for k in range(depth):
        e = here[k]
        below, above = (low[k] if i > 0 else 2.0 - e), (high[k] if i + 1 < n else -e)
        around = left[k] + right[k] + here[max(k - 1, 0)] + here[min(k + 1, depth - 1)]
        well = 2.0 * barrier * e * (1.0 - e) * (1.0 - 2.0 * e)
        rate = mobility * (kappa * (below + above + around - 6.0 * e) * square - well)
        if 1e-9 < e < 1.0 - 1e-9:
            rate += (push[k] * (1.0 - switch(e)) - pull[k]) * switch_slope(e)
        out[k] = rate + noise[k]


@compiled
def move_front(  # type: ignore[no-untyped-def]
    eta, begin, end, stripping, factor, noise, rows, mobility, barrier, kappa, spacing, step, count, first, second
):
    """`count` steps of Heun's rule on the rows near the front, as in the plane."""
    n, m, depth = eta.shape
    square = 1.0 / (spacing * spacing)
    push, rate = first[0, 0].copy(), first[0, 0].copy()
    for s in range(count):
        early, late = s / count, (s + 1) / count
        for i in range(n):
            if rows[i]:
                for j in range(m):
                    for k in range(depth):
                        push[k] = (1.0 - early) * begin[i, j, k] + early * factor * end[i, j, k]
                    pull, kick, out = stripping[i, j], noise[i, j], first[i, j]
                    _line_rates(eta, i, j, push, pull, kick, mobility, barrier, kappa, square, out)
                    for k in range(depth):
                        second[i, j, k] = eta[i, j, k] + step * out[k]
            else:
                second[i] = eta[i]
        for i in range(n):
            if rows[i]:
                for j in range(m):
                    for k in range(depth):
                        push[k] = (1.0 - late) * begin[i, j, k] + late * factor * end[i, j, k]
                    pull, kick = stripping[i, j], noise[i, j]
                    _line_rates(second, i, j, push, pull, kick, mobility, barrier, kappa, square, rate)
                    for k in range(depth):
                        first[i, j, k] = eta[i, j, k] + 0.5 * step * (first[i, j, k] + rate[k])
        for i in range(n):
            if rows[i]:
                eta[i] = first[i]


@compiled
def _face(w, share, pot, spread, carry, migration, one, two, t, a, b, flow):  # type: ignore[no-untyped-def]
    """Conductance t, drift a (own side) and b (other side) and flow of the faces between two lines of cells."""
    for k in range(len(t)):
        slope, field = w[one][k] - w[two][k], migration * (pot[one][k] - pot[two][k])
        upper = spread[one][k] * slope + carry[one][k] * field
        lower = spread[two][k] * slope + carry[two][k] * field
        t[k] = 0.5 * (spread[one][k] + spread[two][k])
        a[k] = 0.5 * (1.0 - share[one][k]) * upper
        b[k] = 0.5 * (1.0 - share[two][k]) * lower
        flow[k] = 0.5 * (upper + lower)


@compiled
def _cells(  # type: ignore[no-untyped-def]
    eta, share, more, one, two, weights, diffusivity, power, ratio, sites, sink, defect, spread, carry
):
    """Sinks, mobilities and the part of the defect that stays in a cell."""
    n, m, depth = eta.shape
    for i in range(n):
        for j in range(m):
            for k in range(depth):
                h, steep, s = switch(eta[i, j, k]), switch_slope(eta[i, j, k]), share[i, j, k]
                free, filled = 1.0 - h, s / (s + ratio * (1.0 - s))
                chi = s * (1.0 - s) * free + filled * (1.0 - filled) * h * sites
                chi += max(filled * sites - s, 0.0) * steep * max(more[i, j, k], 0.0) * s * (1.0 - s)
                carry[i, j, k] = diffusivity * s * free * free
                spread[i, j, k] = carry[i, j, k] if power == 2 else diffusivity * s * free
                sink[i, j, k] = weights[0] * max(chi, 1e-7)
                found = s * free + filled * h * sites
                defect[i, j, k] = weights[0] * found + weights[1] * one[i, j, k] + weights[2] * two[i, j, k]


@compiled
def balance(  # type: ignore[no-untyped-def]
    eta, w, share, pot, more, one, two, weights, diffusivity, power, migration, ratio, sites, edge,
    tx, ty, tz, sink, drift, defect, spread, carry,
):  # fmt: skip
    """Newton's system of the salt as in the plane; drift[0..5]: of the faces below, before and beside a cell."""
    n, m, depth = eta.shape
    _cells(eta, share, more, one, two, weights, diffusivity, power, ratio, sites, sink, defect, spread, carry)
    flow = defect[0, 0].copy()
    for i in range(n):
        for j in range(m):
            if i > 0:
                p, q = (i, j), (i - 1, j)
                a, b = drift[0, i, j], drift[1, i, j]
                _face(w, share, pot, spread, carry, migration, p, q, tx[i, j], a, b, flow)
                for k in range(depth):
                    defect[i, j, k] += flow[k]
                    defect[i - 1, j, k] -= flow[k]
            if j > 0:
                p, q = (i, j), (i, j - 1)
                a, b = drift[2, i, j], drift[3, i, j]
                _face(w, share, pot, spread, carry, migration, p, q, ty[i, j], a, b, flow)
                for k in range(depth):
                    defect[i, j, k] += flow[k]
                    defect[i, j - 1, k] -= flow[k]
            for k in range(1, depth):
                slope = w[i, j, k] - w[i, j, k - 1]
                field = migration * (pot[i, j, k] - pot[i, j, k - 1])
                upper = spread[i, j, k] * slope + carry[i, j, k] * field
                lower = spread[i, j, k - 1] * slope + carry[i, j, k - 1] * field
                tz[i, j, k] = 0.5 * (spread[i, j, k] + spread[i, j, k - 1])
                drift[4, i, j, k] = 0.5 * (1.0 - share[i, j, k]) * upper
                drift[5, i, j, k] = 0.5 * (1.0 - share[i, j, k - 1]) * lower
                defect[i, j, k] += 0.5 * (upper + lower)
                defect[i, j, k - 1] -= 0.5 * (upper + lower)
    for j in range(m):
        for k in range(depth):
            t = 2.0 * spread[n - 1, j, k]
            sink[n - 1, j, k] += t
            carried = 2.0 * carry[n - 1, j, k] * migration * pot[n - 1, j, k]
            defect[n - 1, j, k] -= t * (edge - w[n - 1, j, k]) - carried
