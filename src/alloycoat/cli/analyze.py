"""`alloycoat analyze FILE...`: what measured records say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alloycoat.cli.analyze_inputs import Analyzed, current_of, expand, facts_of, grouped, positive, stem
from alloycoat.cli.analyze_output import card_json, groups_summary, summary, write_results
from alloycoat.cli.common import JsonFlag, print_json, say

if TYPE_CHECKING:
    from alloycoat.analysis.practicality import Card
    from alloycoat.record import CyclingRecord
    from alloycoat.report.analysis_groups import GroupsView

Files = Annotated[
    list[Path] | None, typer.Argument(metavar="FILE...", help="Consecutive parts of one cell, or folders of cells.")
]
Cell = Annotated[str | None, typer.Option("--cell", metavar="symmetric|half|full", help="Kind of cell; else inferred.")]
Area = Annotated[str | None, typer.Option("--area", metavar='"1.13 cm^2"', help="Electrode area.")]
Mass = Annotated[str | None, typer.Option("--mass", metavar='"1.2 mg"', help="Active mass, kept beside the record.")]
Anode = Annotated[str | None, typer.Option("--anode", metavar="Li|Na|K|Mg", help="Metal, for published cells of it.")]
Thickness = Annotated[
    str | None,
    typer.Option("--anode-thickness", metavar='"250 um"', help="Of one electrode, for the practicality card."),
]
Electrolyte = Annotated[
    str | None,
    typer.Option("--electrolyte-amount", metavar='"50 uL/cm^2"', help="Total, or per area, for the practicality card."),
]
Current = Annotated[
    str | None,
    typer.Option(
        "--current", metavar='"0.4 mA"', help="Current of files that hold none; a density if --area is given."
    ),
]
TimeUnit = Annotated[
    str | None, typer.Option("--time-unit", metavar="s|min|h", help="Unit of the time, where a file leaves it open.")
]
CurrentSign = Annotated[
    str | None,
    typer.Option(
        "--current-sign", metavar="charge-positive|discharge-positive", help="Sign of the current, where it is open."
    ),
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write report, figures, outcome.json, NAME.bdf.csv there.")
]
Each = Annotated[bool, typer.Option("--each", help="Every file is one cell.")]
Group = Annotated[
    list[str] | None,
    typer.Option("--group", metavar="NAME=GLOB", help="Replicates: compare groups of files; can be repeated."),
]


def analyze(
    files: Files = None,
    cell: Cell = None,
    area: Area = None,
    mass: Mass = None,
    anode: Anode = None,
    anode_thickness: Thickness = None,
    electrolyte_amount: Electrolyte = None,
    current: Current = None,
    time_unit: TimeUnit = None,
    current_sign: CurrentSign = None,
    each: Each = False,
    group: Group = None,
    out: Out = None,
    json: JsonFlag = False,
) -> None:
    """Analyze measured records: polarization, life, failure, efficiency, by one piece of code for all cells."""
    from alloycoat.errors import RecipeError

    given, named = list(files or ()), list(group or ())
    if not given and not named:
        raise RecipeError("FILE: none given; name a file, several parts of one cell, or a folder of cells")
    sets = grouped(named, expand(given)) if named else []
    members = {path: name for name, _, paths in sets for path in paths}
    facts = facts_of(anode, anode_thickness, electrolyte_amount, area)
    wanted = list(dict.fromkeys([*(expand(given) if named else given), *members]))
    many = each or bool(named) or any(path.is_dir() for path in wanted)
    cells, refused = analyze_files(
        wanted, cell=cell, area=area, mass=mass, current=current, time_unit=time_unit, current_sign=current_sign,
        each=many, groups=members, facts=facts.metadata,
    )  # fmt: skip
    view = None
    replicates = {name: sum(done.group == name for done in cells) for name, _, _ in sets}
    cards = [facts.card(done.outcome, replicates.get(done.group)) for done in cells]
    document: Any = [_document(done, card) for done, card in zip(cells, cards, strict=True)]
    if not many:
        (document,) = document
    if sets:
        from alloycoat.report.analysis_groups import group_up, groups_json

        view = group_up([
            (name, pattern, [(done.name, done.outcome) for done in cells if done.group == name])
            for name, pattern, _ in sets
        ])  # fmt: skip
        document = groups_json(view, document)
    if out is not None:
        _write(cells, cards, document, out, wanted, view, refused, many)
    if json:
        print_json(document)
    else:
        typer.echo("\n\n".join(summary(done.name, done.outcome) for done in cells))
        if view is not None:
            typer.echo(f"\n{groups_summary(view)}")
    if refused:
        raise typer.Exit(1)


def _document(done: Analyzed, card: Card) -> dict[str, Any]:
    """The document of one cell: outcome, what is known beyond it, practicality card."""
    where = {"file": done.file.name} if done.many else {}
    if done.group:
        where["group"] = done.group
    more = {key: value for key, value in done.outcome.details().items() if value is not None}
    return {**where, **done.outcome.to_json(), "details": more, "practicality": card_json(card)}


def _write(
    cells: Sequence[Analyzed], cards: Sequence[Card], document: Any, out: Path, inputs: Sequence[Path],
    groups: GroupsView | None, refused: Sequence[str], many: bool,
) -> None:  # fmt: skip
    """Write results and report, naming every file."""
    from alloycoat.report.analysis_names import report_names

    def write_report(folder: Path) -> Sequence[Path]:
        from alloycoat.report.analysis_report import Contents, write_analysis
        from alloycoat.report.analysis_view import view

        shown = [
            view(done.name, done.file.name, done.record, done.outcome, done.group, card)
            for done, card in zip(cells, cards, strict=True)
        ]
        return write_analysis(Contents(shown, groups, refused, many), folder, say)

    names = report_names([done.name for done in cells], many)
    written = write_results(cells, document, out, inputs, write_report, names)
    drawn = [path for path in written if path.suffix != ".json" and not path.name.endswith(("bdf.csv", ".html"))]
    for path in written:
        if path not in drawn:
            say(f"wrote {path}")
    say(f"wrote {len(drawn)} files of figures and tables beside them")


def analyze_files(
    files: Sequence[Path],
    *,
    cell: str | None = None,
    area: str | None = None,
    mass: str | None = None,
    current: str | None = None,
    time_unit: str | None = None,
    current_sign: str | None = None,
    each: bool = False,
    groups: Mapping[Path, str] | None = None,
    facts: Mapping[str, str] | None = None,
) -> tuple[list[Analyzed], list[str]]:
    """The analyzed cells, and why files were refused (said on standard error, the others go on).

    groups: the group of each file that is in one. facts: kept beside each record. Raises RecipeError for a wrong
    flag, DataFileError where no file could be read.
    """
    from alloycoat.analysis import analyze as judge
    from alloycoat.cyclers import chain, read
    from alloycoat.cyclers.hints import Hints
    from alloycoat.errors import DataFileError, RecipeError, unknown_name
    from alloycoat.record import CELL_KINDS

    if cell is not None and cell not in CELL_KINDS:
        raise RecipeError(unknown_name("--cell", cell, CELL_KINDS))
    area_m2 = positive(area, "area", "--area")
    kept = dict(facts or {})
    if mass is not None:
        kept["mass_kg"] = repr(positive(mass, "mass", "--mass"))
    current_a = current_of(current, area_m2)
    Hints(time_unit, current_sign)  # refuses a wrong word before any file is opened

    def load(path: Path) -> CyclingRecord:
        record = read(path, time_unit=time_unit, current_sign=current_sign, current_A=current_a)
        if area_m2 is not None:
            record = record.replace(area_m2=area_m2)
        return record.replace(metadata={**record.metadata, **kept}) if kept else record

    if not each and not any(path.is_dir() for path in files):
        record = chain([load(path) for path in files])
        return [Analyzed(stem(files[0]), files[0], record, judge(record, cell_kind=cell, area_m2=area_m2))], []
    done: list[Analyzed] = []
    refused: list[DataFileError] = []
    for path in expand(files):
        try:
            record = load(path)
            outcome = judge(record, cell_kind=cell, area_m2=area_m2)
        except DataFileError as error:
            refused.append(error)
            continue
        done.append(Analyzed(stem(path), path, record, outcome, (groups or {}).get(path, ""), many=True))
    for refusal in refused[: len(refused) if done else -1]:
        say(f"alloycoat: {refusal}")
    if not done:
        raise refused[-1]
    return done, [str(refusal) for refusal in refused]
