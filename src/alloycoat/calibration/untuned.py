"""The bare lithium cells of the review by the ageing cell as it stands: how wrong a life is with nothing fitted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from alloycoat.calibration import shipped
from alloycoat.calibration.ageing_lives import Rig, life_hours
from alloycoat.calibration.cases import bare_rows
from alloycoat.errors import AlloycoatError
from alloycoat.literature.rows import CellRow

COMMAND = "python docs/results/build_untuned.py"
"""What makes the table."""
COLUMNS = ("paper", "bare_cell", "lower_h", "upper_h", "simulated_h", "ended")
METAL = "Li"


@dataclass(frozen=True, slots=True)
class Untuned:
    """cells: bare cells compared; exact: those whose published life is a number and no bound; mean_error: mean size
    of ln(simulated/published life) over these."""

    cells: int
    exact: int
    mean_error: float

    @property
    def factor(self) -> float:
        """The mean error as a factor on the life."""
        return math.exp(self.mean_error)


def simulated(rows: Sequence[CellRow]) -> list[tuple[str, ...]]:
    """The lines of the table: each bare lithium cell of the review once, with the tables' values in every law."""
    chosen = [row for row in bare_rows([row for row in rows if row.origin == "review"]) if row.anode == METAL]
    lives = {rig: life_hours(rig, "bare", {}) for rig in dict.fromkeys(Rig.of(row) for row in chosen)}
    found = []
    for row in chosen:
        hours, ended = lives[Rig.of(row)]
        bounds = ("" if value is None else f"{value:g}" for value in (row.bare.life_lower_h, row.bare.life_upper_h))
        found.append((row.paper.key, row.bare_cell, *bounds, f"{hours:.4g}", ended))
    return found


def text_of(lines: Iterable[Sequence[str]]) -> str:
    """The table as csv."""
    return shipped.text_of(COLUMNS, lines, COMMAND)


@lru_cache(maxsize=1)
def untuned() -> Untuned:
    """The shipped comparison. Raises AlloycoatError where the table is missing."""
    place = resources.files("alloycoat.calibration") / "data" / "untuned.csv"
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise AlloycoatError(f"calibration: the table untuned.csv is missing; make it with: {COMMAND}") from None
    lines = shipped.parse(text)
    errors = [
        abs(math.log(float(line["simulated_h"]) / float(line["lower_h"])))
        for line in lines if line["lower_h"] == line["upper_h"]
    ]  # fmt: skip
    return Untuned(len(lines), len(errors), sum(errors) / len(errors))
