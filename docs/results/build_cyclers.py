"""Writes docs/results/cyclers.md: `python docs/results/build_cyclers.py [FOLDER]`.

FOLDER holds the 43 public records listed in its SOURCES.tsv (default: ../shared/data/cyclers beside the checkout).
They are not part of the project, so nothing but this script needs them; the page it wrote is committed.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections import Counter
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DEFAULT = ROOT.parent / "shared" / "data" / "cyclers"
sys.path.insert(0, str(ROOT / "tests" / "cyclers"))

from corrupt import BINARY_KINDS, TEXT_KINDS, corrupt, is_text, judge  # noqa: E402 -- the path is set above

from alloycoat.cyclers import read, stored  # noqa: E402
from alloycoat.errors import AlloycoatError  # noqa: E402

HEAD = """<!-- made by: python docs/results/build_cyclers.py -->

# Public cycler files: what is read, what is refused

The {total} files are public records under MIT, BSD-3-Clause or Apache-2.0 that are not part of the project
(`tests/data/cyclers` holds small parts of them, with attribution). {read} of {records} records are read, {refused} are
refused, each for the reason given; {parquet} further files are the references of the Neware binaries.
Invariants: checks that came out ok of all; doubtful ones are named, the others have nothing in the file to check by.

| file | outcome | rows | h | current, A | voltage, V | invariants | words |
|---|---|---|---|---|---|---|---|
"""
NEWARE = """
## Neware binaries against what the maker's software exports

Largest difference over all rows. The exports are rounded to 0.1 mV and 1 µA (some to less).

| file | rows | voltage, mV | current, % or µA below 1 mA | time, s | cycle numbers |
|---|---|---|---|---|---|
"""
DAMAGE = """
## Damaged on purpose

Every readable record was damaged in each of these ways (current a thousand times too large, voltage likewise, time a
60th, columns swapped, sign turned, rows shuffled, two rows swapped, cut at 70 %, decimal commas, emptied, replaced by
random bytes, 300 random bytes at 80 %). *Repaired*: the same numbers come out, with a note. *Refused*: with the reason.
*Flagged*: read, with an invariant that says doubtful or undecided, or a note. *Harmless*: the damage changed nothing
that is read (a current that is zero, a column that is not used). *Silent* would be an error; a test of the suite does
the same to the files of `tests/data/cyclers` and lets none pass.

| damage | files | repaired | refused | flagged | harmless | silent |
|---|---|---|---|---|---|---|
"""
MATRIX = """
File by file: R repaired, X refused, F flagged, H harmless; a dash where the file has nothing to damage that way (binary
formats are damaged as bytes; a column that is not there cannot be swapped).

| file | {kinds} |
|---|{dashes}
"""
FUZZED = """
## Fuzzed, and what reading takes

Outside of the suite, `python tests/fuzz_cyclers.py -max_total_time=60 KIND` mutates the samples under coverage
(atheris). A minute each on a busy machine: text 599 cases, Battery Data Format csv 4,795, workbooks 2,679, `.ndax`
1,066, `.nda` 727, `.res` 1,007, `.mpr` 1,094, parquet 1,245, zip 3,963. It found one crash, a workbook whose sheet does
not unpack, which is refused since; no hang and no swelling. In the suite, hypothesis damages every sample format and
writes any bytes under any name.

Peak memory of reading over the bytes of all numbers in the file (8 a number): text of three columns and 300,000 rows
9.6, of eight columns 7.6, Battery Data Format csv 7.8, `.ndax` 4.5, `.mpr` 5.4. Processor time over that of the library
alone: Neware 1.2 to 1.7; `.mpr` 2.5 to 4, where the library hands over raw bytes and reading is 0.7 to 12 ms.
"""
VERDICTS = ("repaired", "refused", "flagged", "harmless", "silent")
LETTERS = {"repaired": "R", "refused": "X", "flagged": "F", "harmless": "H", "silent": "**silent**"}


def records(folder: Path) -> list[Path]:
    """The files of SOURCES.tsv."""
    listed = folder / "SOURCES.tsv"
    if not listed.is_file():
        sys.exit(f"{folder}: has no SOURCES.tsv; give the folder of the public records as the first argument")
    with listed.open(encoding="utf-8") as stream:
        return [folder / row["file"] for row in csv.DictReader(stream, delimiter="\t")]


def words_of(text: str, path: Path) -> str:
    """A message without the folder, safe in a table."""
    return text.replace(f"{path}: ", "").replace("|", r"\|").replace("\n", " ")


def record_row(folder: Path, path: Path) -> tuple[bool, str]:
    """One line of the first table."""
    name = f"`{path.relative_to(folder).as_posix()}`"
    try:
        record = read(path)
    except AlloycoatError as error:
        return False, f"| {name} | refused | | | | | | {words_of(str(error), path)} |"
    checks = stored(record)
    doubts = [f"{check.name}: {check.evidence}" for check in checks if check.state == "doubtful"]
    passed = sum(check.state == "ok" for check in checks)
    said = "; ".join([*record.notes, *doubts])
    i, v = record.current_A, record.voltage_V
    return True, (
        f"| {name} | {record.metadata['format']} | {record.n} | {record.duration / 3600:.5g} | {i.min():.4g} to "
        f"{i.max():.4g} | {v.min():.4g} to {v.max():.4g} | {passed} of {len(checks)} | {words_of(said, path)} |"
    )


def neware_row(path: Path) -> str:
    """One line of the second table."""
    import pyarrow.parquet as pq

    reference = pq.read_table(path.parent / (path.name.split(".nda")[0] + ".parquet"))
    columns = [np.array(reference[name].to_pylist(), dtype=float) for name in
               ("Voltage(mV)", "Current(uA)", "Total Time", "Cycle Index")]  # fmt: skip
    record = read(path)
    voltage, current, time, cycle = columns
    off = np.abs(record.current_A * 1e6 - current)
    large = np.abs(current) >= 1000
    share = f"{np.max(off[large] / np.abs(current[large])):.1e}".replace("e-0", "e-") if large.any() else "0"
    same = record.cycle is not None and np.array_equal(record.cycle, cycle.astype(int))
    return (
        f"| `{path.name}` | {record.n} | {np.max(np.abs(record.voltage_V * 1e3 - voltage)):.3f} | "
        f"{float(share) * 100:.1e} %, {np.max(off[~large], initial=0.0):.2f} µA | "
        f"{np.max(np.abs(record.time_s - time)):.0e} | {'the same' if same else 'as stored, not as displayed'} |"
    )


def damage(paths: list[Path]) -> dict[tuple[str, str], str]:
    """The verdict by file and damage; prints what would be silent."""
    found: dict[tuple[str, str], str] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for path in paths:
            for kind in TEXT_KINDS if is_text(path) else BINARY_KINDS:
                content = corrupt(path, kind)
                if content is None:
                    continue
                damaged = Path(scratch) / path.name.removesuffix(".gz").removesuffix(".zip")
                damaged.write_bytes(content)
                found[path.name, kind], said = judge(path, damaged, kind)
                if found[path.name, kind] == "silent":
                    print(f"silent: {path.name}, {kind}: {said}")
    return found


def damage_tables(paths: list[Path]) -> str:
    """The third table, by damage and by file."""
    found = damage(paths)
    text = DAMAGE
    for kind in TEXT_KINDS:
        counts = Counter(verdict for (_, other), verdict in found.items() if other == kind)
        text += f"| {kind} | {sum(counts.values())} | " + " | ".join(str(counts[name]) for name in VERDICTS) + " |\n"
    text += MATRIX.format(kinds=" | ".join(TEXT_KINDS), dashes="---|" * len(TEXT_KINDS))
    for path in paths:
        cells = [LETTERS[found[path.name, kind]] if (path.name, kind) in found else "–" for kind in TEXT_KINDS]
        text += f"| `{path.name}` | {' | '.join(cells)} |\n"
    return text


def main() -> None:
    """Write the page."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT
    paths = records(folder)
    files = [path for path in paths if path.suffix != ".parquet"]
    rows = [record_row(folder, path) for path in files]
    good = [path for path, (ok, _) in zip(files, rows, strict=True) if ok]
    head = HEAD.format(
        total=len(paths), records=len(files), read=sum(ok for ok, _ in rows),
        refused=sum(not ok for ok, _ in rows), parquet=len(paths) - len(files),
    )  # fmt: skip
    neware = [neware_row(path) for path in files if ".nda" in path.name]
    text = head + "\n".join(line for _, line in rows) + "\n" + NEWARE + "\n".join(neware) + "\n"
    text += damage_tables(good) + FUZZED
    (HERE / "cyclers.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
