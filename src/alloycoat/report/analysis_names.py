"""Names of the files that the report of `alloycoat analyze` may write; nothing heavy is imported here."""

from __future__ import annotations

from collections.abc import Sequence

PAGE = "report.html"
FIGURES = ("voltage", "polarization", "efficiency", "capacity", "nyquist", "resistance", "published")
"""Figures of one cell."""
SHARED = ("survival", "polarization-by-group", "efficiency-by-group", "lives")
"""Figures that compare cells."""
SUFFIXES = (".svg", ".png", ".pdf", ".csv")
TABLES = ("half-cycles.csv", "cycles.csv")


def report_names(cells: Sequence[str], many: bool) -> list[str]:
    """Files and folders, relative to the folder of the report."""
    figures = SHARED if many else FIGURES
    files = [f"{name}{suffix}" for name in figures for suffix in SUFFIXES]
    return [PAGE, *files, *(cells if many else TABLES)]
