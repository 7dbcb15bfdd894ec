"""A full cell on the cycler: orders, settlement between them, record and inventories."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters, ageing_parameters
from alloycoat.cell.full import FullCell
from alloycoat.cell.full_mesh import Mesh, make_mesh, particle_modes
from alloycoat.cell.full_record import by_name, joined
from alloycoat.cell.kernels import ageing_laws as laws
from alloycoat.cell.kernels import full_parameters as kernel
from alloycoat.cell.kernels import life_parameters as kp
from alloycoat.cell.kernels.full_parameters import FullPlan, FullState
from alloycoat.cell.orders import repeats_of
from alloycoat.cell.plan import LifeSettings, make_plan
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
_FIELD = "[protocol] steps"
_MOST_SAMPLES = 20_000
_RESOLUTION = 0.01
"""V between samples that the solver aims at."""


@dataclass(frozen=True, slots=True)
class FullAged:
    """A full cell cycled to its end: record, inventories by cycle (SI units per area), why it ended."""

    record: CyclingRecord
    states: Mapping[str, Array]
    ended: Ended
    cycles: int


def cycle_full(
    cell: FullCell,
    protocol: Any,
    ageing: AgeingParameters | None = None,
    *,
    max_cycles: int | None = None,
) -> FullAged:
    """Cycle a full cell until the protocol ends or it no longer delivers charge.

    protocol: a `recipe.Protocol` of Charge, Discharge, Hold and Rest steps; a C-rate refers to the loading.
    ageing: the laws of the metal side, those of `ageing_parameters` where left out. Raises RecipeError for a step
    that the cell cannot run or limits outside the open-circuit curve, AlloycoatError where no solution is found.
    """
    worn = ageing_parameters(cell.metal) if ageing is None else ageing
    area = cell.metal.area_m2
    if area is None:
        raise RecipeError('[anode] area: not given; the record in ampere needs it, as in area = "1.13 cm^2"')
    rest = getattr(protocol, "rest", None)
    formation = make_rows(cell, tuple(getattr(protocol, "formation", ()) or ()), rest)
    blocks = [(make_rows(cell, block.steps, rest), block.cycles) for block in protocol.steps.blocks]
    cycles = [rows for _ in range(repeats_of(protocol)) for rows, times in blocks for _ in range(times)]
    run = _Run(cell, worn)
    ended, done = run.carry_out(formation, cycles if max_cycles is None else cycles[:max_cycles])
    if ended is None:
        ended = Ended.completed if done == len(cycles) else Ended.interrupted
    time, current, voltage, number, step = run.columns()
    facts = {
        "anode": cell.metal.anode, "positive": cell.positive.name, "electrolyte": cell.metal.electrolyte,
        "separator": cell.metal.separator, "coated": "one" if cell.metal.coated[0] else "none",
        "loading_C_per_m2": f"{cell.loading:.6g}", "ageing": "constant efficiency" if cell.efficiency else "laws",
    }  # fmt: skip
    record = CyclingRecord(
        time, -current * area, voltage, cycle=number, step=step, area_m2=area, cell_kind="full", origin="simulated",
        ended=ended, metadata=facts, notes=tuple(dict.fromkeys([*worn.notes, *cell.notes])),
    )  # fmt: skip
    return FullAged(record, run.states(), ended, done)


def make_rows(cell: FullCell, steps: Sequence[Any], rest: float | None = None) -> list[Array]:
    """One order a step (see `kernels.full`); raises RecipeError for a step that a full cell cannot run."""
    rows = []
    for step in steps:
        rows.append(_row(cell, step))
        if rest is not None and step.mode != "rest":
            rows.append(np.array([0.0, 0.0, rest, -math.inf, math.inf, 0.0, math.inf]))
    return rows


def _row(cell: FullCell, step: Any) -> Array:
    area = cell.metal.area_m2 or 1.0
    if step.verb in ("plate", "strip"):
        raise RecipeError(f"{_FIELD}: {step.text!r}: in a full cell write Charge (plates the anode) or Discharge")
    row = np.array([0.0, 0.0, math.inf, -math.inf, math.inf, 0.0, math.inf])
    if step.duration_s is not None:
        row[kernel.UNTIL] = step.duration_s
    if step.mode == "current":
        row[kernel.VALUE] = -(step.value if step.per_area else step.value / area)
    elif step.mode == "c-rate":
        row[kernel.VALUE] = -step.value * cell.loading / 3600.0
    elif step.mode == "voltage":
        row[kernel.MODE], row[kernel.VALUE] = 1.0, step.value
        _inside(cell, step.text, step.value)
    elif step.mode != "rest":
        raise RecipeError(
            f"{_FIELD}: {step.text!r}: a full cell runs currents, C-rates, holds and rests, not {step.mode}"
        )
    if step.mode in ("current", "c-rate"):
        row[kernel.LOWEST], row[kernel.HIGHEST] = cell.positive.lower_voltage.value, cell.positive.upper_voltage.value
    for limit in step.limits:
        _limit(cell, step, limit, row, area)
    if step.mode == "voltage" and row[kernel.LEAST] == 0.0 and math.isinf(row[kernel.UNTIL]):
        raise RecipeError(f"{_FIELD}: {step.text!r}: says neither how long nor down to which current it holds")
    if step.mode == "rest" and math.isinf(row[kernel.UNTIL]):
        raise RecipeError(f"{_FIELD}: {step.text!r}: a rest needs a time")
    return row


def _limit(cell: FullCell, step: Any, limit: Any, row: Array, area: float) -> None:
    value = float(limit.value)
    if limit.quantity == "voltage" and step.mode in ("current", "c-rate"):
        _inside(cell, step.text, value)
        row[kernel.LOWEST if row[kernel.VALUE] > 0.0 else kernel.HIGHEST] = value
    elif limit.quantity == "current" and step.mode == "voltage":
        row[kernel.LEAST] = max(row[kernel.LEAST], value / area)
    elif limit.quantity == "current density" and step.mode == "voltage":
        row[kernel.LEAST] = max(row[kernel.LEAST], value)
    elif limit.quantity == "c-rate" and step.mode == "voltage":
        row[kernel.LEAST] = max(row[kernel.LEAST], value * cell.loading / 3600.0)
    elif limit.quantity in ("charge", "capacity"):
        row[kernel.MOST] = min(row[kernel.MOST], value / area)
    elif limit.quantity == "areal capacity":
        row[kernel.MOST] = min(row[kernel.MOST], value)
    else:
        raise RecipeError(f"{_FIELD}: {step.text!r}: a limit of {limit.quantity} cannot end this step")


def _inside(cell: FullCell, text: str, volts: float) -> None:
    """Refuse a voltage that the open-circuit curve does not reach."""
    host = cell.positive
    high, low = host.highest_known, host.lowest_known
    floor, top = min(host.curve[1]) - 1.5, max(host.curve[1]) + 1.5
    if (high is not None and volts > high) or volts > top or (low is not None and volts < low - 0.6) or volts < floor:
        reach = f"{(low if low is not None else floor):.3g} to {(high if high is not None else top):.3g} V"
        raise RecipeError(f"{_FIELD}: {text!r}: {volts:g} V is outside the open-circuit curve of {host.name} ({reach})")


def copper_nucleation() -> float:
    """Overpotential in V at which the metal nucleates on the copper current collector."""
    return float(by_subject("ageing")["copper"]["nucleation"].quantity("V").value)


class _Run:
    """One full cell on the cycler."""

    def __init__(self, cell: FullCell, worn: AgeingParameters) -> None:
        from alloycoat.cell.kernels.full import make_order  # numba is loaded when a cell is run

        self.cell, self.worn = cell, worn
        self.order = make_order()
        self.metal = make_plan(cell.metal, worn, LifeSettings())
        if cell.metal.metal_capacity is not None:  # below the metal lies the copper of its current collector
            self.metal.electrodes[0, kp.E_SUBSTRATE] = copper_nucleation()
        self.thick, self.time, self.film = kp.THINNEST, 0.0, 1.0
        self.free = max(0.0, worn.electrolyte_amount - cell.pores)
        self.saturation = min(1.0, worn.electrolyte_amount / cell.pores)
        self.free_salt = self.free * cell.metal.concentration
        self.salt_used, self.solvent_used, self.additive = 0.0, 0.0, worn.additive
        self.el = np.zeros(kp.ELECTRODE_SIZE)
        self.el[kp.COVER] = worn.coverage if cell.metal.coated[0] else 0.0
        host = cell.positive
        self.filling = host.x_discharged.value if host.with_metal else host.x_charged.value
        self.decay, self.drive, self.remainder = particle_modes(host, cell.host_capacity)
        self.particle = np.zeros(len(self.decay))
        self.mesh: Mesh = make_mesh(cell, worn, self.thick, self.saturation)
        self.salt = np.full(len(self.mesh.store), cell.metal.concentration)
        self.at_start = self.salt_inside() + self.free_salt
        self.parts: list[tuple[Array, int, int]] = []
        self.rows: list[list[float]] = []
        self.passed = 0.0
        self.room = np.empty((3, _MOST_SAMPLES))

    def salt_inside(self) -> float:
        """Salt in the pores, mol/m2."""
        return float(np.sum(self.salt * self.mesh.store))

    def plan(self) -> FullPlan:
        cell, mesh = self.cell, self.mesh
        host, metal = cell.positive, cell.metal
        thermal = GAS_CONSTANT * metal.temperature_K / FARADAY
        positive = np.zeros(7)
        positive[kernel.P_CAPACITY], positive[kernel.P_AREA] = cell.host_capacity, cell.surface
        positive[kernel.P_EXCHANGE], positive[kernel.P_REMAINDER] = host.exchange_current_density.value, self.remainder
        positive[kernel.P_EFFICIENCY] = math.nan if cell.efficiency is None else cell.efficiency
        positive[kernel.P_EDGE] = mesh.edge
        z = float(metal.charge)
        share = (1.0 - metal.nominal(metal.transference)) * metal.nominal(metal.thermodynamic_factor)
        positive[kernel.P_DIFFUSION] = (z + 1.0) / z * thermal * share
        curve = np.array(host.curve)
        return FullPlan(
            self.metal, positive, curve, self.decay, self.drive, mesh.decay, mesh.drive, mesh.profile, mesh.ohmic,
            mesh.average,
        )  # fmt: skip

    def one(self, row: Array, cycle: int, step: int) -> tuple[int, float]:
        """Carry out one order and settle; (how it ended, charge passed in C/m2, positive discharges)."""
        capacity = self.cell.metal.metal_capacity
        slow = np.array([self.filling, self.saturation, self.film, math.inf if capacity is None else capacity])
        modes = self.mesh.modes_of(self.salt)
        state = FullState(modes, self.particle, slow, self.el, np.zeros((6, 4)), np.zeros((2, len(modes))), np.zeros(3))
        plan = self.plan()
        status, filled, seconds = self.order(row, _RESOLUTION, plan, state, self.room)
        if status == kernel.END_FAILED:
            raise AlloycoatError(f"cycle {cycle}, step {step}: the equations of the full cell could not be solved")
        samples = self.room[:, :filled].copy()
        samples[0] += self.time
        self.parts.append((samples, cycle, step))
        charge = (float(slow[kernel.FILLING]) - self.filling) * self.cell.host_capacity
        self.filling = float(slow[kernel.FILLING])
        self.salt = self.mesh.profile @ modes
        self.passed += abs(charge)
        self.settle(seconds)
        return status, charge

    def settle(self, seconds: float) -> None:
        """Layers grow, electrolyte is used up and redistributed, coating is lost or heals."""
        w, el = self.worn, self.el
        self.time += seconds
        self.film = laws.film_factor(self.time, w.film_time)
        film = float(el[kp.FRESH_SEI])
        liquid = self.free + float(np.sum(self.mesh.store))
        used = min(w.solvent_use / FARADAY * film, 0.999 * liquid)
        inside = self.salt_inside()
        taken = min(w.salt_use / FARADAY * film, 0.999 * (inside + self.free_salt))
        keep = 1.0 - taken / (inside + self.free_salt)
        self.salt *= keep
        self.free_salt *= keep
        self.salt_used += taken
        self.coat(liquid, seconds)
        volume = self.cell.metal.metal_volume
        self.thick = kp.THINNEST + laws.dead_thickness(
            float(el[kp.DEAD]), float(el[kp.SEI]), volume, w.sei_volume / FARADAY, w.dead_porosity
        )
        el[kp.FRESH_DEAD] = el[kp.FRESH_SEI] = el[kp.FRESH_ALLOY] = 0.0
        self.fill(used, liquid)
        self.solvent_used += used

    def coat(self, liquid: float, seconds: float) -> None:
        """Coverage after wear and healing."""
        w, el = self.worn, self.el
        alloy = w.alloy_capacity
        swing = float(el[kp.FRESH_ALLOY]) / alloy if alloy > 0.0 else 0.0
        parasitic = float(el[kp.FRESH_DEAD] + el[kp.FRESH_SEI])
        cover = laws.coverage_after(float(el[kp.COVER]), parasitic, w.coating_loss, swing, w.fatigue)
        if self.additive > 0.0:
            healed = laws.healed_coverage(cover, self.additive / liquid, w.healing, seconds)
            spent = min((healed - cover) * w.healing_amount, self.additive)
            cover += spent / w.healing_amount
            self.additive -= spent
        el[kp.COVER] = cover

    def fill(self, used: float, liquid: float) -> None:
        """New mesh; the reservoir fills new pores and replaces used solvent, else all pores share what is left."""
        before, salt = self.mesh.store, self.salt * self.mesh.store
        mesh = make_mesh(self.cell, self.worn, self.thick, 1.0)
        left = liquid - used
        need = float(np.sum(mesh.store))
        if left >= need:
            kept = before * (1.0 - used / float(np.sum(before)))
            level = self.free_salt / self.free if self.free > 0.0 else 0.0
            more = mesh.store - kept
            amount = float(np.sum(more)) * level
            self.salt = (salt + level * more) / mesh.store
            self.free, self.free_salt, self.saturation = left - need, self.free_salt - amount, 1.0
        else:
            total = float(np.sum(salt)) + self.free_salt
            self.saturation = left / need
            mesh = make_mesh(self.cell, self.worn, self.thick, self.saturation)
            shape = salt / before
            self.salt = shape * (total / float(np.sum(shape * mesh.store)))
            self.free = self.free_salt = 0.0
        self.mesh = mesh

    def note(self, cycle: int, charged: float, discharged: float) -> None:
        """Inventories at the end of a cycle."""
        el, metal = self.el, self.cell.metal
        start = self.cell.positive.x_discharged.value if self.cell.positive.with_metal else None
        start = self.cell.positive.x_charged.value if start is None else start
        moved = (self.filling - start) * self.cell.host_capacity
        metals = float(el[kp.MOSS] + el[kp.BULK] + el[kp.DEAD] + el[kp.SEI] + el[kp.ALLOY])
        salt = self.salt_inside() + self.free_salt + self.salt_used
        left = math.inf if metal.metal_capacity is None else metal.metal_capacity + float(el[kp.BULK] + el[kp.MOSS])
        self.rows.append([
            cycle, self.time, charged, discharged, self.filling, left, *(float(el[k]) for k in (
                kp.MOSS, kp.BULK, kp.DEAD, kp.SEI, kp.ALLOY, kp.COVER)), self.thick, self.saturation, self.free,
            self.solvent_used, (metals + moved) / max(self.passed, 1.0), salt / self.at_start - 1.0,
        ])  # fmt: skip

    def carry_out(self, formation: list[Array], cycles: Sequence[list[Array]]) -> tuple[Ended | None, int]:
        """Formation, then the cycles; (physical end or None, whole cycles done)."""
        done = 0
        try:
            for k, row in enumerate(formation):
                self.one(row, 0, k + 1)
            for number, rows in enumerate(cycles, start=1):
                charged = discharged = 0.0
                for k, row in enumerate(rows):
                    status, charge = self.one(row, number, k + 1)
                    charged, discharged = charged + max(0.0, -charge), discharged + max(0.0, charge)
                    if self.saturation < self.worn.residual:
                        self.note(number, charged, discharged)
                        return Ended.dry_pores, done
                    if status == kernel.END_SALT and abs(charge) < 1e-6 * self.cell.loading:
                        self.note(number, charged, discharged)
                        return Ended.depletion, done
                self.note(number, charged, discharged)
                if charged + discharged < 1e-6 * self.cell.loading:
                    return Ended.metal_exhausted, done
                done = number
        except KeyboardInterrupt:
            return Ended.interrupted, done
        return None, done

    def columns(self) -> tuple[Array, Array, Array, NDArray[np.int64], NDArray[np.int64]]:
        """Samples of all orders: s, A/m2 (positive discharges), V, cycle, step."""
        data, number, step = joined(self.parts)
        finite = np.isfinite(data[2])
        return data[0][finite], data[1][finite], data[2][finite], number[finite], step[finite]

    def states(self) -> dict[str, Array]:
        """Inventories by cycle, by name with its SI unit."""
        names = (
            "cycle", "time_s", "charged_C_per_m2", "discharged_C_per_m2", "filling", "metal_left_C_per_m2",
            "moss_C_per_m2", "bulk_C_per_m2", "dead_C_per_m2", "sei_C_per_m2", "alloy_C_per_m2", "coverage",
            "dead_layer_m", "pore_saturation", "electrolyte_free_m", "solvent_used_m", "metal_balance_error",
            "salt_balance_error",
        )  # fmt: skip
        return by_name(names, self.rows)
