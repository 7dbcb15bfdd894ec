"""Figures as svg that can stand in a page: text stays text, ids are unique, nothing points outside."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from alloycoat.report.style import INK, RULE
from alloycoat.report.words import plain

FONT = "system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
WIDTH = 8.6
"""Width of a figure in inches: 100 of its units are 1.16 points on a page of 900 px."""

_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "alloycoat", "font.size": 10.0, "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"], "axes.titlesize": 10.5, "axes.titleweight": "bold",
    "axes.titlelocation": "left", "axes.spines.top": False, "axes.spines.right": False,
    "axes.edgecolor": INK, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK, "ytick.color": INK,
    "axes.linewidth": 0.8, "grid.color": RULE, "grid.linewidth": 0.5, "grid.alpha": 0.5,
    "axes.axisbelow": True, "legend.frameon": False, "legend.fontsize": 9.5, "lines.linewidth": 1.6,
    "hatch.linewidth": 0.6, "savefig.facecolor": "none", "figure.facecolor": "none",
    "axes.facecolor": "none", "figure.constrained_layout.use": True,
}  # fmt: skip


@contextmanager
def styled() -> Iterator[None]:
    """The look of every figure, for as long as one is drawn."""
    with mpl.rc_context(_STYLE):
        yield


def svg_text(figure: Figure, title: str, prefix: str) -> str:
    """The figure as one svg element with a title; `prefix` makes its ids its own in a page."""
    stream = io.StringIO()
    with styled():
        figure.savefig(stream, format="svg", metadata={"Date": None, "Creator": None})
    text = stream.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    # matplotlib names clip paths after places in memory: by order instead, so that the same figure is the same text
    for k, name in enumerate(dict.fromkeys(re.findall(r'<clipPath id="([^"]+)"', text))):
        text = text.replace(name, f"clip{k}")
    text = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', text)
    text = re.sub(r'(href="#|url\(#)', rf"\1{prefix}-", text)
    text = re.sub(r"'DejaVu Sans'(?:, [^;\"]*?sans-serif)?", FONT, text)
    head, _, body = text.partition(">")
    head = re.sub(r'\s(?:width|height)="[^"]*pt"', "", head)
    return f'{head} role="img"><title>{plain(title)}</title>{body}'.strip()
