"""The recipe that the tests of the report run."""

from __future__ import annotations

from alloycoat.recipe import Recipe

CELL = {"electrolyte": "1 M LiTFSI in DOL/DME", "separator": "Celgard 2400"}
TABLES = {
    "title": "InCl3 <dip> & more",
    "anode": {"metal": "Li", "thickness": "250 um", "area": "1.13 cm^2"},
    "coating": {
        "route": "dip", "precursor": "InCl3", "solvent": "THF", "concentration": "0.167 mol/L", "time": "20 s",
    },
    "cell": {"electrolyte": "1 M LiTFSI in DOL/DME", "electrolyte_amount": "50 uL/cm^2", "separator": "Celgard 2400"},
    "protocol": {"steps": ["Plate at 2 mA/cm2 for 1 hour", "Strip at 2 mA/cm2 for 1 hour"], "cycles": 4},
}  # fmt: skip


def recipe(**changes: object) -> Recipe:
    """The example recipe with whole sections replaced; None leaves a section out."""
    tables = {**TABLES, **changes}
    return Recipe.from_tables({name: table for name, table in tables.items() if table is not None})
