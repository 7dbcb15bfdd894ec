"""Ways to damage a cycler file without anyone noticing, and what the reader makes of each."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np

from alloycoat.cyclers import read, stored
from alloycoat.cyclers.archives import open_source
from alloycoat.cyclers.dialects import recognize
from alloycoat.cyclers.layers import flatten
from alloycoat.cyclers.text import TextTable, decode, find_table, split_lines
from alloycoat.errors import AlloycoatError

TEXT_KINDS = (
    "current in mA", "voltage in mV", "time in min", "current and voltage swapped", "capacities swapped",
    "sign flipped", "rows shuffled", "two rows swapped", "truncated", "decimal comma", "empty", "binary junk",
    "junk inside",
)  # fmt: skip
BINARY_KINDS = ("truncated", "empty", "binary junk", "junk inside")
SPEAKS = {
    "current in mA": {"charge_against_capacity"},
    "voltage in mV": {"voltage_against_energy", "ranges"},
    "time in min": {"time_against_clock", "charge_against_capacity"},
    "current and voltage swapped": {"charge_against_capacity", "voltage_against_energy"},
    "capacities swapped": {"sign_against_state"},
    "sign flipped": {"sign_against_state"},
    "truncated": {"complete"},
    "junk inside": {"complete"},
    "rows shuffled": {"complete"},
    "two rows swapped": {"complete"},
}
"""The checks that must not say "ok" where a damage of this kind was read."""


def is_text(path: Path) -> bool:
    """Whether the text importer reads the file."""
    return path.name.lower().endswith((".csv", ".txt", ".mpt", ".001", ".010"))


def _table(path: Path) -> TextTable:
    text = decode(open_source(path))[0]
    flat = flatten(text)
    lines = split_lines(flat[0] if flat else text)
    table = find_table(lines, True, lambda header: recognize(header, text[:20000]) is not None)
    assert table is not None
    return table


def _joined(table: TextTable, header: list[str], lines: list[str]) -> bytes:
    return "\n".join([*table.preamble, table.separator.join(header), *lines, ""]).encode()


def _scaled(table: TextTable, place: int, by: float) -> list[str]:
    """Body lines with the numbers of one column multiplied."""
    lines = []
    for line in table.lines:
        cells = line.split(table.separator)
        if place < len(cells):
            try:
                cells[place] = repr(float(cells[place].replace(",", ".")) * by)
                if "," in line and table.separator != ",":
                    cells[place] = cells[place].replace(".", ",")
            except ValueError:
                pass
        lines.append(table.separator.join(cells))
    return lines


def corrupt(path: Path, kind: str) -> bytes | None:
    """The damaged content; None where the file has nothing to damage that way."""
    content = open_source(path).content
    chance = random.Random(7)
    if kind == "empty":
        return b""
    if kind == "binary junk":
        return chance.randbytes(5000)
    if kind == "truncated":
        return content[: int(len(content) * 0.7)]
    if kind == "junk inside":
        at = int(len(content) * 0.8)
        return content[:at] + chance.randbytes(300) + content[at + 300 :]
    return _corrupt_table(_table(path), kind, chance)


def _corrupt_table(table: TextTable, kind: str, chance: random.Random) -> bytes | None:
    header, lines = list(table.header), list(table.lines)
    dialect = recognize(table.header, "\n".join(table.preamble))
    assert dialect is not None
    places = dialect.places(table.header)
    scaled = {"current in mA": ("current", 1e3), "voltage in mV": ("voltage", 1e3), "time in min": ("time", 1 / 60),
              "sign flipped": ("current", -1.0)}  # fmt: skip
    if kind in scaled:
        quantity, by = scaled[kind]
        new = _scaled(table, places[quantity], by)
        return None if new == lines else _joined(table, header, new)
    if kind.endswith("swapped") and kind != "two rows swapped":
        one, two = ("current", "voltage") if "current" in kind else ("charge_capacity", "discharge_capacity")
        if one not in places or two not in places:
            return None
        header[places[one]], header[places[two]] = header[places[two]], header[places[one]]
        return _joined(table, header, lines)
    if kind == "rows shuffled":
        lines = [line for line in lines if line.strip()]
        chance.shuffle(lines)
        return _joined(table, header, lines)
    if kind == "two rows swapped":
        lines = [line for line in lines if line.strip()]
        k = len(lines) // 2
        lines[k], lines[k + 2] = lines[k + 2], lines[k]
        return _joined(table, header, lines)
    assert kind == "decimal comma"
    if any("," in line for line in lines if table.separator != ","):
        return None
    return _joined(table, header, [line.replace(".", ",") for line in lines])


def judge(original: Path, damaged: Path, kind: str) -> tuple[str, str]:
    """What the reader makes of a damaged file: refused, repaired, flagged, harmless, or silent; and its words."""
    try:
        record = read(damaged)
    except AlloycoatError as error:
        return "refused", str(error).replace(f"{damaged}: ", "")
    try:
        before = read(original)
    except AlloycoatError as error:
        return ("refused before", str(error)) if kind not in SPEAKS else ("flagged", str(error))
    new = [note for note in record.notes if note not in before.notes]
    n = min(record.n, before.n)
    same = all(
        np.allclose(getattr(record, name)[:n], getattr(before, name)[:n], rtol=1e-6, atol=1e-12)
        for name in ("current_A", "voltage_V")
    )
    time = np.allclose(np.diff(record.time_s[:n]), np.diff(before.time_s[:n]), rtol=1e-5, atol=1e-3)
    if same and time and record.n >= before.n - 1:
        return ("repaired", "; ".join(new)) if new else ("harmless", "the same numbers come out")
    doubts = [check for check in stored(record) if check.state != "ok"]
    speaking = [check for check in doubts if check.name in SPEAKS.get(kind, ())]
    if speaking:
        return "flagged", "; ".join(f"{check.name} {check.state}" for check in speaking)
    if same and time and new:
        return "flagged", "; ".join(new)
    return "silent", "; ".join(record.notes)
