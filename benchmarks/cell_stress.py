"""Random cells, ageing parameters and protocols: every one must end in a named event or a clear error.

python benchmarks/cell_stress.py [count] [seed]: prints every failure (NaN, negative salt, a balance that does not
close, an error that names no cause) and the tally of ends. Exit status 1 where there is a failure.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import fields, replace

import numpy as np

from alloycoat.cell import AgeingParameters, Cell, LifeSettings, age, ageing_parameters, half, symmetric
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.recipe import Protocol

ELECTROLYTES = {
    "Li": ("1 M LiTFSI in DOL/DME", "1 M LiPF6 in EC/DMC", "1 M LiPF6 in EC/DEC + 10 wt% FEC"),
    "Na": ("1 M NaPF6 in diglyme", "1 M NaClO4 in EC/PC"),
    "K": ("1 M KFSI in EC/DEC",),
    "Mg": ("0.5 M Mg(TFSI)2 in DME",),
}
_FREE = ("spreads", "notes", "sources", "plateau", "alloy_capacity", "substrate", "additive", "coverage", "dense")


def wide(random: np.random.Generator, value: float, decades: float = 0.7) -> float:
    """A value up to `decades` powers of ten away."""
    return float(value * 10.0 ** random.uniform(-decades, decades))


def random_ageing(random: np.random.Generator, base: AgeingParameters) -> AgeingParameters:
    """Parameters far beyond their intervals."""
    changes = {}
    for field in fields(base):
        if field.name not in _FREE:
            changes[field.name] = wide(random, getattr(base, field.name))
    changes["dead_macmullin"] = max(1.0, changes["dead_macmullin"])
    made = base.sample(changes)
    return replace(
        made, coverage=random.uniform(0, 1), dense=random.uniform(0, 1), plateau=random.uniform(0.01, 1.0),
        alloy_capacity=random.choice([0.0, wide(random, 3e4)]), additive=random.choice([0.0, wide(random, 1e-2)]),
        substrate=random.uniform(0, 0.2) if base.substrate else 0.0,
    )  # fmt: skip


def random_cell(random: np.random.Generator) -> Cell:
    """A symmetric or half cell with numbers far beyond their intervals."""
    metal = str(random.choice(list(ELECTROLYTES)))
    electrolyte = str(random.choice(ELECTROLYTES[metal]))
    if random.random() < 0.2:
        return half(anode=metal, electrolyte=electrolyte, area=1e-4)
    cell = symmetric(anode=metal, electrolyte=electrolyte, area=1e-4)
    coated, share = bool(random.integers(2)), float(random.choice([0.5, 0.3, 0.7]))
    return replace(
        cell,
        coated=(coated, coated and bool(random.integers(2))),
        coating_resistance=wide(random, 3e-3, 2.0) if coated else 0.0,
        nucleation_overpotential=random.uniform(0.0, 0.3),
        electronic_share=random.choice([0.0, 1.0, random.uniform(0, 1)]),
        exchange_current_density=wide(random, cell.exchange_current_density, 1.0),
        coated_exchange_factor=wide(random, 5.0),
        film_resistance=wide(random, cell.film_resistance, 1.0),
        macmullin=max(1.0, wide(random, cell.macmullin, 0.5)),
        metal_capacity=None if random.integers(2) else wide(random, 1e5),
        alpha_a=cell.charge * share,
        alpha_c=cell.charge * (1.0 - share),
    )


def random_protocol(random: np.random.Generator, cell: Cell) -> Protocol:
    """Currents from 0.01 to 30 mA/cm2, holds, rests, limits."""
    current, hours = wide(random, 1.0, 1.5), wide(random, 1.0, 1.0)
    back = " or until 1 V" if cell.kind == "half" or random.random() < 0.2 else ""
    steps = [
        f"Plate at {current:.4g} mA/cm2 for {hours:.4g} h",
        f"Strip at {current:.4g} mA/cm2 for {hours:.4g} h{back}",
    ]
    if random.random() < 0.2:
        steps.append(f"Rest for {wide(random, 10.0):.3g} minutes")
    if random.random() < 0.15 and cell.kind == "symmetric":
        volts = wide(random, 0.1)
        steps += [f"Hold at {volts:.4g} V for 30 minutes until 0.01 mA", f"Hold at {-volts:.4g} V for 30 minutes"]
    more = {"cutoff": "5 V"} if random.random() < 0.5 else {}
    return Protocol.model_validate({"steps": steps, "cycles": int(random.integers(1, 60)), **more})


def check(cell: Cell, ageing: AgeingParameters, protocol: Protocol, seed: int) -> tuple[str, str]:
    """(how it ended, what is wrong)."""
    try:
        made = age(cell, protocol, ageing, seed=seed, points_per_half_cycle=8, settings=LifeSettings())
    except RecipeError as error:
        return "refused: " + str(error)[:40], "" if "nothing could be recorded" in str(error) else str(error)
    except AlloycoatError as error:
        return "error", str(error)
    stock = made.inventory
    numbers = [stock.saturation, stock.salt_pores, stock.electrolyte_free_m, *stock.layer_m, *stock.coverage]
    wrong = []
    if not all(np.all(np.isfinite(column)) and np.all(column >= 0) for column in numbers):
        wrong.append("negative or not finite")
    if not np.all(stock.saturation <= 1.0 + 1e-12):
        wrong.append("more than full")
    if not (np.max(stock.metal_error) < 1e-10 and np.max(np.abs(stock.salt_error)) < 1e-10):
        wrong.append(f"balance {np.max(stock.metal_error):.1e} {np.max(np.abs(stock.salt_error)):.1e}")
    if any(
        np.min(stock.metal[f"{side}_{place}"]) < 0
        for side in ("working", "counter")
        for place in ("moss", "dead", "sei")
    ):
        wrong.append("negative metal")
    return made.ended.name, "; ".join(wrong)


def main() -> int:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    ends: Counter[str] = Counter()
    failures, start, slowest = 0, time.perf_counter(), (0.0, 0)
    for k in range(first, first + count):
        random = np.random.Generator(np.random.Philox(key=[k, 1]))
        cell = random_cell(random)
        ageing = random_ageing(random, ageing_parameters(cell))
        protocol = random_protocol(random, cell)
        begin = time.perf_counter()
        ended, wrong = check(cell, ageing, protocol, k)
        slowest = max(slowest, (time.perf_counter() - begin, k))
        ends[ended] += 1
        if wrong:
            failures += 1
            print(f"{k}: {ended}: {wrong}")
    print(f"{count} cells in {time.perf_counter() - start:.1f} s, slowest {slowest[0]:.2f} s ({slowest[1]})")
    print(", ".join(f"{name} {number}" for name, number in ends.most_common()))
    print(f"{failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
