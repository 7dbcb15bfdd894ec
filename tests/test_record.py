import numpy as np
import pytest

from alloycoat.errors import AlloycoatError, DataFileError
from alloycoat.record import CyclingRecord, Ended, Impedance, RecordError, join


def test_a_record_keeps_read_only_copies():
    time = np.array([0.0, 1.0, 1.0, 2.0])
    record = CyclingRecord(time, [1, 1, -1, -1], [0.1, 0.1, -0.1, -0.1], cycle=[1, 1, 1, 1])
    time[0] = 7
    assert record.time_s[0] == 0 and record.n == 4 and record.duration == 2
    assert record.current_A.dtype == np.float64 and record.cycle.dtype == np.int64
    for array in (record.time_s, record.current_A, record.voltage_V, record.cycle):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        record.area_m2 = 1.0
    with pytest.raises(TypeError):
        record.metadata["a"] = "b"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"time_s": [0, 2, 1]}, "time goes back 1 times, first from 2 s in row 2 to 1 s"),
        ({"time_s": [0, np.nan, 1]}, "not finite"),
        ({"time_s": [[0, 1, 2]]}, "2 dimensions"),
        ({"time_s": []}, "no rows"),
        ({"time_s": ["a", "b", "c"]}, "not numbers"),
        ({"current_A": [0, 1]}, "2 values given, but time_s has 3"),
        ({"voltage_V": [0, 1, np.inf]}, "voltage_V: 1 values are not finite, the first in row 3"),
        ({"voltage_V": [0, 1, 1e31]}, "voltage_V: 1e\\+31 is beyond 1e\\+30"),
        ({"cycle": [1, 1.5, 2]}, "1.5 in row 2 is not a whole number"),
        ({"area_m2": -1.0}, "not a positive area"),
        ({"area_m2": float("nan")}, "not a positive area"),
        ({"cell_kind": "symetric"}, "did you mean 'symmetric'"),
    ],
)
def test_what_is_no_record_is_refused_with_the_reason(change, said):
    columns = {"time_s": [0, 1, 2], "current_A": [1, 1, 1], "voltage_V": [0, 0, 0]} | change
    with pytest.raises(RecordError, match=said) as caught:
        CyclingRecord.from_arrays(**columns)
    assert isinstance(caught.value, (DataFileError, ValueError))


def test_density_and_replace():
    record = CyclingRecord.from_arrays([0, 1], [2e-3, 2e-3], [0, 0])
    assert record.current_density_A_per_m2 is None
    assert np.allclose(record.replace(area_m2=1e-4).current_density_A_per_m2, 20)
    assert "unknown kind" in repr(record)


def test_the_text_of_an_end_is_a_sentence():
    assert all(end.text.endswith(".") and end.text[0].isupper() for end in Ended)
    assert {end.name for end in Ended} >= {
        "completed", "depletion", "voltage_limit", "metal_exhausted", "dry_pores", "hard_short", "interrupted",
        "unknown",
    }  # fmt: skip


def test_join_moves_a_clock_that_starts_again():
    spectrum = Impedance([1.0], [1e3], [5.0], [-1.0])
    one = CyclingRecord.from_arrays([0, 5], [1, 1], [0, 0], step=[1, 1], impedance=spectrum)
    two = CyclingRecord.from_arrays([0, 3], [-1, -1], [0, 0], impedance=spectrum, ended=Ended.completed)
    both = join([one, two])
    assert both.time_s.tolist() == [0, 5, 5, 8]
    assert both.impedance.time_s.tolist() == [1, 6]
    assert both.step is None and both.ended is Ended.completed
    assert "part 2 has a clock of its own" in both.notes[0]
    later = join([one, two.replace(time_s=[10.0, 13.0], impedance=None)])
    assert later.time_s.tolist() == [0, 5, 10, 13] and not later.notes
    assert join([one]) is one


def test_join_refuses_parts_that_do_not_fit():
    one = CyclingRecord.from_arrays([0], [1], [0], area_m2=1.0)
    with pytest.raises(AlloycoatError, match="area_m2: the parts differ"):
        join([one, one.replace(area_m2=2.0)])
    with pytest.raises(AlloycoatError, match="no record"):
        join([])


def test_impedance_rows_are_checked():
    with pytest.raises(RecordError, match="not positive"):
        Impedance([0.0], [0.0], [1.0], [1.0])
    with pytest.raises(RecordError, match="impedance real_ohm: 2 values"):
        Impedance([0.0], [1.0], [1.0, 2.0], [1.0])
