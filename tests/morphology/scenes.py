"""Small scenes of known answers that several tests share."""

from __future__ import annotations

from typing import Any

import numpy as np

from alloycoat.morphology import Layer, Liquid, Scene, Stage, Surface
from alloycoat.morphology.deposit import Deposit


def constant(value: float) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return (1000.0,), (value,)


def liquid(**values: Any) -> Liquid:
    numbers = {
        "charge": 1, "concentration": 1000.0, "conductivity": constant(1.0), "diffusivity": constant(4e-10),
        "transference": constant(0.4), "thermodynamic_factor": constant(1.0),
    }  # fmt: skip
    return Liquid(**{**numbers, **values})


def surface(**values: Any) -> Surface:
    numbers = {
        "exchange": 40.0, "alpha_a": 0.5, "alpha_c": 0.5, "film": 1e-4, "molar_volume": 1.3e-5, "surface_energy": 0.5,
    }  # fmt: skip
    return Surface(**{**numbers, **values})


def scene(**values: Any) -> Scene:
    numbers: dict[str, Any] = {
        "name": "test", "anode": "Li", "nx": 4, "ny": 40, "dx": 1e-6, "base": 8e-6, "gap": 32e-6,
        "geometry": "optical", "stages": (Stage("plate", 20.0, 600.0),), "liquid": liquid(), "surface": surface(),
        "frames": 10,
    }  # fmt: skip
    return Scene(**{**numbers, **values})


def layer(**values: Any) -> Layer:
    numbers: dict[str, Any] = {"thickness": 2e-6, "drawn": 8e-6, "sigma_ion": 1e-3, "film": 1e-3}
    return Layer(**{**numbers, **values})


def with_wave(made: Scene, amplitude: float) -> Deposit:
    """A deposit whose front is one cosine across the width, with the profile along its normal."""
    x, y = (np.arange(made.nx) + 0.5) * made.dx, (np.arange(made.ny) + 0.5) * made.dx
    k = 2.0 * np.pi / made.width
    height, slope = made.base + amplitude * np.cos(k * x), -amplitude * k * np.sin(k * x)
    deposit = Deposit(made)
    deposit.eta = 0.5 * (1.0 - np.tanh((y[:, None] - height) / (2 * made.epsilon) / np.sqrt(1.0 + slope**2)))
    deposit.first_metal = float(deposit.eta.sum())
    deposit.look()
    return deposit


def amplitude_of(deposit: Deposit) -> float:
    """First cosine of the height of the metal, m."""
    made = deposit.scene
    x = (np.arange(made.nx) + 0.5) * made.dx
    return float(2.0 * np.mean(deposit.eta.sum(axis=0) * made.dx * np.cos(2.0 * np.pi * x / made.width)))
