"""`FullCell` and `full`: a bare or coated metal against an insertion electrode."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from alloycoat.cell.attacks import attacks
from alloycoat.cell.design import Cell, symmetric
from alloycoat.chemistry.positives import Positive, positive, positives
from alloycoat.errors import RecipeError
from alloycoat.quantities import parse

NOT_MODELLED = {
    "S": 'sulfur has a model of its own: cell.sulfur and cell.cycle_sulfur; a recipe takes positive = "S"',
    "O2": "no rate law of the metal in oxygen or humid gas was found: not predictable",
}


@dataclass(frozen=True, slots=True)
class FullCell:
    """A metal electrode against an insertion electrode; SI units per electrode area.

    metal: the anode with electrolyte and separator, its metal_capacity the metal at assembly (None: in excess).
    loading: capacity of the positive between its ends of use, C/m2. efficiency: a constant plating efficiency
    that stands for the laws of ageing (None: those laws). Raises RecipeError for numbers that cannot be.
    """

    metal: Cell
    positive: Positive
    loading: float
    efficiency: float | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not (math.isfinite(self.loading) and self.loading > 0.0):
            raise RecipeError(f"[cell] positive_loading: {self.loading!r} given; it must be above zero")
        if self.efficiency is not None and not 0.0 < self.efficiency <= 1.0:
            raise RecipeError(f"plating efficiency: {self.efficiency!r} given; allowed is above 0, up to 1")

    @property
    def n_to_p(self) -> float | None:
        """Metal at assembly over the capacity of the positive; None where the metal is in excess."""
        return None if self.metal.metal_capacity is None else self.metal.metal_capacity / self.loading

    @property
    def host_capacity(self) -> float:
        """Charge per area for x from 0 to 1, C/m2."""
        return self.loading * self.positive.capacity.value / self.positive.usable_capacity

    @property
    def active_mass(self) -> float:
        """Active material per area, kg/m2."""
        return self.loading / self.positive.usable_capacity

    @property
    def thickness(self) -> float:
        """Thickness of the positive electrode in m: solids at the density of the active material."""
        dry = self.active_mass / self.positive.active_fraction.value / self.positive.density.value
        return dry / (1.0 - self.positive.electrode_porosity.value)

    @property
    def surface(self) -> float:
        """Surface of the particles per electrode area: 3 V/R of spheres."""
        return 3.0 * self.active_mass / self.positive.density.value / self.positive.radius.value

    @property
    def pores(self) -> float:
        """Pore volume of separator and positive, m3/m2."""
        return (
            self.metal.porosity * self.metal.separator_thickness
            + self.positive.electrode_porosity.value * self.thickness
        )


def full(
    coating: Any = None,
    *,
    positive: str | Positive,
    loading: str | float,
    electrolyte: str,
    anode: str | None = None,
    n_to_p: float | None = None,
    anode_thickness: str | float | None = None,
    separator: str = "Celgard 2400",
    area: str | float | None = None,
    temperature: str | float = "25 degC",
    efficiency: float | None = None,
) -> FullCell:
    """A full cell: the metal, coated where `coating` is given, against `positive` ("LTO", "NMC", "LFP", ...).

    positive: a name, or a `Positive` of your own (`interop.read_bpx_positive`).
    loading: capacity of the positive per area between its ends of use, text such as "1 mAh/cm2" or C/m2.
    n_to_p: metal at assembly over that capacity, 0 for anode-free; or anode_thickness; the metal is in excess
    where neither is given. efficiency: constant plating efficiency (an assumption that replaces the laws of
    ageing). Other arguments and refusals as in `symmetric`. Raises RecipeError for a positive of another metal.

    >>> round(full(anode="Li", positive="LTO", loading="1 mAh/cm2", electrolyte="1 M LiPF6 in EC/DMC").thickness * 1e6)
    27
    """
    host = positive if isinstance(positive, Positive) else find_positive(positive)
    if n_to_p is not None and anode_thickness is not None:
        raise RecipeError("[cell] n_to_p: given together with [anode] thickness; the metal follows from one of them")
    if n_to_p is not None and not (math.isfinite(n_to_p) and n_to_p >= 0.0):
        raise RecipeError(f"[cell] n_to_p: {n_to_p!r} given; it must be zero or more")
    charge = parse(loading, "areal capacity", "[cell] positive_loading") if isinstance(loading, str) else float(loading)
    metal = symmetric(
        coating, electrolyte=electrolyte, anode=anode, separator=separator, area=area, temperature=temperature,
        coated="one", anode_thickness=anode_thickness,
    )  # fmt: skip
    if metal.anode != host.anode:
        raise RecipeError(
            f"[cell] positive: {host.name} is known against {host.anode} only, but the anode is {metal.anode}"
            + (
                "; TiS2 against Mg: not predictable, no open-circuit curve, diffusivity or kinetics was found"
                if (host.name, metal.anode) == ("TiS2", "Mg")
                else f"; known against {metal.anode}: {', '.join(_against(metal.anode)) or 'none'}"
            )
        )
    if n_to_p is not None:
        metal = replace(metal, metal_capacity=n_to_p * charge)
    made = FullCell(metal, host, charge, efficiency)
    notes = [*metal.notes, *host.notes, *_inventory_notes(made, coating)]
    if efficiency is not None:
        notes.append(f"plating efficiency {efficiency:g}: an assumption of the user; the laws of ageing are off")
    sources = tuple(dict.fromkeys([*metal.sources, *host.sources]))
    return replace(made, notes=tuple(dict.fromkeys(notes)), sources=sources)


def find_positive(name: str) -> Positive:
    """The insertion positive `name`; RecipeError with the reason for one that has no model."""
    reason = NOT_MODELLED.get(name.strip().upper()) if isinstance(name, str) else None
    if reason:
        raise RecipeError(f"[cell] positive: {name!r}: {reason}")
    return positive(name)


def _against(metal: str) -> list[str]:
    return [name for name in positives() if positive(name).anode == metal]


def _inventory_notes(cell: FullCell, coating: Any) -> list[str]:
    """Warnings of the metal inventory, of the coating's weight in it, and of what the positive attacks."""
    notes = []
    ratio = cell.n_to_p
    if ratio is None:
        notes.append("metal in excess: its loss does not show in the capacity; real cells need N/P below about 3")
    elif not cell.positive.with_metal and ratio < 1.0:
        notes.append(
            f"N/P = {ratio:.3g}: {cell.positive.name} is assembled without metal, so the capacity is limited to "
            f"{ratio:.0%} of the positive's"
        )
    host = cell.positive
    notes += attacks(cell.metal, coating, host.name, host.lower_voltage.value, host.upper_voltage.value)
    return notes
