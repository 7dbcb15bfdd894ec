"""Brings the command output shown in the guide up to date: `python docs/refresh_outputs.py`, then read the diff.

Every line of a shown block that the command no longer prints is replaced by the most similar line it does print.
"""

from __future__ import annotations

import difflib
import re
import subprocess
import sys
import tempfile
from pathlib import Path

DOCS = Path(__file__).resolve().parent
BLOCK = re.compile(r"(```console\n\$ (alloycoat [^\n]*)\n)(.*?)(```)", re.S)


def printed(command: str, place: str) -> list[str]:
    """What a command prints on standard output, run in `place`."""
    program = Path(sys.executable).parent / "alloycoat"
    done = subprocess.run([str(program), *command.split()[1:]], cwd=place, capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


def refreshed(page: str, place: str) -> str:
    """The page with every shown line replaced by one that the command prints."""

    def renew(match: re.Match[str]) -> str:
        lines = printed(match[2].replace('"', ""), place) if '"' not in match[2] else []
        kept = []
        for line in match[3].splitlines():
            known = not lines or line in {"...", ""} or line.rstrip() in lines
            kept.append(line if known else difflib.get_close_matches(line, lines, n=1, cutoff=0.0)[0])
        return match[1] + "\n".join(kept) + "\n" + match[4]

    return BLOCK.sub(renew, page)


def main() -> None:
    """Refresh every page of the guide."""
    with tempfile.TemporaryDirectory() as place:
        Path(Path(place) / "examples").symlink_to(DOCS.parent / "examples")
        for path in sorted((DOCS / "guide").glob("*.md"), key=lambda page: page.stem != "start"):
            path.write_text(refreshed(path.read_text(encoding="utf-8"), place), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
