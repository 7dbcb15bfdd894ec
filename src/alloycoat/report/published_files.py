"""Results of the published models of plating: the front against time, a json, a picture."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from alloycoat import __version__
from alloycoat.morphology.published import PublishedGrowth
from alloycoat.report.style import BARE
from alloycoat.report.svg import WIDTH, styled

NAMES = ("front.csv", "pictures.png")
"""Files beside the json."""


def published_csv(found: PublishedGrowth) -> str:
    """Highest front position against time, as the papers plot it, in m and s."""
    rows = zip(found.time_s, found.front_m, strict=True)
    return "time_s,front_m\n" + "".join(f"{time:.6g},{front:.8g}\n" for time, front in rows)


def published_json(found: PublishedGrowth, seed: int) -> dict[str, Any]:
    """A run of a published model as json."""
    model = found.model
    held = "on the mesh of the paper, as thick as the interface: the mesh holds the front in steps of a cell"
    warnings = ["units of the paper: um, s, V, site fractions", held if found.spacing >= 1.0 else ""]
    if model.noise:
        warnings.append(
            f"noise: uniform in the paper, at every quadrature point, anew each {model.noise_step:g} s; here normal, "
            "white, of the intensity that has on linear elements of 1 um"
        )
    return {
        "alloycoat_version": __version__,
        "command": "grow",
        "title": f"Published model {found.name}",
        "preset": found.name,
        "doi": model.doi,
        "parameters": {key: value for key, value in model._asdict().items() if key not in {"name", "doi"}},
        "cells": list(found.eta.shape),
        "spacing_um": found.spacing,
        "seed": seed,
        "ended": found.ended,
        "steps": found.steps,
        "time_s": [float(value) for value in found.time_s],
        "front_m": [float(value) for value in found.front_m],
        "warnings": [text for text in warnings if text],
    }


def _picture(found: PublishedGrowth, count: int = 5) -> Figure:
    """Metal at `count` moments (in space: height of the highest metal from above), and the front against time."""
    chosen = sorted({round(k * (len(found.frames) - 1) / (count - 1)) for k in range(count)})
    flat = found.eta.ndim == 2
    top = found.eta.shape[0] * found.spacing
    with styled():
        figure = Figure(figsize=(WIDTH, 4.6), layout="constrained")
        grid = figure.add_gridspec(2, len(chosen), height_ratios=(1.0, 1.3))
        for place, k in enumerate(chosen):
            axes, frame = figure.add_subplot(grid[0, place]), found.frames[k]
            sides = [n * found.spacing for n in found.eta.shape[1:]]
            extent = (0.0, sides[0], 0.0, top) if flat else (0.0, sides[1], 0.0, sides[0])
            limits = (0.0, 1.0) if flat else (0.0, top)
            image = axes.imshow(frame, origin="lower", extent=extent, vmin=limits[0], vmax=limits[1], cmap="viridis")
            axes.set(title=f"{found.time_s[k]:.0f} s", xticks=[], yticks=[])
            if place == len(chosen) - 1 and not flat:
                figure.colorbar(image, ax=axes, label="height / µm")
        axes = figure.add_subplot(grid[1, :])
        axes.plot(found.time_s, 1e6 * np.asarray(found.front_m), color=BARE)
        axes.set(xlabel="time / s", ylabel="highest front / µm")
        axes.grid(axis="y")
    return figure


def published_png(found: PublishedGrowth) -> bytes:
    """The picture as png."""
    stream = io.BytesIO()
    _picture(found).savefig(stream, format="png", dpi=150, metadata={"Software": None})
    return stream.getvalue()
