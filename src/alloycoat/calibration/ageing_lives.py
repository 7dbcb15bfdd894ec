"""Lives of the published cells by the ageing cell, over a small design of its parameters; a quadratic through them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from alloycoat import cell as cells
from alloycoat.calibration.likelihood import Array
from alloycoat.literature.rows import CellRow
from alloycoat.recipe import Recipe

AMOUNT = "50 uL/cm^2"
"""Electrolyte amount: no row prints one; assumed."""
AREA = "1.13 cm^2"
COVERAGE_GAP = 0.03
"""Share of the electrode that a typical fresh coating leaves bare; assumed (the table of the ageing cell)."""
MODELLED = ("Li", "Na")
"""Metals whose published cells are run: the film of bare Mg is an input, the K row prints no concentration."""
SPREADS = {"loss": 0.5, "moss_slope": 0.54, "coating_loss": 0.9, "gap": 1.0}
"""Standard deviations of the logarithms of the parameters, from their ranges in the table of the ageing cell
(low to high taken as 10 to 90 %)."""
REACH = 1.5
"""Corners and axes of the design lie this many standard deviations out."""
MOST_CYCLES = 60_000


@dataclass(frozen=True, slots=True)
class Rig:
    """One kind of published cell: all rows with the same metal, electrolyte, current and half-cycle."""

    anode: str
    electrolyte: str
    current_density: float
    half_cycle: float

    @classmethod
    def of(cls, row: CellRow) -> Rig:
        """The rig of a row."""
        return cls(row.anode, row.electrolyte, row.current_density, row.half_cycle)

    @property
    def key(self) -> str:
        """The rig in one line."""
        return f"{self.anode}; {self.electrolyte}; {self.current_density:g} A/m2; {self.half_cycle:g} s"

    def recipe(self) -> Recipe:
        """A symmetric bare cell that is cycled to its end."""
        current, hold = f"{self.current_density / 10:g} mA/cm2", f"{self.half_cycle / 60:g} minutes"
        steps = [f"{verb} at {current} for {hold}" for verb in ("Plate", "Strip")]
        return Recipe.model_validate(
            {
                "anode": {"metal": self.anode, "area": AREA},
                "cell": {"format": "symmetric", "electrolyte": self.electrolyte},
                "protocol": {"steps": steps, "cycles": MOST_CYCLES},
            }
        )


def rigs(rows: Sequence[CellRow]) -> list[Rig]:
    """The kinds of cells among the rows that the ageing cell models."""
    return list(dict.fromkeys(Rig.of(row) for row in rows if row.anode in MODELLED))


def axes(side: str) -> tuple[str, ...]:
    """Parameters varied for a bare or a coated cell."""
    return ("loss", "moss_slope") if side == "bare" else ("loss", "moss_slope", "coating_loss", "gap")


def points(side: str) -> list[tuple[float, ...]]:
    """The design in standard deviations: center, axes, and corners (of the four parameters every second one)."""
    n = len(axes(side))
    found = [(0.0,) * n]
    for k, sign in product(range(n), (-1.0, 1.0)):
        found.append(tuple(sign * REACH if j == k else 0.0 for j in range(n)))
    corners = [corner for corner in product((-1.0, 1.0), repeat=n) if n == 2 or math.prod(corner) > 0]
    return [*found, *(tuple(REACH * sign for sign in corner) for corner in corners)]


def simulated(rig: Rig, side: str, factors: Mapping[str, float]) -> tuple[Any, Any, Any]:
    """(cell, ageing parameters, protocol) of a rig with parameters times `factors`; gap: of the coverage.

    A coated cell has a typical dense layer that metal plates under: what the published recipes leave open
    (layer resistance, nucleation on top) decides nothing that the rows could show.
    """
    recipe = rig.recipe()
    bare = cells.symmetric(anode=rig.anode, electrolyte=rig.electrolyte, area=AREA)
    worn = cells.ageing_parameters(bare, electrolyte_amount=AMOUNT)
    known = {"loss": worn.loss, "moss_slope": worn.moss_slope, "coating_loss": worn.coating_loss}
    changes: dict[str, Any] = {name: known[name] * f for name, f in factors.items() if name != "gap"}
    changes = {name: min(value, 0.9) if name == "loss" else value for name, value in changes.items()}
    if side == "bare":
        return bare, replace(worn, **changes), recipe.protocol
    gap = min(0.9, COVERAGE_GAP * factors.get("gap", 1.0))
    coated = replace(bare, coated=(True, True))
    return coated, replace(worn, coverage=1.0 - gap, **changes), recipe.protocol


def life_hours(rig: Rig, side: str, factors: Mapping[str, float]) -> tuple[float, str]:
    """(life in h, how it ended) of one cell."""
    cell, worn, protocol = simulated(rig, side, factors)
    found = cells.lives(cell, protocol, worn, {"loss": np.array([worn.loss])}, threads=1)
    return float(found.time_s[0]) / 3600.0, found.ended[0].name


def at_point(side: str, point: Sequence[float]) -> dict[str, float]:
    """Factors on the parameters at a point of the design."""
    return {name: math.exp(SPREADS[name] * x) for name, x in zip(axes(side), point, strict=True)}


Lines = dict[tuple[str, str, int], tuple[float, str]]
"""(rig, side, number of the point) -> (life in h, how it ended)."""


def run_design(rows: Sequence[CellRow], known: Lines, keep: Callable[[Lines], None]) -> Lines:
    """The lives of every rig, side and point; `known` ones are not run again, `keep` is called after each rig."""
    found = dict(known)
    for rig, side in product(rigs(rows), ("bare", "coated")):
        missing = [k for k in range(len(points(side))) if (rig.key, side, k) not in found]
        for k in missing:
            found[rig.key, side, k] = life_hours(rig, side, at_point(side, points(side)[k]))
        if missing:
            keep(found)
    return found


@dataclass(frozen=True, slots=True)
class Surface:
    """ln(life in h) as a quadratic of the parameters in standard deviations, least squares through the design."""

    coefficients: Array
    error: float

    def at(self, x: Array) -> tuple[float, Array]:
        """(value, gradient) at x."""
        n, c = x.size, self.coefficients
        value, gradient = float(c[0] + c[1 : n + 1] @ x), c[1 : n + 1].copy()
        for k, (i, j) in enumerate(_pairs(n), start=n + 1):
            value += float(c[k] * x[i] * x[j])
            gradient[i] += c[k] * x[j]
            gradient[j] += c[k] * x[i]
        return value, gradient


def _pairs(n: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(n) for j in range(i, n)]


def surface(lines: Lines, rig: Rig, side: str) -> Surface:
    """The quadratic of one kind of cell; `error`: largest miss at a point of the design."""
    x = np.array(points(side))
    y = np.log([lines[rig.key, side, k][0] for k in range(len(x))])
    columns = [np.ones(len(x)), *x.T, *(x[:, i] * x[:, j] for i, j in _pairs(x.shape[1]))]
    matrix = np.stack(columns, axis=1)
    found = np.linalg.lstsq(matrix, y, rcond=None)[0]
    return Surface(np.asarray(found), float(np.abs(matrix @ found - y).max()))


SENSITIVE = (
    "loss", "electrolyte_amount", "dead_porosity", "dead_macmullin", "solvent_use", "film_split", "moss_slope",
    "moss_most", "moss_seed", "mossy_share", "exchange_current_density", "film_resistance", "separator_thickness",
)  # fmt: skip
"""Parameters of the bare cell whose traces in the lives are compared."""


def sensitivities(rows: Sequence[CellRow], step: float = 1.2) -> tuple[list[str], Array]:
    """(rigs, d ln life / d ln parameter (rigs, SENSITIVE)) of the bare lithium cells, by central differences."""
    chosen = [rig for rig in rigs(rows) if rig.anode == "Li"]
    found = np.zeros((len(chosen), len(SENSITIVE)))
    for i, rig in enumerate(chosen):
        for j, name in enumerate(SENSITIVE):
            ends = []
            for factor in (1.0 / step, step):
                cell, worn, protocol = simulated(rig, "bare", {})
                owner = worn if hasattr(worn, name) else cell
                sample = {name: np.array([getattr(owner, name) * factor])}
                ends.append(cells.lives(cell, protocol, worn, sample, threads=1).time_s[0])
            found[i, j] = math.log(ends[1] / ends[0]) / (2.0 * math.log(step))
    return [rig.key for rig in chosen], found
