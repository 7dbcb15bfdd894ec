"""Checkpoints: round trip, of another recipe, damaged, hostile, interrupted while writing."""

import io
import pickle
import zipfile
from dataclasses import dataclass

import numpy as np
import pytest

from alloycoat.errors import DataFileError
from alloycoat.morphology.checkpoint import fingerprint, load, npz_bytes, save


@dataclass(frozen=True)
class Told:
    nx: int = 8
    name: str = "a"
    curve: tuple[float, ...] = (1.0, 2.0)


def test_round_trip(tmp_path):
    arrays = {
        "eta": np.random.default_rng(0).normal(size=(4, 5)),
        "run": np.array([1.0, np.nan]),
        "live": np.eye(2) > 0,
    }
    path = save(tmp_path / "deep" / "bare.npz", arrays, Told())
    found = load(path, Told())
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        assert np.array_equal(found[name], array, equal_nan=name == "run") and found[name].dtype == array.dtype
    assert [item.name for item in path.parent.iterdir()] == ["bare.npz"]


@pytest.mark.parametrize("other", [Told(nx=9), Told(name="b"), Told(curve=(1.0, 2.1))])
def test_of_another_recipe(tmp_path, other):
    path = save(tmp_path / "a.npz", {"x": np.ones(2)}, Told())
    assert fingerprint(other) != fingerprint(Told())
    with pytest.raises(DataFileError, match="another recipe"):
        load(path, other)


def test_missing_damaged_or_foreign(tmp_path):
    with pytest.raises(DataFileError, match="no checkpoint"):
        load(tmp_path / "none.npz", Told())
    path = save(tmp_path / "a.npz", {"x": np.arange(1000.0)}, Told())
    whole = path.read_bytes()
    for content in (b"", whole[:100], whole[:-30], b"text", pickle.dumps({"x": 1})):
        path.write_bytes(content)
        with pytest.raises(DataFileError, match="damaged or no checkpoint"):
            load(path, Told())
    path.write_bytes(npz_bytes({"x": np.ones(1)}))
    with pytest.raises(DataFileError, match="this version"):
        load(path, Told())


def test_nothing_is_unpickled(tmp_path):
    stream = io.BytesIO()
    np.save(stream, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", stream.getvalue())
    with pytest.raises(DataFileError, match="damaged"):
        load(path, Told())
    with pytest.raises(TypeError, match="objects"):
        npz_bytes({"x": np.array([{}], dtype=object)})
