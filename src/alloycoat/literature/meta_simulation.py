"""Tables with a known truth: the same papers, laboratories and bare cells, other lives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from alloycoat.literature.meta_effects import MODERATORS, Datum, _numbered, problem, summarize
from alloycoat.literature.meta_model import Array, sample
from alloycoat.literature.rows import CellRow, Side

TRUE_SCATTER = (0.25, 0.45, 0.35, 0.5)
"""Scatter of laboratories, papers, bare cells and rows in a simulated table: close to what the rows show."""
_END_OF_TEST = (0.35, 0.9)
_BARE_BOUND = (-0.4, 0.5)
"""ln(end of the test / middle life) and ln(ratio as bounded by the bare cell / middle ratio): middle, spread."""


def simulate(
    rows: Sequence[CellRow], effect: Array, generator: np.random.Generator, scatter: tuple[float, ...] = TRUE_SCATTER
) -> list[Datum]:
    """Life ratios with the truth `effect` (n,) in ln for each row, censored as the rows are.

    Tests end at a time of their own: about two in five coated lives become lower bounds. Where the bare life
    of a row is only an upper bound, most ratios become one from below. Neither depends on the ratio itself.
    """
    levels = (
        _numbered([row.laboratory for row in rows]),
        _numbered([row.paper.key for row in rows]),
        _numbered([row.bare_cell for row in rows]),
        np.arange(len(rows)),
    )
    values = np.array(effect, dtype=np.float64)
    for level, spread in zip(levels, scatter, strict=True):
        values = values + spread * generator.standard_normal(int(level.max()) + 1)[level]
    ends = effect + _END_OF_TEST[0] + _END_OF_TEST[1] * generator.standard_normal(len(rows))
    bounds = effect + _BARE_BOUND[0] + _BARE_BOUND[1] * generator.standard_normal(len(rows))
    data = []
    for row, value, end, bound in zip(rows, values, ends, bounds, strict=True):
        limit = min(end, bound) if row.bare.life_lower_h == 0 else end
        data.append(Datum(row, float(limit), np.inf) if value > limit else Datum(row, float(value), float(value)))
    return data


@dataclass(frozen=True, slots=True)
class Coverage:
    """How often the intervals held the truth, over simulated tables."""

    quantity: str
    tables: int
    inside_80: float
    inside_95: float
    excludes_no_effect: float
    mean_estimate: float
    truth: float


def _repeat(
    rows: Sequence[CellRow], levels: Array, design: Array, combination: Array, truth: float, tables: int, seed: int,
    scatter: tuple[float, ...], name: str,
) -> Coverage:  # fmt: skip
    """Simulate, fit and count, `tables` times."""
    generator = np.random.default_rng(seed)
    held_80 = held_95 = away = 0
    middle = 0.0
    for number in range(tables):
        data = simulate(rows, levels, generator, scatter)
        posterior = sample(problem(data, design), seed * 1000 + number)
        effect = summarize(posterior, combination, data, ("life-ratio", "none", name), predict=False)
        held_80 += effect.interval[0] <= truth <= effect.interval[1]
        held_95 += effect.strict[0] <= truth <= effect.strict[1]
        away += effect.found
        middle += float(np.log(effect.estimate))
    return Coverage(
        name, tables, held_80 / tables, held_95 / tables, away / tables, float(np.exp(middle / tables)), truth
    )


def coverage(
    rows: Sequence[CellRow], truth: float, tables: int, seed: int, scatter: tuple[float, ...] = TRUE_SCATTER
) -> Coverage:
    """The overall life ratio over `tables` simulated tables with the true ratio `truth`."""
    levels = np.full(len(rows), np.log(truth))
    return _repeat(rows, levels, np.ones((len(rows), 1)), np.ones(1), truth, tables, seed, scatter, "all")


def contrast_coverage(
    rows: Sequence[CellRow], moderator: str, first: str, second: str, truth: float, tables: int, seed: int
) -> Coverage:
    """The ratio between two groups over simulated tables in which it is `truth`, the other groups at 3."""
    groups = [MODERATORS[moderator](row) for row in rows]
    names = tuple(dict.fromkeys(groups))
    levels = np.log(3.0) + np.log(truth) * np.array([float(name == first) for name in groups])
    design = np.array([[float(group == name) for name in names] for group in groups])
    combination = np.array([float(name == first) - float(name == second) for name in names])
    name = f"{first} over {second}"
    return _repeat(rows, levels, design, combination, truth, tables, seed, TRUE_SCATTER, name)


def shuffle(rows: Sequence[CellRow], generator: np.random.Generator) -> list[CellRow]:
    """The rows with all lives and all polarizations dealt anew over all bare and coated cells.

    Rows that share a bare cell keep sharing one. Nothing is left to find: coated and bare come from one urn.
    """
    cells = list({row.bare_cell: row.bare for row in rows}.values()) + [row.coated for row in rows]
    lives, begins, ends = (generator.permutation(len(cells)) for _ in range(3))

    def deal(number: int) -> Side:
        life: Side = cells[lives[number]]
        return replace(
            life,
            polarization_begin=cells[begins[number]].polarization_begin,
            polarization_end=cells[ends[number]].polarization_end,
        )

    dealt = [deal(number) for number in range(len(cells))]
    names = list(dict.fromkeys(row.bare_cell for row in rows))
    bare = dict(zip(names, dealt[: len(names)], strict=True))
    return [
        replace(row, bare=bare[row.bare_cell], coated=coated)
        for row, coated in zip(rows, dealt[len(names) :], strict=True)
    ]
