"""Groups of cells: what their lives, polarizations and efficiencies say together; the json of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from alloycoat.analysis.survival import KaplanMeier, LifeRatio, kaplan_meier, life_ratio
from alloycoat.errors import AlloycoatError
from alloycoat.outcome import Life, Outcome


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Replicates: their name, their cells (name and outcome) and the survival curve of their lives."""

    name: str
    pattern: str
    cells: tuple[tuple[str, Outcome], ...]
    survival: KaplanMeier | None

    @property
    def lives(self) -> tuple[Life, ...]:
        """The known lives."""
        return tuple(outcome.life for _, outcome in self.cells if outcome.life is not None)

    @property
    def n_failed(self) -> int:
        """Cells whose failure was seen."""
        return sum(life.upper_s is not None for life in self.lives)

    def values(self, key: str) -> list[float]:
        """A number of each outcome that has it; `coulombic_efficiency` as the mean over its pairs."""
        found = []
        for _, outcome in self.cells:
            value = getattr(outcome, key)
            if isinstance(value, tuple):
                known = [each for each in value if each is not None]
                value = sum(known) / len(known) if known else None
            if value is not None:
                found.append(float(value))
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two groups by their lives: the ratio of the second over the first, or why there is none."""

    first: str
    second: str
    ratio: LifeRatio | None
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class GroupsView:
    """All groups, every pair of them compared, and remarks."""

    groups: tuple[Group, ...]
    pairs: tuple[Compared, ...]
    warnings: tuple[str, ...] = ()


def group_up(named: Sequence[tuple[str, str, Sequence[tuple[str, Outcome]]]], seed: int = 0) -> GroupsView:
    """The groups of (name, pattern, cells with their outcomes), with survival curves and life ratios."""
    groups, warnings = [], []
    for name, pattern, cells in named:
        lives = [outcome.life for _, outcome in cells if outcome.life is not None]
        groups.append(Group(name, pattern, tuple(cells), kaplan_meier(lives) if lives else None))
        if not lives:
            warnings.append(f"groups: {name}: no life is known, so it has no survival curve")
        elif len(lives) < 3:
            warnings.append(f"groups: {name}: {len(lives)} cells say little of a spread")
    pairs = []
    for first, second in combinations(groups, 2):
        try:
            ratio = life_ratio(first.lives, second.lives, seed=seed)
            pairs.append(Compared(first.name, second.name, ratio, ratio.reason))
        except AlloycoatError as error:  # a group without a life
            pairs.append(Compared(first.name, second.name, None, str(error)))
    return GroupsView(tuple(groups), tuple(pairs), tuple(warnings))


SUMMARIES = ("polarization_begin_V", "polarization_end_V", "coulombic_efficiency", "capacity_retention")
"""Numbers of outcomes that are summed up by group: median and range."""


def _group_json(group: Group, warnings: list[str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": group.name, "pattern": group.pattern, "cells": [name for name, _ in group.cells],
        "n_cells": len(group.cells), "n_failed": group.n_failed, "n_censored": len(group.lives) - group.n_failed,
    }  # fmt: skip
    curve = group.survival
    found["median_life_s"] = None if curve is None else curve.median_s
    found["median_life_s_interval"] = None if curve is None else list(curve.median_interval_s)
    found["interval_level"] = None if curve is None else curve.level
    if curve is None or curve.median_s is None:
        why = "no life is known" if curve is None else curve.reason
        warnings.append(f"groups.{group.name}.median_life_s: {why}")
    if curve is not None and None in curve.median_interval_s:
        warnings.append(f"groups.{group.name}.median_life_s_interval: null where the cells set no bound")
    found["kaplan_meier"] = None if curve is None else {
        "time_s": curve.time_s.tolist(), "survival": curve.survival.tolist(),
        "survival_low": curve.low.tolist(), "survival_high": curve.high.tolist(),
    }  # fmt: skip
    for key in SUMMARIES:
        values = group.values(key)
        found[f"{key}_median"] = float(np.median(values)) if values else None
        found[f"{key}_range"] = [min(values), max(values)] if values else None
        if not values:
            warnings.append(f"groups.{group.name}.{key}_median: no cell of the group has it")
    return found


def _pair_json(pair: Compared, warnings: list[str]) -> dict[str, Any]:
    ratio = pair.ratio
    if pair.reason:
        warnings.append(f"life_ratios.{pair.second} over {pair.first}: {pair.reason}")
    found: dict[str, Any] = {"group": pair.second, "over": pair.first}
    if ratio is None:
        return found | {"ratio": None, "ratio_interval": None, "interval_level": None, "n_cells": None}
    return found | {"ratio": ratio.ratio, "ratio_interval": [ratio.low, ratio.high], "interval_level": ratio.level,
                    "n_cells": list(ratio.n)}  # fmt: skip


def groups_json(view: GroupsView, cells: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The document of `alloycoat analyze --group`: cells, groups, life ratios, warnings."""
    warnings = list(view.warnings)
    return {
        "cells": list(cells),
        "groups": [_group_json(group, warnings) for group in view.groups],
        "life_ratios": [_pair_json(pair, warnings) for pair in view.pairs],
        "warnings": warnings,
    }
