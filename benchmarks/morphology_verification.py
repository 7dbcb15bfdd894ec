"""Verification of the deposition model against closed forms and the one-dimensional cell; writes a table.

    python benchmarks/morphology_verification.py [--out docs/results/morphology_verification.txt]

Growth rates of waves by linear stability (docs/physics/morphology.md), ohmic and with salt, bare and with a film;
Sand's time by mesh. A few minutes on one core.
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "morphology"))

from scenes import amplitude_of, constant, liquid, scene, surface, with_wave  # noqa: E402

from alloycoat.electrochemistry import overpotential, sand_time  # noqa: E402
from alloycoat.morphology import Stage, grow  # noqa: E402
from alloycoat.quantities import FARADAY, GAS_CONSTANT  # noqa: E402

THERMAL = GAS_CONSTANT * 298.15 / FARADAY
VOLUME = 1.3e-5 / FARADAY
MESHES = (16, 24, 48)  # cells a wave


def theory(length: float, current: float, film: float, exchange: float, gamma: float, kappa: float, salt: float = 0.0,
           gradient: float = 0.0) -> float:  # fmt: skip
    """Growth rate in 1/s; salt: concentration at the front (0: none moves), gradient: of it, mol/m4."""
    k = 2.0 * math.pi / length
    i0 = exchange * (salt / 1000.0) ** 0.5 if salt else exchange
    e = overpotential(current, i0, 0.5, 0.5, THERMAL) / THERMAL
    transfer = THERMAL / (i0 * 0.5 * (math.exp(0.5 * e) + math.exp(-0.5 * e)))
    drive, hold = current / kappa, film + transfer + 1.0 / (kappa * k)
    if salt:
        answer = (2.0 * THERMAL * 0.6 + 0.5 * transfer * current) / salt
        drive += answer * gradient
        hold += answer * 0.6 / (FARADAY * 4e-10 * k)
    return VOLUME * (drive - gamma * VOLUME * k**2) / hold


def measured(length: float, cells: int, current: float, film: float, exchange: float, gamma: float, kappa: float,
             salt: float = 0.0, gradient: float = 0.0) -> tuple[float, float]:  # fmt: skip
    """Growth rate in 1/s of a wave of 1 % of its length over 4.5 cells of deposit, and the salt at the front meanwhile.

    Not a number where 400 steps did not suffice.
    """
    dx = length / cells
    rows = max(64, int(2.0 * cells))
    made = scene(
        nx=cells, ny=rows, dx=dx, base=8 * dx, gap=(rows - 8) * dx if salt else 1e-3, tolerance=0.05,
        stages=(Stage("plate", current, 1.0),),
        liquid=liquid(conductivity=constant(kappa), transference=constant(0.4 if salt else 0.999999)),
        surface=surface(exchange=exchange, film=film, surface_energy=gamma),
    )  # fmt: skip
    deposit = with_wave(made, 0.01 * length)
    if salt:
        y = (np.arange(rows) + 0.5) * dx - made.base
        deposit.salt.c = np.repeat(np.maximum(salt + gradient * y, 0.3 * salt)[:, None], cells, axis=1)
        deposit.salt.before = deposit.salt.c.copy()
    deposit.begin(-current)
    end, step, times, sizes, found, tried = 4.5 * dx / (VOLUME * current), 1e-3, [], [], [], 0
    while deposit.time < end:
        tried += 1
        if tried > 400:
            return math.nan, math.nan
        error = deposit.step(min(step, 0.15 * dx / (VOLUME * current)), -current)
        step *= 0.5 if error > 1.0 else min(2.0, 0.8 * max(error, 0.05) ** -0.5)
        if error <= 1.0:
            times.append(deposit.time)
            sizes.append(math.log(amplitude_of(deposit)))
            found.append(deposit.front_salt())
    late = np.array(times) > 0.3 * end
    rate = np.polyfit(np.array(times)[late], np.array(sizes)[late], 1)[0]
    return float(rate), float(np.mean(np.array(found)[late]))


def waves() -> list[str]:
    """Table rows of the growth rates."""
    head = ("wave, um", "film, ohm m2", "surface energy, J/m2", "salt at the front", "rate by theory, 1/s")
    lines = [f"| {' | '.join(head)} | cells a wave: 16 | 24 | 48 |", "|---|---|---|---|---|---|---|---|"]
    weak = [(length, film, 0.5) for film in (0.0, 1e-4) for length in (4e-6, 8e-6, 16e-6)]
    for length, film, gamma in [*weak, (4e-6, 0.0, 10.0), (4e-6, 1e-4, 10.0)]:
        want = theory(length, 1000.0, film, 400.0, gamma, 0.1)
        shown = [f"{measured(length, n, 1000.0, film, 400.0, gamma, 0.1)[0] / want - 1.0:+.1%}" for n in MESHES]
        lines.append(f"| {length * 1e6:g} | {film:g} | {gamma:g} | even | {want:.3g} | {' | '.join(shown)} |")
    gradient = 0.6 * 1000.0 / (FARADAY * 4e-10)
    for length, film in ((8e-6, 0.0), (8e-6, 1e-4), (16e-6, 0.0)):
        shown = []
        want = theory(length, 1000.0, film, 400.0, 0.5, 1.0, 100.0, gradient)
        for n in MESHES:
            rate, salt = measured(length, n, 1000.0, film, 400.0, 0.5, 1.0, 100.0, gradient)
            # the front moves and its salt with it: theory at the salt that was there
            own = theory(length, 1000.0, film, 400.0, 0.5, 1.0, salt, gradient)
            shown.append("no answer in 400 steps" if math.isnan(rate) else f"{rate / own - 1.0:+.1%}")
        lines.append(f"| {length * 1e6:g} | {film:g} | 0.5 | about 100 mol/m3 | {want:.3g} | {' | '.join(shown)} |")
    return lines


def sand() -> list[str]:
    """Table rows of Sand's time by mesh."""
    current = 2500.0
    tau = sand_time(current, 1, 1000.0, 4e-10, 1.0, 1.0, 0.4)
    lines = ["| spacing, um | Sand's time against the closed form |", "|---|---|"]
    for dx in (1e-6, 5e-7, 2.5e-7):
        made = scene(
            dx=dx, base=6e-6, ny=round(30e-6 / dx), gap=100e-6, stages=(Stage("plate", current, 3 * tau),), frames=3,
            cutoff=1e3,
        )  # fmt: skip
        lines.append(f"| {dx * 1e6:g} | {grow(made).time_s[-1] / tau - 1.0:+.2%} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs/results/morphology_verification.txt")
    chosen = parser.parse_args()
    lines = [
        "## Verification of the deposition model",
        "",
        "<!-- Made by benchmarks/morphology_verification.py: do not edit. -->",
        "",
        "Growth rates of a wave on the front against linear stability (physics page); difference from theory:",
        "",
        *waves(),
        "",
        "Sand's time (2500 A/m2 over 100 um, 1 mol/L, D = 4e-10 m2/s, t+ = 0.4), most of the gap in the column above:",
        "",
        *sand(),
    ]
    chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
