"""Where the results of `grow` go: page, film, curves, fields, json; each written whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alloycoat.morphology.checkpoint import npz_bytes
from alloycoat.report import growth_figures
from alloycoat.report.files import RESULT
from alloycoat.report.growth_document import csv_text, fields, to_json
from alloycoat.report.growth_film import film, gif_bytes
from alloycoat.report.growth_job import GrowthRun
from alloycoat.report.growth_page import growth_page
from alloycoat.report.svg import svg_text
from alloycoat.store import to_json as json_text
from alloycoat.store import write_bytes

NAMES = (RESULT, "growth.csv", "growth.svg", "voltage.svg", "film.gif", "fields.npz", "report.html")
"""Every file that `alloycoat grow` may write, but the checkpoints."""


def write_growth(run: GrowthRun, folder: Path, tell: Callable[[str], None]) -> list[Path]:
    """Write everything that belongs to a run; returns the paths, the page last. Raises DataFileError."""
    written = [write_bytes(folder / RESULT, (json_text(to_json(run)) + "\n").encode())]
    svgs = {
        "descriptors": svg_text(growth_figures.descriptors(run), "Height and roughness against time", "g"),
        "voltage": svg_text(growth_figures.voltage(run), "Voltage against time", "u"),
    }
    written.append(write_bytes(folder / "growth.csv", csv_text(run).encode()))
    written.append(write_bytes(folder / "growth.svg", f"{svgs['descriptors']}\n".encode()))
    written.append(write_bytes(folder / "voltage.svg", f"{svgs['voltage']}\n".encode()))
    tell("drawing the film")
    shown = film([(side.name, side.runs[0]) for side in run.sides])
    written.append(write_bytes(folder / "film.gif", gif_bytes(shown)))
    written.append(write_bytes(folder / "fields.npz", npz_bytes(fields(run))))
    written.append(write_bytes(folder / "report.html", growth_page(run, shown, svgs).encode()))
    return written
