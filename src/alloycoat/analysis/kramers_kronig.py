"""Whether an impedance spectrum can be that of a linear, causal, steady system."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alloycoat.record import FloatArray

_OVERFIT = 0.85
_PER_DECADE, _MOST = 3, 50
_AS_NOISE = 1.3


@dataclass(frozen=True, slots=True)
class KramersKronig:
    """rms: root mean square residual over |Z|; elements: RC elements used; consistent: within the limit."""

    rms: float
    elements: int
    consistent: bool


def linear_kramers_kronig(frequency_Hz: FloatArray, ohm: NDArray[np.complex128], limit: float = 0.01) -> KramersKronig:
    r"""The linear Kramers-Kronig test: a chain of RC elements is fitted, which obeys the relations by itself.

    Z = R + j omega L + 1/(j omega C) + sum_k R_k/(1 + j omega tau_k), tau_k evenly spaced in the logarithm over
    the measured range, linear least squares weighted by 1/|Z| (Boukamp 1995, doi 10.1149/1.2044210). From three
    elements a decade on, more are added until the resistances change sign too often, mu = 1 - sum|R_k < 0| /
    sum|R_k > 0| < 0.85 (Schonleber, Klotz and Ivers-Tiffee 2014, doi 10.1016/j.electacta.2014.01.034). limit: rms
    residual over |Z| up to which the spectrum counts as consistent, also where it is larger but no more than 1.3
    times the scatter from one frequency to the next; 0.01 is a convention (good spectra are below 0.005).
    Frequencies in Hz, above zero; at least 7 of them, else the test says nothing and passes with rms 0.
    """
    n = frequency_Hz.size
    if n < 7:
        return KramersKronig(0.0, 0, True)
    omega = 2 * np.pi * frequency_Hz
    weight = 1.0 / np.maximum(np.abs(ohm), 1e-300)
    target = np.concatenate([ohm.real * weight, ohm.imag * weight])
    decades = max(1.0, float(np.log10(omega.max() / omega.min())))
    count, most = max(4, min(n - 3, round(_PER_DECADE * decades))), min(_MOST, n - 3)
    while True:
        tau = np.geomspace(1 / omega.max(), 1 / omega.min(), count)
        terms = [1.0 / (1 + 1j * omega * t) for t in tau]
        scale = float(np.median(omega))
        base = [np.ones(n) + 0j, 1j * omega / scale, -1j * scale / omega]
        matrix = np.array([*base, *terms]).T * weight[:, None]
        rows = np.concatenate([matrix.real, matrix.imag])
        answer = np.linalg.lstsq(rows, target, rcond=None)[0]
        off = rows @ answer - target
        positive = float(answer[3:][answer[3:] > 0].sum())
        flips = positive > 0 and 1 + float(answer[3:][answer[3:] < 0].sum()) / positive < _OVERFIT
        if flips or count >= most:
            break
        count = min(most, count + 3)
    rms = float(np.sqrt(np.sum(off**2) / n))
    return KramersKronig(rms, count, rms <= max(limit, _AS_NOISE * _noise(off[:n], off[n:])))


def _noise(real: FloatArray, imaginary: FloatArray) -> float:
    """Root mean square of what does not go on from one frequency to the next, in both parts together."""
    second = [np.diff(part, 2) for part in (real, imaginary)]
    return float(np.sqrt(sum(np.mean(part**2) for part in second) / 6))
