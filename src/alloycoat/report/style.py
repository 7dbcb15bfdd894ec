"""Colors (Okabe and Ito's set: told apart with any color vision, and by lightness in print)."""

from __future__ import annotations

INK = "#222222"
RULE = "#9aa3ab"
PALE = "#d5d8dc"
WATER = "#edf4f8"
BARE = "#6b6f73"
COATED = "#0072b2"
ACCENT = "#d55e00"

PHASE_COLORS = {
    "alloy": ("#00456b", "#0072b2", "#b8ddf3"),
    "metal": ("#a84900", "#d55e00", "#f3b88a"),
    "byproduct": ("#c9b44c", "#f0df8c", "#faf3cf"),
}
"""Role of a phase -> dark, middle and light tone; one phase takes the middle, several the way between."""


def tones(ramp: tuple[str, str, str], count: int) -> list[str]:
    """`count` colors from dark to light.

    >>> tones(("#000000", "#808080", "#ffffff"), 3)
    ['#000000', '#808080', '#ffffff']
    """
    if count <= 1:
        return [ramp[1]] * count
    found = []
    for k in range(count):
        place = 2.0 * k / (count - 1)
        left = min(int(place), 1)
        one, two = (_rgb(ramp[left + shift]) for shift in (0, 1))
        mixed = [round(a + (b - a) * (place - left)) for a, b in zip(one, two, strict=True)]
        found.append("#" + "".join(f"{channel:02x}" for channel in mixed))
    return found


def _rgb(color: str) -> list[int]:
    return [int(color[k : k + 2], 16) for k in (1, 3, 5)]
