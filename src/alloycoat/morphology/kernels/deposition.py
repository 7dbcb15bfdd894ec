"""Front of a deposit on a uniform mesh: distance, normals, curvature, charge transfer, motion. Arrays (rows, columns).

eta = (1 + tanh(d/(2 epsilon)))/2 is the share of metal, d > 0 inside the metal. Columns wrap around, rows do not. Only
the band around the front is visited where exponentials are needed.
"""

from __future__ import annotations

import math

import numpy as np

from alloycoat.electrochemistry.butler_volmer import overpotential
from alloycoat.electrochemistry.compiled import make_compiled
from alloycoat.morphology.kernels.compiled import compiled

_overpotential = make_compiled(overpotential)

CLAMP = 1e-9
"""Share of metal that counts as none: the distance is cut off 20.7 epsilon from the front."""
REACTS = 0.01
"""Charge is transferred where eta lies between this and 1 minus this (98 % of the profile, then scaled to all)."""

RIDGE = 0.6
"""Slope of the distance below which the front counts as a ridge: two fronts that meet."""


@compiled
def distance(eta, epsilon, d):  # type: ignore[no-untyped-def]
    """d = epsilon ln(eta/(1 - eta)), cut off where eta is within CLAMP of 0 or 1."""
    n, m = eta.shape
    far = epsilon * math.log((1.0 - CLAMP) / CLAMP)
    for i in range(n):
        for j in range(m):
            e = eta[i, j]
            if e <= CLAMP:
                d[i, j] = -far
            elif e >= 1.0 - CLAMP:
                d[i, j] = far
            else:
                d[i, j] = epsilon * math.log(e / (1.0 - e))


@compiled
def find_band(eta, low, rows, columns):  # type: ignore[no-untyped-def]
    """Rows and columns of the cells with low < eta < 1 - low; returns how many."""
    n, m = eta.shape
    count = 0
    for i in range(n):
        for j in range(m):
            e = eta[i, j]
            if low < e < 1.0 - low:
                rows[count] = i
                columns[count] = j
                count += 1
    return count


@compiled
def _unit_x(d, i, j, dx):  # type: ignore[no-untyped-def]
    """x-part of the unit normal on the face between columns j - 1 and j (wrapped)."""
    n, m = d.shape
    before = j - 1 if j > 0 else m - 1
    up, down = min(i + 1, n - 1), max(i - 1, 0)
    gx = d[i, j] - d[i, before]
    gy = 0.5 * (d[up, j] - d[down, j] + d[up, before] - d[down, before]) / max(up - down, 1)
    return gx / math.sqrt(gx * gx + gy * gy + 1e-4 * dx * dx)


@compiled
def _unit_y(d, i, j, dx):  # type: ignore[no-untyped-def]
    """y-part of the unit normal on the face between rows i - 1 and i (0 < i)."""
    m = d.shape[1]
    before, after = (j - 1 if j > 0 else m - 1), (j + 1 if j + 1 < m else 0)
    gy = d[i, j] - d[i - 1, j]
    gx = 0.25 * (d[i, after] - d[i, before] + d[i - 1, after] - d[i - 1, before])
    return gy / math.sqrt(gx * gx + gy * gy + 1e-4 * dx * dx)


@compiled
def _held(unit, d, i, j, row, column, dx):  # type: ignore[no-untyped-def]
    """The normal as the profile is held by it: weaker where d has a ridge, so that a closed crack heals.

    The slope of d across the face and of its surroundings is 1 on a sound front and falls to 0 on a ridge; below
    RIDGE the hold goes with the square of the slope, less than what diffusion spreads.
    """
    n, m = d.shape
    after, before = (j + 1 if j + 1 < m else 0), (j - 1 if j > 0 else m - 1)
    right, left = (column + 1 if column + 1 < m else 0), (column - 1 if column > 0 else m - 1)
    gx = 0.25 * (d[i, after] - d[i, before] + d[row, right] - d[row, left]) / dx
    gy = 0.25 * (
        d[min(i + 1, n - 1), j] - d[max(i - 1, 0), j] + d[min(row + 1, n - 1), column] - d[max(row - 1, 0), column]
    )
    slope = gx * gx + (gy / dx) ** 2
    return unit * min(1.0, slope / RIDGE**2)


@compiled
def curvature(d, dx, rows, columns, count, found):  # type: ignore[no-untyped-def]
    """K = -div(grad d/|grad d|) in 1/m in the cells of the band: above zero where the metal bulges."""
    n, m = d.shape
    for k in range(count):
        i, j = rows[k], columns[k]
        after = j + 1 if j + 1 < m else 0
        total = _unit_x(d, i, after, dx) - _unit_x(d, i, j, dx)
        total += (_unit_y(d, i + 1, j, dx) if i + 1 < n else 0.0) - (_unit_y(d, i, j, dx) if i > 0 else 0.0)
        found[k] = -total / dx


@compiled
def steepness(d, rows, columns, count, angle, found):  # type: ignore[no-untyped-def]
    """cos(4 (theta - angle)) of the normal in the cells of the band."""
    n, m = d.shape
    for k in range(count):
        i, j = rows[k], columns[k]
        after, before = (j + 1 if j + 1 < m else 0), (j - 1 if j > 0 else m - 1)
        gx = d[i, after] - d[i, before]
        gy = d[min(i + 1, n - 1), j] - d[max(i - 1, 0), j]
        found[k] = math.cos(4.0 * (math.atan2(gy, gx) - angle))


@compiled
def slopes(d, dx, rows, columns, count, found):  # type: ignore[no-untyped-def]
    """|grad d| in the cells of the band: 1 on a sound profile, less on a wider one and on a ridge."""
    n, m = d.shape
    for k in range(count):
        i, j = rows[k], columns[k]
        gx = 0.5 * (d[i, (j + 1) % m] - d[i, (j - 1 + m) % m]) / dx
        up, down = min(i + 1, n - 1), max(i - 1, 0)
        gy = (d[up, j] - d[down, j]) / (max(up - down, 1) * dx)
        found[k] = math.sqrt(gx * gx + gy * gy)


@compiled
def lifting(d, rows, columns, count, found):  # type: ignore[no-untyped-def]
    """1 in the cells of the band whose metal faces up, falling to 0 between 37 and 60 degrees from it.

    A layer can be lifted by the metal below, not pushed aside or down.
    """
    n, m = d.shape
    for k in range(count):
        i, j = rows[k], columns[k]
        gx = d[i, (j + 1) % m] - d[i, (j - 1 + m) % m]
        gy = d[min(i + 1, n - 1), j] - d[max(i - 1, 0), j]
        up = -gy / math.sqrt(gx * gx + gy * gy + 1e-300)
        found[k] = min(1.0, max(0.0, (up - 0.5) / 0.3))


@compiled
def transfer(drive, exchange, film, alpha_a, alpha_c, thermal, count, current, slope):  # type: ignore[no-untyped-def]
    """Current density through charge transfer and film in series, and its derivative.

    drive = eta(j) + j R, solved for j (A/m2, positive strips) by Newton from the value in `current`; eta(j) is the
    inverse of the Butler-Volmer law, a rising function, so that the iteration converges.
    """
    for k in range(count):
        u, i0, r = drive[k], exchange[k], film[k]
        j = current[k]
        rate = 0.0
        for _ in range(60):
            eta = _overpotential(j, i0, alpha_a, alpha_c, thermal)
            e = eta / thermal
            rise = thermal / (i0 * (alpha_a * math.exp(alpha_a * e) + alpha_c * math.exp(-alpha_c * e)))
            rate = 1.0 / (r + rise)
            change = (u - eta - j * r) * rate
            # far below the root the tangent overshoots by far: no step beyond what the exponential itself gives
            bound = 2.0 * (abs(j) + i0) + abs(u) / (r + thermal / i0)
            change = min(max(change, -bound), bound)
            j += change
            if abs(change) <= 1e-12 * (abs(j) + 1e-6 * i0):
                break
        current[k] = j
        slope[k] = rate


@compiled
def _between(field, y, x):  # type: ignore[no-untyped-def]
    """Bilinear value at row y and column x (in cells, wrapped across, held at the ends of the rows)."""
    n, m = field.shape
    i, j = math.floor(y), math.floor(x)
    a, b = y - i, x - j
    low, high = min(max(i, 0), n - 1), min(max(i + 1, 0), n - 1)
    left, right = j % m, (j + 1) % m
    return (1.0 - a) * ((1.0 - b) * field[low, left] + b * field[low, right]) + a * (
        (1.0 - b) * field[high, left] + b * field[high, right]
    )


@compiled
def along_normal(weight, weighted, d, epsilon, dx, rows, columns, count, found):  # type: ignore[no-untyped-def]
    """Mean of a quantity across the front, for every cell of the band: the integrals of weighted and weight.

    Taken along the normal through the cell from 4 epsilon on one side to 4 epsilon on the other side of the front, so
    that all cells of a profile move together.
    """
    n, m = d.shape
    for k in range(count):
        i, j = rows[k], columns[k]
        gx = d[i, (j + 1) % m] - d[i, (j - 1 + m) % m]
        gy = d[min(i + 1, n - 1), j] - d[max(i - 1, 0), j]
        size = math.sqrt(gx * gx + gy * gy) + 1e-300
        total, mass = 1e-6 * weighted[i, j], 1e-6 * weight[i, j]
        for step in range(-4, 5):
            way = (step * epsilon - d[i, j]) / dx
            y, x = i + way * gy / size, j + way * gx / size
            total += _between(weighted, y, x)
            mass += _between(weight, y, x)
        found[k] = total / mass if mass > 0.0 else 0.0


@compiled
def spread(eta, v, low, sweeps, known):  # type: ignore[no-untyped-def]
    """Carry the velocity of the reacting band outwards along the normal into the tails of the profile.

    known: 1 where v is given; a tail cell takes the mean of its known neighbours nearer to the front.
    """
    n, m = eta.shape
    for sweep in range(sweeps):
        mark = sweep + 2
        for i in range(n):
            for j in range(m):
                e = eta[i, j]
                if known[i, j] != 0 or e <= low or e >= 1.0 - low:
                    continue
                own = e * (1.0 - e)
                total, weight = 0.0, 0.0
                for a in range(-1, 2):
                    row = i + a
                    if row < 0 or row >= n:
                        continue
                    for b in range(-1, 2):
                        column = (j + b + m) % m
                        k = known[row, column]
                        if k == 0 or k == mark:
                            continue
                        gain = eta[row, column] * (1.0 - eta[row, column]) - own
                        if gain > 0.0:
                            total += gain * v[row, column]
                            weight += gain
                if weight > 0.0:
                    v[i, j] = total / weight
                    known[i, j] = mark


@compiled
def _moved(eta, push, known, rows, columns, count, shift, epsilon):  # type: ignore[no-untyped-def]
    """Sum of the change of eta when every cell of the band is pushed by push + shift (m), and its derivative."""
    total, slope = 0.0, 0.0
    for k in range(count):
        i, j = rows[k], columns[k]
        e = eta[i, j]
        active = 1.0 if known[i, j] > 0 else 0.0
        grow = math.exp((push[i, j] + shift * active) / epsilon)
        after = e * grow / (1.0 - e + e * grow)
        total += after - e
        slope += active * after * (1.0 - after) / epsilon
    return total, slope


@compiled
def advance(eta, push, known, low, wanted, epsilon, rows, columns):  # type: ignore[no-untyped-def]
    """Move the front by push (m, along the normal) so that the sum of eta changes by `wanted` exactly.

    A tanh profile is carried along without changing shape: d grows by push. What is missing of `wanted` is spread
    evenly over the front. Returns that even shift in m.
    """
    count = find_band(eta, low, rows, columns)
    shift = 0.0
    for _ in range(50):
        total, slope = _moved(eta, push, known, rows, columns, count, shift, epsilon)
        if slope <= 0.0:
            break
        change = (wanted - total) / slope
        shift += change
        if abs(change) <= 1e-16 * epsilon:
            break
    for k in range(count):
        i, j = rows[k], columns[k]
        e = eta[i, j]
        grow = math.exp((push[i, j] + (shift if known[i, j] > 0 else 0.0)) / epsilon)
        eta[i, j] = e * grow / (1.0 - e + e * grow)
    return shift


@compiled
def relax(eta, d, strength, epsilon, dx, change):  # type: ignore[no-untyped-def]
    """One explicit step of the conservative Allen-Cahn equation: the profile returns to tanh, metal is conserved.

    eta_t = div(M [epsilon grad eta - eta (1 - eta) n]); strength: M dt/dx. The two fluxes balance exactly on a
    plane front of any direction: eta_R - eta_L = 2 sinh((d_R - d_L)/(2 epsilon)) sqrt(q_R q_L), q = eta (1 - eta).
    """
    n, m = eta.shape
    scale = strength * epsilon / dx
    for i in range(n):
        for j in range(m):
            change[i, j] = 0.0
    for i in range(n):
        for j in range(m):
            e = eta[i, j]
            q = e * (1.0 - e)
            before = j - 1 if j > 0 else m - 1
            f = eta[i, before]
            p = q * f * (1.0 - f)
            if q > CLAMP or f * (1.0 - f) > CLAMP:
                unit = _held(_unit_x(d, i, j, dx), d, i, j, i, before, dx)
                flux = scale * (e - f - 2.0 * math.sinh(unit * dx / (2.0 * epsilon)) * math.sqrt(max(p, 0.0)))
                change[i, j] -= flux
                change[i, before] += flux
            if i > 0:
                f = eta[i - 1, j]
                p = q * f * (1.0 - f)
                if q > CLAMP or f * (1.0 - f) > CLAMP:
                    unit = _held(_unit_y(d, i, j, dx), d, i, j, i - 1, j, dx)
                    flux = scale * (e - f - 2.0 * math.sinh(unit * dx / (2.0 * epsilon)) * math.sqrt(max(p, 0.0)))
                    change[i, j] -= flux
                    change[i - 1, j] += flux
    for i in range(n):
        for j in range(m):
            eta[i, j] += change[i, j]


@compiled
def column_fronts(eta, dx, front):  # type: ignore[no-untyped-def]
    """Height of the metal that stands on the electrode, column by column: up to where its profile has died away.

    Its tail counts down to 1e-5, so that the height changes smoothly as the front moves; it ends earlier where eta
    rises again, which is other metal above.
    """
    n, m = eta.shape
    for j in range(m):
        total = eta[0, j]
        for i in range(1, n):
            e = eta[i, j]
            if e < 1e-5 or (e < 0.3 and e > eta[i - 1, j]):
                break
            total += e
        front[j] = total * dx


@compiled
def draw_layer(front, thickness, dx, epsilon, share):  # type: ignore[no-untyped-def]
    """Share of layer in what is not metal: 1 from the front up to its outer face, with a face as wide as epsilon.

    Where the metal below was stripped away from a side the layer stays above a cavity, which holds none.
    """
    n, m = share.shape
    for j in range(m):
        top = front[j] + thickness[j]
        for i in range(n):
            if thickness[j] <= 0.0:
                share[i, j] = 0.0
                continue
            x = ((i + 0.5) * dx - top) / epsilon
            bottom = ((i + 0.5) * dx - front[j]) / epsilon + 8.0
            if x > 6.0 or bottom < -6.0:
                share[i, j] = 0.0
            elif x < -6.0:
                share[i, j] = 1.0 if bottom > 6.0 else 1.0 / (1.0 + math.exp(-2.0 * bottom))
            else:
                share[i, j] = 1.0 / (1.0 + math.exp(2.0 * x))


@compiled
def connected(eta, threshold):  # type: ignore[no-untyped-def]
    """1 where the metal hangs together with the bottom row (eta >= threshold), and on the slope of its front.

    Metal that does not is dead: no electron reaches it.
    """
    n, m = eta.shape
    live = np.zeros((n, m))
    stack = np.empty((n * m, 2), dtype=np.int64)
    size = 0
    for j in range(m):
        if eta[0, j] >= threshold:
            live[0, j] = 1.0
            stack[size, 0], stack[size, 1] = 0, j
            size += 1
    while size > 0:
        size -= 1
        i, j = stack[size, 0], stack[size, 1]
        own = eta[i, j]
        for a, b in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            row, column = i + a, (j + b + m) % m
            if row < 0 or row >= n or live[row, column] != 0.0:
                continue
            e = eta[row, column]
            # within the metal any way, on the slope only downhill
            if e >= threshold or (e < own and e > 1e-9):
                live[row, column] = 1.0
                stack[size, 0], stack[size, 1] = row, column
                size += 1
    return live
