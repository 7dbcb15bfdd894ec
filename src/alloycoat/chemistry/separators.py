"""Separators: thickness, porosity and measured MacMullin number.

The MacMullin number N_M = kappa_electrolyte / kappa_effective is measured, not porosity to the power -1.5,
which gives 4 for Celgard 2325 where impedance gives 10.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import MissingDataError, unknown_name
from alloycoat.sources import Value

_TABLE = "separators"


@dataclass(frozen=True, slots=True)
class Separator:
    """A porous film: thickness in m, porosity (-), MacMullin number (-) when full of electrolyte."""

    name: str
    thickness: Value
    porosity: Value
    macmullin: Value

    @property
    def notes(self) -> tuple[str, ...]:
        """What is assumed about it, in plain words."""
        named = (
            ("thickness", self.thickness),
            ("porosity", self.porosity),
            ("MacMullin number", self.macmullin),
        )
        return tuple(f"{label} assumed: {value.note}" for label, value in named if value.kind == "assumed")


def _fold(name: str) -> str:
    return re.sub(r"[\s_/.®™-]", "", unicodedata.normalize("NFKC", name).casefold())


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    found: dict[str, str] = {}
    for name, rows in by_subject(_TABLE).items():
        for spelling in (name, *rows["names"].text.split("|")):
            found.setdefault(_fold(spelling), name)
    return found


def separator(name: str) -> Separator:
    """The separator `name`; case, spaces, hyphens and slashes do not matter ("celgard 2325 ", "Celgard2325").

    Raises MissingDataError with the nearest known name.
    """
    known = _spellings().get(_fold(name)) if isinstance(name, str) and len(name) <= 100 else None
    if known is None:
        raise MissingDataError(unknown_name("[cell] separator", name, separators()))
    rows = by_subject(_TABLE)[known]
    return Separator(
        known, rows["thickness"].quantity("m"), rows["porosity"].quantity(""), rows["macmullin"].quantity("")
    )


def separators() -> tuple[str, ...]:
    """Names of the known separators, sorted."""
    return tuple(sorted(by_subject(_TABLE)))
