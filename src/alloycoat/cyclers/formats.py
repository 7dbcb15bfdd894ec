"""What a file format is, which ones there are, and `read`: the first that recognizes a file reads it."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

import numpy as np

from alloycoat.cyclers.archives import Source, open_source
from alloycoat.cyclers.hints import NO_HINTS, Hints
from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True, slots=True)
class Format:
    """A family of cycler files.

    name: as people call it. suffixes: how its file names end, lower case. recognize: whether a file is one.
    read: file and what the user said of it to a record, raising DataFileError. last: asked after all others,
    for a format that takes many files. library: what reading needs beyond the base installation, if anything.
    """

    name: str
    suffixes: tuple[str, ...]
    recognize: Callable[[Source], bool]
    read: Callable[[Source, Hints], CyclingRecord]
    last: bool = False
    library: str = ""


@lru_cache(maxsize=1)
def formats() -> tuple[Format, ...]:
    """All formats of the folder, in the order they are asked; a module takes part by holding `FORMAT`."""
    package = import_module("alloycoat.cyclers")
    found = []
    for module in pkgutil.iter_modules(package.__path__):
        candidate = getattr(import_module(f"alloycoat.cyclers.{module.name}"), "FORMAT", None)
        if isinstance(candidate, Format):
            found.append(candidate)
    return tuple(sorted(found, key=lambda each: (each.last, each.name)))


def _first_line(head: bytes) -> str:
    line = head.decode("utf-8", errors="replace").strip().partition("\n")[0].strip()
    return line if len(line) <= 60 else line[:57] + "..."


def unknown(source: Source) -> DataFileError:
    """The error for a file that no reader knows: what it is, and what is readable."""
    if source.content.startswith(_OLD_WORKBOOK):
        return DataFileError(f"{source.path}: is an old workbook (.xls); save it as .xlsx, or as csv")
    binary = b"\x00" in source.head
    kind = "a binary file" if binary else f"a text file that starts {_first_line(source.head)!r}"
    known = "; ".join(f"{each.name} ({', '.join(each.suffixes)})" for each in formats())
    return DataFileError(f"{source.path}: is {kind}, which no reader knows; readable are: {known}")


def read(
    path: str | Path,
    *,
    time_unit: str | None = None,
    current_sign: str | None = None,
    current_A: float | None = None,
) -> CyclingRecord:
    """The record of a cycler file, whatever its format; gzip, or a zip of one file, is unpacked.

    time_unit ("s", "min", "h"), current_sign ("charge-positive", "discharge-positive") and current_A (a
    constant current in A, for files that hold none) settle what a file leaves open; each overrides the file.
    Raises DataFileError (one or two lines) where no format recognizes the file, or where the one that does
    cannot read it safely; RecipeError where a hint is not one of those.
    """
    hints = NO_HINTS
    if (time_unit, current_sign, current_A) != (None, None, None):
        hints = Hints(time_unit, current_sign, current_A)
    source = open_source(Path(path))
    if not source.head.strip():
        raise DataFileError(f"{path}: the file is empty")
    for each in formats():
        if each.recognize(source):
            with np.errstate(all="ignore"):  # damaged files hold any number; what is not finite is left out or refused
                return each.read(source, hints)
    raise unknown(source)
