"""Sulfur cells: start, plateaus, conservation, shuttle."""

from dataclasses import replace

import numpy as np
import pytest

from alloycoat.cell.sulfur import ATOM, LOST, S1, S2, S4, S8, SOLID, assembled, cycle_sulfur, rates, sulfur, voltage
from alloycoat.errors import RecipeError

ETHER = "1 M LiTFSI in DOL/DME"


def cell(**more):
    given = {"loading": "2 mAh/cm2", "electrolyte": ETHER, "electrolyte_amount": "20 uL/cm^2", "area": "1 cm^2"}
    return sulfur(None, **{"anode": "Li", **given, **more})


@pytest.fixture(scope="module")
def once():
    return cycle_sulfur(cell(), 8.0, 2)


def test_fresh_cell_is_at_equilibrium_near_the_published_start() -> None:
    """2.430 V at the start of discharge in the published program, for its ratio of sulfur to electrolyte."""
    volts, high, low = voltage(assembled(cell()), 0.0, cell())
    assert volts == pytest.approx(2.43, abs=0.02)
    assert abs(high) < 1e-6
    assert abs(low) < 1e-6


def test_currents_of_both_steps_add_up() -> None:
    made = cell()
    state = made.sulfur * np.array([0.3, 0.4, 0.1, 0.01, 0.19, 0.0])
    for i in (-3.0, 0.0, 5.0):
        _, high, low = voltage(state, i, made)
        assert high + low == pytest.approx(i, abs=1e-9)


def test_sulfur_is_conserved_and_so_is_charge() -> None:
    """Electrons are what the change of the mean oxidation state says, whatever the shuttle adds chemically."""
    made = replace(cell(), layer=1.0)  # a layer so thick that no shuttle is left
    state = made.sulfur * np.array([0.3, 0.4, 0.1, 0.01, 0.19, 0.0])
    for i in (-3.0, 5.0):
        change = rates(state, i, made)
        assert np.sum(change) == pytest.approx(0.0, abs=1e-18)
        negative = {S8: 0.0, S4: 0.5, S2: 1.0, S1: 2.0, SOLID: 2.0, LOST: 0.0}  # charges per sulfur atom
        moved = sum(change[k] / ATOM * charge for k, charge in negative.items()) * 96485.33212
        assert moved == pytest.approx(i, rel=1e-6)


def test_two_plateaus_and_the_capacity_of_twelve_electrons(once) -> None:
    record = once.record
    first = (record.cycle == 1) & (record.step == 1)
    time, volts = record.time_s[first], record.voltage_V[first]
    share = time / time[-1]
    upper, lower = np.interp(0.15, share, volts), np.interp(0.7, share, volts)
    assert upper - lower > 0.04
    assert once.discharged[0] == pytest.approx(cell().capacity, rel=0.01)
    assert once.speciation["precipitate"] == pytest.approx(0.5, abs=0.01)
    assert once.speciation["S2(2-)"] == pytest.approx(0.5, abs=0.01)


def test_sulfur_is_closed_over_cycles(once) -> None:
    assert np.sum(once.after_charge, axis=1) == pytest.approx(cell().sulfur, rel=1e-12)


def test_a_layer_slows_the_shuttle_and_saves_charge() -> None:
    bare, coated = cell(), replace(cell(), layer=2e-6)
    assert coated.shuttle < 0.1 * bare.shuttle
    slow = [cycle_sulfur(one, 8.0, 1) for one in (bare, coated)]
    assert slow[1].charged[0] < slow[0].charged[0]
    assert slow[1].after_charge[0][LOST] < slow[0].after_charge[0][LOST]


def test_a_slow_charge_of_a_bare_cell_never_ends() -> None:
    assert cycle_sulfur(cell(), 0.5, 1).endless == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [({"loading": -1.0}, "above zero"), ({"electrolyte_amount": 0.0}, "above zero")],
)
def test_refusals(change, words) -> None:
    with pytest.raises(RecipeError, match=words):
        cell(**change)


def test_other_metals_are_refused() -> None:
    with pytest.raises(RecipeError, match="Li and Na"):
        cell(anode="K", electrolyte="1 M KFSI in DME")
