"""The spectrum of a simulated cell against its limits, an analytic solution, and laws that any passive cell obeys."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from alloycoat.cell import age, ageing_parameters, cycle, half, symmetric
from alloycoat.cell.impedance import (
    FREQUENCIES,
    as_rows,
    at_rest,
    capacitances,
    diffusion_impedance,
    make_column,
    of_state,
    spectra_of_life,
    spectrum,
)
from alloycoat.errors import RecipeError
from alloycoat.recipe import Protocol, plate_strip

ETHER, CARBONATE = "1 M LiTFSI in DOL/DME", "1 M LiPF6 in EC/DMC"
LOW = np.array([1e-7])


@pytest.fixture(scope="module")
def cell():
    return symmetric(anode="Li", electrolyte=ETHER, area="1 cm^2")


@pytest.fixture(scope="module")
def aged():
    """A coated cell after some cycles, with what wears it."""
    made = replace(
        symmetric(anode="Li", electrolyte=CARBONATE, area="1 cm^2"), coated=(True, False), coating_resistance=3e-3,
        coated_exchange_factor=5.0, coated_film_resistance=8e-4, nucleation_overpotential=math.inf,
    )  # fmt: skip
    worn = replace(ageing_parameters(made, electrolyte_amount="6 uL/cm2"), coverage=0.9)
    return made, worn, age(made, plate_strip("1 mA/cm2", "30 min", cycles=12), worn, points_per_half_cycle=8)


def test_high_frequency_is_the_resistance_of_the_electrolyte(cell, aged):
    found = spectrum(cell, frequencies=np.array([1e12]))
    by_hand = cell.separator_thickness * cell.macmullin / cell.nominal(cell.conductivity)
    assert found.bulk == pytest.approx(by_hand, rel=1e-12)
    assert abs(found.impedance[0] - by_hand) < 1e-3 * by_hand
    made, worn, life = aged
    later = spectrum(made, worn, life.inventory, frequencies=np.array([1e12]), coating_thickness=1e-6)
    assert abs(later.impedance[0] - later.bulk) < 1e-3 * later.bulk and later.bulk > by_hand


@pytest.mark.parametrize("electrolyte", [ETHER, CARBONATE, "0.5 M Mg(TFSI)2 in DME"])
def test_zero_frequency_is_the_slope_of_the_steady_nonlinear_cell(electrolyte):
    """The solver of the fresh cell knows nothing of the linearisation."""
    anode = "Mg" if "Mg" in electrolyte else "Li"
    made = symmetric(anode=anode, electrolyte=electrolyte, area="1 cm^2")
    record = cycle(made, plate_strip("0.0001 mA/cm2", "20 h"))
    slope = (record.voltage_V[-1] - record.voltage_V[49]) / (2 * record.current_A[-1] / made.area_m2)
    found = spectrum(made, frequencies=LOW)
    assert found.impedance[0].real == pytest.approx(slope, rel=2e-5)
    assert found.bulk + found.interfacial + found.diffusion == pytest.approx(slope, rel=2e-5)


def test_zero_frequency_of_an_aged_cell_is_the_slope_of_the_ageing_solver(aged):
    """A small current for a long time after some cycles: dead layers, moss, coverage, a film that grew."""
    made, worn, life = aged
    found = spectrum(made, worn, life.inventory, frequencies=LOW)
    steps = [
        {"steps": ["Plate at 1 mA/cm2 for 30 min", "Strip at 1 mA/cm2 for 30 min"], "cycles": 12},
        ["Plate at 0.0001 mA/cm2 for 30 min", "Strip at 0.0001 mA/cm2 for 30 min"],
    ]
    record = age(made, Protocol.model_validate({"steps": steps}), worn, points_per_half_cycle=8).record
    last = record.cycle == 13
    plating, stripping = (record.voltage_V[last & (record.step == k)][-1] for k in (1, 2))
    slope = (stripping - plating) / (2 * 1e-3)
    assert found.impedance[0].real == pytest.approx(slope, rel=2e-3)  # seeds of moss count half


def test_diffusion_is_a_finite_warburg_element(cell):
    rest = at_rest(cell, None, None, -1, None)
    column = make_column(cell, None, rest)
    omega = 2 * np.pi * FREQUENCIES
    found = diffusion_impedance(cell, column, cell.concentration, np.append(omega, 0.0))
    diffusivity, length = cell.nominal(cell.diffusivity), cell.separator_thickness
    anion, factor = 1 - cell.nominal(cell.transference), cell.nominal(cell.thermodynamic_factor)
    steady = 2 * 0.0256926 * anion**2 * factor * length
    steady /= 96485.332 * cell.concentration * cell.permeance * diffusivity
    assert found[-1] == pytest.approx(steady, rel=1e-5)
    q = np.sqrt(1j * omega * cell.porosity * length**2 / (4 * cell.permeance * diffusivity))
    assert np.max(np.abs(found[:-1] - steady * np.tanh(q) / q)) < 1e-3 * steady


def spectra(cell, aged):
    made, worn, life = aged
    wide = np.logspace(9, -6, 1200)
    return [spectrum(cell, frequencies=wide), spectrum(made, worn, life.inventory, 3, frequencies=wide)]


def test_a_spectrum_is_passive(cell, aged):
    """Never gives power back: real parts above zero, capacitive or resistive; resistance falls with frequency."""
    for found in spectra(cell, aged):
        assert np.all(found.impedance.real > 0) and np.all(found.impedance.imag <= 1e-15)
        assert np.all(np.diff(found.impedance.real) >= -1e-12 * found.interfacial)  # from high to low frequency


def test_a_spectrum_obeys_kramers_and_kronig(cell, aged):
    """Im Z(w) = (2 w/pi) int [Re Z(x) - Re Z(w)]/(x^2 - w^2) dx: causal, linear and stable."""
    for found in spectra(cell, aged):
        omega, real = 2 * np.pi * found.frequency_Hz[::-1], found.impedance.real[::-1]
        middle = np.sqrt(omega[1:] * omega[:-1])
        weight, inside = np.diff(omega), 0.5 * (real[1:] + real[:-1])
        for k in range(300, 900, 60):
            integral = np.sum((inside - real[k]) / (middle**2 - omega[k] ** 2) * weight)
            imaginary = 2 * omega[k] / np.pi * integral
            assert imaginary == pytest.approx(found.impedance.imag[::-1][k], abs=2e-3 * found.interfacial)


def test_a_leak_and_a_coating_show_where_they_should(cell):
    omega = 2 * np.pi * FREQUENCIES
    rest = at_rest(cell, None, None, -1, None)
    tight, leaky = (of_state(cell, None, replace(rest, leak=leak), omega) for leak in (0.0, 50.0))
    assert np.allclose(1 / leaky.impedance, 1 / tight.impedance + 50.0)
    assert leaky.impedance[-1].real < 1 / 50.0
    same = {"coated_film_resistance": cell.film_resistance, "coated_exchange_factor": 1.0}
    coated = replace(cell, coated=(True, True), coating_resistance=2e-3, **same)
    found = spectrum(coated, frequencies=np.array([1e-3, 1e12]), coating_thickness=1e-6)
    bare = spectrum(cell, frequencies=np.array([1e-3, 1e12]))
    assert found.interfacial - bare.interfacial == pytest.approx(2 * 2e-3, rel=1e-9)
    assert found.impedance[1] == pytest.approx(bare.impedance[1], abs=1e-6)


def test_resistances_follow_the_life_and_become_rows_of_the_record(aged):
    made, worn, life = aged
    found = spectra_of_life(made, worn, life.inventory, coating_thickness=1e-6)
    assert [one.cycle for one in found] == [1, 4, 7, 9, 12]
    bulk = [one.spectrum.bulk for one in found]
    assert bulk == sorted(bulk)  # dead layers grow
    rows = as_rows(found, made.area_m2)
    record = life.record.replace(impedance=rows)
    assert record.impedance.time_s[0] == life.inventory.time_s[0] and rows.time_s.size == 5 * FREQUENCIES.size
    assert rows.real_ohm[0] * made.area_m2 == pytest.approx(found[0].spectrum.impedance[0].real)
    assert as_rows((), 1.0) is None


def test_what_has_no_spectrum_is_refused(cell):
    with pytest.raises(RecipeError, match="stripped copper"):
        spectrum(half(anode="Li", electrolyte=ETHER, area="1 cm^2"))
    for wrong in (np.array([0.0]), np.array([]), np.array([np.nan]), np.array([[1.0]])):
        with pytest.raises(RecipeError, match="above zero"):
            spectrum(cell, frequencies=wrong)
    with pytest.raises(RecipeError, match="both its ageing"):
        spectrum(cell, ageing_parameters(cell))


def test_every_capacitance_has_a_spread_and_a_source():
    given = capacitances()
    assert all(value.low < value.value < value.high and value.note for value in given)
    assert given.sources == ("imp-peled2011", "imp-assumed")
    assert given.film.value == pytest.approx(5e-3)  # 0.5 uF/cm2
