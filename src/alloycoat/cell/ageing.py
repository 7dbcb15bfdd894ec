"""`AgeingParameters`: what wears a cell out, gathered from the table of assumed values (chemistry/data/ageing.csv).

The laws themselves are scalar functions in `alloycoat.cell.kernels.ageing_laws`, which compiled and plain code
share.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from alloycoat import chemistry
from alloycoat.cell.design import BLOCKED, Cell
from alloycoat.chemistry.tables import by_subject
from alloycoat.errors import RecipeError, unknown_name
from alloycoat.quantities import FARADAY, parse
from alloycoat.sources import Estimate, Value

_UNITS = {
    "film_split": "", "moss_slope": "m**2/C", "moss_most": "", "moss_seed": "", "mossy_share": "",
    "dead_porosity": "", "dead_macmullin": "", "sei_volume": "m**3/mol", "solvent_use": "m**3/mol",
    "salt_use": "mol/mol", "film_time": "s", "growth_share": "", "cover_film": "m", "coating_loss": "m**2/C",
    "fatigue": "", "healing": "m**3/mol/s", "healing_amount": "mol/m**2", "exchange_time": "s", "residual": "",
    "rough": "", "rough_spread": "", "moss_porosity": "", "leak": "S/m**2", "leak_spread": "", "leak_kept": "",
    "hard_leak": "S/m**2",
}  # fmt: skip
_SHARES = {
    "loss", "film_split", "moss_seed", "mossy_share", "dead_porosity", "growth_share", "residual", "moss_porosity",
    "leak_kept", "coverage", "dense",
}  # fmt: skip
_FILM_FORMERS = ("LiNO3", "FEC", "NaNO3", "KNO3")


@dataclass(frozen=True, slots=True)
class AgeingParameters:
    """Constants of the ageing laws and stocks of one cell; SI units per electrode area.

    loss: share of the moss charge lost per plating and stripping, film_split of it as film, the rest as dead
    metal. moss_*: area of fresh metal. sei_volume, solvent_use, salt_use: per mol of electrons of film.
    electrolyte_amount: m3/m2 in the whole cell. additive: mol/m2 of a self-healing additive. coverage: of a
    fresh coating. plateau (V) and alloy_capacity (C/m2): metal that the alloy gives off. dense: share of
    top-plated metal that is dense. substrate: V of nucleation on the foreign working electrode of a half cell.
    spreads: the tabulated values behind the numbers. notes: what is assumed, in plain words. Raises RecipeError
    for numbers that cannot be.
    """

    loss: float
    film_split: float
    moss_slope: float
    moss_most: float
    moss_seed: float
    mossy_share: float
    dead_porosity: float
    dead_macmullin: float
    sei_volume: float
    solvent_use: float
    salt_use: float
    film_time: float
    growth_share: float
    cover_film: float
    coating_loss: float
    fatigue: float
    healing: float
    healing_amount: float
    exchange_time: float
    residual: float
    rough: float
    rough_spread: float
    moss_porosity: float
    leak: float
    leak_spread: float
    leak_kept: float
    hard_leak: float
    electrolyte_amount: float
    additive: float = 0.0
    coverage: float = 1.0
    plateau: float = math.inf
    alloy_capacity: float = 0.0
    dense: float = 0.0
    substrate: float = 0.0
    spreads: Mapping[str, Value | Estimate] | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not isinstance(value, (int, float)):
                continue
            most = 1.0 if field.name in _SHARES else math.inf
            if not (0.0 <= value <= most) or (math.isinf(value) and field.name != "plateau"):
                raise RecipeError(f"ageing {field.name}: {value!r} given; allowed is 0 to {most:g}")
        for name in (
            "moss_slope", "moss_most", "cover_film", "film_time", "exchange_time", "rough", "electrolyte_amount",
            "dead_macmullin", "healing_amount",
        ):  # fmt: skip
            if getattr(self, name) <= 0.0:
                raise RecipeError(f"ageing {name}: {getattr(self, name)!r} given; it must be above zero")
        if max(self.loss * self.film_split, self.dead_porosity) >= 1.0 or self.dead_porosity <= 0.0:
            raise RecipeError(
                f"ageing dead_porosity, loss: {self.dead_porosity!r}, {self.loss!r} given; below 1 needed"
            )

    @property
    def sampled(self) -> tuple[str, ...]:
        """Names that a sample may change: those with a spread."""
        return tuple(self.spreads or {})

    def sample(self, values: Mapping[str, float]) -> AgeingParameters:
        """The parameters with some replaced; shares are kept within 0 and 1. Raises RecipeError for other names.

        A drawn coverage stays below that of the best layer in the table: without a pinhole no moss could ever
        start, and the life would hang on what the solver leaves in its last digit.
        """
        names = {field.name for field in fields(self)} - {"spreads", "notes", "sources"}
        changes: dict[str, Any] = {}
        for name, value in values.items():
            if name not in names:
                raise RecipeError(unknown_name("ageing parameter", name, names))
            changes[name] = min(float(value), 0.95) if name in _SHARES - {"coverage"} else float(value)
        if "coverage" in changes:
            best = by_subject("ageing")["coverage"]["complete"].quantity("").high
            changes["coverage"] = min(best, changes["coverage"])
        if "dead_macmullin" in changes:
            changes["dead_macmullin"] = max(1.0, changes["dead_macmullin"])
        return replace(self, **changes)


def ageing_parameters(
    cell: Cell,
    coating: Any = None,
    *,
    electrolyte_amount: str | float | None = None,
    additive: str | float = 0.0,
) -> AgeingParameters:
    """What wears this cell out, from the tables.

    coating: the `Coating` on it (its coverage, alloy and solubility; None: bare). electrolyte_amount: volume
    per area as text, or m3/m2; assumed where left out. additive: amount of a self-healing additive per area as
    text, or mol/m2 of the whole cell. Raises RecipeError for numbers that cannot be.
    """
    table = by_subject("ageing")
    spreads: dict[str, Value | Estimate] = {name: table["any"][name].quantity(unit) for name, unit in _UNITS.items()}
    solution = chemistry.electrolyte(cell.electrolyte) if cell.electrolyte != "test" else None
    kind = solution.solvent_class if solution is not None else "ether"
    loss = table[kind]["loss"].quantity("")
    notes = ["ageing: every constant is assumed (see the table of ageing); nothing is fitted"]
    if solution is not None and any(name in _FILM_FORMERS for name, _ in solution.additives):
        factor = table["film former"]["loss_factor"].quantity("").value
        loss = Value(loss.value * factor, "", loss.kind, loss.source, loss.low * factor, loss.high * factor, loss.note)
        notes.append("the loss is lowered for the film-forming additive in the electrolyte (assumed)")
    spreads["loss"] = loss
    if electrolyte_amount is None:
        spreads["electrolyte_amount"] = chemistry.electrolyte_amount()
        notes.append(
            f"{spreads['electrolyte_amount'].value * 1e5:.0f} uL/cm2 of electrolyte assumed; the life follows it"
        )
    values: dict[str, Any] = {}
    if coating is not None:
        spreads["coverage"] = table["coverage"][_coverage_word(coating)].quantity("")
        values |= _alloy(cell, coating, table["top"]["solubility_scale"].quantity("").value)
    if cell.kind == "half":
        spreads["substrate"] = table["copper"]["nucleation"].quantity("V")
    values |= {name: spread.value for name, spread in spreads.items()}
    if electrolyte_amount is not None:
        values["electrolyte_amount"] = _si(electrolyte_amount, "volume per area")
    values["additive"] = _si(additive, "amount per area") if additive else 0.0
    sources = tuple(dict.fromkeys(v.source for v in spreads.values() if isinstance(v, Value) and v.source))
    return AgeingParameters(**values, spreads=spreads, notes=tuple(notes), sources=sources)


def _si(value: str | float, dimension: str) -> float:
    return parse(value, dimension, "ageing") if isinstance(value, str) else float(value)


def _coverage_word(coating: Any) -> str:
    word = str(getattr(coating, "coverage", "unknown"))
    return word if word in ("complete", "incomplete") else "unknown"


def _alloy(cell: Cell, coating: Any, scale: float) -> dict[str, float]:
    """Plateau and metal of the alloy, and how dense metal on top of it is: of the phase with most metal in it."""
    from alloycoat.cell.kernels.ageing_laws import dense_share

    found = {"plateau": math.inf, "alloy_capacity": 0.0, "dense": 0.0}
    if cell.coating_resistance >= BLOCKED:
        # no ion crosses such a layer, so it is as open as metal needs to come out from below: as on top, assumed
        found["plateau"] = cell.nucleation_overpotential
    metal = chemistry.anode(cell.anode)
    for part in getattr(coating, "phases", ()):
        if part.role == "byproduct":
            continue
        phase = next((p for rows in metal.alloys.values() for p in rows if p.formula == part.formula), None)
        element = phase.element if phase is not None else part.formula
        if element in metal.solubility:
            found["dense"] = max(found["dense"], dense_share(metal.solubility[element].value, scale))
        if phase is None or phase.plateau is None or phase.plateau.value <= 0.0:
            continue
        charge = part.mol_per_m2.value * phase.atoms_anode * metal.charge * FARADAY
        if charge > found["alloy_capacity"]:
            found["alloy_capacity"], found["plateau"] = charge, phase.plateau.value
    return found
