"""What comes out of the morphology model without any switch: roughness by current, layer, metal; results as a table.

    python benchmarks/morphology_trends.py [--out docs/results/morphology_trends.csv]

Every case is grown from the same recipe values with three seeds; roughness is the standard deviation of the height of
the deposit (metal in each column) after the same charge, in um. About ten minutes on one core.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

import alloycoat as ac
from alloycoat.morphology import Scene, Stage, grow, scene_of

ROOT = Path(__file__).resolve().parent.parent
CHARGE = 3.6e4  # C/m2: 1 mAh/cm2
SEEDS = (0, 1, 2)


def plated(scene: Scene, current: float, charge: float = CHARGE) -> Scene:
    """The scene with one plating step of `charge` at `current`, on half the width."""
    return scene.changed(stages=(Stage("plate", current, charge / current),), nx=scene.nx // 2, frames=20)


def layered(scene: Scene, **values: float) -> Scene:
    """The scene with another layer."""
    assert scene.layer is not None
    return scene.changed(layer=replace(scene.layer, **values))


def surfaced(scene: Scene, **values: float) -> Scene:
    """The scene with another surface."""
    return scene.changed(surface=replace(scene.surface, **values))


def cases() -> dict[str, Callable[[int], Scene]]:
    """Name of each case and how its scene follows from a seed."""
    lithium = ac.Recipe.load(ROOT / "examples/li-incl3-dip.toml")
    potassium = ac.Recipe.load(ROOT / "examples/k-hg-amalgam.toml")

    def li(coated: bool, covered: float | None = None, blocked: bool | None = None) -> Callable[[int], Scene]:
        return lambda seed: scene_of(lithium, "quick", coated=coated, seed=seed, covered=covered, blocked=blocked)

    def k(coated: bool, blocked: bool | None = None) -> Callable[[int], Scene]:
        return lambda seed: scene_of(potassium, "quick", coated=coated, seed=seed, covered=1.0, blocked=blocked)

    def intact(share: float = 1.0, **values: float) -> Callable[[int], Scene]:
        # a layer of indium without a hole; share: its ionic conductivity over that of the table
        def scene(seed: int) -> Scene:
            made = li(True, 1.0)(seed)
            assert made.layer is not None
            return plated(layered(made, sigma_ion=share * made.layer.sigma_ion, **values), 20.0)

        return scene

    def optical(share: float) -> Callable[[int], Scene]:
        # a gap of 1 mm without separator: J* = 129 A/m2 at D = 4e-10 m2/s, t+ = 0.4
        return lambda seed: plated(
            scene_of(lithium, "quick", coated=False, seed=seed, geometry="optical", gap=1e-3),
            share * 128.65,
            2 * CHARGE,
        )

    return {
        "Li bare, 5 A/m2": lambda s: plated(li(False)(s), 5.0),
        "Li bare, 20 A/m2": lambda s: plated(li(False)(s), 20.0),
        "Li bare, 100 A/m2": lambda s: plated(li(False)(s), 100.0),
        "Li bare, even film, 20 A/m2": lambda s: plated(surfaced(li(False)(s), film_spread=0.0, fresh_share=1.0), 20.0),
        "Li + In, no defect, 20 A/m2": intact(),
        "Li + In, no defect, ions 100 times faster": intact(100.0),
        "Li + In, no defect, ions 10 times slower": intact(0.1),
        "Li + In, no defect, no stiffness": intact(modulus=0.0),
        "Li + In, no defect, no stiffness, ions 100 times faster": intact(100.0, modulus=0.0),
        "Li + In, no defect, no stiffness, ions 10 times slower": intact(0.1, modulus=0.0),
        "Li + In, no defect, no stiffness, layer in series": intact(modulus=0.0, resolved=False),
        "Li + In, no defect, electrons reach the outer face": lambda s: plated(li(True, 1.0, False)(s), 20.0),
        "Li + In, a hole": lambda s: plated(li(True, 0.94)(s), 20.0),
        "K bare, 5 A/m2": lambda s: plated(k(False)(s), 5.0, 1.8e4),
        "K + Hg, 5 A/m2": lambda s: plated(k(True)(s), 5.0, 1.8e4),
        "K + Hg, electrons kept from the outer face, 5 A/m2": lambda s: plated(k(True, True)(s), 5.0, 1.8e4),
        "Li bare, optical, 0.5 J*": optical(0.5),
        "Li bare, optical, 0.9 J*": optical(0.9),
        "Li bare, optical, 1.5 J*": optical(1.5),
        "Li bare, optical, 3 J*": optical(3.0),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/results/morphology_trends.csv")
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    rows = []
    for name, scene in cases().items():
        if chosen.only not in name:
            continue
        rough, tip, ended, charge, above = [], [], [], [], []
        for seed in SEEDS:
            made = scene(seed)
            growth = grow(made)
            height = growth.eta[-1].sum(axis=0) * made.dx * 1e6
            rough.append(float(height.std()))
            mean = float(height.mean()) - made.base * 1e6
            tip.append(float(growth.tip_m[-1]) * 1e6 / max(mean, 1e-9))
            ended.append(growth.ended)
            charge.append(-float(growth.charge[-1]) / 3.6e4)
            above.append(float(growth.facts["metal_on_layer_share"]))
        rows.append(
            [name, f"{np.mean(rough):.2f}", f"{min(rough):.2f}", f"{max(rough):.2f}", f"{np.mean(tip):.2f}",
             f"{np.mean(above):.2f}", f"{np.mean(charge):.3g}", "; ".join(sorted(set(ended)))]
        )  # fmt: skip
        print(*rows[-1], sep=", ", flush=True)
    with chosen.out.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(
            [
                "case",
                "roughness_um",
                "lowest_um",
                "highest_um",
                "tip_over_mean_height",
                "share_on_the_layer",
                "charge_mAh_per_cm2",
                "ended",
            ]
        )
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
