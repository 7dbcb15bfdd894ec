import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic import square

from alloycoat.analysis.cycles import flowing_rows, half_cycles, progress, weighted_median
from alloycoat.analysis.grouped import Groups
from alloycoat.analysis.segments import segment
from alloycoat.analysis.thresholds import Thresholds

values = st.one_of(st.integers(-3, 3).map(float), st.floats(-1e3, 1e3))


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(st.tuples(values, st.sampled_from([0.0, 1.0, 1.0, 2.5])), min_size=1), min_size=1, max_size=8))
def test_medians_of_many_groups_are_those_of_each(rows):
    start = np.cumsum([0] + [len(group) for group in rows[:-1]])
    value = np.array([v for group in rows for v, _ in group])
    weight = np.array([w for group in rows for _, w in group])
    groups = Groups.of_starts(start, value.size)
    found, plain = groups.median(value, weight), groups.median(value)
    for k, group in enumerate(rows):
        v, w = np.array([x for x, _ in group]), np.array([y for _, y in group])
        heavy = w > 0
        want = weighted_median(v[heavy], w[heavy]) if heavy.any() else np.median(v)
        assert found[k] == pytest.approx(want, rel=1e-9, abs=1e-9)
        assert plain[k] == pytest.approx(np.median(v), rel=1e-9, abs=1e-9)
        assert groups.progress(weight, groups.total(weight))[start[k] : start[k] + len(group)] == pytest.approx(
            progress(w)
        )


def test_a_group_without_a_chosen_row_has_no_median():
    groups = Groups.of_starts(np.array([0, 2]), 4)
    found = groups.median(np.arange(4.0), chosen=np.array([False, False, True, True]))
    assert np.isnan(found[0]) and found[1] == 2.5
    assert np.isnan(groups.median(np.arange(4.0), chosen=np.zeros(4, dtype=bool))).all()


def test_the_table_is_that_of_one_half_cycle_at_a_time():
    record, limits = square(30, noise=0.01, spike=0.1, rest=200.0, seed=4), Thresholds()
    parts = segment(record)
    table = half_cycles(record, parts, limits)
    for k in range(parts.n):
        rows = flowing_rows(parts, k)
        weight, voltage = parts.weight_s[rows], record.voltage_V[rows]
        share = progress(weight)
        settled = (share >= limits.settled_from) & (share <= limits.settled_to)
        level = weighted_median(voltage[settled], weight[settled])
        assert table.voltage_V[k] == pytest.approx(level)
        assert table.charge_C[k] == pytest.approx(weight @ np.abs(parts.current_A[rows]))
        early = parts.sign[k] * (voltage[share < limits.settled_from] - level)
        assert table.nucleation_V[k] == pytest.approx(max(0.0, early.max()))
        assert table.maximum_V[k] == pytest.approx(parts.sign[k] * np.max(parts.sign[k] * voltage))


def shaped(shape, noise=0.0, n=10):
    """Half-cycles whose |V| follows `shape` of the share of the half-cycle done, 0.05 V on the whole."""
    record = square(n, volts=0.0, step=10.0, noise=noise)
    x = np.tile(np.linspace(0, 1, record.n // n), n)
    return half_cycles(record.replace(voltage_V=record.voltage_V + np.sign(record.current_A) * shape(x)),
                       segment(record), Thresholds())  # fmt: skip


def test_the_shape_of_the_voltage():
    flat = shaped(lambda x: 0.05 + 0 * x, noise=0.002)
    assert flat.arcing == pytest.approx(0, abs=0.03) and flat.drift_V == pytest.approx(0, abs=1e-3)
    assert np.mean(flat.noise_V) == pytest.approx(0.002, rel=0.1)  # each scatters by a tenth
    rising = shaped(lambda x: 0.04 + 0.02 * x)
    assert rising.drift_V == pytest.approx(0.7 * 0.02) and rising.arcing == pytest.approx(0, abs=1e-9)
    assert rising.noise_V == pytest.approx(0, abs=1e-12)
    peaked = shaped(lambda x: 0.05 + 0.1 * (2 * x - 1) ** 4)  # spike, dip, rise at the end
    arc = shaped(lambda x: 0.05 + 0.1 * np.sqrt(x))
    assert np.all(peaked.arcing < -0.5) and np.all(arc.arcing > 0.05)
    assert np.all(peaked.nucleation_V > 0.09)
    assert shaped(lambda x: 0 * x).arcing == pytest.approx([np.nan] * 10, nan_ok=True)


def test_noise_does_not_mind_uneven_rows_or_single_odd_ones():
    rng = np.random.default_rng(0)
    record = square(20, step=10.0, noise=0.002)
    kept = np.sort(rng.choice(record.n, record.n // 2, replace=False))
    volts = (
        0.05 * np.sign(record.current_A) + record.voltage_V + np.sign(record.current_A) * 1e-5 * (record.time_s % 3600)
    )
    volts[::97] = 2.0
    fewer = record.replace(time_s=record.time_s[kept], current_A=record.current_A[kept], voltage_V=volts[kept])
    assert np.mean(half_cycles(fewer, segment(fewer), Thresholds()).noise_V) == pytest.approx(0.002, rel=0.1)
