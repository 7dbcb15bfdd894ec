"""The cell from its names: what is taken from the tables, and what is refused."""

from types import SimpleNamespace

import numpy as np
import pytest

from alloycoat import chemistry
from alloycoat.cell import SAMPLED, draw, half, symmetric
from alloycoat.errors import MissingDataError, QuantityError, RecipeError
from alloycoat.sources import Estimate

ETHER = "1 M LiTFSI in DOL/DME"
COATING = SimpleNamespace(anode="Li", area_specific_resistance=Estimate(3e-4, 1e-4, 1e-3))


def test_a_bare_cell_is_made_of_the_tables():
    cell = symmetric(anode="Li", electrolyte=ETHER, area="1.13 cm^2", separator="celgard 2400")
    film, rates = chemistry.separator("Celgard 2400"), chemistry.kinetics("Li", "ether")
    assert cell.separator_thickness == film.thickness.value
    assert cell.permeance == pytest.approx(1 / film.macmullin.value)
    assert cell.exchange_current_density == rates.exchange_current_density.value
    assert cell.film_resistance == rates.film_resistance.value
    assert cell.nominal(cell.conductivity) == pytest.approx(chemistry.electrolyte(ETHER).conductivity.value.value)
    assert cell.area_m2 == pytest.approx(1.13e-4)
    assert cell.coated == (False, False)
    assert cell.sources


def test_a_coating_adds_its_resistance_to_one_or_both_electrodes():
    both = symmetric(COATING, electrolyte=ETHER)
    one = symmetric(COATING, electrolyte=ETHER, coated="one")
    assert (both.coated, one.coated) == ((True, True), (True, False))
    assert both.coating_resistance == 3e-4
    assert both.coated_exchange_factor > 1
    assert both.bare().coated == (False, False)
    assert symmetric(SimpleNamespace(**vars(COATING), area_m2=2e-4), electrolyte=ETHER).area_m2 == 2e-4


def test_numbers_are_SI_and_text_has_units():  # noqa: N802
    text = symmetric(anode="Li", electrolyte=ETHER, area="2 cm2", temperature="40 degC", anode_thickness="250 um")
    bare = symmetric(anode="Li", electrolyte=ETHER, area=2e-4, temperature=313.15, anode_thickness=250e-6)
    assert (text.area_m2, text.temperature_K) == pytest.approx((bare.area_m2, bare.temperature_K))
    # 250 um of lithium hold about 51.5 mAh/cm2
    assert text.metal_capacity == pytest.approx(51.5 * 36000, rel=0.02)
    assert any("40 degC" in note for note in text.notes)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"electrolyte": ETHER}, RecipeError, r"\[anode\] metal: not given"),
        ({"electrolyte": ETHER, "anode": "Na"}, RecipeError, "salt of Li, but the anode is Na"),
        ({"electrolyte": ETHER, "anode": "Lithum"}, MissingDataError, "Lithum"),
        ({"electrolyte": ETHER, "anode": "Li", "separator": "Celgard 2401"}, MissingDataError, "Celgard 2400"),
        ({"electrolyte": ETHER, "anode": "Li", "area": "2 um"}, QuantityError, r"\[anode\] area"),
        ({"electrolyte": ETHER, "anode": "Li", "area": -1.0}, RecipeError, r"\[anode\] area: -1.0 given"),
        ({"electrolyte": ETHER, "anode": "Li", "coated": "none"}, RecipeError, "'both' and 'one'"),
        ({"electrolyte": ETHER, "anode": "Na", "coating": COATING}, RecipeError, "was made on Li"),
        (
            {"electrolyte": ETHER, "coating": SimpleNamespace(anode="Li", area_specific_resistance=None)},
            RecipeError,
            "neither the ionic nor the electronic conductivity",
        ),
    ],
)
def test_what_does_not_fit_is_refused(arguments, error, message):
    with pytest.raises(error, match=message):
        symmetric(**arguments)


@pytest.mark.parametrize(
    "changes", [{"porosity": 1.2}, {"macmullin": 0.5}, {"alpha_a": 0.9}, {"film_resistance": -1.0}, {"porosity": 0.0}]
)
def test_impossible_cells_are_refused(changes):
    from dataclasses import replace

    with pytest.raises(RecipeError, match=r"\[cell\]"):
        replace(symmetric(anode="Li", electrolyte=ETHER), **changes)


def test_samples_change_the_value_at_the_nominal_concentration():
    cell = symmetric(COATING, electrolyte="1 M LiPF6 in EC/DMC")
    changed = cell.sample({"diffusivity": 1e-10, "transference": 0.5, "porosity": 1.5, "macmullin": 0.2})
    assert changed.nominal(changed.diffusivity) == pytest.approx(1e-10)
    assert changed.nominal(changed.transference) == pytest.approx(0.5)
    assert (changed.porosity, changed.macmullin) == (1.0, 1.0)
    assert max(cell.sample({"transference": 5.0}).transference[1]) == 0.95
    with pytest.raises(RecipeError, match="not a parameter that can be sampled"):
        cell.sample({"diffusivty": 1.0})


def test_draws_span_the_tabulated_intervals_and_are_shared_by_bare_and_coated():
    coated, bare = symmetric(COATING, electrolyte=ETHER), symmetric(anode="Li", electrolyte=ETHER)
    one, two = draw(coated, 400, seed=3), draw(bare, 400, seed=3)
    assert set(one) == set(SAMPLED)
    np.testing.assert_array_equal(one["macmullin"], two["macmullin"])
    assert not np.array_equal(one["macmullin"], draw(bare, 400, seed=4)["macmullin"])
    low, high = np.quantile(one["coating_resistance"], (0.1, 0.9))
    assert low == pytest.approx(1e-4, rel=0.3)
    assert high == pytest.approx(1e-3, rel=0.3)
    given = draw(coated, 5, coating_resistance=np.array([1.0, 2.0]))["coating_resistance"]
    np.testing.assert_array_equal(given, [1, 2, 1, 2, 1])
    with pytest.raises(RecipeError, match="draw: 'thing'"):
        draw(coated, 5, thing=np.ones(2))


def test_conductivity_and_diffusivity_follow_the_temperature_where_it_is_known():
    """Against the published fit of LiPF6 in EC/EMC at 1 M: 9.1 mS/cm at 25, 12.1 at 45 degC."""
    cold, warm = (
        symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/EMC", area=1e-4, temperature=t) for t in (298.15, 318.15)
    )
    t = 318.15
    fit = (
        0.521 * (1 + t - 228) * (1 - 1.06 + 0.353 * (1 - 3.59e-3 * np.exp(1000 / t))) / (1 + 1.48e-3 * np.exp(1000 / t))
    )
    assert 10 * warm.nominal(warm.conductivity) == pytest.approx(fit, rel=0.06)
    diffusivity = 1e-10 * 1010 * np.exp(1.01 - (1560 + 487) / t)
    assert warm.nominal(warm.diffusivity) == pytest.approx(diffusivity, rel=0.01)
    assert warm.transference == cold.transference
    assert warm.spreads["conductivity"].value == pytest.approx(warm.nominal(warm.conductivity))
    assert any("follow 45 degC by tabulated activation energies" in note for note in warm.notes)
    assert not any("degC" in note for note in cold.notes)
    far = symmetric(anode="Li", electrolyte="1 M LiPF6 in EC/EMC", area=1e-4, temperature="80 degC")
    assert any("extrapolated" in note for note in far.notes)
    ether = [symmetric(anode="Li", electrolyte=ETHER, area=1e-4, temperature=t) for t in (298.15, 318.15)]
    assert ether[0].conductivity == ether[1].conductivity
    assert any("only RT/F follows 45 degC" in note for note in ether[1].notes)
    assert half(anode="Li", electrolyte=ETHER, area=1e-4, temperature="0 degC").notes[-1].startswith("transport and")
