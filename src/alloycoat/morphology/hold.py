"""The current at which a cell shows a given voltage."""

from __future__ import annotations

import math
from collections.abc import Callable

from alloycoat.errors import AlloycoatError

CLOSE = 2e-5
"""V by which the voltage may miss."""
SHARP = 1e-7
"""Relative width of the current at which it is known well enough, wherever the voltage answers more than that."""


def current_at(wanted: float, shown: Callable[[float], float], first: float, resistance: float) -> float:
    """Current density in A/m2 at which `shown` gives `wanted` V; `shown` rises with the current.

    first: guess in A/m2; resistance: slope of `shown` there in ohm m2, a guess. `shown` may be infinite where no such
    current can flow. Secants, kept between two currents that lie on either side once there are some, because near the
    limiting current the voltage answers far more than any slope says. Raises AlloycoatError where 60 trials do not
    suffice.
    """
    ends: dict[bool, tuple[float, float]] = {}  # too low, too high: current and how far the voltage is off
    x, slope, before = first, resistance, (math.nan, math.nan)
    for _ in range(60):
        off = shown(x) - wanted
        if abs(off) <= CLOSE:
            return x
        ends[off > 0.0] = (x, off)
        if math.isfinite(off):
            if math.isfinite(before[0]) and x != before[0]:
                slope = (off - before[1]) / (x - before[0])
            before = x, off
        if len(ends) == 2:
            (low, less), (high, more) = ends[False], ends[True]
            if high - low <= SHARP * (abs(low) + abs(high)) and math.isfinite(off):
                return x
            width = high - low
            x = x - off / slope if math.isfinite(off) and slope > 0.0 else math.nan
            if not low + 0.02 * width < x < high - 0.02 * width:
                share = -less / (more - less) if math.isfinite(more - less) else 0.5
                x = low + min(max(share, 0.1), 0.9) * width
        elif math.isinf(off):
            x *= 0.9
        else:
            # no further than the way to where it began and back, until the answer is enclosed
            most = 2.0 * abs(x) + abs(off) / resistance
            x += min(max(-off / (slope if slope > 0.0 else resistance), -most), most)
    raise AlloycoatError(f"no current found at which the cell shows {wanted:g} V")
