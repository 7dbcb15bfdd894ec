"""The metal of a sulfur cell: moss, dead metal, film, electrolyte and coverage, settled after each half-cycle.

The laws are those of the ageing cell (`kernels.ageing_laws`) with one simplification: coated bulk, bare bulk and
moss share the current by their areas, because no salt profile is solved here.
"""

from __future__ import annotations

import math

from alloycoat.cell.ageing import AgeingParameters
from alloycoat.cell.design import Cell
from alloycoat.cell.kernels import ageing_laws as laws
from alloycoat.electrochemistry import butler_volmer
from alloycoat.quantities import FARADAY, GAS_CONSTANT

_PARTS = 25
"""Steps by which the moss of a half-cycle is integrated (midpoint; twice as many move dead metal and film by less
than 0.1 %)."""


class MetalSide:
    """State of the metal; charges in C/m2, lengths in m.

    moss, bulk (infinite in excess), dead, sei: metal by place. coverage: of the coating. liquid: electrolyte in the
    cell, solvent_used of it in films. chemical: metal that the shuttle took.
    """

    def __init__(self, cell: Cell, worn: AgeingParameters, liquid: float, pores: float) -> None:
        self.cell, self.worn, self.pores = cell, worn, pores
        self.moss, self.dead, self.sei, self.chemical, self.time = 0.0, 0.0, 0.0, 0.0, 0.0
        self.bulk = math.inf if cell.metal_capacity is None else cell.metal_capacity
        self.at_start = self.bulk
        self.coverage = worn.coverage if cell.coated[0] else 0.0
        self.liquid, self.filled = liquid, liquid

    @property
    def left(self) -> float:
        """Metal that can still be stripped."""
        cut = laws.dead_share(self.worn.loss, self.worn.film_split)
        return self.moss * (1.0 - cut) + self.bulk

    @property
    def dead_layer(self) -> float:
        """Thickness of dead metal and film."""
        w = self.worn
        volume = w.sei_volume / FARADAY
        return laws.dead_thickness(self.dead, self.sei, self.cell.metal_volume, volume, w.dead_porosity)

    @property
    def saturation(self) -> float:
        """Share of the pores (separator, positive, dead layer) that holds liquid."""
        room = self.pores + self.worn.dead_porosity * self.dead_layer
        return min(1.0, self.liquid / room)

    def overpotential(self, i: float) -> float:
        """V, with the sign of i (A/m2, positive strips): charge transfer, film, layer, electrolyte."""
        if i == 0.0:
            return 0.0
        cell, w, s = self.cell, self.worn, self.saturation
        coated = cell.coated[0] and self.coverage > 0.5
        exchange = cell.exchange_current_density * (cell.coated_exchange_factor if coated else 1.0)
        film = cell.coated_film_resistance + cell.coating_resistance if coated else cell.film_resistance
        film *= laws.film_factor(self.time, w.film_time)
        moss = laws.moss_area(self.moss, w.moss_seed, w.moss_slope, w.moss_most)
        area = s * (laws.exposed_share(self.moss, w.moss_slope, w.moss_most) + moss)
        thermal = GAS_CONSTANT * cell.temperature_K / FARADAY
        eta = butler_volmer.overpotential(abs(i) / area, exchange, cell.alpha_a, cell.alpha_c, thermal)
        path = cell.separator_thickness / cell.permeance + self.dead_layer * w.dead_macmullin
        ohmic = path / (cell.nominal(cell.conductivity) * s * s)
        return math.copysign(eta + abs(i) * (film / area + ohmic), i)

    def plate(self, charge: float) -> None:
        """Charge plated: moss by the areas, its share of film, the rest dense."""
        w, part = self.worn, charge / _PARTS
        film = laws.sei_share(w.loss, w.film_split)
        for _ in range(_PARTS):
            half = self.moss + 0.5 * part * self._mossy(self.moss)
            share = self._mossy(half)
            self.moss += (1.0 - film) * share * part
            self.sei += film * share * part
            self.bulk += (1.0 - share) * part

    def _mossy(self, moss: float) -> float:
        """Share of the plating current that grows as moss."""
        w = self.worn
        area = laws.moss_area(moss, w.moss_seed, w.moss_slope, w.moss_most)
        bulk = laws.exposed_share(moss, w.moss_slope, w.moss_most)
        return (area + w.mossy_share * (1.0 - self.coverage) * bulk) / (area + bulk)

    def strip(self, charge: float) -> None:
        """Charge stripped: moss first, part of it cut off, the bulk pays the rest."""
        cut = laws.dead_share(self.worn.loss, self.worn.film_split)
        taken = min(charge, self.moss * (1.0 - cut))
        self.moss -= taken / (1.0 - cut)
        self.dead += taken * cut / (1.0 - cut)
        self.bulk = max(0.0, self.bulk - (charge - taken))

    def corrode(self, charge: float) -> None:
        """Metal dissolved by the shuttle: from bulk, then from moss; more than there is raises ValueError."""
        if charge > (self.moss + self.bulk) * (1.0 + 1e-9) + 1e-9:
            raise ValueError(
                f"the shuttle takes more metal than there is: {charge:.10g} of {self.moss + self.bulk:.10g} C/m2"
            )
        self.chemical += charge
        taken = min(charge, self.bulk)
        self.bulk -= taken
        self.moss = max(0.0, self.moss - (charge - taken))

    def settle(self, seconds: float, parasitic_before: float) -> None:
        """Film on the bulk ages, solvent is used up, the coating wears; parasitic_before: dead + sei at the last."""
        w = self.worn
        self.time += seconds
        parasitic = self.dead + self.sei - parasitic_before
        self.liquid = max(0.0, self.filled - w.solvent_use * self.sei / FARADAY)
        if self.cell.coated[0]:
            self.coverage = laws.coverage_after(self.coverage, parasitic, w.coating_loss, 0.0, w.fatigue)
