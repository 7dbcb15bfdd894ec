"""Fits, scores and ships the predictor: `python docs/results/build_prediction.py` (some minutes of processor time).

Writes docs/results/prediction_folds.csv (a line for each left-out row of the nested choice, kept after each fold,
so that an interrupted run goes on), the tables inside the package (src/alloycoat/calibration/data: fitted,
held_out, scores, mechanistic), docs/results/prediction.md and reproduction.md with the parity plots.
build_mechanistic.py comes before it where the ageing cell has changed, prediction_checks.py where the models have.
--fresh forgets the folds kept; --page writes pages and plots alone.
"""

from __future__ import annotations

import hashlib
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from build_mechanistic import read_lives
from prediction_page import write_pages

from alloycoat.calibration import mechanistic, shipped, study
from alloycoat.calibration import models as declared
from alloycoat.calibration.ageing_lives import MODELLED
from alloycoat.calibration.folds import Fold, choose, predict_left_out
from alloycoat.calibration.likelihood import Predictive
from alloycoat.literature import cell_rows
from alloycoat.literature.rows import CellRow
from alloycoat.store import write_text

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parents[1] / "src" / "alloycoat"
DATA = PACKAGE / "calibration" / "data"
FOLDS = HERE / "prediction_folds.csv"
INPUTS = (
    "calibration/likelihood.py", "calibration/cases.py", "calibration/models.py", "calibration/folds.py",
    "calibration/scores.py", "calibration/data/models.csv", "literature/data/cell.csv",
    "literature/data/references.csv",
)  # fmt: skip
FOLD_COLUMNS = (
    "input_hash", "quantity", "given", "metals", "paper", "row", "mean", "normal", "scale", "ratio_mean",
    "ratio_normal",
    "model",
)  # fmt: skip


def input_hash() -> str:
    """Hash of what the folds depend on."""
    digest = hashlib.sha256()
    for name in INPUTS:
        digest.update(name.encode())
        digest.update((PACKAGE / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:12]


def read_folds() -> list[dict[str, str]]:
    """The folds kept, of these inputs."""
    if not FOLDS.is_file():
        return []
    lines = shipped.parse(FOLDS.read_text(encoding="utf-8"))
    return [line for line in lines if line["input_hash"] == input_hash()]


def write_folds(lines: list[dict[str, str]]) -> None:
    """All folds."""
    write_text(FOLDS, shipped.text_of(FOLD_COLUMNS, [[line[name] for name in FOLD_COLUMNS] for line in lines]))


def nested(rows: tuple[CellRow, ...], fresh: bool) -> list[dict[str, str]]:
    """Every shipped prediction left one paper out, the choice of the model made inside the fold."""
    kept = [] if fresh else read_folds()
    done = {(line["quantity"], line["given"], line["metals"], line["paper"]) for line in kept}
    for quantity, given, metals in declared.served():
        chosen = study.scored_rows(quantity, metals, rows)
        papers = [row.paper.key for row in chosen]
        for paper in dict.fromkeys(papers):
            if (quantity, given, metals, paper) in done:
                continue
            inside = [k for k, key in enumerate(papers) if key != paper]
            outside = [k for k, key in enumerate(papers) if key == paper]
            model = choose(quantity, given, metals, [chosen[k] for k in inside])
            predicted, ratio = predict_left_out(model, chosen, inside, outside)
            kept += _fold_lines(
                (quantity, given, metals, paper), [chosen[k] for k in outside], predicted, ratio, model.name
            )
            write_folds(kept)
        print(f"{quantity}, given {given}, {metals}: {time.process_time():.0f} s", file=sys.stderr, flush=True)
    return kept


def _fold_lines(
    key: tuple[str, str, str, str], rows: list[CellRow], predicted: Predictive, ratio: Predictive | None, model: str
) -> list[dict[str, str]]:
    found = []
    for k, row in enumerate(rows):
        values = [predicted.mean[k], predicted.normal[k], predicted.scale[k]]
        more = [f"{value:.5f}" for value in (ratio.mean[k], ratio.normal[k])] if ratio is not None else ["", ""]
        cells = [input_hash(), *key, str(row.row), *(f"{value:.5f}" for value in values), *more, model]
        found.append(dict(zip(FOLD_COLUMNS, cells, strict=True)))
    return found


def folds_of(lines: list[dict[str, str]], rows: list[CellRow]) -> tuple[Fold, ...]:
    """The kept lines of one prediction as folds over `rows`."""
    position = {row.row: k for k, row in enumerate(rows)}
    found = []
    for paper in dict.fromkeys(line["paper"] for line in lines):
        own = [line for line in lines if line["paper"] == paper]
        mean, normal, scale = (np.array([float(line[name]) for line in own]) for name in ("mean", "normal", "scale"))
        ratio = None
        if own[0]["ratio_mean"]:
            ends = [np.array([float(line[name]) for line in own]) for name in ("ratio_mean", "ratio_normal")]
            ratio = Predictive(ends[0], ends[1], scale)
        places = tuple(position[int(line["row"])] for line in own)
        found.append(Fold(paper, places, Predictive(mean, normal, scale), ratio, own[0]["model"]))
    return tuple(found)


def scores(rows: tuple[CellRow, ...], kept: list[dict[str, str]]) -> list[study.Line]:
    """Every model, the shipped choice, the mechanistic predictor; references with a normal likelihood as well."""
    found: list[study.Line] = []
    firsts: dict[tuple[str, str], Any] = {}
    for model in declared.models():
        first = firsts.setdefault((model.quantity, model.metals), model)
        if model.given == "own bare" and model.quantity == "coated-life":
            first = firsts.setdefault(("own", model.metals), model)
        found += study.model_lines(model, rows, first=first)
        if model.role != "ours":
            plain = study.model_lines(model, rows, freedom=np.inf)
            found += [line for line in plain if line.subset == study.SUBSETS[0]]
    for quantity, given, metals in declared.served():
        chosen = study.scored_rows(quantity, metals, rows)
        own = [x for x in kept if (x["quantity"], x["given"], x["metals"]) == (quantity, given, metals)]
        folds = folds_of(own, chosen)
        key = ("own", metals) if given == "own bare" and quantity == "coated-life" else (quantity, metals)
        other = (firsts[key].name, study.folds_by_paper(firsts[key], tuple(chosen)))
        names = sorted({fold.chosen for fold in folds})
        labels = (metals, f"choice inside the folds ({', '.join(names)})", "shipped", given)
        found += study.lines_of(folds, chosen, quantity, labels, other=other)
    return found + mechanical(rows)


def mechanical(rows: tuple[CellRow, ...]) -> list[study.Line]:
    """The mechanistic predictor on the lithium rows (fitted to them) and on those of lithium and sodium."""
    lines = read_lives()
    found: list[study.Line] = []
    for metals, name in ((("Li",), "Li"), (MODELLED, "Li and Na")):
        chosen = [row for row in rows if row.anode in metals]
        surfaces = mechanistic.Surfaces.of(lines, chosen)
        for quantity, given in mechanistic.KINDS:
            folds = mechanistic.leave_one_paper_out(quantity, given, chosen, surfaces)
            scored = study.scored_rows(quantity, "all", chosen)
            found += study.lines_of(folds, scored, quantity, (name, "mechanistic", "mechanistic", given))
    return found


def fitted_tables(rows: tuple[CellRow, ...]) -> tuple[str, str]:
    """(fitted.csv, mechanistic.csv)."""
    lines: list[Any] = []
    for quantity, given, metals in declared.served():
        model = choose(quantity, given, metals, study.scored_rows(quantity, metals, rows))
        fit = study.fit_all(model, rows)
        lines += shipped.fitted_lines(quantity, given, metals, model.name, model.features, fit)
    filler = declared.find("bare-life", "all", declared.FILL)
    fit = declared.fit_bare(tuple(rows))
    lines += shipped.fitted_lines(*shipped.FILLER, filler.name, filler.features, fit)
    chosen = [row for row in rows if row.anode == "Li"]
    surfaces = mechanistic.Surfaces.of(read_lives(), chosen)
    mechanics: list[Any] = []
    blind, own = (mechanistic.calibrate(chosen, surfaces, own_bare=flag) for flag in (False, True))
    for quantity, given, table, one in (
        ("bare-life", "nothing", mechanistic.BARE, blind.bare),
        ("coated-life", "nothing", mechanistic.COATED, blind.coated),
        ("coated-life", "own bare", mechanistic.COATED, own.coated),
    ):  # fmt: skip
        mechanics += shipped.fitted_lines(quantity, given, "Li", "mechanistic", [term[0] for term in table], one)
    header = shipped.FITTED_COLUMNS
    return shipped.text_of(header, lines), shipped.text_of(header, mechanics)


def held_table(kept: list[dict[str, str]], rows: tuple[CellRow, ...]) -> str:
    """held_out.csv: the nested folds, ratios apart, and the mechanistic ones."""
    lines = []
    for x in kept:
        lines.append([x[name] for name in ("quantity", "given", "metals", "row", "mean", "normal", "scale", "model")])
        if x["quantity"] == "coated-life" and x["given"] == "own bare":
            values = [x[name] for name in ("ratio_mean", "ratio_normal", "scale", "model")]
            lines.append(["life-ratio", "own bare", x["metals"], x["row"], *values])
    chosen = [row for row in rows if row.anode in MODELLED]
    surfaces = mechanistic.Surfaces.of(read_lives(), chosen)
    for quantity, given in mechanistic.KINDS:
        scored = study.scored_rows(quantity, "all", chosen)
        for fold in mechanistic.leave_one_paper_out(quantity, given, chosen, surfaces):
            for k, place in enumerate(fold.rows):
                p = fold.predicted
                values = [f"{value:.5f}" for value in (p.mean[k], p.normal[k], p.scale[k])]
                lines.append([quantity, given, "mechanistic", scored[place].row, *values, "mechanistic"])
    return shipped.text_of(shipped.HELD_COLUMNS, lines)


def main() -> None:
    """All, or the page alone."""
    rows = cell_rows()
    if "--page" not in sys.argv:
        kept = nested(rows, "--fresh" in sys.argv)
        found = scores(rows, kept)
        write_text(DATA / "scores.csv", shipped.text_of(shipped.SCORE_COLUMNS, [line.cells() for line in found]))
        fits, mechanics = fitted_tables(rows)
        write_text(DATA / "fitted.csv", fits)
        write_text(DATA / "mechanistic.csv", mechanics)
        write_text(DATA / "held_out.csv", held_table(kept, rows))
    for name, text in write_pages(input_hash()).items():
        write_text(HERE / name, text)
    print(f"{time.process_time():.0f} s of processor time", file=sys.stderr)


if __name__ == "__main__":
    main()
