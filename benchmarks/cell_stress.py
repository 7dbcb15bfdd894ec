"""Random cells, ageing parameters and protocols: every one must end in a named event or a clear error.

python benchmarks/cell_stress.py [count] [first]: four metals, every electrolyte of the published cells, symmetric
and half, bare and coated, with and without additive; constant current, held voltage and rest, formation, limits of
voltage, charge and current; parameters far beyond their intervals. Prints every failure (NaN, negative salt or metal,
a balance that does not close, time that goes back, an error that names no cause) and the tally of ends. Exit status 1
where there is a failure. With --out FILE the tally goes to a csv table (`--add`: to what is there already).
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from dataclasses import fields, replace
from functools import cache
from pathlib import Path

import numpy as np

from alloycoat.cell import AgeingParameters, Cell, LifeSettings, age, ageing_parameters, half, symmetric
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.literature.tables import cell_rows
from alloycoat.recipe import Protocol


@cache
def electrolytes() -> dict[str, tuple[str, ...]]:
    """Electrolytes of the published cells by anode metal."""
    found: dict[str, set[str]] = {}
    for row in cell_rows():
        if row.electrolyte:  # "KFSI in DME": where no concentration is printed, one mol/L
            name = row.electrolyte if row.electrolyte[0].isdigit() else f"1 M {row.electrolyte}"
            found.setdefault(row.anode, set()).add(name)
    return {metal: tuple(sorted(names)) for metal, names in sorted(found.items())}


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
    metal = str(random.choice(list(electrolytes())))
    electrolyte = str(random.choice(electrolytes()[metal]))
    if random.random() < 0.2:
        cell, coated = half(anode=metal, electrolyte=electrolyte, area=1e-4), (False, False)
    else:
        cell, covered = symmetric(anode=metal, electrolyte=electrolyte, area=1e-4), bool(random.integers(2))
        coated = covered, covered and bool(random.integers(2))
    share = float(random.choice([0.5, 0.3, 0.7]))
    return replace(
        cell,
        coated=coated,
        coating_resistance=wide(random, 3e-3, 2.0) if any(coated) else 0.0,
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
    """Currents from 0.01 to 30 mA/cm2, holds, rests, formation, limits of voltage, charge and current."""
    current, hours = wide(random, 1.0, 1.5), wide(random, 1.0, 1.0)
    back = " or until 1 V" if cell.kind == "half" or random.random() < 0.2 else ""
    steps = [
        f"Plate at {current:.4g} mA/cm2 for {hours:.4g} h",
        f"Strip at {current:.4g} mA/cm2 for {hours:.4g} h{back}",
    ]
    if random.random() < 0.15:
        steps[0] = f"Plate at {current:.4g} mA/cm2 for {hours:.4g} h or until {0.5 * current * hours:.4g} mAh/cm2"
    if random.random() < 0.2:
        steps.append(f"Rest for {wide(random, 10.0):.3g} minutes")
    if random.random() < 0.15 and cell.kind == "symmetric":
        volts = wide(random, 0.1)
        steps += [f"Hold at {volts:.4g} V for 30 minutes until 0.01 mA", f"Hold at {-volts:.4g} V for 30 minutes"]
    elif random.random() < 0.1:
        steps[1] = f"Hold at {wide(random, 0.2):.4g} V for {hours:.4g} h until 0.05 mA/cm2"
    more: dict[str, object] = {"cutoff": "5 V"} if random.random() < 0.5 else {}
    if random.random() < 0.2:
        more["formation"] = [
            f"Plate at {0.1 * current:.4g} mA/cm2 for 1 h",
            f"Strip at {0.1 * current:.4g} mA/cm2 for 1 h",
        ]
    if random.random() < 0.1:
        more["rest"] = f"{wide(random, 5.0):.3g} min"
    return Protocol.model_validate({"steps": steps, "cycles": int(random.integers(1, 12)), **more})


def check(cell: Cell, ageing: AgeingParameters, protocol: Protocol, seed: int) -> tuple[str, str]:
    """(how it ended, what is wrong)."""
    try:
        made = age(cell, protocol, ageing, seed=seed, points_per_half_cycle=8, settings=LifeSettings())
    except RecipeError as error:
        named = "nothing could be recorded" in str(error)
        return "refused: the current is too high" if named else "refused", "" if named else str(error)
    except AlloycoatError as error:
        return "error", str(error)
    stock = made.inventory
    numbers = [stock.saturation, stock.salt_pores, stock.electrolyte_free_m, *stock.layer_m, *stock.coverage]
    wrong = []
    if not all(np.all(np.isfinite(column)) and np.all(column >= 0) for column in numbers):
        wrong.append("negative or not finite")
    if not (np.all(np.isfinite(made.record.voltage_V)) and np.all(np.isfinite(made.record.current_A))):
        wrong.append("not finite")
    if not (np.all(np.diff(stock.time_s) >= 0) and made.time_s >= made.alive().time_s[-1] * (1 - 1e-9)):
        wrong.append("time goes back")
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


def write(path: Path, ends: Counter[str], wrong: int, add: bool) -> None:
    """The tally as a table, added to what is there already where asked."""
    total = Counter({"failures": wrong}) + ends
    total.setdefault("failures", 0)
    if add and path.exists():
        with path.open(encoding="utf-8", newline="") as stream:
            total.update({row["ended"]: int(row["cells"]) for row in csv.DictReader(stream)})
    names = [name for name, _ in total.most_common() if name != "failures"]
    lines = ["ended,cells", *(f"{name},{total[name]}" for name in names), f"failures,{total['failures']}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("count", nargs="?", type=int, default=1000)
    reader.add_argument("first", nargs="?", type=int, default=0)
    reader.add_argument("--out", type=Path)
    reader.add_argument("--add", action="store_true")
    given = reader.parse_args()
    ends: Counter[str] = Counter()
    failures, start, slowest = 0, time.process_time(), (0.0, 0)
    for k in range(given.first, given.first + given.count):
        random = np.random.Generator(np.random.Philox(key=[k, 1]))
        cell = random_cell(random)
        ageing = random_ageing(random, ageing_parameters(cell))
        protocol = random_protocol(random, cell)
        begin = time.process_time()
        ended, wrong = check(cell, ageing, protocol, k)
        slowest = max(slowest, (time.process_time() - begin, k))
        ends[ended] += 1
        if wrong:
            failures += 1
            print(f"{k}: {ended}: {wrong}", flush=True)
    spent = time.process_time() - start
    print(f"{given.count} cells in {spent:.1f} s of processor time, slowest {slowest[0]:.2f} s (number {slowest[1]})")
    print(", ".join(f"{name} {number}" for name, number in ends.most_common()))
    print(f"{failures} failures")
    if given.out:
        write(given.out, ends, failures, given.add)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
