"""What a user means by an electrolyte: a whole text, a salt, a solvent, an additive or a class."""

from __future__ import annotations

import re
from dataclasses import dataclass

from alloycoat.errors import MissingDataError, QuantityError, unknown_name
from alloycoat.literature.added import all_cell_rows
from alloycoat.literature.rows import CellRow
from alloycoat.quantities import parse_concentration

CLASSES = ("ether", "carbonate")
"""Solvent classes of the published cells."""
_ALIASES = {
    "ethers": "ether", "carbonates": "carbonate", "g2": "diglyme", "dgm": "diglyme", "g4": "TEGDME",
    "tetraglyme": "TEGDME", "naotf": "NaCF3SO3", "naso3cf3": "NaCF3SO3", "nacf3so3": "NaCF3SO3",
    "lp30": "1 M LiPF6 in EC/DMC", "lp40": "1 M LiPF6 in EC/DEC",
}  # fmt: skip
_UNPUBLISHED = (
    "LiFSI", "LiClO4", "LiBF4", "LiBOB", "LiDFOB", "LiAsF6", "LiCF3SO3", "NaFSI", "NaTFSI", "NaBF4", "KPF6",
    "KTFSI", "KClO4", "Mg(CF3SO3)2", "MgCl2", "AlCl3", "EMC", "THF", "GBL", "triglyme", "sulfolane", "CsNO3",
)  # fmt: skip
"""Names of the field that no published row has: an empty result, not a mistake."""
_MOLARITY = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s*(mol/L|mM|M)\b")
_NOISE = re.compile(r"\(\s*\d[^()]*\)|\b[vw]/[vw]\b|\d+(?:\.\d+)?\s*(?:wt|vol|v|w)\.?\s*%|\b\d+(?::\d+)+\b")
"""Mixing ratios and amounts of additives, which are not compared."""


@dataclass(frozen=True, slots=True)
class ElectrolyteQuery:
    """What every matching electrolyte has; `mixtures` are solvent sets that must be met exactly."""

    concentration: float | None  # mol/m3
    salts: frozenset[str]
    solvents: frozenset[str]
    mixtures: tuple[frozenset[str], ...]
    additives: frozenset[str]
    classes: frozenset[str]

    def matches(self, row: CellRow) -> bool:
        """True where the electrolyte of `row` has all that the query names (concentration within 1 %)."""
        given = set(row.solvents)
        if self.concentration is not None:
            printed = row.salt_concentration
            if printed is None or abs(printed - self.concentration) > 0.01 * self.concentration:
                return False
        return (
            self.salts <= {row.salt}
            and self.solvents <= given
            and all(mixture == given for mixture in self.mixtures)
            and self.additives <= {additive.split()[-1] for additive in row.additives}
            and self.classes <= {row.solvent_class}
        )


def _vocabulary() -> dict[str, tuple[str, str]]:
    """Lower-case word -> (kind, spelling of the tables)."""
    words: dict[str, tuple[str, str]] = {name: ("class", name) for name in CLASSES}
    words.update({name.lower(): ("unpublished", name) for name in _UNPUBLISHED})
    for row in all_cell_rows():
        words[row.salt.lower()] = ("salt", row.salt)
        words.update({name.lower(): ("solvent", name) for name in row.solvents})
        words.update({name.split()[-1].lower(): ("additive", name.split()[-1]) for name in row.additives})
    return words


def _words(group: str) -> list[str]:
    """The names in one blank-free piece: "DOL/DME" and "EC:DMC" are two."""
    return [word for word in re.split(r"[/:]", group) if word]


def parse_electrolyte(text: str) -> ElectrolyteQuery:
    """Read an electrolyte filter: "1 M LiTFSI in DOL/DME", "LiPF6", "FEC", "EC:DMC", "ether", "LP30".

    A mixture (DOL/DME) is matched exactly, a single solvent wherever it is part of the mixture; amounts of
    additives and mixing ratios are not compared, and an additive that is not named does not exclude a row.
    Raises MissingDataError for a word that no published electrolyte has, QuantityError for empty text.
    """
    vocabulary = _vocabulary()
    expanded = " ".join(_ALIASES.get(word.lower(), word) for word in text.split())
    found = _MOLARITY.search(expanded)
    concentration = None
    if found:
        concentration = parse_concentration(f"{found[1]} {found[2]}", "electrolyte").value
        expanded = expanded.replace(found[0], " ", 1)
    names: dict[str, set[str]] = {kind: set() for kind in ("salt", "solvent", "additive", "class", "unpublished")}
    mixtures: list[frozenset[str]] = []
    for group in re.split(r"[\s,+;]+|\bin\b", _NOISE.sub(" ", expanded)):
        kinds = []
        for word in _words(group):
            name = _ALIASES.get(word.lower(), word)
            if name.lower() not in vocabulary:
                allowed = [spelling for kind, spelling in vocabulary.values() if kind != "unpublished"]
                raise MissingDataError(unknown_name("electrolyte", word, allowed, shown=24))
            kinds.append(vocabulary[name.lower()])
        if len(kinds) > 1 and all(kind == "solvent" for kind, _ in kinds):
            mixtures.append(frozenset(name for _, name in kinds))
        else:
            for kind, name in kinds:
                names[kind].add(name)
    if concentration is None and not any(names.values()) and not mixtures:
        raise QuantityError(f"electrolyte: {text!r} names nothing; write it as in '1 M LiTFSI in DOL/DME'")
    return ElectrolyteQuery(
        concentration=concentration,
        salts=frozenset(names["salt"]),
        solvents=frozenset(names["solvent"] | names["unpublished"]),
        mixtures=tuple(mixtures),
        additives=frozenset(names["additive"]),
        classes=frozenset(names["class"]),
    )
