"""What others ask of the chemistry room, and the facts the review's tables lean on."""

import dataclasses

import pytest

from alloycoat.chemistry import anode, anodes, element, precursor, precursors, solvent
from alloycoat.errors import MissingDataError


def test_the_four_metals() -> None:
    assert anodes() == ("K", "Li", "Mg", "Na")
    assert [anode(symbol).charge for symbol in anodes()] == [1, 1, 2, 1]


@pytest.mark.parametrize(("symbol", "volts"), [("Li", -3.040), ("Na", -2.714), ("K", -2.931), ("Mg", -2.372)])
def test_standard_potentials_of_the_metals(symbol: str, volts: float) -> None:
    assert anode(symbol).standard_potential.value == pytest.approx(volts, abs=0.02)


@pytest.mark.parametrize(
    ("metal", "element_", "richest"),
    [
        ("Li", "Al", "LiAl"), ("Li", "In", "Li13In3"), ("Li", "Ga", "Li2Ga"), ("Li", "Au", "Li3Au"),
        ("Li", "Sn", "Li7Sn2"), ("Li", "Sb", "Li3Sb"), ("Li", "Bi", "Li3Bi"), ("Na", "Sn", "Na15Sn4"),
        ("Na", "Bi", "Na3Bi"), ("K", "Pb", "KPb"), ("Mg", "Sn", "Mg2Sn"), ("Mg", "Bi", "Mg3Bi2"),
        ("Mg", "Sb", ""), ("K", "Sn", "KSn"), ("K", "Sb", "K3Sb"),
    ],
)  # fmt: skip
def test_room_temperature_ladders(metal: str, element_: str, richest: str) -> None:
    assert anode(metal).ladders[element_].richest == richest


def test_tin_stays_beside_its_alloy_on_magnesium_and_antimony_is_dead() -> None:
    ladders = anode("Mg").ladders
    assert ladders["Sn"].active and not ladders["Sn"].complete
    assert not ladders["Sb"].active
    assert anode("Li").ladders["In"].complete


@pytest.mark.parametrize(
    ("metal", "element_", "low", "high"),
    [("Li", "Mg", 0.6, 0.7), ("Li", "Zn", 0.01, 0.02), ("Li", "Cu", 0.0, 1e-3), ("Mg", "Zn", 1e-3, 2e-3)],
)
def test_corrected_solubilities(metal: str, element_: str, low: float, high: float) -> None:
    assert low <= anode(metal).solubility[element_].value <= high


def test_measured_values_win_over_computed_ones() -> None:
    plateau = anode("Li").phase("LiIn").plateau
    assert plateau is not None and plateau.value == pytest.approx(0.62) and plateau.kind == "measured"
    melting = anode("Mg").phase("Mg2Sn").melting_point
    assert melting is not None and melting.value == pytest.approx(778 + 273.15)
    tin = anode("Li").phase("Li7Sn2").diffusivity
    assert tin is not None and tin.value == pytest.approx(3.2e-16) and tin.subkind == "chemical"


def test_phases_known_only_from_experiment_are_marked() -> None:
    marked = {phase.formula for group in anode("Li").alloys.values() for phase in group if phase.experimental}
    assert {"Li5Sn2", "LiHg3", "Li15Si4", "Li7Ge3"} <= marked
    assert not anode("Li").phase("LiZr").experimental and not anode("Li").phase("LiZr").on_hull
    assert anode("K").phase("K7Hg31").experimental


def test_lithium_and_magnesium_form_no_compound_at_room_temperature() -> None:
    assert not any(phase.on_hull or phase.experimental for phase in anode("Li").alloys["Mg"])


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("InCl3", "InCl3"), ("InCl₃", "InCl3"), ("incl3", "InCl3"), ("Zn(TFS)2", "Zn(CF3SO3)2"),
        ("ZnTFS", "Zn(CF3SO3)2"), ("Zn(OTf)2", "Zn(CF3SO3)2"), ("Bi(OTf)3", "Bi(CF3SO3)3"),
        ("Bi(SO3CF3)3", "Bi(CF3SO3)3"), ("SnTFSI", "Sn(TFSI)2"), ("In(TFSI)₃", "In(TFSI)3"),
        ("silver nitrate", "AgNO3"),
    ],
)  # fmt: skip
def test_precursors_by_their_many_names(name: str, formula: str) -> None:
    assert precursor(name).formula == formula


def test_every_precursor_the_review_names_is_there() -> None:
    named = "InCl3 InBr3 InI3 InF3 AsCl3 ZnCl2 BiCl3 AlCl3 SbI3 SbCl3 SnF2 ZnF2 CaF2 MgF2 AlF3 SnCl2 SnCl4"
    named += " GeCl4 ZrCl4 In(TFSI)3 Sn(TFSI)2 Zn(CF3SO3)2 Bi(CF3SO3)3 AgNO3"
    assert set(named.split()) <= set(precursors())


def test_liquids_have_a_vapor_pressure() -> None:
    for name, pascal in {"SnCl4": 3200, "GeCl4": 13000, "SiCl4": 31500, "AsCl3": 1900}.items():
        salt = precursor(name)
        assert salt.state == "liquid" and salt.vapour_pressure is not None
        assert salt.vapour_pressure.value == pytest.approx(pascal, rel=0.15)


def test_poisons_say_so() -> None:
    assert "carcinogenic" in " ".join(precursor("AsCl3").hazards)
    assert all("toxic" in " ".join(element(symbol).hazards) for symbol in ("Hg", "As", "Cd", "Pb"))


@pytest.mark.parametrize(
    ("alias", "name"), [("TEGDME", "tetraglyme"), ("G4", "tetraglyme"), ("DGM", "diglyme"), ("thf", "THF")]
)
def test_solvents_by_their_many_names(alias: str, name: str) -> None:
    assert solvent(alias).name == name


def test_what_leaves_in_a_dip() -> None:
    salts = anode("Li").salts
    assert salts["LiCl"].solubility["THF"] == "soluble"
    assert salts["LiF"].solubility["ether"] == "insoluble"
    assert anode("Na").salts["NaCl"].solubility["DME"] == "insoluble"


@pytest.mark.parametrize("ask", [anode, precursor, element, solvent])
@pytest.mark.parametrize("name", ["", "Unobtainium", "InCl33", "x" * 300, "../etc"])
def test_unknown_names_are_answered_in_one_line(ask: object, name: str) -> None:
    with pytest.raises(MissingDataError) as caught:
        ask(name)  # type: ignore[operator]
    assert "\n" not in str(caught.value) and "Allowed" in str(caught.value)


def test_a_near_name_is_offered() -> None:
    with pytest.raises(MissingDataError, match="InCl3"):
        precursor("InCl")


def test_nouns_are_frozen() -> None:
    metal = anode("Li")
    with pytest.raises(dataclasses.FrozenInstanceError):
        metal.charge = 2  # type: ignore[misc]
    with pytest.raises(TypeError):
        metal.salts["LiCl"] = None  # type: ignore[index]


def test_missing_phase_and_anion_are_named() -> None:
    with pytest.raises(MissingDataError, match="Li13In3"):
        anode("Li").phase("Li15In3")
    with pytest.raises(MissingDataError, match="anion"):
        anode("Li").salts_of("Clx")
