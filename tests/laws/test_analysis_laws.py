"""What must not matter: the zero of the clock, the size of the cell, which electrode is the first, dense rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.analysis import analyze
from alloycoat.record import CyclingRecord, join

HALF = 3600.0


@st.composite
def records(draw, parts=60):
    """Symmetric cells that live, diverge, short or fall; noise and a nucleation spike; rows a minute apart."""
    n = draw(st.integers(5, 24))
    fate = draw(st.sampled_from(["lives", "diverges", "shorts", "falls"]))
    at = draw(st.integers(2, n))
    level = draw(st.floats(0.03, 0.3)) * np.exp(draw(st.floats(-0.02, 0.02)) * np.arange(n))
    factor = {"lives": 1.0, "diverges": 12.0, "shorts": 0.03, "falls": 0.5}[fate]
    level = np.where(np.arange(n) < at, level, factor * level)
    rng = np.random.default_rng(draw(st.integers(0, 2**16)))
    inside = np.linspace(0, HALF, parts + 1)
    sign = draw(st.sampled_from([-1, 1])) * (-1.0) ** np.arange(n)
    spike = draw(st.floats(0, 0.1)) * np.exp(-inside / 100)
    volts = sign[:, None] * (level[:, None] + spike) * (1 + 0.01 * rng.normal(size=(n, parts + 1)))
    time = HALF * np.arange(n)[:, None] + inside
    current = np.repeat(sign, parts + 1) * 1e-3
    return CyclingRecord(time.ravel(), current, volts.ravel(), cell_kind="symmetric", area_m2=1e-4)


def same(one, two, *, shift=0.0, rel=1e-9):
    assert (one.failure, one.n_half_cycles, one.cell_kind) == (two.failure, two.n_half_cycles, two.cell_kind)
    for name in ("polarization_begin_V", "polarization_end_V", "current_density_A_per_m2", "duration_s"):
        assert getattr(two, name) == pytest.approx(getattr(one, name), rel=rel), name
    assert two.life.lower_s == pytest.approx(one.life.lower_s, rel=rel)
    assert (one.life.upper_s is None) == (two.life.upper_s is None)
    if one.failure_time_s is not None:
        assert two.failure_time_s == pytest.approx(one.failure_time_s + shift, rel=rel)
    assert [(s.kind, s.strength) for s in one.signs] == [(s.kind, s.strength) for s in two.signs]


@settings(deadline=None, max_examples=40)
@given(record=records(), shift=st.integers(-(10**6), 10**7))
def test_the_zero_of_the_clock_does_not_matter(record, shift):
    same(analyze(record), analyze(record.replace(time_s=record.time_s + shift)), shift=shift)


@settings(deadline=None, max_examples=40)
@given(record=records(), scale=st.floats(1e-4, 1e4))
def test_the_size_of_the_cell_does_not_matter(record, scale):
    larger = record.replace(current_A=record.current_A * scale, area_m2=record.area_m2 * scale)
    one, two = analyze(record), analyze(larger)
    same(one, two)
    assert two.area_specific_resistance_ohm_m2 == pytest.approx(one.area_specific_resistance_ohm_m2)


@settings(deadline=None, max_examples=40)
@given(record=records())
def test_which_electrode_is_the_first_does_not_matter(record):
    same(analyze(record), analyze(record.replace(current_A=-record.current_A, voltage_V=-record.voltage_V)))


@settings(deadline=None, max_examples=40)
@given(record=records(), name=st.sampled_from(["simulated", "measured", "published"]))
def test_where_a_record_comes_from_does_not_matter(record, name):
    assert analyze(record).to_json() == analyze(record.replace(origin=name)).to_json()


@settings(deadline=None, max_examples=40)
@given(record=records(), every=st.sampled_from([2, 3, 4]))
def test_fewer_rows_say_the_same(record, every):
    kept = np.arange(record.n) % 61 % every == 0  # 60 is a multiple: the ends of the half-cycles stay
    fewer = CyclingRecord(
        record.time_s[kept], record.current_A[kept], record.voltage_V[kept], cell_kind="symmetric", area_m2=1e-4
    )
    same(analyze(record), analyze(fewer), rel=0.02)


@settings(deadline=None, max_examples=40)
@given(record=records(), data=st.data())
def test_a_record_in_two_files_says_the_same(record, data):
    cut = data.draw(st.integers(1, record.n - 1))
    one = record.replace(time_s=record.time_s[:cut], current_A=record.current_A[:cut], voltage_V=record.voltage_V[:cut])
    two = record.replace(time_s=record.time_s[cut:], current_A=record.current_A[cut:], voltage_V=record.voltage_V[cut:])
    assert analyze(join([one, two])).to_json() == analyze(record).to_json()


@settings(deadline=None, max_examples=60)
@given(record=records())
def test_an_outcome_is_consistent(record):
    outcome = analyze(record)
    assert (outcome.failure == "none") == (outcome.life.upper_s is None) == (outcome.failure_time_s is None)
    assert 0 <= outcome.life.lower_s <= outcome.duration_s
    times = [sign.time_s for sign in outcome.signs]
    assert times == sorted(times)
    if outcome.failure_time_s is not None:
        assert any(s.kind == outcome.failure and s.time_s == outcome.failure_time_s for s in outcome.verdicts)


steps = st.tuples(
    st.sampled_from([0.0, 0.0, 1.0, 60.0, 1e5]),
    st.sampled_from([-1.0, 0.0, 1.0, 1e-3, 1e30, -1e30, 5e-324]),
    st.floats(-5, 5),
)


@settings(deadline=None, max_examples=150)
@given(rows=st.lists(steps, min_size=1, max_size=60), kind=st.sampled_from([None, "symmetric", "half", "full"]))
def test_any_record_gets_an_outcome(rows, kind):
    gaps, current, volts = zip(*rows, strict=True)
    outcome = analyze(CyclingRecord(np.cumsum(gaps), current, volts, cell_kind=kind), area_m2=1e-4)
    document = outcome.to_json()
    assert document["life_lower_s"] <= document["duration_s"]
    for key, value in document.items():
        assert value is not None or any(line.startswith(f"{key}: ") for line in document["warnings"])
        if isinstance(value, float):
            assert np.isfinite(value), key
