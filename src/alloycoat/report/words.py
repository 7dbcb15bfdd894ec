"""Numbers, intervals and formulas as a chemist writes them, and the few html elements the page needs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from html import escape

from alloycoat.report.rate import Critical
from alloycoat.sources import Estimate

_SUBSCRIPT = str.maketrans("0123456789.", "₀₁₂₃₄₅₆₇₈₉.")
_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_COUNT = re.compile(r"(?<=[A-Za-z)])(\d+(?:\.\d+)?)")
_FORMULA = re.compile(r"(?<![A-Za-z0-9])(?<!claim )(?:[A-Z][a-z]?|\([A-Z])(?:[A-Z][a-z]?|[()]|\d+(?:\.\d+)?)*")
NO_DATA = "no data"
_SPACE = "\u00a0"  # a number and its unit stay on one line

UNITS: dict[str, tuple[tuple[float, str], ...]] = {
    "m": ((1e-9, "nm"), (1e-6, "µm"), (1e-3, "mm")),
    "s": ((1.0, "s"), (60.0, "min"), (3600.0, "h")),
    "V": ((1e-3, "mV"), (1.0, "V")),
    "Pa": ((1e3, "kPa"), (1e6, "MPa"), (1e9, "GPa")),
    "S/m": ((1e2, "S/cm"),),
    "A/m2": ((10.0, "mA/cm²"),),
    "C/m2": ((3.6e4, "mAh/cm²"),),
    "ohm m2": ((1e-4, "Ω cm²"),),
    "mol/m2": ((1e-2, "µmol/cm²"),),
    "mol/m3": ((1e3, "mol/L"),),
    "%": ((1e-2, "%"),),
    "": ((1.0, ""),),
}
"""SI unit -> (size in SI, name) of the units that people read."""


def number(value: float, digits: int = 3) -> str:
    """`digits` significant figures; powers of ten beyond 0.001 to 100000.

    >>> number(2.345e-7)
    '2.34 × 10⁻⁷'
    """
    if math.isinf(value):
        return "∞"
    rounded = float(f"{value:.{digits}g}")
    if rounded != 0 and not 1e-3 <= abs(rounded) < 1e5:
        mantissa, _, power = f"{rounded:.{digits - 1}e}".partition("e")
        short = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
        return f"{short} × 10{str(int(power)).translate(_SUPERSCRIPT)}".replace("-", "−")
    return f"{rounded:.12g}".replace("-", "−")


def _scale(value: float, unit: str) -> tuple[float, str]:
    steps = UNITS[unit]
    for size, name in reversed(steps):
        if abs(value) >= 0.9995 * size:
            return size, name
    return steps[0]


def quantity(value: float | None, unit: str, digits: int = 3) -> str:
    """A number with the unit that people read, from its SI value; 'no data' for None.

    >>> quantity(2.5e-6, "m").replace("\xa0", " ")
    '2.5 µm'
    """
    if value is None:
        return NO_DATA
    size, name = _scale(value, unit)
    return f"{number(value / size, digits)}{_SPACE}{name}".strip()


def bounds(value: Estimate | None, unit: str) -> str:
    """ "1.9 to 3.1 µm": the 10-90 % interval alone; the value where it has none, 'no data' for None."""
    if value is None:
        return NO_DATA
    size, name = _scale(value.value, unit)
    if value.low == value.high:
        return quantity(value.value, unit)
    digits = 2 if number(value.low / size, 2) != number(value.high / size, 2) else 4
    low, high = number(value.low / size, digits), number(value.high / size, digits)
    return f"{low} to {high}{_SPACE}{name}".strip()


def spread(value: Estimate | None, unit: str) -> str:
    """ "2.5 µm (1.9 to 3.1)": value and 10-90 % interval in one unit, 'no data' for None."""
    if value is None:
        return NO_DATA
    if value.low == value.high:
        return quantity(value.value, unit)
    size, name = _scale(value.value, unit)
    digits = 2 if number(value.low / size, 2) != number(value.high / size, 2) else 4
    low, middle, high = (number(x / size, digits) for x in (value.low, value.value, value.high))
    return f"{middle}{_SPACE}{name} ".rstrip() + f" ({low} to {high})"


def polarization(value: Estimate | None, stands: float) -> str:
    """A polarization with its interval; 'blocked' beyond `stands` (V), where no cell would run."""
    if value is not None and value.value > stands:
        return f"blocked: more than {quantity(stands, 'V')} needed"
    return spread(value, "V")


def lived(value: Estimate | None, limit_s: float | None) -> str:
    """A sampled life: "230 h (99 to 620)"; beyond `limit_s`, where the protocol ended, "> 1200 h".

    >>> lived(Estimate(8.3e5, 3.6e5, float("inf")), 4.32e6).replace("\xa0", " ")
    '231 h (100 to > 1200)'
    """
    if value is None:
        return "not sampled"
    beyond = "∞" if limit_s is None else f"> {limit_s / 3600:.4g}"
    low, middle, high = (beyond if math.isinf(x) else number(x / 3600) for x in (value.low, value.value, value.high))
    if low == high:
        return f"{middle}{_SPACE}h"
    return f"{middle}{_SPACE}h ({low} to {high})"


def efficiency(value: Estimate) -> str:
    """A coulombic efficiency to a tenth of a percent, with its interval.

    >>> efficiency(Estimate(0.96325, 0.93, 0.99))
    '96.3 % (93.0 to 99.0)'
    """
    return f"{100 * value.value:.1f} % ({100 * value.low:.1f} to {100 * value.high:.1f})"


def critical_text(found: Critical) -> str:
    """A critical current density: "5.5 mA/cm² (samples 4.5, 3 to 8)"; above the last one where nothing failed."""
    last = f"> {quantity(found.last, 'A/m2')}"
    shown = last if found.first_failed is None else quantity(found.first_failed, "A/m2")
    if found.sampled is None:
        return shown
    low, middle, high = (
        f"> {number(found.last / 10)}" if math.isinf(x) else number(x / 10)
        for x in (found.sampled.low, found.sampled.value, found.sampled.high)
    )
    return f"{shown} (samples {middle}, {low} to {high})"


def life(lower_h: float, upper_h: float | None) -> str:
    """A published life: "200 h", ">1200 h", "<100 h"."""
    if upper_h is None:
        return f"> {lower_h:g} h"
    if lower_h == upper_h:
        return f"{upper_h:g} h"
    return f"< {upper_h:g} h" if lower_h == 0 else f"{lower_h:g}–{upper_h:g} h"


def subscripts(text: str) -> str:
    """The numbers of formulas as subscripts (plain text, also inside svg).

    >>> subscripts("3 Li + InCl3 -> Li13In3")
    '3 Li + InCl₃ → Li₁₃In₃'
    """
    found = _FORMULA.sub(lambda match: _COUNT.sub(lambda n: n[1].translate(_SUBSCRIPT), match[0]), text)
    return found.replace("->", "→")


def html(text: object) -> str:
    """Text that is safe inside html, with formulas in subscripts."""
    return escape(subscripts(str(text)), quote=True)


def plain(text: object) -> str:
    """Text that is safe inside html, as it is."""
    return escape(str(text), quote=True)


def link(doi: str, text: str | None = None) -> str:
    """A link to a DOI, empty without one."""
    if not doi:
        return ""
    return f'<a href="https://doi.org/{escape(doi, quote=True)}">{plain(text or f"doi:{doi}")}</a>'


def table(rows: Iterable[Sequence[str]], head: Sequence[str] = (), caption: str = "", kind: str = "") -> str:
    """An html table; the first cell of a row is its heading; cells are html already."""
    lines = [f'<table class="{kind}">' if kind else "<table>"]
    if caption:
        lines.append(f"<caption>{caption}</caption>")
    if head:
        lines.append("<thead><tr>" + "".join(f'<th scope="col">{cell}</th>' for cell in head) + "</tr></thead>")
    lines.append("<tbody>")
    for first, *others in rows:
        lines.append(f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in others) + "</tr>")
    lines += ["</tbody>", "</table>"]
    return "\n".join(lines)


def bullets(items: Iterable[str], kind: str = "") -> str:
    """An html list; items are html already; empty for no items."""
    found = [f"<li>{item}</li>" for item in items]
    return f'<ul class="{kind}">' + "\n".join(found) + "</ul>" if found else ""


def figure(svg: str, caption: str, kind: str = "") -> str:
    """An svg with its caption."""
    return f'<figure class="{kind}">{svg}<figcaption>{caption}</figcaption></figure>'
