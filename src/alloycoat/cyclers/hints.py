"""What only the user knows of a file: the flags that settle what its columns leave open."""

from __future__ import annotations

from dataclasses import dataclass

from alloycoat.errors import RecipeError, unknown_name

TIME_UNITS = {"s": 1.0, "min": 60.0, "h": 3600.0}
"""Seconds of each unit that `--time-unit` takes."""
SIGNS = {"charge-positive": 1, "discharge-positive": -1}
"""What `--current-sign` takes, and by what the current is multiplied."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What the user says of a file. Each value overrides what the file says; None leaves it to the file.

    current_A: a constant current in A, for files that hold none.
    """

    time_unit: str | None = None
    current_sign: str | None = None
    current_A: float | None = None  # noqa: N815 -- carries its SI unit

    def __post_init__(self) -> None:
        if self.time_unit is not None and self.time_unit not in TIME_UNITS:
            raise RecipeError(unknown_name("time_unit", self.time_unit, TIME_UNITS))
        if self.current_sign is not None and self.current_sign not in SIGNS:
            raise RecipeError(unknown_name("current_sign", self.current_sign, SIGNS))


NO_HINTS = Hints()
