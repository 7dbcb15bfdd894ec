"""Virtual laboratory for alloy-protected metal anodes: recipe, layer, cell, analysis, evidence.

The front door: every name below is loaded when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from typing import Any

__version__ = "0.1.0"

_LAZY = {
    "Recipe": "alloycoat.recipe",
    "coat": "alloycoat.coating",
    "Coating": "alloycoat.coating",
    "Cell": "alloycoat.cell",
    "symmetric": "alloycoat.cell",
    "half": "alloycoat.cell",
    "full": "alloycoat.cell",
    "ageing_parameters": "alloycoat.cell",
    "cycle": "alloycoat.cell",
    "Protocol": "alloycoat.recipe",
    "plate_strip": "alloycoat.recipe",
    "rate_step": "alloycoat.recipe",
    "CyclingRecord": "alloycoat.record",
    "Ended": "alloycoat.record",
    "read": "alloycoat.cyclers",
    "Outcome": "alloycoat.outcome",
    "Life": "alloycoat.outcome",
    "analyze": "alloycoat.analysis",
    "evidence": "alloycoat.literature",
    "predict": "alloycoat.calibration",
    "reproduce": "alloycoat.calibration",
    "report": "alloycoat.report",
    "AlloycoatError": "alloycoat.errors",
}

__all__ = ["__version__", *_LAZY]  # noqa: PLE0604 -- the names of the table above


def __getattr__(name: str) -> Any:
    if name in _LAZY:
        from importlib import import_module

        module = import_module(_LAZY[name])
        # a room of the same name (report) is callable and stands for its verb, imported or not
        return module if module.__name__ == f"{__name__}.{name}" else getattr(module, name)
    raise AttributeError(f"module 'alloycoat' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
