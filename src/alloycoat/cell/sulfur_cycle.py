"""A sulfur cell on the cycler: orders, settlement between them, record and inventories."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters, ageing_parameters
from alloycoat.cell.full_record import by_name, joined
from alloycoat.cell.kernels import ageing_laws as laws
from alloycoat.cell.orders import repeats_of
from alloycoat.cell.sulfur import ATOM, LOST, NUCLEI, S1, S8, SOLID, SulfurCell, assembled
from alloycoat.cell.sulfur_metal import MetalSide
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.quantities import FARADAY, GAS_CONSTANT
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]
_FIELD = "[protocol] steps"
FORMS = ("S8", "S4", "S2", "S", "precipitate", "lost")
"""Names of the forms of sulfur, in the order of the state."""
ELECTRONS_OF = np.array([0.0, 0.5, 1.0, 2.0, 2.0, 2.0])
"""Electrons on an atom of sulfur in each form (lost: sulfide on the metal)."""
_ENDLESS = 1.5
"""Charge over the capacity after which a charge that the shuttle keeps from its limit is stopped."""
_TOLERANCE = 1e-3
_ROOM = 4000


@dataclass(frozen=True, slots=True)
class SulfurAged:
    """A sulfur cell cycled: record, inventories by cycle (SI units per area), why it ended.

    after_discharge, after_charge: kg of sulfur per m2 by form (FORMS) at the last such half-cycle of each cycle.
    endless: charges that were stopped because the shuttle kept the voltage from its limit. notes: as the record's.
    """

    record: CyclingRecord
    states: Mapping[str, Array]
    ended: Ended
    cycles: int
    after_discharge: Array
    after_charge: Array
    endless: int

    @property
    def speciation(self) -> dict[str, float]:
        """Shares of the sulfur at the end of the first discharge, by form; empty where nothing was discharged."""
        if not len(self.after_discharge):
            return {}
        state = self.after_discharge[0]
        return {name: float(value / state.sum()) for name, value in zip(FORMS, state, strict=True)}


def cycle_sulfur(
    cell: SulfurCell, protocol: Any, ageing: AgeingParameters | None = None, *, max_cycles: int | None = None
) -> SulfurAged:
    """Cycle a sulfur cell until the protocol ends or it no longer delivers charge.

    protocol: a `recipe.Protocol` of Charge, Discharge and Rest steps; a C-rate refers to 1672 mAh per g of sulfur.
    ageing: the laws of the metal side, those of `ageing_parameters` where left out. Raises RecipeError for a step
    that the cell cannot run, AlloycoatError where no solution is found.
    """
    worn = ageing_parameters(cell.metal, electrolyte_amount=cell.liquid) if ageing is None else ageing
    area = cell.metal.area_m2
    if area is None:
        raise RecipeError('[anode] area: not given; the record in ampere needs it, as in area = "1.13 cm^2"')
    rest = getattr(protocol, "rest", None)
    formation = make_rows(cell, tuple(getattr(protocol, "formation", ()) or ()), rest)
    blocks = [(make_rows(cell, block.steps, rest), block.cycles) for block in protocol.steps.blocks]
    cycles = [rows for _ in range(repeats_of(protocol)) for rows, times in blocks for _ in range(times)]
    run = _Run(cell, worn)
    ended, done = run.carry_out(formation, cycles if max_cycles is None else cycles[:max_cycles])
    if not run.parts:
        raise KeyboardInterrupt  # before the first order was through: there is no record to keep
    if ended is None:
        ended = Ended.completed if done == len(cycles) else Ended.interrupted
    data, number, step = joined(run.parts)
    notes = [*worn.notes, *cell.notes]
    if run.endless:
        notes.append(
            f"{run.endless} of {done} charges were stopped after {_ENDLESS:g} times the capacity: the shuttle runs as "
            "fast as the charge"
        )
    record = CyclingRecord(
        np.maximum.accumulate(data[0]), -data[1] * area, data[2], cycle=number,
        step=step, area_m2=area, cell_kind="full", origin="simulated",
        ended=ended, notes=tuple(dict.fromkeys(notes)),
        metadata={
            "anode": cell.metal.anode, "positive": "S", "electrolyte": cell.metal.electrolyte,
            "separator": cell.metal.separator, "coated": "one" if cell.metal.coated[0] else "none",
            "loading_C_per_m2": f"{cell.loading:.6g}", "ageing": "laws",
        },
    )  # fmt: skip
    states = run.states()
    return SulfurAged(record, states, ended, done, np.array(run.ends[1]), np.array(run.ends[-1]), run.endless)


def make_rows(cell: SulfurCell, steps: Sequence[Any], rest: float | None = None) -> list[Array]:
    """One order a step: A/m2 (discharge positive), s, lowest V, highest V, C/m2; RecipeError for other steps."""
    rows = []
    for step in steps:
        rows.append(_row(cell, step))
        if rest is not None and step.mode != "rest":
            rows.append(np.array([0.0, rest, -math.inf, math.inf, math.inf]))
    return rows


def _row(cell: SulfurCell, step: Any) -> Array:
    area = cell.metal.area_m2 or 1.0
    if step.verb in ("plate", "strip"):
        raise RecipeError(f"{_FIELD}: {step.text!r}: in a full cell write Charge (plates the anode) or Discharge")
    until = math.inf if step.duration_s is None else float(step.duration_s)
    low, high = cell.values["lower_voltage"].value, cell.values["upper_voltage"].value
    row = np.array([0.0, until, low, high, math.inf])
    if step.mode == "current":
        row[0] = -(step.value if step.per_area else step.value / area)
    elif step.mode == "c-rate":
        row[0] = -step.value * cell.loading / 3600.0
    elif step.mode != "rest":
        raise RecipeError(f"{_FIELD}: {step.text!r}: a sulfur cell runs currents, C-rates and rests, not {step.mode}")
    elif math.isinf(until):
        raise RecipeError(f"{_FIELD}: {step.text!r}: a rest needs a time")
    for limit in step.limits:
        value = float(limit.value)
        if limit.quantity == "voltage":
            if not low - 1.5 <= value <= high + 1.5:
                raise RecipeError(
                    f"{_FIELD}: {step.text!r}: {value:g} V is outside what sulfur against {cell.metal.anode} can show "
                    f"({low - 1.5:.3g} to {high + 1.5:.3g} V)"
                )
            row[2 if row[0] > 0.0 else 3] = value
        elif limit.quantity in ("charge", "capacity"):
            row[4] = min(row[4], value / area)
        elif limit.quantity == "areal capacity":
            row[4] = min(row[4], value)
        else:
            raise RecipeError(f"{_FIELD}: {step.text!r}: a limit of {limit.quantity} cannot end this step")
    return row


class _Run:
    """One sulfur cell on the cycler."""

    def __init__(self, cell: SulfurCell, worn: AgeingParameters) -> None:
        from alloycoat.cell.kernels import sulfur as kernel  # numba is loaded when a cell is run

        self.kernel, self.order, self.work = kernel, kernel.make_sulfur_order(), kernel.make_work()
        self.cell, self.metal = cell, MetalSide(cell.metal, worn, cell.liquid, cell.pores)
        self.state, self.time, self.endless = assembled(cell), 0.0, 0
        self.at_start = float(self.state @ ELECTRONS_OF) * FARADAY / ATOM
        self.net, self.passed = 0.0, 0.0
        self.parts: list[tuple[Array, int, int]] = []
        self.ends: dict[int, list[Array]] = {1: [], -1: []}
        self.rows: list[list[float]] = []
        self.room = np.empty((2, _ROOM))

    def parameters(self) -> Array:
        """Numbers of the kernel for the liquid there is now."""
        k, cell, v, liquid = self.kernel, self.cell, self.cell.values, self.metal.liquid
        thermal = GAS_CONSTANT * cell.metal.temperature_K / FARADAY
        liter = 1e3 * ATOM * liquid
        area = v["area"].value * cell.sulfur
        p = np.zeros(16)
        p[k.HIGH], p[k.LOW] = 2.0 * v["exchange_high"].value * area, 2.0 * v["exchange_low"].value * area
        p[k.POTENTIAL_HIGH] = v["potential_high"].value + 0.25 * thermal * math.log((4.0 * liter) ** 2 / (8.0 * liter))
        p[k.POTENTIAL_LOW] = v["potential_low"].value + 0.25 * thermal * math.log(
            2.0 * liter * liter**2 / (4.0 * liter)
        )
        p[k.THERMAL], p[k.MASS], p[k.PER_CHARGE] = thermal, float(self.state.sum()), ATOM / FARADAY
        p[k.PRECIPITATION] = v["precipitation"].value / (v["solid_density"].value * liquid)
        p[k.SATURATION] = v["saturation"].value * liquid
        p[k.SHUTTLE], p[k.LOSS] = self.shuttle(), v["shuttle_loss"].value
        p[k.CHARGE], p[k.LOST_BEFORE] = float(self.state @ ELECTRONS_OF), self.state[LOST]
        p[k.METAL], p[k.NUCLEI] = self.metal.moss + self.metal.bulk, NUCLEI * v["seed"].value * cell.sulfur
        p[k.KEPT] = 1.0 - laws.sei_share(self.metal.worn.loss, self.metal.worn.film_split)
        return p

    def shuttle(self) -> float:
        """Rate of the shuttle, 1/s: through the covered and the bare share of the metal side by side."""
        bare = self.cell.values["shuttle"].value
        covered = self.metal.coverage if self.cell.metal.coated[0] else 1.0
        return covered * self.cell.shuttle + (1.0 - covered) * bare

    def one(self, row: Array, cycle: int, step: int) -> float:
        """Carry out one order and settle; the charge passed in C/m2, positive discharges."""
        order = np.array([*row, self.metal.overpotential(float(row[0]))])
        charge, shuttled, seconds = self.solve(order, self.parameters(), cycle, step)
        metal, before = self.metal, self.metal.dead + self.metal.sei
        self.net += charge
        self.passed += abs(charge)
        if charge >= 0.0:
            metal.strip(charge)
        else:
            metal.plate(-charge)
        share = self.cell.values["shuttle_loss"].value
        electrons = 0.5 * (1.0 - share) + self.kernel.LOST_ELECTRONS * share
        metal.corrode(electrons * shuttled * FARADAY / ATOM)
        metal.settle(seconds, before)
        self.time += seconds
        return charge

    def solve(self, order: Array, p: Array, cycle: int, step: int) -> tuple[float, float, float]:
        """Integrate an order, the shuttle as long as there is metal; (charge, sulfur shuttled, seconds)."""
        k, i, longest = self.kernel, float(order[0]), self.cell.capacity * _ENDLESS
        asked = float(order[k.MOST])
        order[k.MOST] = min(asked, longest, self.metal.left if i > 0.0 else math.inf)
        charge = shuttled = seconds = 0.0
        while True:
            y = np.array([self.state[S8], self.state[S1], self.state[SOLID], 0.0, 0.0])
            status, filled, spent = self.order(y, order, p, _TOLERANCE, self.work, self.room)
            if status == k.END_FAILED:
                raise AlloycoatError(
                    f"cycle {cycle}, step {step}: the equations of the sulfur cell could not be solved"
                )
            time = self.room[0, :filled] + self.time + seconds
            self.parts.append((np.vstack([time, np.full(filled, i), self.room[1, :filled]]), cycle, step))
            self.state = k.masses(y, p)
            charge, shuttled, seconds = charge + float(y[4]), shuttled + float(y[3]), seconds + spent
            if status != k.END_METAL:
                break
            order[k.UNTIL] -= spent
            order[k.MOST] -= abs(float(y[4]))
            p[k.SHUTTLE], p[k.CHARGE], p[k.LOST_BEFORE] = 0.0, float(self.state @ ELECTRONS_OF), self.state[LOST]
        self.endless += bool(status == k.END_CHARGE and i < 0.0 and longest <= asked)
        return charge, shuttled, seconds

    def carry_out(self, formation: list[Array], cycles: Sequence[list[Array]]) -> tuple[Ended | None, int]:
        """Formation, then the cycles; (physical end or None, whole cycles done)."""
        done = 0
        try:
            for k, row in enumerate(formation):
                self.one(row, 0, k + 1)
            for number, rows in enumerate(cycles, start=1):
                moved = {1: 0.0, -1: 0.0}
                for k, row in enumerate(rows):
                    charge = self.one(row, number, k + 1)
                    if row[0] != 0.0:
                        sign = 1 if row[0] > 0.0 else -1
                        moved[sign] += abs(charge)
                        if len(self.ends[sign]) == number:
                            self.ends[sign].pop()
                        self.ends[sign].append(self.state.copy())
                self.note(number, moved[-1], moved[1])
                if self.metal.saturation < self.metal.worn.residual:
                    return Ended.dry_pores, done
                if moved[1] + moved[-1] < 1e-6 * self.cell.loading:
                    return Ended.metal_exhausted, done
                done = number
        except KeyboardInterrupt:
            return Ended.interrupted, done
        return None, done

    def note(self, number: int, charged: float, discharged: float) -> None:
        """Inventories and balances at the end of a cycle."""
        m, state = self.metal, self.state
        inside = float(state @ ELECTRONS_OF) * FARADAY / ATOM
        taken = m.chemical
        # electrons in the sulfur are those that the circuit and the shuttle brought
        charge_error = (inside - self.at_start - self.net - taken) / max(self.passed, self.cell.loading)
        metal_error = 0.0
        if math.isfinite(m.at_start):
            lost = m.moss + m.bulk + m.dead + m.sei
            metal_error = (m.at_start - lost - self.net - taken) / max(self.passed, m.at_start)
        self.rows.append([
            number, self.time, charged, discharged, m.left, m.moss, m.bulk, m.dead, m.sei, m.coverage, m.dead_layer,
            m.saturation, max(0.0, m.liquid - self.cell.pores), m.filled - m.liquid, m.liquid, self.shuttle(), taken,
            *state, state.sum() / self.cell.sulfur - 1.0, charge_error, metal_error,
        ])  # fmt: skip

    def states(self) -> dict[str, Array]:
        """Inventories by cycle, by name with its SI unit."""
        names = (
            "cycle", "time_s", "charged_C_per_m2", "discharged_C_per_m2", "metal_left_C_per_m2", "moss_C_per_m2",
            "bulk_C_per_m2", "dead_C_per_m2", "sei_C_per_m2", "coverage", "dead_layer_m", "pore_saturation",
            "electrolyte_free_m", "solvent_used_m", "electrolyte_m", "shuttle_per_s", "shuttle_charge_C_per_m2",
            *(f"{name}_kg_per_m2" for name in FORMS), "sulfur_balance_error", "charge_balance_error",
            "metal_balance_error",
        )  # fmt: skip
        return by_name(names, self.rows)
