"""Checkpoints and fields as .npz: written in one piece, read without pickle, bound to the recipe they are of."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.errors import DataFileError
from alloycoat.store import write_bytes

FORMAT = "alloycoat checkpoint 1"


def fingerprint(scene: Any) -> str:
    """Sixteen hexadecimal digits of everything that decides a run: two scenes with the same are the same run."""
    told = asdict(scene) if is_dataclass(scene) and not isinstance(scene, type) else scene
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def npz_bytes(arrays: dict[str, NDArray[Any]], *, compress: bool = True) -> bytes:
    """Arrays of numbers as the bytes of an .npz; raises TypeError for objects, which would need pickle."""
    for name, array in arrays.items():
        if np.asarray(array).dtype.hasobject:
            raise TypeError(f"{name}: arrays of objects are not written")
    stream = io.BytesIO()
    (np.savez_compressed if compress else np.savez)(stream, allow_pickle=False, **arrays)
    return stream.getvalue()


def save(path: Path, arrays: dict[str, NDArray[Any]], scene: Any) -> Path:
    """Write a checkpoint of the run of `scene`; a reader sees the old one or the new one, never a part."""
    label = {"__format__": np.array(FORMAT), "__scene__": np.array(fingerprint(scene))}
    return write_bytes(path, npz_bytes({**arrays, **label}, compress=False))


def load(path: Path, scene: Any) -> dict[str, NDArray[Any]]:
    """The arrays of a checkpoint of `scene`.

    Raises DataFileError where there is none, it is damaged, not of this program or of another recipe, preset or seed.
    """
    try:
        with np.load(io.BytesIO(Path(path).read_bytes()), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
    except FileNotFoundError as error:
        raise DataFileError(f"--resume: no checkpoint {path}; run without --resume first") from error
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise DataFileError(f"--resume: {path} is damaged or no checkpoint ({type(error).__name__})") from error
    if str(arrays.pop("__format__", "")) != FORMAT:
        raise DataFileError(f"--resume: {path} is no checkpoint of this version ({FORMAT!r} expected)")
    found, wanted = str(arrays.pop("__scene__", "")), fingerprint(scene)
    if found != wanted:
        raise DataFileError(
            f"--resume: {path} is of another recipe, preset or seed (fingerprint {found}, this run has {wanted}); "
            "choose another --out, or run without --resume"
        )
    return arrays
