"""The impedance rows of a record: a fit of each spectrum, and what the bulk resistance says of a short."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.analysis.impedance import Fit, fit
from alloycoat.analysis.techniques import spectrum_rows
from alloycoat.errors import AlloycoatError
from alloycoat.record import FloatArray, Impedance, IntArray

_MOST = 300
_CERTAIN = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Spectra:
    """The spectra that could be fitted: start on the file's clock in s, cycle under way (from 0 before the
    first), fit of each; notes: what was left out and what is doubtful.
    """

    time_s: FloatArray
    cycle: IntArray
    fits: tuple[Fit, ...]
    notes: tuple[str, ...] = ()

    @property
    def bulk_ohm(self) -> FloatArray:
        """Bulk resistances in ohm."""
        return np.array([one.bulk_ohm for one in self.fits])

    @property
    def certain(self) -> FloatArray:
        """Where the bulk resistance is known within a fifth and told apart from the interface."""
        return np.array([one.bulk_error_ohm <= _CERTAIN * one.bulk_ohm for one in self.fits], dtype=bool)

    def to_json(self) -> dict[str, Any]:
        """Columns by spectrum, SI units in the key."""
        return {
            "time_s": self.time_s.tolist(),
            "cycle": self.cycle.tolist(),
            "bulk_resistance_ohm": [one.bulk_ohm for one in self.fits],
            "bulk_resistance_error_ohm": [one.bulk_error_ohm for one in self.fits],
            "interfacial_resistance_ohm": [one.interfacial_ohm for one in self.fits],
            "interfacial_resistance_error_ohm": [one.interfacial_error_ohm for one in self.fits],
            "slow_resistance_ohm": [one.slow_ohm for one in self.fits],
            "circuit": [one.circuit.text for one in self.fits],
            "residual": [one.rms for one in self.fits],
            "kramers_kronig_residual": [one.kramers_kronig.rms for one in self.fits],
            "kramers_kronig_consistent": [one.kramers_kronig.consistent for one in self.fits],
            "notes": [list(one.notes) for one in self.fits],
        }


def spectra(impedance: Impedance | None, cycle_start_s: FloatArray) -> Spectra | None:
    """Fits of the spectra of a record, each begun from the one before; None where there are no rows.

    cycle_start_s: when each cycle starts, on the file's clock. Of more than 300 spectra, 300 evenly spaced ones.
    """
    if impedance is None or impedance.time_s.size == 0:
        return None
    rows, notes = spectrum_rows(impedance), []
    if len(rows) > _MOST:
        notes.append(f"impedance: {_MOST} of {len(rows)} spectra are evaluated, evenly spaced")
        rows = [rows[k] for k in np.unique(np.linspace(0, len(rows) - 1, _MOST).astype(int))]
    times, fits, short = [], [], 0
    last: Fit | None = None
    for first, stop in rows:
        part = slice(first, stop)
        try:
            last = fit(impedance.frequency_Hz[part], impedance.real_ohm[part], impedance.imaginary_ohm[part], last)
        except AlloycoatError:
            short += 1
            continue
        times.append(float(impedance.time_s[first]))
        fits.append(last)
    if short:
        notes.append(f"impedance: {short} of {len(rows)} spectra have too few rows for a circuit")
    doubtful = sum(not one.kramers_kronig.consistent for one in fits)
    if doubtful:
        notes.append(f"impedance: {doubtful} of {len(fits)} spectra break the Kramers-Kronig relations (drift, noise)")
    when = np.array(times)
    return Spectra(when, np.searchsorted(cycle_start_s, when, side="right"), tuple(fits), tuple(notes))


@dataclass(frozen=True, slots=True)
class Fall:
    """A fall of the bulk resistance: last spectrum before and first one behind (s), to which share, how many."""

    before_s: float
    after_s: float
    share: float
    spectra: int


def bulk_falls(found: Spectra | None, share: float, needed: int) -> Fall | None:
    """The first fall of the bulk resistance below `share` of its usual value that lasts to the end or `needed` times.

    Usual: the median of up to three spectra before. Spectra whose bulk resistance is uncertain do not count.
    """
    if found is None:
        return None
    sure = np.flatnonzero(found.certain)
    bulk, time = found.bulk_ohm[sure], found.time_s[sure]
    for k in range(1, bulk.size):
        usual = float(np.median(bulk[max(0, k - 3) : k]))
        low = bulk[k:] < share * usual
        length = int(np.argmin(low)) if not low.all() else low.size
        if low[0] and (length >= needed or length == low.size):
            return Fall(float(time[k - 1]), float(time[k]), float(bulk[k] / usual), length)
    return None
