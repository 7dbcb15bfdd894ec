"""Text of any locale as a table: the encoding, the line of the header, the separator, the decimal sign."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from alloycoat.cyclers.archives import Source
from alloycoat.cyclers.cells import Words
from alloycoat.cyclers.units import with_units
from alloycoat.errors import DataFileError

SEPARATORS = ("\t", ";", ",", "|")
HEADER_WITHIN = 600
"""Lines in which the header must stand."""
LONGEST_LINE = 1_000_000
MOST_COLUMNS = 5_000
"""A line of more cells is no header of a cycler."""
WIDTH = 40
"""Letters of a cell that are looked at: no number or date is longer."""
CUT_OFF = "the text ends inside a row, which was left out"
NO_BREAK = "the text does not end with a line break: its last row may be cut off and was left out"
_CHUNK = 20_000
_LONGEST_SPACED = 5_000
"""Letters of a header whose names are set apart by blanks."""
_EASTERN = {"gb18030": "GBK", "shift_jis": "Shift-JIS", "big5": "Big5", "cp949": "Korean (cp949)"}
_EASTERN_WORDS = re.compile("电压|電圧|電壓|전압|电流|電流|전류")
"""Voltage and current: text in which they stand was decoded rightly."""


@dataclass(frozen=True, slots=True)
class TextTable:
    """A text cut into preamble, header and body lines. first_line: number of the body's first line, from 1."""

    preamble: tuple[str, ...]
    header: tuple[str, ...]
    separator: str
    lines: list[str]
    first_line: int
    ended: bool  # the last line ends with a line break
    head: str = ""  # the line of the header as it stands there


def decode(source: Source) -> tuple[str, list[str]]:
    """The text of a file and notes on its encoding. Raises DataFileError where it is binary."""
    content = source.content
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        try:
            return content.decode("utf-16").lstrip("\ufeff"), []
        except UnicodeDecodeError as error:
            raise DataFileError(f"{source.path}: is damaged UTF-16 text (byte {error.start})") from error
    if b"\x00" in source.head:
        raise DataFileError(f"{source.path}: is a binary file; text is needed")
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    high = re.findall(rb"[\x80-\xff]+", content[:2_000_000])
    if sum(len(run) for run in high) > 0.3 * min(len(content), 2_000_000):
        raise DataFileError(f"{source.path}: is a binary file; text is needed")
    for encoding, shown in _EASTERN.items():
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _EASTERN_WORDS.search(text[:100_000]):
            return text, [f"the text was read as {shown}"]
    if all(len(run) % 2 == 0 for run in high):  # two bytes a letter: GBK; single ones are Latin letters
        try:
            return content.decode("gb18030"), ["the text was read as GBK"]
        except UnicodeDecodeError:
            pass
    return content.decode("cp1252", errors="replace"), ["the text was read as Latin-1 (cp1252)"]


def split_lines(text: str) -> list[str]:
    """Lines at line feeds only (a form feed or a Unicode separator in a comment is no new line)."""
    if "\u2212" in text:  # a typographic minus
        text = text.replace("\u2212", "-")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    if lines and not lines[-1]:
        lines.pop()
    return lines


def cut(line: str, separator: str) -> list[str]:
    """The cells of a line, without quotes and outer blanks."""
    if '"' in line:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=separator), [])]
        except csv.Error:
            return []
    return [cell.strip() for cell in line.split(separator)]


def find_table(lines: list[str], ended: bool, accepts: Callable[[tuple[str, ...]], bool]) -> TextTable | None:
    """The table under the first line whose cells `accepts` takes as a header, by any separator.

    ended: whether the last line ends with a line break.
    """
    for number, line in enumerate(lines[:HEADER_WITHIN]):
        if len(line) > LONGEST_LINE:
            continue
        for separator in SEPARATORS:
            if not 0 < line.count(separator) <= MOST_COLUMNS:
                continue
            header, first = tuple(cut(line.lstrip("~# "), separator)), number + 1
            below = None
            if first < len(lines) and len(lines[first]) <= LONGEST_LINE:
                below = with_units(header, cut(lines[first], separator))
            if below is not None and accepts(below):
                header, first = below, first + 1
            elif not accepts(header):
                continue
            return TextTable(tuple(lines[:number]), header, separator, lines[first:], first + 1, ended, line)
    return None


def spaced(lines: list[str]) -> list[str] | None:
    """Columns set apart by blanks alone as columns set apart by tabs; None where the lines are not such a table.

    The header is cut at runs of blanks, or at single ones where no name holds one but before its unit ("time /s").
    """
    for number, line in enumerate(lines[:HEADER_WITHIN]):
        if not line.strip() or len(line) > _LONGEST_SPACED:
            continue
        width = next((len(each.split()) for each in lines[number + 1 : number + 4] if each.strip()), 0)
        tight = re.sub(r"\s+([/(\[])\s*", r"\1", line.strip())
        for names in (re.split(r"\s{2,}", line.strip()), tight.split()):
            if len(names) == width >= 2 and not all(_is_number(name) for name in names):
                body = ["\t".join(each.split()) for each in lines[number + 1 :]]
                return [*lines[:number], "\t".join(names), *body]
    return None


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[-+]?[\d.,]+(?:[eE][-+]?\d+)?", text) is not None


def decimal_sign(table: TextTable) -> str:
    """The decimal sign of the body: a comma only where numbers are written with it and columns are not."""
    if table.separator == ",":
        return "," if re.search(r'"\s*[-+]?\d+,\d+\s*"', "\n".join(table.lines[:50])) else "."
    cells = table.separator.join(table.lines[:200]).split(table.separator)
    comma, point = (
        sum(1 for cell in cells if re.fullmatch(rf"\s*[-+]?\d+{sign}\d+(?:[eE][-+]?\d+)?\s*", cell))
        for sign in (",", r"\.")
    )
    return "," if comma > point else "."


def _cell_counts(lines: list[str], separator: str) -> list[int]:
    """Cells of each line; separators within quotes do not count."""
    counts = [line.count(separator) + 1 for line in lines]
    if any('"' in line for line in lines[:50]):
        counts = [
            len(cut(line, separator)) if '"' in line else count for line, count in zip(lines, counts, strict=True)
        ]
    return counts


def trim(table: TextTable, where: str) -> tuple[TextTable, list[str]]:
    """The table without blank lines and without a last line that is cut off; notes on it.

    Raises DataFileError where lines have more or fewer cells than the header.
    """
    notes: list[str] = []
    lines = [line for line in table.lines if line.strip()]
    if table.head and table.head in lines:
        whole = len(lines)
        lines = [line for line in lines if line != table.head]
        notes.append(f"the header stands {whole - len(lines)} more times between the rows and was left out there")
    width = len(table.header)
    named = width - next((k for k, name in enumerate(reversed(table.header)) if name), width)
    counts = _cell_counts(lines, table.separator)
    if lines and (not table.ended or counts[-1] < named):
        notes.append(CUT_OFF if counts[-1] < named else NO_BREAK)
        lines, counts = lines[:-1], counts[:-1]
    usual = Counter(counts).most_common(1)[0][0] if counts else width
    most = width if table.separator == "," else width + 1  # a trailing tab or semicolon is harmless
    if usual > most:
        hint = (
            "; are its decimal signs commas? Then export it with tabs or semicolons" if table.separator == "," else ""
        )
        raise DataFileError(f"{where}: its rows have {usual} cells for {width} column names{hint}")
    odd = [k for k, count in enumerate(counts) if not named <= count <= most and not named - 1 <= count == usual]
    if odd:
        k = odd[0]
        raise DataFileError(
            f"{where}: line {table.first_line + k} has {counts[k]} cells for {width} columns "
            f"({len(odd)} such lines): is the file damaged?"
        )
    return TextTable(table.preamble, table.header, table.separator, lines, table.first_line, True), notes


def chunks(table: TextTable, positions: list[int]) -> Iterator[tuple[int, Words]]:
    """The cells of the columns at `positions`, some thousand rows at a time, with the number of the first row."""
    for start in range(0, len(table.lines), _CHUNK):
        lines = table.lines[start : start + _CHUNK]
        body = "\n".join(lines)
        try:
            cells = np.loadtxt(
                io.StringIO(body), delimiter=table.separator, usecols=positions, ndmin=2, comments=None,
                quotechar='"', dtype=f"U{WIDTH}",
            )  # fmt: skip
        except ValueError:
            cells = np.empty((0, len(positions)), dtype=f"U{WIDTH}")
        if cells.shape[0] != len(lines):
            rows = [cut(line, table.separator) for line in lines]
            cells = np.array(
                [[row[k] if k < len(row) else "" for k in positions] for row in rows], dtype=f"U{WIDTH}"
            ).reshape(len(rows), len(positions))
        yield start, cells
