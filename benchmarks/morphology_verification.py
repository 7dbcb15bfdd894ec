"""Verification of the deposition model against closed forms and the one-dimensional cell; writes a table.

    python benchmarks/morphology_verification.py [--out docs/results/morphology_verification.txt]

Growth rates of waves by linear stability (docs/physics/morphology.md), ohmic and with salt, bare, with a film and below
a layer; order of the time steps; Sand's time by mesh. A few minutes on one core.
"""

from __future__ import annotations

import argparse
import math
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "morphology"))

from scenes import amplitude_of, constant, layer, liquid, scene, surface, with_wave  # noqa: E402

from alloycoat.electrochemistry import overpotential, sand_time  # noqa: E402
from alloycoat.morphology import Stage, grow  # noqa: E402
from alloycoat.morphology.deposit import Deposit  # noqa: E402
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


def below(length: float, current: float, thickness: float, sigma: float, film: float) -> float:
    """Growth rate in 1/s of a wave below a layer that follows it, liquid an equipotential (physics page)."""
    k = 2.0 * math.pi / length
    e = overpotential(current, 40.0, 0.5, 0.5, THERMAL) / THERMAL
    transfer = THERMAL / (40.0 * 0.5 * (math.exp(0.5 * e) + math.exp(-0.5 * e)))
    cosh, sinh, drive = math.cosh(k * thickness), math.sinh(k * thickness), current / sigma
    up, out = cosh + film * sigma * k * sinh, sinh + film * sigma * k * cosh
    return VOLUME * sigma * k * ((drive - 0.5 * VOLUME * k**2) * up - drive) / (transfer * sigma * k * up + out)


def on_its_wave(deposit: Deposit) -> Deposit:
    """The deposit with its layer made on the wave."""
    if deposit.cover is not None:
        deposit.cover.natural = None
        deposit.look()
    return deposit


def measured_below(length: float, cells: int, film: float, *, resolved: bool) -> float:
    """Growth rate in 1/s of a wave of 1 % of its length below a layer of 2 um and 1e-3 S/m at 20 A/m2."""
    dx, thickness = length / cells, 2e-6
    made = scene(
        nx=cells, ny=round(thickness / dx) + 34, dx=dx, base=8 * dx, gap=1e-3, stages=(Stage("plate", 20.0, 1.0),),
        liquid=liquid(conductivity=constant(100.0), transference=constant(0.999999)), surface=surface(film=0.0),
        layer=layer(thickness=thickness, drawn=thickness, sigma_ion=1e-3, film=film, resolved=resolved),
    )  # fmt: skip
    deposit = on_its_wave(with_wave(made, 0.01 * length))
    deposit.begin(-20.0)
    times, sizes = [], []
    for _ in range(30):
        if deposit.step(0.15 * dx / (VOLUME * 20.0), -20.0) <= 1.0:
            times.append(deposit.time)
            sizes.append(math.log(amplitude_of(deposit)))
    return float(np.polyfit(times[6:], sizes[6:], 1)[0])


def layers() -> list[str]:
    """Table rows of the growth rates below a layer."""
    lines = [
        "| wave, um | cells a wave | film on the layer, ohm m2 | rate by theory, 1/s | resolved | in series, 1/s |",
        "|---|---|---|---|---|---|",
    ]
    for length, meshes in ((4e-6, (32, 48)), (8e-6, (32, 64)), (16e-6, (64, 128))):
        for cells in meshes:
            for film in (0.0, 1e-3):
                want = below(length, 20.0, 2e-6, 1e-3, film)
                own, other = (measured_below(length, cells, film, resolved=kind) for kind in (True, False))
                lines.append(
                    f"| {length * 1e6:g} | {cells} | {film:g} | {want:.2e} | {own / want - 1.0:+.1%} | {other:.1e} |"
                )
    return lines


def in_steps(kind: str, count: int) -> tuple[np.ndarray, float]:
    """Share of metal and potential above after 40 s in `count` equal steps, the current rising to 100 A/m2."""
    values = {"film": 1e-3, "film_spread": 0.5, "fresh_share": 0.3} if kind == "film that ages" else {"film": 1e-4}
    coat = layer(thickness=2e-6, drawn=4e-6) if kind == "below a layer" else None
    made = scene(nx=16, ny=60, dx=5e-7, base=6e-6, gap=60e-6, tolerance=1e9, surface=surface(**values), layer=coat)
    deposit = on_its_wave(with_wave(made, 3e-7))
    deposit.begin(-1e-3)
    for k in range(count):
        deposit.step(40.0 / count, -50.0 * (1.0 - math.cos(math.pi * (k + 1) / count)) - 1e-3)
    return deposit.eta, float(deposit.electrode.psi[-1].mean())


def orders() -> list[str]:
    """Table rows of the order of the time steps: differences between halved steps."""
    counts = (64, 128, 256, 512)
    lines = [
        f"| case | what | change from {' | '.join(f'{n} to {2 * n}' for n in counts[:-1])} steps | orders |",
        "|---|---|---|---|---|---|",
    ]
    for kind in ("bare", "film that ages", "below a layer"):
        runs = [in_steps(kind, n) for n in counts]
        metal = [float(np.abs(a[0] - b[0]).max()) for a, b in pairwise(runs)]
        volts = [abs(a[1] - b[1]) for a, b in pairwise(runs)]
        for name, change in (("share of metal, largest", metal), ("potential, V", volts)):
            shown = " | ".join(f"{value:.1e}" for value in change)
            found = ", ".join(f"{math.log2(a / b):.1f}" for a, b in pairwise(change))
            lines.append(f"| {kind} | {name} | {shown} | {found} |")
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
        "Growth rates below a layer of 2 um and 1e-3 S/m at 20 A/m2; the last column takes it as a series resistance:",
        "",
        *layers(),
        "",
        "Order of the time steps: 40 s of plating on a wave in equal steps, the current rising smoothly:",
        "",
        *orders(),
        "",
        "Sand's time (2500 A/m2 over 100 um, 1 mol/L, D = 4e-10 m2/s, t+ = 0.4), most of the gap in the column above:",
        "",
        *sand(),
    ]
    chosen.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
