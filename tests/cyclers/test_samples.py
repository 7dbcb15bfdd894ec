"""Every file of tests/data/cyclers proves itself against the `.expected.json` beside it."""

import json
from pathlib import Path

import numpy as np
import pytest

from alloycoat.analysis import analyze
from alloycoat.cyclers import read
from alloycoat.errors import DataFileError

FOLDER = Path(__file__).parent.parent / "data" / "cyclers"
EXPECTED = sorted(FOLDER.glob("*.expected.json"))
LARGEST_FOLDER = 300_000


def sample_of(expected):
    name = expected.name.removesuffix(".expected.json")
    (sample,) = (
        path for path in FOLDER.glob(f"{name}.*") if path != expected and not path.name.endswith(".reference.parquet")
    )
    return sample


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_a_sample_file(expected):
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    needs = wanted.pop("needs", None)
    if needs:
        pytest.importorskip(needs)
    sample = sample_of(expected)
    if "refused" in wanted:
        with pytest.raises(DataFileError) as caught:
            read(sample)
        assert wanted["refused"] in str(caught.value)
        assert str(caught.value).count("\n") <= 1
        return
    record = read(sample)
    assert record.n == wanted.pop("rows")
    assert record.area_m2 is None, "no file says its area: default areas of instruments are not read"
    assert record.metadata["format"] == wanted.pop("format", record.metadata["format"])
    for key, values in (("current_range_A", record.current_A), ("voltage_range_V", record.voltage_V)):
        if key in wanted:
            assert [values.min(), values.max()] == pytest.approx(wanted.pop(key), rel=1e-5)
    document = analyze(record).to_json()
    for key, value in wanted.items():
        assert document[key] == (pytest.approx(value, rel=1e-4) if isinstance(value, float) else value), key


@pytest.mark.parametrize("name", ["neware_nda.nda.zip", "neware_ndax.ndax"])
def test_neware_binaries_agree_with_what_the_maker_exports(name):
    pytest.importorskip("fastnda")
    parquet = pytest.importorskip("pyarrow.parquet")
    record = read(FOLDER / name)
    reference = parquet.read_table(FOLDER / f"{name.split('.')[0]}.reference.parquet")
    voltage, current, time = (
        np.array(reference[column].to_pylist()) for column in ("Voltage(mV)", "Current(uA)", "Total Time")
    )
    assert np.max(np.abs(record.voltage_V * 1e3 - voltage)) <= 0.1  # mV
    assert np.max(np.abs(record.current_A * 1e6 - current) / np.maximum(np.abs(current), 1.0)) <= 1e-3
    assert np.max(np.abs(record.time_s - time)) <= 1e-3


def test_there_are_samples_and_they_are_small():
    assert len(EXPECTED) >= 20
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < LARGEST_FOLDER
