"""The overall effects under other readings of the table and other priors."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from alloycoat.literature.meta_effects import (
    Datum,
    Effect,
    collect,
    problem,
    summarize,
)
from alloycoat.literature.meta_model import COEFFICIENT_SCATTER, TOTAL_SCATTER, Problem, sample
from alloycoat.literature.rows import CellRow, Side

FACTOR = 2.0
"""Full gap over |V|: by this factor two printings of the same polarization differ."""
_READINGS = 12  # random assignments of |V| and full gap to papers and sides


@dataclass(frozen=True, slots=True)
class Variant:
    """An effect under another reading; `reading` says which in words."""

    name: str
    reading: str
    effect: Effect

    def to_json(self) -> dict[str, Any]:
        """The entry of `sensitivity`: the effect with `variant` and `reading`."""
        return {"variant": self.name, "reading": self.reading, **self.effect.to_json()}


def _open_end(side: Side) -> Side:
    """A round-hundred life, or one that the text calls 'at least', read as the end of the test."""
    if {"round_hundred_life", "text_says_at_least"} & set(side.flags):
        return replace(side, life_relation="above", life_upper_h=None)
    return side


def _round(side: Side) -> bool:
    return "round_hundred_life" in side.flags


def _coated_open(rows: Sequence[CellRow]) -> list[CellRow]:
    return [replace(row, coated=_open_end(row.coated)) for row in rows]


def _both_open(rows: Sequence[CellRow]) -> list[CellRow]:
    return [replace(row, coated=_open_end(row.coated), bare=_open_end(row.bare)) for row in rows]


def _bare_as_printed(rows: Sequence[CellRow]) -> list[CellRow]:
    return [
        replace(row, bare=replace(row.bare, life_lower_h=row.bare.life_upper_h))
        if row.bare.life_relation == "below" and row.bare.life_upper_h is not None
        else row
        for row in rows
    ]


def _not_round(rows: Sequence[CellRow]) -> list[CellRow]:
    return [row for row in rows if not _round(row.coated)]


_LIFE: tuple[tuple[str, str, Callable[[Sequence[CellRow]], list[CellRow]]], ...] = (
    ("round coated lives are ends of tests",
     "coated lives of whole hundreds and 'at least' read as '>'", _coated_open),
    ("round lives are ends of tests", "bare and coated lives of whole hundreds read as '>'", _both_open),
    ("bounded bare lives as printed", "bare lives printed '<' read as the life itself", _bare_as_printed),
    ("round coated lives left out", "rows whose coated life is a whole hundred left out", _not_round),
    ("one vote a paper", "the first row of each paper only",
     lambda rows: list({row.paper.key: row for row in reversed(rows)}.values())[::-1]),
)  # fmt: skip


def _fit(data: Sequence[Datum], quantity: str, change: Callable[[Problem], Problem] | None = None) -> Effect:
    stated = problem(data, np.ones((len(data), 1)))
    posterior = sample(stated if change is None else change(stated), 21)
    return summarize(posterior, np.ones(1), data, (quantity, "none", "all"))


def _scaled(factor: float) -> Callable[[Problem], Problem]:
    def change(stated: Problem) -> Problem:
        coefficients = np.full(stated.design.shape[1], factor * COEFFICIENT_SCATTER)
        return replace(stated, total_scatter=factor * TOTAL_SCATTER, coefficient_scatter=coefficients)

    return change


def life_variants(rows: Sequence[CellRow]) -> list[Variant]:
    """The life ratio with round lives as ends of tests, without doubtful rows, with other priors."""
    found = []
    for name, reading, change in _LIFE:
        data = collect(change(rows), "life-ratio")
        if data:
            found.append(Variant(name, reading, _fit(data, "life-ratio")))
    data = collect(rows, "life-ratio")
    if data:
        found.append(Variant("priors twice as wide", "every prior scale doubled", _fit(data, "life-ratio", _scaled(2))))
        found.append(Variant("priors half as wide", "every prior scale halved", _fit(data, "life-ratio", _scaled(0.5))))
    return found


def gap_variants(rows: Sequence[CellRow]) -> list[Variant]:
    """The polarization ratios where bare and coated cells may be printed in different ways.

    A paper that prints |V| for both cells or the full gap for both gives the same ratio. 'mixed at random':
    each paper prints each side as |V| or as full gap with equal chance; the draws of all assignments pooled.
    The outer readings: every bare cell full gap and every coated one |V|, and the reverse.
    """
    found = []
    for quantity in ("begin-ratio", "end-ratio"):
        data = collect(rows, quantity)
        if not data:
            continue
        found.append(
            Variant("gap mixed at random", "each paper prints each side as |V| or full gap", _mixed(data, quantity))
        )
        for name, sign in (("bare as full gap, coated as |V|", 1.0), ("bare as |V|, coated as full gap", -1.0)):
            moved = [_moved(datum, sign) for datum in data]
            found.append(Variant(name, "every paper so", _fit(moved, quantity)))
    return found


def _moved(datum: Datum, sign: float) -> Datum:
    shift = sign * math.log(FACTOR)
    return Datum(datum.row, datum.lower + shift, datum.upper + shift)


def _mixed(data: Sequence[Datum], quantity: str) -> Effect:
    generator = np.random.default_rng(22)
    papers = sorted({datum.row.paper.key for datum in data})
    pooled = None
    for reading in range(_READINGS):
        drawn = generator.integers(0, 2, (len(papers), 2))
        sign = {paper: float(side[0] - side[1]) for paper, side in zip(papers, drawn, strict=True)}
        moved = [_moved(datum, sign[datum.row.paper.key]) for datum in data]
        posterior = sample(problem(moved, np.ones((len(data), 1))), 100 + reading, chains=16, warm_up=30, kept=20)
        if pooled is None:
            pooled = posterior
        else:
            pooled = type(posterior)(
                np.concatenate([pooled.coefficients, posterior.coefficients]),
                np.concatenate([pooled.scatter, posterior.scatter]),
            )
    assert pooled is not None
    return summarize(pooled, np.ones(1), data, (quantity, "none", "all"))


def sensitivity(rows: Sequence[CellRow]) -> list[Variant]:
    """All variants, life first."""
    return [*life_variants(rows), *gap_variants(rows)]
