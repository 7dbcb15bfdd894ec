"""How sure the simulated voltage is: the periodic cycle for samples of the uncertain parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import SAMPLED, Cell
from alloycoat.cell.lanes import Samples, Settings, make_samples
from alloycoat.cell.orders import make_orders
from alloycoat.cell.sweeps import Sweep, run_samples
from alloycoat.errors import RecipeError
from alloycoat.record import Ended
from alloycoat.sources import Estimate, Value

Array = NDArray[np.float64]
_SETTLED = 1e-6  # share of c0: a band needs no more


class Trace(NamedTuple):
    """What one cycle shows: s from its start, A/m2, V and step number (from 1) of each sample."""

    time: Array
    current: Array
    voltage: Array
    step: NDArray[np.int64]
    ended: Ended | None


@dataclass(frozen=True, slots=True)
class VoltageBand:
    """One periodic cycle with its 10th and 90th percentile; arrays over the samples of the cycle.

    time_s: from the start of the cycle. voltage_V: of the cell itself; low_V, high_V: percentiles at the same
    share of each step, a sample that had ended (depletion, voltage limit) counting as at the cut-off; `ended` of
    them did. voltages_V: one row a sample, NaN where it had ended.
    """

    time_s: Array
    step: NDArray[np.int64]
    current_density: Array
    voltage_V: Array  # noqa: N815 -- unit symbol
    low_V: Array  # noqa: N815 -- unit symbol
    high_V: Array  # noqa: N815 -- unit symbol
    voltages_V: Array  # noqa: N815 -- unit symbol
    ended: int


def draw(cell: Cell | AgeingParameters, count: int, seed: int = 0, **given: Array) -> dict[str, Array]:
    """Samples of the uncertain parameters of a cell, or of its ageing, from their tabulated intervals.

    count: number of samples. given: samples that are known already by name, such as
    coating_resistance=coating.samples["area_specific_resistance"], used in turn. Each parameter has its own
    random stream, so a bare and a coated cell share theirs. Raises RecipeError for an unknown name.
    """
    allowed = SAMPLED if isinstance(cell, Cell) else cell.sampled
    for name in given:
        if name not in allowed:
            raise RecipeError(f"draw: {name!r} is not a parameter that can be sampled; {', '.join(allowed)}")
    found: dict[str, Array] = {}
    for name, spread in (cell.spreads or {}).items():
        if name in given:
            found[name] = np.resize(np.asarray(given[name], dtype=float), count)
            continue
        stream = np.random.Generator(np.random.Philox(key=[seed, crc32(name.encode())]))
        normal = stream.standard_normal(count)
        if name == "electronic_share":  # one of two hypotheses, nothing between
            found[name] = np.where(normal > 0.0, spread.high, spread.low)
        else:
            found[name] = _value(spread).draw(normal)
    return found


def _value(spread: Value | Estimate) -> Value:
    if isinstance(spread, Value):
        return spread
    return Value(spread.value, "", "computed", "", spread.low, spread.high)


def cycle_intervals(
    cell: Cell,
    protocol: Any,
    samples: Mapping[str, Array],
    *,
    points_per_half_cycle: int = 50,
    settings: Settings | None = None,
    max_cycles: int = 20,
) -> VoltageBand:
    """One periodic cycle of the cell and of each sample, and the 10th to 90th percentile between them.

    samples: arrays of equal length by name (SAMPLED; `draw` makes them). Each is cycled until the salt
    profile repeats to a millionth of c0, at most `max_cycles` times. Raises RecipeError as `cycle` does.
    """
    if cell.kind == "half":
        raise RecipeError("[cell] format: a half cell is solved with ageing only; see cell.lives")
    accuracy = settings or Settings()
    own, made = make_samples(cell, {"porosity": np.array([cell.porosity])}), make_samples(cell, samples)
    _, orders = make_orders(cell, protocol, points_per_half_cycle)

    def periodic(made: Samples) -> list[Trace]:
        return _traces(run_samples(orders, made, max_cycles, accuracy, settled=_SETTLED))

    nominal, traces = periodic(own)[0], periodic(made)
    rows = np.array([_on_grid(nominal, trace) for trace in traces]).reshape(len(traces), len(nominal.time))
    ended = sum(trace.ended is not None for trace in traces)
    low, high = nominal.voltage.copy(), nominal.voltage.copy()
    if traces:
        # a sample that ended early needs at least the voltage of the limit: left out, it would narrow the band
        beyond = np.sign(nominal.current) * orders[0].cutoff
        low, high = np.quantile(np.where(np.isnan(rows), beyond, rows), (0.1, 0.9), axis=0)
    return VoltageBand(nominal.time, nominal.step, nominal.current, nominal.voltage, low, high, rows, ended)


def _traces(found: Sweep) -> list[Trace]:
    """The last cycle of each sample, without the padding."""
    traces = []
    for k, ended in enumerate(found.ended):
        step = found.step[k][found.step[k] > 0]
        n = len(step)
        traces.append(Trace(found.time_s[k, :n], found.current_density[step - 1], found.voltage_V[k, :n], step, ended))
    return traces


def _on_grid(nominal: Trace, trace: Trace) -> Array:
    """Voltages of a sample's cycle at the nominal shares of each step; NaN for steps it did not finish."""
    out = np.full(len(nominal.time), np.nan)
    last = int(nominal.step[-1]) if len(nominal.step) else 0
    for number in range(1, last + 1):
        ours, theirs = nominal.step == number, trace.step == number
        # a step that depleted the cell or met its voltage limit counts as at the limit; one that used up the metal
        # is compared over the time that it ran
        broken = trace.ended is not None and trace.ended is not Ended.metal_exhausted
        cut = broken and len(trace.step) and trace.step[-1] == number
        if not theirs.any() or cut:
            continue
        out[ours] = np.interp(_share(nominal, number), _share(trace, number), trace.voltage[theirs])
    return out


def _share(trace: Trace, number: int) -> Array:
    """Share of a step that has passed at each of its samples."""
    before = trace.time[trace.step == number - 1]
    start = float(before[-1]) if len(before) else 0.0
    inside = trace.time[trace.step == number] - start
    return np.asarray(inside / inside[-1]) if inside[-1] > 0 else np.ones_like(inside)
