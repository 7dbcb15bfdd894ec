"""A few orders of small ageing cells that reach every end and every law: compiled here, uncompiled in a test.

python tests/cell/small_lives.py prints what they give as JSON (NUMBA_DISABLE_JIT=1 for uncompiled).
"""

import json
import math
from dataclasses import replace

from alloycoat.cell import LifeSettings, age, ageing_parameters, half, symmetric
from alloycoat.cell.kernels.life_parameters import TIME
from alloycoat.cell.life_run import Run
from alloycoat.recipe import Protocol, plate_strip
from alloycoat.sources import Estimate

CARBONATE = "1 M LiPF6 in EC/DMC"
COARSE = LifeSettings(2, 4, 1e-2, 1e-2)


class Layer:
    """As much of a coating as a cell looks at."""

    anode, coverage, phases = "Li", "unknown", ()
    area_specific_resistance = Estimate(3e-4, 1e-4, 1e-3)
    ionic_conductivity = electronic_conductivity = None


def steps(*words, **more):
    return Protocol.model_validate({"steps": list(words), **more})


def cases():
    """Name, cell, protocol, ageing, seed."""
    bare = symmetric(anode="Li", electrolyte=CARBONATE, area="1 cm^2")
    worn = ageing_parameters(bare)
    coated = symmetric(Layer(), electrolyte=CARBONATE, area="1 cm^2")
    layered = ageing_parameters(coated, Layer())
    poor = replace(coated, coating_resistance=2e-2, electronic_share=0.5)
    copper = half(anode="Li", electrolyte=CARBONATE, area="1 cm^2")
    thin = replace(bare, metal_capacity=9000.0)
    magnesium = symmetric(anode="Mg", electrolyte="0.5 M Mg(TFSI)2 in DME", area="1 cm^2")
    uneven = replace(magnesium, alpha_a=0.6, alpha_c=1.4, film_resistance=0.01)
    hour = plate_strip("2 mA/cm2", "1 h", cycles=2)
    return {
        "bare": (bare, hour, worn, 0),
        "coated, healing": (coated, hour, replace(layered, additive=1e-3, coverage=0.8), 0),
        "alloy pays": (poor, hour, replace(layered, plateau=0.1, alloy_capacity=3e4), 0),
        "all on top": (replace(coated, coating_resistance=16.0, electronic_share=1.0, nucleation_overpotential=0.3),
                       hour, replace(layered, coverage=0.995), 0),
        "copper": (copper, steps("Plate at 1 mA/cm2 for 1 h", "Strip at 1 mA/cm2 until 1 V"),
                   ageing_parameters(copper), 0),
        "holds": (bare, steps("Hold at -0.1 V for 20 minutes", "Hold at 0.05 V for 10 hours until 0.2 mA",
                              "Rest for 5 minutes", "Hold at 0.1 V for 10 hours until 0.1 mAh"), worn, 0),
        "metal gone": (thin, steps("Plate at 2 mA/cm2 for 2 h", cycles=1), worn, 0),
        "depleted": (replace(bare, film_resistance=1e-4), steps("Plate at 60 mA/cm2 for 1 h", cycles=1), worn, 0),
        "cut off": (replace(bare, film_resistance=1e-4), steps("Plate at 60 mA/cm2 for 1 h", cutoff="1.2 V"), worn, 0),
        "dry": (bare, hour, replace(worn, electrolyte_amount=2e-5, residual=0.6, loss=0.5, film_split=0.8), 0),
        "shorts": (bare, hour, replace(worn, rough=5.0, leak=20.0, hard_leak=1e3), 3),
        "hard short": (bare, hour, replace(worn, rough=5.0, leak=20.0, hard_leak=25.0), 3),
        "asymmetric kinetics": (uneven, plate_strip("0.1 mA/cm2", "10 min"), ageing_parameters(uneven), 0),
    }  # fmt: skip


def run(name):
    """End, life, voltages and last inventories of a case, as JSON takes them."""
    cell, protocol, worn, seed = cases()[name]
    made = age(cell, protocol, worn, seed=seed, settings=COARSE, points_per_half_cycle=4)
    table = {key: values[-1] for key, values in made.inventory.columns().items() if not key.endswith("_error")}
    numbers = [made.time_s, *made.record.voltage_V.tolist(), *table.values()]
    assert all(math.isfinite(number) for number in numbers)
    return made.ended.name, numbers


def skipped():
    """A short life with and without skipped cycles: (life, cycles, time steps) of each."""
    cell, _, worn, _ = cases()["bare"]
    worn = replace(worn, rough=1e-6, electrolyte_amount=2e-5, residual=0.2)
    found = []
    for skip in (0.0, 0.05):
        run = Run(cell, worn, plate_strip("1 mA/cm2", "15 min", cycles=16), 4, 0, COARSE._replace(skip=skip), False)
        run.to_the_end(run.total)
        found += [float(run.rig.pool[TIME]), run.done, run.steps]
    return found


if __name__ == "__main__":
    print(json.dumps({"skipped": skipped(), **{name: run(name) for name in cases()}}))  # noqa: T201
