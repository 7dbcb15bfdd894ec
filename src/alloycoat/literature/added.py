"""Rows of the user's own: read from csv, checked field by field, kept in the user's folder, never in the package."""

from __future__ import annotations

import csv
import hashlib
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path

from alloycoat.errors import DataFileError, unknown_name
from alloycoat.literature import added_fields as fields
from alloycoat.literature.added_fields import COLUMNS, REQUIRED, AddedRowsError, LifeCell, Place
from alloycoat.literature.papers import Paper, papers
from alloycoat.literature.rows import CellRow, PrintedPhase, Side
from alloycoat.literature.tables import cell_rows
from alloycoat.store import write_bytes

FIRST_ROW = 1001
"""Number of the first added row; the review's rows stay below."""
_LARGEST = 5_000_000
_SHARED = ("anode", "electrolyte", "current_density", "half_cycle", "bare_life", "bare_begin", "bare_end")
"""What rows with one bare cell must agree on."""
_OF_PAPER = ("laboratory", "doi", "citation", "year")
"""What rows of one paper must agree on."""


def data_folder() -> Path:
    """The user's folder: $ALLOYCOAT_DATA, or the place where the system keeps a program's data."""
    if chosen := os.environ.get("ALLOYCOAT_DATA"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "alloycoat"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "alloycoat"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "alloycoat"


def evidence_folder() -> Path:
    """Where the added files lie, one csv each."""
    return data_folder() / "evidence"


def _text(path: Path) -> tuple[str, bytes]:
    try:
        if path.is_file() and path.stat().st_size > _LARGEST:
            raise AddedRowsError(f"{path.name}: is larger than {_LARGEST // 1_000_000} MB")
        content = path.read_bytes()
    except OSError as error:
        raise DataFileError(f"--add: cannot read {path}: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig"), content
    except UnicodeDecodeError as error:
        raise AddedRowsError(f"{path.name}: is not UTF-8 text; save it as 'CSV UTF-8'") from error


def _lines(text: str, name: str) -> Iterator[tuple[int, dict[str, str]]]:
    """(row below the header, cells by column), every column of `COLUMNS` present."""
    try:
        table = list(csv.reader(StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise AddedRowsError(f"{name}: is no csv table: {error}") from error
    header = [column.strip() for column in table[0]] if table else []
    if len(header) == 1 and ";" in header[0]:
        raise AddedRowsError(f"{name} row 0 (the header): the columns are separated by ';'; save it with commas")
    for column in header:
        if column not in COLUMNS:
            raise AddedRowsError(f"{name} row 0 (the header): {unknown_name('column', column, COLUMNS, shown=30)}")
        if header.count(column) > 1:
            raise AddedRowsError(f"{name} row 0 (the header): column {column} stands there twice")
    missing = [column for column in REQUIRED if column not in header]
    if missing:
        raise AddedRowsError(f"{name} row 0 (the header): missing columns: {', '.join(missing)}")
    number = 0
    for cells in table[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        number += 1
        if len(cells) != len(header):
            raise AddedRowsError(f"{name} row {number}: {len(cells)} cells under {len(header)} columns")
        yield number, {**dict.fromkeys(COLUMNS, ""), **dict(zip(header, map(str.strip, cells), strict=True))}


def _paper(cells: dict[str, str], places: dict[str, Place]) -> Paper:
    name = fields.key(cells["paper"], places["paper"])
    return Paper(
        key=name, numbers=(), authors=(fields.words(cells["citation"], places["citation"]) or name,), journal="",
        year=fields.year(cells["year"], places["year"]), volume="", pages="",
        doi=fields.doi(cells["doi"], places["doi"]), title="", verification="unverified", seen_at="given by the user",
        laboratory=fields.words(cells["laboratory"], places["laboratory"]), laboratory_basis="given by the user",
        note="", origin="added",
    )  # fmt: skip


def _side(cells: dict[str, str], side: str, places: dict[str, Place]) -> Side:
    begin, about_begin = fields.polarization(cells[f"{side}_begin"], places[f"{side}_begin"])
    end, about_end = fields.polarization(cells[f"{side}_end"], places[f"{side}_end"])
    lived: LifeCell = fields.life(cells[f"{side}_life"], places[f"{side}_life"])
    return Side(begin, end, about_begin or about_end, lived.relation, lived.lower, lived.upper)


def _row(cells: dict[str, str], number: int, name: str) -> CellRow:
    places = {column: Place(name, number, column) for column in COLUMNS}
    for column in REQUIRED:
        if not cells[column]:
            raise places[column].refuse("is empty")
    anode = fields.metal(cells["anode"], places["anode"])
    element = fields.element(cells["element"], places["element"])
    if element == anode:
        raise places["element"].refuse(f"{element!r} is the anode metal itself")
    bath = fields.bath(cells["electrolyte"], anode, places["electrolyte"])
    coating = fields.words(cells["coating"], places["coating"])
    printed = {
        "coating": coating, "electrolyte": cells["electrolyte"],
        "conditions": f"{cells['current_density']} for {cells['half_cycle']}",
        "bare_polarization": f"{cells['bare_begin'] or '-'} / {cells['bare_end'] or '-'}",
        "coated_polarization": f"{cells['coated_begin'] or '-'} / {cells['coated_end'] or '-'}",
        "bare_life": cells["bare_life"], "coated_life": cells["coated_life"],
    }  # fmt: skip
    paper = _paper(cells, places)
    return CellRow(
        row=number, anode=anode, element=element,
        phases=(PrintedPhase(coating, "", (element,), "alloy"),),
        route=fields.route(cells["route"], places["route"]), electrolyte=cells["electrolyte"], salt=bath.salt,
        salt_concentration=bath.concentration, solvents=tuple(solvent for solvent, _ in bath.solvents),
        additives=tuple(f"{amount} {additive}".strip() for additive, amount in bath.additives),
        solvent_class=bath.solvent_class,
        current_density=fields.density(cells["current_density"], places["current_density"]),
        half_cycle=fields.half_cycle(cells["half_cycle"], places["half_cycle"]),
        bare=_side(cells, "bare", places), coated=_side(cells, "coated", places),
        bare_cell=f"{paper.key}:{fields.words(cells['bare_cell'], places['bare_cell'])}", bare_cell_shared=False,
        coating_row=0, variants=(), inherited=(), printed=tuple(printed.items()), paper=paper, ref=0,
        note=fields.words(cells["note"], places["note"]), origin="added", details=fields.details(cells, places),
    )  # fmt: skip


def _agree(lines: Sequence[tuple[int, dict[str, str]]], rows: Sequence[CellRow], name: str) -> None:
    """Refuse rows of one bare cell or one paper that contradict each other, and a row that stands twice."""
    cells: dict[str, tuple[int, CellRow]] = {}
    known: dict[str, tuple[int, dict[str, str]]] = {}
    seen: dict[tuple[str, ...], int] = {}
    for (number, line), row in zip(lines, rows, strict=True):
        first, standing = cells.setdefault(row.bare_cell, (number, row))
        for column in _SHARED:
            if _of(row, column) != _of(standing, column):
                label = line["bare_cell"]
                why = f"bare cell {label!r} has {line[column]!r} here and another value in row {first}"
                raise Place(name, number, column).refuse(why)
        first, earlier = known.setdefault(row.paper.key.lower(), (number, line))
        for column in _OF_PAPER:
            if line[column] != earlier[column]:
                why = f"paper {row.paper.key!r} has {line[column]!r} here and {earlier[column]!r} in row {first}"
                raise Place(name, number, column).refuse(why)
        twin = seen.setdefault(tuple(line.values()), number)
        if twin != number:
            raise Place(name, number, "paper").refuse(f"the row is the same as row {twin}")


def _of(row: CellRow, column: str) -> object:
    values: dict[str, object] = {
        "anode": row.anode, "electrolyte": (row.salt, row.salt_concentration, row.solvents, row.additives),
        "current_density": row.current_density, "half_cycle": row.half_cycle,
        "bare_life": (row.bare.life_lower_h, row.bare.life_upper_h), "bare_begin": row.bare.polarization_begin,
        "bare_end": row.bare.polarization_end,
    }  # fmt: skip
    return values[column]


def _new_papers(rows: Sequence[CellRow], numbers: Sequence[int], known: Sequence[Paper], name: str) -> None:
    """Refuse a paper that is there already, by name or DOI, and one DOI under two names."""
    names = {paper.key.lower(): paper for paper in known}
    dois = {paper.doi.lower(): paper.key for paper in known if paper.doi}
    for row, number in zip(rows, numbers, strict=True):
        if row.paper.key.lower() in names:
            where = (
                "the review's papers" if names[row.paper.key.lower()].origin == "review" else "the rows added before"
            )
            raise Place(name, number, "paper").refuse(f"duplicate paper: {row.paper.key!r} is among {where} already")
        if row.paper.doi and dois.setdefault(row.paper.doi.lower(), row.paper.key) != row.paper.key:
            other = dois[row.paper.doi.lower()]
            raise Place(name, number, "doi").refuse(f"duplicate paper: {row.paper.doi} is {other!r} already")


def check(path: str | Path, known: Sequence[Paper] | None = None) -> tuple[CellRow, ...]:
    """The rows of a file, checked, not kept; raises AddedRowsError with row and column at the first fault.

    known: papers that the file may not bring again; by default the review's and those added before.
    """
    return _checked(Path(path), known)[0]


def _checked(path: Path, known: Sequence[Paper] | None = None) -> tuple[tuple[CellRow, ...], bytes]:
    text, content = _text(path)
    lines = list(_lines(text, path.name))
    if not lines:
        raise AddedRowsError(f"{path.name}: has no rows below the header")
    rows = [_row(cells, number, path.name) for number, cells in lines]
    _agree(lines, rows, path.name)
    there = (*papers().values(), *added_papers()) if known is None else known
    _new_papers(rows, [number for number, _ in lines], there, path.name)
    return tuple(rows), content


def _numbered(rows: Sequence[CellRow], first: int) -> tuple[CellRow, ...]:
    shared = Counter(row.bare_cell for row in rows)
    return tuple(replace(row, row=first + k, bare_cell_shared=shared[row.bare_cell] > 1) for k, row in enumerate(rows))


def added_rows() -> tuple[CellRow, ...]:
    """The user's rows, numbered from `FIRST_ROW` on in the order of the files' names; () where there are none.

    Raises AddedRowsError where a kept file was changed by hand and no longer passes the checks.
    """
    folder = evidence_folder()
    rows: list[CellRow] = []
    known = list(papers().values())
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        try:
            found, _ = _checked(path, known)
        except DataFileError as error:
            raise AddedRowsError(f"in {folder}: {error}") from error
        rows += found
        known += {row.paper.key: row.paper for row in found}.values()
    return _numbered(rows, FIRST_ROW)


def added_papers() -> tuple[Paper, ...]:
    """The papers of the user's rows."""
    return tuple({row.paper.key: row.paper for row in added_rows()}.values())


def all_cell_rows() -> tuple[CellRow, ...]:
    """Table 3 and, behind it, the user's rows."""
    return (*cell_rows(), *added_rows())


def add(path: str | Path) -> tuple[tuple[CellRow, ...], Path]:
    """Check a file and keep an unchanged copy of it in the user's folder: (its rows, the copy).

    The copy is written whole or not at all, under a name of its own (the file's name and a hash of its
    content): nothing kept before is touched. Delete the copy to take the rows back.
    """
    source = Path(path)
    _, content = _checked(source)
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", source.stem).strip("-.")[:60] or "rows"
    target = evidence_folder() / f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.csv"
    write_bytes(target, content)
    names = {row.paper.key for row in check(target, tuple(papers().values()))}
    return tuple(row for row in added_rows() if row.paper.key in names), target
