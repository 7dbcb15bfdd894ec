"""What each route needs in `[coating]`, and what it may also say."""

from __future__ import annotations

from alloycoat.errors import RecipeError, nearest

FORMS = ("solution", "dispersion", "neat")

# route -> (required, optional); "a|b" is either, "a+b" both together
ROUTES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "dip": (
        ("precursor|precursors", "concentration|precursors", "solvent", "time"),
        ("volume", "stirred", "rinse", "form", "temperature"),
    ),
    "drop-cast": (
        ("precursor|precursors", "volume"),
        ("concentration", "solvent", "time", "rinse", "form", "temperature"),
    ),
    "additive": (
        ("precursor|precursors", "concentration|precursors"),
        ("time", "form", "solvent", "temperature", "volume"),
    ),
    "vapour": (("precursor", "time"), ("source_temperature", "solvent", "concentration", "temperature")),
    "evaporation": (("metal", "thickness|rate+time"), ("rate", "time", "temperature")),
    "foil": (("metal", "foil_thickness"), ("time", "temperature")),
    "lamination": (("material", "thickness"), ("time", "temperature")),
    "amalgam": (("composition", "amount|thickness"), ("time", "temperature")),
}
"""Route -> required keys and optional keys of `[coating]`."""


def _present(alternatives: str, given: set[str]) -> bool:
    return any(set(choice.split("+")) <= given for choice in alternatives.split("|"))


def check_route(route: str, given: set[str], form: str | None) -> None:
    """Raise RecipeError where a route lacks what it needs or has a key that it cannot use."""
    required, optional = ROUTES[route]
    given = given - {"route"}
    needed = list(required)
    if route == "drop-cast" and form != "neat":
        needed += ["concentration|precursors", "solvent"]
    for alternatives in needed:
        if not _present(alternatives, given):
            wanted = alternatives.replace("+", " and ").replace("|", " or ")
            neat = "; a neat liquid says form = 'neat'" if route == "drop-cast" else ""
            everything = ", ".join(item.replace("+", " and ").replace("|", " or ") for item in needed)
            raise RecipeError(f"[coating] {wanted} is missing: the route {route!r} needs {everything}{neat}")
    known = {part for item in (*needed, *optional) for choice in item.split("|") for part in choice.split("+")}
    for key in sorted(given - known):
        match = nearest(key, known)
        hint = f"; did you mean {match!r}?" if match else "."
        raise RecipeError(
            f"[coating] {key}: the route {route!r} has no use for it{hint} Allowed: {', '.join(sorted(known))}"
        )
    if form == "neat" and route != "drop-cast":
        raise RecipeError(f"[coating] form: 'neat' is a liquid dropped as it is, and the route is {route!r}")
    if {"precursor", "precursors"} <= given:
        raise RecipeError("[coating] precursor and precursors are both given; write one of them")
