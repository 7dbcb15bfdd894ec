"""How far electrons reach in a layer: a hypothesis that the cell and the deposit share."""

from __future__ import annotations

from typing import Any

from alloycoat.sources import Value


def electronic_share(coating: Any) -> Value:
    """Share of the current beyond the barrier on top that electrons of the layer can follow to its outer face.

    s = sigma_e/(sigma_e + sigma_ion) where electrons are free to cross; 0 where nothing tabulated carries them.
    Where a by-product stays in a layer of alloy it is taken to keep them from the outer face (the review, after its
    refs. 44 and 61: metal is found below): 0, and s as the other hypothesis at `high` (`draw` takes each of the
    two for half of the samples). A metal that forms no alloy carries no ion to the metal below: electrons are free.
    """
    electronic = getattr(coating, "electronic_conductivity", None)
    ionic = getattr(coating, "ionic_conductivity", None)
    free = 0.0
    if electronic is not None:
        free = float(electronic.value / (electronic.value + (ionic.value if ionic is not None else 0.0)))
    if ionic is not None and coating.with_role("alloy") and coating.with_role("byproduct"):
        note = "electrons kept from the outer face by the by-product (0), or free to reach it: both are hypotheses"
        return Value(0.0, "", "assumed", "estimate", 0.0, free, note)
    return Value(free, "", "computed", "estimate", free, free, "sigma_e/(sigma_e + sigma_ion) of the layer")
