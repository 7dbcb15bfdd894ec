"""Formulas of chemistry: read them, weigh them, balance reactions between them, all in exact numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import RecipeError, nearest

ABBREVIATIONS = {
    "TFSI": "C2F6NO4S2",  # bis(trifluoromethanesulfonyl)imide, N(SO2CF3)2
    "FSI": "F2NO4S2",  # bis(fluorosulfonyl)imide, N(SO2F)2
    "OTf": "CF3SO3",  # trifluoromethanesulfonate (triflate)
    "TFS": "CF3SO3",  # the same, as some papers print it
}
"""Short names of anions that `parse_formula` understands."""

_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789", " \u00a0\u2009")
_TOKEN = re.compile(r"(TFSI|FSI|OTf|TFS|[A-Z][a-z]?)|([(\[])|([)\]])|(\d+(?:\.\d+)?)")
_LONGEST = 120


class FormulaError(RecipeError):
    """A formula that cannot be read, or a reaction that cannot be balanced."""


def plain(formula: str) -> str:
    """The formula in ASCII, without blanks: subscripts become digits.

    >>> plain("InCl₃")
    'InCl3'
    """
    return formula.translate(_PLAIN)


@lru_cache(maxsize=1)
def atomic_weights() -> dict[str, float]:
    """Standard atomic weight in kg/mol by symbol (IUPAC 2021, abridged; no elements without one)."""
    table = by_subject("atomic_weights")
    return {symbol: rows["atomic_weight"].quantity("kg/mol").value for symbol, rows in table.items()}


def _add(total: dict[str, Fraction], part: dict[str, Fraction], times: Fraction) -> None:
    for symbol, count in part.items():
        total[symbol] = total.get(symbol, Fraction(0)) + count * times


def _tokens(text: str, shown: str) -> list[re.Match[str]]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise FormulaError(f"formula: {shown!r} is not understood at {text[at : at + 8]!r}")
        found.append(match)
        at = match.end()
    return found


@lru_cache(maxsize=4096)
def _composition(formula: str) -> tuple[tuple[str, Fraction], ...]:
    shown = formula if len(formula) <= 60 else formula[:57] + "..."
    text = plain(formula)
    if not text or len(text) > _LONGEST:
        raise FormulaError(f"formula: {shown!r} is empty or longer than {_LONGEST} characters")
    levels: list[dict[str, Fraction]] = [{}]
    last: dict[str, Fraction] | None = None  # what a following number multiplies
    for token in _tokens(text, shown):
        name, opening, closing, number = token.groups()
        if number:
            if last is None:
                raise FormulaError(f"formula: {shown!r} has the number {number} where none can stand")
            _add(levels[-1], last, Fraction(number) - 1)
            last = None
        elif opening:
            levels.append({})
            last = None
        elif closing:
            if len(levels) == 1 or not levels[-1]:
                raise FormulaError(f"formula: {shown!r} has a parenthesis that closes nothing")
            last = levels.pop()
            _add(levels[-1], last, Fraction(1))
        else:
            last = dict(_composition(ABBREVIATIONS[name])) if name in ABBREVIATIONS else _one(name, shown)
            _add(levels[-1], last, Fraction(1))
    if len(levels) != 1:
        raise FormulaError(f"formula: {shown!r} has a parenthesis that is not closed")
    if any(count <= 0 for count in levels[0].values()):
        raise FormulaError(f"formula: {shown!r} counts an element zero times")
    return tuple(levels[0].items())


def _one(symbol: str, shown: str) -> dict[str, Fraction]:
    if symbol not in atomic_weights():
        near = nearest(symbol, atomic_weights())
        hint = f"; did you mean {near}?" if near else ""
        raise FormulaError(f"formula: {shown!r} names the element {symbol!r}, which is not known{hint}")
    return {symbol: Fraction(1)}


def parse_composition(formula: str) -> dict[str, Fraction]:
    """Atoms of each element in the formula; decimal counts are kept exactly.

    >>> parse_composition("Na0.1Hg0.9")["Hg"]
    Fraction(9, 10)
    """
    return dict(_composition(formula))


def parse_formula(formula: str) -> dict[str, int]:
    """Atoms of each element in one formula unit, in order of appearance.

    Parentheses, the abbreviations of ABBREVIATIONS and Unicode subscripts are understood. Raises
    FormulaError (one line) for what cannot be read, for an element that does not exist and for counts
    that are no whole numbers (see `parse_composition`).

    >>> parse_formula("Bi(CF3SO3)3")
    {'Bi': 1, 'C': 3, 'F': 9, 'S': 3, 'O': 9}
    """
    parts = _composition(formula)
    if any(count.denominator != 1 for _, count in parts):
        raise FormulaError(f"formula: {formula!r} has counts that are no whole numbers")
    return {symbol: int(count) for symbol, count in parts}


def molar_mass(formula: str) -> float:
    """Molar mass in kg per mol of formula units, from the IUPAC 2021 abridged atomic weights.

    >>> round(molar_mass("LiCl") * 1000, 3)
    42.387
    """
    weights = atomic_weights()
    return float(sum(float(count) * weights[symbol] for symbol, count in _composition(formula)))


def _null_space(rows: list[list[Fraction]], width: int) -> list[list[Fraction]]:
    """Basis of the vectors v with rows . v = 0 (Gauss-Jordan in exact fractions)."""
    pivots: list[int] = []
    at = 0
    for column in range(width):
        best = next((i for i in range(at, len(rows)) if rows[i][column]), None)
        if best is None:
            continue
        rows[at], rows[best] = rows[best], rows[at]
        scale = rows[at][column]
        rows[at] = [entry / scale for entry in rows[at]]
        for i, row in enumerate(rows):
            if i != at and row[column]:
                factor = row[column]
                rows[i] = [entry - factor * lead for entry, lead in zip(row, rows[at], strict=True)]
        pivots.append(column)
        at += 1
    basis = []
    for free in (column for column in range(width) if column not in pivots):
        vector = [Fraction(0)] * width
        vector[free] = Fraction(1)
        for i, pivot in enumerate(pivots):
            vector[pivot] = -rows[i][free]
        basis.append(vector)
    return basis


def _smallest_whole(vector: Iterable[Fraction]) -> list[Fraction]:
    from math import gcd, lcm

    numbers = list(vector)
    common = lcm(*(number.denominator for number in numbers))
    whole = [int(number * common) for number in numbers]
    return [Fraction(number, gcd(*whole)) for number in whole]


def balance(reactants: Sequence[str], products: Sequence[str]) -> dict[str, Fraction]:
    """Coefficients that conserve every element, as the smallest whole numbers (exact fractions).

    Neutral formulas only, so that charge is conserved with the elements. Raises FormulaError where no
    positive solution exists, or more than one.

    >>> {name: int(number) for name, number in balance(["Li", "InCl3"], ["LiCl", "In"]).items()}
    {'Li': 3, 'InCl3': 1, 'LiCl': 3, 'In': 1}
    """
    names = [*reactants, *products]
    told = " + ".join(reactants) + " -> " + " + ".join(products)
    if not reactants or not products or len(set(names)) != len(names):
        raise FormulaError(f"reaction: {told!r} needs different formulas on its two sides")
    signs = [1] * len(reactants) + [-1] * len(products)
    parts = [parse_composition(name) for name in names]
    symbols = sorted({symbol for part in parts for symbol in part})
    matrix = [
        [sign * part.get(symbol, Fraction(0)) for sign, part in zip(signs, parts, strict=True)] for symbol in symbols
    ]
    basis = _null_space(matrix, len(names))
    if len(basis) != 1:
        ways = "cannot be balanced" if not basis else "can be balanced in more than one way"
        raise FormulaError(f"reaction: {told!r} {ways}")
    vector = basis[0] if basis[0][0] > 0 else [-entry for entry in basis[0]]
    if any(entry <= 0 for entry in vector):
        raise FormulaError(f"reaction: {told!r} cannot be balanced with every formula on its side")
    return dict(zip(names, _smallest_whole(vector), strict=True))
