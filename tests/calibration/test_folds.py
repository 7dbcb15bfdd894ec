"""Folds: nothing of a left-out paper reaches its prediction; bounds of own bare cells; shuffled and simulated lives."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from alloycoat.calibration import models as declared
from alloycoat.calibration import study
from alloycoat.calibration.cases import Case, bare_rows, case_of, coated_life, votes
from alloycoat.calibration.folds import choose, judged, leave_one_paper_out, predict_left_out
from alloycoat.calibration.scores import score
from alloycoat.literature import cell_rows
from alloycoat.literature.rows import CellRow

ROWS = cell_rows()


def lived(row: CellRow, bare_h: float, coated_h: float) -> CellRow:
    """The row with other lives."""
    sides = [
        replace(side, life_relation="equal", life_lower_h=hours, life_upper_h=hours)
        for side, hours in ((row.bare, bare_h), (row.coated, coated_h))
    ]
    return replace(row, bare=sides[0], coated=sides[1])


def test_the_table_of_models() -> None:
    found = declared.models()
    assert len({model.key for model in found}) == len(found)
    assert {model.role for model in found} == set(declared.ROLES)
    for quantity, given, metals in declared.served():
        assert sum(model.primary for model in declared.candidates(quantity, given, metals) if model.given == given) == 1


def test_one_vote_a_bare_cell_and_the_doubled_papers_are_one() -> None:
    assert len(bare_rows([row for row in ROWS if row.anode == "Li"])) == 24
    assert votes(ROWS).sum() == pytest.approx(len(bare_rows(ROWS)))
    assert len({row.paper.key for row in ROWS}) == 28
    fifth = next(row for row in ROWS if row.row == 5)
    assert coated_life(fifth) == (pytest.approx(np.log(200.0)), np.inf)  # the text says at least


def test_a_left_out_paper_leaves_no_trace_in_its_own_prediction() -> None:
    model = declared.find("coated-life", "Li", "shrunk + route")
    rows = declared.known_rows("coated-life", "Li", ROWS)
    papers = [row.paper.key for row in rows]
    inside = [k for k, key in enumerate(papers) if key != "XuY2020"]
    outside = [k for k, key in enumerate(papers) if key == "XuY2020"]
    changed = [lived(row, 7.0, 9.0) if row.paper.key == "XuY2020" else row for row in rows]
    first, _ = predict_left_out(model, rows, inside, outside)
    second, _ = predict_left_out(model, changed, inside, outside)
    np.testing.assert_array_equal(first.mean, second.mean)
    assert choose("bare-begin", "nothing", "Li", study.scored_rows("bare-begin", "Li", ROWS)).quantity == "bare-begin"


def test_folds_cover_every_row_once() -> None:
    model = declared.find("bare-life", "Li", "plated charge")
    rows = declared.known_rows("bare-life", "Li", ROWS)
    folds = leave_one_paper_out(model, rows)
    assert sorted(k for fold in folds for k in fold.rows) == list(range(24))
    scored = score(judged(folds, rows, "bare-life"))
    assert scored.n == 24
    assert scored.mae == pytest.approx(0.37, abs=0.03)  # 0.39 in an earlier analysis of the same table


def test_own_bare_lives_that_are_bounds_are_filled_inside_them() -> None:
    bare = declared.fit_bare(ROWS)
    case = case_of(ROWS[0])
    below = replace(case, bare_life=(-np.inf, np.log(100.0)))
    above = replace(case, bare_life=(np.log(500.0), np.inf))
    far = replace(case, bare_life=(np.log(1e9), np.inf))
    filled = declared.fill_bounds([case, below, above, far], bare)
    lives = [np.exp(one.bare_life[0]) for one in filled.cases if one.bare_life is not None]
    assert lives[0] == pytest.approx(200.0)
    assert 50.0 < lives[1] < 100.0
    assert 500.0 < lives[2] < 3000.0
    assert lives[3] == pytest.approx(1e9)
    assert filled.spread[0] == 0.0
    assert filled.spread[1] > 0.0


def test_film_formers() -> None:
    def former(*additives: str) -> bool:
        return Case("Li", "In", "dip", 0.0, additives, 10.0, 36000.0).film_former

    assert former("2 wt% LiNO3") and former("10 vol% FEC", "1 vol% VC")
    assert not former() and not former("5 wt% LiCl")


def test_dealt_lives_leave_nothing_to_find() -> None:
    """Bare lives among bare cells, coated lives among rows: order and likelihood must be those of a constant."""
    model = declared.find("coated-life", "Li", "shrunk + route")
    constant = declared.find("coated-life", "Li", "constant")
    generator = np.random.default_rng(5)
    order, gain = [], []
    for _ in range(4):
        rows = declared.known_rows("coated-life", "Li", study.dealt(ROWS, generator))
        ours, plain = (score(judged(leave_one_paper_out(m, rows), rows, "coated-life")) for m in (model, constant))
        order.append(ours.concordance)
        gain.append(plain.nll - ours.nll)
    assert 0.3 < np.mean(order) < 0.6
    assert np.mean(gain) < 0.05


def test_dealing_keeps_the_lives_and_halving_the_ratios() -> None:
    generator = np.random.default_rng(6)
    dealt = study.dealt(ROWS, generator)
    assert sorted(row.coated.life_lower_h for row in dealt) == sorted(row.coated.life_lower_h for row in ROWS)
    for cell in {row.bare_cell for row in dealt}:
        assert len({row.bare.life_lower_h for row in dealt if row.bare_cell == cell}) == 1
    halved = study.halved(ROWS, generator)
    changed = 0
    for old, new in zip(ROWS, halved, strict=True):
        if old.bare.polarization_begin and new.bare.polarization_begin:
            ratio = new.bare.polarization_begin / old.bare.polarization_begin
            assert ratio in (1.0, 0.5)
            changed += ratio == 0.5
    assert 5 < changed < 38


def test_intervals_hold_a_known_truth() -> None:
    """Tables drawn from a fit, of the structure of Table 3: the 80 % intervals of left-out cells hold 72 to 88 %."""
    model = declared.find("bare-life", "Li", "plated charge")
    rows = declared.known_rows("bare-life", "Li", ROWS)
    fitted = study.fit_all(model, ROWS)
    generator = np.random.default_rng(7)
    inside, count = 0.0, 0
    for _ in range(12):
        truths = study.drawn(model, fitted, rows, generator)
        assert np.array_equal(truths[0] == truths[1], [row.bare.life_relation == "equal" for row in rows])
        scored = score(judged(leave_one_paper_out(model, rows, truths=truths), rows, "bare-life", truths=truths))
        inside += scored.coverage * scored.n_exact
        count += scored.n_exact
    assert 0.72 < inside / count < 0.88
