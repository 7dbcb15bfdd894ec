"""Reads the data tables into frozen rows; no row without a source, no assumed number without a spread.

Every table is a long-form csv with the columns of COLUMNS: one property of one subject a line. `low` and
`high` are the 10th and 90th percentile in the unit of the line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from alloycoat.errors import AlloycoatError
from alloycoat.quantities import to_si
from alloycoat.sources import KINDS, Reference, Value

COLUMNS = ("subject", "property", "value", "unit", "low", "high", "kind", "subkind", "source", "note")
SUBKINDS = (
    "", "self", "tracer", "chemical", "unknown",  # diffusivities
    "bulk", "shear", "young",  # moduli
)  # fmt: skip


class TableError(AlloycoatError):
    """A data table that breaks the house rules; a defect of the package, not of the user's input."""


@dataclass(frozen=True, slots=True)
class Row:
    """One property of one subject: `text` as it stands in the table, numbers through `quantity`."""

    subject: str
    property: str
    text: str
    unit: str
    low: str
    high: str
    kind: str
    subkind: str
    source: str
    note: str
    where: str

    def quantity(self, si_unit: str) -> Value:
        """The number in `si_unit` with its interval; raises TableError where it is no number."""
        try:
            value = to_si(float(self.text), self.unit, si_unit)
            low = to_si(float(self.low), self.unit, si_unit) if self.low else value
            high = to_si(float(self.high), self.unit, si_unit) if self.high else value
        except ValueError as error:
            raise TableError(f"{self.where}: {self.text!r} {self.unit!r} is not in {si_unit!r}") from error
        if not low <= value <= high:
            raise TableError(f"{self.where}: low <= value <= high does not hold")
        return Value(value, si_unit, self.kind, self.source, low, high, self.note, self.subkind)


def _folder() -> Traversable:
    return resources.files("alloycoat.chemistry") / "data"


def _check(row: Row) -> Row:
    if not row.source:
        raise TableError(f"{row.where}: no source")
    if row.kind not in KINDS:
        raise TableError(f"{row.where}: kind {row.kind!r} is not one of {', '.join(KINDS)}")
    if row.subkind not in SUBKINDS:
        raise TableError(f"{row.where}: subkind {row.subkind!r} is not one of {', '.join(SUBKINDS)}")
    return row


def _rows(table: Traversable, name: str) -> Iterator[Row]:
    with table.open(encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise TableError(f"{name}: the columns are {reader.fieldnames}, not {COLUMNS}")
        for line in reader:
            cells = [(line[column] or "").strip() for column in COLUMNS]
            subject, prop, text, unit, low, high, kind, subkind, source, note = cells
            where = f"{name} line {reader.line_num}"
            yield _check(Row(subject, prop, text, unit, low, high, kind, subkind, source, note, where))


@lru_cache(maxsize=64)
def read_table(name: str) -> tuple[Row, ...]:
    """All rows of the table `name` ("elements", "anodes/li"), in file order."""
    return tuple(_rows(_folder().joinpath(f"{name}.csv"), f"{name}.csv"))


def table_names() -> tuple[str, ...]:
    """The names of every long-form table that is shipped."""
    found = []
    for entry in _folder().iterdir():
        if entry.is_dir():
            found += [f"{entry.name}/{leaf.name[:-4]}" for leaf in entry.iterdir() if leaf.name.endswith(".csv")]
        elif entry.name.endswith(".csv") and not entry.name.startswith("references"):
            found.append(entry.name[:-4])
    return tuple(sorted(found))


@lru_cache(maxsize=64)
def by_subject(name: str) -> dict[str, dict[str, Row]]:
    """subject -> property -> row, in file order; a property given twice for a subject is refused."""
    grouped: dict[str, dict[str, Row]] = {}
    for row in read_table(name):
        properties = grouped.setdefault(row.subject, {})
        if row.property in properties:
            raise TableError(f"{row.where}: {row.subject} {row.property} stands twice")
        properties[row.property] = row
    return grouped


@lru_cache(maxsize=1)
def references() -> dict[str, Reference]:
    """Every reference that a table may name, by key (columns key, citation, doi, note)."""
    found: dict[str, Reference] = {}
    for entry in sorted(_folder().iterdir(), key=lambda leaf: leaf.name):
        if not (entry.name.startswith("references") and entry.name.endswith(".csv")):
            continue
        with entry.open(encoding="utf-8") as stream:
            for line in csv.DictReader(stream):
                if line["key"] in found:
                    raise TableError(f"{entry.name}: key {line['key']!r} stands twice")
                found[line["key"]] = Reference(line["key"], line["citation"], line["doi"], line["note"] or "")
    return found
