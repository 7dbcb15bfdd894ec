"""Checks of the claims about sulfur cells and hostile surroundings: what the model says, and why it is no test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from alloycoat.calibration.full_claims import AREA, layer_of
from alloycoat.cell import ageing_parameters, cycle_sulfur, draw, sulfur
from alloycoat.cell.design import SAMPLED
from alloycoat.cell.sulfur import SAMPLED_SULFUR
from alloycoat.cell.surroundings import Place, Verdict, surroundings
from alloycoat.recipe import Protocol
from alloycoat.sources import Value

Array = NDArray[np.float64]
SAMPLES = 24
_RULE = (0.1, 0.9)


@lru_cache(maxsize=16)
def _cells(
    row: int | None, anode: str, electrolyte: str, rate: str, cycles: int, loading: str, amount: str
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """(capacity kept, share of S4(2-) at the end of the first discharge) nominal and of each sample.

    row: the coating row, None for bare metal; samples of one number share every random stream between the two.
    """
    coating = None if row is None else layer_of(row, electrolyte, amount, SAMPLES)
    made = sulfur(
        coating, sulfur_loading=f"{loading} mg/cm2", electrolyte=electrolyte, anode=anode, area=AREA,
        electrolyte_amount=f"{amount} uL/cm^2",
    )  # fmt: skip
    worn = ageing_parameters(made.metal, coating, electrolyte_amount=made.liquid)
    low, high = (made.values[name].value for name in ("lower_voltage", "upper_voltage"))
    low -= 0.35  # below the dip between the plateaus, whatever the sample
    steps = [f"Discharge at {rate} until {low:.3f} V", f"Charge at {rate} until {high + 0.1:.3f} V"]
    protocol = Protocol.model_validate({"steps": steps, "cycles": cycles})
    known = {}
    if coating is not None and "area_specific_resistance" in coating.samples:
        known["coating_resistance"] = coating.samples["area_specific_resistance"]
    metal, ageing = draw(made.metal, SAMPLES, 0, **known), draw(worn, SAMPLES, 0)
    host = {name: _drawn(made.values[name], name) for name in SAMPLED_SULFUR}
    cells = [(made, worn)]
    for k in range(SAMPLES):
        ours = made.metal.sample({name: float(v[k]) for name, v in metal.items() if name in SAMPLED})
        one = replace(made, metal=ours).sample({name: float(v[k]) for name, v in host.items()})
        cells.append((one, worn.sample({name: float(v[k]) for name, v in ageing.items()})))
    kept, left = [], []
    for one, theirs in cells:
        done = cycle_sulfur(one, protocol, theirs)
        found = done.states["discharged_C_per_m2"]
        kept.append(100.0 * float(found[-1] / np.max(found[:3])) if len(found) == cycles else 0.0)
        left.append(done.speciation["S4"])
    return tuple(kept), tuple(left)


def _drawn(value: Value, name: str) -> Array:
    stream = np.random.Generator(np.random.Philox(key=[0, crc32(f"positive {name}".encode())]))
    return value.draw(stream.standard_normal(SAMPLES))


def _both(given: Mapping[str, str]) -> tuple[tuple[tuple[float, ...], tuple[float, ...]], ...]:
    def of(row: int | None) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return _cells(
            row, given["anode"], given["electrolyte"], given["rate"], int(given["cycles"]), given["loading"],
            given["amount"],
        )  # fmt: skip

    return of(int(given["row"])), of(None)


def _span(values: tuple[float, ...]) -> tuple[float, float, float]:
    low, high = np.quantile(values[1:], _RULE)
    return float(min(low, values[0])), values[0], float(max(high, values[0]))


def sulfur_retention(given: Mapping[str, str]) -> tuple[tuple[tuple[float, float, float], ...], str]:
    """((low, nominal, high) capacity kept in %, coated and bare), and the words."""
    (coated, _), (bare, _) = _both(given)
    better = np.mean(np.array(coated[1:]) > np.array(bare[1:]) + 0.5)
    same = np.mean(np.abs(np.array(coated[1:]) - np.array(bare[1:])) <= 0.5)
    words = (
        f"% of the capacity kept after {given['cycles']} cycles at {given['rate']}, {given['loading']} mg/cm2 of "
        f"sulfur and {given['amount']} uL/cm2: coated {_text(coated)}, bare {_text(bare)}; the coated cell keeps more "
        f"in {100 * better:.0f} %, the same in {100 * same:.0f} % of {SAMPLES} samples"
    )
    return (_span(coated), _span(bare)), words


def _text(values: tuple[float, ...]) -> str:
    low, middle, high = _span(values)
    return f"{middle:.0f} ({low:.0f} to {high:.0f})"


def sulfur_forms(given: Mapping[str, str]) -> str:
    """S4(2-) left at the end of the first discharge, coated and bare, in words."""
    (_, coated), (_, bare) = _both(given)
    return (
        f"S4(2-) at the end of the first discharge: coated {100 * max(coated):.1e} %, bare {100 * max(bare):.1e} % of "
        "the sulfur at most in any sample: the two-step model uses it up before the voltage reaches its limit, with or "
        "without a shuttle (what is left is left by kinetics), and has no Li2S6; what Raman sees there is outside of it"
    )


def surrounding_verdicts(given: Mapping[str, str]) -> tuple[Verdict, ...]:
    """The program's own verdicts for surroundings, of bare and (where "row" is given) coated metal."""
    amount = given.get("amount", "50")
    coating = layer_of(int(given["row"]), given["electrolyte"], amount, SAMPLES) if "row" in given else None
    place = Place(
        metal=given["anode"], electrolyte=given["electrolyte"], atmosphere=given.get("atmosphere", "dry"),
        electrolyte_amount=float(amount) * 1e-5, positive=given.get("positive", ""),
        water=float(given["water_ppm"]) * 1e-6 if "water_ppm" in given else None,
    )  # fmt: skip
    return surroundings(place, coating)
