"""Signs of a soft short: a leak between the electrodes, beside which the cell still works."""

from __future__ import annotations

import numpy as np

from alloycoat.analysis.cycles import Trace
from alloycoat.analysis.history import against_history, runs_of
from alloycoat.analysis.spectra import Fall, bulk_falls
from alloycoat.outcome import Sign

_FLAT, _LEVEL = 0.05, 0.1


def sudden_fall(seen: Trace) -> tuple[Sign, int] | None:
    """A sudden and lasting fall of the voltage under unchanged current and charge, and its half-cycle."""
    halves, limits, values = seen.halves, seen.thresholds, seen.halves.resistance_ohm
    fit = seen.techniques.judged
    history = against_history(halves, values, 1.1, low=limits.short_drop, high=limits.soft_drop, fit=fit)
    charge = against_history(halves, halves.charge_C, 1.1, low=0.9, high=1.1, outside=True)
    for first, length, _ in runs_of(history.odd & ~charge.odd):
        if first < 2 * seen.begin + 2 or length < 2 * limits.persistence:
            continue
        # sudden: the half-cycles just before were still as usual
        before = values[first - 2 : first] / history.usual[first - 2 : first]
        if np.all(before >= 0.5 * (1 + limits.soft_drop)):
            share = values[first] / history.usual[first]
            evidence = f"the polarization fell to {share:.2g} of its usual value and stayed there"
            noise = _noisier(seen, first, length)
            if noise > limits.noise_factor:
                evidence += f", and its noise rose to {noise:.2g} times"
            return Sign(float(halves.start_s[first]), "soft-short", "weak", evidence), first
    return None


def _noisier(seen: Trace, first: int, length: int) -> float:
    """Noise over voltage behind half-cycle `first`, over that of as many half-cycles before."""
    relative = seen.halves.noise_V / np.maximum(np.abs(seen.halves.voltage_V), 1e-12)
    before, after = relative[max(0, first - length) : first], relative[first : first + length]
    if not (np.isfinite(before).any() and np.isfinite(after).any()):
        return 1.0
    usual = float(np.nanmedian(before))
    return float(np.nanmedian(after)) / usual if usual > 0 else 1.0


def sudden_noise(seen: Trace) -> Sign | None:
    """The voltage becomes noisy from one half-cycle to the next and stays so, its level no higher than usual."""
    halves, limits = seen.halves, seen.thresholds
    noise = np.nan_to_num(halves.noise_V)
    floor = np.maximum(noise, limits.noise_least_V)
    loud = against_history(
        halves, floor, 1.1, low=limits.noise_factor, high=np.inf, fit=seen.techniques.judged, tested=noise
    )
    level = against_history(halves, np.abs(halves.voltage_V), 1.1, low=1 + _LEVEL, high=np.inf)
    for first, length, _ in runs_of(loud.odd & ~level.odd):
        if first >= 2 * seen.begin + 2 and length >= 2 * limits.persistence:
            times = noise[first] / loud.usual[first]
            evidence = f"the noise of the voltage rose to {noise[first]:.2g} V, {times:.2g} times its usual, and stayed"
            return Sign(float(halves.start_s[first]), "soft-short", "weak", evidence)
    return None


def flat_and_low(seen: Trace) -> Sign | None:
    """A flat trace with less resistance than any separator full of electrolyte has: it may be a short."""
    area, k = seen.record.area_m2, seen.begin
    if area is None or k < 0 or seen.cell_kind != "symmetric":
        return None
    specific = float(seen.cycles.polarization_V[k] / seen.cycles.current_A[k]) * area
    both = slice(2 * k, 2 * k + 2)
    level = np.abs(seen.halves.voltage_V[both])
    shape = np.maximum(np.abs(np.nan_to_num(seen.halves.arcing[both])) * level, seen.halves.nucleation_V[both])
    loud = 4 * np.nan_to_num(seen.halves.noise_V[both])
    flat = np.all(shape <= np.maximum(_FLAT * level, loud))
    if not (flat and abs(specific) < seen.thresholds.short_resistance_ohm_m2):
        return None
    evidence = f"a flat trace at {1e4 * specific:.2g} ohm cm2 may be a short: a full separator alone has more"
    return Sign(float(seen.cycles.start_s[k]), "soft-short", "weak", evidence)


def bulk_fall(seen: Trace) -> tuple[Sign, Fall] | None:
    """The bulk resistance of the impedance spectra falls and stays low."""
    fall = bulk_falls(seen.spectra, seen.thresholds.soft_drop, seen.thresholds.persistence)
    if fall is None:
        return None
    evidence = f"the bulk resistance fell to {fall.share:.2g} of its usual value, in {fall.spectra} spectra in a row"
    return Sign(fall.after_s, "soft-short", "weak", evidence), fall


def soft_shorts(seen: Trace) -> list[Sign]:
    """All signs; a verdict where polarization and bulk resistance fall together."""
    if seen.cell_kind == "full" or seen.halves.n < 2:
        return []
    fell, bulk = sudden_fall(seen), bulk_fall(seen)
    signs = [sign for sign in (sudden_noise(seen), flat_and_low(seen)) if sign is not None]
    if fell is None or bulk is None:
        return signs + [pair[0] for pair in (fell, bulk) if pair is not None]
    sign, first = fell
    fall = bulk[1]
    # together: the spectrum before lies before the fall is over, the spectrum behind after it began
    cycle_s = float(np.median(seen.halves.duration_s)) * 2
    if fall.before_s <= sign.time_s + cycle_s and fall.after_s >= float(seen.halves.start_s[max(0, first - 1)]):
        both = f"{sign.evidence}; {bulk[0].evidence}"
        return [*signs, Sign(sign.time_s, "soft-short", "verdict", both)]
    return [*signs, sign, bulk[0]]
