"""Writes docs/results/confusion.md and confusion.csv: `python docs/results/build_confusion.py` (< 3 minutes of CPU).

1,000 simulated symmetric cells are aged, some are given a leak, and each is recorded as a cycler would: sampled,
noisy, rounded, with rows missing. The verdict on that record is compared with that on the noise-free, full trace.
`python docs/results/build_confusion.py --page` writes the page again from confusion.csv.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

import alloycoat as ac
from alloycoat.analysis import analyze
from alloycoat.analysis.thresholds import Thresholds
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
CURRENTS = (0.5, 1.0, 2.0, 4.0)
HOURS = (0.5, 1.0, 2.0)
NOISE_MV = (0.1, 0.5, 1.0, 2.0)
LEAKS = (0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
"""Conductance of an added leak in units of the cell's own: the voltage falls to 1/(1 + leak)."""
WAYS = ("at once", "growing", "flickering")
POINTS = 90
INTERVALS = (10.0, 15.0, 30.0, 60.0, 90.0, 160.0, 270.0)
"""s between rows: those of the public files of cyclers.md (duration over rows: 1 to 270 s, half of them to 15 s)."""
AREA_CM2 = 1.13


@dataclass(frozen=True)
class Case:
    """One record: what it is of, how it was recorded, what the truth and the record say."""

    number: int
    cell: str
    coated: bool
    current_mA_per_cm2: float  # noqa: N815 -- carries its unit
    half_cycle_h: float
    ended: str
    leak: float
    leak_way: str
    noise_mV: float  # noqa: N815 -- carries its unit
    sampling: str
    rows: int
    truth: str
    found: str
    truth_h: float
    found_h: float
    weak_truth: bool
    weak_found: bool
    right: bool
    cause: str = ""


def coatings() -> dict[str, Any]:
    """The layers of the examples by name."""
    names = {name for _, _, layers in CELLS for name in layers if name}
    return {name: ac.coat(Recipe.load(EXAMPLES / f"{name}.toml")) for name in sorted(names)}


def aged(rng: np.random.Generator, layers: dict[str, Any]) -> tuple[str, bool, float, float, CyclingRecord, str]:
    """A cell with drawn parameters, cycled: name, whether coated, current, hours a half-cycle, noise-free record."""
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
        cycles = int(rng.integers(30, 300))
        try:
            run = age(
                cell.sample(mine), plate_strip(f"{current} mA/cm2", f"{hours} h", cycles=cycles), worn.sample(ours),
                points_per_half_cycle=POINTS, seed=seed,
            )  # fmt: skip
        except AlloycoatError:
            continue  # a drawn cell that cannot carry this current at all has no record
        if run.cycles >= 4:
            plain = CyclingRecord(run.record.time_s, run.record.current_A, run.record.voltage_V)
            return f"{anode}, {electrolyte}", name is not None, current, hours, plain, run.ended.name


def flickers(rng: np.random.Generator, time_s: np.ndarray) -> np.ndarray:
    """On and off at random: each for 3 to 30 minutes on average, on for 0 to 1 of the time."""
    share, dwell = float(rng.uniform(0, 1)), 60 * float(rng.uniform(3, 30))
    lasting = rng.exponential(dwell, size=2 * int(time_s[-1] / dwell) + 10)
    edges = np.cumsum(lasting)
    return (rng.random(edges.size + 1) < share)[np.searchsorted(edges, time_s)]


def leaking(rng: np.random.Generator, record: CyclingRecord, leak: float, way: str) -> CyclingRecord:
    """The record of a cell that gets a leak somewhere in its later two thirds.

    way: "at once", for good; "growing" to its full size over up to a quarter of the record; "flickering", on for a
    share of the time and off for the rest, some minutes at a time.
    """
    time_s, span = record.time_s - record.time_s[0], record.duration
    start = span * float(rng.uniform(1 / 3, 0.9))
    size = np.where(time_s >= start, leak, 0.0)
    if way == "growing":
        size *= np.clip((time_s - start) / (span * float(rng.uniform(0.02, 0.25))), 0.0, 1.0) ** 2
    elif way == "flickering":
        size *= flickers(rng, time_s)
    return record.replace(voltage_V=record.voltage_V / (1 + size))


def recorded(rng: np.random.Generator, record: CyclingRecord, noise: float) -> tuple[str, CyclingRecord]:
    """The record as a cycler writes it: sampled by time or by voltage, noisy, rounded, with losses."""
    time_s, current, voltage = record.time_s, record.current_A, record.voltage_V.copy()
    voltage += noise * rng.normal(size=voltage.size)
    ends = np.flatnonzero(np.diff(np.sign(current)) != 0)
    keep = np.zeros(time_s.size, dtype=bool)
    keep[[0, *ends, *(ends + 1), time_s.size - 1]] = True
    if rng.random() < 0.6:
        every = float(rng.choice(INTERVALS))
        keep[np.flatnonzero(np.diff(np.floor(time_s / every), prepend=-1))] = True
        how = "by time"
    else:
        step, longest, last = float(rng.choice([2e-3, 5e-3, 10e-3])), 300.0, 0
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


def same(one: Outcome, other: Outcome, hours: float) -> bool:
    """No verdict in both, or one in both within one cycle."""
    if "none" in {one.failure, other.failure}:
        return one.failure == other.failure
    return abs(hours_of(one) - hours_of(other)) <= 2 * hours * (1 + 1e-9)


def cause_of(clean: CyclingRecord, truth: Outcome, hours: float, way: str) -> str:
    """Why a record could not be judged like its noise-free trace."""
    usual = Thresholds()
    for name in ("short_drop", "polarization_factor", "limit_factor"):
        for factor in (0.9, 1.1):
            moved = replace(usual, **{name: factor * getattr(usual, name)})
            if not same(analyze(clean, cell_kind="symmetric", thresholds=moved), truth, hours):
                return "at the threshold"
    return "flickering leak" if way == "flickering" else "other"


def make(number: int, layers: dict[str, Any]) -> Case:
    """Case `number`, the same whatever was made before it."""
    rng = np.random.default_rng([SEED, number])
    name, coated, current, hours, clean, ended = aged(rng, layers)
    leak, way = (float(rng.choice(LEAKS)), str(rng.choice(WAYS))) if rng.random() < 0.4 else (0.0, "none")
    if leak:
        clean = leaking(rng, clean, leak, way)
    noise = 1e-3 * float(rng.choice(NOISE_MV))
    how, seen = recorded(rng, clean, noise)
    truth, found = analyze(clean, cell_kind="symmetric"), analyze(seen)
    right = same(truth, found, hours)
    return Case(
        number, name, coated, current, hours, ended, leak, way, 1e3 * noise, how, seen.n, str(truth.failure),
        str(found.failure), hours_of(truth), hours_of(found), any(sign.strength == "weak" for sign in truth.signs),
        any(sign.strength == "weak" for sign in found.signs), right,
        "" if right else cause_of(clean, truth, hours, way),
    )  # fmt: skip


HEAD = """<!-- made by: python docs/results/build_confusion.py -->

# How often a verdict is right

{count} simulated symmetric cells (Li and Na, ether and carbonate, bare and coated; 0.5 to 4 mA/cm², half-cycles of
0.5 to 2 h, 30 to 300 cycles) were aged with parameters drawn from their intervals, each case with a seed of its own.
{leaky} of them got a leak besides, of 0.3 to 100 times the conductance of the cell: at once, growing, or flickering.
Each was then recorded as a cycler would: every 10 to 270 s, as the [public files](cyclers.md) are, or at voltage steps
of 2 to 10 mV, rounded to 0.01 to 1 mV, with noise of 0.1 to 2 mV, in a third with rows missing, in a third with single
odd samples of up to 5 V. The kind of cell was not told.

*Truth* is what the same criteria say of the noise-free, fully sampled trace ({points} rows a half-cycle). A case is
*right* where both say that nothing failed, or both give a failure within one cycle. Nothing was tuned to these cases:
all thresholds are the defaults of [the analysis](../physics/analysis.md). Simulated cells are no measured ones; what
they show is how far noise, sampling and gaps change a verdict, not whether the criteria are the right ones.

| | cases | share |
|---|---|---|
| right, of all | {right} of {count} | {right_share} |
| right, of those that fail in truth | {failed_right} of {failed} | {failed_share} |
| the same without flickering leaks | {steady_right} of {steady} | {steady_share} |
| false alarms, of the healthy (protocol completed, no leak, none in truth) | {alarms} of {healthy} | {alarm_share} |

## Truth against verdict

| truth | {founds} | of them within one cycle |
|---|{dashes}---|
"""
LEAK_HEAD = """
## Leaks

A leak smaller than a few times the conductance of the cell is never a verdict, by definition: a lower polarization
alone proves nothing. It should show as a weak sign. A hard short needs a fall below a tenth: a leak of 9.

| leak, times the cell | way | cases | verdict: truth | verdict: record | any sign: truth | any sign: record |
|---|---|---|---|---|---|---|
"""
BY_HEAD = """
## By noise and sampling

| | right | of |
|---|---|---|
"""
MISS_HEAD = """
## Where it is wrong, and why

*At the threshold*: the truth itself changes when one threshold is moved by a tenth; a polarization that creeps past
five times its begin by one percent a cycle is such a case, and a leak of 10 (a fall to 0.091 where 0.1 decides).
*Flickering leak*: the half-cycle is partly shorted; a sparse record meets other parts of it than the full trace.
*Other*: mostly a cell whose salt runs out in the first minutes of a half-cycle: a record with rows minutes apart has
one row of it, the last, at the limit of the cycler. One row is a weak sign, since a single odd sample looks the same.

| case | truth | verdict | leak | noise, mV | sampling | cause |
|---|---|---|---|---|---|---|
"""


def share(part: int, whole: int) -> str:
    """A share with its 95 % interval (Wilson)."""
    if not whole:
        return "none"
    p, z = part / whole, 1.96
    middle, half = p + z * z / (2 * whole), z * np.sqrt(p * (1 - p) / whole + z * z / (4 * whole * whole))
    low, high = ((middle + sign * half) / (1 + z * z / whole) for sign in (-1, 1))
    return f"{100 * p:.1f} % ({100 * abs(low):.1f} to {100 * high:.1f})"


def page(cases: list[Case]) -> str:
    """The page of the cases."""
    failed = [case for case in cases if case.truth != "none"]
    steady = [case for case in failed if case.leak_way != "flickering"]
    healthy = [case for case in cases if case.truth == "none" and not case.leak and case.ended == "completed"]
    alarms = sum(case.found != "none" for case in healthy)
    kinds = sorted({case.truth for case in cases} | {case.found for case in cases}, key=lambda k: (k != "none", k))

    def right(some: list[Case]) -> int:
        return sum(case.right for case in some)

    text = HEAD.format(
        count=len(cases), leaky=sum(case.leak > 0 for case in cases), points=POINTS, right=right(cases),
        right_share=share(right(cases), len(cases)), failed=len(failed), failed_right=right(failed),
        failed_share=share(right(failed), len(failed)), steady=len(steady), steady_right=right(steady),
        steady_share=share(right(steady), len(steady)), healthy=len(healthy), alarms=alarms,
        alarm_share=share(alarms, len(healthy)), founds=" | ".join(kinds), dashes="---|" * len(kinds),
    )  # fmt: skip
    for truth in kinds:
        mine = [case for case in cases if case.truth == truth]
        if mine:
            counts = " | ".join(str(sum(case.found == found for case in mine)) for found in kinds)
            text += f"| {truth} | {counts} | {right(mine)} of {len(mine)} |\n"
    return text + _leaks(cases) + _by(cases) + _misses(cases)


def _leaks(cases: list[Case]) -> str:
    text = LEAK_HEAD
    for leak in LEAKS:
        for way in WAYS:
            mine = [case for case in cases if case.leak == leak and case.leak_way == way]
            sure = [sum(getattr(case, key) != "none" for case in mine) for key in ("truth", "found")]
            any_sign = [
                sum(getattr(case, key) != "none" or getattr(case, weak) for case in mine)
                for key, weak in (("truth", "weak_truth"), ("found", "weak_found"))
            ]
            text += f"| {leak:g} | {way} | {len(mine)} | {sure[0]} | {sure[1]} | {any_sign[0]} | {any_sign[1]} |\n"
    return text


def _by(cases: list[Case]) -> str:
    text = BY_HEAD
    groups = {f"noise {noise:g} mV": [case for case in cases if case.noise_mV == noise] for noise in NOISE_MV}
    for how in sorted({case.sampling for case in cases}):
        groups[f"sampled {how}"] = [case for case in cases if case.sampling == how]
    for name, mine in groups.items():
        text += f"| {name} | {sum(case.right for case in mine)} | {len(mine)} |\n"
    return text


def _misses(cases: list[Case]) -> str:
    text = MISS_HEAD
    wrong = [case for case in cases if not case.right]
    for case in wrong:
        said = [
            kind if kind == "none" else f"{kind} at {hours:.4g} h"
            for kind, hours in ((case.truth, case.truth_h), (case.found, case.found_h))
        ]
        leak = f"{case.leak:g}, {case.leak_way}" if case.leak else "none"
        text += (
            f"| {case.number} | {said[0]} | {said[1]} | {leak} | {case.noise_mV:g} | {case.sampling} | {case.cause} |\n"
        )
    counts = Counter(case.cause for case in wrong)
    return text + "\n" + "; ".join(f"{cause}: {n}" for cause, n in counts.most_common()) + ".\n"


def saved() -> list[Case]:
    """The cases of confusion.csv."""
    kinds = {"int": int, "float": float, "str": str, "bool": lambda text: text == "True"}
    with (HERE / "confusion.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return [
        Case(**{name: kinds[str(field.type)](row[name]) for name, field in Case.__dataclass_fields__.items()})
        for row in rows
    ]


def main() -> None:
    """Make the cases and write the page."""
    if "--page" not in sys.argv:
        start = time.process_time()
        layers = coatings()
        count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
        cases = [make(number, layers) for number in range(count)]
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        names = list(Case.__dataclass_fields__)
        writer.writerow(names)
        for case in cases:
            values = [getattr(case, name) for name in names]
            writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in values])
        (HERE / "confusion.csv").write_text(stream.getvalue(), encoding="utf-8")
        print(f"{time.process_time() - start:.0f} s of CPU")
    (HERE / "confusion.md").write_text(page(saved()), encoding="utf-8")


if __name__ == "__main__":
    main()
