"""The outcome of a test: what a measured cell, a simulated cell and a published row have in common."""

# ruff: noqa: N815 -- names carry their SI unit, and A and V are capital

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from alloycoat.errors import AlloycoatError
from alloycoat.quantities import parse

FAILURES = (
    "none", "polarization", "soft-short", "hard-short", "exhaustion", "depletion", "voltage-limit",
    "incomplete", "capacity-loss",
)  # fmt: skip
"""How a cell can fail; `none` where no criterion was met up to the end of the record."""

STRENGTHS = ("weak", "verdict")

_LIFE = re.compile(
    r"\s*(?P<sign><=|>=|[<>≤≥~≈])?\s*(?P<low>\d[\d.eE+]*)"
    r"(?:\s*[-–]\s*(?P<high>\d[\d.eE+]*))?\s*(?P<unit>[A-Za-z]*)\s*\Z"
)


class OutcomeError(AlloycoatError, ValueError):
    """A value that an outcome cannot have."""


@dataclass(frozen=True, slots=True)
class Life:
    """How long a cell lived, in s: observed (`lower_s == upper_s`), or only known to lie in an interval.

    upper_s is None where the cell was still alive at `lower_s` (right-censored, ">1200 h"); lower_s is 0
    where only an upper bound is known (left-censored, "<100 h").
    """

    lower_s: float
    upper_s: float | None

    def __post_init__(self) -> None:
        if not 0 <= self.lower_s < float("inf"):
            raise OutcomeError(f"life: the lower bound {self.lower_s!r} s is not a time from 0 up")
        if self.upper_s is not None and not self.lower_s <= self.upper_s < float("inf"):
            raise OutcomeError(f"life: the upper bound {self.upper_s!r} s is below the lower, {self.lower_s!r} s")

    @classmethod
    def observed(cls, life_s: float) -> Life:
        """The cell failed at `life_s` (s)."""
        return cls(float(life_s), float(life_s))

    @classmethod
    def at_least(cls, life_s: float) -> Life:
        """The cell was still alive at `life_s` (s)."""
        return cls(float(life_s), None)

    @classmethod
    def parse(cls, text: str) -> Life:
        """Read "1400 h", ">1200 h", "<100 h" or "100-200 h"; any unit of time, h where none is written.

        "~" is dropped ("about" is a matter of the row, not of the interval). Raises OutcomeError.
        """
        match = _LIFE.match(text)
        if match is None:
            raise OutcomeError(f"life: {text[:60]!r} is not understood; write '1400 h', '>1200 h' or '<100 h'")
        unit = match["unit"] or "h"
        low = parse(f"{match['low']} {unit}", "time", "life")
        if match["high"]:
            return cls(low, parse(f"{match['high']} {unit}", "time", "life"))
        sign = match["sign"] or ""
        if sign.startswith((">", "≥")):
            return cls(low, None)
        return cls(0.0 if sign.startswith(("<", "≤")) else low, low)

    @property
    def is_observed(self) -> bool:
        """True where the moment of failure is known."""
        return self.lower_s == self.upper_s

    @property
    def lower_h(self) -> float:
        """Lower bound in h."""
        return self.lower_s / 3600

    @property
    def upper_h(self) -> float | None:
        """Upper bound in h, None where unknown."""
        return None if self.upper_s is None else self.upper_s / 3600

    @property
    def text(self) -> str:
        """As papers print it: "1400 h", ">1200 h", "<100 h" or "100-200 h" (six significant figures)."""
        if self.upper_s is None:
            return f">{self.lower_s / 3600:.6g} h"
        upper = f"{self.upper_s / 3600:.6g} h"
        if self.is_observed:
            return upper
        return f"<{upper}" if self.lower_s == 0 else f"{self.lower_s / 3600:.6g}-{upper}"

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of failure: when (the record's own clock, s), which criterion, how strong, and what was seen."""

    time_s: float
    kind: str
    strength: str
    evidence: str

    def __post_init__(self) -> None:
        if self.kind not in FAILURES or self.kind == "none":
            raise OutcomeError(f"sign: {self.kind!r} is not one of {', '.join(FAILURES[1:])}")
        if self.strength not in STRENGTHS:
            raise OutcomeError(f"sign: the strength {self.strength!r} is not one of {', '.join(STRENGTHS)}")

    def to_json(self) -> dict[str, Any]:
        """The sign as it stands in the json output."""
        return {
            "time_s": self.time_s, "kind": self.kind, "strength": self.strength, "evidence": self.evidence,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Invariant:
    """A check that catches silently wrong data: `state` is "ok", "doubtful" or "undecided"."""

    name: str
    state: str
    evidence: str

    def to_json(self) -> dict[str, str]:
        """The check as it stands in the json output."""
        return {"name": self.name, "state": self.state, "evidence": self.evidence}


INVARIANT = "invariant "
"""Prefix of the metadata keys under which a reader keeps its checks, "state: evidence"."""


def invariants_in(metadata: Mapping[str, str]) -> tuple[Invariant, ...]:
    """The checks that a reader wrote into the metadata of a record."""
    found = []
    for name, text in metadata.items():
        if name.startswith(INVARIANT):
            state, _, evidence = text.partition(": ")
            found.append(Invariant(name.removeprefix(INVARIANT), state, evidence))
    return tuple(found)


_NO_REASON = {
    "failure_time_s": "no failure was seen up to the end of the record",
    "life_lower_s": "no life is known",
    "life_upper_s": "no failure was seen, so the life is only known to exceed its lower bound",
    "current_density_A_per_m2": "the electrode area is unknown; give it, for instance as --area '1.13 cm^2'",
    "area_specific_resistance_ohm_m2": "the electrode area or the polarization is unknown",
    "impedance": "the record has no impedance rows",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out: polarization at begin and end, life, failure, efficiency. Every field is optional.

    The fields are the keys of the json document (SI units in the name). `reasons` says why a field is None.
    Beyond the promised keys (see `details`): `techniques`, what was done and when; `cycles`, columns by cycle;
    `reservoir`, the reservoir method; `nucleation_overpotential_V`, of the first plating on copper; `life_cycles`
    and `life_charge_C`, the life in cycles and in charge passed one way. For rows of the literature:
    `conditions` (words and quantities of the test), `about` (the fields that are printed as approximate),
    `reference` (the key of the paper). `title` names the cell in reports.
    """

    duration_s: float | None = None
    time_zero_s: float | None = None
    cell_kind: str | None = None
    cell_kind_inferred: bool = False
    n_half_cycles: int | None = None
    current_density_A_per_m2: float | None = None
    polarization_begin_V: float | None = None
    polarization_end_V: float | None = None
    area_specific_resistance_ohm_m2: float | None = None
    failure: str | None = None
    failure_time_s: float | None = None
    signs: tuple[Sign, ...] = ()
    life: Life | None = None
    coulombic_efficiency: tuple[float | None, ...] | None = None
    coulombic_efficiency_pairing: str | None = None
    capacity_retention: float | None = None
    impedance: Mapping[str, Any] | None = None
    techniques: tuple[Mapping[str, Any], ...] = ()
    cycles: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    reservoir: Mapping[str, Any] | None = None
    nucleation_overpotential_V: float | None = None
    life_cycles: float | None = None
    life_charge_C: float | None = None
    invariants: tuple[Invariant, ...] = ()
    warnings: tuple[str, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    conditions: Mapping[str, str] = field(default_factory=dict)
    about: tuple[str, ...] = ()
    reference: str = ""

    def __post_init__(self) -> None:
        if self.failure is not None and self.failure not in FAILURES:
            raise OutcomeError(f"failure: {self.failure!r} is not one of {', '.join(FAILURES)}")
        for name in ("reasons", "conditions", "cycles"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def verdicts(self) -> tuple[Sign, ...]:
        """The signs strong enough to decide, earliest first."""
        return tuple(sign for sign in self.signs if sign.strength == "verdict")

    def to_json(self) -> dict[str, Any]:
        """A JSON-safe dict with the promised keys; for every null `warnings` has a line "key: why"."""
        document: dict[str, Any] = {
            name: getattr(self, name)
            for name in (
                "duration_s", "time_zero_s", "cell_kind", "cell_kind_inferred", "n_half_cycles",
                "current_density_A_per_m2", "polarization_begin_V", "polarization_end_V",
                "area_specific_resistance_ohm_m2", "failure", "failure_time_s",
            )
        }  # fmt: skip
        document["signs"] = [sign.to_json() for sign in self.signs]
        document["life_lower_s"] = None if self.life is None else self.life.lower_s
        document["life_upper_s"] = None if self.life is None else self.life.upper_s
        efficiency = self.coulombic_efficiency
        document["coulombic_efficiency"] = None if efficiency is None else list(efficiency)
        document["coulombic_efficiency_pairing"] = self.coulombic_efficiency_pairing
        document["capacity_retention"] = self.capacity_retention
        document["impedance"] = None if self.impedance is None else dict(self.impedance)
        document["invariants"] = [check.to_json() for check in self.invariants]
        document["warnings"] = [*self.warnings, *self._nulls(document)]
        return document

    def details(self) -> dict[str, Any]:
        """What is known beyond the promised keys, JSON-safe; None where it does not apply."""
        return {
            "techniques": [dict(block) for block in self.techniques],
            "cycles": {name: list(column) for name, column in self.cycles.items()},
            "reservoir": None if self.reservoir is None else dict(self.reservoir),
            "nucleation_overpotential_V": self.nucleation_overpotential_V,
            "life_cycles": self.life_cycles,
            "life_charge_C": self.life_charge_C,
        }

    def _nulls(self, document: Mapping[str, Any]) -> list[str]:
        """One line for each null that no warning explains yet."""
        lines = []
        for key, value in document.items():
            if value is None and not any(line.startswith(f"{key}: ") for line in self.warnings):
                reason = self.reasons.get(key) or _NO_REASON.get(key) or "not known"
                lines.append(f"{key}: {reason}")
        return lines
