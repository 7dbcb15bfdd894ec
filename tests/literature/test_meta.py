"""The meta-analysis of the table: effects, claims, what is said beside them, and the enlarged set."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from alloycoat.cli.evidence import evidence as command
from alloycoat.errors import RecipeError
from alloycoat.literature import cell_rows, claim_rows
from alloycoat.literature.meta import Summary, summary
from alloycoat.literature.meta_claims import CANNOT_TELL, ONE_PAPER, VERDICTS, judge, modulus, solubility, trend_claims
from alloycoat.literature.meta_effects import QUANTITIES, Datum, collect, current_class, life_ratio, overall
from alloycoat.literature.meta_inside import inside_papers
from alloycoat.literature.meta_page import page
from alloycoat.literature.meta_slopes import one_vote

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schema/evidence_summary.json").read_text(encoding="utf-8"))
app = typer.Typer()
app.command()(command)


@pytest.fixture(scope="module")
def found() -> Summary:
    return summary(cell_rows())


def test_the_document_meets_the_schema(found):
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    document = json.loads(json.dumps(found.to_json(), allow_nan=False))
    jsonschema.validate(document, SCHEMA)
    assert document["data"] == {
        "n_rows": 43, "n_added_rows": 0, "n_papers": 28, "n_laboratories": 21, "n_bare_cells": 34,
    }  # fmt: skip


def test_every_effect_carries_what_it_rests_on(found):
    keys = [(effect.quantity, effect.subset) for effect in found.effects]
    assert len(keys) == len(set(keys))
    for effect in found.effects:
        low, high = effect.interval
        assert effect.strict[0] <= low <= effect.estimate <= high <= effect.strict[1]
        assert 1 <= effect.n_laboratories <= effect.n_papers <= effect.n_rows <= 43
        if effect.prediction is not None:
            assert effect.prediction[0] < low < high < effect.prediction[1]


def test_groups_add_up(found):
    for moderator in ("anode", "solvent class", "current", "route class", "route"):
        groups = [
            e
            for e in found.effects
            if e.quantity == "life-ratio" and e.moderator == moderator and " over " not in e.subset
        ]
        assert sum(effect.n_rows for effect in groups) == 43
        assert sum(effect.n_exact for effect in groups) == 23


def test_coatings_help_on_average(found):
    life, begin, end = (found.effect(name) for name in ("life-ratio", "begin-ratio", "end-ratio"))
    assert (life.n_rows, begin.n_rows, end.n_rows) == (43, 42, 40)
    assert 3.5 < life.estimate < 5
    assert life.strict[0] > 2
    assert begin.strict[1] < 1
    assert end.strict[1] < begin.estimate
    assert found.effect("life-ratio", "without activation or soft short").n_rows == 32


def test_the_charge_law_of_bare_lithium_is_seen(found):
    low, high = found.effect("bare-life-current-exponent", "Li").interval
    assert low < -1 < high
    assert high < 0
    ether, carbonate = (found.effect("bare-plated-charge", f"Li, {name}").estimate for name in ("ether", "carbonate"))
    assert ether > carbonate


def test_effects_without_exact_or_with_one_paper_say_so(found):
    assert "bound" in found.effect("life-ratio", "K").note
    assert "one paper" in found.effect("begin-ratio", "K").note
    assert found.effect("life-ratio", "Li").note == ""
    with pytest.raises(LookupError, match="no effect"):
        found.effect("life-ratio", "Ca")


def test_every_trend_claim_has_a_verdict(found):
    assert [v.claim for v in found.claims] == [row.row for row in claim_rows() if row.kind == "trend"]
    verdicts = {v.claim: v.verdict for v in found.claims}
    assert set(verdicts.values()) <= set(VERDICTS)
    assert verdicts["C43"] == "supported on average"
    assert verdicts["C25"] == ONE_PAPER
    assert all(verdicts[claim] == CANNOT_TELL for claim in ("C26", "C39", "C45", "C46", "C47", "C49", "C50"))
    for verdict in found.claims:
        assert (verdict.effect is None) == bool(verdict.to_json()["warnings"])


def test_exceptions_to_whichever_are_named(found):
    text = next(v.text for v in found.claims if v.claim == "C43")
    assert "shorter in row 20, equal in row 31" in text
    assert "at the end in row 14, 16, 18, 19, 20, 38" in text


def test_readings_and_power(found):
    variants = {(v.name, v.effect.quantity): v.effect for v in found.sensitivity}
    opened = variants["round coated lives are ends of tests", "life-ratio"]
    assert opened.n_exact == 4
    assert opened.estimate > found.effect("life-ratio").estimate
    doubled = variants["bare as full gap, coated as |V|", "begin-ratio"]
    assert doubled.estimate == pytest.approx(2 * found.effect("begin-ratio").estimate, rel=0.05)
    mixed = variants["gap mixed at random", "begin-ratio"]
    assert np.ptp(np.log(mixed.interval)) > np.ptp(np.log(found.effect("begin-ratio").interval))
    assert found.power[0].detectable_ratio < 2.5
    assert all(item.detectable_ratio > 2 for item in found.power[1:])
    assert found.ranking.pairs_apart <= 6
    assert "cannot be ranked" in found.ranking.text
    assert sum(found.ranking.probability_best) == pytest.approx(1)


def test_page_fits_a_terminal(found):
    text = page(found)
    assert max(map(len, text.splitlines())) <= 120
    for verdict in found.claims:
        assert f"{verdict.claim} {verdict.verdict.upper()}" in text


def test_life_ratio_of_bounded_rows():
    rows = {row.row: row for row in cell_rows()}
    assert life_ratio(rows[1]) == Datum(rows[1], pytest.approx(np.log(6)), np.inf)
    assert life_ratio(rows[3]) == Datum(rows[3], pytest.approx(np.log(7)), pytest.approx(np.log(7)))
    assert life_ratio(rows[5]) == Datum(rows[5], pytest.approx(np.log(2)), np.inf)
    assert life_ratio(rows[22]) == Datum(rows[22], pytest.approx(np.log(300 / 125)), np.inf)
    swapped = replace(rows[1], bare=rows[1].coated, coated=rows[1].bare)
    assert life_ratio(swapped) == Datum(swapped, -np.inf, pytest.approx(-np.log(6)))
    assert [len(collect(cell_rows(), name)) for name in QUANTITIES] == [43, 42, 40, 40]


def test_swapping_bare_and_coated_inverts_the_effect():
    rows = cell_rows()
    swapped = [replace(row, bare=row.coated, coated=row.bare) for row in rows]
    one, two = (overall(some, "end-ratio").effects[0] for some in (rows, swapped))
    assert one.estimate * two.estimate == pytest.approx(1, abs=0.05)


def test_current_classes_and_single_votes():
    counts = dict.fromkeys(("below 1 mA/cm2", "1 to below 2 mA/cm2", "2 mA/cm2 and more"), 0)
    for row in cell_rows():
        counts[current_class(row)] += 1
    assert list(counts.values()) == [10, 10, 23]
    assert len(one_vote(cell_rows(), "bare")) == 34
    assert len(one_vote(cell_rows(), "coated")) == 43


def test_descriptors_come_from_the_tables():
    rows = {row.row: row for row in cell_rows()}
    assert solubility(rows[15]) > -0.3
    assert solubility(rows[19]) < -7
    assert modulus(rows[19]) is None
    assert 33 < modulus(rows[1]) < 37


def test_trends_inside_a_paper():
    rows = [row for row in cell_rows() if row.paper.key == "XuY2020"]
    ordered = [(Datum(row, float(k), float(k)), float(k)) for k, row in enumerate(rows)]
    (inside,) = inside_papers(ordered, above=True)
    assert inside.p_value == pytest.approx(1 / 720)
    assert inside.correlation == pytest.approx(1)
    assert inside_papers(ordered, above=False)[0].p_value == pytest.approx(1)
    assert inside_papers(ordered[:3], above=True) == []


def test_judging(found):
    life, none = found.effect("life-ratio"), found.effect("life-ratio", "physical routes over solution routes")
    assert judge(life, above=True, outside=None, inside=()) == "supported"
    assert judge(life, above=False, outside=None, inside=()) == "contradicted"
    assert judge(none, above=True, outside=None, inside=()) == CANNOT_TELL
    tight = replace(none, strict=(0.9, 1.1), estimate=1.0)
    assert judge(tight, above=True, outside=None, inside=()) == "no effect of this size"
    assert judge(replace(life, n_papers=1), above=True, outside=None, inside=()) == CANNOT_TELL


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_rows_are_no_error(count):
    few = summary(cell_rows()[:count])
    assert len(few.claims) == 9
    assert page(few)
    jsonschema.validate(json.loads(json.dumps(few.to_json(), allow_nan=False)), SCHEMA)


HEADER = (
    "paper,laboratory,anode,element,route,coating,electrolyte,current_density,half_cycle,bare_cell,bare_life,"
    "coated_life"
)
OWN = "Own{k},Lab{k},Mg,Sn,dip,Sn,0.5 M Mg(TFSI)2 in PC,0.1 mA/cm2,1 h,A,100 h,100 h"


def test_summary_on_the_enlarged_set(tmp_path, monkeypatch, found):
    monkeypatch.setenv("ALLOYCOAT_DATA", str(tmp_path / "data"))
    file = tmp_path / "own.csv"
    file.write_text("\n".join([HEADER, *(OWN.format(k=k) for k in range(12))]) + "\n", encoding="utf-8")
    began = time.process_time()  # not the clock: other tests share the machine
    result = CliRunner().invoke(app, ["--add", str(file), "--summary", "--json"])
    assert time.process_time() - began < 20
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    jsonschema.validate(document, SCHEMA)
    assert document["data"]["n_added_rows"] == 12
    whole = next(e for e in document["effects"] if (e["quantity"], e["subset"]) == ("life-ratio", "all"))
    assert whole["n_rows"] == 55
    assert whole["estimate"] < found.effect("life-ratio").estimate
    magnesium = next(claim for claim in document["claims"] if claim["id"] == "C50")
    assert "no longer untested" in magnesium["text"]
    assert magnesium["effect"]["n_rows"] == 12


def test_summary_takes_no_filter():
    result = CliRunner().invoke(app, ["--summary", "--anode", "Li"])
    assert isinstance(result.exception, RecipeError)


def test_claims_are_the_same_twice():
    one, two = trend_claims(cell_rows()), trend_claims(list(cell_rows()))
    assert [v.to_json() for v in one] == [v.to_json() for v in two]
