"""Other programs: the symmetric and the half cell as PyBaMM models, found by PyBaMM itself (extra `pybamm`)."""

from __future__ import annotations

from typing import Any

from alloycoat.errors import AlloycoatError

_LAZY = {
    "CopperCell": "alloycoat.interop.copper_cell",
    "SymmetricCell": "alloycoat.interop.symmetric_cell",
    "pybamm_parameters": "alloycoat.interop.parameters",
}

__all__ = [*_LAZY]  # noqa: PLE0604 -- the names of the table above


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'alloycoat.interop' has no attribute {name!r}")
    from importlib import import_module

    try:
        return getattr(import_module(_LAZY[name]), name)
    except ModuleNotFoundError as error:
        raise AlloycoatError(f"{name}: needs {error.name}; run: pip install 'alloycoat[pybamm]'") from None
