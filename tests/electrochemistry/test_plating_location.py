"""Where the metal plates: below the layer, on top of it, or both."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from alloycoat.cell import draw, symmetric
from alloycoat.cell.simulate import film_resistances
from alloycoat.coating import coat
from alloycoat.electrochemistry import layer_resistance, share_on_top
from alloycoat.recipe import Recipe

POSITIVE = st.floats(1e-6, 1e6)


@given(POSITIVE, POSITIVE, st.floats(1e-4, 1.0), st.floats(0, 1))
@example(35.0, 413086.0, 0.5, 1.0)
def test_the_drop_follows_the_law(current: float, resistance: float, eta: float, share: float) -> None:
    top = share_on_top(current, resistance, eta, share)
    drop = current * layer_resistance(current, resistance, eta, share)
    assert 0 <= top <= share
    round_off = 4e-16 * current * resistance  # of 1 - top where nearly all is on top
    assert drop == pytest.approx((1 - top) * current * resistance, rel=1e-12, abs=round_off)
    assert share_on_top(-current, resistance, eta, share) == top
    if share == 1.0:
        assert drop <= eta * (1 + 1e-9) or top == 0.0


def test_limits_of_the_law() -> None:
    # electrons blocked: all below, ohmic; electrons free: the drop stops at the nucleation overpotential
    assert layer_resistance(20.0, 1.0, 0.03, 0.0) == 1.0
    assert 20.0 * layer_resistance(20.0, 1.0, 0.03, 1.0) == pytest.approx(0.03)
    assert layer_resistance(20.0, 1e-3, 0.03, 1.0) == 1e-3
    assert layer_resistance(20.0, 1.0, math.inf, 1.0) == 1.0
    assert share_on_top(0.0, 1.0, 0.03, 1.0) == 0.0


def test_a_coated_electrode_carries_the_law_and_a_bare_one_does_not() -> None:
    tables = {
        "anode": {"metal": "Li", "area": "1 cm^2"},
        "coating": {"route": "dip", "precursor": "InCl3", "solvent": "THF", "concentration": "0.167 M", "time": "20 s"},
    }
    coating = coat(Recipe.from_tables(tables), samples=16)
    cell = symmetric(coating, electrolyte="1 M LiTFSI in DOL/DME", coated="one")
    assert cell.area_m2 == pytest.approx(1e-4)
    assert cell.electronic_share == 0.0 and "by-product" in " ".join(cell.notes)  # LiCl stays in the layer
    drawn = draw(cell, 64)["electronic_share"]
    assert set(np.round(drawn, 3)) == {0.0, 1.0}
    cell = replace(cell, electronic_share=drawn.max())
    for current in (0.1, 20.0, 200.0):
        working, counter = film_resistances(cell, current)
        assert counter == cell.film_resistance
        assert current * (working - cell.coated_film_resistance) <= cell.nucleation_overpotential * (1 + 1e-3)
    blocked = replace(cell, electronic_share=0.0)
    assert film_resistances(blocked, 200.0)[0] == pytest.approx(cell.coated_film_resistance + cell.coating_resistance)


def test_a_layer_without_alloy_plates_on_top() -> None:
    tables = {
        "anode": {"metal": "Li", "area": "1 cm^2"},
        "coating": {"route": "evaporation", "metal": "Fe", "thickness": "50 nm"},
    }
    cell = symmetric(coat(Recipe.from_tables(tables)), electrolyte="1 M LiPF6 in EC/DEC")
    top = share_on_top(20.0, cell.coating_resistance, cell.nucleation_overpotential, cell.electronic_share)
    assert top == pytest.approx(1.0, abs=1e-4)
    assert np.isfinite(film_resistances(cell, 20.0)).all()
