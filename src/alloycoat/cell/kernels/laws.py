"""Scalar laws of the cell, written once: compiled in `solver`, used as they are in `twin`."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DECAY = 2.0 - math.sqrt(2.0)  # gamma of TR-BDF2: both implicit stages share one matrix
IMPLICIT = 0.5 * DECAY
WEIGHT = 0.25 * math.sqrt(2.0)
ERROR = (
    WEIGHT - (1.0 - WEIGHT) / 3.0,
    WEIGHT - (3.0 * WEIGHT + 1.0) / 3.0,
    IMPLICIT - IMPLICIT / 3.0,
)
"""Difference between the weights of the second- and the third-order answer (Hosea & Shampine 1996)."""
PACED = 1.0
"""Decay of the slowest mode from which a step follows the remainder in the pace of that mode."""


def step_factor(error: float) -> float:
    """By how much the next time step may grow after one with the scaled `error` (1: just accepted)."""
    if error <= 0.0:
        return 5.0
    return float(min(5.0, max(0.2, 0.9 * error ** (-1.0 / 3.0))))


def hermite(fraction: float) -> tuple[float, float, float, float]:
    """Weights of start, end, h x start slope and h x end slope of the cubic through a step."""
    s = fraction
    return (1.0 + 2.0 * s) * (1.0 - s) ** 2, s * s * (3.0 - 2.0 * s), s * (1.0 - s) ** 2, -s * s * (1.0 - s)


def cell_voltage(
    current: float,
    resistance: float,
    concentration_part: float,
    working: float,
    counter: float,
) -> float:
    """Voltage of the working against the counter electrode.

    V = i R + U_c + eta_working - eta_counter

    current: A/m2, positive strips the working electrode; resistance: electrolyte and films, ohm m2;
    concentration_part: V; working, counter: overpotentials in V, each positive where the electrode strips.
    """
    return current * resistance + concentration_part + working - counter


def pace_of(slowest: float) -> float:
    """The pace of a step whose slowest mode decays by exp(-slowest); below PACED none (0).

    Without a pace the remainder is taken as a parabola in s. A long one settles with the slowest mode: there it is
    a parabola in phi = (1 - exp(-pace s))/(1 - exp(-pace)).
    """
    return slowest if slowest >= PACED else 0.0


def share_at(part: float, pace: float) -> float:
    """The share s of a step at which phi(s) = part; both from 0 to 1 (see `pace_of`)."""
    if pace == 0.0:
        return part
    return -math.log1p(part * math.expm1(-pace)) / pace


def paced(share: float, pace: float) -> tuple[float, float, float]:
    """(pace, exp(-pace s), 1 - exp(-pace)): what `exponential_weights` of every mode needs at a share s of a step."""
    if pace == 0.0:
        return 0.0, 1.0, 1.0
    return pace, math.exp(-pace * share), -math.expm1(-pace)


def exponential_weights(decay: float, share: float, terms: tuple[float, float, float]) -> tuple[float, float, float]:
    """How far a mode has come after the `share` of a step in which it decays by exp(-decay).

    With y' = -decay (y + r), r = r0 + r1 phi + r2 phi^2 and s from 0 to 1: y(s) = y0 + E (y0 + r0) + F r1 + G r2.
    With x = decay, E = exp(-x s) - 1. Without a pace phi = s and F = -s - E/x, G = -s^2 - 2 F/x (for small x s by
    their series). With a pace p, phi = (1 - exp(-p s))/D, D = 1 - exp(-p), and with

    A = x/(x - p) (exp(-p s) - exp(-x s)) (x = p: x s exp(-x s)), B = x/(x - 2 p) (exp(-2 p s) - exp(-x s)):
    F = (E + A)/D, G = (E + 2 A - B)/D^2.

    decay: 0 or more, with a pace equal to it or three times it at least; share: s, from 0 to 1; terms: `paced` of the
    same share. Relative error below 1e-10 without a pace.
    """
    x, (pace, level, span) = -decay * share, terms
    if pace > 0.0:
        grown = math.exp(x) - 1.0 if x > -40.0 else -1.0
        own = grown + 1.0
        once = decay * share * own if decay == pace else decay / (decay - pace) * (level - own)
        twice = decay / (decay - 2.0 * pace) * (level * level - own)
        return grown, (grown + once) / span, (grown + 2.0 * once - twice) / (span * span)
    if x > -0.02:
        grown = math.expm1(x)
        first = x * (1.0 / 2.0 + x * (1.0 / 6.0 + x * (1.0 / 24.0 + x / 120.0)))
        second = x * (1.0 / 3.0 + x * (1.0 / 12.0 + x * (1.0 / 60.0 + x / 360.0)))
    else:
        grown = math.exp(x) - 1.0 if x > -40.0 else -1.0
        first = grown / x - 1.0
        second = 2.0 * first / x - 1.0
    return grown, share * first, share * share * second


def left_to_change(change: float, before: float, spread: float) -> float:
    """What the sweeps behind this one would still change, as a geometric series; change: of this sweep, before: of the
    one before (infinite: none). spread: half the range of D over its mean, the ratio that a first sweep must guess
    (half more of it for t+(c), and a twentieth at least)."""
    ratio = change / before if before < math.inf else 0.05 + 1.5 * spread
    return change * ratio / (1.0 - ratio) if ratio < 0.5 else change


def longer_step(h: float, error: float, crossing: float) -> float:
    """The step to try after one of `h` seconds with the scaled `error` (at most 1), of third order.

    Once the slowest mode settles within a step, the error does not depend on how long it is: no limit then.
    """
    if error <= 0.0 or (error < 0.01 and h > crossing):
        return math.inf
    return float(h * min(10.0, 0.85 * error ** (-1.0 / 3.0)))


def shorter_step(h: float, error: float, first: bool, settling: float) -> float:
    """The step to try after one of `h` seconds whose scaled `error` was too large (1: just accepted).

    Never longer than the slowest mode takes to settle: beyond it the error does not depend on the step. Behind a
    switch of the current (`first`) the surface moves with the root of time, and so does the error.
    """
    if not error < 1e3:
        factor = 0.01 if first else 0.1
    else:
        factor = max(0.01, 0.6 * error**-2.0) if first else max(0.1, 0.85 * error ** (-1.0 / 3.0))
    return min(0.8, factor) * min(h, settling)


def spread_times(until: float, points: int, first: float, out: Array) -> None:
    """When a step is sampled, into out[:points]: a quarter of the points while the salt settles, then evenly.

    until: s, the last sample; first: s, the first sample.
    """
    early = points // 4
    even = until / (points - early)
    if early == 0 or first >= 0.5 * even:
        early, even = 0, until / points
    for k in range(early):
        out[k] = first * (even / first) ** (k / early)
    for k in range(early, points):
        out[k] = even * (k - early + 1)
    out[points - 1] = until
