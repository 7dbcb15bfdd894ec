"""Figures as files: svg for the page, and svg, png, pdf and csv for the folder."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure

from alloycoat.report.analysis_figures import Drawn
from alloycoat.report.svg import styled, svg_text
from alloycoat.store import write_bytes, write_text

PNG_DPI = 160


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn figure, rendered: its name, title, caption, and each of its files as bytes by suffix."""

    name: str
    title: str
    caption: str
    files: dict[str, bytes]

    @property
    def svg(self) -> str:
        """The svg, for a page."""
        return self.files[".svg"].decode("utf-8")


def render(drawn: Drawn, prefix: str, *, files: bool = True) -> Picture:
    """The figure in every format; `prefix` makes its ids its own in a page. files: False for the svg alone."""
    svg = svg_text(drawn.figure, drawn.title, prefix)
    found = {".svg": svg.encode("utf-8")}
    if files:
        drawn.figure.set_layout_engine("none")  # laid out once, for the svg
        found[".png"] = _saved(drawn.figure, "png")
        found[".pdf"] = _saved(drawn.figure, "pdf")
        found[".csv"] = drawn.data.encode("utf-8")
    return Picture(drawn.name, drawn.title, drawn.caption, found)


def _saved(figure: Figure, kind: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"Software": None} if kind == "png" else {"CreationDate": None, "Creator": None, "Producer": None}
    with styled():
        figure.savefig(stream, format=kind, dpi=PNG_DPI, metadata=metadata, facecolor="white")
    return stream.getvalue()


def write_pictures(folder: Path, pictures: Iterable[Picture]) -> list[Path]:
    """Write every file of every picture as NAME.SUFFIX; the paths."""
    return [
        write_bytes(folder / f"{picture.name}{suffix}", content)
        for picture in pictures
        for suffix, content in picture.files.items()
    ]


def write_tables(folder: Path, tables: dict[str, str]) -> list[Path]:
    """Write csv texts by name."""
    return [write_text(folder / name, text) for name, text in tables.items()]
