"""Any record gets an outcome: no crash, no number that is not finite, no null without a reason."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.analysis import analyze, card
from alloycoat.record import CyclingRecord, Ended, Impedance

GAPS = [0.0, 1e-9, 1.0, 60.0, 3600.0, 1e7, 1e12]
CURRENTS = [-1.0, 0.0, 1.0, 1e-3, -1e-3, 1e-15, 1e29, -1e29, 5e-324]
VOLTS = [0.0, 0.05, -0.05, 4.2, 1e29, -1e29, 5e-324]


def explained(outcome):
    document = outcome.to_json()
    json.dumps(document, allow_nan=False)
    json.dumps(outcome.details(), allow_nan=False)
    for key, value in document.items():
        assert value is not None or any(line.startswith(f"{key}: ") for line in document["warnings"]), key
    assert 0 <= document["life_lower_s"] <= document["duration_s"]
    assert (outcome.failure == "none") == (outcome.life.upper_s is None)
    for table in (outcome.cycles,):
        assert len({len(column) for column in table.values()}) == 1
    return document


@st.composite
def blocks(draw):
    """Stretches of constant or drifting current and voltage, of any length and order."""
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        n = draw(st.sampled_from([1, 1, 2, 3, 7, 30]))
        gap, current, volts = (draw(st.sampled_from(values)) for values in (GAPS, CURRENTS, VOLTS))
        slope = draw(st.sampled_from([0.0, 0.0, 1e-3, -0.5, 1e3]))
        rows += [(gap, current, volts + slope * k) for k in range(n)] * draw(st.sampled_from([1, 1, 4]))
    return rows


@settings(deadline=None, max_examples=120)
@given(
    rows=blocks(),
    kind=st.sampled_from([None, "symmetric", "half", "full"]),
    area=st.sampled_from([None, 1e-4, 1e-30, 1e20]),
    ended=st.sampled_from(list(Ended)),
    steps=st.booleans(),
)
def test_odd_records(rows, kind, area, ended, steps):
    gaps, current, volts = (np.array(column) for column in zip(*rows, strict=True))
    step = np.cumsum(np.abs(np.sign(current))).astype(int) // 3 if steps else None
    record = CyclingRecord(np.cumsum(gaps), current, volts, step=step, cell_kind=kind, ended=ended)
    explained(analyze(record, area_m2=area))


@pytest.mark.parametrize(
    "record",
    [
        CyclingRecord([0.0], [0.0], [0.0]),
        CyclingRecord([5.0], [1e-3], [0.1]),
        CyclingRecord([0.0] * 9, [1.0] * 9, [0.0] * 9),
        CyclingRecord(np.arange(1000.0), np.zeros(1000), np.full(1000, 3.0)),
        CyclingRecord(np.arange(1000.0), np.full(1000, 1e-3), np.full(1000, 0.05)),
        CyclingRecord(np.arange(1000.0) * 1e9, np.tile([1e-3, -1e-3], 500), np.tile([0.05, -0.05], 500)),
        CyclingRecord(np.repeat([0.0, 1e9], 500), np.repeat([1e-3, -1e-3], 500), np.repeat([0.05, -0.05], 500)),
    ],
    ids=["one idle row", "one row", "no time", "no current", "constant", "alternating", "two instants"],
)  # fmt: skip
@pytest.mark.parametrize("kind", [None, "symmetric", "half", "full"])
def test_plain_odd_records(record, kind):
    outcome = analyze(record, cell_kind=kind, area_m2=1e-4)
    explained(outcome)
    json.dumps(card(outcome, anode_thickness_m=1e-4, electrolyte_m3=1e-9).to_json(), allow_nan=False)


@settings(deadline=None, max_examples=15)
@given(
    rows=st.lists(
        st.tuples(st.sampled_from([0.0, 1.0, 1e6]), st.sampled_from([1e5, 1e3, 10.0, 0.1]), st.floats(-1e3, 1e3)),
        min_size=1, max_size=8,
    )
)  # fmt: skip
def test_odd_impedance_rows(rows):
    gaps, frequency, ohm = (np.array(column) for column in zip(*rows, strict=True))
    rows = Impedance(np.cumsum(gaps), frequency, ohm, -np.abs(ohm))
    time = np.arange(0, 7200, 60.0)
    explained(analyze(CyclingRecord(time, np.where(time < 3600, -1e-3, 1e-3), 0 * time, impedance=rows)))
