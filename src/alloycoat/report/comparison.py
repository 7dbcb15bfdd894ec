"""The page of `report(outcomes, path)`: outcomes of any origin side by side."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from alloycoat.errors import RecipeError
from alloycoat.outcome import Outcome
from alloycoat.report.figures import life_bar
from alloycoat.report.page import frame
from alloycoat.report.style import BARE, COATED
from alloycoat.report.svg import WIDTH, styled, svg_text
from alloycoat.report.words import NO_DATA, bullets, figure, html, life, plain, quantity, table


def _names(outcomes: Sequence[Outcome]) -> list[str]:
    """A name for each outcome, numbered where it has none or shares it."""
    titles = [outcome.title or "cell" for outcome in outcomes]
    return [
        title if titles.count(title) == 1 and outcomes[k].title else f"{title} {k + 1}"
        for k, title in enumerate(titles)
    ]


def polarizations(outcomes: Sequence[Outcome]) -> Figure:
    """Polarization at begin and at end, one pair of bars an outcome; at least one of them is known."""
    names = _names(outcomes)
    with styled():
        drawn = Figure(figsize=(WIDTH, 0.9 + 0.5 * len(outcomes)), layout="constrained")
        axes = drawn.subplots()
        for shift, key, color in (
            (-0.19, "polarization_begin_V", BARE), (0.19, "polarization_end_V", COATED),
        ):  # fmt: skip
            known = [(k + shift, 1e3 * value) for k, o in enumerate(outcomes) if (value := getattr(o, key)) is not None]
            label = "at begin" if shift < 0 else "at end"
            axes.barh([y for y, _ in known], [x for _, x in known], height=0.34, color=color, label=label)
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", length=0)
        axes.set(ylim=(len(names) - 0.5, -0.5), xlabel="polarization / mV")
        axes.grid(axis="x")
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0.2)
    return drawn


def lives(outcomes: Sequence[Outcome]) -> Figure:
    """Lives as bars, an arrow where the cell still lived; at least one is known."""
    names = _names(outcomes)
    known = {k: outcome.life for k, outcome in enumerate(outcomes) if outcome.life is not None}
    longest = max(found.upper_h or found.lower_h for found in known.values()) or 1.0
    with styled():
        drawn = Figure(figsize=(WIDTH, 0.8 + 0.35 * len(outcomes)), layout="constrained")
        axes = drawn.subplots()
        for k, found in known.items():
            life_bar(axes, k, found.lower_h, found.upper_h, COATED, longest)
        axes.set_yticks(range(len(names)), names)
        axes.tick_params(axis="y", length=0)
        axes.set(ylim=(len(names) - 0.5, -0.5), xlim=(0, 1.25 * longest), xlabel="life / h")
        axes.grid(axis="x")
    return drawn


def _row(name: str, outcome: Outcome) -> tuple[str, ...]:
    density = outcome.current_density_A_per_m2
    efficiency = [value for value in outcome.coulombic_efficiency or () if value is not None]
    mean = f"{100 * sum(efficiency) / len(efficiency):.2f} %" if efficiency else NO_DATA
    lived = NO_DATA if outcome.life is None else life(round(outcome.life.lower_h, 2), _round(outcome.life.upper_h))
    return (
        html(name), plain(outcome.cell_kind or NO_DATA), quantity(density, "A/m2"),
        quantity(outcome.duration_s, "s"), quantity(outcome.polarization_begin_V, "V"),
        quantity(outcome.polarization_end_V, "V"), lived, plain(outcome.failure or NO_DATA), mean,
    )  # fmt: skip


def _round(hours: float | None) -> float | None:
    return None if hours is None else round(hours, 2)


def comparison(outcomes: Sequence[Outcome]) -> str:
    """The page as html. Raises RecipeError where there is no outcome."""
    if not outcomes:
        raise RecipeError("report: no outcome given; pass a list such as [analyze(record)]")
    names = _names(outcomes)
    head = (
        "", "cell", "current density", "duration", "polarization at begin", "at end", "life", "failure",
        "mean coulombic efficiency",
    )  # fmt: skip
    rows = [_row(name, outcome) for name, outcome in zip(names, outcomes, strict=True)]
    body = ["<h1>Outcomes side by side</h1>", f'<div class="scroll">{table(rows, head, kind="published")}</div>']
    if any(o.polarization_begin_V is not None or o.polarization_end_V is not None for o in outcomes):
        drawn = svg_text(polarizations(outcomes), "Polarization at begin and end", "p")
        body.append(figure(drawn, "Half of the gap between plating and stripping, ohmic part included."))
    if any(outcome.life is not None for outcome in outcomes):
        drawn = svg_text(lives(outcomes), "Lives", "l")
        body.append(figure(drawn, "An arrow where the cell still lived at the end of the record."))
    for name, outcome in zip(names, outcomes, strict=True):
        signs = [f"{quantity(s.time_s, 's')}: {s.kind} ({s.strength}), {s.evidence}" for s in outcome.signs[:20]]
        notes = [*signs, *outcome.warnings]
        if notes:
            body.append(f"<h3>{html(name)}</h3>{bullets(map(html, notes), 'warnings')}")
    return frame("Outcomes side by side", body)
