"""Charge transfer at a metal electrode: scalar laws, written once and also compiled (see `compiled`)."""

from __future__ import annotations

import math


def exchange_current_density(reference: float, ratio: float, alpha_a: float, charge: float) -> float:
    """Exchange current density at the concentration that touches the electrode.

    i0 = i0_ref (c/c0)^(alpha_a/z)

    reference: i0 at c0 in A/m2; ratio: c/c0, above 0; alpha_a: anodic coefficient (alpha_a + alpha_c = z);
    charge: z of the cation. Returns A/m2. Validity: dilute-solution activity in the prefactor; the metal's
    activity is 1. Source: Newman & Thomas-Alyea, Electrochemical Systems, 3rd ed., chapter 8.

    >>> exchange_current_density(10.0, 0.25, 0.5, 1.0)
    5.0
    """
    return float(reference * ratio ** (alpha_a / charge))


def current_density(eta: float, exchange: float, alpha_a: float, alpha_c: float, thermal: float) -> float:
    """Butler-Volmer current density, positive for dissolution (stripping).

    j = i0 [exp(alpha_a eta/(RT/F)) - exp(-alpha_c eta/(RT/F))]

    eta: overpotential in V; exchange: i0 in A/m2; thermal: RT/F in V. Returns A/m2.
    Source: Newman & Thomas-Alyea, Electrochemical Systems, 3rd ed., chapter 8.
    """
    e = eta / thermal
    return exchange * (math.expm1(alpha_a * e) - math.expm1(-alpha_c * e))


def overpotential(j: float, exchange: float, alpha_a: float, alpha_c: float, thermal: float) -> float:
    """Overpotential that carries the current density `j` (inverse of `current_density`).

    eta = (RT/F) asinh(j/(2 i0))/alpha where alpha_a = alpha_c = alpha; else the root of
    alpha_a e = ln(|j|/i0 + exp(-alpha_c e)) for e = F |eta|/RT by Newton, kept in its bracket: the right side
    is convex, so the iteration converges from any start.

    j: A/m2, positive strips; exchange: i0 in A/m2, above 0; thermal: RT/F in V. Returns V with the sign of j.
    Validity: |j|/i0 up to 1e300; relative error below 1e-13.

    >>> round(overpotential(10.0, 10.0, 0.5, 0.5, 0.02569), 6)
    0.024725
    """
    ratio = j / exchange
    if alpha_a == alpha_c:
        return thermal * math.asinh(0.5 * ratio) / alpha_a
    forward, backward = (alpha_a, alpha_c) if ratio >= 0.0 else (alpha_c, alpha_a)
    r = abs(ratio)
    high = math.log1p(r) / forward  # the back reaction is at most the exchange current
    low = 0.0
    e = min(high, r / (forward + backward))
    for _ in range(60):
        back = math.expm1(-backward * e)
        residual = forward * e - math.log1p(r + back)
        if residual > 0.0:
            high = e
        else:
            low = e
        change = residual / (forward + backward * (1.0 + back) / (1.0 + r + back))
        after = e - change
        if not low <= after <= high:
            after = 0.5 * (low + high)
        done = abs(after - e) <= 1e-15 * after
        e = after
        if done:
            break
    return math.copysign(thermal * e, ratio)
