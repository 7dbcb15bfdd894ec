"""Writes the page of the meta-analysis: `python docs/results/build_evidence.py`.

--simulate repeats the simulated and the shuffled tables first (some minutes); --check compares the hashes of the
inputs alone. Tests fail where page or simulation are stale.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent / "src" / "alloycoat"
HEAD = "<!-- made by: python docs/results/build_evidence.py; input hash: {digest} -->"
SIMULATION = HERE / "evidence_simulation.json"
TABLES, SHUFFLES = 200, 40
MODEL = (
    "literature/meta_model.py",
    "literature/meta_effects.py",
    "literature/meta_bootstrap.py",
    "literature/meta_simulation.py",
    "literature/data/cell.csv",
)
PAGE = ("literature/meta*.py", "literature/rows.py", "literature/data/*.csv", "chemistry/data/anodes/*.csv")
BROAD = (0.5, 0.3, 0.2, 0.3)
"""Scatter of a second kind of table: laboratories differ most."""


def input_hash(patterns: Sequence[str]) -> str:
    """Hash of the package's files behind a result."""
    digest = hashlib.sha256()
    for pattern in patterns:
        for file in sorted(PACKAGE.glob(pattern)):
            digest.update(file.relative_to(PACKAGE).as_posix().encode())
            digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def simulate() -> dict[str, Any]:
    """Coverage over simulated tables, and what is found in shuffled ones."""
    from dataclasses import asdict

    import numpy as np

    from alloycoat.literature import cell_rows
    from alloycoat.literature.meta_bootstrap import paper_bootstrap
    from alloycoat.literature.meta_claims import FOUND, trend_claims
    from alloycoat.literature.meta_effects import overall
    from alloycoat.literature.meta_simulation import contrast_coverage, coverage, shuffle

    rows = cell_rows()
    scenarios = [
        ("effect of 3", coverage(rows, 3.0, TABLES, 5)),
        ("no effect, laboratories differ most", coverage(rows, 1.0, TABLES, 6, BROAD)),
        (
            "two groups alike",
            contrast_coverage(rows, "route class", "additive routes", "solution routes", 1.0, TABLES, 7),
        ),
        (
            "two groups a factor of 3.1 apart",
            contrast_coverage(rows, "route class", "additive routes", "solution routes", 3.1, TABLES, 8),
        ),
    ]
    generator = np.random.default_rng(9)
    effects, claims = [], []
    for _ in range(SHUFFLES):
        dealt = shuffle(rows, generator)
        effects.append([overall(dealt, name).effects[0] for name in ("life-ratio", "begin-ratio", "end-ratio")])
        claims += [verdict.claim for verdict in trend_claims(dealt) if verdict.verdict in FOUND]
    flat = [effect for three in effects for effect in three]
    return {
        "command": "python docs/results/build_evidence.py --simulate",
        "input_hash": input_hash(MODEL),
        "coverage": [{"scenario": name, **asdict(result)} for name, result in scenarios],
        "shuffled": {
            "tables": SHUFFLES,
            "mean_life_ratio": float(np.exp(np.mean([np.log(three[0].estimate) for three in effects]))),
            "no_effect_inside_80": float(np.mean([e.interval[0] <= 1 <= e.interval[1] for e in flat])),
            "no_effect_inside_95": float(np.mean([not e.found for e in flat])),
            "claims_found": {claim: claims.count(claim) for claim in sorted(set(claims))},
        },
        "left_out": _left_out(rows),
        "paper_bootstrap": asdict(paper_bootstrap(rows)),
    }


def _left_out(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """The overall life ratio without each paper in turn, the two outermost."""
    from alloycoat.literature.meta_effects import overall

    found = []
    for paper in sorted({row.paper.key for row in rows}):
        effect = overall([row for row in rows if row.paper.key != paper], "life-ratio").effects[0]
        found.append(
            {"without": paper, "estimate": round(effect.estimate, 2), "estimate_interval": list(effect.interval)}
        )
    found.sort(key=lambda item: item["estimate"])
    return [found[0], found[-1]]


def _text(*pieces: str) -> str:
    """A paragraph from its pieces."""
    return " ".join(pieces)


def _span(interval: Sequence[float]) -> str:
    return "–".join(f"{end:.0f}" if abs(end) >= 100 else f"{end:.2g}" for end in interval)


def _effects(effects: Sequence[Any]) -> list[str]:
    lines = [
        "| group | estimate | 80 % | 95 % | new laboratory | rows (exact) | papers |",
        "|---|---|---|---|---|---|---|",
    ]
    for e in effects:
        name = e.subset if e.moderator == "none" else f"{e.moderator}: {e.subset}"
        ahead = "" if e.prediction is None else _span(e.prediction)
        mark = " \\*" if e.note else ""
        lines.append(
            f"| {name}{mark} | {e.estimate:.2f} {e.unit} | {_span(e.interval)} | {_span(e.strict)} | {ahead} "
            f"| {e.n_rows} ({e.n_exact}) | {e.n_papers} |"
        )
    return lines


def _simulated(found: dict[str, Any]) -> list[str]:
    lines = [
        f"`{found['command']}` draws tables with the papers, laboratories and bare cells of Table 3 and a known truth.",
        "", "| truth | tables | 80 % interval holds it | 95 % interval holds it | mean estimate |",
        "|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {item['scenario']} | {item['tables']} | {100 * item['inside_80']:.0f} % | {100 * item['inside_95']:.0f} % "
        f"| {item['mean_estimate']:.2f} |"
        for item in found["coverage"]
    ]
    shuffled = found["shuffled"]
    claims = shuffled["claims_found"]
    named = ", ".join(f"{claim} {count} times" for claim, count in claims.items()) or "none"
    power = next(item for item in found["coverage"] if "apart" in item["scenario"])
    low, high = found["left_out"]
    plain = found["paper_bootstrap"]
    return [
        *lines, "",
        _text(
            f"Two groups a factor of {power['truth']:g} apart are told apart at 95 % in",
            f"{100 * power['excludes_no_effect']:.0f} % of tables, where the table further below states 80 %: it is a",
            "little optimistic.",
        ), "",
        _text(
            f"**Shuffled.** Over {shuffled['tables']} tables with all lives and polarizations dealt anew over all bare",
            f"and coated cells the life ratio is {shuffled['mean_life_ratio']:.2f} on average; 1 lies inside the 80 %",
            f"interval in {100 * shuffled['no_effect_inside_80']:.0f} % and inside the 95 % interval in",
            f"{100 * shuffled['no_effect_inside_95']:.0f} % of cases (three ratios a table). Claims found supported or",
            f"contradicted: {named}.",
        ), "",
        _text(
            f"**One paper left out.** The overall life ratio moves between {low['estimate']:.2f} (without",
            f"{low['without']}) and {high['estimate']:.2f} (without {high['without']}).",
        ), "",
        _text(
            f"**Another way.** Plain maximum likelihood with one vote a bare cell gives {plain['estimate']:.2f}, and",
            f"{_span(plain['interval'])} as the 80 % interval over {plain['draws']} draws of papers with replacement.",
        ),
    ]  # fmt: skip


def _tail(summary: Any) -> list[str]:
    from alloycoat.literature.meta import CANNOT

    lines = [
        "## The same under other readings",
        "",
        "| quantity | reading | estimate | 80 % | rows (exact) |",
        "|---|---|---|---|---|",
    ]
    for v in summary.sensitivity:
        e = v.effect
        lines.append(
            f"| {e.quantity} | {v.name.replace('|', '')}: {v.reading.replace('|', '')} | {e.estimate:.2f} "
            f"| {_span(e.interval)} | {e.n_rows} ({e.n_exact}) |"
        )
    lines += [
        "",
        _text(
            "If every round-hundred life were the end of a test, four exact ratios would be left: the rows then bound",
            "the ratio from below and the upper end is the prior's. Leaving those rows out keeps mostly the bounded",
            "ones, and so overstates the ratio. Where a paper prints |V| for one cell and the full gap for the other,",
            "its polarization ratio is off by 2; only if all papers did so in the same sense would the begin ratio",
            "cross 1.",
        ), "", "## What the rows can show", "",
        "Smallest life ratio that such a table shows in 80 % of cases at 95 %, from the spread of the posterior:", "",
        "| question | groups | ratio | rows | papers |", "|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {p.question} | {p.subset} | {p.detectable_ratio:.2g} | {p.n_rows} | {p.n_papers} |" for p in summary.power
    ]
    needed = ", ".join(f"{n['papers_in_each_group']} for a factor of {n['ratio']:g}" for n in summary.papers_needed)
    lines += ["", f"Papers needed in each of two groups: {needed}.", "", "## What they cannot show", ""]
    return [*lines, *(f"- {text}" for text in (summary.ranking.text, *CANNOT[1:])), ""]


_METHOD = (
    "ln(coated / bare) = group mean + laboratory + paper + bare cell + row; all effects normal, their total scatter "
    "with a half-normal prior of scale 1 shared out evenly, group means with a normal prior of scale 2; a printed "
    "'>' or '<' is a bound on the ratio and stays one. Rows with one bare cell share its effect, so it counts once. "
    "Estimates are posterior medians of a Gibbs sampler with a fixed seed; *new laboratory*: the 80 % interval of one "
    "new coating by a laboratory not in the table. \\*: one paper only, or bounds only. Laboratories are inferred from "
    "author lists. Bounds are taken as independent of the ratio; an author who ends a test at a gain breaks that."
)


def page(digest: str, found: dict[str, Any], summary: Any) -> str:
    """The page of the docs."""
    whole = summary.effect("life-ratio")
    lines = [
        HEAD.format(digest=digest), "", "# What the published cells say", "",
        _text(
            "The 43 pairs of cells of Table 3 of the review (doi 10.1002/batt.202100009), as",
            "`alloycoat evidence --summary` prints them, with [rows of your own](../how-to/add-rows.md) where there",
            "are any (none here).",
        ), "",
        _text(
            f"**Coatings multiply the life by {whole.estimate:.1f}** (80 %: {_span(whole.interval)}, 95 %:",
            f"{_span(whole.strict)}; {whole.n_rows} rows, {whole.n_papers} papers); one new coating by a new",
            f"laboratory falls between {_span(whole.prediction)}. Failed coatings are seldom published, so this is the",
            "gain among published ones.",
        ), "", _METHOD, "", "![forest plot of the life ratio](evidence_forest.svg)", "",
        "## Life, coated over bare", "", *_effects([e for e in summary.effects if e.quantity == "life-ratio"]), "",
        _text(
            "Additive coatings do less well than those made beforehand, cells in carbonates gain less than those in",
            "ethers. With the solvent held the first still stands at 95 %, with the route held the second does not;",
            "metal and paper still go with both, and the additive rows are those of five papers.",
        ), "",
    ]  # fmt: skip
    for quantity, title in (
        ("begin-ratio", "at the beginning"),
        ("end-ratio", "at the end"),
        ("growth-ratio", "end over begin"),
    ):
        lines += [f"## Polarization {title}, coated over bare", ""]
        lines += [*_effects([e for e in summary.effects if e.quantity == quantity]), ""]
    rest = [e for e in summary.effects if not e.quantity.endswith("ratio")]
    lines += [
        "## Inside one cell, exponents and plated charge",
        "",
        "| quantity | of | estimate | 80 % | 95 % | papers |",
    ]
    lines.append("|---|---|---|---|---|---|")
    lines += [
        f"| {e.quantity} | {e.subset} | {e.estimate:.3g} {e.unit} | {_span(e.interval)} | {_span(e.strict)} "
        f"| {e.n_papers} |"
        for e in rest
    ]
    lines += [
        "", "The life of bare Li falls with current as a constant plated charge wants it (exponent -1).", "",
        "![life and plated charge](evidence_life.svg)", "", "![polarization](evidence_polarization.svg)", "",
        "## The review's trends", "", "| claim | verdict | effect | why |", "|---|---|---|---|",
    ]  # fmt: skip
    for v in summary.claims:
        effect = "" if v.effect is None else f"{v.effect.estimate:.2f} ({_span(v.effect.interval)})"
        lines.append(
            f"| {v.claim}: {v.wording.replace('|', '/')} | **{v.verdict}** | {effect} | {v.text.replace('|', '/')} |"
        )
    lines += ["", "## Simulated and shuffled tables", "", *_simulated(found), ""]
    return "\n".join([*lines, *_tail(summary)])


def main() -> int:
    """Write page, figures and, with --simulate, the simulations; or compare hashes."""
    digest = input_hash(PAGE)
    target = HERE / "evidence.md"
    if "--check" in sys.argv[1:]:
        fresh = target.exists() and HEAD.format(digest=digest) in target.read_text(encoding="utf-8")
        fresh = fresh and json.loads(SIMULATION.read_text(encoding="utf-8"))["input_hash"] == input_hash(MODEL)
        print(
            "results are fresh" if fresh else "results are stale: run python docs/results/build_evidence.py --simulate"
        )
        return 0 if fresh else 1
    from alloycoat.literature import cell_rows
    from alloycoat.literature.meta import summary
    from alloycoat.report.evidence_figures import forest, life_charge, polarization_slopes
    from alloycoat.report.svg import svg_text

    if "--simulate" in sys.argv[1:]:
        SIMULATION.write_text(json.dumps(simulate(), indent=2) + "\n", encoding="utf-8", newline="\n")
    found = json.loads(SIMULATION.read_text(encoding="utf-8"))
    result = summary(cell_rows())
    target.write_text(page(digest, found, result), encoding="utf-8", newline="\n")
    drawn = {
        "forest": (forest(result), "Life ratio by group"),
        "life": (life_charge(result), "Life and plated charge"),
        "polarization": (polarization_slopes(result.rows), "Polarization"),
    }
    for name, (figure, title) in drawn.items():
        text = svg_text(figure, title, name).replace("<svg ", '<svg style="background:#ffffff" ', 1)
        (HERE / f"evidence_{name}.svg").write_text(text + "\n", encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
