"""Verdicts on surroundings as a section of a page and as lines of the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from alloycoat.cell.surroundings import Verdict
from alloycoat.report.words import plain, spread, table

UNITS = {"C/m2", "A/m2", "V"}


def verdict_section(verdicts: Sequence[Verdict], title: str = "Surroundings") -> str:
    """A table of questions, verdicts, numbers and reasons; empty where nothing is asked."""
    if not verdicts:
        return ""
    rows = [[plain(one.question), f"<b>{one.verdict}</b>", _value(one), plain(one.reason)] for one in verdicts]
    return f"<h2>{title}</h2>" + table(rows, ["question", "verdict", "value", "why"])


def _value(one: Verdict) -> str:
    if one.value is None:
        return ""
    return spread(one.value, one.unit) if one.unit in UNITS else spread(one.value, "%")


def verdict_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """One line a question, the verdict in capitals so that nobody misses it."""
    return [f"{'verdict':<11}{one.question}: {one.verdict.upper()}: {one.reason}" for one in verdicts]
