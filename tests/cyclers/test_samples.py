"""Every file of tests/data/cyclers proves itself against the `.expected.json` beside it."""

import json
from pathlib import Path

import pytest

from alloycoat.analysis import analyze
from alloycoat.cyclers import read
from alloycoat.errors import DataFileError

FOLDER = Path(__file__).parent.parent / "data" / "cyclers"
EXPECTED = sorted(FOLDER.glob("*.expected.json"))


@pytest.mark.parametrize("expected", EXPECTED, ids=lambda path: path.name.split(".")[0])
def test_a_sample_file(expected):
    name = expected.name.removesuffix(".expected.json")
    (sample,) = (path for path in FOLDER.glob(f"{name}.*") if path != expected)
    wanted = json.loads(expected.read_text(encoding="utf-8"))
    if "refused" in wanted:
        with pytest.raises(DataFileError) as caught:
            read(sample)
        assert wanted["refused"] in str(caught.value)
        return
    record = read(sample)
    assert record.n == wanted.pop("rows")
    document = analyze(record).to_json()
    for key, value in wanted.items():
        assert document[key] == (pytest.approx(value) if isinstance(value, float) else value), key


def test_there_are_samples():
    assert EXPECTED
