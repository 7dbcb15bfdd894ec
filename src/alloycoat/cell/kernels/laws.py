"""Scalar laws of the cell, written once: compiled in `solver`, used as they are in `twin`."""

from __future__ import annotations

import math

DECAY = 2.0 - math.sqrt(2.0)  # gamma of TR-BDF2: both implicit stages share one matrix
IMPLICIT = 0.5 * DECAY
WEIGHT = 0.25 * math.sqrt(2.0)
ERROR = (
    WEIGHT - (1.0 - WEIGHT) / 3.0,
    WEIGHT - (3.0 * WEIGHT + 1.0) / 3.0,
    IMPLICIT - IMPLICIT / 3.0,
)
"""Difference between the weights of the second- and the third-order answer (Hosea & Shampine 1996)."""


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
