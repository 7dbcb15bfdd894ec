"""The practicality card of a cell as a table: what the test had, what real cells need, where that is from."""

from __future__ import annotations

from alloycoat.analysis.practicality import Card, CardRow
from alloycoat.report.words import NO_DATA, link, number, plain, quantity, table

_UNITS = {"kg/C": (3600.0 * 1e3, "g/Ah"), "C/m^2": (1 / 3.6e4, "mAh/cm²")}
"""SI unit, factor and name of what `words.quantity` does not know."""


def _shown(value: float | None, unit: str) -> str:
    if value is None:
        return NO_DATA
    if unit in _UNITS:
        factor, name = _UNITS[unit]
        return f"{number(factor * value, 3)}\u00a0{name}"
    return quantity(value, unit.replace("^", ""))


def _row(row: CardRow) -> tuple[str, ...]:
    need = row.required
    words = "at least" if need.sense == "least" else "at most"
    verdict = row.verdict if not row.reason else f"{row.verdict}: {row.reason}"
    source = link(need.source.doi, need.source.citation or None)
    return (
        plain(row.item),
        _shown(row.value, need.unit),
        f"{words} {_shown(need.value, need.unit)}",
        plain(verdict),
        source,
    )


def card_table(card: Card | None) -> str:
    """The card as html; empty where there is none."""
    if card is None:
        return ""
    head = ("", "this test", "real cells need", "verdict", "source")
    known = [name for name, given in card.reported.items() if given]
    lacking = [name for name, given in card.reported.items() if not given]
    words = f"Reported: {len(known)} of {len(card.reported)} of what decides a life as much as the coating does"
    words += f"; not known: {', '.join(lacking)}." if lacking else "."
    return f'<div class="scroll">{table(map(_row, card.rows), head)}</div><p>{plain(words)}</p>'
