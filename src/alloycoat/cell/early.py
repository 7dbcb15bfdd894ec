"""How sure the voltage of the ageing cell is at begin: its first cycles for samples of the uncertain parameters."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.aged import age
from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import SAMPLED, Cell
from alloycoat.cell.intervals import VoltageBand
from alloycoat.cell.orders import INSTRUMENT_LIMIT
from alloycoat.cell.plan import LifeSettings
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.record import CyclingRecord, Ended

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EarlyCycles:
    """The begin cycle with its 10-90 % band, and the first cycles of every sample (None: it could not start).

    begin: number of the cycle that the band shows.
    """

    begin: int
    band: VoltageBand
    records: tuple[CyclingRecord | None, ...]


def early_cycles(
    cell: Cell,
    protocol: Any,
    ageing: AgeingParameters,
    record: CyclingRecord,
    samples: Mapping[str, Array],
    *,
    begin: int = 3,
    points_per_half_cycle: int = 50,
    seed: int = 0,
    settings: LifeSettings | None = None,
    threads: int = 2,
) -> EarlyCycles:
    """The first `begin` cycles of the ageing cell for each sample.

    record: of the cell itself; its cycle `begin` (or its last, if it ended before) is what the band belongs to.
    samples: arrays of equal length by name (`draw` of the cell and of `ageing`, merged; none: no band). Sample k
    has the heterogeneity of seed + k. A sample that ended before counts as at the voltage limit. Raises
    RecipeError for arrays of different length.
    """
    sizes = {len(np.atleast_1d(values)) for values in samples.values()}
    if len(sizes) > 1:
        raise RecipeError(f"samples: arrays of {sorted(sizes)} entries given; all need one length")
    count = sizes.pop() if sizes else 0
    cycle = np.ones(record.n, dtype=np.int64) if record.cycle is None else record.cycle
    shown = min(begin, int(cycle[-1]))

    def one(k: int) -> CyclingRecord | None:
        values = {name: float(column[k]) for name, column in samples.items()}
        ours = cell.sample({name: value for name, value in values.items() if name in SAMPLED})
        worn = ageing.sample({name: value for name, value in values.items() if name not in SAMPLED})
        try:
            return age(
                ours, protocol, worn, max_cycles=begin, points_per_half_cycle=points_per_half_cycle, seed=seed + k,
                settings=settings,
            ).alive()  # fmt: skip
        except AlloycoatError:
            return None

    pool = ThreadPoolExecutor(max(1, threads))
    try:
        records = tuple(pool.map(one, range(count)))
    finally:
        pool.shutdown(cancel_futures=True)  # after Ctrl-C the rest is not started
    cutoff = getattr(protocol, "cutoff", None) or INSTRUMENT_LIMIT
    return EarlyCycles(shown, _band(record, records, shown, float(cutoff), cell.area_m2 or 1.0), records)


def _band(
    record: CyclingRecord, records: tuple[CyclingRecord | None, ...], shown: int, cutoff: float, area: float
) -> VoltageBand:
    """The nominal cycle with the percentiles of the samples at the same share of each step."""
    time, step, current, voltage = _cycle(record, shown)
    rows = np.full((len(records), len(time)), np.nan)
    for k, one in enumerate(records):
        if one is None or one.cycle is None or int(one.cycle[-1]) < shown:
            continue
        found = _cycle(one, shown)
        # a step that a sample did not finish because its cell ended counts as at the limit
        broken = one.ended not in (Ended.completed, Ended.interrupted, Ended.metal_exhausted)
        for number in np.unique(step):
            ours, theirs = step == number, found[1] == number
            last = int(one.cycle[-1]) == shown and number == found[1][-1]
            if theirs.any() and not (broken and last):
                rows[k, ours] = np.interp(_share(time, ours), _share(found[0], theirs), found[3][theirs])
    low, high = voltage.copy(), voltage.copy()
    if len(rows):
        # a sample that ended early needs at least the voltage of the limit: left out, it would narrow the band
        low, high = np.quantile(np.where(np.isnan(rows), np.sign(current) * cutoff, rows), (0.1, 0.9), axis=0)
    ended = int(np.isnan(rows).any(axis=1).sum())
    return VoltageBand(time, step, current / area, voltage, low, high, rows, ended)


def _cycle(record: CyclingRecord, number: int) -> tuple[Array, NDArray[np.int64], Array, Array]:
    """(s from its start, step, A, V) of one cycle of a record."""
    assert record.cycle is not None and record.step is not None
    one = record.cycle == number
    first = int(np.flatnonzero(one)[0])
    start = float(record.time_s[first - 1]) if first else 0.0
    return record.time_s[one] - start, record.step[one], record.current_A[one], record.voltage_V[one]


def _share(time: Array, inside: NDArray[np.bool_]) -> Array:
    """Share of a step that has passed at each of its samples."""
    first = int(np.flatnonzero(inside)[0])
    start = float(time[first - 1]) if first else 0.0
    span = time[inside] - start
    return np.asarray(span / span[-1]) if span[-1] > 0 else np.ones_like(span)
