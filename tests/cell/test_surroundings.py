"""Surroundings: every question has a verdict, numbers are bounds of stoichiometry and diffusion, nothing is silent."""

import math

import pytest

from alloycoat.cell.attacks import attacks
from alloycoat.cell.full import full
from alloycoat.cell.surroundings import VERDICTS, Place, asked, storage, surroundings
from alloycoat.coating import coat
from alloycoat.quantities import FARADAY
from alloycoat.recipe import Recipe

ETHER, CARBONATE = "1 M LiTFSI in DOL/DME", "1 M LiPF6 in EC/DMC"


def layer(precursor="InCl3", metal="Li", concentration="0.1 M", solvent="THF"):
    return coat(Recipe.from_tables({
        "anode": {"metal": metal, "area": "1 cm^2"},
        "coating": {"route": "dip", "precursor": precursor, "solvent": solvent, "concentration": concentration,
                    "time": "20 s"},
    }))  # fmt: skip


def place(**more):
    return Place(**{"metal": "Li", "electrolyte": ETHER, "electrolyte_amount": 5e-4, **more})


def by_question(found):
    return {one.question: one for one in found}


def test_a_dry_cell_asks_nothing() -> None:
    assert asked(place()) == []
    assert surroundings(place(), layer()) == ()


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"atmosphere": "humid"}, "humid"),
        ({"atmosphere": "O2"}, "O2"),
        ({"water": 1e-3}, "1000 ppm"),
        ({"positive": "O2"}, "oxygen"),
        ({"metal": "Mg", "electrolyte": "0.5 M Mg(TFSI)2 in PC"}, "carbonate"),
        ({"metal": "Mg", "electrolyte": "0.5 M Mg(TFSI)2 in DME", "positive": "TiS2"}, "TiS2"),
    ],
)
@pytest.mark.parametrize("coated", [False, True])
def test_each_surrounding_is_named_and_answered(change, word, coated) -> None:
    where = place(**change)
    assert any(word in reason for reason in asked(where))
    found = surroundings(where, layer("SnCl2", where.metal, solvent="DME") if coated else None)
    assert found
    assert {one.verdict for one in found} <= set(VERDICTS)
    for one in found:
        assert one.reason
        assert (one.value is not None) == (one.verdict in ("computed", "at most"))
        if one.value is not None:
            assert 0.0 < one.value.low <= one.value.value <= one.value.high
    if coated:
        assert any("coated" in one.question or "under an alloy layer" in one.question or "TiS2" in one.question
                   for one in found)  # fmt: skip


def test_water_takes_one_electron_a_molecule_at_most() -> None:
    """1000 ppm in 50 uL/cm2 of density 1.25 g/mL: 62.5 ug/cm2, 3.47 umol/cm2, 93 uAh/cm2."""
    found = by_question(surroundings(place(water=1e-3)))
    bound = found["metal that the water in the electrolyte takes from bare Li"]
    assert bound.verdict == "at most"
    assert bound.value.value == pytest.approx(1e-3 * 5e-4 * 1250.0 / 0.018015 * FARADAY)
    assert bound.value.value / 36 == pytest.approx(93, rel=0.01)


def test_oxygen_that_crosses_is_the_diffusion_limit() -> None:
    """2 F D c/(N_M L) = 2 x 96485 x 1e-9 x 3.6/(10 x 25e-6) = 2.8 A/m2."""
    found = surroundings(place(atmosphere="O2", capacity=7.4e5))
    (bound,) = (one for one in found if "crosses" in one.question)
    assert bound.value.value == pytest.approx(2 * FARADAY * 1e-9 * 3.6 / 250e-6)
    assert "the metal lasts at least" in bound.reason


def test_mg_in_a_carbonate_is_blocked_bare_and_untested_coated() -> None:
    where = place(metal="Mg", electrolyte="0.5 M Mg(TFSI)2 in PC")
    assert [one.verdict for one in surroundings(where)] == ["blocked"]
    assert [one.verdict for one in surroundings(where, layer("SnCl2", "Mg", solvent="DME"))] == ["blocked", "untested"]
    assert asked(place(metal="Mg", electrolyte="0.5 M Mg(TFSI)2 in DME")) == []


def test_storage_lies_between_the_root_of_time_and_time() -> None:
    day, month = (storage(place(rests=(n * 86400.0, 1)))[1].value for n in (1, 30))
    assert day.value == pytest.approx(0.0171)
    assert month.low == pytest.approx(day.low * math.sqrt(30))
    assert month.high == pytest.approx(day.high * 30)
    assert month.value == pytest.approx(day.value * math.sqrt(30))
    assert storage(place(rests=(600.0, 100))) == ()
    assert storage(place(metal="Na", electrolyte="1 M NaPF6 in diglyme", rests=(86400.0, 1)))[1].value is None
    film = storage(place(rests=(500 * 3600.0, 1)))[0].value  # the assumed time itself
    assert film.value == pytest.approx(math.sqrt(2) - 1)
    assert film.low < film.value < film.high


def test_galvanic_couple_is_named_with_its_driving_force() -> None:
    rested = place(rests=(86400.0, 1))
    galvanic = storage(rested, layer())[-1]
    assert "galvanic" in galvanic.question
    assert galvanic.verdict == "not predictable"
    assert "kinetics" in galvanic.reason


def cell(coating=None, **more):
    given = {"positive": "NMC", "loading": "1 mAh/cm2", "electrolyte": CARBONATE, "area": "1 cm^2", "anode": "Li"}
    return full(coating, **{**given, **more})


def test_halides_are_oxidized_above_their_potential_only() -> None:
    made = layer("InI3")
    text = attacks(cell(made).metal, made, "NMC532", 3.0, 4.2)
    assert any("iodide from the coating" in line and "3.6 V" in line for line in text)
    assert not any("iodide" in line for line in attacks(cell(made).metal, made, "LTO", 1.0, 2.5))
    assert not any("iodide" in line for line in attacks(cell().metal, None, "NMC532", 3.0, 4.2))


def test_imide_salts_corrode_aluminium_unless_fluoride_covers_it() -> None:
    ether = cell(electrolyte=ETHER).metal
    assert any("aluminium" in line for line in attacks(ether, None, "NMC532", 3.0, 4.2))
    assert not attacks(ether, None, "LFP", 2.5, 3.6)
    assert not attacks(cell().metal, None, "NMC532", 3.0, 4.2)


def test_a_coating_that_outweighs_or_uses_up_the_metal_makes_no_sense() -> None:
    made = layer()
    assert any("makes no sense" in line for line in cell(made, n_to_p=0.01).notes)
    assert any("outweighs the metal" in line for line in cell(made, n_to_p=0.5).notes)
    assert not any("outweighs" in line or "no sense" in line for line in cell(made, n_to_p=20.0).notes)
    assert not any("outweighs" in line for line in cell(made).notes)


def test_an_additive_can_be_lost_to_the_positive() -> None:
    tables = {
        "anode": {"metal": "Li", "area": "1 cm^2"},
        "coating": {"route": "additive", "precursor": "In(TFSI)3", "concentration": "12 mM"},
        "cell": {"electrolyte": CARBONATE, "electrolyte_amount": "50 uL/cm^2"},
    }
    made = coat(Recipe.from_tables(tables))
    metal = cell(made).metal
    assert any("lost to the positive" in line for line in attacks(metal, made, "LTO", 1.0, 2.5))
    assert any("as sulfide" in line for line in attacks(metal, made, "S", 1.8, 2.6))
    assert not any("lost to" in line for line in attacks(metal, made, "NMC532", 3.0, 4.2))
    assert any("fluoride" in line for line in attacks(metal, made, "NMC532", 3.0, 4.2))
