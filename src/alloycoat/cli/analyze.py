"""`alloycoat analyze FILE...`: what measured records say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from alloycoat.cli.common import JsonFlag, print_json, say

if TYPE_CHECKING:
    from alloycoat.outcome import Outcome
    from alloycoat.record import CyclingRecord

Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Consecutive parts of one cell, or folders of cells.")
]
Cell = Annotated[str | None, typer.Option("--cell", metavar="symmetric|half|full", help="Kind of cell; else inferred.")]
Area = Annotated[str | None, typer.Option("--area", metavar='"1.13 cm^2"', help="Electrode area.")]
Mass = Annotated[str | None, typer.Option("--mass", metavar='"1.2 mg"', help="Active mass, kept beside the record.")]
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
    Path | None, typer.Option("--out", metavar="DIR", help="Write outcome.json and NAME.bdf.csv to this folder.")
]
Each = Annotated[bool, typer.Option("--each", help="Every file is one cell.")]


@dataclass(frozen=True, slots=True)
class Analyzed:
    """One cell: the name of its file without suffix, its record, what came out."""

    name: str
    file: Path
    record: CyclingRecord
    outcome: Outcome


ReportWriter = Callable[[Sequence["Analyzed"], Path], Path]
"""Writes the page of the cells into a folder."""


def analyze(
    files: Files,
    cell: Cell = None,
    area: Area = None,
    mass: Mass = None,
    current: Current = None,
    time_unit: TimeUnit = None,
    current_sign: CurrentSign = None,
    out: Out = None,
    each: Each = False,
    json: JsonFlag = False,
) -> None:
    """Analyze measured records: polarization, life, failure, efficiency, by one piece of code for all cells."""
    cells, refused = analyze_files(
        files,
        cell=cell,
        area=area,
        mass=mass,
        current=current,
        time_unit=time_unit,
        current_sign=current_sign,
        each=each,
    )
    many = each or any(path.is_dir() for path in files)
    documents = [
        {"file": done.file.name, **done.outcome.to_json()} if many else done.outcome.to_json() for done in cells
    ]
    document: Any = documents if many else documents[0]
    if out is not None:
        for path in write_results(cells, document, out, files, _page):
            say(f"wrote {path}")
    if json:
        print_json(document)
    else:
        typer.echo("\n\n".join(summary(done.name, done.outcome) for done in cells))
    if refused:
        raise typer.Exit(1)


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
) -> tuple[list[Analyzed], int]:
    """The analyzed cells and how many files were refused (said on standard error, the others go on).

    Raises RecipeError for a wrong flag, DataFileError where no file could be read.
    """
    from alloycoat.analysis import analyze as judge
    from alloycoat.cyclers import chain, read
    from alloycoat.cyclers.hints import Hints
    from alloycoat.errors import DataFileError, RecipeError, unknown_name
    from alloycoat.record import CELL_KINDS

    if cell is not None and cell not in CELL_KINDS:
        raise RecipeError(unknown_name("--cell", cell, CELL_KINDS))
    area_m2 = _positive(area, "area", "--area")
    facts = {} if mass is None else {"mass_kg": repr(_positive(mass, "mass", "--mass"))}
    current_a = _current(current, area_m2)
    Hints(time_unit, current_sign)  # refuses a wrong word before any file is opened

    def load(path: Path) -> CyclingRecord:
        record = read(path, time_unit=time_unit, current_sign=current_sign, current_A=current_a)
        return record.replace(metadata={**record.metadata, **facts}) if facts else record

    if not each and not any(path.is_dir() for path in files):
        record = chain([load(path) for path in files])
        return [Analyzed(stem(files[0]), files[0], record, judge(record, cell_kind=cell, area_m2=area_m2))], 0
    done, refused = [], []
    for path in _expand(files):
        try:
            record = load(path)
            outcome = judge(record, cell_kind=cell, area_m2=area_m2)
        except DataFileError as error:
            refused.append(error)
            continue
        done.append(Analyzed(stem(path), path, record, outcome))
    if not done:
        raise refused[0]
    for refusal in refused:
        say(f"alloycoat: {refusal}")
    return done, len(refused)


def _positive(text: str | None, dimension: str, flag: str) -> float | None:
    from alloycoat.errors import RecipeError
    from alloycoat.quantities import parse

    value = None if text is None else parse(text, dimension, flag)
    if value is not None and value <= 0:
        raise RecipeError(f"{flag}: {text!r} is not above zero")
    return value


def _current(text: str | None, area_m2: float | None) -> float | None:
    """The current in A: a total current, or a density times the area where the area is given.

    Raises QuantityError for another unit, RecipeError for a density without an area.
    """
    from alloycoat.errors import QuantityError, RecipeError
    from alloycoat.quantities import parse

    if text is None:
        return None
    try:
        return parse(text, "current", "--current")
    except QuantityError as error:
        try:
            density = parse(text, "current density", "--current")
        except QuantityError:
            raise error from None
        if area_m2 is None:
            raise RecipeError(
                f"--current: {text!r} is a current density; give --area too, or a total current"
            ) from None
        return density * area_m2


def _expand(files: Sequence[Path]) -> list[Path]:
    """Files, and the readable files of folders, in order of name; raises DataFileError for a folder of none."""
    from alloycoat.cyclers import formats
    from alloycoat.errors import DataFileError

    plain = sorted({suffix for each in formats() for suffix in each.suffixes})
    suffixes = (*plain, *(f"{suffix}{packed}" for suffix in plain for packed in (".gz", ".zip")))
    found: list[Path] = []
    for path in files:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(
            one for one in path.iterdir()
            if one.is_file() and not one.name.startswith(".") and one.name.lower().endswith(suffixes)
        )  # fmt: skip
        if not inside:
            raise DataFileError(f"{path}: the folder has no file that ends in {', '.join(plain)}")
        found += inside
    return found


def stem(path: Path) -> str:
    """The name of a file without the suffixes of its format."""
    name = path.name
    from alloycoat.cyclers import formats

    known = sorted({suffix for each in formats() for suffix in each.suffixes}, key=len, reverse=True)
    for suffix in (".gz", ".zip", *known, ".bdf"):
        if name.lower().endswith(suffix) and len(name) > len(suffix):
            name = name[: -len(suffix)]
    return name


def _page(cells: Sequence[Analyzed], out: Path) -> Path:
    """The outcomes side by side as out/report.html."""
    from dataclasses import replace

    from alloycoat.report import report

    return report([replace(done.outcome, title=done.name) for done in cells], out / "report.html")


def _foreign(out: Path, names: Sequence[str]) -> str | None:
    """A file of these names in a folder that no earlier analysis wrote to; None where nothing is in the way."""
    from json import JSONDecodeError, loads

    try:
        found = [name for name in names if (out / name).exists()]
        if not found:
            return None
        head = loads((out / "outcome.json").read_text(encoding="utf-8"))
    except (OSError, JSONDecodeError, UnicodeDecodeError):
        return found[0]
    rows = head if isinstance(head, list) else [head]
    ours = all(isinstance(row, dict) and {"polarization_begin_V", "invariants"} <= set(row) for row in rows)
    return None if ours else found[0]


def write_results(
    cells: Sequence[Analyzed],
    document: Any,
    out: Path,
    inputs: Sequence[Path] = (),
    write_report: ReportWriter | None = None,
) -> list[Path]:
    """Write outcome.json, NAME.bdf.csv by cell and, where a writer is given, the report; the paths written.

    Raises RecipeError, before anything is written, where a file would replace an input or another cell's.
    """
    from alloycoat.cyclers import write_bdf
    from alloycoat.errors import DataFileError, RecipeError
    from alloycoat.store import write_json

    targets = [out / f"{done.name}.bdf.csv" for done in cells]
    taken = {path.resolve() for path in (*inputs, *(done.file for done in cells))}
    seen: set[Path] = set()
    for target in (*targets, out / "outcome.json"):
        if target.resolve() in taken:
            raise RecipeError(f"--out: {target} would overwrite an input file; choose another folder")
        if target.resolve() in seen:
            raise RecipeError(f"--out: two cells would be written to {target}; rename one of the files")
        seen.add(target.resolve())
    foreign = _foreign(out, [*(target.name for target in targets), "outcome.json", "report.html"])
    if foreign is not None:
        raise DataFileError(
            f"--out: {out} holds {foreign}, which no earlier 'alloycoat analyze' wrote; give another folder, nothing "
            "was changed"
        )
    written = [write_bdf(done.record, target) for done, target in zip(cells, targets, strict=True)]
    written.append(write_json(out / "outcome.json", document))
    if write_report is not None:
        written.append(write_report(cells, out))
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
    lines.append(f"  life             {outcome.life}")
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
