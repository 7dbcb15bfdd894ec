"""A few orders of a full cell, small enough to run without the compiler too: both must give the same numbers."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from alloycoat.cell import ageing_parameters
from alloycoat.cell.full import full
from alloycoat.cell.full_cycle import cycle_full
from alloycoat.recipe import Protocol

STEPS = [
    "Charge at 2C for 2 minutes", "Hold at 4.0 V for 1 minute", "Discharge at 3C for 3 minutes", "Rest for 1 minute",
]  # fmt: skip
FILE = Path(__file__).parents[1] / "data" / "full_small.json"


def run(coated: bool) -> dict[str, list[float]]:
    """End of every order, and the inventories."""
    cell = full(
        anode="Li", positive="NMC", loading="1 mAh/cm2", electrolyte="1 M LiPF6 in EC/DMC", area="1 cm^2", n_to_p=0.1,
    )  # fmt: skip
    worn = ageing_parameters(cell.metal, electrolyte_amount="5 uL/cm^2", additive="1 umol/cm^2")
    if coated:
        metal = replace(
            cell.metal, coated=(True, False), coating_resistance=0.01, nucleation_overpotential=0.03,
            electronic_share=0.9,
        )  # fmt: skip
        cell, worn = replace(cell, metal=metal), worn.sample({"coverage": 0.9})
    made = cycle_full(cell, Protocol.model_validate({"steps": STEPS, "cycles": 1}), worn)
    record = made.record
    ends = np.append(np.flatnonzero(np.diff(record.step)), record.n - 1)
    found = {"time_s": record.time_s[ends], "voltage_V": record.voltage_V[ends], "current_A": record.current_A[ends]}
    found |= {name: values for name, values in made.states.items() if "error" not in name}
    return {name: [float(x) for x in values] for name, values in found.items()}


@pytest.mark.parametrize("coated", [False, True])
def test_numbers_are_those_of_the_compiled_kernel(coated) -> None:
    expected = json.loads(FILE.read_text(encoding="utf-8"))["coated" if coated else "bare"]
    found = run(coated)
    assert set(found) == set(expected)
    for name, values in expected.items():
        np.testing.assert_allclose(found[name], values, rtol=1e-6, atol=1e-12, err_msg=name)


if __name__ == "__main__":
    FILE.write_text(json.dumps({"bare": run(False), "coated": run(True)}, indent=1) + "\n", encoding="utf-8")
