import numpy as np
import pytest

from alloycoat.cyclers import chain, read, stored
from alloycoat.cyclers.chain import CLOCK_FIRST, CLOCK_LAST
from alloycoat.record import CyclingRecord, Impedance, RecordError


def part(start, rows=100, name="a", clock=None, level=0.0, **more):
    time = start + np.arange(rows) * 10.0
    sign = np.where((time // 200).astype(int) % 2 == 0, 1.0, -1.0)
    facts = {"file": name}
    if clock is not None:
        facts |= {CLOCK_FIRST: str(clock), CLOCK_LAST: str(clock + (rows - 1) * 10.0)}
    return CyclingRecord(time, 1e-3 * sign, 0.05 * sign + level + 1e-5 * time, metadata=facts, **more)


def test_one_file_stays_as_it_is():
    one = part(0)
    assert chain([one]) is one
    with pytest.raises(RecordError, match="no record given"):
        chain([])


def test_times_that_run_on_put_the_files_in_order():
    joined = chain([part(2000, name="b"), part(0, name="a"), part(1000, name="x")])
    assert joined.n == 300 and np.all(np.diff(joined.time_s) == 10)
    assert "the files were put in order by their times: a, x, b" in joined.notes
    assert joined.metadata["file"] == "a, x, b"


def test_a_gap_is_named_and_kept():
    joined = chain([part(0), part(1000 + 7200, name="b")])
    assert joined.duration == 990 + 7210 + 990 and "a gap of 2.00278 h between a and b" in joined.notes


def test_an_overlap_is_taken_once():
    joined = chain([part(0), part(600, name="b")])
    assert joined.n == 160 and np.all(np.diff(joined.time_s) == 10)
    assert "the first 40 rows of b repeat the end of a and were taken once" in joined.notes
    twice = chain([part(0), part(0, name="copy")])
    assert twice.n == 100 and "the first 100 rows of copy repeat" in " ".join(twice.notes)


def test_clocks_of_their_own_are_moved_by_the_instruments_clock():
    joined = chain([part(0, name="b", clock=50_000.0, level=0.1), part(0, name="a", clock=10_000.0)])
    assert joined.time_s[0] == 0 and joined.time_s[100] == 40_000
    text = " ".join(joined.notes)
    assert "in order by the instrument's clock: a, b" in text and "a gap of 10.8361 h between a and b" in text
    assert joined.metadata[CLOCK_LAST] == "50990.0"


def test_clocks_of_their_own_without_a_clock_on_the_wall():
    joined = chain([part(0), part(0, rows=50, name="b", level=0.3)])
    assert joined.n == 150 and joined.duration == 990 + 490
    assert "the gap between a and b is not known" in " ".join(joined.notes)


def test_an_overlap_with_other_rows_is_said():
    joined = chain([part(0, clock=10_000.0), part(0, name="b", clock=10_500.0, level=0.3)])
    assert "a and b overlap by 490 s on the instrument's clock, with other rows" in joined.notes


def test_impedance_moves_with_its_part_and_the_worst_check_is_kept():
    rows = Impedance([5.0], [10.0], [1.0], [-1.0])
    one = part(0, clock=10_000.0).replace(
        metadata={"file": "a", "invariant complete": "ok: whole", CLOCK_LAST: "10990"}
    )
    two = part(0, name="b", clock=20_000.0, level=0.3, impedance=rows)
    two = two.replace(metadata={**two.metadata, "invariant complete": "doubtful: cut"})
    joined = chain([one, two])
    assert joined.impedance is not None and joined.impedance.time_s[0] == 990 + 9010 + 5
    assert [(check.name, check.state, check.evidence) for check in stored(joined)] == [
        ("complete", "doubtful", "cut (b)")
    ]


def test_two_files_of_one_cell(tmp_path):
    pytest.importorskip("openpyxl")
    for name, start in (("one.csv", 0), ("two.csv", 4000)):
        rows = "\n".join(
            f"{start + k * 10},{1 if k % 20 < 10 else -1},{3.5 + (0.1 if k % 20 < 10 else -0.1)}" for k in range(300)
        )
        (tmp_path / name).write_text(f"Time / s,Current / mA,Voltage / V\n{rows}\n")
    joined = chain([read(tmp_path / "two.csv"), read(tmp_path / "one.csv")])
    assert joined.n == 600 and joined.duration == 4000 + 2990
