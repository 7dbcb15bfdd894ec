"""The table by cycle, and figures that are read from it."""

from __future__ import annotations

from typing import Any

import numpy as np

from alloycoat.analysis.cycles import Trace
from alloycoat.analysis.efficiency import Efficiency
from alloycoat.analysis.techniques import KINDS
from alloycoat.record import FloatArray


def per_cycle(seen: Trace, efficiency: Efficiency) -> dict[str, tuple[Any, ...]]:
    """Columns by cycle, SI units in the name; None where something cannot be told.

    cycle: from 1; start_s, end_s: the file's clock; technique: of both half-cycles, or of the one that is no
    cycling; full: both complete; current_A: mean of both; first_charge_C, second_charge_C: by order;
    polarization_V, asymmetry_V: half of the difference and of the sum of the settled voltages; nucleation_V,
    maximum_V: the larger of both; end_V: mean |V| of the last rows; drift_V, noise_V, arcing: mean of both;
    coulombic_efficiency: where defined.
    """
    cycles, halves = seen.cycles, seen.halves
    n = cycles.n
    one, two = slice(0, 2 * n, 2), slice(1, 2 * n, 2)

    def mean(values: FloatArray) -> FloatArray:
        return 0.5 * (values[one] + values[two])

    kind = np.maximum(seen.techniques.half_kind[one], seen.techniques.half_kind[two])
    columns: dict[str, FloatArray] = {
        "start_s": cycles.start_s, "end_s": cycles.end_s, "current_A": cycles.current_A,
        "first_charge_C": cycles.first_charge_C, "second_charge_C": cycles.second_charge_C,
        "polarization_V": cycles.polarization_V, "asymmetry_V": cycles.asymmetry_V,
        "nucleation_V": np.maximum(halves.nucleation_V[one], halves.nucleation_V[two]),
        "end_V": mean(np.abs(halves.end_V)),
        "maximum_V": np.maximum(np.abs(halves.maximum_V[one]), np.abs(halves.maximum_V[two])),
        "drift_V": mean(halves.drift_V), "noise_V": mean(halves.noise_V), "arcing": mean(halves.arcing),
    }  # fmt: skip
    table: dict[str, tuple[Any, ...]] = {
        "cycle": tuple(range(1, n + 1)),
        "technique": tuple(KINDS[k] for k in kind.tolist()),
        "full": tuple(cycles.full.tolist()),
    }
    table |= {name: _known(values) for name, values in columns.items()}
    table["coulombic_efficiency"] = _efficiency(seen, efficiency)
    return table


def _known(values: FloatArray) -> tuple[float | None, ...]:
    """The column with None for what is not finite."""
    if np.isfinite(values).all():
        return tuple(values.tolist())
    return tuple(v if np.isfinite(v) else None for v in values.tolist())


def _efficiency(seen: Trace, efficiency: Efficiency) -> tuple[float | None, ...]:
    """Efficiencies by cycle; in half cells that start with stripping the pairs lie between two cycles."""
    n = seen.cycles.n
    values = list(efficiency.values or ())
    return tuple([*values, *[None] * n][:n])


def nucleation_overpotential(seen: Trace) -> float | None:
    """By how much the first plating on copper goes beyond its plateau, in V; None but in half cells.

    The largest overpotential in the first part of the half-cycle (up to `settled_from`) minus that of the
    settled part (the definition of Pei, Zheng, Shi, Li and Cui 2017, doi 10.1021/acs.nanolett.6b04755: peak
    minus plateau). 0 where there is no peak.
    """
    if seen.cell_kind != "half":
        return None
    plating = np.flatnonzero(seen.halves.sign < 0)
    return float(seen.halves.nucleation_V[plating[0]]) if plating.size else None


def cycles_until(seen: Trace, until_s: float) -> float:
    """Cycles up to a time (s, the file's clock): whole ones and the share of the one that was under way."""
    if seen.halves.n == 0:
        return 0.0
    return 0.5 * _halves_until(seen, until_s)


def charge_until(seen: Trace, until_s: float) -> float:
    """Charge passed one way up to a time, in C: half of the integral of |I| over both ways; all of it one way."""
    halves = seen.halves
    if halves.n == 0:
        return 0.0
    whole = int(np.floor(_halves_until(seen, until_s)))
    share = _halves_until(seen, until_s) - whole
    passed = float(halves.charge_C[:whole].sum()) + (share * float(halves.charge_C[whole]) if share else 0.0)
    return passed if halves.n == 1 else 0.5 * passed


def _halves_until(seen: Trace, until_s: float) -> float:
    halves = seen.halves
    k = int(np.searchsorted(halves.start_s, until_s, side="right")) - 1
    if k < 0:
        return 0.0
    length = float(halves.end_s[k] - halves.start_s[k])
    return k + (min(1.0, (until_s - float(halves.start_s[k])) / length) if length > 0 else 1.0)
