"""From a `Cell`, its `AgeingParameters` and the orders to the numbers and arrays of the ageing solver."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import Cell
from alloycoat.cell.kernels import ageing_laws
from alloycoat.cell.kernels.life_parameters import (
    FREE,
    FREE_SALT,
    ORDER_SIZE,
    SATURATION,
    THICK,
    Electrode,
    Medium,
    Plan,
    Rig,
    Wear,
    new_rig,
    new_state,
)  # fmt: skip
from alloycoat.cell.orders import Order
from alloycoat.electrochemistry import tabulate
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT

Array = NDArray[np.float64]
_NEVER = 1e6
"""V: a nucleation overpotential that no cycler reaches stands for 'always below the layer'."""
_MOST_DRAWS = 100_000


class LifeSettings(NamedTuple):
    """Accuracy of the ageing solver: volumes in each dead layer and in the separator, error of a time step in
    the salt (share of c0) and in the moss (share of its own amount).

    skip: share by which the losses of a cycle may differ from those foretold where cycles are skipped; 0: every
    cycle is solved, as it always is where a record is kept.
    """

    dead_volumes: int = 7
    separator_volumes: int = 8
    salt: float = 1e-3
    moss: float = 1e-4
    skip: float = 0.0


def make_plan(cell: Cell, ageing: AgeingParameters, settings: LifeSettings) -> Plan:
    """The numbers of one cell for the ageing solver; raises RecipeError where a transport curve is impossible."""
    try:
        table = tabulate(cell.conductivity, cell.diffusivity, cell.transference, cell.thermodynamic_factor)
    except ValueError as error:
        raise RecipeError(f"[cell] electrolyte: {cell.electrolyte!r}: {error}") from None
    medium = Medium(
        length=cell.separator_thickness,
        porosity=cell.porosity, permeance=cell.permeance, dead_porosity=ageing.dead_porosity,
        dead_permeance=1.0 / ageing.dead_macmullin, charge=float(cell.charge),
        molar_charge=cell.charge * FARADAY, thermal=GAS_CONSTANT * cell.temperature_K / FARADAY,
        initial=cell.concentration, alpha_a=cell.alpha_a, alpha_c=cell.alpha_c,
        dead_volumes=settings.dead_volumes, separator_volumes=settings.separator_volumes, linear=float(table.linear),
        salt_tolerance=settings.salt, moss_tolerance=settings.moss,
        skip=settings.skip,
    )  # fmt: skip
    volume = cell.metal_volume
    wear = Wear(
        sei_share=ageing_laws.sei_share(ageing.loss, ageing.film_split),
        dead_share=ageing_laws.dead_share(ageing.loss, ageing.film_split),
        moss_slope=ageing.moss_slope, moss_most=ageing.moss_most, moss_seed=ageing.moss_seed,
        mossy_share=ageing.mossy_share, metal_volume=volume, sei_volume=ageing.sei_volume / FARADAY,
        solvent_use=ageing.solvent_use / FARADAY, salt_use=ageing.salt_use / FARADAY, film_time=ageing.film_time,
        growth_share=ageing.growth_share, cover_film=ageing.cover_film / volume, coating_loss=ageing.coating_loss,
        fatigue=ageing.fatigue, healing=ageing.healing, healing_amount=ageing.healing_amount,
        exchange_time=ageing.exchange_time, residual=ageing.residual, rough=ageing.rough,
        rough_spread=ageing.rough_spread, moss_porosity=ageing.moss_porosity, leak=ageing.leak,
        leak_spread=ageing.leak_spread, leak_kept=ageing.leak_kept, hard_leak=ageing.hard_leak,
    )  # fmt: skip
    electrodes = np.array([_electrode(cell, ageing, 0), _electrode(cell, ageing, 1)], dtype=float)
    return Plan(electrodes, np.array(wear, dtype=float), np.array(medium, dtype=float), table.knots, table.rows)


def _electrode(cell: Cell, ageing: AgeingParameters, side: int) -> Electrode:
    foreign = cell.kind == "half" and side == 0
    coated = cell.coated[side]
    capacity = math.inf if cell.metal_capacity is None else cell.metal_capacity
    exchange = cell.exchange_current_density
    return Electrode(
        exchange=exchange,
        exchange_coated=exchange * cell.coated_exchange_factor,
        film=cell.film_resistance,
        film_coated=cell.coated_film_resistance,
        layer=cell.coating_resistance if coated else 0.0,
        barrier=min(cell.nucleation_overpotential, _NEVER),
        electronic=cell.electronic_share,
        dense=ageing.dense,
        plateau=min(ageing.plateau, _NEVER),
        alloy=ageing.alloy_capacity if coated else 0.0,
        substrate=ageing.substrate if foreign else 0.0,
        capacity=0.0 if foreign else capacity,
    )


def make_rig(cell: Cell, ageing: AgeingParameters, settings: LifeSettings) -> Rig:
    """The fresh cell: pores filled first, the rest of the electrolyte beside the stack."""
    coverage = tuple(ageing.coverage if on else 0.0 for on in cell.coated)
    el, pool = new_state(cell.concentration, 0.0, ageing.additive, (coverage[0], coverage[1]))
    pores = cell.porosity * cell.separator_thickness + ageing.dead_porosity * float(np.sum(el[:, THICK]))
    pool[SATURATION] = min(1.0, ageing.electrolyte_amount / pores)
    pool[FREE] = max(0.0, ageing.electrolyte_amount - pores)
    pool[FREE_SALT] = pool[FREE] * cell.concentration
    n = 2 * settings.dead_volumes + settings.separator_volumes
    return new_rig(np.full(n, cell.concentration), el, pool)


def make_rows(orders: Sequence[Order]) -> tuple[Array, Array]:
    """Orders as an array (see `life_parameters`), and the sample times of all of them."""
    rows, times, at = np.zeros((len(orders), ORDER_SIZE)), [np.empty(0)], 0
    for k, order in enumerate(orders):
        held = order.hold is not None
        rows[k] = (
            held, order.hold if held else order.current, order.until, order.stop, order.cutoff, order.least,
            order.charge, at, len(order.times),
        )  # fmt: skip
        times.append(order.times)
        at += len(order.times)
    return rows, np.concatenate(times)


def make_normals(seed: int, count: int) -> Array:
    """Standard normal numbers by seed and order number: the same whatever runs beside it."""
    stream = np.random.Generator(np.random.Philox(key=[seed, crc32(b"heterogeneity")]))
    return stream.standard_normal((max(1, min(count, _MOST_DRAWS)), 2))
