"""From cells and orders to the arrays of the compiled solver: one cell, or samples of one cell side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.design import SAMPLED, Cell
from alloycoat.cell.kernels.grid import make_grid
from alloycoat.cell.kernels.parameters import ORDER_SIZE, Parameters
from alloycoat.cell.orders import Order
from alloycoat.electrochemistry import TransportTable, limiting_current_density, tabulate
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]
POINTS = (10, 12, 16, 24, 32, 48)
"""Points across the separator, by how far the current goes beyond the limiting one."""
_SCALARS = Parameters._fields[3:]
_CURVES = ("conductivity", "diffusivity", "transference", "thermodynamic_factor")


class Settings(NamedTuple):
    """Accuracy of the solver: volumes across the separator (None: as many as the current needs), error of a time
    step as a share of c0."""

    volumes: int | None = None
    tolerance: float = 1e-3


def make_parameters(cell: Cell, volumes: int) -> Parameters:
    """The solver's numbers for a cell; raises RecipeError where a transport curve is not possible."""
    table = _table(cell)
    exchange = [cell.exchange_current_density * (cell.coated_exchange_factor if on else 1.0) for on in cell.coated]
    films = [cell.coated_film_resistance if on else cell.film_resistance for on in cell.coated]
    layers = [cell.coating_resistance if on else 0.0 for on in cell.coated]
    return Parameters(
        grid=make_grid(volumes),
        knots=table.knots,
        rows=table.rows,
        length=cell.separator_thickness,
        storage=cell.porosity,
        permeance=cell.permeance,
        charge=float(cell.charge),
        molar_charge=cell.charge * FARADAY,
        thermal=GAS_CONSTANT * cell.temperature_K / FARADAY,
        initial=cell.concentration,
        exchange_working=exchange[0],
        exchange_counter=exchange[1],
        film_working=films[0],
        film_counter=films[1],
        layer_working=layers[0],
        layer_counter=layers[1],
        nucleation=cell.nucleation_overpotential,
        electronic_share=cell.electronic_share,
        alpha_a=cell.alpha_a,
        alpha_c=cell.alpha_c,
        capacity=math.inf if cell.metal_capacity is None else cell.metal_capacity,
    )


def _table(cell: Cell) -> TransportTable:
    try:
        return tabulate(cell.conductivity, cell.diffusivity, cell.transference, cell.thermodynamic_factor)
    except ValueError as error:
        raise RecipeError(f"[cell] electrolyte: {cell.electrolyte!r}: {error}") from None


def points_for(share: float) -> int:
    """Points that resolve the layer in which the salt runs out; share: current density over the limiting one.

    The layer is about 0.4 L/share thick when the salt is used up, the first point lies 2 L/n^2 from the electrode.
    """
    needed = 8.0 + 6.0 * math.sqrt(share)
    return next((n for n in POINTS if n >= needed), POINTS[-1])


def current_share(cell: Cell, orders: Sequence[Order]) -> float:
    """Largest current of the orders over the limiting current density of the cell."""
    ceiling = limiting_current_density(
        cell.charge, cell.concentration, cell.nominal(cell.diffusivity), cell.permeance,
        min(0.99, cell.nominal(cell.transference)), cell.separator_thickness,
    )  # fmt: skip
    return max((abs(order.current) for order in orders), default=0.0) / ceiling


def order_table(orders: Sequence[Order]) -> tuple[Array, Array]:
    """The orders as rows (`kernels.parameters`: CURRENT to END) and all their sample times."""
    table, begin = np.zeros((len(orders), ORDER_SIZE)), 0
    for row, order in zip(table, orders, strict=True):
        end = begin + len(order.times)
        fixed = 0.0 if order.period is None else 1.0
        row[:] = (
            order.current, order.until, order.stop, order.cutoff, order.first, order.points, fixed, begin, end
        )  # fmt: skip
        begin = end
    return table, np.concatenate([order.times for order in orders])


class Samples(NamedTuple):
    """Samples of one cell as the solver takes them: segments and scalars of each, its share of the limiting current
    per A/m2."""

    knots: Array
    rows: Array
    numbers: Array
    share: Array


def make_samples(cell: Cell, samples: Mapping[str, Array]) -> Samples:
    """What `make_parameters(cell.sample(...))` gives for each sample, all at once.

    samples: arrays of equal length by name. Raises RecipeError, with the number of the sample, where `Cell.sample`
    does, for an unknown name and for lengths that differ.
    """
    columns = {name: np.atleast_1d(np.asarray(values, dtype=float)) for name, values in samples.items()}
    sizes = {len(column) for column in columns.values()}
    if len(sizes) > 1:
        raise RecipeError(f"samples: arrays of {sorted(sizes)} entries given; all need one length")
    for name in columns:
        if name not in SAMPLED:
            raise RecipeError(f"sample: {name!r} is not a parameter that can be sampled; {', '.join(SAMPLED)}")
    count = sizes.pop() if sizes else 0
    base = make_parameters(cell, 4)
    rows = np.repeat(base.rows[None], count, axis=0)
    numbers = np.repeat(np.array(base[3:])[None], count, axis=0)
    strange = _scale(cell, columns, rows) | _place(cell, columns, numbers)
    for k in np.flatnonzero(strange):
        try:
            ours = make_parameters(cell.sample({name: float(column[k]) for name, column in columns.items()}), 4)
        except RecipeError as error:
            raise type(error)(f"sample {k + 1}: {error}") from None
        rows[k], numbers[k] = ours.rows, ours[3:]
    column = {name: numbers[:, k] for k, name in enumerate(_SCALARS)}
    at = rows[:, int(np.searchsorted(base.knots, cell.concentration, side="right"))]
    diffusivity = at[:, 0] + at[:, 1] * cell.concentration
    left = np.maximum(0.01, 1.0 - at[:, 2] - at[:, 3] * cell.concentration)
    ceiling = 2.0 * base.molar_charge * cell.concentration * diffusivity * column["permeance"]
    return Samples(base.knots, rows, numbers, left * column["length"] / ceiling)


def _scale(cell: Cell, columns: Mapping[str, Array], rows: Array) -> NDArray[np.bool_]:
    """Scale the segments of each sample in place; which samples must be built one by one.

    The integral of (1 - t+)(1 + dln f/dln c) dln c is linear in t+, so a shift of t+ takes away that of t+ = 1.
    """
    nominal = {name: cell.nominal(getattr(cell, name)) for name in _CURVES}
    factor = {name: columns[name] / nominal[name] if name in columns else np.ones(len(rows)) for name in _CURVES}
    shift = columns["transference"] - nominal["transference"] if "transference" in columns else np.zeros(len(rows))
    none = (cell.transference[0], (0.0,) * len(cell.transference[0]))
    without = _table(replace(cell, transference=none)) if np.any(shift) else None
    strange = ~np.isfinite(shift) | (shift + max(cell.transference[1]) > 0.95)
    for name in ("conductivity", "diffusivity", "thermodynamic_factor"):
        strange |= ~(np.isfinite(factor[name]) & (factor[name] > 0.0))
    rows[:, :, [0, 1, 6]] *= factor["diffusivity"][:, None, None]
    rows[:, :, [4, 5]] *= factor["conductivity"][:, None, None]
    rows[:, :, 2] += shift[:, None]
    if without is not None:
        rows[:, :, 7:] -= shift[:, None, None] * without.rows[:, 7:]
    rows[:, :, 7:] *= factor["thermodynamic_factor"][:, None, None]
    return strange


def _place(cell: Cell, columns: Mapping[str, Array], numbers: Array) -> NDArray[np.bool_]:
    """Put the sampled scalars into `numbers`; which samples must be built (or refused) one by one."""
    strange = np.zeros(len(numbers), dtype=bool)
    at = {name: k for k, name in enumerate(_SCALARS)}
    values = {name: columns.get(name, np.full(len(numbers), getattr(cell, name))) for name in SAMPLED[:10]}
    for name in ("exchange_current_density", "coated_exchange_factor", "separator_thickness", "porosity", "macmullin"):
        strange |= ~(np.isfinite(values[name]) & (values[name] > 0.0))
    for name in ("film_resistance", "coated_film_resistance", "coating_resistance"):
        strange |= ~(np.isfinite(values[name]) & (values[name] >= 0.0))
    strange |= ~(values["nucleation_overpotential"] >= 0.0)
    strange |= ~((values["electronic_share"] >= 0.0) & (values["electronic_share"] <= 1.0))
    for side, on in zip(("working", "counter"), cell.coated, strict=True):
        factor = values["coated_exchange_factor"] if on else 1.0
        numbers[:, at[f"exchange_{side}"]] = values["exchange_current_density"] * factor
        numbers[:, at[f"film_{side}"]] = values["coated_film_resistance" if on else "film_resistance"]
        numbers[:, at[f"layer_{side}"]] = values["coating_resistance"] if on else 0.0
    numbers[:, at["length"]] = values["separator_thickness"]
    numbers[:, at["storage"]] = np.minimum(1.0, values["porosity"])
    numbers[:, at["permeance"]] = 1.0 / np.maximum(1.0, np.where(strange, 1.0, values["macmullin"]))
    numbers[:, at["nucleation"]] = values["nucleation_overpotential"]
    numbers[:, at["electronic_share"]] = values["electronic_share"]
    return strange
