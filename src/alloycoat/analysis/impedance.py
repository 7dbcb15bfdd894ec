"""A small equivalent circuit for an impedance spectrum: bulk and interfacial resistance with their uncertainty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alloycoat.analysis.kramers_kronig import KramersKronig, linear_kramers_kronig
from alloycoat.errors import AlloycoatError
from alloycoat.record import FloatArray

Complex = NDArray[np.complex128]
_LEAST_ROWS = 6
_BEST_ACCURACY = 1e-3
_SLOW_S = 1.0
_ALPHA = (0.4, 1.0)
_RANGE = 1e4
_CLEARLY_BETTER = 10.0
_NO_SPECTRUM = 0.3


@dataclass(frozen=True, slots=True)
class Circuit:
    """A series circuit: resistance, `arcs` times (R || CPE), a diffusion element ("", "open", "finite"), L or not."""

    arcs: int
    diffusion: str = ""
    inductor: bool = False

    @property
    def text(self) -> str:
        """As written in papers: "R0-(R1||Q1)-W"."""
        parts = ["R0", *[f"(R{k}||Q{k})" for k in range(1, self.arcs + 1)]]
        parts += {"open": ["W"], "finite": ["Wd"]}.get(self.diffusion, [])
        return "-".join(["L", *parts] if self.inductor else parts)

    @property
    def size(self) -> int:
        """Number of parameters."""
        return 1 + 3 * self.arcs + {"": 0, "open": 1, "finite": 2}[self.diffusion] + int(self.inductor)

    def ohm(self, omega: FloatArray, p: FloatArray) -> Complex:
        r"""Z(omega) of ln R0, per arc (ln R, ln tau, alpha), diffusion (ln sigma or ln R_d, ln tau_d), ln L.

        R||CPE: R/(1 + (j omega tau)^alpha); open: sigma (1 - j)/sqrt(omega) (Warburg); finite: R_d
        tanh(sqrt(j omega tau_d))/sqrt(j omega tau_d), diffusion through a layer of finite thickness.
        """
        z = np.full(omega.size, np.exp(p[0]), dtype=np.complex128)
        k = 1
        for _ in range(self.arcs):
            z += np.exp(p[k]) / (1 + (1j * omega * np.exp(p[k + 1])) ** p[k + 2])
            k += 3
        if self.diffusion == "open":
            z += np.exp(p[k]) * (1 - 1j) / np.sqrt(omega)
            k += 1
        elif self.diffusion == "finite":
            root = np.sqrt(1j * omega * np.exp(p[k + 1]))
            z += np.exp(p[k]) * np.tanh(root) / root
            k += 2
        if self.inductor:
            z += 1j * omega * np.exp(p[k])
        return z


@dataclass(frozen=True, slots=True)
class Fit:
    """What a spectrum says. Resistances in ohm with standard errors.

    bulk: R0, what remains at high frequency (electrolyte, separator, leads); interfacial: sum of the arcs faster
    than 1 s (films and charge transfer); slow: diffusion and slower arcs. arcs: (R in ohm, tau in s, alpha) from
    fast to slow. rms: residual over |Z|; bic: of the chosen circuit; kramers_kronig: the test of the data
    itself. notes: what is doubtful.
    """

    circuit: Circuit
    bulk_ohm: float
    bulk_error_ohm: float
    interfacial_ohm: float
    interfacial_error_ohm: float
    slow_ohm: float
    arcs: tuple[tuple[float, float, float], ...]
    rms: float
    bic: float
    kramers_kronig: KramersKronig
    parameters: tuple[float, ...]
    notes: tuple[str, ...] = ()

    def ohm(self, frequency_Hz: FloatArray) -> Complex:
        """The impedance of the fitted circuit."""
        return self.circuit.ohm(2 * np.pi * np.asarray(frequency_Hz, dtype=float), np.array(self.parameters))


def fit(frequency_Hz: FloatArray, real_ohm: FloatArray, imaginary_ohm: FloatArray, start: Fit | None = None) -> Fit:
    """The simplest circuit that the spectrum supports, by the Bayesian information criterion.

    Frequencies in Hz, above zero; impedance in ohm, the imaginary part as measured (negative where capacitive).
    Least squares on (Z_model - Z)/|Z|, real and imaginary parts alike (modulus weighting, Orazem and Tribollet,
    Electrochemical Impedance Spectroscopy, 2017, doi 10.1002/9781119363682), with several starts. Circuits: no
    arc, one or two, with and without a diffusion element, an inductor where the imaginary part becomes positive;
    one with more elements must lower n ln(RSS/n) + k ln n (Schwarz 1978, doi 10.1214/aos/1176344136) by ten. Residuals
    below 0.1 % count as 0.1 %: no instrument is better. start: the fit of the spectrum before, to begin from.
    Raises AlloycoatError for fewer than 6 rows.
    """
    omega = 2 * np.pi * np.asarray(frequency_Hz, dtype=float)
    ohm = np.asarray(real_ohm, dtype=float) + 1j * np.asarray(imaginary_ohm, dtype=float)
    order = np.argsort(-omega, kind="stable")
    omega, ohm = omega[order], ohm[order]
    size = np.abs(ohm)
    good = size > np.max(size, initial=0.0) / _RANGE**2  # no instrument spans more
    omega, ohm = omega[good], ohm[good]
    if omega.size < _LEAST_ROWS:
        raise AlloycoatError(f"impedance: {omega.size} rows given; a circuit needs {_LEAST_ROWS}")
    notes = []
    test = linear_kramers_kronig(omega / (2 * np.pi), ohm)
    if not test.consistent:
        notes.append(f"not consistent with the Kramers-Kronig relations (residual {test.rms:.1%} of |Z|)")
    inductive = bool(np.any(ohm.imag[: max(2, omega.size // 4)] > 0))
    best: tuple[float, Circuit, FloatArray, FloatArray, float] | None = None
    n = 2 * omega.size
    reachable = max(n * _BEST_ACCURACY**2, omega.size * test.rms**2)
    for circuit in _circuits(omega.size, inductive)[: 2 if test.rms > _NO_SPECTRUM else None]:
        if best is not None and best[0] <= max(1.2 * (n - best[1].size) / (n - test.elements - 3), 1.0) * reachable:
            break  # no circuit comes closer than a chain of many elements
        found, jacobian, rss = _least_squares(circuit, omega, ohm, start)
        bic = n * np.log(max(rss / n, _BEST_ACCURACY**2)) + circuit.size * np.log(n)
        if best is None or bic < best[4] - (_CLEARLY_BETTER if circuit.size > best[1].size else 0.0):
            best = (rss, circuit, found, jacobian, float(bic))
    if best is None:
        raise AlloycoatError("impedance: no circuit could be fitted")
    return _result(omega, *best, test, notes)


def _circuits(rows: int, inductive: bool) -> Sequence[Circuit]:
    """The candidates, simple ones first; no more parameters than a third of the numbers measured."""
    plain = [(0, ""), (1, ""), (1, "open"), (1, "finite"), (2, ""), (2, "open"), (2, "finite")]
    found = [Circuit(arcs, diffusion) for arcs, diffusion in plain]
    if inductive:
        found = [each for c in found for each in (c, Circuit(c.arcs, c.diffusion, True))]
    return [c for c in found if 3 * c.size <= 2 * rows]


def _least_squares(
    circuit: Circuit, omega: FloatArray, ohm: Complex, start: Fit | None
) -> tuple[FloatArray, FloatArray, float]:
    """Parameters, Jacobian and sum of squares of the best of several starts."""
    from scipy.optimize import least_squares

    weight = 1.0 / np.abs(ohm)

    def residual(p: FloatArray) -> FloatArray:
        off = (circuit.ohm(omega, p) - ohm) * weight
        return np.concatenate([off.real, off.imag])

    low, high = _bounds(circuit, omega, ohm)
    guesses = _starts(circuit, omega, ohm)
    if start is not None and start.circuit == circuit:
        guesses = [np.array(start.parameters)]
    best, least = None, np.inf
    for guess in guesses:
        inside = np.clip(guess, low + 1e-6, high - 1e-6)
        found = least_squares(
            residual, inside, bounds=(low, high), method="trf", x_scale="jac", max_nfev=100, xtol=1e-6
        )
        if found.cost < least:
            best, least = found, float(found.cost)
    if best is None:
        raise AlloycoatError(f"impedance: {circuit.text} could not be fitted: the values are beyond all bounds")
    return np.asarray(best.x), np.asarray(best.jac), 2 * least


def _bounds(circuit: Circuit, omega: FloatArray, ohm: Complex) -> tuple[FloatArray, FloatArray]:
    size = float(np.abs(ohm).max())
    fast, slow = -np.log(omega.max()) - np.log(30.0), -np.log(omega.min()) + np.log(30.0)
    low, high = [np.log(size / _RANGE)], [np.log(size)]
    for _ in range(circuit.arcs):
        low += [np.log(size / _RANGE), fast, _ALPHA[0]]
        high += [np.log(30 * size), slow, _ALPHA[1] + 1e-3]
    root = np.sqrt(omega.min())
    if circuit.diffusion == "open":
        low, high = [*low, np.log(size * root / _RANGE)], [*high, np.log(30 * size * root)]
    elif circuit.diffusion == "finite":
        low, high = [*low, np.log(size / _RANGE), fast], [*high, np.log(100 * size), slow + np.log(30.0)]
    if circuit.inductor:
        low, high = [*low, np.log(1e-6 * size / omega.max())], [*high, np.log(10 * size / omega.max())]
    return np.array(low), np.array(high)


def _starts(circuit: Circuit, omega: FloatArray, ohm: Complex) -> list[FloatArray]:
    """Starts with the time constants at different places of the measured range."""
    real = ohm.real
    bulk = max(float(real.min()), 1e-3 * float(np.abs(ohm).max()))
    whole = max(float(real.max()) - bulk, 0.1 * bulk)
    span = (-np.log(omega.max()), -np.log(omega.min()))
    peak = -np.log(omega[int(np.argmin(ohm.imag))])
    many: dict[int, list[tuple[float, ...]]] = {
        0: [()], 1: [(peak,), (0.3,), (0.6,)], 2: [(0.25, 0.6), (0.35, 0.5), (0.5, 0.8), (0.15, 0.4)],
    }  # fmt: skip
    found = []
    for place in many[circuit.arcs]:
        p = [np.log(bulk)]
        for where in place:
            ln_tau = where if place == (peak,) else span[0] + where * (span[1] - span[0])
            p += [np.log(whole / circuit.arcs), ln_tau, 0.85]
        if circuit.diffusion == "open":
            p.append(np.log(0.2 * whole * np.sqrt(omega.min())))
        elif circuit.diffusion == "finite":
            p += [np.log(0.3 * whole), span[1] - 1.0]
        if circuit.inductor:
            p.append(np.log(max(float(ohm.imag.max()), 1e-3 * whole) / omega.max()))
        found.append(np.array(p))
    return found


def _result(
    omega: FloatArray, rss: float, circuit: Circuit, p: FloatArray, jacobian: FloatArray, bic: float,
    test: KramersKronig, notes: list[str],
) -> Fit:  # fmt: skip
    """The figures, their errors, and what is doubtful about them."""
    n = 2 * omega.size
    variance = max(rss, n * _BEST_ACCURACY**2 * 1e-2) / max(n - circuit.size, 1)
    covariance = variance * np.linalg.pinv(jacobian.T @ jacobian)
    bulk = float(np.exp(p[0]))
    arcs = [(float(np.exp(p[k])), float(np.exp(p[k + 1])), float(p[k + 2]), k) for k in range(1, 3 * circuit.arcs, 3)]
    arcs.sort(key=lambda arc: arc[1])
    fast = [arc for arc in arcs if arc[1] < _SLOW_S]
    slope = np.zeros(p.size)
    for ohm_of_arc, _, _, k in fast:
        slope[k] = ohm_of_arc
    slow = sum(arc[0] for arc in arcs if arc not in fast)
    slow += float(np.exp(p[1 + 3 * circuit.arcs])) if circuit.diffusion == "finite" else 0.0
    errors = bulk * float(np.sqrt(covariance[0, 0])), float(np.sqrt(slope @ covariance @ slope))
    interfacial = sum(arc[0] for arc in fast)
    if not fast:
        notes.append("there is no arc faster than 1 s: no interfacial resistance is seen")
    elif arcs[0][1] < 0.3 / omega.max():
        notes.append("the fastest arc lies beyond the highest frequency: bulk and interface are not told apart")
    if fast and errors[1] > 0.3 * interfacial:
        notes.append("the interfacial resistance is uncertain by more than 30 %")
    return Fit(
        circuit, bulk, errors[0], interfacial, errors[1], slow, tuple(arc[:3] for arc in arcs),
        float(np.sqrt(rss / omega.size)), bic, test, tuple(p.tolist()), tuple(notes),
    )  # fmt: skip
