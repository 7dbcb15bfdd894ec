import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alloycoat.cyclers import bdf_parquet, formats, read, read_bdf, stored, write_bdf, write_bdf_parquet
from alloycoat.cyclers.bdf import bdf_text
from alloycoat.errors import AlloycoatError, DataFileError
from alloycoat.record import CyclingRecord, Impedance

HEADER = "test_time_second,current_ampere,voltage_volt"
GOOD = f"{HEADER}\n0,0.001,0.05\n1,0.001,0.06\n2,-0.001,-0.05\n"


def put(folder, text, name="cell.bdf.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


finite = st.floats(-1e30, 1e30)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(finite, finite, finite), min_size=1, max_size=30), counts=st.booleans())
@pytest.mark.parametrize("name", ["x.bdf.csv", "x.bdf.csv.gz"])
def test_the_round_trip_is_exact(tmp_path, name, rows, counts):
    time, current, voltage = (np.array(column) for column in zip(*rows, strict=True))
    count = np.arange(time.size) // 3 if counts else None
    record = CyclingRecord(np.sort(time), current, voltage, cycle=count, step=count)
    again = read(write_bdf(record, tmp_path / name), current_sign="charge-positive")  # any numbers, no physics
    for one, two in zip(
        (record.time_s, record.current_A, record.voltage_V), (again.time_s, again.current_A, again.voltage_V),
        strict=True,
    ):  # fmt: skip
        assert one.tobytes() == two.tobytes()
    assert (again.cycle is None) == (not counts)
    if counts:
        assert np.array_equal(again.cycle, count) and np.array_equal(again.step, count)


def test_impedance_rows_go_out_and_come_back(tmp_path):
    spectrum = Impedance([0.5, 0.5, 9.0], [1e5, 1e4, 1.0], [10.0, 12.0, 30.0], [-1.0, -2.0, 3.0])
    record = CyclingRecord([0, 1, 2], [1, 1, -1], [0.1, 0.2, 0.3], cycle=[1, 1, 1], impedance=spectrum)
    again = read_bdf(write_bdf(record, tmp_path / "z.bdf.csv"))
    assert again.n == 3 and again.cycle.tolist() == [1, 1, 1] and not again.notes
    for name in ("time_s", "frequency_Hz", "real_ohm", "imaginary_ohm"):
        assert np.array_equal(getattr(again.impedance, name), getattr(spectrum, name))


def test_steps_that_recur_are_no_step_count(tmp_path):
    record = CyclingRecord([0, 1, 2, 3], [1, -1, 1, -1], [0, 0, 0, 0], step=[1, 2, 1, 2])
    assert bdf_text(record).splitlines()[0].endswith(",step_id")
    assert read_bdf(write_bdf(record, tmp_path / "s.bdf.csv")).step.tolist() == [1, 2, 1, 2]


def test_labels_other_columns_quotes_and_a_byte_order_mark(tmp_path):
    text = (
        "\ufeffTest Time / s,Voltage / V,Current / A,Cycle Count / 1,Step Index / 1,Note\r\n"
        '0,0.1,1,1.0,1,"a, b"\r\n1,0.2,1,1.0,1,\r\n1,0.2,-1,2.0,2,\r\n2,0.2,-1,2.0,1,"say ""x"""\r\n'
    )
    record = read(put(tmp_path, text, "any.csv"))
    assert record.time_s.tolist() == [0, 1, 1, 2] and record.current_A.tolist() == [1, 1, -1, -1]
    assert record.cycle.tolist() == [1, 1, 2, 2] and record.step.tolist() == [1, 1, 2, 1]
    assert record.metadata["file"] == "any.csv" and record.notes == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("  \n\n", "the file is empty"),
        (HEADER, "header but no rows"),
        (HEADER + "\n\n\n", "header but no rows"),
        (b"\x00\x01\x02BINARY" * 50, "binary file"),
        (b"caf\xe9," * 20, "not UTF-8 text"),
        (
            "Test_Time,Current,Voltage\n0,1,2\n",
            r"no column 'test_time_second' or 'Test Time / s' \(nearest: 'Test_Time'",
        ),
        ("Test_Time,Current,Voltage\n0,1,2\n", r"no column 'voltage_volt' or 'Voltage / V' \(nearest: 'Voltage'"),
        ("test_time_second,current_ampere\n0,1\n", "no column 'voltage_volt'"),
        ("test_time_second;current_ampere;voltage_volt\n0,0;1,0;2,0\n", "separated by semicolons"),
        ("test_time_second\tcurrent_ampere\tvoltage_volt\n0\t1\t2\n", "separated by tabs"),
        (f"{HEADER}\n0,5,0,001,3,7\n1,5,0,001,3,7\n", "line 2 has 6 values for 3 columns; is the decimal sign a comma"),
        (f'{HEADER}\n"0,5","0,001","3,7"\n1,1,1\n', "'0,5', which is not a number; write decimal points"),
        (f"{HEADER}\n0,1,2\n1,2\n2,1,2\n", "line 3 has 2 values for 3 columns"),
        (f"{HEADER}\n0,1,2\n1,x,2\n2,1,2\n", "line 3 holds 'x', which is not a number"),
        (f"{HEADER}\n0,1,2\n1_0,1,2\n20,1,2\n", "line 3 holds '1_0'"),
        (f"{HEADER}\n0,1,2\n5,1,2\n3,1,2\n4,1,2\n", "goes back 1 time, first from 5 to 3 s in data row 3; the clock"),
        (f"{HEADER}\n0,1,2\n5,1,2\n0,1,2\n6,1,2\n", "1 single rows fall below both neighbors"),
        (f"{HEADER}\n0,,2\n5,,2\n6,,2\n7,1,2\n", r"3 of 4 rows have no number .*current_ampere in data row 1"),
        (f"{HEADER},Voltage / V\n0,1,2,2\n", "two columns hold voltage_volt"),
    ],
)
def test_what_is_not_the_format_is_refused_with_the_right_reason(tmp_path, text, said):
    with pytest.raises(DataFileError, match=said) as caught:
        read(put(tmp_path, text))
    assert str(caught.value).count("\n") <= 1


def test_another_makers_column_that_disagrees_is_refused(tmp_path):
    rows = "\n".join(f"{k},{k % 2 + 1},{k},3.1,{(k % 2 + 1) / 1000}" for k in range(20))
    text = f"Test_Time,Current,Test Time / s,Voltage / V,Current / A\n{rows}\n"
    with pytest.raises(DataFileError, match=r"'Current / A' is 0\.001 times its column 'Current'"):
        read(put(tmp_path, text))
    agreeing = text.replace("/ A\n", "/ A\n").replace("Current,Test", "Spare,Test")
    assert read(put(tmp_path, agreeing)).n == 20


def test_what_can_be_left_out_safely_is_noted(tmp_path):
    record = read(put(tmp_path, GOOD + "3,-0.0"))
    assert record.n == 3 and "last row is cut off" in record.notes[0]
    record = read(put(tmp_path, GOOD + "3,nan,1\n"))
    assert record.n == 3 and "1 of 4 rows without a number for current_ampere" in record.notes[0]
    text = "test_time_second,current_ampere,voltage_volt,cycle_count\n0,1,2,1\n1,1,2,1.5\n"
    record = read(put(tmp_path, text))
    assert record.cycle is None and "not whole" in record.notes[0]


def test_numbers_that_nothing_measures_are_left_out(tmp_path):
    record = read(put(tmp_path, GOOD + "3,1e200,1\n"))
    assert record.n == 3 and "without a number for current_ampere" in record.notes[0]


def test_a_time_that_no_test_takes_is_noted(tmp_path):
    text = HEADER + "".join(f"\n{k * 108000},0.001,3.8" for k in range(5000)) + "\n"
    record = read(put(tmp_path, text))
    assert "17.1 years with 30 h between rows" in record.notes[0] and "41.66 h" in record.notes[0]


def test_files_that_cannot_be_opened(tmp_path):
    for path, said in [(tmp_path / "no.csv", "no such file"), (tmp_path, "a folder")]:
        with pytest.raises(DataFileError, match=said):
            read(path)
    packed = gzip.compress(GOOD.encode() * 50)
    with pytest.raises(DataFileError, match="gzip archive is damaged"):
        read(put(tmp_path, packed[:-20], "cut.bdf.csv.gz"))
    with pytest.raises(DataFileError, match="gzip archive is damaged"):
        read(put(tmp_path, packed[:40] + b"\xff" * 60, "bad.bdf.csv.gz"))


def test_unknown_files_are_told_what_is_readable(tmp_path):
    with pytest.raises(
        DataFileError, match=r"a text file that starts 'hello'.*readable are: .*Battery Data Format csv"
    ):
        read(put(tmp_path, "hello\nworld\n", "notes.txt"))
    with pytest.raises(DataFileError, match=r"a binary file.*readable are"):
        read(put(tmp_path, b"\x7fELF\x00\x00", "x.mpr"))
    assert {"Battery Data Format csv", "Neware binary", "workbook"} <= {each.name for each in formats()}


def test_gzip_without_the_suffix_and_a_format_without_its_suffix(tmp_path):
    assert read(put(tmp_path, gzip.compress(GOOD.encode()), "renamed.csv")).n == 3
    assert read(put(tmp_path, GOOD, "no_suffix")).n == 3


def test_writing_leaves_the_old_file_or_the_new_one(tmp_path):
    record = read(put(tmp_path, GOOD))
    target = tmp_path / "deep" / "er" / "out.bdf.csv"
    write_bdf(record, target)
    assert target.read_text().startswith(HEADER + "\n0.0,0.001,0.05\n")
    assert [path.name for path in target.parent.iterdir()] == ["out.bdf.csv"]
    blocked = put(tmp_path, "x", "file") / "out.bdf.csv"
    with pytest.raises(DataFileError, match="cannot write"):
        write_bdf(record, blocked)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_damaged_files_are_read_or_refused_and_nothing_else(tmp_path, data):
    raw = bytearray(bdf_text(CyclingRecord(np.arange(6.0), [1, 1, -1, -1, 1, 1], np.ones(6), cycle=[1] * 6)).encode())
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, len(raw) - 1))
        what = data.draw(st.sampled_from(["cut", "insert", "replace", "drop"]))
        junk = data.draw(
            st.one_of(st.sampled_from([b",", b"\n", b'"', b"\r", b"nan", b"1e999", b";", b"-"]), st.binary(max_size=4))
        )
        if what == "cut":
            raw = raw[: where + 1]
        elif what == "drop":
            del raw[where : where + 5]
        else:
            raw[where : where + (len(junk) if what == "replace" else 0)] = junk
        if not raw:
            break
    path = put(tmp_path, bytes(raw))
    try:
        assert read(path).n >= 1
    except AlloycoatError as error:
        assert str(error)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(body=st.text(alphabet='0123456789.,;-+eE"\n\r\t xna', max_size=200))
def test_any_body_under_a_good_header_is_read_or_refused(tmp_path, body):
    path = put(tmp_path, f"{HEADER}\n{body}")
    try:
        assert read(path).n >= 1
    except AlloycoatError as error:
        assert str(error)


def test_a_million_rows_take_the_quick_way(tmp_path, monkeypatch):
    import alloycoat.cyclers.delimited as delimited

    def never(*_):
        raise AssertionError("clean text must not be parsed row by row")

    monkeypatch.setattr(delimited, "_parse_carefully", never)
    n = 20_000
    record = CyclingRecord(
        np.arange(n) * 0.1, np.ones(n), np.sin(np.arange(n)), impedance=Impedance([5.0], [1], [2], [3])
    )
    assert read(write_bdf(record, tmp_path / "long.bdf.csv")).n == n


def test_parquet_goes_out_and_comes_back(tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    spectrum = Impedance([0.5, 9.0], [1e5, 1.0], [10.0, 30.0], [-1.0, 3.0])
    record = CyclingRecord([0, 1, 2], [1, 1, -1], [0.1, 0.2, 0.1], cycle=[1, 1, 1], step=[1, 2, 1], impedance=spectrum)
    again = read(write_bdf_parquet(record, tmp_path / "x.bdf.parquet"))
    for name in ("time_s", "current_A", "voltage_V", "cycle", "step"):
        assert np.array_equal(getattr(again, name), getattr(record, name))
    assert np.array_equal(again.impedance.time_s, spectrum.time_s)
    import pyarrow as pa
    import pyarrow.parquet as pq

    for table, said in [
        (pa.table({"a": [1.0]}), "no column 'test_time_second'. Its columns: a"),
        (
            pa.table({"test_time_second": ["x"], "current_ampere": [1.0], "voltage_volt": [1.0]}),
            "does not hold numbers",
        ),
    ]:
        pq.write_table(table, tmp_path / "y.parquet")
        with pytest.raises(DataFileError, match=said):
            read(tmp_path / "y.parquet")
    with monkeypatch.context() as patched:
        patched.setattr(bdf_parquet, "SMALL", 10)
        patched.setattr(bdf_parquet, "LARGEST_PACKING", 0)
        with pytest.raises(DataFileError, match="bytes claim 1 rows"):
            read(tmp_path / "y.parquet")
    (tmp_path / "z.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(DataFileError, match="not a readable parquet file"):
        read(tmp_path / "z.parquet")


def test_checks_of_other_columns(tmp_path):
    rows = "\n".join(f"{k * 60},{(1e-3 if k % 40 < 20 else -1e-3)},{3 + (k % 2) * 1e-3},{3e-3}" for k in range(200))
    text = f"test_time_second,current_ampere,voltage_volt,power_watt\n{rows}\n"
    record = read(put(tmp_path, text), current_sign="charge-positive")
    assert {check.name: check.state for check in stored(record)}["voltage_against_energy"] == "ok"
    with pytest.raises(DataFileError, match="the voltage is 1000 times what its energy or power says"):
        read(put(tmp_path, text.replace(",0.003\n", ",0.000003\n")), current_sign="charge-positive")
    with pytest.raises(DataFileError, match="positive current discharges by the jumps"):
        upside = "\n".join(
            f"{k * 60},{(1e-3 if k % 40 < 20 else -1e-3)},{3 - (0.1 if k % 40 < 20 else 0)}" for k in range(200)
        )
        read(put(tmp_path, f"{HEADER}\n{upside}\n"))
