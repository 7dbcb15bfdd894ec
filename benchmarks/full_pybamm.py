"""The reduced full cell against PyBaMM's half-cell DFN of the same parameters: voltage error of a discharge.

python benchmarks/full_pybamm.py        (needs pybamm; prints one line a case)
"""

# ruff: noqa: ARG001, ARG005 -- PyBaMM calls these functions with all of their arguments

from __future__ import annotations

import sys

import numpy as np
import pybamm

from alloycoat.cell.full import FullCell, full
from alloycoat.cell.full_cycle import cycle_full
from alloycoat.quantities import FARADAY
from alloycoat.recipe import Protocol

AREA = 1e-4


def protocol(cell: FullCell, rate: float) -> Protocol:
    """Charge slowly and rest where the positive is assembled full, then discharge."""
    low, high = cell.positive.lower_voltage.value, cell.positive.upper_voltage.value
    steps = [f"Discharge at {rate}C until {low} V"]
    if cell.positive.with_metal:
        steps = [f"Charge at C/20 until {high} V", "Rest for 10 hours", *steps]
    return Protocol.model_validate({"steps": steps, "cycles": 1})


def discharge(cell: FullCell, rate: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Time (s), voltage of a discharge from the charged state, and the filling it starts with."""
    record = cycle_full(cell, protocol(cell, rate)).record
    assert record.step is not None
    last = record.step == record.step[-1]
    before = ~last
    moved = float(np.trapezoid(record.current_A[before], record.time_s[before])) / AREA / cell.host_capacity
    host = cell.positive
    start = host.x_discharged.value if host.with_metal else host.x_charged.value
    return record.time_s[last] - record.time_s[last][0], record.voltage_V[last], start - moved


def reference(cell: FullCell, rate: float, filling: float, span: float) -> tuple[np.ndarray, np.ndarray]:
    """The same discharge by PyBaMM's DFN with a lithium metal counter electrode."""
    metal, host = cell.metal, cell.positive
    most = host.capacity.value * host.density.value / FARADAY
    solid = (1.0 - host.electrode_porosity.value) * host.active_fraction.value

    def curve(x):
        return pybamm.Interpolant(np.array(host.curve[0]), np.array(host.curve[1]), x, interpolator="linear")

    def of(points):
        values = points
        if len(values[0]) == 1:
            return lambda c, t: values[1][0] + 0.0 * c
        return lambda c, t: pybamm.Interpolant(np.array(values[0]), np.array(values[1]), c, interpolator="linear")

    def exchange(c_e, c_s, c_max, t):
        x = c_s / c_max
        return 2.0 * host.exchange_current_density.value * (x * (1.0 - x) * c_e / metal.concentration) ** 0.5

    values = pybamm.ParameterValues("Xu2019")
    values.update({
        "Nominal cell capacity [A.h]": cell.loading * AREA / 3600.0,
        "Current function [A]": rate * cell.loading / 3600.0 * AREA,
        "Electrode height [m]": AREA**0.5, "Electrode width [m]": AREA**0.5,
        "Separator thickness [m]": metal.separator_thickness, "Separator porosity": metal.porosity,
        "Separator Bruggeman coefficient (electrolyte)": np.log(metal.permeance) / np.log(metal.porosity),
        "Positive electrode thickness [m]": cell.thickness,
        "Positive electrode porosity": host.electrode_porosity.value,
        "Positive electrode Bruggeman coefficient (electrolyte)": np.log(1.0 / host.electrode_macmullin.value)
        / np.log(host.electrode_porosity.value),
        "Positive electrode active material volume fraction": solid,
        "Positive particle radius [m]": host.radius.value,
        "Positive particle diffusivity [m2.s-1]": host.diffusivity.value,
        "Positive electrode OCP [V]": curve, "Positive electrode conductivity [S.m-1]": 1e4,
        "Positive electrode exchange-current density [A.m-2]": exchange,
        "Maximum concentration in positive electrode [mol.m-3]": most,
        "Initial concentration in positive electrode [mol.m-3]": filling * most,
        "Exchange-current density for lithium metal electrode [A.m-2]":
            lambda c, m, t: metal.exchange_current_density * (c / metal.concentration) ** metal.alpha_a,
        "Electrolyte diffusivity [m2.s-1]": of(metal.diffusivity),
        "Electrolyte conductivity [S.m-1]": of(metal.conductivity),
        "Cation transference number": metal.nominal(metal.transference),
        "Thermodynamic factor": metal.nominal(metal.thermodynamic_factor),
        "Initial concentration in electrolyte [mol.m-3]": metal.concentration,
        "Typical electrolyte concentration [mol.m-3]": metal.concentration,
        "Upper voltage cut-off [V]": 9.0, "Lower voltage cut-off [V]": host.lower_voltage.value,
        "Positive electrode double-layer capacity [F.m-2]": 0.0, "Ambient temperature [K]": metal.temperature_K,
        "Contact resistance [Ohm]": 0.0,
    }, check_already_exists=False)  # fmt: skip
    model = pybamm.lithium_ion.DFN({"working electrode": "positive"})
    points = {"x_n": 20, "x_s": 30, "x_p": 40, "r_n": 20, "r_p": 60}
    simulation = pybamm.Simulation(
        model, parameter_values=values, var_pts=points, solver=pybamm.IDAKLUSolver(rtol=1e-6, atol=1e-8)
    )
    solution = simulation.solve([0.0, span])
    return solution["Time [s]"].entries, solution["Voltage [V]"].entries


def main() -> int:
    """Print the error of each case."""
    print(f"{'case':<34}{'mV mean':>12}{'mV most':>10}{'capacity %':>12}")
    for name, rates in (
        ("NMC", (0.2, 1.0, 2.0)),
        ("NMC811", (1.0,)),
        ("LFP", (1.0,)),
        ("LTO", (1.0, 5.0)),
        ("TiS2", (1.0,)),
    ):
        for loading in ("1 mAh/cm2", "3 mAh/cm2"):
            for rate in rates:
                cell = full(
                    anode="Li", positive=name, loading=loading, electrolyte="1 M LiPF6 in EC/DMC", area=f"{AREA} m^2",
                    efficiency=1.0,
                )  # fmt: skip
                cell = bare_metal(cell)
                time, volts, filling = discharge(cell, rate)
                t, v = reference(cell, rate, filling, float(time[-1]) * 1.2)
                inside = (time > 5.0) & (time < min(time[-1], t[-1]) * 0.95)
                wrong = np.abs(volts[inside] - np.interp(time[inside], t, v)) * 1e3
                share = time[-1] / t[-1] - 1.0
                print(
                    f"{name + ' ' + loading + f' {rate:g}C':<34}{wrong.mean():>12.2f}{wrong.max():>10.1f}"
                    f"{share * 100:>12.2f}"
                )
    return 0


def bare_metal(cell: FullCell) -> FullCell:
    """Without film, which PyBaMM's metal electrode does not have here."""
    from dataclasses import replace

    return replace(cell, metal=replace(cell.metal, film_resistance=0.0))


if __name__ == "__main__":
    sys.exit(main())
