"""Text exports of every dialect and locale, made here in the makers' own layout."""

import numpy as np
import pytest

from alloycoat.cyclers import read, stored
from alloycoat.cyclers.dialects import DIMENSIONS, dialects
from alloycoat.errors import AlloycoatError, DataFileError, RecipeError

N = 240


def wave(current=1e-3, hours=0.5, rows=N):
    """Time in s, current in A, voltage in V, charge and discharge capacity in Ah of a symmetric cell."""
    time = np.arange(rows) * 60.0
    sign = np.where((time // (hours * 3600)).astype(int) % 2 == 0, -1.0, 1.0)
    flow = current * sign
    voltage = 0.05 * sign + 1e-4 * np.sin(time)
    grown = np.concatenate([[0.0], 0.5 * (np.abs(flow[1:]) + np.abs(flow[:-1])) * np.diff(time) / 3600])
    return time, flow, voltage, np.cumsum(np.where(sign > 0, grown, 0)), np.cumsum(np.where(sign < 0, grown, 0))


def put(folder, text, name="cell.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def table(header, rows, separator=","):
    lines = [separator.join(map(str, header)), *(separator.join(map(str, row)) for row in rows)]
    return "\n".join(lines) + "\n"


def check(path, dialect, **hints):
    time, current, voltage, *_ = wave()
    record = read(path, **hints)
    assert record.metadata["format"] == dialect
    assert np.allclose(record.time_s - record.time_s[0], time, atol=0.6)
    assert np.allclose(record.current_A, current, rtol=1e-6) and np.allclose(record.voltage_V, voltage, atol=1e-6)
    assert "doubtful" not in {each.state for each in stored(record)}
    return record


def clock(seconds, pattern="{d:02d}/10/2026 {h:02d}:{m:02d}:{s:02d}"):
    s = int(seconds)
    return pattern.format(d=1 + s // 86400, h=s // 3600 % 24, m=s // 60 % 60, s=s % 60)


def test_landt_in_english_and_chinese(tmp_path):
    time, current, voltage, up, down = wave()
    states = np.where(current > 0, "C_CC", "D_CC")
    rows = list(zip(range(1, N + 1), time, voltage, current * 1e3, (up + down) * 1e3, states, strict=True))
    english = ["Record", "TestTime/Sec.", "Voltage/V", "Current/mA", "Capacity/mAh", "State"]
    chinese = ["记录", "测试时间/Sec", "电压/V", "电流/mA", "容量/mAh", "状态"]
    check(put(tmp_path, table(english, rows, "\t"), "a.txt"), "Landt text")
    for encoding in ("utf-8", "gb18030", "utf-16"):
        record = check(put(tmp_path, table(chinese, rows), "b.csv", encoding), "Landt text")
    assert "read as GBK" in " ".join(read(put(tmp_path, table(chinese, rows), "b.csv", "gb18030")).notes)
    assert record.n == N


def test_landt_times_with_days(tmp_path):
    time, current, voltage, *_ = wave()
    days = [f"{int(t) // 86400}-{int(t) // 3600 % 24:02d}:{int(t) // 60 % 60:02d}:{int(t) % 60:02d}" for t in time]
    rows = zip(range(N), days, voltage, current * 1e3, np.where(current > 0, "C_CC", "D_CC"), strict=True)
    check(put(tmp_path, table(["Record", "TestTime", "Voltage/V", "Current/mA", "State"], rows)), "Landt text")


def test_pec_in_millivolts_and_milliamperes(tmp_path):
    time, current, voltage, up, down = wave()
    header = ["Test", "Rack", "Step", "Cycle", "Total Time (Seconds)", "Step Time (Seconds)", "Voltage (mV)",
              "Current (mA)", "Charge Capacity (mAh)", "Discharge Capacity (mAh)"]  # fmt: skip
    rows = [
        (1, 2, 3, 1, t, t, v * 1e3, i * 1e3, u * 1e3, d * 1e3)
        for t, v, i, u, d in zip(time, voltage, current, up, down, strict=True)
    ]
    check(put(tmp_path, table(header, rows)), "PEC text")
    header = ["TestRegime", "Rack", "Step", "Cycle", "Total_Time_Decimal_Hours", "Step_Time_Seconds", "Voltage_mV",
              "Current_mA", "Charge_Capacity_mAh", "Discharge_Capacity_mAh", "Charge_Capacity_mWh"]  # fmt: skip
    rows = [(*row[:4], row[4] / 3600, *row[5:], row[8] * row[6] / 1e3) for row in rows]
    check(put(tmp_path, table(header, rows)), "PEC text")


def test_neware_with_a_gbk_header_and_hours_beyond_a_day(tmp_path):
    time, current, voltage, *_ = wave()
    header = ["数据序号", "循环号", "工步号", "工步类型", "总时间", "电流(mA)", "电压(V)", "T1(℃)"]
    steps = [f"{30 + int(t) // 3600}:{int(t) // 60 % 60:02d}:{int(t) % 60:02d}.500" for t in time]
    states = np.where(current > 0, "恒流充电", "恒流放电")
    rows = [
        (k + 1, 1, 1, state, t, i * 1e3, v, 25.0)
        for k, (state, t, i, v) in enumerate(zip(states, steps, current, voltage, strict=True))
    ]
    record = check(put(tmp_path, table(header, rows), "n.csv", "gb18030"), "Neware text")
    assert record.time_s[0] == 30 * 3600 + 0.5
    assert record.cycle is not None and not any("were not read" in note for note in record.notes)


def test_ch_instruments_needs_its_sign_or_shows_it(tmp_path):
    time, current, voltage, *_ = wave()
    head = "Mar. 6, 2026   13:55:19\nChronopotentiometry\nInstrument Model:  CHI760E\n\n"
    rows = list(zip(time, current, voltage, strict=True))
    text = head + table(["Time/sec", " Current/A", " Potential/V"], rows, ", ")
    check(put(tmp_path, text, "a.txt"), "CH Instruments text")
    upside_down = head + table(["Time/sec", "Current/A", "Potential/V"], [(t, -i, v) for t, i, v in rows])
    assert "turned round" in " ".join(check(put(tmp_path, upside_down, "b.txt"), "CH Instruments text").notes)
    bare = head + table(["Time/sec", "Potential/V"], [(t, v) for t, _, v in rows])
    with pytest.raises(DataFileError, match="no column of current; give it with --current"):
        read(put(tmp_path, bare, "c.txt"))
    check(put(tmp_path, bare, "c.txt"), "CH Instruments text", current_A=1e-3)
    flat = head + table(["Time/sec", "Current/A", "Potential/V"], [(t, 1e-3, 1.0) for t in time])
    with pytest.raises(DataFileError, match="--current-sign charge-positive or --current-sign discharge-positive"):
        read(put(tmp_path, flat, "d.txt"))
    assert read(put(tmp_path, flat, "d.txt"), current_sign="discharge-positive").current_A.max() < 0


@pytest.mark.parametrize(("separator", "decimal"), [("\t", ","), (";", ","), (",", "."), ("|", "."), (";", ".")])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_any_locale(tmp_path, separator, decimal, encoding):
    time, current, voltage, *_ = wave()
    rows = [
        [f"{value:.8g}".replace(".", decimal) for value in row] + ["25,5" if decimal == "," else "25.5"]
        for row in zip(time / 60, current * 1e6, voltage * 1e3, strict=True)
    ]
    text = table(["Zeit [min]", "Strom [µA]", "Spannung [mV]", "Temperatur [°C]"], rows, separator)
    record = check(put(tmp_path, text.replace("\n", "\r\n"), "l.txt", encoding), "text table")
    assert "columns that were not read: Temperatur [°C]" in record.notes
    assert any("decimal commas" in note for note in record.notes) == (decimal == ",")


def test_quoted_cells_with_decimal_commas(tmp_path):
    rows = [
        [f'"{value:.8g}"'.replace(".", ",") for value in row] for row in zip(*wave()[:3], strict=True)
    ]  # fmt: skip
    check(put(tmp_path, table(["Time / s", "Current / A", "Voltage / V"], rows)), "text table")


def test_a_current_without_a_unit_is_refused_with_the_answer(tmp_path):
    rows = zip(*wave()[:3], strict=True)
    with pytest.raises(DataFileError, match=r"column 'Current' has no unit; write it into the name, .*Current / mA"):
        read(put(tmp_path, table(["Time / s", "Current", "Voltage / V"], rows)))


def test_a_time_without_a_unit(tmp_path):
    time, current, voltage, up, down = wave()
    plain = table(["Time", "Current / A", "Voltage / V"], zip(time / 3600, current, voltage, strict=True))
    with pytest.raises(DataFileError, match="give it with --time-unit s, min or h"):
        read(put(tmp_path, plain))
    check(put(tmp_path, plain), "text table", time_unit="h")
    clocks = [clock(t) for t in time]
    told = table(
        ["Time", "Current / A", "Voltage / V", "DateTime"], zip(time / 60, current, voltage, clocks, strict=True)
    )
    assert "by the clock of the file it is min" in " ".join(check(put(tmp_path, told), "text table").notes)
    told = table(
        ["Time", "Current / A", "Voltage / V", "Charge Capacity / Ah", "Discharge Capacity / Ah"],
        zip(time / 3600, current, voltage, up, down, strict=True),
    )
    assert "by the capacity of the file it is h" in " ".join(check(put(tmp_path, told), "text table").notes)


def test_a_unit_of_time_that_the_clock_contradicts(tmp_path):
    time, current, voltage, *_ = wave()
    clocks = [clock(t) for t in time]
    header = ["Time / min", "Current / A", "Voltage / V", "DateTime"]
    path = put(tmp_path, table(header, zip(time, current, voltage, clocks, strict=True)))
    with pytest.raises(DataFileError, match="says min, but its clock says s; say which with --time-unit s or"):
        read(path)
    assert "though the file says otherwise" in " ".join(check(path, "text table", time_unit="s").notes)


def test_only_step_times_or_only_a_clock(tmp_path):
    time, current, voltage, *_ = wave()
    step = time % 1800
    header = ["Record ID", "Step Type", "Time(h:min:s)", "Current(A)", "Voltage(V)"]
    cells = [f"00:{int(s) // 60:02d}:{int(s) % 60:02d}" for s in step]
    states = np.where(current > 0, "CC Chg", "CC DChg")
    path = put(tmp_path, table(header, zip(range(N), states, cells, current, voltage, strict=True)))
    record = read(path)
    assert "were added up" in " ".join(record.notes) and record.duration == pytest.approx(time[-1], rel=0.05)
    header = ["Time / s", "DateTime", "Current / A", "Voltage / V"]
    blank = table(header, zip([""] * N, [clock(t) for t in time], current, voltage, strict=True))
    assert "its clock was taken" in " ".join(check(put(tmp_path, blank), "text table").notes)


def test_biologic_columns_of_impedance_and_of_charge(tmp_path):
    time, current, voltage, *_ = wave()
    header = ["mode", "Ns", "time/s", "Ewe/V", "I/mA", "freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "control/V"]
    rows = [(1, 0, t, v, i * 1e3, 0, 0, 0, 0) for t, v, i in zip(time, voltage, current, strict=True)]
    spectrum = [(1, 1, time[-1] + k, 0.05, 0.0, 1e5 / 10**k, 5.0 + k, 2.0, 0) for k in range(1, 5)]
    record = check(put(tmp_path, table(header, rows + spectrum, "\t"), "z.mpt"), "BioLogic text")
    assert record.impedance is not None and record.impedance.frequency_Hz.size == 4
    assert np.all(record.impedance.imaginary_ohm == -2.0)
    charge = np.concatenate([[0.0], current[1:] * np.diff(time) / 3.6])
    header = ["mode", "Ns", "time/s", "Ewe/V", "dq/mA.h", "control/V/mA"]
    rows = [(1, 0, t, v, q, 3.9) for t, v, q in zip(time, voltage, charge, strict=True)]
    record = read(put(tmp_path, table(header, rows, "\t"), "q.mpt"))
    assert np.allclose(record.current_A[1:], current[1:]) and "I = dq/dt" in " ".join(record.notes)


def test_a_current_of_its_own_and_one_given(tmp_path):
    path = put(tmp_path, table(["Time / s", "Current / A", "Voltage / V"], zip(*wave()[:3], strict=True)))
    with pytest.raises(DataFileError, match="holds a current of its own; leave --current out"):
        read(path, current_A=1e-3)
    for hints in ({"time_unit": "min."}, {"current_sign": "positive"}):
        with pytest.raises(RecipeError, match="is not known"):
            read(path, **hints)


def test_headers_that_lack_something_are_quoted(tmp_path):
    rows = zip(*wave()[:2], strict=True)
    with pytest.raises(DataFileError, match="its header 'Time / s,Current / A' has no column of voltage"):
        read(put(tmp_path, table(["Time / s", "Current / A"], rows)))


def test_dialects_name_known_quantities_and_compile():
    assert len(dialects()) >= 10 and dialects()[-1].last
    for each in dialects():
        assert set(each.columns) <= set(DIMENSIONS) and {"time", "voltage"} <= set(each.columns)
        assert each.suffixes and each.header


def test_a_million_rows_in_seconds(tmp_path):
    import time as clocks

    lines = table(["Time / s", "Current / A", "Voltage / V"], zip(*wave(rows=2000)[:3], strict=True)).split("\n", 1)
    body = "".join(f"{1000 + k},0.001,0.05\n" for k in range(200_000))
    path = put(tmp_path, lines[0] + "\n" + body)
    start = clocks.perf_counter()
    assert read(path, current_sign="charge-positive").n == 200_000
    assert clocks.perf_counter() - start < 10, "a fifth of a million rows takes about one second"


def test_every_error_is_one_or_two_lines(tmp_path):
    for text in ("a\tb\n1\t2\n", "time;v\n", "Time / s;Voltage / V;Current / A\n1;2\n3;4;5;6;7;8\n", "x" * 100_000):
        with pytest.raises(AlloycoatError) as caught:
            read(put(tmp_path, text, "x.txt"))
        assert len(str(caught.value).split("\n")) <= 2 and len(str(caught.value)) < 1000


@pytest.mark.parametrize("digits", [3, 4, 5, 7])
def test_columns_too_coarse_for_a_small_cell_do_not_condemn_it(tmp_path, digits):
    """A symmetric cell at 50 uA and 20 mV, in the A, Ah, Wh and W of a cycler for large cells."""
    time, current, voltage, up, down = wave(5e-5)
    voltage = 0.4 * voltage
    state = np.where(current > 0, "CC Chg", "CC DChg")
    start = np.maximum.accumulate(np.where(np.diff(current, prepend=current[0]) != 0, np.arange(N), 0))
    step_charge = (up + down) - (up + down)[start]
    header = [
        "DataPoint",
        "Step Type",
        "Total Time",
        "Current(A)",
        "Voltage(V)",
        "Capacity(Ah)",
        "Energy(Wh)",
        "Power(W)",
    ]
    rows = [
        (
            k + 1,
            s,
            f"0:{int(t) // 60}:{int(t) % 60}",
            f"{i:.8f}",
            f"{v:.4f}",
            *(f"{abs(x):.{digits}f}" for x in (q, q * v, i * v)),
        )
        for k, (s, t, i, v, q) in enumerate(zip(state, time, current, voltage, step_charge, strict=True))
    ]
    record = read(put(tmp_path, table(header, rows)))
    assert "doubtful" not in {each.state for each in stored(record)}


def test_bio_logic_header_block_in_a_german_locale(tmp_path):
    time, current, voltage, *_ = wave()
    head = (
        "EC-Lab ASCII FILE\nNb header lines : 6\nElectrode surface area : 0,001 cm\u00b2\nMass : 0,001 mg\nin \u00b0C\n"
    )
    names = ["mode", "ox/red", "time/s", "Ewe/V", "<I>/mA", "(Q-Qo)/mA.h", "cycle number", ""]
    net = np.concatenate([[0.0], np.cumsum(0.5 * (current[1:] + current[:-1]) * np.diff(time) / 3.6)])
    rows = [
        [f"{x:.9E}".replace(".", ",") for x in (1, 0, t, v, i * 1e3, q, 1)]
        for t, v, i, q in zip(time, voltage, current, net, strict=True)
    ]
    path = put(tmp_path, head + table(names, rows, "\t").replace("\n", "\r\n"), "g.mpt", "cp1252")
    record = check(path, "BioLogic text")
    assert record.area_m2 is None and record.cycle is not None
    assert {"the text was read as Latin-1 (cp1252)", "numbers were read with decimal commas"} <= set(record.notes)


def test_hours_and_positive_discharge_without_any_state(tmp_path):
    time, current, voltage, *_ = wave()
    rows = zip(time / 3600, -current, 3.7 + voltage, strict=True)
    record = read(put(tmp_path, table(["Time [h]", "Current [A]", "Voltage [V]"], rows)))
    assert np.allclose(record.current_A, current) and np.allclose(record.time_s, time)
    assert "charging was negative, by the jumps of the voltage" in " ".join(record.notes)
