"""Hostile files: nothing but an AlloycoatError comes out, and nothing hangs or swells."""

import builtins
import gzip
import importlib
import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alloycoat.cyclers import extras, formats, read
from alloycoat.errors import AlloycoatError, DataFileError

FOLDER = Path(__file__).parent.parent / "data" / "cyclers"
TEXTS = ["arbin_plain.csv", "sintef_time_corrected.bdf.csv", "biologic_no_header.mpt", "basytec.txt",
         "biologic_btlab.txt", "maccor_comma.txt", "maccor_days.txt", "neware_flat.csv", "neware_layers.csv",
         "novonix.csv"]  # fmt: skip
BINARIES = {
    "neware_ndax.ndax": "fastnda", "neware_nda.nda.zip": "fastnda", "arbin_res.res.gz": "access_parser",
    "biologic_gcpl.mpr.gz": "galvani", "arbin_book.xlsx": "openpyxl",
}  # fmt: skip
JUNK = st.one_of(
    st.sampled_from(
        [b",", b"\n", b"\t", b'"', b"\r", b"nan", b"1e999", b";", b"-", b":", b"99:99:99", b"\xe5", b"\x00"]
    ),
    st.binary(max_size=6),
)
relaxed = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def opened(path):
    """Read a file that may be anything: a record with rows, or a refusal in words."""
    try:
        assert read(path).n >= 1
    except AlloycoatError as error:
        assert str(error) and len(str(error)) < 2000


def damage(data, raw):
    for _ in range(data.draw(st.integers(1, 4))):
        where = data.draw(st.integers(0, max(0, len(raw) - 1)))
        what = data.draw(st.sampled_from(["cut", "insert", "replace", "drop", "repeat"]))
        junk = data.draw(JUNK)
        if what == "cut":
            del raw[where + 1 :]
        elif what == "drop":
            del raw[where : where + data.draw(st.integers(1, 200))]
        elif what == "repeat":
            raw[where:where] = raw[where : where + 400]
        else:
            raw[where : where + (len(junk) if what == "replace" else 0)] = junk
    return bytes(raw)


@relaxed
@given(data=st.data())
@pytest.mark.parametrize("name", TEXTS)
def test_damaged_texts(tmp_path, name, data):
    path = tmp_path / name
    path.write_bytes(damage(data, bytearray((FOLDER / name).read_bytes())))
    opened(path)


@settings(relaxed, max_examples=15)
@given(data=st.data())
@pytest.mark.parametrize("name", list(BINARIES))
def test_damaged_binaries(tmp_path, name, data):
    pytest.importorskip(BINARIES[name])
    raw = (FOLDER / name).read_bytes()
    if name.endswith(".gz"):
        name, raw = name[:-3], gzip.decompress(raw)
    elif name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            name, raw = name[:-4], archive.read(archive.namelist()[0])
    path = tmp_path / name
    path.write_bytes(damage(data, bytearray(raw)))
    opened(path)


@relaxed
@given(
    body=st.text(alphabet='0123456789.,;:-+eE"\n\r\t xdCRV/', max_size=300),
    header=st.sampled_from([
        "Time / s,Current / A,Voltage / V",
        "Rec#\tCyc#\tStep\tTestTime\tStepTime\tAmp-hr\tAmps\tVolts\tState\tDPt Time",
        "DataPoint,Cycle Index,Step Type,Time,Total Time,Current(A),Voltage(V),Capacity(Ah),Date",
        "~Time[h];DataSet;Command;U[V];I[A];Ah[Ah]", "Time,Voltage,Current\n(h),(V),(mA)", "time/s  Ewe/V  I/mA",
        "Date,Time,Voltage (V),Current (A)", "Timestamp;Spannung/V;Strom/A",
        "Test Time (s),Step Type,Current (mA),Voltage (V)", "time/s\tEwe/V\tI/mA\tfreq/Hz\tRe(Z)/Ohm\t-Im(Z)/Ohm\tNs",
    ]),
)  # fmt: skip
def test_any_body_under_a_known_header(tmp_path, header, body):
    path = tmp_path / "x.txt"
    path.write_text(f"{header}\n{body}", encoding="utf-8")
    opened(path)


@relaxed
@given(content=st.binary(max_size=400), head=st.sampled_from([
    b"", b"PK\x03\x04", b"PAR1", b"NEWARE", b"BIO-LOGIC MODULAR FILE\x1a", b"\x00\x01\x00\x00Standard Jet DB\x00",
    b"\x1f\x8b", b"\xff\xfe", b"\xef\xbb\xbf",
]),
suffix=st.sampled_from([".csv", ".nda", ".ndax", ".res", ".mpr", ".xlsx", ".parquet", ".zip", ".gz", ""]))  # fmt: skip
def test_any_bytes_under_any_name(tmp_path, content, head, suffix):
    path = tmp_path / f"x{suffix}"
    path.write_bytes(head + content)
    opened(path)


def test_a_workbook_whose_sheet_does_not_unpack(tmp_path):
    pytest.importorskip("openpyxl")
    raw = (FOLDER / "arbin_book.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        sheet = next(each for each in archive.infolist() if "worksheets/sheet" in each.filename)
    for shift in range(60, 60 + min(2000, sheet.compress_size), 97):
        damaged = bytearray(raw)
        damaged[sheet.header_offset + shift : sheet.header_offset + shift + 3] = b"\xff\xff\xff"
        path = tmp_path / "x.xlsx"
        path.write_bytes(damaged)
        opened(path)


@pytest.mark.parametrize(
    "text",
    [
        "Time / s,Volt" + " " * 300_000 + "x,Current / A\n1,2,3\n",
        "Time / s,Volt " + " vs" * 100_000 + ",I / A\n1,2,3\n",
        "Time / s," + "(" * 300_000 + ",I / A\n1,2,3\n",
        "a" + " " * 300_000 + "b\n1 2\n",
        ("x" + "," * 300_000 + "\n") * 3,
        "Time,Voltage,Current\n" + "s,V,A\n" * 30_000,
        '"' * 300_000 + "\n1,2\n",
        "a  b  c\n1 2\n" * 20_000,
        "Time / s,Voltage / V,Current / A\n" + "9" * 300_000 + ",1,1\n",
    ],
    ids=["blanks", "references", "brackets", "blank line", "separators", "units", "quotes", "spaced headers", "digits"],
)  # fmt: skip
def test_texts_made_to_take_long(tmp_path, text):
    path = tmp_path / "x.csv"
    path.write_text(text)
    opened(path)


def test_huge_headers_and_lines(tmp_path):
    wide = "Time / s,Current / A,Voltage / V," + ",".join(f"c{k}" for k in range(50_000))
    for text in (wide + "\n1,2,3\n", "x" * 3_000_000 + "\n1\n", ",\n" * 100_000, "\n" * 500_000, "a,b\n" * 50_000):
        path = tmp_path / "x.csv"
        path.write_text(text)
        opened(path)


@pytest.mark.parametrize(("name", "module"), list(BINARIES.items()))
def test_a_missing_library_is_named_with_the_command(monkeypatch, name, module):
    def missing(wanted, *rest):
        if wanted.partition(".")[0] == module:
            raise ImportError(wanted)
        return importlib.import_module(wanted, *rest)

    monkeypatch.setattr(extras, "import_module", missing)
    with pytest.raises(DataFileError, match=r"needs the library .*; run: pip install 'alloycoat\[\w+\]'"):
        read(FOLDER / name)


def test_libraries_are_imported_only_when_used(monkeypatch):
    real, heavy = builtins.__import__, set(BINARIES.values()) | {"polars", "pandas"}

    def watched(name, *rest, **more):
        assert name.partition(".")[0] not in heavy, name
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", watched)
    assert read(FOLDER / "neware_flat.csv").n
    assert {each.library for each in formats()} >= {"neware", "arbin", "xlsx", "biologic", "parquet"}
