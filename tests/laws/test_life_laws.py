"""What an ageing cell must do whatever its numbers: physical sense on the median over seeds, balances, ends."""

from dataclasses import replace
from itertools import pairwise

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alloycoat.cell import LifeSettings, age, ageing_parameters, lives, symmetric
from alloycoat.errors import RecipeError
from alloycoat.recipe import plate_strip
from alloycoat.record import Ended
from alloycoat.sources import Estimate

pytestmark = pytest.mark.skipif(
    bool(numba.config.DISABLE_JIT), reason="whole lives take long uncompiled: test_small_lives reaches every law there"
)
CARBONATE = "1 M LiPF6 in EC/DMC"
SEEDS = 7


class Layer:
    """As much of a coating as a cell looks at."""

    anode, coverage, phases = "Li", "unknown", ()
    area_specific_resistance = Estimate(3e-4, 1e-4, 1e-3)
    ionic_conductivity = electronic_conductivity = None


BARE = symmetric(anode="Li", electrolyte=CARBONATE, area=1e-4)
COATED = symmetric(Layer(), electrolyte=CARBONATE, area=1e-4)
WORN, COATED_WORN = ageing_parameters(BARE), ageing_parameters(COATED, Layer())


def median_life(cell, worn, current=2.0, capacity=2.0, cycles=1000):
    """Median over seeds of the life in s, and the length of a half-cycle."""
    test = plate_strip(f"{current} mA/cm2", f"{capacity / current} h", cycles=cycles)
    found = lives(cell, test, worn, {"rough": np.full(SEEDS, worn.rough)})
    return float(np.median(found.time_s)), capacity / current * 3600.0


@pytest.mark.parametrize(("cell", "worn"), [(BARE, WORN), (COATED, COATED_WORN)])
def test_more_electrolyte_never_shortens_the_life(cell, worn):
    found = [median_life(cell, replace(worn, electrolyte_amount=v * 1e-5)) for v in (3, 10, 30)]
    for (less, half), (more, _) in pairwise(found):
        assert more >= less - half


def test_more_additive_never_shortens_the_life():
    found = [median_life(COATED, replace(COATED_WORN, additive=n)) for n in (0.0, 1e-4, 1e-3, 5e-3)]
    for (less, half), (more, _) in pairwise(found):
        assert more >= less - half


@pytest.mark.parametrize("fixed", ["capacity", "time"])
@pytest.mark.parametrize(
    ("cell", "worn"), [(BARE, WORN), (COATED, replace(COATED_WORN, film_time=1e12, electrolyte_amount=5e-5))]
)
def test_more_current_never_lengthens_the_life_in_charge(cell, worn, fixed):
    charges = []
    for current in (1.0, 2.0, 4.0, 8.0):
        life, half = median_life(cell, worn, current, 2.0 if fixed == "capacity" else current * 1.0)
        charges.append((life * current, half * current))
    for (slow, half), (fast, other) in pairwise(charges):
        assert fast <= slow + max(half, other)


def test_the_exception_slow_cycling_gives_the_film_time_to_grow():
    """A coated cell at low current may pass less charge: its film grows with the calendar, not with the charge."""
    slow, _ = median_life(COATED, replace(COATED_WORN, film_time=1e6), 0.5)
    fast, _ = median_life(COATED, replace(COATED_WORN, film_time=1e6), 1.0)
    assert 0.5 * slow < 1.0 * fast


def test_a_poorer_layer_never_lowers_the_initial_polarization():
    levels = []
    for resistance in (0.0, 1e-4, 1e-3, 3e-3, 1e-2):
        made = age(
            replace(COATED, coating_resistance=resistance), plate_strip("1 mA/cm2", "1 h", cycles=3), COATED_WORN
        )
        last = made.record.cycle == 3
        levels.append(float(np.median(np.abs(made.record.voltage_V[last]))))
    assert np.all(np.diff(levels) >= -1e-6)


def test_where_the_metal_plates():
    """Electrons free: on top of a poor layer, as moss where nothing dissolves; electrons blocked: below."""
    poor = replace(COATED, coating_resistance=1e-2, nucleation_overpotential=0.03)
    whole = replace(COATED_WORN, coverage=1.0)
    test = plate_strip("1 mA/cm2", "1 h", cycles=1)

    def moss(cell, worn):
        made = age(cell, test, worn)
        return made.inventory.metal["counter_moss"][-1]  # plated in the second half-cycle

    top = moss(replace(poor, electronic_share=1.0), whole)
    soluble = moss(replace(poor, electronic_share=1.0), replace(whole, dense=1.0))
    below = moss(replace(poor, electronic_share=0.0), whole)
    assert top > 0.5 * 36000
    assert below < 0.02 * top
    assert below <= soluble < 0.5 * top


shares = st.floats(0.0, 0.9)
worn_cells = st.builds(
    lambda loss, split, slope, most, amount, chi, film, resistance, current: (
        replace(COATED, coating_resistance=resistance, film_resistance=film),
        replace(
            COATED_WORN, loss=loss, film_split=split, moss_slope=slope, moss_most=most, electrolyte_amount=amount,
            coverage=chi,
        ),
        current,
    ),
    shares, shares, st.floats(1e-5, 3e-3), st.floats(0.1, 10.0), st.floats(5e-6, 1e-3), st.floats(0.0, 1.0),
    st.floats(0.0, 1e-2), st.floats(0.0, 1e-1), st.floats(0.05, 20.0),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(worn_cells)
def test_every_life_ends_well_with_its_balances_closed(drawn):
    cell, worn, current = drawn
    try:
        made = age(
            cell, plate_strip(f"{current} mA/cm2", "1 h", cycles=40), worn, points_per_half_cycle=6,
            settings=LifeSettings(4, 6),
        )  # fmt: skip
    except RecipeError as error:
        assert "nothing could be recorded" in str(error)
        return
    stock = made.inventory
    assert made.ended in (
        Ended.completed, Ended.depletion, Ended.voltage_limit, Ended.dry_pores, Ended.hard_short
    )  # fmt: skip
    assert np.max(stock.metal_error) < 1e-10 and np.max(np.abs(stock.salt_error)) < 1e-10
    assert np.all((stock.saturation > 0) & (stock.saturation <= 1 + 1e-12))
    assert np.all(np.isfinite(made.record.voltage_V))
    for chi in stock.coverage:
        assert np.all((chi >= 0) & (chi <= 1)) and np.all(np.diff(chi) <= 1e-15)
    for side in ("working", "counter"):
        assert all(np.min(stock.metal[f"{side}_{place}"]) >= 0 for place in ("moss", "dead", "sei"))


@settings(max_examples=8, deadline=None)
@given(st.floats(0.5, 3.0), st.integers(0, 3))
def test_exchanging_the_electrodes_mirrors_the_trace(current, cycles):
    """Strip first instead of plate first: the same voltages with the other sign (a cell has no left and right)."""
    from alloycoat.recipe import Protocol

    words = [f"{verb} at {current:.3f} mA/cm2 for 1 h" for verb in ("Plate", "Strip")]
    one = Protocol.model_validate({"steps": words, "cycles": cycles + 1})
    two = Protocol.model_validate({"steps": words[::-1], "cycles": cycles + 1})
    # round-off makes other steps of the two; the difference falls with both errors of a step, as it should
    fine = LifeSettings(moss=1e-5, salt=2e-5)
    first, second = (age(BARE, order, WORN, settings=fine).record for order in (one, two))
    np.testing.assert_allclose(first.voltage_V, -second.voltage_V, rtol=0, atol=2e-6)
