"""The PyBaMM model of the cell, where PyBaMM is installed (extra `pybamm`): Experiments, salt, both forms, doors."""

import os
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import numba
import numpy as np
import pytest

from alloycoat import interop
from alloycoat.cell import age, ageing_parameters, cycle, half, symmetric
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Protocol

ROOT = Path(__file__).resolve().parents[2]
os.environ.setdefault("PYBAMM_DISABLE_TELEMETRY", "true")


@pytest.fixture(scope="module")
def pybamm():
    return pytest.importorskip("pybamm")


@pytest.fixture(scope="module")
def cell():
    return symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2")


def solve(pybamm, cell, steps, **options):
    values = pybamm.ParameterValues(interop.pybamm_parameters(cell))
    solver = pybamm.IDAKLUSolver(rtol=1e-8, atol=1e-10)
    experiment = pybamm.Experiment(steps, period="10 seconds")
    model = interop.SymmetricCell(**options)
    return pybamm.Simulation(model, experiment=experiment, parameter_values=values, solver=solver).solve()


def test_an_experiment_gives_the_record_of_the_virtual_cycler(pybamm, cell):
    found = solve(
        pybamm, cell, ["Discharge at 2 mA for 5 minutes", "Rest for 2 minutes", "Charge at 5 mA for 5 minutes"]
    )
    steps = ["Plate at 2 mA/cm2 for 5 minutes", "Rest for 2 minutes", "Strip at 5 mA/cm2 for 5 minutes"]
    steps = [f"{step} (10 second period)" for step in steps]
    record = cycle(cell, Protocol.model_validate({"steps": steps, "cycles": 1}))
    theirs = np.concatenate([part["Voltage [V]"].entries[1:] for part in found.cycles[0].steps + _rest(found)])
    since = np.concatenate([part["Time [s]"].entries[1:] - part["Time [s]"].entries[0] for part in _all(found)])
    assert len(theirs) == record.n
    apart = np.abs(theirs - record.voltage_V)
    assert np.max(apart[since >= 60.0]) < 1e-4
    assert np.max(np.abs(found["Mean concentration [mol.m-3]"].entries / cell.concentration - 1)) < 1e-10
    assert found["Current [A]"].entries[1] == pytest.approx(2e-3)
    assert found["Voltage [V]"].entries[1] < 0  # metal is plated on the working electrode


def _all(found):
    return [step for one in found.cycles for step in one.steps]


def _rest(found):
    return [step for one in found.cycles[1:] for step in one.steps]


def test_both_forms_agree_and_a_coating_counts(pybamm, cell):
    coated = replace(
        cell, coated=(True, False), coating_resistance=4e-3, nucleation_overpotential=0.03, electronic_share=0.9,
        coated_film_resistance=5e-4, alpha_a=0.4, alpha_c=0.6,
    )  # fmt: skip
    steps = ["Discharge at 2 mA for 3 minutes"]
    unequal = solve(pybamm, coated, steps, form="dae")["Voltage [V]"].entries[-1]
    made = Protocol.model_validate({"steps": ["Plate at 2 mA/cm2 for 3 minutes"], "cycles": 1})
    assert unequal == pytest.approx(cycle(coated, made).voltage_V[-1], abs=1e-4)
    equal = replace(coated, alpha_a=0.5, alpha_c=0.5)
    ode, dae = (solve(pybamm, equal, steps, form=form)["Voltage [V]"].entries[-1] for form in ("ode", "dae"))
    assert ode == pytest.approx(dae, abs=1e-7)
    with pytest.raises(pybamm.OptionError, match="allowed are 'ode' and 'dae'"):
        interop.SymmetricCell(form="pde")


def test_a_voltage_limit_and_depletion_end_a_step(pybamm, cell):
    found = solve(pybamm, cell, ["Discharge at 20 mA for 1 hour or until -1.25 V"])
    assert found["Voltage [V]"].entries[-1] == pytest.approx(-1.25, abs=1e-4)
    values = pybamm.ParameterValues(interop.pybamm_parameters(cell))
    values["Current function [A]"] = 0.06  # above the limiting current
    values["Lower voltage cut-off [V]"] = -100.0
    found = pybamm.Simulation(interop.SymmetricCell(), parameter_values=values).solve([0, 600])
    assert found.termination == "event: Salt depleted"
    assert found["Counter electrode concentration [mol.m-3]"].entries.min() > 0


def test_pybamm_finds_the_model_and_the_parameter_sets(pybamm):
    from importlib.metadata import EntryPoint, entry_points

    from alloycoat.interop import parameters

    names = {
        "Alloycoat Li symmetric",
        "Alloycoat Li symmetric carbonate",
        "Alloycoat Na symmetric",
        "Alloycoat Li on Cu",
    }
    sets = {point.name: point for point in entry_points(group="pybamm_parameter_sets") if point.name in names}
    if sets:  # the package is installed with its metadata, not only on the path
        assert set(sets) == names
        assert sets["Alloycoat Na symmetric"].load() is parameters.sodium_symmetric
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert set(declared["pybamm_parameter_sets"]) == names
    for group, found in declared.items():
        for value in found.values():
            made = EntryPoint("one", value, group).load()()
            assert isinstance(made, pybamm.BaseModel if group == "pybamm_models" else dict)
    for make in (parameters.lithium_symmetric, parameters.lithium_symmetric_carbonate, parameters.sodium_symmetric):
        assert pybamm.ParameterValues(make())["Separator porosity"] > 0
    model = interop.SymmetricCell()
    assert "Voltage [V]" in model.default_quick_plot_variables
    assert model.default_parameter_values["Cation charge number"] == 1.0


def test_what_cannot_be_handed_over_is_refused(pybamm, cell):
    with pytest.raises(RecipeError, match=r"\[anode\] area: not given"):
        interop.pybamm_parameters(replace(cell, area_m2=None))
    with pytest.raises(RecipeError, match="the PyBaMM half cell is bare"):
        interop.pybamm_parameters(replace(cell, kind="half", coated=(True, False)))


@pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="an hour of the ageing cell needs the compiled kernel")
def test_lithium_on_copper_is_our_half_cell_without_its_ageing(pybamm):
    cell = half(anode="Li", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2")
    calm = replace(ageing_parameters(cell), loss=0.0, mossy_share=0.0, moss_seed=0.0, film_time=1e30)
    words = ["Plate at 1 mA/cm2 for 30 minutes", "Rest for 2 minutes", "Strip at 1 mA/cm2 until 1 V"]
    steps = [f"{word} (10 second period)" for word in words]
    record = age(cell, Protocol.model_validate({"steps": steps, "cycles": 2}), calm).record
    values = pybamm.ParameterValues(interop.pybamm_parameters(cell))
    steps = ("Discharge at 1 mA for 30 minutes", "Rest for 2 minutes", "Charge at 1 mA until 1 V")

    def solved():
        return pybamm.Simulation(
            interop.CopperCell(), experiment=pybamm.Experiment([steps] * 2, period="10 seconds"),
            parameter_values=values, solver=pybamm.IDAKLUSolver(rtol=1e-7, atol=1e-9),
        ).solve()  # fmt: skip

    found = solved()
    for k, parts in enumerate(found.cycles):
        for number, part in enumerate(parts.steps):
            mine = (record.cycle == k + 1) & (record.step == number + 1)
            time, volts = part["Time [s]"].entries, part["Voltage [V]"].entries
            assert record.time_s[mine][-1] == pytest.approx(time[-1], abs=1e-3)  # the metal is gone, at 1 V
            late = (record.time_s[mine] >= time[0] + 60.0) & (record.time_s[mine] <= time[-1] - 20.0)
            there = np.interp(record.time_s[mine][late], time, volts)
            assert np.max(np.abs(there - record.voltage_V[mine][late])) < 1e-4
    first = found.cycles[0].steps[0]["Voltage [V]"].entries
    assert first[0] < first[-1] - 0.02  # nucleation on bare copper
    values["Coulombic efficiency of plating"] = 0.95
    found = solved()
    ratio = found["Stripped charge [A.h]"].entries[-1] / found["Plated charge [A.h]"].entries[-1]
    assert ratio == pytest.approx(0.95, abs=2e-3)
    assert found["Metal thickness on the copper [m]"].entries.max() == pytest.approx(0.95 * 2.4e-6, rel=0.05)


def test_without_pybamm_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "pybamm", None)
    monkeypatch.delitem(sys.modules, "alloycoat.interop.symmetric_cell", raising=False)
    with pytest.raises(AlloycoatError, match=r"pip install 'alloycoat\[pybamm\]'"):
        _ = interop.SymmetricCell
    with pytest.raises(AttributeError, match="no attribute 'Doyle'"):
        _ = interop.Doyle
