"""Where results go: a folder of named files, each written whole, nobody else's file ever replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from alloycoat.cyclers.bdf import bdf_text
from alloycoat.errors import DataFileError
from alloycoat.report.document import to_json
from alloycoat.report.job import Run
from alloycoat.report.page import drawings, page
from alloycoat.store import to_json as json_text
from alloycoat.store import write_text

RESULT = "outcome.json"
"""The file that marks a folder as ours: it is written first."""
NAMES = (
    RESULT, "bare.bdf.csv", "coated.bdf.csv", "layer.svg", "voltage.svg", "ageing.svg", "impedance.svg",
    "lives.svg",
    "polarization.svg", "published-lives.svg", "published-polarization.svg", "report.html",
)  # fmt: skip
"""Every file that `alloycoat run` may write."""


def check_folder(folder: Path, command: str, names: tuple[str, ...]) -> None:
    """Refuse a folder that holds files of these names which `alloycoat COMMAND` did not write.

    Raises DataFileError naming the file.
    """
    if folder.exists() and not folder.is_dir():
        raise DataFileError(f"--out: {folder} is a file, not a folder; give another name")
    found = [name for name in names if (folder / name).exists()]
    if not found:
        return
    try:
        with (folder / RESULT).open(encoding="utf-8") as stream:
            head = stream.read(200)
    except (OSError, UnicodeDecodeError):
        head = ""
    if '"alloycoat_version"' not in head or f'"command": "{command}"' not in head:
        raise DataFileError(
            f"--out: {folder} holds {found[0]}, which no earlier 'alloycoat {command}' wrote; "
            "give another folder, nothing was changed"
        )


def write_all(folder: Path, contents: Mapping[str, str], tell: Callable[[str], None]) -> list[Path]:
    """Write the files in order; after an interrupt, tell which are there. Raises DataFileError."""
    written: list[Path] = []
    try:
        for name, text in contents.items():
            written.append(write_text(folder / name, text))
    except KeyboardInterrupt:
        kept = ", ".join(path.name for path in written) or "nothing yet"
        tell(f"interrupted while writing to {folder}; written: {kept}")
        raise
    return written


def write_run(run: Run, folder: Path, tell: Callable[[str], None]) -> list[Path]:
    """Write everything that belongs to a run; returns the paths, the page last."""
    check_folder(folder, "run", NAMES)
    svgs = drawings(run)
    contents = {RESULT: json_text(to_json(run)) + "\n"}
    for side in run.sides:
        contents[f"{side.name}.bdf.csv"] = bdf_text(side.record)
    contents |= {f"{name}.svg": f"{svg}\n" for name, svg in svgs.items()}
    contents["report.html"] = page(run, svgs)
    written = write_all(folder, contents, tell)
    stale = [name for name in NAMES if name not in contents and (folder / name).exists()]
    if stale:
        tell(f"left as they were, from an earlier run: {', '.join(stale)}")
    return written
