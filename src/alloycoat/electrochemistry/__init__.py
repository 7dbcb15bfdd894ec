"""Laws of the cell as pure functions of floats: charge transfer, diffusion limits, transport tables."""

from alloycoat.electrochemistry.butler_volmer import (
    current_density,
    exchange_current_density,
    overpotential,
)
from alloycoat.electrochemistry.compiled import make_compiled
from alloycoat.electrochemistry.limits import (
    concentration_overpotential,
    diffusion_time,
    limiting_current_density,
    sand_time,
    short_time_concentration,
)
from alloycoat.electrochemistry.plating_location import layer_resistance, share_on_top
from alloycoat.electrochemistry.transport import TransportTable, interpolate, tabulate

__all__ = [
    "TransportTable",
    "concentration_overpotential",
    "current_density",
    "diffusion_time",
    "exchange_current_density",
    "interpolate",
    "layer_resistance",
    "limiting_current_density",
    "make_compiled",
    "overpotential",
    "sand_time",
    "share_on_top",
    "short_time_concentration",
    "tabulate",
]
