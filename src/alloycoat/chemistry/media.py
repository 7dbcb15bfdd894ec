"""The liquid of a bath: the solvents of "THF", "EC:DMC", "DOL/DME (1:1)" or of an electrolyte text."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache

from alloycoat.chemistry.electrolytes import electrolyte
from alloycoat.chemistry.precursors import solvent
from alloycoat.chemistry.substances import Solvent
from alloycoat.errors import MissingDataError, RecipeError

_ELECTROLYTE = re.compile(r"\s*[\d.]+\s*(?:m?M|m?mol)|\sin\s")


@lru_cache(maxsize=1024)
def solvents_of(text: str, field: str = "[coating] solvent") -> tuple[Solvent, ...]:
    """The solvents named in `text`; raises MissingDataError naming `field` for one that no table knows."""
    with suppress(MissingDataError):  # a name may hold a comma: 1,2-dimethoxyethane
        return (solvent(text.strip()),)
    try:
        if _ELECTROLYTE.search(text):
            names: list[str] = [name for name, _ in electrolyte(text).solvents]
        else:
            names = re.split(r"[/:+,;]|\band\b", re.sub(r"\([^()]*\)", "", text))
        return tuple(solvent(name.strip()) for name in names)
    except RecipeError as error:
        tail = str(error).partition(": ")[2] or str(error)
        raise MissingDataError(f"{field}: {tail}") from None


def solvent_text(text: str) -> str:
    """The text with a single solvent in the table's spelling; a mixture stays as written, once it is known."""
    found = solvents_of(text)
    return found[0].name if len(found) == 1 and not _ELECTROLYTE.search(text) else text
