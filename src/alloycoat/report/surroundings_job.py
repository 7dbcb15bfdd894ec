"""The job of a cell that its surroundings keep from being cycled: verdicts instead of numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alloycoat import __version__
from alloycoat.cell.surroundings import Place, Verdict, asked, asked_of, surroundings
from alloycoat.coating import Coating, coat
from alloycoat.coating import to_json as coating_json
from alloycoat.literature import ClaimRow, claim_rows
from alloycoat.recipe import Recipe
from alloycoat.report.bibliography import evidence_keys, resolve
from alloycoat.report.bibliography import to_json as references_json
from alloycoat.report.files import NAMES, RESULT, check_folder, write_all
from alloycoat.report.page import frame
from alloycoat.report.prepare import assumed, place_of
from alloycoat.report.sections_cell import sources
from alloycoat.report.sections_cell import warnings as warning_section
from alloycoat.report.verdict_section import verdict_lines, verdict_section
from alloycoat.report.words import html, link, number, plain, spread, subscripts, table
from alloycoat.sources import Reference
from alloycoat.store import to_json as json_text


@dataclass(frozen=True, slots=True)
class SurroundingsRun:
    """What can be said of a cell that is not cycled; reasons: why it is not."""

    recipe: Recipe
    name: str
    seed: int
    place: Place
    reasons: tuple[str, ...]
    coating: Coating | None
    verdicts: tuple[Verdict, ...]
    published: tuple[ClaimRow, ...]
    warnings: tuple[str, ...]
    references: tuple[Reference, ...]

    @property
    def title(self) -> str:
        """Title of the recipe, else the name of its file."""
        return self.recipe.title or self.name


def hostile(recipe: Recipe) -> bool:
    """Whether the surroundings of this recipe keep its cell from being cycled."""
    return bool(asked_of(recipe))


def run_surroundings(recipe: Recipe, *, seed: int | None = None, name: str = "recipe") -> SurroundingsRun:
    """Coat, and answer each question that the surroundings raise; raises RecipeError without an electrolyte."""
    place = place_of(recipe)
    protocol = recipe.protocol
    chosen = seed if seed is not None else 0 if protocol is None else protocol.seed
    coating = None if recipe.coating is None else coat(recipe, seed=chosen)
    verdicts = surroundings(place, coating)
    published = _published(place)
    warnings = [*assumed(recipe), *(() if coating is None else coating.warnings)]
    keys = [] if coating is None else list(coating.sources)
    keys += [key for verdict in verdicts for key in verdict.sources]
    keys += evidence_keys(row.paper.key for row in published)
    return SurroundingsRun(
        recipe, name, chosen, place, tuple(asked(place)), coating, verdicts, published,
        tuple(dict.fromkeys(warnings)), resolve(dict.fromkeys(keys)),
    )  # fmt: skip


def _published(place: Place) -> tuple[ClaimRow, ...]:
    """What the review says of such surroundings."""
    words = []
    if place.atmosphere != "dry" or place.water is not None or place.positive == "O2":
        words.append("humid")
    if place.metal == "Mg" and place.positive == "TiS2":
        words.append("Mg|TiS2")
    if place.metal == "Mg" and place.positive != "TiS2":
        words += ["carbonate", "polyacrylonitrile"]
    return tuple(row for row in claim_rows() if place.metal in row.anodes and any(word in row.claim for word in words))


def to_json(run: SurroundingsRun, command: str = "run") -> dict[str, Any]:
    """The whole document; there is no record and no number of a cell, and `warnings` says why."""
    why = f"not cycled: {', '.join(run.reasons)}; see verdicts"
    return {
        "alloycoat_version": __version__, "command": command, "title": run.title,
        "recipe": run.recipe.model_dump(mode="json", exclude_none=True), "seed": run.seed,
        "not_cycled_because": list(run.reasons),
        "verdicts": [verdict.to_json() for verdict in run.verdicts],
        "coating": None if run.coating is None else coating_json(run.coating),
        "bare": None, "coated": None,
        "published": [row.to_json() for row in run.published],
        "warnings": [
            f"bare: {why}", f"coated: {why}", *run.warnings,
            *(["coating: the recipe has no [coating]: a bare anode"] if run.coating is None else []),
            "value: null where a verdict has no number, its reason says why",
        ],
        "sources": references_json(run.references),
    }  # fmt: skip


def summary(run: SurroundingsRun) -> str:
    """A few lines for the terminal."""
    lines = [run.title, f"{'not cycled':<11}{', '.join(run.reasons)}: no number of a dry cell is given for it"]
    if run.coating is not None:
        lines.append(f"{'layer':<11}{spread(run.coating.thickness, 'm')}: {', '.join(run.coating.formulas)}")
    lines += verdict_lines(run.verdicts)
    lines += [f"{'published':<11}{row.row}: {row.claim} ({row.paper.citation})" for row in run.published]
    return "\n".join(lines).replace("\u00a0", " ")


def page(run: SurroundingsRun) -> str:
    """The report as html."""
    amount = f"{number(run.place.electrolyte_amount * 1e5)} µL/cm²"
    lead = (
        f"{run.place.metal} in {subscripts(run.place.electrolyte)} ({amount}). Not cycled: "
        f"{', '.join(run.reasons)}. A simulated cell would ignore these surroundings, so none is shown."
    )
    body = [
        f"<h1>{html(run.title)}</h1>",
        f'<p class="lead">{plain(lead)}</p>',
        verdict_section(run.verdicts, "Verdicts"),
    ]
    if run.coating is not None:
        layer = [
            ["Thickness", spread(run.coating.thickness, "m")],
            ["Phases, outside to inside", ", ".join(subscripts(text) for text in run.coating.formulas)],
            ["Coverage", plain(run.coating.coverage)], ["Metal consumed", spread(run.coating.anode_consumed, "m")],
        ]  # fmt: skip
        body.append("<h2>The layer</h2>" + table(layer))
    if run.published:
        rows = [
            [f"claim {row.row}", html(row.claim), plain(row.wording), link(row.paper.doi, row.paper.citation)]
            for row in run.published
        ]
        body.append("<h2>What the review reports</h2>" + table(rows, ["", "claim", "words", "paper"], kind="published"))
    body += [warning_section(run.warnings), sources(run.references)]
    return frame(run.title, body)


def write_surroundings(
    run: SurroundingsRun, folder: Path, tell: Callable[[str], None], command: str = "run"
) -> list[Path]:
    """Write outcome.json and, for `run`, the page; returns the paths."""
    check_folder(folder, command, NAMES)
    contents = {RESULT: json_text(to_json(run, command)) + "\n"}
    if command == "run":
        contents["report.html"] = page(run)
    return write_all(folder, contents, tell)
