"""What hostile surroundings do to a metal, bare and coated: a verdict for every question that is asked.

Where the laws and constants exist, a verdict has a number with its interval; where they do not, it says that the
answer is not predictable, and why. A cell in humid gas or oxygen is never cycled as if it were dry.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from alloycoat import chemistry
from alloycoat.cell.kernels.ageing_laws import film_factor
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import RecipeError
from alloycoat.quantities import FARADAY
from alloycoat.sources import Estimate, Value

COMPUTED, AT_MOST, NOT_PREDICTABLE = "computed", "at most", "not predictable"
BLOCKED, UNTESTED, NOT_MODELLED = "blocked", "untested", "not modelled"
VERDICTS = (COMPUTED, AT_MOST, NOT_PREDICTABLE, BLOCKED, UNTESTED, NOT_MODELLED)
ATMOSPHERES = ("dry", "humid", "O2")
_DAY = 86400.0
_WATER = 0.018015  # kg/mol
_ELECTRONS_PER_O2 = 2.0
"""Electrons that an oxygen molecule takes from the metal: to peroxide."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer to one question. verdict: one of VERDICTS; value: in SI `unit`, None where there is no number.

    reason: why, in plain words. sources: keys of the data tables.
    """

    question: str
    verdict: str
    reason: str
    value: Estimate | None = None
    unit: str = ""
    sources: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As it stands in the json documents."""
        return {
            "question": self.question, "verdict": self.verdict, "reason": self.reason,
            "value": None if self.value is None else self.value.value,
            "value_interval": None if self.value is None else self.value.interval, "unit": self.unit,
        }  # fmt: skip

    @property
    def text(self) -> str:
        """One line."""
        return f"{self.question}: {self.verdict}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a metal stands. water: mass fraction in the electrolyte. amounts: m3/m2; separator: m, MacMullin.

    capacity: C/m2 of metal, None in excess. positive: name, empty in cells of one metal. rests: (s of one rest, how
    often in all). plated: C/m2 plated before each rest.
    """

    metal: str
    electrolyte: str
    atmosphere: str = "dry"
    water: float | None = None
    electrolyte_amount: float = 0.0
    separator_thickness: float = 25e-6
    macmullin: float = 10.0
    capacity: float | None = None
    positive: str = ""
    rests: tuple[float, int] = (0.0, 0)
    plated: float = 0.0


def asked(place: Place) -> list[str]:
    """Why this cell cannot be cycled as it stands; empty where it can."""
    found = []
    if place.atmosphere != "dry":
        found.append(f"atmosphere {place.atmosphere!r}")
    if place.water is not None:
        found.append(f"{place.water * 1e6:.6g} ppm of water in the electrolyte")
    if place.positive == "O2":
        found.append("an oxygen positive")
    if place.metal == "Mg" and _is_carbonate(place.electrolyte):
        found.append("magnesium in a carbonate")
    if place.metal == "Mg" and place.positive == "TiS2":
        found.append("TiS2 against magnesium")
    return found


def asked_of(recipe: Any) -> list[str]:
    """`asked` for a `Recipe`: why its cell cannot be cycled, nor its life predicted; empty where it can."""
    part = recipe.cell
    if part is None or part.electrolyte is None:
        return []
    positive = part.positive or "" if part.format == "full" else ""
    return asked(Place(recipe.anode.metal, part.electrolyte, part.atmosphere, part.water, positive=positive))


def refuse_hostile(recipe: Any) -> None:
    """RecipeError for a recipe whose surroundings no model and no published cell covers."""
    reasons = asked_of(recipe)
    if reasons:
        raise RecipeError(
            f"[cell] {', '.join(reasons)}: not predictable; 'alloycoat run' and 'cycle' print a verdict for each "
            "question, no cell is cycled as if it were dry"
        )


def _is_carbonate(text: str) -> bool:
    return chemistry.electrolyte(text).solvent_class == "carbonate"


def _number(subject: str, name: str, unit: str) -> Value:
    return by_subject("surroundings")[subject][name].quantity(unit)


def surroundings(place: Place, coating: Any = None) -> tuple[Verdict, ...]:
    """Every question that the surroundings of this cell raise, bare and (where `coating` is given) coated."""
    found: list[Verdict] = []
    humid = place.atmosphere == "humid" or place.water is not None
    if humid:
        found += _water(place, coating)
    if place.atmosphere == "O2" or place.positive == "O2":
        found += _oxygen(place, coating)
    if place.atmosphere != "dry" or place.water is not None:
        found.append(_life(place))
    if place.positive == "O2":
        found += _peroxide(place)
    if place.metal == "Mg" and _is_carbonate(place.electrolyte):
        found += _magnesium(coating)
    if place.metal == "Mg" and place.positive == "TiS2":
        found.append(Verdict(
            "capacity and voltage of TiS2 against Mg", NOT_PREDICTABLE,
            "no open-circuit curve, diffusivity or kinetics of magnesium in TiS2 was found",
        ))  # fmt: skip
    return (*found, *storage(place, coating))


def _water(place: Place, coating: Any) -> list[Verdict]:
    """Metal that the water of the electrolyte can take at most, and its rate."""
    found = []
    question = f"metal that the water in the electrolyte takes from bare {place.metal}"
    known = "; rate laws of bare lithium in pure vapour exist, not through an electrolyte or a film on it"
    sources = ("sur-otero2016", "sur-deal1953", "sur-irvine1961") if place.metal == "Li" else ()
    if place.water is None:
        found.append(Verdict(
            question, NOT_PREDICTABLE,
            'the water in the electrolyte is not given; write for instance [cell] water = "1000 ppm"',
        ))  # fmt: skip
    else:
        density = by_subject("stack")["electrolyte"]["density"].quantity("kg/m**3")
        per = place.water * place.electrolyte_amount / _WATER * FARADAY
        metal = place.metal
        equation = "Mg + 2 H2O = Mg(OH)2 + H2" if metal == "Mg" else f"{metal} + H2O = {metal}OH + 1/2 H2"
        charge = Estimate(*(per * end for end in (density.value, density.low, density.high)))
        words = f"{_charge(charge.value)}, one electron a molecule ({equation}), then it is used up"
        if place.capacity:
            words += f"; the cell has {_charge(place.capacity)} of metal"
        found.append(Verdict(question, AT_MOST, words, charge, "C/m2", (density.source,)))
    film = _number("H2O", "diffusivity_in_LiOH", "cm**2/s")
    why = "no rate law of the metal under an electrolyte that holds water was found"
    if place.metal == "Li":
        why += f"{known} (diffusivity of water in LiOH {film.value:.2g} cm2/s, its concentration there is unknown)"
    found.append(Verdict(f"how fast water corrodes bare {place.metal}", NOT_PREDICTABLE, why, None, "", sources))
    if coating is not None:
        found.append(Verdict(
            f"how much slower water corrodes coated {place.metal}", NOT_PREDICTABLE,
            "the permeability to water is known for no alloy layer; its ceiling is that of the bare metal",
        ))  # fmt: skip
    return found


def _oxygen(place: Place, coating: Any) -> list[Verdict]:
    """Corrosion by oxygen that crosses the separator: at most what diffuses, D c/(N_M L) with c = 0 at the metal."""
    solubility = _number("O2", "solubility", "mol/m**3")
    diffusivity = _number("O2", "diffusivity", "m**2/s")
    path = place.macmullin * place.separator_thickness
    ends = [
        _ELECTRONS_PER_O2 * FARADAY * a * b / path
        for a, b in (
            (solubility.value, diffusivity.value), (solubility.low, diffusivity.low),
            (solubility.high, diffusivity.high),
        )
    ]  # fmt: skip
    rate = Estimate(*ends)
    words = f"what diffuses through the separator, two electrons a molecule: {rate.value / 10:.2g} mA/cm2"
    if place.capacity:
        hours = Estimate(*(place.capacity / end / 3600.0 for end in (ends[0], ends[2], ends[1])))
        words += f"; the metal lasts at least {hours.low:.3g} h against it"
    words += "; films that slow it are left out, and solubility and diffusivity are those of an ether"
    sources = (solubility.source,)
    found = [Verdict(f"corrosion of bare {place.metal} by oxygen that crosses", AT_MOST, words, rate, "A/m2", sources)]
    if coating is not None:
        found.append(Verdict(
            f"corrosion of coated {place.metal} by oxygen that crosses", AT_MOST,
            "the ceiling is that of the bare metal: the permeability to oxygen is known for no alloy layer", rate,
            "A/m2", sources,
        ))  # fmt: skip
    return found


def _life(place: Place) -> Verdict:
    where = {"humid": "humid gas", "O2": "oxygen"}.get(place.atmosphere, "a moist electrolyte")
    return Verdict(
        f"voltage, efficiency and life in {where}", NOT_PREDICTABLE,
        "no law of what the products of corrosion do to film, moss and electrolyte was found; a number for dry gas "
        "would ignore the surroundings, so none is given",
    )  # fmt: skip


def _peroxide(place: Place) -> list[Verdict]:
    """Li|O2: what is thermodynamics, and what is not known."""
    if place.metal != "Li":
        return [Verdict(f"{place.metal}|O2", NOT_PREDICTABLE, f"no model of oxygen against {place.metal} was found")]
    volts = _number("Li2O2", "potential", "V")
    return [
        Verdict(
            "open-circuit voltage of Li|O2", COMPUTED, f"2 Li + O2 = Li2O2: {volts.value:g} V",
            Estimate(volts.value, volts.low, volts.high), "V", (volts.source,),
        ),
        Verdict(
            "capacity, polarization and life of Li|O2", NOT_PREDICTABLE,
            "how Li2O2 grows and dissolves, what water does to it, and side reactions of the electrolyte decide; no "
            "constants that hold from cell to cell were found. At a charge limited by the protocol the capacity is "
            "the limit itself until the cell fails",
        ),
    ]  # fmt: skip


def _magnesium(coating: Any) -> list[Verdict]:
    found = [
        Verdict(
            "plating and stripping of bare Mg in a carbonate",
            BLOCKED,
            "a film forms that Mg2+ does not cross (the review, section 5.1): no current but through its breakdown",
        )
    ]
    if coating is not None:
        found.append(Verdict(
            "plating and stripping of Mg under an alloy layer in a carbonate", UNTESTED,
            "the review names it as the next step and knows no test of it; a polymer film did work (its ref. 94: 1000 "
            "cycles in Mg(TFSI)2/PC)",
        ))  # fmt: skip
    return found


def storage(place: Place, coating: Any = None) -> tuple[Verdict, ...]:
    """What a cell loses at open circuit in the rests of its protocol: corrosion, galvanic couple of A and M.

    Corrosion: share lost of the metal plated before a rest, the measured share of a day times t/day to a power
    between 1/2 (growth limited by diffusion) and 1. Rests below an hour ask nothing.
    """
    seconds, times = place.rests
    if seconds < 3600.0 or not times:
        return ()
    found = [_film(seconds)]
    days = seconds / _DAY
    name = f"metal lost at open circuit in a rest of {_span(seconds)}"
    if place.metal == "Li":
        share = _number("Li", "corrosion_per_day", "")
        slow, fast = sorted((math.sqrt(days), days))
        lost = Estimate(
            min(1.0, share.value * math.sqrt(days)), min(1.0, share.low * slow), min(1.0, share.high * fast)
        )
        words = (
            f"{100 * lost.value:.2g} % of the lithium plated before it ({100 * lost.low:.2g} to {100 * lost.high:.2g})"
        )
        if place.plated > 0.0:
            words += f", {_charge(lost.value * place.plated)}"
        words += (
            "; measured over a day on plated lithium by its porosity, with time between its root and itself. The cell "
            "that is cycled here ages the film on the bulk over the rest, but loses no metal in it"
        )
        found.append(Verdict(f"{name}, bare", COMPUTED, words, lost, "", (share.source, "sur-boyle2021")))
    else:
        found.append(Verdict(
            f"{name}, bare", NOT_PREDICTABLE, f"no measured corrosion of {place.metal} at open circuit was found",
        ))  # fmt: skip
    if coating is not None:
        found.append(Verdict(
            f"{name}, coated", NOT_PREDICTABLE, "no measured corrosion at open circuit under an alloy layer was found",
        ))  # fmt: skip
        found.append(_galvanic(place.metal, coating))
    return tuple(found)


def _film(seconds: float) -> Verdict:
    """Growth of the film on fresh bulk metal, sqrt(1 + t/tau) - 1, as the ageing cell has it in every rest."""
    scale = by_subject("ageing")["any"]["film_time"].quantity("s")
    rise = Estimate(*(film_factor(seconds, tau) - 1.0 for tau in (scale.value, scale.high, scale.low)))
    return Verdict(
        f"growth of the film (SEI) in a rest of {_span(seconds)}", COMPUTED,
        f"its resistance on fresh bulk metal rises by {100 * rise.value:.2g} % ({100 * rise.low:.2g} to "
        f"{100 * rise.high:.2g}), parabolic growth with an assumed time; it is in the simulated cell, bare and coated "
        "alike", rise, "", (scale.source,),
    )  # fmt: skip


def _galvanic(metal: str, coating: Any) -> Verdict:
    """Driving force of the couple of metal and layer; its current needs the kinetics of the electrolyte on M."""
    phases: Sequence[Any] = [part for part in coating.phases if part.role != "byproduct"]
    table = chemistry.anode(metal)
    known = {p.formula: p for rows in table.alloys.values() for p in rows}
    driven = []
    for part in phases:
        phase = known.get(part.formula)
        if phase is not None and phase.plateau is not None and part.formula not in coating.equilibrium_phase:
            driven.append(f"{part.formula} {phase.plateau.value * 1e3:.0f} mV")
        elif phase is None:
            driven.append(f"{part.formula}, not yet alloyed")
    why = "the reduction of an electrolyte on these layers has no measured kinetics"
    if driven:
        why += f"; the couple has a driving force: {', '.join(driven)} against {metal} (it alloys further)"
    else:
        why += f"; a layer that is the phase richest in {metal} is at its potential: no couple is left but with pores"
    return Verdict(f"galvanic corrosion of {metal} against the layer", NOT_PREDICTABLE, why)


def _charge(value: float) -> str:
    """C/m2 as people write it."""
    return f"{value / 3.6e4:.3g} mAh/cm2" if value >= 3.6e3 else f"{value / 36.0:.3g} uAh/cm2"


def _span(seconds: float) -> str:
    return f"{seconds / _DAY:.3g} days" if seconds >= 2 * _DAY else f"{seconds / 3600.0:.3g} h"
