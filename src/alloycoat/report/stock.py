"""What of an additive is left in the electrolyte after the layer has formed: the stock that heals it."""

from __future__ import annotations

from alloycoat import chemistry
from alloycoat.coating import Coating
from alloycoat.coating.draws import Draws
from alloycoat.coating.medium import bath_concentration
from alloycoat.report.prepare import Prepared


def additive_stock(prepared: Prepared, coating: Coating | None) -> float:
    """Moles of the coating element per electrode area that are still dissolved in the cell, mol/m2.

    c times the electrolyte, less what lies in the layers; zero on every other route, and where all of it was
    reduced (no contact time given).
    """
    step = prepared.recipe.coating
    if coating is None or step is None or step.route != "additive":
        return 0.0
    total = sum(float(bath_concentration(part, step, Draws(), prepared.electrolyte)[0]) for part in step.parts)
    layer = sum(
        phase.mol_per_m2.value * count
        for phase in coating.phases if phase.role != "byproduct"
        for symbol, count in chemistry.parse_formula(phase.formula).items() if symbol != coating.anode
    )  # fmt: skip
    electrodes = 2 if prepared.cell.format == "symmetric" else 1
    left = total * prepared.electrolyte_amount_m - electrodes * layer
    return left if left > 1e-9 * total * prepared.electrolyte_amount_m else 0.0
