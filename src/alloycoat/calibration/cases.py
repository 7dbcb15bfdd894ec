"""`Case`: what a model may know of a pair of cells, from a published row or from a recipe; the truths of a row."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloycoat.calibration.likelihood import Array
from alloycoat.literature.meta_effects import ROUTE_CLASSES
from alloycoat.literature.rows import CellRow, Side

HOUR_AT_1_MA = 5.5
"""ln of 245 h: where the logarithms of lives are centered."""
CENTER_V = 0.1
"""V: where the logarithms of polarizations are centered."""
FILM_FORMERS = ("LiNO3", "NaNO3", "KNO3", "FEC", "VC")
"""Additives known to make a better film."""
MA_PER_CM2, MAH_PER_CM2 = 10.0, 36000.0
Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Case:
    """The inputs of a prediction; SI units. `bare_*`: what is known of the own bare cell, None where nothing is.

    carbonate: 1 for a carbonate, 0 for an ether, between for a mixture. bare_life: natural logarithm of the
    life in h as an interval. route: "" for a bare anode.
    """

    anode: str
    element: str
    route: str
    carbonate: float
    additives: tuple[str, ...]
    current_density: float
    areal_capacity: float
    bare_life: Interval | None = None
    bare_begin: float | None = None
    bare_end: float | None = None

    @property
    def film_former(self) -> bool:
        """True where the electrolyte has an additive that makes a better film."""
        return any(name in text.split() for text in self.additives for name in FILM_FORMERS)

    def blind(self) -> Case:
        """The case without the own bare cell."""
        return replace(self, bare_life=None, bare_begin=None, bare_end=None)


def logarithm(value: float | None) -> float:
    """Natural logarithm; an absent upper bound is infinite, a lower bound of 0 minus infinite."""
    if value is None:
        return math.inf
    return math.log(value) if value > 0 else -math.inf


def bare_life(row: CellRow) -> Interval:
    """ln of the bare life in h."""
    return logarithm(row.bare.life_lower_h), logarithm(row.bare.life_upper_h)


def coated_life(row: CellRow) -> Interval:
    """ln of the coated life in h; a life that the text calls "at least" has no upper bound."""
    side = row.coated
    open_end = "text_says_at_least" in side.flags
    return logarithm(side.life_lower_h), math.inf if open_end else logarithm(side.life_upper_h)


def life_ratio(row: CellRow) -> Interval:
    """ln(coated life / bare life) from the two intervals."""
    (low, high), (bare_low, bare_high) = coated_life(row), bare_life(row)
    return low - bare_high, high - bare_low


def _voltage(side: Side, moment: str) -> Interval:
    value = side.polarization_begin if moment == "begin" else side.polarization_end
    return (math.log(value),) * 2 if value else (-math.inf, math.inf)


TRUTHS: dict[str, Callable[[CellRow], Interval]] = {
    "bare-life": bare_life,
    "coated-life": coated_life,
    "life-ratio": life_ratio,
    "bare-begin": lambda row: _voltage(row.bare, "begin"),
    "bare-end": lambda row: _voltage(row.bare, "end"),
    "coated-begin": lambda row: _voltage(row.coated, "begin"),
    "coated-end": lambda row: _voltage(row.coated, "end"),
}
"""What is predicted, as an interval of the natural logarithm (h, V, ratio); unbounded where not printed."""


def case_of(row: CellRow) -> Case:
    """The inputs of a published row, its own bare cell included."""
    return Case(
        anode=row.anode, element=row.element, route=row.route, carbonate=float(row.solvent_class == "carbonate"),
        additives=row.additives, current_density=row.current_density, areal_capacity=row.areal_capacity,
        bare_life=bare_life(row), bare_begin=row.bare.polarization_begin, bare_end=row.bare.polarization_end,
    )  # fmt: skip


def bare_rows(rows: Sequence[CellRow]) -> list[CellRow]:
    """The first row of every bare cell: one vote a bare cell."""
    seen: dict[tuple[str, str], CellRow] = {}
    for row in rows:
        seen.setdefault((row.paper.key, row.bare_cell), row)
    return list(seen.values())


def votes(rows: Sequence[CellRow]) -> Array:
    """Weights by which the rows of one bare cell share one vote."""
    shared = Counter((row.paper.key, row.bare_cell) for row in rows)
    return np.array([1.0 / shared[row.paper.key, row.bare_cell] for row in rows])


Feature = Callable[[Case], float]


def _own(value: float | None) -> float:
    """ln of a polarization over CENTER_V; a value not known counts as typical."""
    return math.log(value / CENTER_V) if value else 0.0


def _own_life(case: Case) -> float:
    """ln of the own bare life, centered; the case holds a single number here (bounds are filled in before)."""
    return 0.0 if case.bare_life is None else case.bare_life[0] - HOUR_AT_1_MA


def _route(name: str) -> Feature:
    return lambda case: float(ROUTE_CLASSES.get(case.route) == name)


def _metal(name: str) -> Feature:
    return lambda case: float(case.anode == name)


FEATURES: dict[str, Feature] = {
    "one": lambda _: 1.0,
    "ether": lambda case: 1.0 - case.carbonate,
    "carbonate": lambda case: case.carbonate,
    "class": lambda case: case.carbonate - 0.5,
    "current": lambda case: math.log(case.current_density / MA_PER_CM2),
    "capacity": lambda case: math.log(case.areal_capacity / MAH_PER_CM2),
    "former": lambda case: float(case.film_former),
    "additive route": _route("additive routes"),
    "solution route": _route("solution routes"),
    "physical route": _route("physical routes"),
    "Na": _metal("Na"),
    "K": _metal("K"),
    "Mg": _metal("Mg"),
    "own life": _own_life,
    "own begin": lambda case: _own(case.bare_begin),
    "own end": lambda case: _own(case.bare_end),
}
"""What a model may look at; currents relative to 1 mA/cm2, capacities to 1 mAh/cm2, voltages to 0.1 V."""


def design(cases: Sequence[Case], names: Sequence[str]) -> Array:
    """The features of each case, (n, q)."""
    return np.array([[FEATURES[name](case) for name in names] for case in cases], dtype=float)
