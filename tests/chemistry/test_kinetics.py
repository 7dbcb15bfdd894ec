"""Kinetics: assumed values with the width of the literature."""

import pytest

from alloycoat.chemistry.kinetics import SOLVENT_CLASSES, electrolyte_amount, kinetics
from alloycoat.chemistry.tables import read_table, references
from alloycoat.errors import MissingDataError

CHARGES = {"Li": 1, "Na": 1, "K": 1, "Mg": 2}


@pytest.mark.parametrize("solvent_class", SOLVENT_CLASSES)
@pytest.mark.parametrize("anode", CHARGES)
def test_every_metal_and_class(anode: str, solvent_class: str) -> None:
    found = kinetics(anode, solvent_class)
    assert (found.anode, found.solvent_class) == (anode, solvent_class)
    assert sum(found.alpha) == pytest.approx(CHARGES[anode])
    assert found.passivated is (anode == "Mg")
    for value in (
        found.exchange_current_density, found.coated_factor, found.film_resistance,
        found.coated_film_resistance, found.alpha_anodic, found.alpha_cathodic,
    ):  # fmt: skip
        assert value.kind == "assumed"
        assert value.note
        assert 0 < value.low < value.value < value.high


def test_defaults_that_worked_and_their_width() -> None:
    ether, carbonate = kinetics("Li", "ether"), kinetics("Li", "carbonate")
    assert 3.0 <= ether.exchange_current_density.value <= 5.0
    assert carbonate.exchange_current_density.value == pytest.approx(1.0)
    assert carbonate.exchange_current_density.low == pytest.approx(0.39)
    assert ether.exchange_current_density.high > 40.0 * 0.99
    for found in (ether, carbonate):
        assert 10e-4 <= found.film_resistance.value <= 20e-4
        assert 14.0 <= found.coated_factor.value <= 22.0


def test_bare_magnesium_is_a_film_of_a_factor_ten_each_way() -> None:
    film = kinetics("Mg", "ether").film_resistance
    assert film.value == pytest.approx(7.5)  # each of two electrodes
    assert film.value / film.low == pytest.approx(10.0)
    assert film.high / film.value == pytest.approx(10.0)
    assert 2 * film.value * 0.1 == pytest.approx(1.5)  # V over both electrodes at 0.01 mA/cm2


def test_electrolyte_amount() -> None:
    amount = electrolyte_amount()
    assert amount.value == pytest.approx(50e-9 / 1e-4)
    assert amount.kind == "assumed"
    assert amount.low < amount.value < amount.high


def test_unknown_names_are_refused() -> None:
    with pytest.raises(MissingDataError, match="anode: 'Ca' is not known"):
        kinetics("Ca", "ether")
    with pytest.raises(MissingDataError, match="did you mean 'ether'"):
        kinetics("Li", "ethers")
    with pytest.raises(MissingDataError):
        kinetics("coin", "cell")


def test_audit_of_sources() -> None:
    known = references()
    for row in read_table("kinetics"):
        assert row.source in known, row.where
        assert row.kind != "assumed" or (row.low and row.high and row.note), row.where
