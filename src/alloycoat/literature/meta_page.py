"""The meta-analysis as text for a terminal of 120 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from alloycoat.literature.meta import CANNOT, Summary
from alloycoat.literature.meta_effects import LEVEL, Effect

_WIDTH = 112
_TITLES = {
    "life-ratio": "Life, coated over bare",
    "begin-ratio": "Polarization at the beginning, coated over bare",
    "end-ratio": "Polarization at the end, coated over bare",
    "growth-ratio": "Growth of the polarization (end over begin), coated over bare",
}


def _span(interval: tuple[float, float]) -> str:
    return " to ".join(f"{end:.0f}" if abs(end) >= 100 else f"{end:.2g}" for end in interval)


def effect_line(effect: Effect) -> str:
    """One effect: subset, estimate, intervals, what it rests on."""
    plain = effect.moderator == "none" or " over " in effect.subset
    name = effect.subset if plain else f"{effect.moderator}: {effect.subset}"
    ahead = "" if effect.prediction is None else _span(effect.prediction)
    mark = "*" if effect.note else ""
    rests = f"{effect.n_rows}/{effect.n_exact}/{effect.n_papers}"
    return f"  {name:<56}{effect.estimate:>8.2f}  {_span(effect.interval):<16}{ahead:<16}{rests:>9} {mark}".rstrip()


def _block(title: str, effects: Sequence[Effect]) -> list[str]:
    level = f"{100 * LEVEL:.0f} %"
    head = f"  {'':<56}{'ratio':>8}  {level:<16}{'new laboratory':<16}{'n':>9}"
    return ["", title, head, *(effect_line(effect) for effect in effects)]


def _others(summary: Summary) -> list[str]:
    rest = [effect for effect in summary.effects if effect.quantity not in _TITLES]
    lines = ["", "Inside one cell, exponents and plated charge"]
    for effect in rest:
        unit = f" {effect.unit}" if effect.unit else ""
        name = f"{effect.quantity} ({effect.subset})"
        lines.append(f"  {name:<58}{effect.estimate:>8.3g}{unit}  ({_span(effect.interval)}; {effect.n_papers} papers)")
    return lines


def _claims(summary: Summary) -> list[str]:
    lines = ["", "Claims of the review"]
    for verdict in summary.claims:
        head = f"  {verdict.claim} {verdict.verdict.upper()}: {verdict.wording}"
        lines += textwrap.wrap(head, _WIDTH, subsequent_indent="      ")
        lines += textwrap.wrap(verdict.text, _WIDTH, initial_indent="      ", subsequent_indent="      ")
    return lines


def _limits(summary: Summary) -> list[str]:
    lines = ["", "The same under other readings (life and polarization, all rows)"]
    for variant in summary.sensitivity:
        effect = variant.effect
        name = f"{effect.quantity}: {variant.name}"
        lines.append(
            f"  {name:<62}{effect.estimate:>8.2f}  {_span(effect.interval):<14}n {effect.n_rows}/{effect.n_exact}"
        )
    lines += ["", "Smallest life ratio that such a table would show (power 80 %, at 95 %)"]
    lines += [f"  {item.question + ': ' + item.subset:<76}{item.detectable_ratio:>8.2g}" for item in summary.power]
    needed = ", ".join(
        f"{item['papers_in_each_group']} for a factor of {item['ratio']:g}" for item in summary.papers_needed
    )
    lines.append(f"  papers needed in each of two groups: {needed}")
    lines += ["", "What the rows cannot show"]
    for text in (summary.ranking.text, *CANNOT[1:]):
        lines += textwrap.wrap(text, _WIDTH, initial_indent="  - ", subsequent_indent="    ")
    return lines


def page(summary: Summary) -> str:
    """The whole summary."""
    data = summary.to_json()["data"]
    own = f" ({data['n_added_rows']} of your own)" if data["n_added_rows"] else ""
    head = (
        f"{data['n_rows']} rows{own}, {data['n_bare_cells']} bare cells, {data['n_papers']} papers, "
        f"{data['n_laboratories']} laboratories. Intervals: {100 * LEVEL:.0f} % (p10 to p90). n: rows / of them exact, "
        "not only bounded / papers. 'new laboratory': where one new coating would fall. "
        "*: one paper only, or bounds only."
    )
    lines = textwrap.wrap(head, _WIDTH)
    for quantity, title in _TITLES.items():
        lines += _block(title, [effect for effect in summary.effects if effect.quantity == quantity])
    return "\n".join([*lines, *_others(summary), *_claims(summary), *_limits(summary)])
