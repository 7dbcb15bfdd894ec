"""Text exports of all makers: one importer, one value-file a dialect (folder `dialects`)."""

from __future__ import annotations

import re

from alloycoat.cyclers.archives import Source
from alloycoat.cyclers.dialects import UNTESTED, Dialect, dialects
from alloycoat.cyclers.formats import Format, unknown
from alloycoat.cyclers.hints import Hints
from alloycoat.cyclers.importer import collect, skipped_note
from alloycoat.cyclers.layers import flatten
from alloycoat.cyclers.samples import assemble
from alloycoat.cyclers.text import (
    CUT_OFF,
    NO_BREAK,
    TextTable,
    chunks,
    decimal_sign,
    decode,
    find_table,
    spaced,
    split_lines,
    trim,
)
from alloycoat.cyclers.units import split_name
from alloycoat.errors import DataFileError
from alloycoat.record import CyclingRecord

_BINARY = (b"BIO-LOGIC MODULAR FILE", b"PK\x03\x04", b"PAR1", b"NEWARE", b"\x00\x01\x00\x00Standard")


def _recognize(source: Source) -> bool:
    """Text, that is: what is not known to be binary and holds no zero byte (but for UTF-16)."""
    if source.content.startswith(_BINARY):
        return False
    return source.content[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" not in source.head


def read_text(source: Source, hints: Hints) -> CyclingRecord:
    """The record of a text export. Raises DataFileError where no dialect fits, or it cannot be read safely."""
    file = str(source.path)
    text, notes = decode(source)
    flat = flatten(text)
    if flat is not None:
        text, more = flat
        notes += more
    table, dialect = _find(text, split_lines(text))
    if table is None or dialect is None:
        blanks = spaced(split_lines(text[:2_000_000]))
        if blanks is not None:
            table, dialect = _find(text, spaced(split_lines(text)) or blanks)
    if table is None or dialect is None:
        missing = _what_is_missing(text)
        raise DataFileError(f"{file}: {missing}") if missing else unknown(source)
    del text  # of a long file it takes as much as all numbers
    table, more = trim(table, file)
    notes += more
    if not table.lines:
        raise DataFileError(f"{file}: has a header but no rows")
    places = dialect.places(table.header)
    decimal = decimal_sign(table)
    if decimal == ",":
        notes.append("numbers were read with decimal commas")
    names = list(places)
    samples = collect(
        file, dialect, table.header, places, chunks(table, [places[name] for name in names]), decimal, table.first_line
    )
    samples.notes[:0] = notes + skipped_note(dialect.skipped(table.header, set(places.values())))
    samples.whole = False if CUT_OFF in notes else None if NO_BREAK in notes else True
    if dialect.untested:
        samples.notes.append(UNTESTED)
    return assemble(samples, hints)


def _find(text: str, lines: list[str]) -> tuple[TextTable | None, Dialect | None]:
    preamble, ended = text[:20000], text.endswith(("\n", "\r"))
    for each in dialects():
        if each.text and not re.search(each.text, preamble):
            continue
        table = find_table(lines, ended, lambda header, each=each: each.fits(header, preamble))  # type: ignore[misc]
        if table is not None:
            return table, each
    return None, None


def _what_is_missing(text: str) -> str:
    """What to say of a text in which no header was found: the line that comes nearest; "" where none does."""
    best: tuple[int, str, set[str]] = (0, "", set())
    columns = next(each.columns for each in dialects() if each.last)
    wanted = {name: set(columns[name]) for name in ("time", "voltage", "current")}
    wanted["time"] |= {*columns["clock"], *columns["step_time"]}
    wanted["current"].add("<i>")
    first = next((line.strip() for line in text[:10_000].split("\n") if line.strip()), "")
    if re.fullmatch(r"[-+\d.,;\s|eE]+", first):
        return "has no line of names in front of its numbers; write one, such as 'Time / s,Current / A,Voltage / V'"
    for line in text[:100_000].split("\n")[:600]:
        for separator in ("\t", ";", ","):
            bases = {split_name(name)[0] for name in line.split(separator)}
            hits = {name for name, words in wanted.items() if bases & words}
            if len(hits) > best[0]:
                best = (len(hits), line.strip(), hits)
    if not best[0]:
        return ""
    lacking = [name for name in wanted if name not in best[2]]
    line = best[1] if len(best[1]) <= 80 else best[1][:77] + "..."
    return f"its header {line!r} has no column of {' and '.join(lacking) or 'a known maker'}"


FORMAT = Format(
    "text export of " + ", ".join(each.name.removesuffix(" text") for each in dialects() if not each.last),
    tuple(sorted({suffix for each in dialects() for suffix in each.suffixes} - {".xlsx"})),
    _recognize,
    read_text,
    last=True,
)
"""Text of all dialects."""
