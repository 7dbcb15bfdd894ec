"""Records of the ageing cell: the same life as a file, the shape of the trace with age, copper."""

from dataclasses import replace

import numba
import numpy as np
import pytest

from alloycoat.analysis import analyze
from alloycoat.analysis.impedance import fit
from alloycoat.cell import age, ageing_parameters, half, symmetric
from alloycoat.cyclers import read
from alloycoat.cyclers.bdf import write_bdf
from alloycoat.recipe import Protocol, plate_strip
from alloycoat.record import Ended

pytestmark = pytest.mark.skipif(bool(numba.config.DISABLE_JIT), reason="whole lives need the compiled kernel")
ETHER, CARBONATE = "1 M LiTFSI in DOL/DME", "1 M LiPF6 in EC/DMC"


def aged(electrolyte, current, cycles=600):
    cell = symmetric(anode="Li", electrolyte=electrolyte, area="1.13 cm^2")
    return age(cell, plate_strip(current, "1 h", cycles=cycles), ageing_parameters(cell))


@pytest.fixture(scope="module")
def worn_out():
    return aged(ETHER, "2 mA/cm2")


def test_a_file_of_an_ageing_cell_gives_the_life_of_its_record(worn_out, tmp_path):
    record = worn_out.record
    path = write_bdf(record, tmp_path / "aged.bdf.csv")
    again = analyze(read(path), cell_kind="symmetric", area_m2=record.area_m2)
    known = analyze(record)
    assert known.failure == "depletion" and known.life.lower_s == pytest.approx(worn_out.time_s)
    # the file does not say why it ends; the trace breaks off in a steep rise
    assert again.failure == "polarization" and again.life.is_observed
    assert again.life.lower_s == pytest.approx(known.life.lower_s, abs=2 * 3600)
    for name in ("polarization_begin_V", "polarization_end_V", "n_half_cycles"):
        assert getattr(again, name) == pytest.approx(getattr(known, name), rel=1e-4)


def test_divergence_without_an_end_is_the_same_in_both():
    made = aged(ETHER, "1 mA/cm2", cycles=3000).record
    known, unknown = analyze(made), analyze(replace(made, ended=Ended.unknown))
    assert known.life.lower_s == pytest.approx(unknown.life.lower_s, abs=2 * 3600)


@pytest.mark.parametrize("share", [0.3, 0.52, 0.77])
def test_an_interrupted_life_is_censored_and_not_failed(worn_out, share):
    record = worn_out.record
    n = int(share * record.n)
    cut = record.replace(
        time_s=record.time_s[:n], current_A=record.current_A[:n], voltage_V=record.voltage_V[:n],
        cycle=None, step=None, ended=Ended.unknown,
    )  # fmt: skip
    outcome = analyze(cut)
    assert outcome.failure == "none" and outcome.life.upper_s is None


def test_peaking_turns_into_arcing_with_age(worn_out):
    arcing = np.array(analyze(worn_out.record).cycles["arcing"], dtype=float)
    n = arcing.size
    assert np.all(arcing[2 : n // 2] < -0.02) and np.all(arcing[-6:-1] > 0.02)


@pytest.mark.parametrize(
    ("ended", "failure"),
    [(Ended.dry_pores, "exhaustion"), (Ended.metal_exhausted, "exhaustion"), (Ended.hard_short, "hard-short")],
)
def test_the_end_that_a_record_names_is_the_failure(worn_out, ended, failure):
    young = worn_out.record
    n = young.n // 3
    cut = young.replace(
        time_s=young.time_s[:n], current_A=young.current_A[:n], voltage_V=young.voltage_V[:n], cycle=None, step=None,
        ended=ended,
    )  # fmt: skip
    outcome = analyze(cut)
    assert outcome.failure == failure and outcome.failure_time_s == pytest.approx(float(young.time_s[n - 1]))


def copper(steps, cycles):
    cell = half(anode="Li", electrolyte=ETHER, area="1.13 cm^2")
    return age(cell, Protocol.model_validate({"steps": steps, "cycles": cycles}), ageing_parameters(cell)).record


def test_efficiency_and_nucleation_on_copper():
    record = copper(["Plate at 1 mA/cm2 for 1 hour", "Strip at 1 mA/cm2 until 1 V"], 12)
    outcome = analyze(record.replace(cell_kind=None))
    assert outcome.cell_kind == "half" and len(outcome.coulombic_efficiency) == 12
    charge = [outcome.cycles[f"{which}_charge_C"] for which in ("first", "second")]
    assert outcome.coulombic_efficiency == pytest.approx(np.array(charge[1]) / charge[0])
    assert all(0.9 < value < 1 for value in outcome.coulombic_efficiency)
    first = record.time_s < 3600
    peak, plateau = -record.voltage_V[first].min(), -np.median(record.voltage_V[first & (record.time_s > 720)])
    assert outcome.nucleation_overpotential_V == pytest.approx(peak - plateau, abs=3e-3)
    assert outcome.nucleation_overpotential_V > 0.02


def test_the_reservoir_method_agrees_with_the_cycle_by_cycle_efficiency():
    plate, strip, by_time = (
        "Plate at 1 mA/cm2 for 5 hours", "Strip at 1 mA/cm2 until 1 V", ["Strip at 1 mA/cm2 for 1 hour"]
    )  # fmt: skip
    inner = [*by_time, "Plate at 1 mA/cm2 for 1 hour"] * 10
    outcome = analyze(copper([plate, strip, plate, *inner, strip], 1))
    found = outcome.reservoir
    assert found["n"] == 10 and found["reason"] == ""
    assert 0.9 < found["efficiency"] < 1 and 0.8 < found["conditioning_efficiency"] < 1
    plated = sum(3600 * 1.13e-3 * hours for hours in (5, *[1] * 10))
    assert found["efficiency"] == pytest.approx((10 * found["cycled_C"] + found["final_strip_C"]) / plated, rel=1e-3)


@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_a_simulated_spectrum_gives_back_the_resistances_it_was_made_of(noise):
    module = pytest.importorskip("alloycoat.cell.impedance")
    cell = symmetric(anode="Li", electrolyte=ETHER, area="1.13 cm^2")
    made = module.spectrum(cell)
    rng = np.random.default_rng(0)
    ohm = made.impedance / cell.area_m2
    ohm = ohm + noise * np.abs(ohm) * (rng.normal(size=ohm.size) + 1j * rng.normal(size=ohm.size))
    found = fit(made.frequency_Hz, ohm.real, ohm.imag)
    assert found.bulk_ohm == pytest.approx(made.bulk / cell.area_m2, rel=0.01)
    assert found.interfacial_ohm == pytest.approx(made.interfacial / cell.area_m2, rel=0.01)
    assert found.slow_ohm == pytest.approx(made.diffusion / cell.area_m2, rel=0.2) and found.kramers_kronig.consistent
