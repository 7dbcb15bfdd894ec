"""The criteria of failure. A function under `@criterion(name=...)` is one; its docstring is its definition.

Order matters only where two verdicts fall into the same half-cycle: the one defined first names the failure,
so the specific causes stand before the general ones.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from alloycoat.analysis.cycles import Trace
from alloycoat.analysis.efficiency import faded
from alloycoat.analysis.excursions import NEW_EXTREME, begin_level, cut_at_limit, cut_short, pinned, steep_end, watched
from alloycoat.analysis.grouped import BoolArray
from alloycoat.analysis.history import against_history, first_tenth, is_lasting, runs_of, tail
from alloycoat.analysis.soft_shorts import soft_shorts
from alloycoat.outcome import Sign
from alloycoat.record import Ended, FloatArray

Judge = Callable[[Trace], list[Sign]]


@dataclass(frozen=True, slots=True)
class Criterion:
    """A way to fail: its name, its definition (for legends), and the function that looks for it."""

    name: str
    definition: str
    judge: Judge


_CRITERIA: dict[str, Criterion] = {}


def criterion(*, name: str) -> Callable[[Judge], Judge]:
    """Register a function of the trace that gives the signs it finds; raises ValueError for a name twice."""

    def register(judge: Judge) -> Judge:
        if name in _CRITERIA:
            raise ValueError(f"criterion {name!r} is defined twice")
        _CRITERIA[name] = Criterion(name, inspect.getdoc(judge) or "", judge)
        return judge

    return register


def criteria() -> tuple[Criterion, ...]:
    """All criteria, the most specific first."""
    return tuple(_CRITERIA.values())


def judge(seen: Trace) -> tuple[tuple[Sign, ...], Sign | None]:
    """All signs in order of time, and the verdict that names the failure (None: no failure).

    The earliest verdict; of two in the same half-cycle, the one of the more specific criterion.
    """
    signs = [sign for each in criteria() for sign in each.judge(seen)]
    rank = {each.name: k for k, each in enumerate(criteria())}
    verdicts = [sign for sign in signs if sign.strength == "verdict"]

    def order(sign: Sign) -> tuple[int, int, float]:
        half = int(np.searchsorted(seen.halves.start_s, sign.time_s, side="right"))
        return half, rank[sign.kind], sign.time_s

    return tuple(sorted(signs, key=lambda s: (s.time_s, rank[s.kind]))), min(verdicts, key=order, default=None)


def _strength(sure: bool) -> str:
    return "verdict" if sure else "weak"


def _ended(seen: Trace, kind: str, *causes: Ended) -> list[Sign]:
    """The verdict of a record that says itself why it ends."""
    if seen.record.ended not in causes:
        return []
    return [Sign(float(seen.record.time_s[-1]), kind, "verdict", seen.record.ended.text)]


def _measure(seen: Trace) -> FloatArray:
    """What collapses in a short: resistance about zero volt in ohm; in full cells the voltage in V."""
    return seen.halves.voltage_V if seen.cell_kind == "full" else seen.halves.resistance_ohm


def _below(seen: Trace, level: float) -> Callable[[FloatArray, FloatArray], BoolArray]:
    if seen.cell_kind == "full":
        return lambda voltage, _current: np.abs(voltage) < level
    return lambda voltage, current: np.abs(voltage) < level * current


@criterion(name="hard-short")
def hard_short(seen: Trace) -> list[Sign]:
    """Voltage under current falls below a tenth (`short_drop`) of its history, 2 mV or more, and stays there.

    History: the median of the last three half-cycles of the same sign and a current within a factor of two.
    Stays: for three half-cycles (`persistence`), or two to the end of the record, or half of a usual half-
    cycle at its end. Before the begin cycle a fall may be activation and is a weak sign only. Also where
    the record itself says that it ended so.
    """
    ended = _ended(seen, "hard-short", Ended.hard_short)
    if seen.halves.n == 0:
        return ended
    if seen.is_unreversed:
        return _short_unreversed(seen) or ended
    limits, values = seen.thresholds, _measure(seen)
    # a usual voltage below `short_fall_V` is too close to what an instrument resolves
    least = limits.short_drop * limits.short_fall_V / (1.0 if seen.cell_kind == "full" else seen.halves.current_A)
    tested, fit = np.maximum(np.abs(values), least), seen.techniques.judged
    history = against_history(seen.halves, values, 2.0, low=0.0, high=limits.short_drop, tested=tested, fit=fit)
    signs = []
    for first, length, at_end in runs_of(history.odd[:-1] if _is_alone(history.odd) else history.odd):
        level = limits.short_drop * float(history.usual[first])
        sure = is_lasting(length, at_end, limits.persistence) and first >= 2 * seen.begin
        evidence = (
            f"the voltage fell to {abs(values[first]) / history.usual[first]:.2g} of its usual value "
            f"and stayed for {length} half-cycles"
        )
        signs.append(Sign(_collapse_time(seen, first, level), "hard-short", _strength(sure), evidence))
        if sure:
            return signs
    return signs + _short_at_end(seen, history.usual) or ended


def _is_alone(odd: BoolArray) -> bool:
    """Whether the last half-cycle is odd and the one before is not."""
    return bool(odd[-1] and not odd[-2])


def _collapse_time(seen: Trace, k: int, level: float) -> float:
    """When the voltage collapsed for good: within half-cycle `k`, at its start, or late in the one before."""
    here = tail(seen, k, _below(seen, level))
    if here is None or here.rows < seen.thresholds.samples:
        return float(seen.halves.start_s[k])
    before = tail(seen, k - 1, _below(seen, level)) if k and here.time_s <= seen.halves.start_s[k] else None
    return before.time_s if before and before.rows >= seen.thresholds.samples else here.time_s


def _short_at_end(seen: Trace, usual: FloatArray) -> list[Sign]:
    """A collapse within the last half-cycle."""
    last = seen.halves.n - 1
    if not usual[last] > 0:
        return []
    limits = seen.thresholds
    found = tail(seen, last, _below(seen, limits.short_drop * float(usual[last])))
    whole = float(np.median(seen.halves.duration_s))
    if found is None or found.rows < limits.samples or found.duration_s < 0.2 * whole:
        return []
    sure = found.duration_s >= 0.5 * whole and last >= 2 * seen.begin
    evidence = f"the voltage collapsed for the last {found.duration_s:.4g} s of the record"
    return [Sign(found.time_s, "hard-short", _strength(sure), evidence)]


def _short_unreversed(seen: Trace) -> list[Sign]:
    """A collapse to the end of a record without reversal, against its first tenth."""
    start, _ = first_tenth(seen)
    limits, whole = seen.thresholds, float(seen.halves.duration_s[0])
    level = limits.short_drop * (start if seen.cell_kind == "full" else start / float(seen.halves.current_A[0]))
    found = tail(seen, 0, _below(seen, level))
    if found is None or found.rows < limits.samples or found.duration_s < 0.02 * whole:
        return []
    sure = found.duration_s >= 0.1 * whole
    evidence = f"the voltage fell below {limits.short_drop:g} of its first tenth and stayed to the end"
    return [Sign(found.time_s, "hard-short", _strength(sure), evidence)]


@criterion(name="depletion")
def depletion(seen: Trace) -> list[Sign]:
    """The record itself says that it ended with the salt at the plating electrode depleted."""
    return _ended(seen, "depletion", Ended.depletion)


@criterion(name="exhaustion")
def exhaustion(seen: Trace) -> list[Sign]:
    """The record itself says that it ended with the anode metal used up or the pores run dry."""
    return _ended(seen, "exhaustion", Ended.metal_exhausted, Ended.dry_pores)


@criterion(name="voltage-limit")
def voltage_limit(seen: Trace) -> list[Sign]:
    """The voltage is pinned at its extreme, far above the begin value (symmetric; plating in half cells).

    Pinned: within 0.1 % (or four times the noise) of the extreme of its sign, either while the current gives way by
    a tenth (then three times the begin value, `end_rise`, is far), or for half of the half-cycle (then ten times,
    `limit_factor`), in two half-cycles or the last; or three half-cycles of a sign (`persistence`) are cut
    short within 2 % of the extreme. Also where the record itself says that it ended so.
    """
    signs = cut_at_limit(seen) + pinned(seen)
    signs.sort(key=lambda sign: sign.time_s)
    return signs[:1] or _ended(seen, "voltage-limit", Ended.voltage_limit)


@criterion(name="incomplete")
def incomplete(seen: Trace) -> list[Sign]:
    """Half-cycles pass less than 0.8 (`incomplete_charge`) of their usual charge and end at a raised voltage.

    Raised: three times the usual (`end_rise`), so that a shorter protocol is none. A verdict for three of one
    sign in a row (`persistence`) or two to the end of the record; else weak. Symmetric; plating in half
    cells.
    """
    if seen.halves.n < 3:
        return []
    signs = []
    cut = cut_short(seen)
    for first, length, at_end in runs_of(cut, stride=2):
        sure = is_lasting(length, at_end, seen.thresholds.persistence)
        evidence = f"{length} half-cycles in a row were cut short by their voltage"
        signs.append(Sign(float(seen.halves.end_s[first]), "incomplete", _strength(sure), evidence))
        if sure:
            break
    return signs


@criterion(name="polarization")
def polarization(seen: Trace) -> list[Sign]:
    """Polarization over current exceeds five times (`polarization_factor`) that of the begin cycle.

    And has risen by 20 mV (`polarization_rise_V`). A verdict for three cycles in a row (`persistence`), or
    two to the end of the record, or where the record breaks off at more than ten times (`limit_factor`; at the end of
    a whole half-cycle only higher than ever before), or within a half-cycle in a rise to its highest voltage; else
    weak. Records without reversal: above five times the first tenth, to the end.
    """
    if seen.halves.n == 0:
        return []
    if seen.begin < 0:
        return _divergence_at_end(seen, begin_level(seen), seen.thresholds.polarization_factor)
    cycles, limits = seen.cycles, seen.thresholds
    usual = float(cycles.polarization_V[seen.begin] / cycles.current_A[seen.begin])
    if not usual > 0:
        return []
    rise = cycles.polarization_V - usual * cycles.current_A
    over = (cycles.polarization_V >= limits.polarization_factor * usual * cycles.current_A) & (
        rise >= limits.polarization_rise_V
    )
    over[: seen.begin + 1] = False
    over &= ~seen.pulsed  # a cell that sits at its limit all the time looks like a hold, and has failed
    signs = []
    for first, length, at_end in runs_of(over):
        sure = is_lasting(length, at_end, limits.persistence)
        halves = seen.halves.resistance_ohm[2 * first : 2 * first + 2]
        late = int(seen.cell_kind != "full" and halves[0] < limits.polarization_factor * usual)
        evidence = (
            f"polarization {cycles.polarization_V[first] / cycles.current_A[first] / usual:.3g} times "
            f"that of the begin cycle, in {length} cycles in a row"
        )
        when = float(seen.halves.start_s[2 * first + late])
        signs.append(Sign(when, "polarization", _strength(sure), evidence))
        if sure:
            return signs
    if seen.cell_kind == "full":
        return signs
    return signs + _divergence_at_end(seen, usual, limits.limit_factor)


def _divergence_at_end(seen: Trace, usual: float, factor: float) -> list[Sign]:
    """A record that breaks off with its voltage far above the usual one (ohm, or V without reversal)."""
    limits, last = seen.thresholds, seen.halves.n - 1
    halves, done = seen.halves, False
    if seen.is_unreversed:
        if seen.cell_kind == "full":
            return []
        usual /= float(halves.current_A[0])
    else:  # the cell may fail in the last moments of a half-cycle, but there a voltage it has had before says nothing
        done = bool(halves.complete[last])
        before = np.max(np.abs(halves.top_V[:last]), initial=0.0)
        if done and not (watched(seen)[last] and abs(halves.end_V[last]) >= NEW_EXTREME * before):
            return []
    found = tail(seen, last, lambda voltage, current: voltage >= factor * usual * current)
    level = limits.polarization_rise_V + usual * float(halves.current_A[last])
    if not usual > 0 or abs(halves.end_V[last]) < level:
        return []
    sure = found is not None and found.rows >= limits.samples
    steep = [] if sure or seen.is_unreversed or (done and found is None) else steep_end(seen, usual)
    if steep or found is None:
        return steep
    evidence = f"the record breaks off above {factor:g} times its usual voltage"
    return [Sign(found.time_s, "polarization", _strength(sure), evidence)]


@criterion(name="capacity-loss")
def capacity_loss(seen: Trace) -> list[Sign]:
    """Full cells: discharged charge below 0.8 (`capacity_left`) of that of the begin cycle: the 80 % life.

    Cycles at the usual current only, so that formation, rate tests and pulses do not count; where the capacity
    still rises at the begin cycle (activation), against its first maximum. A verdict for three such cycles in a
    row (`persistence`) or two to the end of the record; else no sign.
    """
    if seen.cell_kind != "full" or seen.begin < 0:
        return []
    index, share, low = faded(seen)
    for first, length, at_end in runs_of(low):
        if is_lasting(length, at_end, seen.thresholds.persistence):
            evidence = f"discharged charge {share[first]:.3g} of that of the begin cycle"
            return [Sign(float(seen.cycles.start_s[int(index[first])]), "capacity-loss", "verdict", evidence)]
    return []


@criterion(name="soft-short")
def soft_short(seen: Trace) -> list[Sign]:
    """A leak between the electrodes beside which the cell still works (symmetric and half cells).

    Weak: a sudden fall of the voltage under the same current to 0.1 to 0.7 (`soft_drop`) of its history, from one
    half-cycle to the next, lasting for three of each sign (`persistence`), with current and charge unchanged, after
    the begin cycle (a lower polarization alone is no proof); noise of the voltage that rises as suddenly to five
    times (`noise_factor`) its history and stays; a flat trace with less resistance than a full separator has
    (`short_resistance_ohm_m2`); a bulk resistance that falls below 0.7 of its history, lasting for three spectra or
    to the last. A verdict only where polarization and bulk resistance fall together.
    """
    return soft_shorts(seen)
