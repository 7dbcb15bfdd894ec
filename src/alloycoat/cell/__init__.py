"""The cell: two electrodes and an electrolyte, cycled by a virtual cycler that writes a `CyclingRecord`."""

from alloycoat.cell.aged import age
from alloycoat.cell.ageing import AgeingParameters, ageing_parameters
from alloycoat.cell.checkpoint import load_aged, save_aged
from alloycoat.cell.design import SAMPLED, Cell, half, symmetric
from alloycoat.cell.early import EarlyCycles, early_cycles
from alloycoat.cell.full import FullCell, full
from alloycoat.cell.full_cycle import FullAged, cycle_full
from alloycoat.cell.intervals import VoltageBand, cycle_intervals, draw
from alloycoat.cell.inventory import Aged, Inventory
from alloycoat.cell.lanes import Settings
from alloycoat.cell.life_samples import Lives, lives
from alloycoat.cell.limits import Limits, limits
from alloycoat.cell.plan import LifeSettings
from alloycoat.cell.simulate import cycle
from alloycoat.cell.sulfur import SulfurCell, sulfur
from alloycoat.cell.sulfur_cycle import SulfurAged, cycle_sulfur
from alloycoat.cell.surroundings import Verdict, surroundings
from alloycoat.cell.sweeps import Sweep, sweep

__all__ = [
    "SAMPLED", "Aged", "AgeingParameters", "Cell", "EarlyCycles", "FullAged", "FullCell", "Inventory", "LifeSettings",
    "Limits", "Lives", "Settings", "SulfurAged", "SulfurCell", "Sweep", "Verdict", "VoltageBand", "age",
    "ageing_parameters", "cycle", "cycle_full", "cycle_intervals", "cycle_sulfur", "draw", "early_cycles", "full",
    "half", "limits", "lives", "load_aged", "save_aged", "sulfur", "surroundings", "sweep", "symmetric",
]  # fmt: skip
