"""A layer as a region of the potential: the conductivity with which it has the resistance of the real one."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from alloycoat.electrochemistry import overpotential
from alloycoat.morphology.kernels import deposition as front
from alloycoat.morphology.kernels.liquid import FLOOR
from alloycoat.morphology.scene import Layer, Scene
from alloycoat.quantities import FARADAY, GAS_CONSTANT

Array = NDArray[np.float64]
WAGNER = 1.0
"""Least Wagner length of the front below a resolved layer, in interface widths."""


def resolved_layer(scene: Scene, layer: Layer, resistance: float) -> tuple[float, float]:
    """Conductivity across the drawn layer in S/m, and the part of its resistance (ohm m2) that stays in series with the
    front below it; together they are `resistance`.

    The Wagner length W = sigma R_t of the layer and the charge transfer below it must be resolved: where it is shorter
    than WAGNER interface widths, so much of the layer is kept in series that it is that long. The current enters the
    diffuse front a little above its middle, so sigma is found from a plane front, at the largest plating current.
    """
    from scipy.optimize import brentq

    surface, thermal = scene.surface, GAS_CONSTANT * scene.liquid.temperature_K / FARADAY
    current = max((stage.value for stage in scene.stages if stage.kind == "plate"), default=1.0)
    exchange = surface.exchange * layer.exchange_factor
    eta = -overpotential(-current, exchange, surface.alpha_a, surface.alpha_c, thermal)
    e = eta / thermal
    slope = surface.alpha_c * math.exp(surface.alpha_c * e) + surface.alpha_a * math.exp(-surface.alpha_a * e)
    transfer, least = thermal / (exchange * slope), WAGNER * scene.epsilon
    series = max(0.0, least * (resistance + transfer) / (layer.drawn + least) - transfer)
    simple = layer.drawn / (resistance - series)

    def surplus(sigma: float) -> float:
        drop = plane_drop(scene, layer.drawn, sigma, series, exchange, current)
        return drop - eta - current * resistance

    low, high = 0.3 * simple, 1.5 * simple
    found = float(brentq(surplus, low, high, rtol=1e-4)) if surplus(low) > 0.0 > surplus(high) else simple
    return found, series


def plane_drop(scene: Scene, drawn: float, sigma: float, series: float, exchange: float, current: float) -> float:
    """Potential in V above a drawn layer of `sigma` S/m where `current` A/m2 plate on the diffuse plane front below it,
    behind `series` ohm m2 and charge transfer; mean of three places of the front between two rows."""
    dx, metal = scene.dx, 8.0 * scene.epsilon
    y = (np.arange(math.ceil((metal + drawn + 8.0 * scene.epsilon) / dx)) + 0.5) * dx
    found = [_drop(scene, y - metal - offset, drawn, sigma, series, exchange, current)
             for offset in (np.arange(3) + 0.5) / 3.0 * dx]  # fmt: skip
    return float(np.mean(found))


def _drop(scene: Scene, y: Array, drawn: float, sigma: float, series: float, exchange: float, current: float) -> float:
    """`plane_drop` for rows at the heights y above the front: Newton's method on the tridiagonal equations."""
    from scipy.linalg import solve_banded

    surface, thermal = scene.surface, GAS_CONSTANT * scene.liquid.temperature_K / FARADAY
    eta = 0.5 * (1.0 - np.tanh(y / (2.0 * scene.epsilon)))
    share = 1.0 / (1.0 + np.exp(np.clip(2.0 * (y - drawn) / scene.epsilon, -50.0, 50.0)))
    each = (share + (1.0 - share) * 1e-6) / (sigma * np.maximum(1.0 - eta, FLOOR))
    link = 2.0 / (scene.dx * (each[1:] + each[:-1]))
    at = np.flatnonzero((eta > front.REACTS) & (eta < 1.0 - front.REACTS))
    area = (eta * (1.0 - eta))[at] / (eta * (1.0 - eta))[at].sum()
    psi, j, slope = np.full(len(y), thermal), np.full(len(at), -current), np.empty(len(at))
    film, rates = np.full(len(at), series), np.full(len(at), exchange)
    for _ in range(30):
        front.transfer(-psi[at], rates, film, surface.alpha_a, surface.alpha_c, thermal, len(at), j, slope)
        bands, right = np.zeros((3, len(y))), np.zeros(len(y))
        bands[1, at] = area * slope
        bands[1, 1:] += link
        bands[1, :-1] += link
        bands[0, 1:] = bands[2, :-1] = -link
        right[at] = area * (j + slope * psi[at])
        right[-1] += current
        last, psi = psi, solve_banded((1, 1), bands, right)
        if np.abs(psi - last)[at].max() < 1e-9:
            break
    return float(psi[-1])
