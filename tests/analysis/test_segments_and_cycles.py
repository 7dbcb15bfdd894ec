import numpy as np
import pytest
from synthetic import full_cell, glue, half_cell, square

from alloycoat.analysis.cycles import half_cycles, infer_kind, pair_cycles, trace, weighted_median
from alloycoat.analysis.segments import largest_current, segment
from alloycoat.analysis.thresholds import Thresholds
from alloycoat.errors import RecipeError
from alloycoat.record import CyclingRecord


def tables(record, **given):
    limits = Thresholds(**given)
    halves = half_cycles(record, segment(record), limits)
    return halves, pair_cycles(halves)


def test_half_cycles_by_sign_with_rests_left_out():
    halves, cycles = tables(square(10, rest=600.0, current=2e-3))
    assert halves.n == 10 and cycles.n == 5
    assert halves.sign.tolist() == [-1, 1] * 5
    assert np.allclose(halves.duration_s, 3600, atol=0.2)
    assert np.allclose(halves.charge_C, 7.2, rtol=1e-4)
    assert np.all(halves.complete) and np.all(cycles.full)


def test_charge_is_exact_where_both_ends_are_recorded():
    halves, _ = tables(square(6, step=700.0, half=3500.0))
    assert np.allclose(halves.charge_C, 3.5, rtol=1e-12)


def test_charge_is_unbiased_where_ends_are_not_recorded():
    time = np.arange(0, 7200 * 20, 60.0) + 30
    current = np.where((time // 3600) % 2 == 0, -1e-3, 1e-3)
    halves, _ = tables(CyclingRecord(time, current, 50 * current))
    assert np.allclose(halves.charge_C[1:-1], 3.6, rtol=1e-12)


def test_a_long_gap_in_the_record_is_nobodys_charge():
    halves, _ = tables(glue(square(4), square(4), gap=1e6))
    assert halves.charge_C.max() < 3.7


def test_single_odd_rows_decide_nothing():
    record = square(6)
    current, rows = record.current_A.copy(), [5, 100, 200]
    current[rows] = [-current[5], 0.0, 30 * current[200]]
    halves, _ = tables(record.replace(current_A=current))
    assert halves.n == 6
    assert largest_current(current) == pytest.approx(1e-3)


def test_the_first_row_of_a_step_may_carry_the_sign_before():
    record = square(6)
    step = np.repeat(np.arange(6), 61)
    current = record.current_A.copy()
    current[61::61] = current[60::61][:5]
    halves, _ = tables(record.replace(current_A=current, step=step))
    assert np.allclose(halves.charge_C, 3.6, rtol=1e-12)
    halves, _ = tables(record.replace(current_A=current))  # no step column: off by a row at most
    assert halves.n == 6 and np.allclose(halves.charge_C, 3.6, rtol=0.04)


def test_a_record_of_two_rows_a_half_cycle():
    halves, _ = tables(square(6, step=3600.0))
    assert halves.n == 6 and np.allclose(halves.charge_C, 3.6)


def test_rate_steps_and_holds_stay_in_their_half_cycle():
    halves, _ = tables(full_cell(3))
    assert halves.n == 6
    assert np.allclose(halves.charge_C, 3.6, rtol=2e-3)


def test_settled_voltage_spike_end_and_maximum_are_apart():
    record = square(4, spike=0.3, volts=0.05)
    volts = record.voltage_V.copy()
    volts[60::61] *= 8
    halves, cycles = tables(record.replace(voltage_V=volts))
    assert np.allclose(cycles.polarization_V, 0.05, atol=2e-3)
    assert np.allclose(halves.nucleation_V, 0.3, atol=0.01)
    assert np.allclose(np.abs(halves.end_V), 0.4, atol=0.01)
    assert np.allclose(np.abs(halves.maximum_V), 0.4, atol=0.01)


def test_polarization_is_half_of_the_gap_whatever_the_offset():
    record = square(6)
    halves, cycles = tables(record.replace(voltage_V=record.voltage_V + 0.02))
    assert np.allclose(cycles.polarization_V, 0.05) and np.allclose(cycles.asymmetry_V, 0.02)
    assert np.allclose(halves.voltage_V[halves.sign > 0], 0.07)


def test_dense_rows_at_a_step_start_do_not_pull_the_median():
    inside = np.concatenate([np.linspace(0, 1000, 2000), np.linspace(1060, 3600, 44)])
    volts = np.where(inside < 1000, 0.2, 0.05)
    record = CyclingRecord(
        np.concatenate([inside, 3600 + inside]), np.repeat([-1.0, 1.0], inside.size), np.concatenate([-volts, volts])
    )
    _, cycles = tables(record)
    assert cycles.polarization_V[0] == pytest.approx(0.05)


def test_a_cut_off_last_half_cycle_and_a_pulse_are_not_complete():
    record = square(7)
    cut = CyclingRecord(record.time_s[:-20], record.current_A[:-20], record.voltage_V[:-20])
    assert tables(cut)[0].complete.tolist() == [True] * 6 + [False]
    pulses = glue(square(6), square(2, half=20.0, step=2.0), square(6))
    halves, _ = tables(pulses)
    assert halves.complete.sum() == halves.n - 2


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (square(10), "symmetric"),
        (square(1), "symmetric"),
        (square(10, volts=1.5), "symmetric"),
        (half_cell(), "half"),
        (half_cell(plate_first=False), "half"),
        (full_cell(5), "full"),
        (full_cell(5, discharge_first=True), "full"),
    ],
    ids=["symmetric", "unreversed", "magnesium", "half", "half, strips first", "full", "full, discharges first"],
)
def test_the_kind_of_cell_is_inferred(record, kind):
    assert infer_kind(tables(record)[0]) == kind
    assert trace(record, None, Thresholds(), 3).cell_kind_inferred
    assert not trace(record.replace(cell_kind="full"), None, Thresholds(), 3).cell_kind_inferred


def test_a_record_without_current():
    halves, cycles = tables(CyclingRecord([0, 1, 2], [0, 0, 0], [3, 3, 3]))
    assert halves.n == 0 and cycles.n == 0 and infer_kind(halves) == "full"


def test_weighted_median():
    values = np.array([3.0, 1.0, 2.0])
    assert weighted_median(values, np.array([1.0, 1.0, 1.0])) == 2
    assert weighted_median(values, np.array([0.0, 0.0, 0.0])) == 2
    assert weighted_median(values, np.array([9.0, 1.0, 1.0])) == 3
    assert weighted_median(np.array([1.0, 2.0]), np.array([1.0, 1.0])) == 1.5


@pytest.mark.parametrize(
    "wrong",
    [{"short_drop": 2.0}, {"polarization_factor": 1.0}, {"settled_from": 0.95}, {"persistence": 0}, {"samples": 0}],
)
def test_impossible_thresholds_are_refused(wrong):
    with pytest.raises(RecipeError, match=next(iter(wrong))):
        Thresholds(**wrong)
