"""Leaks of several sizes beside a cell of known resistance: which are seen, when, and what raises no alarm."""

import numpy as np
import pytest
from synthetic import square

from alloycoat.analysis import Thresholds, analyze
from alloycoat.record import CyclingRecord

CELL_OHM = 50.0


def leaky(leak_ohm, *, n=100, at=60, noise=0.001, flicker=0.0, heals=None, seed=0):
    """A|A at 1 mA, a leak of `leak_ohm` beside it from half-cycle `at` on: U = I R_cell R_leak/(R_cell + R_leak)."""
    record = square(n, volts=CELL_OHM * 1e-3, noise=noise, seed=seed)
    half = np.repeat(np.arange(n), record.n // n)
    rng = np.random.default_rng(seed + 1)
    leak = leak_ohm * np.exp(flicker * rng.normal(size=record.n))
    open_again = half >= (n if heals is None else heals)
    share = np.where((half < at) | open_again, 1.0, leak / (CELL_OHM + leak))
    return record.replace(voltage_V=record.voltage_V * share)


@pytest.mark.parametrize("leak_ohm", [100, 60, 40, 25, 10])
@pytest.mark.parametrize("seed", [0, 1])
def test_leaks_that_take_a_third_or_more_of_the_current_are_weak_signs(leak_ohm, seed):
    outcome = analyze(leaky(leak_ohm, seed=seed))
    assert outcome.failure == "none" and outcome.life.upper_s is None
    assert [(s.kind, s.strength) for s in outcome.signs] == [("soft-short", "weak")]
    assert outcome.signs[0].time_s == pytest.approx(60 * 3600, abs=61)


@pytest.mark.parametrize("leak_ohm", [1000, 400, 200])
def test_small_leaks_raise_no_alarm(leak_ohm):
    assert analyze(leaky(leak_ohm)).signs == ()
    assert analyze(leaky(leak_ohm), thresholds=Thresholds(soft_drop=0.95)).signs or leak_ohm == 1000


def test_a_leak_of_a_tenth_of_the_cell_is_a_hard_short():
    assert analyze(leaky(4)).failure == "hard-short"


def test_a_leak_that_heals_at_once_is_no_sign():
    assert analyze(leaky(40, heals=63)).signs == ()


def test_a_flickering_leak_is_seen_by_its_noise():
    outcome = analyze(leaky(60, flicker=0.5))
    assert outcome.failure == "none" and {s.kind for s in outcome.signs} == {"soft-short"}
    assert any("noise" in s.evidence for s in outcome.signs)
    small = analyze(leaky(200, flicker=0.9))  # too small for the level, but it crackles
    assert [s.strength for s in small.signs] == ["weak"] and "noise" in small.signs[0].evidence


@pytest.mark.parametrize("seed", range(10))
def test_noise_that_was_always_there_or_comes_with_a_rise_is_no_sign(seed):
    assert analyze(square(100, noise=0.004, seed=seed)).signs == ()
    rng = np.random.default_rng(seed)
    record = square(100, volts=0.05 * np.exp(np.arange(100) / 80))
    louder = record.voltage_V * (1 + 0.02 * rng.normal(size=record.n) * np.linspace(0, 1, record.n))
    assert analyze(record.replace(voltage_V=louder)).signs == ()


def test_a_flat_trace_below_any_separator_may_be_a_short():
    record = square(40, volts=5e-4, noise=2e-5)  # 0.5 mV at 10 A/m2: 0.5 ohm cm2
    outcome = analyze(record, area_m2=1e-4)
    assert outcome.failure == "none"
    assert [(s.kind, s.strength) for s in outcome.signs] == [("soft-short", "weak")]
    assert "may be a short" in outcome.signs[0].evidence
    assert analyze(record).signs == ()  # without an area nothing can be said
    assert analyze(square(40, volts=5e-4, spike=5e-4), area_m2=1e-4).signs == ()  # a peak: a cell at work
    assert analyze(square(40, volts=5e-3), area_m2=1e-4).signs == ()


def test_a_dense_record_of_a_leak_says_the_same_as_a_sparse_one():
    record = leaky(40, noise=0.0005)
    kept = np.arange(record.n) % 61 % 4 == 0
    fewer = CyclingRecord(record.time_s[kept], record.current_A[kept], record.voltage_V[kept])
    assert [s.time_s for s in analyze(fewer).signs] == [s.time_s for s in analyze(record).signs]
