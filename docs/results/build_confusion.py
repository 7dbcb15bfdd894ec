"""Writes docs/results/confusion.md and confusion.csv: `python docs/results/build_confusion.py` (under 3 minutes of CPU).

1,000 simulated symmetric cells are aged, some are given a leak, and each is recorded as a cycler would: sampled, noisy,
rounded, with rows missing. The verdict on that record is compared with the verdict on the noise-free, fully sampled one.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import alloycoat as ac
from alloycoat.analysis import analyze
from alloycoat.cell import age, ageing_parameters, draw, symmetric
from alloycoat.errors import AlloycoatError
from alloycoat.outcome import Outcome
from alloycoat.recipe import Recipe, plate_strip
from alloycoat.record import CyclingRecord

HERE = Path(__file__).resolve().parent
EXAMPLES = HERE.parent.parent / "examples"
COUNT, SEED = 1000, 20240
CELLS = (
    ("Li", "1 M LiTFSI in DOL/DME", (None, "li-incl3-dip", "li-bi-evaporation")),
    ("Li", "1 M LiPF6 in EC/DMC", (None, "li-incl3-dip", "li-in-foil")),
    ("Na", "1 M NaPF6 in diglyme", (None, "na-sncl4-vapour")),
)
CURRENTS = (0.5, 1.0, 2.0, 3.0)
HOURS = (0.5, 1.0, 2.0)
NOISE_MV = (0.1, 0.5, 1.0, 2.0)
LEAKS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Conductance of an added leak in units of the cell's own: the voltage falls to 1/(1 + leak)."""
POINTS = 60
AREA_CM2 = 1.13


@dataclass(frozen=True)
class Case:
    """One record: what it is of, how it was recorded, what the truth and the record say."""

    number: int
    cell: str
    coated: bool
    current_mA_per_cm2: float  # noqa: N815 -- carries its unit
    half_cycle_h: float
    leak: float
    noise_mV: float  # noqa: N815 -- carries its unit
    sampling: str
    rows: int
    truth: str
    found: str
    truth_h: float
    found_h: float
    weak_truth: bool
    weak_found: bool

    @property
    def right(self) -> bool:
        """The same answer: no verdict in both, or one in both within one cycle."""
        if "none" in {self.truth, self.found}:
            return self.truth == self.found
        return abs(self.truth_h - self.found_h) <= 2 * self.half_cycle_h


def coatings() -> dict[str, Any]:
    """The layers of the examples by name."""
    names = {name for _, _, layers in CELLS for name in layers if name}
    return {name: ac.coat(Recipe.load(EXAMPLES / f"{name}.toml")) for name in sorted(names)}


def aged(rng: np.random.Generator, layers: dict[str, Any], number: int) -> tuple[str, bool, float, float, CyclingRecord]:
    """A cell with drawn parameters, cycled: its name, whether coated, current, hours a half-cycle, noise-free record."""
    while True:
        anode, electrolyte, choices = CELLS[rng.integers(len(CELLS))]
        name = choices[rng.integers(len(choices))]
        current, hours = float(rng.choice(CURRENTS)), float(rng.choice(HOURS))
        layer = layers.get(name or "")
        cell = symmetric(layer, anode=anode, electrolyte=electrolyte, area=f"{AREA_CM2} cm^2")
        worn = ageing_parameters(cell, layer)
        seed = int(rng.integers(2**31))
        mine = {key: float(values[0]) for key, values in draw(cell, 1, seed).items()}
        ours = {key: float(values[0]) for key, values in draw(worn, 1, seed).items()}
        cycles = int(rng.integers(20, 90))
        try:
            run = age(
                cell.sample(mine), plate_strip(f"{current} mA/cm2", f"{hours} h", cycles=cycles), worn.sample(ours),
                points_per_half_cycle=POINTS, seed=seed,
            )  # fmt: skip
        except AlloycoatError:
            continue  # a drawn cell that cannot carry this current at all has no record
        if run.cycles >= 4:
            plain = CyclingRecord(run.record.time_s, run.record.current_A, run.record.voltage_V)
            return f"{anode}, {electrolyte}", name is not None, current, hours, plain


def leaking(rng: np.random.Generator, record: CyclingRecord, leak: float, hours: float) -> CyclingRecord:
    """The record of a cell that gets a leak somewhere in its later two thirds, at once, for good."""
    start = record.time_s[0] + record.duration * float(rng.uniform(1 / 3, 0.9))
    return record.replace(voltage_V=np.where(record.time_s >= start, record.voltage_V / (1 + leak), record.voltage_V))


def recorded(
    rng: np.random.Generator, record: CyclingRecord, noise: float, hours: float
) -> tuple[str, CyclingRecord]:
    """The record as a cycler writes it: sampled by time or by voltage, noisy, rounded, with losses."""
    time_s, current, voltage = record.time_s, record.current_A, record.voltage_V.copy()
    voltage += noise * rng.normal(size=voltage.size)
    ends = np.flatnonzero(np.diff(np.sign(current)) != 0)
    keep = np.zeros(time_s.size, dtype=bool)
    keep[[0, *ends, *(ends + 1), time_s.size - 1]] = True
    if rng.random() < 0.6:
        every = float(rng.choice([60.0, 120.0, 300.0, 600.0]))
        every = min(every, 3600 * hours / 6)
        keep[np.flatnonzero(np.diff(np.floor(time_s / every), prepend=-1))] = True
        how = "by time"
    else:
        step, longest, last = float(rng.choice([2e-3, 5e-3, 10e-3])), 3600 * hours / 6, 0
        for k in range(time_s.size):
            if keep[k] or abs(voltage[k] - voltage[last]) >= step or time_s[k] - time_s[last] >= longest:
                keep[k], last = True, k
        how = "by voltage"
    if rng.random() < 0.3:  # the computer was away
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(time_s.size))
            keep[at : at + int(rng.integers(5, POINTS))] = False
        how += ", drop-outs"
    lsb = float(rng.choice([1e-5, 1e-4, 1e-3]))
    voltage = np.round(voltage / lsb) * lsb
    if rng.random() < 0.3:  # single odd samples, as when a range is switched
        rows = rng.integers(time_s.size, size=int(rng.integers(1, 6)))
        voltage[rows] = rng.choice([0.0, -1.0, 1.0, 5.0], size=rows.size)
        keep[rows] = True
        how += ", spikes"
    current = current * (1 + 2e-4 * rng.normal(size=current.size))
    return how, CyclingRecord(np.round(time_s[keep], 2), current[keep], voltage[keep])


def hours_of(outcome: Outcome) -> float:
    """The life, or the length of the record, in h."""
    assert outcome.life is not None
    return outcome.life.lower_h


def make(number: int, layers: dict[str, Any]) -> Case:
    """Case `number`, the same whatever was made before it."""
    rng = np.random.default_rng([SEED, number])
    name, coated, current, hours, clean = aged(rng, layers, number)
    leak = float(rng.choice(LEAKS)) if rng.random() < 0.4 else 0.0
    if leak:
        clean = leaking(rng, clean, leak, hours)
    noise = 1e-3 * float(rng.choice(NOISE_MV))
    how, seen = recorded(rng, clean, noise, hours)
    truth, found = analyze(clean, cell_kind="symmetric"), analyze(seen)
    return Case(
        number, name, coated, current, hours, leak, 1e3 * noise, how, seen.n, str(truth.failure), str(found.failure),
        hours_of(truth), hours_of(found), any(sign.strength == "weak" for sign in truth.signs),
        any(sign.strength == "weak" for sign in found.signs),
    )  # fmt: skip


def main() -> None:
    """Make the cases and write the page."""
    start = time.process_time()
    layers = coatings()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    cases = [make(number, layers) for number in range(count)]
    rows = [{name: getattr(case, name) for name in Case.__dataclass_fields__} | {"right": case.right} for case in cases]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({key: f"{value:.6g}" if isinstance(value, float) else value for key, value in row.items()})
    (HERE / "confusion.csv").write_text(stream.getvalue(), encoding="utf-8")
    print(f"{time.process_time() - start:.0f} s of CPU")
    print(Counter((case.truth, case.found) for case in cases))
    for case in cases:
        if not case.right:
            print(case)


if __name__ == "__main__":
    main()
