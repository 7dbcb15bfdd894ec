"""Bare lithium cells of the review with nothing fitted: `python docs/results/build_untuned.py`.

Writes src/alloycoat/calibration/data/untuned.csv (some seconds). Run it where the ageing cell or its table changed.
"""

from __future__ import annotations

from pathlib import Path

from alloycoat.calibration.untuned import simulated, text_of, untuned
from alloycoat.literature import cell_rows
from alloycoat.store import write_text

TABLE = Path(__file__).resolve().parents[2] / "src" / "alloycoat" / "calibration" / "data" / "untuned.csv"


def main() -> None:
    """Run the cells, write the table, say what it gives."""
    write_text(TABLE, text_of(simulated(cell_rows())))
    found = untuned()
    print(
        f"{found.cells} cells, {found.exact} with a life that is a number: mean error of ln life {found.mean_error:.3f}"
    )


if __name__ == "__main__":
    main()
