"""What laboratories export: units in a row of their own, dates, midnight, blanks for columns, any language."""

import datetime as dt
import json

import numpy as np
import pytest
import typer
from test_texts import N, put, table, wave
from typer.testing import CliRunner

from alloycoat.cli.analyze import analyze
from alloycoat.cyclers import read, stored
from alloycoat.cyclers.dialects import dialects
from alloycoat.cyclers.text import spaced, split_lines
from alloycoat.cyclers.units import split_name, with_units
from alloycoat.errors import DataFileError

START = dt.datetime(2024, 3, 9, 22, 17, 5)
TIME, CURRENT, VOLTAGE, UP, DOWN = wave()
MILLI = CURRENT * 1e3
app = typer.Typer()
app.command()(analyze)


def date(pattern):
    return [(START + dt.timedelta(seconds=float(second))).strftime(pattern) for second in TIME]


def of_day(shift=0):
    return [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in ((TIME.astype(int) + shift) % 86400).tolist()]


def cells(*columns, decimal="."):
    listed = [column.tolist() if isinstance(column, np.ndarray) else column for column in columns]
    shown = [[repr(x).replace(".", decimal) if isinstance(x, float) else str(x) for x in column] for column in listed]
    return [list(row) for row in zip(*shown, strict=True)]


def states(up, down):
    return [up if flow > 0 else down for flow in CURRENT]


def made(names, *columns, separator=",", decimal=".", encoding="utf-8", below=()):
    """Text and encoding of a table; names are separated by bars."""
    body = cells(*(columns or (TIME, VOLTAGE, MILLI)), decimal=decimal)
    return table(names.split("|"), [list(below), *body] if below else body, separator), encoding


PLAIN = cells(TIME, VOLTAGE, MILLI)
USUAL = "Time (s)|Voltage (V)|Current (mA)"
GAMRY = "EXPLAIN\nTITLE\tLABEL\tx\nCURVE\tTABLE\t9\n\tPt\tT\tVf\tIm\n\t#\ts\tV vs. Ref.\tmA\n"
DIGATRON = "Status|Timestamp|Program Duration#s|Step Duration#s|Voltage#V|Current#mA|AhCha#Ah|AhDch#Ah"
CHINESE = "循环号|工步号|工步类型|时间|总时间|电流(mA)|电压(V)"
ONES = [1] * N
CASES = {
    "units below": made("Time|Voltage|Current", below=("s", "V", "mA")),
    "units below, bracketed": made(
        "Time|Voltage|Current", TIME / 3600, VOLTAGE, MILLI, separator="\t", below=("(h)", "(V)", "(mA)")
    ),
    "potential against a reference": made("time/s|Ewe (V vs. Li+/Li)|I (mA)"),
    "reference behind the unit": made("time/s|Ewe(V) vs. Li/Li+|I/mA"),
    "reference in front of the unit": made("time/s|E vs. RHE (V)|I/mA"),
    "full-width brackets": made("测试时间（s）|电压（V）|电流（mA）", encoding="gb18030"),
    "points between thousands": made(
        "Zeit [s]|Spannung [V]|Strom [mA]", [f"{t:,.1f}".translate(str.maketrans(",.", ".,")) for t in TIME],
        [repr(v).replace(".", ",") for v in VOLTAGE.tolist()], [repr(i).replace(".", ",") for i in MILLI.tolist()],
        separator=";",
    ),
    "one letter and a unit": made("t_h|U_V|I_mA", TIME / 3600, VOLTAGE, MILLI),
    "number signs": made("#time (s)|voltage#V|current#mA"),
    "blanks": ("time/s   Ewe/V   I/mA\n" + "".join(f"{a:>12}{b:>25}  {c:>12}\n" for a, b, c in PLAIN), "utf-8"),
    "single blanks": made("time /s|E /V|I /mA", separator=" "),
    "header again": (table(USUAL.split("|"), [*PLAIN[:90], USUAL.split("|"), *PLAIN[90:]]), "utf-8"),
    "German": made("Zeit [s]|Spannung [V]|Strom [mA]", separator=";", decimal=",", encoding="cp1252"),
    "German dates": made(
        "Datum/Zeit|Spannung/V|Strom/mA", date("%d.%m.%Y %H:%M:%S"), VOLTAGE, MILLI, separator=";", decimal=","
    ),
    "Japanese": made("経過時間[s]|電圧[V]|電流[mA]", encoding="shift_jis"),
    "Korean": made("시간(s)|전압(V)|전류(mA)", encoding="cp949"),
    "Chinese without numbers of rows": made(
        CHINESE, ONES, ONES, states("恒流充电", "恒流放电"), of_day(), of_day(), MILLI, VOLTAGE, encoding="gb18030"
    ),
    "ISO dates": made("datetime|Voltage (V)|Current (mA)", date("%Y-%m-%dT%H:%M:%S"), VOLTAGE, MILLI),
    "twelve hours": made("Time|Voltage (V)|Current (mA)", date("%m/%d/%Y %I:%M:%S %p"), VOLTAGE, MILLI),
    "milliseconds since 1970": made(
        "timestamp|voltage_V|current_mA", 1_710_000_000_000 + 1000 * TIME.astype(int), VOLTAGE, MILLI
    ),
    "past midnight": made("Time|Voltage (V)|Current (mA)", of_day(79_000), VOLTAGE, MILLI),
    "date and time of day": made(
        "Date|Time|Voltage (V)|Current (mA)", date("%Y/%m/%d"), date("%H:%M:%S"), VOLTAGE, MILLI
    ),
    "h:mm:ss": made("Time (h:mm:ss)|Voltage (V)|Current (mA)", of_day(), VOLTAGE, MILLI),
    "Gamry": (GAMRY + "".join(f"\t{k}\t{a}\t{b}\t{c}\n" for k, (a, b, c) in enumerate(PLAIN)), "utf-8"),
    "Autolab": made(
        "Index|Time (s)|WE(1).Potential (V)|WE(1).Current (mA)", np.arange(N), TIME, VOLTAGE, MILLI, separator=";"
    ),
    "Digatron": made(
        DIGATRON, states("CHA", "DCH"), date("%Y-%m-%d %H:%M:%S"), TIME, TIME, VOLTAGE, MILLI, UP, DOWN
    ),
    "Repower": made(
        "System Time|Step State|Relative Time(Hour)|Voltage(V)|Current(mA)", date("%Y-%m-%d %H:%M:%S"),
        states("CC_Chg", "CC_DChg"), TIME / 3600, VOLTAGE, MILLI,
    ),
    "unsigned with the kind of step": made(
        "Test Time (s)|Step Type|Current (mA)|Voltage (V)", TIME, states("Charge", "Discharge"), np.abs(MILLI), VOLTAGE
    ),
    "typographic minus": (table(USUAL.split("|"), PLAIN).replace("-", "\u2212"), "utf-8"),
    "old Macintosh": (table(USUAL.split("|"), PLAIN).replace("\n", "\r"), "utf-8-sig"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_an_export_is_read_right(tmp_path, name):
    text, encoding = CASES[name]
    record = read(put(tmp_path, text, "cell.csv", encoding))
    assert record.n == N
    assert np.allclose(record.time_s - record.time_s[0], TIME, atol=1.0)
    assert np.allclose(record.current_A, CURRENT, rtol=1e-5) and np.allclose(record.voltage_V, VOLTAGE, atol=1e-6)
    assert "doubtful" not in {check.state for check in stored(record)}


def test_repairs_are_said(tmp_path):
    said = {
        "header again": "the header stands 1 more times", "past midnight": "passes midnight 1 times",
        "Japanese": "read as Shift-JIS", "Korean": "read as Korean", "date and time of day": "were put together",
        "Digatron": "never tried on a real file",
    }  # fmt: skip
    for name, words in said.items():
        text, encoding = CASES[name]
        assert any(words in note for note in read(put(tmp_path, text, "cell.csv", encoding)).notes), name


def test_columns_that_do_not_reset_at_midnight_are_still_refused(tmp_path):
    twice = [*of_day()[:100], *of_day()[:140]]
    path = put(tmp_path, made("Time|Voltage (V)|Current (mA)", twice, VOLTAGE, MILLI)[0])
    with pytest.raises(DataFileError, match="the time goes back 1 times"):
        read(path)


def test_numbers_without_names_are_told_what_to_write(tmp_path):
    with pytest.raises(DataFileError, match="has no line of names in front of its numbers"):
        read(put(tmp_path, table([], PLAIN).lstrip("\n")))


def test_an_old_workbook_is_told_how_to_be_saved(tmp_path):
    with pytest.raises(DataFileError, match=r"old workbook \(\.xls\); save it as \.xlsx"):
        read(put(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "x.xls"))


def test_capacities_that_start_anew_with_each_cycle(tmp_path):
    """Charge and discharge capacity of an Arbin file, reset by cycle, are a check and no contradiction."""
    cycle = (TIME // 3600).astype(int)
    first = np.concatenate([[0], np.flatnonzero(np.diff(cycle)) + 1])[cycle]
    names = "Test_Time(s)|Step_Index|Cycle_Index|Current(A)|Voltage(V)|Charge_Capacity(Ah)|Discharge_Capacity(Ah)"
    step = np.where(CURRENT > 0, 2, 1)
    text, _ = made(names, TIME, step, cycle, CURRENT, VOLTAGE, UP - UP[first], DOWN - DOWN[first])
    record = read(put(tmp_path, text))
    checks = {check.name: check.state for check in stored(record)}
    assert checks["charge_against_capacity"] == checks["sign_against_state"] == "ok"


def test_one_document_on_standard_output_whatever_the_file(tmp_path):
    for name, (text, encoding) in list(CASES.items())[:4]:
        result = CliRunner().invoke(app, [str(put(tmp_path, text, "cell.csv", encoding)), "--json"])
        assert json.loads(result.stdout)["n_half_cycles"] == 8, name


def test_techniques_in_files_of_their_own_are_one_cell(tmp_path):
    """EC-Lab writes cycling and impedance of one cell into a file each, on one clock."""
    frequency = np.logspace(5, -1, 31)
    arc = 5 + 20 / (1 + 2j * np.pi * frequency * 2e-3)
    names = "freq/Hz|Re(Z)/Ohm|-Im(Z)/Ohm|time/s|<Ewe>/V|<I>/mA|cycle number"
    late, still = TIME[-1] + 60 + np.arange(31.0), np.full(31, 0.001)
    spectrum = made(
        names, frequency, arc.real, -arc.imag, late, still, 1e-5 * np.sin(late), np.ones(31), separator="\t"
    )
    cycling = made("mode|Ns|time/s|Ewe/V|<I>/mA", ONES, ONES, TIME, VOLTAGE, MILLI, separator="\t")
    one = put(tmp_path, cycling[0], "cell_01_GCPL.mpt")
    two = put(tmp_path, spectrum[0], "cell_02_PEIS.mpt")
    assert any("impedance rows alone" in note for note in read(two).notes)
    document = json.loads(CliRunner().invoke(app, [str(two), str(one), "--cell", "symmetric", "--json"]).stdout)
    assert document["n_half_cycles"] == 8 and document["impedance"]["bulk_resistance_ohm"] == pytest.approx(
        [5], rel=0.05
    )
    assert document["impedance"]["interfacial_resistance_ohm"] == pytest.approx([20], rel=0.05)


def test_parquet_with_the_names_of_a_maker(tmp_path):
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    dates = pyarrow.array([START + dt.timedelta(seconds=float(second)) for second in TIME], pyarrow.timestamp("ms"))
    names = ["Step Type", "Total Time", "Current(uA)", "Voltage(mV)", "Capacity(mAs)", "Date", "Record ID"]
    grown = (UP + DOWN) * 3.6e6
    kinds = pyarrow.array(states("CC_Chg", "CC_DChg")).dictionary_encode()
    columns = [kinds, TIME, CURRENT * 1e6, VOLTAGE * 1e3, grown, dates, np.arange(N)]
    parquet.write_table(pyarrow.table(dict(zip(names, columns, strict=True))), tmp_path / "x.parquet")
    record = read(tmp_path / "x.parquet")
    assert record.metadata["format"] == "Neware parquet" and np.allclose(record.current_A, CURRENT)
    assert np.allclose(record.voltage_V, VOLTAGE) and np.allclose(record.time_s, TIME)
    checks = {check.name: check.state for check in stored(record)}
    assert {"ok"} == {checks[name] for name in ("time_against_clock", "charge_against_capacity", "sign_against_state")}


def test_a_row_of_numbers_is_no_row_of_units():
    assert with_units(("Time", "Voltage"), ["1", "1"]) is None
    assert with_units(("Time", "Voltage"), ["s", "0.1"]) is None
    assert with_units(("Time (h)", "Voltage", "x"), ["s", "V", ""]) == ("Time (h)", "Voltage / V", "x")
    assert split_name("Potential (V vs. Li/Li+)") == ("potential", "v") and split_name("E/V vs RHE") == ("e", "v")
    assert split_name("Capacity#Ah") == ("capacity", "ah") and split_name("Rec#") == ("rec", None)


def test_blanks_between_numbers_alone_are_no_header():
    assert spaced(["1 2 3", "4 5 6"]) is None
    assert spaced(split_lines("a  b\n1 2\n")) == ["a\tb", "1\t2"]


def test_layouts_that_nobody_tried_are_declared():
    untested = {each.name for each in dialects() if each.untested}
    assert untested == {"CH Instruments text", "Digatron text", "Gamry text", "Landt text", "PEC text", "Repower text"}
