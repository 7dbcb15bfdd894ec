"""Writes the committed results: `python docs/results/build.py` (add `--check` to compare the hash alone).

The hash covers every source and table that the results depend on; a test fails when it is stale.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGE = HERE.parent.parent / "src" / "alloycoat"
INPUTS = ("chemistry", "coating", "recipe", "literature", "quantities.py", "sources.py")
HEAD = "<!-- made by: python docs/results/build.py; input hash: {digest} -->"


INTRODUCTION = """# The 37 published coatings

Every row of Tables 1 and 2 and of section 2.2 of the review (doi 10.1002/batt.202100009) through `coat`, as
`alloycoat reproduce --tables coating` prints it. The rules were fixed before the first comparison, and what changed
afterwards is said in [decision 4](../decisions/0004-phase-rules.md); no constant belongs to a row or a paper.

**Phases.** {named} rows name a phase. By the declared rules {rules}; by equilibrium alone {hull}. By the strictest
count, every printed phase and no other, {same} agree.

*agree*: the same A-richest alloy, and left-over coating element in both or in neither. *agree in part*: one of the two,
or another alloy of the same pair. *disagree*: an alloy where none is printed, or the reverse. A row with several recipes
agrees only if all of them do.

**Thickness.** {sizes}. *agrees*: the printed range overlaps the 10-90 % interval, or the value lies within a factor
of 2; *partly*: within 5. *contradicts mass balance*: even with 80 % pores the salt supplied cannot fill the printed
thickness.

| row | ref | printed | predicted | equilibrium | phases | printed thickness | predicted, µm (10-90 %) | ratio | thickness | why |
|---|---|---|---|---|---|---|---|---|---|---|"""  # noqa: E501


def input_hash() -> str:
    """Hash of the package's files behind the results."""
    digest = hashlib.sha256()
    for name in INPUTS:
        place = PACKAGE / name
        files = [place] if place.is_file() else sorted(place.rglob("*"))
        for file in files:
            if file.suffix in {".py", ".csv"}:
                digest.update(file.relative_to(PACKAGE).as_posix().encode())
                digest.update(file.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:16]


def coatings_csv() -> str:
    """The 37 rows as csv."""
    from alloycoat.literature.reproduce import reproduce

    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([
        "row", "ref", "printed_phases", "predicted_phases", "equilibrium_phase", "phase_verdict", "same_phases",
        "equilibrium_verdict", "printed_byproducts", "predicted_byproducts", "printed_thickness",
        "predicted_um", "predicted_um_p10", "predicted_um_p90", "ratio", "thickness_verdict", "verdict", "reason",
    ])  # fmt: skip
    for row in reproduce():
        low, value, high = row.predicted_um or ("", "", "")
        numbers = [f"{number:.3g}" if number != "" else "" for number in (value, low, high)]
        writer.writerow([
            row.row, row.ref, row.printed_phases, row.predicted_phases, row.equilibrium, row.phase_verdict,
            row.same_phases,
            row.equilibrium_verdict, row.printed_byproducts, row.predicted_byproducts, row.printed_um, *numbers,
            "" if row.ratio is None else f"{row.ratio:.3g}", row.thickness_verdict, row.verdict, row.reason,
        ])  # fmt: skip
    return stream.getvalue()


def coatings_page(digest: str) -> str:
    """The page of the docs: counts, how to read them, the table."""
    from alloycoat.literature.reproduce import counts, reproduce

    rows = reproduce()
    tally = counts(rows)
    named = [row for row in rows if row.phase_verdict != "no phase named"]
    by_rules, by_hull = (
        ", ".join(f"{tally[key].get(name, 0)} {word}" for name, word in _WORDS)
        for key in ("phase_verdict", "equilibrium_verdict")
    )
    sizes = sorted(tally["thickness_verdict"].items(), key=lambda item: -item[1])
    text = INTRODUCTION.format(
        named=len(named),
        same=sum(row.same_phases for row in named),
        rules=by_rules,
        hull=by_hull,
        sizes=", ".join(f"{count} {name}" for name, count in sizes),
    )
    lines = [HEAD.format(digest=digest), "", *text.splitlines()]
    for row in rows:
        span = row.predicted_um
        size = "" if span is None else f"{span[1]:.2g} ({span[0]:.2g}–{span[2]:.2g})"
        cells = (
            row.row, row.ref, row.printed_phases, row.predicted_phases.replace("|", "or"),
            row.equilibrium.replace("|", "or"), row.phase_verdict, row.printed_um, size,
            "" if row.ratio is None else f"{row.ratio:.2g}", row.thickness_verdict,
        )  # fmt: skip
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", "## Why", ""]
    lines += [f"- **Row {row.row}** (ref {row.ref}): {row.reason.replace('|', 'or')}." for row in rows if row.reason]
    lines += ["", "The same as [csv](coatings.csv).", ""]
    return "\n".join(lines)


_WORDS = (("agrees", "agree"), ("partly", "agree in part"), ("wrong", "disagree"))


def main() -> int:
    """Write the results, or with --check compare the committed hash."""
    digest = input_hash()
    page = HERE / "coatings.md"
    if "--check" in sys.argv[1:]:
        fresh = page.exists() and HEAD.format(digest=digest) in page.read_text(encoding="utf-8")
        print("results are fresh" if fresh else "results are stale: run python docs/results/build.py")
        return 0 if fresh else 1
    (HERE / "coatings.csv").write_text(coatings_csv(), encoding="utf-8", newline="\n")
    page.write_text(coatings_page(digest), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
