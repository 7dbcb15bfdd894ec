"""Dialects: how the makers name their columns, one value-file each in the folder `dialects`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

from alloycoat.cyclers.units import UNITS, split_name

DIMENSIONS: Mapping[str, frozenset[str]] = {
    "time": frozenset({"time", "duration"}),
    "step_time": frozenset({"time", "duration"}),
    "clock": frozenset({"time", "duration"}),
    "current": frozenset({"current"}),
    "voltage": frozenset({"voltage"}),
    "record": frozenset({"none"}),
    "cycle": frozenset({"none"}),
    "step": frozenset({"none"}),
    "state": frozenset(),
    "charge_capacity": frozenset({"charge"}),
    "discharge_capacity": frozenset({"charge"}),
    "capacity": frozenset({"charge"}),
    "net_capacity": frozenset({"charge"}),
    "charge_step": frozenset({"charge"}),
    "charge_energy": frozenset({"energy"}),
    "discharge_energy": frozenset({"energy"}),
    "energy": frozenset({"energy"}),
    "power": frozenset({"power"}),
    "frequency": frozenset({"frequency"}),
    "impedance_real": frozenset({"resistance"}),
    "impedance_imaginary": frozenset({"resistance"}),
    "impedance_minus_imaginary": frozenset({"resistance"}),
}
"""The quantities a dialect can name, and the dimensions that the unit behind the name may have."""
SIGNS = {"charge-positive": 1, "discharge-positive": -1, "unsigned": 0, "unknown": None}


@dataclass(frozen=True, slots=True)
class Dialect:
    """One maker's way to write: what its header must hold, what its columns are, in which unit and sign."""

    name: str
    suffixes: tuple[str, ...]
    header: tuple[tuple[str, ...], ...]
    columns: Mapping[str, tuple[str, ...]]
    sign: int | None
    units: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    text: str = ""
    last: bool = False
    untested: bool = False  # written from a description: no real file was at hand

    def fits(self, header: tuple[str, ...], preamble: str = "") -> bool:
        """Whether a line of names is a header of this dialect."""
        split = [split_name(name) for name in header if name]
        bases, with_unit = {base for base, _ in split}, {base for base, unit in split if unit}
        for group in self.header:
            if not any(word[:-1] in with_unit if word.endswith("!") else word in bases for word in group):
                return False
        return not self.text or re.search(self.text, preamble) is not None

    def places(self, header: tuple[str, ...]) -> dict[str, int]:
        """Position of each quantity that the header holds; the first name of the dialect's list wins."""
        split = [split_name(name) for name in header]
        found: dict[str, int] = {}
        for quantity, words in self.columns.items():
            allowed = DIMENSIONS[quantity]
            for word in words:
                bare, needs_unit = word.removesuffix("!"), word.endswith("!")
                here = [
                    k for k, (base, unit) in enumerate(split)
                    if base == bare and k not in found.values()
                    and ((unit is None and not needs_unit) or (unit is not None and UNITS[unit][0] in allowed))
                ]  # fmt: skip
                if here:
                    found[quantity] = here[0]
                    break
        return found

    def skipped(self, header: tuple[str, ...], used: set[int]) -> list[str]:
        """Names of columns that the dialect neither uses nor knows."""
        return [
            name for k, name in enumerate(header)
            if name and k not in used and not _is_known(split_name(name)[0], self.ignored)
        ]  # fmt: skip


@lru_cache(maxsize=4096)
def _is_known(base: str, patterns: tuple[str, ...]) -> bool:
    return any(re.fullmatch(known, base) for known in patterns)


def _dialect(given: Mapping[str, Any]) -> Dialect:
    unknown = sorted(set(given["columns"]) - set(DIMENSIONS))
    if unknown:
        raise ValueError(f"dialect {given['name']}: no such quantity: {', '.join(unknown)}")
    return Dialect(
        name=given["name"],
        suffixes=tuple(given["suffixes"]),
        header=tuple(tuple(group) for group in given["header"]),
        columns={quantity: tuple(words) for quantity, words in given["columns"].items()},
        sign=SIGNS[given["sign"]],
        units=given.get("units", {}),
        states=given.get("states", {}),
        ignored=tuple(given.get("ignored", {}).get("columns", ())),
        text=given.get("text", ""),
        last=given.get("last", False),
        untested=given.get("untested", False),
    )


@lru_cache(maxsize=1)
def dialects() -> tuple[Dialect, ...]:
    """All dialects of the folder, the ones that ask most of a header first."""
    folder = files("alloycoat.cyclers") / "dialects"
    found = [
        _dialect(tomllib.loads(each.read_text(encoding="utf-8")))
        for each in folder.iterdir()
        if each.name.endswith(".toml")
    ]
    return tuple(sorted(found, key=lambda each: (each.last, -len(each.header), each.name)))


UNTESTED = "this layout was written from its description and never tried on a real file: look at the checks"


def recognize(header: tuple[str, ...], preamble: str = "") -> Dialect | None:
    """The dialect of a header, None where there is none."""
    return next((each for each in dialects() if each.fits(header, preamble)), None)
