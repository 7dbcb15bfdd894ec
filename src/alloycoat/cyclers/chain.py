"""Several files of one cell as one record: in order of time, with overlaps left out and gaps named."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from alloycoat.cyclers.invariants import PREFIX
from alloycoat.record import CyclingRecord, Impedance, join

CLOCK_FIRST, CLOCK_LAST = "clock first row (s)", "clock last row (s)"
"""Keys of the metadata: the instrument's clock at both ends of a file, in s since 1970 without a time zone."""
_SAME_V = 1e-3
_WORST = ("ok", "undecided", "doubtful")


def chain(parts: Sequence[CyclingRecord]) -> CyclingRecord:
    """One record of the files of one cell.

    Order: by the instrument's clock where every file has one, else by their times where these run through all
    files, else as given. Rows that two files share are taken once. A gap is kept where the clock tells it, and
    named. Raises RecordError where the parts do not belong together.
    """
    if len(parts) < 2:
        return join(parts)
    ordered, notes = _ordered(list(parts))
    placed = [ordered[0]]
    for part in ordered[1:]:
        moved, more = _place(placed[-1], part)
        notes += more
        if moved is not None:
            placed.append(moved)
    joined = join(placed)
    return joined.replace(
        notes=tuple(dict.fromkeys([*notes, *joined.notes])), metadata=_metadata(ordered), ended=placed[-1].ended
    )


def _clock(part: CyclingRecord, key: str) -> float | None:
    text = part.metadata.get(key)
    return None if text is None else float(text)


def _name(part: CyclingRecord) -> str:
    return part.metadata.get("file", "a part")


def _ordered(parts: list[CyclingRecord]) -> tuple[list[CyclingRecord], list[str]]:
    clocks = [_clock(part, CLOCK_FIRST) for part in parts]
    if all(clock is not None for clock in clocks):
        keys = [clock for clock in clocks if clock is not None]
        what = "by the instrument's clock"
    else:
        keys = [float(part.time_s[0]) for part in parts]
        what = "by their times"
        by_time = sorted(parts, key=lambda part: float(part.time_s[0]))
        if any(b.time_s[0] < a.time_s[-1] for a, b in pairwise(by_time)):
            return parts, []
    order = sorted(range(len(parts)), key=lambda k: keys[k])
    if order == list(range(len(parts))):
        return parts, []
    ordered = [parts[k] for k in order]
    return ordered, [f"the files were put in order {what}: {', '.join(_name(part) for part in ordered)}"]


def _place(before: CyclingRecord, part: CyclingRecord) -> tuple[CyclingRecord | None, list[str]]:
    """The part on the clock of the one before it; None where all its rows are there already."""
    end, start = float(before.time_s[-1]), float(part.time_s[0])
    names = f"{_name(before)} and {_name(part)}"
    if start >= end:
        return part, _gap(before, start - end, names)
    shared = _shared_rows(before, part)
    if shared:
        note = f"the first {shared} rows of {_name(part)} repeat the end of {_name(before)} and were taken once"
        return _without(part, shared), [note]
    last, first = _clock(before, CLOCK_LAST), _clock(part, CLOCK_FIRST)
    if last is None or first is None:
        return part, [f"the gap between {names} is not known: each has a clock of its own"]
    gap = max(0.0, first - last)
    note = (
        f"{_name(part)} has a clock of its own: it was moved by {end + gap - start:.10g} s, by the instrument's clock"
    )
    notes = [note, *_gap(before, gap, names)]
    if first < last - 1:
        notes.append(f"{names} overlap by {last - first:.6g} s on the instrument's clock, with other rows")
    return _moved(part, end + gap - start), notes


def _gap(before: CyclingRecord, gap: float, names: str) -> list[str]:
    usual = float(np.median(np.diff(before.time_s))) if before.n > 1 else 0.0
    if gap > max(60.0, 10 * usual):
        return [f"a gap of {gap / 3600:.6g} h between {names}"]
    return []


def _shared_rows(before: CyclingRecord, part: CyclingRecord) -> int:
    """Rows of the part that are in the one before it too; 0 where they differ, or both clocks start at one time."""
    if part.n == before.n and np.array_equal(part.time_s, before.time_s):
        same = np.array_equal(part.voltage_V, before.voltage_V) and np.array_equal(part.current_A, before.current_A)
        return part.n if same else 0
    within = int(np.searchsorted(part.time_s, before.time_s[-1], side="right"))
    if within == 0 or part.time_s[0] <= before.time_s[0]:
        return 0
    times = part.time_s[:within]
    near = np.searchsorted(before.time_s, times)
    near = np.minimum(near, before.n - 1)
    fits = (np.abs(before.time_s[near] - times) <= 1e-3) & (
        np.abs(before.voltage_V[near] - part.voltage_V[:within]) < _SAME_V
    )
    return within if float(np.mean(fits)) > 0.95 else 0


def _without(part: CyclingRecord, rows: int) -> CyclingRecord | None:
    if rows >= part.n:
        return None
    return part.replace(
        time_s=part.time_s[rows:],
        current_A=part.current_A[rows:],
        voltage_V=part.voltage_V[rows:],
        cycle=None if part.cycle is None else part.cycle[rows:],
        step=None if part.step is None else part.step[rows:],
    )


def _moved(part: CyclingRecord, by: float) -> CyclingRecord:
    rows = part.impedance
    moved = None if rows is None else Impedance(rows.time_s + by, rows.frequency_Hz, rows.real_ohm, rows.imaginary_ohm)
    return part.replace(time_s=part.time_s + by, impedance=moved)


def _metadata(parts: Sequence[CyclingRecord]) -> dict[str, str]:
    """That of the first part; of each invariant the worst state, with the file it is of."""
    merged = dict(parts[0].metadata)
    merged["file"] = ", ".join(_name(part) for part in parts)
    for key in {key for part in parts for key in part.metadata if key.startswith(PREFIX)}:
        said = [(part.metadata[key], _name(part)) for part in parts if key in part.metadata]
        text, name = max(said, key=lambda each: _WORST.index(each[0].partition(": ")[0]))
        merged[key] = f"{text} ({name})"
    if CLOCK_LAST in parts[-1].metadata:
        merged[CLOCK_LAST] = parts[-1].metadata[CLOCK_LAST]
    return merged
