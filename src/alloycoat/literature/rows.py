"""The rows of the tables: `CoatingRow` and `CellRow`, typed, cited, the author's wording beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from alloycoat.literature.papers import Paper

THICKNESS_RELATIONS = ("equal", "about", "below", "range", "alternatives", "none")
"""How a thickness is printed: 2 um, ~6 um, < 10 um, 5-10 um, 500 nm or 2 um, n/a."""
LIFE_RELATIONS = ("equal", "above", "below", "between")
"""How a life is printed: 200 h, >200 h, <200 h; 100-200 h in rows of the user's."""
CLAIM_RELATIONS = (
    "equal", "about", "above", "below", "at least", "at most", "range", "alternatives", "each", "text",
)  # fmt: skip
"""How a claim is printed; `each`: one value for each of `value_labels`; `text`: no number."""
SOFT_SHORT_RATIO = 0.8
"""End over begin of a polarization at or below which activation and soft short cannot be told apart."""


@dataclass(frozen=True, slots=True)
class PrintedPhase:
    """A phase as the author names it: a formula, or a generic name ("LixAl") with its element.

    `meant` is the likely formula where the printed one is no known phase (Li15In3: Li13In3), else empty.
    `role`: alloy, metal (the coating element itself) or byproduct.
    """

    text: str
    formula: str
    elements: tuple[str, ...]
    role: str
    meant: str = ""

    @property
    def generic(self) -> bool:
        """True where the name is no formula."""
        return not self.formula

    def to_json(self) -> dict[str, Any]:
        """text, formula (empty where generic), meant, generic, elements, role."""
        return {
            "text": self.text,
            "formula": self.formula,
            "meant": self.meant,
            "generic": self.generic,
            "elements": list(self.elements),
            "role": self.role,
        }


@dataclass(frozen=True, slots=True)
class Variant:
    """One recipe that a row describes; `cells` are (table.key, text) pairs of the recipe file."""

    name: str
    basis: str
    cells: tuple[tuple[str, str], ...]

    def tables(self, title: str = "") -> dict[str, Any]:
        """The recipe as nested tables, a new dict each time: what `Recipe.model_validate` takes."""
        nested: dict[str, Any] = {"title": title} if title else {}
        for dotted, text in self.cells:
            table, key = dotted.split(".")
            nested.setdefault(table, {})[key] = text
        return nested


BENCHMARK_ITEMS = ("areal capacity", "electrolyte amount", "N/P ratio", "electrode area", "replicates")
"""What decides a life as much as the coating does; a row of the review gives the first alone."""


def _warn_nulls(document: dict[str, Any], reasons: dict[str, str], where: str = "") -> list[str]:
    """One warning for every null in `document`, by its dotted name."""
    found = []
    for key, value in document.items():
        name = f"{where}{key}"
        if value is None:
            found.append(f"{name} is null: {reasons.get(name, 'not printed')}")
        elif isinstance(value, dict):
            found += _warn_nulls(value, reasons, f"{name}.")
    return found


@dataclass(frozen=True, slots=True)
class CoatingRow:
    """A row of Tables 1 and 2 or of section 2.2: a recipe with the layer that was seen."""

    table: ClassVar[str] = "coating"
    row: int
    where: str
    anode: str
    elements: tuple[str, ...]
    route: str
    precursors: tuple[str, ...]
    solvents: tuple[str, ...]
    form: str
    phases: tuple[PrintedPhase, ...]
    thickness_relation: str
    thickness_low_um: float | None
    thickness_high_um: float | None
    printed: tuple[tuple[str, str], ...]
    variants: tuple[Variant, ...]
    cell_rows: tuple[int, ...]
    not_given: tuple[str, ...]
    paper: Paper
    ref: int
    note: str

    @property
    def laboratory(self) -> str:
        """Label of the group, inferred from the author list."""
        return self.paper.laboratory

    @property
    def as_printed(self) -> dict[str, str]:
        """The review's wording: solution, protocol, layer, thickness."""
        return dict(self.printed)

    @property
    def title(self) -> str:
        """A title for the recipe of this row."""
        return f"{self.as_printed['solution']} on {self.anode} (review row {self.row}, ref {self.ref})"

    @property
    def recipe_fields(self) -> dict[str, Any]:
        """The first recipe of the row as nested tables, quantities as text; what is not printed is absent."""
        return self.variants[0].tables(self.title)

    @property
    def recipe_variants(self) -> tuple[dict[str, Any], ...]:
        """Every recipe of the row: low and high end of a range, one for each precursor."""
        return tuple(variant.tables(f"{self.title}, {variant.name}") for variant in self.variants)

    @property
    def completeness(self) -> float:
        """Share of the items that would be needed to repeat the row and are printed (0 to 1)."""
        given = sum(name.startswith(("coating.", "anode.area")) for name, _ in self.variants[0].cells) + 1
        given += self.thickness_relation != "none"
        return given / (given + len(self.not_given))

    def to_json(self) -> dict[str, Any]:
        """The row as `alloycoat evidence --json` prints it."""
        low, high = self.thickness_low_um, self.thickness_high_um
        document: dict[str, Any] = {
            "table": self.table,
            "row": self.row,
            "where": self.where,
            "anode": self.anode,
            "element": ", ".join(self.elements),
            "elements": list(self.elements),
            "route": self.route,
            "precursors": list(self.precursors),
            "solvents": list(self.solvents),
            "form": self.form,
            "phases": [phase.to_json() for phase in self.phases],
            "thickness_relation": self.thickness_relation,
            "thickness_low_um": low,
            "thickness_high_um": high,
            "thickness_low_m": None if low is None else low * 1e-6,
            "thickness_high_m": None if high is None else high * 1e-6,
            "recipe_fields": self.recipe_fields,
            "recipe_variants": list(self.recipe_variants),
            "cell_rows": list(self.cell_rows),
            "laboratory": self.laboratory,
            "not_given": list(self.not_given),
            "completeness": self.completeness,
            "note": self.note,
            "as_printed": self.as_printed,
            "reference": self.paper.to_json(),
            "references": [self.paper.to_json()],
        }
        document["warnings"] = _warn_nulls(document, {})
        return document


@dataclass(frozen=True, slots=True)
class Side:
    """The bare or the coated cell of a row of Table 3.

    The life lies in [life_lower_h, life_upper_h] hours: equal where printed "200 h", lower 0 where only an
    upper bound is printed, upper None where only a lower one is. Polarizations in V.
    """

    polarization_begin: float | None
    polarization_end: float | None
    approximate: bool
    life_relation: str
    life_lower_h: float
    life_upper_h: float | None
    life_in_text: str = ""

    @property
    def flags(self) -> tuple[str, ...]:
        """activation_or_soft_short, round_hundred_life, text_says_at_least."""
        begin, end = self.polarization_begin, self.polarization_end
        found = []
        if begin is not None and end is not None and end <= SOFT_SHORT_RATIO * begin * (1 + 1e-9):
            found.append("activation_or_soft_short")
        if self.life_relation == "equal" and self.life_lower_h % 100 == 0:
            found.append("round_hundred_life")
        if self.life_in_text.startswith("at least"):
            found.append("text_says_at_least")
        return tuple(found)

    def to_json(self) -> dict[str, Any]:
        """The entry `bare` or `coated` of a cell row."""
        return {
            "life_lower_h": self.life_lower_h,
            "life_upper_h": self.life_upper_h,
            "life_relation": self.life_relation,
            "polarization_begin_V": self.polarization_begin,
            "polarization_end_V": self.polarization_end,
            "polarization_approximate": self.approximate,
            "flags": list(self.flags),
        }


@dataclass(frozen=True, slots=True)
class CellRow:
    """A row of Table 3: a bare and a coated symmetric cell under the same plating and stripping.

    SI: `salt_concentration` mol/m3, `current_density` A/m2, `half_cycle` s (of plating, and of stripping).
    Rows with the same `bare_cell` share one bare cell. `origin` is "review", or "added" for a row of the
    user's (then `coating_row` is 0); `details` are (name, text) of what the review prints for no cell.
    """

    table: ClassVar[str] = "cell"
    row: int
    anode: str
    element: str
    phases: tuple[PrintedPhase, ...]
    route: str
    electrolyte: str
    salt: str
    salt_concentration: float | None
    solvents: tuple[str, ...]
    additives: tuple[str, ...]
    solvent_class: str
    current_density: float
    half_cycle: float
    bare: Side
    coated: Side
    bare_cell: str
    bare_cell_shared: bool
    coating_row: int
    variants: tuple[Variant, ...]
    inherited: tuple[str, ...]
    printed: tuple[tuple[str, str], ...]
    paper: Paper
    ref: int
    note: str
    origin: str = "review"
    details: tuple[tuple[str, str], ...] = ()

    @property
    def elements(self) -> tuple[str, ...]:
        """The coating element, as a tuple of one."""
        return (self.element,)

    @property
    def laboratory(self) -> str:
        """Label of the group, inferred from the author list."""
        return self.paper.laboratory

    @property
    def areal_capacity(self) -> float:
        """Charge plated in a half-cycle, current density times duration (C/m2)."""
        return self.current_density * self.half_cycle

    @property
    def as_printed(self) -> dict[str, str]:
        """The review's wording: coating, electrolyte, conditions, polarizations, lives."""
        return dict(self.printed)

    @property
    def flags(self) -> tuple[str, ...]:
        """Flags of the sides ("bare:...", "coated:...") and bare_cell_shared, shorter_than_bare."""
        found = [f"bare:{flag}" for flag in self.bare.flags]
        found += [f"coated:{flag}" for flag in self.coated.flags]
        if self.bare_cell_shared:
            found.append("bare_cell_shared")
        if self.coated.life_upper_h is not None and self.coated.life_upper_h < self.bare.life_lower_h:
            found.append("shorter_than_bare")
        return tuple(found)

    @property
    def not_given(self) -> tuple[str, ...]:
        """Which items of the row's own columns are not printed."""
        items = {
            "salt concentration": self.salt_concentration,
            "bare polarization at the beginning": self.bare.polarization_begin,
            "bare polarization at the end": self.bare.polarization_end,
            "coated polarization at the beginning": self.coated.polarization_begin,
            "coated polarization at the end": self.coated.polarization_end,
        }
        return tuple(name for name, value in items.items() if value is None)

    @property
    def completeness(self) -> float:
        """Share of the nine numbers of the row that are printed (0 to 1)."""
        return 1.0 - len(self.not_given) / 9.0

    @property
    def recipe_fields(self) -> dict[str, Any]:
        """The bare cell of the row as recipe tables: anode, cell, protocol (quantities as text)."""
        current = f"{self.current_density / 10:g} mA/cm2"
        hold = f"{self.half_cycle / 60:g} minutes"
        where = f"Table 3 row {self.row}, ref {self.ref}" if self.origin == "review" else f"added, {self.paper.key}"
        return {
            "title": f"{self.as_printed['coating']} on {self.anode} ({where})",
            "anode": {"metal": self.anode},
            "cell": {"format": "symmetric", "electrolyte": self.electrolyte},
            "protocol": {"steps": [f"{verb} at {current} for {hold}" for verb in ("Plate", "Strip")]},
        }

    @property
    def recipe_variants(self) -> tuple[dict[str, Any], ...]:
        """The coated cell as recipe tables, one for each recipe of `coating_row` that it may stand for."""
        tables = [variant.tables() for variant in self.variants]
        return tuple({**coated, **self.recipe_fields, "anode": coated["anode"]} for coated in tables)

    def to_json(self) -> dict[str, Any]:
        """The row as `alloycoat evidence --json` prints it."""
        document: dict[str, Any] = {
            "table": self.table,
            "row": self.row,
            "origin": self.origin,
            "anode": self.anode,
            "element": self.element,
            "elements": list(self.elements),
            "phases": [phase.to_json() for phase in self.phases],
            "route": self.route,
            "electrolyte": self.electrolyte,
            "salt": self.salt,
            "salt_concentration_mol_per_m3": self.salt_concentration,
            "solvents": list(self.solvents),
            "additives": list(self.additives),
            "solvent_class": self.solvent_class,
            "current_density_A_per_m2": self.current_density,
            "half_cycle_s": self.half_cycle,
            "areal_capacity_C_per_m2": self.areal_capacity,
            "bare": {**self.bare.to_json(), "bare_cell": self.bare_cell},
            "coated": self.coated.to_json(),
            "bare_cell": self.bare_cell,
            "coating_row": self.coating_row,
            "recipe_fields": self.recipe_fields,
            "inherited": list(self.inherited),
            "laboratory": self.laboratory,
            "not_given": list(self.not_given),
            "completeness": self.completeness,
            "benchmark_completeness": len(benchmark_given(self)) / len(BENCHMARK_ITEMS),
            "flags": list(self.flags),
            "details": dict(self.details),
            "note": self.note,
            "as_printed": self.as_printed,
            "reference": self.paper.to_json(),
            "references": [self.paper.to_json()],
        }
        bound = "only a lower bound is printed"
        reasons = {"bare.life_upper_h": bound, "coated.life_upper_h": bound}
        document["warnings"] = _warn_nulls(document, reasons)
        return document


def benchmark_given(row: CellRow) -> tuple[str, ...]:
    """The items of `BENCHMARK_ITEMS` that the row gives."""
    stated = {"areal capacity", *(name for name, _ in row.details)}
    return tuple(item for item in BENCHMARK_ITEMS if item in stated)
