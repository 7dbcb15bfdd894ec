"""What a file says of itself twice: its cycling rows, and the ratios between two ways to the same quantity."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from alloycoat.record import FloatArray

TOLERANCE = 0.1
"""Relative: how far two ways to the same quantity may differ (sparse rows integrate badly)."""
_WINDOWS = 64
_STEPS_BETWEEN_RESETS = 20
"""A column that grows by fewer steps of its resolution before it starts anew is too coarse to compare with."""
_MANY, _BLOCK = 16384, 128
"""From this many rows on, ratios are taken from 64 blocks of so many rows, spread over the file."""


@dataclass(frozen=True, slots=True)
class Witness:
    """What one pair of columns says of the sign: +1 charge is positive, -1 discharge is, 0 it is not sure."""

    name: str
    says: int
    share: float


@dataclass(slots=True)
class Evidence:
    """The cycling rows of a file, and what it says of unit and sign."""

    file: str
    columns: dict[str, FloatArray]
    time_unit: float | None
    sign: int | None
    whole: bool | None = True  # None: the format has no way to tell; False: it is cut off
    said: tuple[Witness, ...] | None = None  # what the columns say of the sign, once asked
    wall: tuple[float, int] | None = None  # what `clock_ratio` gave, kept for the check after the unit is settled
    unit: float = 1.0  # seconds of the unit that the time was in, once settled

    def get(self, name: str) -> FloatArray | None:
        """A column, None where the file has none."""
        return self.columns.get(name)

    def scale_time(self, unit: float) -> None:
        """Put the time into s."""
        self.unit = unit
        if unit != 1.0:
            self.columns["time"] = self.columns["time"] * unit

    def flip(self, by: int, notes: list[str], *, given: str = "") -> None:
        """Make charging positive: multiply by -1 where discharge was."""
        if by == -1:
            self.columns["current"] = -self.columns["current"]
            notes.append(f"the sign of the current was turned round ({given or 'discharge was positive'})")


@lru_cache(maxsize=4)
def _block_rows(size: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows of 64 blocks, and where a row of NaN stands between them."""
    starts = np.linspace(0, size - _BLOCK, _WINDOWS).astype(np.intp)
    rows = np.full((_WINDOWS, _BLOCK + 1), -1, dtype=np.intp)
    rows[:, :_BLOCK] = starts[:, None] + np.arange(_BLOCK)
    return rows.reshape(-1), np.arange(_BLOCK, rows.size, _BLOCK + 1)


_COMPARED = (
    "time", "current", "voltage", "charge_capacity", "discharge_capacity", "net_capacity", "capacity", "power",
    "charge_energy", "discharge_energy", "energy",
)  # fmt: skip


def thinned(evidence: Evidence) -> Evidence:
    """The evidence with 64 blocks of rows, a row of NaN between them, where the file is long."""
    size = evidence.columns["time"].size
    if size < _MANY:
        return evidence
    rows, gaps = _block_rows(size)
    columns = {}
    for name in _COMPARED:
        values = evidence.get(name)
        if values is not None:
            columns[name] = values[rows]
            columns[name][gaps] = np.nan
    return Evidence(evidence.file, columns, evidence.time_unit, evidence.sign)


def _windows(weights: FloatArray) -> list[slice]:
    """Stretches of rows, about equal in number, at most 64."""
    edges = np.unique(np.linspace(0, weights.size, min(_WINDOWS, max(1, weights.size // 4)) + 1).astype(int))
    return [slice(a, b) for a, b in itertools.pairwise(edges)]


def _ratio(top: FloatArray, bottom: FloatArray, least: float) -> tuple[float, int] | None:
    """Median over stretches of sum(top) / sum(bottom) where sum(bottom) is at least `least`; how many stretches."""
    ratios = []
    for part in _windows(bottom):
        below = float(bottom[part].sum())
        if below >= least and below > 0:
            ratios.append(float(top[part].sum()) / below)
    if not ratios:
        below = float(bottom.sum())
        return (float(top.sum()) / below, 1) if below >= least and below > 0 else None
    return float(np.median(ratios)), len(ratios)


def _quantum(steps: FloatArray) -> float:
    """The smallest step that occurs: the resolution of a column."""
    moving = steps[steps > 0]
    return float(moving.min()) if moving.size else 0.0


def clock_ratio(evidence: Evidence) -> tuple[float, int] | None:
    """Seconds on the clock per unit of time, and from how many stretches; None where they do not tell."""
    clock, time = evidence.get("clock"), evidence.columns["time"]
    if clock is None:
        return None
    known = np.isfinite(clock)
    wall, elapsed = np.diff(clock[known]), np.diff(time[known])
    good = (elapsed > 0) & (wall >= 0)
    if good.sum() < 3:
        return None
    wall, elapsed = wall[good], elapsed[good]
    resolution = max(1e-3, min(1.0, _quantum(wall)))
    ratio = _ratio(elapsed, wall, 20 * resolution)
    return None if ratio is None or ratio[0] <= 0 else (1 / ratio[0], ratio[1])


def charge_ratio(evidence: Evidence) -> tuple[float, int] | None:
    """The integral of |I| over time (its unit taken as s) over what the columns of capacity grew by in that time."""
    evidence = thinned(evidence)
    current, time = evidence.columns["current"], evidence.columns["time"]
    flow = 0.5 * (np.abs(current[1:]) + np.abs(current[:-1])) * np.diff(time) / 3600
    steady = (np.sign(current[1:]) == np.sign(current[:-1])) & (current[1:] != 0) & (np.diff(time) > 0)
    grown = _grown(evidence, ("charge_capacity", "discharge_capacity"), ("net_capacity",), ("capacity",))
    return None if grown is None else _compare(flow, grown, steady)


def _grown(evidence: Evidence, *groups: tuple[str, ...]) -> FloatArray | None:
    """By how much the first group of columns that moves at all grows from row to row; drops (resets) count as 0.

    None where it grows by few steps of its resolution between resets: then rounding says more than the cell.
    """
    for group in groups:
        values = [values for name in group if (values := evidence.get(name)) is not None]
        if not values:
            continue
        steps = [np.nan_to_num(np.diff(each)) for each in values]
        signed = group == ("net_capacity",)
        rises = [np.abs(step) if signed else np.where(step > 0, step, 0.0) for step in steps]
        resets = sum(0 if signed else int(np.sum(step < 0)) for step in steps)
        rise = np.asarray(np.sum(rises, axis=0), dtype=np.float64)
        if np.any(rise > 0):
            return rise if float(rise.sum()) >= _STEPS_BETWEEN_RESETS * _quantum(rise) * (resets + 1) else None
    return None


def _compare(computed: FloatArray, written: FloatArray, rows: np.ndarray) -> tuple[float, int] | None:
    """Their ratio over `rows`, without the few in which the written column is set anew."""
    rows = rows & np.isfinite(computed) & np.isfinite(written)
    computed, written = computed[rows], written[rows]
    if computed.size < 4 or not np.any(written > 0):
        return None
    odd = (written > 50 * np.median(written[written > 0])) & (written > 20 * computed)
    keep = ~odd if odd.sum() < 0.02 * odd.size else np.ones(odd.size, dtype=bool)
    return _ratio(computed[keep], written[keep], _STEPS_BETWEEN_RESETS * _quantum(written[keep]))


def power_ratio(evidence: Evidence) -> tuple[float, int] | None:
    """|V I| over the written power, or |V| over the growth of energy per charge: 1 where the unit of V is right."""
    evidence = thinned(evidence)
    current, voltage = evidence.columns["current"], evidence.columns["voltage"]
    power = evidence.get("power")
    if power is not None:
        size = np.abs(np.nan_to_num(power))
        fine = (size > 0) & (size >= _STEPS_BETWEEN_RESETS * _quantum(np.diff(np.unique(size))))
        if np.any(fine):
            return _ratio(np.abs(voltage * current)[fine], size[fine], 0.0)
    charge = _grown(evidence, ("charge_capacity", "discharge_capacity"), ("capacity",))
    energy = _grown(evidence, ("charge_energy", "discharge_energy"), ("energy",))
    if charge is None or energy is None:
        return None
    middle = 0.5 * np.abs(voltage[1:] + voltage[:-1])
    return _compare(middle * charge, energy, np.isfinite(middle))


def near(ratio: float, target: float, tolerance: float = TOLERANCE) -> bool:
    """Whether a ratio is within a relative tolerance of a target."""
    return abs(ratio / target - 1) <= tolerance
