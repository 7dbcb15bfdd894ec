"""The cell: two electrodes and an electrolyte, cycled by a virtual cycler that writes a `CyclingRecord`."""

from alloycoat.cell.design import SAMPLED, Cell, symmetric
from alloycoat.cell.intervals import VoltageBand, cycle_intervals, draw
from alloycoat.cell.limits import Limits, limits
from alloycoat.cell.simulate import Settings, cycle

__all__ = [
    "SAMPLED", "Cell", "Limits", "Settings", "VoltageBand", "cycle", "cycle_intervals", "draw", "limits",
    "symmetric",
]  # fmt: skip
