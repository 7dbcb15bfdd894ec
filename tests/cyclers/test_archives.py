import gzip
import io
import struct
import zipfile
import zlib

import pytest

from alloycoat.cyclers import archives, read
from alloycoat.cyclers.archives import open_source
from alloycoat.errors import AlloycoatError, DataFileError

GOOD = b"test_time_second,current_ampere,voltage_volt\n0,0.001,0.05\n1,0.001,0.06\n2,-0.001,-0.05\n"


def zipped(*members, **how):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, **how) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def test_gzip_and_a_zip_of_one_file_are_opened(tmp_path):
    (tmp_path / "a.bdf.csv.gz").write_bytes(gzip.compress(GOOD))
    (tmp_path / "b.zip").write_bytes(zipped(("folder/cell.bdf.csv", GOOD), ("__MACOSX/._cell", b"x"), ("folder/", b"")))
    assert read(tmp_path / "a.bdf.csv.gz").n == read(tmp_path / "b.zip").n == 3
    source = open_source(tmp_path / "b.zip")
    assert source.name == "cell.bdf.csv" and source.packed and source.suffix == ".csv"


def test_archives_that_are_refused(tmp_path):
    path = tmp_path / "x.zip"
    for content, said in [
        (zipped(("a.csv", GOOD), ("b.csv", GOOD)), "holds 2 files, not one"),
        (zipped(), "which no reader knows"),
        (zipped(("a.csv", GOOD * 50))[:-40], "damaged or cut off"),
        (b"PK\x03\x04" + b"\x00" * 40, "damaged or cut off"),
    ]:
        path.write_bytes(content)
        with pytest.raises(DataFileError, match=said):
            read(path)


def test_bombs_are_refused_without_being_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "SMALL", 100_000)
    huge = b"0" * 5_000_000
    for name, content in (("a.csv.gz", gzip.compress(huge)), ("b.zip", zipped(("b.csv", huge)))):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataFileError, match="unpack to more than"):
            read(tmp_path / name)


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "SMALL", 100_000)
    content = bytearray(zipped(("b.csv", b"0" * 5_000_000)))
    central = content.find(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<I", 10)
    content[22:26] = struct.pack("<I", 10)
    (tmp_path / "lie.zip").write_bytes(bytes(content))
    with pytest.raises(AlloycoatError):
        read(tmp_path / "lie.zip")


def test_an_encrypted_member_is_refused(tmp_path):
    content = bytearray(zipped(("b.csv", GOOD)))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(signature) + offset] |= 1
    (tmp_path / "locked.zip").write_bytes(bytes(content))
    with pytest.raises(DataFileError, match="encrypted"):
        read(tmp_path / "locked.zip")


def test_a_damaged_gzip_is_refused(tmp_path):
    packed = gzip.compress(GOOD * 500)
    wrong = packed[:-8] + struct.pack("<II", zlib.crc32(b"x"), len(GOOD) * 500)
    for content in (packed[:-30], wrong):
        (tmp_path / "x.csv.gz").write_bytes(content)
        with pytest.raises(DataFileError, match="damaged or cut off"):
            read(tmp_path / "x.csv.gz")
