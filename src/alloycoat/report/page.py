"""The page: one html file that opens offline, with its style and drawings inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import resources

from alloycoat import __version__
from alloycoat.literature import cell_rows
from alloycoat.report import cell_figures, figures, sections_cell, sections_layer
from alloycoat.report.job import Run
from alloycoat.report.layer_drawing import draw_layer
from alloycoat.report.prediction_section import prediction_section
from alloycoat.report.side import STANDS
from alloycoat.report.svg import svg_text
from alloycoat.report.words import bounds, critical_text, efficiency, html, life, lived, plain, quantity, subscripts


def frame(title: str, body: Sequence[str], note: str = "Intervals are the 10th to 90th percentile.") -> str:
    """The html document around the sections of a page."""
    style = resources.files("alloycoat.report").joinpath("data/report.css").read_text(encoding="utf-8")
    footer = f"<footer>Made by alloycoat {plain(__version__)}. {plain(note)}</footer>"
    return "\n".join(
        [
            "<!DOCTYPE html>", '<html lang="en">', "<head>", '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{plain(title)}</title>", f"<style>\n{style}</style>", "</head>", "<body>", "<main>",
            *body, "</main>", footer, "</body>", "</html>", "",
        ]
    )  # fmt: skip


def drawings(run: Run) -> dict[str, str]:
    """Every figure of the page as svg, by the name of its file."""
    published = [neighbor.row for neighbor in run.published]
    metal = [row for row in cell_rows() if row.anode == run.recipe.anode.metal]
    found = {
        "voltage": svg_text(cell_figures.voltage(run), f"Cell voltage against time: {run.title}", "v"),
        "ageing": svg_text(cell_figures.ageing(run), f"What ages in the cells: {run.title}", "g"),
    }
    if all(side.spectra for side in run.sides):
        found["impedance"] = svg_text(cell_figures.impedance(run), f"Impedance of the cells: {run.title}", "z")
    if any(side.lives is not None for side in run.sides):
        found["lives"] = svg_text(cell_figures.survival(run), f"Sampled lives: {run.title}", "s")
    if run.coating is not None:
        found["layer"] = draw_layer(run.coating, run.recipe.anode.thickness, run.seed)
    if published:
        title = "Polarization at begin: this recipe and the nearest published cells"
        found["polarization"] = svg_text(figures.polarization(run), title, "p")
        found["published-lives"] = svg_text(
            figures.lives(run), "Lives: this recipe and the nearest published cells", "l"
        )
        title = f"Published polarization of {run.recipe.anode.metal} cells against current density"
        found["published-polarization"] = svg_text(figures.among_published(run, metal), title, "a")
    return found


def page(run: Run, svgs: Mapping[str, str]) -> str:
    """The report of a run as html."""
    recipe = run.recipe
    step = recipe.coating
    what = "bare" if step is None else f"{step.route} coating on"
    lead = (
        f"{what} {recipe.anode.metal}, {run.prepared.cell.format} cell in {subscripts(run.prepared.electrolyte)}, "
        f"{run.conditions}. Simulated with "
        f"{run.samples} samples of the layer and {run.cells} of each cell, seed {run.seed}."
    )
    body = [
        f"<h1>{html(run.title)}</h1>", f'<p class="lead">{plain(lead[0].upper() + lead[1:])}</p>',
        _tiles(run), sections_layer.recipe(run), sections_layer.layer(run), sections_cell.cycling(run, svgs),
        prediction_section(run.prediction, run.no_prediction), sections_cell.evidence(run, svgs),
        sections_cell.limits(run), sections_cell.cannot(),
        sections_cell.warnings(run.warnings), sections_cell.sources(run.references),
    ]  # fmt: skip
    return frame(run.title, body)


def _tile(name: str, value: str, more: str) -> str:
    return (
        f'<li><span class="name">{name}</span><span class="value">{value}</span><span class="more">{more}</span></li>'
    )


def _tiles(run: Run) -> str:
    """The result at a glance."""
    tiles = []
    if run.coating is not None:
        made = ", ".join(phase.formula for phase in run.coating.phases if phase.role != "byproduct")
        thick = run.coating.thickness
        tiles.append(_tile("Layer", quantity(thick.value, "m", 2), f"{html(made)}; {bounds(thick, 'm')}"))
    for side in run.sides:
        level = side.polarization
        name = f"Polarization, {side.name}"
        if level is not None and level.value > STANDS:
            tiles.append(_tile(name, "blocked", f"simulated; more than {quantity(STANDS, 'V')} needed"))
            continue
        value = quantity(None if level is None else level.value, "V", 2)
        tiles.append(_tile(name, value, f"simulated; {bounds(level, 'V')}"))
    for side in run.sides:
        if side.efficiency is not None:
            value, _, more = efficiency(side.efficiency).partition(" (")
            tiles.append(_tile(f"Coulombic efficiency, {side.name}", value, f"hypothesis; {more.rstrip(')')} %"))
        if side.critical is not None:
            value, _, more = critical_text(side.critical).partition(" (")
            tiles.append(_tile(f"Critical current density, {side.name}", value, f"hypothesis; {more.rstrip(')')}"))
        elif side.life is not None:
            value, _, more = lived(side.life, side.life_limit_s).partition(" (")
            tiles.append(_tile(f"Life, {side.name}", value, f"hypothesis; {more.rstrip(')') or 'all samples'}"))
    if run.published:
        row = run.published[0].row
        bare, coated = (life(side.life_lower_h, side.life_upper_h) for side in (row.bare, row.coated))
        value, more = (bare, "bare") if run.coating is None else (coated, f"coated; {bare} bare")
        tiles.append(_tile("Nearest published life", value, f"{more} (row {row.row})"))
    return f'<ul class="tiles">{"".join(tiles)}</ul>'
