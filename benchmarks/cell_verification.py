"""Figures of docs/physics/cell.md: convergence, Sand's time, limiting current, conservation, symmetry.

python benchmarks/cell_verification.py
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from alloycoat.cell import Cell, Settings, cycle, limits, symmetric
from alloycoat.cell.kernels import twin
from alloycoat.cell.kernels.advance import advance
from alloycoat.cell.lanes import make_parameters, points_for
from alloycoat.electrochemistry import sand_time
from alloycoat.recipe import plate_strip

C0, D, T, EPS, MACMULLIN = 1000.0, 3e-10, 0.4, 0.5, 4.0


def fresh(p: Any) -> np.ndarray:
    """Modes of the salt as filled in."""
    modes = np.zeros(len(p.grid.weights))
    modes[0] = p.initial
    return modes


def run(p: Any, current: float, until: float, times: Any = (), tolerance: float = 3e-4, start: Any = None) -> Any:
    start = fresh(p) if start is None else start
    return advance(start, current, until, np.asarray(times, dtype=float), math.inf, tolerance, p)


def curved(cell: Cell) -> Cell:
    """The cell with straight-line properties over all concentrations: no kink of a table inside."""
    return replace(
        cell,
        conductivity=((0.0, 3000.0), (0.3, 1.2)), diffusivity=((0.0, 3000.0), (4e-10, 1e-10)),
        transference=((0.0, 3000.0), (0.45, 0.3)), thermodynamic_factor=((0.0, 3000.0), (1.0, 3.0)),
    )  # fmt: skip


def in_space(cell: Cell) -> None:
    """Voltage 0.5 s behind a switch at 25 mA/cm2 by number of points."""
    for label, one in (("straight-line properties", curved(cell)), ("tables of LiPF6 in EC/DMC", cell)):
        exact = run(make_parameters(one, 48), 250.0, 0.5, tolerance=1e-7).voltage[0]
        found = {
            n: 1e3 * abs(run(make_parameters(one, n), 250.0, 0.5, tolerance=1e-7).voltage[0] - exact)
            for n in (4, 6, 8, 10, 12, 16, 24)
        }
        print(f"space, {label}: " + ", ".join(f"{n}: {value:.1e} mV" for n, value in found.items()))


def in_time(cell: Cell) -> None:
    """Order of the steps of one size, iterated until they stand; error of the voltage by tolerance."""
    p = make_parameters(curved(cell), 10)
    start = run(p, 200.0, 1.0, tolerance=1e-6).modes
    stepper = twin.Twin(200.0, math.inf, 1e-5, p)

    def march(steps: int) -> np.ndarray:
        modes = start
        for _ in range(steps):
            modes = twin.Step(stepper, modes, 4.0 / steps, enough=1e-9).end
        return modes

    exact = march(256)
    errors = [float(np.max(np.abs(march(steps) - exact))) for steps in (8, 16, 32, 64)]
    print("time, order: " + ", ".join(f"{math.log2(a / b):.2f}" for a, b in pairwise(errors)))
    p = make_parameters(cell, 24)
    times = np.geomspace(0.05, 60.0, 30)
    best = run(p, 250.0, 60.0, times, 1e-8).voltage
    for tolerance in (1e-2, 1e-3, 3e-4, 1e-4, 1e-5):
        found = run(p, 250.0, 60.0, times, tolerance)
        worst = 1e3 * np.max(np.abs(found.voltage - best))
        print(f"time, 25 mA/cm2, tolerance {tolerance:.0e}: {found.steps} steps, {worst:.1e} mV at worst from 0.05 s")


def sand(z: int) -> None:
    """Sand's time of a thick slab over a range of currents, as `cycle` chooses its points, and with more."""
    flat = {
        name: ((C0,), (value,))
        for name, value in (
            ("conductivity", 1.0), ("diffusivity", D), ("transference", T), ("thermodynamic_factor", 1.0)
        )
    }  # fmt: skip
    for current in (5.0, 20.0, 100.0, 500.0):
        tau = sand_time(current, z, C0, D, 1 / MACMULLIN, EPS, T)
        shown = []
        for widths, points in ((6.5, None), (7.0, None), (7.0, 32), (20.0, None)):
            cell = Cell(
                anode="Li", charge=z, electrolyte="test", concentration=C0, separator="thick", porosity=EPS,
                separator_thickness=widths * math.sqrt(D / MACMULLIN * tau / EPS), macmullin=MACMULLIN,
                exchange_current_density=10.0, alpha_a=0.5 * z, alpha_c=0.5 * z, film_resistance=1e-3, **flat,
            )  # fmt: skip
            share = current / limits(cell, 1.0, 1.0).limiting_current_density
            n = points or points_for(share)
            found = run(make_parameters(cell, n), current, 3 * tau)
            shown.append(f"{widths:g} widths, {n} points {found.time / tau - 1:+.0e}")
        print(f"Sand's time, z = {z}, {current:5.0f} A/m2 ({tau:9.1f} s): " + "; ".join(shown))


def ceiling(cell: Cell) -> None:
    """The current from which on the salt runs out, by halving, over that of the curves."""
    expected = limits(cell, 1.0, 1.0).limiting_current_density_of_curves
    p = make_parameters(cell, 24)
    low, high = 0.9 * expected, 1.1 * expected
    for _ in range(30):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if run(p, middle, 3600.0).status == 0 else (low, middle)
    print(f"limiting current, {cell.electrolyte}: {low / expected - 1:+.1e} of that of the curves")


def conservation(cell: Cell) -> None:
    """Salt over 1,000 cycles, every one solved; what the electrodes' exchange changes."""
    record = cycle(cell, plate_strip("5 mA/cm2", "0.5 h", cycles=1000), reuse=False, points_per_half_cycle=4)
    error, steps = record.metadata["salt_balance_error"], record.metadata["time_steps"]
    print(f"salt after 1,000 cycles, {cell.electrolyte}: {error} relative, {steps} steps")
    uneven = replace(cell, coated=(True, False), coated_film_resistance=1e-3, coated_exchange_factor=8.0)
    mirrored = replace(uneven, coated=(False, True))
    times = np.geomspace(0.01, 100.0, 20)
    one = run(make_parameters(uneven, 16), 100.0, 100.0, times).voltage
    two = run(make_parameters(mirrored, 16), -100.0, 100.0, times).voltage
    print(f"electrodes exchanged and current reversed: {np.max(np.abs(one / -two - 1)):.0e} relative")


def main() -> None:
    cells = [
        symmetric(anode="Li", electrolyte=name, area=1e-4) for name in ("1 M LiPF6 in EC/DMC", "1 M LiTFSI in DOL/DME")
    ]
    in_space(cells[0])
    in_time(cells[0])
    for z in (1, 2):
        sand(z)
    for cell in cells:
        ceiling(cell)
        conservation(cell)
    print(f"default: tolerance {Settings().tolerance:g}, points by the current")


if __name__ == "__main__":
    main()
