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
    "alloy": ("#0072b2", "#56b4e9", "#a9d6f2", "#004a75"),
    "metal": ("#d55e00", "#e69f00"),
    "byproduct": ("#f5e79a", "#d9c35a", "#b8a34a"),
}
"""Role of a phase -> its tones, in the order of the phases of that role."""
