"""Properties of the electrolyte cell by cell, and the salt carried by a given current. Arrays (rows up, columns)."""

from __future__ import annotations

import math

from alloycoat.morphology.kernels.compiled import compiled

FLOOR = 1e-6
"""Share of the electrolyte that is left inside the metal, so that every field is defined everywhere."""
OUTER = 0.03
"""Share of layer at which all of its film is passed: the film lies on the outermost part of its face."""
EMPTY = 1e-6
"""Share of c0 below which the salt counts as used up: its logarithm is taken there."""


@compiled
def properties(c, knots, rows, lowest, out):  # type: ignore[no-untyped-def]
    """out[0..3] = conductivity, diffusivity, transference, thermodynamic integral E at the concentration of each cell.

    knots, rows: a transport table (see electrochemistry.transport). lowest: concentration below which E is continued
    as the logarithm of the first segment.
    """
    n, m = c.shape
    k, last = 0, len(knots)
    for i in range(n):
        for j in range(m):
            x = max(c[i, j], lowest)
            while k < last and x > knots[k]:
                k += 1
            while k > 0 and x <= knots[k - 1]:
                k -= 1
            row = rows[k]
            out[0, i, j] = row[4] + row[5] * x
            out[1, i, j] = row[0] + row[1] * x
            out[2, i, j] = row[2] + row[3] * x
            out[3, i, j] = row[7] + row[8] * math.log(x) + x * (row[9] + 0.5 * row[10] * x)


@compiled
def film_passed(share):  # type: ignore[no-untyped-def]
    """Part of the film on a layer that lies outside a cell with this share of layer."""
    return min(1.0, share / OUTER)


@compiled
def _thick(share, i, j):  # type: ignore[no-untyped-def]
    """Part of the film on a layer that lies within a cell, from row to row: it conducts no better along than across."""
    up, down = min(i + 1, share.shape[0] - 1), max(i - 1, 0)
    return 0.5 * abs(film_passed(share[up, j]) - film_passed(share[down, j]))


@compiled
def layered_network(free, kappa, share, normal, along, sheet, dx, tx, ty):  # type: ignore[no-untyped-def]
    """Conductances of the faces (S per m of depth) where a layer conducts beside the electrolyte.

    free: share of what is not metal; kappa: S/m of the electrolyte; share: of layer in what is not metal; normal,
    along: S/m of the layer across and along; sheet: ohm m2 of the film on the layer. The resistances of
    layer and electrolyte in a cell add up both ways: the rows do not follow a tilted face, and the better conductor
    would short it. A film adds sheet times the part of it that lies between two cells, so that its whole resistance is
    passed whatever the mesh. Columns wrap around, nothing crosses the ends of the rows.
    """
    n, m = free.shape
    for i in range(n):
        for j in range(m):
            before = j - 1 if j > 0 else m - 1
            own = share[i, j]
            here = (own / along + (1.0 - own) / kappa[i, j]) / free[i, j]
            other = share[i, before]
            there = (other / along + (1.0 - other) / kappa[i, before]) / free[i, before]
            film = abs(film_passed(own) - film_passed(other)) + 0.5 * (_thick(share, i, j) + _thick(share, i, before))
            film *= (sheet[i, j] + sheet[i, before]) / (free[i, j] + free[i, before])
            ty[i, j] = dx / (0.5 * dx * (here + there) + film)
            if i == 0:
                tx[i, j] = 0.0
                continue
            other = share[i - 1, j]
            here = (own / normal + (1.0 - own) / kappa[i, j]) / free[i, j]
            there = (other / normal + (1.0 - other) / kappa[i - 1, j]) / free[i - 1, j]
            film = abs(film_passed(own) - film_passed(other)) * (sheet[i, j] + sheet[i - 1, j])
            film /= free[i, j] + free[i - 1, j]
            tx[i, j] = dx / (0.5 * dx * (here + there) + film)


@compiled
def _carried(free, other, transference, beside):  # type: ignore[no-untyped-def]
    """Share of the current on a face that anions carry: none where either side holds no electrolyte."""
    if free <= 0.0 or other <= 0.0:
        return 0.0
    return 2.0 * free * other / (free + other) * (1.0 - 0.5 * (transference + beside))


@compiled
def salt_source(psi, tx, ty, transference, layer, cell, out):  # type: ignore[no-untyped-def]
    """Salt that a current brings to each cell, in mol/(m3 s) times z F: the sum over its faces of (1 - t+) i out.

    Anions stay: their migration (1 - t+) i/(z F) is carried on by diffusion alone. It ends at metal and layer, which
    carry cations only. tx, ty: conductances of the faces below and before each cell (S per m of depth); cell: its area.
    """
    n, m = psi.shape
    for i in range(n):
        for j in range(m):
            out[i, j] = 0.0
    for i in range(n):
        for j in range(m):
            free = 1.0 - layer[i, j]
            if i > 0:
                flow = _carried(free, 1.0 - layer[i - 1, j], transference[i, j], transference[i - 1, j])
                flow *= tx[i, j] * (psi[i - 1, j] - psi[i, j]) / cell  # from row i - 1 to row i
                out[i, j] -= flow
                out[i - 1, j] += flow
            before = j - 1 if j > 0 else m - 1
            flow = _carried(free, 1.0 - layer[i, before], transference[i, j], transference[i, before])
            flow *= ty[i, j] * (psi[i, before] - psi[i, j]) / cell
            out[i, j] -= flow
            out[i, before] += flow
