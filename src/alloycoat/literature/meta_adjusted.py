"""Solvent class and route held against each other: additive coatings were mostly tested in carbonates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from alloycoat.literature.meta_effects import MODERATORS, Effect, collect, problem, summarize
from alloycoat.literature.meta_model import sample
from alloycoat.literature.rows import CellRow

_HELD = (
    ("route class", "additive routes", "solution routes", "solvent held"),
    ("route class", "physical routes", "solution routes", "solvent held"),
    ("solvent class", "carbonate", "ether", "route held"),
)


def adjusted(rows: Sequence[CellRow], quantity: str = "life-ratio") -> list[Effect]:
    """Contrasts of route class and of solvent class from one fit with both; those with rows on both sides.

    ln ratio = route class + solvent class + laboratory + paper + bare cell + row: what is left of one when the
    other is the same. Validity: no interaction of the two, which the rows are too few to show.
    """
    data = collect(rows, quantity)
    names = [
        (moderator, name)
        for moderator in ("route class", "solvent class")
        for name in dict.fromkeys(MODERATORS[moderator](datum.row) for datum in data)
    ]
    if not data:
        return []
    design = np.array([[float(MODERATORS[kind](datum.row) == name) for kind, name in names] for datum in data])
    posterior = sample(problem(data, design), 4)
    found = []
    for kind, one, two, held in _HELD:
        if not {(kind, one), (kind, two)} <= set(names):
            continue
        weights = {(kind, one): 1.0, (kind, two): -1.0}
        combination = np.array([weights.get(name, 0.0) for name in names])
        own = [datum for datum in data if MODERATORS[kind](datum.row) in {one, two}]
        labels = (quantity, kind, f"{one} over {two}, {held}")
        found.append(summarize(posterior, combination, own, labels, predict=False))
    return found
