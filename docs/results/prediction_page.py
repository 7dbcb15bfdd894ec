"""The pages of the predictor, from the tables that build_prediction.py and prediction_checks.py make."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from alloycoat.calibration import mechanistic, shipped
from alloycoat.calibration.ageing_lives import SENSITIVE
from alloycoat.calibration.folds import MARGIN
from alloycoat.calibration.models import models
from alloycoat.calibration.reproduce import reproduce

HERE = Path(__file__).resolve().parent
HEAD = "<!-- made by: python docs/results/build_prediction.py; input hash: {digest} -->"
TARGETS = (
    ("bare-life", "Li", "nothing", "bare life, Li, blind", (0.35, 0.90, 0.75, 0.85)),
    ("bare-life", "Li", "begin", "bare life, Li, with its begin polarization", (0.35, 0.90, 0.75, 0.85)),
    ("coated-life", "Li", "nothing", "coated life, Li, blind", (0.60, 1.0, 0.72, None)),
    ("coated-life", "all", "own bare", "coated life, all, given own bare", (0.55, 0.90, 0.80, 0.75)),
    ("life-ratio", "all", "own bare", "life ratio, all, given own bare", (0.58, 0.80, 0.72, None)),
    ("coated-end", "Li", "own bare", "end polarization, coated Li, given own bare", (0.62, None, None, None)),
    ("bare-begin", "Li", "nothing", "begin polarization, bare Li", (0.54, None, None, None)),
)
"""What was asked for before the work began: MAE, NLL, concordance, share within a factor of two; the last two MAEs are
those of the best simple rule, which was not to be missed."""
KNOWN = (
    ("bare-life", "Li", "constant", "0.65 / 1.19"), ("bare-life", "Li", "current + class", "0.49 / 1.12"),
    ("bare-life", "Li", "plated charge", "0.39 / 1.09"), ("coated-life", "Li", "constant", "1.02 / 1.55"),
    ("coated-life", "Li", "current + class", "0.87 / 1.37"), ("coated-life", "Li", "plated charge", "0.62 / 1.04"),
    ("coated-life", "all", "bare times a constant", "0.76 / 1.06"),
    ("coated-life", "all", "bare with current + class", "0.72 / 1.22"),
    ("coated-life", "all", "own bare + conditions + route", "0.59 / 0.93"),
    ("life-ratio", "all", "constant", "0.78 / 1.04"), ("life-ratio", "all", "current + class", "0.79 / 1.05"),
    ("life-ratio", "all", "own bare + conditions + route", "0.58 / 0.78"), ("bare-begin", "Li", "constant", "0.58"),
    ("bare-begin", "Li", "current + class", "0.59"), ("coated-end", "Li", "constant", "0.86"),
    ("coated-end", "Li", "current + class", "0.72"), ("coated-end", "Li", "own bare end + conditions", "0.62"),
)  # fmt: skip
"""Figures of an earlier analysis of the same table (MAE / NLL), which ours are set beside."""
Line = dict[str, str]


def _votes(quantity: str) -> str:
    return "bare cell" if quantity.startswith("bare") else "row"


def pick(**wanted: str) -> list[Line]:
    """Lines of the table of scores with these values."""
    return [line for line in shipped.score_lines() if all(line[key] == value for key, value in wanted.items())]


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


def _short(line: Line) -> str:
    return f"{line['mae_ln']} / {line['nll']} / {line['concordance']} / {float(line['within_x2']):.0%}"


def _met(line: Line, target: Sequence[float | None]) -> str:
    """Which of the targets are missed, by how much."""
    names = ("mae_ln", "nll", "concordance", "within_x2")
    missed = []
    for name, wanted, sign in zip(names, target, (1, 1, -1, -1), strict=True):
        if wanted is None:
            continue
        short = sign * (float(line[name]) - wanted)
        if short > 5e-4:
            shown = f"{100 * short:.0f} points" if name == "within_x2" else f"{short:.2f}"
            missed.append(f"{name.replace('_ln', '').replace('_', ' ')} by {shown}")
    return "reached" if not missed else "missed: " + ", ".join(missed)


def targets() -> list[str]:
    """Targets, the declared primary model, the choice inside the folds."""
    rows = []
    for quantity, metals, given, words, wanted in TARGETS:
        common = {
            "quantity": quantity, "scored_on": metals, "given": given, "subset": "all rows", "likelihood": "Student",
            "votes": _votes(quantity),
        }  # fmt: skip
        source = "coated-life" if quantity == "life-ratio" else quantity
        key = (source, metals, given, True)
        name = next(m.name for m in models() if (m.quantity, m.metals, m.given, m.primary) == key)
        declared, chosen = pick(**common, model=name)[0], pick(**common, role="shipped")[0]
        asked = " / ".join("–" if w is None else f"{w:.0%}" if k == 3 else f"{w:g}" for k, w in enumerate(wanted))
        rows.append(
            [
                words,
                asked,
                f"{name}: {_short(declared)}",
                _met(declared, wanted),
                _short(chosen),
                _met(chosen, wanted),
                f"{float(declared['coverage_80']):.0%}",
            ]
        )
    head = ("what", "target", "declared model", "", "choice inside the folds", "", "80 % interval holds")
    return _table(head, rows)


def _difference(line: Line) -> str:
    if not line["compared_with"]:
        return ""
    return f"{float(line['mae_difference']):+.2f} ({float(line['mae_low']):+.2f} to {float(line['mae_high']):+.2f})"


def _by_model(**wanted: str) -> dict[tuple[str, str, str], Line]:
    return {(x["scored_on"], x["model"], x["given"]): x for x in pick(likelihood="Student", **wanted)}


def _pair(line: Line | None) -> str:
    return "" if line is None else f"{line['mae_ln']} / {line['nll']}"


SCORE_HEAD = (
    "rows of", "given", "model", "role", "MAE", "NLL", "C", "x2", "80 %", "n (exact)", "one vote a bare cell",
    "without soft shorts", "MAE over the first model (80 %)",
)  # fmt: skip


def all_scores() -> list[str]:
    """Every model on all rows, by quantity."""
    lines: list[str] = []
    for quantity in dict.fromkeys(line["quantity"] for line in shipped.score_lines()):
        votes = _votes(quantity)
        steady = _by_model(quantity=quantity, subset="without activation or soft short", votes=votes)
        voted = _by_model(quantity=quantity, subset="all rows", votes="bare cell") if votes == "row" else {}
        rows = []
        for key, x in _by_model(quantity=quantity, subset="all rows", votes=votes).items():
            shares = [f"{float(x[name]):.0%}" for name in ("within_x2", "coverage_80")]
            rows.append(
                [
                    x["scored_on"],
                    x["given"],
                    x["model"],
                    x["role"],
                    x["mae_ln"],
                    x["nll"],
                    x["concordance"],
                    *shares,
                    f"{x['n']} ({x['n_exact']})",
                    _pair(voted.get(key)),
                    _pair(steady.get(key)),
                    _difference(x),
                ]
            )
        lines += [f"### {quantity}", "", *_table(SCORE_HEAD, rows)]
    return lines


def known() -> list[str]:
    """Our reference models with a normal likelihood beside the figures of an earlier analysis."""
    rows = []
    for quantity, metals, name, figures in KNOWN:
        found = pick(quantity=quantity, scored_on=metals, model=name, subset="all rows", likelihood="normal",
                     votes=_votes(quantity))  # fmt: skip
        if found:
            ours = f"{found[0]['mae_ln']} / {found[0]['nll']}" if "/" in figures else found[0]["mae_ln"]
            rows.append([quantity, metals, name, figures, ours])
    return _table(("quantity", "rows of", "model", "earlier", "here"), rows)


def mechanics() -> list[str]:
    """Parameters of the mechanistic predictor: prior, posterior, what was learned."""
    bare = shipped.mechanism()["bare-life nothing"]
    deviations = np.sqrt(np.diag(bare.covariance))
    before = {
        name: (value, deviation)
        for (name, _, _), value, deviation in zip(mechanistic.BARE, bare.coefficients, deviations, strict=True)
    }
    rows = []
    for key, table, known in (
        ("bare-life nothing", mechanistic.BARE, {}), ("coated-life own bare", mechanistic.COATED, before),
    ):  # fmt: skip
        fit = shipped.mechanism()[key]
        after = zip(fit.coefficients, np.sqrt(np.diag(fit.covariance)), strict=True)
        for (name, mean, scatter), (value, deviation) in zip(table, after, strict=True):
            middle, spread = known.get(name, (mean, scatter))
            learned = max(0.0, 1.0 - (deviation / spread) ** 2)
            what = "bare life" if key.endswith("nothing") else "coated life, given own bare"
            prior, posterior = f"{middle:.2f} ± {spread:.2f}", f"{value:.2f} ± {deviation:.2f}"
            rows.append([what, name, prior, posterior, f"{learned:.0%}"])
    return _table(("fit", "parameter", "prior", "posterior", "learned from the rows"), rows)


def traces() -> list[str]:
    """Sensitivities of the bare lithium lives: size, and how parallel each trace is to that of the loss."""
    with (HERE / "ageing_sensitivities.csv").open(encoding="utf-8", newline="") as stream:
        found = np.array([[float(row[name]) for name in SENSITIVE] for row in csv.DictReader(stream)])
    size = np.sqrt((found**2).mean(axis=0))
    loss = found[:, 0] / np.linalg.norm(found[:, 0])
    rows = []
    for k, name in enumerate(SENSITIVE):
        norm = float(np.linalg.norm(found[:, k]))
        cosine = float(found[:, k] @ loss / norm) if norm > 1e-9 else 0.0
        rows.append([name.replace("_", " "), f"{size[k]:.2f}", f"{cosine:+.2f}" if size[k] > 0.02 else "no trace"])
    values = np.linalg.svd(found / np.sqrt(len(found)), compute_uv=False)
    share = values**2 / (values**2).sum()
    return [
        *_table(("parameter", "d ln life / d ln parameter (rms)", "cosine with the loss"), rows),
        f"The first two directions carry {share[0]:.0%} and {share[1]:.0%} of all that the lives can show.", "",
    ]  # fmt: skip


SIMULATED = """
Tables drawn from a fit, with the papers, laboratories and bounds of Table 3: how often the 80 % interval of a left-
out cell holds the truth.
"""
DEALT = "Tables with the lives dealt anew: there is nothing to find."
HALVED = "Polarizations of about half the papers halved, because nobody says whether |V| or the full gap is printed."
CONVENTION = """
The coated life given the own bare cell where an own bare life printed as "<100 h" may be any shorter one (the shipped
reading, taken after a first scoring without it: between half of the bound and the bound).
"""


def _text(text: str) -> str:
    """One line; a word broken at its hyphen is joined again."""
    return " ".join(re.sub(r"-\n", "-", text).split())


def checked() -> list[str]:
    """Simulated, dealt and halved tables."""
    found: dict[str, Any] = json.loads((HERE / "prediction_checks.json").read_text(encoding="utf-8"))
    simulated = [[x["quantity"], x["model"], str(x["tables"]), f"{x['coverage_80']:.0%}"] for x in found["simulated"]]
    dealt = [
        [
            x["quantity"], x["metals"], x["model"], str(x["tables"]), f"{x['concordance']:.2f}",
            f"{x['nll_over_constant']:+.2f}", f"{x['share_better_at_90']:.0%}",
        ]
        for x in found["dealt"]
    ]  # fmt: skip
    halved = [
        [x["quantity"], x["model"], f"{x['as_printed']:.2f}", f"{x['median']:.2f} ({x['low']:.2f} to {x['high']:.2f})"]
        for x in found["halved"]
    ]
    without = [
        [x["quantity"], x["model"], *(f"{x[key]:.2f}" for key in ("mae_ln", "nll", "concordance", "within_x2"))]
        for x in found["without_convention"]
    ]
    return [
        f"`{found['command']}` makes these.", "", _text(SIMULATED), "",
        *_table(("quantity", "model", "tables", "80 % interval holds"), simulated), DEALT, "",
        *_table(
            ("quantity", "rows of", "model", "tables", "concordance", "NLL over a constant", "better at 90 %"), dealt
        ),
        HALVED, "", *_table(("quantity", "model", "MAE as printed", "halved: median (10 to 90 %)"), halved),
        _text(CONVENTION), "", *_table(("quantity", "model", "MAE", "NLL", "C", "within x2"), without),
    ]  # fmt: skip


INTRODUCTION = """
Every score is one of cells left out: all cells of a paper at once, each fold fitted from a cold start. MAE is the
mean absolute error of the natural logarithm on rows with an exact value (0.69 is a factor of two), NLL the mean
negative log-likelihood of all rows with their bounds, C the concordance, x2 the share within a factor of two. Bare
cells have one vote each. The models, their priors and what limits them stand in [the page on
prediction](../physics/prediction.md). `alloycoat reproduce --scores` prints the numbers.
"""
HONESTY = """
The forms of the declared models repeat the best simple rules known from earlier work on the same table, and that
knowledge is not undone by leaving papers out. The other column leaves the choice among the models to each fold as
well: a candidate takes the place of the declared model where its NLL is lower by more than {margin:g}.
"""
EARLIER = """
MAE / NLL with a normal likelihood, as there. Differences: priors of the two scatters here, the bound of row 5, own
bare lives that are bounds.
"""
PARAMETERS = """
Physical parameters in standard deviations of their range in the table of the ageing cell, shifts in ln life. What a
parameter learns is the share of its prior variance that the rows take away.
"""
ROWS = """
`alloycoat reproduce` prints this. The coatings have [a page of their own](coatings.md). A cell is predicted by models
that saw no cell of the same paper (printed : median, 80 % interval); the verdict is that on the coated life given the
own bare cell: does the interval hold the printed value, or not lie beyond the printed bound? 80 % should agree where
the intervals are right. The ratio is predicted over printed.
"""


def page(digest: str) -> str:
    """docs/results/prediction.md."""
    lines = [
        HEAD.format(digest=digest), "# How well anything predicts the published cells", "", _text(INTRODUCTION), "",
        "## Targets", "", *targets(), _text(HONESTY.format(margin=MARGIN)), "", "## Every model", "", *all_scores(),
        "## The reference models beside an earlier analysis", "", _text(EARLIER), "", *known(), "## The mechanism", "",
        _text(PARAMETERS), "", *mechanics(), *traces(), "## Checks", "", *checked(),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


CHECKED = "What is computed for each claim is declared in a table; the verdict follows from the numbers."
CELL_KEYS = ("bare_life_h", "coated_life_h", "life_ratio", "coated_end_V")
CELL_HEAD = (
    "row", "ref", "cell", "bare life / h", "coated life / h", "life ratio", "coated end / V", "ratio", "verdict",
    "remarks",
)  # fmt: skip


def _cell(row: Any) -> list[str]:
    shown, printed = [], row.to_json()["printed"]
    for key in CELL_KEYS:
        item = row.find(key)
        if item is None:
            shown.append("–")
            continue
        low, middle, high = item.predicted
        shown.append(f"{printed[key]} : {middle:.3g} ({low:.2g}–{high:.2g})")
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    return [str(row.row), str(row.ref), f"{row.anode}/{row.element}", *shown, ratio, row.verdict, row.reason]


def _claim(row: Any) -> list[str]:
    spans = " / ".join(
        f"{value:.3g}" + ("" if low == high else f" ({low:.2g}–{high:.2g})") for low, value, high in row.predicted
    )
    ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
    cells = [row.row, row.claim, row.printed, f"{spans} {row.unit}".strip(), ratio, row.verdict, row.reason]
    return [text.replace("|", "/") for text in cells]


def reproduction(digest: str, rows: Sequence[Any]) -> str:
    """docs/results/reproduction.md: cells and claims, row by row."""
    cells = [row for row in rows if row.to_json()["table"] == "cell"]
    claims = [row for row in rows if row.to_json()["table"] == "claim"]
    counted, told = (", ".join(f"{n} {name}" for name, n in _counts(found).items()) for found in (cells, claims))
    head = ("claim", "", "printed", "computed", "ratio", "verdict", "how, and what limits it")
    lines = [
        HEAD.format(digest=digest), "# Every published cell and claim beside its prediction", "", _text(ROWS), "",
        f"**Cells.** {counted}.", "", f"**Claims.** {told}.", "", "![lives](parity_life.svg)", "",
        "![polarizations](parity_polarization.svg)", "", "## Cells", "", *_table(CELL_HEAD, map(_cell, cells)),
        "## Claims", "", CHECKED, "", *_table(head, map(_claim, claims)),
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _counts(rows: Sequence[Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        found[row.verdict] = found.get(row.verdict, 0) + 1
    return found


def write_pages(digest: str) -> dict[str, str]:
    """File name -> text of every generated page and picture."""
    from alloycoat.report.parity import parity_svgs

    rows = reproduce(("cell", "claim"))
    return {
        "prediction.md": page(digest), "reproduction.md": reproduction(digest, rows), **parity_svgs(rows)
    }  # fmt: skip
