"""Names of columns: what is the name, what the unit behind it. "Current(mA)", "I/mA", "Test (Sec)", "U[V]"."""

from __future__ import annotations

import re
from functools import lru_cache

_SECONDS = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3,
    "min": 60.0, "mins": 60.0, "minute": 60.0, "minutes": 60.0,
    "h": 3600.0, "hr": 3600.0, "hrs": 3600.0, "hour": 3600.0, "hours": 3600.0,
    "d": 86400.0, "day": 86400.0, "days": 86400.0,
}  # fmt: skip
_PREFIX = {"": 1.0, "m": 1e-3, "u": 1e-6, "n": 1e-9, "k": 1e3}


def _table() -> dict[str, tuple[str, float]]:
    """Unit as written (lower case, no dots and blanks) to its dimension and factor to s, A, V, Ah, Wh, W, Hz, ohm."""
    found = {word: ("time", factor) for word, factor in _SECONDS.items()}
    for prefix, factor in _PREFIX.items():
        for base, dimension, scale in (
            ("a", "current", 1.0), ("v", "voltage", 1.0), ("ah", "charge", 1.0), ("as", "charge", 1 / 3600),
            ("wh", "energy", 1.0), ("ws", "energy", 1 / 3600), ("w", "power", 1.0), ("ohm", "resistance", 1.0),
            ("hz", "frequency", 1.0),
        ):  # fmt: skip
            found[prefix + base] = (dimension, scale * factor)
    found |= {
        "volt": ("voltage", 1.0), "volts": ("voltage", 1.0), "amp": ("current", 1.0), "amps": ("current", 1.0),
        "ampere": ("current", 1.0), "amperes": ("current", 1.0),
        "c": ("charge", 1 / 3600), "amphr": ("charge", 1.0), "watthr": ("energy", 1.0),
        "h:m:s": ("duration", 1.0), "hh:mm:ss": ("duration", 1.0), "h:min:s": ("duration", 1.0),
        "h:min:sms": ("duration", 1.0), "hoursinhh:mm:ssxxx": ("duration", 1.0), "h:mm:ss": ("duration", 1.0),
        "hh:mm:ssms": ("duration", 1.0), "hh:mm:ssfff": ("duration", 1.0), "hh:mm:sssss": ("duration", 1.0),
        "h:mm:ssms": ("duration", 1.0), "h:m:sms": ("duration", 1.0), "dd:hh:mm:ss": ("duration", 1.0),
        "d:hh:mm:ss": ("duration", 1.0), "dhh:mm:ss": ("duration", 1.0), "hhmmss": ("duration", 1.0),
        "decimalhours": ("time", 3600.0), "1": ("none", 1.0), "#": ("none", 1.0),
        "degc": ("other", 1.0), "°c": ("other", 1.0), "℃": ("other", 1.0), "k": ("other", 1.0),
        "%": ("other", 1.0), "deg": ("other", 1.0), "g": ("other", 1.0),
    }  # fmt: skip
    return found


UNITS = _table()
"""Unit as written (lower case, no dots and blanks): its dimension, and its factor."""
PER_MASS = re.compile(r"/\s*k?g\s*[\])]?\s*\Z|\(\s*\w+/k?g\s*\)", re.IGNORECASE)
"""A specific quantity, per mass: never the quantity itself."""

_AGAINST = re.compile(r"\s+vs\.?\s*[^\s()\[\]]+", re.IGNORECASE)
"""Against what a potential is measured: "Ewe/V vs. SCE", "E vs. RHE (V)"."""
_WIDE = str.maketrans("（）［］／：＃", "()[]/:#")
"""Full-width signs of East Asian exports."""
_LONGEST_NAME = 200
"""Letters: a longer name has no unit, and patterns would take long to say so."""
_BRACKET = re.compile(r"\A(?P<base>.*?)\s*[(\[{](?P<unit>[^()\[\]{}]*)[)\]}]\s*\Z", re.DOTALL)


_REFERENCE = re.compile(r"\s+(?:vs|gegen)\b.*\Z", re.IGNORECASE | re.DOTALL)
"""Behind the unit of a potential: against what ("V vs. Li/Li+")."""
_SINGLE = {"t": "time", "e": "voltage", "u": "voltage", "v": "voltage", "i": "current"}
"""Names of one letter behind which a unit may stand after an underscore ("t_h", "U_V")."""


def unit_word(text: str) -> str:
    """A unit as it stands in `UNITS`: lower case, one spelling of micro and ohm, no dots and blanks."""
    text = (
        _REFERENCE.sub("", text.strip().lower())
        .replace("µ", "u")
        .replace("μ", "u")
        .replace("ω", "ohm")
        .replace("Ω".lower(), "ohm")
    )
    return re.sub(r"[.\s·*]", "", text)


def base_word(text: str) -> str:
    """A name without blanks, underscores, dots, brackets and number signs, in lower case."""
    return re.sub(r"[\s_.()\[\]{}#:']", "", text.strip().lower())


@lru_cache(maxsize=4096)
def split_name(name: str) -> tuple[str, str | None]:
    """Base word and unit word of a column name; unit None where no known unit stands behind the name.

    A specific quantity ("mAh/g") keeps its unit in the base, so that it never passes for the quantity itself.
    """
    name = name.translate(_WIDE)
    if len(name) <= _LONGEST_NAME and " vs" in name.lower():
        name = _AGAINST.sub("", name)
    if len(name) > _LONGEST_NAME or PER_MASS.search(name):
        return base_word(name), None
    match = _BRACKET.match(name)
    if match and match["base"].strip() and unit_word(match["unit"]) in UNITS:
        return base_word(match["base"]), unit_word(match["unit"])
    base, slash, unit = name.rpartition("/")
    if slash and base.strip() and unit_word(unit) in UNITS:
        return base_word(base), unit_word(unit)
    base, number_sign, unit = name.rpartition("#")
    if number_sign and base.strip() and UNITS.get(unit_word(unit), ("none",))[0] not in {"none", "other"}:
        return base_word(base), unit_word(unit)
    base, under, unit = name.strip().rpartition("_")
    if under and len(base) > 2 and unit_word(unit) in UNITS and unit_word(unit) not in {"1", "d", "g", "k", "c", "#"}:
        return base_word(base), unit_word(unit)
    if under and UNITS.get(unit_word(unit), ("",))[0] == _SINGLE.get(base.lower(), "none of them"):
        return base.lower(), unit_word(unit)
    return base_word(name), None


def with_units(header: tuple[str, ...], below: list[str]) -> tuple[str, ...] | None:
    """The names with the units of the row below written behind them; None where that is no row of units.

    A row of units: at least two cells, and every cell with something in it, is a unit ("s", "(V)", "[mA]", "#").
    """
    if any(len(cell) > _LONGEST_NAME for cell in below):
        return None
    words = [unit_word(cell.strip().strip("()[]{}")) for cell in below]
    known = [word for word in words if word]
    if len(below) > len(header) + 1 or len(known) < 2 or not all(word in UNITS for word in known):
        return None
    if not any(UNITS[word][0] in {"time", "current", "voltage", "duration"} for word in known):
        return None
    return tuple(
        f"{name} / {below[k].strip().strip('()[]{}')}"
        if name and k < len(words) and words[k] and split_name(name)[1] is None else name
        for k, name in enumerate(header)
    )  # fmt: skip
