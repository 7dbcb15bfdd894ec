"""What a file format is, which ones there are, and `read`: the first that recognizes a file reads it."""

from __future__ import annotations

import gzip
import pkgutil
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord

_HEAD = 65536


@dataclass(frozen=True, slots=True)
class Format:
    """A family of cycler files.

    name: as people call it. suffixes: how its file names end, lower case. recognize: whether a file of that
    name with these first bytes (unpacked if gzip) is one. read: path to record, raising DataFileError.
    """

    name: str
    suffixes: tuple[str, ...]
    recognize: Callable[[Path, bytes], bool]
    read: Callable[[Path], CyclingRecord]


@lru_cache(maxsize=1)
def formats() -> tuple[Format, ...]:
    """All formats of the folder, by name; a module takes part by holding `FORMAT`."""
    package = import_module("alloycoat.cyclers")
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        candidate = getattr(import_module(f"alloycoat.cyclers.{module.name}"), "FORMAT", None)
        if isinstance(candidate, Format):
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: each.name))


def load_bytes(path: Path, limit: int = -1) -> bytes:
    """The content of a file of the user's (the first `limit` bytes), unpacked where it is gzip.

    Raises DataFileError where there is no such file, or it cannot be opened or unpacked.
    """
    try:
        with path.open("rb") as stream:
            packed = stream.read(2) == b"\x1f\x8b"
            stream.seek(0)
            if not packed:
                return stream.read(limit)
            with gzip.open(stream) as unpacked:
                return unpacked.read(limit)
    except FileNotFoundError as error:
        raise DataFileError(f"{path}: there is no such file") from error
    except IsADirectoryError as error:
        raise DataFileError(f"{path}: is a folder, not a file") from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataFileError(f"{path}: the gzip archive is damaged or cut off") from error
    except (OSError, ValueError) as error:
        raise DataFileError(f"{path}: cannot be opened ({getattr(error, 'strerror', None) or error})") from error


def _first_line(head: bytes) -> str:
    line = head.decode("utf-8", errors="replace").strip().partition("\n")[0].strip()
    return line if len(line) <= 60 else line[:57] + "..."


def read(path: str | Path) -> CyclingRecord:
    """The record of a cycler file, whatever its format.

    Raises DataFileError (one or two lines) where no format recognizes the file, or where the one that does
    cannot read it safely.
    """
    path = Path(path)
    head = load_bytes(path, _HEAD)
    if not head.strip():
        raise DataFileError(f"{path}: the file is empty")
    for each in formats():
        if each.recognize(path, head):
            return each.read(path)
    kind = "a binary file" if b"\x00" in head else f"a text file that starts {_first_line(head)!r}"
    known = "; ".join(f"{each.name} ({', '.join(each.suffixes)})" for each in formats())
    raise DataFileError(f"{path}: is {kind}, which no reader knows; readable are: {known}")
