"""From recipe to layer: routes, phases, by-products, refusals."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from alloycoat.coating import Coating, coat, describe
from alloycoat.errors import RecipeError
from alloycoat.recipe import Recipe

Make = Callable[..., Recipe]
DIP = {"route": "dip", "solvent": "THF", "concentration": "0.167 mol/L", "time": "20 s"}


def names(coating: Coating, role: str = "alloy") -> list[str]:
    return [phase.formula for phase in coating.with_role(role)]


def test_every_example_with_a_coating_gives_a_layer(examples: Path) -> None:
    routes, metals = set(), set()
    for file in sorted(examples.glob("*.toml")):
        recipe = Recipe.load(file)
        if recipe.coating is None:
            continue
        made = coat(recipe, samples=16)
        routes.add(made.route)
        metals.add(made.anode)
        assert 1e-9 < made.thickness.low <= made.thickness.value <= made.thickness.high < 1e-3
        fractions = sum(phase.volume_fraction.value for phase in made.phases)
        assert fractions + made.porosity.value == pytest.approx(1.0, abs=1e-9)
        assert describe(made)
    assert len(routes) == 8
    assert metals == {"Li", "Na", "K", "Mg"}


def test_dip_supply_follows_the_square_root_of_time(recipe: Make) -> None:
    short = coat(recipe(**DIP | {"precursor": "InCl3"}))
    long = coat(recipe(**DIP | {"precursor": "InCl3", "time": "80 s"}))
    double = coat(recipe(**DIP | {"precursor": "InCl3", "concentration": "0.334 mol/L"}))
    alloy = [c.with_role("alloy")[0].mol_per_m2.value for c in (short, long, double)]
    assert alloy[1] == pytest.approx(2 * alloy[0], rel=1e-12)
    assert alloy[2] == pytest.approx(2 * alloy[0], rel=1e-12)
    # n = 2 c sqrt(D t/pi) with D = 1e-9 m2/s
    indium = 2 * 167.0 * np.sqrt(1e-9 * 20 / np.pi)
    assert 3 * alloy[0] == pytest.approx(indium, rel=1e-9)


def test_stirring_never_lowers_the_supply_and_a_small_bath_limits_it(recipe: Make) -> None:
    still = coat(recipe(**DIP | {"precursor": "InCl3", "time": "30 min"}))
    stirred = coat(recipe(**DIP | {"precursor": "InCl3", "time": "30 min", "stirred": True}))
    assert stirred.thickness.value > still.thickness.value
    small = coat(recipe(anode={"area": "1 cm^2"}, **DIP | {"precursor": "InCl3", "time": "30 min", "volume": "10 uL"}))
    assert small.limited_by == "amount"
    assert 3 * small.with_role("alloy")[0].mol_per_m2.value == pytest.approx(167e-3 * 1e-5 / 1e-4, rel=1e-9)


def test_indium_foil_gives_the_printed_alloy_and_thickness(recipe: Make) -> None:
    made = coat(recipe(route="foil", metal="In", foil_thickness="700 nm"), samples=64)
    assert names(made) == ["Li13In3"]
    assert 2.0e-6 <= made.thickness.value <= 2.8e-6
    assert made.limited_by == "geometry"


def test_chloride_dips_stay_between_half_and_ten_micrometres(recipe: Make) -> None:
    for salt in ("InCl3", "AsCl3", "ZnCl2", "BiCl3"):
        made = coat(recipe(**DIP | {"precursor": salt}), samples=64)
        assert 0.5e-6 < made.thickness.value < 10e-6
        assert made.thickness.high > 1e-6


def test_the_room_temperature_ladder_stops_aluminium_at_lial(recipe: Make) -> None:
    made = coat(recipe(**DIP | {"precursor": "AlCl3", "concentration": "0.3 mol/L", "time": "2 min"}))
    assert names(made) == ["LiAl"]
    assert made.equilibrium_phase == ("Li9Al4",)
    assert made.phase_rule == "room-temperature ladder"


def test_thin_lithium_limits_the_alloy_by_the_lever_rule(recipe: Make) -> None:
    thick = coat(recipe(anode={"thickness": "250 um"}, route="foil", metal="In", foil_thickness="700 nm"))
    thin = coat(recipe(anode={"thickness": "1 um"}, route="foil", metal="In", foil_thickness="700 nm"))
    assert thin.phase_rule == "supply of the anode metal"
    assert names(thin) != names(thick)
    assert thin.anode_consumed.value == pytest.approx(1e-6, rel=1e-6)


def test_too_much_precursor_consumes_the_foil_and_says_so(recipe: Make) -> None:
    made = coat(recipe(anode={"thickness": "100 nm"}, **DIP | {"precursor": "InCl3"}), samples=16)
    assert made.limited_by == "amount"
    assert any("consumed whole" in text for text in made.warnings)
    assert made.anode_consumed.value == pytest.approx(100e-9, rel=1e-9)
    assert made.anode_consumed.high <= 100e-9 * (1 + 1e-6)


def test_slow_diffusion_leaves_tin_unalloyed(recipe: Make) -> None:
    made = coat(recipe(anode={"area": "1.13 cm^2"}, route="drop-cast", precursor="Sn(TFSI)2", solvent="EC/DMC",
                       concentration="100 mM", volume="100 uL", time="30 min"))  # fmt: skip
    assert names(made, "metal") == ["Sn"]
    assert made.phase_rule == "diffusion"
    assert made.limited_by == "amount"


def test_magnesium_keeps_unreacted_tin(recipe: Make) -> None:
    made = coat(recipe("Mg", route="drop-cast", precursor="SnCl2", solvent="DME", concentration="0.1 M",
                       volume="88 uL/cm^2"), samples=16)  # fmt: skip
    assert names(made, "metal") == ["Sn"]
    assert names(made) == ["Mg2Sn"]


def test_a_pair_without_compound_stays_metal_and_has_no_ionic_conductivity(recipe: Make) -> None:
    made = coat(recipe(**DIP | {"precursor": "FeCl3"}))
    assert names(made, "metal") == ["Fe"]
    assert made.ionic_conductivity is None
    assert any(text.startswith("ionic_conductivity") for text in made.warnings)


def test_miscible_metals_form_a_solid_solution(recipe: Make) -> None:
    made = coat(recipe(route="evaporation", metal="Mg", thickness="100 nm"))
    assert made.phase_rule == "equilibrium: solid solution"
    assert any("solid solution" in text for text in made.warnings)


def test_amalgams_are_graded_with_the_mercury_rich_phase_outside(recipe: Make) -> None:
    made = coat(recipe(route="amalgam", composition="Hg", amount="10 mg/cm^2", time="5 min"))
    alloys = names(made)
    assert alloys[0] == "LiHg3"
    assert alloys[-1] == "Li3Hg"
    sodium = coat(recipe("Na", route="amalgam", composition="Na0.1Hg0.9", thickness="20 um"))
    assert sodium.anode_consumed_mol_per_m2.value > 0
    with pytest.raises(RecipeError, match="no amalgam"):
        coat(recipe(route="amalgam", composition="Hg0.5Sn0.5", thickness="20 um"))
    with pytest.raises(RecipeError, match="richer in Na"):
        coat(recipe("Na", route="amalgam", composition="Na0.9Hg0.1", thickness="20 um"))
    with pytest.raises(RecipeError, match="is solid"):
        coat(recipe(route="amalgam", composition="In", thickness="20 um"))


def test_nitrate_goes_on_to_nitride_and_oxide_on_lithium(recipe: Make) -> None:
    made = coat(recipe(**DIP | {"precursor": "AgNO3", "solvent": "DME"}))
    assert {"Li3N", "Li2O"} <= {phase.formula for phase in made.with_role("byproduct")}
    assert "-> Li3N + 3 Li2O" in made.reaction
    potassium = coat(recipe("K", **DIP | {"precursor": "AgNO3", "solvent": "DME"}))
    assert not any("N" in phase.formula and "O" not in phase.formula for phase in potassium.with_role("byproduct"))


def test_what_the_metal_cannot_reduce_is_refused_and_the_marginal_is_undecided(recipe: Make) -> None:
    with pytest.raises(RecipeError, match="Na cannot reduce CaF2"):
        coat(recipe("Na", **DIP | {"precursor": "CaF2"}))
    with pytest.raises(RecipeError, match="itself"):
        coat(recipe("Mg", **DIP | {"precursor": "MgCl2"}))
    marginal = coat(recipe(**DIP | {"precursor": "CaF2"}))
    assert any("undecided" in text for text in marginal.warnings)


def test_by_products_leave_by_route(recipe: Make) -> None:
    cell = {"electrolyte": "1 M LiTFSI in DOL/DME", "electrolyte_amount": "50 uL/cm^2"}
    additive = coat(recipe(route="additive", precursor="In(TFSI)3", concentration="12 mM", cell=cell))
    assert [salt.formula for salt in additive.released_salt] == ["LiTFSI"]
    # shared by two electrodes: 12 mol/m3 * 5e-4 m / 2 * 3 LiTFSI
    assert additive.released_salt[0].mol_per_m2.value == pytest.approx(12 * 5e-4 / 2 * 3, rel=1e-9)
    rinsed = coat(recipe(**DIP | {"precursor": "InCl3", "rinse": True}))
    assert not rinsed.with_role("byproduct")
    assert [salt.formula for salt in rinsed.bath_salt] == ["LiCl"]
    cast = coat(recipe(route="drop-cast", precursor="AlCl3", solvent="THF", concentration="0.05 mol/kg",
                       volume="20 uL/cm^2"))  # fmt: skip
    assert [phase.formula for phase in cast.with_role("byproduct")] == ["LiCl"]


def test_texture_only_where_somebody_looked(recipe: Make) -> None:
    dip = DIP | {"precursor": "SbI3", "time": "3 min"}
    assert coat(recipe(**dip | {"concentration": "20 mM"})).coverage == "incomplete"
    assert coat(recipe(**dip | {"concentration": "50 mM"})).coverage == "complete"
    assert coat(recipe(**dip | {"concentration": "35 mM"})).coverage == "unknown"
    assert coat(recipe(**dip | {"concentration": "20 mM", "solvent": "tetrahydrofuran"})).coverage == "incomplete"
    assert coat(recipe(**dip | {"concentration": "150 mM"})).cracking == "cracks"
    assert coat(recipe(**DIP | {"precursor": "InCl3"})).coverage == "unknown"


def test_concentrations_by_mass_and_molality_and_neat_liquids(recipe: Make) -> None:
    cast = {"route": "drop-cast", "precursor": "SnF2", "solvent": "EC/DEC", "volume": "16 uL/cm^2"}
    by_mass = coat(recipe(**cast | {"concentration": "3 wt%"}))
    by_molarity = coat(recipe(**cast | {"concentration": "0.22 mol/L"}))
    assert by_mass.thickness.value == pytest.approx(by_molarity.thickness.value, rel=0.1)
    neat = coat(recipe("Na", anode={"area": "1.13 cm^2"}, route="drop-cast", precursor="SnCl4", form="neat",
                       volume="2 uL"))  # fmt: skip
    tin = sum(4 * p.mol_per_m2.value for p in neat.with_role("alloy"))
    assert tin == pytest.approx(2e-9 * 2234 / 0.26050 / 1.13e-4, rel=0.01)
    particles = coat(recipe(route="drop-cast", precursor="Ga", solvent="DOL", form="dispersion",
                            concentration="0.1 M", volume="20 uL/cm^2"))  # fmt: skip
    assert names(particles) == ["Li2Ga"]


def test_missing_pieces_are_named(recipe: Make) -> None:
    with pytest.raises(RecipeError, match=r"\[anode\] area is missing"):
        coat(recipe(route="drop-cast", precursor="AlCl3", solvent="THF", concentration="0.1 M", volume="20 uL"))
    with pytest.raises(RecipeError, match=r"\[cell\] electrolyte is missing"):
        coat(recipe(route="additive", precursor="InCl3", concentration="12 mM"))
    with pytest.raises(RecipeError, match=r"\[coating\] is missing"):
        coat(Recipe.from_tables({"anode": {"metal": "Li"}}))
    with pytest.raises(RecipeError, match="vapour pressure"):
        coat(recipe(route="vapour", precursor="InCl3", time="10 s"))
    with pytest.raises(RecipeError, match="is no coating"):
        coat(recipe(route="evaporation", metal="Li", thickness="1 um"))


def test_an_assumed_electrolyte_amount_is_said(recipe: Make) -> None:
    cell = {"electrolyte": "1 M LiPF6 in EC/DMC", "format": "half"}
    made = coat(recipe(route="additive", precursor="InCl3", concentration="12 mM", cell=cell), samples=64)
    assert any("electrolyte_amount is not given" in text for text in made.warnings)
    assert made.thickness.low < made.thickness.value < made.thickness.high


def test_a_hotter_source_gives_more_vapour(recipe: Make) -> None:
    cold = coat(recipe("Na", route="vapour", precursor="SnCl4", time="10 s"))
    hot = coat(recipe("Na", route="vapour", precursor="SnCl4", time="10 s", source_temperature="60 degC"))
    mixed = coat(recipe("Na", route="vapour", precursor="SnCl4", time="10 s", solvent="THF"))
    assert hot.thickness.value > 2 * cold.thickness.value
    assert mixed.thickness.value < cold.thickness.value
    with pytest.raises(RecipeError, match="source_temperature"):
        coat(recipe("Na", route="vapour", precursor="SnCl4", time="10 s", source_temperature="300 degC"))


def test_solvents_by_systematic_name_and_nitrates_that_pay_for_the_metal(recipe: Make) -> None:
    long = coat(recipe(**DIP | {"precursor": "InCl3", "solvent": "1,2-dimethoxyethane"}))
    short = coat(recipe(**DIP | {"precursor": "InCl3", "solvent": "DME"}))
    assert long.thickness == short.thickness
    calcium = coat(recipe("Na", **DIP | {"precursor": "Ca(NO3)2", "solvent": "DME"}))
    assert any("undecided" in text for text in calcium.warnings)


def test_the_bench_has_limits(recipe: Make) -> None:
    cast = {"route": "drop-cast", "solvent": "THF", "volume": "20 uL/cm^2"}
    with pytest.raises(RecipeError, match="more than pure InCl3 holds"):
        coat(recipe(**cast | {"precursor": "InCl3", "concentration": "100 M"}))
    with pytest.raises(RecipeError, match="needs a liquid"):
        coat(recipe(route="drop-cast", precursor="InCl3", form="neat", volume="2 uL/cm^2"))
    with pytest.raises(RecipeError, match="contradicts rate times time"):
        coat(recipe(route="evaporation", metal="Sn", thickness="100 nm", rate="0.5 angstrom/s", time="10 s"))
    with pytest.raises(RecipeError, match="lies outside"):
        recipe(route="foil", metal="In", foil_thickness="1e290 m")
    with pytest.raises(RecipeError, match=r"\[coating\] solvent: 'unobtainium'"):
        recipe(**cast | {"precursor": "InCl3", "concentration": "0.1 M", "solvent": "unobtainium"})
    with pytest.raises(RecipeError, match="salt of Na"):
        recipe(cell={"electrolyte": "1 M NaPF6 in diglyme"}, **DIP | {"precursor": "InCl3"})
    with pytest.raises(RecipeError, match="is not a Recipe"):
        coat("recipe.toml")  # type: ignore[arg-type]


def test_particles_of_one_element_add_up_and_vapour_uses_its_concentration(recipe: Make) -> None:
    part = {"precursor": "Sn", "concentration": "0.1 M"}
    mixed = {"route": "drop-cast", "solvent": "DME", "volume": "20 uL/cm^2", "form": "dispersion"}
    one, two = (coat(recipe(**mixed, precursors=[part] * n)) for n in (1, 2))
    assert two.thickness.value == pytest.approx(2 * one.thickness.value, rel=1e-9)
    vapour = {"route": "vapour", "precursor": "GeCl4", "solvent": "THF", "time": "5 min"}
    thin = coat(recipe(**vapour, concentration="1 mM"))
    strong = coat(recipe(**vapour, concentration="1 M"))
    assert strong.thickness.value > 100 * thin.thickness.value


def test_no_sample_alloys_more_than_there_is(recipe: Make) -> None:
    made = coat(recipe("Mg", route="drop-cast", precursor="SnCl2", solvent="DME", concentration="0.1 M",
                       volume="88 uL/cm^2"), samples=512)  # fmt: skip
    tin = made.with_role("alloy")[0].mol_per_m2
    assert tin.high <= 100 * 88e-5 * (1 + 1e-9)
