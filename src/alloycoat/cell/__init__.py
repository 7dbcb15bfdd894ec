"""The cell: two electrodes and an electrolyte, cycled by a virtual cycler that writes a `CyclingRecord`."""

from alloycoat.cell.aged import Aged, Inventory, Lives, age, lives
from alloycoat.cell.ageing import AgeingParameters, ageing_parameters
from alloycoat.cell.design import SAMPLED, Cell, half, symmetric
from alloycoat.cell.intervals import VoltageBand, cycle_intervals, draw
from alloycoat.cell.lanes import Settings
from alloycoat.cell.limits import Limits, limits
from alloycoat.cell.plan import LifeSettings
from alloycoat.cell.simulate import cycle
from alloycoat.cell.sweeps import Sweep, sweep

__all__ = [
    "SAMPLED", "Aged", "AgeingParameters", "Cell", "Inventory", "LifeSettings", "Limits", "Lives", "Settings",
    "Sweep", "VoltageBand", "age", "ageing_parameters", "cycle", "cycle_intervals", "draw", "half", "limits", "lives",
    "sweep", "symmetric",
]  # fmt: skip
