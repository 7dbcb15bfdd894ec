"""What `alloycoat analyze` writes: results into a folder, a summary for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alloycoat.analysis.practicality import Card
    from alloycoat.cli.analyze_inputs import Analyzed
    from alloycoat.outcome import Outcome
    from alloycoat.report.analysis_groups import GroupsView

ReportWriter = Callable[[Path], Sequence[Path]]
"""Writes the report into a folder and gives the paths."""
MARK = "outcome.json"
"""The file that marks a folder as ours: it is written first."""


def _is_ours(out: Path) -> bool:
    """Whether the folder's outcome.json is one that `alloycoat analyze` wrote."""
    from json import JSONDecodeError, loads

    try:
        head = loads((out / MARK).read_text(encoding="utf-8"))
    except (OSError, JSONDecodeError, UnicodeDecodeError):
        return False
    if isinstance(head, dict) and {"cells", "groups", "life_ratios"} <= set(head):
        return True
    rows = head if isinstance(head, list) else [head]
    return bool(rows) and all(
        isinstance(row, dict) and {"polarization_begin_V", "invariants"} <= set(row) for row in rows
    )


def check_targets(names: Sequence[str], out: Path, cells: Sequence[Analyzed], inputs: Sequence[Path] = ()) -> None:
    """Refuse where a file would replace an input, another cell's, or somebody else's; nothing is written.

    names: of the files and folders that would be written into `out`. Raises RecipeError or DataFileError.
    """
    from alloycoat.errors import DataFileError, RecipeError

    if out.exists() and not out.is_dir():
        raise DataFileError(f"--out: {out} is a file, not a folder; give another name")
    taken = {path.resolve() for path in (*inputs, *(done.file for done in cells))}
    seen: set[str] = set()
    for name in names:
        target = out / name
        if target.resolve() in taken:
            raise RecipeError(f"--out: {target} would overwrite an input file; choose another folder")
        if name.casefold() in seen:
            raise RecipeError(f"--out: two cells would be written to {target}; rename one of the files")
        seen.add(name.casefold())
    there = next((name for name in names if (out / name).exists()), None)
    if there is not None and not _is_ours(out):
        raise DataFileError(
            f"--out: {out} holds {there}, which no earlier 'alloycoat analyze' wrote; give another folder, nothing "
            "was changed"
        )


def write_results(
    cells: Sequence[Analyzed],
    document: Any,
    out: Path,
    inputs: Sequence[Path] = (),
    write_report: ReportWriter | None = None,
    more_names: Sequence[str] = (),
) -> list[Path]:
    """Write outcome.json, NAME.bdf.csv by cell and, where a writer is given, the report; the paths written.

    more_names: what the writer of the report writes. Raises as `check_targets`, before anything is written.
    """
    from alloycoat.cyclers import write_bdf
    from alloycoat.store import write_json

    records = [f"{done.name}.bdf.csv" for done in cells]
    check_targets([MARK, *records, *more_names], out, cells, inputs)
    written = [write_json(out / MARK, document)]
    written += [write_bdf(done.record, out / name) for done, name in zip(cells, records, strict=True)]
    if write_report is not None:
        written += write_report(out)
    return written


def summary(name: str, outcome: Outcome) -> str:
    """A few lines for people."""
    from alloycoat.quantities import display

    def volts(value: float | None) -> str:
        return "unknown" if value is None else display(value, "V")

    kind = f"{outcome.cell_kind} cell{' (inferred)' if outcome.cell_kind_inferred else ''}"
    lines = [f"{name}: {kind}, {outcome.n_half_cycles} half-cycles, {(outcome.duration_s or 0) / 3600:.4g} h"]
    if outcome.current_density_A_per_m2 is not None:
        lines.append(f"  current density  {outcome.current_density_A_per_m2 / 10:.4g} mA/cm2")
    begin, end = volts(outcome.polarization_begin_V), volts(outcome.polarization_end_V)
    lines.append(f"  polarization     {begin} at begin, {end} at end")
    if outcome.area_specific_resistance_ohm_m2 is not None:
        lines.append(f"  resistance       {outcome.area_specific_resistance_ohm_m2 * 1e4:.4g} ohm cm2")
    lived = [f"{outcome.life}"]
    if outcome.life_cycles is not None:
        lived.append(f"{outcome.life_cycles:.4g} cycles")
    if outcome.life_charge_C is not None:
        lived.append(f"{outcome.life_charge_C / 3600:.4g} Ah each way")
    lines.append(f"  life             {', '.join(lived)}")
    at = "" if outcome.failure_time_s is None else f" at {outcome.failure_time_s / 3600:.6g} h on its clock"
    lines.append(f"  failure          {outcome.failure}{at}")
    lines += [
        f"  {sign.strength:<16} {sign.kind} at {sign.time_s / 3600:.6g} h: {sign.evidence}" for sign in outcome.signs
    ]
    known = [value for value in outcome.coulombic_efficiency or () if value is not None]
    if known:
        mean = sum(known) / len(known)
        lines.append(f"  efficiency       {mean:.2%} mean of {len(known)} ({outcome.coulombic_efficiency_pairing})")
    if outcome.capacity_retention is not None:
        lines.append(f"  capacity         {outcome.capacity_retention:.2%} retained")
    return "\n".join([*lines, *(f"  note: {warning}" for warning in outcome.warnings)])


def card_json(card: Card) -> dict[str, Any]:
    """The practicality card without nulls: an item that cannot be told has a reason and no value."""
    document = card.to_json()
    rows = [
        {key: value for key, value in row.items() if value is not None and (value or key != "reason")}
        for row in document["rows"]
    ]
    return {**document, "rows": rows}


def groups_summary(view: GroupsView) -> str:
    """A line a group and a line a pair of groups, for people."""

    def hours(value: float | None) -> str:
        return "open" if value is None else f"{value / 3600:.4g}"

    lines = []
    for group in view.groups:
        line = f"{group.name}: {len(group.cells)} cells, {group.n_failed} failed"
        curve = group.survival
        if curve is not None and curve.median_s is not None:
            bounds = " to ".join(hours(value) for value in curve.median_interval_s)
            line += f", median life {hours(curve.median_s)} h ({bounds}, {100 * curve.level:g} %)"
        elif curve is not None:
            line += f", median life not known: {curve.reason}"
        lines.append(line)
    for pair in view.pairs:
        ratio, said = pair.ratio, pair.reason
        if ratio is not None and (ratio.low, ratio.high) != (None, None):
            middle = "not known" if ratio.ratio is None else f"{ratio.ratio:.3g}"
            low, high = ("open" if value is None else f"{value:.3g}" for value in (ratio.low, ratio.high))
            said = f"{middle} ({low} to {high}, {100 * ratio.level:g} %){f'; {said}' if said else ''}"
        elif ratio is not None and ratio.ratio is not None:
            said = f"{ratio.ratio:.3g}{f'; {said}' if said else ''}"
        lines.append(f"life of {pair.second} over {pair.first}: {said}")
    return "\n".join([*lines, *(f"  note: {warning}" for warning in view.warnings)])
