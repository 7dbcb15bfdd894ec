"""Kernels of dendritic growth: a preconditioned phase field in a band about the interface, heat by implicit sweeps.

The phase field phi = tanh(psi / sqrt 2) is carried as psi, nearly a distance, so that fourth-order differences are
accurate on a mesh as coarse as the interface (after Glasner 2001, doi 10.1006/jcph.2000.6647). With W0 = tau0 = 1,
G = |grad psi|^2 a^2 / 2 and a the anisotropy:

    a^2 dpsi/dt = sqrt2 [phi - lambda U (1 - phi^2)] + div(dG/d grad psi) - sqrt2 phi a^2 |grad psi|^2
    dU/dt = D lap U + 1/2 dphi/dt

U is advanced by the trapezoidal rule with compact fourth-order differences, factored into sweeps along x and y; the
increments are held in single precision, the field in double.
"""

from __future__ import annotations

import math

import numpy as np

from alloycoat.morphology.kernels.compiled import compiled

ROOT2 = math.sqrt(2.0)
_BLOCK = 256


@compiled
def find_band(psi, cut, size, rows, columns):  # type: ignore[no-untyped-def]
    """List the cells of the window with a neighbour, or themselves, strictly within the cut.

    Returns how many; -1 where they are more than `rows` has room for.
    """
    count = 0
    for i in range(2, size + 2):
        for j in range(2, size + 2):
            across, along = min(abs(psi[i - 1, j]), abs(psi[i + 1, j])), min(abs(psi[i, j - 1]), abs(psi[i, j + 1]))
            near = min(abs(psi[i, j]), across, along) < cut
            if near and count == len(rows):
                return -1
            if near:
                rows[count] = i
                columns[count] = j
                count += 1
    return count


@compiled
def mirror(psi, size):  # type: ignore[no-untyped-def]
    """Fill two ghost lines at the axes of symmetry."""
    for j in range(2, size + 4):
        psi[1, j] = psi[2, j]
        psi[0, j] = psi[3, j]
    for i in range(size + 4):
        psi[i, 1] = psi[i, 2]
        psi[i, 0] = psi[i, 3]


@compiled
def _rate(psi, i, j, phi, heat, inverse, anisotropy):  # type: ignore[no-untyped-def]
    """dpsi/dt at one cell; heat: lambda U; inverse: 1 / spacing."""
    p = psi[i, j]
    e, w, n, s = psi[i + 1, j], psi[i - 1, j], psi[i, j + 1], psi[i, j - 1]
    e2, w2, n2, s2 = psi[i + 2, j], psi[i - 2, j], psi[i, j + 2], psi[i, j - 2]
    px = (8.0 * (e - w) - (e2 - w2)) * (inverse / 12.0)
    py = (8.0 * (n - s) - (n2 - s2)) * (inverse / 12.0)
    square = inverse * inverse
    pxx = (16.0 * (e + w) - (e2 + w2) - 30.0 * p) * (square / 12.0)
    pyy = (16.0 * (n + s) - (n2 + s2) - 30.0 * p) * (square / 12.0)
    near = psi[i + 1, j + 1] + psi[i - 1, j - 1] - psi[i + 1, j - 1] - psi[i - 1, j + 1]
    far = psi[i + 2, j + 2] + psi[i - 2, j - 2] - psi[i + 2, j - 2] - psi[i - 2, j + 2]
    pxy = (16.0 * near - far) * (square / 48.0)
    steep = px * px + py * py
    a, bend, twist, spread = 1.0, pxx + pyy, 0.0, 0.0
    if steep > 1e-12:
        xx, xy, yy = px * px / steep, px * py / steep, py * py / steep
        double_cos, double_sin = xx - yy, 2.0 * xy
        cos4, sin4 = double_cos * double_cos - double_sin * double_sin, 2.0 * double_cos * double_sin
        a = 1.0 + anisotropy * cos4
        first, second = -4.0 * anisotropy * sin4, -16.0 * anisotropy * cos4
        twist = (xx - yy) * pxy - xy * (pxx - pyy)
        spread = yy * pxx - 2.0 * xy * pxy + xx * pyy
        bend = a * a * (pxx + pyy) + 2.0 * a * first * twist + (first * first + a * second) * spread
    drive = ROOT2 * (phi * (1.0 - a * a * steep) - heat * (1.0 - phi * phi))
    return (drive + bend) / (a * a)


@compiled
def first_stage(psi, u, rows, columns, count, step, spacing, coupling, anisotropy, rate, phase, out):  # type: ignore[no-untyped-def]
    """out = psi + step dpsi/dt in the band; keeps the rate and phi of the begin."""
    inverse = 1.0 / spacing
    for k in range(count):
        i, j = rows[k], columns[k]
        phi = math.tanh(psi[i, j] / ROOT2)
        rate[k] = _rate(psi, i, j, phi, coupling * u[i - 2, j - 2], inverse, anisotropy)
        phase[k] = phi
        out[i, j] = psi[i, j] + step * rate[k]


@compiled
def second_stage(  # type: ignore[no-untyped-def]
    psi, guess, u, turned, rows, columns, count, step, spacing, coupling, anisotropy, cut, rate, phase
):
    """Heun's second stage: psi at the end, phase = change of phi; turned: change of U in the last step,
    transposed."""
    inverse = 1.0 / spacing
    for k in range(count):
        i, j = rows[k], columns[k]
        phi = math.tanh(guess[i, j] / ROOT2)
        heat = coupling * (u[i - 2, j - 2] + turned[j - 2, i - 2])
        end = psi[i, j] + 0.5 * step * (rate[k] + _rate(guess, i, j, phi, heat, inverse, anisotropy))
        end = min(max(end, -cut), cut)
        psi[i, j] = end
        phase[k] = math.tanh(end / ROOT2) - phase[k]
    for k in range(count):
        guess[rows[k], columns[k]] = psi[rows[k], columns[k]]


@compiled
def heat_right(u, number, size, out):  # type: ignore[no-untyped-def]
    """out = number (dx + dy + dx dy / 6) u with second differences dx, dy; no flux at the sides of the window."""
    for i in range(size):
        above, below = max(i - 1, 0), min(i + 1, size - 1)
        up, middle, down, row = u[above], u[i], u[below], out[i]
        for j in range(1, size - 1):
            cross = up[j] + down[j] + middle[j - 1] + middle[j + 1]
            corner = up[j - 1] + up[j + 1] + down[j - 1] + down[j + 1]
            row[j] = number * ((4.0 * cross + corner - 20.0 * middle[j]) / 6.0)
        for j, left, right in ((0, 0, 1), (size - 1, size - 2, size - 1)):
            cross = up[j] + down[j] + middle[left] + middle[right]
            corner = up[left] + up[right] + down[left] + down[right]
            row[j] = number * ((4.0 * cross + corner - 20.0 * middle[j]) / 6.0)


@compiled
def add_latent(rows, columns, count, phase, size, out):  # type: ignore[no-untyped-def]
    """Add (1 + dx/12)(1 + dy/12) of half the change of phi."""
    for k in range(count):
        i, j = rows[k] - 2, columns[k] - 2
        half = 0.5 * phase[k]
        for p in range(-1, 2):
            share = half * (10.0 / 12.0 if p == 0 else 1.0 / 12.0)
            row = min(max(i + p, 0), size - 1)
            for q in range(-1, 2):
                column = min(max(j + q, 0), size - 1)
                out[row, column] += share * (10.0 / 12.0 if q == 0 else 1.0 / 12.0)


@compiled
def sweep(size, off, pivots, carry, x):  # type: ignore[no-untyped-def]
    """Solve (1 + off d) x = x down every column in place; pivots and carry: of the factored matrix."""
    blocks = (size + _BLOCK - 1) // _BLOCK
    for b in range(blocks):
        low, high = b * _BLOCK, min((b + 1) * _BLOCK, size)
        for j in range(low, high):
            x[0, j] *= pivots[0]
        for i in range(1, size):
            before, row, pivot = x[i - 1], x[i], pivots[i]
            for j in range(low, high):
                row[j] = (row[j] - off * before[j]) * pivot
        for i in range(size - 2, -1, -1):
            after, row, share = x[i + 1], x[i], carry[i]
            for j in range(low, high):
                row[j] -= share * after[j]


@compiled
def turn(size, x, out):  # type: ignore[no-untyped-def]
    """out = transpose of x, in blocks."""
    blocks = (size + 15) // 16
    for a in range(blocks):
        for b in range(blocks):
            for i in range(16 * a, min(16 * a + 16, size)):
                for j in range(16 * b, min(16 * b + 16, size)):
                    out[i, j] = x[j, i]


@compiled
def add_turned(size, turned, u):  # type: ignore[no-untyped-def]
    """u += transpose of turned, in blocks."""
    blocks = (size + 15) // 16
    for a in range(blocks):
        for b in range(blocks):
            for i in range(16 * a, min(16 * a + 16, size)):
                for j in range(16 * b, min(16 * b + 16, size)):
                    u[i, j] += turned[j, i]


def factor(size: int, off: float) -> tuple[np.ndarray, np.ndarray]:
    """Pivots and carries of the tridiagonal matrix 1 + off d with no flux at both ends, single precision."""
    pivots, carry = np.empty(size), np.empty(size)
    for i in range(size):
        diagonal = 1.0 - off * (1.0 if i in {0, size - 1} else 2.0)
        pivots[i] = 1.0 / (diagonal - (off * carry[i - 1] if i else 0.0))
        carry[i] = off * pivots[i]
    return pivots.astype(np.float32), carry.astype(np.float32)
