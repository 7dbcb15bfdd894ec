"""Numbers of a cell as PyBaMM takes them, and the parameter sets that it finds by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pybamm

from alloycoat.cell import Cell, ageing_parameters, half, symmetric
from alloycoat.errors import RecipeError

Curve = tuple[tuple[float, ...], tuple[float, ...]]
CURRENT_DENSITY = 20.0
"""A/m2 (2 mA/cm2) of a set that names no current."""


def pybamm_parameters(cell: Cell) -> dict[str, Any]:
    """The values of `SymmetricCell` or, of a half cell, of `CopperCell` (`alloycoat.symmetric`, `alloycoat.half`).

    The capacity behind PyBaMM's C-rates is the charge that CURRENT_DENSITY passes in an hour. Of a half cell the
    copper is empty at first and the efficiency 1: the plain cell loses nothing, write your own into the set. Raises
    RecipeError for a coated half cell (PyBaMM's copper is bare) and for a cell without an area.
    """
    if cell.kind == "half" and any(cell.coated):
        raise RecipeError("[coating] the PyBaMM half cell is bare; `alloycoat.cell.age` cycles a coated one")
    if cell.area_m2 is None:
        raise RecipeError('[anode] area: not given; a current in ampere needs it, as in area = "1.13 cm^2"')
    ampere = CURRENT_DENSITY * cell.area_m2
    diffusivity = cell.diffusivity
    if len(diffusivity[0]) == 1:
        # a constant is merged by PyBaMM into one matrix of divergence and gradient, whose rounding loses salt
        # (5e-10 an hour): a table of two equal values keeps the fluxes apart, and they cancel
        diffusivity = ((0.0, 1e6), (diffusivity[1][0],) * 2)
    values: dict[str, Any] = {
        "chemistry": "symmetric metal",
        "Separator thickness [m]": cell.separator_thickness,
        "Separator porosity": cell.porosity,
        "Separator MacMullin number": cell.macmullin,
        "Initial concentration [mol.m-3]": cell.concentration,
        "Cation charge number": float(cell.charge),
        "Ambient temperature [K]": cell.temperature_K,
        "Initial temperature [K]": cell.temperature_K,
        "Electrode area [m2]": cell.area_m2,
        "Nominal cell capacity [A.h]": ampere,
        "Current function [A]": ampere,
        "Number of electrodes connected in parallel to make a cell": 1.0,
        "Number of cells connected in series to make a battery": 1.0,
        "Upper voltage cut-off [V]": 10.0,
        "Lower voltage cut-off [V]": -10.0,
        "Electrolyte diffusivity [m2.s-1]": make_curve(diffusivity),
        "Electrolyte conductivity [S.m-1]": make_curve(cell.conductivity),
        "Cation transference number": make_curve(cell.transference),
        "Thermodynamic factor": make_curve(cell.thermodynamic_factor),
        "Anodic charge-transfer coefficient": cell.alpha_a,
        "Cathodic charge-transfer coefficient": cell.alpha_c,
        "Nucleation overpotential [V]": min(cell.nucleation_overpotential, 1e6),
        "Electronic share of the coating": cell.electronic_share,
    }
    for side, on in zip(("Working", "Counter"), cell.coated, strict=True):
        exchange = cell.exchange_current_density * (cell.coated_exchange_factor if on else 1.0)
        values[f"{side} electrode exchange-current density [A.m-2]"] = exchange
        film = cell.coated_film_resistance if on else cell.film_resistance
        values[f"{side} electrode film resistance [Ohm.m2]"] = film
        values[f"{side} electrode coating resistance [Ohm.m2]"] = cell.coating_resistance if on else 0.0
    return values | _copper(cell) if cell.kind == "half" else values


def _copper(cell: Cell) -> dict[str, float]:
    """What a half cell has besides: nucleation on copper and the film that covers it, both assumed."""
    worn = ageing_parameters(cell)
    return {
        "Nucleation overpotential of the copper [V]": worn.substrate,
        "Charge of a film that covers the copper [C.m-2]": worn.cover_film / cell.metal_volume,
        "Metal volume [m3.C-1]": cell.metal_volume,
        "Initial metal on the copper [C.m-2]": 0.0,
        "Coulombic efficiency of plating": 1.0,
    }


def lithium_symmetric() -> dict[str, Any]:
    """Bare Li|Li in 1 M LiTFSI in DOL/DME behind Celgard 2400, 1 cm2, at 2 mA/cm2; kinetics and films assumed."""
    return pybamm_parameters(symmetric(anode="Li", electrolyte="1 M LiTFSI in DOL/DME", area=1e-4))


def lithium_symmetric_carbonate() -> dict[str, Any]:
    """Bare Li|Li in 1 M LiPF6 in EC/DMC (properties by concentration); kinetics and films assumed."""
    return pybamm_parameters(symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/DMC", area=1e-4))


def sodium_symmetric() -> dict[str, Any]:
    """Bare Na|Na in 1 M NaPF6 in EC/PC behind Celgard 2400, 1 cm2; kinetics and films assumed."""
    return pybamm_parameters(symmetric(anode="Na", electrolyte="1 M NaPF6 in EC/PC", area=1e-4))


def lithium_copper() -> dict[str, Any]:
    """Li against bare Cu in 1 M LiTFSI in DOL/DME behind Celgard 2400, 1 cm2; kinetics, films, nucleation assumed."""
    return pybamm_parameters(half(anode="Li", electrolyte="1 M LiTFSI in DOL/DME", area=1e-4))


def make_curve(curve: Curve) -> Callable[[Any], Any] | float:
    """A property curve as PyBaMM takes it: linear between the points, held beyond them."""
    at, values = np.asarray(curve[0], dtype=float), np.asarray(curve[1], dtype=float)
    if len(at) == 1:
        return float(values[0])

    def law(c: Any) -> Any:
        inside = pybamm.minimum(pybamm.maximum(c, at[0]), at[-1])
        return pybamm.Interpolant(at, values, inside, interpolator="linear")

    return law
