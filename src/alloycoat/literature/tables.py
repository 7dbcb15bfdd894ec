"""The whole evidence, read once: 37 coatings, 43 pairs of cells, 52 claims."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from alloycoat.literature.claims import ClaimRow
from alloycoat.literature.papers import REVIEW, papers
from alloycoat.literature.reading import EvidenceTableError, number, numbers, pairs, parts, read
from alloycoat.literature.rows import (
    CLAIM_RELATIONS,
    LIFE_RELATIONS,
    THICKNESS_RELATIONS,
    CellRow,
    CoatingRow,
    PrintedPhase,
    Side,
    Variant,
)

_COATING = (
    "row", "where", "anode", "elements", "route", "precursors", "solvents", "form", "phases",
    "thickness_relation", "thickness_low_um", "thickness_high_um", "solution_as_printed",
    "protocol_as_printed", "layer_as_printed", "thickness_as_printed", "not_given", "paper", "ref", "note",
)  # fmt: skip
_VARIANT_KEYS = (
    "anode.metal", "anode.area", "coating.route", "coating.precursor", "coating.solvent",
    "coating.concentration", "coating.volume", "coating.time", "coating.form", "coating.metal",
    "coating.thickness", "coating.rate", "coating.foil_thickness", "coating.material",
    "coating.composition", "cell.electrolyte",
)  # fmt: skip
_CELL = (
    "row", "anode", "element", "coating_as_printed", "phases", "electrolyte", "electrolyte_as_printed",
    "salt", "salt_mol_per_L", "solvents", "additives", "solvent_class", "conditions_as_printed",
    "current_mA_per_cm2", "half_cycle_min",
    "bare_polarization_as_printed", "bare_begin_V", "bare_end_V", "bare_approximate",
    "bare_life_as_printed", "bare_life_relation", "bare_life_lower_h", "bare_life_upper_h",
    "coated_polarization_as_printed", "coated_begin_V", "coated_end_V", "coated_approximate",
    "coated_life_as_printed", "coated_life_relation", "coated_life_lower_h", "coated_life_upper_h",
    "coated_life_in_text", "bare_cell", "coating_row", "coating_variants", "inherited", "paper", "ref",
    "note",
)  # fmt: skip
_CLAIM = (
    "id", "section", "claim", "quantity", "relation", "values", "value_labels", "unit", "text_value",
    "conditions", "anodes", "elements", "as_printed", "kind", "papers", "refs", "note",
)  # fmt: skip


def _allowed(value: str, allowed: tuple[str, ...], where: str) -> str:
    if value not in allowed:
        raise EvidenceTableError(f"{where}: {value!r} is not one of {', '.join(allowed)}")
    return value


def _phase(text: str, anode: str, elements: tuple[str, ...]) -> PrintedPhase:
    """One item of a phases cell: `LiCl`, `Li15In3=>Li13In3` (printed, meant), `generic:LixAl:Al`."""
    if text.startswith("generic:"):
        _, name, symbols = text.split(":")
        return PrintedPhase(name, "", tuple(symbols.split("|")), "alloy")
    formula, _, meant = text.partition("=>")
    found = tuple(symbol for symbol in elements if symbol in formula)
    role = "metal" if formula in elements else "alloy" if found and anode in formula else "byproduct"
    return PrintedPhase(formula, formula, found, role, meant)


@lru_cache(maxsize=1)
def _variants() -> dict[int, tuple[Variant, ...]]:
    """Row of coating.csv -> its recipes."""
    grouped: dict[int, tuple[Variant, ...]] = {}
    for line in read("variant", ("row", "variant", "basis", *_VARIANT_KEYS)):
        cells = tuple((key, line[key]) for key in _VARIANT_KEYS if line[key])
        row = int(line["row"])
        grouped[row] = (*grouped.get(row, ()), Variant(line["variant"], line["basis"], cells))
    return grouped


@lru_cache(maxsize=1)
def coating_rows() -> tuple[CoatingRow, ...]:
    """Tables 1 and 2 and section 2.2, in the order of the review."""
    tested: dict[int, list[int]] = {}
    for line in read("cell", _CELL):
        tested.setdefault(int(line["coating_row"]), []).append(int(line["row"]))
    lines = read("coating", _COATING)
    return tuple(_coating(line, tuple(tested.get(int(line["row"]), ()))) for line in lines)


def _coating(line: dict[str, str], cell_rows: tuple[int, ...]) -> CoatingRow:
    row = int(line["row"])
    elements = parts(line["elements"])
    names = ("solution", "protocol", "layer", "thickness")
    return CoatingRow(
        row=row,
        where=line["where"],
        anode=line["anode"],
        elements=elements,
        route=line["route"],
        precursors=parts(line["precursors"]),
        solvents=parts(line["solvents"]),
        form=line["form"],
        phases=tuple(_phase(text, line["anode"], elements) for text in parts(line["phases"])),
        thickness_relation=_allowed(line["thickness_relation"], THICKNESS_RELATIONS, f"coating.csv row {row}"),
        thickness_low_um=number(line["thickness_low_um"]),
        thickness_high_um=number(line["thickness_high_um"]),
        printed=tuple((name, line[f"{name}_as_printed"]) for name in names),
        variants=_variants()[row],
        cell_rows=cell_rows,
        not_given=parts(line["not_given"]),
        paper=papers()[line["paper"]],
        ref=int(line["ref"]),
        note=line["note"],
    )


@lru_cache(maxsize=1)
def cell_rows() -> tuple[CellRow, ...]:
    """Table 3, in the order of the review."""
    lines = tuple(read("cell", _CELL))
    shared = Counter(line["bare_cell"] for line in lines)
    routes = {row.row: row.route for row in coating_rows()}
    return tuple(_cell(line, shared[line["bare_cell"]] > 1, routes[int(line["coating_row"])]) for line in lines)


def _side(line: dict[str, str], side: str) -> Side:
    return Side(
        polarization_begin=number(line[f"{side}_begin_V"]),
        polarization_end=number(line[f"{side}_end_V"]),
        approximate=line[f"{side}_approximate"] == "yes",
        life_relation=_allowed(line[f"{side}_life_relation"], LIFE_RELATIONS, f"cell.csv row {line['row']}"),
        life_lower_h=float(line[f"{side}_life_lower_h"]),
        life_upper_h=number(line[f"{side}_life_upper_h"]),
        life_in_text=line.get(f"{side}_life_in_text", ""),
    )


def _cell(line: dict[str, str], shared: bool, route: str) -> CellRow:
    coating_row = int(line["coating_row"])
    wanted = parts(line["coating_variants"])
    molarity = line["salt_mol_per_L"]
    names = (
        "coating", "electrolyte", "conditions", "bare_polarization", "coated_polarization", "bare_life",
        "coated_life",
    )  # fmt: skip
    return CellRow(
        row=int(line["row"]),
        anode=line["anode"],
        element=line["element"],
        phases=tuple(_phase(text, line["anode"], (line["element"],)) for text in parts(line["phases"])),
        route=route,
        electrolyte=line["electrolyte"],
        salt=line["salt"],
        salt_concentration=float(molarity) * 1000 if molarity else None,
        solvents=parts(line["solvents"]),
        additives=parts(line["additives"]),
        solvent_class=line["solvent_class"],
        current_density=float(line["current_mA_per_cm2"]) * 10,
        half_cycle=float(line["half_cycle_min"]) * 60,
        bare=_side(line, "bare"),
        coated=_side(line, "coated"),
        bare_cell=line["bare_cell"],
        bare_cell_shared=shared,
        coating_row=coating_row,
        variants=tuple(item for item in _variants()[coating_row] if not wanted or item.name in wanted),
        inherited=parts(line["inherited"]),
        printed=tuple((name, line[f"{name}_as_printed"]) for name in names),
        paper=papers()[line["paper"]],
        ref=int(line["ref"]),
        note=line["note"],
    )


@lru_cache(maxsize=1)
def claim_rows() -> tuple[ClaimRow, ...]:
    """The figures and claims of the text, in the order of the text, C01 to C52."""
    return tuple(_claim(line) for line in read("claim", _CLAIM))


def _claim(line: dict[str, str]) -> ClaimRow:
    return ClaimRow(
        row=line["id"],
        section=line["section"],
        claim=line["claim"],
        quantity=line["quantity"],
        relation=_allowed(line["relation"], CLAIM_RELATIONS, f"claim.csv {line['id']}"),
        values=tuple(float(value) for value in parts(line["values"])),
        value_labels=parts(line["value_labels"]),
        unit=line["unit"],
        text_value=line["text_value"],
        conditions=pairs(line["conditions"]),
        anodes=parts(line["anodes"]),
        elements=parts(line["elements"]),
        wording=line["as_printed"],
        kind=line["kind"],
        papers=tuple(papers()[key] for key in parts(line["papers"]) or (REVIEW,)),
        refs=numbers(line["refs"]),
        note=line["note"],
    )
