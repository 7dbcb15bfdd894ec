"""The PyBaMM model of the same cell as an oracle: its trajectories against the kernel, live or written to a file.

    python benchmarks/pybamm_oracle.py            compares, and prints what was found
    python benchmarks/pybamm_oracle.py --write    writes tests/data/pybamm_trajectories.json as well

Needs the extra `pybamm`. The numbers of each cell go into the file, so that it stays what it is when a table changes.
"""

from __future__ import annotations

import dataclasses
import json
import math
import os
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")

import numpy as np
import pybamm

from alloycoat.cell import Cell, Settings, symmetric
from alloycoat.cell.kernels.advance import advance
from alloycoat.cell.lanes import make_parameters, points_for
from alloycoat.cell.limits import limits
from alloycoat.interop import SymmetricCell, pybamm_parameters

FILE = Path(__file__).resolve().parent.parent / "tests" / "data" / "pybamm_trajectories.json"
CARBONATE, SODIUM = "1 M LiPF6 in EC/DMC", "1 M NaPF6 in EC/PC"
ETHER = "1 M LiTFSI in DOL/DME"


def thick(cell: Cell, length: float) -> Cell:
    """The cell with a separator so thick that its salt takes many minutes to settle."""
    return dataclasses.replace(cell, separator_thickness=length)


def cases() -> dict[str, tuple[Cell, list[tuple[float, float]]]]:
    """Cells and their steps, (A/m2, s): strips the working electrode where positive."""
    li, ec = (symmetric(anode="Li", electrolyte=name, area=1e-4) for name in (ETHER, CARBONATE))
    na = symmetric(anode="Na", electrolyte=SODIUM, area=1e-4)
    k = symmetric(anode="K", electrolyte="0.8 M KPF6 in EC/DEC", area=1e-4)
    mg = symmetric(anode="Mg", electrolyte="0.5 M Mg(TFSI)2 in DME", area=1e-4)
    mg = dataclasses.replace(mg, film_resistance=1e-2)
    coat = dataclasses.replace(
        ec, coated=(True, False), coating_resistance=4e-3, nucleation_overpotential=0.03, coated_film_resistance=5e-4,
        coated_exchange_factor=10.0, electronic_share=0.999,
    )  # fmt: skip
    wide = thick(ec, 5e-4)
    near = 0.8 * limits(ec, 1.0, 1.0).limiting_current_density_of_curves
    steady = 0.6 * limits(wide, 1.0, 1.0).limiting_current_density_of_curves
    return {
        "Li, ether, 2 mA/cm2": (li, [(-20.0, 3600.0), (20.0, 3600.0)]),
        "Li, carbonate, 2 mA/cm2": (ec, [(-20.0, 3600.0), (20.0, 3600.0)]),
        "Li, carbonate, 10 mA/cm2": (ec, [(-100.0, 600.0), (100.0, 600.0), (-100.0, 600.0)]),
        "Li, carbonate, 0.8 of the limiting current": (ec, [(-near, 300.0), (near, 300.0)]),
        "Li, carbonate, one electrode coated, 5 mA/cm2": (coat, [(-50.0, 600.0), (50.0, 600.0)]),
        "Li, carbonate, 0.5 mm thick, with a rest": (
            wide, [(-steady, 1800.0), (0.0, 1200.0), (steady, 1800.0), (-steady, 600.0)]
        ),
        "Na, carbonate, 5 mA/cm2": (na, [(-50.0, 600.0), (50.0, 600.0)]),
        "K, carbonate, 1 mA/cm2": (k, [(-10.0, 600.0), (10.0, 600.0)]),
        "Mg, glyme, divalent, 0.5 mA/cm2": (mg, [(-5.0, 600.0), (5.0, 600.0)]),
    }  # fmt: skip


def solve(cell: Cell, steps: list[tuple[float, float]], points: int) -> tuple[list[Any], float]:
    """Per step (times since the switch, voltages) by PyBaMM, and the largest relative change of the salt."""
    orders = []
    for current, seconds in steps:
        ampere = -current * cell.area_m2
        orders.append(pybamm.step.current(ampere, duration=seconds, period=5.0 if seconds < 3600 else 60.0))
    values = pybamm.ParameterValues(pybamm_parameters(cell))
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    simulation = pybamm.Simulation(
        SymmetricCell(points=points), experiment=pybamm.Experiment(orders), parameter_values=values, solver=solver
    )
    solution = simulation.solve()
    parts = [step for cycle in solution.cycles for step in cycle.steps]
    found = [(part["Time [s]"].entries - part["Time [s]"].entries[0], part["Voltage [V]"].entries) for part in parts]
    salt = solution["Mean concentration [mol.m-3]"].entries / cell.concentration - 1.0
    return found, float(np.max(np.abs(salt)))


def ours(cell: Cell, steps: list[tuple[float, float]], times: list[Any]) -> list[Any]:
    """Voltages by the kernel as `cycle` runs it by default."""
    ceiling = limits(cell, 1.0, 1.0).limiting_current_density
    p = make_parameters(cell, points_for(max(abs(current) for current, _ in steps) / ceiling))
    modes, voltages = np.zeros(len(p.grid.weights)), []
    modes[0] = cell.concentration
    for (current, seconds), at in zip(steps, times, strict=True):
        seen = advance(modes, current, seconds, at, math.inf, Settings().tolerance, p)
        modes = seen.modes
        voltages.append(seen.voltage[: len(at)])
    return voltages


def thinned(times: Any) -> Any:
    """A dozen of the samples: close together at first, then even."""
    wanted = np.concatenate([np.geomspace(5.0, 100.0, 6), np.linspace(120.0, times[-1], 8)])
    return np.unique([int(np.argmin(np.abs(times - t))) for t in wanted if t <= times[-1]])


def main() -> None:
    written = []
    print(f"PyBaMM {pybamm.__version__}; errors of the kernel in mV\n")
    print(f"{'case':48} {'from 60 s':>9} {'from 5 s':>9} {'PyBaMM 80/120':>14} {'salt':>8}")
    for name, (cell, steps) in cases().items():
        coarse, _ = solve(cell, steps, 80)
        found, salt = solve(cell, steps, 120)
        voltages = ours(cell, steps, [t[1:] for t, _ in found])
        apart = [1e3 * np.abs(mine - v[1:]) for mine, (_, v) in zip(voltages, found, strict=True)]
        late = max(np.max(a[t[1:] >= 60.0]) for a, (t, _) in zip(apart, found, strict=True))
        mesh = max(np.max(1e3 * np.abs(a - b)[t >= 60.0]) for (t, a), (_, b) in zip(coarse, found, strict=True))
        print(f"{name:48} {late:9.4f} {max(a.max() for a in apart):9.4f} {mesh:14.4f} {salt:8.0e}")
        keep = [thinned(t) for t, _ in found]
        written.append({
            "name": name,
            "cell": {k: v for k, v in dataclasses.asdict(cell).items() if k not in ("spreads", "notes", "sources")},
            "steps": steps,
            "time_s": [[round(float(x), 6) for x in t[k]] for (t, _), k in zip(found, keep, strict=True)],
            "voltage_V": [[round(float(x), 9) for x in v[k]] for (_, v), k in zip(found, keep, strict=True)],
        })  # fmt: skip
    if "--write" in sys.argv:
        about = {"pybamm": pybamm.__version__, "command": "python benchmarks/pybamm_oracle.py --write"}
        text = json.dumps({**about, "points": 120, "rtol": 1e-8, "cases": written}, indent=1)
        FILE.write_text(text.replace("Infinity", "1e300") + "\n", encoding="utf-8")
        print(f"\nwritten: {FILE.name}, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
