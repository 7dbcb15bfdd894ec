"""Mixing rules: properties of a composite layer from those of its phases. Pure functions of arrays.

In every function the first axis of the inputs runs over the phases; further axes broadcast.
"""

from __future__ import annotations

import numpy as np

from alloycoat.coating.draws import Array


def bruggeman_conductivity(fractions: Array, conductivities: Array, *, steps: int = 80) -> Array:
    """Effective conductivity of a random mixture of spheres (Bruggeman's symmetric medium).

    Solves sum_i phi_i (s_i - s)/(s_i + 2 s) = 0 for s by bisection in ln s.
    fractions (n, ...): volume fractions that sum to 1 (pores are a phase of conductivity 0).
    conductivities (n, ...): S/m, zero or above. Returns S/m; below the percolation threshold of 1/3 a
    conductor among insulators gives 0. Valid for isotropic mixtures without a preferred path.
    Source: D. A. G. Bruggeman, Ann. Phys. 416, 636 (1935), doi 10.1002/andp.19354160705.
    """
    phi, sigma = np.broadcast_arrays(np.asarray(fractions, float), np.asarray(conductivities, float))
    top = sigma.max(axis=0)
    low = np.log(np.maximum(top, 1e-300)) - 80.0
    high = np.log(np.maximum(top, 1e-300))
    for _ in range(steps):
        middle = 0.5 * (low + high)
        s = np.exp(middle)
        above = (phi * (sigma - s) / (sigma + 2 * s)).sum(axis=0) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    result = np.exp(0.5 * (low + high))
    return np.asarray(np.where(result < 1e-30 * np.maximum(top, 1e-300), 0.0, result))


def hashin_shtrikman(fractions: Array, bulk: Array, shear: Array) -> tuple[Array, Array, Array, Array]:
    """Hashin-Shtrikman bounds (K_low, K_high, G_low, G_high) of a dense isotropic composite, in Pa.

    K(q) = [sum phi_i/(K_i + 4/3 q)]^-1 - 4/3 q with q = min or max of G_i;
    G(z) = [sum phi_i/(G_i + z)]^-1 - z with z = q (9 K + 8 q)/(6 (K + 2 q)) of the softest or stiffest phase.
    fractions (n, ...) sum to 1. Source: Z. Hashin, S. Shtrikman, J. Mech. Phys. Solids 11, 127 (1963),
    doi 10.1016/0022-5096(63)90060-7, in Walpole's form.
    """
    phi, K, G = (np.asarray(part, float) for part in (fractions, bulk, shear))

    def bulk_of(q: Array) -> Array:
        return np.asarray(1.0 / (phi / (K + 4 / 3 * q)).sum(axis=0) - 4 / 3 * q)

    def shear_of(k: Array, g: Array) -> Array:
        zeta = g * (9 * k + 8 * g) / (6 * (k + 2 * g))
        return np.asarray(1.0 / (phi / (G + zeta)).sum(axis=0) - zeta)

    g_min, g_max, k_min, k_max = G.min(axis=0), G.max(axis=0), K.min(axis=0), K.max(axis=0)
    return bulk_of(g_min), bulk_of(g_max), shear_of(k_min, g_min), shear_of(k_max, g_max)


def youngs_modulus(bulk: Array, shear: Array) -> Array:
    """E = 9 K G/(3 K + G) of an isotropic solid, in the unit of K and G."""
    return np.asarray(9 * bulk * shear / (3 * bulk + shear))


def porous_modulus(dense: Array, porosity: Array) -> Array:
    """E = E_0 (1 - p)^2: open-cell law of Gibson and Ashby, with p the porosity (0 to below 1).

    Source: L. J. Gibson, M. F. Ashby, Proc. R. Soc. A 382, 43 (1982), doi 10.1098/rspa.1982.0088.
    """
    return np.asarray(dense * (1 - porosity) ** 2)
