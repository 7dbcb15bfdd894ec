import datetime as dt

import numpy as np
import pytest

from alloycoat.cyclers import read, stored
from alloycoat.errors import DataFileError

openpyxl = pytest.importorskip("openpyxl")
HEADER = ["DataPoint", "Cycle Index", "Step Type", "Total Time", "Current(mA)", "Voltage(V)", "Date"]
START = dt.datetime(2026, 10, 1, 8, 0)


def rows(first, count, *, times=True):
    for k in range(first, first + count):
        up = k // 20 % 2 == 0
        day = START + dt.timedelta(seconds=60 * k)
        total = dt.timedelta(seconds=60 * k) if times else f"{k // 60}:{k % 60:02d}:00"
        yield [k + 1, 1, "CC Chg" if up else "CC DChg", total, 1.0 if up else -1.0, 3.5 + (0.1 if up else -0.1), day]


def book(path, sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, content in sheets:
        sheet = made.create_sheet(title)
        for row in content:
            sheet.append(row)
    made.save(path)
    return path


@pytest.mark.parametrize("times", [True, False])
def test_sheets_of_one_header_are_one_record(tmp_path, times):
    sheets = [
        ("info", [["Tester", "BTS"], ["Area", 0.001]]),
        ("record", [HEADER, *rows(0, 150, times=times)]),
        ("record (2)", [HEADER, *rows(150, 150, times=times)]),
        ("log", [["Time / s", "Voltage / V", "note"], [1, 2, "x"]]),
    ]
    record = read(book(tmp_path / "n.xlsx", sheets))
    assert record.n == 300 and record.duration == 299 * 60 and record.metadata["format"] == "Neware workbook"
    assert record.current_A.max() == pytest.approx(1e-3) and np.all(record.cycle == 1)
    assert "2 sheets of the workbook were joined" in record.notes and "sheets that were not read: log" in record.notes
    assert {each.name: each.state for each in stored(record)}["time_against_clock"] == "ok"


def test_workbooks_that_are_no_record(tmp_path):
    with pytest.raises(DataFileError, match=r"none of its sheets \(a\) has columns of time, voltage and current"):
        read(book(tmp_path / "a.xlsx", [("a", [["x", "y"], [1, 2]])]))
    with pytest.raises(DataFileError, match="the sheet 'record' has a header but no rows"):
        read(book(tmp_path / "b.xlsx", [("record", [HEADER])]))
    (tmp_path / "c.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(DataFileError, match=r"not a readable \.xlsx file"):
        read(tmp_path / "c.xlsx")


def test_a_sheet_of_summaries_in_front_is_not_taken_for_the_record(tmp_path):
    summary = [*HEADER[:-1], "Efficiency(%)"]
    sheets = [("cycles", [summary, *([1, 1, "CC Chg", "1:00:00", 1.0, 3.6, 99.0] for _ in range(3))]),
              ("record", [HEADER, *rows(0, 100)])]  # fmt: skip
    record = read(book(tmp_path / "s.xlsx", sheets))
    assert record.n == 100 and "sheets that were not read: cycles" in record.notes


def test_a_cell_in_the_last_corner_neither_hangs_nor_swells(tmp_path):
    made = openpyxl.Workbook()
    for row in [HEADER, *rows(0, 50)]:
        made.active.append(row)
    made.active["XFD1048576"] = "x"
    made.save(tmp_path / "corner.xlsx")
    try:
        assert read(tmp_path / "corner.xlsx").n >= 1
    except DataFileError as error:
        assert str(error)


def test_a_workbook_that_unpacks_to_too_much(tmp_path, monkeypatch):
    from alloycoat.cyclers import archives

    monkeypatch.setattr(archives, "SMALL", 1000)
    monkeypatch.setattr(archives, "LARGEST_RATIO", 1)
    with pytest.raises(DataFileError, match="unpack to more than"):
        read(book(tmp_path / "big.xlsx", [("record", [HEADER, *rows(0, 200)])]))
