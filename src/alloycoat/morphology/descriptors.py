"""Numbers that describe a growing deposit: roughness, dendrites, tip, pores, coverage, first dendrite, time to span.

A picture is the share of metal in cells of size dx, first axis along the growth direction, periodic along the second;
the front of a column is the highest place where the share falls through 1/2, metal without contact left aside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LEAST_HEIGHT = 1e-6
"""Prominence in m from which a maximum of the front may be a dendrite (or four cells, if that is more)."""
COVERED = 0.1
"""Growth in shares of the mean growth from which a place counts as covered by deposit."""


class Peaks(NamedTuple):
    """Dendrites of one front: column of the summit, prominence in m, width at half prominence in m."""

    column: NDArray[np.intp]
    prominence_m: Array
    width_m: Array


def front(eta: NDArray[np.floating], dx: float) -> Array:
    """Height in m of the front of every column above the lower edge (0 where a column has no metal)."""
    e = np.asarray(eta, dtype=float)
    rows, columns = e.shape
    metal = e > 0.5
    top = rows - 1 - np.argmax(metal[::-1], axis=0)
    here = e[top, np.arange(columns)]
    beyond = e[np.minimum(top + 1, rows - 1), np.arange(columns)]
    share = np.where(top + 1 < rows, (here - 0.5) / np.maximum(here - beyond, 1e-12), 0.5)
    return np.where(metal.any(axis=0), (top + 0.5 + share) * dx, 0.0)


def peaks(height: Array, dx: float, least: float = LEAST_HEIGHT) -> Peaks:
    """Dendrites of a periodic front: maxima at least `least` prominent and no wider, at half prominence, than high."""
    from scipy.signal import find_peaks

    n = len(height)
    lowest = int(np.argmin(height))
    # from lowest place to lowest place: no prominence is cut by the end of the line
    line = np.append(np.roll(height, -lowest), height[lowest])
    found, facts = find_peaks(line, prominence=max(least, 4 * dx), width=0.0, rel_height=0.5)
    width = facts["widths"] * dx
    keep = width <= facts["prominences"]
    return Peaks((found[keep] + lowest) % n, facts["prominences"][keep], width[keep])


def arc_length(eta: NDArray[np.floating], dx: float) -> float:
    """Length in m of the line where the share of metal is 1/2 (linear in the triangles between cell centres)."""
    e = np.asarray(eta, dtype=float) - 0.5
    e = np.where(e == 0.0, 1e-15, e)
    e = np.concatenate([e, e[:, :1]], axis=1)
    a, b, c, d = e[:-1, :-1], e[:-1, 1:], e[1:, :-1], e[1:, 1:]
    total = 0.0
    # two triangles with their right angle at (0, 0): (corner, along x, along y)
    for corner, right, up in ((a, b, c), (d, c, b)):
        x = np.where(corner * right < 0, corner / _safe(corner - right), np.nan)
        y = np.where(corner * up < 0, corner / _safe(corner - up), np.nan)
        t = np.where(right * up < 0, right / _safe(right - up), np.nan)
        pairs = (np.hypot(x, y), np.hypot(1 - t - x, t), np.hypot(1 - t, t - y))
        total += float(sum(np.nansum(length) for length in pairs))
    return total * dx


def _safe(value: Array) -> Array:
    return np.where(value == 0.0, 1.0, value)


def attached(eta: NDArray[np.floating], bridge: NDArray[np.floating] | None = None) -> NDArray[np.bool_]:
    """Where there is metal that hangs together with the lowest row, also across the periodic side.

    bridge: share of a layer that conducts electrons, through which metal hangs together too; None: there is none.
    """
    from scipy import ndimage

    metal = np.asarray(eta) > 0.5
    labels, _ = ndimage.label(metal if bridge is None else np.asarray(eta) + np.asarray(bridge) > 0.5)
    pairs = {(int(p), int(q)) for p, q in zip(labels[:, 0], labels[:, -1], strict=True) if p and q}
    alive = set(np.unique(labels[0])) - {0}
    while True:
        more = {q for p, q in pairs if p in alive} | {p for p, q in pairs if q in alive}
        if more <= alive:
            break
        alive |= more
    return np.asarray(np.isin(labels, sorted(alive)) & metal)


def isolated_share(eta: NDArray[np.floating], bridge: NDArray[np.floating] | None = None) -> float:
    """Share of the metal that does not hang together with the lowest row (see `attached`)."""
    total = int((np.asarray(eta) > 0.5).sum())
    return 1.0 - int(attached(eta, bridge).sum()) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Descriptors:
    """By frame, SI units; heights from the first mean surface.

    mean_m, tip_m, rms_m, peak_to_valley_m: of the front. tip_speed_m_per_s: of the highest tip. dendrites: how many.
    arc_length_ratio: length of the front over the width. porosity: share of what lies between first surface and
    front that is not metal. coverage: share of the width that grew by a tenth of the mean growth or more. isolated:
    share of the metal without contact. first_dendrite_s: time of the first frame with a dendrite, None if none.
    span_s: time at which the deposit spanned the gap, None if it did not; then span_lower_s is how long was seen.
    """

    time_s: Array
    mean_m: Array
    tip_m: Array
    tip_speed_m_per_s: Array
    rms_m: Array
    peak_to_valley_m: Array
    dendrites: NDArray[np.int64]
    arc_length_ratio: Array
    porosity: Array
    coverage: Array
    isolated: Array
    first_dendrite_s: float | None
    span_s: float | None
    span_lower_s: float


BY_TIME = (
    "mean_m", "tip_m", "tip_speed_m_per_s", "rms_m", "peak_to_valley_m", "dendrites", "arc_length_ratio", "porosity",
    "coverage", "isolated",
)  # fmt: skip


def describe(
    time_s: Array, eta: NDArray[np.floating], dx: float, *, span_s: float | None = None, least: float = LEAST_HEIGHT,
    bridge: NDArray[np.floating] | None = None,
) -> Descriptors:  # fmt: skip
    """The descriptors of a run.

    time_s: of the frames in s; eta: frames (time, along growth, across) of the share of metal; dx: cell in m; span_s:
    time at which the gap was spanned, None where it was not; least: prominence of a dendrite in m; bridge: frames of a
    layer that conducts electrons to metal on it.
    """
    time = np.asarray(time_s, dtype=float)
    # lost metal in the electrolyte is no part of the front
    over = [None] * len(eta) if bridge is None else list(bridge)
    held = [_without_islands(frame, layer) for frame, layer in zip(eta, over, strict=True)]
    heights = np.array([front(frame, dx) for frame in held])
    start, width = heights[0], heights.shape[1] * dx
    base = float(start.mean())
    mean, tip = heights.mean(axis=1) - base, heights.max(axis=1) - base
    counts = np.array([len(peaks(line, dx, least).column) for line in heights], dtype=np.int64)
    grown = heights - start
    with_growth = mean > 0.1 * dx
    enough = grown >= COVERED * np.where(with_growth, mean, 1.0)[:, None]
    first = time[np.argmax(counts > 0)] if np.any(counts > 0) else None
    return Descriptors(
        time_s=time,
        mean_m=mean,
        tip_m=tip,
        tip_speed_m_per_s=np.gradient(tip, time) if len(time) > 1 else np.zeros(len(time)),
        rms_m=heights.std(axis=1),
        peak_to_valley_m=np.ptp(heights, axis=1),
        dendrites=counts,
        arc_length_ratio=np.array([arc_length(frame, dx) for frame in held]) / width,
        porosity=np.array(
            [
                # a layer below the metal on it is no pore
                _porosity(frame if layer is None else frame + layer, start, line, dx)
                for frame, layer, line in zip(held, over, heights, strict=True)
            ]
        ),
        coverage=np.where(with_growth, enough.mean(axis=1), 0.0),
        isolated=np.array([isolated_share(frame, layer) for frame, layer in zip(eta, over, strict=True)]),
        first_dendrite_s=None if first is None else float(first),
        span_s=span_s,
        span_lower_s=float(time[-1]) if span_s is None else span_s,
    )


def _without_islands(eta: NDArray[np.floating], bridge: NDArray[np.floating] | None) -> NDArray[np.floating]:
    """The picture without metal that has lost contact; nothing else is changed."""
    island = (np.asarray(eta) > 0.5) & ~attached(eta, bridge)
    return np.where(island, 0.0, eta) if island.any() else eta


def _porosity(eta: NDArray[np.floating], start: Array, height: Array, dx: float) -> float:
    """Share of the place between first surface and front that is not metal; 0 where less than a cell has grown."""
    edges = np.arange(eta.shape[0])[:, None] * dx
    inside = np.clip(np.minimum(height, edges + dx) - np.maximum(start, edges), 0.0, dx) / dx
    place = float(inside.sum())
    # the diffuse front itself is no pore: a cell counts as metal from one half on
    metal = float((inside * (np.asarray(eta) > 0.5)).sum())
    grown = place > inside.shape[1]
    edge = float((inside * ((inside < 0.999) & (np.asarray(eta) <= 0.5))).sum())
    return max(0.0, round(1.0 - (metal + edge) / place, 9)) if grown else 0.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Median, 10th and 90th percentile over seeds of every descriptor by time; of runs that ended early, their last."""

    time_s: Array
    median: dict[str, Array]
    low: dict[str, Array]
    high: dict[str, Array]
    first_dendrite_s: tuple[float | None, ...]
    span_s: tuple[float | None, ...]
    span_lower_s: tuple[float, ...]


def spread(runs: Sequence[Descriptors]) -> Spread:
    """What several seeds say together, at the times of the longest run."""
    longest = max(runs, key=lambda run: run.time_s[-1])
    time = longest.time_s
    bands: dict[str, Array] = {}
    for name in BY_TIME:
        values = [np.interp(time, run.time_s, getattr(run, name)) for run in runs]
        bands[name] = np.percentile(values, [50, 10, 90], axis=0)
    return Spread(
        time,
        {name: band[0] for name, band in bands.items()},
        {name: band[1] for name, band in bands.items()},
        {name: band[2] for name, band in bands.items()},
        tuple(run.first_dendrite_s for run in runs),
        tuple(run.span_s for run in runs),
        tuple(run.span_lower_s for run in runs),
    )
