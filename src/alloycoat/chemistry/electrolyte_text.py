"""Reads the text of an electrolyte: "1 M LiTFSI in DOL/DME + 2 wt% LiNO3", "LiPF6 (1 M) + EC/DMC", "LP30".

The names of salts, solvents and commercial blends stand in electrolytes.csv. Text that cannot be read is
refused with the field, the value and the nearest known name.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import QuantityError, RecipeError, unknown_name
from alloycoat.quantities import parse_concentration

FIELD = "[cell] electrolyte"
TABLE = "electrolytes"
_EXAMPLE = "1 M LiTFSI in DOL/DME + 2 wt% LiNO3"
_LONGEST = 300
_MOST_CONCENTRATED = 1e4  # mol/m3: above it the text is a slip (mol/m3 for mol/L)

_NUMBER = r"\d+(?:\.\d*)?|\.\d+"
_UNIT = (
    r"(?:mol\s*/\s*(?:L|l|dm3|m3|kg)|mol\s*(?:L|l)\^?-1|mol\s*dm\^?-3|mol\s*kg\^?-1|mM|M"
    r"|wt\.?\s*%|vol\.?\s*%|v\s*%|w\s*%|mass\s*%|%)"
)
_AMOUNT = re.compile(rf"(?:(?<=^)|(?<=[\s(,]))({_NUMBER})\s*({_UNIT})(?=$|[\s),])")
_RATIO = re.compile(rf"(?:{_NUMBER})(?:\s*[:/]\s*(?:{_NUMBER}))+(?![\w-])")
_BASIS = re.compile(
    r"(?:\b(?:by\s+)?(v\s*/\s*v|v:v|vol\.?(?:ume)?|w\s*/\s*w|w:w|wt\.?|weight|mass|mol(?:ar|e)?\s*ratio|by\s+mole)\s*%?"
    r"(?:\s*ratio)?)(?=$|[\s),])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ParsedElectrolyte:
    """What the text says, in names of the tables; `concentration` in mol/m3, None where it gives none."""

    salt: str
    concentration: float | None
    solvents: tuple[str, ...]
    ratio: tuple[float, ...]  # empty where the text does not say: equal parts
    basis: str  # "v/v", "w/w", "mol" or "" where the text does not say
    additives: tuple[tuple[str, str], ...]

    @property
    def fractions(self) -> tuple[tuple[str, float], ...]:
        """(solvent, fraction) adding up to 1, equal parts where the text gives no ratio."""
        parts = self.ratio or (1.0,) * len(self.solvents)
        return tuple((name, part / sum(parts)) for name, part in zip(self.solvents, parts, strict=True))

    @property
    def text(self) -> str:
        """One spelling for all that mean the same; reads back to the same electrolyte."""
        amount = "" if self.concentration is None else f"{self.concentration / 1000:.6g} M "
        words = f"{amount}{self.salt} in {'/'.join(self.solvents)}"
        parts = ":".join(f"{part:g}" for part in self.ratio)
        if parts:
            words += f" ({parts} {self.basis})" if self.basis else f" ({parts})"
        return words + "".join(f" + {amount} {name}" if amount else f" + {name}" for name, amount in self.additives)


def fold(name: str) -> str:
    """The spelling by which names are compared: no case, spaces, square brackets or hyphens."""
    return re.sub(r"[\s_-]", "", name.casefold()).translate(str.maketrans("[]{}", "()()"))


@lru_cache(maxsize=8)
def names(kind: str) -> dict[str, str]:
    """Folded spelling -> name of the table, for kind "salt", "solvent" or "blend"."""
    found: dict[str, str] = {}
    for subject, rows in by_subject(TABLE).items():
        if not subject.startswith(f"{kind} "):
            continue
        name = subject.removeprefix(f"{kind} ")
        for spelling in (name, *rows["names"].text.split("|")):
            found.setdefault(fold(spelling), name)
    return found


def _refuse(text: str, why: str) -> RecipeError:
    shown = text if len(text) <= 60 else text[:57] + "..."
    return RecipeError(f"{FIELD}: {shown!r} {why}; write it as {_EXAMPLE!r}")


def _clean(text: object) -> str:
    """Plain characters, single spaces."""
    if not isinstance(text, str):
        raise RecipeError(f"{FIELD}: {str(text)[:40]!r} is not text; write it as {_EXAMPLE!r}")
    if len(text) > _LONGEST:
        raise _refuse(text, f"is longer than {_LONGEST} characters")
    plain = unicodedata.normalize("NFKC", text)
    plain = re.sub(r"[‐‑‒–—−]", "-", plain).replace("∕", "/").replace("∶", ":").replace("·", " ")
    return re.sub(r"\s+", " ", plain).strip()


def _amount(text: str) -> tuple[str, str]:
    """(the amount as text that parse_concentration reads or "", what remains)."""
    match = _AMOUNT.search(text)
    if match is None:
        return "", _bare(text)
    unit = re.sub(r"\s", "", match[2])
    unit = re.sub(r"^mol(?:/?)(?:L|l|dm)\^?(?:-[13]|3)?$", "mol/L", unit)
    unit = re.sub(r"^molkg\^?-1$", "mol/kg", unit).replace(".", "")
    return f"{match[1]} {unit}", _bare(text[: match.start()] + " " + text[match.end() :])


def _bare(text: str) -> str:
    """Without empty parentheses, and without separators and spaces at the ends."""
    return re.sub(r"\(\s*[,;]?\s*\)", " ", text).strip(" ,;")


def _molar(amount: str, text: str) -> float | None:
    """mol/m3 of the salt; only a molarity can be used."""
    if not amount:
        return None
    if amount.endswith("%"):
        raise _refuse(text, f"gives the salt as {amount!r}, not as mol/L")
    value = parse_concentration(amount, FIELD)
    if value.basis != "molarity":
        raise _refuse(text, f"gives the salt as {amount!r} of solvent, not as mol/L of solution")
    if not 0 < value.value <= _MOST_CONCENTRATED:
        raise _refuse(text, f"gives the salt as {amount!r}, not between 0 and 10 mol/L")
    return float(f"{value.value:.12g}")  # 1 M is 1000, not 1000.0000000000001


def _salt(name: str, text: str) -> str:
    known = names("salt")
    found = known.get(fold(name))
    if found is None:
        if not name:
            raise _refuse(text, "names no salt")
        raise RecipeError(unknown_name(f"{FIELD}, salt", name, sorted(set(known.values())), shown=8))
    return found


def _split_solvents(phrase: str) -> list[str] | None:
    """Names of the table for a list of solvents; None where one of them is not known."""
    known = names("solvent")
    if fold(phrase) in known:
        return [known[fold(phrase)]]
    for pattern in (r"\s*[/:]\s*|\s+and\s+|\s*&\s*|\s*;\s*|,\s+|\s*\|\s*", r"\s*[/:-]\s*|\s+and\s+|\s*,\s*"):
        parts = [part for part in re.split(pattern, phrase) if part]
        if len(parts) > 1 and all(fold(part) in known for part in parts):
            return [known[fold(part)] for part in parts]
    return None


def _composition(phrase: str) -> tuple[str, list[float], str]:
    """(names only, ratio or [], basis) of "EC:DMC (1:1 v/v)"."""
    basis = ""
    match = _BASIS.search(phrase)
    if match is not None:
        letter = re.sub(r"by\s+", "", match[1].lower())
        basis = "v/v" if letter.startswith("v") else "mol" if letter.startswith("mol") else "w/w"
        phrase = phrase[: match.start()] + " " + phrase[match.end() :]
    ratio: list[float] = []
    found = [match for match in _RATIO.finditer(phrase) if match.start() == 0 or phrase[match.start() - 1] in " (=,"]
    if found:
        match = found[-1]
        ratio = [float(number) for number in re.split(r"\s*[:/]\s*", match[0])]
        phrase = phrase[: match.start()] + " " + phrase[match.end() :]
    phrase = _bare(phrase.replace("=", " "))
    if phrase.startswith("(") and phrase.endswith(")"):
        phrase = _bare(phrase[1:-1])
    return re.sub(r"\s+", " ", phrase), ratio, basis


def _solvents(phrase: str, text: str, *, strict: bool = True) -> tuple[tuple[str, ...], tuple[float, ...], str] | None:
    """Solvents, ratio and its basis; None, or a refusal where `strict`, if a name is not known."""
    words, ratio, basis = _composition(phrase)
    listed = _split_solvents(words)
    if listed is None:
        if not strict:
            return None
        if not words:
            raise _refuse(text, "names no solvent")
        known = names("solvent")
        parts = [part for part in re.split(r"\s*[/:]\s*|\s+and\s+|,\s+", words) if part] or [words]
        wrong = next((part for part in parts if fold(part) not in known), words)
        raise RecipeError(unknown_name(f"{FIELD}, solvent", wrong, sorted(set(known.values())), shown=8))
    if len(set(listed)) < len(listed):
        raise _refuse(text, "names a solvent twice")
    if ratio and (len(ratio) != len(listed) or not 0 < min(ratio) <= max(ratio) <= 1e4):
        raise _refuse(text, f"has a ratio that does not fit its {len(listed)} solvents")
    if len(listed) == 1:
        ratio, basis = [], ""
    return tuple(listed), tuple(ratio), basis if ratio else ""


def _additive(segment: str, text: str) -> tuple[str, str]:
    """(name, amount text) of one additive."""
    amount, name = _amount(segment)
    if amount.endswith(" %"):
        raise _refuse(text, f"gives the additive {name[:20]!r} in %, neither wt% nor vol%")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9()\[\]',. -]{0,39}", name):
        raise _refuse(text, f"has an additive that cannot be read, {segment[:30]!r}")
    if amount:
        parse_concentration(amount, FIELD)
    known = names("salt").get(fold(name)) or names("solvent").get(fold(name))
    return known or re.sub(r"\s+", " ", name), amount


def _segments(text: str) -> list[str]:
    """The parts between plus signs and `with`, with `+` inside parentheses left alone."""
    return [part.strip() for part in re.split(r"\s*\+\s*|\s+with\s+", text) if part.strip()]


def _base(left: list[str], right: list[str], text: str) -> tuple[str, str, list[str]]:
    """(salt phrase, solvent phrase, additive phrases) of what stands before and after `in`."""
    if right:
        return left[0], right[0], left[1:] + right[1:]
    first = _bare(left[0])
    for cut in (match.end() for match in re.finditer(r"\s", first)):  # "1 M LiPF6 EC/DMC"
        if fold(_amount(first[:cut])[1]) in names("salt") and _solvents(first[cut:], text, strict=False):
            return first[:cut], first[cut:], left[1:]
    for index, segment in enumerate(left[1:], start=1):  # "LiPF6 (1 M) + EC/DMC"
        if not _AMOUNT.search(segment) and _solvents(segment, text, strict=False):
            return first, segment, left[1:index] + left[index + 1 :]
    _salt(_amount(first)[1], text)  # a wrong salt is the likelier slip: say so first
    if len(left) > 1:
        _solvents(left[1], text)
    raise _refuse(text, "names no solvent")


def read(text: object) -> ParsedElectrolyte:
    """The electrolyte that `text` names.

    Raises RecipeError (field, value given, nearest known salt or solvent, an example) if it makes no sense.
    Amounts of additives refer to the solution; a salt after the first one counts as an additive.
    """
    plain = _clean(text)
    if not plain:
        raise _refuse(plain, "is empty")
    parts = _segments(plain)
    if not parts:
        raise _refuse(plain, "names no salt")
    blend = names("blend").get(fold(parts[0]))
    if blend is not None:
        return read(" + ".join([by_subject(TABLE)[f"blend {blend}"]["text"].text, *parts[1:]]))
    halves = re.split(r"\s+in\s+", plain, maxsplit=1)
    left = _segments(halves[0])
    right = _segments(halves[1]) if len(halves) > 1 else []
    if not left or (len(halves) > 1 and not right):
        raise _refuse(plain, "names no salt" if not left else "names no solvent")
    salt_phrase, solvent_phrase, others = _base(left, right, plain)
    amount, name = _amount(salt_phrase)
    salt = _salt(name, plain)
    try:
        concentration = _molar(amount, plain)
    except QuantityError as error:
        raise _refuse(plain, f"gives the salt as {amount!r}, which cannot be read") from error
    found = _solvents(solvent_phrase, plain)
    assert found is not None  # strict: it raises instead
    additives = tuple(_additive(segment, plain) for segment in others)
    return ParsedElectrolyte(salt, concentration, *found, additives)
