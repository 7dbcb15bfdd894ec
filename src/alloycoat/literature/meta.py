"""`summary()`: what the rows of Table 3 say on coated against bare, how sure, and what they cannot say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from alloycoat.literature.added import all_cell_rows
from alloycoat.literature.completeness import scores
from alloycoat.literature.meta_adjusted import adjusted
from alloycoat.literature.meta_claims import Verdict, trend_claims
from alloycoat.literature.meta_effects import (
    LEVEL,
    MODERATORS,
    QUANTITIES,
    Effect,
    Fit,
    activated,
    by_group,
    contrast,
    overall,
)
from alloycoat.literature.meta_power import Detectable, Ranking, detectable, papers_needed, ranking
from alloycoat.literature.meta_sensitivity import Variant, sensitivity
from alloycoat.literature.meta_slopes import exponents, growth, plated_charge
from alloycoat.literature.rows import CellRow

CANNOT = (
    "Which metal is best: see `ranking`.",
    "What a coating does in a full cell, in humid gas or with little electrolyte: every row is a symmetric cell.",
    "What electrolyte amount, N/P ratio, electrode area and replicates do: no row of the review prints them.",
    "Whether a falling polarization is activation or a soft short: effects stand with and without those rows.",
    "How many coatings failed and were never reported: nearly all rows are published successes.",
    "Why a route or a solvent class does better: papers chose route, metal, electrolyte and current together.",
)
"""What the rows cannot show, in words."""
_GROUPED = ("life-ratio", "begin-ratio", "end-ratio")
_PAIRS = (
    ("solvent class", "carbonate", "ether"), ("route class", "additive routes", "solution routes"),
    ("route class", "physical routes", "solution routes"), ("anode", "Na", "Li"), ("anode", "Mg", "Li"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Summary:
    """The meta-analysis of a set of rows."""

    rows: tuple[CellRow, ...]
    effects: tuple[Effect, ...]
    claims: tuple[Verdict, ...]
    sensitivity: tuple[Variant, ...]
    power: tuple[Detectable, ...]
    papers_needed: tuple[dict[str, Any], ...]
    ranking: Ranking
    scatter: dict[str, float]

    def effect(self, quantity: str, subset: str = "all") -> Effect:
        """The effect of a quantity in a subset; raises LookupError where there is none."""
        for effect in self.effects:
            if (effect.quantity, effect.subset) == (quantity, subset):
                return effect
        raise LookupError(f"no effect {quantity!r} in subset {subset!r}")

    def to_json(self) -> dict[str, Any]:
        """The document of `alloycoat evidence --summary --json`."""
        added = sum(row.origin != "review" for row in self.rows)
        return {
            "data": {
                "n_rows": len(self.rows),
                "n_added_rows": added,
                "n_papers": len({row.paper.key for row in self.rows}),
                "n_laboratories": len({row.laboratory for row in self.rows}),
                "n_bare_cells": len({(row.paper.key, row.bare_cell) for row in self.rows}),
            },
            "interval_level": LEVEL,
            "effects": [effect.to_json() for effect in self.effects],
            "claims": [verdict.to_json() for verdict in self.claims],
            "sensitivity": [variant.to_json() for variant in self.sensitivity],
            "power": [item.to_json() for item in self.power],
            "papers_needed": [dict(item) for item in self.papers_needed],
            "ranking": self.ranking.to_json(),
            "scatter_ln_life_ratio": self.scatter,
            "cannot_show": list(CANNOT),
            "completeness": scores(self.rows),
            "sources": ["10.1002/batt.202100009"],
            "warnings": [
                "laboratories are inferred from the author lists",
                "whether a polarization is |V| or the full gap is nowhere said; see `sensitivity`",
            ],
        }


def _scatter(fit: Fit) -> dict[str, float]:
    """Middle standard deviations of ln(life ratio): laboratory, paper, bare cell, row, total."""
    if fit.posterior is None:
        return {}
    middle = np.median(fit.posterior.scatter, axis=(0, 1))
    names = ("laboratory", "paper", "bare_cell", "row")
    found = {name: round(float(value), 3) for name, value in zip(names, middle, strict=True)}
    return {**found, "total": round(float(np.median(fit.posterior.total_scatter)), 3)}


def summary(rows: Sequence[CellRow] | None = None) -> Summary:
    """The meta-analysis of `rows`, by default of Table 3 and the user's own rows.

    Every effect is a posterior median with its 10-90 % interval: ln ratio = group mean + laboratory + paper +
    bare cell + row, all normal, bounds kept as bounds, sampled with a fixed seed (the same rows give the same
    numbers). Validity: symmetric cells; see `cannot_show`.
    """
    chosen = tuple(all_cell_rows() if rows is None else rows)
    steady = [row for row in chosen if not activated(row)]
    effects: list[Effect] = []
    fits: dict[str, Fit] = {}
    for quantity in QUANTITIES:
        whole = overall(chosen, quantity)
        effects += whole.effects
        effects += overall(steady, quantity, "without activation or soft short").effects
        grouped = {name: by_group(chosen, quantity, name) for name in MODERATORS} if quantity in _GROUPED else {}
        for fit in grouped.values():
            effects += fit.effects
        if quantity == "life-ratio":
            fits = {"none": whole, **grouped}
    effects += [effect for pair in _PAIRS if (effect := contrast(chosen, "life-ratio", *pair)) is not None]
    effects += adjusted(chosen)
    effects += [*growth(chosen), *exponents(chosen), *plated_charge(chosen)]
    posterior = fits["none"].posterior
    return Summary(
        rows=chosen,
        effects=tuple(effects),
        claims=tuple(trend_claims(chosen)),
        sensitivity=tuple(sensitivity(chosen)),
        power=tuple(detectable(fits, chosen)),
        papers_needed=() if posterior is None else tuple(papers_needed(posterior)),
        ranking=ranking(chosen),
        scatter=_scatter(fits["none"]),
    )
