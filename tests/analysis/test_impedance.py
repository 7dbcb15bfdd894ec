import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from synthetic import glue, square

from alloycoat.analysis import analyze
from alloycoat.analysis.impedance import Circuit, fit
from alloycoat.analysis.kramers_kronig import linear_kramers_kronig
from alloycoat.errors import AlloycoatError
from alloycoat.record import Impedance

FREQUENCY = np.logspace(5, -1, 43)
OMEGA = 2 * np.pi * FREQUENCY


def arc(ohm, tau, alpha=0.9):
    return ohm / (1 + (1j * OMEGA * tau) ** alpha)


def finite(ohm, tau):
    root = np.sqrt(1j * OMEGA * tau)
    return ohm * np.tanh(root) / root


def noisy(z, noise, seed=0):
    rng = np.random.default_rng(seed)
    return z + noise * np.abs(z) * (rng.normal(size=z.size) + 1j * rng.normal(size=z.size))


TRUTH = {
    "one arc": (5 + arc(100, 1e-3, 0.85), "R0-(R1||Q1)", 100),
    "two arcs": (5 + arc(40, 1e-4) + arc(80, 1e-2), "R0-(R1||Q1)-(R2||Q2)", 120),
    "diffusion": (5 + arc(60, 1e-3) + 20 * (1 - 1j) / np.sqrt(OMEGA), "R0-(R1||Q1)-W", 60),
    "finite diffusion": (5 + arc(60, 1e-3) + finite(30, 6.0), "R0-(R1||Q1)-Wd", 60),
    "inductive tail": (5 + arc(60, 1e-3) + 2e-6j * OMEGA, "L-R0-(R1||Q1)", 60),
    "a short": (5 + 0j * OMEGA, "R0", 0),
}


@pytest.mark.parametrize("name", TRUTH)
@pytest.mark.parametrize("noise", [0.0, 0.003])
def test_circuit_and_resistances_are_recovered(name, noise):
    z, circuit, interfacial = TRUTH[name]
    z = noisy(z, noise)
    found = fit(FREQUENCY, z.real, z.imag)
    assert found.circuit.text == circuit
    assert found.bulk_ohm == pytest.approx(5, rel=0.02) and found.kramers_kronig.consistent
    assert found.interfacial_ohm == pytest.approx(interfacial, rel=0.02, abs=1e-9)
    assert np.abs(found.ohm(FREQUENCY) / z - 1).max() < 0.002 + 5 * noise


def test_the_errors_are_those_of_repeated_measurements():
    z = TRUTH["two arcs"][0]
    found = [fit(FREQUENCY, y.real, y.imag) for y in (noisy(z, 0.005, seed) for seed in range(12))]
    same = [one for one in found if one.circuit.arcs == 2]
    assert len(same) >= 11
    for name in ("bulk", "interfacial"):
        spread = np.std([getattr(one, f"{name}_ohm") for one in same])
        claimed = np.median([getattr(one, f"{name}_error_ohm") for one in same])
        assert 0.5 < claimed / spread < 2.0, name


def test_arcs_that_cannot_be_told_apart_have_a_known_sum():
    z = noisy(5 + arc(50, 1e-3) + arc(50, 1.5e-3), 0.005)
    found = fit(FREQUENCY, z.real, z.imag)
    assert found.interfacial_ohm == pytest.approx(100, rel=0.02) and found.bulk_ohm == pytest.approx(5, rel=0.02)


def test_a_slow_arc_is_not_the_interface():
    z = 5 + arc(60, 1e-3) + arc(40, 5.0, 1.0)
    found = fit(FREQUENCY, z.real, z.imag)
    assert found.interfacial_ohm == pytest.approx(60, rel=0.05) and found.slow_ohm == pytest.approx(40, rel=0.1)


def test_an_arc_beyond_the_highest_frequency_is_said_to_be_doubtful():
    slow = FREQUENCY < 100
    z = (5 + arc(60, 1e-4))[slow]
    found = fit(FREQUENCY[slow], z.real, z.imag)
    assert found.circuit.arcs == 0 or any("beyond the highest" in note for note in found.notes)


def test_too_few_rows_are_refused():
    with pytest.raises(AlloycoatError, match="5 rows given"):
        fit(FREQUENCY[:5], np.ones(5), -np.ones(5))


def test_the_order_of_the_rows_does_not_matter():
    z = TRUTH["one arc"][0]
    one, two = fit(FREQUENCY, z.real, z.imag), fit(FREQUENCY[::-1], z.real[::-1], z.imag[::-1])
    assert one.bulk_ohm == pytest.approx(two.bulk_ohm) and one.interfacial_ohm == pytest.approx(two.interfacial_ohm)


def test_a_drifting_cell_breaks_the_kramers_kronig_relations():
    z = TRUTH["two arcs"][0]
    assert linear_kramers_kronig(FREQUENCY, z).rms < 1e-3
    grows = z * np.linspace(1, 1.5, z.size)  # half as much again while the slow half is measured
    assert not linear_kramers_kronig(FREQUENCY, grows * np.where(FREQUENCY < 10, 1.1, 1.0)).consistent
    found = fit(FREQUENCY, *(lambda y: (y.real, y.imag))(z * np.where(FREQUENCY < 1, 1.3, 1.0)))
    assert any("Kramers-Kronig" in note for note in found.notes)
    assert linear_kramers_kronig(FREQUENCY, noisy(z, 0.02)).consistent  # noise is not drift


@settings(deadline=None, max_examples=10, phases=[Phase.explicit, Phase.generate])  # each fit costs 0.1 s
@given(
    rows=st.lists(
        st.tuples(st.floats(-3, 6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)), min_size=6, max_size=12,
        unique_by=lambda row: row[0],
    )
)  # fmt: skip
def test_any_spectrum_is_fitted_or_refused(rows):
    frequency, real, imaginary = (np.array(column) for column in zip(*rows, strict=True))
    try:
        found = fit(10**frequency, real, imaginary)
    except AlloycoatError:
        return
    assert np.isfinite([found.bulk_ohm, found.interfacial_ohm, found.rms]).all() and found.bulk_ohm >= 0


def test_circuits_are_written_as_in_papers():
    assert Circuit(2, "open", True).text == "L-R0-(R1||Q1)-(R2||Q2)-W" and Circuit(2, "open", True).size == 9


def spectra(hours, bulk, interfacial):
    rows = [b + arc(i, 1e-3) for b, i in zip(bulk, interfacial, strict=True)]
    time = np.concatenate([3600 * h + np.linspace(0, 100, FREQUENCY.size) for h in hours])
    z = np.concatenate(rows)
    return Impedance(time, np.tile(FREQUENCY, len(hours)), z.real, z.imag)


def test_resistances_by_cycle_stand_in_the_outcome():
    rows = spectra([0, 10, 20, 30], [5, 5, 6, 6], [100, 80, 60, 50])
    outcome = analyze(square(40, impedance=rows), area_m2=1e-4)
    found = outcome.impedance
    assert found["bulk_resistance_ohm"] == pytest.approx([5, 5, 6, 6], rel=1e-3)
    assert found["interfacial_resistance_ohm"] == pytest.approx([100, 80, 60, 50], rel=1e-3)
    assert found["cycle"] == [1, 6, 11, 16] and found["time_s"] == [0, 36000, 72000, 108000]
    assert outcome.failure == "none" and outcome.signs == ()
    assert outcome.to_json()["impedance"]["circuit"] == ["R0-(R1||Q1)"] * 4


def test_a_leak_seen_in_polarization_and_bulk_resistance_is_a_soft_short():
    leak = np.where(np.arange(100) < 60, 0.05, 0.025)
    both = analyze(square(100, volts=leak, impedance=spectra([0, 30, 55, 65, 80], [5, 5, 5, 2.5, 2.4], [100] * 5)))
    assert both.failure == "soft-short" and both.failure_time_s == pytest.approx(60 * 3600, abs=61)
    assert "bulk resistance" in both.signs[0].evidence
    film = analyze(square(100, volts=leak, impedance=spectra([0, 30, 55, 65, 80], [5] * 5, [100, 100, 100, 40, 40])))
    assert film.failure == "none" and [s.strength for s in film.signs] == ["weak"]  # the interface alone got better
    bulk = analyze(square(100, impedance=spectra([0, 30, 55, 65, 80], [5, 5, 5, 2.5, 2.4], [100] * 5)))
    assert bulk.failure == "none" and bulk.signs[0].kind == "soft-short" and bulk.signs[0].strength == "weak"
    early = analyze(square(100, volts=leak, impedance=spectra([0, 10, 20, 30, 80], [5, 5, 2.5, 2.5, 2.4], [100] * 5)))
    assert early.failure == "none" and len(early.signs) == 2  # at another time: two weak signs


def test_rows_without_a_spectrum_are_said_to_be_none():
    few = square(10, impedance=Impedance([1.0, 2.0], [1e3, 1e2], [5.0, 6.0], [-2.0, -1.0]))
    outcome = analyze(few)
    assert outcome.impedance is None and "no spectrum with enough" in outcome.reasons["impedance"]
    assert any("too few rows" in line for line in outcome.warnings)
    cut = glue(square(4))
    assert analyze(cut).to_json()["impedance"] is None
