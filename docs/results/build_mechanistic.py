"""Lives of the published cells by the ageing cell: `python docs/results/build_mechanistic.py [--fresh]`.

Writes docs/results/ageing_lives.csv (every simulated life, kept after each kind of cell, so that an interrupted run
goes on) and docs/results/ageing_sensitivities.csv. --fresh starts anew, after the ageing cell has changed. Then run
docs/results/build_prediction.py, which fits these lives to the published ones.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from pathlib import Path

from alloycoat.calibration import ageing_lives as emulator
from alloycoat.literature import cell_rows
from alloycoat.store import write_text

HERE = Path(__file__).resolve().parent
LIVES, TRACES = HERE / "ageing_lives.csv", HERE / "ageing_sensitivities.csv"


def read_lives() -> emulator.Lines:
    """The lives kept so far."""
    if not LIVES.is_file():
        return {}
    with LIVES.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {(r["rig"], r["side"], int(r["point"])): (float(r["life_h"]), r["ended"]) for r in rows}


def write_lives(lines: emulator.Lines) -> None:
    """All lives, in the order of the design."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["rig", "side", "point", "loss", "moss_slope", "coating_loss", "gap", "life_h", "ended"])
    for (rig, side, k), (life, ended) in lines.items():
        factors = emulator.at_point(side, emulator.points(side)[k])
        shown = [f"{factors[name]:.4g}" if name in factors else "" for name in emulator.SPREADS]
        table.writerow([rig, side, k, *shown, f"{life:.5g}", ended])
    write_text(LIVES, out.getvalue())


def write_traces() -> None:
    """d ln life / d ln parameter of the bare lithium cells."""
    keys, found = emulator.sensitivities(cell_rows())
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["rig", *emulator.SENSITIVE])
    for key, line in zip(keys, found, strict=True):
        table.writerow([key, *(f"{value:.3f}" for value in line)])
    write_text(TRACES, out.getvalue())


def main() -> None:
    """Run what is missing."""
    begin = time.process_time()
    fresh = "--fresh" in sys.argv
    emulator.run_design(cell_rows(), {} if fresh else read_lives(), write_lives)
    if fresh or not TRACES.is_file():
        write_traces()
    print(f"{time.process_time() - begin:.0f} s of processor time", file=sys.stderr)


if __name__ == "__main__":
    main()
