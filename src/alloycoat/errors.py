"""What the program says when it refuses: the field, the value given, what is allowed, the nearest match."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class AlloycoatError(Exception):
    """Base of every refusal; its text is one or two lines meant for the user, `exit_code` the status."""

    exit_code = 1


class RecipeError(AlloycoatError):
    """A recipe or a command line that cannot be understood or carried out."""

    exit_code = 2


class QuantityError(RecipeError):
    """A quantity without a unit, with an unknown unit, or of the wrong dimension."""


class DataFileError(AlloycoatError):
    """A file of the user's that cannot be read, or read safely."""


class MissingDataError(RecipeError, LookupError):
    """A name that no table knows, or a number that no table holds."""


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """The allowed name closest to `name`, ignoring case; None where nothing is close."""
    by_lower = {candidate.lower(): candidate for candidate in allowed}
    if name.lower() in by_lower:
        return by_lower[name.lower()]
    close = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.55)
    return by_lower[close[0]] if close else None


def unknown_name(field: str, given: object, allowed: Iterable[str], *, shown: int = 12) -> str:
    """One line for a name that is not known: field, value given, the nearest match, what is allowed."""
    names = sorted(set(allowed))
    text = str(given)
    if len(text) > 60:
        text = text[:57] + "..."
    match = nearest(text, names)
    hint = f"; did you mean {match!r}?" if match else "."
    listed = ", ".join(names[:shown]) + (f", ... ({len(names)} in all)" if len(names) > shown else "")
    return f"{field}: {text!r} is not known{hint} Allowed: {listed}"
