"""The full cell of a recipe, whatever its positive: made, cycled, sampled."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alloycoat.cell import AgeingParameters, ageing_parameters, draw
from alloycoat.cell.design import SAMPLED
from alloycoat.cell.full import FullCell, full
from alloycoat.cell.full_cycle import FullAged, cycle_full
from alloycoat.cell.sulfur import SAMPLED_SULFUR, SulfurCell, sulfur
from alloycoat.cell.sulfur_cycle import SulfurAged, cycle_sulfur
from alloycoat.chemistry.positives import Positive
from alloycoat.coating import Coating
from alloycoat.errors import AlloycoatError, RecipeError
from alloycoat.interop.bpx_files import read_bpx_positive
from alloycoat.recipe import Protocol
from alloycoat.record import Ended
from alloycoat.report.prepare import Prepared
from alloycoat.sources import Value

Array = NDArray[np.float64]
AnyCell = FullCell | SulfurCell
AnyAged = FullAged | SulfurAged
_HOST = ("diffusivity", "radius", "exchange_current_density")


def make_full(
    prepared: Prepared, coating: Coating | None, n_to_p: float | None = None, amount: float | None = None
) -> AnyCell:
    """The full cell of a recipe; n_to_p, amount (m3/m2): others than the recipe's."""
    part, anode = prepared.cell, prepared.recipe.anode
    ratio = part.n_to_p if n_to_p is None else n_to_p
    given: dict[str, Any] = {
        "anode": anode.metal, "electrolyte": prepared.electrolyte, "separator": prepared.separator,
        "area": prepared.area_m2, "temperature": part.temperature, "n_to_p": ratio,
        "anode_thickness": anode.thickness if ratio is None else None,
    }  # fmt: skip
    name = str(part.positive)
    if name == "S":
        return sulfur(
            coating, loading=part.positive_loading, sulfur_loading=part.sulfur_loading,
            electrolyte_amount=prepared.electrolyte_amount_m if amount is None else amount, **given,
        )  # fmt: skip
    if part.positive_loading is None:
        raise RecipeError("[cell] positive_loading is missing: no C-rate and no N/P without it")
    host: str | Positive = read_bpx_positive(name, anode.metal) if name.casefold().endswith(".json") else name
    return full(coating, positive=host, loading=part.positive_loading, **given)


def worn_of(cell: AnyCell, coating: Coating | None, amount: float) -> AgeingParameters:
    """The laws that wear its metal out."""
    return ageing_parameters(cell.metal, coating, electrolyte_amount=amount)


def cycled(cell: AnyCell, protocol: Protocol, worn: AgeingParameters, max_cycles: int | None = None) -> AnyAged:
    """The cell cycled, but Ctrl-C ends the whole job: half a test would be read as a short life."""
    done: AnyAged
    if isinstance(cell, SulfurCell):
        done = cycle_sulfur(cell, protocol, worn, max_cycles=max_cycles)
    else:
        done = cycle_full(cell, protocol, worn, max_cycles=max_cycles)
    if done.ended is Ended.interrupted and done.cycles < (max_cycles or protocol.total_cycles):
        raise KeyboardInterrupt
    return done


def sampled(
    cell: AnyCell, worn: AgeingParameters, prepared: Prepared, coating: Coating | None, count: int, seed: int
) -> list[AnyAged]:
    """Each sample of metal, ageing and positive, cycled."""
    known: dict[str, Any] = {}
    if coating is not None and "area_specific_resistance" in coating.samples:
        known["coating_resistance"] = coating.samples["area_specific_resistance"]
    metal, ageing = draw(cell.metal, count, seed, **known), draw(worn, count, seed)
    if isinstance(cell, SulfurCell):
        host = {name: _drawn(cell.values[name], name, count, seed) for name in SAMPLED_SULFUR}
    else:
        host = {name: _drawn(getattr(cell.positive, name), name, count, seed) for name in _HOST}
    found = []
    for k in range(count):
        ours = cell.metal.sample({name: float(v[k]) for name, v in metal.items() if name in SAMPLED})
        theirs = worn.sample({name: float(v[k]) for name, v in ageing.items()})
        one = _sample(replace(cell, metal=ours), {name: float(v[k]) for name, v in host.items()})
        try:
            found.append(cycled(one, prepared.protocol, theirs))
        except AlloycoatError as error:
            raise type(error)(f"sample {k + 1}: {error}") from None
    return found


def _sample(cell: AnyCell, host: dict[str, float]) -> AnyCell:
    if isinstance(cell, SulfurCell):
        return cell.sample(host)
    values = {name: replace(getattr(cell.positive, name), value=value) for name, value in host.items()}
    return replace(cell, positive=replace(cell.positive, **values))


def _drawn(value: Value, name: str, count: int, seed: int) -> Array:
    stream = np.random.Generator(np.random.Philox(key=[seed, crc32(f"positive {name}".encode())]))
    return np.asarray(value.draw(stream.standard_normal(count)), dtype=float)
